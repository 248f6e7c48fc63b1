"""Claims that do not agree with each other, and what a claim implies for another.

Two claims are compared when they are about the same thing and the same time; they
contradict each other when they are more than a hundredth apart. The verdicts
on the two then say where the difference comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from rareearth.claims.audit import in_words
from rareearth.claims.evidence import LABELS, SAME, Look, Said, Span, said

TIME = "time to build a chain without China"
PATENTS = "China's share of patents"
ABOUT = {
    "share_of_world_mining": "China's share of mining",
    "share_of_world_refining": "China's share of refining",
    "mine_production": "tonnes mined in a year",
    "share_of_world_patents": PATENTS,
    "share_of_patents_and_extraction_processes": PATENTS,
    "share_of_pct_patents": PATENTS,
    "world_market_share": "dependence on China for heavy rare earths",
    "time_to_build_alternative_chain": TIME,
    "time_to_rebuild_full_chain": TIME,
    "time_to_us_supply_chain_independence": TIME,
    "remaining_advantage_horizon": TIME,
}
OWNED_BY_ALL = (
    PATENTS,
    "dependence on China for heavy rare earths",
    TIME,
)  # compared whoever the claim speaks of
MONTHS = {"months": 1.0, "years": 12.0, "year": 12.0}
# A claim without a period speaks of the present.
SAME_TIME = pd.Timedelta(731, unit="D")
WHY = {
    "basis": "each number is right on a basis of its own",
    "edition": "one number is of an older edition",
    "error": "one of the two is wrong",
    "spread": "both lie within the spread of the sources",
    "forecast": "they speak of different ends, and none is due",
    "object": "they count different things, and no dataset is named",
    "open": "one at least could not be checked by then",
}


def pairs(audited: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of claims that contradict each other.

    Parameters
    ----------
    audited : DataFrame
        From `claims.audit`.

    Returns
    -------
    DataFrame, one row per pair
        ``about``; ``first``, ``second`` (claim ids); ``said_first``, ``said_second``
        in words; ``kind``, a key of `WHY`, and ``why`` in words.
    """
    rows = []
    for about, group in _comparable(audited):
        for (_, one), (_, two) in combinations(group.iterrows(), 2):
            if not _same_time(one, two):
                continue
            if one["span"].miss(two["span"].span) <= SAME:
                continue
            kind = explained_by(one["verdict"], two["verdict"])
            if about == TIME:
                kind = "forecast"
            elif kind == "object" and about != PATENTS:
                kind = "open"
            rows.append(
                {
                    "about": about,
                    "first": one["claim_id"],
                    "second": two["claim_id"],
                    "said_first": in_words(one),
                    "said_second": in_words(two),
                    "kind": kind,
                    "why": _why(kind, one, two),
                }
            )
    columns = "about first second said_first said_second kind why".split()
    return pd.DataFrame(rows, columns=columns)


def _comparable(audited: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the groups of numeric claims about the same thing, in the same unit."""
    frame = audited.assign(
        about=audited["quantity"].map(ABOUT),
        span=[said(claim) for _, claim in audited.iterrows()],
    )
    heavy = frame["product"] == "heavy rare earths"
    imports = heavy & (frame["quantity"] == "import_share_from_china")
    frame.loc[imports, "about"] = "dependence on China for heavy rare earths"
    frame = frame[frame["about"].notna() & frame["span"].notna()].copy()
    frame["span"] = [
        _in_months(s, u) for s, u in zip(frame["span"], frame["unit"], strict=True)
    ]
    frame["who"] = frame["subject"].where(~frame["about"].isin(OWNED_BY_ALL), "")
    return [(about, group) for (about, _), group in frame.groupby(["about", "who"])]


def _in_months(claim: Said, unit: str) -> Said:
    factor = MONTHS.get(unit, 1.0)
    return Said(Span(*(end * factor for end in claim.span)))


def _same_time(one: pd.Series, two: pd.Series) -> bool:
    """Return whether two claims speak of the same time, or of the present."""
    ends = [_present(claim) for claim in (one, two)]
    if pd.notna(one["period_end"]) and pd.notna(two["period_end"]):
        return bool(ends[0] == ends[1])
    return bool(abs(ends[0] - ends[1]) <= SAME_TIME)


def _present(claim: pd.Series) -> pd.Timestamp:
    if pd.notna(claim["period_end"]):
        return pd.Timestamp(claim["period_end"])
    made = str(claim["published"])[:10] or "2025-11-03"
    return pd.Timestamp(made)


def explained_by(one: str, two: str) -> str:
    """Return what explains a contradiction, from the verdicts on its two claims."""
    verdicts = {one, two}
    if "other_basis" in verdicts:
        return "basis"
    if "outdated" in verdicts:
        return "edition"
    if verdicts & {"misattributed", "contradicted"}:
        return "error"
    return "object" if "not_checkable" in verdicts else "spread"


def _why(kind: str, one: pd.Series, two: pd.Series) -> str:
    each = [f"{c['claim_id']} {LABELS[c['verdict']]}" for c in (one, two)]
    return f"{WHY[kind]} ({'; '.join(each)})"


def implied(claims: pd.DataFrame, view: Look) -> pd.DataFrame:
    """Return what claims imply together, beside what the figures print.

    Returns
    -------
    DataFrame
        ``claims`` (ids); ``implies`` in words; ``value`` (t); ``newest``, the best
        print; ``printed_low`` and ``printed_high`` of all sources and editions;
        ``outcome`` in words; ``source_id`` (joined by semicolons).
    """
    value = claims.set_index("claim_id")["value"]
    rows = []
    for each in _IMPLIED:
        if set(each.claims) <= set(value.index):
            number = each.compute(*(float(value[name]) for name in each.claims))
            rows.append(_against(each, number, view))
    numbers = ["value", "newest", "printed_low", "printed_high"]
    columns = ["claims", "implies", *numbers, "outcome", "source_id"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, float))


class Implied(NamedTuple):
    """What some claims imply together, and the printed figure to compare with."""

    claims: tuple[str, ...]
    words: str
    compute: Callable[..., float]
    series: str
    entity: str
    period: str  # a year, or the last day of a sum since January


_IMPLIED = (
    Implied(
        ("C123", "C120"),
        "China's tonnes of 1994 over its share give the world in 1994",
        lambda tonnes, share: tonnes / share * 100,
        "mine_production",
        "World",
        "1994",
    ),
    Implied(
        ("C125", "C121"),
        "China's tonnes of 2024 over its share give the world in 2024",
        lambda tonnes, share: tonnes / share * 100,
        "mine_production",
        "World",
        "2024",
    ),
    Implied(
        ("C125", "C126"),
        "China's tonnes of 2024 before the growth give China in 2023",
        lambda tonnes, growth: tonnes / (1 + growth / 100),
        "mine_production",
        "China",
        "2023",
    ),
    Implied(
        ("C135", "C134"),
        "Exports of nine months less September give those of eight months",
        lambda nine, last: nine - last,
        "rare_earth_exports",
        "China",
        "2025-08-31",
    ),
)
FITS = 0.025  # two rounded numbers were divided


def _against(each: Implied, number: float, view: Look) -> dict[str, object]:
    is_sum = len(each.period) > len("2024")
    frame = view.printed(
        each.series,
        each.entity,
        start=each.period,
        end=each.period,
        codes="year-to-date" if is_sum else "",
        missing="empty",
    )
    row: dict[str, object] = {
        "claims": ", ".join(each.claims),
        "implies": each.words,
        "value": number,
        "source_id": ";".join(dict.fromkeys(frame["source_id"])),
    }
    values = frame["value"].dropna()
    if values.empty:
        return row | {"outcome": "nothing was printed by then"}
    newest = float(values.iloc[0])
    return row | {
        "newest": newest,
        "printed_low": float(values.min()),
        "printed_high": float(values.max()),
        "outcome": _outcome(number, newest, list(values)),
    }


def _outcome(number: float, newest: float, values: list[float]) -> str:
    if abs(number / newest - 1) <= FITS:
        return "fits the best print"
    if any(abs(number / value - 1) <= FITS for value in values):
        return "fits another edition or source only"
    return "fits no print"


def shared(audited: pd.DataFrame) -> pd.DataFrame:
    """Return numbers that different claims give to different owners.

    The same time or share under more than one subject is a hint that one statement
    was passed on with changing owners.
    """
    frame = audited[audited["quantity"].map(ABOUT) == TIME]
    most = frame["high"].fillna(frame["value"]) * frame["unit"].map(MONTHS)
    words = [in_words(claim) for _, claim in frame.iterrows()]
    frame = frame.assign(words=words)[most == most.mode().max()]
    return frame[["claim_id", "article", "subject", "words", "verdict", "paraphrase"]]

"""Check claims against the figures: one verdict for each, as of a date.

What a claim is compared with is found by `rareearth.claims.bindings`; the verdict then
follows from the rule of `rareearth.claims.evidence`. A claim of the digests has a
written check too: the weaker of two verdicts that agree counts, and where one bears the
claim out and the other does not, it is disputed.
"""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from rareearth.claims import bindings, own
from rareearth.claims.evidence import (
    AGREEING,
    LABELS,
    NOT_THEN,
    WRONG,
    Found,
    Look,
    Span,
    decide,
    look,
    said,
    told,
)
from rareearth.errors import NoFigures, ParameterError, WorkbookError, unknown_name
from rareearth.figures import records
from rareearth.figures.columns import by_source
from rareearth.figures.rules import LOOKED_UP
from rareearth.words import MINUS, SPACE, day, part, period

_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_KEY = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
UNSETTLED = ("not_checkable", "opinion")
THEN = "2025-11-03"  # the day of the newest digest
SAID = pd.Timestamp(THEN)
KINDS = {
    "number": "Numbers",
    "statement": "Statements",
    "attribution": "Who said what",
    "forecast": "Forecasts not yet due",
}

__all__ = ["THEN", "audit", "by_kind", "differing", "gather", "look", "score"]


def audit(claims: pd.DataFrame, view: Look) -> pd.DataFrame:
    """Return the verdict on each claim, with what it rests on.

    Parameters
    ----------
    claims : DataFrame
        From `records.claims` or `own.read`.
    view : Look
        The data as of a date.

    Returns
    -------
    DataFrame, one row per claim
        The columns of the claim but those of the look-up; ``verdict``, and of it
        ``computed`` and ``written`` (codes, empty where there is none); ``because``,
        in words; ``figures``, what they say in words; ``basis``, ``found_unit``,
        ``found``, ``found_low``, ``found_high``; ``reading``; ``state`` of a forecast;
        ``kind``, a key of `KINDS`; ``by``; ``source_id`` (joined by semicolons);
        ``check_why``; ``corrected``, what would be right, and ``report``, the number of
        the report that tells more.
    """
    checks = view.known_checks().drop_duplicates("claim_id").set_index("claim_id")
    kinds, last = dict(records.quantities()["kind"]), view.horizon
    rows = []
    for _, claim in claims.iterrows():
        found, failure = attempt(claim, view)
        row = _computed(claim, found, failure)
        row |= _written(claim, checks)
        row |= _final(row)
        row["state"] = state(claim, last)
        row["kind"] = kind(claim, kinds, last)
        row["report"] = claim["report"]
        row["corrected"] = _corrected(claim, row, found)
        rows.append(row)
    shown = claims.drop(columns=LOOKED_UP)
    return pd.concat([shown, pd.DataFrame(rows, index=claims.index)], axis=1)


def attempt(claim: pd.Series, view: Look) -> tuple[Found | None, str]:
    """Return what the figures say on a claim; a failure says why, and others go on."""
    if problem := claim.get("problem", ""):
        return None, problem
    try:
        ask = bindings.asked(claim, view)
        return (bindings.answer(ask, view) if ask else None), ""
    except NoFigures as error:
        return None, _prose(str(error))
    except WorkbookError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 - the audit goes on, and the claim says so
        return None, f"the computation failed: {type(error).__name__}: {error}"


def _prose(reason: str) -> str:
    """Return why there are no figures with dates and names of series in words."""
    reason = _DATE.sub(lambda found: day(pd.Timestamp(found[0])), reason)
    return _KEY.sub(lambda found: found[0].replace("_", " "), reason)


def _computed(claim: pd.Series, found: Found | None, failure: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(
        ("computed", "basis", "found_unit", "figures", "reading", "cited"), ""
    )
    row |= {"because": failure, "found": math.nan}
    row |= {"found_low": math.nan, "found_high": math.nan}
    if found is None:
        return row
    row["computed"], row["because"] = decide(said(claim), found)
    row |= {"basis": found.basis, "found_unit": found.unit, "reading": found.reading}
    row["cited"] = ";".join(dict.fromkeys(found.figures["source_id"]))
    row["figures"] = found.basis
    if found.leading and found.ends and found.unit != bindings.EVENTS:
        row["found_low"], row["found_high"] = found.ends
        row["found"] = _middle(found.leading.span)
        best, ends = told(found.leading.span, found.unit), told(found.ends, found.unit)
        between = f", sources {ends}" if len(found.prints) > 1 and ends != best else ""
        if found.unlike:
            best, between = f"by {found.unlike} {ends}", ""
        row["figures"] = f"{best}{between}; {found.basis}"
    return row


def _middle(span: Span) -> float:
    """Return a printed number or the middle of a range; of a bound nothing."""
    return math.nan if span.is_open else sum(span) / 2


def _written(claim: pd.Series, checks: pd.DataFrame) -> dict[str, Any]:
    if claim.get("is_own", False) or claim["claim_id"] not in checks.index:
        return {"written": "", "check_why": "", "check_source": ""}
    check = checks.loc[claim["claim_id"]]
    return {
        "written": check["verdict"],
        "check_why": check["reasoning"],
        "check_source": check["source_id"],
    }


def _final(row: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict of computation and judgement, and by which it stands."""
    computed, written = row["computed"], row["written"]
    both = {"source_id": ";".join(filter(None, (row["check_source"], row["cited"])))}
    settled = computed and computed not in UNSETTLED
    if settled and written and written not in UNSETTLED:
        if (computed in AGREEING) != (written in AGREEING):
            return both | {"verdict": "disputed", "by": "both"}
        if (computed, written) == AGREEING:
            return both | {"verdict": written, "by": "written check"}
    if settled or (computed and not written):
        return {"verdict": computed, "source_id": row["cited"], "by": "computation"}
    if written:
        return both | {"verdict": written, "by": "written check"}
    return {
        "verdict": "not_checkable",
        "because": row["because"] or NOT_THEN,
        "source_id": row["cited"],
        "by": "nothing",
    }


def state(claim: pd.Series, last: pd.Timestamp) -> str:
    """Return how far a forecast has come; nothing for any other claim."""
    due = claim["due"]
    if pd.isna(due):
        return "names no date" if claim["qualifier"] == "forecast" else ""
    return f"{'not due until' if due > last else 'was due by'} {day(due)}"


def kind(claim: pd.Series, kinds: dict[Any, str], last: pd.Timestamp) -> str:
    """Return as what a claim counts: a key of `KINDS`."""
    of = kinds.get(claim["quantity"], "statement")
    if of == "attribution":
        return of
    is_open = pd.isna(claim["due"]) or claim["due"] > last
    if claim["qualifier"] == "forecast" and is_open:
        return "forecast"
    return "number" if of == "number" else "statement"


def why(row: pd.Series) -> str:
    """Return the reasons of a verdict: of the figures, and of who looked at it."""
    computed, written = str(row["because"]), str(row["check_why"])
    if computed and row["reading"]:
        computed = f"taken to say: {row['reading']}; {computed}"
    parts = [computed if row["by"] != "written check" or not written else "", written]
    if row["by"] == "written check" and row["computed"] not in ("", "not_checkable"):
        parts.insert(0, computed)
    parts = [text.rstrip(".?") for text in (*parts, str(row["state"])) if text]
    return " ".join(dict.fromkeys(f"{text[:1].upper()}{text[1:]}." for text in parts))


def cited(audited: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of an audit, one row per claim and source."""
    frame = by_source(audited[["claim_id", "source_id"]])
    return frame[frame["source_id"].fillna("") != ""].reset_index(drop=True)


def what(row: pd.Series) -> str:
    """Return the paraphrase, or of an own claim what its columns say."""
    if row["paraphrase"]:
        return str(row["paraphrase"])
    name = f"{row['subject']}: {bindings.in_prose(row['quantity'])}"
    goods = f" of {row['product']}" if row["product"] not in ("", "all") else ""
    when = ""
    if pd.notna(row["period_end"]):
        when = f", {period(row['period_start'], row['period_end'])}"
    return f"{name}{goods}{when}: {in_words(row)}".rstrip(": ")


def in_words(claim: pd.Series) -> str:
    """Return what a claim says as a number with its unit, or nothing."""
    ends = [claim["value"], claim["value"]]
    if pd.isna(claim["value"]):
        ends = [claim["low"], claim["high"]]
    if pd.isna(ends).any():
        return ""
    texts = dict.fromkeys(f"{end:,.10g}".replace("-", MINUS) for end in ends)
    prefix = {"approx": "about ", "at_least": "more than ", "at_most": "less than "}
    unit = {"percent": "%"}.get(claim["unit"], claim["unit"])
    currency, _, million = unit.rpartition(" ")
    said = f"{' to '.join(texts)}{SPACE}{unit}"
    if million == "million":
        said = f"{currency}{SPACE}{' to '.join(texts)}{SPACE}million"
    return f"{prefix.get(claim['qualifier'], '') * (len(texts) == 1)}{said}"


def _corrected(claim: pd.Series, row: dict[str, Any], found: Found | None) -> str:
    """Return what would be right in place of a claim that does not hold."""
    if row["verdict"] not in (*WRONG, "roughly_supported"):
        return ""
    best = found.leading if found else None
    number = told(best.span, found.unit) if found and best else ""
    ends = told(found.ends, found.unit) if found and found.ends else ""
    if text := claim["corrected"]:
        needs = "{found}" in text or "{ends}" in text
        return "" if needs and not number else text.format(found=number, ends=ends)
    if not (found and number) or found.reads_as or found.unit == bindings.EVENTS:
        return ""
    is_off = row["computed"] != "supported"
    return f"By the figures: {row['figures']}." if is_off else ""


def score(audited: pd.DataFrame) -> pd.Series:
    """Return how many claims have each verdict, in the order of the verdicts."""
    counts = audited["verdict"].value_counts()
    return counts.reindex(list(LABELS), fill_value=0)


def by_kind(audited: pd.DataFrame, group: str = "kind") -> pd.DataFrame:
    """Return the score of each kind of claim, or of another group.

    Returns
    -------
    DataFrame, indexed by the group in the order of `KINDS` or of the claims
        ``claims``, ``strict`` (supported), ``lenient`` (roughly too), ``fail``,
        ``open`` (cannot be checked, or an opinion).
    """
    verdict = audited["verdict"]
    frame = pd.DataFrame(
        {
            "claims": 1,
            "strict": verdict == "supported",
            "lenient": verdict.isin(AGREEING),
            "fail": verdict.isin(WRONG),
            "open": verdict.isin(UNSETTLED),
        }
    ).astype(int)
    counts = frame.groupby(audited[group], sort=False).sum()
    if group != "kind":
        return counts
    return counts.reindex([name for name in KINDS if name in counts.index])


def scored(audited: pd.DataFrame) -> list[str]:
    """Return the score in sentences, strict and lenient, numbers and others apart."""
    lines = []
    for name, row in by_kind(audited).iterrows():
        settled = row["claims"] - row["open"]
        text = f"{KINDS[str(name)]}: {part(settled, row['claims'])} can be checked"
        if settled:
            verb = "holds" if row["strict"] == 1 else "hold"
            text += f", {row['strict'] or 'none'} {verb} as said"
            text += f", {row['lenient']} at least roughly"
        lines.append(f"{text}.")
    return lines


def differing(audited: pd.DataFrame) -> pd.DataFrame:
    """Return the claims whose computed and written verdicts differ."""
    both = (audited["computed"] != "") & (audited["written"] != "")
    both &= audited["computed"] != "not_checkable"
    return audited[both & (audited["computed"] != audited["written"])]


def gather(digest: str, topic: str) -> pd.DataFrame:
    """Return the claims of one digest and one topic, or of all.

    Parameters
    ----------
    digest : str
        ``"all"``, a digest, or ``"own"``: the reader's own list.
    topic : str
        ``"all"`` or a topic.

    Raises
    ------
    UnknownName, ParameterError
        If there is no such digest, or no such topic in it. The message names the
        choices.
    """
    claims = own.of_reader() if digest == "own" else records.claims()
    if digest not in ("all", "own"):
        articles = claims["article"]
        if digest not in set(articles):
            raise unknown_name("digest", digest, articles.unique())
        claims = claims[articles == digest]
    chosen = claims if topic == "all" else claims[claims["topic"] == topic]
    if chosen.empty:
        have = ", ".join(sorted(filter(None, claims["topic"].unique())))
        raise ParameterError(f"{digest} has no claims on {topic}; it has {have}")
    return chosen.reset_index(drop=True)

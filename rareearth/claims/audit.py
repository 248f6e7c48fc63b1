"""Check claims against the figures: one verdict for each, as of a date.

What a claim is compared with is found by `rareearth.claims.bindings`; the verdict then
follows from the rule of `rareearth.claims.evidence`. A claim of the digests that
figures do not settle keeps the verdict of the main written check published by then.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from rareearth.claims import bindings
from rareearth.claims.evidence import LABELS, Found, Look, Span, decide, look, said
from rareearth.errors import DataError, ParameterError, WorkbookError
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, records
from rareearth.figures import rules as claim_rules
from rareearth.figures.csv_files import RECORDS, Table
from rareearth.figures.rules import LOOKED_UP

UNSETTLED = ("not_checkable", "opinion")
THEN = "2025-11-03"  # the day of the newest digest
NOT_THEN = "nothing that settles it had been published by then"

__all__ = ["THEN", "audit", "by_article", "differing", "gather", "look", "score"]


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
        ``computed`` and ``written`` (codes, empty where there is none); ``because``;
        ``basis``, ``found_unit``, ``found``, ``found_low``, ``found_high``;
        ``said_low``, ``said_high``; ``reading``; ``state`` of a forecast; ``by``;
        ``source_id`` (joined by semicolons); ``check_why``.
    """
    checks = view.known_checks().drop_duplicates("claim_id").set_index("claim_id")
    last = view.horizon
    rows = []
    for _, claim in claims.iterrows():
        row = _computed(claim, attempt(claim, view))
        row |= _written(claim, checks)
        row |= _final(row)
        computed = str(row["verdict"]) if row["by"] == "computation" else ""
        row["state"] = state(claim, computed, last)
        rows.append(row)
    shown = claims.drop(columns=LOOKED_UP)
    return pd.concat([shown, pd.DataFrame(rows, index=claims.index)], axis=1)


class Outcome(NamedTuple):
    """What is found on a claim, or why nothing is."""

    found: Found | None
    failure: str


def attempt(claim: pd.Series, view: Look) -> Outcome:
    """Return what the figures say on a claim; a failure says why, and others go on."""
    if problem := claim.get("problem", ""):
        return Outcome(None, problem)
    try:
        is_own = claim.get("is_own", False)
        ask = bindings.of_reader(claim) if is_own else bindings.of_digest(claim)
        return Outcome(bindings.answer(ask, view) if ask else None, "")
    except WorkbookError as error:
        return Outcome(None, str(error))
    except Exception as error:  # noqa: BLE001 - the audit goes on, and the claim says so
        return Outcome(None, f"the computation failed: {type(error).__name__}: {error}")


def _computed(claim: pd.Series, outcome: Outcome) -> dict[str, object]:
    found, claimed = outcome.found, said(claim)
    row: dict[str, object] = dict.fromkeys(
        ("computed", "basis", "found_unit", "reading", "cited"), ""
    )
    row |= {"because": outcome.failure, "found": math.nan}
    row |= _ends("said", claimed) | _ends("found", None)
    if found is None:
        return row
    row["computed"], row["because"] = decide(claimed, found)
    row |= {"basis": found.basis, "found_unit": found.unit, "reading": found.reading}
    row |= _ends("found", found.ends)
    row["found"] = _middle(found.best)
    row["cited"] = ";".join(dict.fromkeys(found.figures["source_id"]))
    if found.reads_as:
        row |= _ends("said", found.reads_as)
    return row


def _ends(name: str, span: Span | None) -> dict[str, object]:
    low, high = span or (math.nan, math.nan)
    return {f"{name}_low": low, f"{name}_high": high}


def _middle(span: Span | None) -> float:
    """Return a printed number, or the closed end of a bound."""
    if span is None:
        return math.nan
    ends = [end for end in span if math.isfinite(end)]
    return sum(ends) / len(ends) if ends else math.nan


def _written(claim: pd.Series, checks: pd.DataFrame) -> dict[str, object]:
    if claim.get("is_own", False) or claim["claim_id"] not in checks.index:
        return {"written": "", "check_why": "", "check_source": ""}
    check = checks.loc[claim["claim_id"]]
    return {
        "written": check["verdict"],
        "check_why": check["reasoning"],
        "check_source": check["source_id"],
    }


def _final(row: dict[str, object]) -> dict[str, object]:
    """Return the verdict: the computed one where the figures settle the claim."""
    computed, written = str(row["computed"]), str(row["written"])
    if computed and (computed not in UNSETTLED or not written):
        return {"verdict": computed, "source_id": row["cited"], "by": "computation"}
    if written:
        sources = ";".join(filter(None, [str(row["check_source"]), str(row["cited"])]))
        return {"verdict": written, "source_id": sources, "by": "written check"}
    return {
        "verdict": "not_checkable",
        "because": row["because"] or NOT_THEN,
        "source_id": row["cited"],
        "by": "nothing",
    }


def state(claim: pd.Series, computed: str, last: pd.Timestamp) -> str:
    """Return how far a forecast has come; nothing for any other claim.

    Only a computed verdict says whether it comes true: a written one may say no more
    than that it was made.
    """
    due = claim["due"]
    if pd.isna(due) and claim["qualifier"] != "forecast":
        return ""
    came = computed in ("supported", "roughly_supported")
    if pd.isna(due):
        return "names no date" + ("; so far as said" if came else "")
    if due > last:
        return f"not due until {due:%Y-%m-%d}" + ("; so far as said" if came else "")
    return f"was due by {due:%Y-%m-%d}" + ("; came true" if came else "")


def score(audited: pd.DataFrame) -> pd.Series:
    """Return how many claims have each verdict, in the order of the verdicts."""
    counts = audited["verdict"].value_counts()
    return counts.reindex(list(LABELS), fill_value=0)


def by_article(audited: pd.DataFrame) -> pd.DataFrame:
    """Return the score of each article, one row per article."""
    counts = pd.crosstab(audited["article"], audited["verdict"])
    counts = counts.reindex(columns=list(LABELS), fill_value=0)
    first = audited.drop_duplicates("article").set_index("article")
    counts.insert(0, "title", first["title"].map(short_title))
    counts.insert(1, "claims", counts[list(LABELS)].sum(axis=1))
    return counts.reset_index()


def short_title(title: str) -> str:
    """Return the English title of a digest, without the original in brackets."""
    return title.split(" [")[0]


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
    ParameterError
        If there is no such digest or topic; the message names the choices.
    """
    if digest == "own":
        return choose(of_reader(), "all", topic)
    return choose(records.claims(), digest, topic)


def choose(claims: pd.DataFrame, digest: str, topic: str) -> pd.DataFrame:
    """Return the claims of one digest and one topic, or of all."""
    for name, wanted, column in (
        ("digest", digest, "article"),
        ("topic", topic, "topic"),
    ):
        choices = ["all", *sorted(filter(None, claims[column].unique()))]
        if wanted not in choices:
            more = ", own" if name == "digest" else ""
            raise ParameterError(
                f"{name}: {wanted!r} is none; one of {', '.join(choices)}{more}"
            )
    chosen = claims
    if digest != "all":
        chosen = chosen[chosen["article"] == digest]
    have = ", ".join(sorted(filter(None, chosen["topic"].unique())))
    if topic != "all":
        chosen = chosen[chosen["topic"] == topic]
    if chosen.empty:
        raise ParameterError(f"{digest} has no claims on {topic}; it has {have}")
    return chosen.reset_index(drop=True)


NEEDED = ["claim_id", "subject", "quantity", "value", "unit"]
FILE = "claims.csv"  # of the list in a user's own folder
WORDS = ("location", "topic", "paraphrase", "fragment")  # they change no claim


def read(path: Path) -> pd.DataFrame:
    """Return the claims of a CSV file in the columns of ``claims.csv``.

    Columns beyond `NEEDED` may be missing. An id that stands twice gets a number, so
    that both claims are shown. What is written on a claim of the digests belongs to
    that claim: it is kept for a row that says the same, and for no other of its id.

    Returns
    -------
    DataFrame
        As `records.claims`; ``problem`` says what is wrong with a row, ``is_own`` that
        it is no claim of the digests.

    Raises
    ------
    DataError
        If the file cannot be read, has an unknown column, lacks one, or is empty.
    """
    table = _whole(path)
    if table.frame.empty:
        raise DataError(f"{path.name}: no claims; expected a line for each claim")
    quantities = records.quantities()
    found = claim_rules.claim_problems(
        table, dictionaries.known(), quantities, own=True
    )
    problems: dict[int, str] = {}
    for problem in found:
        row = (problem.line or 2) - 2
        text = f"{problem.column}: {problem.text}" if problem.column else problem.text
        problems.setdefault(row, text)
    frame = _named_apart(table.frame)
    numbers = ["value", "low", "high"]
    days = ["period_start", "period_end", "due"]
    for row in problems:
        frame.loc[row, [*numbers, *days]] = ""  # said to be faulty; nothing is guessed
    frame[claim_rules.LOOKED_UP] = ""
    typed = records.typed_claims(frame)
    return _digests(typed).assign(
        title=typed["article"],
        publisher="",
        problem=[problems.get(row, "") for row in range(len(typed))],
    )


def _digests(typed: pd.DataFrame) -> pd.DataFrame:
    """Return claims, those that are claims of the digests with what is looked up."""
    curated = records.claims()
    said = [c for c in RECORDS["claims"] if c not in (*claim_rules.LOOKED_UP, *WORDS)]
    known = curated.set_index("claim_id")
    same = typed[said].merge(curated[said], how="left", indicator=True)["_merge"]
    is_own = (same != "both").to_numpy()
    typed = typed.assign(is_own=is_own)
    if not is_own.all():
        theirs = known.loc[typed.loc[~is_own, "claim_id"], claim_rules.LOOKED_UP]
        typed.loc[~is_own, claim_rules.LOOKED_UP] = theirs.to_numpy()
    return typed


def _whole(path: Path) -> Table:
    """Return the table with all columns, those that are not there empty."""
    header = tables.header_of(path)
    allowed = RECORDS["claims"]
    missing = [column for column in NEEDED if column not in header]
    surplus = [column for column in header if column not in allowed]
    if missing or surplus:
        parts = [f"missing column {', '.join(missing)}"] if missing else []
        parts += [f"unknown column {', '.join(surplus)}"] if surplus else []
        known = [name for name in allowed if name not in claim_rules.LOOKED_UP]
        raise DataError(f"{path.name}:1: {'; '.join(parts)}; known: {','.join(known)}")
    table = tables.read(path, header, strict=False)
    frame = table.frame.reindex(columns=allowed, fill_value="")
    defaults = {"article": path.stem, "qualifier": "exact"}
    for column, value in defaults.items():
        frame[column] = frame[column].where(frame[column] != "", value)
    return Table(table.file, frame, table.sha256)


def copy(path: Path, folder: Path) -> Path:
    """Write a list of claims with all its columns into a folder of own figures."""
    frame = _whole(path).frame
    target = folder / FILE
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(frame.itertuples(index=False))
    return target


def _named_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a number after an id that stood before, or is missing."""
    ids = frame["claim_id"].where(frame["claim_id"] != "", "unnamed")
    again = ids.groupby(ids).cumcount()
    apart = ids.where(again == 0, ids + " (" + (again + 1).astype(str) + ")")
    return frame.assign(claim_id=apart)


def of_reader() -> pd.DataFrame:
    """Return the list of claims in the reader's own folder.

    Raises
    ------
    ParameterError
        If there is no such list. The message says how to give one.
    """
    folder = dictionaries.own_folder(None)
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        raise ParameterError(
            "digest: 'own' needs a list of claims; run  rareearth audit my_claims.csv"
        )
    return read(path)

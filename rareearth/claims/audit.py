"""Check claims against the figures: one verdict for each, as of a date.

A claim that figures can settle is bound to a function of `rareearth.claims.bindings`;
the verdict then follows from the rule of `rareearth.claims.verdicts`. The others keep
the verdict of the main written check that had been published by the date.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import pandas as pd

from rareearth.claims import own as own_claims
from rareearth.claims.bindings import BINDINGS
from rareearth.claims.evidence import Look, best_first
from rareearth.claims.verdicts import LABELS, Found, Span, decide, said
from rareearth.errors import ParameterError, WorkbookError
from rareearth.figures import loading as figures
from rareearth.figures import records, vintages

Bound = Mapping[str, Callable[[Look], Found]]
UNSETTLED = ("not_checkable", "opinion")
THEN = "2025-11-03"  # the day of the newest digest
NOT_THEN = "nothing that settles it had been published by then"


def look(as_of: str = "latest") -> Look:
    """Return the view on the data as of a date, with the loaders of the workbook.

    Each series is read once. `dataclasses.replace` with another ``as_of`` gives the
    view of another day on what has been read.
    """
    vintages.day(as_of)  # refuse what is no date before anything is read
    sources = figures.dictionary("sources")
    return Look(
        as_of,
        cache(lambda series: best_first(figures.revisions(series), sources)),
        records.events(),
        records.milestones(),
        records.claim_checks(),
        sources,
    )


def audit(claims: pd.DataFrame, view: Look, bound: Bound) -> pd.DataFrame:
    """Return the verdict on each claim, with what it rests on.

    Parameters
    ----------
    claims : DataFrame
        From `records.claims`.
    view : Look
        The data as of a date.
    bound : mapping
        Claim id to its binding.

    Returns
    -------
    DataFrame, one row per claim
        The columns of the claim; ``verdict``, and of it ``computed`` and ``written``
        (codes, empty where there is none); ``because``; ``basis``, ``unit``, ``found``,
        ``found_low``, ``found_high``; ``said_low``, ``said_high``; ``reading``;
        ``state`` of a forecast; ``source_id`` (joined by semicolons); ``check_why``.
    """
    checks = view.known_checks().drop_duplicates("claim_id").set_index("claim_id")
    last = horizon(view)
    rows = []
    for _, claim in claims.iterrows():
        row = _computed(claim, view, bound.get(claim["claim_id"]))
        row |= _written(claim["claim_id"], checks)
        row |= _final(row, claim)
        computed = str(row["verdict"]) if row["by"] == "computation" else ""
        row["state"] = state(claim, computed, last)
        rows.append(row)
    return pd.concat([claims, pd.DataFrame(rows, index=claims.index)], axis=1)


class Outcome(NamedTuple):
    """What came of a binding: what was found, or why nothing was."""

    found: Found | None
    failure: str


def attempt(function: Callable[[Look], Found] | None, view: Look) -> Outcome:
    """Run a binding; one that fails says why, and the others go on."""
    if function is None:
        return Outcome(None, "")
    try:
        return Outcome(function(view), "")
    except WorkbookError as error:
        return Outcome(None, str(error))
    except Exception as error:  # noqa: BLE001 - the audit goes on, and the claim says so
        return Outcome(None, f"the computation failed: {type(error).__name__}: {error}")


def _computed(
    claim: pd.Series, view: Look, function: Callable[[Look], Found] | None
) -> dict[str, object]:
    claimed = said(claim)
    row: dict[str, object] = dict.fromkeys(
        ("computed", "because", "basis", "found_unit", "reading", "cited"), ""
    )
    row |= dict.fromkeys(("found", "found_low", "found_high"), math.nan)
    row |= _ends("said", claimed)
    found, failure = attempt(function, view)
    row["because"] = failure
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


def _written(claim_id: str, checks: pd.DataFrame) -> dict[str, object]:
    if claim_id not in checks.index:
        return {"written": "", "check_why": "", "check_source": ""}
    check = checks.loc[claim_id]
    return {
        "written": check["verdict"],
        "check_why": check["reasoning"],
        "check_source": check["source_id"],
    }


def _final(row: dict[str, object], claim: pd.Series) -> dict[str, object]:
    """Return the verdict: the computed one where the figures settle the claim."""
    computed, written = str(row["computed"]), str(row["written"])
    if computed and (computed not in UNSETTLED or not written):
        return {"verdict": computed, "source_id": row["cited"], "by": "computation"}
    if written:
        sources = ";".join(filter(None, [str(row["check_source"]), str(row["cited"])]))
        return {"verdict": written, "source_id": sources, "by": "written check"}
    row["because"] = row["because"] or NOT_THEN
    return {"verdict": "not_checkable", "source_id": row["cited"], "by": "nothing"}


def horizon(view: Look) -> pd.Timestamp:
    """Return the day up to which something is known: `as_of`, or the newest source."""
    if view.as_of != "latest":
        return view.day
    published = view.sources["published"]
    return vintages.last_day(published[published.str.len() == 10]).max()


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


def gather(digest: str, topic: str) -> tuple[pd.DataFrame, Bound]:
    """Return the claims of one digest and one topic, or of all, and their bindings.

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
        mine = own_claims.of_reader()
        return choose(mine.claims, "all", topic), mine.bound()
    return choose(records.claims(), digest, topic), BINDINGS


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

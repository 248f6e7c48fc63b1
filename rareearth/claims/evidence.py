"""What is known by a day, and the numbers of it that a claim can be compared with.

A `Look` is the view on the data as of a date. Computations get one and never read
files; each gives a `rareearth.claims.evidence.Found`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import columns, dictionaries, loading, records, vintages
from rareearth.words import SPACE, count, number, pct

NOT_THEN = "nothing that settles it had been published by then"
EVENTS = "events"  # the unit of a count of events
SAME_KIND = ("digest-", "unsigned-", "a09-")  # they show circulation, not evidence


@dataclass(frozen=True)
class Look:
    """The data as of a date.

    Attributes
    ----------
    as_of : str
        ISO date, or "latest".
    events, milestones : DataFrame
        All of them, as from `rareearth.figures.records`.
    checks : DataFrame
        From `records.claim_checks`.
    sources : DataFrame
        The dictionary of sources, indexed by ``source_id``.
    asked : dict
        What `printed` has answered, since many claims ask for the same.
    answered : dict
        What has been found on a claim, for the same reason.
    """

    as_of: str
    events: pd.DataFrame
    milestones: pd.DataFrame
    checks: pd.DataFrame
    sources: pd.DataFrame
    asked: dict[tuple[Any, ...], pd.DataFrame] = field(default_factory=dict, repr=False)
    answered: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    @property
    def day(self) -> pd.Timestamp:
        """Return the day up to which something counts as known."""
        return vintages.day(self.as_of)

    @cached_property
    def horizon(self) -> pd.Timestamp:
        """Return the day up to which something is known: `day`, or the newest source.

        A source that is dated by month or year alone says too little.
        """
        if self.as_of != "latest":
            return self.day
        published = self.sources["published"]
        return vintages.last_day(published[published.str.len() == 10]).max()

    def printed(
        self,
        series: str,
        entity: Any = None,
        product: Any = None,
        start: Any = None,
        end: Any = None,
        codes: str = "",
        without: str = "",
        missing: Literal["raise", "empty"] = "raise",
    ) -> pd.DataFrame:
        """Return every printed value, the best first: as `load` would choose.

        Rows have all basis codes of ``codes`` and none of ``without`` (joined by
        semicolons). To the columns of `load` come ``published``, ``title`` and
        ``publisher``. With ``missing="empty"``, nothing at hand is no error.

        Raises
        ------
        UnknownName, NoFigures
            As `load`.
        """
        key = (self.as_of, series, repr(entity), repr(product), start, end)
        if key not in self.asked:
            asked = series, entity, product, start, end, self.as_of
            frame = loading.load(*asked, variants="all", missing=missing)
            self.asked[key] = self._best_first(frame)
        found = self.asked[key]
        if codes or without:
            unwanted = columns.codes(without)
            fit = columns.has_codes(
                found["basis"], *columns.codes(codes), without=unwanted
            )
            found = found[fit]
        if found.empty and missing == "raise":
            raise NoFigures(f"no figures of {series} on this basis")
        return found.reset_index(drop=True)

    def _best_first(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return figures by confidence, then the newest first, with their edition."""
        public = vintages.available(frame, dictionaries.known())
        rank = [-columns.RANK[name] for name in frame["confidence"]]
        age = [-day for day in public.view("int64").tolist()]
        rows = vintages.order(rank, age, frame["figure_id"])
        return self._named(frame).assign(published=public).iloc[rows]

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with title, publisher and short name of its sources."""
        at = self.sources.index.get_indexer(frame["source_id"])
        title, publisher, short = (
            self.sources[name].to_numpy()[at]
            for name in ("title", "publisher", "short")
        )
        by = np.where(short == "", publisher, short)
        return frame.assign(title=title, publisher=publisher, by=by)

    def event(self, *event_ids: str) -> pd.DataFrame:
        """Return events by their ids; those not known by `as_of` are left out."""
        known = self.events[self.events["date"] <= self.day]
        return known[known["event_id"].isin(event_ids)]

    def steps(self, project: str) -> pd.DataFrame:
        """Return the steps of a project as they had been stated by `as_of`."""
        frame = self.milestones[self.milestones["project"] == project]
        if self.as_of != "latest":
            frame = frame[vintages.last_day(frame["as_stated_on"]) <= self.day]
        return frame

    def checked(self, *check_ids: str) -> pd.DataFrame:
        """Return checks with a number, without texts of the digests' own kind."""
        frame = self.known_checks()
        frame = frame[frame["check_id"].isin(check_ids)]
        frame = frame[~frame["source_id"].str.startswith(SAME_KIND)]
        confidence = frame["source_id"].map(self.sources["confidence"])
        frame = frame.assign(confidence=confidence)
        return self._named(frame.dropna(subset=["value", "low", "high"], how="all"))

    def known_checks(self) -> pd.DataFrame:
        """Return the written checks that could have been made by `as_of`.

        A check counts from the day of its source. That nothing can be checked, or that
        a claim is an opinion, holds on any day, but what was read later is not told.
        """
        if self.as_of == "latest":
            return self.checks
        timeless = self.checks["verdict"].isin(["not_checkable", "opinion"])
        by_then = self.checks["published"] <= self.day
        reasons = self.checks["reasoning"].where(by_then, NOT_THEN)
        sources = self.checks["source_id"].where(by_then, "")
        told = self.checks.assign(reasoning=reasons, source_id=sources)
        return told[timeless | by_then]


def look(as_of: str = "latest") -> Look:
    """Return the view on the data as of a date; `dataclasses.replace` turns it.

    Raises
    ------
    ParameterError
        If `as_of` is no date, before anything is read.
    """
    vintages.day(as_of)
    return Look(
        as_of,
        records.events(),
        records.milestones(),
        records.claim_checks(),
        loading.dictionary("sources"),
    )


def span(low: float, value: float, high: float) -> Span:
    """Return the number or range of a figure; a bound is open to one side."""
    if not math.isnan(value):
        return Span(value, value)
    return Span(
        -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high
    )


def spans(frame: pd.DataFrame) -> list[Span]:
    """Return the `span` of each row of a frame."""
    ends = (frame[name].tolist() for name in ("low", "value", "high"))
    return [span(*row) for row in zip(*ends, strict=True)]


def prints(frame: pd.DataFrame) -> tuple[Print, ...]:
    """Return the rows of a frame as prints, in their order."""
    firm = (grade != "tertiary" for grade in frame["confidence"])
    names = frame["by"] if "by" in frame else [""] * len(frame)
    return tuple(map(Print, spans(frame), firm, names))


def one(value: float, is_firm: bool = True) -> tuple[Print]:
    """Return a computed number as the only print."""
    return (Print(Span(float(value), float(value)), is_firm),)


def others(frame: pd.DataFrame, kind: Kind, label: str) -> tuple[Rival, ...]:
    """Return rows as rivals; the label may name columns, and the year of the row."""
    rows = zip(spans(frame), frame.itertuples(), strict=True) if len(frame) else ()
    return tuple(Rival(kind, each, label.format(row=row)) for each, row in rows)


def by_value(frame: pd.DataFrame, basis: str, *rivals: Rival) -> Found:
    """Return what printed values say: the newest edition of each publisher.

    The editions before it are rivals.
    """
    published, ends = vintages.comparable(frame, "published", "period_end")
    edition = list(zip(frame["publisher"], ends, strict=True))
    seen: dict[tuple[str, int], int] = {}
    for row in vintages.order([-day for day in published]):
        seen.setdefault(edition[row], row)
    newest = frame.index.isin(frame.index[list(seen.values())])
    older = others(frame[~newest], "edition", "{row.title}")
    unit = str(frame["unit"].iloc[0])
    return Found(prints(frame[newest]), unit, basis, frame, (*older, *rivals))


def ratio(part: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Return part over whole, in percent, for each source and period that has both.

    A bound of the whole turns round: "more than" makes the ratio "at most".
    """
    both = part.merge(whole, on=["source_id", "period_end"], suffixes=("", "_whole"))
    total = both["value_whole"]
    above = 100 * both["value"] / both["low_whole"]
    both["high"] = above.where(total.isna())
    both["value"] = 100 * both["value"] / total
    return both.assign(low=math.nan, unit="percent")


def stacked(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return frames one below the other, with what all that have rows have."""
    filled = [frame for frame in frames if len(frame)]
    shared = reduce(lambda a, b: a & b, (set(f.columns) for f in filled))
    order = [column for column in filled[0].columns if column in shared]
    return pd.concat([f[order] for f in filled], ignore_index=True)


SYMBOLS = {
    "supported": "\N{CHECK MARK}",
    "roughly_supported": "\N{ALMOST EQUAL TO}",
    "outdated": "\N{ALMOST EQUAL TO}",
    "other_basis": "\N{ALMOST EQUAL TO}",
    "misattributed": "\N{MULTIPLICATION SIGN}",
    "contradicted": "\N{MULTIPLICATION SIGN}",
    "disputed": "!",
    "not_checkable": "?",
    "opinion": "\N{EN DASH}",
}
LABELS = {
    "supported": "supported",
    "roughly_supported": "roughly supported",
    "outdated": "outdated",
    "other_basis": "right number on another basis",
    "misattributed": "misattributed",
    "contradicted": "contradicted",
    "disputed": "disputed",
    "not_checkable": "cannot be checked",
    "opinion": "opinion",
}
AGREEING = ("supported", "roughly_supported")
WRONG = ("outdated", "other_basis", "misattributed", "contradicted", "disputed")
EXACT = 0.025  # of a figure: a number that misses it by no more agrees with it
ABOUT = 0.05  # the same after "about" and in a forecast
SAME = 0.01  # the same for the number of another year, of which there are many
ALL = 0.005  # the same where all of something, 100 percent, is claimed
POINT = 0.5  # percentage points within which a share agrees with a small one
NEAR = 0.10  # a miss by less than a tenth is roughly right
NEAR_POINTS = 5.0  # percentage points; a tenth of a large share is all that is left
APART = 0.25  # sources that differ by more leave open what lies between them
WIDE = 3.0  # a range whose ends differ by more says too little to be checked
LONGEST = 1000  # years; above, a number of the unit "year" is a date
Kind = Literal["edition", "year", "basis", "subject", "period"]
_OF_KIND: dict[Kind, tuple[str, str]] = {
    "edition": ("outdated", "it is the number of an older edition"),
    "year": ("outdated", "it is the number of an earlier year"),
    "basis": ("other_basis", "it is the number on another basis"),
    "subject": ("misattributed", "it is the number of something else"),
    "period": ("misattributed", "it is the number of another year"),
}


class Span(NamedTuple):
    """Two ends of a range; an open end is infinite."""

    low: float
    high: float

    def meets(self, other: Span) -> bool:
        """Return whether the two ranges share a point."""
        slack = 1e-9 * max(1.0, *(abs(x) for x in (*self, *other) if math.isfinite(x)))
        return self.low <= other.high + slack and other.low <= self.high + slack

    def holds(self, other: Span) -> bool:
        """Return whether all of another range lies in this one."""
        slack = 1e-9 * max(1.0, *(abs(x) for x in (*self, *other) if math.isfinite(x)))
        return self.low <= other.low + slack and other.high <= self.high + slack

    @property
    def is_open(self) -> bool:
        """Return whether it is a bound, not a number or a closed range."""
        return not (math.isfinite(self.low) and math.isfinite(self.high))


class Said(NamedTuple):
    """What a claim says: its number, range or bound, and how closely it is meant."""

    span: Span
    unit: str = ""
    slack: float = EXACT

    def miss(self, span: Span) -> float:
        """Return the gap to a figure as a part of the nearer end of the figure.

        A rank and the date of a year are met or not.
        """
        if self.span.meets(span):
            return 0.0
        is_above = self.span.low > span.high
        end = span.high if is_above else span.low
        gap = self.span.low - end if is_above else end - self.span.high
        is_date = self.unit == "year" and abs(end) > LONGEST
        if self.unit == "rank" or is_date or not end or not math.isfinite(end):
            return math.inf
        return gap / abs(end)

    def agrees(self, span: Span) -> bool:
        """Return whether a figure bears the claim out, within its slack.

        A bound, of the claim or of the figure, has none: all that one allows must lie
        within the other.
        """
        if self.span.is_open or span.is_open:
            return self.span.holds(span)
        gap = self.miss(span)
        if self.unit != "percent" or not math.isfinite(gap):
            return gap <= self.slack + 1e-9
        nearest = min(map(abs, span))
        points = POINT * self.slack / EXACT
        slack = max(self.slack * nearest, min(points, NEAR * nearest))
        return gap * nearest <= slack + 1e-9


@dataclass(frozen=True)
class Print:
    """One number on the claim's basis, as printed or computed, and who says so."""

    span: Span
    is_firm: bool = True
    by: str = ""


@dataclass(frozen=True)
class Rival:
    """A number that the claim may have been taken from: older, other basis, other."""

    kind: Kind
    span: Span
    label: str


@dataclass(frozen=True)
class Found:
    """What the figures say on a claim.

    Attributes
    ----------
    prints : tuple of Print
        On the claim's basis, the best first.
    figures : DataFrame
        The rows that were used, with ``source_id``.
    reads_as : Span, optional
        What a statement without a number amounts to, in the unit of the prints.
    reading : str
        The same in words, e.g. "more than half of the world".
    unlike : str
        What the prints are of, where each is of something else: "product".
    """

    prints: tuple[Print, ...]
    unit: str
    basis: str
    figures: pd.DataFrame
    rivals: tuple[Rival, ...] = ()
    reads_as: Span | None = None
    reading: str = ""
    unlike: str = ""

    @property
    def leading(self) -> Print | None:
        """Return the first firm print, else the first; None where there is none."""
        firm = [each for each in self.prints if each.is_firm]
        return next(iter([*firm, *self.prints]), None)

    @property
    def ends(self) -> Span | None:
        """Return the lowest and highest number printed, without open ends."""
        ends = [x for each in self.prints for x in each.span if math.isfinite(x)]
        return Span(min(ends), max(ends)) if ends else None


class Decision(NamedTuple):
    """A verdict, and the step of the rule that gave it."""

    verdict: str
    because: str


def amount(value: float, unit: str, digits: int | None = None) -> str:
    """Return a number with its unit as a reader expects it.

    `digits` behind the point stand for as many as a percentage by itself needs.
    """
    if unit == "percent":
        is_half = abs(value - round(value)) > 0.25 or 99 < abs(value) < 99.95
        if digits is None and is_half and 10 <= abs(value) < 100:
            digits = 1
        return pct(value / 100, digits=digits)
    if unit == "rank" or (unit == "year" and value > LONGEST):
        return f"{value:.0f}"
    if unit.rstrip("s") in ("year", "month", "week", "hour", "minute", "event"):
        return count(value, unit.rstrip("s"))
    if unit.endswith(" million"):
        return f"{unit.split()[0]}{SPACE}{number(value)}{SPACE}million"
    return f"{number(value)}{SPACE}{unit}"


def told(span: Span, unit: str) -> str:
    """Return a number, a range or a bound in words: "at most 8.4 %"."""
    low, high = span
    if math.isfinite(low) and math.isfinite(high):
        ends = [amount(end, unit) for end in span]
        is_mixed = ends[0] != ends[1] and any("." in end for end in ends)
        if unit == "percent" and is_mixed and max(map(abs, span)) > 1:
            ends = [amount(end, unit, 1) for end in span]
        first = ends[0] if unit == "percent" else ends[0].split(SPACE)[0]
        return ends[0] if ends[0] == ends[1] else f"{first} to {ends[1]}"
    return (
        f"at least {amount(low, unit)}"
        if math.isfinite(low)
        else f"at most {amount(high, unit)}"
    )


def said(claim: pd.Series) -> Said | None:
    """Return what a claim says, None when it names no number.

    A bound is open to one side and has no slack.
    """
    low, high, value = claim["low"], claim["high"], claim["value"]
    unit, qualifier = claim["unit"], claim["qualifier"]
    slack = ABOUT if qualifier in ("approx", "forecast") else EXACT
    if pd.notna(low) or pd.notna(high):
        ends = (-math.inf if pd.isna(low) else low, math.inf if pd.isna(high) else high)
        return Said(Span(*ends), unit, slack)
    if pd.isna(value):
        return None
    if qualifier == "at_least":
        return Said(Span(value, math.inf), unit)
    if qualifier == "at_most":
        return Said(Span(-math.inf, value), unit)
    if unit == "percent" and value == 100:
        slack = ALL
    return Said(Span(value, value), unit, slack)


def decide(claim: Said | None, found: Found) -> Decision:
    """Return the verdict on a claim: the first step that fits.

    1. It agrees with the figure that leads: supported; with one of several products or
       sources only: roughly supported.
    2. It is the number of an older edition: outdated.
    3. It agrees with another source, misses one by less than a tenth, or lies between
       sources that are close: roughly supported.
    4. It is the number on another basis (right number on another basis), of something
       else (misattributed), of an earlier year (outdated) or, where one is named, of
       another year (misattributed).
    5. There is a number on its basis: contradicted. There is none, only a bound that
       does not rule it out, or only sources far apart: cannot be checked.

    A bound that is missed is missed, by however little.
    """
    if found.reads_as:
        claim = Said(found.reads_as, found.unit, 0.0)
    if claim is None:
        return Decision("not_checkable", "it names no number that figures could give")
    low, high = claim.span
    if not claim.span.is_open and abs(high) > WIDE * abs(low) and not found.reads_as:
        return Decision("not_checkable", "its range is too wide to say anything")
    leads = found.leading
    if leads is None:
        none = Decision("not_checkable", "no figure on its basis is at hand")
        return _rival(claim, found, ("edition", *_LATER)) or none
    hits = [each for each in found.prints if claim.agrees(each.span)]
    if found.unlike and hits:
        some = f"it depends on the {found.unlike}: {len(hits)} of {len(found.prints)}"
        if len(hits) < len(found.prints):
            return Decision("roughly_supported", f"{some} agree")
    if leads in hits and leads.is_firm:
        against = [p for p in found.prints if p.is_firm and p not in hits]
        if claim.span.is_open and against:
            told_of = f"{_says(leads, found)}, but {_says(against[0], found)}"
            return Decision("roughly_supported", told_of)
        return Decision("supported", _says(leads, found, claim))
    if older := _rival(claim, found, ("edition",)):
        return older
    if hits:
        weak = "" if hits[0].is_firm else ", a weak source"
        rest = f"; {_says(leads, found)}" if leads != hits[0] else ""
        reason = f"{_says(hits[0], found, claim)}{weak}{rest}"
        return Decision("roughly_supported", reason)
    return _missed(claim, found, leads)


_LATER: tuple[Kind, ...] = ("basis", "subject", "year", "period")


def _missed(claim: Said, found: Found, leads: Print) -> Decision:
    """Return the verdict on a claim with which no figure agrees."""
    closed = [each for each in found.prints if not each.span.is_open]
    if closed and not found.reads_as:
        nearest = min(closed, key=lambda each: claim.miss(each.span))
        miss = claim.miss(nearest.span)
        points = miss * min(map(abs, nearest.span)) if found.unit == "percent" else 0
        is_near = miss < NEAR and points <= NEAR_POINTS
        if is_near and (not claim.span.is_open or not miss):
            reasons = [_says(nearest, found, claim)]
            if other := _rival(claim, found, _LATER):
                reasons.append(other.because)
            return Decision("roughly_supported", "; ".join(reasons))
    if other := _rival(claim, found, _LATER):
        return other
    ends = found.ends
    if ends and len(closed) > 1 and ends.low < claim.span.low <= ends.high:
        between = f"sources give {told(ends, found.unit)}"
        is_close = ends.high - ends.low <= APART * abs(ends.high)
        verdict = "roughly_supported" if is_close else "not_checkable"
        return Decision(verdict, f"it lies between figures: {between}")
    if leads.span.meets(claim.span):
        bound = f"{_says(leads, found)}, which does not rule it out"
        return Decision("not_checkable", bound)
    nearest = min(closed or [leads], key=lambda each: claim.miss(each.span))
    of = nearest if found.unlike else leads
    return Decision("contradicted", _says(of, found, claim))


_FACTORS = {1e3: "in thousands", 1e6: "in millions", 1e-3: "in units, not thousands"}


def _says(each: Print, found: Found, claim: Said | None = None) -> str:
    """Return in words what a figure is, and by how much a claim misses it."""
    if found.unit == EVENTS:
        return f"recorded: {found.basis}"
    text = f"{each.by or 'the figures'} {'gives' if each.by else 'give'} "
    text += told(each.span, found.unit)
    miss = claim.miss(each.span) if claim else 0.0
    if claim and 0.003 < miss < math.inf and not found.reads_as:
        is_above = claim.span.low > each.span.high
        end = each.span.high if is_above else each.span.low
        mine = claim.span.low if is_above else claim.span.high
        gap = (
            re.sub(r"^(1\W)points", r"\1point", number(abs(mine - end), unit="points"))
            if found.unit == "percent"
            else pct(miss)
        )
        text += f"; the claim is {gap} {'above' if is_above else 'below'}"
        for factor, hint in _FACTORS.items():
            other = Said(Span(*(end * factor for end in claim.span)))
            is_tonnes = found.unit == "t" and not claim.span.is_open
            if is_tonnes and other.agrees(each.span):
                text += f" ({hint}?)"
    return text


def _rival(claim: Said, found: Found, kinds: tuple[Kind, ...]) -> Decision | None:
    """Return the verdict of the first rival of some kinds that the claim agrees with.

    A bound agrees with too many.
    """
    for kind in kinds if not claim.span.is_open else ():
        for rival in found.rivals:
            close = claim._replace(slack=SAME) if kind in ("year", "period") else claim
            if rival.kind == kind and close.agrees(rival.span):
                verdict, because = _OF_KIND[kind]
                return Decision(verdict, f"{because}: {rival.label}")
    return None

"""What is known by a day, and the numbers of it that a claim can be compared with.

A `Look` is the view on the data as of a date. Computations get one and never read
files; each gives a `rareearth.claims.evidence.Found`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Literal, NamedTuple

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import columns, dictionaries, loading, records, vintages
from rareearth.figures.columns import rounding

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
    """

    as_of: str
    events: pd.DataFrame
    milestones: pd.DataFrame
    checks: pd.DataFrame
    sources: pd.DataFrame
    asked: dict[tuple[Any, ...], pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def day(self) -> pd.Timestamp:
        """Return the day up to which something counts as known."""
        return vintages.day(self.as_of)

    @property
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
        source = self.sources.index.get_indexer(frame["source_id"])
        named = {
            name: self.sources[name].to_numpy()[source]
            for name in ("title", "publisher")
        }
        return frame.assign(published=public, **named).iloc[rows]

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
        return frame.dropna(subset=["value", "low", "high"], how="all")

    def known_checks(self) -> pd.DataFrame:
        """Return the written checks that could have been made by `as_of`.

        A check counts from the day of its source. That nothing can be checked, or that
        a claim is an opinion, rests on no source and counts on any day.
        """
        if self.as_of == "latest":
            return self.checks
        timeless = self.checks["verdict"].isin(["not_checkable", "opinion"])
        return self.checks[timeless | (self.checks["published"] <= self.day)]


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
    return tuple(map(Print, spans(frame), firm))


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


LABELS = {
    "supported": "supported",
    "roughly_supported": "roughly supported",
    "outdated": "outdated",
    "other_basis": "right number on another basis",
    "misattributed": "misattributed",
    "contradicted": "contradicted",
    "not_checkable": "cannot be checked",
    "opinion": "opinion",
}
AGREEING = ("supported", "roughly_supported")
WRONG = ("outdated", "other_basis", "misattributed", "contradicted")
COARSEST = 0.05  # a round number such as 70 is not taken as anything from 65 to 75
LOOSE = 2.0  # "about" and a forecast have twice the rounding of a plain number
NEAR = 0.10  # a miss by less than a tenth is roughly right
Kind = Literal["edition", "basis", "subject"]
_OF_KIND: dict[Kind, tuple[str, str]] = {
    "edition": ("outdated", "it is the number of an older edition"),
    "basis": ("other_basis", "it is the number on another basis"),
    "subject": ("misattributed", "it is the number of something else"),
}


class Span(NamedTuple):
    """Two ends of a range; an open end is infinite."""

    low: float
    high: float

    def meets(self, other: Span) -> bool:
        """Return whether the two ranges share a point."""
        slack = 1e-9 * max(1.0, *(abs(x) for x in (*self, *other) if math.isfinite(x)))
        return self.low <= other.high + slack and other.low <= self.high + slack

    @property
    def is_open(self) -> bool:
        """Return whether it is a bound, not a number or a closed range."""
        return not (math.isfinite(self.low) and math.isfinite(self.high))


@dataclass(frozen=True)
class Print:
    """One number on the claim's basis, as printed or computed from one source."""

    span: Span
    is_firm: bool = True


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
    """

    prints: tuple[Print, ...]
    unit: str
    basis: str
    figures: pd.DataFrame
    rivals: tuple[Rival, ...] = ()
    reads_as: Span | None = None
    reading: str = ""

    @property
    def best(self) -> Span | None:
        """Return the number that counts first, None where the basis has none."""
        return self.prints[0].span if self.prints else None

    @property
    def spread(self) -> Span | None:
        """Return the lowest and highest number of all sources on the claim's basis."""
        if not self.prints:
            return None
        spans = [each.span for each in self.prints]
        return Span(min(s.low for s in spans), max(s.high for s in spans))

    @property
    def ends(self) -> Span | None:
        """Return the lowest and highest number printed, without open ends."""
        ends = [x for each in self.prints for x in each.span if math.isfinite(x)]
        return Span(min(ends), max(ends)) if ends else None


class Decision(NamedTuple):
    """A verdict, and the step of the rule that gave it."""

    verdict: str
    because: str


def said(claim: pd.Series, loose: float = LOOSE) -> Span | None:
    """Return the numbers that a claim allows, None when it names none.

    A number stands for all that round to it: half a unit of its last digit that is not
    zero, at most a twentieth of the number, and `loose` times that after "about" or in
    a forecast. All of something, 100 percent, is no round number. A bound is open to
    one side.
    """
    low, high, value = claim["low"], claim["high"], claim["value"]
    if pd.notna(low) or pd.notna(high):
        return Span(
            float(low) if pd.notna(low) else -math.inf,
            float(high) if pd.notna(high) else math.inf,
        )
    if pd.isna(value):
        return None
    if claim["qualifier"] == "at_least":
        return Span(float(value), math.inf)
    if claim["qualifier"] == "at_most":
        return Span(-math.inf, float(value))
    half = min(rounding(float(value)), COARSEST * abs(value))
    if claim["unit"] == "percent" and value == 100:
        half = 0.5
    half *= loose if claim["qualifier"] in ("approx", "forecast") else 1.0
    return Span(float(value) - half, float(value) + half)


def decide(claimed: Span | None, found: Found) -> Decision:
    """Return the verdict on a claim: the first step that fits.

    1. It meets a firm number on its basis: supported.
    2. It meets the number of an older edition: outdated.
    3. Only weak sources print the number, or it lies within the spread of the sources:
       roughly supported.
    4. It meets a number on another basis (right number on another basis), or that of
       something else (misattributed).
    5. It misses the nearest number by less than a tenth: roughly supported.
    6. There is a number on its basis: contradicted. There is none: cannot be checked.
    """
    claimed = found.reads_as or claimed
    if claimed is None:
        return Decision("not_checkable", "it names no number that figures could give")
    hits = [p for p in found.prints if p.span.meets(claimed) and not p.span.is_open]
    if any(p.is_firm for p in hits):
        return Decision("supported", "it agrees with the figures within its rounding")
    if older := _meets(claimed, found.rivals, "edition"):
        return older
    if hits:
        return Decision("roughly_supported", "only a weak source prints the number")
    if found.spread and found.spread.meets(claimed):
        return Decision("roughly_supported", "it lies within the spread of the sources")
    for kind in ("basis", "subject"):
        if other := _meets(claimed, found.rivals, kind):
            return other
    if any(_misses_by(claimed, p.span) < NEAR for p in found.prints):
        return Decision("roughly_supported", "it misses the figures by under a tenth")
    if found.prints:
        return Decision("contradicted", "no figure on its basis comes near it")
    return Decision("not_checkable", "no figure on its basis is at hand")


def _meets(claimed: Span, rivals: tuple[Rival, ...], kind: str) -> Decision | None:
    """Return the verdict of the first rival of a kind that the claim meets."""
    for rival in rivals:
        if rival.kind == kind and rival.span.meets(claimed):
            verdict, because = _OF_KIND[rival.kind]
            return Decision(verdict, f"{because}: {rival.label}")
    return None


def _misses_by(claimed: Span, span: Span) -> float:
    """Return the gap between two ranges as a part of the nearer end of the figures."""
    end, gap = (
        (span.high, claimed.low - span.high)
        if claimed.low > span.high
        else (span.low, span.low - claimed.high)
    )
    return gap / abs(end) if end and math.isfinite(end) else math.inf

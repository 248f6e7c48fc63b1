"""What is known by a day, and the numbers of it that a claim can be compared with.

A `Look` is the view on the data as of a date. Computations get one and never read
files; each gives a `rareearth.claims.verdicts.Found`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Literal

import pandas as pd

from rareearth.claims.verdicts import Found, Kind, Print, Rival, Span
from rareearth.errors import NoFigures
from rareearth.figures import columns, dictionaries, loading, records, vintages

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

"""What a binding may ask for: printed figures, events, steps, numbers of checks.

A `Look` is the view on the data as of a date. Bindings get one and never read files.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from rareearth.claims.verdicts import Found, Print, Rival, Span
from rareearth.errors import NoFigures
from rareearth.figures import vintages

EVENTS = "events"  # the unit of a count of events
SAME_KIND = ("digest-", "unsigned-", "a09-")  # they show circulation, not evidence
RANK = {"own": 0, "primary": 1, "secondary": 2, "tertiary": 3}


@dataclass(frozen=True)
class Look:
    """The data as of a date.

    Attributes
    ----------
    as_of : str
        ISO date, or "latest".
    series : callable
        Series to all its printed values, as from `best_first`.
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
    series: Callable[[str], pd.DataFrame]
    events: pd.DataFrame
    milestones: pd.DataFrame
    checks: pd.DataFrame
    sources: pd.DataFrame
    asked: dict[tuple[Any, ...], pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def day(self) -> pd.Timestamp:
        """Return the day up to which something counts as known."""
        return vintages.day(self.as_of)

    def printed(
        self, series: str, entity: Any = None, product: Any = None, **limits: Any
    ) -> pd.DataFrame:
        """Return every printed value, the best first.

        ``start`` and ``end`` limit the period; ``basis`` keeps rows with all of these
        codes, ``without`` drops rows with any of them (joined by semicolons).

        Raises
        ------
        NoFigures
            If none is left. The message says which step left none, and what exists.
        """
        key = (self.as_of, series, repr(entity), repr(product), repr(limits))
        if key not in self.asked:
            self.asked[key] = self._printed(series, entity, product, limits)
        return self.asked[key].copy()

    def _printed(
        self, series: str, entity: Any, product: Any, limits: dict[str, Any]
    ) -> pd.DataFrame:
        frame = self.series(series)
        keep = np.ones(len(frame), dtype=bool)
        for column, names in (("entity", entity), ("product", product)):
            if names is not None:
                wanted = [names] if isinstance(names, str) else list(names)
                before, keep = keep, keep & frame[column].isin(wanted).to_numpy()
                if not keep.any():
                    have = _few(frame.loc[before, column].unique())
                    asked = ", ".join(wanted)
                    raise NoFigures(
                        f"no figures of {series} for {column} {asked}; it has {have}"
                    )
        before = keep
        keep = keep & _within(frame["period_end"], limits)
        if not keep.any():
            years = frame.loc[before, "period_end"].dt.year
            raise NoFigures(
                f"no figures of {series} in this period; there are figures for "
                f"{years.min()} to {years.max()}"
            )
        if self.as_of != "latest":
            keep = keep & (frame["published"] <= self.day).to_numpy()
            text = f"no figures of {series} had been published by {self.as_of}"
            _refuse_none(keep, text)
        codes = limits.get("basis", ""), limits.get("without", "")
        found = frame[keep]
        if any(codes):
            found = found[_on_basis(found["basis"], *codes)]
            _refuse_none(np.array(len(found)), f"no figures of {series} on this basis")
        return found.reset_index(drop=True)

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


def best_first(printed: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return printed values by confidence, then newest first, with their publisher."""
    rank = [RANK[name] for name in printed["confidence"]]
    published, ids = vintages.comparable(printed, "published", "figure_id")
    rows = vintages.order(rank, [-day for day in published], ids)
    ranked = printed.iloc[rows].reset_index(drop=True)
    return ranked.assign(publisher=ranked["source_id"].map(sources["publisher"]))


def _few(names: Any, most: int = 12) -> str:
    listed = sorted(map(str, names))
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest


def _refuse_none(keep: np.ndarray, text: str) -> None:
    if not keep.any():
        raise NoFigures(text)


def _within(days: pd.Series, limits: dict[str, Any]) -> np.ndarray:
    start, end = limits.get("start"), limits.get("end")
    inside = np.ones(len(days), dtype=bool)
    if start is not None:
        inside &= (days >= pd.Timestamp(f"{start}")).to_numpy()
    if end is not None:
        last = f"{end}-12-31" if len(str(end)) == 4 else f"{end}"
        inside &= (days <= pd.Timestamp(last)).to_numpy()
    return inside


def _on_basis(basis: pd.Series, wanted: str, unwanted: str) -> list[bool]:
    must, may_not = set(wanted.split(";")) - {""}, set(unwanted.split(";")) - {""}
    codes = [set(text.split(";")) for text in basis]
    return [must <= have and not may_not & have for have in codes]


def span(row: Any) -> Span:
    """Return the number or range of a figure; a bound is open to one side."""
    return _span(float(row.low), float(row.value), float(row.high))


def spans(frame: pd.DataFrame) -> list[Span]:
    """Return the `span` of each row of a frame."""
    low, value, high = (frame[name].tolist() for name in ("low", "value", "high"))
    return list(map(_span, low, value, high))


def _span(low: float, value: float, high: float) -> Span:
    if not math.isnan(value):
        return Span(value, value)
    return Span(
        -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high
    )


def prints(frame: pd.DataFrame, weak: bool = False) -> tuple[Print, ...]:
    """Return the rows of a frame as prints, in their order."""
    columns = spans(frame), frame["source_id"], frame["confidence"]
    return tuple(
        Print(each, str(source), not weak and grade != "tertiary")
        for each, source, grade in zip(*columns, strict=True)
    )


def newest_editions(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the newest edition of each publisher, and the editions before it."""
    published, ends = vintages.comparable(frame, "published", "period_end")
    key = list(zip(frame["publisher"], ends, strict=True))
    older, seen = np.zeros(len(frame), dtype=bool), set()
    for row in vintages.order([-day for day in published]):
        older[row] = key[row] in seen
        seen.add(key[row])
    return frame[~older], frame[older]


def by_value(frame: pd.DataFrame, basis: str, *rivals: Rival) -> Found:
    """Return what a frame of printed values says: newest editions, older as rivals."""
    newest, older = newest_editions(frame)
    seen = tuple(
        Rival("edition", each, f"{title}")
        for each, title in zip(spans(older), older["title"], strict=True)
    )
    unit = str(frame["unit"].iloc[0])
    return Found(prints(newest), unit, basis, frame, (*seen, *rivals))


def ratio(part: pd.DataFrame, whole: pd.DataFrame, scale: float = 100) -> pd.DataFrame:
    """Return part over whole for each source and period that has both.

    A bound of the whole turns round: "more than" makes the ratio "at most".
    """
    both = part.merge(whole, on=["source_id", "period_end"], suffixes=("", "_whole"))
    total = both["value_whole"]
    above = scale * both["value"] / both["low_whole"]
    both["high"] = above.where(total.isna())
    both["value"] = scale * both["value"] / total
    both["low"] = math.nan
    return both.assign(unit="percent" if scale == 100 else "ratio")


def joined(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return frames one below the other, with what all of them have."""
    shared = reduce(lambda a, b: a & b, (set(f.columns) for f in frames))
    order = [column for column in frames[0].columns if column in shared]
    return pd.concat([f[order] for f in frames], ignore_index=True)


def statement(
    value: float,
    unit: str,
    basis: str,
    figures: pd.DataFrame,
    expected: tuple[float, float],
    reading: str,
    weak: bool = False,
) -> Found:
    """Return a computed number beside what a statement without a number amounts to."""
    sources = figures["source_id"]
    source = str(sources.iloc[0]) if len(sources) else ""
    only = (Print(Span(value, value), source, not weak),)
    return Found(only, unit, basis, figures, (), Span(*expected), reading)


def happened(events: pd.DataFrame, reading: str) -> Found:
    """Return how many of the events that a statement needs are recorded."""
    if events.empty:
        raise NoFigures("no such event had been recorded by then")
    parts = events.assign(source_id=events["source_id"].str.split(";")).explode(
        "source_id"
    )
    titles = "; ".join(events["title"])
    expected = (1.0, math.inf)
    return statement(float(len(events)), EVENTS, titles, parts, expected, reading)


def from_checks(frame: pd.DataFrame, basis: str, *rivals: Rival) -> Found:
    """Return the numbers of written checks as prints."""
    if frame.empty:
        raise NoFigures("no number that can be compared had been published by then")
    unit = str(frame["unit"].iloc[0])
    return Found(prints(frame), unit, basis, frame, rivals)

"""Printed rates and indices over periods: averages of spans, and taxes in force.

A period takes its own printed average: of the month, of the calendar year, and for any
other span of whole months (a quarter, a fiscal year) the unweighted mean of its months;
a day, or part of a month, takes the average of its month. Nothing is interpolated or
taken from a neighbour: without a figure, a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import RANK
from rareearth.figures.loading import load

Missing: TypeAlias = Literal["refuse", "nan"]
Span: TypeAlias = tuple[pd.Timestamp, pd.Timestamp]


def surest(
    series: list[str], as_of: str = "latest", extra: str | Path | None = None
) -> pd.DataFrame:
    """Return one figure per entity, product and period, of the highest confidence.

    Parameters
    ----------
    series : list of str
        Series of one quantity: its months and its years.
    as_of, extra
        As in `figures.load`. A figure of the reader's own is the surest.

    Returns
    -------
    DataFrame
        Figures by their first days; of those with the same first day the surest is the
        last. No rows where nothing had been published.
    """
    figures = load(series, as_of=as_of, extra=extra, missing="empty")
    order = figures["confidence"].map(RANK).sort_values(kind="stable").index
    key = ["entity", "product", "period_start", "period_end"]
    found = figures.loc[order].drop_duplicates(key, keep="last")
    return found.sort_values("period_start", kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class Averages:
    """Printed averages of one quantity: of months, years and perhaps other spans.

    A span takes the average that was printed for exactly it; within one month, that of
    the month; else, if it is made of whole months, the unweighted mean of its months.

    Attributes
    ----------
    name : str
        What is averaged, for messages.
    figures : DataFrame
        Figures with one value per period.
    gaps : int, default 0
        How many months of a span of several may be missing, if figures of earlier and
        later months exist; the mean is then that of the others.
    option : str, optional
        How a caller sets `gaps`, for messages.
    """

    name: str
    figures: pd.DataFrame
    gaps: int = 0
    option: str = ""

    def along(
        self, spans: pd.DataFrame, needed: pd.Series, missing: Missing
    ) -> pd.Series:
        """Return the average over each span, NaN where there is none.

        Raises
        ------
        NoFigures
            If a span that is `needed` has none, unless `missing` is "nan".
        """
        means = [self.mean(span) for span in _pairs(spans)]
        found = pd.Series(means, index=spans.index, dtype="float64")
        lacking = spans[found.isna() & needed]
        if refuses(missing) and len(lacking):
            offer = "missing='nan' leaves such rows NaN"
            raise NoFigures(f"{self._refusal(lacking)}; {offer}")
        return found

    def of_year(self, year: int) -> float:
        """Return the average of a calendar year.

        Raises
        ------
        NoFigures
            If there is none.
        """
        level = self.mean(_year(year))
        if np.isnan(level):
            raise NoFigures(self._refusal(year_spans(pd.Series([year]))))
        return level

    @cached_property
    def whole_years(self) -> list[int]:
        """Return the years that have an average, in order."""
        years = sorted(set(self.figures["period_end"].dt.year))
        return [int(y) for y in years if not np.isnan(self.mean(_year(y)))]

    def behind(self, spans: pd.DataFrame) -> pd.DataFrame:
        """Return the figures that the averages over the spans are made of."""
        exact: set[Span] = set()
        months: set[int] = set()
        for span in dict.fromkeys(_pairs(spans)):
            if span in self._printed:
                exact.add(span)
            elif not np.isnan(self.mean(span)):
                months.update(_months(span))
        printed = [
            span in exact or month in months
            for span, month in zip(self._spans, self._month_of, strict=True)
        ]
        return self.figures[printed]

    @cached_property
    def _spans(self) -> list[Span]:
        return _pairs(self.figures[["period_start", "period_end"]])

    @cached_property
    def _month_of(self) -> list[int | None]:
        """Return the month of each figure that is of one month, else None."""
        return [_month(span) for span in self._spans]

    @cached_property
    def _printed(self) -> dict[Span, float]:
        return dict(zip(self._spans, self.figures["value"], strict=True))

    @cached_property
    def _monthly(self) -> dict[int, float]:
        """Return the averages of months, by months since the year 0."""
        named = zip(self._month_of, self.figures["value"], strict=True)
        return {month: value for month, value in named if month is not None}

    def mean(self, span: Span) -> float:
        """Return the average over a span, NaN where there is none; found once."""
        if span not in self._means:
            self._means[span] = self._found(span)
        return self._means[span]

    @cached_property
    def _means(self) -> dict[Span, float]:
        return {}

    def _found(self, span: Span) -> float:
        """Return the average over a span as it was printed, or of its months."""
        if span in self._printed:
            return self._printed[span]
        months = _months(span)
        if len(months) == 1:
            return self._monthly.get(months[0], np.nan)
        inside = [self._monthly[month] for month in months if month in self._monthly]
        lack = len(months) - len(inside)
        enough = inside and lack == len(self._gaps(months)) <= self.gaps
        return float(np.mean(inside)) if enough and _whole(span) else np.nan

    def _gaps(self, months: range) -> list[int]:
        """Return the months without a figure that have figures before and after."""
        first, last = min(self._monthly, default=0), max(self._monthly, default=0)
        known = self._monthly
        return [m for m in months if first < m < last and m not in known]

    def _refusal(self, lacking: pd.DataFrame) -> str:
        span = _pairs(lacking)[0]
        absent = [_month_name(m) for m in _months(span) if m not in self._monthly]
        why = ""
        if len(_months(span)) > 1 and not _whole(span):
            why = ", which is not made of whole months"
        elif len(_months(span)) > 1:
            more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
            why = f": {absent[0]}{more} missing"
            if self.option and len(absent) == len(self._gaps(_months(span))):
                why += f" ({self.option}={len(absent)} takes the mean of the others)"
        return f"no {self.name} for {label(lacking)}{why}; printed: {self._range()}"

    def _range(self) -> str:
        if not self._monthly:
            return "none"
        first, last = min(self._monthly), max(self._monthly)
        gaps = self._gaps(range(first, last))
        without = f" without {', '.join(map(_month_name, gaps))}" if gaps else ""
        return f"{_month_name(first)} to {_month_name(last)}{without}"


@dataclass(frozen=True, eq=False)
class Taxes:
    """Printed rates of a tax, of which one is in force at a time.

    A rate with one day as its period holds from that day until another is printed; one
    with a longer period holds for that period; where two overlap, the later start
    counts.

    Attributes
    ----------
    name : str
        What the rate is of, for messages.
    figures : DataFrame
        Rates in percent, by their first days.
    """

    name: str
    figures: pd.DataFrame

    def along(
        self, spans: pd.DataFrame, needed: pd.Series, missing: Missing
    ) -> pd.Series:
        """Return the rate over each span (0.13 is 13 %), NaN where it is not one.

        Raises
        ------
        NoFigures
            If a span that is `needed` has none, or several, unless `missing` is "nan".
        """
        first = self.figures["period_start"].min()
        last = max(self.figures["period_end"].max(), spans["end"].max())
        daily = pd.Series(np.nan, index=pd.date_range(first, last))
        columns = ["period_start", "period_end", "value"]
        for start, end, percent in self.figures[columns].itertuples(index=False):
            daily[start : end if end > start else last] = percent
        change = daily.ne(daily.shift()).cumsum()
        steps = [change.reindex(spans[side]).to_numpy() for side in ("start", "end")]
        rate = daily.reindex(spans["start"]).where(steps[0] == steps[1]).to_numpy()
        found = pd.Series(rate / 100, index=spans.index)
        lacking = spans[found.isna() & needed]
        if refuses(missing) and len(lacking):
            until = daily.last_valid_index()
            ends = "on" if until == last else f"to {until:%Y-%m-%d}"
            raise NoFigures(
                f"no single {self.name} for {label(lacking)}; printed rates are from "
                f"{first:%Y-%m-%d} {ends}; give your own as vat_rate figures in an "
                "extra folder"
            )
        return found


def spans_of(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the period of each figure: ``start`` and ``end``, datetime64."""
    return figures[["period_start", "period_end"]].set_axis(["start", "end"], axis=1)


def year_spans(years: pd.Series) -> pd.DataFrame:
    """Return the first and last day of calendar years, NaT where a year is missing."""
    known = pd.to_numeric(years).to_numpy("float64", na_value=np.nan)
    january = np.full(len(years), np.datetime64("NaT", "Y"))
    sound = (known >= 1000) & (known <= 9999)
    january[sound] = (known[sound] - 1970).astype("int64").astype("datetime64[Y]")
    start = january.astype("datetime64[us]")
    following = (january + np.timedelta64(1, "Y")).astype("datetime64[D]")
    end = following - np.timedelta64(1, "D")
    columns = {"start": start, "end": end.astype("datetime64[us]")}
    return pd.DataFrame(columns, index=years.index)


def refuses(missing: str) -> bool:
    """Return whether a missing figure is refused; check what the caller asked for."""
    if missing not in ("refuse", "nan"):
        raise ParameterError(f"missing: {missing!r} is not 'refuse' or 'nan'")
    return missing == "refuse"


def label(spans: pd.DataFrame) -> str:
    """Return how the first of the spans is called, and how many more there are."""
    start, end = spans.iloc[0]
    more = len(spans.drop_duplicates()) - 1
    rest = f" (and {more} more periods)" if more else ""
    if pd.isna(start) or pd.isna(end):
        return f"a row without a period{rest}"
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        form = "%Y"
    else:
        form = "%Y-%m" if _whole((start, end)) else "%Y-%m-%d"
    first, last = start.strftime(form), end.strftime(form)
    return (first if first == last else f"{first} to {last}") + rest


def _year(year: int) -> Span:
    return pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)


def _pairs(spans: pd.DataFrame) -> list[Span]:
    """Return the two columns of a frame as pairs of days."""
    return list(spans.itertuples(index=False, name=None))


def _ordinal(when: Any) -> Any:
    """Return the months since the year 0, of a day or of a Series through ``.dt``."""
    return when.year * 12 + when.month - 1


def _month_name(ordinal: int) -> str:
    return f"{ordinal // 12}-{ordinal % 12 + 1:02}"


def _months(span: Span) -> range:
    """Return the months that a span touches; none when an end is missing."""
    start, end = span
    if pd.isna(start) or pd.isna(end):
        return range(0)
    return range(_ordinal(start), _ordinal(end) + 1)


def _whole(span: Span) -> bool:
    """Return whether a span begins and ends with a month."""
    return bool(span[0].is_month_start and span[1].is_month_end)


def _month(span: Span) -> int | None:
    """Return the months since the year 0 of a span that is one month, else None."""
    months = _months(span)
    return months[0] if len(months) == 1 and _whole(span) else None

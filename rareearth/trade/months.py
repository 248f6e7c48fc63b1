"""Months of a flow from what was printed.

Customs offices print some months alone, some only in a total since January. What was
printed fixes the flow between some months: `monthly` gives a month where that pins it
down, the total of a few months where it does not, and nothing where nothing is known.
Nothing is interpolated, and a missing month is never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError

PRINTED, DIFFERENCE, JOINT, MISSING = "printed", "by difference", "joint", "missing"


class Stretch(NamedTuple):
    """A quantity from the end of month `start` (0 is New Year) to that of `end`."""

    start: int
    end: int
    value: float
    how: str


class Month(NamedTuple):
    """One month, with the columns of `monthly`."""

    value: float = np.nan
    joint: float = np.nan
    joint_months: float = np.nan
    mean: float = np.nan
    how: str = MISSING


def window(start: str, end: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first days of the first and the last month that two texts name.

    Raises
    ------
    ParameterError
        If one is not of the form YYYY-MM, or they are the wrong way round.
    """
    first, last = _month("start", start), _month("end", end)
    if first > last:
        raise ParameterError(f"start {start} is after end {end}")
    return first, last


def _month(name: str, text: str) -> pd.Timestamp:
    month = pd.to_datetime(str(text), format="%Y-%m", errors="coerce")
    if pd.isna(month) or len(str(text)) != 7:
        raise ParameterError(f"{name}: {text!r} is not a month (YYYY-MM)")
    return month


def monthly(
    figures: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return one row for each month of a window in which something is known.

    Parameters
    ----------
    figures : DataFrame
        One flow on one definition: `load` with its best variants. Periods are months,
        or run from 1 January to the end of a month of the same year.
    first, last : Timestamp
        First days of the first and the last month wanted.

    Returns
    -------
    DataFrame, one row a month, from `first` to the last month with a figure
        ``month`` datetime64; ``value`` in the unit of the figures, NaN unless the month
        is known alone; ``joint`` the total of the months that are only known together,
        ``joint_months`` how many they are; ``mean`` the value, or the joint total
        divided by its months; ``how`` printed, by difference, joint or missing.

    Raises
    ------
    NoFigures
        If no month of the window has a figure. The message says which have.
    """
    years = figures["period_end"].dt.year
    wanted = figures[years.between(first.year, last.year)]
    table = _years(wanted if len(wanted) else figures)
    known = table[table["how"] != MISSING]
    inside = known[known["month"].between(first, last)]
    if inside.empty:
        everything = _years(figures)
        known = everything[everything["how"] != MISSING]
        raise NoFigures(
            f"no month from {first:%Y-%m} to {last:%Y-%m} has a figure; they run from "
            f"{known['month'].min():%Y-%m} to {known['month'].max():%Y-%m}"
        )
    every = pd.date_range(first, inside["month"].max(), freq="MS", name="month")
    table = table.set_index("month").reindex(every).reset_index()
    return table.fillna({"how": MISSING})


def cumulated(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the total since 1 January wherever it is printed or follows.

    Returns
    -------
    DataFrame
        ``year``, ``months`` (how many since January, 12 for the year), ``value``,
        ``how`` (printed, or by difference where months were added up).
    """
    rows = []
    for year, part in figures.groupby(figures["period_end"].dt.year):
        known = _totals(part)
        for month in sorted(_reached(known, 0) - {0}):
            rows.append((year, month, *_between(known, 0, month)))
    return pd.DataFrame(rows, columns=["year", "months", "value", "how"])


def growth(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return each value beside that of a year before, and the relative change.

    Parameters
    ----------
    table : DataFrame
        ``year``, the `keys` that name a part of the year, ``value``.

    Returns
    -------
    DataFrame
        ``year``, the keys, ``value``, ``before``, ``change`` (0.1 is ten percent more).
    """
    known = table.dropna(subset=["value"])[["year", *keys, "value"]]
    before = known.assign(year=known["year"] + 1).rename(columns={"value": "before"})
    both = known.merge(before, on=["year", *keys])
    return both.assign(change=both["value"] / both["before"] - 1)


def checked(figures: pd.DataFrame) -> pd.DataFrame:
    """Return each printed total since January beside the sum of its parts.

    The parts are the months and other totals, without the total itself.

    Returns
    -------
    DataFrame
        ``year``, ``months``, ``total``, ``sum`` (NaN where the parts do not suffice),
        ``difference`` = sum - total.
    """
    rows = []
    for year, part in figures.groupby(figures["period_end"].dt.year):
        known = _totals(part)
        for (start, end), total in sorted(known.items()):
            if start == 0 and end > 1:
                rest = {key: v for key, v in known.items() if key != (start, end)}
                found = end in _reached(rest, 0)
                added = _between(rest, 0, end)[0] if found else np.nan
                rows.append((year, end, total, added, added - total))
    names = ["year", "months", "total", "sum", "difference"]
    return pd.DataFrame(rows, columns=names)


def between(figures: pd.DataFrame, start: int, end: int) -> float:
    """Return the flow from the end of month `start` (0 is New Year) to that of `end`.

    Of figures of one year; NaN where they do not fix it.
    """
    known = _totals(figures)
    return _between(known, start, end)[0] if end in _reached(known, start) else np.nan


Totals = dict[tuple[int, int], float]


def _totals(figures: pd.DataFrame) -> Totals:
    """Return printed totals by the months between which they run."""
    start, end = figures["period_start"], figures["period_end"]
    usable = figures["value"].notna() & (start.dt.year == end.dt.year)
    rows = figures[usable]
    keys = zip(
        rows["period_start"].dt.month - 1, rows["period_end"].dt.month, strict=True
    )
    return dict(zip(keys, rows["value"].astype(float), strict=True))


def _years(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the months of every year with a figure."""
    years = figures["period_end"].dt.year
    parts = [_year(year, _totals(rows)) for year, rows in figures.groupby(years)]
    return pd.concat(parts, ignore_index=True)


def _neighbours(known: Totals, node: int) -> Iterator[tuple[int, float]]:
    for (start, end), value in known.items():
        if start == node:
            yield end, value
        elif end == node:
            yield start, -value


def _paths(known: Totals, origin: int) -> dict[int, tuple[float, int]]:
    """Return the flow from one month's end to each other, by the fewest totals."""
    found = {origin: (0.0, 0)}
    waiting = [origin]
    for node in waiting:
        for after, step in _neighbours(known, node):
            if after not in found:
                value, terms = found[node]
                found[after] = (value + step, terms + 1)
                waiting.append(after)
    return found


def _reached(known: Totals, origin: int) -> set[int]:
    return set(_paths(known, origin))


def _between(known: Totals, start: int, end: int) -> tuple[float, str]:
    value, terms = _paths(known, start)[end]
    return round(value, 6), PRINTED if terms == 1 else DIFFERENCE


def _stretches(known: Totals) -> list[Stretch]:
    """Return the finest stretches that the totals pin down, the shortest first."""
    nodes = sorted({node for span in known for node in span})
    found = []
    while nodes:
        group = sorted(_reached(known, nodes[0]))
        nodes = [node for node in nodes if node not in group]
        found += [Stretch(a, b, *_between(known, a, b)) for a, b in pairwise(group)]
    return sorted(found, key=lambda part: part.end - part.start)


def _year(year: int, known: Totals) -> pd.DataFrame:
    """Return the twelve months of one year, as `monthly` describes them."""
    months = {number: Month() for number in range(1, 13)}
    for part in _stretches(known):
        _enter(months, part)
    table = pd.DataFrame(list(months.values()), columns=list(Month._fields))
    table.insert(0, "month", pd.date_range(f"{year}-01-01", periods=12, freq="MS"))
    return table


def _enter(months: dict[int, Month], part: Stretch) -> None:
    """Write one stretch into the months that nothing finer has filled."""
    inside = range(part.start + 1, part.end + 1)
    free = [number for number in inside if months[number].how == MISSING]
    joint = [one for one in map(months.get, inside) if one and one.how == JOINT]
    whole = all(joint.count(one) == one.joint_months for one in joint)
    if not free or not whole:  # a joint total that reaches outside cannot be split
        return
    filled = sum(months[number].mean for number in inside if number not in free)
    rest = round(part.value - filled, 6)
    if len(free) == 1:
        how = part.how if len(inside) == 1 else DIFFERENCE
        months[free[0]] = Month(rest, mean=rest, how=how)
        return
    shared = Month(joint=rest, joint_months=len(free), mean=rest / len(free), how=JOINT)
    months.update(dict.fromkeys(free, shared))

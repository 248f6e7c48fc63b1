"""The part of a regular series that a method may use, and what it is called.

A series is a Series of float with a PeriodIndex: one entry per period, NaN where there
is no value or where one was left out. Its ``name`` is its unit, which results repeat.
Nothing here fills a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.words import period


@dataclass(frozen=True)
class Step:
    """A known change of what a price contains: a tax or a quota, not the market.

    Attributes
    ----------
    date : str
        ISO date of the first day on the new footing, e.g. ``"2015-05-01"``.
    label : str
        What changed, e.g. ``"export duty ends"``.
    change : float
        The change of the price as a share (-0.2 is a fifth less).
    """

    date: str
    label: str
    change: float


def net_of(values: pd.Series, step: Step | None) -> pd.Series:
    """Return prices as if a step had always been there: on its last footing.

    A period counts by its last day, as month-end prices do.
    """
    whole = regular(values)
    if step is None:
        return whole
    early = whole.index.end_time < pd.Timestamp(step.date)
    return whole.mask(early, whole * (1 + step.change))


def regular(values: pd.Series) -> pd.Series:
    """Return a series as float, refusing what is no regular series of periods.

    Raises
    ------
    ParameterError
        If the index is no PeriodIndex, or has repeated, missing or unsorted periods
        (a gap is a period with NaN).
    """
    index = values.index
    if not isinstance(index, pd.PeriodIndex):
        raise ParameterError(
            f"a series needs a PeriodIndex, one entry per period, not {type(index)}"
        )
    whole = pd.period_range(index.min(), index.max(), freq=index.freq)
    if not index.equals(whole):
        absent = whole.difference(index)
        what = f"lacks {absent[0]}" if len(absent) else "is unsorted or repeats periods"
        raise ParameterError(
            f"the series {what}; give every period once, NaN where there is no value"
        )
    return values.astype("float64")


def observed(
    values: pd.Series, least: int, method: str, log: bool = False
) -> pd.Series:
    """Return the periods of a series that have a value, in logarithms if asked.

    Raises
    ------
    NoFigures
        If there are fewer than `least`. The message says how many `method` needs.
    ParameterError
        If the series is not regular, or its logarithm does not exist.
    """
    found = regular(values).dropna()
    if len(found) < least:
        has = f"this one has {len(found)}{f', {span(found)}' if len(found) else ''}"
        raise NoFigures(f"{method} needs a series of at least {least} points; {has}")
    if not np.isfinite(found).all():
        raise ParameterError(f"{method}: the series has an infinite value")
    if log and (found <= 0).any():
        raise ParameterError(
            f"{method} takes logarithms; the value of {found.idxmin()} is "
            f"{found.min():g}, not positive"
        )
    return cast(pd.Series, np.log(found)) if log else found


def positions(found: pd.Series) -> np.ndarray:
    """Return how many periods each entry is after the first (gaps count)."""
    ordinals = found.index.asi8
    return ordinals - ordinals[0]


def longest_run(values: pd.Series) -> pd.Series:
    """Return the longest stretch without a gap."""
    whole = regular(values)
    runs = whole.dropna().groupby(whole.isna().cumsum()[whole.notna()])
    if runs.ngroups == 0:
        return whole.dropna()
    return runs.get_group(runs.size().idxmax())


def left_out(values: pd.Series) -> str:
    """Return the periods without a value as runs: "2021-10 to 2022-09"; "" if none."""
    index = regular(values).index
    absent = pd.Series(0.0, index=index[values.isna()])
    if absent.empty:
        return ""
    runs = absent.groupby((positions(absent) - np.arange(len(absent))).tolist())
    return ", ".join(span(run) for _, run in runs)


def span(found: pd.Series) -> str:
    """Return "July 2010 to July 2026", or one period when there is only one."""
    first, last = found.index[0], found.index[-1]
    return period(first.start_time, last.end_time.normalize())


def unit(values: pd.Series) -> str:
    """Return the unit of a series: its name."""
    return "" if values.name is None else str(values.name)

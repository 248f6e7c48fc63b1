"""Dates at which the level or the growth of a series changed (Bai and Perron)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.methods.partitions import (
    SUP_F_NEXT,
    Partition,
    Segments,
    bic,
    bootstrap,
    search,
    sup_f_next,
)
from rareearth.methods.samples import Step, after, observed, per_year, positions, unit
from rareearth.methods.trends import check_level, without

MODELS = {"level": 1, "trend": 2}
"""What may break, and how many coefficients each segment has."""

STEP_GUARD = 2  # no break within this many observations of a declared step
SHORTEST = 5  # observations: a shorter segment has no level to speak of


@dataclass(frozen=True, eq=False)
class Breaks:
    """Breaks of a series, with what was tried and what it rests on.

    Attributes
    ----------
    dates : DataFrame, one row per break
        ``last`` Period: the last observation of the segment that ends; ``next``;
        ``low``, ``high`` Period: the bootstrap interval of ``last``; ``change`` float:
        of the fit from ``last`` to ``next``, a share (log) or in the unit.
    segments : DataFrame, one row per segment
        ``first``, ``last`` Period, ``n`` int, ``level`` float: the fit in the middle,
        in the unit (of logs: their geometric mean); ``growth_per_year`` float: a share
        (log) or in the unit, NaN where the model has no growth.
    criteria : DataFrame, one row per number of breaks
        ``breaks`` int, ``ssr``, ``bic`` float, ``chosen`` bool, ``last`` str,
        ``sup_f_next`` float: supF(m + 1 | m), ``critical_5pct``: its critical value
        without autocorrelation, NaN where no printed one holds (trends, other trims).
    steps : DataFrame, one row per declared step
        ``label``, ``date`` str, ``change`` float: a share (log) or in the unit,
        ``known`` bool.
    notes : DataFrame, one row
        ``model`` str, ``log`` bool, ``unit`` str, ``n`` int, ``first``, ``last``
        Period, ``least`` int: the shortest segment; ``level``, ``draws``, ``seed``;
        ``autocorrelation`` float: of the residuals at lag 1. When that is far from 0,
        the criterion finds too many breaks and the intervals are too short.
    """

    dates: pd.DataFrame
    segments: pd.DataFrame
    criteria: pd.DataFrame
    steps: pd.DataFrame
    notes: pd.DataFrame


def breaks(
    values: pd.Series,
    max_breaks: int = 5,
    trim: float = 0.15,
    model: str = "level",
    log: bool = True,
    steps: Sequence[Step] = (),
    level: float = 0.95,
    draws: int = 400,
    seed: int = 0,
) -> Breaks:
    """Return the breaks of a series by least squares over all partitions.

    For m = 0..max_breaks the dates are those of the least sum of squares; m is that
    of the least BIC. Declared steps are coefficients common to all segments, found
    together with the dates (partial structural change), and no break is placed within
    two observations of one. Intervals: residuals are drawn again in blocks inside
    their segments, and the dates of m breaks are found anew.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        NaN periods are left out; a segment may span a gap, and nothing is filled in.
    max_breaks : int
        From 0 to what `trim` leaves room for.
    trim : float
        The shortest segment as a share of the sample, 0.05 to 0.4.
    model : {"level", "trend"}
        Segments with a level each, or with a level and a linear growth each.
    log : bool
        Take logarithms, as prices ask for.
    steps : sequence of Step
        Known tax or quota changes.
    level : float
        Probability of the intervals.
    draws, seed : int
        Of the bootstrap; 0 draws give no intervals. Equal seeds give equal results.

    Raises
    ------
    NoFigures
        If the series is too short for two segments. The message says what it needs.
    ParameterError
        If a parameter is impossible. The message names the choices.

    References
    ----------
    Bai and Perron, *Econometrica* 66 (1998), 47; *J. Applied Econometrics* 18 (2003),
    1; Zeileis, Kleiber, Kraemer and Hornik, *Computational Statistics and Data
    Analysis* 44 (2003), 109 (the criterion); Kuensch, *Annals of Statistics* 17
    (1989), 1217 (blocks).
    """
    _check(model, trim, max_breaks, draws)
    check_level(level)
    found = observed(values, _needs(trim), f"breaks with trim {trim:g}", log)
    net = without(found, steps) if log else found
    cells = segments_of(found, model, trim, steps)
    tried = search(net.to_numpy(), cells, max_breaks, after(found, _open(steps)))
    scores = [
        bic(ssr, len(found), m, MODELS[model]) for m, (ssr, *_) in enumerate(tried)
    ]
    _, ends, sizes = tried[int(np.argmin(scores))]
    y = net.to_numpy() - after(found, _open(steps)) @ sizes
    spread = bootstrap(y, cells, ends, level, draws, seed)
    residuals = y - cells.fitted(y, ends)
    return Breaks(
        dates=_dates(found, y, cells, ends, spread, log),
        segments=_segments(found, y, cells, ends, log),
        criteria=_criteria(found, net.to_numpy(), cells, tried, scores, steps, trim),
        steps=_steps(steps, sizes, log),
        notes=pd.DataFrame(
            {
                "model": [model],
                "log": log,
                "unit": unit(values),
                "n": len(found),
                "first": found.index[0],
                "last": found.index[-1],
                "least": cells.least,
                "level": level,
                "draws": draws,
                "seed": seed,
                "autocorrelation": autocorrelation(residuals),
            }
        ),
    )


def segments_of(
    found: pd.Series, model: str, trim: float, steps: Sequence[Step] = ()
) -> Segments:
    """Return the stretches of a sample for one of the `MODELS`."""
    years = positions(found) / per_year(found)
    columns = [np.ones(len(found)), years - years.mean()][: MODELS[model]]
    near = {
        end
        for column in after(found, steps).T
        for end in range(
            len(found) - int(column.sum()) - STEP_GUARD,
            len(found) - int(column.sum()) + STEP_GUARD + 1,
        )
        if 0 <= end <= len(found)
    }
    least = int(trim * len(found) + 1e-9)
    return Segments(np.column_stack(columns), least, tuple(sorted(near)))


def autocorrelation(residuals: np.ndarray) -> float:
    """Return the correlation of residuals with their predecessors; NaN if constant."""
    power = float((residuals**2).sum())
    return float((residuals[1:] * residuals[:-1]).sum() / power) if power else np.nan


def _dates(
    found: pd.Series,
    y: np.ndarray,
    cells: Segments,
    ends: tuple[int, ...],
    spread: np.ndarray | None,
    log: bool,
) -> pd.DataFrame:
    at = np.array(ends, dtype=int)
    fitted = cells.fitted(y, ends)
    change = fitted[at] - fitted[at - 1]
    low, high = (at, at) if spread is None else spread
    bounds = pd.PeriodIndex([pd.NaT] * len(at), freq=found.index.freq)
    return pd.DataFrame(
        {
            "last": found.index[at - 1],
            "next": found.index[at],
            "low": bounds if spread is None else found.index[low - 1],
            "high": bounds if spread is None else found.index[high - 1],
            "change": np.expm1(change) if log else change,
        }
    )


def _segments(
    found: pd.Series, y: np.ndarray, cells: Segments, ends: tuple[int, ...], log: bool
) -> pd.DataFrame:
    edges = [0, *ends, len(y)]
    fitted = cells.fitted(y, ends)
    rows = []
    for begin, end in pairwise(edges):
        middle = float(fitted[begin:end].mean())
        slope = np.nan
        if cells.x.shape[1] > 1:
            run = cells.x[end - 1, 1] - cells.x[begin, 1]
            slope = float((fitted[end - 1] - fitted[begin]) / run)
        rows.append(
            {
                "first": found.index[begin],
                "last": found.index[end - 1],
                "n": end - begin,
                "level": np.exp(middle) if log else middle,
                "growth_per_year": np.expm1(slope) if log else slope,
            }
        )
    return pd.DataFrame(rows)


def _criteria(
    found: pd.Series,
    y: np.ndarray,
    cells: Segments,
    tried: list[Partition],
    scores: list[float],
    steps: Sequence[Step],
    trim: float,
) -> pd.DataFrame:
    k = cells.x.shape[1]
    table = SUP_F_NEXT if trim == 0.15 and k == 1 else ()
    rows = []
    for m, (ssr, ends, sizes) in enumerate(tried):
        squares = cells.squares(y - after(found, _open(steps)) @ sizes)
        rows.append(
            {
                "breaks": m,
                "ssr": ssr,
                "bic": scores[m],
                "chosen": m == int(np.argmin(scores)),
                "last": ", ".join(str(found.index[end - 1]) for end in ends),
                "sup_f_next": sup_f_next(squares, ends, k),
                "critical_5pct": table[m] if m < len(table) else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _steps(steps: Sequence[Step], sizes: np.ndarray, log: bool) -> pd.DataFrame:
    estimated = iter(np.expm1(sizes) if log else sizes)
    rows = [
        {
            "label": step.label,
            "date": step.date,
            "change": next(estimated) if step.change is None else step.change,
            "known": step.change is not None,
        }
        for step in steps
    ]
    return pd.DataFrame(rows, columns=["label", "date", "change", "known"])


def _open(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.change is None]


def _needs(trim: float) -> int:
    return max(int(np.ceil(SHORTEST / trim)), 2 * SHORTEST)


def _check(model: str, trim: float, max_breaks: int, draws: int) -> None:
    if model not in MODELS:
        raise ParameterError(f"model: {model!r} is not one of {', '.join(MODELS)}")
    if not 0.05 <= trim <= 0.4:
        raise ParameterError(f"trim: {trim!r} is not a share from 0.05 to 0.4")
    room = int(1 / trim + 1e-9) - 1
    if type(max_breaks) is not int or not 0 <= max_breaks <= room:
        raise ParameterError(
            f"max_breaks: {max_breaks!r} is not a number from 0 to {room}, the most "
            f"that a trim of {trim:g} leaves room for"
        )
    if type(draws) is not int or draws < 0:
        raise ParameterError(f"draws: {draws!r} is not a number from 0 up")

"""Whether the level or the growth of a series changed, and when (Bai and Perron)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.methods.samples import (
    Step,
    after,
    observed,
    per_year,
    positions,
    span,
    unit,
)
from rareearth.methods.trends import check_level, newey_west, without

Partition: TypeAlias = tuple[float, tuple[int, ...], np.ndarray]
"""Sum of squares, ends of the segments but the last, sizes of the steps."""

MOST_ROUNDS = 50  # of the search for the sizes of steps

SUP_F_NEXT = (8.58, 10.13, 11.14, 11.83, 12.25, 12.66, 13.08, 13.35, 13.75, 13.89)
"""5 % critical values of supF(m + 1 | m), m = 0..9, of one coefficient that breaks,
trim 0.15: Bai and Perron, *Econometrics Journal* 6 (2003), 72, as two public
transcriptions of that table agree. They do not hold for a trend that breaks."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Sums of squares of every stretch of a sample, for one set of regressors.

    Attributes
    ----------
    x : ndarray, shape (n, k)
        The regressors whose coefficients may break.
    least : int
        The shortest segment, in observations.
    barred : tuple of int
        Observations that may not end a segment.
    """

    x: np.ndarray
    least: int
    barred: tuple[int, ...] = ()

    @cached_property
    def _stretches(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return start, end (excluded) and inverse of X'X, shape (k k, n), of each."""
        n = len(self.x)
        start, end = np.nonzero(
            np.subtract.outer(-np.arange(n + 1), -np.arange(n + 1)) >= self.least
        )
        products = self.x[:, :, None] * self.x[:, None, :]
        total = np.concatenate([np.zeros((1, *products.shape[1:])), products.cumsum(0)])
        inverse = np.linalg.inv(total[end] - total[start])
        return start, end, inverse.reshape(len(start), -1).T.copy()

    def squares(self, y: np.ndarray) -> np.ndarray:
        """Return the least sum of squares from each start to each end (excluded).

        Infinite where a stretch is shorter than `least`.
        """
        start, end, inverse = self._stretches
        y = y - y.mean()  # with a constant among the regressors this changes nothing
        moment = np.vstack([np.zeros(self.x.shape[1]), (self.x * y[:, None]).cumsum(0)])
        power = np.concatenate([[0.0], (y**2).cumsum()])
        xy = moment[end] - moment[start]
        pairs = (xy.T[:, None] * xy.T[None, :]).reshape(-1, len(start))
        explained = (pairs * inverse).sum(axis=0)
        left = np.maximum(power[end] - power[start] - explained, 0.0)
        table = np.full((len(y) + 1, len(y) + 1), np.inf)
        table.ravel()[start * len(table) + end] = left
        return table

    def best(self, y: np.ndarray, most: int) -> list[tuple[float, tuple[int, ...]]]:
        """Return sum of squares and ends of segments for 0, 1, ... `most` breaks.

        Bai and Perron's dynamic programme. An end is the number of observations up
        to and with the last one of a segment; the last segment ends with the sample.
        """
        table = self.squares(y)
        allowed = np.ones(len(y) + 1, dtype=bool)
        allowed[list(self.barred)] = False
        cost, paths = table[0], np.empty_like(table)
        came: list[np.ndarray] = []
        found: list[tuple[float, tuple[int, ...]]] = [(float(cost[-1]), ())]
        for _ in range(most):
            open_cost = np.where(allowed, cost, np.inf)
            last = open_cost + table[:, -1]  # of the segment that ends the sample
            at = int(last.argmin())
            if not np.isfinite(last[at]):
                break
            found.append((float(last[at]), (*_walk(came, at), at)))
            if len(found) <= most:
                np.add(open_cost[:, None], table, out=paths)
                came.append(paths.argmin(axis=0))
                cost = paths[came[-1], np.arange(len(y) + 1)]
        return found

    def fitted(self, y: np.ndarray, ends: Sequence[int]) -> np.ndarray:
        """Return the least-squares fit with breaks after the given observations."""
        edges = [0, *ends, len(y)]
        parts = []
        for begin, end in pairwise(edges):
            x = self.x[begin:end]
            parts.append(x @ np.linalg.lstsq(x, y[begin:end], rcond=None)[0])
        return np.concatenate(parts)


def _walk(came: list[np.ndarray], end: int) -> tuple[int, ...]:
    """Return the ends of segments that lead to an end, read backwards."""
    ends = []
    for previous in reversed(came):
        end = int(previous[end])
        ends.append(end)
    return tuple(reversed(ends))


def bic(squares: float, n: int, breaks: int, coefficients: int) -> float:
    """Return the Bayesian information criterion of a partition, in Gaussian form.

    n (log(SSR / n) + 1 + log 2 pi) + log(n) (k + 1)(m + 1): each of m + 1 segments has
    k coefficients, and there are m dates and a variance (as in strucchange).
    """
    penalty = np.log(n) * (coefficients + 1) * (breaks + 1)
    return float(n * (np.log(squares / n) + 1 + np.log(2 * np.pi)) + penalty)


def sup_f_next(squares: np.ndarray, ends: tuple[int, ...], k: int) -> float:
    """Return supF(m + 1 | m): the largest F of one more break inside a segment."""
    n = len(squares) - 1
    found = [np.nan]
    edges = [0, *ends, n]
    for begin, end in pairwise(edges):
        split = float((squares[begin] + squares[:, end]).min())
        if np.isfinite(split):
            whole = squares[begin, end]
            found.append((end - begin - 2 * k) * (whole - split) / split)
    return float(np.nanmax(found)) if len(found) > 1 else np.nan


def search(
    y: np.ndarray, cells: Segments, most: int, columns: np.ndarray
) -> list[Partition]:
    """Return sum of squares, ends and step sizes for each number of breaks.

    With steps, dates and sizes are found in turn until neither moves (Bai and Perron
    2003, section 3.3), from steps of size 0 and from the sizes that differences show.
    """
    plain = [(ssr, ends, np.zeros(0)) for ssr, ends in cells.best(y, most)]
    if not columns.shape[1]:
        return plain
    jumps = np.array([np.diff(y)[column.argmax() - 1] for column in columns.T])
    found: list[Partition] = []
    for m in range(len(plain)):
        starts = [np.zeros(columns.shape[1]), jumps]
        tries = [_alternate(y, cells, m, columns, size) for size in starts]
        found.append(min(tries, key=lambda one: one[0]))
    return found


def _alternate(
    y: np.ndarray, cells: Segments, m: int, columns: np.ndarray, sizes: np.ndarray
) -> Partition:
    """Return a partition with m breaks and the step sizes that belong to it."""
    ends: tuple[int, ...] | None = None
    ssr = np.inf
    for _ in range(MOST_ROUNDS):
        ends_before = ends
        ends = cells.best(y - columns @ sizes, m)[m][1]
        if ends == ends_before:
            break
        rest = np.column_stack([cells.fitted(c, ends) for c in columns.T])
        sizes = np.linalg.lstsq(columns - rest, y - cells.fitted(y, ends), rcond=None)[
            0
        ]
        net = y - columns @ sizes
        ssr = float(((net - cells.fitted(net, ends)) ** 2).sum())
    return ssr, ends or (), sizes


def bootstrap(
    y: np.ndarray,
    cells: Segments,
    ends: tuple[int, ...],
    level: float,
    draws: int,
    seed: int,
) -> np.ndarray | None:
    """Return low and high ends of each break from residuals drawn again in blocks."""
    if not ends or not draws:
        return None
    fitted = cells.fitted(y, ends)
    residuals = y - fitted
    random = np.random.default_rng(seed)
    block = max(1, round(len(y) ** (1 / 3)))
    edges = [0, *ends, len(y)]
    redone = np.empty((draws, len(ends)))
    for draw in range(draws):
        parts = [
            _blocks(residuals[begin:end], block, random)
            for begin, end in pairwise(edges)
        ]
        redone[draw] = cells.best(fitted + np.concatenate(parts), len(ends))[-1][1]
    tails = [(1 - level) / 2, (1 + level) / 2]
    return np.quantile(redone, tails, axis=0, method="inverted_cdf").astype(int)


def _blocks(
    residuals: np.ndarray, block: int, random: np.random.Generator
) -> np.ndarray:
    """Return as many residuals, drawn in blocks that run round the end."""
    n = len(residuals)
    starts = random.integers(0, n, size=-(-n // block))
    return residuals[((starts[:, None] + np.arange(block)) % n).ravel()[:n]]


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


LEAST = 20  # points: fewer leave nothing between the trimmed ends
DRAWS = 4_000  # of the limiting process of sup-F
GRID = 400  # steps of that process
WALKS = 1_000  # random walks with the changes of the sample
SEED = 1993

SUP_F_15 = {
    1: (7.12, 8.68, 12.16),
    2: (5.00, 5.86, 7.78),
    3: (4.09, 4.71, 6.02),
    4: (3.59, 4.09, 5.12),
    5: (3.26, 3.66, 4.53),
}
"""10, 5 and 1 % critical values of sup-F divided by k, its number of coefficients, at
a trim of 0.15: Stock and Watson, *Introduction to Econometrics*, after Andrews,
*Econometrica* 71 (2003), 395, which corrects 61 (1993), 821; as gretl prints them."""

CUSUM = (1.22, 1.36, 1.63)
"""10, 5 and 1 % critical values of OLS-CUSUM (Ploberger and Kraemer 1992)."""

_COLUMNS = (
    "test,at,statistic,critical_10pct,critical_5pct,critical_1pct,p_value,k,n,first,"
    "last,unit,note"
).split(",")


def stability(
    values: pd.Series,
    dates: Sequence[str] = (),
    model: str = "level",
    trim: float = 0.15,
    log: bool = True,
) -> pd.DataFrame:
    """Return tests of one unchanged level or trend against a change.

    Chow, at a date that was known beforehand: F = [(SSR - SSR1 - SSR2) / k] / [(SSR1 +
    SSR2) / (n - 2k)], exact F(k, n - 2k) with independent normal errors. Sup-F, date
    unknown: the largest k F over the middle of the sample; its distribution is not F.
    Sup-F, robust: the same with a Newey-West covariance, for the autocorrelation that
    makes the plain one reject far too often. Sup-F, random walk: the same statistic
    against random walks made of the series' own changes, since a walk without any
    break looks as if its level had one (Nunes, Kuan and Newbold). OLS-CUSUM: the
    largest |sum of residuals| / (s sqrt n); of a level only, its critical values do
    not hold with a trend.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        NaN periods are left out.
    dates : sequence of str
        Known dates: the *last* period on the old footing, e.g. ``"2015-04"``.
    model : {"level", "trend"}
        k = 1 or 2 coefficients.
    trim : float
        The part of the sample at each end in which sup-F looks for no break.
    log : bool
        Take logarithms.

    Returns
    -------
    DataFrame, one row per test
        ``test`` str, ``at`` Period (last observation before the break; of OLS-CUSUM
        the peak), ``statistic``, ``critical_10pct``, ``critical_5pct``,
        ``critical_1pct``, ``p_value`` float, ``k``, ``n`` int, ``first``, ``last``
        Period, ``unit``, ``note`` str.

    Raises
    ------
    NoFigures
        If there are fewer than 20 points.
    ParameterError
        If a date is not inside the sample, or a parameter is impossible.

    References
    ----------
    Chow, *Econometrica* 28 (1960), 591; Andrews (1993, 2003), see `SUP_F_15`;
    Ploberger and Kraemer, *Econometrica* 60 (1992), 271; Nunes, Kuan and Newbold,
    *Econometric Theory* 11 (1995), 736.
    """
    if model not in MODELS:
        raise ParameterError(f"model: {model!r} is not one of {', '.join(MODELS)}")
    if not 0.05 <= trim <= 0.4:
        raise ParameterError(f"trim: {trim!r} is not a share from 0.05 to 0.4")
    found = observed(values, LEAST, "a test of stability", log)
    cells = segments_of(found, model, trim)
    rows = [_chow(found, cells, _ends(found, date, cells)) for date in dates]
    rows += [test(found, cells, trim) for test in (_sup_f, _sup_f_robust, _sup_f_walk)]
    if model == "level":
        rows.append(_cusum(found, found.to_numpy(), cells))
    table = pd.DataFrame(rows).assign(
        k=cells.x.shape[1],
        n=len(found),
        first=found.index[0],
        last=found.index[-1],
        unit=unit(values),
    )
    return table[_COLUMNS]


def f_values(y: np.ndarray, cells: Segments) -> pd.Series:
    """Return k F of a break after each observation, by number of observations before.

    Times k, as in Andrews, so that the values are comparable with chi-squared.
    """
    n, k = cells.x.shape
    table = cells.squares(y)
    split = pd.Series(table[0] + table[:, n]).replace(np.inf, np.nan).dropna()
    return (table[0, n] - split) / (split / (n - 2 * k))


def sup_f_p_value(
    statistic: float, k: int, trim: float, trending: bool = False
) -> float:
    """Return the probability that k sup-F is larger when nothing changed.

    By simulation of the limit with a fixed seed, 4,000 draws on 400 steps: with
    regressors that do not trend, sup over p in [trim, 1 - trim] of |W(p) - p W(1)|^2 /
    (p (1 - p)), W a k-dimensional Brownian motion; with a constant and a trend, sup-F
    of white noise on the two. Never below 1 / 4,000.
    """
    above = (_sup_f_limit(k, round(trim, 4), trending) >= statistic).sum()
    return max(float(above), 1.0) / DRAWS


@lru_cache(maxsize=16)
def _sup_f_limit(k: int, trim: float, trending: bool) -> np.ndarray:
    """Return draws of k sup-F."""
    random = np.random.default_rng(SEED)
    share = np.arange(1, GRID + 1) / GRID
    inside = (share >= trim) & (share <= 1 - trim)
    one, line = np.ones((GRID, 1)), (share - share.mean())[:, None]
    x = np.hstack([one, line]) if trending else one
    total = np.zeros((DRAWS, int(inside.sum())))
    for _ in range(1 if trending else k):
        total += _explained(random.standard_normal((DRAWS, GRID)), x, inside)[0]
    return total.max(axis=1)


def _explained(
    y: np.ndarray, x: np.ndarray, inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what a break explains of each row of y, and what is left without one.

    Returns
    -------
    ndarray, shape (rows, breaks)
        SSR without a break less SSR with one after each observation that is `inside`.
    ndarray, shape (rows, 1)
        SSR without a break.
    """
    products = (x[:, :, None] * x[:, None, :]).cumsum(axis=0)
    moments = (y[:, :, None] * x).cumsum(axis=1)
    early, whole = moments[:, inside], moments[:, -1:]

    def fit(part: np.ndarray, square: np.ndarray) -> np.ndarray:
        return np.einsum("rbi,bij,rbj->rb", part, np.linalg.inv(square), part)

    straight = fit(whole, products[-1:])
    split = fit(early, products[inside])
    split += fit(whole - early, products[-1] - products[inside])
    return split - straight, (y**2).sum(axis=1, keepdims=True) - straight


def _critical(k: int, trim: float, trending: bool) -> tuple[list[float], str]:
    """Return critical values at 10, 5, 1 % and where they are from."""
    if trim == 0.15 and k in SUP_F_15 and not trending:
        return [k * value for value in SUP_F_15[k]], "critical values of Andrews (2003)"
    limit = _sup_f_limit(k, round(trim, 4), trending)
    tails = np.quantile(limit, [0.90, 0.95, 0.99])
    return [float(value) for value in tails], "critical values simulated"


def _sup_f(found: pd.Series, cells: Segments, trim: float) -> dict[str, object]:
    values = f_values(found.to_numpy(), cells)
    return _sup_row("sup-F", found, values, cells.x.shape[1], trim)


def _sup_f_robust(found: pd.Series, cells: Segments, trim: float) -> dict[str, object]:
    """Return sup-F with a Newey-West covariance of the difference at each date."""
    at, y, (n, k) = positions(found), found.to_numpy(), cells.x.shape
    wald = {}
    for end in range(cells.least, n - cells.least + 1):
        later = cells.x * (np.arange(n) >= end)[:, None]
        fit = newey_west(y, np.hstack([cells.x, later]), at)
        gap, spread = fit.estimate[k:], fit.covariance[k:, k:]
        wald[end] = float(gap @ np.linalg.solve(spread, gap))
    return _sup_row("sup-F, robust", found, pd.Series(wald), k, trim)


def _sup_row(
    name: str, found: pd.Series, values: pd.Series, k: int, trim: float
) -> dict[str, object]:
    trending = k > 1  # of the two models, the one with k = 2 has a trend
    critical, note = _critical(k, trim, trending)
    return {
        "test": name,
        "at": found.index[int(values.idxmax()) - 1],
        "statistic": float(values.max()),
        **_named(critical),
        "p_value": sup_f_p_value(float(values.max()), k, trim, trending),
        "note": f"{note}, trim {trim:g}; times k",
    }


def _sup_f_walk(found: pd.Series, cells: Segments, trim: float) -> dict[str, object]:
    """Return sup-F beside what random walks with the same changes would show."""
    n, k = cells.x.shape
    y, gaps = found.to_numpy(), np.diff(positions(found))
    pool = np.diff(y)[gaps == 1]
    random = np.random.default_rng(SEED)
    drawn = random.choice(pool - pool.mean(), (WALKS, n - 1)) * np.sqrt(gaps)
    walks = np.hstack([np.zeros((WALKS, 1)), drawn.cumsum(axis=1)])
    inside = np.zeros(n, dtype=bool)
    inside[cells.least - 1 : n - cells.least] = True
    gain, left = _explained(walks - walks.mean(axis=1, keepdims=True), cells.x, inside)
    limit = (gain / ((left - gain) / (n - 2 * k))).max(axis=1)
    values = f_values(y, cells)
    above = max(int((limit >= values.max()).sum()), 1)
    return {
        "test": "sup-F, random walk",
        "at": found.index[int(values.idxmax()) - 1],
        "statistic": float(values.max()),
        **_named([float(q) for q in np.quantile(limit, [0.90, 0.95, 0.99])]),
        "p_value": above / WALKS,
        "note": f"how often {WALKS:,} random walks show as much; times k",
    }


def _chow(found: pd.Series, cells: Segments, end: int) -> dict[str, object]:
    from scipy import stats

    n, k = cells.x.shape
    statistic = float(f_values(found.to_numpy(), cells)[end]) / k
    free = n - 2 * k
    critical = [float(stats.f.isf(tail, k, free)) for tail in (0.1, 0.05, 0.01)]
    return {
        "test": "Chow",
        "at": found.index[end - 1],
        "statistic": statistic,
        **_named(critical),
        "p_value": float(stats.f.sf(statistic, k, free)),
        "note": f"F({k}, {free}), date known beforehand",
    }


def _cusum(found: pd.Series, y: np.ndarray, cells: Segments) -> dict[str, object]:
    from statsmodels.stats.diagnostic import breaks_cusumolsresid

    residuals = y - cells.fitted(y, ())
    result = breaks_cusumolsresid(residuals, ddof=cells.x.shape[1])
    return {
        "test": "OLS-CUSUM",
        "at": found.index[int(np.abs(residuals.cumsum()).argmax())],
        "statistic": float(result[0]),
        **_named(CUSUM),
        "p_value": float(result[1]),
        "note": "critical values of Ploberger and Kraemer (1992)",
    }


def _named(critical: Sequence[float]) -> dict[str, float]:
    names = ("critical_10pct", "critical_5pct", "critical_1pct")
    return dict(zip(names, critical, strict=True))


def _ends(found: pd.Series, date: str, cells: Segments) -> int:
    """Return how many observations lie up to a date, refusing the ends of a sample."""
    try:
        last = pd.Period(date, freq=found.index.freq)
    except ValueError:
        raise ParameterError(f"dates: {date!r} is not a period") from None
    end = int((found.index <= last).sum())
    if not cells.least <= end <= len(found) - cells.least:
        raise ParameterError(
            f"dates: {date} leaves fewer than {cells.least} observations on one side "
            f"of {span(found)}"
        )
    return end

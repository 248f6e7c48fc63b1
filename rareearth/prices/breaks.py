"""Whether the level of a series changed, and when (Bai and Perron)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.prices.samples import observed, positions, span, unit
from rareearth.prices.trends import check_level, newey_west

SUP_F_NEXT = (8.58, 10.13, 11.14, 11.83, 12.25, 12.66, 13.08, 13.35, 13.75, 13.89)
"""5 % critical values of supF(m + 1 | m), m = 0..9, of one coefficient that breaks,
trim 0.15: Bai and Perron, *Econometrics Journal* 6 (2003), 72, as two public
transcriptions of that table agree."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Sums of squares of every stretch of a sample, for one set of regressors.

    Attributes
    ----------
    x : ndarray, shape (n, k)
        The regressors whose coefficients may break.
    least : int
        The shortest segment, in observations.
    """

    x: np.ndarray
    least: int

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
        cost, paths = table[0], np.empty_like(table)
        came: list[np.ndarray] = []
        found: list[tuple[float, tuple[int, ...]]] = [(float(cost[-1]), ())]
        for _ in range(most):
            last = cost + table[:, -1]  # of the segment that ends the sample
            at = int(last.argmin())
            if not np.isfinite(last[at]):
                break
            found.append((float(last[at]), (*_walk(came, at), at)))
            if len(found) <= most:
                np.add(cost[:, None], table, out=paths)
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


FAR = 1e6  # where the limit of a break date has long been 0 or 1
MEMORY = 0.97  # the most autocorrelation that is allowed for: beyond, nothing is known


def long_run_variance(residuals: np.ndarray) -> float:
    """Return the variance of a mean times n, allowing for autocorrelation.

    Newey-West of what an autoregression of first order leaves over, put back to the
    scale of the residuals (prewhitening: Andrews and Monahan, *Econometrica* 60
    (1992), 953). Its coefficient is corrected for its bias in short samples by
    (1 + 3 r) / n (Kendall 1954).
    """
    n = len(residuals)
    known, later = residuals[:-1], residuals[1:]
    power = float(known @ known)
    raw = float(known @ later) / power if power else 0.0
    memory = float(np.clip(raw + (1 + 3 * raw) / n, -MEMORY, MEMORY))
    white = later - memory * known
    lags = int(4 * (n / 100) ** (2 / 9))
    total = float(white @ white)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(white[lag:] @ white[:-lag])
    return max(total, 0.0) / len(white) / (1 - memory) ** 2


def limit_of_date(x: float, ratio: float) -> float:
    """Return the distribution function of the limit of a break date.

    That of argmax V(s), with V(s) = W(-s) - |s| / 2 before 0 and sqrt(ratio) W(s) - s /
    2 after it, W a Brownian motion: Bai (1997), appendix B, for regressors that do not
    change.

    Parameters
    ----------
    x : float
    ratio : float
        Long-run variance after the break over that before it.
    """
    from scipy.special import log_ndtr

    size, after = abs(x), x > 0
    if size == 0:
        return 1 / (1 + ratio)
    share = 1 / ratio
    root = np.sqrt(size)
    if not after:
        near = -np.exp(np.log(size) / 2 - size / 8 - np.log(2 * np.pi) / 2)
        middle = ratio * (ratio + 2) / (ratio + 1)
        far = middle * np.exp(
            share * (1 + share) * size / 2 + log_ndtr(-(0.5 + share) * root)
        )
        edge = size / 2 - 2 + (ratio + 2) ** 2 / (ratio + 1)
        return float(near - far + edge * np.exp(log_ndtr(-root / 2)))
    near = np.sqrt(share) * np.exp(
        np.log(size) / 2 - share * size / 8 - np.log(2 * np.pi) / 2
    )
    middle = share * (2 * ratio + 1) / (ratio + 1)
    far = middle * np.exp(
        (ratio + 1) * size / 2 + log_ndtr(-(ratio + 0.5) / np.sqrt(ratio) * root)
    )
    edge = (2 * ratio + 1) ** 2 / ((ratio + 1) * ratio) - 2 + share * size / 2
    return float(1 + near + far - edge * np.exp(log_ndtr(-np.sqrt(share) * root / 2)))


def interval_of_date(
    first: np.ndarray,
    second: np.ndarray,
    level: float,
    variances: tuple[float, float] | None = None,
) -> tuple[int, int]:
    """Return how many observations before and after a date its interval reaches.

    Bai (1997): the distance of the date found from the true one, times the squared
    change of the mean over the long-run variance before it, has the distribution of
    `limit_of_date`. Variances are those of each segment.

    Parameters
    ----------
    first, second : ndarray
        The values of the segments that a break parts.
    level : float
        Probability of the interval.
    variances : (float, float), optional
        Long-run variances of both. Default: `long_run_variance`.

    References
    ----------
    Bai, *Review of Economics and Statistics* 79 (1997), 551.
    """
    from scipy.optimize import brentq

    change = float(second.mean() - first.mean())
    own = variances or [
        long_run_variance(part - part.mean()) for part in (first, second)
    ]
    before, after = (max(each, 1e-12 * change**2) for each in own)
    tail, ratio = (1 - level) / 2, after / before
    ends = []
    for chance, side in ((tail, -1.0), (1 - tail, 1.0)):

        def over(x: float, chance: float = chance) -> float:
            return limit_of_date(x, ratio) - chance

        edge = side
        while over(edge) * side < 0 and abs(edge) < FAR:
            edge *= 2
        inside = over(0) * side < 0 < over(edge) * side
        ends.append(brentq(over, 0, edge) * before / change**2 if inside else 0.0)
    # The error of the date is turned round: a date found late lies after the true one.
    return int(np.ceil(ends[1])), int(np.ceil(-ends[0]))


SHORTEST = 5  # observations: a shorter segment has no level to speak of


@dataclass(frozen=True, eq=False)
class Breaks:
    """Breaks of the level of a series, with what was tried and what it rests on.

    Attributes
    ----------
    dates : DataFrame, one row per break
        ``last`` Period: the last observation of the segment that ends; ``next``;
        ``low``, ``high`` Period: the interval of ``last``; ``change`` float: of the
        level from segment to segment, a share (log) or in the unit.
    segments : DataFrame, one row per segment
        ``first``, ``last`` Period, ``n`` int, ``level`` float: the mean, in the unit
        (of logs: their geometric mean).
    criteria : DataFrame, one row per number of breaks
        ``breaks`` int, ``ssr``, ``bic`` float, ``chosen`` bool, ``last`` str,
        ``sup_f_next`` float: supF(m + 1 | m), ``critical_5pct``: its critical value
        without autocorrelation, NaN where no printed one holds (other trims).
    autocorrelation : float
        Of the residuals at lag 1. When it is far from 0, the criterion finds too many
        breaks.
    """

    dates: pd.DataFrame
    segments: pd.DataFrame
    criteria: pd.DataFrame
    autocorrelation: float


def breaks(
    values: pd.Series,
    max_breaks: int = 5,
    trim: float = 0.15,
    log: bool = True,
    level: float = 0.95,
) -> Breaks:
    """Return the breaks of the level of a series by least squares over all partitions.

    For m = 0..max_breaks the dates are those of the least sum of squares; m is that
    of the least BIC. Intervals are those of `interval_of_date`, no wider than the two
    segments.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        NaN periods are left out; a segment may span a gap, and nothing is filled in.
        A known tax step is taken off beforehand (`net_of`).
    max_breaks : int
        From 0 to what `trim` leaves room for.
    trim : float
        The shortest segment as a share of the sample, 0.05 to 0.4.
    log : bool
        Take logarithms, as prices ask for.
    level : float
        Probability of the intervals.

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
    Analysis* 44 (2003), 109 (the criterion).
    """
    room = check_trim(trim)
    if type(max_breaks) is not int or not 0 <= max_breaks <= room:
        raise ParameterError(
            f"max_breaks: {max_breaks!r} is not a number from 0 to {room}, the most "
            f"that a trim of {trim:g} leaves room for"
        )
    check_level(level)
    needed = max(int(np.ceil(SHORTEST / trim)), 2 * SHORTEST)
    found = observed(values, needed, f"breaks with trim {trim:g}", log)
    y, cells = found.to_numpy(), levels_of(found, trim)
    tried = cells.best(y, max_breaks)
    scores = [bic(ssr, len(y), m, 1) for m, (ssr, _) in enumerate(tried)]
    ends = tried[int(np.argmin(scores))][1]
    squares, edges = cells.squares(y), [0, *ends, len(y)]
    parts = [y[begin:end] for begin, end in pairwise(edges)]
    means = np.array([part.mean() for part in parts])
    at = np.array(ends, dtype=int)
    reach = [interval_of_date(*pair, level) for pair in pairwise(parts)]
    down, up = np.array(reach, dtype=int).reshape(-1, 2).T
    low = np.maximum(at - down, np.array(edges[:-2], dtype=int) + 1)
    high = np.minimum(at + up, np.array(edges[2:], dtype=int))
    changes = np.diff(means)
    index = found.index
    return Breaks(
        dates=pd.DataFrame(
            {
                "last": index[at - 1],
                "next": index[at],
                "low": index[low - 1],
                "high": index[high - 1],
                "change": np.expm1(changes) if log else changes,
            }
        ),
        segments=pd.DataFrame(
            {
                "first": index[edges[:-1]],
                "last": index[np.array(edges[1:]) - 1],
                "n": np.diff(edges),
                "level": np.exp(means) if log else means,
            }
        ),
        criteria=pd.DataFrame(
            {
                "breaks": range(len(tried)),
                "ssr": [ssr for ssr, _ in tried],
                "bic": scores,
                "chosen": [m == int(np.argmin(scores)) for m in range(len(tried))],
                "last": [
                    ", ".join(str(index[end - 1]) for end in each) for _, each in tried
                ],
                "sup_f_next": [sup_f_next(squares, each, 1) for _, each in tried],
                "critical_5pct": [
                    SUP_F_NEXT[m] if trim == 0.15 else np.nan for m in range(len(tried))
                ],
            }
        ),
        autocorrelation=autocorrelation(y - cells.fitted(y, ends)),
    )


def check_trim(trim: float) -> int:
    """Return how many breaks a trim leaves room for, refusing an impossible one."""
    if not 0.05 <= trim <= 0.4:
        raise ParameterError(f"trim: {trim!r} is not a share from 0.05 to 0.4")
    return int(1 / trim + 1e-9) - 1


def levels_of(found: pd.Series, trim: float) -> Segments:
    """Return the stretches of a sample, each with a level of its own."""
    return Segments(np.ones((len(found), 1)), int(trim * len(found) + 1e-9))


def autocorrelation(residuals: np.ndarray) -> float:
    """Return the correlation of residuals with their predecessors; NaN if constant."""
    power = float((residuals**2).sum())
    return float((residuals[1:] * residuals[:-1]).sum() / power) if power else np.nan


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
    trim: float = 0.15,
    log: bool = True,
) -> pd.DataFrame:
    """Return tests of one unchanged level against a change.

    Chow, at a date that was known beforehand: F = [(SSR - SSR1 - SSR2) / k] / [(SSR1 +
    SSR2) / (n - 2k)], exact F(k, n - 2k) with independent normal errors. Sup-F, date
    unknown: the largest k F over the middle of the sample; its distribution is not F.
    Sup-F, robust: the same with a Newey-West covariance, for the autocorrelation that
    makes the plain one reject far too often. Sup-F, random walk: the same statistic
    against random walks made of the series' own changes, since a walk without any
    break looks as if its level had one (Nunes, Kuan and Newbold). OLS-CUSUM: the
    largest |sum of residuals| / (s sqrt n).

    Parameters
    ----------
    values : Series of float, PeriodIndex
        NaN periods are left out.
    dates : sequence of str
        Known dates: the *last* period on the old footing, e.g. ``"2015-04"``.
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
    check_trim(trim)
    found = observed(values, LEAST, "a test of stability", log)
    cells = levels_of(found, trim)
    rows = [_chow(found, cells, _ends(found, date, cells)) for date in dates]
    rows += [test(found, cells, trim) for test in (_sup_f, _sup_f_robust, _sup_f_walk)]
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


def sup_f_p_value(statistic: float, k: int, trim: float) -> float:
    """Return the probability that k sup-F is larger when nothing changed.

    By simulation of the limit with a fixed seed, 4,000 draws on 400 steps: sup over p
    in [trim, 1 - trim] of |W(p) - p W(1)|^2 / (p (1 - p)), W a k-dimensional Brownian
    motion. Never below 1 / 4,000.
    """
    above = (_sup_f_limit(k, round(trim, 4)) >= statistic).sum()
    return max(float(above), 1.0) / DRAWS


@lru_cache(maxsize=16)
def _sup_f_limit(k: int, trim: float) -> np.ndarray:
    """Return draws of k sup-F."""
    random = np.random.default_rng(SEED)
    share = np.arange(1, GRID + 1) / GRID
    inside = (share >= trim) & (share <= 1 - trim)
    total = np.zeros((DRAWS, int(inside.sum())))
    for _ in range(k):
        noise = random.standard_normal((DRAWS, GRID))
        total += _explained(noise, np.ones((GRID, 1)), inside)[0]
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


def _critical(k: int, trim: float) -> tuple[list[float], str]:
    """Return critical values at 10, 5, 1 % and where they are from."""
    if trim == 0.15 and k in SUP_F_15:
        return [k * value for value in SUP_F_15[k]], "critical values of Andrews (2003)"
    limit = _sup_f_limit(k, round(trim, 4))
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
    critical, note = _critical(k, trim)
    return {
        "test": name,
        "at": found.index[int(values.idxmax()) - 1],
        "statistic": float(values.max()),
        **_named(critical),
        "p_value": sup_f_p_value(float(values.max()), k, trim),
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

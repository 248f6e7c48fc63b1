"""Whether the level of a series changed, and when; and whether it returns to one."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rareearth.prices.series import longest_run, observed, positions

MOST_BREAKS = 5
TRIM = 0.15  # the shortest segment as a share of the sample
LEVEL = 0.95  # probability of the intervals
SHORTEST = 5  # observations: a shorter segment has no level to speak of


def bartlett(values: np.ndarray, lags: int) -> float:
    """Return the sum of squares of values, and of products with later ones, weighted.

    The weights fall evenly to nought beyond the lags (Newey and West 1987).
    """
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    return float(S_hac_simple(values[:, None], nlags=lags).item())


def newey_west(
    y: np.ndarray,
    x: np.ndarray,
    at: np.ndarray | None = None,
    lags: int | None = None,
    correction: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return least squares of y on x: estimates, and their Newey-West covariance.

    (X'X)^-1 S (X'X)^-1 with S = G_0 + sum over l = 1..L of (1 - l / (L + 1))
    (G_l + G_l') and G_l = sum over t of u_t u_{t-l} x_t x_{t-l}'.

    Parameters
    ----------
    at : ndarray of int, optional
        The period of each row. Rows of a gap are absent, and a pair across it counts
        by its true distance (Parzen's amplitude modulation; Datta and Du 2012).
    lags : int, optional
        L. Default: floor(4 (n / 100)^(2/9)), with n the periods spanned.
    correction : bool
        Multiply the covariance by n / (n - k).

    References
    ----------
    Newey and West, *Econometrica* 55 (1987), 703; Datta and Du, FEDS 2012-53.
    """
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    at = np.arange(len(y)) if at is None else at
    n, k = x.shape
    spanned = int(at[-1] - at[0]) + 1
    lags = int(4 * (spanned / 100) ** (2 / 9)) if lags is None else lags
    solving = np.linalg.pinv(x)  # X'X would lose half of the digits
    estimate, inverse = solving @ y, solving @ solving.T
    residuals = y - x @ estimate
    scores = np.zeros((spanned, k))
    scores[at - at[0]] = x * residuals[:, None]
    covariance = inverse @ S_hac_simple(scores, nlags=lags) @ inverse
    if correction:
        covariance = covariance * n / (n - k)
    return estimate, covariance


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
        cost, paths = table[0], [()] * len(table)
        found: list[tuple[float, tuple[int, ...]]] = [(float(cost[-1]), ())]
        for _ in range(most):
            total = cost[:, None] + table  # of the segment that ends a stretch
            before = total.argmin(axis=0)
            cost = total[before, np.arange(len(before))]
            if not np.isfinite(cost[-1]):
                break
            paths = [(*paths[end], int(end)) for end in before]
            found.append((float(cost[-1]), paths[-1]))
        return found


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
    total = bartlett(white, int(4 * (n / 100) ** (2 / 9)))
    return max(total, 0.0) / len(white) / (1 - memory) ** 2


def limit_of_date(x: float, ratio: float) -> float:
    """Return the distribution function of the limit of a break date.

    That of argmax V(s), with V(s) = W(-s) - |s| / 2 before 0 and sqrt(ratio) W(s) - s /
    2 after it, W a Brownian motion: Bai (1997), appendix B, for regressors that do not
    change. After 0 it is the same with time turned round.

    Parameters
    ----------
    x : float
    ratio : float
        Long-run variance after the break over that before it.
    """
    from scipy.special import log_ndtr

    if x > 0:
        return 1 - limit_of_date(-x / ratio, 1 / ratio)
    size, share = -x, 1 / ratio
    if size == 0:
        return 1 / (1 + ratio)
    root = np.sqrt(size)
    near = -np.exp(np.log(size) / 2 - size / 8 - np.log(2 * np.pi) / 2)
    middle = ratio * (ratio + 2) / (ratio + 1)
    far = middle * np.exp(
        share * (1 + share) * size / 2 + log_ndtr(-(0.5 + share) * root)
    )
    edge = size / 2 - 2 + (ratio + 2) ** 2 / (ratio + 1)
    return float(near - far + edge * np.exp(log_ndtr(-root / 2)))


def _reach(tail: float, ratio: float) -> float:
    """Return how far before 0 the limit of a break date has only `tail` left."""
    from scipy.optimize import brentq

    def over(size: float) -> float:
        return limit_of_date(-size, ratio) - tail

    edge = 1.0
    while over(edge) > 0 and edge < FAR:
        edge *= 2
    return float(brentq(over, 0, edge)) if over(0) > 0 > over(edge) else 0.0


def interval_of_date(
    first: np.ndarray,
    second: np.ndarray,
    level: float = LEVEL,
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
    power = float(second.mean() - first.mean()) ** 2
    own = variances or [
        long_run_variance(part - part.mean()) for part in (first, second)
    ]
    before, after = (max(each, 1e-12 * power) for each in own)
    tail = (1 - level) / 2
    # The error of the date is turned round: a date found late lies after the true one.
    down = _reach(tail, before / after) * after / power
    up = _reach(tail, after / before) * before / power
    return int(np.ceil(down)), int(np.ceil(up))


class Breaks(NamedTuple):
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
    criteria : DataFrame, one row per number of breaks from 0
        ``ssr``, ``bic`` float, ``last`` str, ``sup_f_next`` float: supF(m + 1 | m),
        ``critical_5pct``: its critical value without autocorrelation.
    """

    dates: pd.DataFrame
    segments: pd.DataFrame
    criteria: pd.DataFrame


def breaks(values: pd.Series, log: bool = True) -> Breaks:
    """Return the breaks of the level of a series by least squares over all partitions.

    For m = 0..5 the dates are those of the least sum of squares; m is that of the least
    BIC. Intervals are those of `interval_of_date`, no wider than the two segments.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        NaN periods are left out; a segment may span a gap, and nothing is filled in.
        A known tax step is taken off beforehand (`net_of`).
    log : bool
        Take logarithms, as prices ask for.

    Raises
    ------
    NoFigures
        If the series is too short for two segments. The message says what it needs.

    References
    ----------
    Bai and Perron, *Econometrica* 66 (1998), 47; *J. Applied Econometrics* 18 (2003),
    1; Zeileis, Kleiber, Kraemer and Hornik, *Computational Statistics and Data
    Analysis* 44 (2003), 109 (the criterion).
    """
    needed = int(np.ceil(SHORTEST / TRIM))
    found = observed(values, needed, f"breaks with trim {TRIM:g}", log)
    y, cells = found.to_numpy(), levels_of(found)
    tried = cells.best(y, MOST_BREAKS)
    scores = [bic(ssr, len(y), m, 1) for m, (ssr, _) in enumerate(tried)]
    ends = tried[int(np.argmin(scores))][1]
    squares, edges = cells.squares(y), [0, *ends, len(y)]
    parts = [y[begin:end] for begin, end in pairwise(edges)]
    means = np.array([part.mean() for part in parts])
    at = np.array(ends, dtype=int)
    reach = [interval_of_date(*pair) for pair in pairwise(parts)]
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
                "ssr": [ssr for ssr, _ in tried],
                "bic": scores,
                "last": [", ".join(str(index[i - 1]) for i in at_) for _, at_ in tried],
                "sup_f_next": [sup_f_next(squares, each, 1) for _, each in tried],
                "critical_5pct": SUP_F_NEXT[: len(tried)],
            }
        ),
    )


def levels_of(found: pd.Series) -> Segments:
    """Return the stretches of a sample, each with a level of its own."""
    return Segments(np.ones((len(found), 1)), int(TRIM * len(found) + 1e-9))


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

CUSUM = 1.36
"""5 % critical value of OLS-CUSUM (Ploberger and Kraemer 1992)."""


def stability(values: pd.Series, log: bool = True) -> pd.DataFrame:
    """Return tests of one unchanged level against a change at an unknown date.

    Sup-F: the largest F of one break over the middle of the sample; its distribution is
    not F. Sup-F, robust: the same with a Newey-West covariance, for the autocorrelation
    that makes the plain one reject far too often. Sup-F, random walk: the same
    statistic against random walks made of the series' own changes, since a walk without
    any break looks as if its level had one (Nunes, Kuan and Newbold). OLS-CUSUM: the
    largest |sum of residuals| / (s sqrt n).

    Parameters
    ----------
    values : Series of float, PeriodIndex
        NaN periods are left out.
    log : bool
        Take logarithms.

    Returns
    -------
    DataFrame, one row per test
        ``test`` str, ``at`` Period (last observation before the break; of OLS-CUSUM
        the peak), ``statistic``, ``critical_5pct``, ``p_value`` float, ``note`` str.

    Raises
    ------
    NoFigures
        If there are fewer than 20 points.

    References
    ----------
    Andrews (1993, 2003), see `SUP_F_15`; Ploberger and Kraemer, *Econometrica* 60
    (1992), 271; Nunes, Kuan and Newbold, *Econometric Theory* 11 (1995), 736.
    """
    from statsmodels.stats.diagnostic import breaks_cusumolsresid

    found = observed(values, LEAST, "a test of stability", log)
    y, cells = found.to_numpy(), levels_of(found)
    plain, robust = f_values(y, cells), _wald_values(found, cells)
    andrews = f"critical values of Andrews (2003), trim {TRIM:g}; times k"
    rows = []
    for name, each in (("sup-F", plain), ("sup-F, robust", robust)):
        most, chance = each.max(), sup_f_p_value(each.max(), 1, TRIM)
        rows.append((name, each.idxmax(), most, SUP_F_15[1][1], chance, andrews))
    walks = _sup_f_of_walks(found, cells)
    chance = max(int((walks >= plain.max()).sum()), 1) / WALKS
    note = f"how often {WALKS:,} random walks show as much; times k"
    critical = float(np.quantile(walks, 0.95))
    rows.append(
        ("sup-F, random walk", plain.idxmax(), plain.max(), critical, chance, note)
    )
    residuals = y - y.mean()
    peak = int(np.abs(residuals.cumsum()).argmax()) + 1
    cusum, p_value, _ = breaks_cusumolsresid(residuals, ddof=1)
    note = "critical values of Ploberger and Kraemer (1992)"
    rows.append(("OLS-CUSUM", peak, cusum, CUSUM, p_value, note))
    names = ["test", "at", "statistic", "critical_5pct", "p_value", "note"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(at=found.index[table["at"] - 1])


def f_values(y: np.ndarray, cells: Segments) -> pd.Series:
    """Return k F of a break after each observation, by number of observations before.

    Times k, as in Andrews, so that the values are comparable with chi-squared.
    """
    n, k = cells.x.shape
    table = cells.squares(y)
    split = pd.Series(table[0] + table[:, n]).replace(np.inf, np.nan).dropna()
    return (table[0, n] - split) / (split / (n - 2 * k))


def _wald_values(found: pd.Series, cells: Segments) -> pd.Series:
    """Return F with a Newey-West covariance of the difference at each date."""
    at, y, n = positions(found), found.to_numpy(), len(found)
    values = {}
    for end in range(cells.least, n - cells.least + 1):
        later = np.arange(n) >= end
        x = np.column_stack([np.ones(n), later])
        estimate, covariance = newey_west(y, x, at)
        values[end] = float(estimate[1] ** 2 / covariance[1, 1])
    return pd.Series(values)


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
        total += explained(random.standard_normal((DRAWS, GRID)), inside)[0]
    return total.max(axis=1)


def _sup_f_of_walks(found: pd.Series, cells: Segments) -> np.ndarray:
    """Return sup-F of random walks with the changes of a series, as long as it."""
    n, gaps = len(found), np.diff(positions(found))
    pool = np.diff(found.to_numpy())[gaps == 1]
    random = np.random.default_rng(SEED)
    drawn = random.choice(pool - pool.mean(), (WALKS, n - 1)) * np.sqrt(gaps)
    walks = np.hstack([np.zeros((WALKS, 1)), drawn.cumsum(axis=1)])
    inside = np.zeros(n, dtype=bool)
    inside[cells.least - 1 : n - cells.least] = True
    gain, left = explained(walks - walks.mean(axis=1, keepdims=True), inside)
    return np.asarray((gain / ((left - gain) / (n - 2))).max(axis=1))


def explained(y: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a change of level explains of each row of y, and what there is.

    Returns
    -------
    ndarray, shape (rows, breaks)
        SSR of one level less SSR with a break after each observation `inside`.
    ndarray, shape (rows, 1)
        SSR of one level.
    """
    n, before = y.shape[1], np.flatnonzero(inside) + 1
    sums = y.cumsum(axis=1)
    early, whole = sums[:, inside], sums[:, -1:]
    split = early**2 / before + (whole - early) ** 2 / (n - before)
    one = whole**2 / n
    return split - one, (y**2).sum(axis=1, keepdims=True) - one


LEAST_TESTS = 36  # the ADF regression with its lags needs more
SIGNIFICANT = 0.05

VERDICTS = {
    (True, False): "stationary around a trend: ADF rejects a unit root and KPSS does "
    "not reject stationarity",
    (False, True): "not stationary: ADF does not reject a unit root and KPSS rejects "
    "stationarity",
    (True, True): "the tests disagree: ADF rejects a unit root and KPSS rejects "
    "stationarity, as with breaks or long memory",
    (False, False): "undecided: neither a unit root nor stationarity is rejected; the "
    "sample says too little",
}
"""What ADF and KPSS say together, by (ADF rejects, KPSS rejects)."""


def stationarity(values: pd.Series, log: bool = True) -> tuple[str, pd.Series]:
    """Return whether a series has a unit root, by two tests with opposite nulls.

    ADF (null: unit root; lags by AIC) and KPSS (null: stationary; bandwidth after
    Hobijn, Franses and Ooms) around a linear trend, both on the longest stretch without
    a gap, since both need consecutive periods.

    Parameters
    ----------
    values : Series of float, PeriodIndex
    log : bool
        Test the logarithm.

    Returns
    -------
    (str, Series)
        One of `VERDICTS`, and the stretch.

    Raises
    ------
    NoFigures
        If the longest stretch has fewer than 36 points.

    References
    ----------
    Dickey and Fuller, *JASA* 74 (1979), 427; Kwiatkowski, Phillips, Schmidt and Shin,
    *J. Econometrics* 54 (1992), 159; Hobijn, Franses and Ooms, *Statistica
    Neerlandica* 58 (2004), 483.
    """
    from statsmodels.tsa.stattools import adfuller, kpss

    run = longest_run(values)
    found = observed(run, LEAST_TESTS, "a stationarity test (without a gap)", log)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # KPSS warns where its table ends
        adf = adfuller(found.to_numpy(), regression="ct")
        flat = kpss(found.to_numpy(), regression="ct", nlags="auto")
    rejects = _p_value(adf) < SIGNIFICANT, _p_value(flat) < SIGNIFICANT
    return VERDICTS[rejects], found


def _p_value(result: Any) -> float:
    """Return the p-value of a test, from either form that it has.

    statsmodels returns a tuple until its release 0.16, an object from then on.
    """
    return float(result[1] if isinstance(result, tuple) else result.pvalue)

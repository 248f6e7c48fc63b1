"""Tests of whether the coefficients of a series stayed the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.methods.breaks import MODELS, segments_of
from rareearth.methods.partitions import Segments
from rareearth.methods.regression import newey_west
from rareearth.methods.samples import observed, positions, span, unit

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

"""Regression with errors that allow for autocorrelation, and stationarity."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.prices.samples import longest_run, observed, unit


@dataclass(frozen=True, eq=False)
class Regression:
    """Least squares with a Newey-West covariance (arrays in the order of the columns).

    Attributes
    ----------
    estimate : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
    residuals : ndarray, shape (n,)
    lags : int
    """

    estimate: np.ndarray
    covariance: np.ndarray
    residuals: np.ndarray
    lags: int

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper bounds from Student's t with n - k degrees."""
        from scipy import stats

        free = len(self.residuals) - len(self.estimate)
        half = stats.t.ppf((1 + level) / 2, free) * self.errors
        return self.estimate - half, self.estimate + half

    @property
    def errors(self) -> np.ndarray:
        """Return the standard errors."""
        return np.sqrt(np.diag(self.covariance))


def newey_west(
    y: np.ndarray,
    x: np.ndarray,
    at: np.ndarray | None = None,
    lags: int | None = None,
    correction: bool = True,
) -> Regression:
    """Return least squares of y on x with a Newey-West covariance.

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
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ (x.T @ y)
    residuals = y - x @ estimate
    scores = np.zeros((spanned, k))
    scores[at - at[0]] = x * residuals[:, None]
    covariance = inverse @ S_hac_simple(scores, nlags=lags) @ inverse
    if correction:
        covariance = covariance * n / (n - k)
    return Regression(estimate, covariance, residuals, lags)


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


@dataclass(frozen=True, eq=False)
class Stationarity:
    """ADF and KPSS on one unbroken stretch, and what they say together.

    Attributes
    ----------
    tests : DataFrame
        ``test``, ``null`` str, ``statistic``, ``p_value`` float, ``p_is`` str ("=",
        "<=" or ">=": KPSS tables end at 0.01 and 0.10), ``lags``, ``n`` int,
        ``first``, ``last`` Period, ``unit`` str.
    verdict : str
        One of `VERDICTS`.
    """

    tests: pd.DataFrame
    verdict: str


def stationarity(
    values: pd.Series, log: bool = True, deterministic: str = "ct"
) -> Stationarity:
    """Return whether a series has a unit root, by two tests with opposite nulls.

    ADF (null: unit root; lags by AIC) and KPSS (null: stationary; bandwidth after
    Hobijn, Franses and Ooms), both on the longest stretch without a gap, since both
    need consecutive periods.

    Parameters
    ----------
    values : Series of float, PeriodIndex
    log : bool
        Test the logarithm.
    deterministic : {"c", "ct"}
        Stationary around a constant, or around a linear trend.

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

    if deterministic not in ("c", "ct"):
        raise ParameterError(f"deterministic: {deterministic!r} is not 'c' or 'ct'")
    run = longest_run(values)
    found = observed(run, LEAST_TESTS, "a stationarity test (without a gap)", log)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # KPSS warns where its table ends; `p_is` says
        adf = _parts(adfuller(found.to_numpy(), regression=deterministic))
        flat = _parts(kpss(found.to_numpy(), regression=deterministic, nlags="auto"))
    rejects = adf[1] < SIGNIFICANT, flat[1] < SIGNIFICANT
    tests = pd.DataFrame(
        {
            "test": ["ADF", "KPSS"],
            "null": ["unit root", "stationary"],
            "statistic": [adf[0], flat[0]],
            "p_value": [adf[1], flat[1]],
            "p_is": ["=", {0.01: "<=", 0.1: ">="}.get(flat[1], "=")],
            "lags": [adf[2], flat[2]],
            "n": len(found),
            "first": found.index[0],
            "last": found.index[-1],
            "unit": f"log {unit(values)}" if log else unit(values),
        }
    )
    return Stationarity(tests, VERDICTS[rejects])


def _parts(result: Any) -> tuple[float, float, int]:
    """Return statistic, p-value and lags of a test, from either form that it has.

    statsmodels returns a tuple until its release 0.16, an object from then on.
    """
    if not isinstance(result, tuple):
        result = (result.statistic, result.pvalue, result.lags)
    return float(result[0]), float(result[1]), int(result[2])


def check_level(level: float) -> None:
    """Refuse a probability that is not between 0 and 1, both excluded."""
    if not 0 < level < 1:
        raise ParameterError(
            f"level: {level!r} is not a probability between 0 and 1, such as 0.9"
        )

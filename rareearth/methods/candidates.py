"""Ways to forecast log prices: two by arithmetic, three from statsmodels.

All of them run over gaps (NaN) without filling them: the state-space models by the
Kalman filter, the other two by counting periods.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

NAIVE = "random walk"
_CLOSE = {"maxiter": 200, "pgtol": 1e-9, "factr": 1e4}  # likelihoods are flat

Outlook: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Means and standard deviations of log prices 1, 2, ... periods ahead."""

Fit: TypeAlias = Callable[[np.ndarray], np.ndarray]
Predict: TypeAlias = Callable[[np.ndarray, np.ndarray, int], Outlook]


@dataclass(frozen=True)
class Candidate:
    """A way to forecast log prices: how it learns, and how it looks ahead.

    Attributes
    ----------
    fit : callable
        From a series (NaN in gaps) to parameters.
    predict : callable
        From a series, parameters and a horizon to an `Outlook`.
    """

    fit: Fit
    predict: Predict


def random_walk(y: np.ndarray, sigma: np.ndarray, horizon: int) -> Outlook:
    """Return the last value, with sd sigma sqrt(h)."""
    ahead = np.arange(1, horizon + 1)
    return np.full(horizon, _last(y)[1]), sigma[0] * np.sqrt(ahead)


def drift(y: np.ndarray, sigma: np.ndarray, horizon: int) -> Outlook:
    """Return the line through the first and the last value (with its own error).

    Sd sigma sqrt(h (1 + h / (T - 1))): Hyndman and Athanasopoulos, *Forecasting:
    Principles and Practice*, 3rd ed., section 5.5.
    """
    at, end = _last(y)
    start = int(np.flatnonzero(np.isfinite(y))[0])
    ahead, steps = np.arange(1, horizon + 1), at - start
    late = len(y) - 1 - at  # periods since the last value
    mean = end + (end - y[start]) / steps * (ahead + late)
    return mean, sigma[0] * np.sqrt(ahead * (1 + ahead / steps))


def _walk_sigma(y: np.ndarray) -> np.ndarray:
    """Return the root mean square of changes between consecutive values."""
    changes = np.diff(y)
    return np.array([np.sqrt(np.nanmean(changes**2))])


def _drift_sigma(y: np.ndarray) -> np.ndarray:
    return np.array([np.nanstd(np.diff(y), ddof=1)])


def arima(y: np.ndarray) -> Any:
    """Return ARIMA(1,1,0): a part of the last change is repeated (or taken back)."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return SARIMAX(y, order=(1, 1, 0))


def local_level(y: np.ndarray) -> Any:
    """Return the local level model: a random walk seen through noise."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return UnobservedComponents(y, "llevel", use_exact_diffuse=True)


def damped_trend(y: np.ndarray) -> Any:
    """Return exponential smoothing with a damped trend (Gardner and McKenzie 1985)."""
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    return ExponentialSmoothing(
        y,
        trend=True,
        damped_trend=True,
        initialization_method="known",
        initial_level=float(y[np.isfinite(y)][0]),
        initial_trend=0.0,
    )


def _statsmodels(model: Callable[[np.ndarray], Any]) -> Candidate:
    """Return the candidate of a state-space model, for which gaps are no obstacle."""

    def fit(y: np.ndarray) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the backtest tells what a bad fit costs
            # Without the covariance of the estimates, which costs more than they do.
            return np.asarray(model(y).fit(disp=0, return_params=True, **_CLOSE))

    def predict(y: np.ndarray, parameters: np.ndarray, horizon: int) -> Outlook:
        # What comes is a gap at the end: one pass of the filter looks over it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built = model(np.append(y, np.full(horizon, np.nan)))
            built.update(parameters)
            passed = built.ssm.filter()
        variance = passed.forecasts_error_cov[0, 0, -horizon:]
        return passed.forecasts[0, -horizon:].copy(), np.sqrt(variance)

    return Candidate(fit, predict)


CANDIDATES: Mapping[str, Candidate] = MappingProxyType(
    {
        NAIVE: Candidate(_walk_sigma, random_walk),
        "drift": Candidate(_drift_sigma, drift),
        "exponential smoothing": _statsmodels(damped_trend),
        "ARIMA(1,1,0)": _statsmodels(arima),
        "local level": _statsmodels(local_level),
    }
)


def _last(y: np.ndarray) -> tuple[int, float]:
    at = int(np.flatnonzero(np.isfinite(y))[-1])
    return at, float(y[at])

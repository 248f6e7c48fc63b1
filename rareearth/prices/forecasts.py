"""Forecasts that have to beat the random walk, and say so when they do not.

The candidates run over gaps (NaN) without filling them: the state-space models by the
Kalman filter, the other two by counting periods.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.prices.breaks import bartlett
from rareearth.prices.series import observed, span
from rareearth.words import number, pct, period

NAIVE = "random walk"
_CLOSE = {"maxiter": 200, "pgtol": 1e-9, "factr": 1e4}  # likelihoods are flat

Outlook: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Means and standard deviations of log prices 1, 2, ... periods ahead."""


class Candidate(NamedTuple):
    """A way to forecast log prices: how it learns, and how it looks ahead.

    Attributes
    ----------
    fit : callable
        From a series (NaN in gaps) to parameters.
    predict : callable
        From a series, parameters and a horizon to an `Outlook`.
    """

    fit: Callable[[np.ndarray], np.ndarray]
    predict: Callable[[np.ndarray, np.ndarray, int], Outlook]


def random_walk(y: np.ndarray, sigma: np.ndarray, horizon: int) -> Outlook:
    """Return the last value, with sd sigma sqrt(h)."""
    ahead = np.arange(1, horizon + 1)
    return np.full(horizon, y[np.isfinite(y)][-1]), sigma[0] * np.sqrt(ahead)


def drift(y: np.ndarray, sigma: np.ndarray, horizon: int) -> Outlook:
    """Return the line through the first and the last value (with its own error).

    Sd sigma sqrt(h (1 + h / (T - 1))): Hyndman and Athanasopoulos, *Forecasting:
    Principles and Practice*, 3rd ed., section 5.5.
    """
    start, at = np.flatnonzero(np.isfinite(y))[[0, -1]]
    ahead, steps = np.arange(1, horizon + 1), at - start
    late = len(y) - 1 - at  # periods since the last value
    mean = y[at] + (y[at] - y[start]) / steps * (ahead + late)
    return mean, sigma[0] * np.sqrt(ahead * (1 + ahead / steps))


def _state_space(name: str, y: np.ndarray) -> Any:
    """Return a model of statsmodels, for which gaps are no obstacle.

    ARIMA(1,1,0): a part of the last change is repeated (or taken back); a random walk
    seen through noise; or exponential smoothing with a damped trend (Gardner and
    McKenzie 1985).
    """
    from statsmodels.tsa.statespace import exponential_smoothing, sarimax, structural

    if name == "ARIMA(1,1,0)":
        return sarimax.SARIMAX(y, order=(1, 1, 0))
    if name == "local level":
        return structural.UnobservedComponents(y, "llevel", use_exact_diffuse=True)
    return exponential_smoothing.ExponentialSmoothing(
        y,
        trend=True,
        damped_trend=True,
        initialization_method="known",
        initial_level=float(y[np.isfinite(y)][0]),
        initial_trend=0.0,
    )


def _fit(name: str, y: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the backtest tells what a bad fit costs
        # Without the covariance of the estimates, which costs more than they do.
        model = _state_space(name, y)
        return np.asarray(model.fit(disp=0, return_params=True, **_CLOSE))


def _predict(name: str, y: np.ndarray, parameters: np.ndarray, horizon: int) -> Outlook:
    """Return what one pass of the filter sees: what comes is a gap at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _state_space(name, np.append(y, np.full(horizon, np.nan)))
        model.update(parameters)
        passed = model.ssm.filter()
    variance = passed.forecasts_error_cov[0, 0, -horizon:]
    return passed.forecasts[0, -horizon:].copy(), np.sqrt(variance)


CANDIDATES: Mapping[str, Candidate] = MappingProxyType(
    {
        NAIVE: Candidate(
            lambda y: np.array([np.sqrt(np.nanmean(np.diff(y) ** 2))]), random_walk
        ),
        "drift": Candidate(lambda y: np.array([np.nanstd(np.diff(y), ddof=1)]), drift),
    }
    | {
        name: Candidate(partial(_fit, name), partial(_predict, name))
        for name in ("exponential smoothing", "ARIMA(1,1,0)", "local level")
    }
)


FIRST = 36  # periods that the first forecast of a backtest may learn from
ORIGINS = 16  # forecasts in a backtest, spread evenly over what follows
WINDOWS = 4  # horizons that the origins must span before a test means anything
FEWEST = 6  # origins: fewer are no backtest
REFITS = 4  # how often a backtest estimates the parameters anew
LONGEST = 36  # periods ahead: beyond, an interval says nothing
LEVEL = 0.8  # probability of the intervals
QUANTILES = tuple(round(0.1 * n, 1) for n in range(1, 10))
"""The levels of the pinball loss: nine deciles, near the full predictive score."""


class Forecast(NamedTuple):
    """What may come, by the best candidate and by the random walk.

    Attributes
    ----------
    paths : DataFrame
        ``model`` str, ``period`` Period, ``ahead`` int, ``median``, ``low``, ``high``
        float in ``unit``; the winner first, then the random walk (once if it won).
    scores : DataFrame, one row per candidate, the best first
        ``model`` str; ``mase``, ``pinball`` float: log points, lower is better;
        ``coverage`` float: share of outcomes inside the interval, to compare with
        `LEVEL`; ``against_naive`` float: pinball over that of the random walk;
        ``p_value`` float: Diebold-Mariano, one-sided, that the gain is chance, NaN
        where the origins span fewer than four horizons; ``beats_naive`` bool;
        ``origins`` int; ``first_origin``, ``last_origin`` Period.
    winner : str
        The candidate of the least pinball loss; of those that tie, the simplest.
    verdict : str
        In a sentence, whether it beats the random walk.
    """

    paths: pd.DataFrame
    scores: pd.DataFrame
    winner: str
    verdict: str


def forecast(
    values: pd.Series,
    horizon: int = 12,
    candidates: Mapping[str, Candidate] = CANDIDATES,
) -> Forecast:
    """Return the forecast of the candidate that did best so far, and how well.

    Each candidate forecasts log prices from up to 16 origins in the past, as it could
    have then (parameters estimated anew four times, never with later data). Its loss
    is the mean over origins, horizons and deciles of the pinball loss. It beats the
    random walk when its loss is less and a Diebold-Mariano test says at 5 % that this
    is not chance. Intervals are Gaussian in logs and leave out that the parameters
    are estimated; the coverage says how well they held.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        Prices; NaN periods are gaps, over which the models run without filling them. A
        known tax step is taken off beforehand (`net_of`).
    horizon : int
        Periods ahead, 1 to 36, less if the series is short.
    candidates : mapping of str to Candidate
        Who takes part; the random walk must.

    Raises
    ------
    ParameterError
        If `horizon` is impossible. The message says what is possible.
    NoFigures
        If the series is too short. The message says how many points it needs.

    References
    ----------
    Hyndman and Koehler, *Int. J. Forecasting* 22 (2006), 679 (MASE); Koenker and
    Bassett, *Econometrica* 46 (1978), 33 (pinball); Diebold and Mariano, *JBES* 13
    (1995), 253; Harvey, Leybourne and Newbold, *Int. J. Forecasting* 13 (1997), 281.
    """
    found = observed(values, FIRST + FEWEST, "a forecast with a backtest", log=True)
    y = found.reindex(pd.period_range(found.index[0], found.index[-1])).to_numpy()
    starts = _origins(found, y, horizon)
    losses = backtest(y, starts, horizon, candidates)
    scores = _scores(losses, horizon, starts, found.index[0])
    winner = str(scores["model"].iloc[0])
    index = pd.period_range(found.index[-1] + 1, periods=horizon)
    paths = [
        _path(name, candidates[name], y, index)
        for name in dict.fromkeys([winner, NAIVE])
    ]
    return Forecast(
        paths=pd.concat(paths, ignore_index=True).assign(unit=values.name),
        scores=scores,
        winner=winner,
        verdict=_verdict(scores, horizon),
    )


def backtest(
    y: np.ndarray,
    origins: np.ndarray,
    horizon: int,
    candidates: Mapping[str, Candidate],
) -> pd.DataFrame:
    """Return the errors of each candidate from each origin, for each period ahead.

    Returns
    -------
    DataFrame
        ``model`` str, ``origin`` int (values known), ``ahead`` int, ``scaled``: the
        absolute error of the median over the mean absolute change known at the
        origin; ``pinball``; ``inside`` bool. Periods without a value are left out.
    """
    from scipy import stats

    deciles, half = stats.norm.ppf(QUANTILES), stats.norm.ppf((1 + LEVEL) / 2)
    refit = set(origins[:: max(1, -(-len(origins) // REFITS))])
    losses = []
    for name, candidate in candidates.items():
        parameters = np.zeros(0)
        for origin in origins:
            known, truth = y[:origin], y[origin : origin + horizon]
            if origin in refit:
                parameters = candidate.fit(known)
            mean, sd = candidate.predict(known, parameters, horizon)
            error, usual = np.abs(truth - mean), np.nanmean(np.abs(np.diff(known)))
            loss = pinball(truth, mean, sd, deciles)
            rows = zip(error / usual, loss, error <= half * sd, strict=True)
            losses += [
                (name, origin, ahead, *row)
                for ahead, row in enumerate(rows, 1)
                if np.isfinite(truth[ahead - 1])
            ]
    columns = ["model", "origin", "ahead", "scaled", "pinball", "inside"]
    return pd.DataFrame(losses, columns=columns)


def pinball(
    truth: np.ndarray, mean: np.ndarray, sd: np.ndarray, deciles: np.ndarray
) -> np.ndarray:
    """Return the mean pinball loss over quantiles: max(q e, (q - 1) e), e = y - y_q."""
    error = truth[:, None] - (mean[:, None] + sd[:, None] * deciles)
    share = np.array(QUANTILES)
    return np.maximum(share * error, (share - 1) * error).mean(axis=1)


def diebold_mariano(difference: np.ndarray, overlap: int) -> float:
    """Return the p-value that a mean loss difference below 0 is chance.

    One-sided, with the small-sample factor of Harvey, Leybourne and Newbold; losses
    of neighbouring origins share `overlap` periods and a Bartlett window allows for
    it. 1 when there is no difference.
    """
    from scipy import stats

    n = len(difference)
    lags = min(overlap, n // 3)
    centred = difference - difference.mean()
    variance = bartlett(centred, lags) / n
    if variance <= 0:
        return 1.0
    steps = lags + 1
    factor = np.sqrt((n + 1 - 2 * steps + steps * (steps - 1) / n) / n)
    statistic = factor * difference.mean() / np.sqrt(variance / n)
    return float(stats.t.cdf(statistic, n - 1))


def _origins(found: pd.Series, y: np.ndarray, horizon: int) -> np.ndarray:
    """Return how many periods are known at each origin, refusing a wrong horizon."""
    known = np.isfinite(y).cumsum()
    possible = [
        end
        for end in range(1, len(y))
        if known[end - 1] >= FIRST and np.isfinite(y[end - 1])
    ]
    room = len(y) - possible[0] if possible else 0
    if room < FEWEST:
        raise NoFigures(
            f"a forecast with a backtest needs {FIRST} values before its first origin "
            f"and {FEWEST} periods after it; this series has {len(found)}, "
            f"{span(found)}"
        )
    if type(horizon) is not int or not 1 <= horizon <= LONGEST:
        raise ParameterError(
            f"horizon: {horizon!r} is not a number of periods from 1 to {LONGEST}"
        )
    if horizon > (most := room - FEWEST + 1):
        raise NoFigures(
            f"a backtest of {horizon} periods ahead needs a longer series; "
            f"{len(found)} values, {span(found)}, allow for {most} at most"
        )
    usable = [end for end in possible if end + horizon <= len(y)]
    which = np.linspace(0, len(usable) - 1, min(ORIGINS, len(usable))).round()
    return np.array(usable)[which.astype(int)]


def _scores(
    losses: pd.DataFrame,
    horizon: int,
    origins: np.ndarray,
    first: pd.Period,
) -> pd.DataFrame:
    means = losses.groupby("model", sort=False)[["scaled", "pinball", "inside"]].mean()
    means.columns = ["mase", "pinball", "coverage"]
    by_origin = losses.pivot_table("pinball", "origin", "model", sort=False)
    gap = int(np.median(np.diff(origins))) if len(origins) > 1 else 1
    windows = int(origins[-1] - origins[0]) // horizon + 1
    overlap = max(0, -(-horizon // max(gap, 1)) - 1)
    means["against_naive"] = means["pinball"] / means.at[NAIVE, "pinball"]
    means["p_value"] = [
        np.nan
        if name == NAIVE or windows < WINDOWS
        else diebold_mariano((by_origin[name] - by_origin[NAIVE]).to_numpy(), overlap)
        for name in means.index
    ]
    means["beats_naive"] = (means["against_naive"] < 1) & (means["p_value"] < 0.05)
    means["rank"] = means["against_naive"].round(3)  # 0.999 and 1 are a tie
    table = means.sort_values("rank", kind="stable").drop(columns="rank").reset_index()
    return table.assign(
        origins=len(by_origin),
        first_origin=first + int(origins[0] - 1),
        last_origin=first + int(origins[-1] - 1),
    )


def _path(
    name: str,
    candidate: Candidate,
    y: np.ndarray,
    index: pd.PeriodIndex,
) -> pd.DataFrame:
    from scipy import stats

    mean, sd = candidate.predict(y, candidate.fit(y), len(index))
    half = stats.norm.ppf((1 + LEVEL) / 2) * sd
    return pd.DataFrame(
        {
            "model": name,
            "period": index,
            "ahead": np.arange(1, len(index) + 1),
            "median": np.exp(mean),
            "low": np.exp(mean - half),
            "high": np.exp(mean + half),
        }
    )


def _verdict(scores: pd.DataFrame, horizon: int) -> str:
    """Return whether anything beats the random walk, in a sentence."""
    best = scores.iloc[0]
    where = f"1 to {horizon} periods ahead, from {best['origins']} origins"
    if best["model"] == NAIVE:
        return f"nothing beats the random walk: its loss is the least, {where}"
    less = pct(1 - best["against_naive"], digits=0)
    much = f"{less} less loss than" if less != pct(0.0) else "as little loss as"
    gain = f"{much} the random walk, {where}"
    by_chance = f"p = {number(best['p_value'], digits=2)}"
    if np.isnan(best["p_value"]):
        first, last = best["first_origin"], best["last_origin"]
        when = period(first.start_time, last.end_time)
        return (
            f"nothing is shown to beat the random walk: {best['model']} had {gain}, "
            f"but origins from {when} share their outcomes and prove nothing"
        )
    if best["beats_naive"]:
        return f"{best['model']} beats the random walk: {gain} ({by_chance})"
    return (
        f"nothing beats the random walk beyond chance: {best['model']} had {gain}, "
        f"which chance explains ({by_chance})"
    )

"""The average path of a price after events of a kind (Jorda's local projections)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.methods.event_study import of_kind
from rareearth.methods.regression import newey_west
from rareearth.methods.samples import left_out, observed, per_year, positions, unit
from rareearth.methods.trends import check_level

LAGS = 12  # of the change of the price, in a local projection
LEAST_EVENTS = 3  # of a kind, for an average response to mean anything


def local_projection(
    values: pd.Series,
    events: pd.DataFrame,
    horizon: int = 12,
    kinds: Sequence[str] | str | None = None,
    level: float = 0.9,
    lags: int = LAGS,
) -> pd.DataFrame:
    """Return the average path of a price after events, with Newey-West bands.

    For h = 0..horizon: y_{t+h} - y_{t-1} = a_h + b_h s_t + c' (last `lags` changes) +
    d' (s_{t+1}, ..., s_{t+h}) + u, with y the log price and s_t the number of days
    with an event in period t. The leads keep the events that follow inside the window
    out of b_h (Teulings and Zubanov). The band of b_h is Newey-West with h more lags
    than the rule, since the errors overlap. Periods with a gap in what they need are
    left out.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        Regular prices; monthly ones, as a rule.
    events : DataFrame
        As in `event_effects`.
    horizon : int
        Periods after the event, 1 to 24.
    level : float
        Probability of the bands.

    Returns
    -------
    DataFrame, one row per period after the event
        ``ahead`` int, ``response``, ``low``, ``high`` float (shares), ``p_value``
        float, ``events``, ``n``, ``lags`` int, ``kinds``, ``unit`` str.

    Raises
    ------
    NoFigures
        If fewer than three periods of the sample have an event, or it is too short.
    UnknownName, ParameterError
        As in `event_effects`; if `horizon` or `level` is impossible.

    References
    ----------
    Jorda, *American Economic Review* 95 (2005), 161; Teulings and Zubanov, *J. Applied
    Econometrics* 29 (2014), 497.
    """
    check_level(level)
    if type(horizon) is not int or not 1 <= horizon <= 24:
        raise ParameterError(f"horizon: {horizon!r} is not a number from 1 to 24")
    chosen = of_kind(events, kinds)
    found = observed(values, 3 * lags + horizon, "a local projection", log=True)
    y = pd.Series(np.nan, index=pd.period_range(found.index[0], found.index[-1]))
    y[found.index] = found
    shock = _shocks(chosen, y)
    known = pd.concat({f"c{k}": y.diff().shift(k) for k in range(1, lags + 1)}, axis=1)
    rows = [_response(y, shock, known, h, level) for h in range(horizon + 1)]
    return pd.DataFrame(rows).assign(
        kinds=", ".join(sorted(set(chosen["kind"]))), unit=unit(values)
    )


def _shocks(chosen: pd.DataFrame, y: pd.Series) -> pd.Series:
    """Return how many days with an event each period has."""
    per_year(y)  # refuses an odd frequency
    days = pd.PeriodIndex(chosen["date"].dropna().unique(), freq=y.index.freq)
    return pd.Series(days).value_counts().reindex(y.index).fillna(0.0)


def _response(
    y: pd.Series, shock: pd.Series, known: pd.DataFrame, h: int, level: float
) -> dict[str, object]:
    leads = {f"lead{k}": shock.shift(-k) for k in range(1, h + 1)}
    columns = {"to": y.shift(-h) - y.shift(1), "constant": 1.0, "shock": shock}
    frame = known.assign(**leads, **columns).dropna()
    frame = frame.drop(columns=[name for name in leads if not frame[name].any()])
    events = int((frame["shock"] > 0).sum())
    if events < LEAST_EVENTS:
        gaps = left_out(y)
        raise NoFigures(
            f"a local projection needs {LEAST_EVENTS} periods with an event at least; "
            f"{h} periods ahead this sample has {events}"
            + (f", since it must not touch the gaps {gaps}" if gaps else "")
            + "; choose more kinds, fewer lags or a shorter horizon"
        )
    x = frame.drop(columns="to").to_numpy()
    at = positions(frame)
    rule = int(4 * ((at[-1] + 1) / 100) ** (2 / 9))
    fit = newey_west(frame["to"].to_numpy(), x, at, lags=rule + h)
    low, high = fit.interval(level)
    return {
        "ahead": h,
        "response": np.expm1(fit.estimate[-1]),
        "low": np.expm1(low[-1]),
        "high": np.expm1(high[-1]),
        "p_value": fit.p_values[-1],
        "events": events,
        "n": len(frame),
        "lags": fit.lags,
    }

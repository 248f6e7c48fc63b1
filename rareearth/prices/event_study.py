"""What a price did around dated events, each alone and, of a kind, on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError, unknown_name
from rareearth.methods.samples import (
    left_out,
    observed,
    per_year,
    positions,
    span,
    unit,
)
from rareearth.methods.trends import check_level, newey_west
from rareearth.words import day, listed

MOST_DAYS = {"D": 7, "M": 45, "Q": 100, "Y": 370}
"""Days between neighbouring quotes inside a window, by frequency; more is thin."""

LEAST_BEFORE = {"D": 40, "M": 18, "Q": 12, "Y": 12}
"""Changes before an event that its distribution needs, by frequency."""

CIRCULAR = ("price_extreme",)
"""Kinds of events that are read off the price itself: never a cause, so refused."""


@dataclass(frozen=True, eq=False)
class EventEffects:
    """Abnormal changes around events, and the events that could not be measured.

    Attributes
    ----------
    effects : DataFrame, one row per measured event
        ``event_id``, ``kind``, ``title`` str, ``date`` datetime64, ``first``, ``last``
        Period: the quotes between which the change is taken; ``change`` float: of the
        price (a share); ``expected``: what the window would bring at the pace before;
        ``abnormal``: the change beyond that, a share; ``p_value``: the share of
        windows before the event with as large an abnormal change in either
        direction; ``windows`` int: how many there were; ``variance_ratio``: variance
        of changes after over before; ``brown_forsythe``, ``p_variance`` float, NaN
        where too few changes follow.
    refused : DataFrame, one row per event left out
        ``event_id``, ``kind``, ``title`` str, ``date`` datetime64, ``reason`` str.
    unit, sample : str
    """

    effects: pd.DataFrame
    refused: pd.DataFrame
    unit: str
    sample: str


def of_kind(events: pd.DataFrame, kinds: Sequence[str] | str | None) -> pd.DataFrame:
    """Return the events of some kinds, refusing an unknown kind.

    Raises
    ------
    UnknownName
        If a kind has no event. The message lists those that have.
    """
    wanted = [kinds] if isinstance(kinds, str) else list(kinds or [])
    known = sorted(set(events["kind"]))
    for name in wanted:
        if name not in known:
            raise unknown_name("kind of event", name, known)
    return events[events["kind"].isin(wanted or known)]


def event_effects(
    values: pd.Series,
    events: pd.DataFrame,
    window: tuple[int, int] = (-1, 1),
    before: int = 60,
    kinds: Sequence[str] | str | None = None,
) -> EventEffects:
    """Return the abnormal change of a price around each event.

    The change runs over the quotes from `window[0]` to `window[1]` around the first
    quote on or after the event (0), that is from the quote before the window. It is
    abnormal by what it exceeds the average pace over the `before` changes that end
    where the window begins; its p-value is its rank among all windows of the same
    length in that stretch, so no distribution is assumed. Brown-Forsythe (Levene
    with medians) compares the variance of as many changes after the event, whatever
    else happened in them. An event is refused, with its reason, when another event
    lies in its window, when quotes are missing or too far apart, when too few precede
    it, or when it is an extreme of the price itself.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        Prices; daily ones may lack weekends and holidays.
    events : DataFrame
        ``event_id``, ``date``, ``kind``, ``title``, as from `records.events`. Events
        of one day are one event, with their names joined.
    window : tuple of int
        First and last quote of the window, around 0.
    before : int
        Changes that make the distribution. Shorter when the series begins later,
        but at least 40 (days) or 18 (months).
    kinds : str or sequence of str, optional
        Measure only these; the others still count as overlap.

    Raises
    ------
    UnknownName
        If a kind is not among the events.
    ParameterError
        If the window or `before` is impossible.
    NoFigures
        If the series is too short for any event.

    References
    ----------
    MacKinlay, *J. Economic Literature* 35 (1997), 13; Brown and Forsythe, *JASA* 69
    (1974), 364.
    """
    _check_window(window, before)
    chosen = of_kind(events, kinds)
    code = values.index.freqstr.split("-")[0] if len(values) else ""
    prices = observed(
        values, LEAST_BEFORE.get(code, 12) + 3, "an event study", log=True
    )
    ends = prices.index.end_time.normalize()
    causes = events[~events["kind"].isin(CIRCULAR)]
    days = pd.DatetimeIndex(causes["date"].dropna().unique()).sort_values()
    rows, refused = [], []
    for event in _by_day(chosen).itertuples(index=False):
        name = {
            key: getattr(event, key) for key in ("event_id", "kind", "title", "date")
        }
        at, reason = _place(prices.index, ends, event.date, window, days)
        if event.kind in CIRCULAR:
            reason = "it is read off the price itself"
        if reason:
            refused.append(name | {"reason": reason})
        else:
            rows.append(name | _effect(prices, at, window, before))
    return EventEffects(
        effects=pd.DataFrame(rows, columns=_EFFECTS),
        refused=pd.DataFrame(refused, columns=[*_EFFECTS[:4], "reason"]),
        unit=unit(values),
        sample=f"{span(prices)}, {len(prices)} quotes",
    )


_EFFECTS = (
    "event_id,kind,title,date,first,last,change,expected,abnormal,p_value,windows,"
    "variance_ratio,brown_forsythe,p_variance"
).split(",")


def brown_forsythe(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return Levene's statistic with medians of two samples, and its p-value.

    NaN when neither sample deviates from its median by anything but a constant.
    """
    from scipy import stats

    with np.errstate(divide="ignore", invalid="ignore"):
        result = stats.levene(first, second, center="median")
    return float(result.statistic), float(result.pvalue)


def _by_day(events: pd.DataFrame) -> pd.DataFrame:
    """Return one row per day, its events joined, the undated ones left out."""
    dated = events.dropna(subset=["date"]).sort_values(["date", "event_id"])
    joined = {
        name: lambda column: "; ".join(dict.fromkeys(column))
        for name in ("event_id", "kind", "title")
    }
    return dated.groupby("date", as_index=False).agg(joined)


def _place(
    index: pd.PeriodIndex,
    ends: pd.DatetimeIndex,
    date: pd.Timestamp,
    window: tuple[int, int],
    days: pd.DatetimeIndex,
) -> tuple[int, str]:
    """Return where the event is among the quotes, or why it cannot be measured.

    `ends` are the last days of the periods of `index`, `days` those of all events.
    """
    at = int(ends.searchsorted(date))
    code = index.freqstr.split("-")[0]
    most = MOST_DAYS.get(code, 370)
    first, last = at + window[0] - 1, at + window[1]
    if at >= len(index) or last >= len(index):
        return at, f"the series ends with {index[-1]}, before the window does"
    if date < index[0].start_time:
        return at, f"the series begins with {index[0]}, after the event"
    if first < (least := LEAST_BEFORE.get(code, 12)):
        before = max(first, 0)
        changes = "1 change precedes" if before == 1 else f"{before} changes precede"
        return at, f"{changes} its window, {least} are needed"
    inside = ends[first : last + 1]
    gaps = np.diff(inside.to_numpy()) / np.timedelta64(1, "D")
    if gaps.max() > most or (ends[at] - date).days > most:
        edges = f"{index[first]} and {index[last]}"
        return at, f"quotes are missing between {edges}"
    start = index[first + 1].start_time if code != "D" else inside[1]
    other = days[(days >= start) & (days <= inside[-1]) & (days != date)]
    if len(other):
        return at, f"overlaps with the events of {listed(list(map(day, other[:3])))}"
    return at, ""


def _effect(
    prices: pd.Series, at: int, window: tuple[int, int], before: int
) -> dict[str, object]:
    y = prices.to_numpy()
    length = window[1] - window[0] + 1
    start = at + window[0] - 1
    stretch = y[max(0, start - before) : start + 1]
    changes = np.diff(stretch)
    pace = float(changes.mean())
    placebo = stretch[length:] - stretch[:-length] - length * pace
    change = float(y[at + window[1]] - y[start])
    abnormal = change - length * pace
    larger = (np.abs(placebo) >= abs(abnormal)).sum()
    later = np.diff(y[at - 1 : at + len(changes)])
    statistic, p_variance, ratio = np.nan, np.nan, np.nan
    if len(later) >= 10:
        statistic, p_variance = brown_forsythe(changes, later)
        ratio = float(later.var(ddof=1) / changes.var(ddof=1))
    return {
        "first": prices.index[start],
        "last": prices.index[at + window[1]],
        "change": np.expm1(change),
        "expected": np.expm1(length * pace),
        "abnormal": np.expm1(abnormal),
        "p_value": (1 + larger) / (1 + len(placebo)),
        "windows": len(placebo),
        "variance_ratio": ratio,
        "brown_forsythe": statistic,
        "p_variance": p_variance,
    }


def _check_window(window: tuple[int, int], before: int) -> None:
    good = len(window) == 2 and all(type(edge) is int for edge in window)
    if not good or not -10 <= window[0] <= 0 <= window[1] <= 24:
        raise ParameterError(
            f"window: {window!r} is not (first, last) quotes around the event, from "
            "-10 to 0 and from 0 to 24"
        )
    if type(before) is not int or before < 12:
        raise ParameterError(f"before: {before!r} is not a number of changes from 12")


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

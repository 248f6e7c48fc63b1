"""What a price did around dated events, each of them alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.prices.series import observed
from rareearth.words import day, listed, pct, period

MOST_DAYS = {"D": 7, "M": 45, "Q": 100, "Y": 370}
"""Days between neighbouring quotes inside a window, by frequency; more is thin."""

BEFORE = 60  # changes that make the distribution, fewer where a series begins later
STILL = 0.005  # of the price: a window in which it moved by less has no news in it

LEAST_BEFORE = {"D": 40, "M": 18, "Q": 12, "Y": 12}
"""Changes before an event that its distribution needs, by frequency."""

CIRCULAR = ("price_extreme",)
"""Kinds of events that are read off the price itself: never a cause, so refused."""


def event_effects(
    values: pd.Series,
    events: pd.DataFrame,
    window: tuple[int, int] = (-1, 1),
    still: pd.PeriodIndex | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the abnormal change of a price around each event.

    The change runs over the quotes from `window[0]` to `window[1]` around the first
    quote on or after the event (0), that is from the quote before the window. It is
    abnormal by what it exceeds the average pace over the 60 changes that end where the
    window begins (at least 40 days or 18 months); its p-value is its rank among all
    windows of the same length in that stretch, so no distribution is assumed. An event
    is refused, with its reason, when another event lies in its window, when quotes are
    missing or too far apart, when too few precede it, when the posted price stood still
    (all quotes of the window within half a percent, or known not to follow the market),
    or when it is an extreme of the price.

    Parameters
    ----------
    values : Series of float, PeriodIndex
        Prices; daily ones may lack weekends and holidays.
    events : DataFrame
        ``event_id``, ``date``, ``kind``, ``title``, as from `records.events`. Events
        of one day are one event, with their names joined.
    window : tuple of int
        First and last quote of the window, around 0.
    still : PeriodIndex, optional
        Periods, of the series or longer ones, in which the source's price is known
        not to have followed the market.

    Returns
    -------
    effects : DataFrame, one row per measured event
        ``event_id``, ``kind``, ``title`` str, ``date`` datetime64, ``first``, ``last``
        Period: the quotes between which the change is taken; ``change`` float: of the
        price (a share); ``abnormal``: the change beyond what the window would bring at
        the pace before, a share; ``p_value``: the share of windows before the event
        with as large an abnormal change in either direction; ``windows`` int: how many
        there were.
    refused : DataFrame, one row per event left out
        ``event_id``, ``kind``, ``title`` str, ``date`` datetime64, ``reason`` str.

    Raises
    ------
    NoFigures
        If the series is too short for any event.

    References
    ----------
    MacKinlay, *J. Economic Literature* 35 (1997), 13.
    """
    code = values.index.freqstr.split("-")[0] if len(values) else ""
    prices = observed(
        values, LEAST_BEFORE.get(code, 12) + 3, "an event study", log=True
    )
    ends = prices.index.end_time.normalize()
    causes = events[~events["kind"].isin(CIRCULAR)]
    days = pd.DatetimeIndex(causes["date"].dropna().unique()).sort_values()
    rows, refused = [], []
    for event in _by_day(events).to_dict("records"):
        at, reason = _place(prices.index, ends, event["date"], window, days)
        if not reason or reason.startswith("overlaps"):
            inside = prices.iloc[at + window[0] - 1 : at + window[1] + 1]
            reason = _still(inside, still) or reason
        if event["kind"] in CIRCULAR:
            reason = "it is read off the price itself"
        if reason:
            refused.append(event | {"reason": reason})
        else:
            rows.append(event | _effect(prices, at, window))
    return (
        pd.DataFrame(rows, columns=_EFFECTS),
        pd.DataFrame(refused, columns=[*_EFFECTS[:4], "reason"]),
    )


_EFFECTS = (
    "event_id,kind,title,date,first,last,change,abnormal,p_value,windows"
).split(",")


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


def _still(quotes: pd.Series, known: pd.PeriodIndex | None) -> str:
    """Return that a posted price stood still in a window of log prices, or ""."""
    marked = known is not None and quotes.index.asfreq(known.freq).isin(known).any()
    if not marked and float(quotes.max() - quotes.min()) >= STILL:
        return ""
    first, last = quotes.index[[0, -1]]
    moved = float(np.exp(quotes.max() - quotes.min()) - 1)
    return (
        f"the posted price stood still, {period(first.start_time, last.end_time)} "
        f"(within {pct(moved)})"
    )


def _effect(prices: pd.Series, at: int, window: tuple[int, int]) -> dict[str, object]:
    y = prices.to_numpy()
    length = window[1] - window[0] + 1
    start, end = at + window[0] - 1, at + window[1]
    stretch = y[max(0, start - BEFORE) : start + 1]
    pace = float(np.diff(stretch).mean())
    placebo = stretch[length:] - stretch[:-length] - length * pace
    change = float(y[end] - y[start])
    abnormal = change - length * pace
    larger = (np.abs(placebo) >= abs(abnormal)).sum()
    return {
        "first": prices.index[start],
        "last": prices.index[end],
        "change": np.expm1(change),
        "abnormal": np.expm1(abnormal),
        "p_value": (1 + larger) / (1 + len(placebo)),
        "windows": len(placebo),
    }

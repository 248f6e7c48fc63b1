"""A price through time: what is weak, what broke, what was decided, what may come."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from rareearth.charts.marks import mark_events
from rareearth.charts.style import (
    INK,
    NEUTRAL,
    canvas,
    colour,
    label_ends,
    percent_axis,
)

GAP = 100  # days: a longer distance between two prices interrupts the line of months


def price_line(
    frame: pd.DataFrame,
    title: str,
    ylabel: str,
    hue: str,
    events: pd.DataFrame | None = None,
    segments: pd.DataFrame | None = None,
    breaks: pd.DataFrame | None = None,
) -> Figure:
    """Return a price on a scale of equal ratios, with events or with breaks.

    Parameters
    ----------
    frame : DataFrame
        ``date`` datetime64, ``price`` float, ``used`` bool: a price that estimation
        leaves out is an open grey mark.
    hue : str
        The name whose colour the line has.
    events : DataFrame, optional
        ``number``, ``date``, from `price_study.numbered`: a fine line with its number
        above.
    segments, breaks : DataFrame, optional
        From `rareearth.methods.breaks.Breaks`: the level of each segment, and the
        interval in which each break lies, as a bar at the foot.
    """
    figure, axes = canvas(title, 4.2)
    _line(axes, frame, colour(hue))
    _ratio_axis(axes, frame["price"])
    axes.set(ylabel=ylabel, xlabel="")
    axes.grid(axis="x", visible=False)
    if segments is not None:
        _levels(axes, segments)
    if breaks is not None:
        _bands(axes, breaks)
    _date_axis(axes)
    if events is not None and len(events):
        mark_events(axes, events.assign(label=events["number"].astype(str)))
    return figure


def outlook_fan(
    history: pd.DataFrame, paths: pd.DataFrame, title: str, ylabel: str, hue: str
) -> Figure:
    """Return a price and what may come: the median of each model with its interval.

    Parameters
    ----------
    history : DataFrame
        As `frame` of `price_line`.
    paths : DataFrame
        ``model``, ``period``, ``median``, ``low``, ``high``, the winner first.
    """
    figure, axes = canvas(title, 4.0)
    _line(axes, history, colour(hue))
    last = history[history["used"]].iloc[-1]
    start = mdates.date2num(last["date"])
    ends = {}
    for place, (model, path) in enumerate(paths.groupby("model", sort=False)):
        shade = colour("random walk") if model == "random walk" else colour("forecast")
        at = np.append(start, mdates.date2num(path["period"].dt.end_time))
        low, middle, high = (
            np.append(last["price"], path[name]) for name in ("low", "median", "high")
        )
        axes.fill_between(at, low, high, color=shade, alpha=0.18, lw=0)
        axes.plot(at, middle, color=shade, lw=2, ls="-" if place == 0 else (0, (4, 2)))
        axes.plot(at, low, color=shade, lw=0.8)
        axes.plot(at, high, color=shade, lw=0.8)
        ends[str(model)] = (float(at[-1]), float(middle[-1]))
    axes.set(ylabel=ylabel, xlabel="")
    axes.set_ylim(0, 1.08 * max(history["price"].max(), paths["high"].max()))
    axes.grid(axis="x", visible=False)
    label_ends(axes, ends, 0.07 * float(axes.get_ylim()[1]))
    _date_axis(axes)
    return figure


def _line(axes: Axes, frame: pd.DataFrame, hue: str) -> None:
    """Draw the prices: a line for what is used, open grey marks for the others."""
    frame = frame.sort_values("date")
    used, weak = frame[frame["used"]], frame[~frame["used"]]
    usual = max(GAP, 3 * int(used["date"].diff().dt.days.median() or GAP))
    for _, run in used.groupby(used["date"].diff().dt.days.gt(usual).cumsum()):
        mark = "o" if len(used) < 30 else ""
        axes.plot(run["date"], run["price"], color=hue, lw=1.8, marker=mark, ms=4)
    axes.plot(
        weak["date"],
        weak["price"],
        "o",
        mfc="white",
        mec=NEUTRAL,
        mew=1.1,
        ms=4,
        label="weak or without index: left out of estimation",
    )
    if len(weak):
        axes.legend(
            loc="upper right",
            facecolor="white",
            edgecolor="none",
            framealpha=1,  # the lines of events and breaks pass behind the words
            fontsize=9,
            handletextpad=0.1,
        )


def _ratio_axis(axes: Axes, prices: pd.Series) -> None:
    """Scale an axis by ratio, and print its numbers in full."""
    axes.set_yscale("log")
    wide = prices.max() / prices.min()
    steps = (1, 2, 5) if wide > 4 else (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=steps, numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_ylim(prices.min() / 1.15, prices.max() * 1.25)


def _date_axis(axes: Axes) -> None:
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def _levels(axes: Axes, segments: pd.DataFrame) -> None:
    for item in segments.itertuples():
        begin, end = item.first.start_time, item.last.end_time
        axes.hlines(item.level, begin, end, color=INK, lw=1.6)
        axes.annotate(
            f"{item.level:,.0f}" if item.level >= 10 else f"{item.level:.2g}",
            (begin + (end - begin) / 2, item.level),
            (0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )


def _bands(axes: Axes, breaks: pd.DataFrame) -> None:
    """Draw each break as a dashed line, and its interval as a bar with ends below."""
    low, high = axes.get_ylim()
    step = (high / low) ** 0.045
    axes.set_ylim(low / step ** (len(breaks) + 1), high)
    for row, item in enumerate(breaks.itertuples()):
        at = low / step ** (row + 1)
        axes.axvline(item.last.end_time, color=INK, lw=1, ls=(0, (3, 2)))
        if pd.notna(item.low):
            ends = [item.low.start_time, item.high.end_time]
            axes.plot(ends, [at, at], "|-", color=NEUTRAL, lw=3, ms=7, mew=1.6)
        axes.plot(item.last.end_time, at, "o", color=INK, ms=4)


def response(path: pd.DataFrame, title: str, ylabel: str, xlabel: str) -> Figure:
    """Return the average path after an event with its band, zero being no effect.

    Parameters
    ----------
    path : DataFrame
        ``ahead`` int, ``response``, ``low``, ``high`` float (shares), from
        `projections.local_projection`.
    """
    figure, axes = canvas(title, 3.2)
    hue = colour("forecast")
    axes.axhline(0, color="#999999", lw=1)
    axes.fill_between(path["ahead"], path["low"], path["high"], color=hue, alpha=0.18)
    axes.plot(path["ahead"], path["response"], "o-", color=hue, lw=2, ms=4)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    percent_axis(axes.yaxis)
    axes.grid(axis="x", visible=False)
    return figure

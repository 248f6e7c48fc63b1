"""Plans beside what happened, and chances by date."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rareearth.charts.style import (
    INK,
    NEUTRAL,
    canvas,
    colour,
    key_above,
    label_ends,
    percent_axis,
)

LATE_HUE = "#B3413E"
ON_TIME_HUE = "#0B6E99"


def plan_and_start(frame: pd.DataFrame, title: str) -> Figure:
    """Return the planned and the real start of each project, one row per project.

    An open dot is the plan, a filled one the start; an arrow means that it had not
    started by the last news.

    Parameters
    ----------
    frame : DataFrame
        Columns ``project``, ``planned``, ``end`` (datetime64), ``started`` (bool),
        ``slip_months``; the first row is drawn on top.
    """
    figure, axes = canvas(title, 1.5 + 0.34 * len(frame))
    for row, item in zip(range(len(frame))[::-1], frame.itertuples(), strict=True):
        early = item.end <= item.planned
        hue = (
            ON_TIME_HUE
            if early and item.started
            else LATE_HUE
            if not early
            else NEUTRAL
        )
        axes.plot([item.planned, item.end], [row, row], color=hue, lw=2, alpha=0.55)
        axes.plot(item.planned, row, "o", mfc="white", mec=hue, mew=1.6, ms=7)
        mark = "o" if item.started else ">"
        axes.plot(item.end, row, mark, color=hue, ms=7.5)
    axes.set_yticks(list(range(len(frame))[::-1]), [str(n) for n in frame["project"]])
    axes.set_ylim(-0.7, len(frame) - 0.3)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(mdates.YearLocator(2))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    marks = [
        axes.plot([], [], "o", mfc="white", mec=INK, mew=1.6, label="planned")[0],
        axes.plot([], [], "o", color=INK, label="started")[0],
        axes.plot([], [], ">", color=INK, label="not by then")[0],
    ]
    key_above(axes, marks)
    return figure


def chances(
    frame: pd.DataFrame,
    title: str,
    ylabel: str,
    spans: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]],
) -> Figure:
    """Return probabilities by date, a line per name, with the dates that were claimed.

    Parameters
    ----------
    frame : DataFrame
        Columns ``name``, ``date`` (datetime64), ``probability`` (0 to 1).
    spans : mapping
        A label, and the first and the last day of the span it is written over.
    """
    figure, axes = canvas(title, 4.0)
    for label, (first, last) in spans.items():
        axes.axvspan(first, last, color="#EFE6D5", lw=0, zorder=0)
        middle = first + (last - first) / 2
        axes.text(
            middle,
            1.02,
            label,
            ha="center",
            va="bottom",
            fontsize=9,
            color="#6B5B3A",
            transform=axes.get_xaxis_transform(),
        )
    ends = {}
    for name, rows in frame.groupby("name", sort=False):
        axes.plot(rows["date"], rows["probability"], color=colour(str(name)), lw=2.2)
        last_date = float(mdates.date2num(rows["date"].iloc[-1]))
        ends[str(name)] = (last_date, float(rows["probability"].iloc[-1]))
    _dates(axes, frame["date"])
    axes.set(ylim=(0, 1), ylabel=ylabel, xlabel="")
    percent_axis(axes.yaxis)
    label_ends(axes, ends, 0.06)
    return figure


def _dates(axes: Axes, dates: pd.Series) -> None:
    axes.set_xlim(dates.min(), dates.max())
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=8))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes.grid(axis="x", visible=False)

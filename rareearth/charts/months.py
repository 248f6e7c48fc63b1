"""Flows month by month: bars with gaps, lines of destinations, two directions."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rareearth.charts.colours import INK, NEUTRAL, colour
from rareearth.charts.marks import mark_events
from rareearth.charts.style import canvas, label_ends, thousands_axis


def month_bars(
    months: pd.DataFrame,
    title: str,
    ylabel: str,
    entity: str = "China",
    events: pd.DataFrame | None = None,
) -> Figure:
    """Return one bar a month; what is known jointly is hollow, what is not is marked.

    Parameters
    ----------
    months : DataFrame
        From `months.monthly`. A month that is known only together with others is drawn
        at their mean, hollow; a month without any figure is a cross on the axis.
    events : DataFrame, optional
        Columns ``date`` and ``label``: a fine line and a label each.
    """
    figure, axes = canvas(title, 4.1)
    hue = colour(entity)
    for how, style in _styles(hue).items():
        part = months[months["how"] == how]
        axes.bar(part["month"], part["mean"], width=26, align="edge", **style)
    gaps = months.loc[months["how"] == "missing", "month"] + pd.Timedelta(13, unit="D")
    axes.plot(gaps, [0] * len(gaps), "x", color=NEUTRAL, clip_on=False, ms=6)
    axes.set(ylabel=ylabel, ylim=(0, None))
    axes.set_ylim(top=axes.get_ylim()[1] * 1.08)
    _dates(axes, months["month"])
    thousands_axis(axes.yaxis)
    _legend(axes, months, hue, bool(len(gaps)))
    if events is not None and len(events):
        mark_events(axes, events)
    return figure


def _styles(hue: str) -> dict[str, dict[str, Any]]:
    return {
        "printed": {"color": hue},
        "by difference": {"color": hue, "alpha": 0.55},
        "joint": {"facecolor": "white", "edgecolor": hue, "lw": 1.1},
    }


def _legend(axes: Axes, months: pd.DataFrame, hue: str, gaps: bool) -> None:
    used = set(months["how"])
    names = {
        "printed": "printed",
        "by difference": "total less other months",
        "joint": "mean of months known together",
    }
    marks: list[Any] = [
        Patch(label=names[how], **style)
        for how, style in _styles(hue).items()
        if how in used
    ]
    if gaps:
        marks += axes.plot([], [], "x", color=NEUTRAL, ms=6, label="no figure")
    _key(axes, marks)


def _key(axes: Axes, marks: list[Any]) -> None:
    """Explain the marks under the chart, where no label of an event can be."""
    axes.legend(
        handles=marks,
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.13),
        borderaxespad=0.0,
        frameon=False,
        ncols=min(len(marks), 4),
        fontsize=9,
        handlelength=1.4,
        handletextpad=0.4,
        columnspacing=1.2,
    )


def _dates(axes: Axes, months: pd.Series) -> None:
    axes.set_xlim(
        months.min() - pd.Timedelta(6, unit="D"),
        months.max() + pd.offsets.MonthBegin() + pd.Timedelta(3, unit="D"),
    )
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    axes.grid(axis="x", visible=False)


def month_lines(by: pd.DataFrame, title: str, ylabel: str) -> Figure:
    """Return one line an entity through months; a missing month interrupts it.

    Parameters
    ----------
    by : DataFrame
        Columns ``entity``, ``month``, ``value``.
    """
    figure, axes = canvas(title, 4.1)
    ends = {}
    for name, rows in by.groupby("entity", sort=False):
        rows = rows.sort_values("month")
        hue = colour(str(name))
        number = rows["month"].dt.year * 12 + rows["month"].dt.month
        for _, run in rows.groupby(number.diff().gt(1).cumsum()):
            axes.plot(run["month"], run["value"], color=hue, lw=2, marker="o", ms=4.5)
        last = rows.iloc[-1]
        ends[str(name)] = (mdates.date2num(last["month"]), float(last["value"]))
    axes.set(ylabel=ylabel, ylim=(0, None))
    _dates(axes, by["month"])
    thousands_axis(axes.yaxis)
    label_ends(axes, ends, 0.06 * axes.get_ylim()[1])
    return figure


def mirror_bars(
    balance: pd.DataFrame, title: str, ylabel: str, names: tuple[str, str]
) -> Figure:
    """Return two directions, one above and one below the axis, and their difference.

    Parameters
    ----------
    balance : DataFrame
        From `trade.balance`. A stretch of several months is as wide as they are and
        as high as their mean; a gap is a stretch of which one direction is not known.
    names : (str, str)
        What is drawn above and below.
    """
    figure, axes = canvas(title, 4.1)
    ends = [
        start + pd.DateOffset(months=int(count))
        for start, count in zip(balance["month"], balance["months"], strict=True)
    ]
    days = pd.Series(ends, index=balance.index) - balance["month"]
    width = days.dt.days - 3
    for column, sign, hue in (
        ("imports", 1, colour("World")),
        ("exports", -1, colour("China")),
    ):
        height = sign * balance[column] / balance["months"]
        axes.bar(
            balance["month"], height, width=width, align="edge", color=hue, alpha=0.75
        )
    net = balance["net"] / balance["months"]
    middle = balance["month"] + days / 2
    axes.plot(middle, net, "D", color="white", mec=INK, mew=1.3, ms=6)
    axes.axhline(0, color=INK, lw=0.8)
    axes.set(ylabel=ylabel)
    _dates(
        axes, pd.concat([balance["month"], pd.Series(ends) - pd.DateOffset(months=1)])
    )
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.10g}")
    marks = [
        Patch(color=colour("World"), alpha=0.75, label=names[0]),
        Patch(color=colour("China"), alpha=0.75, label=names[1]),
        *axes.plot(
            [], [], "D", color="white", mec=INK, mew=1.3, ms=6, label="difference"
        ),
    ]
    _key(axes, marks)
    return figure

"""What was decided when, what is in force, and what flows did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rareearth.charts.marks import HATCH, mark_events
from rareearth.charts.style import (
    INK,
    NEUTRAL,
    STYLE,
    WIDTH,
    canvas,
    colour,
    headline,
    thousands_axis,
)

KINDS = {
    "control": ("#B2182B", "s", "control"),
    "tariff": ("#E08214", "D", "tariff"),
    "relaxation": ("#2166AC", "o", "relaxation"),
    "agreement": ("#1B7837", "^", "agreement"),
    "subsidy": ("#762A83", "P", "subsidy or price floor"),
    "price_floor": ("#762A83", "P", "subsidy or price floor"),
    "ruling": ("#5AAEC4", "v", "ruling or law"),
    "law": ("#5AAEC4", "v", "ruling or law"),
    "disruption": ("#4D4D4D", "X", "disruption"),
    "other": ("#BDBDBD", "o", "other"),
}
"""Colour, mark and name of each kind of event; the marks differ as well as the hues."""


def timeline(events: pd.DataFrame, title: str, labels: pd.DataFrame) -> Figure:
    """Return events as marks in lanes by actor, the crowded time on a scale of its own.

    Parameters
    ----------
    events : DataFrame
        ``date`` and ``effective`` datetime64 (NaT: none later than the announcement),
        ``lane``, ``kind`` str; the first lane is on top. A line leads from the
        announcement to an open mark on the day of effect. If there are events before
        and from 2025 on, each time has a panel.
    labels : DataFrame
        ``date`` datetime64, ``label`` str: the events that are named.
    """
    split = pd.Timestamp("2025-01-01")
    parts = [
        part
        for part in (events[events["date"] < split], events[events["date"] >= split])
        if len(part)
    ]
    lanes = list(dict.fromkeys(events["lane"]))
    sns.set_theme(style="ticks", rc=STYLE)
    figure, grid = plt.subplots(
        len(parts),
        1,
        figsize=(
            WIDTH,
            1.6 + 0.15 * len(labels) + len(parts) * (0.6 + 0.36 * len(lanes)),
        ),
        squeeze=False,
        layout="constrained",
    )
    headline(figure, title)
    for axes, part in zip(grid.flat, parts, strict=True):
        _lanes(axes, part, lanes)
    for axes, part in zip(grid.flat, parts, strict=True):
        mark_events(axes, labels[labels["date"].isin(part["date"])])
    figure.legend(
        handles=_keys(events),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=9,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    return figure


def _lanes(axes: Axes, part: pd.DataFrame, lanes: Sequence[str]) -> None:
    rows = {name: place for place, name in enumerate(reversed(lanes))}
    taken: dict[tuple[str, int], int] = {}
    ends = part[["date", "effective"]].stack()
    width = max((ends.max() - ends.min()).days, 60)
    for item in part.sort_values("date").itertuples():
        hue, mark, _ = KINDS[str(item.kind)]
        slot = (str(item.lane), int((item.date - ends.min()).days / width * 55))
        count = taken[slot] = taken.get(slot, -1) + 1
        at = rows[item.lane] + 0.17 * ((count + 1) // 2) * (-1) ** count
        if pd.notna(item.effective) and item.effective != item.date:
            axes.plot([item.date, item.effective], [at, at], color=hue, lw=1.1)
            axes.plot(item.effective, at, mark, ms=5.5, mfc="white", mec=hue, mew=1.2)
        axes.plot(item.date, at, mark, color=hue, ms=6.5, mec="white", mew=0.6)
    axes.set_yticks(list(rows.values()), list(rows))
    axes.set_ylim(-0.6, len(lanes) - 0.4)
    axes.margins(x=0.03)
    axes.grid(axis="y", color="#F0F0F0")
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def _keys(events: pd.DataFrame) -> list[plt.Line2D]:
    keys = {}
    for kind, (hue, mark, name) in KINDS.items():
        if kind in set(events["kind"]) and name not in keys:
            keys[name] = plt.Line2D([], [], color=hue, marker=mark, lw=0, label=name)
    late = events["effective"].notna() & (events["effective"] != events["date"])
    if late.any():
        keys["effect"] = plt.Line2D(
            [], [], color=INK, marker="o", mfc="white", label="takes effect"
        )
    return list(keys.values())


def in_force(spans: pd.DataFrame, on: pd.Timestamp, title: str) -> Figure:
    """Return measures as bars: filled in force, hatched suspended, a line for the day.

    Parameters
    ----------
    spans : DataFrame
        ``label``, ``actor``, ``state`` str, ``start``, ``end`` datetime64, ``open``
        bool, from `policy.spans`; the first label is on top. What lies after `on` is
        printed as planned, and is paler.
    on : Timestamp
        The day asked about.
    """
    labels = list(dict.fromkeys(spans["label"]))
    rows = {name: place for place, name in enumerate(reversed(labels))}
    figure, axes = canvas(title, 1.5 + 0.29 * len(labels))
    begin = max(spans["start"].min(), on - pd.DateOffset(years=4))
    for item in spans.itertuples():
        _bar(axes, item, rows[item.label], max(item.start, begin), on)
    axes.axvline(mdates.date2num(on), color=INK, lw=1.2)
    axes.set_yticks(list(rows.values()), list(rows), fontsize=8.5)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.grid(axis="y", visible=False)
    locator = mdates.AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    mark_events(axes, pd.DataFrame({"date": [on], "label": [f"{on:%d %b %Y}"]}))
    figure.legend(
        handles=_bars(spans),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=9,
    )
    return figure


def _bar(
    axes: Axes, item: Any, row: int, start: pd.Timestamp, on: pd.Timestamp
) -> None:
    """Draw one stretch of a measure: what lies after the day asked about is paler."""
    hue = colour(str(item.actor).split(";")[0])
    style: dict[str, Any] = {"facecolor": hue, "edgecolor": hue}
    if item.state != "in force":
        style = {"facecolor": "white", "edgecolor": hue, "hatch": HATCH}
    for left, right, alpha in ((start, min(item.end, on), 1.0), (on, item.end, 0.45)):
        left = max(left, start)
        if right > left:
            edges = mdates.date2num(left), mdates.date2num(right)
            axes.barh(
                row,
                edges[1] - edges[0],
                left=edges[0],
                height=0.56,
                alpha=alpha,
                linewidth=0.8,
                **style,
            )


def _bars(spans: pd.DataFrame) -> list[plt.Rectangle]:
    actors = dict.fromkeys(str(name).split(";")[0] for name in spans["actor"])
    keys = [
        plt.Rectangle((0, 0), 1, 1, color=colour(name), label=name) for name in actors
    ]
    keys.append(
        plt.Rectangle(
            (0, 0),
            1,
            1,
            facecolor="white",
            edgecolor=NEUTRAL,
            hatch=HATCH,
            label="suspended",
        )
    )
    return keys


def stacked_months(
    panels: Mapping[str, Mapping[str, pd.Series]],
    title: str,
    events: pd.DataFrame,
) -> Figure:
    """Return monthly series in panels above each other, with numbered events.

    Parameters
    ----------
    panels : mapping of str to mapping of str to Series
        The label of an axis, and by name the monthly series in it. A missing month
        interrupts the line.
    events : DataFrame
        ``date`` datetime64 and ``number``.
    """
    sns.set_theme(style="ticks", rc=STYLE)
    figure, grid = plt.subplots(
        len(panels),
        1,
        figsize=(WIDTH, 1.2 + 1.75 * len(panels)),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    headline(figure, title)
    for axes, (label, series) in zip(grid.flat, panels.items(), strict=True):
        _months(axes, label, series)
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)
    grid[-1, 0].xaxis.set_major_locator(locator)
    grid[-1, 0].xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    for axes in grid.flat[1:]:
        for date in events["date"]:
            axes.axvline(date, color="#9A9A9A", lw=0.8, zorder=1)
    mark_events(grid[0, 0], events.assign(label=events["number"].astype(str)))
    return figure


def _months(axes: Axes, label: str, series: Mapping[str, pd.Series]) -> None:
    """Draw monthly series; a month that is missing interrupts the line."""
    for name, values in series.items():
        whole = pd.period_range(values.index.min(), values.index.max(), freq="M")
        shown = values.reindex(whole)
        hue = colour(name if name.endswith("oxide") else "China")
        at = shown.index.to_timestamp()
        axes.plot(at, shown, "o-", color=hue, lw=1.6, ms=3, label=name)
    axes.set_ylabel(label, fontsize=9)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    thousands_axis(axes.yaxis)
    axes.grid(axis="x", visible=False)
    if len(series) > 1:
        axes.legend(
            facecolor="white",
            edgecolor="none",
            framealpha=1,
            fontsize=8.5,
            ncols=3,
            loc="upper left",
        )

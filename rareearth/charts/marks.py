"""Marks that mean the same in every chart: weak, assumed, broken, and what happened."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from rareearth.charts.colours import INK, NEUTRAL
from rareearth.charts.fonts import spared

ROW = 11.0  # points from one row of event labels to the next
HATCH = "////"


def weak(hue: str) -> dict[str, Any]:
    """Return how a tertiary figure is drawn: an open mark in its colour."""
    return {"mfc": "white", "mec": hue, "mew": 1.6}


def assumed(hue: str) -> dict[str, Any]:
    """Return how an assumption is drawn as a bar or area: hatched, not filled."""
    return {"facecolor": "white", "edgecolor": hue, "hatch": HATCH, "linewidth": 1.2}


def axis_break(axes: Axes, axis: str = "y") -> None:
    """Draw two strokes across an axis that does not start at zero."""
    size = 0.012
    for shift in (0.02, 0.04):
        along = [shift - size, shift + size]
        across = [-size, size]
        x, y = (across, along) if axis == "y" else (along, [-2 * size, 2 * size])
        axes.plot(
            x, y, transform=axes.transAxes, color=INK, lw=1.1, clip_on=False, zorder=5
        )


def series_break(axes: Axes, x: Any, label: str = "") -> None:
    """Draw a dashed line where the figures before and after are not on one basis."""
    axes.axvline(x, color=NEUTRAL, lw=1.1, ls=(0, (3, 3)), zorder=1)
    if label:
        axes.annotate(
            label,
            (x, 0.02),
            (4, 0),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            fontsize=8.5,
            color="#555555",
            rotation=90,
            va="bottom",
        )


def mark_events(axes: Axes, events: pd.DataFrame) -> None:
    """Mark events by a fine line and a label above the axes; no two labels overlap.

    Call it last: the limits of the x axis and the size of the figure must stand.

    Parameters
    ----------
    events : DataFrame
        Columns ``date`` (what the x axis holds: a date, or a year) and ``label`` (a few
        words). Those outside the x axis are left out.
    """
    figure: Any = axes.figure
    if layout := figure.get_layout_engine():
        with spared():
            layout.execute(figure)  # gives the axes the width that they will have
    renderer = figure.canvas.get_renderer()
    points = 72 / figure.dpi
    low, high = sorted(axes.get_xlim())
    starts: list[float] = []  # of the leftmost label in each row, in pixels
    # From right to left, so that an earlier label lies higher and the line that leads
    # to it passes to the left of the later ones.
    for item in events.sort_values("date", ascending=False).itertuples():
        at = float(axes.convert_xunits(item.date))
        if not low <= at <= high:
            continue
        label = _label(axes, at, str(item.label))
        width = label.get_window_extent(renderer).width + 6 / points
        place = float(axes.transData.transform((at, 0))[0])
        start = max(0.0, min(place, float(axes.bbox.x1) - width))
        row = next(
            (row for row, taken in enumerate(starts) if start + width < taken),
            len(starts),
        )
        starts[row : row + 1] = [start]
        height = 3 + ROW * row
        label.set_position(((start - place) * points, height))
        _lead(axes, at, height)


def _label(axes: Axes, at: float, text: str) -> Any:
    return axes.annotate(
        text,
        (at, 1.0),
        (0, 0),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        fontsize=8.5,
        color="#444444",
        va="bottom",
        ha="left",
        zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        annotation_clip=False,
    )


def _lead(axes: Axes, at: float, height: float) -> None:
    """Draw the fine line of an event, up to its label `height` points above."""
    axes.axvline(at, color="#9A9A9A", lw=0.8, zorder=1)
    up = {"arrowstyle": "-", "color": "#9A9A9A", "lw": 0.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate(
        "",
        (at, 1.0),
        (0, height),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        arrowprops=up,
        zorder=1,
        annotation_clip=False,
    )

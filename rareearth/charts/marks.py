"""Marks that mean the same in every chart: weak, assumed, bounded, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rareearth.charts.colours import NEUTRAL, colour, pale
from rareearth.charts.fonts import spared
from rareearth.charts.style import SMALL

ROW = 11.0  # points from one row of event labels to the next
LOOKS = {
    "filled": (1.0, 1.0, ""),
    "faint": (0.45, 0.45, ""),
    "hollow": (0.0, 1.0, ""),
    "hatched": (0.0, 1.0, "////"),
    "faint hatched": (0.0, 0.45, "////"),
    "filled hatched": (0.45, 1.0, "////"),
}
"""Looks of a bar: how much of its colour its face and its edge have, and its hatch.

What is assumed or suspended is hatched, what is no figure of its own is hollow.
"""
OPEN = "tertiary"  # the confidence of a figure that is drawn as an open mark


def bar_style(hues: Iterable[str], looks: Iterable[str]) -> dict[str, Any]:
    """Return how bars are drawn, one colour and one look of `LOOKS` each."""
    style: dict[str, Any] = {}
    for hue, look in zip(hues, looks, strict=True):
        face, edge, hatch = LOOKS[look]
        rim = "white" if face == edge else pale(hue, edge)
        own = {"facecolor": pale(hue, face), "edgecolor": rim, "hatch": hatch}
        for name, each in (own | {"linewidth": 0.6 if face == edge else 1.1}).items():
            style.setdefault(name, []).append(each)
    return style


def is_weak(frame: pd.DataFrame) -> pd.Series:
    """Return which figures are tertiary, where a frame says it."""
    return frame.get("confidence", pd.Series("", frame.index)) == OPEN


def draw_marks(
    axes: Axes,
    frame: pd.DataFrame,
    *,
    upright: bool = False,
    size: float = 8.0,
    front: float = 3.0,
) -> None:
    """Draw values as marks, ranges as thick pale lines, bounds as triangles.

    Parameters
    ----------
    frame : DataFrame
        ``at`` (the place of the mark on the other axis), ``value``, ``low``, ``high``
        float, ``hue`` str, ``mark`` (of matplotlib), ``open`` bool. Without a value
        and with one end, the mark is a triangle that points to where the value lies.
    upright : bool
        The values run upwards.
    size : float
        Of a mark, in points.
    front : float
        The layer of the marks; ranges lie in layer 2.
    """
    if frame.empty:
        return
    at, value, low, high = (
        frame[name].to_numpy() for name in ("at", "value", "low", "high")
    )
    hue, weak = frame["hue"].to_numpy(object), frame["open"].to_numpy(bool)
    lowest, highest = np.isfinite(low), np.isfinite(high)
    draw = axes.vlines if upright else axes.hlines
    wide = lowest & highest & (high > low)
    if wide.any():
        draw(at[wide], low[wide], high[wide], color=list(hue[wide]), lw=6, alpha=0.4)
        hollow = wide & weak
        draw(at[hollow], low[hollow], high[hollow], color="white", lw=3)
    above, below = ("^", "v") if upright else (">", "<")
    bound = np.isnan(value) & (lowest != highest)
    value = np.where(bound, np.where(lowest, low, high), value)
    mark = np.where(lowest, above, below).astype(object)
    mark = np.where(bound, mark, frame["mark"].to_numpy(object))
    for symbol in dict.fromkeys(mark[~np.isnan(value)]):
        own = (mark == symbol) & ~np.isnan(value)
        line = symbol in ("x", "|", "_")  # has no face
        face = np.where(weak & (not line), "white", hue)[own]
        edge = np.where(weak, hue, "white")[own]
        x, y = (at[own], value[own]) if upright else (value[own], at[own])
        axes.scatter(
            x,
            y,
            size**2,
            list(face),
            marker=symbol,
            linewidths=list(np.where(weak[own] | line, 1.5, 0.6)),
            zorder=front,
            clip_on=False,
            edgecolors=None if line else list(edge),
        )


def key_to(
    words: Mapping[str, str], used: Iterable[str], *, hollow: bool = False
) -> list[Any]:
    """Return handles of a legend: what looks, marks and colours stand for.

    Parameters
    ----------
    words : mapping
        What is said of a look of `LOOKS`, of a mark of matplotlib, of "open", or of a
        name, which has a colour. A name that has no mark is a square.
    used : iterable of str
        What the chart has; the rest is left out.
    hollow : bool
        The marks are white inside.
    """
    have = set(used)
    return [_handle(name, text, hollow) for name, text in words.items() if name in have]


def _handle(name: str, text: str, hollow: bool) -> Any:
    if name in LOOKS:
        style = {k: v[0] for k, v in bar_style([NEUTRAL], [name]).items()}
        return Patch(**style, label=text)
    if name in Line2D.markers or name == "open":
        mark = "o" if name == "open" else name
        face = "white" if hollow or name == "open" else NEUTRAL
        style = {"mfc": face, "mec": NEUTRAL, "mew": 1.5}
        return Line2D([], [], marker=mark, lw=0, label=text, **style)
    return Patch(color=colour(name), label=text)


def mark_events(axes: Axes, events: pd.DataFrame, *, line: bool = True) -> None:
    """Mark events by a fine line and a label above the axes; no two labels overlap.

    Call it last: the limits of the x axis and the size of the figure must stand.

    Parameters
    ----------
    events : DataFrame
        Columns ``at`` (what the x axis holds: a date, a year or a number) and
        ``label`` (a few words). Those outside the x axis are left out.
    line : bool
        The line is drawn within the axes as well.
    """
    low, high = sorted(axes.get_xlim())
    places = [float(axes.convert_xunits(at)) for at in events["at"]]
    # From right to left, so that an earlier label lies higher and the line that leads
    # to it passes to the left of the later ones.
    inside = [
        (at, str(text))
        for at, text in sorted(zip(places, events["label"], strict=True), reverse=True)
        if low <= at <= high
    ]
    for at, _ in inside if line else ():
        axes.axvline(at, color="#9A9A9A", lw=0.8, zorder=1)
    if not inside:
        return
    if len(inside) == 1:  # it reaches to the side that has room
        at, text = inside[0]
        label = _label(axes, at, text)
        pixel = axes.get_xaxis_transform().transform((at, 0))
        is_left = axes.transAxes.inverted().transform(pixel)[0] < 0.5
        label.set_ha("left" if is_left else "right")
        label.set_position((0, 3))
        _lead(axes, at, 3)
        return
    figure: Any = axes.figure
    if layout := figure.get_layout_engine():
        with spared():
            layout.execute(figure)  # gives the axes the width that they will have
    renderer = figure.canvas.get_renderer()
    points = 72 / figure.dpi
    starts: list[float] = []  # of the leftmost label in each row, in pixels
    for at, text in inside:
        label = _label(axes, at, text)
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
    figure.set_figheight(figure.get_figheight() + ROW * max(0, len(starts) - 3) / 72)


def _label(axes: Axes, at: float, text: str) -> Any:
    return axes.annotate(
        text,
        (at, 1.0),
        (0, 0),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        fontsize=SMALL,
        color="#444444",
        va="bottom",
        ha="left",
        zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        annotation_clip=False,
    )


def _lead(axes: Axes, at: float, height: float) -> None:
    """Draw a fine line from the axes up to a label `height` points above."""
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

"""Measures side by side, each under the line that says what it counts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rareearth.charts.colours import INK, NEUTRAL, colour
from rareearth.charts.marks import weak
from rareearth.charts.style import canvas, percent_axis, thousands_axis

LETTERS = 92  # in a line of a definition


def measure_dots(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    *,
    hue: str = "China",
    percent: bool = True,
    log: bool = False,
    said: Mapping[str, float] | None = None,
) -> Figure:
    """Return printed numbers as dots and bars, grouped under their definitions.

    Parameters
    ----------
    frame : DataFrame
        Columns ``group`` (the definition, printed once above its rows), ``row`` (the
        label), ``value``, ``low``, ``high`` (a range is a bar; ``low`` alone is "more
        than", a triangle; ``high`` alone "up to"), ``confidence`` (tertiary is open).
    said : mapping, optional
        Numbers that were claimed, drawn as dashed lines with their names.
    """
    blocks = [
        ("\n".join(textwrap.wrap(str(group), LETTERS)), rows)
        for group, rows in frame.groupby("group", sort=False)
    ]
    places, total = _places(blocks)
    above = 0.75 * len(said or {})  # one line for each claim
    figure, axes = canvas(title, 1.1 + 0.29 * (total + above))
    for (group, rows), (top, levels) in zip(blocks, places, strict=True):
        _heading(axes, group, top)
        for level, item in zip(levels, rows.itertuples(), strict=True):
            _mark(axes, level, item, colour(hue))
    ticks = [level for _, levels in places for level in levels]
    axes.set_yticks(ticks, [str(row) for _, rows in blocks for row in rows["row"]])
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.set(xlabel=xlabel, ylim=(-total - 0.2, 0.3 + above))
    _scale(axes, frame, percent, log)
    for step, (name, number) in enumerate((said or {}).items()):
        _said(axes, name, number, 0.4 + 0.75 * step)
    return figure


def _heading(axes: Axes, text: str, top: float) -> None:
    """Write a definition over its rows, from the left edge of the figure."""
    heading = axes.annotate(
        text,
        (0.01, top),
        xycoords=("figure fraction", "data"),
        fontsize=9,
        fontstyle="italic",
        va="center",
        color="#444444",
        linespacing=1.15,
        bbox={"fc": "white", "ec": "none", "pad": 1.0},
        zorder=4,
        annotation_clip=False,
    )
    heading.set_in_layout(False)


def _said(axes: Axes, name: str, number: float, level: float) -> None:
    """Draw a number that was claimed as a dashed line with its name to the left."""
    axes.axvline(number, color=INK, lw=1, ls=(0, (3, 2)), zorder=1)
    axes.annotate(
        name,
        (number, level),
        (-4, 0),
        textcoords="offset points",
        fontsize=8.5,
        ha="right",
        va="center",
        bbox={"fc": "white", "ec": "none", "pad": 0.6},
    )


def _places(
    blocks: list[tuple[str, pd.DataFrame]],
) -> tuple[list[tuple[float, list[float]]], float]:
    """Return where each definition and its rows stand, downwards, and the depth."""
    places, at = [], 0.0
    for text, rows in blocks:
        lines = text.count("\n") + 1
        top = at - 0.25 - 0.28 * (lines - 1)
        start = at - 0.75 - 0.56 * (lines - 1)
        levels = [start - 0.5 - number for number in range(len(rows))]
        places.append((top, levels))
        at = levels[-1] - 0.6
    return places, -at


def _mark(axes: Axes, level: float, item: Any, hue: str) -> None:
    style: dict[str, Any] = {"ms": 7, "mew": 1.6, "mec": hue, "mfc": hue}
    if item.confidence == "tertiary":
        style |= weak(hue)
    if pd.notna(item.low) and pd.notna(item.high):
        axes.hlines(level, item.low, item.high, color=hue, lw=6, alpha=0.5)
        if item.confidence == "tertiary":
            axes.hlines(level, item.low, item.high, color="white", lw=3)
    if pd.notna(item.value):
        axes.plot(item.value, level, "o", **style)
    elif pd.isna(item.high) and pd.notna(item.low):
        axes.plot(item.low, level, ">", **style)
    elif pd.isna(item.low) and pd.notna(item.high):
        axes.plot(item.high, level, "<", **style)


def _scale(axes: Axes, frame: pd.DataFrame, percent: bool, log: bool) -> None:
    numbers = frame[["value", "low", "high"]].to_numpy(dtype=float)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_color(NEUTRAL)
    if percent:
        axes.set_xlim(0, 1.04)
        percent_axis(axes.xaxis)
        return
    if log:
        axes.set_xscale("log")
        axes.set_xlim(np.nanmin(numbers[numbers > 0]) * 0.6, np.nanmax(numbers) * 1.6)
    else:
        axes.set_xlim(0, np.nanmax(numbers) * 1.08)
    thousands_axis(axes.xaxis)

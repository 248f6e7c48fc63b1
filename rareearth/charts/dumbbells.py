"""Then and now, side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.style import (
    INK,
    canvas,
    colour,
    key_above,
    percent_axis,
    thousands_axis,
)


def dumbbell(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    labels: tuple[str, str],
    *,
    percent: bool = False,
) -> Figure:
    """Return then-and-now as two dots joined by a line, one row per entity.

    Parameters
    ----------
    frame : DataFrame
        Columns ``entity``, ``before``, ``after``; the first row is drawn on top.
    labels : (str, str)
        What the open and the filled dot stand for.
    """
    figure, axes = canvas(title, 1.6 + 0.32 * len(frame))
    rows = range(len(frame))[::-1]
    for row, item in zip(rows, frame.itertuples(), strict=True):
        hue = colour(str(item.entity))
        axes.plot([item.before, item.after], [row, row], color=hue, lw=2, alpha=0.5)
        axes.plot(item.before, row, "o", mfc="white", mec=hue, mew=1.6, ms=7)
        axes.plot(item.after, row, "o", color=hue, ms=7.5)
    axes.set_yticks(list(rows), [str(name) for name in frame["entity"]])
    axes.set(xlabel=xlabel, ylim=(-0.7, len(frame) - 0.3))
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    percent_axis(axes.xaxis) if percent else thousands_axis(axes.xaxis)
    marks = [
        axes.plot([], [], "o", mfc="white", mec=INK, mew=1.6, label=labels[0])[0],
        axes.plot([], [], "o", color=INK, label=labels[1])[0],
    ]
    key_above(axes, marks)
    return figure

"""Where a claim is true: a result over two assumptions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rareearth.charts.style import INK, canvas, percent_axis


def truth_map(
    frame: pd.DataFrame,
    columns: tuple[str, str, str],
    title: str,
    labels: tuple[str, str, str],
    level: float,
    level_label: str,
    marks: Mapping[str, tuple[float, float]],
) -> Figure:
    """Return a result as a map over two assumptions, with the line on which it is true.

    Parameters
    ----------
    frame : DataFrame
        A full grid; `columns` name x (a share), y and the result (a share).
    labels : (str, str, str)
        Of x, y and the colour scale.
    level : float
        The result that was claimed; it holds on the thick line.
    marks : mapping
        Points to name: label, and (x, y).
    """
    x, y, z = columns
    grid = frame.pivot(index=y, columns=x, values=z)
    figure, axes = canvas(title, 4.6)
    steps = np.linspace(0, 1, 11)
    filled = axes.contourf(
        grid.columns, grid.index, grid.to_numpy(), levels=steps, cmap="YlOrBr", zorder=0
    )
    if frame[z].min() < level < frame[z].max():
        _line_of(axes, grid, level, level_label)
    for name, (at, height) in marks.items():
        _point(axes, name, at, height)
    bar = figure.colorbar(filled, ax=axes, format=PercentFormatter(1.0), pad=0.02)
    bar.set_label(labels[2], fontsize=9.5)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.set_xlim(grid.columns.min(), grid.columns.max())
    axes.set_ylim(grid.index.min(), grid.index.max())
    percent_axis(axes.xaxis)
    axes.grid(False)
    return figure


def _line_of(axes: Axes, grid: pd.DataFrame, level: float, label: str) -> None:
    """Draw the line on which the result is `level`, with its label in the line."""
    line = axes.contour(
        grid.columns, grid.index, grid.to_numpy(), [level], colors=INK, linewidths=2.4
    )
    axes.clabel(line, fmt=lambda _: label, fontsize=9.5, inline_spacing=8)


def _point(axes: Axes, name: str, at: float, height: float) -> None:
    """Mark a point and name it, on its left where the right would be cut off."""
    axes.plot(at, height, "o", mfc="white", mec=INK, mew=1.8, ms=8, clip_on=False)
    left = at > 0.6
    box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8}
    axes.annotate(
        name,
        (at, height),
        (-9 if left else 9, 0),
        textcoords="offset points",
        va="center",
        ha="right" if left else "left",
        fontsize=9.5,
        bbox=box,
    )

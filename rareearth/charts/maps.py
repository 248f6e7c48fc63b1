"""Where a claim is true: a result over two assumptions, and ranges side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rareearth.charts.marks import assumed
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
        line = axes.contour(
            grid.columns,
            grid.index,
            grid.to_numpy(),
            [level],
            colors=INK,
            linewidths=2.4,
        )
        axes.clabel(line, fmt=lambda _: level_label, fontsize=9.5, inline_spacing=8)
    for name, (at, height) in marks.items():
        axes.plot(at, height, "o", mfc="white", mec=INK, mew=1.8, ms=8, clip_on=False)
        left = at > 0.6
        axes.annotate(
            name,
            (at, height),
            (-9 if left else 9, 0),
            textcoords="offset points",
            va="center",
            ha="right" if left else "left",
            fontsize=9.5,
            bbox={
                "boxstyle": "round,pad=0.15",
                "fc": "white",
                "ec": "none",
                "alpha": 0.8,
            },
        )
    bar = figure.colorbar(filled, ax=axes, format=PercentFormatter(1.0), pad=0.02)
    bar.set_label(labels[2], fontsize=9.5)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.set_xlim(grid.columns.min(), grid.columns.max())
    axes.set_ylim(grid.index.min(), grid.index.max())
    percent_axis(axes.xaxis)
    axes.grid(False)
    return figure


def ranges(frame: pd.DataFrame, title: str, xlabel: str) -> Figure:
    """Return ranges side by side, one row each; a weak one is open, a claim hatched.

    Parameters
    ----------
    frame : DataFrame
        Columns ``label``, ``low``, ``high``, ``kind``: "figure", "weak", "target" or
        "claim".
    """
    figure, axes = canvas(title, 1.4 + 0.42 * len(frame))
    looks: dict[str, dict[str, Any]] = {
        "figure": {"color": "#0B6E99"},
        "weak": {"facecolor": "white", "edgecolor": "#0B6E99", "linewidth": 1.6},
        "target": {"color": "#9DB7C4"},
        "claim": assumed("#B3413E"),
    }
    least = float(frame["high"].max()) * 0.012
    for row, item in zip(range(len(frame))[::-1], frame.itertuples(), strict=True):
        width = max(item.high - item.low, least)
        start = item.low - (least / 2 if item.high == item.low else 0)
        axes.barh(row, width, left=start, height=0.42, **looks[str(item.kind)])
        axes.annotate(
            str(item.text),
            (start + width, row),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    axes.set_yticks(list(range(len(frame))[::-1]), [str(n) for n in frame["label"]])
    axes.set(xlabel=xlabel, ylim=(-0.7, len(frame) - 0.3))
    axes.set_xlim(0, float(frame["high"].max()) * 1.5)
    axes.grid(axis="y", visible=False)
    return figure

"""Where a claim is true: a result over two assumptions.

seaborn's heat map has neither an axis of numbers nor the line on which a result holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rareearth.charts.colours import INK
from rareearth.charts.style import canvas, note, number_axis


def contours(
    frame: pd.DataFrame,
    columns: tuple[str, str, str],
    title: str,
    labels: tuple[str, str, str],
    *,
    level: float,
    level_label: str,
    points: pd.DataFrame,
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
    points : DataFrame
        ``x``, ``y`` and ``label`` of places to name, on the left of those that lie far
        to the right.
    """
    x, y, z = columns
    grid = frame.pivot(index=y, columns=x, values=z)
    across, up = grid.columns.to_numpy(), grid.index.to_numpy()
    figure, axes = canvas(title, 4.6)
    steps = np.linspace(0, 1, 11)
    filled = axes.contourf(across, up, grid, levels=steps, cmap="YlOrBr", zorder=0)
    if frame[z].min() < level < frame[z].max():
        line = axes.contour(across, up, grid, [level], colors=INK, linewidths=2.4)
        axes.clabel(line, fmt=lambda _: level_label, fontsize=9.5, inline_spacing=8)
    style: dict[str, Any] = {
        "facecolors": "white",
        "edgecolors": INK,
        "linewidths": 1.8,
        "zorder": 3,
    }
    axes.scatter(points["x"], points["y"], 64, clip_on=False, **style)
    for item in points.itertuples():
        left = item.x > 0.6
        shift, ha = (-9 if left else 9, 0), "right" if left else "left"
        box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8}
        place = {"va": "center", "ha": ha, "bbox": box}
        note(axes, item.label, (item.x, item.y), shift, fontsize=9.5, **place)
    bar = figure.colorbar(filled, ax=axes, format=PercentFormatter(1.0), pad=0.02)
    bar.set_label(labels[2], fontsize=9.5)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.set(xlim=(across.min(), across.max()), ylim=(up.min(), up.max()))
    number_axis(axes.xaxis, percent=True)
    axes.grid(visible=False)
    return figure

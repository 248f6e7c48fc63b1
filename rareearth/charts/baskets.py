"""What a whole is made of, one bar each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.style import canvas, colour, thousands_axis


def part_bars(parts: pd.DataFrame, title: str, xlabel: str) -> Figure:
    """Return one stacked bar per row, its parts by name and its total at the end.

    Parameters
    ----------
    parts : DataFrame
        ``row``, ``part`` str, ``value`` float, in the order in which they are drawn:
        the first row on top, the first part on the left.
    """
    rows = list(dict.fromkeys(parts["row"]))
    names = list(dict.fromkeys(parts["part"]))
    figure, axes = canvas(title, 1.9 + 0.42 * len(rows))
    wide = parts.pivot_table(index="row", columns="part", values="value", sort=False)
    wide = wide.reindex(index=rows, columns=names).fillna(0.0)
    at = np.arange(len(rows))[::-1]
    left = np.zeros(len(rows))
    for name in names:
        axes.barh(
            at, wide[name], left=left, color=colour(name), label=name, height=0.66
        )
        left += wide[name].to_numpy()
    for place, total in zip(at, left, strict=True):
        axes.annotate(
            f"{total:,.1f}",
            (total, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    axes.set_yticks(at, rows)
    axes.set(xlabel=xlabel, xlim=(0, 1.1 * left.max()))
    thousands_axis(axes.xaxis)
    axes.grid(axis="y", visible=False)
    figure.legend(
        loc="outside lower center", ncols=4, frameon=False, fontsize=9, columnspacing=1
    )
    return figure

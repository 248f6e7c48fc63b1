"""Bars in order of size, with what is not named."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.colours import colour
from rareearth.charts.style import canvas, percent_axis, thousands_axis

UNNAMED = "Not named"


def ranked_bars(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    *,
    column: str = "value",
    percent: bool = False,
) -> Figure:
    """Return one bar a row in the order given, its number at the end.

    Parameters
    ----------
    frame : DataFrame
        Columns ``entity`` and `column`; a row "Not named" is hollow, for it is a rest
        and not a country.
    percent : bool
        The numbers are shares from 0 to 1.
    """
    figure, axes = canvas(title, 1.35 + 0.34 * len(frame))
    rows = range(len(frame))[::-1]
    for row, (name, size) in zip(
        rows, frame[["entity", column]].itertuples(index=False), strict=True
    ):
        rest = name == UNNAMED
        style = (
            {"facecolor": "white", "edgecolor": "#999999", "lw": 1.1}
            if rest
            else {"color": colour(str(name))}
        )
        axes.barh(row, size, height=0.68, **style)
        text = f"{size:.0%}" if percent else f"{size:,.10g}"
        axes.annotate(
            text,
            (max(size, 0), row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    axes.set_yticks(list(rows), [str(name) for name in frame["entity"]])
    axes.set(xlabel=xlabel, ylim=(-0.6, len(frame) - 0.4))
    axes.set_xlim(0, max(frame[column].max(), 1e-9) * 1.14)
    axes.grid(axis="y", visible=False)
    percent_axis(axes.xaxis) if percent else thousands_axis(axes.xaxis)
    return figure

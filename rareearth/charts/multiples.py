"""Many measures of one thing, each on a scale of its own."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rareearth.charts.style import INK, STYLE, WIDTH, headline, thousands_axis


def small_multiples(
    frame: pd.DataFrame,
    title: str,
    hue: str,
    other: str = "another definition",
) -> Figure:
    """Return one small panel of columns per measure, all on the same years.

    Parameters
    ----------
    frame : DataFrame
        Columns ``panel``, ``year``, ``value``, ``mark`` ("line" for the columns,
        "other" for what is drawn as an open diamond beside them), ``confidence`` (a
        tertiary column is hatched).
    hue : str
        Colour of the columns.
    other : str
        What a diamond stands for.
    """
    sns.set_theme(style="ticks", rc=STYLE)
    names = list(dict.fromkeys(frame["panel"]))
    rows = (len(names) + 1) // 2
    figure, grid = plt.subplots(
        rows,
        2,
        figsize=(WIDTH, 1.3 + 1.55 * rows),
        squeeze=False,
        sharex=True,
        layout="constrained",
    )
    headline(figure, title)
    first, last = frame["year"].min(), frame["year"].max()
    for axes, name in zip(grid.flat, names, strict=False):
        _columns(axes, frame[frame["panel"] == name], hue)
        axes.set_title(name, fontsize=9.5, fontweight="normal", pad=5, loc="left")
        axes.set_xlim(first - 0.6, last + 0.6)
    for axes in grid.flat[len(names) :]:
        axes.set_visible(False)
    if len(names) > 1 and len(names) % 2:
        grid[-2, 1].xaxis.set_tick_params(labelbottom=True)
    _legend(figure, frame, hue, other)
    return figure


def _columns(axes: Axes, here: pd.DataFrame, hue: str) -> None:
    main = here[here["mark"] == "line"]
    weak = main["confidence"] == "tertiary"
    axes.bar(main["year"][~weak], main["value"][~weak], color=hue, width=0.72)
    axes.bar(
        main["year"][weak],
        main["value"][weak],
        width=0.72,
        color="white",
        edgecolor=hue,
        hatch="////",
        lw=0.8,
    )
    beside = here[here["mark"] != "line"]
    axes.plot(beside["year"], beside["value"], "D", mfc="none", mec=INK, ms=4.5)
    axes.axhline(0, color=INK, lw=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="x", visible=False)
    thousands_axis(axes.yaxis)


def _legend(figure: Figure, frame: pd.DataFrame, hue: str, other: str) -> None:
    handles = []
    if (frame["mark"] != "line").any():
        handles.append(
            plt.Line2D([], [], marker="D", lw=0, mfc="none", mec=INK, label=other)
        )
    if ((frame["mark"] == "line") & (frame["confidence"] == "tertiary")).any():
        handles.append(
            plt.Rectangle(
                (0, 0), 1, 1, fc="white", ec=hue, hatch="////", label="weak source"
            )
        )
    if handles:
        figure.legend(
            handles=handles,
            loc="outside lower center",
            ncols=2,
            frameon=False,
            fontsize=9,
        )

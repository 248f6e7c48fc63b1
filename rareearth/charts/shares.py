"""Shares of a total: stacked columns through time, and dots by stage."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rareearth.charts.style import (
    STYLE,
    WIDTH,
    canvas,
    colour,
    headline,
    label_ends,
    percent_axis,
)


def share_columns(
    shares: pd.DataFrame, title: str, named: Sequence[str], ylabel: str
) -> Figure:
    """Return shares of a total through time, one stacked column a year.

    Columns, not areas: nothing is drawn between two years, and a year without
    figures stays empty.

    Parameters
    ----------
    shares : DataFrame
        Columns ``year``, ``entity``, ``share`` (0 to 1), ``source_id``; from
        `concentration.shares`.
    named : list of str
        The entities drawn on their own, from the bottom up. The rest is one part.
    """
    figure, axes = canvas(title, 4.2)
    drawn = _stacked(shares, named)
    edges = np.append(drawn.index - 0.5, drawn.index[-1] + 0.5)
    heights = np.vstack([drawn.to_numpy(), drawn.to_numpy()[-1:]]).T
    hues = [colour(str(name)) for name in drawn]
    axes.stackplot(edges, heights, colors=hues, lw=0, step="post")
    end = drawn.iloc[-1]
    middle = (end.cumsum() - end / 2)[end > 0.004]
    at = float(drawn.index[-1]) + 0.5
    label_ends(axes, {name: (at, float(y)) for name, y in middle.items()}, gap=0.055)
    _mark_changes(axes, shares)
    axes.set(xlim=(drawn.index[0] - 0.5, at), ylim=(0, 1), ylabel=ylabel, xlabel="")
    percent_axis(axes.yaxis)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(False)
    return figure


def _stacked(shares: pd.DataFrame, named: Sequence[str]) -> pd.DataFrame:
    """Return shares by year: the named, the other countries, what is not named."""
    wide = shares.pivot_table(
        index="year", columns="entity", values="share", aggfunc="sum"
    ).fillna(0.0)
    drawn = wide.reindex(columns=list(named), fill_value=0.0)
    others = wide.drop(columns=[*named, "Not named"], errors="ignore")
    drawn["Other countries"] = others.sum(axis=1)
    drawn["Not named"] = wide.get("Not named", pd.Series(0.0, wide.index))
    every_year = range(int(drawn.index.min()), int(drawn.index.max()) + 1)
    return drawn.div(drawn.sum(axis=1), axis=0).reindex(every_year, fill_value=0.0)


def share_panels(
    frame: pd.DataFrame, title: str, ylabel: str, named: Sequence[str]
) -> Figure:
    """Return printed shares by year as dots, one small panel per stage.

    Parameters
    ----------
    frame : DataFrame
        Columns ``row`` (the panel), ``entity``, ``year``, ``value`` (0 to 1), ``low``
        and ``high`` (a range, drawn as a bar; ``low`` alone is a lower bound, drawn
        as a triangle), ``confidence``. An open mark is a tertiary figure.
    named : list of str
        The entities with a colour and a place in the legend; the others are grey.
    """
    sns.set_theme(style="ticks", rc=STYLE)
    panels = list(dict.fromkeys(frame["row"]))
    rows = (len(panels) + 1) // 2
    figure, grid = plt.subplots(
        rows,
        2,
        figsize=(WIDTH, 1.2 + 2.1 * rows),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    headline(figure, title)
    for axes, panel in zip(grid.flat, panels, strict=False):
        axes.set_title(panel, fontsize=10.5, pad=6)
        _share_dots(axes, frame[frame["row"] == panel], named)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    grid[0, 0].set_ylim(0, 1.05)
    percent_axis(grid[0, 0].yaxis)
    grid[0, 0].xaxis.set_major_locator(MaxNLocator(5, integer=True))
    figure.supylabel(ylabel, fontsize=10)
    handles = [
        plt.Line2D([], [], marker="o", lw=0, color=colour(name), label=name)
        for name in named
    ]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )
    return figure


def _share_dots(axes: Axes, here: pd.DataFrame, named: Sequence[str]) -> None:
    order = {name: place for place, name in enumerate(named)}
    ranks = here["entity"].map(order).fillna(len(order))
    for item in here.loc[ranks.sort_values(ascending=False).index].itertuples():
        hue = colour(str(item.entity)) if item.entity in order else "#BBBBBB"
        if pd.notna(item.high):
            axes.vlines(item.year, item.low, item.high, color=hue, lw=5, alpha=0.5)
            continue
        bound = bool(pd.isna(item.value))
        axes.plot(
            item.year,
            item.low if bound else item.value,
            "^" if bound else "o",
            ms=6,
            mew=1.5,
            mec=hue,
            mfc="white" if item.confidence == "tertiary" else hue,
        )
    axes.grid(axis="x", visible=False)


def _mark_changes(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw a dashed line where the figures come from another table than before."""
    source = shares[shares["entity"] == "Not named"].set_index("year")["source_id"]
    source = source.sort_index()
    for year in source.index[1:][(source != source.shift())[1:]]:
        axes.axvline(year - 0.5, color="white", lw=1.4, ls=(0, (2.5, 2)))

"""The house style, and the few chart forms that the notebooks share.

A chart says its finding in the title, labels its lines where they end, draws a range
as a range and a weak figure as an open mark. One colour per country everywhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from rareearth.display import bibliography, cite, findings, say, show, table

# Okabe and Ito's palette, told apart with every common kind of colour blindness, and
# two of its colours darkened so that lines stand out on white.
COLOURS = {
    "China": "#D55E00",
    "United States": "#0072B2",
    "Australia": "#E69F00",
    "Myanmar": "#009E73",
    "Russia": "#8C6BB1",
    "India": "#CC79A7",
    "Brazil": "#1B7F79",
    "Malaysia": "#56B4E9",
    "Thailand": "#B5A12A",
    "Madagascar": "#A6761D",
    "Vietnam": "#7F9C3B",
    "Nigeria": "#6C8EBF",
    "Japan": "#4D4D4D",
    "European Union": "#3B5BA9",
    "World": "#222222",
    "mining quota": "#222222",
    "industry plan": "#8C6BB1",
    "HHI": "#222222",
    "Other countries": "#BBBBBB",
    "Not named": "#DDDDDD",
}
NEUTRAL = "#767676"
INK = "#222222"
WIDTH = 6.6  # inches: the measure of a report, and still legible on a phone

_STYLE: dict[str, Any] = {
    "figure.dpi": 100,
    "svg.hashsalt": "rareearth",
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "axes.titleweight": "bold",
    "axes.labelcolor": INK,
    "axes.edgecolor": "#999999",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "text.color": INK,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}


def colour(entity: str) -> str:
    """Return the colour of a country or company: the same in every chart."""
    return COLOURS.get(entity, NEUTRAL)


def canvas(title: str, height: float = 4.0) -> tuple[Figure, Axes]:
    """Return a figure in the house style with its finding as the title."""
    sns.set_theme(style="ticks", rc=_STYLE)
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    _headline(figure, title)
    return figure, axes


def _headline(figure: Figure, title: str) -> None:
    figure.suptitle(
        "\n".join(textwrap.wrap(title, 64)),
        x=0.01,
        ha="left",
        fontweight="bold",
        fontsize=12,
        linespacing=1.25,
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
        `concentration.share_table`.
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
    _percent(axes.yaxis)
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


def line_band(
    frame: pd.DataFrame,
    title: str,
    ylabel: str,
    *,
    by: str = "entity",
    percent: bool = False,
    marks: Sequence[str] = (),
) -> Figure:
    """Return lines through time, each with the band of what the sources allow.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``value``, the column named by `by`, and where known
        ``low``, ``high`` and ``confidence``. A missing year interrupts the line; a
        year with a band and no value has a band only. Tertiary figures are open.
    marks : list of str
        Names drawn as marks without a line.
    """
    figure, axes = canvas(title, 3.8)
    ends = {}
    for name, rows in frame.groupby(by, sort=False):
        rows = rows.sort_values("year")
        hue = colour(str(name))
        for _, run in rows.groupby(rows["year"].diff().gt(1).cumsum()):
            if {"low", "high"} <= set(run.columns):
                _band(axes, run, hue)
            mark = str(name) in marks
            lone = len(run) == 1
            axes.plot(
                run["year"],
                run["value"],
                color=hue,
                lw=0 if mark else 2,
                marker="D" if mark else "o" if lone else "",
                ms=4.5,
            )
        _open_marks(axes, rows, hue)
        last = rows.dropna(subset=["value"]).tail(1)
        if len(last):
            ends[str(name)] = (float(last["year"].item()), float(last["value"].item()))
    _finish_years(axes, frame, ylabel)
    if percent:
        _percent(axes.yaxis)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    label_ends(axes, ends, 0.06 * float(np.diff(axes.get_ylim()).item()))
    return figure


def _band(axes: Axes, run: pd.DataFrame, hue: str) -> None:
    if len(run) == 1:
        axes.vlines(run["year"], run["low"], run["high"], color=hue, alpha=0.3, lw=6)
    else:
        axes.fill_between(
            run["year"], run["low"], run["high"], color=hue, alpha=0.22, lw=0
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
    _percent(axes.xaxis) if percent else _thousands(axes.xaxis)
    marks = [
        axes.plot([], [], "o", mfc="white", mec=INK, mew=1.6, label=labels[0])[0],
        axes.plot([], [], "o", color=INK, label=labels[1])[0],
    ]
    axes.legend(
        handles=marks,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.0,
        frameon=False,
        ncols=2,
        fontsize=9.5,
        handletextpad=0.2,
    )
    return figure


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
    sns.set_theme(style="ticks", rc=_STYLE)
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
    _headline(figure, title)
    for axes, panel in zip(grid.flat, panels, strict=False):
        axes.set_title(panel, fontsize=10.5, pad=6)
        _share_dots(axes, frame[frame["row"] == panel], named)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    grid[0, 0].set_ylim(0, 1.05)
    _percent(grid[0, 0].yaxis)
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


def label_ends(axes: Axes, ends: Mapping[str, tuple[float, float]], gap: float) -> None:
    """Write each name to the right of its (x, y), at least `gap` apart upwards."""
    heights = pd.Series({name: y for name, (_, y) in ends.items()}, dtype=float)
    for name, height in spread(heights, gap).items():
        axes.annotate(
            str(name),
            (ends[str(name)][0], float(height)),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=_readable(colour(str(name))),
            annotation_clip=False,
        )


def spread(heights: pd.Series, gap: float) -> pd.Series:
    """Return heights moved apart just enough to lie at least `gap` from each other."""
    ordered = heights.sort_values()
    steps = gap * np.arange(len(ordered))
    groups: list[tuple[float, int]] = []  # mean height less its step, and members
    for height in ordered.to_numpy(dtype=float) - steps:
        mean, members = float(height), 1
        while groups and groups[-1][0] > mean:
            before, many = groups.pop()
            mean = (before * many + mean * members) / (many + members)
            members += many
        groups.append((mean, members))
    levels = [mean for mean, members in groups for _ in range(members)]
    return pd.Series(np.array(levels) + steps, index=ordered.index)


def _readable(hue: str) -> str:
    """Return a colour dark enough to read as text on white."""
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    light = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
    factor = 0.4 / max(light, 0.4)  # gives every colour the contrast of WCAG AA
    return f"#{int(red * factor):02x}{int(green * factor):02x}{int(blue * factor):02x}"


def _open_marks(axes: Axes, rows: pd.DataFrame, hue: str) -> None:
    if "confidence" not in rows:
        return
    weak = rows[rows["confidence"] == "tertiary"]
    axes.plot(weak["year"], weak["value"], "o", mfc="white", mec=hue, mew=1.6, ms=6)


def _mark_changes(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw a dashed line where the figures come from another table than before."""
    source = shares[shares["entity"] == "Not named"].set_index("year")["source_id"]
    source = source.sort_index()
    for year in source.index[1:][(source != source.shift())[1:]]:
        axes.axvline(year - 0.5, color="white", lw=1.4, ls=(0, (2.5, 2)))


def _finish_years(axes: Axes, frame: pd.DataFrame, ylabel: str) -> None:
    axes.set(ylabel=ylabel, xlabel="")
    first, last = frame["year"].min(), frame["year"].max()
    axes.set_xlim(first - 0.3, last + 0.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _thousands(axes.yaxis)
    axes.grid(axis="x", visible=False)


def _percent(axis: Any) -> None:
    axis.set_major_formatter(PercentFormatter(1.0))


def _thousands(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.10g}"))


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    return figure


__all__ = [
    "COLOURS",
    "bibliography",
    "canvas",
    "cite",
    "colour",
    "dumbbell",
    "findings",
    "label_ends",
    "line_band",
    "say",
    "share_columns",
    "share_panels",
    "show",
    "spread",
    "table",
]

"""Colours, canvas, labels and axes that all chart forms share."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from rareearth.charts.colours import COLOURS, INK, NEUTRAL, colour, readable
from rareearth.charts.fonts import family
from rareearth.charts.marks import weak

__all__ = ["COLOURS", "INK", "NEUTRAL", "colour", "readable"]

WIDTH = 6.0  # inches: text of 10 points is 8 pixels high on the narrowest phone

STYLE: dict[str, Any] = {
    "figure.dpi": 100,
    "svg.hashsalt": "rareearth",
    "svg.fonttype": "path",
    "font.family": family(),
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


def canvas(title: str, height: float = 4.0) -> tuple[Figure, Axes]:
    """Return a figure in the house style with its finding as the title."""
    sns.set_theme(style="ticks", rc=STYLE)
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    headline(figure, title)
    return figure, axes


def headline(figure: Figure, title: str) -> None:
    """Write the finding over a figure, wrapped to its width."""
    figure.suptitle(
        "\n".join(textwrap.wrap(title, 58)),
        x=0.01,
        ha="left",
        fontweight="bold",
        fontsize=12,
        linespacing=1.25,
    )


def label_ends(axes: Axes, ends: Mapping[str, tuple[float, float]], gap: float) -> None:
    """Write each name to the right of its (x, y), at least `gap` apart upwards.

    No name lies lower than half a gap above the foot of the axes, where it would
    touch the axis and its numbers.
    """
    heights = pd.Series({name: y for name, (_, y) in ends.items()}, dtype=float)
    apart = spread(heights, gap)
    foot = axes.get_ylim()[0] + gap * (0.5 + np.arange(len(apart)))
    for name, height in apart.clip(lower=pd.Series(foot, apart.index)).items():
        end = (ends[str(name)][0], float(height))
        write_name(axes, str(name), end, colour(str(name)))


def write_name(
    axes: Axes,
    name: str,
    at: tuple[Any, float],
    hue: str,
    apart: int = 5,
    size: float = 9.5,
) -> None:
    """Write a name to the right of a point, `apart` points away, in a readable hue."""
    axes.annotate(
        name,
        at,
        (apart, 0),
        textcoords="offset points",
        va="center",
        fontsize=size,
        color=readable(hue),
        annotation_clip=False,
    )


def key_above(axes: Axes, marks: Sequence[Artist]) -> None:
    """Say above the axes, in one line, what some kinds of marks stand for."""
    axes.legend(
        handles=marks,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.0,
        frameon=False,
        ncols=len(marks),
        fontsize=9.5,
        handletextpad=0.2,
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


def open_marks(axes: Axes, rows: pd.DataFrame, hue: str) -> None:
    """Mark tertiary figures with an open circle, if the rows tell confidence."""
    if "confidence" not in rows:
        return
    tertiary = rows[rows["confidence"] == "tertiary"]
    axes.plot(tertiary["year"], tertiary["value"], "o", ms=6, **weak(hue))


def finish_years(axes: Axes, frame: pd.DataFrame, ylabel: str) -> None:
    """Give an axis of years whole years and room at both ends."""
    axes.set(ylabel=ylabel, xlabel="")
    first, last = frame["year"].min(), frame["year"].max()
    axes.set_xlim(first - 0.3, last + 0.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    thousands_axis(axes.yaxis)
    axes.grid(axis="x", visible=False)


def percent_axis(axis: Any) -> None:
    """Print the numbers of an axis (0 to 1) as percent."""
    axis.set_major_formatter(PercentFormatter(1.0))


def thousands_axis(axis: Any) -> None:
    """Print the numbers of an axis with separated thousands."""
    axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.10g}"))

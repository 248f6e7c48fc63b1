"""Colours, canvas, labels and axes that all chart forms share."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

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
    "Lynas": "#AA3377",
    "MP Materials": "#4477AA",
    "China Northern": "#EE6677",
    "China Northern Rare Earth": "#EE6677",
    "China Rare Earth": "#C9A227",
    "Shenghe Resources": "#228833",
    "China Rare Earth Resources (000831)": "#C9A227",
    "JL Mag": "#3FA7B5",
    "NdPr market": "#444444",
    "NdPr oxide": "#AA3377",
    "all rare-earth oxides": "#4477AA",
    "Other countries": "#BBBBBB",
    "Not named": "#DDDDDD",
}
NEUTRAL = "#767676"
INK = "#222222"
WIDTH = 6.6  # inches: the measure of a report, and still legible on a phone

STYLE: dict[str, Any] = {
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
    sns.set_theme(style="ticks", rc=STYLE)
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    headline(figure, title)
    return figure, axes


def headline(figure: Figure, title: str) -> None:
    """Write the finding over a figure, wrapped to its width."""
    figure.suptitle(
        "\n".join(textwrap.wrap(title, 64)),
        x=0.01,
        ha="left",
        fontweight="bold",
        fontsize=12,
        linespacing=1.25,
    )


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
            color=readable(colour(str(name))),
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


def readable(hue: str) -> str:
    """Return a colour dark enough to read as text on white."""
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    light = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
    factor = 0.4 / max(light, 0.4)  # gives every colour the contrast of WCAG AA
    return f"#{int(red * factor):02x}{int(green * factor):02x}{int(blue * factor):02x}"


def open_marks(axes: Axes, rows: pd.DataFrame, hue: str) -> None:
    """Mark tertiary figures with an open circle, if the rows tell confidence."""
    if "confidence" not in rows:
        return
    weak = rows[rows["confidence"] == "tertiary"]
    axes.plot(weak["year"], weak["value"], "o", mfc="white", mec=hue, mew=1.6, ms=6)


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

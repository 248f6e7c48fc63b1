"""How likely a ratio is to exceed each value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.colours import INK
from rareearth.charts.style import canvas, percent_axis

LINES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))


def exceedance(curves: Mapping[str, np.ndarray], points: int = 201) -> pd.DataFrame:
    """Return the share of draws above each value, one row per curve and value.

    Parameters
    ----------
    curves : mapping of str to array
        Draws by name.
    points : int
        Values at which each curve is read, evenly in probability.

    Returns
    -------
    DataFrame
        ``curve``, ``value``, ``chance`` (0 to 1).
    """
    above = np.linspace(1, 0, points)
    parts = [
        pd.DataFrame(
            {"curve": name, "value": np.quantile(found, 1 - above), "chance": above}
        )
        for name, found in curves.items()
    ]
    return pd.concat(parts, ignore_index=True)


def exceedances(
    frame: pd.DataFrame, title: str, xlabel: str, marks: Mapping[str, float], hue: str
) -> Figure:
    """Return curves of the chance that a value is exceeded, with claims marked.

    Parameters
    ----------
    frame : DataFrame
        From `exceedance`.
    marks : mapping of str to float
        Values of interest and how they are called: drawn as upright lines.
    hue : str
        Colour of the curves; they differ by their strokes.
    """
    figure, axes = canvas(title, 3.9)
    for stroke, (name, rows) in zip(
        LINES, frame.groupby("curve", sort=False), strict=False
    ):
        axes.plot(
            rows["value"], rows["chance"], color=hue, lw=2, ls=stroke, label=str(name)
        )
    ordered = sorted(marks.items(), key=lambda mark: mark[1])
    for place, (text, value) in enumerate(ordered):
        last = place == len(ordered) - 1  # so that no two labels meet
        axes.axvline(value, color="#9A9A9A", lw=1, zorder=1)
        axes.annotate(
            text,
            (value, 1.0),
            (0, 3),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            ha="right" if place == 0 or last else "left",
            fontsize=9,
            color=INK,
        )
    edges = [*marks.values(), frame["value"].min(), frame["value"].max()]
    room = 0.06 * (max(edges) - min(edges))
    axes.set_xlim(max(0, min(edges) - room), max(edges) + room)
    axes.set(xlabel=xlabel, ylabel="Share of draws above", ylim=(0, 1))
    percent_axis(axes.yaxis)
    figure.legend(loc="outside lower left", frameon=False, ncols=2, fontsize=9.5)
    return figure

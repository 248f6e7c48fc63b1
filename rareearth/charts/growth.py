"""Growth paths of several publishers, one of them in focus."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.colours import INK, NEUTRAL
from rareearth.charts.marks import weak
from rareearth.charts.style import canvas, finish_years, label_ends, readable

FOCUS = "#0B5A48"


def growth_paths(
    points: pd.DataFrame, title: str, ylabel: str, focus: str, last: int
) -> Figure:
    """Return multiples of a base year, one line a scenario, on constant growth between.

    Parameters
    ----------
    points : DataFrame
        Columns ``scenario``, ``year``, ``value`` (1 in the base year), ``low`` and
        ``high`` (a range, drawn as a bar), ``printed`` (a dot), ``confidence``.
    focus : str
        The scenario that is drawn in colour.
    last : int
        The last year shown.
    """
    figure, axes = canvas(title, 4.2)
    shown = points[points["year"] <= last]
    ends = {}
    for name, rows in shown.groupby("scenario", sort=False):
        hue, width = (FOCUS, 2.6) if name == focus else (NEUTRAL, 1.4)
        middle = rows["value"].fillna(np.sqrt(rows["low"] * rows["high"]))
        years = np.arange(rows["year"].min(), rows["year"].max() + 1)
        path = np.exp(np.interp(years, rows["year"], np.log(middle)))
        order = 3 if name == focus else 2
        axes.plot(years, path, color=hue, lw=width, zorder=order)
        dots = rows[rows["printed"] & rows["value"].notna()]
        style: dict[str, Any] = {"ms": 5, "color": hue, "zorder": order}
        if (rows["confidence"] == "tertiary").all():
            style |= weak(hue)
        axes.plot(dots["year"], dots["value"], "o", lw=0, **style)
        span = rows.dropna(subset=["low", "high"])
        axes.vlines(span["year"], span["low"], span["high"], color=hue, lw=6, alpha=0.5)
        ends[str(name)] = (float(rows["year"].iloc[-1]), float(middle.iloc[-1]))
    finish_years(axes, shown, ylabel)
    axes.axhline(1, color=INK, lw=0.7)
    axes.set_ylim(bottom=min(0.8, 0.95 * float(np.nanmin(shown[["value", "low"]]))))
    late = {name: (float(last), y) for name, (x, y) in ends.items() if x >= last}
    early = {name: end for name, end in ends.items() if name not in late}
    gap = 0.06 * axes.get_ylim()[1]
    label_ends(axes, late, gap)
    for name, (year, height) in early.items():
        axes.annotate(
            name,
            (year, height),
            (0, 5),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=9.5,
            color=readable(FOCUS if name == focus else NEUTRAL),
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
            zorder=4,
        )
    return figure

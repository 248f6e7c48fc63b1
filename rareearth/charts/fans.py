"""Simulated paths as a fan: the median, and where the middle of them lies."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rareearth.charts.style import (
    canvas,
    colour,
    percent_axis,
    spread,
    thousands_axis,
    write_name,
)


def fan(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    ylabel: str,
    *,
    percent: bool = False,
    level: float | None = None,
    level_label: str = "",
    hues: Mapping[str, str] | None = None,
) -> Figure:
    """Return fans: the darker band holds half of the paths, the lighter 80 percent.

    Parameters
    ----------
    frame : DataFrame
        Columns ``what`` (one fan each), ``year`` or ``month`` (x), ``p10``, ``p25``,
        ``p50``, ``p75``, ``p90``.
    level : float, optional
        A height to compare with, drawn as a dashed line with its label.
    hues : mapping, optional
        The entity whose colour a name takes. Default: its own.
    """
    figure, axes = canvas(title, 4.0)
    x = "year" if "year" in frame else "month"
    ends = {}
    for name, rows in frame.groupby("what", sort=False):
        hue = _hue(str(name), hues)
        _paths(axes, rows[x], rows, hue)
        ends[str(name)] = (float(rows[x].iloc[-1]), float(rows["p50"].iloc[-1]))
    if level is not None:
        _level(axes, float(frame[x].min()), level, level_label)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_xlim(frame[x].min(), frame[x].max())
    top = 1.0 if percent else float(frame["p90"].max()) * 1.05
    axes.set_ylim(0, top)
    percent_axis(axes.yaxis) if percent else thousands_axis(axes.yaxis)
    axes.grid(axis="x", visible=False)
    heights = pd.Series({name: y for name, (_, y) in ends.items()}, dtype=float)
    for name, height in spread(heights, 0.06 * top).items() if len(ends) > 1 else ():
        end = (ends[str(name)][0], float(height))
        write_name(axes, str(name), end, _hue(str(name), hues))
    return figure


def _paths(axes: Axes, x: pd.Series, rows: pd.DataFrame, hue: str) -> None:
    """Draw one fan: two bands, and the median over them."""
    for low, high, alpha in (("p10", "p90", 0.15), ("p25", "p75", 0.28)):
        axes.fill_between(x, rows[low], rows[high], color=hue, alpha=alpha, lw=0)
    axes.plot(x, rows["p50"], color=hue, lw=2.2)


def _level(axes: Axes, left: float, height: float, label: str) -> None:
    """Draw a height to compare with, named at its left end."""
    axes.axhline(height, color="#555555", lw=1.2, ls=(0, (4, 3)))
    axes.annotate(
        label,
        (left, height),
        (4, 3),
        textcoords="offset points",
        fontsize=9,
        color="#444444",
    )


def _hue(name: str, hues: Mapping[str, str] | None) -> str:
    return colour((hues or {}).get(name, name))

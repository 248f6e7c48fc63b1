"""Simulated paths as a fan: the median, and where the middle of them lies."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.style import (
    canvas,
    colour,
    percent_axis,
    readable,
    spread,
    thousands_axis,
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
        axes.fill_between(
            rows[x], rows["p10"], rows["p90"], color=hue, alpha=0.15, lw=0
        )
        axes.fill_between(
            rows[x], rows["p25"], rows["p75"], color=hue, alpha=0.28, lw=0
        )
        axes.plot(rows[x], rows["p50"], color=hue, lw=2.2)
        ends[str(name)] = (float(rows[x].iloc[-1]), float(rows["p50"].iloc[-1]))
    if level is not None:
        axes.axhline(level, color="#555555", lw=1.2, ls=(0, (4, 3)))
        axes.annotate(
            level_label,
            (float(frame[x].min()), level),
            (4, 3),
            textcoords="offset points",
            fontsize=9,
            color="#444444",
        )
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_xlim(frame[x].min(), frame[x].max())
    top = 1.0 if percent else float(frame["p90"].max()) * 1.05
    axes.set_ylim(0, top)
    percent_axis(axes.yaxis) if percent else thousands_axis(axes.yaxis)
    axes.grid(axis="x", visible=False)
    heights = pd.Series({name: y for name, (_, y) in ends.items()}, dtype=float)
    for name, height in spread(heights, 0.06 * top).items() if len(ends) > 1 else ():
        axes.annotate(
            str(name),
            (ends[str(name)][0], float(height)),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=readable(_hue(str(name), hues)),
            annotation_clip=False,
        )
    return figure


def _hue(name: str, hues: Mapping[str, str] | None) -> str:
    return colour((hues or {}).get(name, name))

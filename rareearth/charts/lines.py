"""Lines through time, with the band of what the sources allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rareearth.charts.style import (
    canvas,
    colour,
    finish_years,
    label_ends,
    open_marks,
    percent_axis,
)


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
        open_marks(axes, rows, hue)
        last = rows.dropna(subset=["value"]).tail(1)
        if len(last):
            ends[str(name)] = (float(last["year"].item()), float(last["value"].item()))
    finish_years(axes, frame, ylabel)
    if percent:
        percent_axis(axes.yaxis)
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

"""What was claimed beside what the figures give, one row per claim."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from rareearth.charts.style import INK, canvas, thousands_axis
from rareearth.claims.verdicts import AGREEING

AGREES, DIFFERS = "#0072B2", "#D55E00"


def claimed_and_found(
    frame: pd.DataFrame, title: str, xlabel: str, *, multiple: bool = False
) -> Figure:
    """Return each claim as a ring, the figures as a dot on a bar that spans sources.

    Parameters
    ----------
    frame : DataFrame
        ``label``; ``said``; ``found``, ``found_low``, ``found_high``; ``verdict`` (a
        code). The first row is drawn on top.
    multiple : bool
        The numbers are multiples of the figures: the axis is logarithmic, and a line
        marks where claim and figures agree.
    """
    labels = ["\n".join(textwrap.wrap(str(text), 34)) for text in frame["label"]]
    lines = sum(text.count("\n") + 1 for text in labels)
    figure, axes = canvas(title, 1.5 + 0.1 * len(frame) + 0.19 * lines)
    rows = range(len(frame))[::-1]
    for row, item in zip(rows, frame.itertuples(), strict=True):
        hue = AGREES if item.verdict in AGREEING else DIFFERS
        axes.plot([item.said, item.found], [row, row], color=hue, lw=1, ls=":")
        axes.plot([item.found_low, item.found_high], [row, row], color=hue, lw=4)
        axes.plot(item.found, row, "o", color=hue, ms=6)
        axes.plot(item.said, row, "o", mfc="none", mec=INK, mew=1.5, ms=9)
    if multiple:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(10, subs=(1.0, 3.0)))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(1.0 if multiple else 0.0, color=INK, lw=0.8)
    axes.set_yticks(list(rows), labels)
    axes.tick_params(axis="y", labelsize=8.5)
    axes.set(xlabel=xlabel, ylim=(-0.7, len(frame) - 0.3))
    thousands_axis(axes.xaxis)
    _legend(axes)
    return figure


def _legend(axes: Axes) -> None:
    handles = [
        axes.plot([], [], "o", mfc="none", mec=INK, mew=1.5, ms=8, label="claimed")[0],
        axes.plot([], [], "o", color=AGREES, ms=6, label="figures, agreeing")[0],
        axes.plot([], [], "o", color=DIFFERS, ms=6, label="figures, differing")[0],
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.5, 1.0),
        borderaxespad=0.0,
        frameon=False,
        ncols=3,
        fontsize=9,
        handletextpad=0.2,
        columnspacing=1.0,
    )

"""One row a case: a value, and the range that its inputs allow."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rareearth.charts.style import canvas, colour, thousands_axis


def ranges(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    *,
    percent: bool = False,
    hue: str = "#0072B2",
    line: float | None = None,
) -> Figure:
    """Return values with their ranges, one row each, the first row on top.

    Parameters
    ----------
    frame : DataFrame
        Columns ``row``, ``value``, ``low``, ``high`` and where known ``confidence``
        (a tertiary figure is an open mark) and ``entity`` (which gives the colour). A
        row without a value has its range only.
    line : float, optional
        A threshold, drawn as a dashed line.
    """
    labels = [textwrap.fill(str(name), 34) for name in frame["row"]]
    lines = sum(label.count("\n") + 1 for label in labels)
    figure, axes = canvas(title, 1.3 + 0.22 * lines + 0.16 * len(frame))
    for row, item in enumerate(frame.to_dict("records")):
        shade = colour(str(item["entity"])) if "entity" in item else hue
        if pd.notna(item["low"]) and item["high"] > item["low"]:
            axes.hlines(row, item["low"], item["high"], color=shade, lw=6, alpha=0.35)
        if pd.notna(item["value"]):
            weak = item.get("confidence") == "tertiary"
            fill = "white" if weak else shade
            axes.plot(item["value"], row, "o", mfc=fill, mec=shade, mew=1.6, ms=7.5)
    if line is not None:
        axes.axvline(line, color="#444444", lw=1.2, ls=(0, (4, 3)))
    axes.set_yticks(range(len(frame)), labels)
    axes.set(xlabel=xlabel, ylim=(len(frame) - 0.4, -0.6))
    most = axes.get_xlim()[1]
    axes.set_xlim(min(0.0, axes.get_xlim()[0]), most + 0.02 * abs(most))
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(7))
    if percent:
        axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    else:
        thousands_axis(axes.xaxis)
    return figure

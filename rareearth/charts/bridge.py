"""From one level to the next, step by step."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.style import INK, canvas, readable, thousands_axis
from rareearth.words import change, number

UP, DOWN, LEVEL = "#0072B2", "#D55E00", "#767676"


def bridge(frame: pd.DataFrame, title: str, xlabel: str) -> Figure:
    """Return two levels and the steps between them, from the top to the bottom.

    Parameters
    ----------
    frame : DataFrame
        Columns ``label``, ``value``, ``kind``: "level" (drawn from zero), "step"
        (drawn from where the last one ended) or "rest" (a step that nobody printed:
        hatched).
    """
    figure, axes = canvas(title, 1.4 + 0.42 * len(frame))
    at, ends = 0.0, []
    for row, item in enumerate(frame.itertuples()):
        value = float(item.value)
        start, end = (0.0, value) if item.kind == "level" else (at, at + value)
        hue = LEVEL if item.kind == "level" else UP if value >= 0 else DOWN
        rest = item.kind == "rest"
        axes.barh(
            row,
            end - start,
            left=start,
            height=0.62,
            color="white" if rest else hue,
            edgecolor=hue,
            hatch="////" if rest else None,
        )
        if row < len(frame) - 1:
            axes.plot([end, end], [row + 0.31, row + 0.69], color=INK, lw=0.8)
        ends.append((max(start, end), value, item.kind, hue))
        at = end
    for row, (right, value, kind, hue) in enumerate(ends):
        text = _one_digit(value) if kind == "level" else signed_one_digit(value)
        axes.annotate(
            text,
            (right, row),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=readable(hue),
        )
    axes.set_yticks(range(len(frame)), [str(name) for name in frame["label"]])
    axes.set(xlabel=xlabel, ylim=(len(frame) - 0.4, -0.6))
    axes.axvline(0, color=INK, lw=0.8)
    left, right = axes.dataLim.intervalx
    axes.set_xlim(left - 0.02 * (right - left), right + 0.14 * (right - left))
    axes.grid(axis="y", visible=False)
    thousands_axis(axes.xaxis)
    return figure


def _one_digit(value: float) -> str:
    return f"{value:,.1f}" if abs(value) < 1000 else number(value)


def signed_one_digit(value: float) -> str:
    """Return "+104.2": a step with its sign, with one digit below a thousand."""
    if abs(value) >= 1000:
        return change(value, number)
    return ("+" if value > 0 else "\N{MINUS SIGN}") + f"{abs(value):,.1f}"

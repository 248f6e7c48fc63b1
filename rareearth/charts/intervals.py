"""Ranges of a model beside what is printed, one row each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rareearth.charts.colours import INK, NEUTRAL, colour
from rareearth.charts.marks import assumed, weak
from rareearth.charts.style import canvas, thousands_axis


def intervals(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    labels: tuple[str, str] = ("model, 80 % of draws", "printed"),
    lines: Mapping[str, float] | None = None,
) -> Figure:
    """Return one row per label: the range of a model, and what is printed beside it.

    Parameters
    ----------
    frame : DataFrame
        Columns ``label``, ``entity`` (colour); ``low``, ``middle``, ``high`` of the
        model, which rests on assumptions (hatched); ``published_low`` and
        ``published_high``, equal for one number, infinite where only a bound is
        printed, NaN for nothing; ``confidence`` (a tertiary one is open).
    labels : (str, str)
        What the hatched range and the filled mark stand for.
    lines : mapping of str to float, optional
        Upright lines with their names.
    """
    figure, axes = canvas(title, 1.9 + 0.46 * len(frame))
    for place, item in enumerate(frame.itertuples()):
        hue = colour(str(item.entity))
        axes.barh(
            place, item.high - item.low, left=item.low, height=0.5, **assumed(hue)
        )
        axes.plot([item.middle] * 2, [place - 0.25, place + 0.25], color=hue, lw=2.4)
        _published(axes, place, item, hue)
    for text, value in (lines or {}).items():
        axes.axvline(value, color=INK, lw=1.1, zorder=1)
        axes.annotate(
            text,
            (value, 1.0),
            (0, 3),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    axes.set_yticks(range(len(frame)), frame["label"])
    axes.set_ylim(len(frame) - 0.4, -0.5)
    axes.set_xlabel(xlabel)
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    thousands_axis(axes.xaxis)
    _legend(figure, frame, labels)
    return figure


def _published(axes, place, item, hue) -> None:  # type: ignore[no-untyped-def]
    first, last = item.published_low, item.published_high
    if pd.isna(first) and pd.isna(last):
        return
    y = place + 0.36
    known = [end for end in (first, last) if np.isfinite(end)]
    look = weak(hue) if item.confidence == "tertiary" else {"color": hue}
    if len(set(known)) == 2:
        axes.plot(known, [y, y], color=hue, lw=3, solid_capstyle="butt")
        return
    mark = "o" if first == last else ">" if np.isinf(last) else "<"
    axes.plot(known[0], y, mark, ms=7, **look)


def _legend(figure: Figure, frame: pd.DataFrame, labels: tuple[str, str]) -> None:
    handles: list[Patch | Line2D] = [Patch(**assumed(NEUTRAL), label=labels[0])]
    if frame[["published_low", "published_high"]].notna().any(axis=None):
        dot = Line2D([], [], marker="o", ls="", color=NEUTRAL, label=labels[1])
        handles.append(dot)
    if np.isinf(frame[["published_low", "published_high"]].to_numpy(float)).any():
        bound = Line2D([], [], marker=">", ls="", color=NEUTRAL, label="more than")
        handles.append(bound)
    figure.legend(
        handles=handles, loc="outside lower left", frameon=False, ncols=3, fontsize=9.5
    )

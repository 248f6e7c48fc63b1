"""How a cost adds up, side by side for two producers."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rareearth.charts.colours import INK, NEUTRAL, colour
from rareearth.charts.marks import assumed
from rareearth.charts.style import canvas, thousands_axis


def waterfalls(frame: pd.DataFrame, title: str, xlabel: str) -> Figure:
    """Return one waterfall per entity side by side, from the first component down.

    Parameters
    ----------
    frame : DataFrame
        Columns ``entity``, ``component``, ``value`` (negative for a credit),
        ``rests_on`` ("figure", "assumption", "both": what is assumed is hatched) and
        ``total`` (bool: a sum so far, drawn from zero in grey). The components of an
        entity in their order.
    """
    names = list(dict.fromkeys(frame["entity"]))
    steps = list(dict.fromkeys(frame["component"]))
    figure, axes = canvas(title, 1.5 + 0.3 * len(steps))
    axes.remove()
    panels = figure.subplots(1, len(names), sharey=True, sharex=True, squeeze=False)[0]
    widest = max(_extent(frame[frame["entity"] == name]) for name in names)
    for panel, name in zip(panels, names, strict=True):
        rows = frame[frame["entity"] == name].reset_index(drop=True)
        _bars(panel, rows, colour(name), widest)
        panel.set_title(name, loc="left", fontsize=10.5)
        panel.set_xlabel(xlabel, fontsize=9.5)
        panel.grid(axis="y", visible=False)
        thousands_axis(panel.xaxis)
        panel.set_xlim(0, widest * 1.18)
    panels[0].set_yticks(range(len(steps)), steps)
    panels[0].invert_yaxis()
    handles = [
        Patch(**_look(NEUTRAL, kind), label=text) for kind, text in _KINDS.items()
    ]
    figure.legend(
        handles=handles, loc="outside lower left", frameon=False, ncols=3, fontsize=9.5
    )
    return figure


_KINDS = {
    "figure": "figures",
    "both": "figures and assumptions",
    "assumption": "assumptions",
}


def pale(hue: str, share: float = 0.45) -> str:
    """Return a colour mixed with white."""
    parts = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(
        f"{int(part * share + 255 * (1 - share)):02x}" for part in parts
    )


def _look(hue: str, kind: str) -> dict[str, Any]:
    """Return how a bar is drawn: filled, filled and hatched, or only hatched."""
    if kind == "figure":
        return {"facecolor": hue}
    fill = {"facecolor": pale(hue)} if kind == "both" else {}
    return assumed(hue) | fill


def _extent(rows: pd.DataFrame) -> float:
    """Return the largest running sum."""
    return float(rows.loc[~rows["total"], "value"].cumsum().max())


def _bars(axes: Axes, rows: pd.DataFrame, hue: str, widest: float) -> None:
    at = 0.0
    for place, item in enumerate(rows.itertuples()):
        value = float(item.value)
        start = 0.0 if item.total else at
        look = {"facecolor": "#555555"} if item.total else _look(hue, item.rests_on)
        left, right = min(start, start + value), max(start, start + value)
        axes.barh(place, right - left, left=left, height=0.66, zorder=2, **look)
        if not item.total:
            at += value
        text = f"{value:,.1f}" if abs(value) < 10 else f"{value:,.0f}"
        axes.annotate(
            text.replace("-", "\N{MINUS SIGN}"),
            (right, place),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
            fontweight="bold" if item.total else "normal",
        )

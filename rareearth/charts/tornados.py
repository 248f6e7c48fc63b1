"""What a result hinges on, the widest swing on top."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rareearth.charts.colours import INK, NEUTRAL, colour
from rareearth.charts.marks import assumed
from rareearth.charts.style import canvas, thousands_axis


def tornado_bars(frame: pd.DataFrame, title: str, xlabel: str) -> Figure:
    """Return a tornado: how far each parameter alone moves a result.

    Parameters
    ----------
    frame : DataFrame
        Columns ``label``; ``at_low``, ``at_high``, the result with the parameter at the
        ends of its range; ``base``, the result with all at their mode; ``low_text``,
        ``high_text``, the ends in words; ``entity`` (colour); ``assumed`` (bool:
        drawn hatched). The first row is drawn on top.
    """
    figure, axes = canvas(title, 1.6 + 0.34 * len(frame))
    base = float(frame["base"].iloc[0])
    for place, item in enumerate(frame.itertuples()):
        hue = colour(str(item.entity))
        look = assumed(hue) if item.assumed else {"facecolor": hue}
        bar = sorted([(item.at_low, item.low_text), (item.at_high, item.high_text)])
        axes.barh(
            place,
            bar[1][0] - bar[0][0],
            left=bar[0][0],
            height=0.62,
            zorder=2,
            **look,
        )
        sides = ((-4, "right"), (4, "left"))
        for (x, text), (shift, side) in zip(bar, sides, strict=True):
            axes.annotate(
                text,
                (x, place),
                (shift, 0),
                textcoords="offset points",
                va="center",
                ha=side,
                fontsize=8.5,
                color=INK,
            )
    axes.axvline(base, color=INK, lw=1.2, zorder=3)
    axes.set_yticks(range(len(frame)), frame["label"])
    axes.invert_yaxis()
    axes.set_xlabel(xlabel)
    ends = frame[["at_low", "at_high"]].to_numpy()
    room = 0.13 * float(ends.max() - ends.min())
    axes.set_xlim(float(ends.min()) - room, float(ends.max()) + room)
    axes.grid(axis="y", visible=False)
    thousands_axis(axes.xaxis)
    known = Patch(facecolor=NEUTRAL, label="printed figures")
    open_ = Patch(**assumed(NEUTRAL), label="assumption")
    figure.legend(
        handles=[known, open_],
        loc="outside lower left",
        frameon=False,
        ncols=2,
        fontsize=9.5,
    )
    return figure

"""A price through time against the levels at which producers break even."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rareearth.charts.colours import INK, colour
from rareearth.charts.marks import assumed
from rareearth.charts.style import canvas, spread, thousands_axis, write_name


def price_and_levels(
    prices: pd.Series, levels: pd.DataFrame, title: str, ylabel: str
) -> Figure:
    """Return a price line, with the range in which each producer breaks even.

    Parameters
    ----------
    prices : Series, PeriodIndex
        NaN where there is no price: the line is interrupted.
    levels : DataFrame
        Columns ``label``, ``entity`` (colour); ``low``, ``middle``, ``high``: a band
        at the right edge, hatched since it rests on assumptions, and a line across.
        Equal low and high give a line alone: a printed price such as a floor.
    """
    figure, axes = canvas(title, 4.3)
    days = prices.index.to_timestamp(how="end")
    axes.plot(days, prices.to_numpy(), color=INK, lw=1.8, zorder=3)
    first, last = days.min(), days.max()
    width = (last - first) / 26
    for place, item in enumerate(levels.itertuples()):
        hue = colour(str(item.entity))
        across = "-" if item.low == item.high else (0, (5, 3))
        end = last + width * (1 + place * 1.5)
        axes.plot([first, end], [item.middle] * 2, color=hue, lw=1.3, ls=across)
        if item.high > item.low:
            axes.bar(
                end,
                item.high - item.low,
                bottom=item.low,
                width=width,
                align="edge",
                **assumed(hue),
            )
    edge = last + width * (1.4 + 1.5 * len(levels))
    axes.set_xlim(first, edge)
    top = max(float(np.nanmax(prices)), float(levels["high"].max()))
    axes.set_ylim(0, top * 1.06)
    names = levels.set_index("label")["middle"]
    hues = levels.set_index("label")["entity"]
    for name, height in spread(names, 0.065 * top).items():
        hue = colour(str(hues[name]))
        write_name(axes, str(name), (edge, float(height)), hue, apart=4, size=9)
    years = range(first.year + 1, last.year + 1)
    step = 1 + len(years) // 9
    shown = list(years)[::step]
    axes.set_xticks([pd.Timestamp(year, 1, 1) for year in shown], list(map(str, shown)))
    axes.set(ylabel=ylabel, xlabel="")
    axes.grid(axis="x", visible=False)
    thousands_axis(axes.yaxis)
    return figure

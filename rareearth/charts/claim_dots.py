"""A claimed change against what each known series shows."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from rareearth.charts.style import INK, canvas, colour

MEASURES = {"month to month": "o", "mean of the year": "s", "dated quotations": "D"}


def claim_dots(found: pd.DataFrame, claim: float, title: str, xlabel: str) -> Figure:
    """Return the change of each series as a mark, and the claimed change as a line.

    Parameters
    ----------
    found : DataFrame
        ``product``, ``market``, ``measure`` str, ``change`` float (a share): from
        `price_claims.against`. Products are rows, the largest change on top.
    claim : float
        The claimed change as a share.
    """
    order = found.groupby("product")["change"].max().sort_values()
    rows = {name: place for place, name in enumerate(order.index)}
    figure, axes = canvas(title, 1.9 + 0.27 * len(rows))
    axes.axvline(0, color="#999999", lw=1)
    axes.axvline(claim, color=INK, lw=1.6, ls=(0, (4, 2)))
    axes.annotate(
        f"claimed: {claim:+.0%}",
        (claim, len(rows) - 0.4),
        (4, 0),
        textcoords="offset points",
        va="bottom",
        fontsize=9.5,
        annotation_clip=False,
    )
    for item in found.itertuples():
        hue = colour(str(item.market))
        axes.plot(
            item.change,
            rows[item.product],
            MEASURES[str(item.measure)],
            color=hue,
            ms=6.5,
            mec="white",
            mew=0.7,
        )
    axes.set_yticks(list(rows.values()), list(rows))
    axes.set(xlabel=xlabel, ylim=(-0.7, len(rows) - 0.2))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.margins(x=0.08)
    axes.grid(axis="y", color="#F0F0F0")
    figure.legend(
        handles=_keys(axes, found),
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=9,
        handletextpad=0.2,
    )
    return figure


def _keys(axes: Axes, found: pd.DataFrame) -> list[Line2D]:
    """Return what the colours (markets) and the marks (measures) stand for."""
    keys = [
        axes.plot([], [], "s", color=colour(name), label=name)[0]
        for name in dict.fromkeys(found["market"])
    ]
    keys += [
        axes.plot([], [], mark, color="white", mec=INK, label=name)[0]
        for name, mark in MEASURES.items()
        if name in set(found["measure"])
    ]
    return keys

"""One product in several markets, a small panel each."""

from __future__ import annotations

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from rareearth.charts.style import INK, STYLE, WIDTH, colour, headline

MARKETS = {
    "China FOB": "",
    "China FOB, other quotes": "o",
    "China domestic": "s",
    "European market": "D",
}
"""Mark of each market; the regular series of China FOB is a line."""


def market_panels(quotes: pd.DataFrame, title: str, ylabel: str) -> Figure:
    """Return dated prices by market on a scale of equal ratios, a panel per product.

    Parameters
    ----------
    quotes : DataFrame
        ``product``, ``market`` str, ``date`` datetime64, ``price_usd_per_kg``,
        ``low``, ``high`` float, ``is_bound`` bool, ``marks`` str: a stale price is
        open, a bound or an asking price a cross.
    """
    sns.set_theme(style="ticks", rc=STYLE)
    panels = list(dict.fromkeys(quotes["product"]))
    rows = (len(panels) + 1) // 2
    figure, grid = plt.subplots(
        rows,
        2,
        figsize=(WIDTH, 1.3 + 2.3 * rows),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    headline(figure, title)
    for axes, product in zip(grid.flat, panels, strict=False):
        axes.set_title(product, fontsize=10.5, pad=6)
        _panel(axes, quotes[quotes["product"] == product])
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    figure.supylabel(ylabel, fontsize=10)
    figure.legend(
        handles=_keys(quotes),
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=9,
    )
    return figure


def _panel(axes: Axes, own: pd.DataFrame) -> None:
    for market, mark in MARKETS.items():
        here = own[(own["market"] == market) & ~own["is_bound"]].sort_values("date")
        hue = colour(market.split(",")[0])
        stale = here["marks"].str.contains("stale")
        if not mark:
            axes.plot(here["date"], here["price_usd_per_kg"], color=hue, lw=1.6)
            old = here[stale]
            axes.plot(
                old["date"], old["price_usd_per_kg"], "o", ms=3, mfc="white", mec=hue
            )
            continue
        axes.vlines(here["date"], here["low"], here["high"], color=hue, lw=3, alpha=0.4)
        axes.plot(here["date"], here["price_usd_per_kg"], mark, color=hue, ms=4.5)
    bounds = own[own["is_bound"]]
    axes.plot(bounds["date"], bounds["price_usd_per_kg"], "x", color=INK, ms=6)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5), numticks=9))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    low, high = own["price_usd_per_kg"].min(), own["price_usd_per_kg"].max()
    axes.set_ylim(low / 1.4, high * 1.4)
    locator = mdates.AutoDateLocator(minticks=3, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    axes.grid(axis="x", visible=False)


def _keys(quotes: pd.DataFrame) -> list[plt.Line2D]:
    shown = set(quotes["market"])
    keys = [
        plt.Line2D(
            [],
            [],
            color=colour(name.split(",")[0]),
            marker=mark or None,
            lw=0 if mark else 2,
        )
        for name, mark in MARKETS.items()
        if name in shown
    ]
    for key, name in zip(keys, [m for m in MARKETS if m in shown], strict=True):
        key.set_label(name)
    if quotes["marks"].str.contains("stale").any():
        key = plt.Line2D([], [], color=colour("China FOB"), marker="o", mfc="white")
        key.set_label("marked stale")
        keys.append(key)
    if quotes["is_bound"].any():
        key = plt.Line2D([], [], color=INK, marker="x", lw=0)
        key.set_label("bound or asking price")
        keys.append(key)
    return keys

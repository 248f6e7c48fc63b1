"""Results on prices as tables that a reader meets: named columns, units, few digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, UnknownName
from rareearth.methods.breaks import Breaks
from rareearth.methods.event_study import EventEffects
from rareearth.methods.forecasts import Forecast
from rareearth.prices.baskets import Basket, Compositions, basket, prices_at
from rareearth.prices.prices import Prices
from rareearth.prices.spreads import CONTROLS, Spread, spread

DRAWN = ("Nd oxide", "Pr oxide", "NdPr oxide", "Dy oxide", "Tb oxide", "Y oxide")
"""Oxides with a part of their own in a chart of baskets."""

MARKETS_SHOWN = ("Dy oxide", "Tb oxide", "Y oxide")
"""Products shown beside the chosen one: under licence since April 2025."""


@dataclass(frozen=True, eq=False)
class Markets:
    """Several products in several markets.

    Attributes
    ----------
    spreads : dict of str to Spread
    quotes : DataFrame
        As in `Spread`, as quoted, with ``product``.
    figures : DataFrame
        The figures behind it.
    why_not : dict of str
        Products without a quote in this time, with the reason.
    """

    spreads: dict[str, Spread]
    quotes: pd.DataFrame
    figures: pd.DataFrame
    why_not: dict[str, str]


def markets(
    prices: Prices, product: str, others: Sequence[str] = MARKETS_SHOWN
) -> Markets:
    """Return the quotes since the controls of April 2025: a product, then others."""
    spreads: dict[str, Spread] = {}
    why_not: dict[str, str] = {}
    for name in dict.fromkeys([product, *others]):
        try:
            spreads[name] = spread(prices, name, CONTROLS, proxy=True)
        except (NoFigures, UnknownName) as error:
            why_not[name] = str(error)
    parts = [
        found.quotes[found.quotes["vat"] == "as quoted"].assign(product=name)
        for name, found in spreads.items()
    ]
    behind = [found.figures for found in spreads.values()]
    empty = pd.DataFrame()
    return Markets(
        spreads=spreads,
        quotes=pd.concat(parts, ignore_index=True) if parts else empty,
        figures=pd.concat(behind).drop_duplicates("figure_id") if behind else empty,
        why_not=why_not,
    )


def premiums(spreads: Mapping[str, Spread]) -> pd.DataFrame:
    """Return by product, market and tax how far its quotes lie over China FOB."""
    rows = []
    for product, found in spreads.items():
        for (market, vat), own in found.premium.groupby(["market", "vat"]):
            rows.append(
                {
                    "Product": product,
                    "Market": market,
                    "Tax": vat,
                    "Quotes": len(own),
                    "First": own["date"].min(),
                    "Last": own["date"].max(),
                    "Median, times China FOB": float(own["premium"].median()) + 1,
                    "Lowest": float(own["premium"].min()) + 1,
                    "Highest": float(own["premium"].max()) + 1,
                    "Beside a stale quote": int(
                        own["fob_marks"].str.contains("stale").sum()
                    ),
                }
            )
    return pd.DataFrame(rows)


def claim_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return one claim against each price as a table."""
    shown = found.assign(gap=(found["change"] - found["claim"]) * 100)
    names = {
        "product": "Product",
        "market": "Market",
        "measure": "Measure",
        "start": "From",
        "end": "To",
        "before": "Before",
        "after": "After",
        "unit": "Unit",
        "change": "Change",
        "gap": "Points from the claim",
    }
    return shown[list(names)].rename(columns=names).reset_index(drop=True)


def growth_table(growth: pd.DataFrame) -> pd.DataFrame:
    """Return the terms of a trend with their interval."""
    return pd.DataFrame(
        {
            "Term": growth["term"],
            "Estimate": growth["estimate"],
            "From": growth["low"],
            "To": growth["high"],
            "p": growth["p_value"].map(p_value),
            "Prices": growth["n"],
            "Sample": [f"{a} to {b}" for a, b in growth[["first", "last"]].to_numpy()],
        }
    )


def break_table(found: Breaks) -> pd.DataFrame:
    """Return the segments between breaks, and what happened at the end of each."""
    segments, dates = found.segments, found.dates
    last = len(segments) - 1
    return pd.DataFrame(
        {
            "Segment": [
                f"{item.first} to {item.last}" for item in segments.itertuples()
            ],
            "Prices": segments["n"],
            "Level": segments["level"],
            "Change at its end": [*dates["change"], np.nan][: last + 1],
            "Interval of the break": [
                *(f"{item.low} to {item.high}" for item in dates.itertuples()),
                "",
            ][: last + 1],
        }
    )


def stability_table(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the tests of one unchanged level."""
    return pd.DataFrame(
        {
            "Test": tests["test"],
            "Break after": tests["at"].astype(str),
            "Statistic": tests["statistic"],
            "Critical, 5 %": tests["critical_5pct"],
            "p": tests["p_value"].map(p_value),
            "Against": tests["note"],
        }
    )


def effect_table(*studies: EventEffects | None) -> pd.DataFrame:
    """Return the measured events of studies by month and by day, oldest first."""
    parts = [pd.DataFrame(columns=["Event"])]
    for found in studies:
        if found is None or found.effects.empty:
            continue
        own = found.effects
        parts.append(
            pd.DataFrame(
                {
                    "Event": own["title"].map(_short),
                    "Date": own["date"],
                    "Prices compared": [
                        f"{a} and {b}" for a, b in own[["first", "last"]].to_numpy()
                    ],
                    "Change": own["change"],
                    "Beyond the pace before": own["abnormal"],
                    "p": own["p_value"].map(p_value),
                    "Variance after over before": own["variance_ratio"],
                    "p of the variance": own["p_variance"].map(p_value),
                }
            )
        )
    together = [part for part in parts if len(part)] or parts
    table = pd.concat(together, ignore_index=True)
    return table.sort_values("Date", ignore_index=True) if len(table) else table


def refused_table(found: EventEffects, first: pd.Timestamp) -> pd.DataFrame:
    """Return the events since `first` that could not be measured, with the reason."""
    own = found.refused[found.refused["date"] >= first]
    return pd.DataFrame(
        {
            "Event": own["title"].map(_short),
            "Date": own["date"],
            "Why": own["reason"],
            "event_id": own["event_id"],
        }
    ).reset_index(drop=True)


def p_value(value: float) -> str:
    """Return a p-value with three digits, "< 0.001" below, "" where there is none."""
    if pd.isna(value):
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _short(titles: str) -> str:
    """Return the first of several joined titles, and how many more there are."""
    first, *more = titles.split("; ")
    return f"{first}, and {len(more)} more" if len(more) > 1 else titles


def score_table(found: Forecast) -> pd.DataFrame:
    """Return how the candidates of a forecast did, the best first."""
    own = found.scores
    return pd.DataFrame(
        {
            "Model": own["model"],
            "Loss against the random walk": own["against_naive"],
            "p of a gain": own["p_value"].map(p_value),
            "Scaled error (MASE)": own["mase"],
            f"Outcomes inside the {found.level:.0%} interval": own["coverage"],
            "Origins": own["origins"],
        }
    )


def baskets_of(prices: Prices, compositions: Compositions) -> list[Basket]:
    """Return the baskets of all deposits of known composition, the dearest first.

    At the average prices of the newest year of the USGS reference, which alone prices
    the oxides beyond those of the magnets.

    Raises
    ------
    NoFigures
        If no year of that market is priced.
    """
    known = prices.catalogue()
    own = known[known["market"] == "USGS reference"]
    if own.empty:
        raise NoFigures("no annual price of the USGS reference had been published")
    priced = prices_at(prices, int(own["last"].max().year))
    found = [
        basket(compositions, priced, name)
        for name in compositions.deposits()["deposit"]
    ]
    return sorted(found, key=lambda item: -item.value_usd_per_kg)


def basket_parts(found: Sequence[Basket]) -> pd.DataFrame:
    """Return the parts of baskets for a chart: oxides by name, the small ones together.

    Returns
    -------
    DataFrame
        ``row`` (the deposit), ``part`` str, ``value`` float (USD in a kg).
    """
    rows = []
    for item in found:
        named = item.parts["product"].where(
            item.parts["product"].isin(DRAWN), "other oxides"
        )
        sums = item.parts["value_usd"].groupby(named).sum()
        for part in [*DRAWN, "other oxides"]:
            rows.append((item.deposit, part, float(sums.get(part, 0.0))))
    frame = pd.DataFrame(rows, columns=["row", "part", "value"])
    used = frame.groupby("part")["value"].sum()
    return frame[frame["part"].map(used) > 0].reset_index(drop=True)


def basket_table(found: Sequence[Basket]) -> pd.DataFrame:
    """Return the value of each basket and what it rests on."""
    rows = []
    for item in found:
        top = item.parts.dropna(subset=["value_usd"]).iloc[0]
        rows.append(
            {
                "Deposit": item.deposit,
                "Value, USD per kg": item.value_usd_per_kg,
                "Largest part": top["product"],
                "Its share of the value": top["value_share"],
                "Its share of the weight": top["share"],
                "Weight without a price": item.unpriced_share,
                "Composition": item.composition,
            }
        )
    return pd.DataFrame(rows)


def basket_figures(found: Sequence[Basket]) -> pd.DataFrame:
    """Return the figures behind baskets, for the list of sources."""
    return pd.concat([item.figures for item in found]).drop_duplicates("figure_id")


def event_list(shown: pd.DataFrame) -> pd.DataFrame:
    """Return numbered events as a table."""
    return pd.DataFrame(
        {
            "Number": shown["number"].astype(str),
            "Date": shown["date"],
            "Kind": shown["kind"],
            "What happened": shown["title"],
        }
    )

"""What a unit costs top down: from what companies publish, each with its formula.

Money of the period it was earned in; `in_money` makes it real and of one currency. Rare
earths are joint products, so that every unit cost names its allocation: all cost on
NdPr oxide, less credits for the rest, by share of value, or alike for every kg of REO.
References: Werner, Journal of Business Chemistry (2022), on joint products.
"""

from __future__ import annotations

import pandas as pd

from rareearth.costs import routes
from rareearth.costs.routes import (
    ALLOCATIONS,
    AS_PRINTED,
    BY_VALUE,
    COLUMNS,
    MARGIN,
    NET,
    ON_NDPR,
    PAID,
    PER_REO,
    PRINTED,
    PRODUCERS,
    SALES,
    SPENT,
    Load,
)
from rareearth.errors import NoFigures, UnknownName
from rareearth.money.money import Money
from rareearth.money.units import per_kg

__all__ = [
    "ALLOCATIONS",
    "AS_PRINTED",
    "BY_VALUE",
    "MARGIN",
    "NET",
    "ON_NDPR",
    "PAID",
    "PER_REO",
    "PRINTED",
    "PRODUCERS",
    "SALES",
    "SPENT",
    "available",
    "exchange",
    "fiscal_year",
    "in_money",
    "unit_costs",
]


def unit_costs(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every unit cost that the accounts of a producer allow, and the figures.

    Parameters
    ----------
    load : callable
        As `figures.load`, with `as_of` already given.

    Returns
    -------
    costs : DataFrame
        ``producer``, ``measure``, ``allocation``, ``product``, ``period_start``,
        ``period_end``; ``value``, ``low``, ``high`` in ``unit``; ``formula``,
        ``inputs`` in words; ``confidence``, the weakest of the inputs.
    used : DataFrame
        The figures behind them.

    Raises
    ------
    UnknownName
        If the producer is none of `PRODUCERS`.
    NoFigures
        If nothing had been published by then.
    """
    if producer not in PRODUCERS:
        raise UnknownName(
            f"producer: {producer!r} is not one of {', '.join(PRODUCERS)}"
        )
    own = PRODUCERS[producer]
    parts = [
        routes.spent(load, producer, own),
        routes.sales(load, producer, own),
        routes.paid(load, producer, own),
        routes.margin(load, producer, own),
        routes.printed(load, producer),
    ]
    parts = [(found, figures) for found, figures in parts if len(found)]
    if not parts:
        raise NoFigures(f"nothing on the cost of {producer} had been published by then")
    costs = pd.concat([found for found, _ in parts], ignore_index=True)
    costs = costs.reindex(columns=COLUMNS)
    used = pd.concat([figures for _, figures in parts], ignore_index=True)
    order = ["measure", "allocation", "period_end"]
    costs = costs.sort_values(order, ignore_index=True)
    return costs, used.drop_duplicates("figure_id", ignore_index=True)


def available(load: Load) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the unit costs of all producers that have any, and the figures."""
    found = []
    for producer in PRODUCERS:
        try:
            found.append(unit_costs(load, producer))
        except NoFigures:
            continue
    if not found:
        load("revenue")  # its refusal says when the first accounts came out
        raise NoFigures("no unit cost of any producer had been published by then")
    costs = pd.concat([one for one, _ in found], ignore_index=True)
    used = pd.concat([other for _, other in found], ignore_index=True)
    return costs, used.drop_duplicates("figure_id", ignore_index=True)


def in_money(
    costs: pd.DataFrame, money: Money, currency: str, base_year: int
) -> pd.DataFrame:
    """Return unit costs per kg in real money of one currency.

    To US dollars at the rate of the period, to dollars of the base year with the US
    CPI-U, and to the currency at the rate of the base year.
    """
    real = money.in_money_of(money.in_currency(per_kg(costs), "USD"), base_year)
    rate = exchange(money, currency, base_year)
    columns = ["value", "low", "high"]
    return real.assign(
        **(real[columns] * rate), unit=f"{base_year} {currency}/kg"
    ).drop(columns="price_year")


def exchange(money: Money, currency: str, base_year: int) -> float:
    """Return units of a currency per US dollar, mean of the base year."""
    dollar = pd.Series([1.0])
    years = pd.Series([base_year])
    return float(money.convert(dollar, years, currency, "USD").item())


def fiscal_year(costs: pd.DataFrame) -> pd.Series:
    """Return the year in which each period ends."""
    return costs["period_end"].dt.year.astype(int)

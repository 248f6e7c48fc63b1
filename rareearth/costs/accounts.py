"""What companies publish of their costs: accounts over output, margins, capital.

Money of the period it was earned in; `in_money` makes it real and of one currency. Rare
earths are joint products, so that every unit cost names its allocation: all cost on
NdPr oxide, less credits for the rest, by share of value, or alike for every kg of REO.

References: Werner, Journal of Business Chemistry (2022), on joint products.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from rareearth.costs.inputs import Source
from rareearth.errors import NoFigures
from rareearth.figures.columns import RANK, Load, has_codes, joined
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.money.money import Money, per_kg

ON_NDPR = "all cost on NdPr"
NET = "less by-product credits"
BY_VALUE = "by share of value"
PER_REO = "alike for every kg of REO"

CHINESE: dict[str, tuple[str, ...]] = {
    "revenue": ("statutory",),
    "cost_of_sales": ("standardised",),
}
PRODUCERS: dict[str, dict[str, tuple[str, ...]]] = {
    "Lynas": {
        "revenue": ("revenue-net",),
        "ebitda": ("company-reported",),
        "cost_of_sales": ("standardised",),
    },
    "MP Materials": {
        "revenue": ("statutory",),
        "cost_of_sales": ("standardised", "incl-depreciation"),
    },
    "China Northern Rare Earth": CHINESE,
    "Shenghe Resources": CHINESE,
    "China Rare Earth Resources (000831)": CHINESE,
}
"""Producers with accounts: for each series the codes that its figures must have.

Cost of sales holds depreciation everywhere."""
WITHOUT = ("vendor-fmp", "excl-depreciation", "inferred-date", "trailing-twelve-months")
INDUSTRY = "Rare-earth separation industry"


def yearly(load: Load, producer: str, series: str) -> pd.DataFrame:
    """Return one figure a year of the definition of a producer: the surest."""
    figures = load(series, producer, "all", missing="empty")
    must = PRODUCERS.get(producer, {}).get(series)
    if must is None:
        return figures.iloc[:0]
    days = (figures["period_end"] - figures["period_start"]).dt.days
    sound = has_codes(figures["basis"], *must, without=WITHOUT)
    kept = figures[days.between(355, 380) & sound]
    kept = kept.assign(rank=kept["confidence"].map(RANK))
    kept = kept.sort_values(["period_end", "rank"], kind="stable")
    kept = kept.drop_duplicates("period_end", keep="last").drop(columns="rank")
    return kept.reset_index(drop=True)


def spent(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return revenue less EBITDA per kg: what it took to run, before depreciation.

    Returns
    -------
    costs : DataFrame
        ``producer``, ``allocation``, ``product``, ``period_start``, ``period_end``;
        ``value`` in ``unit``, ``low`` and ``high`` (none); ``inputs`` in words;
        ``confidence``, the weakest of the inputs; ``source_id``, all of them.
    used : DataFrame
        The figures behind them.
    """
    revenue = yearly(load, producer, "revenue")
    ebitda = yearly(load, producer, "ebitda")
    both = revenue.merge(ebitda, on="period_end", suffixes=("", "_less"))
    share = load("output_value_share", INDUSTRY, "NdPr oxide", missing="empty")
    ndpr = load("ndpr_production", producer, "NdPr oxide", missing="empty")
    reo = load("reo_production", producer, "REO", missing="empty")
    ndpr_value = share["value"].iloc[-1] / 100 if len(share) else float("nan")
    spending = both["value"] - both["value_less"]
    amounts = {
        ON_NDPR: (spending, ndpr),
        NET: (spending - both["value"] * (1 - ndpr_value), ndpr),
        BY_VALUE: (spending * ndpr_value, ndpr),
        PER_REO: (spending, reo),
    }
    costs, used = [], [revenue, ebitda, share]
    for allocation, (amount, output) in amounts.items():
        found, made = _over_output(both.assign(amount=amount), output)
        costs.append(found.assign(producer=producer, allocation=allocation))
        used.append(made)
    return _joined(costs, COLUMNS), _joined(used, FIGURE_COLUMNS)


COLUMNS = (
    "producer,allocation,product,period_start,period_end,value,low,high,unit,inputs,"
    "confidence,source_id"
).split(",")


def _over_output(
    amounts: pd.DataFrame, output: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return amounts of money per kg of the output of their period, and that output."""
    period = ["period_start", "period_end"]
    made = output[output["value"] > 0].drop_duplicates(period)
    made = made[made["period_end"].isin(amounts["period_end"])]
    terms = made[[*period, "value", "product", "confidence", "source_id"]]
    both = amounts.merge(terms, on=period, suffixes=("", "_made"))
    both = both.dropna(subset=["amount"])
    told = zip(
        both["value"], both["value_less"], both["unit"], both["value_made"], strict=True
    )
    found = both[period].assign(
        product=both["product_made"],
        value=both["amount"] * 1e6 / (both["value_made"] * 1000),
        low=float("nan"),
        high=float("nan"),
        unit=both["unit"].str.split(" ").str[0] + "/kg",
        inputs=[
            f"({earned:,.1f} - {less:,.1f}) {unit} / {tonnes:,.0f} t"
            for earned, less, unit, tonnes in told
        ],
        confidence=weakest(both[["confidence", "confidence_less", "confidence_made"]]),
        source_id=both["source_id"].str.cat(
            both[["source_id_less", "source_id_made"]], sep=";"
        ),
    )
    return found, made


def weakest(confidences: pd.DataFrame) -> pd.Series:
    """Return the lowest of several confidences, row by row."""
    rows = confidences.itertuples(index=False)
    lowest = [min(row, key=RANK.__getitem__) for row in rows]
    return pd.Series(lowest, index=confidences.index, dtype=object)


def gross_margins(load: Load) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the gross margin of each producer by year: 1 - cost of sales / revenue.

    Cost of sales holds depreciation, of all of them.

    Returns
    -------
    margins : DataFrame
        ``entity``, ``year``, ``value`` (a share), ``confidence``, ``source_id``.
    used : DataFrame
        The figures behind them.
    """
    parts, used = [], []
    for producer in PRODUCERS:
        sold = yearly(load, producer, "cost_of_sales")
        revenue = yearly(load, producer, "revenue")
        both = sold.merge(revenue, on="period_end", suffixes=("", "_earned"))
        parts.append(
            pd.DataFrame(
                {
                    "entity": producer,
                    "year": both["period_end"].dt.year,
                    "value": 1 - both["value"] / both["value_earned"],
                    "confidence": weakest(both[["confidence", "confidence_earned"]]),
                    "source_id": both["source_id"] + ";" + both["source_id_earned"],
                }
            )
        )
        used += [sold, revenue]
    columns = ["entity", "year", "value", "confidence", "source_id"]
    return _joined(parts, columns), _joined(used, FIGURE_COLUMNS)


def _joined(parts: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Return frames one below the other; empty ones would turn numbers to objects."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=columns)
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)


def in_money(
    costs: pd.DataFrame, money: Money, currency: str, base_year: int
) -> pd.DataFrame:
    """Return unit costs per kg in real money of one currency.

    To US dollars at the rate of the period, to dollars of the base year with the US
    CPI-U, and to the currency at the rate of the base year.
    """
    real = money.in_money_of(money.in_currency(per_kg(costs), "USD"), base_year)
    columns = ["value", "low", "high"]
    real[columns] *= money.rate(currency, base_year)
    return real.assign(unit=f"{base_year} {currency}/kg").drop(columns="price_year")


class Plant(NamedTuple):
    """Where the capital and the capacity of a plant are, and what it includes."""

    country: str
    capital: str  # series
    capacity: str
    product: str
    scope: str
    entity: str = ""  # where it is not the name of the plant
    must: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # of capital, capacity
    first: bool = False  # whether the first printed capacity counts, not the newest


BUILT, PLAN = "project_capex", "project_capex_planned"
SIZE, SIZE_PLAN = "nameplate_capacity", "nameplate_capacity_planned"
REO, NDPR = "REO", "NdPr oxide"
PLANTS = {
    "China Northern Huamei": Plant(
        "China",
        PLAN,
        SIZE_PLAN,
        REO,
        "cracking and separation, replaces older plants",
        must=((), ("separation-stage",)),
    ),
    "Lynas Malaysia": Plant(
        "Malaysia", BUILT, SIZE_PLAN, REO, "cracking and separation, greenfield"
    ),
    "Eneabba": Plant(
        "Australia",
        PLAN,
        SIZE_PLAN,
        REO,
        "cracking and separation, greenfield, feed in stock",
        first=True,
    ),
    "Mountain Pass (Molycorp)": Plant(
        "United States",
        BUILT,
        SIZE_PLAN,
        REO,
        "mine, separation and utilities, rebuilt",
        entity="Molycorp Phoenix",
    ),
    "Lynas Kalgoorlie": Plant("Australia", PLAN, SIZE, NDPR, "cracking only"),
    "Nolans": Plant(
        "Australia",
        PLAN,
        SIZE_PLAN,
        NDPR,
        "mine to oxide, greenfield, a study",
        must=(("study-update",), ()),  # the last print conflicts, see its note
    ),
    "Dubbo": Plant(
        "Australia", PLAN, SIZE_PLAN, NDPR, "mine to oxide, heap leach, a study"
    ),
    "White Mesa Phase 2": Plant(
        "United States",
        PLAN,
        SIZE_PLAN,
        NDPR,
        "separation in a licensed mill, a study",
    ),
}


def capital_per_tonne(source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the capital per annual tonne of each plant, USD of the base year.

    The newest printed capital over the printed capacity. Plants differ in what they
    include, and a tonne of all oxides is not a tonne of NdPr oxide.

    Returns
    -------
    table : DataFrame
        ``plant``, ``country``, ``product``, ``scope``; ``year`` of the money;
        ``capacity_t``, ``usd_per_t``, and ``low``, ``high``
        where a range is printed; ``source_id``.
    used : DataFrame
        Figures, rates and indices.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    """
    rows, used = [], []
    for name, plant in PLANTS.items():
        entity = plant.entity or name
        printed_for = (
            source.load(plant.capital, entity, missing="empty"),
            source.load(plant.capacity, entity, plant.product, missing="empty"),
        )
        capital, capacity = (
            figures[has_codes(figures["basis"], *code)]
            for figures, code in zip(printed_for, plant.must, strict=True)
        )
        capital = capital.sort_values(["period_end", "high"]).tail(1)
        capacity = capacity.sort_values("period_end")
        capacity = capacity.head(1) if plant.first else capacity.tail(1)
        ends = source.usd(capital, "nan")[["value", "low", "high"]].stack()
        if ends.empty or capacity.empty:  # or money of a year not known yet
            continue
        tonnes = float(capacity["value"].fillna(capacity["low"]).iloc[0])
        rows.append(
            {
                "plant": name,
                "country": plant.country,
                "product": plant.product,
                "scope": plant.scope,
                "year": int(capital["period_end"].dt.year.iloc[0]),
                "capacity_t": tonnes,
                "usd_per_t": float(ends.mean()) * 1e6 / tonnes,
                "low": float(ends.min()) * 1e6 / tonnes,
                "high": float(ends.max()) * 1e6 / tonnes,
                "source_id": ";".join(joined(capital, capacity)["source_id"]),
            }
        )
        used += [capital, capacity]
    if not rows:
        raise NoFigures("no capital cost of any plant had been published by then")
    return pd.DataFrame(rows), source.behind(pd.concat(used, ignore_index=True))

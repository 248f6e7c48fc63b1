"""What refining costs top down: from what companies publish, each with its formula.

Money of the period it was earned in; `in_money` makes it real and of one currency. Rare
earths are joint products, so that every unit cost names its allocation: all cost on
NdPr oxide, less credits for the rest, by share of value, or alike for every kg of REO.
What a tonne of annual capacity cost to build stands at the end.

References: Werner, Journal of Business Chemistry (2022), on joint products.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.costs.inputs import Source
from rareearth.errors import NoFigures, UnknownName
from rareearth.figures.columns import RANK, Load, has_codes
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.money.money import Money, per_kg

ON_NDPR = "all cost on NdPr"
NET = "less by-product credits"
BY_VALUE = "by share of value"
PER_REO = "alike for every kg of REO"
AS_PRINTED = "as printed"

SPENT = "revenue less EBITDA"
SALES = "cost of sales"
PAID = "cash paid"
MARGIN = "margin at the reference price"
PRINTED = "printed unit cost"
REFERENCE_PRICE = "Nd oxide"  # its annual reference price is printed for all years


class Accounts(NamedTuple):
    """Where the accounts of a producer are: their definitions and its output."""

    must: dict[str, tuple[str, ...]]  # series, and the codes that its figure must have
    without: tuple[str, ...] = ()  # codes that no figure may have
    reo: str = ""  # product whose output counts as REO
    ndpr: bool = False  # whether all NdPr leaves as oxide


CHINESE = Accounts({"revenue": ("statutory",), "cost_of_sales": ("standardised",)})
PRODUCERS = {
    "Lynas": Accounts(
        {
            "revenue": ("revenue-net",),
            "ebitda": ("company-reported",),
            "cost_of_sales": ("standardised",),
        },
        ("vendor-fmp", "excl-depreciation", "inferred-date"),
        "REO",
        True,
    ),
    "MP Materials": Accounts(
        {
            "revenue": ("statutory",),
            "ebitda": ("adjusted",),
            "cost_of_sales": ("statutory", "excl-depreciation"),
        },
        reo="REO in concentrate",
    ),
    "China Northern Rare Earth": CHINESE,
    "Shenghe Resources": CHINESE,
    "China Rare Earth Resources (000831)": CHINESE,
    "Baotou": Accounts({}),
    "Mountain Pass": Accounts({}),
}
"""Producers with accounts or a printed unit cost; Mountain Pass is Molycorp's time."""

COLUMNS = (
    "producer,measure,allocation,product,period_start,period_end,value,low,high,unit,"
    "formula,inputs,confidence"
).split(",")


def yearly(load: Load, producer: str, series: str) -> pd.DataFrame:
    """Return one figure a year of the definition of a producer: the surest."""
    own = PRODUCERS[producer]
    figures = load(series, producer, "all", missing="empty")
    if series not in own.must:
        return figures.iloc[:0]
    days = (figures["period_end"] - figures["period_start"]).dt.days
    without = ("trailing-twelve-months", *own.without)
    sound = has_codes(figures["basis"], *own.must[series], without=without)
    kept = figures[days.between(355, 380) & sound]
    ranks = [RANK[name] for name in kept["confidence"]]
    surest_last = sorted(range(len(kept)), key=ranks.__getitem__)
    ends = kept["period_end"].tolist()
    taken = {ends[row]: row for row in surest_last}
    return kept.iloc[[taken[end] for end in sorted(taken)]].reset_index(drop=True)


def _sold(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cost of sales beside revenue (``_earned``) by year, and the figures."""
    sold = yearly(load, producer, "cost_of_sales")
    revenue = yearly(load, producer, "revenue")
    both = sold.merge(revenue, on="period_end", suffixes=("", "_earned"))
    both["weakest"] = weakest(both["confidence"], both["confidence_earned"])
    return both, pd.concat([sold, revenue], ignore_index=True)


def spent(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return revenue less EBITDA per kg: what it took to run, before depreciation."""
    revenue = yearly(load, producer, "revenue")
    ebitda = yearly(load, producer, "ebitda")
    both = revenue.merge(ebitda, on="period_end", suffixes=("", "_less"))
    terms = zip(both["value"], both["value_less"], both["unit"], strict=True)
    amounts = both.assign(
        amount=both["value"] - both["value_less"],
        revenue=both["value"],
        formula="(revenue - EBITDA) / output",
        inputs=[f"({one:,.1f} - {other:,.1f}) {unit}" for one, other, unit in terms],
        confidence=weakest(both["confidence"], both["confidence_less"]),
    )
    costs, used = _over_output(load, producer, SPENT, amounts)
    return costs, pd.concat([revenue, ebitda, used], ignore_index=True)


def sales(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cost of sales per kg made; stocks that grow or shrink are left aside."""
    sold = yearly(load, producer, "cost_of_sales")
    revenue = yearly(load, producer, "revenue")
    earned = sold["period_end"].map(revenue.set_index("period_end")["value"])
    amounts = _amounts(sold, earned, "cost of sales / output")
    costs, used = _over_output(load, producer, SALES, amounts)
    return costs, pd.concat([sold, used], ignore_index=True)


def paid(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cash paid for production per kg made, where a company prints it."""
    found = load("production_cash_outflow", producer, "all", missing="empty")
    amounts = _amounts(found, np.nan, "cash paid for production / output")
    costs, used = _over_output(load, producer, PAID, amounts)
    return costs, pd.concat([found, used], ignore_index=True)


def _amounts(
    figures: pd.DataFrame, earned: pd.Series | float, formula: str
) -> pd.DataFrame:
    terms = zip(figures["value"], figures["unit"], strict=True)
    return figures.assign(
        amount=figures["value"],
        revenue=earned,
        formula=formula,
        inputs=[f"{value:,.1f} {unit}" for value, unit in terms],
    )


def _over_output(
    load: Load, producer: str, measure: str, amounts: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return amounts of money over what was made in their period, by allocation."""
    own = PRODUCERS[producer]
    if amounts.empty or not own.reo:
        return _joined([], COLUMNS), _joined([], FIGURE_COLUMNS)
    industry = "Rare-earth separation industry"
    share = load("output_value_share", industry, "NdPr oxide", missing="empty")
    made = {PER_REO: load("reo_production", producer, own.reo, missing="empty")}
    if own.ndpr:
        made[ON_NDPR] = load("ndpr_production", producer, "NdPr oxide", missing="empty")
        if len(share):
            made[NET] = made[BY_VALUE] = made[ON_NDPR]
    parts, used = [], [share] if BY_VALUE in made else []
    for allocation, output in made.items():
        output = output.dropna(subset=["value"])
        output = output.drop_duplicates(["period_start", "period_end"])
        both = amounts.merge(
            output[["period_start", "period_end", "value", "product", "confidence"]],
            on=["period_start", "period_end"],
            suffixes=("", "_made"),
        )
        both = both[both["value_made"] > 0]
        ndpr_value = share["value"].iloc[-1] / 100 if len(share) else 1.0
        parts.append(_per_kg(both, producer, measure, allocation, ndpr_value))
        used.append(output[output["period_end"].isin(both["period_end"])])
    return _joined(parts, COLUMNS), _joined(used, FIGURE_COLUMNS)


def _per_kg(
    both: pd.DataFrame, producer: str, measure: str, allocation: str, ndpr_value: float
) -> pd.DataFrame:
    amount, formula = both["amount"], both["formula"]
    if allocation == NET:
        amount = amount - both["revenue"] * (1 - ndpr_value)
        formula = formula.str.replace("/", "less the revenue of the rest /")
    if allocation == BY_VALUE:
        amount = amount * ndpr_value
        formula = formula.str.replace("/", f"x {ndpr_value:.0%} of value /")
    tonnes = both["value_made"]
    made = [f" / {value:,.0f} t" for value in tonnes]
    return pd.DataFrame(
        {
            "producer": producer,
            "measure": measure,
            "allocation": allocation,
            "product": both["product_made"],
            "period_start": both["period_start"],
            "period_end": both["period_end"],
            "value": amount * 1e6 / (tonnes * 1000),
            "unit": both["unit"].str.split(" ").str[0] + "/kg",
            "formula": formula,
            "inputs": both["inputs"] + made,
            "confidence": weakest(both["confidence"], both["confidence_made"]),
        }
    ).dropna(subset=["value"])


def margin(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the reference price times the share of revenue that sales cost.

    By share of value: every product is taken to earn the margin of the company. It
    needs no output, so that refiners which publish none can be compared. A fiscal year
    takes the mean of the two calendar years in which it lies.
    """
    both, used = _sold(load, producer)
    price = load(
        "oxide_price_annual", "USGS reference", REFERENCE_PRICE, missing="empty"
    )
    median = price.groupby(price["period_end"].dt.year)["value"].median()
    years = [both[column].dt.year for column in ("period_start", "period_end")]
    both["price"] = (years[0].map(median) + years[1].map(median)) / 2
    both = both.dropna(subset=["price"])
    price = price[price["period_end"].dt.year.isin(pd.concat(years))]
    columns = ["price", "value", "value_earned", "unit"]
    costs = pd.DataFrame(
        {
            "producer": producer,
            "measure": MARGIN,
            "allocation": BY_VALUE,
            "product": "NdPr oxide",
            "period_start": both["period_start"],
            "period_end": both["period_end"],
            "value": both["price"] * both["value"] / both["value_earned"],
            "unit": "USD/kg",
            "formula": f"price of {REFERENCE_PRICE} x cost of sales / revenue",
            "inputs": [
                f"{p:,.0f} USD/kg x {a:,.0f} / {b:,.0f} {unit}"
                for p, a, b, unit in both[columns].itertuples(index=False)
            ],
            "confidence": both["weakest"],
        }
    )
    return costs, pd.concat([used, price])


def printed(load: Load, producer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return unit costs as printed, with their product."""
    costs = load("unit_cost", producer, missing="empty")
    found = costs.assign(
        producer=producer,
        measure=PRINTED,
        allocation=AS_PRINTED,
        formula=PRINTED,
        inputs=costs["basis"].str.replace(";", ", "),
    )
    return found.reindex(columns=COLUMNS), costs


def weakest(one: pd.Series, other: pd.Series) -> pd.Series:
    """Return the lower of two confidences, row by row."""
    pairs = zip(one, other, strict=True)
    lower = [min(pair, key=RANK.__getitem__) for pair in pairs]
    return pd.Series(lower, index=one.index, dtype=object)


def gross_margins(load: Load) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the gross margin of each producer by year: 1 - cost of sales / revenue.

    The margins of MP Materials leave depreciation out, those of the others have it.

    Returns
    -------
    margins : DataFrame
        ``entity``, ``year``, ``value`` (a share), ``confidence``.
    used : DataFrame
        The figures behind them.
    """
    parts, used = [], []
    for producer in PRODUCERS:
        both, figures = _sold(load, producer)
        if len(both):
            margins = both.assign(
                entity=producer,
                year=both["period_end"].dt.year,
                value=1 - both["value"] / both["value_earned"],
                confidence=both["weakest"],
            )
            parts.append(margins[["entity", "year", "value", "confidence"]])
            used.append(figures)
    if not parts:
        raise NoFigures("no accounts of any producer had been published by then")
    return pd.concat(parts, ignore_index=True), pd.concat(used, ignore_index=True)


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
    """
    if producer not in PRODUCERS:
        raise UnknownName(
            f"producer: {producer!r} is not one of {', '.join(PRODUCERS)}"
        )
    routes = (spent, sales, paid, margin, printed)
    parts = [route(load, producer) for route in routes]
    costs = _joined([found for found, _ in parts], COLUMNS)
    used = _joined([figures for found, figures in parts if len(found)], FIGURE_COLUMNS)
    order = ["measure", "allocation", "period_end"]
    costs = costs.sort_values(order, ignore_index=True)
    return costs, used.drop_duplicates("figure_id", ignore_index=True)


def available(load: Load) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the unit costs of all producers that have any, and the figures.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    """
    parts = [unit_costs(load, producer) for producer in PRODUCERS]
    costs = _joined([found for found, _ in parts], COLUMNS)
    if costs.empty:
        load("revenue")  # its refusal says when the first accounts came out
        raise NoFigures("no unit cost of any producer had been published by then")
    used = _joined([figures for _, figures in parts], FIGURE_COLUMNS)
    return costs, used.drop_duplicates("figure_id", ignore_index=True)


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
    rate = exchange(money, currency, base_year)
    columns = ["value", "low", "high"]
    return real.assign(
        **(real[columns] * rate), unit=f"{base_year} {currency}/kg"
    ).drop(columns="price_year")


def exchange(money: Money, currency: str, base_year: int) -> float:
    """Return units of a currency per US dollar, mean of the base year."""
    return money.rate(currency, base_year)


def fiscal_year(costs: pd.DataFrame) -> pd.Series:
    """Return the year in which each period ends."""
    return costs["period_end"].dt.year.astype(int)


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
        where a range is printed.
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
        if len(capital) and len(capacity):
            row = _plant_row(name, plant, source, capital, capacity)
            if row is not None:
                rows.append(row)
                used += [capital, capacity]
    if not rows:
        raise NoFigures("no capital cost of any plant had been published by then")
    return pd.DataFrame(rows), source.behind(pd.concat(used, ignore_index=True))


def _plant_row(
    name: str,
    plant: Plant,
    source: Source,
    capital: pd.DataFrame,
    capacity: pd.DataFrame,
) -> dict[str, object] | None:
    money = source.usd(capital, "nan")[["value", "low", "high"]].iloc[0].dropna()
    if money.empty:  # money of a year whose price level is not known yet
        return None
    size = capacity.iloc[0]
    tonnes = float(size["value"] if pd.notna(size["value"]) else size["low"])
    return {
        "plant": name,
        "country": plant.country,
        "product": plant.product,
        "scope": plant.scope,
        "year": int(capital["period_end"].dt.year.iloc[0]),
        "capacity_t": tonnes,
        "usd_per_t": float(money.mean()) * 1e6 / tonnes,
        "low": float(money.min()) * 1e6 / tonnes,
        "high": float(money.max()) * 1e6 / tonnes,
    }

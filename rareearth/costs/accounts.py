"""What companies publish of their costs: accounts over output, margins, capital.

Money of the period it was earned in; `Study.real` makes it that of one year. Rare
earths are joint products, so that every unit cost names its allocation: all cost on
NdPr oxide, less credits for the rest, by share of value, or alike for every kg of REO.

References: Werner, Journal of Business Chemistry (2022), on joint products.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from rareearth.costs.inputs import (
    BUILT,
    HUAMEI,
    KALGOORLIE,
    NDPR,
    PLAN,
    SIZE_PLAN,
    Plant,
    Source,
    at_plant,
)
from rareearth.errors import NoFigures
from rareearth.figures.columns import RANK, Load, has_codes, joined
from rareearth.figures.csv_files import FIGURE_COLUMNS

ON_NDPR = "all cost on NdPr"
NET = "less by-product credits"
BY_VALUE = "by share of value"
PER_REO = "alike for every kg of REO"

PRODUCERS: dict[str, dict[str, str]] = {
    "Lynas": {"revenue": "revenue-net", "ebitda": "company-reported"},
    "China Northern Rare Earth": {
        "revenue": "statutory",
        "cost_of_sales": "standardised",
    },
}
"""Producers with accounts: for each series the code that its figures must have."""
WITHOUT = ("vendor-fmp", "excl-depreciation", "inferred-date", "trailing-twelve-months")
INDUSTRY = "Rare-earth separation industry"


def yearly(load: Load, producer: str, series: str) -> pd.DataFrame:
    """Return one figure a year of the definition of a producer: the surest."""
    figures = load(series, producer, "all", missing="empty")
    must = PRODUCERS.get(producer, {}).get(series)
    if must is None:
        return figures.iloc[:0]
    days = (figures["period_end"] - figures["period_start"]).dt.days
    sound = has_codes(figures["basis"], must, without=WITHOUT)
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


def _joined(parts: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Return frames one below the other; empty ones would turn numbers to objects."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=columns)
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)


REO = "REO"
PLANTS = {
    "China Northern Huamei": (
        "China",
        "cracking and separation, replaces older plants",
        HUAMEI,
    ),
    "Lynas Malaysia": (
        "Malaysia",
        "cracking and separation, greenfield",
        Plant("Lynas Malaysia", BUILT, SIZE_PLAN, REO),
    ),
    "Eneabba": (
        "Australia",
        "cracking and separation, greenfield, feed in stock",
        Plant("Eneabba", PLAN, SIZE_PLAN, REO, first=True),
    ),
    "Mountain Pass (Molycorp)": (
        "United States",
        "mine, separation and utilities, rebuilt",
        Plant("Molycorp Phoenix", BUILT, SIZE_PLAN, REO),
    ),
    "Lynas Kalgoorlie": ("Australia", "cracking only", KALGOORLIE),
    "Nolans": (
        "Australia",
        "mine to oxide, greenfield, a study",
        # The last print conflicts, see its note.
        Plant("Nolans", PLAN, SIZE_PLAN, NDPR, study="study-update"),
    ),
    "Dubbo": (
        "Australia",
        "mine to oxide, heap leach, a study",
        Plant("Dubbo", PLAN, SIZE_PLAN, NDPR),
    ),
    "White Mesa Phase 2": (
        "United States",
        "separation in a licensed mill, a study",
        Plant("White Mesa Phase 2", PLAN, SIZE_PLAN, NDPR),
    ),
}
"""Plants with a known capital: country, what the capital covers, where both stand."""


def capital_per_tonne(source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the capital per annual tonne of each plant, USD of the base year.

    The newest printed capital over the printed capacity. Plants differ in what they
    include, and a tonne of all oxides is not a tonne of NdPr oxide.

    Returns
    -------
    table : DataFrame
        ``plant``, ``country``, ``product``, ``scope``; ``year`` of the money;
        ``capacity_t``, ``usd_per_t``, ``source_id``.
    used : DataFrame
        Figures, rates and indices.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    """
    rows, used = [], []
    for name, (country, scope, plant) in PLANTS.items():
        dollars, tonnes, figures = at_plant(source, plant)
        if dollars.empty or pd.isna(tonnes):  # or money of a year not known yet
            continue
        rows.append(
            {
                "plant": name,
                "country": country,
                "product": plant.product,
                "scope": scope,
                "year": int(figures["period_end"].dt.year.iloc[0]),
                "capacity_t": tonnes,
                "usd_per_t": float(dollars.mean()) / tonnes,
                "source_id": ";".join(joined(figures)["source_id"]),
            }
        )
        used.append(figures)
    if not rows:
        raise NoFigures("no capital cost of any plant had been published by then")
    return pd.DataFrame(rows), source.behind(pd.concat(used, ignore_index=True))

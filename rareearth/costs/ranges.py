"""The ranges of a producer's cost parameters, each a figure or an assumption."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from rareearth.costs.model import COMPONENTS, PARAMETERS, depends_on
from rareearth.costs.sourced import READERS, Source
from rareearth.errors import NoFigures, ParameterError
from rareearth.money import Money

TOPIC = "refining-cost"
FIGURE, ASSUMPTION = "figure", "assumption"
LABELS = {
    "ndpr_share": "Share of NdPr in the feed",
    "recovery": "Recovery to oxide",
    "feed_cost": "Mine and concentrate",
    "reagent_cost": "Reagents",
    "electricity_use": "Electricity per kg",
    "electricity_price": "Price of electricity",
    "heat_cost": "Fuel",
    "staff": "Staff per 1,000 t",
    "wage": "Pay",
    "labour_burden": "Labour cost over pay",
    "waste_cost": "Waste and residue",
    "maintenance": "Maintenance",
    "overhead": "Overhead",
    "royalty": "Royalty",
    "vat_lost": "Value-added tax lost",
    "capital_cost": "Capital per kg a year",
    "capital_factor": "Factor on capital",
    "plant_life": "Life of the plant",
    "ramp_years": "Years of ramp-up",
    "utilisation": "Utilisation",
    "byproduct_sold": "By-products sold",
    "byproduct_price": "La and Ce price",
    "heavy_credit": "Credit for heavies",
    "ndpr_price": "NdPr price (royalty)",
}


def producers() -> tuple[str, ...]:
    """Return the producers whose cost can be built up by component."""
    return tuple(READERS)


def check_producers(producer: str, reference: str, others: pd.DataFrame) -> None:
    """Refuse a producer without component figures, or one against itself.

    Parameters
    ----------
    others : DataFrame
        `accounts.available`: what each producer has top down.

    Raises
    ------
    NoFigures
        If it has figures of another basis only. The message says which.
    ParameterError
        If it has none at all, or both are the same.
    """
    for parameter, name in (("producer", producer), ("reference", reference)):
        if name in READERS:
            continue
        own = others[others["producer"] == name]
        choices = ", ".join(READERS)
        if len(own):
            have = ", ".join(own["measure"].unique())
            raise NoFigures(
                f"{parameter}: {name} has no cost by component; it has {have} from its "
                f"accounts. By component there are {choices}"
            )
        raise ParameterError(f"{parameter}: {name!r} is not one of {choices}")
    if producer == reference:
        raise ParameterError(f"producer and reference are both {producer!r}; name two")


def gather(
    load: Callable[..., pd.DataFrame],
    assumptions: pd.DataFrame,
    money: Money,
    producer: str,
    base_year: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ranges of all parameters of a producer, and the figures behind them.

    Parameters
    ----------
    load : callable
        As `figures.load`, with `as_of` already given.
    assumptions : DataFrame
        `records.assumptions` of the topic ``refining-cost``.
    money : Money
        With ``cpi_gaps=1`` where the base year or a quarter lacks an index.
    base_year : int
        Year of the US dollars in which everything comes back.

    Returns
    -------
    ranges : DataFrame, indexed by `model.PARAMETERS`
        ``low``, ``mode``, ``high`` float; ``unit``, ``note``, ``kind`` str: "figure"
        or "assumption"; ``label`` in words, ``direction``, ``falsified_by`` str.
    used : DataFrame
        Figures, rates and indices, for the list of sources.
    """
    if producer not in READERS:
        raise ParameterError(
            f"producer: {producer!r} is not one of {', '.join(READERS)}"
        )
    source = Source(load, money, base_year)
    rows, used = {}, []
    assumed = _assumed(assumptions, money, producer, base_year)
    for name in PARAMETERS:
        if name in READERS[producer]:
            found = READERS[producer][name](source)
            rows[name] = {
                "low": found.low,
                "mode": found.mode,
                "high": found.high,
                "unit": found.unit,
                "note": found.note,
                "kind": FIGURE,
                "falsified_by": "",
            }
            used.append(found.figures)
        elif name in assumed.index:
            rows[name] = assumed.loc[name].to_dict()
        else:
            raise NoFigures(f"{name} of {producer}: neither a figure nor an assumption")
    ranges = pd.DataFrame.from_dict(rows, orient="index")
    ranges.insert(0, "label", ranges.index.map(LABELS))
    figures = pd.concat(used, ignore_index=True)
    return ranges, figures.drop_duplicates("figure_id", ignore_index=True)


def _assumed(
    assumptions: pd.DataFrame, money: Money, producer: str, base_year: int
) -> pd.DataFrame:
    """Return the assumptions of a producer, or else of all, in money of the base year.

    Indexed by parameter.
    """
    rank = {producer: 0, "World": 1}
    own = assumptions[assumptions["entity"].isin(rank)]
    own = own.assign(rank=own["entity"].map(rank)).sort_values("rank", kind="stable")
    own = own.drop_duplicates("parameter").set_index("parameter")
    dollars = own["unit"].str.startswith("USD/") & own["price_year"].notna()
    columns = ["low", "value", "high"]
    if dollars.any():
        rows = own[dollars]
        dated = rows.assign(
            period_start=pd.to_datetime(rows["price_year"].astype(str) + "-01-01"),
            period_end=pd.to_datetime(rows["price_year"].astype(str) + "-12-31"),
        )
        own.loc[dollars, columns] = money.in_money_of(dated, base_year)[columns]
    own = own.rename(columns={"value": "mode", "reason": "note"})
    kept = ["low", "mode", "high", "unit", "note", "falsified_by"]
    return own[kept].assign(kind=ASSUMPTION)


def is_assumed(ranges: pd.DataFrame) -> dict[str, bool]:
    """Return for each component whether any parameter behind it is an assumption.

    A common factor (the share of NdPr, the recovery) is behind most of them; it is left
    out here, so that a component counts as assumed for what is its own.
    """
    common = {"ndpr_share", "recovery"}
    kinds = ranges["kind"]
    return {
        part: any(kinds[name] == ASSUMPTION for name in names if name not in common)
        for part, names in depends_on().items()
    }


def pairs(assumptions: pd.DataFrame, plants: list[str]) -> pd.DataFrame:
    """Return the rank correlations that are stated, as `simulation.simulate` takes them.

    ``feed_correlation`` joins the price of the feed and that of the by-products.
    """
    own = assumptions[
        (assumptions["parameter"] == "feed_correlation")
        & assumptions["entity"].isin(plants)
    ]
    return pd.DataFrame(
        {
            "one": own["entity"] + "/feed_cost",
            "other": "byproduct_price",
            "rank": own["value"],
        }
    )


def named(key: str) -> tuple[str, str]:
    """Return plant and label of a key of `simulation.uncertain`; the market has none."""
    plant, _, name = key.rpartition("/")
    return plant, LABELS[name]


def component_table(values: dict[str, float]) -> pd.DataFrame:
    """Return components in their order with their names: ``component``, ``value``."""
    return pd.DataFrame(
        {
            "key": list(COMPONENTS),
            "component": list(COMPONENTS.values()),
            "value": [float(values[name]) for name in COMPONENTS],
        }
    )

"""The ranges of a producer's cost parameters, each a figure or an assumption."""

from __future__ import annotations

import pandas as pd

from rareearth.costs.model import OWN, PARAMETERS
from rareearth.costs.sourced import READERS, Printed, Reader, Source
from rareearth.errors import NoFigures, ParameterError

TOPIC = "refining-cost"
FIGURE, ASSUMPTION, BOTH = "figure", "assumption", "both"
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
    source: Source, assumptions: pd.DataFrame, producer: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ranges of all parameters of a producer, and the figures behind them.

    Parameters
    ----------
    source : Source
        The loader, with `as_of` already given; money, with ``cpi_gaps=1`` where a year
        lacks an index; and the year of the US dollars in which everything comes back.
    assumptions : DataFrame
        `records.assumptions` of the topic ``refining-cost``.

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
    rows, used = {}, []
    assumed = _assumed(assumptions, source, producer)
    for name in PARAMETERS:
        found = _printed(READERS[producer].get(name), source, name in assumed.index)
        if found is not None:
            rows[name] = _row(found)
            used.append(found.figures)
        elif name in assumed.index:
            rows[name] = assumed.loc[name].to_dict()
        else:
            raise NoFigures(f"{name} of {producer}: neither a figure nor an assumption")
    ranges = pd.DataFrame.from_dict(rows, orient="index")
    ranges.insert(0, "label", ranges.index.map(LABELS))
    return ranges, source.behind(pd.concat(used, ignore_index=True))


def _printed(
    reader: Reader | None, source: Source, has_assumption: bool
) -> Printed | None:
    """Return a parameter from printed figures, or None where it is to be assumed.

    An assumption stands in for a figure that had not been published by then.
    """
    if reader is None:
        return None
    try:
        return source.read(reader)
    except NoFigures:
        if has_assumption:
            return None
        raise


def _row(found: Printed) -> dict[str, object]:
    return {
        "low": found.low,
        "mode": found.mode,
        "high": found.high,
        "unit": found.unit,
        "note": found.note,
        "kind": FIGURE,
        "falsified_by": "",
    }


def _assumed(assumptions: pd.DataFrame, source: Source, producer: str) -> pd.DataFrame:
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
        own.loc[dollars, columns] = source.money.in_money_of(dated, source.base_year)[
            columns
        ]
    own = own.drop(columns="note")
    own = own.rename(columns={"value": "mode", "reason": "note"})
    kept = ["low", "mode", "high", "unit", "note", "falsified_by"]
    return own[kept].assign(kind=ASSUMPTION)


def grades(ranges: pd.DataFrame) -> dict[str, str]:
    """Return what each component rests on: figures, assumptions, or both.

    Counted over the parameters of its own (`model.OWN`). The share of NdPr and the
    recovery are behind nearly all of them, and are left out here.
    """
    found = {}
    for part, names in OWN.items():
        kinds = set(ranges.loc[list(names), "kind"])
        found[part] = kinds.pop() if len(kinds) == 1 else BOTH
    return found


def pairs(assumptions: pd.DataFrame, plants: list[str]) -> pd.DataFrame:
    """Return the rank correlations that are stated, for `simulation.simulate`.

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
    """Return plant ("" for the market) and label of a key of `uncertain`."""
    plant, _, name = key.rpartition("/")
    return plant, LABELS[name]

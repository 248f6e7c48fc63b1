"""Bottom up against top down: where both exist, on one scope, with the gap shown."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from rareearth.costs import accounts
from rareearth.costs.simulation import Simulation
from rareearth.errors import NoFigures

NDPR, REO = "NdPr oxide", "REO"
SCOPES = (
    (accounts.SPENT, accounts.ON_NDPR, NDPR),
    (accounts.PRINTED, accounts.AS_PRINTED, NDPR),
    (accounts.PRINTED, accounts.AS_PRINTED, REO),
)
"""The unit costs of the accounts with which the model can be compared: before
by-product credits and before the capital charge, per kg of NdPr oxide or of all oxides
sold."""


def calibrate(
    simulation: Simulation,
    plants: Mapping[str, pd.DataFrame],
    published: pd.DataFrame,
    at: tuple[float, float, float] = (0.1, 0.5, 0.9),
) -> pd.DataFrame:
    """Return the newest published unit cost of each plant beside the modelled one.

    Parameters
    ----------
    simulation : Simulation
    plants : mapping
        The ranges of the plants that were simulated.
    published : DataFrame
        `accounts.unit_costs` in the money of the simulation (`accounts.in_money`).

    Returns
    -------
    DataFrame
        ``producer``, ``measure``, ``product``, ``year``, ``confidence``;
        ``published_low``, ``published_high`` (infinite where only the other bound is
        printed); ``low``, ``middle``, ``high`` of the model; ``gap``: middle over the
        nearer end of what is published, less one, and 0 inside it.

    Raises
    ------
    NoFigures
        If nothing published can be compared.
    """
    rows = []
    for measure, allocation, product in SCOPES:
        for plant, ranges in plants.items():
            own = published[
                (published["producer"] == plant)
                & (published["measure"] == measure)
                & (published["allocation"] == allocation)
                & (published["product"] == product)
            ]
            if own.empty:
                continue
            last = own.sort_values("period_end").iloc[-1]
            per = ndpr_of_sales(ranges["mode"]) if product == REO else 1.0
            bottom = simulation.quantiles("gross", at).loc[plant] * per
            rows.append(_row(last, bottom.tolist()))
    if not rows:
        raise NoFigures(f"no published unit cost of {', '.join(plants)} to compare")
    return pd.DataFrame(rows)


def ndpr_of_sales(values: pd.Series) -> float:
    """Return the kg of NdPr oxide in a kg of all oxides that a plant sells."""
    others = (1 - values["ndpr_share"]) * values["byproduct_sold"]
    return float(values["ndpr_share"] / (values["ndpr_share"] + others))


def _row(last: pd.Series, bottom: list[float]) -> dict[str, object]:
    low, middle, high = bottom
    value, first, end = (last[name] for name in ("value", "low", "high"))
    if pd.notna(value):
        first = end = value
    first = -math.inf if pd.isna(first) else float(first)
    end = math.inf if pd.isna(end) else float(end)
    nearest = first if middle < first else end
    return {
        "producer": last["producer"],
        "measure": last["measure"],
        "product": last["product"],
        "year": int(last["period_end"].year),
        "confidence": last["confidence"],
        "published_low": first,
        "published_high": end,
        "low": low,
        "middle": middle,
        "high": high,
        "gap": 0.0 if first <= middle <= end else middle / nearest - 1,
    }

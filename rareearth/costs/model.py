"""The cost of a kilogram of NdPr oxide by component, as one plain function.

It takes numbers or arrays alike, so that a slider and a simulation of a million draws
call the same code. References for the form of the sum: NREL/TP-462-5173 (1995);
Jaroni, Friedrich and Letmathe, Minerals 9 (2019) 576, on the stages of refining.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from rareearth.costs.finance import check_rate, output_factor
from rareearth.errors import ParameterError

COMPONENTS = {
    "feed": "Feed: mine and concentrate",
    "reagents": "Reagents",
    "energy": "Energy",
    "labour": "Labour",
    "waste": "Waste and residue",
    "maintenance": "Maintenance",
    "overhead": "Overhead",
    "royalty": "Royalty and resource tax",
    "tax": "Value-added tax lost",
    "capital": "Capital charge",
    "credits": "By-product credits",
}
"""The components in the order of the sum, and how they are called."""

OWN = {
    "feed": ("feed_cost",),
    "reagents": ("reagent_cost",),
    "energy": ("electricity_use", "electricity_price", "heat_cost"),
    "labour": ("staff", "wage", "labour_burden"),
    "waste": ("waste_cost",),
    "maintenance": ("maintenance", "capital_cost", "capital_factor", "utilisation"),
    "overhead": ("overhead",),
    "royalty": ("royalty", "ndpr_price"),
    "tax": ("vat_lost",),
    "capital": (
        "capital_cost",
        "capital_factor",
        "plant_life",
        "ramp_years",
        "utilisation",
    ),
    "credits": ("byproduct_sold", "byproduct_price", "heavy_credit"),
}
"""The parameters of each component that no other shares, but for capital's."""

ALLOCATION = "all cost on NdPr oxide, less what the other oxides earn"
POSITIVE = ("ndpr_share", "recovery", "utilisation", "plant_life", "ramp_years")


def unit_cost(
    *,
    ndpr_share: Any,
    recovery: Any,
    feed_cost: Any,
    reagent_cost: Any,
    electricity_use: Any,
    electricity_price: Any,
    heat_cost: Any,
    staff: Any,
    wage: Any,
    labour_burden: Any,
    waste_cost: Any,
    maintenance: Any,
    overhead: Any,
    royalty: Any,
    vat_lost: Any,
    capital_cost: Any,
    capital_factor: Any,
    plant_life: Any,
    ramp_years: Any,
    utilisation: Any,
    byproduct_sold: Any,
    byproduct_price: Any,
    heavy_credit: Any,
    ndpr_price: Any,
    discount_rate: float = 0.08,
) -> dict[str, Any]:
    """Return the cost of a kg of NdPr oxide by component, in USD of one year.

    With k = 1 / (ndpr_share * recovery), the kg of REO in the feed per kg NdPr oxide::

        feed         feed_cost * k
        reagents     reagent_cost * k
        energy       (electricity_use * electricity_price + heat_cost) * k
        labour       staff / 1,000,000 * wage * labour_burden
        waste        waste_cost * k
        maintenance  maintenance * capital / utilisation
        overhead     overhead
        royalty      royalty * ndpr_price
        tax          vat_lost * (feed + reagents + energy)
        capital      capital / (utilisation * F(discount_rate, life, ramp))
        credits      -(k * recovery * (1 - ndpr_share) * byproduct_sold
                       * byproduct_price + heavy_credit)

    where capital = capital_cost * capital_factor and F is `finance.output_factor`.

    Parameters
    ----------
    ndpr_share, recovery, byproduct_sold, utilisation, royalty, vat_lost : array-like
        Shares from 0 to 1: of NdPr in the REO of the feed; of the REO of the feed that
        is sold; of the other oxides that find a buyer; of capacity; of the price; of
        what is bought.
    feed_cost, reagent_cost, heat_cost, waste_cost, byproduct_price : float or array
        USD per kg REO.
    electricity_use, electricity_price : float or array
        kWh per kg REO, USD per kWh.
    staff, wage, labour_burden : float or array
        Persons per 1,000 t NdPr oxide a year, USD a year, ratio of labour cost to pay.
    maintenance : float or array
        Share of the capital cost a year.
    capital_cost, capital_factor : float or array
        USD per kg of annual NdPr oxide capacity, and a factor on it.
    plant_life, ramp_years : float or array
        Years.
    overhead, heavy_credit, ndpr_price : float or array
        USD per kg NdPr oxide.
    discount_rate : float
        Real, a share a year.

    Returns
    -------
    dict of float or array, by the keys of `COMPONENTS`; credits are negative

    Raises
    ------
    ParameterError
        If the discount rate is impossible. Other values are checked where they come
        from (`check_values`), not for each of a million draws.
    """
    reo = 1 / (ndpr_share * recovery)
    capital = capital_cost * capital_factor
    feed, reagents = feed_cost * reo, reagent_cost * reo
    energy = (electricity_use * electricity_price + heat_cost) * reo
    others = reo * recovery * (1 - ndpr_share) * byproduct_sold
    return {
        "feed": feed,
        "reagents": reagents,
        "energy": energy,
        "labour": staff * 1e-6 * wage * labour_burden,
        "waste": waste_cost * reo,
        "maintenance": maintenance * capital / utilisation,
        "overhead": overhead,
        "royalty": royalty * ndpr_price,
        "tax": vat_lost * (feed + reagents + energy),
        "capital": capital
        / (utilisation * output_factor(discount_rate, plant_life, ramp_years)),
        "credits": -(others * byproduct_price + heavy_credit),
    }


PARAMETERS = tuple(
    name for name in inspect.signature(unit_cost).parameters if name != "discount_rate"
)
"""What a plant needs besides the discount rate."""


def full_cost(components: Mapping[str, Any]) -> Any:
    """Return the sum of all components: what has to be earned for ever."""
    return sum(components[name] for name in COMPONENTS)


def cash_cost(components: Mapping[str, Any]) -> Any:
    """Return the sum without the capital charge: what has to be earned this year."""
    return sum(components[name] for name in COMPONENTS if name != "capital")


def check_values(values: Mapping[str, float], discount_rate: float) -> None:
    """Refuse values that no plant can have.

    Raises
    ------
    ParameterError
        If a parameter is missing, unknown, negative or no number, or zero where it
        divides. The message names it.
    """
    check_rate(discount_rate)
    if missing := [name for name in PARAMETERS if name not in values]:
        raise ParameterError(f"{', '.join(missing)}: missing for the cost of a kg")
    if other := [name for name in values if name not in PARAMETERS]:
        raise ParameterError(
            f"{', '.join(other)}: no parameter of the cost; one of "
            f"{', '.join(PARAMETERS)}"
        )
    for name, value in values.items():
        if not np.isfinite(value) or value < 0:
            raise ParameterError(f"{name}: {value!r} is not a number from 0 up")
        if name in POSITIVE and value == 0:
            raise ParameterError(f"{name}: 0; without output there is no unit cost")

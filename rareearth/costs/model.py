"""The cost of a kilogram of NdPr oxide by component, and the price that earns it.

Plain functions of numbers or arrays alike, so that a slider and a simulation of a
million draws call the same code. Rare earths are joint products: a cost here carries
all cost on NdPr oxide, less what the other oxides earn.

References: Short, Packey and Holt, A Manual for the Economic Evaluation of Energy
Efficiency and Renewable Energy Technologies, NREL/TP-462-5173 (1995); Jaroni, Friedrich
and Letmathe, Minerals 9 (2019) 576, on the stages of refining.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from scipy import optimize

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

HIGHEST_RATE = 0.5  # a year; beyond it a percentage was meant
LONGEST_LIFE, LONGEST_RAMP = 100, 30  # years


def output_factor(rate: float, life: Any, ramp: Any = 1) -> Any:
    """Return the discounted years of full output of a plant that ramps up evenly.

    F = sum over t = 1 ... life of min(1, t / ramp) / (1 + r)^t. Capital over F is the
    levelised capital charge per unit of full annual output; with a ramp of one year
    1 / F is the annuity, or capital recovery factor, r / (1 - (1 + r)^-life)
    (NREL/TP-462-5173, eq. 2-5).

    Parameters
    ----------
    life, ramp : float or array
        Years, rounded to whole years; from 1 to 100, and from 1 to 30.

    Returns
    -------
    float or array of the shape that `life` and `ramp` share
    """
    years = np.clip(np.rint(life), 1, LONGEST_LIFE).astype(int)
    ramps = np.clip(np.rint(ramp), 1, LONGEST_RAMP).astype(int)
    found = _factors(float(rate))[ramps, years]
    return float(found) if np.ndim(found) == 0 else found


@cache
def _factors(rate: float) -> np.ndarray:
    """Return F for each ramp (row) and life (column) in years."""
    if not 0 <= rate <= HIGHEST_RATE:
        raise ParameterError(
            f"discount_rate: {rate:g} is not between 0 and {HIGHEST_RATE:g}; it is a "
            "share a year (0.08 stands for 8 %)"
        )
    time = np.arange(LONGEST_LIFE + 1)
    ramps = np.arange(LONGEST_RAMP + 1)[:, None].clip(1)
    yearly = np.minimum(1, time / ramps) / (1 + rate) ** time
    return np.cumsum(yearly, axis=1)


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

    where capital = capital_cost * capital_factor and F is `output_factor`.

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
        from, not for each of a million draws.
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


def full_cost(components: Mapping[str, Any]) -> Any:
    """Return the sum of all components: what has to be earned for ever."""
    return sum(components[name] for name in COMPONENTS)


def cash_cost(components: Mapping[str, Any]) -> Any:
    """Return the sum without the capital charge: what has to be earned this year."""
    return sum(components[name] for name in COMPONENTS if name != "capital")


def breakeven(
    components: Mapping[str, Any],
    royalty: Any,
    *,
    capital: bool = True,
    feed_share: Any = 0.0,
) -> Any:
    """Return the NdPr price at which a plant earns its cost, USD/kg of the same year.

    The royalty follows the price, so p = (cost without royalty) / (1 - royalty). With
    `capital` the plant earns its capital charge too (net present value of nought), and
    without it only its cash cost. The other oxides earn what `byproduct_price` says.

    Parameters
    ----------
    components : mapping
        From `unit_cost`.
    royalty : float or array
        Share of the price, 0 to below 1.
    feed_share : float or array
        Where what is paid for the feed follows the price of oxides: its share of the
        price, with value-added tax lost on it, in place of feed and tax on feed.
    """
    cost = (full_cost if capital else cash_cost)(components) - components["royalty"]
    if np.any(feed_share):
        bought = sum(components[name] for name in ("feed", "reagents", "energy"))
        cost = cost - components["feed"] * (1 + components["tax"] / bought)
    return cost / (1 - royalty - feed_share)


def present_value(
    margin: float,
    capital: float,
    rate: float,
    *,
    life: float,
    ramp: float = 1,
    build: int = 0,
    tax: float = 0.0,
) -> float:
    """Return what a project is worth on the day of the decision, after tax.

    Capital is spent evenly over the years of building, output follows and ramps up. Tax
    is paid on the margin less depreciation in even steps over the life; a loss is set
    off against other profit. Without tax, and with all capital on the first day, it is
    nought where the margin is the capital charge of `unit_cost`.

    Parameters
    ----------
    margin, capital : float
        Price less operating cost per unit of full annual output, and capital per unit
        of annual capacity; or both of the whole project.
    rate, tax : float
        Shares: discount rate a year, and tax on profit.
    life, ramp, build : float
        Years of output, of ramp-up within them, and of building before them.
    """
    output = output_factor(rate, life, ramp)
    years = output_factor(rate, life)
    earned = (1 - tax) * margin * output + tax * capital / life * years
    spent = capital if build == 0 else capital / build * output_factor(rate, build)
    return float(earned / (1 + rate) ** build - spent)


def internal_rate(margin: float, capital: float, **terms: Any) -> float:
    """Return the discount rate at which a project is worth nought; NaN without one.

    Rates up to 50 % a year are tried.

    Parameters
    ----------
    **terms
        As of `present_value`.
    """

    def worth(rate: float) -> float:
        return present_value(margin, capital, rate, **terms)

    if worth(0.0) <= 0 or worth(HIGHEST_RATE) >= 0:
        return float("nan")
    return float(optimize.brentq(worth, 0.0, HIGHEST_RATE, xtol=1e-6))


def cost_bounds(
    scale: tuple[float, float], exponent: tuple[float, float], tonnes: float
) -> tuple[float, float]:
    """Return the least and the most that a kg costs at a site of some size.

    scale * tonnes ** exponent at the lower and at the upper ends of both: the bounds of
    operating cost of the PrOMMiS project, adapted by its authors from Nature
    Sustainability (2023), doi 10.1038/s41893-023-01145-1.

    Parameters
    ----------
    scale, exponent : (low, high)
        USD per kg, and the power of the size.
    tonnes : float
        Rare-earth oxides in the feed.
    """
    low, high = (
        factor * tonnes**power for factor, power in zip(scale, exponent, strict=True)
    )
    return low, high

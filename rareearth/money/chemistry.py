"""From oxide to metal and back, by weight, from standard atomic weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import pandas as pd

from rareearth.errors import ParameterError, UnknownName, unknown_name

ATOMIC_WEIGHTS = {
    "O": 15.999,
    "Sc": 44.955907,
    "Y": 88.905838,
    "La": 138.90547,
    "Ce": 140.116,
    "Pr": 140.90766,
    "Nd": 144.242,
    "Sm": 150.36,
    "Eu": 151.964,
    "Gd": 157.249,
    "Tb": 158.925354,
    "Dy": 162.500,
    "Ho": 164.930329,
    "Er": 167.259,
    "Tm": 168.934219,
    "Yb": 173.045,
    "Lu": 174.96669,
}
"""Standard atomic weights of oxygen and the rare earths, grams per mole.

Source: IUPAC Commission on Isotopic Abundances and Atomic Weights, *Standard Atomic
Weights 2024* (www.ciaaw.org), uncertainties left out; oxygen, an interval in that
table, by its abridged value. The 2024 revision moved gadolinium from 157.25 and
lutetium from 174.9668; no factor here changes in its fifth digit for it.
"""

_OXIDE = re.compile(r"([A-Z][a-z]?)([1-9]\d*)?O([1-9]\d*)?")
_SUM = 1e-6  # how far the stated shares of a mix may be from 1: rounding, no more

Oxide = str | Mapping[str, float]
Amount = TypeVar("Amount", float, pd.Series)


def metal_content(formula: str) -> float:
    """Return kilograms of metal in a kilogram of a pure, dry rare-earth oxide.

    Parameters
    ----------
    formula : str
        One rare earth and oxygen, e.g. ``"Nd2O3"``, ``"Pr6O11"``, ``"CeO2"``.

    Returns
    -------
    float, between 0 and 1
        m * A(metal) / (m * A(metal) + n * A(O)) for the oxide MmOn, with the standard
        atomic weights of `ATOMIC_WEIGHTS`.

    Raises
    ------
    ParameterError
        If `formula` is not the formula of such an oxide.
    UnknownName
        If the element is not a rare earth.
    """
    parts = _OXIDE.fullmatch(formula) if isinstance(formula, str) else None
    if parts is None:
        raise ParameterError(
            f"formula: {formula!r} is not an oxide of one element, such as 'Nd2O3'"
        )
    element, atoms, oxygens = parts.groups(default="1")
    if element not in ATOMIC_WEIGHTS or element == "O":
        raise unknown_name("rare earth", element, ATOMIC_WEIGHTS.keys() - {"O"})
    metal = int(atoms) * ATOMIC_WEIGHTS[element]
    return metal / (metal + int(oxygens) * ATOMIC_WEIGHTS["O"])


def oxide_to_metal(mass: Amount, oxide: Oxide, products: pd.DataFrame) -> Amount:
    """Return the mass of metal in a mass of oxide, in the unit of `mass`.

    Stoichiometry only: no loss in reduction, no moisture, no impurities.

    Parameters
    ----------
    mass : float or Series
        Mass of oxide, any unit. NaN stays NaN.
    oxide : str or mapping of str to float
        A product with one formula (``"Nd oxide"``), or the composition of a mix as
        shares of its oxide mass (``{"Nd oxide": 0.75, "Pr oxide": 0.25}``), adding up
        to 1. The composition of a mix is never assumed.
    products : DataFrame, indexed by product
        ``figures.dictionary("products")``; the column ``formula`` is used.

    Raises
    ------
    UnknownName
        If a product is not in the dictionary, or has no single formula there.
    ParameterError
        If the shares of a mix are negative or do not add up to 1.
    """
    return mass * _content(oxide, products)


def _content(oxide: Oxide, products: pd.DataFrame) -> float:
    """Return kg metal per kg oxide of a product, or of a mix by its oxide shares."""
    if isinstance(oxide, str):
        return metal_content(_formula(oxide, products))
    shares = pd.Series(dict(oxide), dtype="float64")
    if not (shares >= 0).all() or not abs(shares.sum() - 1) <= _SUM:
        given = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ParameterError(
            f"shares of a mix must be 0 or more and add up to 1, not {given or 'none'}"
        )
    parts = {name: metal_content(_formula(name, products)) for name in shares.index}
    return float((shares * pd.Series(parts)).sum())


def _formula(product: str, products: pd.DataFrame) -> str:
    """Return the oxide formula of a product, refusing mixes and other forms."""
    if product not in products.index:
        raise unknown_name("product", product, products.index)
    formula = str(products.at[product, "formula"])
    if formula:
        return formula
    pure = sorted(products.index[products["formula"] != ""])
    if products.at[product, "form"] == "oxide":
        elements = str(products.at[product, "elements"]).split(";")
        inside = [n for n in pure if products.at[n, "elements"] in elements]
        parts = ", ".join(f"{name!r}: share" for name in inside or pure[:2])
        offer = f"give its oxides with their shares of its mass, as {{{parts}}}"
    else:
        offer = f"products with one are {', '.join(pure)}"
    raise UnknownName(f"{product!r} has no single oxide formula; {offer}")

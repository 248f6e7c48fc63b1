"""The metal in an oxide, by weight, from standard atomic weights."""

from __future__ import annotations

import re

from rareearth.errors import ParameterError, unknown_name

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

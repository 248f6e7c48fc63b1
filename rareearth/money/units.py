"""Units of money: their currency and weight, and of which time a figure's money is."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.money.averages import spans_of, year_spans

KG = {"kg": 1.0, "t": 1000.0, "short ton": 907.18474}
"""Kilograms in the weight units of the data (a short ton is 2,000 lb of 0.45359237 kg,
exactly; NIST Special Publication 811, appendix B)."""

_MONEY = re.compile(r"^([A-Z]{3})((?: thousand| million| billion)?(?:/.+)?)$")
_NUMBERS = ["value", "low", "high"]


def per_kg(figures: pd.DataFrame) -> pd.DataFrame:
    """Return prices and unit costs per kilogram: "CNY/t" becomes "CNY/kg".

    Parameters
    ----------
    figures : DataFrame
        Figures in money per kg, t (1,000 kg) or short ton (907.18474 kg).

    Returns
    -------
    DataFrame
        A copy with ``value``, ``low``, ``high`` and ``unit`` changed. What is weighed
        (oxide, concentrate, metal) stays as the product and the basis say.

    Raises
    ------
    ParameterError
        If a unit is not money per weight. The message names the weights.
    """
    units = unit_parts(figures)
    weight = units[1].str.removeprefix("/")
    if (other := ~(units[1].str.startswith("/") & weight.isin(KG))).any():
        raise ParameterError(
            f"{_names(figures.loc[other, 'unit'])}: not money per weight; per_kg takes "
            f"money per {', '.join(KG)}"
        )
    return scaled(figures, 1 / weight.map(KG)).assign(unit=units[0] + "/kg")


def money_spans(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the span whose money each figure is in: its price year, or its period.

    Returns
    -------
    DataFrame, with the index of `figures`
        ``start`` and ``end``, datetime64.
    """
    own = spans_of(figures, figures["unit"])
    if "price_year" not in figures:
        return own
    stated = figures["price_year"].notna()
    if not stated.any():
        return own
    years, which = year_spans(figures["price_year"]), stated.to_numpy()
    columns = {name: np.where(which, years[name], own[name]) for name in own}
    return pd.DataFrame(columns, index=figures.index)


def has_number(figures: pd.DataFrame) -> pd.Series:
    """Return which rows hold a number at all, as bool with the index of `figures`."""
    found = np.zeros(len(figures), dtype=bool)
    for name in figures.columns.intersection(_NUMBERS):
        found |= figures[name].notna().to_numpy()
    return pd.Series(found, index=figures.index)


def unit_parts(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the currency and the rest of the unit of each figure.

    Returns
    -------
    DataFrame of str, with the index of `figures`
        ``0`` is the currency ("AUD"), ``1`` the rest (" million", "/kg" or "").

    Raises
    ------
    ParameterError
        If a unit is not money. The message names it.
    """
    found = {unit: _MONEY.findall(str(unit)) for unit in figures["unit"].unique()}
    if wrong := [unit for unit, parts in found.items() if not parts]:
        raise ParameterError(
            f"{_names(pd.Series(wrong))}: not a unit of money, such as "
            "USD/kg or AUD million"
        )
    parts = [found[unit][0] for unit in figures["unit"]]
    return pd.DataFrame(parts, index=figures.index, columns=[0, 1], dtype=object)


def scaled(figures: pd.DataFrame, factor: pd.Series | np.ndarray) -> pd.DataFrame:
    """Return figures with ``value``, ``low``, ``high`` times a factor, row by row."""
    return figures.assign(
        **{name: figures[name] * factor for name in _NUMBERS if name in figures}
    )


def _names(units: pd.Series) -> str:
    return ", ".join(map(repr, sorted(set(units.astype(str)))))

"""The NdPr price that earns a cost, and what a floor does to the price received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rareearth.costs.model import cash_cost, full_cost, unit_cost
from rareearth.errors import ParameterError


def breakeven(
    values: Mapping[str, float], discount_rate: float = 0.08, *, capital: bool = True
) -> float:
    """Return the NdPr price at which a plant earns its cost, USD/kg of the same year.

    The royalty follows the price, so p = (cost without royalty) / (1 - royalty). With
    `capital` the plant earns its capital charge too (net present value of nought), and
    without it only its cash cost. The other oxides earn what `byproduct_price` says.

    Raises
    ------
    ParameterError
        If the royalty takes the whole price.
    """
    parts = unit_cost(**values, discount_rate=discount_rate)
    cost = full_cost(parts) if capital else cash_cost(parts)
    royalty = float(values["royalty"])
    if royalty >= 1:
        raise ParameterError(f"royalty: {royalty!r} leaves nothing of the price")
    return float((cost - parts["royalty"]) / (1 - royalty))


def received(
    price: Any,
    floor: float | None = None,
    upside_share: float = 0.0,
    grant: float = 0.0,
) -> Any:
    """Return what a producer gets for a kg under a price floor and other supports.

    Below the floor the guarantor pays up to it; above it, it keeps a share of the
    difference. A grant per kg (a production credit) comes on top.

    Parameters
    ----------
    price : float or array
        Market price, USD/kg.
    floor : float, optional
        USD/kg; None without one.
    upside_share : float
        Share of the price above the floor that goes to the guarantor, 0 to 1.
    grant : float
        USD/kg.

    Raises
    ------
    ParameterError
        If a price or a support is negative, or the share is none.
    """
    if np.any(np.asarray(price, dtype=float) < 0):
        raise ParameterError("price: negative; a price is at least 0 USD/kg")
    if not 0 <= upside_share <= 1:
        raise ParameterError(f"upside_share: {upside_share!r} is not from 0 to 1")
    if grant < 0 or (floor is not None and floor < 0):
        raise ParameterError("floor and grant: at least 0 USD/kg")
    if floor is None:
        return price + grant
    return (
        np.maximum(price, floor)
        - upside_share * np.maximum(np.subtract(price, floor), 0)
        + grant
    )


def months_above(prices: pd.Series, levels: Mapping[str, float]) -> pd.DataFrame:
    """Return how often a price was above each level.

    Parameters
    ----------
    prices : Series, indexed by period
        NaN where there is no price.

    Returns
    -------
    DataFrame
        ``name``, ``level``; ``share`` of the periods with a price above it; ``last``,
        the last such period as text, "" when there was none.
    """
    known = prices.dropna()
    rows = []
    for name, level in levels.items():
        above = known[known > level]
        last = str(above.index[-1]) if len(above) else ""
        rows.append((name, level, len(above) / max(len(known), 1), last))
    return pd.DataFrame(rows, columns=["name", "level", "share", "last"])

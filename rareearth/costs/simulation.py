"""Monte Carlo of the costs of several plants at once, the same to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from rareearth.costs.model import (
    COMPONENTS,
    cash_cost,
    check_values,
    full_cost,
    unit_cost,
)
from rareearth.errors import ParameterError
from rareearth.methods import draws as points
from rareearth.methods.draws import BLOCK, Shape, Span
from rareearth.methods.sensitivity import Result

MARKET = ("byproduct_price", "ndpr_price")
"""Drawn once for all plants: there is one market."""

OUTCOMES = ("full", "cash", "gross", "price_full", "price_cash")
"""Kept for each draw: full cost, cash cost, cash cost before by-product credits (as
accounts have it), and the NdPr prices that earn the first two."""

NO_PAIRS = pd.DataFrame(columns=["one", "other", "rank"])


@dataclass(frozen=True, eq=False)
class Simulation:
    """The costs of some plants, drawn together.

    Attributes
    ----------
    outcomes : dict of dict of array, shape (draws,)
        By plant and by `OUTCOMES`, USD per kg NdPr oxide.
    means : DataFrame
        Mean of each component, one column per plant.
    draws, seed : int
    """

    outcomes: dict[str, dict[str, np.ndarray]]
    means: pd.DataFrame
    draws: int
    seed: int

    def quantiles(
        self, outcome: str = "full", at: tuple[float, ...] = (0.1, 0.5, 0.9)
    ) -> pd.DataFrame:
        """Return quantiles of an outcome, one row per plant."""
        if (outcome, at) not in self._quantiles:  # many tables ask for the same
            self._quantiles[outcome, at] = {
                name: np.quantile(found[outcome], at)
                for name, found in self.outcomes.items()
            }
        rows = self._quantiles[outcome, at]
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(at))

    @cached_property
    def _quantiles(self) -> dict[tuple[str, tuple[float, ...]], dict[str, np.ndarray]]:
        return {}

    def ratio(self, one: str, other: str, outcome: str = "full") -> np.ndarray:
        """Return the cost of one plant over that of another, draw by draw."""
        return self.outcomes[one][outcome] / self.outcomes[other][outcome]

    def probability_dearer(
        self, one: str, other: str, by: float = 0.0, outcome: str = "full"
    ) -> float:
        """Return how often one costs more than another by a share (0.4 is 40 %)."""
        return float((self.ratio(one, other, outcome) > 1 + by).mean())


def check_ranges(ranges: pd.DataFrame, discount_rate: float) -> None:
    """Refuse ranges whose low is above their mode, or whose values no plant can have.

    Raises
    ------
    ParameterError
        The message names the parameter.
    """
    for name, low, mode, high in ranges[["low", "mode", "high"]].itertuples():
        if not low <= mode <= high:
            raise ParameterError(
                f"{name}: low {low:g}, mode {mode:g}, high {high:g} are not in order"
            )
    for column in ("low", "mode", "high"):
        check_values(ranges[column].to_dict(), discount_rate)


def simulate(
    plants: Mapping[str, pd.DataFrame],
    discount_rate: float = 0.08,
    draws: int = 100_000,
    seed: int = 1,
    shape: Shape = "triangular",
    pairs: pd.DataFrame = NO_PAIRS,
    jobs: int = 1,
) -> Simulation:
    """Draw the costs of plants from the ranges of their parameters.

    Scrambled Sobol points; parameters are independent except those in `pairs` and the
    prices of the one market. Points are made and evaluated in blocks, each from its
    own place in the sequence: any number of `jobs` gives the same digits.

    Parameters
    ----------
    plants : mapping of str to DataFrame
        For each plant its ranges, indexed by `PARAMETERS`: ``low``, ``mode``, ``high``.
    shape : {"triangular", "pert"}
    pairs : DataFrame
        ``one``, ``other``: "plant/parameter", or a parameter of the market; ``rank``.
    jobs : int
        Threads.

    Raises
    ------
    ParameterError, UnknownName
        See `draws.check_draws` and `check_ranges`.
    """
    points.check_shape(shape)
    points.check_draws(draws, seed)
    for ranges in plants.values():
        check_ranges(ranges, discount_rate)
    spans = uncertain(plants)
    columns, factor = points.rank_matrix(list(spans), pairs)
    work = partial(
        _block, plants, spans, (columns, factor), discount_rate, draws, seed, shape
    )
    starts = range(0, draws, BLOCK)
    with ThreadPoolExecutor(jobs) as pool:
        parts = list(pool.map(work, starts) if jobs > 1 else map(work, starts))
    outcomes = {
        name: {
            outcome: np.concatenate([kept[name][outcome] for kept, _ in parts])
            for outcome in OUTCOMES
        }
        for name in plants
    }
    means = sum(total for _, total in parts) / draws
    return Simulation(outcomes, means, draws, seed)


def uncertain(
    plants: Mapping[str, pd.DataFrame],
) -> dict[str, Span]:
    """Return what has to be drawn: "plant/parameter" or a price of the market.

    What has no width is not drawn.
    """
    found: dict[str, Span] = {}
    for plant, ranges in plants.items():
        for name, low, mode, high in ranges[["low", "mode", "high"]].itertuples():
            if high > low:
                key = name if name in MARKET else f"{plant}/{name}"
                found.setdefault(key, Span(float(low), float(mode), float(high)))
    return found


def values_of(
    plant: str, ranges: pd.DataFrame, drawn: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray | float]:
    """Return the parameters of a plant: drawn where drawn, else their mode."""
    return {
        name: drawn.get(f"{plant}/{name}", drawn.get(name, float(mode)))
        for name, mode in ranges["mode"].items()
    }


def ratio_of(
    plants: Mapping[str, pd.DataFrame],
    one: str,
    other: str,
    discount_rate: float = 0.08,
    outcome: str = "full",
) -> Result:
    """Return the function from drawn parameters to the ratio of two costs.

    The keys of its argument are those of `uncertain`; what is left out has its mode.
    """
    total = {"full": full_cost, "cash": cash_cost}[outcome]

    def cost(plant: str, drawn: Mapping[str, Any]) -> Any:
        values = values_of(plant, plants[plant], drawn)
        return total(unit_cost(**values, discount_rate=discount_rate))

    return lambda drawn: cost(one, drawn) / cost(other, drawn)


def _block(
    plants: Mapping[str, pd.DataFrame],
    spans: Mapping[str, Span],
    copula: tuple[list[int], np.ndarray | None],
    discount_rate: float,
    draws: int,
    seed: int,
    shape: Shape,
    start: int,
) -> tuple[dict[str, dict[str, np.ndarray]], pd.DataFrame]:
    """Return the outcomes of one block of draws, and the sums of its components."""
    count = min(BLOCK, draws - start)
    u = points.sobol_block(max(1, len(spans)), seed, start, count)
    u = points.correlated(u, *copula)
    drawn = {
        name: span.ppf(row, shape)
        for row, (name, span) in zip(u, spans.items(), strict=False)
    }
    kept, totals = {}, {}
    for plant, ranges in plants.items():
        values = values_of(plant, ranges, drawn)
        parts = unit_cost(**values, discount_rate=discount_rate)
        totals[plant] = {
            name: float(np.broadcast_to(parts[name], count).sum())
            for name in COMPONENTS
        }
        kept[plant] = _outcomes(parts, values["royalty"], count)
    return kept, pd.DataFrame(totals)


def _outcomes(
    parts: Mapping[str, np.ndarray | float], royalty: np.ndarray | float, count: int
) -> dict[str, np.ndarray]:
    full, cash = full_cost(parts), cash_cost(parts)
    found = {
        "full": full,
        "cash": cash,
        "gross": cash - parts["credits"],
        "price_full": (full - parts["royalty"]) / (1 - royalty),
        "price_cash": (cash - parts["royalty"]) / (1 - royalty),
    }
    return {name: np.broadcast_to(value, count).copy() for name, value in found.items()}

"""Monte Carlo of the costs of several plants at once, the same to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from rareearth.costs.model import (
    COMPONENTS,
    PARAMETERS,
    cash_cost,
    check_values,
    full_cost,
    unit_cost,
)
from rareearth.errors import ParameterError
from rareearth.methods import draws as points
from rareearth.methods.draws import BLOCK, Shape

MARKET = ("byproduct_price", "ndpr_price")
"""Drawn once for all plants: there is one market."""

OUTCOMES = ("full", "cash", "gross", "price_full", "price_cash")
"""Kept for each draw: full cost, cash cost, cash cost before by-product credits (as
accounts have it), and the NdPr prices that earn the first two."""

MOST_BYTES = 600_000_000
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


def bytes_needed(draws: int, plants: int) -> int:
    """Return the memory that a simulation keeps, in bytes."""
    block = min(draws, BLOCK) * 8 * len(PARAMETERS) * plants * 4
    return draws * 8 * len(OUTCOMES) * plants + block


def check_draws(draws: int, seed: int, plants: int = 2) -> None:
    """Refuse a number of draws or a seed that is impossible, or takes too much memory.

    Raises
    ------
    ParameterError
        The message says what memory it would take, and the most that is possible.
    """
    if type(draws) is not int or draws < 1:
        raise ParameterError(f"draws: {draws!r} is not a whole number from 1 up")
    if type(seed) is not int or seed < 0:
        raise ParameterError(f"seed: {seed!r} is not a whole number from 0 up")
    if (need := bytes_needed(draws, plants)) > MOST_BYTES:
        most = int(draws * MOST_BYTES / need) // 100_000 * 100_000
        raise ParameterError(
            f"draws: {draws:,} would take {need / 1e9:,.1f} GB of memory; at most "
            f"{most:,} fit into {MOST_BYTES / 1e6:,.0f} MB"
        )


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
        See `check_draws` and `check_ranges`.
    """
    points.check_shape(shape)
    check_draws(draws, seed, len(plants))
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
) -> dict[str, tuple[float, float, float]]:
    """Return what has to be drawn: "plant/parameter" or a price of the market.

    Each with low, mode and high; what has no width is not drawn.
    """
    found: dict[str, tuple[float, float, float]] = {}
    for plant, ranges in plants.items():
        for name, low, mode, high in ranges[["low", "mode", "high"]].itertuples():
            if high > low:
                key = name if name in MARKET else f"{plant}/{name}"
                found.setdefault(key, (float(low), float(mode), float(high)))
    return found


def values_of(
    plant: str, ranges: pd.DataFrame, drawn: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray | float]:
    """Return the parameters of a plant: drawn where drawn, else their mode."""
    return {
        name: drawn.get(f"{plant}/{name}", drawn.get(name, float(mode)))
        for name, mode in ranges["mode"].items()
    }


def _block(
    plants: Mapping[str, pd.DataFrame],
    spans: Mapping[str, tuple[float, float, float]],
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
        name: points.quantiles(row, *span, shape)
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

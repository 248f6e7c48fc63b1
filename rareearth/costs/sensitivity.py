"""What a result hinges on: one at a time (tornado), and Sobol indices.

Reference: Saltelli et al., Computer Physics Communications 181 (2010) 259, as SciPy
has it; Sobol, Mathematics and Computers in Simulation 55 (2001) 271.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, stats

from rareearth.costs.model import cash_cost, full_cost, unit_cost
from rareearth.costs.simulation import uncertain, values_of
from rareearth.errors import ParameterError
from rareearth.methods import draws
from rareearth.methods.draws import Shape

Result = Callable[[Mapping[str, Any]], Any]


class Span(NamedTuple):
    """The distribution of one parameter, as SciPy's Sobol indices ask for it."""

    low: float
    mode: float
    high: float
    shape: Shape

    def ppf(self, u: np.ndarray) -> np.ndarray:
        """Return quantiles at `u`."""
        return draws.quantiles(u, self.low, self.mode, self.high, self.shape)


def result(
    plants: Mapping[str, pd.DataFrame],
    one: str,
    other: str | None = None,
    discount_rate: float = 0.08,
    outcome: str = "full",
) -> Result:
    """Return the function from drawn parameters to a cost, or to a ratio of two.

    The keys of its argument are those of `simulation.uncertain`; what is left out has
    its mode.
    """
    total = {"full": full_cost, "cash": cash_cost}[outcome]

    def cost(plant: str, drawn: Mapping[str, Any]) -> Any:
        values = values_of(plant, plants[plant], drawn)
        return total(unit_cost(**values, discount_rate=discount_rate))

    def evaluate(drawn: Mapping[str, Any]) -> Any:
        found = cost(one, drawn)
        return found if other is None else found / cost(other, drawn)

    return evaluate


def tornado(
    spans: Mapping[str, tuple[float, float, float]], evaluate: Result
) -> pd.DataFrame:
    """Return the result with each parameter at its ends, the others at their mode.

    Returns
    -------
    DataFrame, the widest swing first
        ``key``; ``low``, ``high`` of the parameter; ``at_low``, ``at_high`` of the
        result; ``base``, the result with all at their mode; ``swing``.
    """
    base = float(evaluate({}))
    rows = [
        {
            "key": key,
            "low": low,
            "high": high,
            "at_low": float(evaluate({key: low})),
            "at_high": float(evaluate({key: high})),
            "base": base,
        }
        for key, (low, _, high) in spans.items()
    ]
    frame = pd.DataFrame(
        rows, columns=["key", "low", "high", "at_low", "at_high", "base"]
    )
    frame["swing"] = (frame["at_high"] - frame["at_low"]).abs()
    return frame.sort_values("swing", ascending=False, ignore_index=True)


def corner(swings: pd.DataFrame, evaluate: Result, *, highest: bool = True) -> float:
    """Return the result with every parameter at the end that drives it furthest.

    The bound of what the ranges allow, all of it at once; for a result that is monotone
    in each parameter, as costs and their ratios here are.

    Parameters
    ----------
    swings : DataFrame
        From `tornado`.
    """
    up = swings["at_high"] > swings["at_low"]
    ends = swings["high"].where(up == highest, swings["low"])
    return float(evaluate(dict(zip(swings["key"], ends, strict=True))))


def needed(swings: pd.DataFrame, evaluate: Result, target: float) -> pd.DataFrame:
    """Return the value at which each parameter alone would bring a result about.

    Parameters
    ----------
    swings : DataFrame
        From `tornado`.
    target : float
        E.g. 1.4 for "40 % dearer".

    Returns
    -------
    DataFrame, in the order of `swings`
        ``key``, ``low``, ``high``; ``value``, NaN where no value in the range does.
    """
    found = []
    for key, low, high, first, last in swings[
        ["key", "low", "high", "at_low", "at_high"]
    ].itertuples(index=False):
        value = np.nan
        if min(first, last) <= target <= max(first, last) and first != last:
            value = optimize.brentq(
                lambda x, key=key: float(evaluate({key: x})) - target, low, high
            )
        found.append((key, low, high, value))
    return pd.DataFrame(found, columns=["key", "low", "high", "value"])


def sobol_indices(
    names: Sequence[str],
    spans: Sequence[Any],
    evaluate: Callable[[np.ndarray], np.ndarray],
    points: int = 1024,
    seed: int = 1,
) -> pd.DataFrame:
    """Return first-order and total Sobol indices of a function.

    First: the share of the variance that the parameter explains alone; total: with all
    its interactions. Valid for independent parameters only, so that correlations are
    left aside here.

    Parameters
    ----------
    spans : sequence
        For each name an object with ``ppf``.
    evaluate : callable
        From an array of shape (parameters, n) to one of shape (n,).
    points : int
        A power of 2; the function is called for points * (parameters + 2) columns.

    Returns
    -------
    DataFrame, the highest total first
        ``key``, ``first``, ``total``.

    Raises
    ------
    ParameterError
        If `points` is no power of 2.
    """
    if points < 2 or points & (points - 1):
        raise ParameterError(f"points: {points} is not a power of 2")
    found = stats.sobol_indices(
        func=lambda x: np.atleast_2d(evaluate(x)), n=points, dists=list(spans), rng=seed
    )
    frame = pd.DataFrame(
        {
            "key": list(names),
            "first": np.ravel(found.first_order),
            "total": np.ravel(found.total_order),
        }
    )
    return frame.sort_values("total", ascending=False, ignore_index=True)


def indices_of(
    plants: Mapping[str, pd.DataFrame],
    evaluate: Result,
    points: int = 1024,
    seed: int = 1,
    shape: Shape = "triangular",
) -> pd.DataFrame:
    """Return the Sobol indices of a cost, or a ratio of costs, of plants."""
    spans = uncertain(plants)
    names = list(spans)
    dists = [Span(*span, shape) for span in spans.values()]
    return sobol_indices(
        names,
        dists,
        lambda x: evaluate(dict(zip(names, x, strict=True))),
        points,
        seed,
    )

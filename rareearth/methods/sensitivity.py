"""What a result hinges on: one at a time (tornado), and Sobol indices.

Reference: Saltelli et al., Computer Physics Communications 181 (2010) 259, as SciPy
has it; Sobol, Mathematics and Computers in Simulation 55 (2001) 271.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, stats

from rareearth.errors import ParameterError
from rareearth.methods.draws import Shape, Span

Result = Callable[[Mapping[str, Any]], Any]
"""From drawn parameters by name to a result; what is left out has its best value."""


def tornado(spans: Mapping[str, Span], evaluate: Result) -> pd.DataFrame:
    """Return the result with each parameter at its ends, the others at their best.

    Returns
    -------
    DataFrame, the widest swing first
        ``key``; ``low``, ``high`` of the parameter; ``at_low``, ``at_high`` of the
        result; ``base``, the result with all at their best; ``swing``.
    """
    frame = pd.DataFrame(
        {
            "key": list(spans),
            "low": [span.low for span in spans.values()],
            "high": [span.high for span in spans.values()],
            "at_low": [float(evaluate({key: spans[key].low})) for key in spans],
            "at_high": [float(evaluate({key: spans[key].high})) for key in spans],
            "base": float(evaluate({})),
        }
    )
    frame["swing"] = (frame["at_high"] - frame["at_low"]).abs()
    return frame.sort_values("swing", ascending=False, ignore_index=True)


def corner(swings: pd.DataFrame, evaluate: Result, *, highest: bool = True) -> float:
    """Return the result with every parameter at the end that drives it furthest.

    The bound of what the ranges allow, all of it at once; for a result that is monotone
    in each parameter.

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

    Returns
    -------
    DataFrame, in the order of `swings`
        ``key``, ``low``, ``high``; ``value``, NaN where no value in the range does.
    """

    def alone(row: Any) -> float:
        ends = sorted([row.at_low, row.at_high])
        if not ends[0] <= target <= ends[1] or ends[0] == ends[1]:
            return np.nan
        return float(
            optimize.brentq(
                lambda x: float(evaluate({row.key: x})) - target, row.low, row.high
            )
        )

    value = [alone(row) for row in swings.itertuples()]
    return swings[["key", "low", "high"]].assign(value=np.asarray(value, dtype=float))


def sobol_indices(
    spans: Mapping[str, Span],
    evaluate: Result,
    points: int = 1024,
    seed: int = 1,
    shape: Shape = "triangular",
) -> pd.DataFrame:
    """Return first-order and total Sobol indices of a function.

    First: the share of the variance that the parameter explains alone; total: with all
    its interactions. Valid for independent parameters only, so that correlations are
    left aside here.

    Parameters
    ----------
    spans : mapping
        For each name a `Span`, or an object with such a ``ppf``.
    points : int
        A power of 2; the function is called for points * (parameters + 2) values.

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

    def result(u: np.ndarray) -> np.ndarray:
        drawn = {
            key: span.ppf(row, shape)
            for row, (key, span) in zip(u, spans.items(), strict=True)
        }
        return np.atleast_2d(evaluate(drawn))

    uniform = [stats.uniform()] * len(spans)
    found = stats.sobol_indices(func=result, n=points, dists=uniform, rng=seed)
    frame = pd.DataFrame(
        {
            "key": list(spans),
            "first": np.ravel(found.first_order),
            "total": np.ravel(found.total_order),
        }
    )
    return frame.sort_values("total", ascending=False, ignore_index=True)

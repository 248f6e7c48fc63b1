"""Draws of uncertain parameters: scrambled Sobol points, triangular ranges.

References: Sobol, USSR Comput. Math. Math. Phys. 7 (1967) 86; Owen, J. Complexity 14
(1998) 466 (scrambling).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from scipy.stats import qmc

from rareearth.errors import ParameterError

BLOCK = 2**16  # points made and evaluated at once: bounds memory, and never the result
FEWEST, MOST = 100, 1_000_000  # below, no tail can be told; above, memory runs out
MIDDLE_80 = (0.1, 0.5, 0.9)
"""Where the range of a simulated result ends, and its middle."""


class Span(NamedTuple):
    """A quantity that is known as a range: least, most plausible, most."""

    low: float
    best: float
    high: float

    @classmethod
    def around(cls, low: float, high: float) -> Span:
        """Return the range of two ends of which no value between is known to lead."""
        return cls(low, (low + high) / 2, high)

    def ppf(self, u: np.ndarray) -> np.ndarray:
        """Return quantiles of the triangular distribution at `u` in (0, 1)."""
        return triangular(u, *self)

    def draw(self, rng: np.random.Generator, draws: int) -> np.ndarray:
        """Return triangular draws, or the value alone if there is no range."""
        if self.high <= self.low:
            return np.full(draws, float(self.best))
        return self.ppf(rng.random(draws))


def spans(assumptions: pd.DataFrame) -> dict[str, Span]:
    """Return the range of each parameter of `records.assumptions`."""
    return {
        row.parameter: Span(row.low, row.value, row.high)
        for row in assumptions.itertuples()
    }


def check_draws(draws: int, seed: int) -> None:
    """Refuse a number of draws or a seed that no simulation can use.

    Raises
    ------
    ParameterError
        The message says what is possible.
    """
    if type(draws) is not int:
        raise ParameterError(f"draws: {draws!r} is not a whole number")
    if not FEWEST <= draws <= MOST:
        raise ParameterError(f"draws: {draws} is not between {FEWEST} and {MOST:,}")
    if type(seed) is not int or seed < 0:
        raise ParameterError(f"seed: {seed!r} is not a whole number from 0 up")


def middle_80(drawn: Any, axis: int = 0) -> np.ndarray:
    """Return what 10, 50 and 90 percent of the draws stay below.

    Between two draws where there are few, unless some are infinite ("never"), which
    have no point between them and others.

    Returns
    -------
    ndarray, shape (3, ...)
        The ends and the middle of "80 % of the draws".
    """
    finite = np.isfinite(drawn).all()
    method: Literal["linear", "inverted_cdf"] = "linear" if finite else "inverted_cdf"
    return np.asarray(np.quantile(drawn, MIDDLE_80, axis=axis, method=method))


def triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Return quantiles of the triangular distribution at `u` in (0, 1)."""
    if high == low:
        return np.full_like(u, mode)
    split = (mode - low) / (high - low)
    left = low + np.sqrt(u * ((high - low) * (mode - low)))
    right = high - np.sqrt((1 - u) * ((high - low) * (high - mode)))
    return np.where(u < split, left, right)


def sobol_block(dimensions: int, seed: int, start: int, count: int) -> np.ndarray:
    """Return points `start` to `start + count` of the scrambled Sobol sequence.

    Every block starts from the same sequence and skips to its place, so that blocks
    may be made in any order and by any number of workers.

    Returns
    -------
    array of float64, shape (dimensions, count), inside (0, 1)
    """
    engine = qmc.Sobol(dimensions, scramble=True, rng=seed)
    if start:
        engine.fast_forward(start)
    size = 2 ** int(np.ceil(np.log2(count))) if start == 0 else count
    points = engine.random(size)[:count].T
    return np.clip(points, 2.0**-53, 1 - 2.0**-53)


def correlation_factor(rank: np.ndarray) -> np.ndarray:
    """Return the Cholesky factor that gives normal draws these rank correlations.

    r = 2 sin(pi rho / 6) turns a rank correlation into that of normals (Pearson 1907).

    Raises
    ------
    ParameterError
        If the correlations contradict each other, or are none.
    """
    if (np.abs(rank) > 1).any():
        raise ParameterError("correlation: not between -1 and 1")
    try:
        return np.linalg.cholesky(2 * np.sin(np.pi * rank / 6))
    except np.linalg.LinAlgError:
        raise ParameterError(
            "correlations: they contradict each other (no joint distribution has them)"
        ) from None


def correlated(
    u: np.ndarray, columns: Sequence[int], factor: np.ndarray | None
) -> np.ndarray:
    """Return the points with some rows correlated (Gaussian copula), the rest as is."""
    if factor is None:
        return u
    normal = factor @ special.ndtri(u[list(columns)])
    u[list(columns)] = special.ndtr(normal)
    return u


def rank_matrix(
    names: Sequence[str], pairs: pd.DataFrame
) -> tuple[list[int], np.ndarray | None]:
    """Return which names are correlated, and the factor that correlates them.

    Parameters
    ----------
    pairs : DataFrame
        Columns ``one``, ``other`` (of `names`) and ``rank`` (rank correlation).
    """
    place = {name: at for at, name in enumerate(names)}
    known = pairs[pairs["one"].isin(place) & pairs["other"].isin(place)]
    involved = sorted({place[name] for name in [*known["one"], *known["other"]]})
    if not involved:
        return [], None
    rank = np.eye(len(involved))
    for one, other, value in known[["one", "other", "rank"]].itertuples(index=False):
        a, b = involved.index(place[one]), involved.index(place[other])
        rank[a, b] = rank[b, a] = value
    return involved, correlation_factor(rank)


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
            key: span.ppf(row)
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

"""Draws of uncertain parameters: scrambled Sobol points, triangular and PERT.

References: Sobol, USSR Comput. Math. Math. Phys. 7 (1967) 86; Owen, J. Complexity 14
(1998) 466 (scrambling); Malcolm et al., Operations Research 7 (1959) 646 (PERT).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import special, stats
from scipy.stats import qmc

from rareearth.errors import ParameterError, unknown_name

Shape = Literal["triangular", "pert"]
SHAPES = ("triangular", "pert")
BLOCK = 2**16  # points made and evaluated at once: bounds memory, and never the result
NODES = 2**14  # of the table from which PERT quantiles are interpolated
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

    def ppf(self, u: np.ndarray, shape: Shape = "triangular") -> np.ndarray:
        """Return quantiles at `u` in (0, 1), in the asked shape."""
        return quantiles(u, *self, shape)

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


def pert(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Return quantiles of the PERT (beta) distribution with the usual weight of 4."""
    if high == low:
        return np.full_like(u, mode)
    table = _pert_table(low, mode, high)
    place = u * NODES
    left = np.minimum(place.astype(np.int64), NODES - 1)
    return table[left] + (place - left) * (table[left + 1] - table[left])


@lru_cache(maxsize=256)
def _pert_table(low: float, mode: float, high: float) -> np.ndarray:
    width = high - low
    alpha, beta = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
    nodes = np.linspace(0, 1, NODES + 1)
    return np.asarray(low + width * stats.beta.ppf(nodes, alpha, beta))


def quantiles(
    u: np.ndarray, low: float, mode: float, high: float, shape: Shape
) -> np.ndarray:
    """Return quantiles of a range in the asked shape."""
    return (triangular if shape == "triangular" else pert)(u, low, mode, high)


def check_shape(shape: str) -> None:
    """Refuse a distribution that is none of `SHAPES`."""
    if shape not in SHAPES:
        raise unknown_name("shape", shape, SHAPES)


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


def exceedance(curves: Mapping[str, np.ndarray], points: int = 201) -> pd.DataFrame:
    """Return the share of draws above each value, one row per curve and value.

    Parameters
    ----------
    curves : mapping of str to array
        Draws by name.
    points : int
        Values at which each curve is read, evenly in probability.

    Returns
    -------
    DataFrame
        ``curve``, ``value``, ``chance`` (0 to 1).
    """
    above = np.linspace(1, 0, points)
    parts = [
        pd.DataFrame(
            {"curve": name, "value": np.quantile(found, 1 - above), "chance": above}
        )
        for name, found in curves.items()
    ]
    return pd.concat(parts, ignore_index=True)

"""Draws of uncertain parameters: scrambled Sobol points, triangular and PERT.

References: Sobol, USSR Comput. Math. Math. Phys. 7 (1967) 86; Owen, J. Complexity 14
(1998) 466 (scrambling); Malcolm et al., Operations Research 7 (1959) 646 (PERT).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special, stats
from scipy.stats import qmc

from rareearth.errors import ParameterError, unknown_name

Shape = Literal["triangular", "pert"]
SHAPES = ("triangular", "pert")
BLOCK = 2**16  # points made and evaluated at once: bounds memory, and never the result
NODES = 2**14  # of the table from which PERT quantiles are interpolated


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

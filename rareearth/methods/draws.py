"""Ranges of uncertain parameters, and the middle of what is drawn from them."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

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

"""Least-squares partitions of a sample into segments (Bai and Perron 1998, 2003)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np

Partition: TypeAlias = tuple[float, tuple[int, ...], np.ndarray]
"""Sum of squares, ends of the segments but the last, sizes of the steps."""

MOST_ROUNDS = 50  # of the search for the sizes of steps

SUP_F_NEXT = (8.58, 10.13, 11.14, 11.83, 12.25, 12.66, 13.08, 13.35, 13.75, 13.89)
"""5 % critical values of supF(m + 1 | m), m = 0..9, of one coefficient that breaks,
trim 0.15: Bai and Perron, *Econometrics Journal* 6 (2003), 72, as two public
transcriptions of that table agree. They do not hold for a trend that breaks."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Sums of squares of every stretch of a sample, for one set of regressors.

    Attributes
    ----------
    x : ndarray, shape (n, k)
        The regressors whose coefficients may break.
    least : int
        The shortest segment, in observations.
    barred : tuple of int
        Observations that may not end a segment.
    """

    x: np.ndarray
    least: int
    barred: tuple[int, ...] = ()

    @cached_property
    def _stretches(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return start, end (excluded) and inverse of X'X, shape (k k, n), of each."""
        n = len(self.x)
        start, end = np.nonzero(
            np.subtract.outer(-np.arange(n + 1), -np.arange(n + 1)) >= self.least
        )
        products = self.x[:, :, None] * self.x[:, None, :]
        total = np.concatenate([np.zeros((1, *products.shape[1:])), products.cumsum(0)])
        inverse = np.linalg.inv(total[end] - total[start])
        return start, end, inverse.reshape(len(start), -1).T.copy()

    def squares(self, y: np.ndarray) -> np.ndarray:
        """Return the least sum of squares from each start to each end (excluded).

        Infinite where a stretch is shorter than `least`.
        """
        start, end, inverse = self._stretches
        y = y - y.mean()  # with a constant among the regressors this changes nothing
        moment = np.vstack([np.zeros(self.x.shape[1]), (self.x * y[:, None]).cumsum(0)])
        power = np.concatenate([[0.0], (y**2).cumsum()])
        xy = moment[end] - moment[start]
        pairs = (xy.T[:, None] * xy.T[None, :]).reshape(-1, len(start))
        explained = (pairs * inverse).sum(axis=0)
        left = np.maximum(power[end] - power[start] - explained, 0.0)
        table = np.full((len(y) + 1, len(y) + 1), np.inf)
        table.ravel()[start * len(table) + end] = left
        return table

    def best(self, y: np.ndarray, most: int) -> list[tuple[float, tuple[int, ...]]]:
        """Return sum of squares and ends of segments for 0, 1, ... `most` breaks.

        Bai and Perron's dynamic programme. An end is the number of observations up
        to and with the last one of a segment; the last segment ends with the sample.
        """
        table = self.squares(y)
        allowed = np.ones(len(y) + 1, dtype=bool)
        allowed[list(self.barred)] = False
        cost, paths = table[0], np.empty_like(table)
        came: list[np.ndarray] = []
        found: list[tuple[float, tuple[int, ...]]] = [(float(cost[-1]), ())]
        for _ in range(most):
            open_cost = np.where(allowed, cost, np.inf)
            last = open_cost + table[:, -1]  # of the segment that ends the sample
            at = int(last.argmin())
            if not np.isfinite(last[at]):
                break
            found.append((float(last[at]), (*_walk(came, at), at)))
            if len(found) <= most:
                np.add(open_cost[:, None], table, out=paths)
                came.append(paths.argmin(axis=0))
                cost = paths[came[-1], np.arange(len(y) + 1)]
        return found

    def fitted(self, y: np.ndarray, ends: Sequence[int]) -> np.ndarray:
        """Return the least-squares fit with breaks after the given observations."""
        edges = [0, *ends, len(y)]
        parts = []
        for begin, end in pairwise(edges):
            x = self.x[begin:end]
            parts.append(x @ np.linalg.lstsq(x, y[begin:end], rcond=None)[0])
        return np.concatenate(parts)


def _walk(came: list[np.ndarray], end: int) -> tuple[int, ...]:
    """Return the ends of segments that lead to an end, read backwards."""
    ends = []
    for previous in reversed(came):
        end = int(previous[end])
        ends.append(end)
    return tuple(reversed(ends))


def bic(squares: float, n: int, breaks: int, coefficients: int) -> float:
    """Return the Bayesian information criterion of a partition, in Gaussian form.

    n (log(SSR / n) + 1 + log 2 pi) + log(n) (k + 1)(m + 1): each of m + 1 segments has
    k coefficients, and there are m dates and a variance (as in strucchange).
    """
    penalty = np.log(n) * (coefficients + 1) * (breaks + 1)
    return float(n * (np.log(squares / n) + 1 + np.log(2 * np.pi)) + penalty)


def sup_f_next(squares: np.ndarray, ends: tuple[int, ...], k: int) -> float:
    """Return supF(m + 1 | m): the largest F of one more break inside a segment."""
    n = len(squares) - 1
    found = [np.nan]
    edges = [0, *ends, n]
    for begin, end in pairwise(edges):
        split = float((squares[begin] + squares[:, end]).min())
        if np.isfinite(split):
            whole = squares[begin, end]
            found.append((end - begin - 2 * k) * (whole - split) / split)
    return float(np.nanmax(found)) if len(found) > 1 else np.nan


def search(
    y: np.ndarray, cells: Segments, most: int, columns: np.ndarray
) -> list[Partition]:
    """Return sum of squares, ends and step sizes for each number of breaks.

    With steps, dates and sizes are found in turn until neither moves (Bai and Perron
    2003, section 3.3), from steps of size 0 and from the sizes that differences show.
    """
    plain = [(ssr, ends, np.zeros(0)) for ssr, ends in cells.best(y, most)]
    if not columns.shape[1]:
        return plain
    jumps = np.array([np.diff(y)[column.argmax() - 1] for column in columns.T])
    found: list[Partition] = []
    for m in range(len(plain)):
        starts = [np.zeros(columns.shape[1]), jumps]
        tries = [_alternate(y, cells, m, columns, size) for size in starts]
        found.append(min(tries, key=lambda one: one[0]))
    return found


def _alternate(
    y: np.ndarray, cells: Segments, m: int, columns: np.ndarray, sizes: np.ndarray
) -> Partition:
    """Return a partition with m breaks and the step sizes that belong to it."""
    ends: tuple[int, ...] | None = None
    ssr = np.inf
    for _ in range(MOST_ROUNDS):
        ends_before = ends
        ends = cells.best(y - columns @ sizes, m)[m][1]
        if ends == ends_before:
            break
        rest = np.column_stack([cells.fitted(c, ends) for c in columns.T])
        sizes = np.linalg.lstsq(columns - rest, y - cells.fitted(y, ends), rcond=None)[
            0
        ]
        net = y - columns @ sizes
        ssr = float(((net - cells.fitted(net, ends)) ** 2).sum())
    return ssr, ends or (), sizes


def bootstrap(
    y: np.ndarray,
    cells: Segments,
    ends: tuple[int, ...],
    level: float,
    draws: int,
    seed: int,
) -> np.ndarray | None:
    """Return low and high ends of each break from residuals drawn again in blocks."""
    if not ends or not draws:
        return None
    fitted = cells.fitted(y, ends)
    residuals = y - fitted
    random = np.random.default_rng(seed)
    block = max(1, round(len(y) ** (1 / 3)))
    edges = [0, *ends, len(y)]
    redone = np.empty((draws, len(ends)))
    for draw in range(draws):
        parts = [
            _blocks(residuals[begin:end], block, random)
            for begin, end in pairwise(edges)
        ]
        redone[draw] = cells.best(fitted + np.concatenate(parts), len(ends))[-1][1]
    tails = [(1 - level) / 2, (1 + level) / 2]
    return np.quantile(redone, tails, axis=0, method="inverted_cdf").astype(int)


def _blocks(
    residuals: np.ndarray, block: int, random: np.random.Generator
) -> np.ndarray:
    """Return as many residuals, drawn in blocks that run round the end."""
    n = len(residuals)
    starts = random.integers(0, n, size=-(-n // block))
    return residuals[((starts[:, None] + np.arange(block)) % n).ravel()[:n]]

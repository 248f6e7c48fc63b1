"""Which printed values were public by a date, and which of them is taken.

Statistics get revised; every printed value is kept as a row of its own. A choice
that the rule here gets wrong is corrected by a row in the data, never by code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.figures.columns import RANK
from rareearth.figures.dictionaries import Dictionaries, last_day

__all__ = ["Noise", "Printed", "available", "by_edition", "day", "last_day", "noise"]


@dataclass(frozen=True, eq=False)
class Printed:
    """Every printed value of a series, in the order in which figures are returned.

    What depends on the figures alone is found once here, not at every question.

    Attributes
    ----------
    figures : DataFrame
        Sorted by entity, product, period and ``figure_id``.
    public : array of datetime64
        From when each figure was public, NaT if unknown.
    variant : array of int
        The same number for all variants of one figure: rows of one entity, product,
        period, unit and definition; how a number was printed makes no difference.
    rank : array of int
        No two are the same; the variant with the highest is taken: no gap of a
        compiler, then of the highest confidence, then of the newest publication.
    gap : array of bool
        Which rows are gaps of a compiler, see `gaps`.
    """

    figures: pd.DataFrame
    public: np.ndarray
    variant: np.ndarray
    rank: np.ndarray
    gap: np.ndarray

    @classmethod
    def by_series(
        cls, figures: pd.DataFrame, known: Dictionaries
    ) -> dict[str, Printed]:
        """Return the figures of a table by series, with what is asked of them."""
        series, *place, names = comparable(
            figures,
            *("series", "entity", "product", "period_start", "period_end", "figure_id"),
        )
        rows = order(series, *place, names)
        figures = figures.iloc[rows]
        public = available(figures, known)
        gap = gaps(figures["basis"])
        rank, variant = _ranks(figures, public, gap), _variants(figures, known)
        whose = figures["series"].to_numpy()
        edges = [0, *np.flatnonzero(whose[1:] != whose[:-1]) + 1, len(whose)]
        found = {}
        for start, end in pairwise(edges if len(whose) else []):
            part = figures.iloc[start:end]
            part.index = pd.RangeIndex(end - start)
            of = slice(start, end)
            numbers = variant[of] - variant[start]
            found[whose[start]] = cls(part, public[of], numbers, rank[of], gap[of])
        return found

    @classmethod
    def of_nothing(cls, figures: pd.DataFrame) -> Printed:
        """Return that nothing is printed of a series, in the columns of a table."""
        none = np.empty(0, dtype="int64")
        never = none.astype(bool)
        return cls(figures.iloc[:0], none.view("datetime64[ns]"), none, none, never)

    def published_by(self, as_of: str | dt.date) -> np.ndarray:
        """Return which figures were public by a date.

        Raises
        ------
        ParameterError
            If `as_of` is neither "latest" nor an ISO date.
        """
        if as_of == "latest":
            return np.ones(len(self.figures), dtype=bool)
        return self.public <= day(as_of).to_datetime64()

    def best(self, rows: np.ndarray) -> np.ndarray:
        """Return which of some rows are the best variant of their figure among them.

        Where a compiler's gap is all that there is, there is no figure.
        """
        highest = np.full(len(self.rank), -1)
        np.maximum.at(highest, self.variant[rows], self.rank[rows])
        return rows & (self.rank == highest[self.variant]) & ~self.gap


def gaps(basis: pd.Series) -> np.ndarray:
    """Return which rows are gaps of a compiler rather than figures.

    A compiler puts zero, or the little that it has, where its own sources are silent
    (India mined no 9.6 t in 2009). Such a row is kept as it was printed, loses to a
    number of any other source, and alone says nothing.

    Parameters
    ----------
    basis : Series of str
        Codes with semicolons between them. ``compiler-gap``, or ``zero-printed``
        together with ``compiled``, marks a gap.
    """
    kinds = basis.unique()
    found = {each: _is_gap(set(each.split(";"))) for each in kinds}
    return basis.map(found).to_numpy(dtype=bool)


def _is_gap(codes: set[str]) -> bool:
    return "compiler-gap" in codes or {"zero-printed", "compiled"} <= codes


def _ranks(figures: pd.DataFrame, public: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Return the place of each row: gaps first, then by confidence and publication."""
    names, confidence = comparable(figures, "figure_id", "confidence")
    levels = [RANK[name] for name in confidence]
    rank = np.empty(len(figures), dtype="int64")
    published = public.view("int64").tolist()
    rank[order((~gap).tolist(), levels, published, names)] = range(len(figures))
    return rank


def _variants(figures: pd.DataFrame, known: Dictionaries) -> np.ndarray:
    """Return the number of the figure that each row is a variant of, from 0 upwards."""
    *figure, basis = comparable(
        figures,
        *("series", "entity", "product", "period_start", "period_end", "unit", "basis"),
    )
    keys = zip(*figure, map(known.definition, basis), strict=True)
    numbers: dict[tuple[Any, ...], int] = {}
    found = [numbers.setdefault(key, len(numbers)) for key in keys]
    return np.array(found, dtype="int64")


def available(figures: pd.DataFrame, known: Dictionaries) -> np.ndarray:
    """Return the date from which each figure was public, NaT if unknown."""
    source = known.sources.index.get_indexer(figures["source_id"])
    dated, lag = known.published.to_numpy()[source], known.lag.to_numpy()[source]
    rolling = figures["period_end"].to_numpy() + lag
    return np.where(np.isnat(lag), dated, rolling).astype("datetime64[ns]")


def day(as_of: str | dt.date) -> pd.Timestamp:
    """Return the day that `as_of` names; the last of all days for "latest"."""
    if as_of == "latest":
        return pd.Timestamp.max
    if isinstance(as_of, dt.date):
        as_of = as_of.isoformat()[:10]
    try:
        return pd.Timestamp(dt.date.fromisoformat(as_of))
    except (TypeError, ValueError):
        raise ParameterError(
            f"as_of: {as_of!r} is not 'latest' or an ISO date (YYYY-MM-DD)"
        ) from None


def comparable(figures: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Return columns as lists of text or, of days, of integers: quick to compare.

    NaT is the lowest of all integers.
    """
    found = [figures[name].to_numpy() for name in names]
    return [(c.view("int64") if c.dtype.kind == "M" else c).tolist() for c in found]


def order(*keys: Iterable[Any]) -> list[int]:
    """Return the places of the rows in ascending order, the first key leading."""
    rows = list(zip(*keys, strict=True))
    return sorted(range(len(rows)), key=rows.__getitem__)


def by_edition(printed: pd.DataFrame) -> pd.DataFrame:
    """Return each figure of one publication as its first and newest edition had it.

    Parameters
    ----------
    printed : DataFrame
        From `loading.revisions` with a ``publication``: editions of one family alone
        revise one another. Rows without a value or a date say nothing of revisions.

    Returns
    -------
    DataFrame, one row per series, entity, product, unit and period
        ``first``, ``newest``: the values; ``first_source``, ``newest_source``;
        ``editions``: how many have it; ``revision``: newest over first less one, 0 for
        what one edition alone has.
    """
    known = printed.dropna(subset=["published", "value"]).sort_values("published")
    key = ["series", "entity", "product", "unit", "period_start", "period_end"]
    found = known.groupby(key, sort=False).agg(
        first=("value", "first"),
        newest=("value", "last"),
        first_source=("source_id", "first"),
        newest_source=("source_id", "last"),
        editions=("published", "nunique"),
    )
    found["revision"] = found["newest"] / found["first"].replace(0, np.nan) - 1
    return found.reset_index()


@dataclass(frozen=True)
class Noise:
    """How far a publication usually revises its own numbers.

    Attributes
    ----------
    usual, largest : float
        Median and largest of the sizes of revisions (relative, or in points).
    figures : int
        How many figures have two editions or more.
    """

    usual: float
    largest: float
    figures: int

    def verdict(self, change: float) -> str:
        """Return how a change compares with revisions, in words of three strengths."""
        if abs(change) <= self.usual:
            return "smaller than the usual revision"
        if abs(change) <= self.largest:
            return "of the size of revisions"
        return "larger than any revision so far"


def noise(revisions: pd.Series, fewest: int = 5) -> Noise | None:
    """Return the usual and the largest revision; None where too few figures have any.

    Parameters
    ----------
    revisions : Series of float
        From first to newest edition: ``revision`` of `by_edition` for figures with two
        editions or more, or differences of shares in points.
    fewest : int
        Figures without which nothing is called usual.
    """
    sizes = revisions.dropna().abs()
    if len(sizes) < fewest:
        return None
    return Noise(float(sizes.median()), float(sizes.max()), len(sizes))

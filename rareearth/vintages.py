"""Which printed values were public by a date, and which of them is taken.

Statistics get revised; every printed value is kept as a row of its own. A choice
that the rule here gets wrong is corrected by a row in the data, never by code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rareearth.dictionaries import Dictionaries, last_day
from rareearth.errors import ParameterError
from rareearth.tables import CONFIDENCE, OWN

__all__ = ["Printed", "available", "day", "last_day"]

_LEVEL = {name: level for level, name in enumerate((*CONFIDENCE, OWN))}


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
        No two are the same; the variant with the highest is taken: of the highest
        confidence, then of the newest publication.
    """

    figures: pd.DataFrame
    public: np.ndarray
    variant: np.ndarray
    rank: np.ndarray

    @classmethod
    def of(cls, figures: pd.DataFrame, known: Dictionaries) -> Printed:
        """Return the figures of one series with what is asked of them."""
        place = comparable(figures, "entity", "product", "period_start", "period_end")
        names, units, basis, confidence = comparable(
            figures, "figure_id", "unit", "basis", "confidence"
        )
        public = available(figures, known)
        levels = [_LEVEL[name] for name in confidence]
        rank = np.empty(len(figures), dtype="int64")
        rank[order(levels, public.view("int64").tolist(), names)] = range(len(figures))
        definitions = map(known.definition, basis)
        numbers: dict[tuple[Any, ...], int] = {}
        variant = np.array(
            [
                numbers.setdefault(key, len(numbers))
                for key in zip(*place, units, definitions, strict=True)
            ],
            dtype="int64",
        )
        rows = order(*place, names)
        figures = figures.iloc[rows].reset_index(drop=True)
        return cls(figures, public[rows], variant[rows], rank[rows])

    def published_by(self, as_of: str) -> np.ndarray:
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
        """Return which of some rows are the best variant of their figure among them."""
        highest = np.full(len(self.rank), -1)
        np.maximum.at(highest, self.variant[rows], self.rank[rows])
        return rows & (self.rank == highest[self.variant])


def available(figures: pd.DataFrame, known: Dictionaries) -> np.ndarray:
    """Return the date from which each figure was public, NaT if unknown."""
    source = known.sources.index.get_indexer(figures["source_id"])
    dated, lag = known.published.to_numpy()[source], known.lag.to_numpy()[source]
    rolling = figures["period_end"].to_numpy() + lag
    return np.where(np.isnat(lag), dated, rolling).astype("datetime64[ns]")


def day(as_of: str) -> pd.Timestamp:
    """Return the day that `as_of` names; the last of all days for "latest"."""
    if as_of == "latest":
        return pd.Timestamp.max
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

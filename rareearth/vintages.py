"""Which printed values were public by a date, and which of them is taken.

Statistics get revised; every printed value is kept as a row of its own. A choice
that the rule here gets wrong is corrected by a row in the data, never by code.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from rareearth import rules
from rareearth.dictionaries import Dictionaries, last_day
from rareearth.errors import ParameterError
from rareearth.tables import CONFIDENCE, OWN

__all__ = ["available", "best", "day", "last_day", "published_by"]


def available(figures: pd.DataFrame, known: Dictionaries) -> pd.Series:
    """Return the date from which each figure was public, NaT if unknown."""
    dated = figures["source_id"].map(known.published)
    lag = figures["source_id"].map(known.lag)
    rolling = figures["period_end"] + lag
    return rolling.where(lag.notna(), dated)


def published_by(
    figures: pd.DataFrame, known: Dictionaries, as_of: str
) -> pd.DataFrame:
    """Return the figures that were public by a date.

    Raises
    ------
    ParameterError
        If `as_of` is neither "latest" nor an ISO date.
    """
    if as_of == "latest":
        return figures
    return figures[available(figures, known) <= day(as_of)]


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


def best(figures: pd.DataFrame, known: Dictionaries) -> pd.DataFrame:
    """Return one row for each figure: highest confidence, then newest publication.

    Rows are variants of one figure when series, entity, product, period, unit and the
    defining codes of the basis agree; how a number was printed makes no difference.
    """
    rank = {name: level for level, name in enumerate((*CONFIDENCE, OWN))}
    ranked = figures.assign(
        _rank=figures["confidence"].map(rank),
        _available=available(figures, known),
        _definition=known.definition(figures["basis"]),
    ).sort_values(["_rank", "_available", "figure_id"], na_position="first")
    key = [*rules.KEY, "unit", "_definition"]
    return ranked.drop_duplicates(key, keep="last")

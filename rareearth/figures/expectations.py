"""What the workbook's models expected of figures to come, and what came.

An expectation is filed with its day in ``expectations.csv`` and never changed. The
first value published after that day decides it; a later revision does not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rareearth.figures import dictionaries
from rareearth.figures.columns import has_codes
from rareearth.figures.loading import revisions
from rareearth.figures.records import expectations

PARTS = ("incomplete-period", "year-to-date")  # of a period: they decide nothing


def scored(as_of: str = "latest", series: str | None = None) -> pd.DataFrame:
    """Return the expectations that were filed by a date, with what came of each.

    Parameters
    ----------
    series : str, optional
        Only those of this series.

    Returns
    -------
    DataFrame, one row per expectation
        The columns of `records.expectations`, then ``outcome`` float64, NaN while
        nothing came; ``source_id`` of it, "" without; ``result``: "hit" where it lies
        from ``low`` to ``high``, "miss", or "open".
    """
    filed = expectations(as_of)
    if series is not None:
        filed = filed[filed["series"] == series].reset_index(drop=True)
    found = []
    for row in filed.itertuples():
        printed = revisions(
            row.series,
            row.entity,
            product=row.product,
            as_of=as_of,
            extra="",
            missing="empty",
        )
        later = printed[printed["published"] > row.filed_on]
        first = deciding(row, later).sort_values("published", kind="stable").head(1)
        if len(first) and first["period_start"].item() == first["period_end"].item():
            first = deciding(row, later).sort_values("period_end").tail(1)
        found.append((*first["value"], *first["source_id"]) or (np.nan, ""))
    outcome = pd.DataFrame(found, columns=["outcome", "source_id"], index=filed.index)
    return filed.join(outcome).assign(
        result=[
            result(*ends)
            for ends in zip(
                filed["low"], filed["high"], outcome["outcome"], strict=True
            )
        ]
    )


def result(low: float, high: float, outcome: float) -> str:
    """Return "hit" where an outcome lies within an interval, "miss", or "open"."""
    if np.isnan(outcome):
        return "open"
    return "hit" if low <= outcome <= high else "miss"


def deciding(expected: object, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that are what an expectation speaks of.

    Their period is its own or, of quotations, a day in it; the definitions of their
    basis are its own; a part of a period decides nothing.

    Parameters
    ----------
    expected : row of `records.expectations`, as ``itertuples`` gives it
    figures : DataFrame
        In the columns of `loading.load`.
    """
    row: Mapping[str, object] = expected._asdict()  # type: ignore[attr-defined]
    first, last = row["period_start"], row["period_end"]
    start, end = figures["period_start"], figures["period_end"]
    same = (start == first) & (end == last)
    same |= (start == end) & start.between(first, last)
    for name in ("series", "entity", "product", "unit"):
        same &= figures[name] == row[name]
    definition = dictionaries.known("").definition
    same &= figures["basis"].map(definition) == definition(str(row["basis"]))
    for part in PARTS:
        same &= ~has_codes(figures["basis"], part)
    return figures[same & figures["value"].notna()]

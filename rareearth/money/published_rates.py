"""Rates and indices as printed, with one value where several were printed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.csv_files import CONFIDENCE, OWN
from rareearth.figures.loading import load


def surest(
    names: tuple[str, ...], as_of: str, extra: str | Path | None
) -> pd.DataFrame:
    """Return one figure per entity, product and period, of the highest confidence.

    Parameters
    ----------
    names : tuple of str
        Series of one quantity: its months and its years.
    as_of, extra
        As in `figures.load`. A figure of the reader's own is the surest.

    Returns
    -------
    DataFrame
        Figures by their first days; of those with the same first day the surest is the
        last. No rows where nothing had been published.

    Raises
    ------
    UnknownName, ParameterError, DataError
        As in `figures.load`.
    """
    figures = pd.concat(
        [_published(name, as_of, extra) for name in names], ignore_index=True
    )
    rank = {name: level for level, name in enumerate((*CONFIDENCE, OWN))}
    order = figures["confidence"].map(rank).sort_values(kind="stable").index
    key = ["entity", "product", "period_start", "period_end"]
    found = figures.loc[order].drop_duplicates(key, keep="last")
    return found.sort_values("period_start", kind="stable", ignore_index=True)


def _published(series: str, as_of: str, extra: str | Path | None) -> pd.DataFrame:
    """Return the figures of a series; its columns alone when none had been published.

    The columns keep their types, which a conversion of no figures needs.
    """
    try:
        return load(series, as_of=as_of, extra=extra)
    except NoFigures:
        return load(series, extra=extra).iloc[:0]

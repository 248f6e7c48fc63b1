"""One flat table of the best figures, for tools that know nothing of this package."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import dictionaries
from rareearth.figures.loading import load

COLUMNS = (
    "figure_id,series,series_title,table,kind,stage,entity,entity_kind,iso3,product,"
    "period_start,period_end,value,low,high,unit,price_year,basis,basis_meaning,"
    "source_id,source_title,publisher,published,url,locator,confidence,terms,note"
).split(",")


def flat(as_of: str = "latest", extra: str | Path | None = None) -> pd.DataFrame:
    """Return the best row of every figure with its names written out.

    Parameters
    ----------
    as_of, extra
        As in `load`: by when it had been published, and the user's own folder.

    Returns
    -------
    DataFrame, one row per figure, sorted by series, entity, product and period
        The sixteen columns of a figure as `load` gives them, and beside the keys what
        they stand for: title, table, kind and stage of the series; kind and ISO code of
        the entity; what the basis means; title, publisher, date, address and terms of
        the source.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    ParameterError, DataError
        As `load` does.
    """
    known = dictionaries.known(extra)
    parts = []
    for name in known.series.index:
        with suppress(NoFigures):
            parts.append(load(name, as_of=as_of, extra=extra))
    if not parts:
        raise NoFigures(f"no figures had been published by {as_of}")
    figures = pd.concat(parts, ignore_index=True)
    series = known.series[["title", "table", "kind", "stage"]]
    series = series.rename(columns={"title": "series_title"})
    entities = known.entities[["kind", "iso3"]].rename(columns={"kind": "entity_kind"})
    sources = known.sources[["title", "publisher", "published", "url", "terms"]]
    sources = sources.rename(columns={"title": "source_title"})
    figures = figures.join(series, on="series").join(entities, on="entity")
    figures = figures.join(sources, on="source_id")
    meanings = {text: _meant(text, known) for text in figures["basis"].unique()}
    return figures.assign(basis_meaning=figures["basis"].map(meanings))[COLUMNS]


def _meant(basis: str, known: dictionaries.Dictionaries) -> str:
    """Return the meanings of the codes of a basis, in their order."""
    return " ".join(known.bases.at[code, "meaning"] for code in basis.split(";"))

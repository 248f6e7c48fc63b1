"""What the analysis modules share: how they are given figures, and cite them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import pandas as pd

from rareearth.errors import NoFigures

Load: TypeAlias = Callable[..., pd.DataFrame]
"""`figures.load`, or something like it: from names to a frame of figures."""


def each(values: pd.Series, function: Callable[[Any], Any]) -> pd.Series:
    """Return ``values.map(function)``, with one call for all values that are equal.

    For columns of codes, of which a frame has thousands and a dozen kinds.
    """
    return values.map({value: function(value) for value in values.unique()})


def joined(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of several frames in one, each once, for citing.

    A cell may name several sources with semicolons between them.

    Returns
    -------
    DataFrame with the one column ``source_id``, in the order of first use
    """
    filled = [frame["source_id"] for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame(columns=["source_id"])
    named = pd.concat(filled, ignore_index=True).str.split(";").explode()
    return named.dropna().drop_duplicates().reset_index(drop=True).to_frame()


def figures_or_none(load: Load, *names: str, as_of: str = "latest") -> pd.DataFrame:
    """Return the figures of a series, no rows where none had been published.

    Parameters
    ----------
    load : callable
        `figures.load`, or something like it.
    names
        The series, then the entity and the product if wanted.

    Returns
    -------
    DataFrame
        As `load` gives it; with ``source_id`` alone, and no rows, without figures.

    Raises
    ------
    UnknownName, ParameterError
        As `load` does: a wrong name is no lack of figures.
    """
    try:
        return load(*names, as_of=as_of)
    except NoFigures:
        return pd.DataFrame({"source_id": pd.Series(dtype=str)})


def several(
    load: Load,
    names: Iterable[str],
    entity: Sequence[str] | None = None,
    **wanted: object,
) -> pd.DataFrame:
    """Return the figures of several series together, no rows without any.

    Parameters
    ----------
    load : callable
        `figures.load`, or something like it.
    names : iterable of str
        The series; one of which nothing had been published is left out.
    entity : list of str, optional
        Keep only these; of an empty list there are no figures.
    wanted
        What else `load` takes: product, as_of and so on.

    Returns
    -------
    DataFrame
        As `load` gives it; without columns and rows when nothing was published.

    Raises
    ------
    UnknownName, ParameterError
        As `load` does: a wrong name is no lack of figures.
    """
    if entity is not None:
        if not entity:
            return pd.DataFrame()
        wanted["entity"] = entity
    parts = []
    for name in names:
        try:
            parts.append(load(name, **wanted))
        except NoFigures:
            continue
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def has_code(basis: pd.Series, code: str) -> pd.Series:
    """Return whether each basis holds a code.

    Parameters
    ----------
    basis : Series of str
        Codes with semicolons between them, as the column of that name.

    Returns
    -------
    Series of bool, with the index of `basis`
    """
    return basis.str.split(";").map(lambda codes: code in codes)

"""What the analysis modules share: how they are given figures, and cite them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pandas as pd

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

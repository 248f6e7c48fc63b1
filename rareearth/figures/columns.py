"""What the columns of a figure say: codes of its basis, sources, confidence, digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeAlias

import pandas as pd

from rareearth.figures.csv_files import CONFIDENCE, OWN

RANK = {name: place for place, name in enumerate((*CONFIDENCE, OWN))}
"""How far a confidence is trusted, from 0 upwards; a user's own figure leads."""

IMPORTERS = {
    "European Union": "importer-eu",
    "Japan": "importer-jpn",
    "South Korea": "importer-kor",
    "United States": "importer-usa",
}
"""Importers whose partners are printed, and the basis code of each."""

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


@cache
def codes(cell: str) -> frozenset[str]:
    """Return the codes of a cell that names several with semicolons between them."""
    return frozenset(filter(None, cell.split(";")))


def has_codes(basis: pd.Series, *wanted: str, without: Iterable[str] = ()) -> pd.Series:
    """Return which rows have all of some codes, and none of others.

    Parameters
    ----------
    basis : Series of str
        Codes with semicolons between them, as the column ``basis``, ``marks`` or
        ``actor``. Whole codes are compared: "nominal" is not in "nominal-usd".
    wanted : str
        Each must be there.
    without : iterable of str
        None of these may be there.

    Returns
    -------
    Series of bool, with the index of `basis`
    """
    must, may_not = frozenset(wanted), frozenset(without)
    return each(
        basis, lambda cell: must <= codes(cell) and may_not.isdisjoint(codes(cell))
    ).astype(bool)


def ends(figures: pd.DataFrame) -> tuple[float, float]:
    """Return the least and the most that some figures say: of a range, its ends."""
    low = figures["low"].fillna(figures["value"]).min()
    high = figures["high"].fillna(figures["value"]).max()
    return float(low), float(high)


def by_source(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with one row for each source that its rows name."""
    return frame.assign(source_id=frame["source_id"].str.split(";")).explode(
        "source_id", ignore_index=True
    )


def rounding(value: float) -> float:
    """Return half a unit of the last digit of a printed number.

    A whole number may have been rounded to its last digit that is not zero: 270,000
    may stand for 265,000 to 275,000. A decimal fraction was printed with the digits
    that it has: 12.25 stands for 12.245 to 12.255.
    """
    if value == 0:
        return 0.0
    text = repr(abs(float(value)))
    if not text.endswith(".0") and "e" not in text:
        return float(0.5 * 10 ** -len(text.partition(".")[2]))
    digits = str(round(abs(value)))
    return float(0.5 * 10 ** (len(digits) - len(digits.rstrip("0"))))

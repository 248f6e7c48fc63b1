"""Find series, products and entities by the words that people use for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from rareearth.errors import few, nearest
from rareearth.figures import dictionaries

ELEMENTS = dict(
    zip(
        "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y Sc".split(),
        "lanthanum cerium praseodymium neodymium promethium samarium europium "
        "gadolinium terbium dysprosium holmium erbium thulium ytterbium lutetium "
        "yttrium scandium".split(),
        strict=True,
    )
)
"""Symbol and name of the rare earths (IUPAC)."""

ALIASES = {
    "America": "United States",
    "Britain": "United Kingdom",
    "Burma": "Myanmar",
    "EU": "European Union",
    "Europe": "European Union",
    "Holland": "Netherlands",
    "Korea": "South Korea",
    "PRC": "China",
    "UK": "United Kingdom",
    "US": "United States",
    "world": "World",
    "didymium": "NdPr",
    "total rare-earth oxides": "REO",
    "TREO": "REO",
    "neo magnets": "NdFeB magnets",
}
"""Names that stand in no dictionary: to what they lead."""

KINDS = ("entity", "product", "series")


def find(words: str, extra: str | Path | None = None) -> pd.DataFrame:
    """Return the series, products and entities that some words may mean.

    Found by name, by the words of a title or note, by ISO code ("USA"), and by the name
    of an element ("neodymium") or another usual name ("EU"). Case does not count.

    Parameters
    ----------
    words : str
        Every word must be found, as a whole or as the beginning of one.
    extra : path, optional
        As in `load`.

    Returns
    -------
    DataFrame, the likeliest first
        ``kind`` (series, entity, product), ``name`` as `load` takes it, ``title`` or
        note, ``unit`` of a series; no rows if nothing is like it.
    """
    found = [_ranked(kind, words, extra).assign(kind=kind) for kind in KINDS]
    both = pd.concat(found).sort_values("rank", kind="stable", ignore_index=True)
    return both[["kind", "name", "title", "unit"]]


def series(words: str = "", extra: str | Path | None = None) -> pd.DataFrame:
    """Return the series of figures that some words may mean; all of them by default.

    Returns
    -------
    DataFrame, indexed by the name of the series
        The columns of ``data/series.csv``: ``title``, ``unit``, ``kind``, ``stage``,
        the ``table`` that holds it, the range in which its values lie.
    """
    return _dictionary("series", words, extra)


def entities(words: str = "", extra: str | Path | None = None) -> pd.DataFrame:
    """Return the entities that some words may mean; all of them by default.

    Returns
    -------
    DataFrame, indexed by name
        The columns of ``data/entities.csv``: ``kind`` (country, region, company, total,
        residual ...), ``iso3``, ``country``, ``note``.
    """
    return _dictionary("entity", words, extra)


def products(words: str = "", extra: str | Path | None = None) -> pd.DataFrame:
    """Return the products that some words may mean; all of them by default.

    Returns
    -------
    DataFrame, indexed by name
        The columns of ``data/products.csv``: ``form``, ``elements``, ``group``,
        ``formula``, ``metal_content`` (mass of metal over mass of oxide), ``note``.
    """
    return _dictionary("product", words, extra)


def offer(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a phrase that offers the known names for which a name may stand."""
    choices = list(known)
    meant = _ranked(kind, name, None)["name"] if kind in (*KINDS, "country") else ()
    likely = [repr(each) for each in meant if each in set(choices)]
    return f"did you mean {few(likely, 5)}?" if likely else nearest(name, choices)


def _dictionary(kind: str, words: str, extra: str | Path | None) -> pd.DataFrame:
    frame = _frames(extra)[kind]
    if not words.strip():
        return frame.copy()
    return frame.loc[_ranked(kind, words, extra)["name"]].copy()


def _frames(extra: str | Path | None) -> dict[str, pd.DataFrame]:
    known = dictionaries.known(extra)
    return {"series": known.series, "entity": known.entities, "product": known.products}


def _ranked(kind: str, words: str, extra: str | Path | None) -> pd.DataFrame:
    """Return what some words may mean among the names of one kind, with its rank."""
    kind = "entity" if kind == "country" else kind
    frame = _frames(extra)[kind]
    asked = _plain(words)
    names = pd.Series(frame.index, index=frame.index)
    said = names + " " + frame.get("title", "") + " " + frame.get("note", "")
    if kind == "entity":
        codes = frame["iso3"].map(_plain)
        said = said + " " + frame["iso3"]
    elif kind == "product":
        codes = frame["elements"].map(lambda cell: _plain(ELEMENTS.get(cell, "")))
        said = said + " " + frame["elements"].map(_names)
    else:
        codes = pd.Series("", index=frame.index)
    alias = {_plain(key): name for key, name in ALIASES.items()}.get(asked)
    text = " " + said.map(_plain)
    is_there = pd.Series(bool(asked), index=frame.index)
    for word in asked.split():
        is_there &= text.str.contains(f" {word}", regex=False)
    plain = names.map(_plain)
    rank = pd.Series(4, index=frame.index).where(is_there)
    rank[
        is_there & plain.str.contains(f"(?:^| ){asked.partition(' ')[0]}", regex=True)
    ] = 3
    rank[is_there & plain.str.startswith(asked)] = 2
    rank[(codes == asked) & (asked != "")] = 1
    rank[(plain == asked) | (names == alias)] = 0
    rows = pd.DataFrame(
        {
            "name": names,
            "title": frame.get("title", frame["note"]),
            "unit": frame.get("unit", ""),
            "rank": rank,
            "length": names.str.len(),
        }
    )
    kept = rows[rows["rank"].notna()]
    return kept.sort_values(["rank", "length", "name"], ignore_index=True)


def _plain(text: str) -> str:
    """Return text in lower case, with single spaces between its words."""
    folded = "".join(c if c.isalnum() else " " for c in text.casefold())
    return " ".join(folded.split())


def _names(cell: str) -> str:
    """Return the names of the elements that a cell lists by symbol."""
    return " ".join(ELEMENTS.get(symbol, "") for symbol in cell.split(";"))

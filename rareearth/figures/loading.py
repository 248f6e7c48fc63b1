"""Load curated figures, choose among vintages, list their sources.

A figure is a value of a series for an entity, a product and a period, on a basis,
from a source. This module alone knows where the data lie.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, cast

import numpy as np
import pandas as pd

from rareearth.errors import (
    DataError,
    NoFigures,
    ParameterError,
    UnknownName,
    few,
    quoted,
    unknown_name,
)
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, lookup, rules, seals, vintages
from rareearth.figures.csv_files import (
    CONFIDENCE,
    DICTIONARIES,
    FIGURE_COLUMNS,
    OWN,
    RECORDS,
)
from rareearth.figures.dictionaries import Dictionaries
from rareearth.figures.vintages import Printed

Names = str | Sequence[str]
OFFICIAL = ("official_statistics", "government", "legal")  # kinds of source
Day = int | str | dt.date  # a year, an ISO date, or a date

# In every kernel pandas computes alike, whatever else is installed beside it.
pd.set_option("compute.use_bottleneck", False)
pd.set_option("compute.use_numexpr", False)
pd.set_option("mode.string_storage", "python")


def load(
    series: Names,
    entity: Names | None = None,
    product: Names | None = None,
    start: Day | None = None,
    end: Day | None = None,
    as_of: str | dt.date = "latest",
    variants: Literal["best", "all"] = "best",
    extra: str | Path | None = None,
    missing: Literal["raise", "empty"] = "raise",
    country: Names | None = None,
) -> pd.DataFrame:
    """Return the curated figures of a series, or of several under each other.

    One row is one value of the series for an entity, a product and a period. Values
    stay in the unit they were printed in.

    Parameters
    ----------
    series : str or list of str
        Keys of ``data/series.csv``, e.g. ``"mine_production"``.
    entity, product : str or list of str, optional
        Keep only these. Names as in ``entities.csv`` and ``products.csv``; of an empty
        list there are no figures.
    start, end : int, str or date, optional
        Keep only figures whose period ends in these years, or on and between these
        ISO dates. Both ends are included.
    as_of : str or date, default "latest"
        ISO date. Only figures published on or before it are considered; a date that
        is known to the month or year only counts from its last day, and a source
        without a date counts for "latest" alone.
    variants : {"best", "all"}
        "best" keeps one row per entity, product, period, unit and definition: the
        highest confidence, then the newest publication, and never the gap of a
        compiler (`vintages.gaps`). "all" keeps every printed value.
    extra : path, optional
        A folder with the user's own figures in the same columns. Default: the
        environment variable ``RAREEARTH_EXTRA_DATA``.
    missing : {"raise", "empty"}
        What to do where the names are known but no figure is left: refuse, or return
        no rows with all columns. Of several series, "raise" asks for some of each.
    country : str or list of str, optional
        Another word for `entity`.

    Returns
    -------
    DataFrame, shape (n_figures, 16)
        ``period_start``, ``period_end``  datetime64
        ``value``, ``low``, ``high``      float64, NaN where not given
        ``price_year``                    Int64
        the rest                          str

    Raises
    ------
    UnknownName
        If a name is not in its dictionary. The message lists the nearest names.
    NoFigures
        If the names are known but nothing is left, unless `missing` is "empty". The
        message says what exists.
    ParameterError
        If a date is not a date, `start` lies after `end`, or `variants` or `missing` is
        neither.
    DataError
        If a file breaks a rule. The message names file, line and column.
    """
    _check_choice("variants", variants, ("best", "all"))
    _check_choice("missing", missing, ("raise", "empty"))
    if country is not None:
        if entity is not None:
            raise ParameterError("country is another word for entity: give one of them")
        entity = country
    first, last = period(start, end)
    known = dictionaries.known(extra)
    for kind, names, index in (
        ("series", series, known.series.index),
        ("entity", entity, known.entities.index),
        ("product", product, known.products.index),
    ):
        for name in listed(names):
            check_name(kind, name, index)
    own, found = dictionaries.own_folder(extra), []
    for name in listed(series):
        tables.used.series.add(name)
        printed = _printed(name, known, own)
        figures = printed.figures
        chosen = _among(figures["entity"], entity) & _among(figures["product"], product)
        ends = figures["period_end"].to_numpy()
        inside = chosen & (ends >= first.to_datetime64())
        inside &= ends <= last.to_datetime64()
        kept = inside & printed.published_by(as_of)
        if missing == "raise" and not kept.any():
            raise NoFigures(_what_exists(name, printed, chosen, inside, as_of))
        if variants == "best":
            kept = printed.best(kept)
            if missing == "raise" and not kept.any():
                raise NoFigures(
                    f"no figures of {name} here but gaps that a compiler fills with "
                    "zero, which says nothing; variants='all' returns them"
                )
        found.append(figures[kept])
    some = [part for part in found if len(part)] or found[:1]
    if not some:
        raise ParameterError("series: an empty list names none")
    rows = (some[0] if len(some) == 1 else pd.concat(some)).reset_index(drop=True)
    for path in figure_files(own) if own else []:
        mine = _typed(path, known, (*CONFIDENCE, OWN))
        is_own = rows["figure_id"].isin(mine["figure_id"])
        tables.used.own_rows |= bool(is_own.any())
    return rows


def revisions(
    series: Names,
    entity: Names | None = None,
    period: int | str | None = None,
    product: Names | None = None,
    as_of: str = "latest",
    extra: str | Path | None = None,
    missing: Literal["raise", "empty"] = "raise",
    publication: str | None = None,
) -> pd.DataFrame:
    """Return every printed value with its edition, the oldest of each figure first.

    Parameters
    ----------
    series, entity, product : str
        What was measured, and for whom. Default: all entities and products.
    period : int or str, optional
        The year, or the ISO date on which the period ends. Default: all periods.
    publication : str, optional
        Keep only the editions of this publication of ``sources.csv``: only they
        revise one another. Default: what any source says.
    missing : {"raise", "empty"}
        As for `load`.

    Returns
    -------
    DataFrame
        ``published`` (datetime64, NaT if unknown), ``title``, then the columns of
        `load`.

    Raises
    ------
    UnknownName
        If no source belongs to the `publication`.
    NoFigures
        If none of its editions has such a figure.
    """
    printed = load(
        series, entity, product, period, period, as_of, "all", extra, missing
    )
    known = dictionaries.known(extra)
    if publication is not None:
        families = known.sources["publication"]
        check_name("publication", publication, pd.Index(families[families != ""]))
        printed = printed[printed["source_id"].map(families) == publication]
        if missing == "raise" and printed.empty:
            raise NoFigures(f"no edition of {publication} has such figures of {series}")
        printed = printed.reset_index(drop=True)
    printed.insert(0, "published", vintages.available(printed, known))
    printed.insert(1, "title", printed["source_id"].map(known.sources["title"]))
    names = ["entity", "product", "period_end", "published", "figure_id"]
    *figure, published, ids = vintages.comparable(printed, *names)
    unknown = printed["published"].isna()  # stands last
    rows = vintages.order(*figure, unknown, published, ids)
    return printed.iloc[rows].reset_index(drop=True)


def sources(figures: pd.DataFrame, extra: str | Path | None = None) -> pd.DataFrame:
    """Return the bibliography of a frame of figures, one row per source.

    Returns
    -------
    DataFrame, indexed by ``source_id``
        The columns of ``sources.csv`` (all str), ``figures`` (how many rows of the
        frame rest on it), ``own`` (True when it comes from the user's own folder).
    """
    known = dictionaries.known(extra)
    used = figures["source_id"].value_counts()
    for name in used.index.difference(known.sources.index):
        raise unknown_name("source", name, known.sources.index)
    listed = known.sources.loc[sorted(used.index)].copy()
    listed["figures"] = used
    mine = _own_sources(dictionaries.own_folder(extra))
    listed["own"] = listed.index.isin(mine)
    return listed


def label(figures: pd.DataFrame, extra: str | Path | None = None) -> str:
    """Return who says what a frame holds, as short as it stands on a card.

    "USGS, official" where all of it is official statistics, a government's or a law;
    "Reuters, after SMM" where a source repeats a number; several by their short names,
    those with most rows first.
    """
    used = sources(figures, extra).sort_values(
        "figures", ascending=False, kind="stable"
    )
    name = used["short"].where(used["short"] != "", used["publisher"])
    after = used["origin"].where(used["origin"] != name, "")
    told = name.where(after == "", name + ", after " + after).drop_duplicates()
    official = used["kind"].isin(OFFICIAL).all() and not after.any()
    more = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return "; ".join(told[:3]) + more + (", official" if official else "")


def countries(figures: pd.DataFrame, extra: str | Path | None = None) -> pd.DataFrame:
    """Return the rows of a frame that stand for countries, without totals and rests.

    Raises
    ------
    UnknownName
        If an entity is in no dictionary: nobody vanishes silently.
    """
    kind = kinds(extra)
    for name in figures["entity"].unique():
        check_name("entity", name, kind.index)
    return figures[figures["entity"].map(kind) == "country"].reset_index(drop=True)


def kinds(extra: str | Path | None = None) -> pd.Series:
    """Return the kind of each entity: country, total, residual, company ..."""
    return dictionaries.known(extra).entities["kind"]


def dictionary(name: str, extra: str | Path | None = None) -> pd.DataFrame:
    """Return one of the dictionaries: series, entities, products, bases, sources."""
    if name not in DICTIONARIES:
        raise unknown_name("dictionary", name, DICTIONARIES)
    known = dictionaries.known(extra)
    return cast(pd.DataFrame, getattr(known, name)).copy()


def read_ahead() -> None:
    """Read the sealed curated figures, for the processes that will be forked from here.

    A file that has changed by then is read anew there. What is not as it was sealed is
    left to them as well, so that each of them warns of it.
    """
    curated = dictionaries.folder()
    if dictionaries.are_whole():
        known = dictionaries.known()
        for series, name in known.series["table"].drop_duplicates().items():
            path = curated / f"{name}.csv"
            if dictionaries.was_checked(tables.read(path, FIGURE_COLUMNS)):
                _printed(str(series), known, None)
    tables.used.clear()


def read_so_far() -> pd.DataFrame:
    """Return every figure, as published, of the tables that this process has read."""
    read = set(tables.used.files.values())
    kept = sorted((str(path), sha) for sha, path in _typed_cache if sha in read)
    parts = [_typed_cache[sha, Path(path)][1] for path, sha in kept]
    if not parts:
        return pd.DataFrame(columns=FIGURE_COLUMNS)
    found = pd.concat(parts)
    return found[~found["figure_id"].duplicated(keep="last")]


def figure_files(where: Path) -> list[Path]:
    """Return the tables of a folder that hold figures: all but those of other names."""
    found = tables.tables_in(where).items()
    return [path for name, path in found if name not in {*DICTIONARIES, *RECORDS}]


def _own_sources(own: Path | None) -> set[str]:
    path = tables.tables_in(own).get("sources") if own else None
    if path is None:
        return set()
    table = tables.read(path, DICTIONARIES["sources"], strict=False)
    return set(table.frame["source_id"])


def _among(column: pd.Series, names: Names | None) -> np.ndarray:
    """Return which rows have one of the names; all rows if none is given."""
    if names is None:
        return np.ones(len(column), dtype=bool)
    return column.isin(listed(names)).to_numpy()


_typed_cache: dict[tuple[str, Path], tuple[Dictionaries, pd.DataFrame]] = {}
_Tables = tuple[list[pd.DataFrame], dict[str, Printed]]
_printed_cache: dict[tuple[int, ...], _Tables] = {}


def _printed(series: str, known: Dictionaries, own: Path | None) -> Printed:
    """Return all that is printed of a series; later tables win over the earlier."""
    parts = _parts(series, known, own)
    key = tuple(map(id, parts))  # lasting: the tables are kept beside the result
    if key not in _printed_cache:
        figures = pd.concat(parts) if len(parts) > 1 else parts[0]
        kept = figures[~figures["figure_id"].duplicated(keep="last")]
        _printed_cache[key] = (parts, Printed.by_series(kept, known))
    _, found = _printed_cache[key]
    return found[series] if series in found else Printed.of_nothing(parts[0])


def _parts(series: str, known: Dictionaries, own: Path | None) -> list[pd.DataFrame]:
    """Return the typed tables that may hold a series: the curated one, the user's."""
    path = dictionaries.folder() / f"{known.series.at[series, 'table']}.csv"
    parts = []
    if path.exists():
        parts.append(_typed(path, known, CONFIDENCE))
    for mine in figure_files(own) if own else []:
        parts.append(_typed(mine, known, (*CONFIDENCE, OWN)))
    if not parts:
        raise DataError(f"{path.name}: missing; series.csv says it holds {series}")
    return parts


def _typed(
    path: Path, known: Dictionaries, confidence: tuple[str, ...]
) -> pd.DataFrame:
    curated = dictionaries.folder()
    table = tables.read(path, FIGURE_COLUMNS, strict=path.parent == curated)
    if path.parent == curated:
        seals.warn(table, curated)
    cached = _typed_cache.get((table.sha256, path))
    if cached is None or cached[0] is not known:
        if path.parent == curated and dictionaries.was_checked(table):
            typed, problems = tables.typed(table)
        else:
            found = rules.check("figures", table, known, confidence=confidence)
            typed, problems = found.typed, found.problems
            if path.parent != curated:
                problems = [*problems, *rules.two_values([found])]
        if problems:
            more = len(problems) - 1
            rest = f" (and {more} more: run `rareearth check`)" if more else ""
            raise DataError(f"{problems[0]}{rest}")
        cached = _typed_cache[(table.sha256, path)] = (known, typed)
    return cached[1]


def listed(names: Names | None) -> list[str]:
    """Return one name, or several, as a list."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ParameterError(
            f"{name}: {value!r} is not {' or '.join(map(repr, choices))}"
        )


def check_name(kind: str, name: str, index: pd.Index) -> None:
    """Refuse a name that is not in its dictionary, offering the nearest."""
    if name not in index:
        offered = lookup.offer(kind, name, index)
        raise UnknownName(f"unknown {kind}: {quoted(name)}; {offered}")


def period(start: Day | None, end: Day | None) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last day that two years or ISO dates name."""
    first = _date("start", start, last=False) if start is not None else pd.Timestamp.min
    last = _date("end", end, last=True) if end is not None else pd.Timestamp.max
    if first > last:
        raise ParameterError(f"start {start} is after end {end}")
    return first, last


def _date(name: str, given: Day, *, last: bool) -> pd.Timestamp:
    text = given.isoformat()[:10] if isinstance(given, dt.date) else str(given)
    if len(text) == 4 and text.isdigit():
        text += "-12-31" if last else "-01-01"
    try:
        return pd.Timestamp(dt.date.fromisoformat(text))
    except ValueError:
        raise ParameterError(
            f"{name}: {given!r} is not a year or an ISO date (YYYY-MM-DD)"
        ) from None


def _what_exists(
    series: str,
    printed: Printed,
    chosen: np.ndarray,
    inside: np.ndarray,
    as_of: str | dt.date,
) -> str:
    """Return the sentence of `NoFigures`: the first choice that left nothing over."""
    figures = printed.figures
    if not chosen.any():
        names = sorted(figures["entity"].unique())
        goods = sorted(figures["product"].unique())
        return (
            f"no figures of {series} for this entity and product; it has "
            f"{few(names, 20)}; products {few(goods, 20)}"
        )
    if not inside.any():
        years = np.unique(figures.loc[chosen, "period_end"].dt.year)
        runs = np.split(years, np.flatnonzero(np.diff(years) > 1) + 1)
        have = [
            f"{each[0]} to {each[-1]}".removesuffix(f" to {each[0]}") for each in runs
        ]
        return (
            f"no figures of {series} in this period; there are figures for {few(have)}"
        )
    earliest = pd.Series(printed.public[inside]).min()
    first = (
        "the date of none of their sources is known"
        if pd.isna(earliest)
        else f"the first that are known came out on {earliest:%Y-%m-%d}"
    )
    return f"no figures of {series} were published by {as_of}; {first}"

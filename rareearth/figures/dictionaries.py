"""The small tables beside the figures: what each name in a figure stands for."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

from rareearth.errors import DataError
from rareearth.figures import csv_files as tables
from rareearth.figures import journal, seals
from rareearth.figures.csv_files import DICTIONARIES, Problem, Table

PUBLISHED = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Dictionaries:
    """The small tables beside the figures, indexed by their keys (all columns text)."""

    series: pd.DataFrame
    entities: pd.DataFrame
    products: pd.DataFrame
    bases: pd.DataFrame
    sources: pd.DataFrame

    @cached_property
    def definitions(self) -> frozenset[str]:
        """Basis codes that say what a number means, not how it was printed."""
        return frozenset(self.bases.index[self.bases["kind"] == "definition"])

    @cached_property
    def published(self) -> pd.Series:
        """Last day on which each source can have come out, NaT if unknown."""
        return last_day(self.sources["published"])

    @cached_property
    def lag(self) -> pd.Series:
        """Time after a period in which a rolling source prints it, else NaT."""
        days = pd.to_numeric(self.sources["lag_days"], errors="coerce")
        return pd.to_timedelta(days, unit="D")

    def definition(self, basis: str) -> str:
        """Return a basis with its defining codes only, sorted: what is compared."""
        if basis not in self._defining:
            codes = sorted(set(basis.split(";")) & self.definitions)
            self._defining[basis] = ";".join(codes)
        return self._defining[basis]

    @cached_property
    def _defining(self) -> dict[str, str]:
        return {}


def last_day(published: pd.Series) -> pd.Series:
    """Return the last day that a date known to the year, month or day can mean."""
    length = published.str.len()
    full = published + length.map({0: "", 4: "-12-01", 7: "-01", 10: ""}).fillna("")
    date = pd.to_datetime(full, format="%Y-%m-%d", errors="coerce")
    return date.where(length == 10, date + pd.offsets.MonthEnd(0))


def folder() -> Path:
    """Return the folder of the curated figures: of the wheel, or of the checkout."""
    inside = _HERE / "data"
    return inside if inside.is_dir() else _HERE.parent / "data"


def own_folder(extra: str | Path | None) -> Path | None:
    """Return the folder of the user's own figures, or None when there is none."""
    named = extra if extra is not None else os.environ.get("RAREEARTH_EXTRA_DATA")
    if not named:
        return None
    try:
        path = Path(named).expanduser().resolve()
    except RuntimeError as error:  # links that lead in a circle, before Python 3.13
        raise DataError(f"{named}: {error}") from None
    if not path.is_dir():
        raise DataError(f"{path}: no such folder; extra data are a folder of CSV files")
    return path


def read(where: Path, base: Dictionaries | None = None) -> Dictionaries:
    """Return the dictionaries of a folder, added to those of `base` if given."""
    found = {}
    own = {} if base is None else tables.tables_in(where)
    for name, columns in DICTIONARIES.items():
        if base is not None and name not in own:
            found[name] = getattr(base, name)
            continue
        path = own.get(name, where / f"{name}.csv")
        table = tables.read(path, columns, strict=base is None)
        if problems := problems_of(name, table):
            raise DataError(str(problems[0]))
        frame = table.frame.set_index(columns[0])
        if base is not None:
            older = getattr(base, name)
            frame = pd.concat([older[~older.index.isin(frame.index)], frame])
        found[name] = frame
    return Dictionaries(**found)


def was_checked(table: Table) -> bool:
    """Return whether a curated table is, like the dictionaries, as it was sealed.

    It was checked when it was sealed, and need not be checked at every load.
    """
    return seals.is_whole(table, folder()) and are_whole()


_Stamps = tuple[tuple[str, int, int], ...]
_Kept = tuple[_Stamps, Dictionaries, dict[Path, str]]
_cache: dict[tuple[Path, Path | None], _Kept] = {}


def known(extra: str | Path | None = None) -> Dictionaries:
    """Return the dictionaries in force, those of the user's own folder included.

    The same object comes back until a file changes.
    """
    curated, own = folder(), own_folder(extra)
    for place in filter(None, (curated, own)):
        journal.finish(place)
    stamps = _stamps(_paths(curated)) + (_stamps(_own_paths(own)) if own else ())
    cached = _cache.get((curated, own))
    if cached is None or cached[0] != stamps:
        names = read(curated)
        for name, columns in DICTIONARIES.items():
            seals.warn(tables.read(curated / f"{name}.csv", columns), curated)
        if own is not None:
            names = read(own, names)
        hashes = tables.used.files
        used = {path: hashes[path] for path in (Path(each[0]) for each in stamps)}
        cached = _cache[(curated, own)] = (stamps, names, used)
    tables.used.files |= cached[2]
    return cached[1]


def are_whole() -> bool:
    """Return whether all curated dictionaries are as they were sealed."""
    curated = folder()
    return all(
        seals.is_whole(tables.read(curated / f"{name}.csv", columns), curated)
        for name, columns in DICTIONARIES.items()
    )


def _stamps(paths: list[str]) -> _Stamps:
    found = []
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError):
            stat = os.stat(path)  # noqa: PTH116 - at every load
            found.append((path, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


@cache
def _paths(where: Path) -> list[str]:
    return [str(where / f"{name}.csv") for name in DICTIONARIES]


def _own_paths(where: Path) -> list[str]:
    """Return the files of a user's own folder that hold dictionaries."""
    own = tables.tables_in(where)
    return sorted(
        {str(tables.file_of(own[name])) for name in DICTIONARIES if name in own}
    )


def problems_of(name: str, table: Table) -> list[Problem]:
    """Return what is wrong in a dictionary: empty or repeated keys, wrong kinds."""
    frame = table.frame
    key = frame.columns[0]
    typed, found = tables.typed(table)
    found += tables.rows(table, frame[key].str.strip() == "", key, "is empty")
    found += tables.repeated(table, [key], f"the same {key}")
    if name == "sources":
        published = frame["published"]
        bad = (published != "") & ~published.str.fullmatch(PUBLISHED)
        text = "is not YYYY, YYYY-MM or YYYY-MM-DD"
        found += tables.rows(table, bad, "published", text)
        none = (published != "") & ~bad & last_day(published).isna()
        found += tables.rows(table, none, "published", "is no day of the calendar")
    if name == "series":
        text = "is not a number of days above 0"
        found += tables.rows(table, typed["period_days"] <= 0, "period_days", text)
        pair = "period_days", "next_expected"
        for column, other in (pair, pair[::-1]):
            lone = (frame[column] == "") & (frame[other] != "")
            found += tables.rows(table, lone, column, f"is empty, and {other} is not")
    if name == "entities":
        is_country, iso3 = frame["kind"] == "country", frame["iso3"]
        bad = is_country & ~iso3.str.fullmatch("[A-Z]{3}")
        text = "a country needs its ISO 3166 alpha-3 code"
        found += tables.rows(table, bad, "iso3", text)
        text = "only a country has an ISO 3166 code"
        found += tables.rows(table, ~is_country & (iso3 != ""), "iso3", text)
    return found

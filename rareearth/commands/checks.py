"""Validate a folder of figures: every violation, with file, line and column.

The Frictionless library checks what ``datapackage.json`` promises (types, constraints,
keys). The domain rules come from `rules`; those that span tables are here.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from rareearth.errors import DataError, NoFigures, quoted
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, rules, seals
from rareearth.figures import loading as figures
from rareearth.figures.columns import rounding
from rareearth.figures.csv_files import (
    CONFIDENCE,
    DICTIONARIES,
    FIGURE_COLUMNS,
    OWN,
    RECORDS,
    Problem,
    Table,
)
from rareearth.figures.dictionaries import Dictionaries
from rareearth.figures.loading import figure_files, load
from rareearth.figures.records import quantities
from rareearth.figures.seals import DESCRIPTOR
from rareearth.render.recorder import ADDRESSES, without

_STARTS = {"total": ("World", "Total"), "residual": ("Other", "Rest of")}


def check(where: str | Path | None = None) -> list[Problem]:
    """Return every violation in a folder of figures, in the order of files and lines.

    Default: the curated figures.

    A folder with a ``datapackage.json`` is checked as a package of its own. A folder
    without one is a user's own folder: its names may also be those of the curated
    dictionaries, and its figures may have the confidence "own".

    Raises
    ------
    DataError
        If there is no such folder, or nothing in it to check.
    """
    where = Path(where) if where else dictionaries.folder()
    if not where.is_dir():
        raise DataError(f"{where}: no such folder")
    package = (where / DESCRIPTOR).exists() or where == dictionaries.folder()
    if not package and not tables.tables_in(where):
        raise DataError(f"{where}: no {DESCRIPTOR} and no table in this folder")
    seal = _unsealed(where) if package else []
    return _sorted([*seal, *_violations(where, package)])


def _violations(where: Path, package: bool) -> list[Problem]:
    """Return what is wrong in a folder, whether it is as it was sealed or not."""
    found, read = _structure(where, package=package)
    broken = {problem.file for problem in found}
    if package:
        found += _package(where, broken)
    if {_table_of(file) for file in broken} & set(DICTIONARIES):
        return found  # without a dictionary every name would be unknown
    for name in DICTIONARIES:
        if name in read:
            found += dictionaries.problems_of(name, read[name])
    if any(_table_of(problem.file) in DICTIONARIES for problem in found):
        return found
    known = dictionaries.read(where, None if package else dictionaries.known())
    confidence = CONFIDENCE if package else (*CONFIDENCE, OWN)
    checked = [
        rules.check("figures", table, known, confidence=confidence)
        for name, table in read.items()
        if name not in DICTIONARIES and name not in RECORDS
    ]
    for name in RECORDS:
        if name in read:
            found += _record_problems(name, read, known)
    for part in checked:
        found += part.problems
        found += _totals(part, known)
        if package:
            found += _guessable(part.table)
    found += _across(checked, known, unused=package, read=read)
    found += rules.two_values(checked)
    if package and not found and write_keys(where, do=False):
        text = f"lists other units or codes than the dictionaries; {seals.REMEDY}"
        found.append(Problem(seals.KEYS, None, None, text))
    if not package:
        found += _beside_curated(checked)
        if not sum(len(part.table.frame) for part in checked) and not found:
            text = "no figures in this folder; expected a table in the columns "
            found.append(
                Problem(where.name, None, None, text + ",".join(FIGURE_COLUMNS))
            )
    return found


def all_figures(where: Path) -> pd.DataFrame:
    """Return the figures of a folder that can be read, as text, with their `table`."""
    found = [pd.DataFrame(columns=[*FIGURE_COLUMNS, "table"])]
    for path in figure_files(where):
        with suppress(DataError):  # `check` says why
            table = tables.read(path, FIGURE_COLUMNS, strict=False)
            found.append(table.frame.assign(table=path.stem))
    return pd.concat(found, ignore_index=True)


def _beside_curated(checked: list[rules.Checked]) -> Iterator[Problem]:
    """Return figures of a user's own that have the id of a curated one."""
    curated = dictionaries.folder()
    taken: set[str] = set()
    for path in figures.figure_files(curated):
        taken |= set(tables.read(path, FIGURE_COLUMNS).frame["figure_id"])
    for part in checked:
        for row, name in enumerate(part.table.frame["figure_id"]):
            if name in taken:
                text = f"{quoted(name)} is taken by a curated figure"
                yield Problem(part.table.file, part.table.line(row), "figure_id", text)


def _record_problems(
    name: str, read: dict[str, Table], known: Dictionaries
) -> list[Problem]:
    table, words = read[name], {}
    if name != "claims":
        if "claims" in read:
            words["claim_id"] = read["claims"].frame["claim_id"]
        return rules.check(name, table, known, **words).problems
    if "quantities" not in read:
        return rules.check(rules.OWN_CLAIMS, table, known, quantities()).problems
    about = rules.quantities(read["quantities"], known)
    return rules.check(name, table, known, about).problems


def _sorted(found: list[Problem]) -> list[Problem]:
    """Return the problems in order, each place and column once.

    The rules come after the library and know more: the last word on a place counts.
    """
    places = {(p.file, p.line, p.column): p for p in found}
    unplaced = [p for p in found if p.line is None]
    placed = [p for p in places.values() if p.line is not None]
    order = sorted(placed, key=lambda p: (p.file, p.line or 0, p.column or ""))
    return list(dict.fromkeys([*unplaced, *order]))


def _table_of(file: str) -> str:
    """Return the name of a table from that of its file, or of its sheet."""
    return Path(file).stem.lower()


def _structure(where: Path, *, package: bool) -> tuple[list[Problem], dict[str, Table]]:
    """Read each table: what cannot be read, and the tables that can."""
    found: list[Problem] = []
    read: dict[str, Table] = {}
    there = tables.tables_in(where)
    whole = dict.fromkeys(there, FIGURE_COLUMNS) | DICTIONARIES | RECORDS
    for name, expected in whole.items():
        if name not in there and not package:
            continue
        path = there.get(name, where / f"{name}.csv")
        try:
            read[name] = tables.read(path, expected, strict=package)
        except DataError as error:
            place, _, text = str(error).partition(": ")
            file, _, line = place.partition(":")
            found.append(Problem(file, int(line) if line else None, None, text))
    return found, read


def _package(where: Path, broken: set[str]) -> Iterator[Problem]:
    """Return what the Frictionless library finds in the tables that can be read."""
    with without(ADDRESSES):
        from frictionless import FrictionlessException, Package

        importlib.import_module("jsonschema")  # it would be imported when it is used
    try:
        descriptor = json.loads((where / DESCRIPTOR).read_text(encoding="utf-8"))
        listed = {resource["path"] for resource in descriptor["resources"]}
        json.dumps(sorted(listed))
    except OSError as error:
        yield Problem(DESCRIPTOR, None, None, f"cannot be read: {error.strerror}")
        return
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        yield Problem(DESCRIPTOR, None, None, f"not a data package: {error}")
        return
    present = {path.name for path in where.glob("*.csv")}
    for name in sorted(present ^ listed):
        text = "is not in the folder" if name in listed else "is not described here"
        yield Problem(DESCRIPTOR, None, None, f"{name} {text}")
    if broken or listed - present:
        return  # the library cannot follow keys into a table that cannot be read
    try:
        package = Package(str(where / DESCRIPTOR))
        _without_keys(package, {path.name for path in figures.figure_files(where)})
        report = package.validate()
    except FrictionlessException as error:
        yield Problem(DESCRIPTOR, None, None, error.error.message)
        return
    for whole in report.errors:
        yield Problem(DESCRIPTOR, None, None, whole.message)
    for task in report.tasks:
        for cell in task.errors:
            if cell.type in _OF_THE_SEAL or _is_key(cell):
                continue
            value = getattr(cell, "cell", "")
            yield Problem(
                task.place,
                getattr(cell, "row_number", None),
                getattr(cell, "field_name", None),
                " ".join([*([repr(value)] if value else []), *cell.note.split()]),
            )


def _is_key(cell: Any) -> bool:
    """Return whether an error is of a unit or a basis code: `rules` name it better."""
    return cell.type == "constraint-error" and (
        getattr(cell, "field_name", "") in ("unit", "basis")
    )


def _without_keys(package: Any, files: set[str]) -> None:
    """Leave the names in tables of figures to `rules`, which offer the nearest.

    The library would read the dictionaries once more for each table.
    """
    for resource in package.resources:
        if resource.path in files:
            resource.schema.foreign_keys.clear()


_OF_THE_SEAL = ("hash-count", "byte-count")  # reported by `seals`, with the remedy


def _unsealed(where: Path) -> list[Problem]:
    try:
        sealed = seals.sealed(where)
    except DataError:
        return []  # the descriptor itself is broken, which is reported already
    if not sealed and where != dictionaries.folder():
        return []  # a package that was never sealed, such as one being written
    found = []
    for file in sorted(
        {*sealed, *_schemas(where), *(p.name for p in where.glob("*.csv"))}
    ):
        if file not in sealed:
            text = f"not sealed by {DESCRIPTOR}; {seals.REMEDY}"
            found.append(Problem(file, None, None, text))
        elif (where / file).is_file() and _sha256(where / file) != sealed[file]:
            text = f"not as {DESCRIPTOR} seals it; {seals.REMEDY}"
            found.append(Problem(file, None, None, text))
    return found


def _schemas(folder: Path) -> list[str]:
    """Return the schemas of a folder by their names below it."""
    paths = sorted((folder / "schemas").glob("*.json"))
    return [f"schemas/{path.name}" for path in paths]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _across(
    checked: list[rules.Checked],
    known: Dictionaries,
    *,
    unused: bool,
    read: dict[str, Table],
) -> Iterator[Problem]:
    """Return problems that no single table shows."""
    seen: dict[str, str] = {}
    used: dict[str, set[str]] = {name: set() for name in DICTIONARIES}
    for part in checked:
        frame, file = part.table.frame, part.table.file
        for row, figure_id in enumerate(frame["figure_id"]):
            if seen.setdefault(figure_id, file) != file:
                text = f"{quoted(figure_id)} is also in {seen[figure_id]}"
                yield Problem(file, part.table.line(row), "figure_id", text)
        home = frame["series"].map(known.series["table"])
        if unused:
            wrong = home.notna() & (home != file.removesuffix(".csv"))
            text = "stands in another table than series.csv says"
            yield from tables.rows(part.table, wrong, "series", text)
        for name, column in USED.items():
            used[name] |= set(";".join(frame[column].unique()).split(";"))
    for name in RECORDS:
        if name in read:
            frame = read[name].frame
            for text in frame.get("source_id", []):
                used["sources"] |= set(text.split(";"))
            used["sources"] |= set(frame.get("article", []))
            for key, column in _KEPT:
                used[key] |= set(frame.get(column, []))
    for name, table in read.items():
        if unused and name in DICTIONARIES:
            key = DICTIONARIES[name][0]
            idle = ~table.frame[key].isin(used[name])
            yield from tables.rows(table, idle, key, f"no figure uses this {key}")
    if "entities" in read:
        yield from _entity_kinds(read["entities"])


USED = {  # the dictionaries, by the column of figures that has their keys
    "series": "series",
    "entities": "entity",
    "products": "product",
    "bases": "basis",
    "sources": "source_id",
}
_KEPT = (("entities", "project"), ("entities", "entity"), ("products", "product"))


def _entity_kinds(table: Table) -> Iterator[Problem]:
    """Return totals and rests that would pass for producers."""
    frame = table.frame
    for kind, names in _STARTS.items():
        like = frame["entity"].str.startswith(names)
        text = f"is named like a {kind} and must have the kind {kind}"
        yield from tables.rows(table, like & (frame["kind"] != kind), "kind", text)


def _totals(part: rules.Checked, known: Dictionaries) -> Iterator[Problem]:
    """Return totals that are smaller than their parts, beyond rounding.

    Compared within one source, series, product, period and definition. Each printed
    number may be off by half a unit of its last digit that is not zero.
    """
    typed = part.typed.assign(
        kind=part.typed["entity"].map(known.entities["kind"]),
        definition=part.typed["basis"].map(known.definition),
        amount=part.typed["series"].map(known.series["kind"]).isin(["flow", "stock"]),
    ).dropna(subset=["value"])
    typed = typed[
        typed["amount"] & typed["kind"].isin(["total", "residual", "country"])
    ]
    key = ["source_id", "series", "product", "period_start", "period_end", "definition"]
    for _, group in typed.groupby(key):
        total = group[group["kind"] == "total"]
        parts = group[group["kind"] != "total"]
        if len(total) != 1 or parts.empty:
            continue
        slack = sum(map(rounding, group["value"]))
        surplus = parts["value"].sum() - total["value"].sum()
        if surplus > slack:
            line = part.table.line(int(total.index[0]))
            text = (
                f"{total['value'].item():,.0f} is less than its parts "
                f"({parts['value'].sum():,.0f}), beyond rounding ({slack:,.0f})"
            )
            yield Problem(part.table.file, line, "value", text)


GUESSED = 100  # rows from which tools such as Polars guess the types of a file


def _guessable(table: Table) -> Iterator[Problem]:
    """Return columns that a tool which guesses types would take for another type.

    Some row of the first ones needs a number with a decimal point: without it the
    column passes for text or for whole numbers, and a later 1018.8 stops the tool.
    """
    for column in ("value", "low", "high", "price_year"):
        cells = table.frame[column]
        point = "" if column == "price_year" else "."
        filled = cells.str.len() > 0
        typed = filled & cells.str.contains(point, regex=False)
        whole = len(cells) <= GUESSED
        if not whole and filled.any() and not typed.iloc[:GUESSED].any():
            row = int((typed if typed.any() else filled).idxmax())
            text = (
                f"no number{' with a decimal point' if point else ''} in the first "
                f"{GUESSED} rows, from which tools guess types; put this row on top"
            )
            yield Problem(table.file, table.line(row), column, text)


FAR = 0.5  # of the published number: more than this is rarely meant
_KEY = ["entity", "product", "period_start", "period_end", "unit"]


def doubts(where: Path) -> Iterator[Problem]:
    """Yield own figures of a folder that are more than half off, or above the world.

    An own figure wins over the published one, so a wrong digit would change a report
    without a word. It may be right all the same: this refuses nothing.

    Parameters
    ----------
    where : Path
        A user's own folder, free of the problems that `checks.check` finds; a data
        package of its own has nothing published beside it, and no doubts.
    """
    if (where / DESCRIPTOR).exists():
        return
    known = dictionaries.read(where, dictionaries.known(""))
    for path in figure_files(where):
        table = tables.read(path, FIGURE_COLUMNS)
        typed = tables.typed(table)[0]
        for series, own in typed.dropna(subset=["value"]).groupby("series"):
            published = _published(str(series), known)
            for row in own.itertuples():
                if text := _doubt(row, published, known):
                    yield Problem(table.file, table.line(int(row.Index)), "value", text)


def _published(series: str, known: Dictionaries) -> pd.DataFrame:
    """Return the best curated figures of a series, without the user's own; or none."""
    if series in dictionaries.known("").series.index:
        with suppress(NoFigures):
            return _defined(load(series, extra=""), known)
    return pd.DataFrame(columns=[*FIGURE_COLUMNS, "definition"])


def _defined(figures: pd.DataFrame, known: Dictionaries) -> pd.DataFrame:
    return figures.assign(definition=figures["basis"].map(known.definition))


def _doubt(own: Any, published: pd.DataFrame, known: Dictionaries) -> str:
    """Return what is doubtful about an own figure, "" where nothing is."""
    same = published[published["definition"] == known.definition(own.basis)]
    for name in (each for each in _KEY if each != "entity"):
        same = same[same[name] == getattr(own, name)]
    theirs = same[same["entity"] == own.entity].dropna(subset=["value"])
    for row in theirs.itertuples():
        if abs(own.value - row.value) > FAR * abs(row.value):
            return (
                f"{own.value:,.6g} is more than half off the published "
                f"{row.value:,.6g} {row.unit} ({row.source_id})"
            )
    kind = known.series.at[own.series, "kind"]
    totals = same[same["entity"].map(known.entities["kind"]) == "total"]
    highest = totals["value"].max()
    if kind in ("flow", "stock") and own.value > highest:
        return f"{own.value:,.6g} is above the world's {highest:,.6g} {own.unit}"
    return ""


def keys(folder: Path) -> dict[str, dict[str, object]]:
    """Return what the schema of figures has to say of units and basis codes.

    They are keys of ``series.csv`` and ``bases.csv`` that no foreign key of a data
    package can hold, being lists: an enumeration and a pattern tell them to any tool.

    Returns
    -------
    dict
        From ``unit`` and ``basis`` to the constraint that each needs.
    """
    read = {
        name: tables.read(folder / f"{name}.csv", DICTIONARIES[name]).frame
        for name in ("series", "bases")
    }
    units = {unit for text in read["series"]["unit"] for unit in text.split("|")}
    code = f"({'|'.join(sorted(map(re.escape, read['bases']['code']), reverse=True))})"
    return {
        "unit": {"enum": sorted(units)},
        "basis": {"pattern": f"{code}(;{code})*"},
    }


def write_keys(folder: Path, *, do: bool = True) -> bool:
    """Write the units and basis codes of the dictionaries into the schema of figures.

    Returns
    -------
    bool
        Whether the schema is another one then (unless `do`, would be); False without.
    """
    path = folder / seals.KEYS
    if not path.is_file():
        return False
    before = path.read_text(encoding="utf-8")
    schema = json.loads(before)
    known = keys(folder)
    for field in schema["fields"]:
        if field["name"] in known:
            field["constraints"] = {"required": True} | known[field["name"]]
    if stale := schema != json.loads(before):
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        if do:
            path.write_text(text, encoding="utf-8", newline="\n")
    return stale


def seal(folder: Path) -> list[str]:
    """Write the hash and size of each table into the package; return what changed."""
    path = folder / DESCRIPTOR
    package = json.loads(path.read_text(encoding="utf-8"))
    changed = []
    before = {each["path"]: each for each in package.get(seals.SCHEMAS, [])}
    package[seals.SCHEMAS] = [before.get(n, {"path": n}) for n in _schemas(folder)]
    for each in seals.sealable(package):
        file = folder / each["path"]
        now = f"sha256:{_sha256(file)}"
        if each.get("hash") != now:
            changed.append(each["path"])
        each |= {"hash": now, "bytes": file.stat().st_size}
    text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(path)
    return changed

"""Seal the files of figures, so that one damaged digit does not pass unnoticed.

A wrong digit can be a plausible number. ``datapackage.json`` can hold the SHA-256
of each table (the ``hash`` and ``bytes`` of the Frictionless standard, which its tools
check too). ``rareearth check --seal`` writes them once all else is in order.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rareearth.errors import DataError
from rareearth.figures import csv_files as tables
from rareearth.figures.csv_files import DICTIONARIES, Problem, Table

DESCRIPTOR = "datapackage.json"
KEYS = "schemas/figures.json"  # lists the units and basis codes that a figure may have
SCHEMAS = "sealed_schemas"
REMEDY = "if the change is meant, run `rareearth check --seal`"

_cache: dict[Path, tuple[tuple[int, int], dict[str, str]]] = {}
_warned: set[tuple[Path, str]] = set()


class UnsealedWarning(UserWarning):
    """A table is not as it was sealed: changed since the last check, or damaged."""


def sealed(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each sealed file of a folder; nothing without a seal.

    Tables are sealed as resources of the package; the schemas, which say what a table
    may hold, under ``sealed_schemas``.
    """
    path = folder / DESCRIPTOR
    if not path.is_file():
        return {}
    stat = path.stat()
    stamp = (stat.st_mtime_ns, stat.st_size)
    if path not in _cache or _cache[path][0] != stamp:
        _cache[path] = (stamp, _read(path))
    return _cache[path][1]


def _read(path: Path) -> dict[str, str]:
    try:
        package = json.loads(tables.text_of(path))
        return {
            each["path"]: each["hash"].removeprefix("sha256:")
            for each in _sealable(package)
            if "hash" in each
        }
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise DataError(f"{DESCRIPTOR}: not a data package: {error}") from error


def _sealable(package: dict[str, Any]) -> list[dict[str, Any]]:
    return [*package["resources"], *package.get(SCHEMAS, [])]


def is_whole(table: Table, folder: Path) -> bool:
    """Return whether a table is sealed, and as it was sealed."""
    return sealed(folder).get(table.file) == table.sha256


def warn(table: Table, folder: Path) -> None:
    """Warn once if a table is not as it was sealed; its figures are used all the same.

    The warning names the table as its place, so that a report that shows it is the same
    wherever the workbook lies.
    """
    seal = sealed(folder).get(table.file)
    if seal == table.sha256 or (folder, table.sha256) in _warned:
        return
    _warned.add((folder, table.sha256))
    state = (
        f"not sealed by {DESCRIPTOR}"
        if seal is None
        else f"not as {DESCRIPTOR} seals it"
    )
    text = f"{state}: {REMEDY}"
    warnings.warn_explicit(text, UnsealedWarning, table.file, 1)


def problems(folder: Path) -> Iterator[Problem]:
    """Yield the files of a folder that are not as they were sealed, or not sealed."""
    seals = sealed(folder)
    tables_ = [path.name for path in folder.glob("*.csv")]
    for file in sorted({*seals, *_schemas(folder), *tables_}):
        path = folder / file
        if file not in seals:
            yield Problem(file, None, None, f"not sealed by {DESCRIPTOR}; {REMEDY}")
        elif path.is_file() and _sha256(path) != seals[file]:
            yield Problem(file, None, None, f"not as {DESCRIPTOR} seals it; {REMEDY}")


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


def write_keys(folder: Path) -> bool:
    """Write the units and basis codes of the dictionaries into the schema of figures.

    Returns
    -------
    bool
        Whether the schema was another one before; False without a schema.
    """
    path = folder / KEYS
    if not path.is_file():
        return False
    before = path.read_text(encoding="utf-8")
    schema = json.loads(before)
    known = keys(folder)
    for field in schema["fields"]:
        if field["name"] in known:
            field["constraints"] = {"required": True} | known[field["name"]]
    after = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def stale_keys(folder: Path) -> bool:
    """Return whether the schema of figures lists other units or codes than known."""
    path = folder / KEYS
    if not path.is_file():
        return False
    known = keys(folder)
    return any(
        not known[field["name"]].items() <= field.get("constraints", {}).items()
        for field in json.loads(path.read_text(encoding="utf-8"))["fields"]
        if field["name"] in known
    )


def _schemas(folder: Path) -> list[str]:
    paths = sorted((folder / "schemas").glob("*.json"))
    return [f"schemas/{path.name}" for path in paths]


def seal(folder: Path) -> list[str]:
    """Write the hash and size of each table into the package; return what changed."""
    path = folder / DESCRIPTOR
    package = json.loads(path.read_text(encoding="utf-8"))
    changed = []
    before = {each["path"]: each for each in package.get(SCHEMAS, [])}
    package[SCHEMAS] = [before.get(n, {"path": n}) for n in _schemas(folder)]
    for each in _sealable(package):
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


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Seal the files of figures, so that one damaged digit does not pass unnoticed.

A wrong digit can be a plausible number. ``datapackage.json`` can hold the SHA-256
of each table (the ``hash`` and ``bytes`` of the Frictionless standard, which its tools
check too). ``rareearth check --seal`` writes them once all else is in order.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

from rareearth.errors import DataError
from rareearth.figures import csv_files as tables
from rareearth.figures.csv_files import Table

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
            for each in sealable(package)
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


def sealable(package: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the descriptor of a package says of each file that it can seal."""
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

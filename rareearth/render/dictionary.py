"""The data dictionary: one page that says what every series, code and source means.

Made from ``datapackage.json`` and the dictionaries with the standard library alone, so
that it costs nothing when nothing has changed.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rareearth.render import library, look, provenance

NAME = "data_dictionary.html"
Rows = list[dict[str, str]]


def build(folder: Path, data: Path | None = None) -> Path:
    """Write the dictionary of the figures in `data` into `folder`; return its path.

    The file is left alone when it says the same already.
    """
    where, target = data or library.data_folder(), folder / NAME
    files = sorted([*where.glob("*.csv"), *where.rglob("*.json")])
    key = [(path.name, provenance.sha256(path)) for path in files]
    look.write(target, "dictionary", key, lambda: _content(where))
    return target


def _content(where: Path) -> dict[str, Any]:
    package = json.loads((where / "datapackage.json").read_text(encoding="utf-8"))
    tables = {each["name"]: each for each in package["resources"]}
    figures = {name: _read(where, name) for name in tables if _is_figures(tables, name)}
    content = {"tables": _overview(tables, figures), "columns": _columns(where)}
    for name, cells in _CELLS.items():
        rows, used = _read(where, name), _used(name, figures)
        key = next(iter(rows[0]))
        content[name] = [[row[key], *cells(row), used[row[key]]] for row in rows]
    return {"title": "Data dictionary", "rows": content}


def _is_figures(tables: Mapping[str, Mapping[str, str]], name: str) -> bool:
    return tables[name]["schema"] == "schemas/figures.json"


def _read(where: Path, name: str) -> Rows:
    with (where / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _used(name: str, figures: Mapping[str, Rows]) -> Counter[str]:
    """Return how many figures use each key of a dictionary."""
    column = {
        "series": "series",
        "entities": "entity",
        "products": "product",
        "sources": "source_id",
    }.get(name)
    rows = (row for table in figures.values() for row in table)
    if column:
        return Counter(row[column] for row in rows)
    return Counter(code for row in rows for code in row["basis"].split(";"))


def _overview(
    tables: Mapping[str, Mapping[str, str]], figures: Mapping[str, Rows]
) -> list[list[object]]:
    rows: list[list[object]] = []
    for name, table in tables.items():
        held = figures.get(name, [])
        graded = Counter(row["confidence"] for row in held)
        counts = [graded[grade] for grade in ("primary", "secondary", "tertiary")]
        rows.append([f"{name}.csv", table["title"], *(counts if held else [""] * 3)])
    return rows


def _columns(where: Path) -> list[list[object]]:
    schema = json.loads((where / "schemas" / "figures.json").read_text("utf-8"))
    fields = schema["fields"]
    return [[each["name"], each["type"], each["description"]] for each in fields]


def _series(row: Mapping[str, str]) -> list[object]:
    units = row["unit"].replace("|", " or ")
    where = f"{units}\n{row['low']} to {row['high']}"
    return [f"{row['title']}\n{row['note']}", where, _joined(row, "kind", "stage")]


def _entity(row: Mapping[str, str]) -> list[object]:
    return [row["kind"], row["iso3"] or row["country"], row["note"]]


def _product(row: Mapping[str, str]) -> list[object]:
    formula = f"{row['formula']}\n{row['metal_content']}"
    return [_joined(row, "form", "group", "elements"), formula, row["note"]]


def _basis(row: Mapping[str, str]) -> list[object]:
    return [row["kind"], row["meaning"]]


def _source(row: Mapping[str, str]) -> list[object]:
    lag = f"known {row['lag_days']} days after each period" if row["lag_days"] else ""
    remarks = [f"Seen as: {row['via']}" if row["via"] else "", row["note"], lag]
    terms = "" if row["terms"] == "not stated" else row["terms"]
    published = row["published"] or "no date"
    about = f"{row['publisher']}, {row['title']} ({published})\n"
    about += ". ".join(filter(None, remarks))
    grade = f"{_joined(row, 'kind', 'confidence')}\n{terms}"
    return [about, row["url"], grade]


def _joined(row: Mapping[str, str], *columns: str) -> str:
    parts = [row[column].replace("_", " ") for column in columns]
    return ", ".join(part for part in parts if part and part != "none")


_CELLS: dict[str, Callable[[Mapping[str, str]], list[object]]] = {
    "series": _series,
    "entities": _entity,
    "products": _product,
    "bases": _basis,
    "sources": _source,
}

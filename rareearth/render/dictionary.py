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
from typing import Any, NamedTuple

from rareearth.render import library, look, provenance

NAME = "data_dictionary.html"
TITLE = "Data dictionary"
Rows = list[dict[str, str]]
Cells = Callable[[Mapping[str, str]], list[object]]


class Section(NamedTuple):
    """One table of the page; a second line of a cell is smaller, an address a link."""

    name: str
    title: str
    lead: str
    head: list[str]
    rows: list[list[object]]


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
    dictionaries = [
        _dictionary(name, _read(where, name), _used(name, figures)) for name in _LAYOUT
    ]
    sections = [_overview(tables, figures), _columns(where), *dictionaries]
    return {"title": TITLE, "sections": sections}


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
) -> Section:
    rows = []
    for name, table in tables.items():
        held = figures.get(name, [])
        graded = Counter(row["confidence"] for row in held)
        counts = [graded[grade] for grade in ("primary", "secondary", "tertiary")]
        rows.append([f"{name}.csv", table["title"], *(counts if held else [""] * 3)])
    head = ["Table", "What it holds", "Primary", "Secondary", "Tertiary"]
    return Section("tables", "Tables", "Figures by confidence.", head, rows)


def _columns(where: Path) -> Section:
    schema = json.loads((where / "schemas" / "figures.json").read_text("utf-8"))
    rows = [
        [field["name"], field["type"], field["description"]]
        for field in schema["fields"]
    ]
    lead = "The columns that all tables of figures share."
    return Section("columns", "Columns", lead, ["Column", "Type", "Meaning"], rows)


def _dictionary(name: str, rows: Rows, used: Counter[str]) -> Section:
    title, lead, head, cells = _LAYOUT[name]
    key = next(iter(rows[0]))
    body = [[row[key], *cells(row), used[row[key]]] for row in rows]
    return Section(name, title, lead, [*head, "Figures"], body)


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


_LAYOUT: dict[str, tuple[str, str, list[str], Cells]] = {
    "series": (
        "Series",
        "What each series measures. A series has one unit; alternatives in currency or "
        "weight are joined by a bar. Numbers outside the plausible range are refused.",
        ["Series", "Meaning", "Unit and range", "Kind"],
        _series,
    ),
    "entities": (
        "Entities",
        "Countries, companies, places and markets. Totals and residuals are never "
        "producers.",
        ["Entity", "Kind", "ISO 3166", "Note"],
        _entity,
    ),
    "products": (
        "Products",
        "What is measured. The metal content of an oxide is computed from standard "
        "atomic weights.",
        ["Product", "Form", "Formula, metal content", "Note"],
        _product,
    ),
    "bases": (
        "Basis codes",
        "What a number means (definition), and how it was printed (qualifier). Two "
        "values are vintages of one figure when their definitions agree.",
        ["Code", "Kind", "Meaning"],
        _basis,
    ),
    "sources": (
        "Sources",
        "Where the figures are printed.",
        ["Source", "What it is", "Address", "Kind"],
        _source,
    ),
}

"""The data dictionary: one page that says what every series, code and source means.

Made from ``datapackage.json`` and the dictionaries with the standard library alone, so
that it costs nothing when nothing has changed.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path

from rareearth.render import library, store

NAME = "data_dictionary.html"
_TITLES = {
    "series": "Series",
    "entities": "Entities",
    "products": "Products",
    "bases": "Basis codes",
    "sources": "Sources",
}
_LEADS = {
    "series": "What each series measures. A series has one unit; alternatives in "
    "currency or weight are joined by a bar. Numbers outside the plausible range are "
    "refused.",
    "entities": "Countries, companies, places and markets. Totals and residuals are "
    "never producers.",
    "products": "What is measured. The metal content of an oxide is computed from "
    "standard atomic weights.",
    "bases": "What a number means (definition), and how it was printed (qualifier). "
    "Two values are vintages of one figure when their definitions agree.",
    "sources": "Where the figures are printed.",
}
Rows = list[dict[str, str]]


def build(folder: Path, data: Path | None = None) -> Path:
    """Write the dictionary of the figures in `data` into `folder`; return its path.

    The file is left alone when it says the same already.
    """
    from rareearth.render.look import POLICY, style

    page = _PAGE.format(policy=POLICY, style=style(), content=_content(data))
    target = folder / NAME
    if not target.is_file() or target.read_text(encoding="utf-8") != page:
        store.write({target: page})
    return target


def _content(data: Path | None) -> str:
    where = data or library.data_folder()
    package = json.loads((where / "datapackage.json").read_text(encoding="utf-8"))
    tables = {each["name"]: each for each in package["resources"]}
    figures = {name: _read(where, name) for name in tables if _is_figures(tables, name)}
    parts = [_overview(tables, figures), _columns(where)]
    for name, title in _TITLES.items():
        rows = _read(where, name)
        used = _used(name, figures)
        parts.append(_dictionary(name, title, rows, used))
    return "\n".join(parts)


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
) -> str:
    rows = []
    for name, table in tables.items():
        held = figures.get(name, [])
        graded = Counter(row["confidence"] for row in held)
        counts = [graded[grade] for grade in ("primary", "secondary", "tertiary")]
        rows.append([f"{name}.csv", table["title"], *(counts if held else [""] * 3)])
    head = ["Table", "What it holds", "Primary", "Secondary", "Tertiary"]
    return _section("tables", "Tables", "Figures by confidence.", head, rows)


def _columns(where: Path) -> str:
    schema = json.loads((where / "schemas" / "figures.json").read_text("utf-8"))
    rows = [
        [field["name"], field["type"], field["description"]]
        for field in schema["fields"]
    ]
    lead = "The columns that all tables of figures share."
    return _section("columns", "Columns", lead, ["Column", "Type", "Meaning"], rows)


def _dictionary(name: str, title: str, rows: Rows, used: Counter[str]) -> str:
    head, cells = _LAYOUT[name]
    key = next(iter(rows[0]))
    body = [[row[key], *cells(row), used[row[key]]] for row in rows]
    return _section(name, title, _LEADS[name], [*head, "Figures"], body)


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


_LAYOUT: dict[str, tuple[list[str], Callable[[Mapping[str, str]], list[object]]]] = {
    "series": (["Series", "Meaning", "Unit and range", "Kind"], _series),
    "entities": (["Entity", "Kind", "ISO 3166", "Note"], _entity),
    "products": (["Product", "Form", "Formula, metal content", "Note"], _product),
    "bases": (["Code", "Kind", "Meaning"], _basis),
    "sources": (["Source", "What it is", "Address", "Kind"], _source),
}


def _section(
    name: str, title: str, lead: str, head: list[str], rows: Iterable[list[object]]
) -> str:
    columns = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "\n".join(_row(row) for row in rows)
    return (
        f'<section id="{name}"><h2>{escape(title)}</h2>\n<p>{escape(lead)}</p>\n'
        f'<div class="table-wrap" role="region" tabindex="0" aria-label="{title}">'
        f"<table><caption>{escape(title)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _row(cells: list[object]) -> str:
    first, *rest = cells
    found = [f'<th scope="row">{_breakable(str(first))}</th>']
    for cell in rest:
        if isinstance(cell, int):
            found.append(f'<td class="num">{cell:,}</td>')
        else:
            found.append(f"<td>{_text(str(cell))}</td>")
    return f"<tr>{''.join(found)}</tr>"


def _breakable(name: str) -> str:
    """Return a name that may be broken after each underscore or hyphen."""
    safe = escape(name)
    return safe.replace("_", "_<wbr>").replace("-", "-<wbr>")


def _text(cell: str) -> str:
    """Return a cell as text; an address becomes a link, a second line is smaller."""
    if cell.startswith(("http://", "https://")) and " " not in cell:
        safe = escape(cell, quote=True)
        host = escape(cell.split("/")[2])
        return f'<a href="{safe}" rel="noreferrer">{host}</a>'
    head, _, remark = cell.partition("\n")
    return escape(head) + (f"<br><small>{escape(remark)}</small>" if remark else "")


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Data dictionary - Rare Earth Workbook</title>
<link rel="icon" href="data:,">
<style>
{style}
</style>
</head>
<body>
<a class="skip" href="#report">Skip to the dictionary</a>
<header class="masthead"><p><a href="index.html">Rare Earth Workbook</a></p></header>
<div class="layout">
<nav aria-label="Contents" id="contents"><div class="wide"><p class="label">Contents</p>
<ol><li><a href="#tables">Tables</a></li><li><a href="#columns">Columns</a></li>
<li><a href="#series">Series</a></li><li><a href="#entities">Entities</a></li>
<li><a href="#products">Products</a></li><li><a href="#bases">Basis codes</a></li>
<li><a href="#sources">Sources</a></li></ol></div></nav>
<main id="report">
<h1>Data dictionary</h1>
<p class="lead">What every table, column, series and code means, and where the figures
are printed. A figure is a value of a series for an entity, a product and a period, on
a basis, from a source.</p>
{content}
</main>
</div>
<footer><p>One file, no scripts.</p></footer>
</body>
</html>
"""

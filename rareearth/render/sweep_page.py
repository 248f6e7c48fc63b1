"""The table of a sweep: a CSV file, and a page with the table and small pictures.

The page keeps the promises of a report: one file, no script, nothing loaded, equal
bytes for equal runs. It is written piece by piece, so that a thousand pictures need no
more memory than one.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

from rareearth.display.output import harmless
from rareearth.render import store
from rareearth.render.grid import Grid
from rareearth.render.look import POLICY, style
from rareearth.render.sweep_row import Columns, Finding, Row, Spool, readable

ALL_PICTURES = 24_000_000  # characters of all pictures of a page together
LARGEST_PICTURE = 60_000  # characters of one
MOST_ROWS = 5_000  # on the page; the CSV file has all
LARGEST_DOWNLOAD = 2_000_000  # characters of the CSV inside the page
OWN = ["report_state", "report_error", "report_file"]
MORE = "further findings"
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title} - Rare Earth Workbook</title>
<link rel="icon" href="data:,">
<style>
{style}
tbody th {{ white-space: nowrap; }}
.card {{ content-visibility: auto; contain-intrinsic-size: auto 22rem; }}
</style>
</head>
<body class="index">
<a class="skip" href="#report">Skip to the table</a>
<header class="masthead"><p>Rare Earth Workbook</p></header>
<main id="report">
<h1>{title}</h1>
<p class="lead">{lead}</p>
"""
_FOOT = """</main>
<footer><p>One file, no scripts. Each report is a file of its own that can be sent
as it is.</p></footer>
</body>
</html>
"""


def picture_size(runs: int) -> int:
    """Return how many characters the picture of one run may have."""
    return min(LARGEST_PICTURE, ALL_PICTURES // max(1, runs))


def write(spool: Spool, grid: Grid, folder: Path) -> tuple[Path, Path]:
    """Write page and table of a sweep into `folder` and return their paths."""
    columns = Columns(grid.varied)
    for row in spool:
        columns.place(row)
    page, table = (folder / f"{grid.title}.{kind}" for kind in ("html", "csv"))
    store.write({table: _csv(spool, list(grid.known), columns)})
    store.write({page: _html(spool, grid, columns, table)})
    return page, table


def _csv(spool: Spool, names: list[str], columns: Columns) -> Iterator[str]:
    """Yield the lines of the table; no cell can become a formula."""
    labels = [
        label if label not in names else f"{label} (finding)"
        for label in columns.labels
    ]
    header = [*names]
    for label in labels:
        header += [label, f"{label}: range"]
    yield _line([*header, *([MORE] if columns.has_more else []), *OWN])
    for row in spool:
        placed, rest = columns.place(row)
        cells = [readable(row.parameters[name]) for name in names]
        for label in columns.labels:
            cells += placed.get(label, ("", "", ""))[1:]
        more = ["; ".join(map(_sentence, rest))] if columns.has_more else []
        file = f"{row.name}.html" if row.state == "made" else ""
        yield _line([*cells, *more, row.state, row.error, file])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(map(harmless, cells))
    return out.getvalue()


def _sentence(finding: Finding) -> str:
    label, value, span = finding
    return f"{label}: {value} ({span})" if span else f"{label}: {value}"


def _html(spool: Spool, grid: Grid, columns: Columns, table: Path) -> Iterator[str]:
    """Yield the pieces of the page."""
    question = next((row.title for row in spool if row.title), grid.notebook.stem)
    failed = sum(row.state == "failed" for row in spool)
    yield _HEAD.format(
        policy=POLICY,
        style=style(),
        title=f"Sweep: {escape(question)}",
        lead=_lead(grid, len(spool), failed),
    )
    yield from _table(spool, grid, columns)
    yield _download(table)
    yield from _failures(spool)
    yield from _pictures(spool, grid.varied)
    yield _FOOT


def _lead(grid: Grid, runs: int, failed: int) -> str:
    varied = ", ".join(f"<code>{escape(name)}</code>" for name in grid.varied)
    fixed = ", ".join(
        f"{escape(name)} = {escape(_cut(readable(value)))}"
        for name, value in _same(grid).items()
    )
    parts = [
        f"{runs:,} {'run' if runs == 1 else 'runs'} of "
        f"<code>{escape(grid.notebook.stem)}</code>",
        f", over {varied}" if varied else "",
        f", {failed:,} of them failed" if failed else "",
        f". In all runs: {fixed}" if fixed else "",
        ". Values and their ranges are as the reports give them.",
    ]
    return "".join(parts)


def _same(grid: Grid) -> dict[str, object]:
    """Return the parameters that have one value in all runs."""
    single = {n: v[0] for n, v in grid.axes.items() if len(v) == 1}
    used = {**{n: p.default for n, p in grid.known.items()}, **single, **grid.fixed}
    return {name: value for name, value in used.items() if name not in grid.varied}


def _table(spool: Spool, grid: Grid, columns: Columns) -> Iterator[str]:
    caption = "Headline results of all runs"
    if len(spool) > MOST_ROWS:
        caption += f": the first {MOST_ROWS:,} of {len(spool):,}; the CSV file has all"
    heads = ["Run", *grid.varied, *columns.labels]
    heads += ([MORE] if columns.has_more else []) + ["State"]
    yield (
        f'<div class="table-wrap" role="region" tabindex="0" aria-label="{caption}">\n'
        f"<table><caption>{caption}</caption>\n<thead><tr>"
    )
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    yield "</tr></thead>\n<tbody>\n"
    for number, row in enumerate(spool, 1):
        if number > MOST_ROWS:
            break
        placed, rest = columns.place(row)
        cells = [escape(_cut(readable(row.parameters[name]))) for name in grid.varied]
        cells += [_finding(placed.get(label)) for label in columns.labels]
        cells += [escape("; ".join(map(_sentence, rest)))] if columns.has_more else []
        text = f"Report {number:,}"
        link = f'<a href="{quote(row.name)}.html">{text}</a>'
        head = link if row.state == "made" else f"Run {number:,}"
        body = "".join(f"<td>{cell}</td>" for cell in [*cells, row.state])
        yield f'<tr><th scope="row">{head}</th>{body}</tr>\n'
    yield "</tbody></table></div>\n"


def _finding(finding: Finding | None) -> str:
    if finding is None:
        return ""
    _, value, span = map(escape, finding)
    return f"{value}<br><small>{span}</small>" if span else value


def _download(table: Path) -> str:
    """Return the link to the CSV file, which is inside the page unless it is long."""
    if table.stat().st_size > LARGEST_DOWNLOAD:
        return f"<p>The table as CSV: <code>{escape(table.name)}</code></p>\n"
    content = base64.b64encode(table.read_bytes()).decode()
    return (
        f'<p><a download="{escape(table.name)}" href="data:text/csv;base64,{content}">'
        "Download the table as CSV</a></p>\n"
    )


def _failures(spool: Spool) -> Iterator[str]:
    """Yield the list of the runs that failed, with their errors."""
    failed = [(number, row) for number, row in enumerate(spool, 1) if row.error]
    if not failed:
        return
    yield '<h2>Failed</h2>\n<ul class="failed">\n'
    for number, row in failed:
        file = quote(row.partial)
        link = f' (<a href="{file}">partial notebook</a>)' if file else ""
        yield f"<li>Run {number:,}: {escape(row.error)}{link}</li>\n"
    yield "</ul>\n"


def _pictures(spool: Spool, varied: list[str]) -> Iterator[str]:
    """Yield a card with the first chart of each run, as long as there is room."""
    room, shown = ALL_PICTURES, 0
    for number, row in enumerate(spool, 1):
        if not row.picture or len(row.picture) > room:
            continue
        room -= len(row.picture)
        if not shown:
            yield '<h2>The first chart of each report</h2>\n<ul class="cards">\n'
        shown += 1
        yield _card(number, row, varied)
    if shown:
        yield "</ul>\n"
    made = sum(row.state == "made" for row in spool)
    if 0 < shown < made:
        yield f"<p>{made - shown:,} more pictures are in the reports only.</p>\n"


def _card(number: int, row: Row, varied: list[str]) -> str:
    used = (f"{name} = {_cut(readable(row.parameters[name]))}" for name in varied)
    title = escape(", ".join(used) or f"Report {number:,}")
    alt = escape(row.alt or f"First chart of report {number}")
    found = f"<p>{escape(_sentence(row.findings[0]))}</p>\n" if row.findings else ""
    return (
        f'<li class="card">\n<a href="{quote(row.name)}.html"><span class="picture">'
        f'<img src="{row.picture}" alt="{alt}" loading="lazy" decoding="async"></span>'
        f'<span class="title">{title}</span></a>\n{found}</li>\n'
    )


def _cut(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"

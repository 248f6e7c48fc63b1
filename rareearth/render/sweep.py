"""Make the reports of a grid, and one table of what they found, as CSV and as a page.

An interrupted sweep goes on where it stopped: a report that is as it would be made
now is not made again, and the table is made from the reports. Its page keeps the
promises of a report: one file, no script, nothing loaded, equal bytes for equal runs.
Rows wait on disk and the page is written piece by piece, so that a thousand runs need
no more memory than one.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from rareearth.errors import ParameterError
from rareearth.render import library, provenance, report, store, thumbnail
from rareearth.render.grid import Grid
from rareearth.render.job import Job, Result, canonical, plan, report_name
from rareearth.render.look import POLICY, style
from rareearth.words import harmless

FINDINGS = (
    "application/vnd.rareearth.findings+json"  # as rareearth.display.output emits them
)
Finding = tuple[str, str, str]  # label, value, range or condition
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


@dataclass(frozen=True)
class Outcome:
    """What came of a sweep: how many runs in which state, and where the table is."""

    states: Counter[str]
    page: Path
    table: Path

    @property
    def failed(self) -> int:
        """Return the number of runs that failed."""
        return self.states["failed"]


def default_folder(notebook: Path) -> Path:
    """Return where the reports of a notebook's sweeps go unless the user says so.

    A folder of their own: a thousand reports do not belong among those on the index.
    """
    return library.outputs_folder() / "sweeps" / report_name(notebook.stem, {}, {})


def jobs(
    grid: Grid, folder: Path, own: Path | None = None, timeout: float | None = None
) -> Iterator[Job]:
    """Yield the job of each run of a grid."""
    for given in grid:
        yield plan(grid.notebook, given, folder, own, timeout)


def make(
    grid: Grid,
    jobs: Callable[[], Iterator[Job]],
    folder: Path,
    start: Callable[[], Executor],
    watch: report.Watch | None = None,
    force: bool = False,
) -> Outcome:
    """Make all reports of `grid` in `folder`, then their table as CSV and as a page.

    Parameters
    ----------
    jobs : callable
        Returns the jobs of the runs, each time anew.
    start : callable
        Returns the executor. It is called only if there is something to make.
    """
    states, most = Counter[str](), picture_size(grid.count)
    folder.mkdir(parents=True, exist_ok=True)
    store.clean(folder)
    with Spool() as spool:
        waiting = _expected(jobs(), spool)
        if force or any(provenance.state(job).kind != "fresh" for job in jobs()):
            with (
                start() as executor,
                closing(report.run(waiting, executor, watch, force)) as results,
            ):
                _collect(results, spool, states, most)
        else:
            _collect(_fresh(waiting, watch), spool, states, most)
        page, table = write(spool, grid, folder)
    return Outcome(states, page, table)


def _expected(jobs: Iterator[Job], spool: Spool) -> Iterator[Job]:
    """Yield the jobs, for each of which the spool then keeps a place."""
    for job in jobs:
        if not spool.expect(job):
            raise ParameterError(f"two runs would be {job.page.name}")
        yield job


def _collect(
    results: Iterator[Result], spool: Spool, states: Counter[str], most: int
) -> None:
    for result in results:
        row = read(result, most)
        states["failed" if row.error else result.state] += 1
        spool.add(row)


def _fresh(jobs: Iterator[Job], watch: report.Watch | None) -> Iterator[Result]:
    for job in jobs:
        result = Result(job, 0.0, state="fresh")
        if watch:
            watch.finished(result)
        yield result


@dataclass
class Row:
    """What the table and the pictures say of one run."""

    name: str
    parameters: dict[str, Any]
    error: str = ""
    partial: str = ""  # the file with what a failed run got to
    title: str = ""
    findings: list[Finding] = field(default_factory=list)
    picture: str = ""
    alt: str = ""

    @property
    def state(self) -> str:
        """Return ``made`` or ``failed``, whenever it was."""
        return "failed" if self.error else "made"


def read(result: Result, most: int) -> Row:
    """Return the row of a finished run, its picture of at most `most` characters.

    A run that failed has no findings, even where an older report is kept: what it
    says is not what was asked for.
    """
    job = result.job
    row = Row(job.name, dict(job.parameters), result.error)
    if result.error:
        row.partial = job.failed.name if job.failed.is_file() else ""
        return row
    try:
        cells = json.loads(job.executed.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        row.error = f"{job.executed.name} cannot be read"
        return row
    row.title = library.title(cells)
    for html, found in _shown(cells):
        row.findings += [(e["label"], e["value"], e["range"]) for e in found]
        if not row.picture and not row.alt:
            row.picture, row.alt = thumbnail.first_picture(html, most)
    return row


def _shown(cells: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield for each output its HTML, a picture as ``<img>``, and its findings."""
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = "".join(data.get("text/html", ""))
            if not html and "image/png" in data:
                png = "".join("".join(data["image/png"]).split())
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                html = (
                    f'<img src="data:image/png;base64,{png}" alt="{escape(str(alt))}">'
                )
            found = data.get(FINDINGS, [])
            yield html, [each for each in found if {"label", "value"} <= each.keys()]


class Spool:
    """Rows on disk, taken in as they come and given back in the order of the grid.

    So that the memory of a sweep does not grow with its runs.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._places: dict[str, int] = {}
        self._starts: dict[int, int] = {}

    def expect(self, job: Job) -> bool:
        """Give `job` the next place; return False if its name has one already."""
        if job.name in self._places:
            return False
        self._places[job.name] = len(self._places)
        return True

    def add(self, row: Row) -> None:
        """Take in the row of a job that was expected."""
        self._starts[self._places[row.name]] = self._file.seek(0, 2)
        self._file.write(json.dumps(asdict(row)).encode() + b"\n")

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in the order in which their jobs were expected."""
        for place in sorted(self._starts):
            self._file.seek(self._starts[place])
            content = json.loads(self._file.readline())
            content["findings"] = [tuple(each) for each in content["findings"]]
            yield Row(**content)

    def __len__(self) -> int:
        return len(self._starts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()


class Columns:
    """The findings of all runs by what they are about, so that they share columns.

    ``China, share of mining`` in a run for China and ``Australia, share of mining`` in
    one for Australia are both ``[country], share of mining``.
    """

    def __init__(self, varied: Sequence[str], most: int = 40) -> None:
        self.varied, self.most = varied, most
        self.labels: list[str] = []
        self.has_more = False

    def place(self, row: Row) -> tuple[dict[str, Finding], list[Finding]]:
        """Return the findings of a row by column, and those that have no column."""
        placed: dict[str, Finding] = {}
        rest: list[Finding] = []
        for finding in row.findings:
            label = self._label(finding[0], row.parameters)
            if label not in self.labels and len(self.labels) < self.most:
                self.labels.append(label)
            if label in self.labels and label not in placed:
                placed[label] = finding
            else:
                rest.append(finding)
        self.has_more = self.has_more or bool(rest)
        return placed, rest

    def _label(self, label: str, used: Mapping[str, Any]) -> str:
        """Return a label with the names of varied parameters instead of their values.

        Where two parameters have one value, the name is taken that makes a known one.
        """
        choices = [
            general(label, {n: used[n] for n in order})
            for order in (self.varied, self.varied[::-1])
        ]
        return next((each for each in choices if each in self.labels), choices[0])


def general(label: str, values: Mapping[str, Any]) -> str:
    """Return `label` with ``[name]`` for each value of a parameter that stands in it.

    Flags, lists and single characters are no words that can be found again.
    """
    names: dict[str, str] = {}
    for name, value in values.items():
        if not isinstance(value, bool | list) and len(str(value)) > 1:
            names.setdefault(str(value), name)
    if not names:
        return label
    longest = sorted(names, key=len, reverse=True)
    found = "|".join(map(re.escape, longest))
    pattern = rf"(?<!\w)(?:{found})(?!\w)"
    return re.sub(pattern, lambda match: f"[{names[match[0]]}]", label)


def _typed(value: Any) -> str:
    """Return the value of a parameter as it would be typed."""
    return value if isinstance(value, str) else canonical(value)


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
        cells = [_typed(row.parameters[name]) for name in names]
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
        f"{escape(name)} = {escape(_cut(_typed(value)))}"
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
        cells = [escape(_cut(_typed(row.parameters[name]))) for name in grid.varied]
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
    used = (f"{name} = {_cut(_typed(row.parameters[name]))}" for name in varied)
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

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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Self

from rareearth.errors import ParameterError
from rareearth.render import index, library, look, provenance, report, store
from rareearth.render.grid import Grid
from rareearth.render.job import Job, Result, report_name, typed
from rareearth.render.parameters import cut
from rareearth.render.progress import Progress
from rareearth.words import harmless

Finding = tuple[str, str, str]  # label, value, range or condition
ALL_PICTURES = 24_000_000  # characters of all pictures of a page together
MOST_ROWS = 5_000  # on the page; the CSV file has all
LARGEST_DOWNLOAD = 2_000_000  # characters of the CSV inside the page
NUMBERS = ("int", "float")  # kinds of parameters that have an order
MOST_CHARTS = 6  # across the runs
MOST_MARKS = 400  # cells or bars of one of them; a line may have more points
WIDE, HIGH = 340.0, 160.0  # points of a line's axes, as wide as a phone
# The one number of a key figure; "under 1 %" stands at 1, for it is written beside it.
_NUMBER = re.compile(r"[-\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?")
_ABOUT = re.compile(r"^(?:about|under|over|up to|at least|[<>+~])\s*")
OWN = ["report_state", "report_error", "report_file"]
MORE = "further findings"


def default_folder(notebook: Path) -> Path:
    """Return where the reports of a notebook's sweeps go unless the user says so.

    A folder of their own: a thousand reports do not belong among those on the index.
    """
    return library.outputs_folder() / "sweeps" / report_name(notebook.stem, {}, {})


def make(
    grid: Grid,
    jobs: Callable[[], Iterator[Job]],
    folder: Path,
    start: Callable[[], Executor],
    watch: Progress | None = None,
    force: bool = False,
) -> tuple[Counter[str], Path, Path]:
    """Make all reports of `grid` in `folder`, then their table as CSV and as a page.

    Returns how many runs are in which state, and where page and table are.

    Parameters
    ----------
    jobs : callable
        Returns the jobs of the runs, each time anew.
    start : callable
        Returns the executor. It is called only if there is something to make.
    """
    states = Counter[str]()
    folder.mkdir(parents=True, exist_ok=True)
    store.clean(folder)
    is_stale = force or any(provenance.state(job).kind != "fresh" for job in jobs())
    with Spool() as spool, start() if is_stale else nullcontext() as executor:
        waiting = _expected(jobs(), spool)
        with closing(report.run(waiting, executor, watch, force)) as results:
            for result in results:
                row = read(result)
                states["failed" if row.error else result.state] += 1
                spool.add(row)
        page, table = write(spool, grid, folder)
    return states, page, table


def _expected(jobs: Iterator[Job], spool: Spool) -> Iterator[Job]:
    """Yield the jobs, for each of which the spool then keeps a place."""
    for job in jobs:
        if not spool.expect(job):
            raise ParameterError(f"two runs would be {job.page.name}")
        yield job


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


def read(result: Result) -> Row:
    """Return the row of a finished run.

    A run that failed has no findings, even where an older report is kept: what it
    says is not what was asked for.
    """
    job = result.job
    row = Row(job.name, dict(job.parameters), result.error)
    card = None if result.error else index.read(job.executed)
    if result.error:
        row.partial = job.failed.name if job.failed.is_file() else ""
    elif card:
        row.title, row.picture, row.alt = card["title"], card["picture"], card["alt"]
        row.findings = [tuple(each) for each in card["findings"]]
    else:
        row.error = f"{job.executed.name} cannot be read"
    return row


class Spool:
    """Rows on disk, taken in as they come and given back in the order of the grid.

    So that the memory of a sweep does not grow with its runs.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._starts: dict[str, int] = {}  # where rows begin, below 0 before they come

    def expect(self, job: Job) -> bool:
        """Give `job` the next place; return False if its name has one already."""
        is_new = job.name not in self._starts
        self._starts.setdefault(job.name, -1)
        return is_new

    def add(self, row: Row) -> None:
        """Take in the row of a job that was expected."""
        self._starts[row.name] = self._file.seek(0, 2)
        self._file.write(json.dumps(asdict(row)).encode() + b"\n")

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in the order in which their jobs were expected."""
        for start in (each for each in self._starts.values() if each >= 0):
            self._file.seek(start)
            content = json.loads(self._file.readline())
            content["findings"] = [tuple(each) for each in content["findings"]]
            yield Row(**content)

    def __len__(self) -> int:
        return sum(start >= 0 for start in self._starts.values())

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


def across(spool: Spool, grid: Grid, columns: Columns) -> list[dict[str, Any]]:
    """Return charts across the runs of the first key figures that are numbers.

    One parameter that is a number gives a line, two of any kind a map with a cell for
    each run, other grids a bar for each run. Of the findings only the numbers, and the
    words with them, are kept, and those of the most rows that a page shows.

    Returns
    -------
    list of dict
        ``label`` of the figure and the parameters that it is drawn ``over``. ``marks``
        are bars (where it begins and how long it is, in percent, name and text), or
        with ``columns`` rows of cells (name, and for each shade in percent and text).
        ``line`` is the path of a line, ``ends`` the numbers at the ends of both axes.
    """
    runs: list[tuple[str, ...]] = []
    found: dict[str, list[tuple[int, float, str]]] = defaultdict(list)
    for at, row in enumerate(islice(spool, MOST_ROWS)):
        runs.append(tuple(cut(typed(row.parameters[n]), 40) for n in grid.varied))
        for label, (_, text, _) in columns.place(row)[0].items():
            if len(numbers := _NUMBER.findall(text)) == 1:
                plain = numbers[0].replace(",", "").replace("\N{MINUS SIGN}", "-")
                found[label].append((at, float(plain), text))
    is_line = len(grid.varied) == 1 and grid.known[grid.varied[0]].kind in NUMBERS
    over = [in_words(name) for name in grid.varied]
    charts = []
    for label in columns.labels:
        points = found[label]
        units = {_ABOUT.sub("", _NUMBER.sub("", text)).strip() for _, _, text in points}
        is_told = len({value for _, value, _ in points}) > 1 and len(units) == 1
        if is_told and (is_line or len(points) <= MOST_MARKS):
            draw = _line_of if is_line else _map_of if len(over) == 2 else _bars_of
            chart = {"label": label, "over": over, "line": "", "columns": []}
            charts.append(chart | draw(runs, points))
    return charts[:MOST_CHARTS]


def in_words(name: str) -> str:
    """Return the name of a parameter as a reader says it."""
    return name.replace("_", " ")


def _line_of(runs: list[Any], points: list[Any]) -> dict[str, Any]:
    places = sorted((float(runs[at][0]), value, text) for at, value, text in points)
    (left, *_), (right, *_) = places[0], places[-1]
    by_value = sorted(places, key=lambda each: each[1])
    low, high = by_value[0][1], by_value[-1][1]
    across, down = WIDE / (right - left), HIGH / (high - low)
    line = (f"{(x - left) * across:.1f},{(high - y) * down:.1f}" for x, y, _ in places)
    ends = [f"{left:g}", f"{right:g}", by_value[0][2], by_value[-1][2]]
    return {"line": " ".join(line), "ends": ends}


def _map_of(runs: list[Any], points: list[Any]) -> dict[str, Any]:
    low, high = (end(value for _, value, _ in points) for end in (min, max))
    cells = {
        runs[at]: (5 + round(40 * (value - low) / (high - low)), text)
        for at, value, text in points
    }
    names, columns = (list(dict.fromkeys(each)) for each in zip(*runs, strict=True))
    rows = [(name, [cells.get((name, c), (0, "")) for c in columns]) for name in names]
    return {"columns": columns, "marks": rows}


def _bars_of(runs: list[Any], points: list[Any]) -> dict[str, Any]:
    low, high = (end(0, *(value for _, value, _ in points)) for end in (min, max))
    bars = [
        (
            round(100 * (min(0, value) - low) / (high - low)),
            round(100 * abs(value) / (high - low)),
            ", ".join(runs[at]),
            text,
        )
        for at, value, text in points
    ]
    return {"marks": bars}


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
        cells = [typed(row.parameters[name]) for name in names]
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
    failed = [(number, row) for number, row in enumerate(spool, 1) if row.error]
    pictures = sum(1 for _ in _cards(spool, grid.varied))
    fixed = (
        f"{in_words(name)} {cut(typed(value), 80)}"
        for name, value in _same(grid).items()
    )
    more = [MORE] if columns.has_more else []
    is_short = table.stat().st_size <= LARGEST_DOWNLOAD
    return look.page(
        "sweep",
        title=f"Sweep: {question}",
        runs=len(spool),
        notebook=grid.notebook.stem,
        varied=[in_words(name) for name in grid.varied],
        across=across(spool, grid, columns),
        wide=WIDE,
        high=HIGH,
        fixed=", ".join(fixed),
        most=MOST_ROWS,
        heads=[*map(in_words, grid.varied), *columns.labels, *more],
        rows=_rows(spool, grid.varied, columns),
        table=table.name,
        download=base64.b64encode(table.read_bytes()).decode() if is_short else "",
        failed=failed,
        cards=_cards(spool, grid.varied),
        left_out=len(spool) - len(failed) - pictures if pictures else 0,
    )


def _same(grid: Grid) -> dict[str, object]:
    """Return the parameters that have one value in all runs."""
    single = {n: v[0] for n, v in grid.axes.items() if len(v) == 1}
    used = {**{n: p.default for n, p in grid.known.items()}, **single, **grid.fixed}
    return {name: value for name, value in used.items() if name not in grid.varied}


def _rows(
    spool: Spool, varied: list[str], columns: Columns
) -> Iterator[tuple[Row, list[str], list[tuple[str, str]]]]:
    """Yield each row with its parameters, and its findings with their ranges."""
    for row in islice(spool, MOST_ROWS):
        placed, rest = columns.place(row)
        found = [placed.get(label, ("", "", ""))[1:] for label in columns.labels]
        if columns.has_more:
            found.append(("; ".join(map(_sentence, rest)), ""))
        yield row, [cut(typed(row.parameters[name]), 80) for name in varied], found


def _cards(spool: Spool, varied: list[str]) -> Iterator[tuple[int, Row, str, str]]:
    """Yield the rows with a picture, as long as there is room for pictures."""
    room = ALL_PICTURES
    for number, row in enumerate(spool, 1):
        if row.picture and len(row.picture) <= room:
            room -= len(row.picture)
            used = (
                f"{in_words(name)} {cut(typed(row.parameters[name]), 80)}"
                for name in varied
            )
            found = _sentence(row.findings[0]) if row.findings else ""
            yield number, row, ", ".join(used), found

"""The commands ``render``, ``sweep`` and ``jobs``: from notebooks to reports.

Beside the reports the data dictionary is written, which the index leads to.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import shlex
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, WorkbookError, few
from rareearth.render import library, look, parameters, provenance
from rareearth.render.grid import Grid
from rareearth.render.job import OWN_DATA, Job, environment
from rareearth.render.job import plan as plan_job
from rareearth.render.parameters import shorten, visible
from rareearth.words import day

TABLES = (".csv", ".xlsx")


def render(options: argparse.Namespace) -> int:
    """Check all parameters, then make the reports that are out of date."""
    folder = real(options.out or library.outputs_folder())
    jobs, broken = plan(options, folder)
    states = [provenance.state(job) for job in jobs]
    stale = [
        (job, state)
        for job, state in zip(jobs, states, strict=True)
        if options.force or state.kind != "fresh"
    ]
    if (options.explain or options.check) and not options.quiet:
        for job, state in stale:
            what = "" if state.kind == "run" else " (page only)"
            print(f"{job.name}{what}: {'; '.join(state.reasons) or 'forced'}")
    if options.check:
        return 1 if stale or broken else 0
    return _make(jobs, len(stale), folder, options) or int(broken)


def _make(
    jobs: list[Job], stale: int, folder: Path, options: argparse.Namespace
) -> int:
    from rareearth.render import index, pool, progress, store
    from rareearth.render.report import run

    folder.mkdir(parents=True, exist_ok=True)
    store.clean(folder)
    watch = progress.Progress(len(jobs), options.quiet)
    figures = None
    if stale:  # the longest first: no process is idle while the last one is at work
        jobs = sorted(jobs, key=lambda job: -library.seconds(job.notebook))
    workers = min(options.jobs or pool.cpus(), stale)
    with (
        pool.local(workers, options.timeout) if stale else nullcontext() as executor,
        closing(run(jobs, executor, watch, options.force)) as results,
    ):
        # Meanwhile the process that runs are forked from imports its libraries.
        # On a full disk it is tried again, and told, when the reports are done.
        with suppress(OSError):
            figures = tell_figures(folder)
        failed = sum(result.state == "failed" for result in results)
    watch.close(index.build(folder, figures or tell_figures(folder)))
    return 1 if failed else 0


def plan(options: argparse.Namespace, folder: Path) -> tuple[list[Job], bool]:
    """Return the jobs of a command, and whether a notebook cannot be read.

    Each notebook has each parameter that is given.
    """
    own = own_folder(options.data)
    known, broken = readable(options.notebooks, options.quiet)
    given = _given(options.given)
    for name in given:
        _refuse_unknown(name, known)
    jobs = [plan_job(path, given, folder, own, options.timeout) for path in known]
    return _refuse_same_names(jobs), broken


def readable(
    names: Sequence[str], quiet: bool = False
) -> tuple[dict[Path, list[parameters.Parameter]], bool]:
    """Return the notebooks that are meant with their parameters, none named for all.

    A notebook that is named has to be one. Among all, what other programs have left
    is told, unless in quiet, and one that cannot be read, or has no name yet, is told
    and costs itself: the second value is whether there is one.
    """
    if names:
        return {path: parameters.read(path) for path in map(library.find, names)}, False
    known, broken = {}, False
    for path in library.files():
        try:
            if what := library.stray(path):
                broken |= what == library.UNNAMED  # somebody may wait for its report
                if not quiet or what == library.UNNAMED:
                    complain(f"{' '.join(path.name.split())} is passed over: {what}")
            else:
                known[path] = parameters.read(path)
        except WorkbookError as error:
            broken = True
            complain(" ".join(str(error).split()))
    if not known and not broken:
        raise ParameterError(f"no notebooks in {library.notebooks_folder()}")
    return known, broken


def complain(text: str) -> None:
    """Print a line to the error stream, safe for a terminal."""
    print(f"rareearth: {visible(text)}", file=sys.stderr, flush=True)


def _refuse_unknown(name: str, known: dict[Path, list[parameters.Parameter]]) -> None:
    """Refuse a parameter that one of the notebooks does not have."""
    having = [path for path in known if name in {each.name for each in known[path]}]
    lacking = [path.stem for path in known if path not in having]
    if not having:
        everything = [each for some in known.values() for each in some]
        where = lacking[0] if len(known) == 1 else "any of the notebooks"
        raise parameters.unknown_parameter(name, everything, where)
    if lacking:
        stems = [path.stem for path in having]
        raise ParameterError(
            f"no parameter {shorten(name)} in {few(lacking)}, only in {few(stems)}"
        )


def _given(pairs: Sequence[Sequence[str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise ParameterError(f"parameter {shorten(name)} is given twice")
        given[name] = value
    return given


def _refuse_same_names(jobs: list[Job]) -> list[Job]:
    """Return the jobs unless two of them would write the same files."""
    seen: dict[str, Path] = {}
    for job in jobs:
        if job.name in seen:
            first = seen[job.name]
            raise ParameterError(f"{first} and {job.notebook} would be {job.page.name}")
        seen[job.name] = job.notebook
    return jobs


def _grid(options: argparse.Namespace) -> Grid:
    from rareearth.render import grid

    notebook = library.find(options.notebook)
    own = own_folder(options.data)
    with environment({OWN_DATA: str(own)} if own else {}):
        return grid.read(
            notebook, options.grid, options.grid_file, options.given, options.yes
        )


def sweep(options: argparse.Namespace) -> int:
    """Check the grid, make what is not up to date, and collect the table."""
    from rareearth.render import progress, sweep

    grid, own = _grid(options), own_folder(options.data)
    folder = real(options.out or sweep.default_folder(grid.notebook))
    if not options.quiet:
        print(_announce(grid), flush=True)
    watch = progress.Progress(grid.count, options.quiet)
    states, page, table = sweep.make(
        grid,
        lambda: (
            plan_job(grid.notebook, g, folder, own, options.timeout) for g in grid
        ),
        folder,
        lambda: _executor(options, grid.count),
        watch,
        options.force,
    )
    watch.close(page)
    if not options.quiet:
        print(f"and {table.name} beside it")
    return 1 if states["failed"] else 0


def _announce(grid: Grid) -> str:
    """Return how many runs there are, and how many were asked for twice."""
    runs = f"{grid.count:,} {'run' if grid.count == 1 else 'runs'}"
    twice = f"; {grid.merged:,} that were asked for again are merged"
    return f"{runs} of {grid.notebook.stem}{twice if grid.merged else ''}"


def _executor(options: argparse.Namespace, runs: int) -> Executor:
    if options.dask is not None:
        from rareearth.render import cluster

        return cluster.connect(options.dask, options.timeout)
    from rareearth.render import pool

    return pool.local(min(options.jobs or pool.cpus(), runs), options.timeout)


def jobs(options: argparse.Namespace) -> int:
    """Print the command of each run, so that ``sweep`` finds the reports later."""
    from rareearth.render import sweep

    grid = _grid(options)
    out = options.out or _from_here(sweep.default_folder(grid.notebook))
    is_path = grid.notebook.parent != library.notebooks_folder()
    notebook = options.notebook if is_path else grid.notebook.stem
    own = own_folder(options.data)
    ends = ["--out", str(out), *(["--data", str(options.data)] if options.data else [])]
    for given in grid:
        job = plan_job(grid.notebook, given, out, own)
        words = ["rareearth", "render", notebook, *_set(job, grid), *ends]
        print(_as_json(job, words) if options.json else _as_command(words))
    return 0


def _set(job: Job, grid: Grid) -> Iterator[str]:
    """Yield the words that set the parameters of a run."""
    for name in grid.names:
        value = job.parameters[name]
        text = value if isinstance(value, str) else json.dumps(value)
        yield from ("-p", name, text)


def _as_command(words: list[str]) -> str:
    for word in words:
        if "\n" in word or "\r" in word:
            raise ParameterError(
                f"{shorten(word)} has a line break, and commands stand one a line; "
                "use --json"
            )
    return shlex.join(words)


def _as_json(job: Job, words: list[str]) -> str:
    used = dict(job.parameters)
    return json.dumps({"name": job.name, "parameters": used, "command": words})


def _from_here(folder: Path) -> Path:
    """Return a folder relative to the current one, if it is in it."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def real(path: Path) -> Path:
    """Return a path without links; where they lead in a circle, the path itself."""
    return Path(os.path.realpath(path))


def own_folder(given: Path | None) -> Path | None:
    """Return the folder of the user's own figures: as given, or by the environment."""
    named = given or os.environ.get(OWN_DATA)
    if not named:
        return None
    folder = real(Path(os.path.expanduser(named)))  # noqa: PTH111 - as it is if nobody's
    if not folder.is_dir():
        raise ParameterError(f"no folder at {folder}; own figures are CSV files in one")
    if not any(each.suffix.lower() in TABLES for each in folder.iterdir()):
        raise ParameterError(
            f"no table in {folder}; own figures are CSV files or sheets of a workbook"
        )
    return folder


# The data dictionary

DICTIONARY = "data_dictionary.html"
USED = {  # the dictionaries, by the column of figures that has their keys
    "series": "series",
    "entities": "entity",
    "products": "product",
    "bases": "basis",
    "sources": "source_id",
}
GRADES = ("primary", "secondary", "tertiary")


def tell_figures(folder: Path) -> dict[str, Any]:
    """Return what the index says of the figures; the page that explains them is there.

    Only the standard library reads the data, so that it costs little when nothing has
    changed, and a damaged table costs itself alone.
    """
    where = library.data_folder()
    newest = max((row["published"] for row in _rows(where, "sources")), default="")
    late = sorted(
        (row["next_expected"], row["title"], row["series"])
        for row in _rows(where, "series")
        if "" < row["next_expected"] < newest
    )
    tables = [path.read_bytes() for path in where.glob("*.csv")]
    counts = [raw.count(b"\n") - 1 for raw in tables if raw.startswith(b"figure_id,")]
    return {
        "sum": sum(counts),
        "tables": len(counts),
        "page": dictionary(folder).name,
        "newest": _written(newest),
        "late": [(title, key, _written(due)) for due, title, key in late],
    }


def _written(printed: str) -> str:
    """Return a day, a month or a year as it stands in prose."""
    whole = f"{printed}-01"[: len("2025-11-03")]
    try:
        first = dt.date.fromisoformat(whole)
    except ValueError:  # a year
        return printed
    return day(first) if printed == whole else f"{first:%B %Y}"


def dictionary(folder: Path, data: Path | None = None) -> Path:
    """Write the dictionary of the figures in `data` into `folder`; return its path.

    The file is left alone when it says the same already.
    """
    where, target = data or library.data_folder(), folder / DICTIONARY
    files = sorted([*where.glob("*.csv"), *where.rglob("*.json")])
    key = [(path.name, provenance.sha256(path)) for path in files]
    look.write(target, "dictionary", key, lambda: _dictionary(where))
    return target


def _dictionary(where: Path) -> dict[str, Any]:
    """Return the rows of its tables, and for each series what its figures rest on."""
    package = json.loads((where / "datapackage.json").read_text(encoding="utf-8"))
    schema = json.loads((where / "schemas" / "figures.json").read_text("utf-8"))
    used = {column: Counter[str]() for column in USED.values()}
    rests_on: dict[str, list[set[str]]] = defaultdict(lambda: [set(), set()])
    tables: list[list[object]] = []
    for table in package["resources"]:
        graded = Counter[str]()
        is_figures = table["schema"] == "schemas/figures.json"
        for row in _rows(where, table["name"]) if is_figures else ():
            codes = row["basis"].split(";")
            for column, found in used.items():
                found.update(codes if column == "basis" else [row[column]])
            graded[row["confidence"]] += 1
            rests_on[row["series"]][0].update(filter(None, codes))
            rests_on[row["series"]][1].add(row["source_id"])
        held = [graded[grade] if graded else "" for grade in GRADES]
        tables.append([f"{table['name']}.csv", table["title"], *held])
    content: dict[str, list[list[Any]]] = {
        "tables": tables,
        "columns": [[f["name"], f["type"], f["description"]] for f in schema["fields"]],
    }
    for name, column in USED.items():
        named = ((next(iter(row.values())), row) for row in _rows(where, name))
        content[name] = [[key, row, used[column][key]] for key, row in named]
    return {"title": "Data dictionary", "rows": content, "rests_on": rests_on}


def _rows(where: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, of a damaged one those that can be read.

    The place of the damage is told by whoever needs its figures.
    """
    path = where / f"{name}.csv"
    with (
        path.open(encoding="utf-8", errors="replace", newline="") as file,
        suppress(csv.Error),  # a field that never ends
    ):
        for row in csv.DictReader(file, restval=""):
            yield defaultdict(str, row)

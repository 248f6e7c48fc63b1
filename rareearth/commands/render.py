"""The commands ``render``, ``sweep`` and ``jobs``: from notebooks to reports."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, suppress
from pathlib import Path

from rareearth.errors import ParameterError, WorkbookError, few
from rareearth.render import library, parameters, provenance
from rareearth.render.grid import Grid
from rareearth.render.job import OWN_DATA, Job, Result, environment
from rareearth.render.job import plan as plan_job
from rareearth.render.parameters import shorten, visible

Commands = argparse._SubParsersAction  # no public name
TABLES = (".csv", ".xlsx")
JOBS = "runs at a time (default: one a processor)"
TIMEOUT = "end a run that takes longer (default: none)"
OUT = (
    "where reports go (default: outputs/ in the project, in the folder where you are "
    "if the package is installed without it; of a sweep, sweeps/NOTEBOOK in that)"
)
OWN = (
    "use the figures in this folder as well; reports with them have own names "
    f"(default: the folder that {OWN_DATA} names)"
)
_SHIELD = "\0"  # no argument of a command can hold it


def add_render(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command ``render``."""
    text = "execute notebooks and write one HTML file for each"
    command = commands.add_parser("render", help=text, description=text)
    command.add_argument(
        "notebooks",
        nargs="*",
        metavar="NOTEBOOK",
        help="a name (01_production_shares), its number (01) or a path (default: all)",
    )
    add_given(command, "set a parameter, as in  -p country Australia")
    add_places(command)
    command.add_argument("--jobs", type=positive, metavar="N", help=JOBS)
    command.add_argument("--timeout", type=seconds, metavar="SECONDS", help=TIMEOUT)
    command.add_argument(
        "--force", action="store_true", help="make also what is up to date"
    )
    command.add_argument(
        "--explain", action="store_true", help="say why a report is made again"
    )
    command.add_argument(
        "--check",
        action="store_true",
        help="make nothing; exit 1 if a report is out of date",
    )
    command.add_argument("--quiet", action="store_true", help="print errors only")
    command.set_defaults(run=_render)


def _render(options: argparse.Namespace) -> int:
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
    from rareearth.commands import export
    from rareearth.render import index, pool, progress, store
    from rareearth.render.report import run

    folder.mkdir(parents=True, exist_ok=True)
    store.clean(folder)
    watch = progress.Progress(len(jobs), options.quiet)
    figures = None
    if stale:
        # The longest first, so that no process is idle while the last one is at work.
        jobs = sorted(jobs, key=lambda job: -library.seconds(job.notebook))
        workers = min(options.jobs or pool.cpus(), stale)
        with (
            pool.local(workers, options.timeout) as executor,
            closing(run(jobs, executor, watch, options.force)) as results,
        ):
            # Meanwhile the process that runs are forked from imports its libraries.
            # On a full disk it is tried again, and told, when the reports are done.
            with suppress(OSError):
                figures = export.figures(folder)
            failed = sum(result.state == "failed" for result in results)
    else:
        failed = 0
        for job in jobs:
            watch.finished(Result(job, 0.0, state="fresh"))
    watch.close(index.build(folder, figures or export.figures(folder)))
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


def add_sweep(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the commands ``sweep`` and ``jobs``."""
    text = "render a notebook with every combination of some parameters' values"
    command = commands.add_parser("sweep", help=text, description=text)
    _add_grid(command)
    where = command.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=positive, metavar="N", help=JOBS)
    where.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="use a Dask cluster, as in  tcp://host:8786 (default: this machine)",
    )
    command.add_argument("--timeout", type=seconds, metavar="SECONDS", help=TIMEOUT)
    command.add_argument(
        "--force", action="store_true", help="make also what is up to date"
    )
    command.add_argument("--quiet", action="store_true", help="print errors only")
    command.set_defaults(run=_sweep)
    text = "print one command for each run of a sweep, for a scheduler to run"
    command = commands.add_parser("jobs", help=text, description=text)
    _add_grid(command)
    command.add_argument(
        "--json", action="store_true", help="one JSON object a line instead"
    )
    command.set_defaults(run=_jobs)


def _add_grid(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "notebook",
        metavar="NOTEBOOK",
        help="a name (01_production_shares), its number (01) or a path",
    )
    command.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="NAME=A,B,C",
        help="values to try; those with a comma in double quotes; may be repeated",
    )
    command.add_argument(
        "--grid-file",
        type=Path,
        metavar="FILE",
        help="YAML with a list of values for each name, or CSV with one run a row",
    )
    add_given(command, "set a parameter in all runs")
    add_places(command)
    command.add_argument(
        "--yes", action="store_true", help="more than 1,000 runs are meant"
    )


def _grid(options: argparse.Namespace) -> Grid:
    from rareearth.render import grid

    notebook = library.find(options.notebook)
    own = own_folder(options.data)
    with environment({OWN_DATA: str(own)} if own else {}):
        return grid.read(
            notebook, options.grid, options.grid_file, options.given, options.yes
        )


def _sweep(options: argparse.Namespace) -> int:
    """Check the grid, make what is not up to date, and collect the table."""
    from rareearth.render import progress, sweep

    grid, own = _grid(options), own_folder(options.data)
    folder = real(options.out or sweep.default_folder(grid.notebook))
    if not options.quiet:
        print(_announce(grid), flush=True)
    watch = progress.Progress(grid.count, options.quiet)
    outcome = sweep.make(
        grid,
        lambda: sweep.jobs(grid, folder, own, options.timeout),
        folder,
        lambda: _executor(options, grid.count),
        watch,
        options.force,
    )
    watch.close(outcome.page)
    if not options.quiet:
        print(f"and {outcome.table.name} beside it")
    return 1 if outcome.states["failed"] else 0


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


def _jobs(options: argparse.Namespace) -> int:
    """Print the command of each run, so that ``sweep`` finds the reports later."""
    from rareearth.render import sweep

    grid = _grid(options)
    out = options.out or _from_here(sweep.default_folder(grid.notebook))
    is_path = grid.notebook.parent != library.notebooks_folder()
    notebook = options.notebook if is_path else grid.notebook.stem
    own = own_folder(options.data)
    ends = ["--out", str(out), *(["--data", str(options.data)] if options.data else [])]
    for job in sweep.jobs(grid, out, own):
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


# What several commands take: parameters, folders, counts, times.


def shielded(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command so that ``-p`` takes the next two in any case.

    Without this, argparse takes a value such as ``-1+1`` for an option.
    """
    words, kept = list(arguments), 0
    for place, word in enumerate(arguments):
        if kept:
            words[place] = _SHIELD + word
            kept -= 1
        elif word == "-p":
            kept = 2
    return words


def add_given(command: argparse.ArgumentParser, text: str) -> None:
    """Add the option that sets a parameter."""
    text = f"{text} (default: as in the notebook)"
    command.add_argument(
        "-p",
        nargs=2,
        action="append",
        default=[],
        type=lambda word: word.removeprefix(_SHIELD),
        metavar=("NAME", "VALUE"),
        dest="given",
        help=text,
    )


def add_places(command: argparse.ArgumentParser) -> None:
    """Add the options that name the folders of outputs and of own figures."""
    command.add_argument("--out", type=Path, metavar="DIR", help=OUT)
    command.add_argument("--data", type=Path, metavar="DIR", help=OWN)


def positive(text: str) -> int:
    """Return a whole number from 1 that a user typed."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{shorten(text)} is not a number from 1")
    return int(text)


def seconds(text: str) -> float:
    """Return a length of time that a user typed."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1e9:
        raise argparse.ArgumentTypeError(f"{shorten(text)} is not a time in seconds")
    return found


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

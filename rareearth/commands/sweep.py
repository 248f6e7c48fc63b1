"""The commands ``sweep`` and ``jobs``: many runs of one notebook."""

from __future__ import annotations

import argparse
import ctypes
import json
import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth.commands.options import (
    Commands,
    add_given,
    add_places,
    own_folder,
    positive,
    seconds,
)
from rareearth.errors import ParameterError
from rareearth.render import library
from rareearth.render.values import shorten

if TYPE_CHECKING:
    from rareearth.render.grid import Grid
    from rareearth.render.job import Job


_MMAP_THRESHOLD, _LARGE = -3, 128 * 1024  # of mallopt(3), and bytes


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the commands ``sweep`` and ``jobs``."""
    text = "render a notebook with every combination of some parameters' values"
    command = commands.add_parser("sweep", help=text, description=text)
    _add_grid(command)
    where = command.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=positive, metavar="N", help="runs at a time")
    where.add_argument(
        "--dask", metavar="ADDRESS", help="use a Dask cluster, as in  tcp://host:8786"
    )
    command.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help="end a run that takes longer"
    )
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
    return grid.read(
        notebook, options.grid, options.grid_file, options.given, options.yes
    )


def _sweep(options: argparse.Namespace) -> int:
    """Check the grid, make what is not up to date, and collect the table."""
    from rareearth.render import progress, sweep

    grid, own = _grid(options), own_folder(options.data)
    folder = (options.out or sweep.default_folder(grid.notebook)).resolve()
    if not options.quiet:
        print(_announce(grid), flush=True)
    watch = progress.Progress(grid.count, options.quiet)
    give_back_large_blocks()
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
    return 1 if outcome.failed else 0


def give_back_large_blocks() -> None:
    """Have this process return large blocks of memory when they are freed.

    By itself the C library of Linux (glibc) keeps blocks of the size that it was once
    given back, so that reading one report after the other leaves ever more holes.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)


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

"""The command ``rareearth render``: from notebooks to reports."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from rareearth.commands.options import (
    Commands,
    add_given,
    add_places,
    own_folder,
    positive,
    seconds,
)
from rareearth.errors import ParameterError
from rareearth.render import keys, library, parameters
from rareearth.render.job import Job, Result
from rareearth.render.job import plan as plan_job
from rareearth.render.values import shorten


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command ``render``."""
    text = "execute notebooks and write one HTML file for each"
    command = commands.add_parser("render", help=text, description=text)
    command.add_argument(
        "notebooks",
        nargs="*",
        metavar="NOTEBOOK",
        help="a name (01_production_shares), its number (01) or a path; all if none",
    )
    add_given(command, "set a parameter, as in  -p country Australia")
    add_places(command)
    command.add_argument("--jobs", type=positive, metavar="N", help="runs at a time")
    command.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help="end a run that takes longer"
    )
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
    folder = (options.out or library.outputs_folder()).resolve()
    jobs = plan(options, folder)
    states = [keys.state(job) for job in jobs]
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
        return 1 if stale else 0
    return _make(jobs, len(stale), folder, options)


def _make(
    jobs: list[Job], stale: int, folder: Path, options: argparse.Namespace
) -> int:
    from rareearth.render import index, index_parts, partial, pool, progress
    from rareearth.render.run import run

    folder.mkdir(parents=True, exist_ok=True)
    partial.clean(folder)
    watch = progress.Progress(len(jobs), options.quiet)
    data = ""
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
                data = index_parts.data(folder)
            failed = sum(result.state == "failed" for result in results)
    else:
        failed = 0
        for job in jobs:
            watch.finished(Result(job, 0.0, state="fresh"))
    watch.close(index.build(folder, data))
    return 1 if failed else 0


def plan(options: argparse.Namespace, folder: Path) -> list[Job]:
    """Return the jobs of a command; a parameter goes to the notebooks that have it."""
    names, own = options.notebooks, own_folder(options.data)
    paths = list(map(library.find, names)) if names else library.notebooks()
    if not paths:
        raise ParameterError(f"no notebooks in {library.notebooks_folder()}")
    given = _given(options.given)
    known = {path: parameters.read(path) for path in dict.fromkeys(paths)}
    names_of = {path: {each.name for each in known[path]} for path in known}
    for name in given:
        if not any(name in each for each in names_of.values()):
            everything = [each for some in known.values() for each in some]
            where = paths[0].stem if len(known) == 1 else "any of the notebooks"
            raise parameters.unknown_parameter(name, everything, where)
    jobs = []
    for path in known:
        used = {n: given[n] for n in given if n in names_of[path]}
        jobs.append(plan_job(path, used, folder, own, options.timeout))
    return _refuse_same_names(jobs)


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

"""The command ``rareearth``: list notebooks, check figures, render reports.

Nothing heavy is imported before it is needed, and every parameter is checked before a
kernel starts. Exit status 2 is a wrong command or parameter, 1 a failed report.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import rareearth
from rareearth.errors import ParameterError, WorkbookError
from rareearth.render import library, parameters, report
from rareearth.render.values import shorten

USAGE, FAILED = 2, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except WorkbookError as error:
        return _complain(str(error), USAGE)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()  # the reader of our output went away
            return FAILED
        place = f"{error.filename}: " if error.filename else ""
        return _complain(f"{place}{error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted; finished reports are kept", 130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rareearth",
        description="Sourced figures and shareable reports on the rare-earth industry.",
    )
    version = f"rareearth {rareearth.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_render(commands)
    _add_list(commands)
    _add_check(commands)
    return parser


def _add_render(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "execute notebooks and write one HTML file for each"
    command = commands.add_parser("render", help=text, description=text)
    command.add_argument(
        "notebooks",
        nargs="*",
        metavar="NOTEBOOK",
        help="a name (01_production_shares), its number (01) or a path; all if none",
    )
    command.add_argument(
        "-p",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        dest="given",
        help="set a parameter, as in  -p country Australia",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="where reports go")
    command.add_argument("--quiet", action="store_true", help="print errors only")
    command.set_defaults(run=_render)


def _add_list(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "show the notebooks and their parameters"
    command = commands.add_parser("list", help=text, description=text)
    command.add_argument("--json", action="store_true", help="for other programs")
    command.set_defaults(run=_list)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "validate a folder of figures"
    command = commands.add_parser("check", help=text, description=text)
    command.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    command.set_defaults(run=_check)


def _render(options: argparse.Namespace) -> int:
    """Check all parameters, then make the reports one after the other."""
    from rareearth.render import index

    folder = (options.out or library.outputs_folder()).resolve()
    jobs = _plan(options.notebooks, options.given, folder)
    folder.mkdir(parents=True, exist_ok=True)
    started, results = time.monotonic(), []
    for job in jobs:
        result = report.make(job)
        results.append(result)
        _tell(result, options.quiet)
    page = index.build(folder)
    failed = sum(bool(each.error) for each in results)
    if not options.quiet:
        seconds = time.monotonic() - started
        print(_closing(len(results) - failed, failed, seconds))
        print(f"see {page}")
    return FAILED if failed else 0


def _plan(
    names: Sequence[str], pairs: Sequence[Sequence[str]], folder: Path
) -> list[report.Job]:
    """Return the jobs of a command; a parameter goes to the notebooks that have it."""
    paths = list(map(library.find, names)) if names else library.notebooks()
    if not paths:
        raise ParameterError(f"no notebooks in {library.notebooks_folder()}")
    given = {}
    for name, value in pairs:
        if name in given:
            raise ParameterError(f"parameter {name!r} is given twice")
        given[name] = value
    known = {path: parameters.read(path) for path in dict.fromkeys(paths)}
    names_of = {path: {each.name for each in known[path]} for path in known}
    for name in given:
        if not any(name in each for each in names_of.values()):
            everything = [each for some in known.values() for each in some]
            where = paths[0].stem if len(known) == 1 else "any of the notebooks"
            raise parameters.unknown_parameter(name, everything, where)
    jobs = [
        report.plan(path, {n: given[n] for n in given if n in names_of[path]}, folder)
        for path in known
    ]
    return _refuse_same_names(jobs)


def _refuse_same_names(jobs: list[report.Job]) -> list[report.Job]:
    """Return the jobs unless two of them would write the same files."""
    seen: dict[str, Path] = {}
    for job in jobs:
        if job.name in seen:
            first = seen[job.name]
            raise ParameterError(f"{first} and {job.notebook} would be {job.page.name}")
        seen[job.name] = job.notebook
    return jobs


def _tell(result: report.Result, quiet: bool) -> None:
    """Print one line about a finished job, errors in any case."""
    job = result.job
    if result.error:
        kept = f"; see {job.failed.name}" if job.failed.is_file() else ""
        _complain(f"{job.name}: {result.error}{kept}", FAILED)
    elif not quiet:
        print(f"{job.name}  {result.seconds:.1f} s", flush=True)


def _closing(made: int, failed: int, seconds: float) -> str:
    """Return the sentence that sums up a command."""
    failures = f", {failed} failed" if failed else ""
    return f"{_count(made, 'report')} made{failures}, {seconds:.1f} s"


def _list(options: argparse.Namespace) -> int:
    """Print the notebooks with their parameters."""
    found = [(path, parameters.read(path)) for path in library.notebooks()]
    if options.json:
        print(json.dumps([_as_json(*each) for each in found], indent=2))
        return 0
    for path, known in found:
        print(f"{path.stem}  {library.title(library.load_cells(path))}")
        for each in known:
            print(f"  {each}")
    return 0


def _as_json(path: Path, known: list[parameters.Parameter]) -> dict[str, object]:
    return {
        "notebook": path.stem,
        "title": library.title(library.load_cells(path)),
        "path": str(path),
        "parameters": [
            {"name": p.name, "type": p.kind, "default": p.default, "comment": p.comment}
            for p in known
        ],
    }


def _check(options: argparse.Namespace) -> int:
    """Print every problem of a folder of figures, or say how much is in order."""
    from rareearth import figures

    folder = options.folder or library.data_folder()
    if not folder.is_dir():
        raise ParameterError(f"no folder at {shorten(str(folder))}")
    problems = figures.check(folder)
    for problem in problems:
        print(problem)
    rows = library.figure_counts(folder)
    counted = f"{_count(sum(rows), 'figure')} in {_count(len(rows), 'table')}"
    print(f"{counted}, {_count(len(problems), 'problem')}")
    return FAILED if problems else 0


def _count(number: int, thing: str) -> str:
    """Return a number with its noun, as in ``no problem`` or ``1,200 figures``."""
    return f"{number:,} {thing}s" if number > 1 else f"{number or 'no'} {thing}"


def _complain(text: str, status: int) -> int:
    print(f"rareearth: {text}", file=sys.stderr)
    return status

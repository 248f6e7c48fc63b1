"""The command ``rareearth``: list notebooks, check figures, render reports.

Nothing heavy is imported before it is needed, and every parameter is checked before a
kernel starts. Exit status 2 is a wrong command or parameter, 1 a failed report.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import rareearth
from rareearth.commands import audit, export, intake, render
from rareearth.commands.render import complain, own_folder, readable
from rareearth.errors import ParameterError, WorkbookError
from rareearth.figures import journal
from rareearth.render import library, parameters, server
from rareearth.render.job import OWN_DATA
from rareearth.render.parameters import cut, shorten, visible

if TYPE_CHECKING:
    import pandas as pd

USAGE, FAILED = 2, 1
PATIENCE = 10  # seconds in which a second signal changes nothing
MOST = 20  # differences that are told of what a report was made from
SHIELD = "\0"  # no argument of a command can hold it


def _number(text: str) -> int:
    """Return a whole number from 1 that a user typed."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{shorten(text)} is not a number from 1")
    return int(text)


def _seconds(text: str) -> float:
    """Return a length of time that a user typed."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1e9:
        raise argparse.ArgumentTypeError(f"{shorten(text)} is not a time in seconds")
    return found


ONE = "a name (01_production_shares), its number (01) or a path"
# What the commands take: of a flag its help; of a value its type, how it is called, and
# its help; else what argparse is told. What one command alone takes so stands with it.
ARGUMENTS: dict[str, str | tuple[Any, str, str] | dict[str, Any]] = {
    "notebooks": {"nargs": "*", "metavar": "NOTEBOOK", "help": f"{ONE} (default: all)"},
    "charts notebooks": {"nargs": "+", "metavar": "NOTEBOOK", "help": ONE},
    "notebook": (str, "NOTEBOOK", ONE),
    "folder": {
        "nargs": "?",
        "type": Path,
        "metavar": "FOLDER",
        "help": "figures of your own (default: those of the workbook)",
    },
    "report": (Path, "REPORT.html", "one report"),
    "claims": {
        "nargs": "?",
        "type": Path,
        "metavar": "CLAIMS.csv",
        "help": "the list, one claim a row; a workbook (.xlsx) will do",
    },
    "file": (Path, "FILE", "as downloaded; with --accept a proposal"),
    "proposal": (Path, "PROPOSAL", "as `intake` has written it"),
    "-p": {
        "nargs": 2,
        "action": "append",
        "default": [],
        "type": lambda word: word.removeprefix(SHIELD),
        "metavar": ("NAME", "VALUE"),
        "dest": "given",
        "help": "set a parameter, as in  -p country Australia; of a sweep in all runs "
        "(default: as in the notebook)",
    },
    "--grid": {
        "action": "append",
        "default": [],
        "metavar": "NAME=A,B,C",
        "help": "values to try; those with a comma in double quotes; may be repeated",
    },
    "--grid-file": (
        Path,
        "FILE",
        "YAML with a list of values for each name, or CSV with one run a row",
    ),
    "--out": (
        Path,
        "DIR",
        "where reports go (default: outputs/ in the project, in the folder where you "
        "are if the package is installed without it; of a sweep, sweeps/NOTEBOOK in "
        "that)",
    ),
    "charts --out": (Path, "DIR", "where they go (default: the folder where you are)"),
    "intake --out": (
        Path,
        "CSV",
        "the proposal (default: outputs/proposal-SOURCE.csv)",
    ),
    "--data": (
        Path,
        "DIR",
        "use the figures in this folder as well; reports with them have own names "
        f"(default: the folder that {OWN_DATA} names)",
    ),
    "verify --data": (Path, "DIR", "the own figures that were used (default: none)"),
    "intake --data": (Path, "DIR", "a folder of own figures (default: the curated)"),
    "--as-of": {
        "default": "latest",
        "metavar": "DATE",
        "help": "what was known on a day (default: %(default)s)",
    },
    "--jobs": (_number, "N", "runs at a time (default: one a processor)"),
    "--dask": (
        str,
        "ADDRESS",
        "use a Dask cluster, as in  tcp://host:8786 (default: this machine)",
    ),
    "--timeout": (_seconds, "SECONDS", "end a run that takes longer (default: none)"),
    "--force": "make also what is up to date",
    "--explain": "say why a report is made again",
    "--check": "make nothing; exit 1 if a report is out of date",
    "--quiet": "print errors only",
    "--yes": "more than 1,000 runs are meant",
    "jobs --json": "one JSON object a line instead",
    "list --json": "for other programs",
    "--seal": "if all else is in order, write the hash of each table into the package",
    "--due": {
        "nargs": "?",
        "const": "today",
        "metavar": "DATE",
        "help": "only list the series whose next value is late by that day (or today)",
    },
    "--notebook": (
        str,
        "NOTEBOOK",
        "what it was made from (default: the workbook's notebook of that name)",
    ),
    "--best": {
        "type": Path,
        "required": True,
        "metavar": "FILE",
        "help": "CSV, XLSX or Parquet by its name; Parquet needs pyarrow",
    },
    "--no-report": "print the verdicts only",
    "audit --json": (Path, "FILE", "write the verdicts as JSON (default: not)"),
    "--csv": (Path, "FILE", "write the verdicts as CSV (default: not)"),
    "--claimreview": (Path, "FILE", "write ClaimReview (schema.org) (default: not)"),
    "--template": "print a list to fill in",
    "--list": "print the quantities that can be checked",
    "--draft": (
        Path,
        "ARTICLE.txt",
        "print a list drafted from the numbers of a text, to correct (default: not)",
    ),
    "--map": (str, "MAP", "its name in data/intake, or a path (default: none)"),
    "--published": (str, "DATE", "the day printed on it (default: of a known source)"),
    "--edition": (str, "EDITION", "its edition (default: the year of DATE)"),
    "--accept": "put a proposal into the data",
}


class Command(NamedTuple):
    """A command: what it does, the words that it takes, and what is under its help.

    Each ends with 2 if it, or a parameter or file that it names, is wrong.
    """

    run: Callable[[argparse.Namespace], int]
    text: str
    takes: str  # with a bar between those of which one is given
    example: str
    statuses: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for name in ("stdout", "stderr"):  # closed by who started us, as daemons are
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
    typed = sys.argv[1:] if arguments is None else arguments
    if arguments is None:
        for number in server.ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wishes
                signal.signal(number, _Ended.now)
    options = _parser().parse_args(_shielded(typed))
    try:
        Path.cwd()
    except FileNotFoundError:
        return _complain("the folder in which you are is gone; go to another", USAGE)
    try:
        journal.finish(library.data_folder())  # what an interrupted --accept had ready
        return int(options.run(options))
    except WorkbookError as error:
        return _complain(str(error), USAGE)
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _complain(f"{place}{error.strerror or error}", FAILED)
    except KeyboardInterrupt as ended:
        if arguments is None:  # a second Ctrl-C while Python ends changes nothing
            for number in server.ENDINGS:
                signal.signal(number, signal.SIG_IGN)
        number = ended.args[0] if isinstance(ended, _Ended) else signal.SIGINT
        return _complain("interrupted; finished reports are kept", 128 + number)


class _Ended(KeyboardInterrupt):
    """Somebody told this process to end, by which signal."""

    since = -math.inf

    @classmethod
    def now(cls, number: int, _: object) -> None:
        """Raise, but not again while what the first signal has begun is being ended."""
        if time.monotonic() - cls.since > PATIENCE:
            cls.since = time.monotonic()
            raise cls(number)


def _shielded(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command so that ``-p`` takes the next two in any case.

    Without this, argparse takes a value such as ``-1+1`` for an option.
    """
    words, kept = list(arguments), 0
    for place, word in enumerate(arguments):
        if kept:
            words[place] = SHIELD + word
            kept -= 1
        elif word == "-p":
            kept = 2
    return words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rareearth",
        description="Sourced figures and shareable reports on the rare-earth industry.",
    )
    version = f"rareearth {rareearth.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=about.text,
            description=about.text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=f"example:\n  rareearth {about.example}\n\n"
            f"exit status: {about.statuses};\n"
            "2 the command, or what it names, is wrong; 130 interrupted",
        )
        command.set_defaults(run=about.run)
        for words in about.takes.split():
            one_of = words.split("|")
            group = command.add_mutually_exclusive_group() if one_of[1:] else command
            for word in one_of:
                group.add_argument(word, **_told(name, word))
    return parser


def _told(command: str, word: str) -> dict[str, Any]:
    """Return what argparse is told of a word that a command takes."""
    about = ARGUMENTS.get(f"{command} {word}") or ARGUMENTS[word]
    if isinstance(about, str):
        return {"action": "store_true", "help": about}
    if isinstance(about, tuple):
        return dict(zip(("type", "metavar", "help"), about, strict=True))
    return about


def _complain(text: str, status: int) -> int:
    complain(text)
    return status


def _list(options: argparse.Namespace) -> int:
    """Print the notebooks with their parameters."""
    found, broken = readable(options.notebooks)
    if options.json:
        print(json.dumps([_as_json(*each) for each in found.items()], indent=2))
        return FAILED if broken else 0
    for path, known in found.items():
        print(visible(f"{path.stem}  {library.title(library.load_cells(path))}"))
        for each in known:
            print(visible(f"  {each}"))
    return FAILED if broken else 0


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
    from rareearth.commands import checks
    from rareearth.figures import csv_files

    curated = library.data_folder()
    folder = options.folder or curated
    if not folder.is_dir():
        raise ParameterError(f"no folder at {shorten(str(folder))}")
    if options.due:
        return _due(folder, options.due)
    if options.seal:
        _seal(folder)
    problems = [str(problem) for problem in checks.check(folder)]
    every = checks.all_figures(folder)
    for problem in problems:
        print(problem)
    if not problems:
        for doubt in checks.doubts(folder):
            print(f"warning: {doubt}")
    if folder.resolve() == curated and not problems:
        for line in (*_counts(every), *_open_comparisons()):
            print(line)
    for name in csv_files.passed_over(folder) if folder.resolve() != curated else []:
        print(f"{name}: not read; tables are CSV files and sheets of XLSX workbooks")
    held = every["table"].nunique()
    counted = f"{_count(len(every), 'figure')} in {_count(held, 'table')}"
    print(f"{counted}, {_count(len(problems), 'problem')}")
    return 1 if problems else 0


def _due(folder: Path, day: str) -> int:
    """Print the series whose next value should be out by a day, the oldest first."""
    try:
        day = str(dt.date.today() if day == "today" else dt.date.fromisoformat(day))
    except ValueError:
        raise ParameterError(f"--due: {day!r} is not a date (YYYY-MM-DD)") from None
    series = folder / "series.csv"
    if not series.is_file():
        raise ParameterError(f"no series.csv in {shorten(str(folder))}")
    rows = [row for row in _rows(series) if row.get("next_expected")]
    late = [row for row in rows if row["next_expected"] < day]
    for row in sorted(late, key=lambda row: (row["next_expected"], row["series"])):
        print(f"{row['next_expected']}  {row['series']}: {row['title']}")
    print(f"{len(late)} of {len(rows)} regular series are late by {day}")
    return 1 if late else 0


def _seal(folder: Path) -> None:
    """Seal the tables of a folder unless something else is wrong with them."""
    from rareearth.commands import checks
    from rareearth.figures import seals

    if not (folder / seals.DESCRIPTOR).is_file():
        raise ParameterError(f"no {seals.DESCRIPTOR} in {shorten(str(folder))} to seal")
    if all(seals.REMEDY in problem.text for problem in checks.check(folder)):
        if checks.write_keys(folder):
            print(f"{seals.KEYS} lists the units and basis codes anew")
        for name in checks.seal(folder):
            print(f"{name} is sealed anew")


def _counts(every: pd.DataFrame) -> Iterator[str]:
    """Yield lines that count the figures by table, confidence and kind of source."""
    from rareearth.figures import dictionaries

    kinds = every["source_id"].map(dictionaries.known("").sources["kind"])
    for title, column in (
        ("table", every["table"]),
        ("confidence", every["confidence"]),
        ("kind of source", kinds),
    ):
        yield f"Figures by {title}"
        for name, number in column.value_counts().items():
            yield f"  {number:>7,}  {name}"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _open_comparisons() -> Iterator[str]:
    """Yield the comparisons across sources that nothing explains; they are no error."""
    from rareearth.commands.reconcile import reconcile

    try:
        table = reconcile()
    except WorkbookError as error:
        yield f"The comparisons across sources could not be made: {error}"
        return
    open_ones = table[table["outcome"] == "open"]
    counts = table["outcome"].value_counts()
    counted = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    yield f"Comparisons across sources: {counted or 'none'}"
    for row in open_ones.itertuples():
        sides = f"{row.left:,.6g} against {row.right:,.6g} {row.unit}"
        yield f"  open  {row.check_id}: {row.what}: {sides}"


def _verify(options: argparse.Namespace) -> int:
    """Print how a page differs from the report as it is made anew, if it does."""
    from rareearth.render import verify

    own = own_folder(options.data) if options.data else None
    name, differences = verify.compare(options.report, options.notebook, own)
    *inputs, place = differences or [""]
    more = [f"and {len(inputs) - MOST:,} more"] if len(inputs) > MOST else []
    for each in filter(None, [*inputs[:MOST], *more, place]):
        print(visible(cut(each, 400)))
    outcome = "differs from" if differences else "matches"
    as_what = "" if own or options.report.stem == name else f" as {name}"
    print(visible(f"{options.report.name} {outcome} the workbook{as_what}"))
    return FAILED if differences else 0


def _count(number: int, thing: str) -> str:
    """Return a number with its noun, as in ``no problem`` or ``1,200 figures``."""
    return f"{number:,} {thing}s" if number > 1 else f"{number or 'no'} {thing}"


COMMANDS = {
    "render": Command(
        render.render,
        "execute notebooks and write one HTML file for each",
        "notebooks -p --out --data --jobs --timeout --force --explain --check --quiet",
        "render 01 -p country Australia --out reports",
        "0 all made or up to date, 1 a report failed, or with --check is out of date",
    ),
    "sweep": Command(
        render.sweep,
        "render a notebook with every combination of some parameters' values",
        "notebook --grid --grid-file -p --out --data --yes --jobs|--dask --timeout "
        "--force --quiet",
        "sweep 01 --grid end_year=2020,2024 --jobs 2",
        "0 all made or up to date, 1 a report failed",
    ),
    "jobs": Command(
        render.jobs,
        "print one command for each run of a sweep, for a scheduler to run",
        "notebook --grid --grid-file -p --out --data --yes --json",
        "jobs 01 --grid country=Australia,Malaysia --out outputs/sweep",
        "0 the commands are printed",
    ),
    "list": Command(
        _list,
        "show the notebooks and their parameters",
        "notebooks --json",
        "list 01",
        "0 all are shown",
    ),
    "check": Command(
        _check,
        "validate a folder of figures",
        "folder --seal --due",
        "check my-figures",
        "0 in order, or with --due nothing is late; 1 a problem, or something is late",
    ),
    "verify": Command(
        _verify,
        "make a report anew from its label and say whether the page is the same",
        "report --data --notebook",
        "verify outputs/01_production_shares.html",
        "0 it matches the workbook, 1 it differs; 2 also if nothing was compared",
    ),
    "export": Command(
        export.export,
        "write the best figures as one flat table, with titles, units and sources",
        "--best --as-of --data",
        "export --best best.csv --as-of 2025-11-03",
        "0 the table is written",
    ),
    "charts": Command(
        export.charts,
        "write the charts of reports as SVG and PNG files",
        "notebooks -p --out --data",
        "charts 03 -p basis cash --out pictures",
        "0 all are written, 1 a report failed",
    ),
    "audit": Command(
        audit.audit,
        "check a list of claims against the figures and write a report",
        "claims --as-of --out --data --no-report --quiet --json --csv --claimreview "
        "--template --list --draft",
        "audit my_claims.csv --as-of 2025-11-03 --no-report",
        "0 every claim could be checked, 1 some could not or the report failed",
    ),
    "intake": Command(
        intake.intake,
        "read a publisher's file by a map and propose its figures, or accept them",
        "file --map --published --edition --data --out --accept",
        "intake MCS2027.csv --map usgs-mcs --published 2027-01-29",
        "0 a proposal is written, or accepted; 1 some rows of the file are refused",
    ),
    "impact": Command(
        intake.impact,
        "make the reports that a proposal touches with it, and say what changes",
        "proposal --out",
        "impact outputs/proposal-usgs-mcs-2027.csv",
        "0 the reports were made with it, 1 a report failed",
    ),
}

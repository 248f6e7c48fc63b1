"""The command ``rareearth``: list notebooks, check figures, render reports.

Nothing heavy is imported before it is needed, and every parameter is checked before a
kernel starts. Exit status 2 is a wrong command or parameter, 1 a failed report.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import rareearth
from rareearth.commands import audit as cli_audit
from rareearth.commands import check as cli_check
from rareearth.commands import export as cli_export
from rareearth.commands import options as cli_options
from rareearth.commands import render as cli_render
from rareearth.commands import sweep as cli_sweep
from rareearth.errors import WorkbookError
from rareearth.render import library, parameters
from rareearth.render.values import visible

USAGE, FAILED, INTERRUPTED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    typed = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(cli_options.shielded(typed))
    try:
        return int(options.run(options))
    except WorkbookError as error:
        return _complain(str(error), USAGE)
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _complain(f"{place}{error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted; finished reports are kept", INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rareearth",
        description="Sourced figures and shareable reports on the rare-earth industry.",
    )
    version = f"rareearth {rareearth.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    cli_render.add(commands)
    cli_sweep.add(commands)
    _add_list(commands)
    cli_check.add(commands)
    cli_export.add(commands)
    cli_audit.add(commands)
    return parser


def _add_list(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "show the notebooks and their parameters"
    command = commands.add_parser("list", help=text, description=text)
    command.add_argument(
        "notebooks", nargs="*", metavar="NOTEBOOK", help="a name, number or path"
    )
    command.add_argument("--json", action="store_true", help="for other programs")
    command.set_defaults(run=_list)


def _list(options: argparse.Namespace) -> int:
    """Print the notebooks with their parameters."""
    paths = [library.find(each) for each in options.notebooks] or library.notebooks()
    found = [(path, parameters.read(path)) for path in paths]
    if options.json:
        print(json.dumps([_as_json(*each) for each in found], indent=2))
        return 0
    for path, known in found:
        print(visible(f"{path.stem}  {library.title(library.load_cells(path))}"))
        for each in known:
            print(visible(f"  {each}"))
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


def _complain(text: str, status: int) -> int:
    print(f"rareearth: {visible(text)}", file=sys.stderr)
    return status

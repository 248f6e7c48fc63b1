"""What several commands of ``rareearth`` take: parameters, folders, counts, times."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path

from rareearth.errors import ParameterError
from rareearth.render.job import OWN_DATA
from rareearth.render.values import shorten

Commands = argparse._SubParsersAction  # no public name
_SHIELD = "\0"  # no argument of a command can hold it


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
    command.add_argument("--out", type=Path, metavar="DIR", help="where reports go")
    command.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="use the figures in this folder as well; their reports have own names",
    )


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


def own_folder(given: Path | None) -> Path | None:
    """Return the folder of the user's own figures: as given, or by the environment."""
    named = given or os.environ.get(OWN_DATA)
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    if not folder.is_dir():
        raise ParameterError(f"no folder at {folder}; own figures are CSV files in one")
    if not any(folder.glob("*.csv")):
        raise ParameterError(f"no CSV file in {folder}; own figures are CSV files")
    return folder

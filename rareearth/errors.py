"""The errors that the workbook reports to people.

Each message says what was wrong, where, and what would be right. The command line
prints the message alone; a notebook shows it as the last line of the traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST_NAME = 60  # characters of a user's word in a message


class WorkbookError(Exception):
    """Something that the user can mend; the message says how."""


class DataError(WorkbookError):
    """A data file breaks a rule. The message names file, line, column and value."""


class UnknownName(WorkbookError):
    """A name is not in its dictionary. The message lists the nearest names."""


class NoFigures(WorkbookError):
    """The names are known, but no figure is left. The message says what exists."""


class ParameterError(WorkbookError):
    """A notebook parameter is unknown, has the wrong type or an impossible value."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """Return the error for `name` with the nearest of the `known` names."""
    return UnknownName(f"unknown {kind}: {quoted(name)}; {nearest(name, known)}")


def quoted(name: str) -> str:
    """Return a user's word in quotes, on one line and cut when it is long."""
    return repr(name) if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]!r}..."


def nearest(name: str, known: Iterable[str], most: int = 5) -> str:
    """Return a phrase that offers the names most like `name`, or all when few."""
    choices = sorted(known)
    folded = {choice.casefold(): choice for choice in choices}
    inside = [c for c in choices if name.casefold() and name.casefold() in c.casefold()]
    close = [
        folded[hit] for hit in get_close_matches(name.casefold(), folded, most, 0.5)
    ]
    found = list(dict.fromkeys([*close, *inside]))[:most]
    if found:
        return f"did you mean {', '.join(map(repr, found))}?"
    return f"one of {few(list(map(repr, choices)))}"


def few(names: Sequence[str], most: int = 12) -> str:
    """Return names with commas, the first of them and how many more when many."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest

"""Find, check and resolve the parameters of a notebook before a kernel starts.

What a parameters cell may say is read by `rareearth.figures.parameters`, which the
second cell of each notebook uses as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, nearest
from rareearth.figures.parameters import Parameter, Value, parse, shorten
from rareearth.render import library


def resolve(notebook: Path, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return the full set of parameters that a run of `notebook` uses.

    Parameters
    ----------
    notebook : Path
        The notebook whose parameters cell says what there is.
    given : mapping of str to str or value
        What the user set. Text is read according to the parameter's type and
        never by YAML rules: ``"NO"`` stays ``"NO"``.

    Returns
    -------
    dict
        Every parameter in the order of the cell, given values over defaults.

    Raises
    ------
    UnknownName
        If there is no such notebook.
    ParameterError
        If a name is unknown (the message lists all), or a value has the wrong type or
        is none of those that the parameters cell declares.
    """
    known = {each.name: each for each in read(notebook)}
    for name in given:
        if name not in known:
            raise unknown_parameter(name, known.values(), notebook.stem)
    return {
        name: each.read(given[name]) if name in given else each.default
        for name, each in known.items()
    }


def unknown_parameter(
    name: str, known: Iterable[Parameter], where: str
) -> ParameterError:
    """Return the error for `name`: the nearest, then a line for each of the `known`."""
    lines = {str(each): each.name for each in known}
    head = f"no parameter {shorten(name)} in {where}"
    if not lines:
        return ParameterError(f"{head}; it has none (a cell tagged 'parameters')")
    hint = nearest(name, set(lines.values()))
    return ParameterError("\n  ".join([f"{head}; {hint}", *lines]))


def read(notebook: Path) -> list[Parameter]:
    """Return the parameters of a notebook in the order of its parameters cell.

    Without a cell that is tagged ``parameters`` there are none.
    """
    for cell in library.load_cells(notebook):
        if cell.get("cell_type") == "code" and library.is_tagged(cell, "parameters"):
            return parse(library.source(cell), notebook.name)
    return []


def readable(value: Any) -> str:
    """Return a parameter's value as a reader would write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(readable, value))
    return json.dumps(value, ensure_ascii=False)


def cut(text: str, most: int = 60) -> str:
    """Return a text on one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}..."


def visible(text: str) -> str:
    """Return a text with its control characters spelled out, safe to print.

    A terminal obeys them: a list of claims or a notebook from someone else could
    clear it or write over lines. Line breaks stay.
    """
    return "".join(
        each if each.isprintable() or each == "\n" else ascii(each)[1:-1]
        for each in text.replace("\N{NO-BREAK SPACE}", " ")
    )

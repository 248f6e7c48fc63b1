"""Read, check and resolve the parameters of a notebook before a kernel starts.

The parameters cell holds one assignment a line: a simple annotation, a literal
default and a comment. It is read with ``ast``, so nothing in it is ever run here. What
a user typed is never guessed at: ``"NO"`` is text, ``"1e3"`` is no whole number, and a
list is either JSON or items between commas.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import tokenize
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, nearest
from rareearth.render import library

LONGEST_TEXT = 10_000  # characters; longer than any name, short enough for a page

Value = int | float | str | bool | list[str] | list[int]


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    kind: str
    default: Value
    comment: str

    def __str__(self) -> str:
        """Return the line as the notebook has it."""
        line = f"{self.name}: {self.kind} = {self.default!r}"
        return f"{line}  # {self.comment}" if self.comment else line


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
        If a name is unknown (the message lists all), or a value has the wrong type.
    """
    known = {each.name: each for each in read(notebook)}
    for name in given:
        if name not in known:
            raise unknown_parameter(name, known.values(), notebook.stem)
    return {
        name: convert(name, each.kind, given[name]) if name in given else each.default
        for name, each in known.items()
    }


def unknown_parameter(
    name: str, known: Iterable[Parameter], where: str
) -> ParameterError:
    """Return the error for `name`: the nearest, then a line for each of the `known`."""
    lines = {str(each): each.name for each in known}
    head = f"no parameter {shorten(name)} in {where}"
    if not lines:
        return ParameterError(f"{head}; its parameters cell is empty")
    hint = nearest(name, set(lines.values()))
    return ParameterError("\n  ".join([f"{head}; {hint}", *lines]))


def read(notebook: Path) -> list[Parameter]:
    """Return the parameters of a notebook in the order of its parameters cell."""
    for cell in library.load_cells(notebook):
        if cell.get("cell_type") == "code" and library.is_tagged(cell, "parameters"):
            return parse(library.source(cell), notebook.name)
    raise ParameterError(
        f"{notebook.name} has no parameters cell; tag one code cell 'parameters'"
    )


def parse(source: str, where: str) -> list[Parameter]:
    """Return the parameters that the `source` of a parameters cell defines."""
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError) as error:
        raise ParameterError(
            f"{where}: the parameters cell is not valid Python ({error})"
        ) from error
    found: dict[str, Parameter] = {}
    for statement in statements:
        each = _parameter(statement, comments, where)
        if each.name in found:
            raise ParameterError(f"{where}: parameter {each.name!r} is assigned twice")
        found[each.name] = each
    return list(found.values())


def _parameter(
    statement: ast.stmt, comments: Mapping[int, str], where: str
) -> Parameter:
    """Return the parameter of one statement, or say what the line should be."""
    at = f"{where}: parameters cell, line {statement.lineno}"
    name, annotation, value = _parts(statement, at)
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        raise ParameterError(f"{at}: the default of {name!r} is no literal") from None
    kind = ast.unparse(annotation) if annotation else _kind_of(default)
    if kind not in READERS:
        raise ParameterError(
            f"{at}: the type of {name!r} is {kind!r}; one of {', '.join(READERS)}"
        )
    if isinstance(default, str) and kind != "str":
        raise ParameterError(f"{at}: the default of {name!r} is not of type {kind}")
    try:
        default = convert(name, kind, default)
    except ParameterError as error:
        raise ParameterError(f"{at}: {error}") from None
    comment = comments.get(statement.end_lineno or statement.lineno, "")
    return Parameter(name, kind, default, comment)


def _parts(statement: ast.stmt, at: str) -> tuple[str, ast.expr | None, ast.expr]:
    """Return name, annotation and value of an assignment to one name."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        if isinstance(statement.target, ast.Name):
            return statement.target.id, statement.annotation, statement.value
    elif isinstance(statement, ast.Assign):
        (*others, target) = statement.targets
        if isinstance(target, ast.Name) and not others:
            return target.id, None, statement.value
    raise ParameterError(f"{at}: write one assignment a line, as in  year: int = 2024")


def _kind_of(default: Any) -> str:
    """Return the type that a default without an annotation has."""
    if isinstance(default, list):
        is_whole = bool(default) and all(type(each) is int for each in default)
        return "list[int]" if is_whole else "list[str]"
    return type(default).__name__


def _comments(source: str) -> dict[int, str]:
    """Return the comments of `source` by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").rstrip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


class _Refused(ValueError):
    """A value of the right type that cannot be used; the message says why."""


def convert(name: str, kind: str, value: Any) -> Value:
    """Return `value` in the type `kind`, from text or from a Python value.

    Raises
    ------
    ParameterError
        As in ``start_year: 'abc' is not a whole number (int)``.
    """
    reader, meaning = READERS[kind]
    try:
        return reader(value)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = f"; {error}" if isinstance(error, _Refused) else ""
        raise ParameterError(
            f"{name}: {shorten(value)} is not {meaning} ({kind}){reason}"
        ) from None


def shorten(value: Any, most: int = 60) -> str:
    """Return the representation of a value on one line, cut for a message."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


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


def _whole(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError


def _number(value: Any) -> float:
    if isinstance(value, str) and re.fullmatch(r"[-+0-9.eE ]{1,40}", value):
        value = float(value)
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    if len(value) > LONGEST_TEXT:
        raise _Refused(f"it is longer than {LONGEST_TEXT:,} characters")
    if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise _Refused("it holds bytes that are no characters")
    return value


def _truth(value: Any) -> bool:
    words = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(value, str):
        value = words.get(value.strip().lower())
    if not isinstance(value, bool):
        raise ValueError
    return value


def _items(value: Any) -> list[Any]:
    """Return a list from a list, from JSON or from text with commas."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = json.loads(value)
    elif isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else []
    if not isinstance(value, list | tuple):
        raise ValueError
    return list(value)


READERS: dict[str, tuple[Callable[[Any], Value], str]] = {
    "int": (_whole, "a whole number"),
    "float": (_number, "a finite number"),
    "str": (_string, "text"),
    "bool": (_truth, "true or false"),
    "list[str]": (lambda v: [_string(i) for i in _items(v)], "a list of texts"),
    "list[int]": (lambda v: [_whole(i) for i in _items(v)], "a list of whole numbers"),
}

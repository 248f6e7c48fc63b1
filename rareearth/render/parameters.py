"""Read, check and resolve the parameters of a notebook before a kernel starts.

The parameters cell holds one assignment a line: a simple annotation, a literal
default and a comment. It is read with ``ast``, so nothing in it is ever run here.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, nearest
from rareearth.render import library
from rareearth.render.values import READERS, Value, convert, shorten


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

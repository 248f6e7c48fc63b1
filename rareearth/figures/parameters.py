"""What the parameters cell of a notebook declares, and what keeps to it.

The cell holds one assignment a line: a simple annotation, a literal default and a
comment. It is read with ``ast``, so nothing in it is ever run here. What a user typed
is never guessed at: ``"NO"`` is text, ``"1e3"`` is no whole number, and a list is
either JSON or items between commas.

A bracket at the end of a comment says which values there are:

``[1 .. 180]``, ``(0 .. 1]``, ``[0 ..]``
    A range of numbers. A round bracket leaves its end out; no number: no end.
``[Japan | World]``, ``[latest | YYYY-MM-DD]``
    Choices. ``YYYY``, ``YYYY-MM`` and ``YYYY-MM-DD`` stand for any year, month or day.
``[a country]``, ``[a company of revenue]``, ``[all | an actor of events]``
    What the figures or records name (`Names`).

Any other bracket is part of the comment.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
import json
import math
import os
import re
import sys
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from rareearth.errors import ParameterError, WorkbookError

LONGEST_TEXT = 10_000  # characters; longer than any name, short enough for a page
NOT_READ = (  # too deep for Python's parser is a MemoryError
    SyntaxError,
    ValueError,
    RecursionError,
    MemoryError,
    tokenize.TokenError,
)
RECORDED = ("events", "claims", "milestones", "assumptions")
YEARS = range(1900, 2200)  # what a date can lie in; far beyond all figures
_BRACKET = re.compile(r"\[[^\[\]]*\]$|[\[(][^\[\]()]*\.\.[^\[\]()]*[\])]$")
_RANGE = re.compile(r"([\[(])\s*(\S*)\s*\.\.\s*(\S*)\s*([\])])")
_LOOKED_UP = re.compile(r"(an?) (\w+)(?: of ([\w, ]+))?")
_DATES = {
    "YYYY": ("a year", "-01-01"),
    "YYYY-MM": ("a month", "-01"),
    "YYYY-MM-DD": ("a day", ""),
}

Value = int | float | str | bool | list[str] | list[int]


class Range(NamedTuple):
    """Numbers from `low` to `high`; with a round bracket the end itself is left out."""

    left: str
    low: float
    high: float
    right: str

    def refusal(self, value: Any) -> str:
        """Return what is wrong with a value; nothing if it lies in the range."""
        above = value > self.low or (value == self.low and self.left == "[")
        below = value < self.high or (value == self.high and self.right == "]")
        if above and below:
            return ""
        low = f"{'from' if self.left == '[' else 'above'} {_plain(self.low)}"
        high = f"{'up to' if self.right == ']' else 'and below'} {_plain(self.high)}"
        ends = [(low, self.low), (high, self.high)]
        said = " ".join(text for text, end in ends if math.isfinite(end))
        return f"is not a number {said.removeprefix('and ')}"


class Names(NamedTuple):
    """What figures or records name: ``a KIND of SOURCES``.

    ``kind`` is a kind of entity, ``entity``, ``product`` or ``year``, and ``sources``
    are series; or a column of a table of records (events, claims, milestones,
    assumptions). Without sources, all entities of a kind, or all products. A year
    is any from the first to the last with a figure.
    """

    text: str
    kind: str
    sources: tuple[str, ...]


class Choices(NamedTuple):
    """Alternatives: words, forms of dates, and what is looked up."""

    parts: tuple[str | Names, ...]

    def refusal(self, value: Any) -> str:
        """Return what is wrong with a value; nothing if it is one of the choices."""
        text = str(value)
        known: list[str] = []
        for part in self.parts:
            if isinstance(part, Names):
                known += names(part, os.environ.get("RAREEARTH_EXTRA_DATA"))
            elif part not in _DATES:
                known.append(part)
            elif _is_date(text, part):
                return ""
        if text in known:
            return ""
        *others, last = map(_said, self.parts)
        said = f"{', '.join(others)} or {last}" if others else last
        kinds = [part.kind for part in self.parts if isinstance(part, Names)]
        return f"is not {said}" + (
            f"; {_offer(kinds[0], text, known)}" if kinds else ""
        )


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

    @cached_property
    def declared(self) -> Range | Choices | None:
        """Return what the bracket at the end of the comment says, if there is one.

        Raises
        ------
        ParameterError
            If it looks like a declaration and is none.
        """
        found = _BRACKET.search(self.comment)
        return _declaration(found[0], self) if found else None

    def read(self, given: Any) -> Value:
        """Return a value that was given, in the type and within what is declared.

        The default passes unseen, so that nothing is looked up for it.

        Raises
        ------
        ParameterError
            The message names the parameter, the value and what there is.
        """
        value = convert(self.name, self.kind, given)
        if value != self.default:
            self.check(value)
        return value

    def check(self, value: Any) -> None:
        """Refuse a Python value of another type or outside of what is declared."""
        if convert(self.name, self.kind, value) != value:
            raise _of_other_type(self.name, self.kind, value)
        for item in value if isinstance(value, list) else [value]:
            if self.declared and (refusal := self.declared.refusal(item)):
                raise ParameterError(f"{self.name}: {shorten(item)} {refusal}")


def check_parameters() -> None:
    """Refuse values that the parameters cell of the running notebook does not declare.

    The cell is found in the history of the session: the last one with nothing but
    assignments and a declaration, which leaves out what papermill injects. Outside
    IPython nothing is checked.

    Raises
    ------
    ParameterError
        The message names the parameter, the value and what there is.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    names.cache_clear()  # own figures may have changed during a session
    for source in reversed(shell.history_manager.input_hist_raw):
        if _declares(source):
            for each in parse(source, "the notebook"):
                each.check(shell.user_ns.get(each.name, each.default))
            return


def _declares(source: str) -> bool:
    """Return whether a cell is a parameters cell with a bracket at a line's end."""
    try:
        statements = ast.parse(source).body
        comments = _comments(source).values()
    except NOT_READ:
        return False
    are_plain = all(isinstance(each, ast.AnnAssign | ast.Assign) for each in statements)
    return are_plain and any(map(_BRACKET.search, comments))


def parse(source: str, where: str) -> list[Parameter]:
    """Return the parameters that the `source` of a parameters cell defines."""
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except NOT_READ as error:
        raise ParameterError(
            f"{where}: the parameters cell is not valid Python ({error or 'too deep'})"
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
    except (TypeError, *NOT_READ):
        raise ParameterError(f"{at}: the default of {name!r} is no literal") from None
    kind = ast.unparse(annotation) if annotation else _kind_of(default)
    if kind not in READERS:
        raise ParameterError(
            f"{at}: the type of {name!r} is {kind!r}; one of {', '.join(READERS)}"
        )
    if isinstance(default, str) and kind != "str":
        raise ParameterError(f"{at}: the default of {name!r} is not of type {kind}")
    comment = comments.get(statement.end_lineno or statement.lineno, "")
    try:
        found = Parameter(name, kind, convert(name, kind, default), comment)
        _ = found.declared
    except ParameterError as error:
        raise ParameterError(f"{at}: {error}") from None
    return found


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


def _declaration(text: str, parameter: Parameter) -> Range | Choices | None:
    """Return what a bracket says; None if it is a part of the comment."""
    wrong = f"{parameter.name}: the bracket {text} says no range or choices"
    if ".." in text:
        found = _RANGE.fullmatch(text)
        if not found:
            raise ParameterError(f"{wrong}; write a range as in  [1 .. 180]")
        if parameter.kind not in ("int", "float", "list[int]"):
            raise ParameterError(f"{wrong}; a range is for numbers")
        left, low, high, right = found.groups()
        try:
            ends = float(low or "-inf"), float(high or "inf")
        except ValueError:
            raise ParameterError(f"{wrong}; its ends are numbers") from None
        if not ends[0] < ends[1]:
            raise ParameterError(f"{wrong}; it ends before it begins")
        return Range(left, *ends, right)
    parts = [part.strip() for part in text[1:-1].split("|")]
    if "" in parts and len(parts) > 1:
        raise ParameterError(f"{wrong}; one of the choices is empty")
    choices = tuple(map(_choice, parts))
    if len(choices) == 1 and isinstance(choices[0], str) and choices[0] not in _DATES:
        return None
    return Choices(choices)


def _choice(part: str) -> str | Names:
    found = _LOOKED_UP.fullmatch(part)
    if not found:
        return part
    sources = re.split(r"\s*,\s*|\s+or\s+", found[3]) if found[3] else []
    return Names(part, found[2], tuple(sources))


@lru_cache
def names(asked: Names, extra: str | None) -> list[str]:
    """Return what the figures or records name, those of a user's folder included.

    Raises
    ------
    ParameterError
        If there is nothing of that name. The message says what there is.
    """
    from rareearth.figures import dictionaries, loading, records

    kinds = loading.kinds(extra)
    known = {"product": dictionaries.known(extra).products.index, "entity": kinds.index}
    known |= {kind: kinds.index[kinds == kind] for kind in kinds.unique()}
    if not asked.sources and asked.kind in known:
        return list(known[asked.kind])
    for source in {*asked.sources}.intersection(RECORDED):
        if asked.kind in (frame := getattr(records, source)()):
            return sorted(set(frame[asked.kind].str.split(";").explode()) - {""})
    try:
        rows = loading.load(asked.sources, extra=extra, variants="all")
    except WorkbookError as error:
        raise ParameterError(f"nothing is {asked.text!r}: {error}") from None
    if asked.kind == "year":
        years = rows["period_end"].dt.year
        return [str(year) for year in range(years.min(), years.max() + 1)]
    if asked.kind not in known:
        raise ParameterError(f"nothing is {asked.text!r}; there are {', '.join(known)}")
    column = rows["product" if asked.kind == "product" else "entity"]
    return sorted(set(column) & set(known[asked.kind]))


def _offer(kind: str, text: str, known: list[str]) -> str:
    """Return a phrase with the nearest of what is looked up, or with its ends."""
    from rareearth.figures import lookup

    if kind == "year":
        return f"there are {known[0]} to {known[-1]}"
    return lookup.offer("product" if kind == "product" else "entity", text, known)


def _said(part: str | Names) -> str:
    if isinstance(part, Names):
        return part.text
    return f"{_DATES[part][0]} ({part})" if part in _DATES else repr(part)


def _is_date(text: str, form: str) -> bool:
    """Return whether a text is a date of one of the forms, with two-digit months."""
    if not re.fullmatch(re.sub("[YMD]", "[0-9]", form), text):
        return False
    try:
        return dt.date.fromisoformat(text + _DATES[form][1]).year in YEARS
    except ValueError:
        return False


def _plain(number: float) -> str:
    """Return a number with commas, as a reader would write it, but for years."""
    return f"{number:,.10g}" if abs(number) >= 10_000 else f"{number:.10g}"


class _Refused(ValueError):
    """A value of the right type that cannot be used; the message says why."""


def convert(name: str, kind: str, value: Any) -> Value:
    """Return `value` in the type `kind`, from text or from a Python value.

    Raises
    ------
    ParameterError
        As in ``start_year: 'abc' is not a whole number (int)``.
    """
    reader, _ = READERS[kind]
    try:
        return reader(value)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = f"; {error}" if isinstance(error, _Refused) else ""
        raise _of_other_type(name, kind, value, reason) from None


def _of_other_type(
    name: str, kind: str, value: Any, reason: str = ""
) -> ParameterError:
    _, meaning = READERS[kind]
    return ParameterError(f"{name}: {shorten(value)} is not {meaning} ({kind}){reason}")


def shorten(value: Any, most: int = 60) -> str:
    """Return the representation of a value on one line, cut for a message."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


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

"""Turn what a user typed into a value of a parameter's type, or refuse it.

Text is never guessed at: ``"NO"`` is text, ``"1e3"`` is no whole number, and a list
is either JSON or items between commas.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from rareearth.errors import ParameterError

LONGEST_TEXT = 10_000  # characters; longer than any name, short enough for a page

Value = int | float | str | bool | list[str] | list[int]


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

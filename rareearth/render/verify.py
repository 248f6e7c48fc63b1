"""Say whether a report still matches the files that it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, UnknownName
from rareearth.render import keys, library, provenance
from rareearth.render.values import shorten


class _Finder(HTMLParser):
    """Finds the provenance in the head of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the content of ``<meta name="rareearth">``."""
        known = dict(attrs)
        if tag == "meta" and known.get("name") == "rareearth":
            self.found = known.get("content") or ""


def made_from(page: Path) -> dict[str, Any]:
    """Return what a report says that it was made from.

    Raises
    ------
    ParameterError
        If the file cannot be read or is no report.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise ParameterError(f"cannot read {page}: {error.strerror}") from error
    except ValueError:
        text = ""
    finder = _Finder()
    finder.feed(text.partition("</head>")[0])
    try:
        about = json.loads(finder.found)
        files = [*about["data"], *about["modules"]]
        if all({"name", "sha256"} <= each.keys() for each in files):
            return dict(about)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise ParameterError(f"{page} is not a report of rareearth")


def compare(about: dict[str, Any], own: Path | None) -> Iterator[tuple[str, str]]:
    """Yield each file that a report rests on with ``matches`` or what differs.

    Another version of a library is told, but does not make the report another one.
    """
    yield f"notebook {about.get('notebook', '')}", _notebook(about)
    yield from _environment(about.get("environment", {}))
    for entry in [*about["data"], *about["modules"]]:
        name = str(entry["name"])
        if name.startswith("own/") and own is None:
            yield name, "not compared: give the folder with --data"
            continue
        try:
            now = keys.sha256(keys.locate(name, own))
        except ValueError:
            yield shorten(name), "is not a file of the workbook"
            continue
        if not now:
            yield name, "is gone"
        else:
            known = entry["sha256"] in (now, now[: provenance.SHORT])
            yield name, "matches" if known else "differs"


def _environment(made_with: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    here = provenance.environment()
    for name, version in made_with.items():
        if (now := here.get(name, "not installed")) != version:
            yield f"{name} {version}", f"here {now}"


def _notebook(about: dict[str, Any]) -> str:
    """Compare the code of the notebook with that of the report."""
    try:
        cells = library.load_cells(library.find(str(about.get("notebook"))))
    except UnknownName:
        return "not compared: it is not among the workbook's notebooks"
    code = keys.code_of(cells)
    now = hashlib.sha256("".join(code).encode()).hexdigest()
    return "matches" if now == about.get("code") else "differs"

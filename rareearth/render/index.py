"""The first page of the outputs: a card for each report that lies there.

Rebuilt after every command from what each run has left, so it cannot go out of date.
Beside the cards it says what the workbook is, its sweeps, its data and how to cite it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

import rareearth
from rareearth.render import dictionary, library, look, thumbnail
from rareearth.render.job import HIDDEN
from rareearth.render.parameters import cut, readable

_SWEEP = re.compile(r"<title>Sweep: (.*) - .*?</title>")
_LEAD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)
_HEAD = 64_000  # characters in which title and lead of a page are found
LARGEST_PICTURE = 60_000  # characters
_SENTENCE = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)


@dataclass(frozen=True)
class Card:
    """What the index says of one report; `picture` is an escaped ``<img>``."""

    name: str
    title: str
    answer: str
    changed: str
    picture: str
    failure: str


def build(folder: Path, figures: dict[str, Any] | None = None) -> Path:
    """Write ``index.html`` for the reports in `folder` and return its path.

    A page that is right already is not touched. `figures` is what `describe_figures`
    returned, if that was called before.
    """
    cards = [card for path in sorted(folder.glob("*.ipynb")) if (card := read(path))]
    made = [each for each in cards if not each.failure]
    failed = [each for each in cards if each.failure]
    content = {
        "title": "",
        "made": len(made),
        "usual": [each for each in made if not each.changed],
        "turned": [each for each in made if each.changed],
        "older": sorted({each.name for each in failed}),
        "sweeps": list(_sweeps(folder)),
        "failed": failed,
        "figures": figures or describe_figures(folder),
        "version": rareearth.__version__,
    }
    target = folder / "index.html"
    look.write(target, "index", content, lambda: content)
    return target


def describe_figures(folder: Path) -> dict[str, Any]:
    """Return number, tables and page of the figures; it writes the page."""
    page = dictionary.build(folder)
    counts = library.figure_counts(library.data_folder())
    return {"sum": sum(counts), "tables": len(counts), "page": page.name}


def read(path: Path) -> Card | None:
    """Return the card of one executed notebook, None if it is not one of ours."""
    is_failed = path.name.endswith(".failed.ipynb")
    name = path.name.removesuffix(".ipynb").removesuffix(".failed")
    if not is_failed and not path.with_suffix(".html").is_file():
        return None
    kept = path.parent / HIDDEN / f"{name}.card.json"
    try:
        if kept.is_file() and not is_failed:
            return Card(**json.loads(kept.read_text(encoding="utf-8")))
        notebook = json.loads(path.read_text(encoding="utf-8"))
        failure = notebook["metadata"]["rareearth"].get("failure", "unknown")
        return _card(name, notebook, str(failure) if is_failed else "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def describe(name: str, notebook: dict[str, Any]) -> dict[str, str]:
    """Return the card of a report that was just made, as JSON can keep it."""
    return asdict(_card(name, notebook, ""))


def _card(name: str, notebook: dict[str, Any], failure: str) -> Card:
    cells = list(notebook["cells"])
    return Card(
        name=name,
        title=library.title(cells) or name,
        answer="" if failure else _answer(cells),
        changed=_changed(notebook["metadata"]["rareearth"]),
        picture="" if failure else _first_picture(cells),
        failure=failure,
    )


def _changed(about: dict[str, Any]) -> str:
    """Return what differs from the defaults, as a phrase."""
    used = about.get("parameters", {})
    changed = [name for name in about.get("changed", []) if name in used]
    phrases = [f"{name} = {cut(readable(used[name]))}" for name in changed]
    own = [f"own figures from {about['own']}"] if about.get("own") else []
    return ", ".join(phrases + own)


def _answer(cells: list[dict[str, Any]]) -> str:
    """Return the first sentence that the report computes, else its first paragraph."""
    from rareearth.render import markup

    for html, _ in thumbnail.displayed(cells):
        if found := _SENTENCE.match(html):
            return _plain(found[1])
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            try:
                found = _SENTENCE.search(markup.to_html(library.source(cell)))
            except markup.MarkupError:
                continue
            return _plain(found[1]) if found else ""
    return ""


def _first_picture(cells: list[dict[str, Any]]) -> str:
    """Return the first chart that the report displays, small, with its description."""
    for html, _ in thumbnail.displayed(cells):
        address, alt = thumbnail.first_picture(html, LARGEST_PICTURE)
        if address:
            return f'<img src="{address}" alt="{escape(alt)}">'
    return ""


def _plain(html: str) -> str:
    """Return the text of a piece of HTML on one line."""
    from bs4 import BeautifulSoup

    return " ".join(BeautifulSoup(html, "html.parser").get_text().split())


def _sweeps(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield address, question and lead of each sweep below `folder`."""
    for table in sorted(folder.glob("sweeps/*/*.csv")):
        page = table.with_suffix(".html")
        if not page.is_file():
            continue
        with page.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
        title, lead = _SWEEP.search(head), _LEAD.search(head)
        if title:
            link = page.relative_to(folder).as_posix()
            yield link, _unmarked(title[1]), _unmarked(lead[1]) if lead else ""


def _unmarked(html: str) -> str:
    """Return the text of a line that the workbook itself has written."""
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())

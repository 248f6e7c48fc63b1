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
from urllib.parse import quote

import rareearth
from rareearth.render import dictionary, library, store, thumbnail
from rareearth.render.job import HIDDEN
from rareearth.render.look import POLICY, style
from rareearth.render.parameters import cut, readable

ABOUT = (
    "Sourced figures on the rare-earth industry, and methods that can be checked. Each "
    "report answers one question from figures that can be traced to a page of their "
    "source, with their ranges and their vintages."
)
_SWEEP = re.compile(r"<title>Sweep: (.*?) - Rare Earth Workbook</title>")
_LEAD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)
_HEAD = 64_000  # characters in which title and lead of a page are found
LARGEST_PICTURE = 60_000  # characters
_SENTENCE = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)
_CARD = """<li class="card">
<a href="{link}">{picture}<span class="title">{title}</span></a>
{lines}
</li>"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Rare Earth Workbook</title>
<link rel="icon" href="data:,">
<style>
{style}
</style>
</head>
<body class="index">
<a class="skip" href="#report">Skip to the reports</a>
<header class="masthead"><p>Rare Earth Workbook</p></header>
<main id="report">
<h1>Reports on the rare-earth industry</h1>
<p class="lead">{about}</p>
<p class="note">{count}</p>
{content}
</main>
<footer><p>One file, no scripts. Each report is a file of its own that can be sent
as it is.</p></footer>
</body>
</html>
"""


@dataclass(frozen=True)
class Card:
    """What the index says of one report; `picture` is an escaped ``<img>``."""

    name: str
    title: str
    answer: str
    changed: str
    picture: str
    failure: str


def build(folder: Path, data: str = "") -> Path:
    """Write ``index.html`` for the reports in `folder` and return its path.

    A page that is right already is not touched. `data` is the section of
    `data_section`, if that was called before.
    """
    cards = [card for path in sorted(folder.glob("*.ipynb")) if (card := read(path))]
    made = [each for each in cards if not each.failure]
    failed = [each for each in cards if each.failure]
    page = _PAGE.format(
        policy=POLICY,
        style=style(),
        about=ABOUT,
        count=_count(len(made)),
        content="".join(_content(made, failed, folder, data)),
    )
    target = folder / "index.html"
    if not target.is_file() or target.read_text(encoding="utf-8") != page:
        store.write({target: page})
    return target


def _content(
    made: list[Card], failed: list[Card], folder: Path, data: str
) -> Iterator[str]:
    """Yield the sections of the page."""
    older = {each.name for each in failed}
    usual = [each for each in made if not each.changed]
    turned = [each for each in made if each.changed]
    yield _made("The questions", usual, older)
    yield _made("With other parameters", turned, older)
    yield sweeps(folder)
    yield _failed(failed)
    yield data or data_section(folder)
    yield citation()


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


def _count(reports: int) -> str:
    if not reports:
        return "No report has been made yet."
    return "One report." if reports == 1 else f"{reports} reports."


def _made(title: str, cards: list[Card], failed: set[str]) -> str:
    """Return a section of cards; one whose last run failed says that it is older."""
    items = []
    for card in cards:
        older = "The last run failed; this is the report before it."
        changed = f'<p class="changed">With {escape(card.changed)}</p>'
        lines = [
            changed if card.changed else "",
            f"<p>{escape(card.answer)}</p>" if card.answer else "",
            f'<p class="note">{older}</p>' if card.name in failed else "",
        ]
        items.append(
            _CARD.format(
                link=quote(f"{card.name}.html"),
                picture=f'<span class="picture">{card.picture}</span>',
                title=escape(card.title),
                lines="\n".join(filter(None, lines)),
            )
        )
    if not items:
        return ""
    return f'\n<h2>{title}</h2>\n<ul class="cards">\n{chr(10).join(items)}\n</ul>'


def _failed(cards: list[Card]) -> str:
    """Return the list of the runs that failed, with their errors."""
    if not cards:
        return ""
    items = []
    for card in cards:
        title = f"<strong>{escape(card.title)}</strong>"
        changed = f" with {escape(card.changed)}" if card.changed else ""
        kept = quote(f"{card.name}.failed.ipynb")
        link = f'<a href="{kept}">partial notebook</a>'
        items.append(f"<li>{title}{changed}: {escape(card.failure)} ({link})</li>")
    return f'\n<h2>Failed</h2>\n<ul class="failed">\n{chr(10).join(items)}\n</ul>'


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

    for html in _displayed(cells):
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
    for html in _displayed(cells):
        address, alt = thumbnail.first_picture(html, LARGEST_PICTURE)
        if address:
            return f'<img src="{address}" alt="{escape(alt)}">'
    return ""


def _displayed(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the HTML that the cells display, pictures as ``<img>``."""
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                yield "".join(data["text/html"])
            elif "image/png" in data:
                about = output.get("metadata", {}).get("image/png", {})
                png = "".join("".join(data["image/png"]).split())
                alt = escape(str(about.get("alt", "")))
                yield f'<img src="data:image/png;base64,{png}" alt="{alt}">'


def _plain(html: str) -> str:
    """Return the text of a piece of HTML on one line."""
    from bs4 import BeautifulSoup

    return " ".join(BeautifulSoup(html, "html.parser").get_text().split())


def sweeps(folder: Path) -> str:
    """Return the section that lists the sweeps below `folder`."""
    items = [f"<li>{line}</li>" for line in _sweeps(folder)]
    if not items:
        return ""
    return f'\n<h2>Sweeps</h2>\n<ul class="sweeps">\n{chr(10).join(items)}\n</ul>'


def _sweeps(folder: Path) -> Iterator[str]:
    for table in sorted(folder.glob("sweeps/*/*.csv")):
        page = table.with_suffix(".html")
        if not page.is_file():
            continue
        with page.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
        title, lead = _SWEEP.search(head), _LEAD.search(head)
        if title:
            link = quote(page.relative_to(folder).as_posix())
            about = _unmarked(lead[1]) if lead else ""
            name = escape(_unmarked(title[1]))
            yield f'<a href="{link}">{name}</a><br>{escape(about)}'


def data_section(folder: Path) -> str:
    """Return the section on the figures; it writes the data dictionary it links to."""
    page = dictionary.build(folder)
    counts = library.figure_counts(library.data_folder())
    return (
        '\n<section class="about">\n<h2>The figures</h2>\n'
        f"<p>{sum(counts):,} figures in {len(counts)} tables. The "
        f'<a href="{quote(page.name)}">data dictionary</a> says what every series, '
        "unit, basis and source is.</p>\n</section>"
    )


def citation() -> str:
    """Return the section on how to cite the workbook and its figures."""
    return (
        '\n<section class="about">\n<h2>How to cite</h2>\n'
        "<p>Rare Earth Workbook contributors: <cite>Rare Earth Workbook</cite>, "
        f"version {escape(rareearth.__version__)}. Name the report and its parameters, "
        "and cite the publisher of a figure beside it: each report lists its sources."
        "</p>\n"
        "<p>The code is under the BSD 3-Clause licence; the selection and description "
        "of the data are under CC BY 4.0. The figures are facts that their publishers "
        "printed under their own terms.</p>\n</section>"
    )


def _unmarked(html: str) -> str:
    """Return the text of a line that the workbook itself has written."""
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())

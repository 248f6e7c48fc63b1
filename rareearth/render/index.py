"""The first page of the outputs: a card for each report that lies there.

Rebuilt after every command from what each run has left, so it cannot go out of date.
Beside the cards it says what the workbook is, its sweeps, its data and how to cite it.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import rareearth
from rareearth.render import dictionary, library, look
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

    for html, _ in displayed(cells):
        if found := _SENTENCE.match(html):
            return _unmarked(found[1])
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            try:
                found = _SENTENCE.search(markup.to_html(library.source(cell)))
            except markup.MarkupError:
                continue
            return _unmarked(found[1]) if found else ""
    return ""


def _first_picture(cells: list[dict[str, Any]]) -> str:
    """Return the first chart that the report displays, small, with its description."""
    for html, _ in displayed(cells):
        address, alt = first_picture(html, LARGEST_PICTURE)
        if address:
            return f'<img src="{address}" alt="{escape(alt)}">'
    return ""


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
    """Return the text of a piece of HTML on one line."""
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())


WIDTH = 320  # pixels of a scaled picture
_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(
    r"""\bsrc=(['"])data:image/(svg\+xml|png|jpeg)(;base64)?,(.+?)\1"""
)
_ALT = re.compile(r"""\balt=(?:'([^']*)'|"([^"]*)")""")
_SVG = "{http://www.w3.org/2000/svg}"
_GLYPHS = re.compile(r"\s*scale\(([\d.]+) -\1\)$")  # of text that became outlines
_TICK = re.compile(r"[xy]tick_\d+|text_\d+|legend_\d+")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_MEASURES = ("d", "points", "x", "y", "width", "height", "transform")

ET.register_namespace("", _SVG[1:-1])
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def displayed(cells: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield for each output its HTML, a picture as ``<img>``, and all its data."""
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = "".join(data.get("text/html", ""))
            if not html and "image/png" in data:
                png = "".join("".join(data["image/png"]).split())
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                source = f"data:image/png;base64,{png}"
                html = f'<img src="{source}" alt="{escape(str(alt))}">'
            yield html, data


def first_picture(html: str, most: int) -> tuple[str, str]:
    """Return address and description of the first picture in `html`, made small.

    The address is a ``data:`` address of at most `most` characters. It is empty if
    the picture cannot be made that small; both are if there is none.
    """
    for found in _IMAGE.finditer(html):
        source, alt = _SOURCE.search(found[0]), _ALT.search(found[0])
        if source:
            described = unescape((alt[1] or alt[2] or "") if alt else "")
            _, kind, is_base64, content = source.groups()
            if not is_base64:
                content = base64.b64encode(unquote_to_bytes(content)).decode()
            return small(kind, content, most), described
    return "", ""


def small(kind: str, content: str, most: int) -> str:
    """Return a small version of a picture in base64 as an address, or nothing."""
    try:
        data = base64.b64decode(content)
        if kind == "svg+xml":
            versions = (_drawing(data, level) for level in (0, 1))
        else:
            kind, versions = "png", (_scaled(data, WIDTH // size) for size in (1, 2))
        for version in versions:
            address = f"data:image/{kind};base64,{base64.b64encode(version).decode()}"
            if len(address) <= most:
                return address
    except (ET.ParseError, binascii.Error, OSError, ValueError, ImportError):
        pass  # a picture that cannot be read is left out; the report shows it
    return ""


def _drawing(data: bytes, level: int) -> bytes:
    """Return an SVG with text as text and short numbers; at level 1 without axes."""
    target = ET.TreeBuilder(insert_comments=True)
    root = ET.fromstring(data, ET.XMLParser(target=target))
    for parent in list(root.iter()):
        _set_text(parent)
        for child in list(parent):
            is_detail = level and _TICK.fullmatch(child.get("id", ""))
            if child.tag in (ET.Comment, f"{_SVG}metadata") or is_detail:
                parent.remove(child)
    for element in root.iter():
        _shorten(element, level)
    root.set("font-family", "sans-serif")
    return ET.tostring(root, encoding="utf-8")


def _set_text(parent: ET.Element) -> None:
    """Put text in the place of its outlines; matplotlib leaves it in a comment."""
    children = list(parent)
    for comment, group in pairwise(children):
        placed = group.get("transform", "")
        size = _GLYPHS.search(placed)
        if comment.tag is ET.Comment and group.tag == f"{_SVG}g" and size:
            style = group.get("style", "")
            group.clear()
            group.tag = f"{_SVG}text"
            group.text = unescape(comment.text or "").strip()
            group.set("transform", placed[: size.start()])
            group.set("font-size", f"{float(size[1]) * 100:.3g}")
            if style:
                group.set("style", style)


def _shorten(element: ET.Element, level: int) -> None:
    """Round the numbers of an element and take out white space."""
    digits = 0 if level else 1
    for name in _MEASURES:
        if value := element.get(name):
            if element.tag != f"{_SVG}svg":
                value = _NUMBER.sub(lambda found: _round(found[0], digits), value)
            element.set(name, " ".join(value.split()))
    if style := element.get("style"):
        element.set("style", re.sub(r"([:;])\s+", r"\1", style))
    if element.text and not element.text.strip():
        element.text = None
    if element.tail and not element.tail.strip():
        element.tail = None


def _round(number: str, digits: int) -> str:
    # A factor such as scale(0.015625) or a marker of a few points keeps its digits.
    if abs(float(number)) < 4:
        return f"{float(number):.3g}"
    return f"{float(number):.{digits}f}".removesuffix(".0")


def _scaled(data: bytes, width: int) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        picture.thumbnail((width, width))
        out = io.BytesIO()
        picture.convert("RGB").quantize(64).save(out, "png", optimize=True)
    return out.getvalue()

"""The first page of the outputs: a card for each report that lies there.

Rebuilt after every command from what each run has left, so it cannot go out of date.
Beside the cards it says what the workbook is, its sweeps, what the command line tells
of its figures, and how to cite it. What a card says of a report, a sweep says as well.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import rareearth
from rareearth.render import library, look
from rareearth.render.job import HIDDEN
from rareearth.render.parameters import cut, readable

# Where a reader should begin, by the numbers of the notebooks; the others follow.
READING = ("00", "01", "05", "10", "08", "09", "11")
# As rareearth.display.output emits them.
FINDINGS = "application/vnd.rareearth.findings+json"
PARTS = set("name title findings answer newest changed picture alt failure".split())
_SWEEP = re.compile(r"<title>Sweep: (.*) - .*?</title>")
_LEAD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)
_HEAD = 64_000  # characters in which title and lead of a page are found
_PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)
_NOTE = re.compile(r"<sup\b.*?</sup>", re.DOTALL)  # a mark that leads to a source
_NEWEST = re.compile(r"Newest source of this report: ([^.<]+)")
# Where a sentence ends: not after "No." or an initial.
_END = re.compile(r"(?<!\bNo)(?<!\b[A-Z])[.?!] (?=[A-Z])")

Card = dict[str, Any]
"""What is said of one report: its name and title, its findings (label, value, range or
condition), a sentence as `answer`, the day or month of its `newest` source, what was
`changed`, address and `alt` text of a `picture`, and its `failure`."""


def build(folder: Path, figures: Mapping[str, Any]) -> Path:
    """Write ``index.html`` for the reports in `folder` and return its path.

    A page that is right already is not touched. `figures` is what it says of the data:
    how many (``sum``) in how many ``tables``, the ``page`` that explains them, how far
    they reach (``newest``), and title, key and day of the series that are ``late``.
    """
    paths = sorted(folder.glob("*.ipynb"), key=_reading)
    cards = [card for path in paths if (card := read(path))]
    made = [each for each in cards if not each["failure"]]
    failed = [each for each in cards if each["failure"]]
    content = {
        "title": "",
        "made": len(made),
        "usual": [each for each in made if not each["changed"]],
        "turned": [each for each in made if each["changed"]],
        "older": sorted({each["name"] for each in failed}),
        "sweeps": list(_sweeps(folder)),
        "failed": failed,
        "figures": figures,
        "version": rareearth.__version__,
    }
    target = folder / "index.html"
    look.write(target, "index", content, lambda: content)
    return target


def _reading(path: Path) -> tuple[int, str]:
    """Return by what reports are ordered for somebody who reads them in a row."""
    number = path.name[:2]
    place = READING.index(number) if number in READING else len(READING)
    return place, path.name


def read(path: Path) -> Card | None:
    """Return the card of one executed notebook, None if it is not one of ours."""
    is_failed = path.name.endswith(".failed.ipynb")
    name = path.name.removesuffix(".ipynb").removesuffix(".failed")
    if not is_failed and not path.with_suffix(".html").is_file():
        return None
    kept = path.parent / HIDDEN / f"{name}.card.json"
    if not is_failed:
        with suppress(OSError, ValueError, AttributeError):  # none, or another one
            card: Card = json.loads(kept.read_text(encoding="utf-8"))
            if card.keys() == PARTS:
                return card
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        failure = notebook["metadata"]["rareearth"].get("failure", "unknown")
        return describe(name, notebook, str(failure) if is_failed else "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def describe(name: str, notebook: dict[str, Any], failure: str = "") -> Card:
    """Return the card of a report, as JSON can keep it."""
    cells = list(notebook["cells"])
    shown = [] if failure else list(displayed(cells))
    pictures = (first_picture(html) for html, _ in shown)
    picture, alt = next((each for each in pictures if each[0]), ("", ""))
    told = (each for _, data in shown for each in data.get(FINDINGS, []))
    return {
        "name": name,
        "title": library.title(cells) or name,
        "findings": [[each["label"], each["value"], each["range"]] for each in told],
        "answer": "" if failure else _answer(cells),
        "newest": _newest(cells),
        "changed": _changed(notebook["metadata"]["rareearth"]),
        "picture": picture,
        "alt": alt,
        "failure": failure,
    }


def _changed(made_from: Mapping[str, Any]) -> str:
    """Return what differs from the defaults in what a report says of itself."""
    used = made_from.get("parameters", {})
    names = [name for name in made_from.get("changed", []) if name in used]
    phrases = [f"{name} = {cut(readable(used[name]))}" for name in names]
    return ", ".join(phrases + ["own figures"] * ("own" in made_from))


def _answer(cells: list[dict[str, Any]]) -> str:
    """Return the first sentence that the report computes, else its first one."""
    from rareearth.render import markup

    for html, _ in displayed(cells):
        if found := _PARAGRAPH.match(html):
            return _sentence(found[1])
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            with suppress(markup.MarkupError):
                found = _PARAGRAPH.search(markup.to_html(library.source(cell)))
                return _sentence(found[1]) if found else ""
    return ""


def _sentence(html: str) -> str:
    """Return the first sentence of a paragraph, without marks of sources."""
    text = _unmarked(_NOTE.sub("", html))
    end = _END.search(text)
    return text[: end.start() + 1] if end else text


def _newest(cells: list[dict[str, Any]]) -> str:
    """Return when the newest source of a report was published, as it says itself."""
    pages = (_NEWEST.search(html) for html, _ in displayed(cells))
    return next((found[1] for found in pages if found), "")


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


# The small picture of a card

LARGEST_PICTURE = 60_000  # characters
POINTS = (b"\x89PNG", b"\xff\xd8")  # how a picture of points begins
SHOWN = 286  # pixels that a picture is wide on the narrowest card
LEGIBLE = 9.2  # pixels that letters are high there, at least
SHAPE = 0.72  # height of a card's picture, of its width
_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(
    r"""\bsrc=(['"])data:image/(svg\+xml|png|jpeg)(;base64)?,(.+?)\1"""
)
_ALT = re.compile(r"""\balt=(['"])(.*?)\1""", re.DOTALL)
_SVG = "{http://www.w3.org/2000/svg}"
_GLYPHS = re.compile(r"\s*scale\(([\d.]+) -\1\)$")  # of text that became outlines
_TEXT = f"{_SVG}text"
_TICK = re.compile(r"[xy]tick_\d+")
_PLACE = re.compile(r"translate\((-?[\d.]+) (-?[\d.]+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_MEASURE = re.compile(r' (d|points|x|y|width|height|transform|style)="([^"]*)"')

ET.register_namespace("", _SVG[1:-1])
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def displayed(cells: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield for each output its HTML, a picture as ``<img>``, and all its data."""
    for output in library.outputs(cells):
        data = output.get("data", {})
        html = "".join(data.get("text/html", ""))
        if not html and "image/png" in data:
            png = "".join("".join(data["image/png"]).split())
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            source = f"data:image/png;base64,{png}"
            html = f'<img src="{source}" alt="{escape(str(alt))}">'
        yield html, data


def first_picture(html: str) -> tuple[str, str]:
    """Return address and description of the first picture in `html`, made small.

    The address is a ``data:`` address of at most `LARGEST_PICTURE` characters. It is
    empty if the picture cannot be made that small; both are if there is none.
    """
    for found in _IMAGE.finditer(html):
        source, alt = _SOURCE.search(found[0]), _ALT.search(found[0])
        if source:
            _, kind, is_base64, content = source.groups()
            if not is_base64:
                content = base64.b64encode(unquote_to_bytes(content)).decode()
            return small(kind, content), unescape(alt[2]) if alt else ""
    return "", ""


def small(kind: str, content: str) -> str:
    """Return a small version of a picture in base64 as an address, or nothing."""
    try:
        data = base64.b64decode(content)
        if kind == "svg+xml":
            data = _drawing(data)
        elif not data.startswith(POINTS):
            return ""
    except (ET.ParseError, binascii.Error, ValueError):
        return ""  # a picture that cannot be read is left out; the report shows it
    address = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return address if len(address) <= LARGEST_PICTURE else ""


def _drawing(data: bytes) -> bytes:
    """Return an SVG with text as text and short numbers.

    It is drawn for its size on a card: cut to the card's shape under the title, which
    the card says in its own words, with letters that can be read there.
    """
    target = ET.TreeBuilder(insert_comments=True)
    root = ET.fromstring(data, ET.XMLParser(target=target))
    for parent in list(root.iter()):
        _set_text(parent)
        for child in list(parent):
            if child.tag in (ET.Comment, f"{_SVG}metadata"):
                parent.remove(child)
    if root.find(f"{_SVG}g[@id='figure_1']") is not None:  # by matplotlib
        _enlarge(root)
    root.set("font-family", "sans-serif")
    text = re.sub(r">\s+<", "><", ET.tostring(root, encoding="unicode"))
    return _MEASURE.sub(_shortened, text).encode()


def _shortened(found: re.Match[str]) -> str:
    """Return an attribute with rounded numbers and without needless white space.

    A factor such as scale(0.015625) or a marker of a few points keeps its digits.
    """

    def rounded(number: re.Match[str]) -> str:
        value = float(number[0])
        return f"{value:.3g}" if abs(value) < 4 else f"{value:.1f}".removesuffix(".0")

    text = " ".join(_NUMBER.sub(rounded, found[2]).split())
    tight = re.sub("([:;]) ", r"\1", text)
    return f' {found[1]}="{tight}"'


def _enlarge(root: ET.Element) -> None:
    """Cut a drawing to the shape of a card, and make its letters legible there.

    Title, legend and slanted letters go, and those that would lie on others or beyond
    the edge: what grows needs room. Names on an axis keep their end, its numbers their
    middle, other letters their start.
    """
    width, height = map(float, root.get("viewBox", "").split()[2:])
    top, left, right = 0.0, 0.0, width
    for group in root.iterfind(f"{_SVG}g/{_SVG}g"):
        name = group.get("id", "")
        if name.startswith("text_"):
            ends = (float(text.get("y", 0)) + 4 for text in group.iter(_TEXT))
            top = max([top, *ends])
        if name.startswith(("text_", "legend_")):
            group.clear()
    stays = {
        label: 1.0 if tick.get("id", "")[0] == "y" else 0.5
        for tick in root.iter()
        if _TICK.fullmatch(tick.get("id", ""))
        for label in tick.iter(f"{_SVG}g")
    }
    labels = [each for each in root.iter() if each.find(_TEXT) is not None]
    for label in labels:
        if label.find(f"{_TEXT}[@transform]") is not None:
            label.clear()
    labels = [each for each in labels if len(each)]
    for _ in range(3):  # the wider a drawing, the smaller it is shown
        size = LEGIBLE * (right - left) / SHOWN
        boxes = [_grow(each, stays.get(each, 0.0), size) for each in labels]
        left = max(-width / 4, min([left, *(box[0] for box in boxes)]))
        right = min(width * 5 / 4, max([right, *(box[2] for box in boxes)]))
    foot = min(height, top + SHAPE * (right - left))
    kept: list[tuple[float, ...]] = []
    for label, box in zip(labels, boxes, strict=True):
        is_inside = left <= box[0] and top <= box[1] and box[2] <= right
        if is_inside and box[3] <= foot and not any(_touch(box, each) for each in kept):
            kept.append(box)
        else:
            label.clear()
    root.set("viewBox", f"{left:.4g} {top:.4g} {right - left:.4g} {foot - top:.4g}")
    for side in ("width", "height"):
        root.attrib.pop(side, None)


def _grow(label: ET.Element, stays: float, size: float) -> tuple[float, ...]:
    """Give the letters of a label a size; return its left, top, right and foot.

    `stays` is the part of its width at which a line stays: 0 is its start, 1 its end.
    """
    lines = label.findall(_TEXT)
    middle = sum(float(text.get("y", 0)) for text in lines) / len(lines)
    boxes = []
    for text in lines:
        x, y, length = (float(text.get(name, 0)) for name in ("x", "y", "textLength"))
        grows = size / float(text.get("font-size", size))
        x = round(x + stays * length * (1 - grows), 1)
        y = round(middle + (y - middle) * grows, 1)
        length = round(length * grows, 1)
        boxes.append((x, y - 0.8 * size, x + length, y + 0.2 * size))
        for name, value in (("x", x), ("y", y), ("textLength", length)):
            text.set(name, f"{value:g}")
        text.set("font-size", f"{size:.3g}")
    left, top, right, foot = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(foot)


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether two boxes have a point in common."""
    ends = (0, 2), (1, 3)
    return all(one[a] <= other[b] and other[a] <= one[b] for a, b in ends)


def _set_text(parent: ET.Element) -> None:
    """Put text in the place of its outlines; matplotlib leaves it in a comment.

    It is stretched to the length of its outlines, whatever font a reader has.
    """
    for comment, group in pairwise(list(parent)):
        placed = group.get("transform", "")
        size = _GLYPHS.search(placed)
        if comment.tag is not ET.Comment or group.tag != f"{_SVG}g" or not size:
            continue
        letters = group.findall(f"{_SVG}use")
        last = letters[-1].get("x", "0") if letters else "0"
        about = {"style": group.get("style", "")}
        if at := _PLACE.fullmatch(placed[: size.start()]):
            about |= {"x": at[1], "y": at[2]}
        else:
            about["transform"] = placed[: size.start()]
        about["font-size"] = f"{float(size[1]) * 100:.3g}"
        about["textLength"] = f"{(float(last) + 60) * float(size[1]):.4g}"
        about["lengthAdjust"] = "spacingAndGlyphs"
        group.clear()
        group.tag, group.text = _TEXT, unescape(comment.text or "").strip()
        group.attrib.update({name: text for name, text in about.items() if text})

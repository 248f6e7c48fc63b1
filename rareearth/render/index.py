"""The first page of the outputs: a card for each report that lies there.

Rebuilt after every command from what each run has left, so it cannot go out of date.
Beside the cards it says what the workbook is, its sweeps, how new its data are and how
to cite it. The page beside it, the data dictionary, says what every series, code and
source means. Nothing here reads the clock: "past due" is told by the newest source.
"""

from __future__ import annotations

import base64
import binascii
import csv
import datetime as dt
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from html import escape, unescape
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import rareearth
from rareearth.render import library, look, provenance
from rareearth.render.job import HIDDEN
from rareearth.render.parameters import cut, readable
from rareearth.words import day

# Where a reader should begin, by the numbers of the notebooks; the others follow.
READING = ("00", "01", "05", "10", "08", "09", "11")
DICTIONARY = "data_dictionary.html"
USED = {  # its tables, by the column of figures that has their keys
    "series": "series",
    "entities": "entity",
    "products": "product",
    "bases": "basis",
    "sources": "source_id",
}
SHORT = 60  # rows of its tables that need no letters to jump to
# As rareearth.display.output emits them.
FINDINGS = "application/vnd.rareearth.findings+json"
Rows = list[dict[str, str]]
_SWEEP = re.compile(r"<title>Sweep: (.*) - .*?</title>")
_LEAD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)
_HEAD = 64_000  # characters in which title and lead of a page are found
LARGEST_PICTURE = 60_000  # characters
_PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)
_NOTE = re.compile(r"<sup\b.*?</sup>", re.DOTALL)  # a mark that leads to a source
_NEWEST = re.compile(r"Newest source of this report: ([^.<]+)")
# Where a sentence ends: not after "No." or an initial.
_END = re.compile(r"(?<!\bNo)(?<!\b[A-Z])[.?!] (?=[A-Z])")


@dataclass(frozen=True)
class Card:
    """What the index says of one report; `picture` is an escaped ``<img>``."""

    name: str
    title: str
    number: tuple[str, ...]  # of the first key figure: label, value, range or condition
    answer: str
    newest: str  # day or month of the newest source
    changed: str
    picture: str
    failure: str


def build(folder: Path, figures: dict[str, Any] | None = None) -> Path:
    """Write ``index.html`` for the reports in `folder` and return its path.

    A page that is right already is not touched. `figures` is what `describe_figures`
    returned, if that was called before.
    """
    paths = sorted(folder.glob("*.ipynb"), key=_reading)
    cards = [card for path in paths if (card := read(path))]
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


def _reading(path: Path) -> tuple[int, str]:
    """Return by what reports are ordered for somebody who reads them in a row."""
    number = path.name[:2]
    place = READING.index(number) if number in READING else len(READING)
    return place, path.name


def describe_figures(folder: Path) -> dict[str, Any]:
    """Return number, tables, page and age of the figures; it writes the page."""
    where = library.data_folder()
    counts = library.figure_counts(where)
    newest = max(row["published"] for row in _read(where, "sources"))
    late = [
        (row["next_expected"], row["title"], row["series"])
        for row in _read(where, "series")
        if row["next_expected"] and row["next_expected"] < newest
    ]
    return {
        "sum": sum(counts),
        "tables": len(counts),
        "page": build_dictionary(folder).name,
        "newest": _written(newest),
        "late": [(title, key, _written(due)) for due, title, key in sorted(late)],
    }


def _written(printed: str) -> str:
    """Return a day, a month or a year as it stands in prose."""
    if len(printed) == len("2025-11-03"):
        return day(dt.date.fromisoformat(printed))
    with_day = dt.date.fromisoformat(f"{printed}-01") if "-" in printed else None
    return f"{with_day:%B %Y}" if with_day else printed


def read(path: Path) -> Card | None:
    """Return the card of one executed notebook, None if it is not one of ours."""
    is_failed = path.name.endswith(".failed.ipynb")
    name = path.name.removesuffix(".ipynb").removesuffix(".failed")
    if not is_failed and not path.with_suffix(".html").is_file():
        return None
    kept = path.parent / HIDDEN / f"{name}.card.json"
    if not is_failed:
        with suppress(OSError, ValueError, TypeError):  # none, or of another version
            return Card(**json.loads(kept.read_text(encoding="utf-8")))
    try:
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
        number=() if failure else _number(cells),
        answer="" if failure else _answer(cells),
        newest=_newest(cells),
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


def _number(cells: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return label, value and range of the first key figure of a report, if any."""
    for _, data in displayed(cells):
        for each in data.get(FINDINGS, []):
            return each["label"], each["value"], each["range"]
    return ()


def _answer(cells: list[dict[str, Any]]) -> str:
    """Return the first sentence that the report computes, else its first one."""
    from rareearth.render import markup

    for html, _ in displayed(cells):
        if found := _PARAGRAPH.match(html):
            return _sentence(found[1])
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            try:
                found = _PARAGRAPH.search(markup.to_html(library.source(cell)))
            except markup.MarkupError:
                continue
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
SHOWN = 286  # pixels that a picture is wide on the narrowest card
LEGIBLE = 9.2  # pixels that letters are high there, at least
SHAPE = 0.72  # height of a card's picture, of its width
_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(
    r"""\bsrc=(['"])data:image/(svg\+xml|png|jpeg)(;base64)?,(.+?)\1"""
)
_ALT = re.compile(r"""\balt=(?:'([^']*)'|"([^"]*)")""")
_SVG = "{http://www.w3.org/2000/svg}"
_GLYPHS = re.compile(r"\s*scale\(([\d.]+) -\1\)$")  # of text that became outlines
_TEXT = f"{_SVG}text"
_TICK = re.compile(r"[xy]tick_\d+")
_PLACE = re.compile(r"translate\((-?[\d.]+) (-?[\d.]+)\)")
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
    """Return an SVG with text as text and short numbers; at level 1 without axes.

    It is drawn for its size on a card: cut to the card's shape under the title, which
    the card says in its own words, with letters that can be read there.
    """
    target = ET.TreeBuilder(insert_comments=True)
    root = ET.fromstring(data, ET.XMLParser(target=target))
    for parent in list(root.iter()):
        _set_text(parent)
        for child in list(parent):
            is_detail = level and _TICK.fullmatch(child.get("id", ""))
            if child.tag in (ET.Comment, f"{_SVG}metadata") or is_detail:
                parent.remove(child)
    if root.find(f"{_SVG}g[@id='figure_1']") is not None:  # by matplotlib
        _enlarge(root)
    for element in root.iter():
        _shorten(element, level)
    root.set("font-family", "sans-serif")
    return ET.tostring(root, encoding="utf-8")


def _enlarge(root: ET.Element) -> None:
    """Cut a drawing to the shape of a card, and make its letters legible there.

    Title, legend and slanted letters go, and those that would lie on others or beyond
    the edge: what grows needs room. Names on an axis keep their end, its numbers their
    middle, other letters their start.
    """
    width, height = map(float, root.get("viewBox", "").split()[2:])
    top, left, right = 0.0, 0.0, width
    for group in root.iterfind(f"{_SVG}g/{_SVG}g"):
        if group.get("id", "").startswith("text_"):
            top = max(
                [top, *(float(text.get("y", 0)) + 4 for text in group.iter(_TEXT))]
            )
        if group.get("id", "").startswith(("text_", "legend_")):
            group.clear()
    stays = {
        label: 1.0 if tick.get("id", "")[0] == "y" else 0.5
        for tick in root.iter()
        if _TICK.fullmatch(tick.get("id", ""))
        for label in tick.iter(f"{_SVG}g")
    }
    labels = [each for each in root.iter() if each.find(_TEXT) is not None]
    for _ in range(3):  # the wider a drawing, the smaller it is shown
        size = LEGIBLE * (right - left) / SHOWN
        boxes = [_grown(each, stays.get(each, 0.0), size) for each in labels]
        left = max(-width / 4, min([left, *(box[0] for box in boxes)]))
        right = min(width * 5 / 4, max([right, *(box[2] for box in boxes)]))
    foot = min(height, top + SHAPE * (right - left))
    kept: list[tuple[float, ...]] = []
    for label, box in zip(labels, boxes, strict=True):
        is_slanted = any(text.get("transform") for text in label.iter(_TEXT))
        is_wide = box[0] < left or box[2] > right
        is_outside = is_wide or box[1] < top or box[3] > foot
        if is_slanted or is_outside or any(_touch(box, each) for each in kept):
            label.clear()
        else:
            kept.append(box)
            _grown(label, stays.get(label, 0.0), size, change=True)
    root.set("viewBox", f"{left:.4g} {top:.4g} {right - left:.4g} {foot - top:.4g}")
    for side in ("width", "height"):
        root.attrib.pop(side, None)


def _grown(
    label: ET.Element, stays: float, size: float, *, change: bool = False
) -> tuple[float, ...]:
    """Return left, top, right and foot of a label once its letters have a size.

    Parameters
    ----------
    stays : float
        The part of its width at which a line stays: 0 is its start, 1 its end.
    change : bool
        Whether it gets the size.
    """
    lines = label.findall(_TEXT)
    middle = sum(float(text.get("y", 0)) for text in lines) / len(lines)
    left, top, right, foot = [], [], [], []
    for text in lines:
        x, y, length = (float(text.get(name, 0)) for name in ("x", "y", "textLength"))
        grows = size / float(text.get("font-size", size))
        left.append(x + stays * length * (1 - grows))
        right.append(left[-1] + length * grows)
        y = middle + (y - middle) * grows
        top.append(y - 0.8 * size)
        foot.append(y + 0.2 * size)
        if change:
            text.set("x", f"{left[-1]:.1f}")
            text.set("y", f"{y:.1f}")
            text.set("textLength", f"{length * grows:.1f}")
            text.set("font-size", f"{size:.3g}")
    return min(left), min(top), max(right), max(foot)


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return (
        one[0] <= other[2]
        and other[0] <= one[2]
        and one[1] <= other[3]
        and other[1] <= one[3]
    )


def _set_text(parent: ET.Element) -> None:
    """Put text in the place of its outlines; matplotlib leaves it in a comment.

    It is stretched to the length of its outlines, whatever font a reader has.
    """
    children = list(parent)
    for comment, group in pairwise(children):
        placed = group.get("transform", "")
        size = _GLYPHS.search(placed)
        if comment.tag is not ET.Comment or group.tag != f"{_SVG}g" or not size:
            continue
        letters = [each for each in group if each.tag == f"{_SVG}use"]
        last = letters[-1].get("x", "0") if letters else "0"
        points = float(size[1]) * 100
        length = (float(last) + 60) * float(size[1])
        style = group.get("style", "")
        group.clear()
        group.tag = _TEXT
        group.text = unescape(comment.text or "").strip()
        if at := _PLACE.fullmatch(placed[: size.start()]):
            group.set("x", at[1])
            group.set("y", at[2])
        else:
            group.set("transform", placed[: size.start()])
        group.set("font-size", f"{points:.3g}")
        group.set("textLength", f"{length:.4g}")
        group.set("lengthAdjust", "spacingAndGlyphs")
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


def build_dictionary(folder: Path, data: Path | None = None) -> Path:
    """Write the dictionary of the figures in `data` into `folder`; return its path.

    The file is left alone when it says the same already. Only the standard library
    reads the data, so that it costs nothing when nothing has changed.
    """
    where, target = data or library.data_folder(), folder / DICTIONARY
    files = sorted([*where.glob("*.csv"), *where.rglob("*.json")])
    key = [(path.name, provenance.sha256(path)) for path in files]
    look.write(target, "dictionary", key, lambda: _dictionary(where))
    return target


def _dictionary(where: Path) -> dict[str, Any]:
    package = json.loads((where / "datapackage.json").read_text(encoding="utf-8"))
    tables = {each["name"]: each for each in package["resources"]}
    figures = {name: _read(where, name) for name in tables if _is_figures(tables, name)}
    content = {"tables": _overview(tables, figures), "columns": _columns(where)}
    for name in USED:
        rows, used = _read(where, name), _used(name, figures)
        named = ((next(iter(row.values())), row) for row in rows)
        content[name] = [[key, row, used[key]] for key, row in named]
    rests_on: dict[str, list[set[str]]] = defaultdict(lambda: [set(), set()])
    for row in chain.from_iterable(figures.values()):
        rests_on[row["series"]][0].update(filter(None, row["basis"].split(";")))
        rests_on[row["series"]][1].add(row["source_id"])
    return {
        "title": "Data dictionary",
        "rows": content,
        "rests_on": rests_on,
        "lettered": _lettered,
    }


def _lettered(rows: list[list[Any]]) -> list[tuple[str, list[list[Any]]]]:
    """Return rows by the first letter of their key; a short table has one group."""
    if len(rows) <= SHORT:
        return [("", rows)]
    groups: dict[str, list[list[Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0][:1].upper()].append(row)
    return sorted(groups.items())


def _is_figures(tables: Mapping[str, Mapping[str, str]], name: str) -> bool:
    return tables[name]["schema"] == "schemas/figures.json"


def _read(where: Path, name: str) -> Rows:
    """Return the rows of a table, of a damaged one those that can be read.

    The place of the damage is told by whoever needs its figures.
    """
    rows: Rows = []
    with (
        (where / f"{name}.csv").open(
            encoding="utf-8", errors="replace", newline=""
        ) as file,
        suppress(csv.Error),  # a field that never ends
    ):
        for row in csv.DictReader(file, restval=""):
            rows.append(defaultdict(str, row))
    return rows


def _used(name: str, figures: Mapping[str, Rows]) -> Counter[str]:
    """Return how many figures use each key of a dictionary."""
    rows = (row for table in figures.values() for row in table)
    return Counter(code for row in rows for code in row[USED[name]].split(";"))


def _overview(
    tables: Mapping[str, Mapping[str, str]], figures: Mapping[str, Rows]
) -> list[list[object]]:
    rows: list[list[object]] = []
    for name, table in tables.items():
        held = figures.get(name, [])
        graded = Counter(row["confidence"] for row in held)
        counts = [graded[grade] for grade in ("primary", "secondary", "tertiary")]
        rows.append([f"{name}.csv", table["title"], *(counts if held else [""] * 3)])
    return rows


def _columns(where: Path) -> list[list[object]]:
    schema = json.loads((where / "schemas" / "figures.json").read_text("utf-8"))
    fields = schema["fields"]
    return [[each["name"], each["type"], each["description"]] for each in fields]

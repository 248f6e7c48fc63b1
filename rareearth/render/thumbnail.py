"""Make the picture of a report small enough that a thousand of them fit on one page.

A chart of ours is a drawing (SVG) of about 80 kB, most of it the outlines of letters.
As text, and with coordinates of a tenth of a point, it has a third; without its axes,
less. A picture of points (PNG) is scaled down.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import escape, unescape
from itertools import pairwise
from typing import Any

WIDTH = 320  # pixels of a scaled picture
_IMAGE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(
    r"""\bsrc=['"]data:image/(svg\+xml|png|jpeg);base64,([A-Za-z0-9+/=]+)['"]"""
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
            return small(source[1], source[2], most), described
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

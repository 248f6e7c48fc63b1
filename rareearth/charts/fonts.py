"""Fonts of the charts: also for Chinese, and never an empty box."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

# The first is in matplotlib itself; of the others the first that is installed draws
# what it lacks, which is Chinese above all.
_WANTED = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",  # how matplotlib calls the file that holds all of Noto's CJK
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)
MISSING = "\N{HORIZONTAL ELLIPSIS}"
_SEARCH = "_find_fonts_by_props"  # of matplotlib, for the fonts of a text


def family() -> list[str]:
    """Return the families that are installed, in the order of preference.

    matplotlib warns at every text about a family that is not there.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _WANTED if name in installed]


@contextmanager
def found_once() -> Iterator[None]:
    """Have matplotlib search the fonts of a style once, while one figure is drawn.

    It reads all its settings of fonts anew each time that it measures a text, in case
    one has changed, which is a tenth of the time of a drawing. Nothing changes them
    while a figure is drawn.
    """
    manager: Any = font_manager.fontManager
    search = getattr(manager, _SEARCH, None)
    if search is None or _SEARCH in vars(manager):  # another matplotlib, or inside one
        yield
        return
    known: dict[tuple[Any, ...], Any] = {}

    def once(style: Any, *more: Any, **settings: Any) -> Any:
        key = (hash(style), *more, *settings.items())  # a style is equal by its hash
        if key not in known:
            known[key] = search(style, *more, **settings)
        return known[key]

    setattr(manager, _SEARCH, once)
    try:
        yield
    finally:
        delattr(manager, _SEARCH)


def without_boxes(figure: Figure) -> None:
    """Replace each run of signs that no installed font can draw by an ellipsis.

    The table under the chart, and the page, still have the text as it is written.
    """
    texts: Any = figure.findobj(Text)
    for text in texts:
        written = text.get_text()
        if not written.isascii():
            text.set_text(_drawable(written))


def _drawable(written: str) -> str:
    out: list[str] = []
    for sign in written:
        if ord(sign) in _drawn_signs() or sign.isspace():
            out.append(sign)
        elif not out or out[-1] != MISSING:
            out.append(MISSING)
    return "".join(out)


@cache
def _drawn_signs() -> frozenset[int]:
    """Return the code points that the installed families have a shape for."""
    signs: set[int] = set()
    for name in family():
        path = font_manager.findfont(name)
        signs.update(font_manager.get_font(path).get_charmap())
    return frozenset(signs)

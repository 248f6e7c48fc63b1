"""Fonts of the charts: also for Chinese, and never an empty box."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from matplotlib import font_manager
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
_LAYOUT = "_get_layout"  # and for the size and the lines of one


def family() -> list[str]:
    """Return the families that are installed, in the order of preference.

    matplotlib warns at every text about a family that is not there.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _WANTED if name in installed]


@contextmanager
def spared() -> Iterator[None]:
    """Have matplotlib search fonts and measure texts once, while one figure is drawn.

    It reads all its settings of fonts anew each time that it measures a text, in case
    one has changed, and measures each text four to eight times, to find its place:
    together a sixth of the time of a drawing. Nothing changes them meanwhile.

    Each run of signs that no installed font can draw becomes an ellipsis. The table
    under the chart, and the page, still have the text as it is written.
    """
    with (
        _instead(font_manager.fontManager, _SEARCH, _search),
        _instead(Text, _LAYOUT, _lay_out),
    ):
        yield


@contextmanager
def _instead(
    owner: Any, name: str, other: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Have a function of matplotlib replaced by another that calls it, for a while."""
    usual = getattr(owner, name)
    had = vars(owner).get(name)
    setattr(owner, name, other(usual))
    try:
        yield
    finally:
        if had is None:
            delattr(owner, name)
        else:
            setattr(owner, name, had)


def _search(usual: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    def search(style: Any, *more: Any, **settings: Any) -> Any:
        key = (hash(style), *more, *settings.items())  # a style is equal by its hash
        if key not in known:
            known[key] = usual(style, *more, **settings)
        return known[key]

    return search


def _lay_out(usual: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    def lay_out(text: Any, renderer: Any) -> Any:
        written = text.get_text()
        if not written.isascii():
            text.set_text(_drawable(written))
        if text.get_wrap() or text.get_transform_rotates_text():
            return usual(text, renderer)  # it depends on the place as well
        key = _look(text, renderer)
        if key not in known:
            known[key] = usual(text, renderer)
        return known[key]

    return lay_out


def _look(text: Any, renderer: Any) -> tuple[Any, ...]:
    """Return what the size and the lines of a text depend on, wherever it stands."""
    return (
        type(renderer),  # the one that draws measures like the one that finds places
        text.figure.dpi,
        text.get_text(),
        hash(text.get_fontproperties()),
        text.get_rotation(),
        text.get_rotation_mode(),
        text.get_horizontalalignment(),
        text.get_verticalalignment(),
        text._multialignment,
        text._linespacing,
        text.get_usetex(),
        text.get_parse_math(),
    )


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

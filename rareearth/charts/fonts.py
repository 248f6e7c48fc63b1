"""Fonts of the charts: also for Chinese, and never an empty box."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from matplotlib import font_manager, rcParams
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

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
_ASKED = (
    *("text", "rotation", "rotation_mode", "usetex", "parse_math"),
    *("horizontalalignment", "verticalalignment"),
)  # of a text, on which its size and its lines depend
MOST = 5_000  # texts whose look is kept for the next drawing
MISSING = "\N{HORIZONTAL ELLIPSIS}"
_LAYOUT = "_get_layout"  # of matplotlib, for the size and the lines of a text
_OUTLINE = "get_glyphs_with_font"  # and for the places and outlines of its letters


def family() -> list[str]:
    """Return the families that are installed, in the order of preference.

    matplotlib warns at every text about a family that is not there.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _WANTED if name in installed]


@contextmanager
def spared() -> Iterator[None]:
    """Have matplotlib measure and outline each text once.

    It measures each text four to eight times, to find its place, reads all settings of
    fonts anew each time, in case one has changed, and shapes the text once more to draw
    it: together half of the time of a drawing. Here the settings are read once for a
    drawing, and the same years, countries and shares stand in many charts.

    Each run of signs that no installed font can draw becomes an ellipsis. The table
    under the chart, and the page, still have the text as it is written.
    """
    known = _known(tuple(repr(rcParams[name]) for name in _settings()))
    if len(known.layouts) > MOST:  # a notebook may be open for days
        _known.cache_clear()
    with (
        _instead(Text, _LAYOUT, known.lay_out),
        _instead(TextToPath, _OUTLINE, known.outline),
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


class _Known:
    """What was found of texts under the same settings."""

    def __init__(self) -> None:
        self.layouts: dict[tuple[Any, ...], Any] = {}
        self.places: dict[tuple[Any, ...], Any] = {}
        self.outlines: dict[str, Any] = {}  # by the name of a letter's outline

    def lay_out(self, usual: Callable[..., Any]) -> Callable[..., Any]:
        """Return what measures a text."""

        def lay_out(text: Any, renderer: Any) -> Any:
            written = text.get_text()
            if not written.isascii():
                text.set_text(_drawable(written))
            if text.get_wrap() or text.get_transform_rotates_text():
                return usual(text, renderer)  # it depends on the place as well
            key = _look(text, renderer)
            if key not in self.layouts:
                self.layouts[key] = usual(text, renderer)
            return self.layouts[key]

        return lay_out

    def outline(self, usual: Callable[..., Any]) -> Callable[..., Any]:
        """Return what places the letters of a line, and gives the outlines of new ones.

        Asked for the outlines of all, it leaves that to matplotlib.
        """

        def outline(
            tool: Any,
            font: Any,
            line: str,
            glyph_map: Any = None,
            return_new_glyphs_only: bool = False,
            **more: Any,
        ) -> Any:
            if not return_new_glyphs_only:
                return usual(tool, font, line, glyph_map, **more)
            key = (font, line, repr(more))
            if key not in self.places:
                placed, new, boxes = usual(
                    tool, font, line, self.outlines, True, **more
                )
                self.outlines.update(new)
                self.places[key] = placed, boxes
            placed, boxes = self.places[key]
            new = {
                name: self.outlines[name]
                for name, *_ in placed
                if name not in glyph_map
            }
            return placed, new, boxes

        return outline


@lru_cache(maxsize=4)
def _known(_: tuple[str, ...]) -> _Known:
    return _Known()


@cache
def _settings() -> list[str]:
    """Return the names of the settings that change how a text looks."""
    kinds = ("font.", "mathtext.", "text.", "svg.")
    return [name for name in rcParams if name.startswith(kinds)]


def _look(text: Any, renderer: Any) -> tuple[Any, ...]:
    """Return what the size and the lines of a text depend on, wherever it stands."""
    style = hash(text.get_fontproperties()), text._multialignment, text._linespacing
    told = [getattr(text, f"get_{name}")() for name in _ASKED]
    # The one that draws measures like the one that finds places.
    return type(renderer), text.figure.dpi, *style, *told


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

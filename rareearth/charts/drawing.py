"""Write a figure as a small SVG file, the same bytes for the same figure.

matplotlib writes six decimals, and the outlines of letters on a grid of 6,400 steps
to the em. Two decimals of a point and a grid of 800 steps look the same and take half
of the space, which counts in a report that holds each picture twice: to look at, and
to download.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache

from matplotlib.figure import Figure

from rareearth.charts.fonts import spared

_COARSE = "scale(0.125)"  # of letters, instead of 1/64
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PATH = re.compile(r' d="([^"]*)"( transform="scale\(0\.015625\)")?')  # of letters
_SPACED = re.compile(r" ?([A-Za-z]) ?")
_PLACED = re.compile(r'( (?:x|y|x1|y1|x2|y2|width|height|points)="|translate\()[^")]*')
_STYLE = re.compile(r' style="[^"]*"')
_META = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)


def to_svg(figure: Figure) -> str:
    """Return a figure as SVG, with letters as outlines so that it needs no font.

    The canvas is told to print itself, since ``savefig`` draws each chart twice, and
    drawing is half of the time that a report takes.
    """
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    _fix_empty_labels(figure)
    _measure_axes_only(figure)
    out, metadata = io.StringIO(), {"Date": None, "Creator": None}
    with spared():
        FigureCanvasSVG(figure).print_svg(out, metadata=metadata)
    plt.close(figure)
    return compact(out.getvalue())


def _fix_empty_labels(figure: Figure) -> None:
    """Spare matplotlib the search for the place of labels that say nothing.

    It measures all numbers of an axis four times, to put the label beside them.
    """
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0.0, 0.0)


def _measure_axes_only(figure: Figure) -> None:
    """Spare matplotlib the frames, which add nothing to the axes that they are around.

    Ticks without numbers may then reach three points into the room between panels.
    """
    for axes in figure.axes:
        for spine in axes.spines.values():
            spine.set_in_layout(False)


def compact(svg: str) -> str:
    """Return the same drawing with short numbers and without idle white space."""
    svg = _META.sub("", svg)
    svg = _PATH.sub(lambda found: _letter(found[1]) if found[2] else _line(found), svg)
    svg = _PLACED.sub(lambda found: _rounded(found[0]), svg)
    svg = _STYLE.sub(lambda found: re.sub(r"([:;])\s+", r"\1", found[0]), svg)
    return re.sub(r">\s+<", "><", svg)


def _line(found: re.Match[str]) -> str:
    return f' d="{_tight(_rounded(found[1]))}"'


@lru_cache(maxsize=4096)
def _letter(outline: str) -> str:
    """Return the outline of a letter on a grid eight times as coarse.

    The same few letters stand in all charts.
    """
    steps = _NUMBER.sub(lambda number: f"{float(number[0]) / 8:.0f}", outline)
    return f' d="{_tight(steps)}" transform="{_COARSE}"'


def _rounded(text: str) -> str:
    def shorter(number: re.Match[str]) -> str:
        return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")

    return _LONG.sub(shorter, text)


def _tight(path: str) -> str:
    """Return a path without spaces around its commands."""
    return _SPACED.sub(r"\1", " ".join(path.split()))

"""Write a figure as a small SVG file, the same bytes for the same figure.

matplotlib writes six decimals, and the outlines of letters on a grid of 6,400 steps
to the em. Two decimals of a point and a grid of 800 steps look the same and take half
of the space, which counts in a report that holds each picture twice: to look at, and
to download.
"""

from __future__ import annotations

import io
import re

from matplotlib.figure import Figure

from rareearth.charts.fonts import found_once, without_boxes

_COARSE = "scale(0.125)"  # of letters, instead of 1/64
_LETTER = re.compile(r' d="([^"]*)" transform="scale\(0\.015625\)"')
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_PATH = re.compile(r' d="[^"]*"')
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

    without_boxes(figure)
    _fix_empty_labels(figure)
    out, metadata = io.StringIO(), {"Date": None, "Creator": None}
    with found_once():
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


def compact(svg: str) -> str:
    """Return the same drawing with short numbers and without idle white space."""
    svg = _META.sub("", svg)
    svg = _LETTER.sub(_coarser, svg)
    svg = _PATH.sub(lambda found: _tight(_rounded(found[0])), svg)
    svg = _PLACED.sub(lambda found: _rounded(found[0]), svg)
    svg = _STYLE.sub(lambda found: re.sub(r"([:;])\s+", r"\1", found[0]), svg)
    return re.sub(r">\s+<", "><", svg)


def _coarser(found: re.Match[str]) -> str:
    """Return the outline of a letter on a grid eight times as coarse."""
    steps = re.sub(
        r"-?\d+(?:\.\d+)?", lambda number: f"{float(number[0]) / 8:.0f}", found[1]
    )
    return f' d="{steps}" transform="{_COARSE}"'


def _rounded(text: str) -> str:
    def shorter(number: re.Match[str]) -> str:
        return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")

    return _LONG.sub(shorter, text)


def _tight(path: str) -> str:
    """Return a path without spaces around its commands."""
    body = " ".join(path[4:-1].split())
    tight = re.sub(r" ?([A-Za-z]) ?", r"\1", body)
    return f' d="{tight}"'

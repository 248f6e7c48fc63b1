"""Canvas, panels, labels and axes that all chart forms share."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from rareearth.charts.colours import INK, readable
from rareearth.charts.fonts import family, spared
from rareearth.errors import ParameterError
from rareearth.words import MINUS, SPACE

WIDTH = 5.0  # inches, as narrow as a phone, so that text need not shrink with it
# The smallest text, in points: 10 pixels where a chart is 390 pixels wide, 9 points on
# paper.
SMALL = 9.3

STYLE: dict[str, Any] = {
    "figure.dpi": 100,
    "svg.hashsalt": "rareearth",
    "svg.fonttype": "path",
    "font.family": family(),
    "font.size": 9.5,
    "axes.labelsize": 9.5,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.titleweight": "bold",
    "axes.labelcolor": INK,
    "axes.edgecolor": "#999999",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "text.color": INK,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}


def _settle() -> None:
    """Set the house style, whatever a matplotlibrc or an earlier cell has set."""
    plt.rcdefaults()
    sns.set_theme(style="ticks", rc=STYLE)


def canvas(title: str, height: float = 4.0) -> tuple[Figure, Axes]:
    """Return a figure in the house style with its finding as the title."""
    _settle()
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    headline(figure, title)
    return figure, axes


def need(frame: pd.DataFrame, **names: str | Sequence[str]) -> None:
    """Refuse a frame that lacks a column, by the argument of the form that names it."""
    for argument, wanted in names.items():
        for name in [wanted] if isinstance(wanted, str) else wanted:
            if name not in frame:
                has = ", ".join(map(str, frame.columns))
                raise ParameterError(
                    f"the chart needs a column {name!r} ({argument}); there are: {has}"
                )


def panels(
    frame: pd.DataFrame,
    title: str,
    by: str,
    height: float,
    *,
    wrap: int = 2,
    share_x: bool = True,
    share_y: bool = False,
) -> tuple[Figure, list[tuple[Axes, pd.DataFrame]]]:
    """Return a figure with a panel for each name in a column, and the rows of each.

    Parameters
    ----------
    by : str
        The column; "" gives one panel of all rows without a name.
    height : float
        Of a panel, in inches; without names, of the whole figure.
    wrap : int
        Panels beside each other; of one, the name stands along its axis.
    """
    if not by:
        figure, axes = canvas(title, height)
        return figure, [(axes, frame)]
    _settle()
    grid = _Panels(
        frame[[by]],
        col=by,
        col_wrap=wrap,
        sharex=share_x,
        sharey=share_y,
        height=height,
        aspect=WIDTH / wrap / height,
        despine=False,
    )
    grid.figure.set_layout_engine("constrained")
    headline(grid.figure, title)
    parts = []
    for axes, name in zip(grid.axes.flat, grid.col_names, strict=True):
        axes.set(title="", xlabel="")
        axes.set_ylabel("" if wrap > 1 else name, fontsize=SMALL)
        if wrap > 1:
            told = textwrap.fill(str(name), 44 // wrap)
            axes.set_title(told, fontsize=SMALL, fontweight="normal", loc="left")
        parts.append((axes, frame[frame[by] == name]))
    grid.figure.set_figheight(1.2 + height * -(-len(parts) // wrap))
    return grid.figure, parts


class _Panels(sns.FacetGrid):
    """Panels whose places the figure finds when it is drawn, and not before."""

    def tight_layout(self, *_: Any, **__: Any) -> _Panels:
        """Return the panels as they are."""
        return self


def headline(figure: Figure, title: str) -> None:
    """Write the finding over a figure, wrapped to its width."""
    figure.suptitle(
        "\n".join(textwrap.wrap(title, 48)),
        x=0.01,
        ha="left",
        fontweight="bold",
        fontsize=11.5,
        linespacing=1.25,
    )


def label_ends(
    axes: Axes,
    ends: Mapping[str, tuple[Any, float]],
    hues: Mapping[str, str],
    gap: float,
) -> None:
    """Write each name to the right of its (x, y), at least `gap` apart upwards.

    The gap is a share of the height of the axes, whatever their scale is. No name lies
    lower than half a gap above their foot, where it would touch the numbers.
    """
    scale = axes.yaxis.get_transform()  # from values to equal distances on the axis
    low, high = scale.transform(np.array(axes.get_ylim()))
    values = pd.Series({name: y for name, (_, y) in ends.items()}, dtype=float)
    parts = (scale.transform(values.to_numpy()) - low) / (high - low)
    apart = spread(pd.Series(parts, values.index), gap)
    apart = apart.clip(
        lower=pd.Series(gap * (0.5 + np.arange(len(apart))), apart.index)
    )
    heights = scale.inverted().transform(low + (high - low) * apart.to_numpy())
    for name, height in zip(apart.index, heights, strict=True):
        axes.annotate(
            str(name),
            (ends[str(name)][0], float(height)),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=readable(hues[str(name)]),
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 0.7},
            zorder=4,
            annotation_clip=False,
        )


def note(
    axes: Axes, text: str, at: tuple[Any, Any], shift: tuple[int, int], **style: Any
) -> None:
    """Write a text so many points to the right of a place, and above it."""
    usual: dict[str, Any] = {"fontsize": SMALL, "textcoords": "offset points"}
    axes.annotate(text, at, shift, **(usual | style))


def write_key(figure: Figure, handles: Sequence[Any]) -> None:
    """Explain marks and colours under a chart, where no label can be."""
    if not handles:
        return
    longest = max(len(str(handle.get_label())) for handle in handles)
    figure.legend(
        handles=handles,
        loc="outside lower left",
        frameon=False,
        ncols=max(1, min(len(handles), 4, int(68 / (longest + 6)))),
        fontsize=SMALL,
        handlelength=1.5,
        handletextpad=0.5,
        columnspacing=1.4,
    )


def spread(heights: pd.Series, gap: float) -> pd.Series:
    """Return heights moved apart just enough to lie at least `gap` from each other."""
    ordered = heights.sort_values()
    steps = gap * np.arange(len(ordered))
    groups: list[tuple[float, int]] = []  # mean height less its step, and members
    for height in ordered.to_numpy(dtype=float) - steps:
        mean, members = float(height), 1
        while groups and groups[-1][0] > mean:
            before, many = groups.pop()
            mean = (before * many + mean * members) / (many + members)
            members += many
        groups.append((mean, members))
    levels = [mean for mean, members in groups for _ in range(members)]
    return pd.Series(np.array(levels) + steps, index=ordered.index)


def number_axis(axis: Any, *, percent: bool = False, most: int = 7) -> None:
    """Print the numbers of an axis: as percent, or with separated thousands."""

    def told(size: float, _: int) -> str:
        text = f"{100 * size:.3g}{SPACE}%" if percent else f"{size:,.10g}"
        return text.replace("-", MINUS)

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(told))


def year_axis(axis: Any, years: pd.Series, most: int = 9) -> None:
    """Print years or months in whole numbers: all of a few."""
    few = sorted(set(years))
    if len(few) <= most and all(year % 1 == 0 for year in few):
        axis.set_ticks(few if len(few) < 8 else few[::2])
    else:
        axis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 4, 5, 10]))


def ratio_axis(axis: Any, low: float, high: float) -> None:
    """Scale an axis by ratio, from `low` to `high`, and print its numbers in full."""
    axis._set_axes_scale("log")
    steps: tuple[float, ...] = (1, 1.5, 2, 3, 5, 7)
    if high / low > 4:
        steps = (1, 2, 5) if high / low < 200 else (1, 3)
    axis.set_major_locator(LogLocator(base=10, subs=steps, numticks=12))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def date_axis(axis: Any, most: int = 8) -> None:
    """Print dates as short as they can be told apart."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=most)
    locator.intervald[mdates.MONTHLY] = [1, 2, 3, 4, 6, 12]  # two years, few ticks
    axis.set_major_locator(locator)
    axis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def is_date(column: pd.Series) -> bool:
    """Return whether a column holds dates."""
    return pd.api.types.is_datetime64_any_dtype(column)


def plain(column: pd.Series) -> pd.Series:
    """Return numbers, and dates as the numbers that matplotlib counts them by."""
    if not is_date(column):
        return column.astype(float)
    return pd.Series(mdates.date2num(column), column.index)


_COARSE = "scale(0.125)"  # of letters, instead of 1/64
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PATH = re.compile(r' d="([^"]*)"( transform="scale\(0\.015625\)")?')  # of letters
_SPACED = re.compile(r" ?([A-Za-z]) ?")
_PLACED = re.compile(r'( (?:x|y|x1|y1|x2|y2|width|height|points)="|translate\()[^")]*')
_STYLE = re.compile(r' style="[^"]*"')
_FONT = re.compile(r'(?<=["#])DejaVuSans-')
_MOVED = re.compile(r'(<use xlink:href="[^"]*") transform="translate\(([-\d.]+) 0\)"')
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
    svg = _MOVED.sub(r'\1 x="\2"', _FONT.sub("D", svg))
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

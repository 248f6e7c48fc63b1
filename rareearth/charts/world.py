"""The world by countries: a map, for where geography is the message."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from rareearth.charts.beside import LEAD, grid, write_beside
from rareearth.charts.colours import COLOURS, NEUTRAL, colour
from rareearth.charts.outlines import compound, covered, middle, outlines
from rareearth.charts.style import WIDTH, canvas
from rareearth.words import number, pct

RAMP = ("#A9D2E0", "#63A9C4", COLOURS["supply"], "#06384F")
"""From few to many; darker from class to class for every vision."""
DARK = 2  # the first class on which ink cannot be seen
MISSING, ZERO = "#E6E6E6", "#FFFFFF"
TERRITORY = "Boundaries: Natural Earth, no statement on any territory. Equal areas."
_EDGE = 0.06  # inches left free around the map
_POINTS = 72


class Mapped(NamedTuple):
    """Figures by ISO code, largest first: those with an outline, and those without."""

    drawn: pd.Series
    undrawn: pd.Series
    names: pd.Series


def world_map(
    values: pd.Series,
    codes: pd.Series,
    title: str,
    label: str,
    *,
    percent: bool = True,
    origin: str = "",
    origin_label: str = "",
    named: int = 5,
    missing: str = "no figure, which is not zero",
) -> Figure:
    """Return a map of the world that is darker where a figure is larger.

    A country without a figure is pale, zero is white with an edge. What is too small
    for an outline is named under the map with its figure.

    Parameters
    ----------
    values : Series, indexed by country
        Shares from 0 to 1, or sizes with ``percent=False``; NaN is no figure.
    codes : Series
        ISO 3166 alpha-3 code of each entity, as in ``data/entities.csv``.
    label : str
        What the colours mean, with the unit.
    origin : str, optional
        A country that the figures are seen from, in its own colour.
    named : int
        So many of the largest are named on the map.

    Raises
    ------
    ValueError
        If no country has a figure, one is below zero, or one has no code of its own.
    """
    here = by_code(values, codes)
    home = codes.get(origin, "")
    if origin and (home not in outlines() or home in here.drawn):
        raise ValueError(f"{origin}: seen from it, so without a figure and on the map")
    bounds = steps(float(values.max()))
    form = pct if percent else number
    notes = [*_undrawn(here, form), TERRITORY]
    figure, axes, key = _sheet(title, len(notes))
    classes = _classes(here.drawn, bounds)
    _colour(axes, here.drawn, classes, home)
    if origin:
        _fill(axes, [home], _pale(colour(origin)), colour(origin), 1.1)
    _scale(key, bounds, float(values.max()), label, percent)
    _swatches(key, here, origin, origin_label, missing)
    for line, note in enumerate(notes):
        key.text(0, 11 * (len(notes) - line) - 8, note, fontsize=8.5, color="#555555")
    leads = _name(axes, here, home, form, named)
    _whiten(axes, leads, list(classes.index[classes >= DARK]))
    return figure


def map_alt(
    values: pd.Series,
    codes: pd.Series,
    label: str,
    *,
    percent: bool = True,
    origin: str = "",
) -> str:
    """Return what a map of the world shows, for someone who cannot see it."""
    here, form = by_code(values, codes), pct if percent else number
    whole = pd.concat([here.drawn, here.undrawn]).sort_values(ascending=False)
    told = ", ".join(f"{here.names[c]} {form(v)}" for c, v in whole.head(10).items())
    more = f", and {len(whole) - 10} more" if len(whole) > 10 else ""
    seen_from = f", seen from {origin}" if origin else ""
    rest = len(set(outlines()) - {*here.drawn.index, codes.get(origin, "")})
    return (
        f"World map{seen_from}, countries coloured by size. {label}: {told}{more}. "
        f"The other {rest} outlines of the map have no figure, which is not zero."
    )


def by_code(values: pd.Series, codes: pd.Series) -> Mapped:
    """Return the figures by ISO code, parted by whether the map has an outline."""
    known = values.dropna().sort_values(ascending=False, kind="stable")
    if known.empty:
        raise ValueError("a map needs the figure of one country at least")
    if (known < 0).any():
        raise ValueError(f"{known.idxmin()}: a map has no colour for less than zero")
    letters = pd.Index(known.index.map(dict(codes)), dtype=object).fillna("")
    if (letters == "").any():
        raise ValueError(f"{known.index[letters == ''][0]}: no ISO code, so no outline")
    if letters.has_duplicates:
        raise ValueError(
            f"{letters[letters.duplicated()][0]}: two figures, one outline"
        )
    names = pd.Series(known.index, index=letters)
    known.index = letters
    has = letters.isin(list(outlines()))
    return Mapped(known[has], known[~has], names)


def steps(largest: float) -> list[float]:
    """Return the three largest of 1, 2, 5, 10, 20 ... that lie below a number."""
    if largest <= 0:
        return []
    top = int(np.floor(np.log10(largest)))
    round_ones = [
        float(f"{digit}e{power}")
        for power in range(top - 2, top + 1)
        for digit in (1, 2, 5)
    ]
    return [each for each in round_ones if each < largest][-3:]


def _sheet(title: str, notes: int) -> tuple[Figure, Axes, Axes]:
    """Return a figure with axes for the map and, in points, for what explains it."""
    everything = np.vstack([ring for rings in outlines().values() for ring in rings])
    (left, foot), (right, top) = everything.min(axis=0), everything.max(axis=0)
    left, right, foot, top = left - 0.03, right + 0.12, foot - 0.03, top + 0.03
    wide, high = right - left, top - foot
    width = WIDTH - 2 * _EDGE
    map_height, key_height = width * high / wide, (62 + 11 * notes) / _POINTS
    heading = 0.16 + 0.21 * len(textwrap.wrap(title, 58))
    height = heading + map_height + key_height + 2 * _EDGE
    figure, axes = canvas(title, height)
    figure.set_layout_engine("none")
    across = (_EDGE / WIDTH, width / WIDTH)
    above = (key_height + 1.5 * _EDGE) / height
    axes.set_position((across[0], above, across[1], map_height / height))
    axes.set(xlim=(left, right), ylim=(foot, top))
    key = figure.add_axes(
        (across[0], _EDGE / height, across[1], key_height / height),
        xlim=(0, width * _POINTS),
        ylim=(0, key_height * _POINTS),
    )
    for each in (axes, key):
        each.set_axis_off()
    return figure, axes, key


def _classes(drawn: pd.Series, bounds: list[float]) -> pd.Series:
    """Return the place in the ramp of each country whose figure is above zero."""
    above = drawn[drawn > 0]
    return pd.Series(np.searchsorted(bounds, above, side="right"), above.index)


def _colour(axes: Axes, drawn: pd.Series, classes: pd.Series, home: str) -> None:
    """Fill the countries, one path for each class."""
    rest = [code for code in outlines() if code not in drawn.index and code != home]
    _fill(axes, rest, MISSING, "white")
    for place, members in classes.groupby(classes):
        _fill(axes, list(members.index), RAMP[place], "white")
    _fill(axes, list(drawn.index[drawn == 0]), ZERO, NEUTRAL)


def _fill(
    axes: Axes, codes: list[str], hue: str, edge: str, width: float = 0.5
) -> None:
    if codes:
        style = {"facecolor": hue, "edgecolor": edge, "joinstyle": "round"}
        axes.add_artist(PathPatch(compound(codes), lw=width, **style))


def _pale(hue: str) -> str:
    """Return a quarter of a colour on white."""
    return to_hex(0.75 + 0.25 * np.array(to_rgb(hue)))


def _scale(
    key: Axes, bounds: list[float], largest: float, label: str, percent: bool
) -> None:
    """Draw the colours side by side, with the numbers at which they change."""
    top, wide = key.get_ylim()[1], 40
    key.text(0, top - 12, label, fontsize=9.5, fontweight="bold")
    if not bounds:
        return
    for place, hue in enumerate(RAMP):
        key.add_patch(Rectangle((place * wide, top - 32), wide, 12, color=hue, lw=0))
    unit = "\N{NO-BREAK SPACE}%" if percent else ""
    told = [f"{each * 100 if percent else each:,.10g}{unit}" for each in bounds]
    told = [">0", *told, (pct if percent else number)(largest)]
    for place, text in enumerate(told):
        ends = {0: "left"}.get(place, "center")
        key.text(place * wide, top - 44, text, fontsize=9.5, ha=ends)


def _swatches(
    key: Axes, here: Mapped, origin: str, origin_label: str, missing: str
) -> None:
    """Explain the colours that are no part of the scale."""
    shown = [(MISSING, "none", missing)]
    if (here.drawn == 0).any():
        shown.append((ZERO, NEUTRAL, "zero, as printed"))
    if origin:
        hue = colour(origin)
        shown.append((_pale(hue), hue, origin_label or origin))
    top, left = key.get_ylim()[1], 208
    for line, (hue, edge, text) in enumerate(shown):
        foot = top - 32 - 15 * line + 15 * (len(shown) > 2)
        key.add_patch(Rectangle((left, foot), 18, 11, fc=hue, ec=edge, lw=0.8))
        key.text(left + 24, foot + 2, text, fontsize=9.5)


def _undrawn(here: Mapped, form: Callable[[float], str]) -> list[str]:
    """Return the lines that name what has a figure and no outline."""
    if here.undrawn.empty:
        return []
    told = [f"{here.names[code]} {form(value)}" for code, value in here.undrawn.items()]
    return textwrap.wrap(f"Too small to draw: {', '.join(told)}.", 88)


def _name(
    axes: Axes, here: Mapped, home: str, form: Callable[[float], str], named: int
) -> list[np.ndarray]:
    """Write the largest beside their countries, and return the lines to them."""
    x, y = grid(axes)
    large = here.drawn[here.drawn > 0].head(named)
    places = {
        f"{here.names[code]}\n{form(value)}": middle(str(code))
        for code, value in large.items()
    }
    marked = [*here.drawn.index, *([home] if home else [])]
    land, taken = covered(list(outlines()), x, y), covered(marked, x, y)
    return write_beside(axes, places, land, taken, fontsize=9.5, linespacing=1.05)


def _whiten(axes: Axes, leads: list[np.ndarray], dark: list[str]) -> None:
    """Draw the lines to the names white where they run over a dark country."""
    for start, end in leads if dark else []:
        points = start + np.linspace(0, 1, 80)[:, None] * (end - start)
        inside = points[compound(dark).contains_points(points)]
        if len(inside):
            axes.plot(*inside[[0, -1]].T, color="white", lw=LEAD)

"""Columns through time: what is known jointly, two directions, parts of a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rareearth.charts.colours import INK, colour
from rareearth.charts.marks import bar_style, draw_marks, key_to, mark_events
from rareearth.charts.style import (
    canvas,
    date_axis,
    is_date,
    label_ends,
    number_axis,
    panels,
    plain,
    write_key,
    year_axis,
)

REST = "Other countries"
UNNAMED = "Not named"


def columns(
    frame: pd.DataFrame,
    title: str,
    ylabel: str,
    *,
    x: str = "year",
    value: str = "value",
    panel: str = "",
    hue: str = "China",
    signed: bool = True,
    points: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    key: Mapping[str, str] | None = None,
) -> Figure:
    """Return a column for each year or month; what is negative hangs from zero.

    Parameters
    ----------
    frame : DataFrame
        The columns named by `x` (whole years, or first days of months) and `value`,
        and where they are known ``entity`` (which gives the colour), ``look`` (of
        `marks.LOOKS`) and ``months`` (how many a column stands for: it is as wide).
    panel : str
        A column: each of its names has a panel with a scale of its own.
    hue : str
        The name whose colour all have if there is no ``entity``.
    signed : bool
        Numbers below zero have a sign; two directions of one flow have none.
    points : DataFrame
        The columns of `x` and `value`, ``mark`` (of matplotlib), and that of `panel`:
        marks beside the columns, in ink. Of columns of months they stand in their
        middle.
    events : DataFrame
        ``at``, ``label``: fine lines with a label above.
    key : mapping
        What looks, marks and colours stand for, under the chart.
    """
    drawn = _placed(frame, x).assign(y=frame[value])
    beside = None if points is None else _placed(points, x).assign(y=points[value])
    for name, usual in (("entity", hue), ("look", "filled")):
        drawn[name] = drawn.get(name, usual)
    figure, parts = panels(drawn, title, panel, 1.75 if panel else 4.1)
    for axes, part in parts:
        own = part.dropna(subset=["y"])
        style = bar_style(own["entity"].map(colour), own["look"])
        width = own["right"] - own["left"]
        axes.bar(own["left"], own["y"], width, align="edge", **style)
        if beside is not None:
            here = beside[panel] == part[panel].iloc[0] if panel else slice(None)
            _beside(axes, beside[here])
        number_axis(axes.yaxis, most=4 if panel else 7, signed=signed)
        axes.axhline(0, color=INK, lw=0.8)
        axes.grid(axis="x", visible=False)
        room = 0.02 * (drawn["right"].max() - drawn["left"].min())
        axes.set_xlim(drawn["left"].min() - room, drawn["right"].max() + room)
        if is_date(frame[x]):
            date_axis(axes.xaxis)
        else:
            year_axis(axes.xaxis, frame[x], 5)
    if not panel:
        parts[0][0].set_ylabel(ylabel)
    used = set(drawn["look"]).union(drawn["entity"])
    used |= set() if points is None else set(points["mark"])
    write_key(figure, key_to(key or {}, used, hollow=True))
    if events is not None and len(events):
        mark_events(parts[0][0], events)
    return figure


def _placed(frame: pd.DataFrame, x: str) -> pd.DataFrame:
    """Return a frame with the left and the right end of each column along x."""
    if not is_date(frame[x]):
        return frame.assign(left=frame[x] - 0.375, right=frame[x] + 0.375)
    months = np.asarray(frame.get("months", 1), dtype=int)
    after = frame[x].to_numpy().astype("datetime64[M]") + months
    end = mdates.date2num(after.astype("datetime64[D]"))
    return frame.assign(left=plain(frame[x]), right=end - 3)


def _beside(axes: Axes, points: pd.DataFrame) -> None:
    at = (points["left"] + points["right"]) / 2
    marks = points.assign(at=at, value=points["y"], low=np.nan, high=np.nan, hue=INK)
    marks["open"] = points["mark"] != "x"
    draw_marks(axes, marks, upright=True, size=5.5)


def share_columns(
    shares: pd.DataFrame, title: str, named: Sequence[str], ylabel: str
) -> Figure:
    """Return shares of a total through time, one stacked column a year.

    Columns, not areas: nothing is drawn between two years, and a year without
    figures stays empty.

    Parameters
    ----------
    shares : DataFrame
        Columns ``year``, ``entity``, ``share`` (0 to 1), ``source_id``; where the
        source changes, a dashed line is drawn.
    named : list of str
        The entities drawn on their own, from the bottom up. The rest is one part.
    """
    figure, axes = canvas(title, 4.2)
    drawn = stacked_shares(shares, named)
    edges = np.append(drawn.index - 0.5, drawn.index[-1] + 0.5)
    heights = np.vstack([drawn.to_numpy(), drawn.to_numpy()[-1:]]).T
    hues = {str(name): colour(str(name)) for name in drawn}
    axes.stackplot(edges, heights, colors=list(hues.values()), lw=0, step="post")
    end, at = drawn.iloc[-1], float(drawn.index[-1]) + 0.5
    middle = (end.cumsum() - end / 2)[end > 0.004]
    axes.set(xlim=(drawn.index[0] - 0.5, at), ylim=(0, 1), ylabel=ylabel, xlabel="")
    label_ends(axes, {name: (at, float(y)) for name, y in middle.items()}, hues, 0.055)
    source = shares[shares["entity"] == UNNAMED].set_index("year")["source_id"]
    source = source.sort_index()
    for year in source.index[1:][(source != source.shift())[1:]]:
        axes.axvline(year - 0.5, color="white", lw=1.4, ls=(0, (2.5, 2)))
    number_axis(axes.yaxis, percent=True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(visible=False)
    return figure


def stacked_shares(shares: pd.DataFrame, named: Sequence[str]) -> pd.DataFrame:
    """Return shares by year: the named, the other countries, what is not named."""
    wide = shares.pivot_table(
        index="year", columns="entity", values="share", aggfunc="sum"
    ).fillna(0.0)
    drawn = wide.reindex(columns=list(named), fill_value=0.0)
    others = wide.drop(columns=[*named, UNNAMED], errors="ignore")
    drawn[REST] = others.sum(axis=1)
    drawn[UNNAMED] = wide.get(UNNAMED, pd.Series(0.0, wide.index))
    every_year = range(int(drawn.index.min()), int(drawn.index.max()) + 1)
    return drawn.div(drawn.sum(axis=1), axis=0).reindex(every_year, fill_value=0.0)

"""Lines along time or along an input, with bands, marks, levels, spans and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, cycle
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from rareearth.charts.colours import INK, NEUTRAL, colour, readable
from rareearth.charts.marks import (
    OPEN,
    bar_style,
    draw_marks,
    is_weak,
    key_to,
    mark_events,
)
from rareearth.charts.style import (
    SMALL,
    canvas,
    date_axis,
    is_date,
    label_ends,
    need,
    note,
    number_axis,
    panels,
    plain,
    ratio_axis,
    write_key,
    year_axis,
)
from rareearth.words import pct

BANDS = {("low", "high"): 0.2, ("p10", "p90"): 0.2, ("p25", "p75"): 0.32}
STROKES: tuple[Any, ...] = ("", (5, 2), (1.5, 1.5), (5, 2, 1.5, 2))
FEW = 30  # dated values of a line: each has a dot


def lines(
    frame: pd.DataFrame,
    title: str,
    ylabel: str,
    *,
    x: str = "year",
    value: str = "value",
    by: str = "entity",
    xlabel: str = "",
    panel: str = "",
    hues: Mapping[str, str] | str = "",
    focus: str = "",
    marks: Mapping[str, str] | None = None,
    dots: bool = False,
    run: str = "",
    gap: float | None = None,
    percent: bool = False,
    log: bool = False,
    top: float | None = None,
    points: pd.DataFrame | None = None,
    levels: pd.DataFrame | None = None,
    spans: pd.DataFrame | None = None,
    breaks: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    key: Mapping[str, str] | None = None,
) -> Figure:
    """Return lines named where they end, each with the band of what is possible.

    Parameters
    ----------
    frame : DataFrame
        The columns named by `x` (years, dates or numbers) and `value`, and where they
        are known that of `by`, ends of a band (``low`` and ``high``, or of a fan
        ``p10`` and ``p90``, ``p25`` and ``p75``) and ``confidence``. A missing value
        interrupts the line, one that stands alone is a dot, one with a band and no
        value has its band alone. Tertiary figures are open marks; a value that is not
        ``used`` (bool) is an open grey mark beside the line.
    panel : str
        A column: each of its names has a panel, one below the other.
    hues : mapping or str
        The name whose colour a line has, where it is not its own. One for all: the
        lines differ by their strokes, and stand in a key under the chart.
    focus : str
        The line that is drawn in colour; the others are thin and grey.
    marks : mapping to marks of matplotlib
        Names drawn as marks without a line, with their range. Of a ``low`` without a
        ``high`` and a value, or the other way round, the mark is a triangle.
    dots : bool
        Each value has a dot; dated ones have if they are few.
    run : str
        A column: no line runs from one of its names to another.
    gap : float, optional
        A larger distance along x interrupts a line; in days between dates. By default
        a missing year does, and of dates more than three times the usual distance.
    log : bool
        The axis upwards is one of equal ratios.
    top : float, optional
        The upper end of the axis.
    points : DataFrame
        As `frame`, with ``mark`` where it is no dot: marks beside the lines.
    levels : DataFrame
        ``value`` and ``label``: heights to compare with. With ``first`` and ``last``
        (along x) a level holds between them; with ``entity`` it has that colour and
        its name at the right edge, beside its range ``low`` to ``high``, hatched.
    spans : DataFrame
        ``first``, ``last`` (along x), ``label``: stretches that are shaded.
    breaks : DataFrame
        ``at``, ``low``, ``high`` (along x): dashed lines, their interval at the foot.
    events : DataFrame
        ``at``, ``label``: fine lines with a label above. Of dates those within the
        axis are drawn; an axis of numbers reaches to them.
    key : mapping
        What marks and colours stand for, under the chart.
    """
    need(frame, x=x, value=value)
    whole = _tidy(frame, x, value, by)
    beside = None if points is None else _tidy(points, x, value, by)
    if "used" in frame:
        left_out = whole[~frame["used"]].assign(name="left out", confidence=OPEN)
        whole, beside = whole[frame["used"]], left_out
    look = _Look(list(dict.fromkeys(whole["name"])), hues, focus, marks or {})
    figure, parts = panels(whole, title, panel, 1.75 if panel else 4.0, wrap=1)
    first, dates = parts[0][0], is_date(whole["x"])
    dots = dots or (dates and len(whole) < FEW * len(look.hues))
    for axes, part in parts:
        rows = _runs(part, run, gap)
        marked = rows["name"].isin(look.marks)
        _bands(axes, rows[~marked], look)
        _lines(axes, rows[~marked], look, dots=dots)
        _marks(axes, rows[marked], look)
        heights = part["y"]
        if beside is not None:
            here = beside[panel] == part[panel].iloc[0] if panel else slice(None)
            _marks(axes, beside[here], look)
            heights = pd.concat([heights, beside[here]["y"]])
        _upwards(axes, heights, percent=percent, log=log, top=top)
        _along(axes, whole["x"], events, most=5 if panel else 8)
        axes.set_xlabel(xlabel)
    if not panel:
        first.set_ylabel(ylabel)
    elif ylabel:
        figure.supylabel(ylabel, fontsize=9.5)
    if spans is not None:
        _stretches(first, spans)
    if breaks is not None and len(breaks):
        _intervals(first, breaks)
    one_hue = bool(hues) and isinstance(hues, str)
    ends = {} if panel or one_hue else _ends(whole)
    if levels is not None and len(levels):
        ends |= _levels(first, whole["along"], levels, look)
    label_ends(first, ends, look.hues, 0.06)
    drawn = whole if beside is None else pd.concat([whole, beside])
    usual = {} if ends or len(look.hues) < 2 else {name: name for name in look.hues}
    write_key(figure, look.key(usual if key is None else key, drawn))
    if events is not None and len(events):
        mark_events(first, events)
        for axes, _ in parts[1:]:
            for at in events["at"]:
                axes.axvline(at, color="#9A9A9A", lw=0.8, zorder=1)
    return figure


def _tidy(frame: pd.DataFrame, x: str, value: str, by: str) -> pd.DataFrame:
    """Return a frame with what is drawn under names of its own.

    Returns
    -------
    DataFrame
        As given, with ``x``, ``along`` (the same as numbers), ``y`` and ``name``.
    """
    name = frame[by].astype(str) if by in frame else ""
    return frame.assign(x=frame[x], along=plain(frame[x]), y=frame[value], name=name)


def _ends(whole: pd.DataFrame) -> dict[str, tuple[Any, float]]:
    """Return where each line that has a name ends."""
    known = whole.dropna(subset=["y"]).sort_values("along", kind="stable")
    last = known[known["name"] != ""].drop_duplicates("name", keep="last")
    return {row.name: (row.along, row.y) for row in last.itertuples(index=False)}


class _Look:
    """How each line is drawn."""

    def __init__(
        self,
        names: Sequence[str],
        hues: Mapping[str, str] | str,
        focus: str,
        marks: Mapping[str, str],
    ) -> None:
        one_hue = bool(hues) and isinstance(hues, str)
        if isinstance(hues, str):
            hues = dict.fromkeys(names, hues) if hues else {}
        whose = dict(hues)
        if focus:
            whose = {name: "in focus" if name == focus else "" for name in names}
        self.hues = {name: colour(whose.get(name, name)) for name in names}
        strokes = STROKES if one_hue else STROKES[:1]
        self.strokes = dict(zip(names, cycle(strokes), strict=False))
        self.marks = marks
        self.differing: dict[str, Any] = {"lw": 2.0}
        if focus:
            wide = {name: 2.6 if name == focus else 1.4 for name in names}
            self.differing = {"size": "name", "sizes": wide}
        elif one_hue and len(names) > 1:
            self.differing |= {"style": "name", "dashes": self.strokes}

    def key(self, words: Mapping[str, str], drawn: pd.DataFrame) -> list[Any]:
        """Return handles of lines, and of marks and looks that are drawn."""
        mine = [self._handle(n, text) for n, text in words.items() if n in self.hues]
        rest = {name: text for name, text in words.items() if name not in self.hues}
        used = {"open"} if is_weak(drawn).any() else set()
        return mine + key_to(rest, used.union(drawn.get("mark", [])))

    def _handle(self, name: str, text: str) -> Line2D:
        style: dict[str, Any] = {"color": self.hues[name], "lw": 2, "label": text}
        if name in self.marks:
            return Line2D([], [], **style | {"marker": self.marks[name], "lw": 0})
        stroke = self.strokes[name]
        return Line2D([], [], ls=(0, stroke) if stroke else "-", **style)


def _runs(rows: pd.DataFrame, run: str, gap: float | None) -> pd.DataFrame:
    """Return the rows in order, with a number for each stretch without a gap."""
    order = {name: place for place, name in enumerate(dict.fromkeys(rows["name"]))}
    rows = rows.sort_values(
        ["name", "along"], key=lambda c: c.map(order) if c.name == "name" else c
    )
    step = rows.groupby("name", sort=False)["along"].diff()
    if gap is None:
        gap = max(100.0, 3 * step.median()) if is_date(rows["x"]) else 1.0
    new = step.isna() | (step > gap)
    if run:
        new |= rows[run] != rows[run].shift()
    return rows.assign(run=new.cumsum())


def _bands(axes: Axes, rows: pd.DataFrame, look: _Look) -> None:
    for (low, high), shade in BANDS.items():
        if not {low, high} <= set(rows.columns):
            continue
        for _, own in rows.dropna(subset=[low, high]).groupby("run", sort=False):
            hue, ends = look.hues[own["name"].iloc[0]], (own[low], own[high])
            if len(own) == 1:
                axes.vlines(own["x"], *ends, color=hue, alpha=0.3, lw=6)
            elif (own[high] > own[low]).any():
                face, edge = to_rgba(hue, shade), to_rgba(hue, 0.5)
                axes.fill_between(own["x"], *ends, lw=0.6, fc=face, ec=edge)


def _lines(axes: Axes, rows: pd.DataFrame, look: _Look, *, dots: bool) -> None:
    """Draw lines by seaborn, and the values that stand alone, which have no line."""
    parted = [rows["run"].astype(str), rows["y"].isna().cumsum().astype(str)]
    known = rows.assign(run=parted[0] + "-" + parted[1]).dropna(subset=["y"])
    known = known.assign(alone=~known["run"].duplicated(keep=False))
    if not known["alone"].all():
        labels = {"xlabel": axes.get_xlabel(), "ylabel": axes.get_ylabel()}
        axes.set(xlabel="x", ylabel="y")  # or seaborn searches the numbers of both
        sns.lineplot(
            known.loc[~known["alone"], ["x", "y", "name", "run"]],
            x="x",
            y="y",
            hue="name",
            units="run",
            estimator=None,
            sort=False,
            palette=look.hues,
            legend=False,
            ax=axes,
            **look.differing,
        )
        axes.set(**labels)
    shown = known[dots | known["alone"] | is_weak(known)]
    if shown.empty:
        return
    own = shown.assign(low=np.nan, high=np.nan, mark="o")
    _marks(axes, own[~own["alone"]], look, size=5.0 if dots else 6.5)
    _marks(axes, own[own["alone"]], look)


def _marks(axes: Axes, rows: pd.DataFrame, look: _Look, size: float = 6.5) -> None:
    if rows.empty:
        return
    usual = [look.marks.get(name, "o") for name in rows["name"]]
    drawn = pd.DataFrame(
        {
            "at": rows["x"],
            "value": rows["y"],
            "low": rows.get("low", np.nan),
            "high": rows.get("high", np.nan),
            "hue": rows["name"].map(look.hues).fillna(NEUTRAL),
            "mark": rows.get("mark", usual),
            "open": is_weak(rows),
        }
    )
    draw_marks(axes, drawn, upright=True, size=size)


def _upwards(
    axes: Axes, values: pd.Series, *, percent: bool, log: bool, top: float | None
) -> None:
    if log:
        ratio_axis(axes.yaxis, values.min(), values.max())
        axes.set_ylim(values.min() / 1.15, values.max() * 1.25)
        return
    number_axis(axes.yaxis, percent=percent)
    low, high = axes.get_ylim()
    below = axes.dataLim.y0 < 0
    axes.set_ylim(low if below else 0.0, high if top is None else top)
    if below:
        axes.axhline(0, color=INK, lw=0.8, zorder=1)


def _along(
    axes: Axes, places: pd.Series, events: pd.DataFrame | None, *, most: int
) -> None:
    dates, along = is_date(places), plain(places)
    if events is not None and not dates:
        along = pd.concat([along, plain(events["at"])])
    low, high = float(along.min()), float(along.max())
    whole = pd.api.types.is_integer_dtype(places)
    room = 0.3 if whole else 0.015 * (high - low)
    axes.set_xlim(low - room, high + room)
    axes.grid(axis="x", visible=False)
    if dates:
        date_axis(axes.xaxis, most - 1)
    elif whole or low > 1000:  # years, or parts of them
        year_axis(axes.xaxis, places, most)


def _stretches(axes: Axes, spans: pd.DataFrame) -> None:
    first, last = plain(spans["first"]), plain(spans["last"])
    for left, right, text in zip(first, last, spans["label"], strict=True):
        axes.axvspan(left, right, color="#EFE6D5", lw=0, zorder=0)
        style = {"ha": "center", "color": "#6B5B3A"}
        above = axes.get_xaxis_transform()
        note(axes, text, ((left + right) / 2, 1.0), (0, 8), xycoords=above, **style)


def _intervals(axes: Axes, breaks: pd.DataFrame) -> None:
    """Draw each break as a dashed line, and its interval as a bar with ends below."""
    step, foot = 0.05, axes.get_xaxis_transform()
    below = axes.transAxes.transform((0, -step * (len(breaks) + 0.5)))
    axes.set_ylim(bottom=axes.transData.inverted().transform(below)[1])
    for row, item in enumerate(breaks.itertuples()):
        at = step * (len(breaks) - row) * 0.9
        axes.axvline(item.at, color=INK, lw=1, ls=(0, (3, 2)))
        if pd.notna(item.low):
            ends = [item.low, item.high]
            style: dict[str, Any] = {"color": NEUTRAL, "lw": 3, "ms": 7, "mew": 1.6}
            axes.plot(ends, [at, at], "|-", transform=foot, **style)
        axes.plot(item.at, at, "o", color=INK, ms=4, transform=foot)


def _levels(
    axes: Axes, along: pd.Series, levels: pd.DataFrame, look: _Look
) -> dict[str, tuple[Any, float]]:
    """Draw heights to compare with, and return those that have a name at the edge."""
    if "first" in levels:
        axes.hlines(levels["value"], levels["first"], levels["last"], color=INK, lw=1.6)
        middle = levels["first"] + (levels["last"] - levels["first"]) / 2
        _named(axes, levels, middle, "center")
        return {}
    if "entity" not in levels:
        for height in levels["value"]:
            axes.axhline(height, color="#555555", lw=1.2, ls=(0, (4, 3)), zorder=1)
        left = pd.Series(axes.get_xlim()[0], levels.index)
        _named(axes, levels, left, "left")
        return {}
    hues = levels["entity"].map(colour)
    look.hues |= dict(zip(levels["label"], hues, strict=True))
    first, last = along.min(), along.max()
    width = (last - first) / 26
    left = last + width * (1 + 1.5 * np.arange(len(levels)))
    wide = levels["high"] > levels["low"]
    across = np.where(wide, "--", "-")
    axes.hlines(levels["value"], first, left, hues, linestyles=list(across), lw=1.3)
    style = bar_style(hues[wide], ["hatched"] * int(wide.sum()))
    size = (levels["high"] - levels["low"])[wide]
    axes.bar(left[wide], size, width, levels["low"][wide], align="edge", **style)
    edge = last + width * (1.4 + 1.5 * len(levels))
    axes.set_xlim(first, edge)
    axes.set_xticks([at for at in axes.get_xticks() if first <= at <= last])
    axes.set_ylim(0, max(axes.get_ylim()[1], 1.06 * levels["high"].max()))
    return dict(
        zip(levels["label"], ((edge, float(y)) for y in levels["value"]), strict=True)
    )


def _named(axes: Axes, levels: pd.DataFrame, places: pd.Series, side: str) -> None:
    for text, at, height in zip(levels["label"], places, levels["value"], strict=True):
        shift = (0 if side == "center" else 4, 4)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
        note(axes, text, (at, height), shift, ha=side, bbox=box)


def heat(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    *,
    x: str,
    value: str,
) -> Figure:
    """Return a table whose cells are shaded by the share that is written in each.

    Parameters
    ----------
    frame : DataFrame
        A cell a row: the columns named by `x` (names, in their order) and `value` (0
        to 1), ``row`` (a name), ``group`` (written once above its rows) and ``marked``
        (bool: the cells that have a frame, and bold numbers).
    """
    across = list(dict.fromkeys(frame[x]))
    tops, heads, depth = {}, {}, 0.0
    for name, own in frame.groupby("group", sort=False):
        heads[name] = depth + 0.5
        for each in dict.fromkeys(own["row"]):
            depth += 1
            tops[name, each] = depth + 0.5
        depth += 1.1
    at = pd.Series(list(zip(frame["group"], frame["row"], strict=True))).map(tops)
    left = frame[x].map(across.index).to_numpy(float)
    figure, axes = canvas(title, 1.0 + 0.27 * depth)
    shade = sns.color_palette("YlOrBr", as_cmap=True)(0.7 * frame[value])
    axes.barh(at, 1, 1, left, color=shade, edgecolor="white", linewidth=1.5)
    framed = frame["marked"].to_numpy()
    frames: dict[str, Any] = {
        "color": "none",
        "edgecolor": INK,
        "linewidth": 2.0,
        "zorder": 3,
    }
    axes.barh(at[framed], 1, 1, left[framed], **frames)
    for place, edge, own, bold in zip(at, left, frame[value], framed, strict=True):
        weight = "bold" if bold else "normal"
        middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL}
        axes.text(edge + 0.5, place, pct(own, digits=0), weight=weight, **middle)
    for name, place in heads.items():
        axes.text(0, place, name, va="center", fontsize=SMALL, style="italic")
    axes.set(xlim=(0, len(across)), ylim=(depth - 0.05, 0), xlabel=xlabel)
    axes.set_xticks(np.arange(len(across)) + 0.5, across)
    axes.set_yticks(list(tops.values()), [name for _, name in tops])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
    return figure


def scatter(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    ylabel: str,
    *,
    x: str,
    y: str,
    lines: pd.DataFrame | None = None,
    levels: pd.DataFrame | None = None,
    key: Mapping[str, str] | None = None,
) -> Figure:
    """Return marks at two measures; those that are named have their names beside them.

    Parameters
    ----------
    frame : DataFrame
        A mark a row: the columns named by `x` and `y`, ``entity`` (which gives its
        colour) and ``row`` (its name, or "").
    lines, levels : DataFrame
        ``at`` and ``value``, each with ``label``: thresholds along x and along y.
    key : mapping
        What the colours stand for.
    """
    figure, axes = canvas(title, 4.6)
    marks = frame.rename(columns={x: "at", y: "value"})
    plain_marks = {"low": np.nan, "high": np.nan, "mark": "o", "open": False}
    hues = marks["entity"].map(colour)
    draw_marks(axes, marks.assign(hue=hues, **plain_marks), upright=True, size=6)
    room = 1.08 * marks["value"].max()
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(0, None), ylim=(0, room))
    for axis in (axes.xaxis, axes.yaxis):
        number_axis(axis)
    for part, across in ((lines, axes.axvline), (levels, axes.axhline)):
        for place in [] if part is None else part.iloc[:, 0]:
            across(place, color="#555555", lw=1.2, ls=(0, (4, 3)), zorder=1)
    tops, rights = axes.get_ylim()[1], axes.get_xlim()[1]
    wide, tall = 310 / rights, 230 / tops  # about as many points as the axes have
    if levels is not None:
        _named(axes, levels, pd.Series(rights, levels.index), "right")
    for each in [] if lines is None else lines.itertuples():
        note(axes, each.label, (each.at, tops), (0, 3))
    taken = [
        Bbox.from_extents(x - 4, y - 4, x + 4, y + 4)
        for x, y in zip(marks["at"] * wide, marks["value"] * tall, strict=True)
    ]
    named = marks[marks["row"] != ""]
    parts = [_close(own, 12 / wide, 8 / tall) for _, own in named.groupby("entity")]
    for own in chain.from_iterable(parts):
        text, last = ", ".join(own["row"]), own.iloc[-1]
        at = (last["at"], own["value"].mean())
        box, shift, side = _free(text, at[0] * wide, at[1] * tall, taken)
        taken.append(box)
        style: dict[str, Any] = {"color": readable(colour(last["entity"])), "zorder": 4}
        note(axes, text, at, shift, ha=side, va="center", **style)
    write_key(figure, key_to(key or {}, set(frame["entity"])))
    return figure


def _close(marks: pd.DataFrame, wide: float, high: float) -> list[pd.DataFrame]:
    """Return marks that lie so close that they share a label, from left to right."""
    groups: list[list[Any]] = []
    before = pd.Series({"at": -np.inf, "value": -np.inf})
    for name, mark in marks.sort_values(["value", "at"]).iterrows():
        if (mark["value"] - before["value"] < high) & (
            abs(mark["at"] - before["at"]) < wide
        ):
            groups[-1].append(name)
        else:
            groups.append([name])
        before = mark
    return [marks.loc[members] for members in groups]


def _free(
    text: str, x: float, y: float, taken: Sequence[Bbox]
) -> tuple[Bbox, tuple[int, int], str]:
    """Return where a text beside a mark covers least: its box, shift and side."""
    wide, best = 5.2 * len(text), None
    for right, up, side in (
        (6, 0, "left"),
        (-6, 0, "right"),
        (0, 10, "center"),
        (0, -10, "center"),
        (6, 8, "left"),
        (6, -8, "left"),
    ):
        left = x + right - wide * {"left": 0, "right": 1, "center": 0.5}[side]
        box = Bbox.from_extents(left, y + up - 5, left + wide, y + up + 5)
        covered = sum(box.overlaps(other) for other in taken) + 9 * (left < 0)
        if best is None or covered < best[0]:
            best = covered, box, (right, up), side
    assert best is not None
    return best[1:]

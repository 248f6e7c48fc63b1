"""Bars: one row a case with marks and ranges, or columns of parts by year."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rareearth.charts.colours import INK, NEUTRAL, colour
from rareearth.charts.marks import (
    OPEN,
    bar_style,
    draw_marks,
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
    write_key,
    year_axis,
)
from rareearth.words import MINUS, number, pct

UNNAMED = "Not named"  # a rest and no country: its bar is hollow
LETTERS = 28  # in a line of a row's name
ALONG = 44  # under an axis that has names beside it
OF_GROUP = 72  # and of the definition over a group of rows
STEP, NARROW = 0.34, 0.29  # inches from row to row: of few rows, and of many
LINE = 0.18  # inches more for each line of a name


def rows(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    *,
    row: str = "row",
    value: str | Mapping[str, str] = "value",
    bars: bool = False,
    panel: str = "",
    hue: str = "agrees",
    percent: bool = False,
    zero: bool = True,
    lines: pd.DataFrame | None = None,
    key: Mapping[str, str] | None = None,
) -> Figure:
    """Return one row a case, the first on top: marks, ranges, or bars.

    Parameters
    ----------
    frame : DataFrame
        The columns named by `row` and `value`, and where they are known those below. A
        row that is named again in its group holds several marks, or a stack of bars.
        Dates may stand for all numbers.

        ``low``, ``high``    a range, which is a thick pale line; ``low`` alone is "more
            than" and ``high`` alone "up to", a triangle
        ``entity``           which gives the colour
        ``confidence``       a tertiary figure is an open mark
        ``mark``             of matplotlib, such as "o" and "s"
        ``look``             of `marks.LOOKS`: the range is a bar that looks so, and the
            value a stroke in it
        ``text``             what is written right of it
        ``group``            the definition, written once above its rows
        ``shift``            how much lower than its row a mark stands, in rows
        ``lead``             from where a fine line leads on to the next row
    value : str or mapping
        Several columns, with the words for them, are marks on one line: the last is
        filled and has the range, the others are rings.
    bars : bool
        Each value is a bar from zero, with its number written at the end.
    panel : str
        A column: each of its names has a panel, side by side.
    hue : str
        The name whose colour all have if there is no ``entity``.
    zero : bool
        The axis reaches to zero.
    lines : DataFrame
        ``at`` and ``label``: upright lines to compare with.
    key : mapping
        What looks, marks and colours stand for, see `marks.key_to`.
    """
    values = {value: ""} if isinstance(value, str) else dict(value)
    need(frame, row=row, value=list(values))
    if bars:
        frame = stacked(frame, row, *values, percent=percent)
    drawn = _drawn(frame, row, values, panel, hue)
    names, heads, height = _places(drawn)
    drawn["at"] = drawn["at"] + STEP * drawn["shift"]
    over = 1.15 + 0.3 * bool(key or len(values) > 1)
    if lines is not None:
        over += 0.15 * len(lines)
    high = height + (0.5 if panel else over)
    figure, parts = panels(drawn, title, "panel" * bool(panel), high, share_y=True)
    for axes, part in parts:
        _draw(axes, part, len(values))
        _write(axes, part)
        axes.set_xlabel(textwrap.fill(xlabel, ALONG))
    first = parts[0][0]
    first.set_yticks(list(names), list(names.values()))
    first.set_ylim(height, 0)
    for top, text in heads:
        _head(first, top, text)
    dates = is_date(frame[next(iter(values))])
    _scale(first, drawn, lines, dates=dates, percent=percent, zero=zero)
    if panel:
        first.locator_params("x", nbins=4)
    for axes, _ in parts:
        _compare(axes, lines)
    write_key(figure, _rings(values) + key_to(key or {}, _used(drawn)))
    return figure


def stacked(
    frame: pd.DataFrame, row: str, value: str, *, percent: bool = False
) -> pd.DataFrame:
    """Return values as bars from zero; those of one row of a group end to end.

    Parameters
    ----------
    frame : DataFrame
        The columns named by `row` and `value`, and ``text`` where the number at the
        end of the row is not enough.

    Returns
    -------
    DataFrame
        With ``low``, ``high``, ``look`` and ``text``, and without the values.
    """
    same = [name for name in ("group", row) if name in frame]
    total = frame.groupby(same, sort=False)[value].cumsum()
    last = ~frame.duplicated(same, keep="last")
    form = "{:,.10g}" if last.all() else "{:,.1f}"
    told = total.map(pct if percent else form.format)
    added = {"low": total - frame[value], "high": total, "text": told.where(last, "")}
    kept = {name: frame[name] for name in ("look", "text") if name in frame}
    added["look"] = np.where(frame[row] == UNNAMED, "hollow", "filled")
    return frame.assign(**(added | kept | {value: np.nan}))


def cumulated(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return steps as bars that begin where the last one ended.

    Parameters
    ----------
    frame : DataFrame
        ``value``; ``kind``: "level" is drawn from zero and begins anew, "sum" is drawn
        from zero, anything else is a step, hatched if it is a "rest" that nobody
        printed.
    by : str, optional
        A column: each of its names begins at zero.

    Returns
    -------
    DataFrame
        With ``low``, ``high``, ``lead`` and ``text`` for `rows`; ``value`` is missing.
        ``entity``, where there is none, is "level", "up" or "down"; of a sum "level".
    """
    parts = []
    for _, own in frame.groupby(by, sort=False) if by else [("", frame)]:
        level, step = own["kind"] == "level", ~own["kind"].isin(["level", "sum"])
        moved = own["value"].where(step, 0.0)
        base = own["value"].where(level).ffill().fillna(0.0)
        end = base + moved.groupby(level.cumsum()).cumsum()
        start = (end - moved).where(step, 0.0)
        both = pd.concat([start, end.where(step, own["value"])], axis=1)
        parts.append(own.assign(low=both.min(axis=1), high=both.max(axis=1), lead=end))
    out = pd.concat(parts)
    if "entity" not in out:
        way = np.where(out["value"] >= 0, "up", "down")
        out["entity"] = np.where(out["kind"] == "level", "level", way)
        out["look"] = np.where(out["kind"] == "rest", "hatched", "filled")
        out["text"] = [
            _one_digit(v, sign=kind != "level")
            for v, kind in zip(out["value"], out["kind"], strict=True)
        ]
    else:
        out["text"] = out["value"].map(number)
        out["entity"] = out["entity"].mask(out["kind"] == "sum", "level")
    return out.assign(value=np.nan)


def _one_digit(value: float, *, sign: bool = False) -> str:
    """Return "104.2" or "+104.2"; from a thousand on without a digit."""
    size = abs(value)
    text = number(size) if size >= 1000 else f"{size:,.1f}"
    return (MINUS if value < 0 else "+" if sign else "") + text


def _drawn(
    frame: pd.DataFrame, row: str, values: Mapping[str, str], panel: str, hue: str
) -> pd.DataFrame:
    """Return a line for each mark: its row, its numbers, and how it looks."""
    parts, last = [], list(values)[-1]
    for name in values:
        part = pd.DataFrame(
            {"row": frame[row].astype(str), "value": plain(frame[name])}
        )
        for end in ("low", "high", "lead"):
            has = end in frame and name == last
            part[end] = plain(frame[end]) if has else np.nan
        for column, usual in _USUAL.items():
            part[column] = frame[column].fillna(usual) if column in frame else usual
        part["panel"] = frame[panel] if panel else ""
        if name != last:
            part["mark"] = "o"
        part["ring"] = name != last
        parts.append(part)
    drawn = pd.concat(parts, ignore_index=True)
    entity = drawn["entity"].where(drawn["entity"] != "", hue)
    weak = drawn["confidence"] == OPEN
    hues = entity.map(colour).mask(drawn["row"] == UNNAMED, NEUTRAL)
    return drawn.assign(hue=hues, open=weak | drawn["ring"])


_USUAL: dict[str, Any] = {
    "entity": "",
    "confidence": "",
    "mark": "o",
    "look": "",
    "text": "",
    "group": "",
    "shift": 0.0,
}


def _places(
    drawn: pd.DataFrame,
) -> tuple[dict[float, str], list[tuple[float, str]], float]:
    """Give each row its place in inches from the top, and return names and the depth.

    Returns
    -------
    names : dict
        The name of a row, by its place.
    heads : list
        Place and text of each definition.
    depth : float
    """
    names, heads, at = {}, [], 0.0
    each = drawn[["group", "row"]].drop_duplicates()
    step = NARROW if len(each) > 12 else STEP
    places = {}
    for group, own in each.groupby("group", sort=False):
        if group:
            text = textwrap.fill(str(group), OF_GROUP)
            room = 0.16 * (text.count("\n") + 1)
            heads.append((at + 0.08 + room / 2, text))
            at += room + 0.1
        for name in own["row"]:
            text = textwrap.fill(name, LETTERS) if "\n" not in name else name
            room = step + LINE * text.count("\n")
            places[group, name] = at + room / 2
            names[at + room / 2] = text
            at += room
    keys = zip(drawn["group"], drawn["row"], strict=True)
    drawn["at"] = [places[each] for each in keys]
    return names, heads, at + STEP * max(0.0, float(drawn["shift"].max()) - 0.3)


def _draw(axes: Axes, part: pd.DataFrame, joined: int) -> None:
    bars = part[part["look"] != ""]
    if len(bars):
        style = bar_style(bars["hue"], bars["look"])
        width = bars["high"] - bars["low"]
        axes.barh(bars["at"], width, 0.22, bars["low"], zorder=2, **style)
        half, at = 0.11, bars["at"]
        axes.vlines(bars["value"], at - half, at + half, color=bars["hue"], lw=2.4)
    steps = part.dropna(subset=["lead"])
    for before, after in zip(steps["at"], steps["at"].iloc[1:], strict=False):
        at = steps.loc[steps["at"] == before, "lead"]
        axes.vlines(at, before + 0.11, after - 0.11, color=INK, lw=0.8)
    marks = part[part["look"] == ""]
    if joined > 1:
        ends = marks.groupby("at").agg(
            low=("value", "min"), high=("value", "max"), hue=("hue", "last")
        )
        axes.hlines(
            ends.index, ends["low"], ends["high"], color=ends["hue"], lw=1.2, zorder=1
        )
        draw_marks(axes, marks[marks["ring"]], size=9.5, front=1.9)
    draw_marks(axes, marks[~marks["ring"]], size=8.0 if joined == 1 else 7.0)
    axes.grid(axis="y", visible=False)


def _write(axes: Axes, part: pd.DataFrame) -> None:
    ends = part[["low", "high", "value"]].max(axis=1)
    for text, place, at in zip(part["text"], ends, part["at"], strict=True):
        if text:
            note(axes, text, (place, at), (4, 0), va="center", ha="left")


def _head(axes: Axes, top: float, text: str) -> None:
    """Write a definition over its rows, from the left edge of the figure."""
    heading = axes.annotate(
        text,
        (0.01, top),
        xycoords=("figure fraction", "data"),
        fontsize=SMALL,
        fontstyle="italic",
        va="center",
        color="#444444",
        linespacing=1.15,
        bbox={"fc": "white", "ec": "none", "pad": 1.0},
        zorder=4,
        annotation_clip=False,
    )
    heading.set_in_layout(False)


def _scale(
    axes: Axes,
    drawn: pd.DataFrame,
    lines: pd.DataFrame | None,
    *,
    dates: bool,
    percent: bool,
    zero: bool,
) -> None:
    """Give the axis the room that marks and texts need."""
    numbers = drawn[["value", "low", "high"]].to_numpy()
    numbers = numbers[np.isfinite(numbers)]
    if lines is not None and len(lines):
        numbers = np.append(numbers, plain(lines["at"]))
    low, high = float(numbers.min()), float(numbers.max())
    if zero and not dates:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    right = span * (0.04 + _room(drawn["text"].str.len().max()))
    axes.set_xlim(low if low == 0 else low - span * 0.03, high + right)
    if dates:
        date_axis(axes.xaxis)
    else:
        number_axis(axes.xaxis, percent=percent)
        if percent and high <= 1:  # the room of texts is no share above the whole
            first, last = axes.get_xlim()
            axes.set_xticks(
                [at for at in axes.get_xticks() if first <= at <= min(1, last)]
            )
        if low < 0 < high:
            axes.axvline(0, color=INK, lw=0.8, zorder=1)


def _room(letters: int) -> float:
    """Return the room of a text beside bars, as a share of what the bars take."""
    part = min(0.6, 0.017 * letters + 0.0005 * letters**2)  # of the whole axis
    return part / (1 - part)


def _compare(axes: Axes, lines: pd.DataFrame | None) -> None:
    if lines is None or lines.empty:
        return
    for at in lines["at"]:
        axes.axvline(at, color=INK, lw=1.2, ls=(0, (4, 3)), zorder=2.5)
    if (named := lines[lines["label"] != ""]).size:
        mark_events(axes, named, line=False)


def _rings(values: Mapping[str, str]) -> list[Any]:
    """Return what the rings and the filled mark of a row stand for."""
    if len(values) < 2:
        return []
    style: dict[str, Any] = {"marker": "o", "lw": 0, "mec": INK, "mew": 1.5}
    *rings, dot = values.values()
    return [
        *(Line2D([], [], mfc="white", ms=8, label=text, **style) for text in rings),
        Line2D([], [], mfc=INK, ms=6, label=dot, **style),
    ]


def _used(drawn: pd.DataFrame) -> set[str]:
    used = {"open"} if (drawn["open"] & ~drawn["ring"]).any() else set()
    low, high = np.isfinite(drawn["low"]), np.isfinite(drawn["high"])
    for mark, bound in ((">", low & ~high), ("<", high & ~low)):
        if (bound & drawn["value"].isna()).any():
            used.add(mark)
    return used.union(*(drawn[name] for name in ("entity", "look", "mark")))


REST = "Other countries"


def columns(
    frame: pd.DataFrame,
    title: str,
    ylabel: str,
    *,
    x: str = "year",
    value: str = "value",
    panel: str = "",
    hue: str = "China",
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
        number_axis(axes.yaxis, most=4 if panel else 7)
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
    middle = (end.cumsum() - end / 2)[end > 0.004].drop(UNNAMED, errors="ignore")
    axes.set(xlim=(drawn.index[0] - 0.5, at), ylim=(0, 1), ylabel=ylabel, xlabel="")
    label_ends(axes, {name: (at, float(y)) for name, y in middle.items()}, hues, 0.055)
    source = shares[shares["entity"] == UNNAMED].set_index("year")["source_id"]
    source = source.sort_index()
    for year in source.index[1:][(source != source.shift())[1:]]:
        axes.axvline(year - 0.5, color="white", lw=1.4, ls=(0, (2.5, 2)))
    number_axis(axes.yaxis, percent=True)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.grid(visible=False)
    rest = [name for name in hues if name not in middle and drawn[name].max() > 0.01]
    words = {name: name for name in hues} | {UNNAMED: "not known by country"}
    write_key(figure, key_to(words, rest))
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

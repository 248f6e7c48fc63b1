"""What was decided when, and what is in force on a day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rareearth.charts.bars import rows
from rareearth.charts.colours import INK
from rareearth.charts.marks import draw_marks, mark_events
from rareearth.charts.style import date_axis, panels, plain, write_key

KINDS = {
    "control": ("#B2182B", "s", "control"),
    "tariff": ("#E08214", "D", "tariff"),
    "relaxation": ("#2166AC", "o", "relaxation"),
    "agreement": ("#1B7837", "^", "agreement"),
    "subsidy": ("#762A83", "P", "subsidy or price floor"),
    "price_floor": ("#762A83", "P", "subsidy or price floor"),
    "ruling": ("#5AAEC4", "v", "ruling or law"),
    "law": ("#5AAEC4", "v", "ruling or law"),
    "disruption": ("#4D4D4D", "X", "disruption"),
    "other": ("#BDBDBD", "o", "other"),
}
"""Colour, mark and name of each kind of event; the marks differ as well as the hues."""
SLOTS = 55  # in the width of a lane: marks in one stand above each other


def timeline(
    events: pd.DataFrame,
    title: str,
    labels: pd.DataFrame,
    split: pd.Timestamp,
) -> Figure:
    """Return events as marks in lanes, the crowded time on a scale of its own.

    Parameters
    ----------
    events : DataFrame
        ``date`` and ``effective`` datetime64 (NaT: none later than the announcement),
        ``lane``, ``kind`` str; the first lane is on top. A line leads from the
        announcement to an open mark on the day of effect.
    labels : DataFrame
        ``at`` datetime64, ``label`` str: the events that are named.
    split : Timestamp
        If there are events before and from then on, each time has a panel.
    """
    lanes = {name: place for place, name in enumerate(dict.fromkeys(events["lane"]))}
    late = (events["date"] >= split).map({False: "before", True: "from then on"})
    several = late.nunique() > 1
    height = 0.6 + 0.36 * len(lanes) + 0.15 * len(labels) / late.nunique()
    figure, parts = panels(
        events.assign(part=late).sort_values("date"),
        title,
        "part" if several else "",
        height + (0.6 if several else 1.6),
        wrap=1,
        share_x=False,
    )
    for axes, part in parts:
        axes.set_ylabel("")
        _lanes(axes, part, lanes)
    for axes, part in parts:
        mark_events(axes, labels[labels["at"].isin(part["date"])])
    write_key(figure, _keys(events))
    return figure


def _lanes(axes: Axes, part: pd.DataFrame, lanes: dict[str, int]) -> None:
    day, effect = plain(part["date"]), plain(part["effective"])
    first = min(day.min(), effect.min())
    width = max(max(day.max(), effect.max()) - first, 60)
    slot = ((day - first) / width * SLOTS).astype(int)
    count = part.groupby(["lane", slot]).cumcount()
    at = part["lane"].map(lanes) - 0.17 * ((count + 1) // 2) * (-1) ** count
    kinds = part["kind"].map(KINDS)
    marks = pd.DataFrame(
        {
            "at": at,
            "value": day,
            "low": np.nan,
            "high": np.nan,
            "hue": kinds.str[0],
            "mark": kinds.str[1],
            "open": False,
        }
    )
    later = effect.notna() & (effect != day)
    after = marks.assign(value=effect, open=True)[later]
    axes.hlines(after["at"], day[later], after["value"], color=after["hue"], lw=1.1)
    draw_marks(axes, after, size=5.5)
    draw_marks(axes, marks, size=6.5)
    axes.set_yticks(list(lanes.values()), list(lanes))
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.margins(x=0.03)
    axes.grid(axis="y", color="#F0F0F0")
    date_axis(axes.xaxis)


def _keys(events: pd.DataFrame) -> list[Line2D]:
    keys = {
        name: Line2D([], [], color=hue, marker=mark, lw=0, label=name)
        for kind, (hue, mark, name) in KINDS.items()
        if kind in set(events["kind"])
    }
    face: dict[str, Any] = {"color": INK, "marker": "o", "mfc": "white"}
    if (events["effective"] > events["date"]).any():
        keys["effect"] = Line2D([], [], label="takes effect", **face)
    return list(keys.values())


def in_force(spans: pd.DataFrame, on: pd.Timestamp, title: str) -> Figure:
    """Return measures as bars: filled in force, hatched suspended, hollow unknown.

    Parameters
    ----------
    spans : DataFrame
        ``label``, ``actor``, ``state`` str, ``start``, ``end`` datetime64; the first
        label is on top. What lies after `on` is printed as planned, and is paler. Of
        what began more than four years before, the last four years are drawn.
    on : Timestamp
        The day asked about.
    """
    begin = max(spans["start"].min(), on - pd.DateOffset(years=4))
    looks = {"in force": "filled", "suspended": "hatched", "unknown": "hollow"}
    look = spans["state"].map(looks)
    whose = spans["actor"].str.split(";").str[0]
    bars = spans.assign(look=look, entity=whose, row=spans["label"], value=pd.NaT)
    until = bars.assign(
        low=bars["start"].clip(lower=begin), high=bars["end"].clip(upper=on)
    )
    after = bars.assign(low=bars["start"].clip(lower=on), high=bars["end"])
    paler = {"filled": "faint", "hatched": "faint hatched"}
    after["look"] = after["look"].replace(paler)
    drawn = pd.concat([until, after])
    actors = {name: name for name in dict.fromkeys(whose)}
    return rows(
        drawn[drawn["high"] > drawn["low"]],
        title,
        "",
        lines=pd.DataFrame({"at": [on], "label": [f"{on.day} {on:%b %Y}"]}),
        key=actors | {"hatched": "suspended", "hollow": "unknown"},
    )

"""Own figures that are far from what is published: kept, but their owner is warned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, rules
from rareearth.figures.csv_files import CONFIDENCE, FIGURE_COLUMNS, OWN, Problem
from rareearth.figures.dictionaries import Dictionaries
from rareearth.figures.loading import figure_files, load
from rareearth.figures.seals import DESCRIPTOR

FAR = 0.5  # of the published number: more than this is rarely meant
_KEY = ["entity", "product", "period_start", "period_end", "unit"]


def doubts(where: Path) -> Iterator[Problem]:
    """Yield own figures of a folder that are more than half off, or above the world.

    An own figure wins over the published one, so a wrong digit would change a report
    without a word. It may be right all the same: this refuses nothing.

    Parameters
    ----------
    where : Path
        A user's own folder, free of the problems that `checks.check` finds; a data
        package of its own has nothing published beside it, and no doubts.
    """
    if (where / DESCRIPTOR).exists():
        return
    known = dictionaries.read(where, dictionaries.known(""))
    for path in figure_files(where):
        table = tables.read(path, FIGURE_COLUMNS)
        typed = rules.figures(table, known, (*CONFIDENCE, OWN)).typed
        for series, own in typed.dropna(subset=["value"]).groupby("series"):
            published = _published(str(series), known)
            for row in own.itertuples():
                if text := _doubt(row, published, known):
                    yield Problem(table.file, table.line(int(row.Index)), "value", text)


def _published(series: str, known: Dictionaries) -> pd.DataFrame:
    """Return the best curated figures of a series, without the user's own; or none."""
    if series in dictionaries.known("").series.index:
        with suppress(NoFigures):
            return _defined(load(series, extra=""), known)
    return pd.DataFrame(columns=[*FIGURE_COLUMNS, "definition"])


def _defined(figures: pd.DataFrame, known: Dictionaries) -> pd.DataFrame:
    return figures.assign(definition=figures["basis"].map(known.definition))


def _doubt(own: Any, published: pd.DataFrame, known: Dictionaries) -> str:
    """Return what is doubtful about an own figure, "" where nothing is."""
    same = published[published["definition"] == known.definition(own.basis)]
    for name in (each for each in _KEY if each != "entity"):
        same = same[same[name] == getattr(own, name)]
    theirs = same[same["entity"] == own.entity].dropna(subset=["value"])
    for row in theirs.itertuples():
        if abs(own.value - row.value) > FAR * abs(row.value):
            return (
                f"{own.value:,.6g} is more than half off the published "
                f"{row.value:,.6g} {row.unit} ({row.source_id})"
            )
    kind = known.series.at[own.series, "kind"]
    totals = same[same["entity"].map(known.entities["kind"]) == "total"]
    highest = totals["value"].max()
    if kind in ("flow", "stock") and own.value > highest:
        return f"{own.value:,.6g} is above the world's {highest:,.6g} {own.unit}"
    return ""

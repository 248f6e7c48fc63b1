"""Load records: events, project steps, explained gaps, assumptions, claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from rareearth.errors import DataError, NoFigures
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, rules, seals, vintages
from rareearth.figures.columns import has_codes
from rareearth.figures.csv_files import RECORDS, Table
from rareearth.figures.loading import Names, check_name, listed, revisions
from rareearth.words import span

PARTS = ("incomplete-period", "year-to-date")  # of a period: they decide nothing


def read(
    name: str, path: Path | None = None, extra: str | Path | None = None
) -> pd.DataFrame:
    """Return a table of records as it is written, its days and numbers typed.

    Parameters
    ----------
    name : str
        A key of `csv_files.RECORDS`, such as ``"glossary"``.
    path, extra : Path, optional
        Of the user's own table, and the folder of his dictionaries. Default: the
        curated table.

    Raises
    ------
    DataError
        If it breaks a rule. The message names file, line and column.
    """
    known, table = dictionaries.known(extra), _table(name, path)
    if path is None and dictionaries.was_checked(table):
        return tables.typed(table)[0]
    about = quantities() if name == "claims" else None
    found = rules.check(name, table, known, about)
    if found.problems:
        raise DataError(str(found.problems[0]))
    return found.typed


def _table(name: str, path: Path | None = None) -> Table:
    curated = dictionaries.folder()
    table = tables.read(
        path or curated / f"{name}.csv", RECORDS[name], strict=path is None
    )
    if path is None:
        seals.warn(table, curated)
    return table


def events(as_of: str = "latest") -> pd.DataFrame:
    """Return dated policy and market events, oldest first.

    Parameters
    ----------
    as_of : str, default "latest"
        ISO date. Only events announced, or else effective, on or before it.

    Returns
    -------
    DataFrame
        The columns of ``events.csv``; dates are datetime64, NaT where unknown;
        ``date`` is the day announced, or else effective.

    Raises
    ------
    NoFigures, ParameterError
        As for `load`.
    """
    frame = read("events")
    frame.insert(1, "date", frame["date_announced"].fillna(frame["date_effective"]))
    chosen = frame[frame["date"] <= vintages.day(as_of)]
    if chosen.empty:
        raise NoFigures(
            f"no such events by {as_of}; the first is of {frame['date'].min():%Y-%m-%d}"
        )
    return chosen.sort_values(["date", "event_id"], ignore_index=True)


def milestones(
    project: Names | None = None,
    as_of: str = "latest",
    missing: Literal["raise", "empty"] = "raise",
) -> pd.DataFrame:
    """Return planned and actual dates of the steps of projects, as they were stated.

    Names, dates and `missing` are as for `load`.

    Returns
    -------
    DataFrame
        The columns of ``milestones.csv``; planned and actual dates are the spans in
        which the day lies (datetime64, NaT where unknown). With an `as_of`, a
        statement whose date is unknown is left out.

    Raises
    ------
    UnknownName, NoFigures, ParameterError
        As for `load`.
    """
    frame = _named(read("milestones"), project=project)
    if as_of != "latest":
        frame = frame[vintages.last_day(frame["as_stated_on"]) <= vintages.day(as_of)]
    if frame.empty and missing == "raise":
        raise NoFigures(f"no milestones had been stated by {as_of}")
    return frame.reset_index(drop=True)


def _named(frame: pd.DataFrame, **asked: Names | None) -> pd.DataFrame:
    """Return the rows that have the names asked for, refusing those that none has."""
    found = frame
    for column, names in asked.items():
        for name in listed(names):
            check_name(column, name, pd.Index(frame[column].unique()))
        if names is not None:
            found = found[found[column].isin(listed(names))]
    return found


def expectations(as_of: str = "latest") -> pd.DataFrame:
    """Return what the workbook's models expected of figures to come, as it was filed.

    Parameters
    ----------
    as_of : str, default "latest"
        ISO date. Only what was filed on or before it.

    Returns
    -------
    DataFrame
        The columns of ``expectations.csv``: numbers float64, days datetime64.
    """
    frame = read("expectations")
    return frame[frame["filed_on"] <= vintages.day(as_of)].reset_index(drop=True)


def scored(as_of: str = "latest", series: str | None = None) -> pd.DataFrame:
    """Return the expectations that were filed by a date, with what came of each.

    The first value published after that day decides one; a later revision does not.

    Parameters
    ----------
    series : str, optional
        Only those of this series.

    Returns
    -------
    DataFrame, one row per expectation
        The columns of `expectations`, then ``outcome`` float64, NaN while
        nothing came; ``source_id`` of it, "" without; ``result``: "hit" where it lies
        from ``low`` to ``high``, "miss", or "open".
    """
    filed = expectations(as_of)
    if series is not None:
        filed = filed[filed["series"] == series].reset_index(drop=True)
    found = []
    for row in filed.itertuples():
        printed = revisions(
            row.series,
            row.entity,
            product=row.product,
            as_of=as_of,
            extra="",
            missing="empty",
        )
        later = printed[printed["published"] > row.filed_on]
        first = deciding(row, later).sort_values("published", kind="stable").head(1)
        if len(first) and first["period_start"].item() == first["period_end"].item():
            first = deciding(row, later).sort_values("period_end").tail(1)
        found.append((*first["value"], *first["source_id"]) or (np.nan, ""))
    outcome = pd.DataFrame(found, columns=["outcome", "source_id"], index=filed.index)
    return filed.join(outcome).assign(
        result=[
            result(*ends)
            for ends in zip(
                filed["low"], filed["high"], outcome["outcome"], strict=True
            )
        ]
    )


def result(low: float, high: float, outcome: float) -> str:
    """Return "hit" where an outcome lies within an interval, "miss", or "open"."""
    if np.isnan(outcome):
        return "open"
    return "hit" if low <= outcome <= high else "miss"


def deciding(expected: object, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that are what an expectation speaks of.

    Their period is its own or, of quotations, a day in it; the definitions of their
    basis are its own; a part of a period decides nothing.

    Parameters
    ----------
    expected : row of `expectations`, as ``itertuples`` gives it
    figures : DataFrame
        In the columns of `loading.load`.
    """
    row: Mapping[str, object] = expected._asdict()  # type: ignore[attr-defined]
    first, last = row["period_start"], row["period_end"]
    start, end = figures["period_start"], figures["period_end"]
    same = (start == first) & (end == last)
    same |= (start == end) & start.between(first, last)
    for name in ("series", "entity", "product", "unit"):
        same &= figures[name] == row[name]
    definition = dictionaries.known("").definition
    same &= figures["basis"].map(definition) == definition(str(row["basis"]))
    for part in PARTS:
        same &= ~has_codes(figures["basis"], part)
    return figures[same & figures["value"].notna()]


def assumptions(
    topic: str | None = None, extra: str | Path | None = None
) -> pd.DataFrame:
    """Return the numbers that nobody printed: each with its range and its reason.

    An assumption stands in for a figure that has no source. It is never a figure, has
    no date, and a chart draws it apart (open or hatched).

    Parameters
    ----------
    topic : str, optional
        The question that needs it, e.g. ``"refining-cost"``. Default: all.
    extra : path, optional
        As in `figures.load`: a row of ``assumptions.csv`` in the user's own folder
        replaces the row with its id.

    Returns
    -------
    DataFrame
        The columns of ``assumptions.csv``; ``value``, ``low``, ``high`` are float64,
        ``price_year`` Int64. ``direction`` says what a higher value does to the result
        of the topic: it raises it, lowers it, or either.

    Raises
    ------
    UnknownName
        If a topic has no assumption.
    """
    own, frame = dictionaries.own_folder(extra), read("assumptions")
    path = tables.tables_in(own).get("assumptions") if own else None
    if path is not None:
        mine = read("assumptions", path, extra)
        kept = frame[~frame["assumption_id"].isin(mine["assumption_id"])]
        frame = pd.concat([kept, mine], ignore_index=True)
    frame = _named(frame, topic=topic)
    if path is not None:
        is_own = frame["assumption_id"].isin(mine["assumption_id"])
        tables.used.own_rows |= bool(is_own.any())
    return frame.reset_index(drop=True)


def claims(
    as_of: str = "latest", missing: Literal["raise", "empty"] = "raise"
) -> pd.DataFrame:
    """Return the checkable claims of the digests, in the order of the articles.

    Parameters
    ----------
    as_of : str, default "latest"
        ISO date. Only claims made on or before it.
    missing : {"raise", "empty"}
        As for `load`.

    Returns
    -------
    DataFrame
        The columns of ``claims.csv``, then ``title`` and ``publisher`` of the article.
        ``value``, ``low``, ``high`` are float64 (NaN where nothing was said);
        ``period_start``, ``period_end``, ``due`` datetime64 (NaT where unknown).

    Raises
    ------
    NoFigures, ParameterError
        As for `load`.
    """
    frame, sources = read("claims"), dictionaries.known().sources
    for column in ("title", "publisher"):
        frame[column] = frame["article"].map(sources[column])
    made = vintages.last_day(frame["article"].map(sources["published"]))
    chosen = frame if as_of == "latest" else frame[made <= vintages.day(as_of)]
    if chosen.empty and missing == "raise":
        raise NoFigures(f"no such claims had been made by {as_of}")
    return chosen.reset_index(drop=True)


def claimed(claim_ids: Sequence[str]) -> pd.DataFrame:
    """Return some claims as a reader sees them, in the order in which they are named.

    Returns
    -------
    DataFrame
        ``Claim``, ``What was said``, ``Said`` in words, ``Unit``; ``day`` (datetime64)
        on which it was said, ``source_id``, the article.
    """
    found = claims().set_index("claim_id").loc[list(claim_ids)]
    numbers = found[["low", "high"]].astype(float)
    ends = numbers.apply(lambda end: end.fillna(found["value"]))
    return pd.DataFrame(
        {
            "Claim": found.index,
            "What was said": found["paraphrase"].to_numpy(),
            "Said": [span(low, high) for low, high in ends.to_numpy()],
            "Unit": found["unit"].to_numpy(),
            "day": pd.to_datetime(found["published"]).dt.normalize().to_numpy(),
            "source_id": found["article"].to_numpy(),
        }
    )


def claim_checks() -> pd.DataFrame:
    """Return what was found on each claim, the main check of a claim first.

    Returns
    -------
    DataFrame
        The columns of ``claim_checks.csv`` (numbers as float64) and ``published``, the
        last day that the date of the source can mean.
    """
    frame = read("claim_checks")
    published = frame["source_id"].map(dictionaries.known().sources["published"])
    return frame.assign(published=vintages.last_day(published))


def quantities() -> pd.DataFrame:
    """Return what a claim may be about, indexed by name: see `rules.quantities`."""
    return rules.quantities(_table("quantities"), dictionaries.known())

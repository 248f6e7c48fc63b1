"""Load records: events, project steps, explained gaps, assumptions, claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from rareearth.errors import DataError, NoFigures
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, rules, seals, vintages
from rareearth.figures import rules as claim_rules
from rareearth.figures.csv_files import RECORDS, Table
from rareearth.figures.dictionaries import Dictionaries
from rareearth.figures.loading import Names, check_name, listed, period
from rareearth.words import span


def events(
    as_of: str = "latest",
    kind: Names | None = None,
    start: int | str | None = None,
    end: int | str | None = None,
) -> pd.DataFrame:
    """Return dated policy and market events, oldest first.

    Parameters
    ----------
    as_of : str, default "latest"
        ISO date. Only events announced, or else effective, on or before it.
    kind : str or list of str, optional
        Keep only these kinds: control, relaxation, tariff, subsidy, price_floor,
        agreement, disruption, ruling, price_extreme, other.
    start, end : int or str, optional
        Years or ISO dates between which the event lies.

    Returns
    -------
    DataFrame
        The columns of ``events.csv``; dates are datetime64, NaT where unknown;
        ``date`` is the day announced, or else effective.

    Raises
    ------
    UnknownName, NoFigures, ParameterError
        As for `load`.
    """
    frame = _records("events", dictionaries.known())
    if frame.empty:
        raise NoFigures("events.csv: no events")
    frame.insert(1, "date", frame["date_announced"].fillna(frame["date_effective"]))
    kinds_ = sorted(frame["kind"].unique())
    for name in listed(kind):
        check_name("kind of event", name, pd.Index(kinds_))
    first, last = period(start, end)
    chosen = frame[frame["date"].between(first, min(last, vintages.day(as_of)))]
    if names := listed(kind):
        chosen = chosen[chosen["kind"].isin(names)]
    if chosen.empty:
        raise NoFigures(
            f"no such events; there are some from {frame['date'].min():%Y-%m-%d} to "
            f"{frame['date'].max():%Y-%m-%d} of the kinds {', '.join(kinds_)}"
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
    known = dictionaries.known()
    frame = _records("milestones", known)
    for name in listed(project):
        check_name("project", name, pd.Index(sorted(frame["project"].unique())))
    if as_of != "latest":
        frame = frame[vintages.last_day(frame["as_stated_on"]) <= vintages.day(as_of)]
    if names := listed(project):
        frame = frame[frame["project"].isin(names)]
    if frame.empty and missing == "raise":
        raise NoFigures(f"no milestones had been stated by {as_of}")
    return frame.reset_index(drop=True)


def explanations() -> pd.DataFrame:
    """Return the gaps between sources that are understood.

    Returns
    -------
    DataFrame
        ``check_id`` of `reconcile`; ``expected``, the difference that is explained, in
        the unit of the comparison; ``reason``.
    """
    frame = _records("explanations", dictionaries.known())
    return frame.assign(expected=pd.to_numeric(frame["expected"]))


def glossary() -> pd.DataFrame:
    """Return ``meaning`` of the words that a report explains, by ``term``."""
    return _records("glossary", dictionaries.known()).set_index("term")


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
    frame = _records("expectations", dictionaries.known())
    for column in ("value", "low", "high", "level"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    for column in ("filed_on", "period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
    return frame[frame["filed_on"] <= vintages.day(as_of)].reset_index(drop=True)


def assumptions(
    topic: str | None = None,
    parameter: Names | None = None,
    entity: Names | None = None,
    extra: str | Path | None = None,
) -> pd.DataFrame:
    """Return the numbers that nobody printed: each with its range and its reason.

    An assumption stands in for a figure that has no source. It is never a figure, has
    no date, and a chart draws it apart (open or hatched).

    Parameters
    ----------
    topic : str, optional
        The question that needs it, e.g. ``"refining-cost"``. Default: all.
    parameter, entity : str or list of str, optional
        Keep only these.
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
        If a topic, parameter or entity has no assumption.
    NoFigures
        If each is known and no row has all of them.
    """
    known, own = dictionaries.known(extra), dictionaries.own_folder(extra)
    frame = _records("assumptions", known)
    path = tables.tables_in(own).get("assumptions") if own else None
    if path is not None:
        mine = _checked("assumptions", path, known)
        kept = frame[~frame["assumption_id"].isin(mine["assumption_id"])]
        frame = pd.concat([kept, mine], ignore_index=True)
    for column in ("value", "low", "high"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["price_year"] = pd.to_numeric(frame["price_year"]).astype("Int64")
    asked = {"topic": topic, "parameter": parameter, "entity": entity}
    for column, names in asked.items():
        for name in listed(names):
            check_name(column, name, pd.Index(frame[column].unique()))
    for column, names in asked.items():
        if wanted := listed(names):
            frame = frame[frame[column].isin(wanted)]
    if frame.empty:
        raise NoFigures(f"no assumption on {parameter} of {entity} for {topic}")
    if path is not None:
        tables.note_own(frame["assumption_id"], mine["assumption_id"])
    return frame.reset_index(drop=True)


def _table(name: str) -> tuple[Path, Table]:
    path = dictionaries.folder() / f"{name}.csv"
    table = tables.read(path, RECORDS[name])
    seals.warn(table, path.parent)
    return path, table


def _records(name: str, known: Dictionaries) -> pd.DataFrame:
    return _checked(name, dictionaries.folder() / f"{name}.csv", known)


def _checked(name: str, path: Path, known: Dictionaries) -> pd.DataFrame:
    curated = dictionaries.folder()
    table = tables.read(path, RECORDS[name], strict=path.parent == curated)
    if path.parent == curated:
        seals.warn(table, curated)
    if not dictionaries.was_checked(path, table):
        problems = (
            claim_rules.problems(name, table, known, None)
            if name in claim_rules.TABLES
            else rules.record_problems(name, table, known)
        )
        if problems:
            raise DataError(str(problems[0]))
    frame = table.frame.copy()
    for column in frame:
        if str(column).startswith(("date_", "planned_", "actual_")):
            frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
    return frame


def claims(
    article: Names | None = None,
    topic: Names | None = None,
    as_of: str = "latest",
    missing: Literal["raise", "empty"] = "raise",
) -> pd.DataFrame:
    """Return the checkable claims of the digests, in the order of the articles.

    Parameters
    ----------
    article : str or list of str, optional
        Keep only these: ``"digest-01"`` to ``"digest-10"``.
    topic : str or list of str, optional
        Keep only these topics, e.g. ``"production"``.
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
    UnknownName, NoFigures, ParameterError
        As for `load`.
    """
    known = dictionaries.known()
    _, table = _table("claims")
    sealed = [dictionaries.was_checked(*_table(n)) for n in ("claims", "quantities")]
    found = (
        [] if all(sealed) else claim_rules.claim_problems(table, known, quantities())
    )
    if found:
        raise DataError(str(found[0]))
    frame = typed_claims(table.frame)
    for column in ("title", "publisher"):
        frame[column] = frame["article"].map(known.sources[column])
    for kind, names in (("article", article), ("topic", topic)):
        for name in listed(names):
            check_name(kind, name, pd.Index(sorted(frame[kind].unique())))
    made = vintages.last_day(frame["article"].map(known.sources["published"]))
    chosen = frame if as_of == "latest" else frame[made <= vintages.day(as_of)]
    for kind, names in (("article", article), ("topic", topic)):
        if wanted := listed(names):
            chosen = chosen[chosen[kind].isin(wanted)]
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


def typed_claims(frame: pd.DataFrame) -> pd.DataFrame:
    """Return text columns of claims with numbers as float64 and days as datetime64."""
    typed = frame.copy()
    for column in typed.columns.intersection(claim_rules.NUMBERS):
        typed[column] = pd.to_numeric(typed[column].replace("", None)).astype(float)
    for column in ("period_start", "period_end", "due"):
        if column in typed:
            days = typed[column].replace("", None)
            dates = pd.to_datetime(days, format="%Y-%m-%d")
            typed[column] = dates.astype("datetime64[ns]")
    return typed


def claim_checks() -> pd.DataFrame:
    """Return what was found on each claim, the main check of a claim first.

    Returns
    -------
    DataFrame
        The columns of ``claim_checks.csv`` (numbers as float64) and ``published``, the
        last day that the date of the source can mean.
    """
    known = dictionaries.known()
    frame = _records("claim_checks", known)
    published = frame["source_id"].map(known.sources["published"])
    return typed_claims(frame).assign(published=vintages.last_day(published))


def quantities() -> pd.DataFrame:
    """Return what a claim may be about, indexed by name: see `claim_rules`."""
    known = dictionaries.known()
    return claim_rules.quantities(_table("quantities")[1], known)


def claim_differences() -> pd.DataFrame:
    """Return the claims whose computed and written verdicts differ, with the reason."""
    return _records("claim_differences", dictionaries.known())

"""Load dated records: policy and market events, and the steps of projects."""

from __future__ import annotations

import pandas as pd

from rareearth import dictionaries, rules, tables, vintages
from rareearth.dictionaries import Dictionaries
from rareearth.errors import DataError, NoFigures
from rareearth.figures import Names, check_name, listed, period
from rareearth.tables import RECORDS


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


def milestones(project: Names | None = None, as_of: str = "latest") -> pd.DataFrame:
    """Return planned and actual dates of the steps of projects, as they were stated.

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
    if frame.empty:
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


def _records(name: str, known: Dictionaries) -> pd.DataFrame:
    table = tables.read(dictionaries.folder() / f"{name}.csv", RECORDS[name])
    if problems := rules.record_problems(name, table, known):
        raise DataError(str(problems[0]))
    frame = table.frame.copy()
    for column in frame:
        if str(column).startswith(("date_", "planned_", "actual_")):
            frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
    return frame

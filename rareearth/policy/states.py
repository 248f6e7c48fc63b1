"""What is in force on a day, and what is suspended until when, from dated events."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures import loading as figures
from rareearth.figures import records
from rareearth.figures.columns import codes, has_codes
from rareearth.figures.vintages import day, last_day

MEASURES = ("control", "tariff", "price_floor", "law")
"""Kinds of events that stay in force; the others happen and are over."""

ALL = "all"
DAY = pd.Timedelta(1, unit="D")
BEYOND = pd.Timedelta(120, unit="D")  # how much of the unknown a chart has at least
MEETING = pd.Timestamp("2025-10-30")
"""Day of the leaders' meeting in Busan (events.csv)."""

KEPT = "event_id,title,subject,covers,actor,target,kind,note,source_id".split(",")
UNKNOWN = "unknown"
STATES = (
    "in force",
    "suspended",
    UNKNOWN,
    "announced",
    "no day of effect published",
    "ended",
)
"""What a measure can be on a day, the most binding first. Unknown is one of which the
last day, of a suspension or a term, has passed when no source at hand is newer."""


def within(
    events: pd.DataFrame, actor: str = ALL, start: str = "first", end: str = "latest"
) -> pd.DataFrame:
    """Return the events of an actor between two dates, extremes of prices left out.

    Raises
    ------
    NoFigures, ParameterError
        If there is none, or the start is after the end. The message says when there
        are.
    """
    own = events[events["kind"] != "price_extreme"]
    if actor != ALL:
        own = own[has_codes(own["actor"], actor)]
    first = pd.Period(start.replace("first", "1900")).start_time
    last = pd.Period(end.replace("latest", "2199")).end_time
    if first > last:
        raise ParameterError(f"start: {start} is after end: {end}")
    chosen = own[own["date"].between(first, last)]
    if own.empty:
        raise NoFigures(f"no event of {actor} had been made known by then")
    if chosen.empty:
        raise NoFigures(
            f"no event{'' if actor == ALL else f' of {actor}'} from {start} to {end}; "
            "there are some from "
            f"{own['date'].min():%Y-%m-%d} to {own['date'].max():%Y-%m-%d}"
        )
    return chosen.reset_index(drop=True)


def horizon(events: pd.DataFrame, published: pd.Series) -> pd.Timestamp:
    """Return the day of the newest source of the events, NaT where none has a date.

    Parameters
    ----------
    published : Series of datetime64, indexed by source
        The last day on which each source can have come out.
    """
    policy = events[events["kind"] != "price_extreme"]
    names = policy["source_id"].str.split(";").explode().unique()
    return published.reindex(names).max()


def day_of(as_of: str, known: pd.Timestamp) -> pd.Timestamp:
    """Return the day that is asked about: `as_of`, or what the sources reach to."""
    return known if as_of == "latest" else day(as_of).normalize()


class Standing(NamedTuple):
    """What measures are on a day, by all sources that had come out by then."""

    measures: pd.DataFrame
    """From `state`, with ``newest``: the day of the newest source of each."""
    decided: pd.DataFrame
    """All events by then, from `records.events`."""
    on: pd.Timestamp
    """The day asked about."""
    known: pd.Timestamp
    """The day of the newest source."""


def standing(as_of: str = "latest") -> Standing:
    """Return what each measure is on the day asked about.

    Raises
    ------
    NoFigures, ParameterError
        As for `records.events`.
    """
    decided = records.events(as_of)
    newest = last_day(figures.dictionary("sources")["published"]).dt.normalize()
    newest = newest[newest <= day_of(as_of, pd.Timestamp.max)]
    known = max(horizon(decided, newest), decided["date"].max())
    on = day_of(as_of, known)
    found = state(decided, on, known)
    dates = found["sources"].str.split(";").explode().map(newest)
    found["newest"] = dates.groupby(level=0).max()
    return Standing(found, decided, on, known)


def state(
    events: pd.DataFrame, on: pd.Timestamp, known: pd.Timestamp = pd.Timestamp.max
) -> pd.DataFrame:
    """Return what each measure is on a day.

    A measure is in force from its day of effect to its last day, both included. It is
    suspended from the day on which an event that names it in ``suspends`` takes
    effect to the last day of that event, and ended from the day of one that names it
    in ``ends``. Only what had been announced by that day counts. When the last day of
    a suspension or of a term has passed and no source is newer, nothing is known.

    Parameters
    ----------
    on : Timestamp
        The day asked about.
    known : Timestamp
        The day of the newest source, from `horizon`.

    Returns
    -------
    DataFrame, one row per measure, the most binding state first
        ``event_id``, ``title``, ``subject``, ``covers``, ``actor``, ``target``,
        ``kind``, ``note``, ``source_id`` str; ``state`` str, of `STATES`; ``since``,
        ``until`` datetime64: the first and the last day of that state, NaT where
        open; ``by`` str: the event that suspends or ends it; ``sources`` str: of the
        measure and of what acts on it, for the date of the newest.
    """
    public = events[events["date"] <= on]
    measures = public[public["kind"].isin(MEASURES)]
    ends, pauses = (_naming(public, name, on) for name in ("ends", "suspends"))
    none = public.iloc[:0]
    rows = [
        _state(
            item,
            ends.get(item["event_id"], none),
            pauses.get(item["event_id"], none),
            on,
            known,
        )
        for _, item in measures.iterrows()
    ]
    columns = [*KEPT, "state", "since", "until", "by", "sources"]
    found = pd.DataFrame(rows, columns=columns)
    rank = found["state"].map({name: place for place, name in enumerate(STATES)})
    order = found.assign(rank=rank).sort_values(["rank", "since", "event_id"])
    return order.drop(columns="rank").reset_index(drop=True)


def _state(
    item: pd.Series,
    ended: pd.DataFrame,
    paused: pd.DataFrame,
    on: pd.Timestamp,
    known: pd.Timestamp,
) -> dict[str, object]:
    row = {name: item[name] for name in KEPT}
    acting = [*ended["source_id"], *paused["source_id"]]
    row["sources"] = ";".join([item["source_id"], *acting])
    now = paused[paused["date_until"] >= on]
    start, end = item["date_effective"], item["date_until"]
    by, since, until = "", start, end
    if len(ended):
        last = ended.iloc[-1]
        what, by, since, until = "ended", last["title"], last["date_effective"], None
    elif pd.notna(end) and end < on:
        what, since, until = _after(end, known, "ended"), end + DAY, None
    elif len(now):
        by, since = now["title"].iloc[-1], _since(paused)
        what, until = "suspended", now["date_until"].iloc[-1]
    elif pd.isna(start):
        what, since = "no day of effect published", item["date"]
    elif start > on:
        what, until = "announced", start - DAY
        since = item["date"]
    elif len(paused):
        over = paused["date_until"].max()
        what, since = _after(over, known, "in force"), over + DAY
    else:
        what = "in force"
    return row | {"state": what, "since": since, "until": until, "by": by}


def _after(last: pd.Timestamp, known: pd.Timestamp, by_its_terms: str) -> str:
    """Return what is after a last day: what its terms say if a source is newer."""
    return by_its_terms if known > last else UNKNOWN


def _naming(
    public: pd.DataFrame, column: str, on: pd.Timestamp
) -> dict[str, pd.DataFrame]:
    """Return by measure the events in effect by a day that suspend, or end, it."""
    known = public[public["date_effective"] <= on]
    named = known[column].str.split(";").explode()
    return {
        str(measure): known.loc[named.index[named == measure].unique()].sort_values(
            "date_effective"
        )
        for measure in named[named != ""].unique()
    }


def _since(paused: pd.DataFrame) -> pd.Timestamp:
    """Return the first day of the unbroken run of suspensions that ends last."""
    start = paused["date_effective"].iloc[-1]
    for item in paused.iloc[::-1].itertuples():
        if item.date_until + DAY >= start:
            start = min(start, item.date_effective)
    return start


def spans(
    events: pd.DataFrame, on: pd.Timestamp, known: pd.Timestamp = pd.Timestamp.max
) -> pd.DataFrame:
    """Return from when to when each measure was in force or suspended, for a chart.

    After a last day of which no source is newer it is unknown, to the day asked about
    or at least for `BEYOND`.

    Returns
    -------
    DataFrame, one row per stretch
        ``event_id``, ``subject``, ``actor``, ``kind`` str; ``state`` str: in force,
        suspended or unknown; ``start``, ``end`` datetime64, ``end`` no later than the
        last day that is published or `on`; ``open`` bool: no end is published;
        ``source_id`` str.
    """
    public = events[events["date"] <= on]
    ends, pauses = (
        _naming(public, name, pd.Timestamp.max) for name in ("ends", "suspends")
    )
    none, rows = public.iloc[:0], []
    for _, item in public[public["kind"].isin(MEASURES)].iterrows():
        name = item["event_id"]
        acts = ends.get(name, none), pauses.get(name, none)
        rows += _stretches(item, *acts, on, known)
    columns = "event_id,subject,actor,kind,state,start,end,open,source_id".split(",")
    return pd.DataFrame(rows, columns=columns)


def _stretches(
    item: pd.Series,
    ended: pd.DataFrame,
    paused: pd.DataFrame,
    on: pd.Timestamp,
    known: pd.Timestamp,
) -> list[dict[str, object]]:
    start, end = item["date_effective"], item["date_until"]
    if pd.isna(start):
        return []
    if len(ended):
        end = ended["date_effective"].iloc[0]
    last = end if pd.notna(end) else max(on, start)
    over = last if pd.notna(end) and not len(ended) else paused["date_until"].max()
    found, at = [], start
    for pause in paused.itertuples():
        begin, after = pause.date_effective, pause.date_until + DAY
        if len(ended):  # a suspension is over with what it suspends
            begin, after = min(begin, last), min(after, last)
        if begin > at:
            found.append(("in force", at, begin, False))
        if after > begin:
            found.append(("suspended", begin, after, False))
        at = max(at, after)
    is_lost = pd.notna(over) and over >= known and not len(ended)
    if at < last and not (is_lost and len(paused)):
        found.append(("in force", at, last, bool(pd.isna(end))))
    if is_lost:
        found.append((UNKNOWN, over + DAY, max(on, over + BEYOND), True))
    row = {name: item[name] for name in KEPT}
    names = "state", "start", "end", "open"
    return [row | dict(zip(names, each, strict=True)) for each in found]


def around_meeting(
    events: pd.DataFrame, on: pd.Timestamp, known: pd.Timestamp = pd.Timestamp.max
) -> pd.DataFrame:
    """Return the states on the eve of the Busan meeting and on a day after it.

    Returns
    -------
    DataFrame
        As from `state` for the later day, what has ended by then left out, with
        ``before``: the state on the eve, "" if it had not been announced. Empty if the
        day is not after the meeting.
    """
    then = state(events, MEETING - DAY).set_index("event_id")["state"]
    found = state(events, on, known)
    found = found.assign(before=found["event_id"].map(then).fillna(""))
    return found[(found["state"] != "ended") & (on > MEETING)].reset_index(drop=True)


def binds(target: pd.Series, whom: str) -> pd.Series:
    """Return which targets include somebody: named, or everyone."""
    bound = target.map(lambda names: not codes(names).isdisjoint({whom, ALL}))
    return bound.astype(bool)


def monthly(figures: pd.DataFrame) -> pd.Series:
    """Return the figures that are for one calendar month, or a day of it, by month.

    The price of a month end is that of its last day of trade. Of several printed
    values of a month, the first; sums of several months are no month and are left out.

    Returns
    -------
    Series with a monthly PeriodIndex
    """
    start, end = figures["period_start"], figures["period_end"]
    months = end.dt.to_period("M")
    whole = start.dt.is_month_start & end.dt.is_month_end
    whole &= start.dt.to_period("M") == months
    own = figures[whole | (start == end)]
    own = own.assign(month=months[own.index]).dropna(subset=["value"])
    return own.drop_duplicates("month").set_index("month")["value"].sort_index()

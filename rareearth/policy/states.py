"""What is in force on a day, and what is suspended until when, from dated events."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import codes, has_codes
from rareearth.figures.vintages import day, last_day

MEASURES = ("control", "tariff", "price_floor", "law")
"""Kinds of events that stay in force; the others happen and are over."""

ALL = "all"
DAY = pd.Timedelta(1, unit="D")
MEETING = pd.Timestamp("2025-10-30")
"""Day of the leaders' meeting in Busan (events.csv)."""

KEPT = "event_id,title,subject,covers,actor,target,kind,note,source_id".split(",")
STATES = (
    "in force",
    "suspended",
    "suspension over",
    "announced",
    "no day of effect printed",
    "ended",
)
"""What a measure can be on a day, the most binding first. "suspension over" says that a
suspension had an end and that it has passed: in force by its terms, unless extended."""


def bounds(start: str, end: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day between two dates ("first", "latest": open)."""
    edges = []
    for name, text, open_ in (("start", start, "first"), ("end", end, "latest")):
        if text == open_:
            edges.append(pd.Period("1900" if name == "start" else "2199"))
            continue
        try:
            edges.append(pd.Period(text))
        except ValueError:
            raise ParameterError(
                f"{name}: {text!r} is not {open_!r}, or a year, month or day (YYYY, "
                "YYYY-MM, YYYY-MM-DD)"
            ) from None
    first, last = edges[0].start_time, edges[1].end_time
    if first > last:
        raise ParameterError(f"start: {start} is after end: {end}")
    return first, last


def within(
    events: pd.DataFrame, actor: str = ALL, start: str = "first", end: str = "latest"
) -> pd.DataFrame:
    """Return the events of an actor between two dates, extremes of prices left out.

    Raises
    ------
    NoFigures
        If there is none. The message says when there are.
    """
    own = events[events["kind"] != "price_extreme"]
    if actor != ALL:
        own = own[has_codes(own["actor"], actor)]
    first, last = bounds(start, end)
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
    """Return the day up to which the sources of the events can know.

    Parameters
    ----------
    published : Series of str, indexed by source
        When each source came out, as in ``sources.csv``.
    """
    policy = events[events["kind"] != "price_extreme"]
    names = policy["source_id"].str.split(";").explode().unique()
    return last_day(published.reindex(names).fillna("")).max().normalize()


def day_of(as_of: str, known: pd.Timestamp) -> pd.Timestamp:
    """Return the day that is asked about: `as_of`, or what the sources reach to."""
    return known if as_of == "latest" else day(as_of).normalize()


def state(events: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Return what each measure is on a day.

    A measure is in force from its day of effect to its last day, both included. It is
    suspended from the day on which an event that names it in ``suspends`` takes
    effect to the last day of that event, and ended from the day of one that names it
    in ``ends``. Only what had been announced by that day counts.

    Returns
    -------
    DataFrame, one row per measure, the most binding state first
        ``event_id``, ``title``, ``subject``, ``covers``, ``actor``, ``target``,
        ``kind``, ``note``, ``source_id`` str; ``state`` str, of `STATES`; ``since``,
        ``until`` datetime64: the first and the last day of that state, NaT where
        open; ``by`` str: the event that suspends or ends it.
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
        )
        for _, item in measures.iterrows()
    ]
    found = pd.DataFrame(rows, columns=[*KEPT, "state", "since", "until", "by"])
    rank = found["state"].map({name: place for place, name in enumerate(STATES)})
    order = found.assign(rank=rank).sort_values(["rank", "since", "event_id"])
    return order.drop(columns="rank").reset_index(drop=True)


def _state(
    item: pd.Series, ended: pd.DataFrame, paused: pd.DataFrame, on: pd.Timestamp
) -> dict[str, object]:
    row = {name: item[name] for name in KEPT}
    now = paused[paused["date_until"] >= on]
    start, end = item["date_effective"], item["date_until"]
    by, since, until = "", start, end
    if len(ended):
        last = ended.iloc[-1]
        what, by, since, until = "ended", last["title"], last["date_effective"], None
    elif pd.notna(end) and end < on:
        what, since, until = "ended", end + DAY, None
    elif len(now):
        by, since = now["title"].iloc[-1], _since(paused)
        what, until = "suspended", now["date_until"].iloc[-1]
    elif pd.isna(start):
        what, since = "no day of effect printed", item["date"]
    elif start > on:
        what, until = "announced", start - DAY
        since = item["date"]
    elif len(paused):
        what, since = "suspension over", paused["date_until"].max() + DAY
    else:
        what = "in force"
    return row | {"state": what, "since": since, "until": until, "by": by}


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


def spans(events: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Return from when to when each measure was in force or suspended, for a chart.

    Returns
    -------
    DataFrame, one row per stretch
        ``event_id``, ``subject``, ``actor``, ``kind`` str; ``state`` str: in force or
        suspended; ``start``, ``end`` datetime64, ``end`` no later than the last day
        that is printed or `on`; ``open`` bool: no end is printed; ``source_id`` str.
    """
    public = events[events["date"] <= on]
    ends, pauses = (
        _naming(public, name, pd.Timestamp.max) for name in ("ends", "suspends")
    )
    none, rows = public.iloc[:0], []
    for _, item in public[public["kind"].isin(MEASURES)].iterrows():
        name = item["event_id"]
        rows += _stretches(item, ends.get(name, none), pauses.get(name, none), on)
    columns = "event_id,subject,actor,kind,state,start,end,open,source_id".split(",")
    return pd.DataFrame(rows, columns=columns)


def _stretches(
    item: pd.Series, ended: pd.DataFrame, paused: pd.DataFrame, on: pd.Timestamp
) -> list[dict[str, object]]:
    start, end = item["date_effective"], item["date_until"]
    if pd.isna(start):
        return []
    if len(ended):
        end = ended["date_effective"].iloc[0]
    last = end if pd.notna(end) else max(on, start)
    found, at = [], start
    for pause in paused.itertuples():
        begin, after = pause.date_effective, pause.date_until + DAY
        if begin > at:
            found.append(("in force", at, begin, False))
        found.append(("suspended", begin, after, False))
        at = after
    if at < last:
        found.append(("in force", at, last, bool(pd.isna(end))))
    row = {name: item[name] for name in KEPT}
    names = "state", "start", "end", "open"
    return [row | dict(zip(names, each, strict=True)) for each in found]


def compared(
    events: pd.DataFrame, before: pd.Timestamp, after: pd.Timestamp
) -> pd.DataFrame:
    """Return the state of each measure on two days, and whether it changed.

    Returns
    -------
    DataFrame
        ``subject``, ``covers``, ``actor``, ``target``, ``source_id`` str, ``before``,
        ``after`` str: states, "" before it was announced; ``until`` datetime64: the
        last day of the later state; ``changed`` bool.
    """
    then = state(events, before).set_index("event_id")["state"]
    found = state(events, after)
    found = found.assign(
        before=found["event_id"].map(then).fillna(""), after=found["state"]
    )
    found["changed"] = found["before"] != found["after"]
    columns = (
        "event_id,subject,covers,actor,target,source_id,before,after,until,changed"
    ).split(",")
    return found[columns]


def around_meeting(events: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Return the states on the eve of the Busan meeting and on a day after it.

    Empty if the day is not after the meeting; what has ended by then is left out.
    """
    if on <= MEETING:
        return compared(events, on, on).iloc[:0]
    found = compared(events, MEETING - DAY, on)
    return found[found["after"] != "ended"].reset_index(drop=True)


def binds(target: pd.Series, whom: str) -> pd.Series:
    """Return which targets include somebody: named, or everyone."""
    return target.map(lambda names: not codes(names).isdisjoint({whom, ALL}))


APRIL = pd.Timestamp("2025-04-04")
"""Day of China's licences for seven medium and heavy rare earths (events.csv)."""

SHIPPING = ("control", "relaxation", "disruption", "tariff", "ruling")
"""Kinds of events that change what may be shipped, or at what cost."""

MOST = 3  # titles named for a month


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


def shipping(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events that change, or promise to change, what China ships.

    Of agreements those with China, and those that somebody is named to profit from.
    """
    promised = events["actor"].str.contains("China") | (events["target"] != "")
    own = events["kind"].isin(SHIPPING) | (events["kind"].eq("agreement") & promised)
    return events[own].reset_index(drop=True)


def by_month(events: pd.DataFrame) -> pd.DataFrame:
    """Return the months with events, oldest first.

    Returns
    -------
    DataFrame, one row per month
        ``month`` Period; ``date`` datetime64, of its first event; ``title`` str, at
        most `MOST` of them; ``source_id`` str.
    """
    ordered = events.sort_values("date", kind="stable")
    rows = [
        (month, own["date"].min(), _titles(own["title"]), ";".join(own["source_id"]))
        for month, own in ordered.groupby(ordered["date"].dt.to_period("M"))
    ]
    return pd.DataFrame(rows, columns=["month", "date", "title", "source_id"])


def _titles(titles: pd.Series) -> str:
    names = list(dict.fromkeys(titles))
    more = len(names) - MOST
    return "; ".join(names[:MOST]) + (f"; and {more} more" if more > 0 else "")


def around(
    events: pd.DataFrame, series: Mapping[str, pd.Series], later: int = 2
) -> pd.DataFrame:
    """Return how each series changed from the month before an event to some later.

    Parameters
    ----------
    series : mapping of str to Series with a monthly PeriodIndex
    later : int
        Months after that of the event.

    Returns
    -------
    DataFrame
        `by_month`, and a column per series: the change as a share, NaN where one of
        the two months is unknown. A month without any is left out.
    """
    found = by_month(events)
    months = pd.PeriodIndex(found["month"], freq="M")
    for name, values in series.items():
        first, last = (values.reindex(months + shift) for shift in (-1, later))
        found[name] = last.to_numpy() / first.to_numpy() - 1
    return found.dropna(subset=list(series), how="all").reset_index(drop=True)

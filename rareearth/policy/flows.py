"""What was decided by month, and what prices and shipments did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

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

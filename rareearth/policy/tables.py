"""Events and states as tables that a reader meets."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rareearth.policy.sentences import short
from rareearth.policy.states import around, compared

MEETING = pd.Timestamp("2025-10-30")
"""Day of the leaders' meeting in Busan (events.csv)."""

APRIL = pd.Timestamp("2025-04-04")
"""Day of China's licences for seven medium and heavy rare earths (events.csv)."""

SHIPPING = ("control", "relaxation", "disruption", "tariff", "ruling")
"""Kinds of events that change what may be shipped, or at what cost."""

MOST = 3  # titles named in a cell

WINDOWS = (
    "Windows of neighbouring events overlap, so these changes are no effects of the "
    "event in their row. A blank is a month that nobody printed, or a weak price. "
    "China FOB contains export duty until April 2015: the fall at its end is mostly "
    "a tax."
)


def around_meeting(events: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Return the states on the eve of the Busan meeting and on a day after it.

    Empty if the day is not after the meeting.
    """
    if on <= MEETING:
        return pd.DataFrame()
    found = compared(events, MEETING - pd.Timedelta(1, unit="D"), on)
    return found[found["after"] != "ended"].reset_index(drop=True)


def since_meeting(events: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions of both sides from the meeting on."""
    return shipping(events[events["date"] >= MEETING])


def shipping(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events that change, or promise to change, what China ships.

    Of agreements those with China, and those that somebody is named to profit from.
    """
    promised = events["actor"].str.contains("China") | (events["target"] != "")
    own = events["kind"].isin(SHIPPING) | (events["kind"].eq("agreement") & promised)
    return events[own].reset_index(drop=True)


def listed(events: pd.DataFrame) -> pd.DataFrame:
    """Return events as the data behind a timeline."""
    columns = (
        "event_id,date_announced,date_effective,date_until,actor,kind,target,title,"
        "confidence"
    )
    return events[columns.split(",")]


def event_table(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with their days, actor and kind."""
    return pd.DataFrame(
        {
            "What": events["title"],
            "Announced": events["date_announced"],
            "From": events["date_effective"],
            "Last day": events["date_until"],
            "Actor": events["actor"].str.replace(";", ", "),
            "Kind": events["kind"].str.replace("_", " "),
            "Confidence": events["confidence"],
        }
    )


def state_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of `policy.state` with what is covered and until when."""
    return pd.DataFrame(
        {
            "Measure": found["subject"],
            "State": found["state"],
            "Since": found["since"],
            "Last day": pd.to_datetime(found["until"]),
            "For": found["target"].str.replace(";", ", "),
            "Covers": found["covers"],
            "By": found["actor"].str.replace(";", ", "),
            "Note": found["note"],
        }
    )


def meeting_table(then: pd.DataFrame) -> pd.DataFrame:
    """Return each measure on the eve of the meeting and on the day asked about."""
    order = then.sort_values(["changed", "actor"], ascending=[False, True])
    return pd.DataFrame(
        {
            "Measure": order["subject"],
            "By": order["actor"].str.replace(";", ", "),
            "For": order["target"].str.replace(";", ", "),
            "29 October 2025": order["before"].replace("", "not yet announced"),
            "The day asked about": order["after"],
            "Last day": pd.to_datetime(order["until"]),
            "Changed": order["changed"].map({True: "yes", False: "no"}),
        }
    ).reset_index(drop=True)


def recent(spans: pd.DataFrame, on: pd.Timestamp, years: int = 4) -> pd.DataFrame:
    """Return the stretches of measures that reach into the last years before a day.

    With ``label``: the short name of the measure, and what an announcement is about.
    """
    first = on - pd.DateOffset(years=years)
    last = spans.groupby("event_id")["end"].transform("max")
    own = spans[last >= first]
    own = own.assign(label=[_label(row) for _, row in own.iterrows()])
    begins = own.groupby("event_id")["start"].transform("min")
    order = own.assign(begins=begins).sort_values(["begins", "event_id", "start"])
    return order.drop(columns="begins").reset_index(drop=True)


def _label(row: pd.Series) -> str:
    """Return "No. 57/2025: five more rare earths", from the subject and the key."""
    _, number, about = row["event_id"].rpartition("-mofcom-")
    what = about.partition("-")[2].replace("-", " ") if number else ""
    what = "" if what.startswith("article") else what.replace("japan", "Japan")
    return short(row["subject"]) + (f": {what}" if what else "")


def window_start(shown: pd.DataFrame) -> pd.Period:
    """Return the first month of the panels: 2024, or that of the first event."""
    return max(pd.Period("2024-01", "M"), shown["date"].min().to_period("M"))


def numbered(shown: pd.DataFrame, first: pd.Period) -> pd.DataFrame:
    """Return the months with decisions on shipping from `first` on, numbered."""
    own = shipping(shown[shown["date"] >= first.start_time])
    rows = []
    for number, (_, group) in enumerate(
        own.sort_values("date").groupby(own["date"].dt.to_period("M")), start=1
    ):
        rows.append(
            {
                "number": number,
                "date": group["date"].min(),
                "title": "; ".join(dict.fromkeys(group["title"])),
                "source_id": ";".join(group["source_id"]),
            }
        )
    return pd.DataFrame(rows, columns=["number", "date", "title", "source_id"])


def number_table(marked: pd.DataFrame) -> pd.DataFrame:
    """Return the numbered months with what was decided in them."""
    return pd.DataFrame(
        {
            "Number": marked["number"].astype(str),
            "Month": marked["date"].dt.strftime("%Y-%m"),
            "Decided or announced": marked["title"].map(_few),
        }
    )


def long(panels: Mapping[str, Mapping[str, pd.Series]]) -> pd.DataFrame:
    """Return the panels of a chart as rows."""
    rows = [
        (label, name, str(month), value)
        for label, series in panels.items()
        for name, values in series.items()
        for month, value in values.items()
    ]
    return pd.DataFrame(rows, columns=["panel", "series", "month", "value"])


def changes_table(shown: pd.DataFrame, series: dict[str, pd.Series]) -> pd.DataFrame:
    """Return how prices and flows changed around events, those without any left out."""
    own = shipping(shown)
    if own.empty or not series:
        return pd.DataFrame()
    found = around(own, series)
    found = found.dropna(subset=list(series), how="all").rename(
        columns={"date": "Date", "title": "Event"}
    )
    found["Event"] = found["Event"].map(_few)
    order = ["Event", "Date", *series, "source_id"]
    return found[order].reset_index(drop=True)


def _few(titles: str) -> str:
    names = titles.split("; ")
    more = len(names) - MOST
    return "; ".join(names[:MOST]) + (f"; and {more} more" if more > 0 else "")


def destination_table(by_destination: pd.DataFrame) -> pd.DataFrame:
    """Return magnet exports by month and destination, the newest months."""
    if by_destination.empty:
        return by_destination
    own = by_destination[by_destination.index >= pd.Period("2025-01", "M")]
    own = own.dropna(axis=1, how="all").dropna(how="all")
    return (
        own.rename_axis("Month")
        .reset_index()
        .assign(Month=lambda rows: rows["Month"].astype(str))
    )


def approval_table(approvals: pd.DataFrame) -> pd.DataFrame:
    """Return the printed shares of licences approved."""
    share = approvals["value"].map("{:.0f}".format).where(approvals["value"].notna())
    bound = approvals["high"].map("under {:.0f}".format)
    return pd.DataFrame(
        {
            "Applicants": approvals["entity"],
            "From": approvals["period_start"],
            "To": approvals["period_end"],
            "Approved, percent": share.fillna(bound),
            "Note": approvals["note"],
        }
    )

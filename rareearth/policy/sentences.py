"""What was decided, what is in force and what flows did, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rareearth.policy.states import MEASURES, binds
from rareearth.words import change, listed, number, pct

LANES = {
    "China": "China",
    "United States": "United States",
    "European Union": "European Union",
    "WTO": "WTO",
}
"""Actors with a lane of their own in a timeline."""

OTHERS = "others"
APRIL_LICENCES = "2025-04-04-mofcom-18-seven-rare-earths"


def lanes(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with the lane of each actor, and their day of effect.

    Several measures of one day, lane and kind are one mark.
    """
    each = events.assign(actor=events["actor"].str.split(";")).explode("actor")
    shown = each.assign(
        lane=each["actor"].map(LANES).fillna(OTHERS), effective=each["date_effective"]
    )
    order = [*dict.fromkeys(LANES.values()), OTHERS]
    shown = shown.sort_values("lane", key=lambda names: names.map(order.index))
    return shown.drop_duplicates(["date", "effective", "lane", "kind"])


def labels(events: pd.DataFrame) -> pd.DataFrame:
    """Return the names of the measures in a timeline, and of what acts on one.

    Returns
    -------
    DataFrame
        ``date`` datetime64, ``label`` str: a few words, joined for one day.
    """
    acts = events["suspends"].ne("") | events["ends"].ne("")
    own = events[events["kind"].isin(MEASURES) | acts]
    rows = []
    for date, group in own.groupby("date"):
        over = {True: " ends", False: ""}
        names = list(
            dict.fromkeys(
                short(item.subject) + over[item.ends != ""]
                for item in group.itertuples()
            )
        )
        more = f" + {len(names) - 1}" if len(names) > 1 else ""
        rows.append((date, names[0] + more))
    return pd.DataFrame(rows, columns=["date", "label"])


def timeline_title(events: pd.DataFrame) -> str:
    """Return the finding of the timeline: when decisions came thickest."""
    years = events["date"].dt.year.value_counts()
    top = int(years.idxmax())
    months = events[events["date"].dt.year == top]["date"].dt.month.value_counts()
    share = years.max() / len(events)
    return (
        f"{years.max()} of {len(events)} decisions and events are of {top} "
        f"({pct(share)}), {months.max()} of them of one month "
        f"({top}-{int(months.idxmax()):02d})"
    )


def days(day: pd.Timestamp) -> str:
    """Return a day as 7 November 2025."""
    return f"{day.day} {day:%B %Y}"


def state_title(found: pd.DataFrame, on: pd.Timestamp) -> str:
    """Return how many measures are in force and suspended on a day."""
    counts = found["state"].value_counts()
    parts = [
        f"{counts[name]} {name}"
        for name in ("in force", "suspended", "suspension over", "announced")
        if name in counts
    ]
    return f"On {days(on)}: {listed(parts)}"


def short(subject: str) -> str:
    """Return the name of a measure as a chart has room for it."""
    for long, brief in (
        ("MOFCOM and GACC Announcement No. ", "No. "),
        ("MOFCOM Announcement No. ", "No. "),
        ("Article 2 of MOFCOM Announcement No. ", "Art. 2 of No. "),
        (", interim measures for total quantity control", ""),
        ("Rare Earth Administration Regulations", "Administration Regulations"),
        ("technology export catalogue", "technology export ban"),
        ("Section 301 duty", "Section 301 magnet duty"),
        ("Affiliates Rule (50 percent rule)", "Affiliates Rule"),
        ("MP Materials partnership", "MP Materials price floor"),
        ("Announcement No. ", "No. "),
        ("fentanyl and reciprocal tariffs", "tariff cut"),
        ("Affiliates Rule and Section 301 shipping action", "Affiliates Rule paused"),
        ("Geneva joint statement", "Geneva truce"),
        (" of 2025", "/2025"),
        (" of 2024", "/2024"),
        (" of 2026", "/2026"),
    ):
        subject = subject.replace(long, brief)
    return subject


def suspension_sentence(found: pd.DataFrame) -> str:
    """Return what is suspended until when, by last day."""
    own = found[found["state"] == "suspended"]
    if own.empty:
        return "Nothing is suspended on that day."
    parts = []
    for until, group in own.groupby("until"):
        names = listed([short(name) for name in group["subject"]])
        parts.append(f"{names} until **{days(until)}**")
    return f"Suspended: {'; '.join(parts)}. The last day is part of the suspension."


def over_sentence(found: pd.DataFrame, known: pd.Timestamp, on: pd.Timestamp) -> str:
    """Return what is beyond the sources on a day, "" if nothing is."""
    if on <= known:
        return ""
    own = found[found["state"] == "suspension over"]
    text = (
        f"**The newest source on policy is of {days(known)}.** What was decided after "
        "that is not in these data"
    )
    if own.empty:
        return f"{text}."
    names = listed([short(name) for name in own["subject"]])
    return (
        f"{text}: by the texts as published, the suspensions of {names} are over by "
        f"{days(on)}, unless they were extended."
    )


def controls_sentence(found: pd.DataFrame) -> str:
    """Return which Chinese controls are in force, by name."""
    own = found[
        (found["state"] == "in force")
        & (found["kind"] == "control")
        & found["actor"].str.contains("China")
    ]
    if own.empty:
        return "No Chinese control of the table is in force on that day."
    parts = [
        f"{short(item.subject)} (since {days(item.since)}; for {item.target})"
        for item in own.itertuples()
    ]
    return f"Chinese controls **in force**: {listed(parts)}."


def meeting_sentences(then: pd.DataFrame, whom: str) -> list[str]:
    """Return what changed between two days for somebody, and what did not.

    Parameters
    ----------
    then : DataFrame
        From `policy.compared`.
    whom : str
        An importer, e.g. ``"European Union"``.
    """
    chinese = then[then["actor"].str.contains("China") & binds(then["target"], whom)]
    paused = chinese[chinese["changed"] & (chinese["after"] == "suspended")]
    stays = chinese[~chinese["changed"] & (chinese["after"] == "in force")]
    new = chinese[(chinese["before"] == "") & (chinese["after"] != "suspended")]
    texts = []
    if len(paused):
        last = " and ".join(days(day) for day in sorted(set(paused["until"])))
        texts.append(
            f"**Changed for the {whom}:** {len(paused)} Chinese controls went from "
            f"announced or in force to suspended ({_names(paused)}), until {last}."
        )
    if len(stays):
        texts.append(
            f"**Unchanged for the {whom}:** {_names(stays)}, in force before the "
            "meeting and after it."
        )
    if len(new):
        texts.append(f"**New since, for the {whom}:** {_names(new)}.")
    return texts or [f"No Chinese control of the table binds the {whom}."]


def meeting_title(then: pd.DataFrame) -> str:
    """Return the finding of the table on what the meeting changed."""
    moved = then[then["changed"] & (then["after"] == "suspended")]
    china = moved["actor"].str.contains("China")
    return (
        f"Suspended since the meeting: {int(china.sum())} Chinese and "
        f"{int((~china).sum())} US measures"
    )


def _names(frame: pd.DataFrame) -> str:
    return listed([short(name) for name in frame["subject"]])


def flow_title(series: Mapping[str, pd.Series], event: pd.Timestamp) -> str:
    """Return how far magnet exports fell after an event, and where they are now.

    Parameters
    ----------
    series : mapping
        With "magnets": tonnes by month.
    """
    month = pd.Period(event, "M")
    no_months = pd.PeriodIndex([], freq="M")
    magnets = series.get("magnets", pd.Series(dtype=float, index=no_months))
    before = magnets[magnets.index < month]
    after = magnets[magnets.index > month]
    if before.empty or after.empty:
        return "Chinese exports of rare earths and magnets, and prices"
    low, last = after.iloc[:6].idxmin(), after.index[-1]
    return (
        f"Magnet exports went from {number(before.iloc[-1])} t ({before.index[-1]}) to "
        f"{number(after[low])} t in {low} and {number(after[last])} t in {last}"
    )


def flow_sentence(series: Mapping[str, pd.Series], event: pd.Timestamp) -> str:
    """Return what prices and shipments did from the month before an event on."""
    month = pd.Period(event, "M")
    parts, peaks = [], []
    for name, values in series.items():
        before = values[values.index < month]
        later = values[values.index > month]
        if before.empty or later.empty:
            continue
        start, first, last = before.index[-1], later.index[0], later.index[-1]
        parts.append(
            f"{name} {change(later[first] / before[start] - 1)} from {start} to "
            f"{first} and {change(later[last] / before[start] - 1)} to {last}"
        )
        if before[start] == values.max():
            peaks.append(f"The base of {name}, {start}, is the highest month at hand. ")
    if not parts:
        return f"No series has a month before and after {days(event)}."
    return (
        f"Against the last known month before {days(event)}: {'; '.join(parts)}. "
        f"{''.join(peaks)}One month is not a trend, and exports have seasons (New "
        "Year, holidays)."
    )


def findings(
    found: pd.DataFrame,
    then: pd.DataFrame,
    series: Mapping[str, pd.Series],
    on: pd.Timestamp,
    known: pd.Timestamp,
) -> list[tuple[str, str, str]]:
    """Return the key findings of the report on policy."""
    reach = (
        "The sources on policy reach to",
        days(known),
        "what came later is not here",
    )
    return [
        *_state_findings(found, on),
        *_meeting_findings(then),
        *_magnet_finding(series.get("magnets", pd.Series(dtype=float))),
        reach,
    ]


def _state_findings(
    found: pd.DataFrame, on: pd.Timestamp
) -> list[tuple[str, str, str]]:
    force = found[found["state"] == "in force"]
    china = int(force["actor"].str.contains("China").sum())
    whose = f"of them {china} Chinese" if len(force) else "of those in the table"
    items = [(f"In force, {days(on)}", _count(force), whose)]
    paused = found[found["state"] == "suspended"]
    if len(paused):
        last = f"the last of them until {days(max(paused['until']))}"
        items.append(("Suspended", _count(paused), last))
    april = found[found["event_id"] == APRIL_LICENCES]
    if len(april):
        label = "Licences for seven rare earths (April 2025)"
        whom = "for all destinations, the EU as well"
        items.append((label, str(april["state"].iloc[0]), whom))
    return items


def _count(frame: pd.DataFrame) -> str:
    return f"{len(frame)} measure{'' if len(frame) == 1 else 's'}"


def _meeting_findings(then: pd.DataFrame) -> list[tuple[str, str, str]]:
    if then.empty:
        return []
    own = then[then["actor"].str.contains("China")]
    moved = own[own["changed"] & (own["after"] == "suspended")]
    eu = int(binds(moved["target"], "European Union").sum())
    if moved.empty:
        return []
    return [
        (
            "Suspended after Busan",
            f"{len(moved)} Chinese measures",
            f"{eu} of them for the EU as well",
        )
    ]


def _magnet_finding(magnets: pd.Series) -> list[tuple[str, str, str]]:
    if magnets.empty:
        return []
    own = magnets[magnets.index >= pd.Period("2025-04", "M")]
    if own.empty:
        return []
    low = f"lowest month since April 2025: {number(own.min())} t ({own.idxmin()})"
    return [(f"Magnet exports, {own.index[-1]}", f"{number(own.iloc[-1])} t", low)]

"""What was decided, what is in force and what flows did, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rareearth.figures.columns import has_codes
from rareearth.policy.states import MEASURES, binds
from rareearth.words import change, day, listed, number

LANES = ("China", "United States", "European Union", "WTO", "others")
"""The lanes of a timeline: actors with one of their own, and all others."""

APRIL_LICENCES = "2025-04-04-mofcom-18-seven-rare-earths"


def lanes(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with the lane of each actor, and their day of effect.

    Several measures of one day, lane and kind are one mark.
    """
    each = events.assign(actor=events["actor"].str.split(";")).explode("actor")
    lane = each["actor"].where(each["actor"].isin(LANES), LANES[-1])
    shown = each.assign(lane=lane, effective=each["date_effective"])
    shown = shown.sort_values("lane", key=lambda names: names.map(LANES.index))
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
    ends = own["ends"].ne("").map({True: " ends", False: ""})
    names = (own["subject"].map(short) + ends).groupby(own["date"]).unique()
    more = names.map(lambda each: f" + {len(each) - 1}" if len(each) > 1 else "")
    return (names.str[0] + more).rename("label").reset_index()


def state_title(found: pd.DataFrame, on: pd.Timestamp) -> str:
    """Return how many measures are in force and suspended on a day."""
    counts = found["state"].value_counts()
    parts = [
        f"{counts[name]} {name}"
        for name in ("in force", "suspended", "suspension over", "announced")
        if name in counts
    ]
    return f"On {day(on)}: {listed(parts)}"


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
        parts.append(f"{names} until **{day(until)}**")
    return f"Suspended: {'; '.join(parts)}. The last day is part of the suspension."


def over_sentence(found: pd.DataFrame, known: pd.Timestamp, on: pd.Timestamp) -> str:
    """Return what is beyond the sources on a day, "" if nothing is."""
    if on <= known:
        return ""
    own = found[found["state"] == "suspension over"]
    text = (
        f"**The newest source on policy is of {day(known)}.** What was decided after "
        "that is not in these data"
    )
    if own.empty:
        return f"{text}."
    names = listed([short(name) for name in own["subject"]])
    return (
        f"{text}: by the texts as published, the suspensions of {names} are over by "
        f"{day(on)}, unless they were extended."
    )


def controls_sentence(found: pd.DataFrame) -> str:
    """Return which Chinese controls are in force, by name."""
    own = found[
        (found["state"] == "in force")
        & (found["kind"] == "control")
        & has_codes(found["actor"], "China")
    ]
    if own.empty:
        return "No Chinese control of the table is in force on that day."
    parts = [
        f"{short(item.subject)} (since {day(item.since)}; for {item.target})"
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
    chinese = then[has_codes(then["actor"], "China") & binds(then["target"], whom)]
    paused = chinese[chinese["changed"] & (chinese["after"] == "suspended")]
    stays = chinese[~chinese["changed"] & (chinese["after"] == "in force")]
    new = chinese[(chinese["before"] == "") & (chinese["after"] != "suspended")]
    texts = []
    if len(paused):
        last = listed([day(each) for each in sorted(set(paused["until"]))])
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


def _names(frame: pd.DataFrame) -> str:
    return listed([short(name) for name in frame["subject"]])


def flow_title(magnets: pd.Series, event: pd.Timestamp) -> str:
    """Return how far magnet exports fell after an event, and where they are now."""
    month = pd.Period(event, "M")
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
        return f"No series has a month before and after {day(event)}."
    return (
        f"Against the last known month before {day(event)}: {'; '.join(parts)}. "
        f"{''.join(peaks)}One month is not a trend, and exports have seasons (New "
        "Year, holidays)."
    )


def findings(
    found: pd.DataFrame,
    then: pd.DataFrame,
    magnets: pd.Series,
    on: pd.Timestamp,
    known: pd.Timestamp,
) -> list[tuple[str, str, str]]:
    """Return the key findings of the report on policy.

    Parameters
    ----------
    found, then : DataFrame
        From `states.state` and `states.around_meeting`.
    magnets : Series
        Exports in t, by month.
    on, known : Timestamp
        The day asked about, and that up to which the sources know.
    """
    force, paused = (
        found[found["state"] == name] for name in ("in force", "suspended")
    )
    china = has_codes(force["actor"], "China").sum()
    whose = f"of them {china} Chinese" if len(force) else "of those in the table"
    items = [(f"In force, {day(on)}", _count(force), whose)]
    if len(paused):
        last = f"the last of them until {day(max(paused['until']))}"
        items.append(("Suspended", _count(paused), last))
    for state in found.loc[found["event_id"] == APRIL_LICENCES, "state"]:
        label = "Licences for seven rare earths (April 2025)"
        items.append((label, state, "for all destinations, the EU as well"))
    moved = then[then["changed"] & (then["after"] == "suspended")]
    moved = moved[has_codes(moved["actor"], "China")]
    if len(moved):
        eu = f"{binds(moved['target'], 'European Union').sum()} of them for the EU"
        chinese = f"{len(moved)} Chinese measures"
        items.append(("Suspended after Busan", chinese, f"{eu} as well"))
    since = magnets[magnets.index >= pd.Period("2025-04", "M")]
    if len(since):
        low, last = since.idxmin(), since.index[-1]
        least = f"lowest month since April 2025: {number(since[low])} t ({low})"
        items.append((f"Magnet exports, {last}", f"{number(since[last])} t", least))
    reach = "The sources on policy reach to", day(known), "what came later is not here"
    return [*items, reach]


def _count(frame: pd.DataFrame) -> str:
    return f"{len(frame)} measure{'' if len(frame) == 1 else 's'}"


def recent(spans: pd.DataFrame, on: pd.Timestamp, years: int = 4) -> pd.DataFrame:
    """Return the stretches of measures that reach into the last years before a day.

    With ``label``: the short name of the measure, and what an announcement is about.
    """
    last = spans.groupby("event_id")["end"].transform("max")
    own = spans[last >= on - pd.DateOffset(years=years)]
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

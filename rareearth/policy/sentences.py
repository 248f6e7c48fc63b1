"""What is in force, in sentences, and the names of measures as charts have room for."""

from __future__ import annotations

import pandas as pd

from rareearth.figures.columns import has_codes
from rareearth.policy.states import ALL, MEASURES, UNKNOWN
from rareearth.words import count, day, the

LANES = ("China", "United States", "European Union", "WTO", "others")
"""The lanes of a timeline: actors with one of their own, and all others."""

PLACES = {"eu": "EU", "us": "US", "japan": "Japan"}  # in the keys of events
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


def short(subject: str) -> str:
    """Return the name of a measure as a chart has room for it."""
    for long, brief in (
        ("MOFCOM and GACC Announcement No. ", "No. "),
        ("MOFCOM Announcement No. ", "No. "),
        ("MOFCOM Announcements No. ", "No. "),
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


def lead(
    found: pd.DataFrame, on: pd.Timestamp, known: pd.Timestamp, actor: str = ALL
) -> list[str]:
    """Return what is in force, what is suspended and what is unknown on a day.

    Parameters
    ----------
    found : DataFrame
        From `states.state`, of one actor or of all.
    on, known : Timestamp
        The day asked about, and that of the newest source.
    """
    force, paused, lost = (
        found[found["state"] == name] for name in ("in force", "suspended", UNKNOWN)
    )
    basis = (
        "the day of the newest source" if on == known else f"by sources to {day(known)}"
    )
    china = has_codes(force["actor"], "China").sum() if len(force) else 0
    whose = f" of {the(actor)}" if actor != ALL else ""
    all_china = "all" if china == len(force) else f"{china} of them"
    of_china = f", {all_china} China's" if china and actor == ALL else ""
    measures = count(len(force), "measure")
    texts = [
        f"On {day(on)}, {basis}, **{measures}{whose} that bear on rare earths "
        f"{_is(force)} in force**{of_china}."
    ]
    if len(paused):
        texts.append(
            f"{count(len(paused), 'measure').capitalize()} {_is(paused)} suspended, "
            f"{until(paused['until'])}; **what holds after that is unknown**."
        )
    if len(lost):
        first, last = day(lost["since"].min()), day(lost["since"].max())
        later = f", for the last of them since {last}" if first != last else ""
        texts.append(
            f"**Whether {count(len(lost), 'more measure')} {_is(lost)} in force has "
            f"been unknown since {first}**{later}: the last day has passed, and no "
            "newer source was found."
        )
    return texts


def agreed(
    decided: pd.DataFrame, on: pd.Timestamp, paused: pd.DataFrame
) -> tuple[str, pd.DataFrame]:
    """Return what China has agreed to until a day to come, and the rows of events.

    Of an agreement that names none of its suspensions in ``suspends`` this is said; "",
    without a row, where nothing was agreed or nothing of China's is suspended.

    Parameters
    ----------
    paused : DataFrame
        From `states.state`: the measures that are suspended on the day.
    """
    own = decided[has_codes(decided["actor"], "China")]
    own = own[(own["kind"] == "agreement") & (own["date"] <= on)]
    own = own[(own["date_until"] > on) & (own["suspends"] == "")].tail(1)
    if own.empty or not has_codes(paused["actor"], "China").any():
        return "", own.head(0)
    row = own.iloc[0]
    return (
        f"**{row['title']}** ({day(row['date'])}); this names none of China's "
        "suspensions."
    ), own


def until(days: pd.Series) -> str:
    """Return the last days of several measures: one, or the first and the last."""
    first, last = days.min(), days.max()
    if first == last:
        return f"until {day(last)}"
    return f"the first until {day(first)}, the last until {day(last)}"


def _is(frame: pd.DataFrame) -> str:
    return "is" if len(frame) == 1 else "are"


def recent(spans: pd.DataFrame, on: pd.Timestamp, years: int = 4) -> pd.DataFrame:
    """Return the stretches of measures that reach into the last years before a day.

    With ``label``: the short name of the measure, and what an announcement is about.
    What lies more than a year ahead is left out.
    """
    last = spans.groupby("event_id")["end"].transform("max")
    ahead = on + pd.DateOffset(years=1)
    own = spans[(last >= on - pd.DateOffset(years=years)) & (spans["start"] < ahead)]
    own = own.assign(end=own["end"].clip(upper=ahead))
    own = own.assign(label=[_label(row) for _, row in own.iterrows()])
    begins = own.groupby("event_id")["start"].transform("min")
    order = own.assign(begins=begins).sort_values(["begins", "event_id", "start"])
    return order.drop(columns="begins").reset_index(drop=True)


def _label(row: pd.Series) -> str:
    """Return "No. 57/2025: five more rare earths", from the subject and the key."""
    _, number, about = row["event_id"].rpartition("-mofcom-")
    words = [each for each in about.split("-")[1:] if not each.isdigit()]
    what = " ".join(PLACES.get(each, each) for each in words) if number else ""
    what = "" if what.startswith("article") else what
    return short(row["subject"]) + (f": {what}" if what else "")

"""What is in force on a day follows from the table of events alone."""

import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures import loading as figures
from rareearth.figures.records import events
from rareearth.figures.vintages import last_day
from rareearth.policy import sentences
from rareearth.policy import states as flows
from rareearth.policy import states as policy

COLUMNS = (
    "event_id,date_announced,date_effective,date_until,actor,kind,subject,covers,"
    "target,suspends,ends,title,source_id,note"
).split(",")


def table(*rows):
    """Return events from dicts; dates as text, the rest empty."""
    frame = pd.DataFrame([dict.fromkeys(COLUMNS, "") | row for row in rows])
    for column in ("date_announced", "date_effective", "date_until"):
        frame[column] = pd.to_datetime(frame[column].replace("", None))
    frame["date"] = frame["date_announced"].fillna(frame["date_effective"])
    return frame


BAN = {
    "event_id": "ban",
    "date_announced": "2025-01-01",
    "date_effective": "2025-02-01",
    "kind": "control",
    "actor": "China",
    "subject": "ban",
    "target": "all",
}
PAUSE = {
    "event_id": "pause",
    "date_announced": "2025-03-01",
    "date_effective": "2025-03-01",
    "date_until": "2025-03-31",
    "kind": "relaxation",
    "actor": "China",
    "suspends": "ban",
}
END = {
    "event_id": "end",
    "date_announced": "2025-06-01",
    "date_effective": "2025-07-01",
    "kind": "relaxation",
    "actor": "China",
    "ends": "ban",
}


def on(day, *rows, known="2100-01-01"):
    found = policy.state(table(*rows), pd.Timestamp(day), pd.Timestamp(known))
    return found.set_index("event_id")["state"].to_dict()


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2025-01-31", "announced"),
        ("2025-02-01", "in force"),  # the first day counts
        ("2025-03-01", "suspended"),
        ("2025-03-31", "suspended"),  # the last day of the pause belongs to it
        ("2025-04-01", "in force"),  # by its terms, with newer sources at hand
        ("2025-06-30", "in force"),
        ("2025-07-01", "ended"),
    ],
)
def test_a_measure_is_in_force_then_suspended_then_ended(day, state):
    assert on(day, BAN, PAUSE, END)["ban"] == state


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ("2025-03-31", "unknown"),  # the newest source is of the last day itself
        ("2025-04-01", "in force"),
    ],
)
def test_after_the_last_day_of_a_suspension_only_a_newer_source_knows(known, state):
    assert on("2025-05-01", BAN, PAUSE, known=known)["ban"] == state


def test_after_its_own_last_day_a_measure_is_unknown_without_a_newer_source():
    duty = BAN | {"date_until": "2025-02-28"}
    assert on("2025-03-01", duty, known="2025-02-10")["ban"] == "unknown"
    assert on("2025-03-01", duty, known="2025-03-01")["ban"] == "ended"


def test_what_is_unknown_is_drawn_from_the_day_after_the_last_one():
    day = pd.Timestamp("2025-03-15")
    spans = policy.spans(table(BAN, PAUSE), day, day)
    assert spans["state"].tolist() == ["in force", "suspended", "unknown"]
    assert spans["start"].iloc[-1] == pd.Timestamp("2025-04-01")
    assert spans["end"].iloc[-1] > day


def test_what_was_not_yet_announced_is_not_there():
    assert on("2024-12-31", BAN) == {}
    assert on("2025-02-15", BAN, PAUSE) == {"ban": "in force"}


def test_a_measure_suspended_before_its_day_of_effect_never_was_in_force():
    early = PAUSE | {"date_announced": "2025-01-31", "date_effective": "2025-01-31"}
    assert on("2025-02-01", BAN, early)["ban"] == "suspended"
    spans = policy.spans(table(BAN, early), pd.Timestamp("2025-02-10"))
    assert spans["state"].tolist()[0] == "suspended"


def test_a_measure_with_a_last_day_ends_after_it():
    quota = BAN | {"date_until": "2025-02-28"}
    assert on("2025-02-28", quota)["ban"] == "in force"
    assert on("2025-03-01", quota)["ban"] == "ended"


def test_suspensions_that_follow_each_other_are_one():
    longer = PAUSE | {
        "event_id": "longer",
        "date_effective": "2025-04-01",
        "date_until": "2025-04-30",
    }
    found = policy.state(table(BAN, PAUSE, longer), pd.Timestamp("2025-04-15"))
    assert found["state"].item() == "suspended"
    assert found["since"].item() == pd.Timestamp("2025-03-01")
    assert found["until"].item() == pd.Timestamp("2025-04-30")


def test_without_a_day_of_effect_nothing_is_in_force():
    assert on("2025-02-01", BAN | {"date_effective": ""})["ban"] == (
        "no day of effect published"
    )


def test_stretches_of_a_measure_do_not_overlap():
    spans = policy.spans(table(BAN, PAUSE, END), pd.Timestamp("2025-08-01"))
    assert spans["state"].tolist() == ["in force", "suspended", "in force"]
    assert (spans["start"].iloc[1:].array == spans["end"].iloc[:-1].array).all()


def test_a_suspension_is_drawn_no_longer_than_the_measure_that_it_suspends():
    longer = PAUSE | {"date_until": "2025-12-31"}
    spans = policy.spans(table(BAN, longer, END), pd.Timestamp("2025-08-01"))
    assert spans["state"].tolist() == ["in force", "suspended"]
    assert spans["end"].iloc[-1] == pd.Timestamp("2025-07-01")


TRUCE = {
    "event_id": "truce",
    "date_announced": "2025-03-10",
    "date_until": "2025-06-30",
    "kind": "agreement",
    "actor": "United States;China",
    "title": "Both extend their truce",
}


@pytest.mark.parametrize(
    ("day", "truce", "said"),
    [
        ("2025-03-15", {}, "none of China's suspensions"),
        ("2025-03-09", {}, ""),  # not yet made public
        ("2025-05-01", {}, ""),  # nothing is suspended any more
        ("2025-03-15", {"suspends": "ban"}, ""),  # it is a suspension itself
        ("2025-03-15", {"actor": "United States"}, ""),
    ],
)
def test_an_agreement_that_names_no_suspension_is_told_while_one_lasts(
    day, truce, said
):
    decided, on = table(BAN, PAUSE, TRUCE | truce), pd.Timestamp(day)
    found = policy.state(decided, on)
    text, rows = sentences.agreed(decided, on, found[found["state"] == "suspended"])
    assert (said in text, len(rows)) == (True, bool(said))


# The curated events, against the texts of the announcements


@pytest.fixture(scope="module")
def decided():
    return events()


OCTOBER = (
    "2025-10-09-mofcom-55-superhard-materials",
    "2025-10-09-mofcom-56-equipment",
    "2025-10-09-mofcom-57-five-more-rare-earths",
    "2025-10-09-mofcom-58-batteries-graphite",
    "2025-10-09-mofcom-61-extraterritorial",
    "2025-10-09-mofcom-62-technology",
)
APRIL = "2025-04-04-mofcom-18-seven-rare-earths"


def test_the_six_announcements_of_october_are_suspended_to_10_november_2026(decided):
    # MOFCOM Announcement No. 70 of 7 November 2025: until 10 November 2026.
    found = policy.state(decided, pd.Timestamp("2026-02-01")).set_index("event_id")
    assert (found.loc[list(OCTOBER), "state"] == "suspended").all()
    assert (found.loc[list(OCTOBER), "until"] == pd.Timestamp("2026-11-10")).all()


def test_the_licences_of_april_2025_are_not_suspended(decided):
    for day in ("2025-04-04", "2025-11-03", "2025-11-08", "2026-02-01"):
        found = policy.state(decided, pd.Timestamp(day)).set_index("event_id")
        assert found.at[APRIL, "state"] == "in force"


def test_a_week_after_busan_the_october_controls_were_still_only_announced(decided):
    found = policy.state(decided, pd.Timestamp("2025-11-03")).set_index("event_id")
    assert found.at[OCTOBER[2], "state"] == "announced"
    assert found.at[OCTOBER[5], "state"] == "in force"  # No. 62: at once


def test_after_the_last_day_it_is_unknown_whether_the_suspension_runs_on(decided):
    day, newest = pd.Timestamp("2026-11-11"), pd.Timestamp("2026-10-08")
    found = policy.state(decided, day, newest).set_index("event_id")
    assert (found.loc[list(OCTOBER), "state"] == "unknown").all()
    assert (found.loc[list(OCTOBER), "since"] == day).all()


def test_busan_changed_six_chinese_controls_for_the_eu_and_seven_for_the_us(decided):
    then = policy.around_meeting(decided, pd.Timestamp("2026-02-01"))
    moved = then[then["state"] == "suspended"]
    china = moved[moved["actor"] == "China"]
    assert policy.binds(china["target"], "European Union").sum() == 6
    assert policy.binds(china["target"], "United States").sum() == 7


def test_export_quotas_and_duties_have_ended(decided):
    found = policy.state(decided, pd.Timestamp("2015-05-01")).set_index("event_id")
    assert found.at["1998-01-01-china-export-quotas-begin", "state"] == "ended"
    assert found.at["2008-01-01-china-export-duties-raised", "state"] == "ended"
    eve = policy.state(decided, pd.Timestamp("2015-04-30")).set_index("event_id")
    assert eve.at["2008-01-01-china-export-duties-raised", "state"] == "in force"


def test_the_horizon_is_that_of_policy_and_not_of_price_extremes(decided):
    published = last_day(figures.dictionary("sources")["published"])
    assert policy.horizon(decided, published) == pd.Timestamp("2026-10-08")


# Flows


def test_a_sum_of_months_is_no_month():
    frame = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01"]),
            "period_end": pd.to_datetime(["2025-01-31", "2025-02-28", "2025-02-28"]),
            "value": [1.0, 3.0, 2.0],
        }
    )
    found = flows.monthly(frame)
    assert found.tolist() == [1.0, 2.0]
    assert [str(month) for month in found.index] == ["2025-01", "2025-02"]


def test_the_price_of_a_month_end_is_that_of_the_last_day_of_trade():
    last = pd.to_datetime(["2025-05-30"])  # a Friday
    frame = pd.DataFrame({"period_start": last, "period_end": last, "value": [9.0]})
    assert str(flows.monthly(frame).index[0]) == "2025-05"


# Bad input


@pytest.mark.parametrize(
    ("actor", "start", "end", "error", "message"),
    [
        ("Chna", "2010", "latest", NoFigures, "no event of Chna had been made known"),
        ("all", "2026", "2010", ParameterError, "start: 2026 is after end: 2010"),
    ],
)
def test_a_wrong_period_or_actor_is_told(decided, actor, start, end, error, message):
    with pytest.raises(error, match=message):
        policy.within(decided, actor, start, end)


def test_a_time_without_events_says_when_there_are(decided):
    with pytest.raises(NoFigures, match="no event of G7 from 2010 to 2011; there are"):
        policy.within(decided, "G7", "2010", "2011")


def said(*rows, day, known):
    newest = pd.Timestamp(known)
    found = policy.state(table(*rows), pd.Timestamp(day), newest)
    texts = sentences.lead(found, pd.Timestamp(day), newest)
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_suspended_is_said_with_its_last_day_and_that_no_more_is_known():
    text = said(BAN, PAUSE, day="2025-03-15", known="2025-03-15")
    assert "On 15 March 2025, the day of the newest source, **no measures" in text
    assert "1 measure is suspended, until 31 March 2025" in text
    assert "what holds after that is unknown" in text


def test_what_is_unknown_is_never_said_to_be_over_or_not_suspended():
    text = said(BAN, PAUSE, day="2025-05-01", known="2025-03-15")
    assert "by sources to 15 March 2025" in text
    assert (
        "Whether 1 more measure is in force has been unknown since 1 April 2025" in text
    )
    assert "suspended" not in text

"""Events and project steps come back dated, chosen and known by a date."""

import pandas as pd
import pytest

from rareearth.errors import DataError, NoFigures, ParameterError, UnknownName
from rareearth.figures.records import events, milestones


@pytest.fixture
def dated(curated):
    """Return the small package with an event of 2025 that has no announcement."""
    _, rows = curated.rows("events.csv")
    later = {"event_id": "tariff-2025", "date_announced": "", "kind": "tariff"}
    curated.add("events.csv", **(rows[0] | later | {"date_effective": "2025-05-01"}))
    return curated


@pytest.mark.parametrize(
    ("as_of", "ids"),
    [
        ("latest", ["quota-2024", "tariff-2025"]),
        ("2025-04-30", ["quota-2024"]),
        ("2025-05-01", ["quota-2024", "tariff-2025"]),
    ],
)
def test_events_are_known_from_their_day(dated, as_of, ids):
    assert events(as_of)["event_id"].tolist() == ids


def test_an_event_without_announcement_has_the_day_of_its_effect(dated):
    found = events().query("kind == 'tariff'")
    assert found["date"].item() == pd.Timestamp(2025, 5, 1)
    assert pd.isna(found["date_announced"].item())
    assert found["date_effective"].dtype.kind == "M"


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"as_of": "2024-02-05"}, NoFigures, "no such events"),
        ({"as_of": "soon"}, ParameterError, "as_of: 'soon' is not 'latest' or an ISO"),
    ],
)
def test_events_that_are_not_there_are_refused(dated, asked, error, message):
    with pytest.raises(error, match=message):
        events(**asked)


@pytest.mark.parametrize(
    ("as_of", "is_known"),
    [("latest", True), ("2024-01-31", True), ("2024-01-30", False)],
)
def test_a_milestone_is_known_from_the_last_day_of_its_statement(
    curated, as_of, is_known
):
    # Stated in January 2024.
    if is_known:
        assert milestones("Kalgoorlie", as_of)["milestone_id"].item() == "mile-1"
    else:
        with pytest.raises(NoFigures, match="no milestones had been stated by 2024-01"):
            milestones("Kalgoorlie", as_of)
        assert milestones("Kalgoorlie", as_of, missing="empty").empty


def test_an_undated_milestone_counts_for_latest_alone(curated):
    curated.edit("milestones.csv", row=0, as_stated_on="")
    assert len(milestones()) == 1
    with pytest.raises(NoFigures):
        milestones(as_of="2100-01-01")


def test_planned_and_actual_days_are_dates(curated):
    step = milestones().iloc[0]
    slip = step["actual_end"] - step["planned_end"]
    assert slip.days == 161  # from 30 June to 8 December 2023


def test_an_unknown_project_comes_with_the_nearest(curated):
    with pytest.raises(UnknownName, match="project: 'Kalgorlie'; did you mean 'Kalg"):
        milestones("Kalgorlie")


@pytest.mark.parametrize(
    ("file", "reader", "cells", "message"),
    [
        (
            "events.csv",
            events,
            {"date_announced": "6 Feb"},
            r"^events\.csv:2: date_announced: ",
        ),
        (
            "milestones.csv",
            milestones,
            {"source_id": "nobody"},
            r"^milestones\.csv:2: source_id: unknown source_id 'nobody'",
        ),
    ],
)
def test_a_broken_record_is_refused_by_line(curated, file, reader, cells, message):
    curated.edit(file, row=0, **cells)
    with pytest.raises(DataError, match=message):
        reader()


def test_the_curated_events_span_the_controls_of_2025():
    # Announcement No. 18 of 4 April 2025 put seven heavy rare earths under licence.
    found = events().set_index("date").loc["2025-04-04"]
    assert (found["kind"], found["actor"]) == ("control", "China")


def test_the_curated_steps_know_the_first_feed_of_kalgoorlie():
    # Planned for mid-2023, reached in December 2023.
    steps = milestones("Lynas Kalgoorlie").query("step == 'first_feed'")
    days = steps[["planned_end", "actual_start", "actual_end"]].max()
    assert days.dt.strftime("%Y-%m").tolist() == ["2023-06", "2023-12", "2023-12"]

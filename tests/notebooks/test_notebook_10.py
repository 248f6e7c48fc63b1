"""The report on policy says what is in force, for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures, ParameterError

POLICY = "10_policy_timeline"


def plain(page):
    """Return a page whose spaces all break."""
    return page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def default(read):
    """Return the report with its own parameters, run once for all tests."""
    return plain(read(POLICY))


def test_the_october_controls_are_said_to_be_suspended_to_10_november_2026(default):
    assert (
        "No. 61/2025 and No. 62/2025 until <strong>10 November 2026</strong>" in default
    )


def test_the_april_licences_are_said_to_be_in_force(default):
    assert "No. 18/2025 (since 4 April 2025; for all)" in default


def test_what_busan_changed_for_the_eu_is_said(default):
    assert (
        "<strong>Changed for the European Union:</strong> 6 Chinese controls" in default
    )
    assert "technology export ban and No. 18/2025, in force before the meet" in default


def test_magnet_exports_of_may_2025_are_1238_tonnes(default):
    # China customs, heading 85051110, May 2025.
    assert "1,238 t (2025-05)" in default


def complete(page):
    """Return whether a report has its answer and its sources, and no missing number."""
    lacks_nothing = not re.search(r"[>\s(]nan[<\s%)]", page)
    return "class='findings'" in page and "class='sources'" in page and lacks_nothing


def test_on_the_third_of_november_2025_the_october_controls_are_announced(run):
    page = plain(run(POLICY, as_of="2025-11-03", actor="China", start="first"))
    assert complete(page)
    assert re.search(r"On 3 November 2025: \d+ in force, 1 suspended and 7 ann", page)


def test_a_day_after_the_sources_is_told_with_a_warning(run):
    page = plain(run(POLICY, as_of="2026-11-20", actor="United States"))
    assert complete(page)
    assert "The newest source on policy is of 8 October 2026" in page
    assert "unless they were extended" in page


@pytest.mark.parametrize(
    "parameters",
    [
        {"actor": "European Union", "start": "2025", "end": "2025-12-31"},
        {"actor": "WTO"},
        {"start": "2010", "end": "2015", "as_of": "2015-06-30"},
        {"as_of": "2020-01-01"},  # no measure reaches into the four years before
    ],
)
def test_policy_is_told_for_other_actors_times_and_dates(run, parameters):
    assert complete(run(POLICY, **parameters))


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"start": "2026", "end": "2010"}, ParameterError, "is after end"),
        ({"actor": "G7", "end": "2011"}, NoFigures, "no event of G7 from 2010 to 2011"),
        ({"as_of": "1990-01-01"}, NoFigures, "no such events"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(POLICY, **parameters)

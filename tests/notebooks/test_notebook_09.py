"""The report on the race to build answers for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures, ParameterError

RACE = "09_ramp_up"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"as_of": "2025-11-03"},
        {"product": "NdFeB magnets", "target_share": 0.25},
        {"product": "Dy and Tb oxides", "target_date": "2035-01-01"},
        {"product": "NdFeB magnets", "as_of": "2025-11-03", "target_share": 1.0},
        {"target_share": 0.1, "draws": 100, "seed": 7},
        {"target_date": "2040-06-30", "target_share": 0.9},
    ],
)
def test_the_race_is_told_for_other_products_shares_and_dates(read, parameters):
    page = read(RACE, **({"draws": 500} | parameters))
    assert "class='findings'" in page
    assert page.count("<img ") == 3
    assert not re.search(r"[>\s(](nan|inf|NaT)[<\s%)]", page)
    assert "class='sources'" in page


def test_the_sample_of_starts_is_told_with_its_size(read):
    # Eight plants with a plan half a year ahead had started by May 2026.
    page = read(RACE, draws=500)
    assert "<strong>n = 8 starts</strong>" in page
    assert "Lynas Kalgoorlie" in page


def test_what_came_after_the_claims_is_not_known_on_their_day(read):
    page = read(RACE, draws=500, as_of="2025-11-03")
    assert "Nothing is known yet of the time after November 2025" in page


def test_the_same_seed_gives_the_same_page(run, read):
    assert run(RACE, draws=500) == read(RACE, draws=500)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"target_date": "2020-01-01"}, ParameterError, "2020-01-01 is past"),
        ({"as_of": "2016-01-01"}, NoFigures, "only 1 of the projects with a dated"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(RACE, **parameters)

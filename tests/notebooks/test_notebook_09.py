"""The report on the race to build answers for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures, ParameterError

RACE = "09_ramp_up"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


def test_the_sample_of_starts_is_told_with_its_size(read):
    # In data/milestones.csv eight plants with a plan half a year ahead had started;
    # Malaysia, Mountain Pass, Saskatchewan and Kalgoorlie after the span of the plan.
    page = plain(read(RACE))
    assert "From 8 starts" in page
    assert "4 of 8 plants started after the span" in page


def test_what_came_after_the_claims_is_not_known_on_their_day(read):
    page = read(RACE, as_of="2025-11-03")
    assert "Nothing is known here of the time after November 2025" in page


def test_no_middle_of_a_span_is_told_as_a_date(read):
    # Eneabba is planned for 2027; that it was built was first seen in February 2026.
    page = plain(read(RACE))
    assert not re.search("Jul(y)? 2027|Jul(y)? 2024", page)


def test_what_happened_since_happened_since(read):
    page = plain(read(RACE))
    told = page[page.index("Since November 2025:") :][:600]
    assert "Eneabba" not in told  # seen on site by 18 February 2026, begun unknown
    assert "Lynas Seadrift (heavy rare earths) was given up" in told
    assert "Lynas Malaysia heavy plant (Sm oxide)" in told


def test_one_quantity_has_one_number(read):
    names = read.all_of(RACE).names
    cases = names["cases"].set_index("case")
    assert names["mine"]["late_high"] == cases.loc["as above", "late"]
    single = cases.loc[cases["single"], "late"]
    assert single.min() < cases.loc["as above", "late"] < single.max()
    # Lynas 7,260 and MP 2,599 t of oxide; magnets of 13,200 to 23,750 t made outside
    # and 57,392 t exported, times 0.32 to 0.445: 31 to 44 % at the far ends.
    low, high = names["covered_now"][[0, 2]]
    assert (7_260 + 2_599) / (81_142 * 0.4451) < low < high
    assert high < (7_260 + 2_599 + 800) / (70_592 * 0.32)


def test_the_same_seed_gives_the_same_page(read):
    assert read.anew(RACE).page == read(RACE)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"target_date": "2020-01-01"}, ParameterError, "2020-01-01 is past"),
        ({"as_of": "2016-01-01"}, NoFigures, "only 1 of the projects with a dated"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    read, parameters, error, message
):
    with pytest.raises(error, match=message):
        read(RACE, **parameters)

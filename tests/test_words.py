"""Numbers read as a careful writer would print them."""

import pandas as pd
import pytest

from rareearth import words

SPACE = "\u00a0"
MINUS = "\u2212"


@pytest.mark.parametrize(
    ("share", "printed"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.7105, "71 %"),
        (0.1, "10 %"),
        (0.0763, "7.6 %"),
        (0.0015, "0.15 %"),
        (-0.0763, f"{MINUS}7.6 %"),
    ],
)
def test_a_share_has_about_two_digits(share, printed):
    assert words.pct(share) == printed.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (270_000, "270,000"),
        (5_284.4, "5,284"),
        (10.4, "10"),
        (4.2, "4.2"),
        (4.0, "4"),
        (0, "0"),
        (-16_000, f"{MINUS}16,000"),
    ],
)
def test_a_number_separates_thousands(value, printed):
    assert words.number(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(1094.2, "1,094"), (97.61, "97.6"), (6.127, "6.13")]
)
def test_a_price_has_three_digits_and_all_in_front_of_the_point(value, printed):
    assert words.number(value, 3) == printed


def test_a_unit_stays_on_the_line_of_its_number():
    assert words.number(6_557.9, unit="t") == f"6,558{SPACE}t"


@pytest.mark.parametrize(
    ("value", "printed"),
    [(16_000, "+16,000"), (-10_000, f"{MINUS}10,000"), (0, "0"), (0.5, "+0.5")],
)
def test_a_change_has_a_sign(value, printed):
    assert words.change(value, words.number) == printed


@pytest.mark.parametrize(
    ("share", "printed"),
    [(0.47, "+47 %"), (-0.415, f"{MINUS}42 %"), (0.0, "0 %"), (-0.00001, "0.00 %")],
)
def test_a_change_of_nothing_has_none(share, printed):
    assert words.change(share) == printed.replace(" ", SPACE)


@pytest.mark.parametrize(
    ("low", "high", "form", "printed"),
    [
        (0.68, 0.71, words.pct, "68_% to 71_%"),
        (0.701, 0.704, words.pct, "70_%"),
        (-0.063, 0.0054, words.change, f"{MINUS}6.3_% to +0.5_%"),
        (0.076, 0.71, words.pct, "8_% to 71_%"),
        (0.004, 0.71, words.pct, "0.4_% to 71.0_%"),
        (1.5, 2.5, words.number, "1.5 to 2.5"),
        (4.2, 12.0, words.number, "4 to 12"),
        (0.0, 12.0, words.number, "0 to 12"),
    ],
)
def test_both_ends_of_a_span_have_equal_digits(low, high, form, printed):
    assert words.span(low, high, form) == printed.replace("_", SPACE)


@pytest.mark.parametrize(
    ("share", "printed"),
    [
        (0.0, "under 1 %"),
        (0.0099, "under 1 %"),
        (0.38, "38 %"),
        (0.9951, "over 99 %"),
        (1.0, "over 99 %"),
    ],
)
def test_a_simulated_chance_is_never_certain(share, printed):
    assert words.chance(share).replace(SPACE, " ") == printed


def test_a_date_is_told_as_in_prose():
    assert words.day(pd.Timestamp("2025-11-03")) == f"3{SPACE}November 2025"


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        ([], ""),
        (["China"], "China"),
        (["China", "India"], "China and India"),
        (["China", "India", "Brazil"], "China, India and Brazil"),
    ],
)
def test_names_are_joined_as_in_a_sentence(names, printed):
    assert words.listed(names) == printed


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("European Union", "the European Union"),
        ("United States", "the United States"),
        ("Japan", "Japan"),
        ("World", "the world"),
    ],
)
def test_a_place_has_its_article(place, expected):
    assert words.the(place) == expected


@pytest.mark.parametrize(
    ("start", "end", "printed"),
    [
        ("2024-01-01", "2024-12-31", "2024"),
        ("2024-02-01", "2024-02-29", "February 2024"),
        ("2025-01-01", "2025-06-30", "the first half of 2025"),
        ("2025-10-01", "2025-12-31", "the fourth quarter of 2025"),
        ("2024-07-01", "2025-06-30", "the year to 30 June 2025"),
        ("2020-01-01", "2024-12-31", "2020 to 2024"),
        ("2025-01-01", "2025-09-30", "January to September 2025"),
        ("2025-05-05", "2025-05-05", "5 May 2025"),
        ("2025-02-03", "2025-02-09", "3 February 2025 to 9 February 2025"),
    ],
)
def test_a_period_has_the_name_that_people_give_it(start, end, printed):
    found = words.period(pd.Timestamp(start), pd.Timestamp(end))
    assert found.replace(words.SPACE, " ") == printed


@pytest.mark.parametrize(
    ("months", "printed"),
    [
        (0.23, "1 week"),
        (0.9, "4 weeks"),
        (2, "2 months"),
        (18, "18 months"),
        (24, "2 years"),
        (30, "2.5 years"),
        (180, "15 years"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_reads_best(months, printed):
    assert words.duration(months).replace(words.SPACE, " ") == printed


@pytest.mark.parametrize(
    ("many", "thing", "printed"),
    [
        (1, "country", "1 country"),
        (3, "country", "3 countries"),
        (2, "day", "2 days"),
        (0, "source", "no sources"),
        (1200, "figure", "1,200 figures"),
    ],
)
def test_what_is_counted_is_in_the_plural_but_for_one(many, thing, printed):
    assert words.count(many, thing).replace(words.SPACE, " ") == printed

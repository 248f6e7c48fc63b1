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

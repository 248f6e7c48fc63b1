"""Numbers read as a careful writer would print them."""

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
        (-0.0763, "-7.6 %"),
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
        (-16_000, "-16,000"),
    ],
)
def test_a_number_separates_thousands(value, printed):
    assert words.number(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [(16_000, "+16,000"), (-10_000, f"{MINUS}10,000"), (0, "0"), (0.5, "+0.5")],
)
def test_a_change_has_a_sign(value, printed):
    assert words.signed(value) == printed


@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [(0.68, 0.71, "68 % to 71 %"), (0.701, 0.704, "70 %")],
)
def test_a_span_that_prints_alike_is_one_number(low, high, printed):
    assert words.span(low, high, words.pct) == printed.replace(" ", SPACE).replace(
        f"{SPACE}to{SPACE}", " to "
    )


@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [
        (1_400, 2_000, "1,400 to 2,000 between sources and editions"),
        (1_400, 1_400.2, "the same in every source at hand"),
    ],
)
def test_a_spread_says_whether_sources_agree(low, high, printed):
    assert words.spread(low, high, words.number) == printed


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

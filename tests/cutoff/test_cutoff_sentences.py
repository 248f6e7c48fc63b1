"""The sentences on a cut-off are right at the ends of the parameters too."""

import math

import pytest

from rareearth.cutoff import sentences


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (0.0, "falls at once"),
        (6.66, "falls after 6.7 months"),
        (math.inf, "does not fall within 12 months"),
    ],
)
def test_when_use_falls_is_a_sentence_for_no_stock_and_for_no_fall(until, expected):
    assert sentences.falls(until, 12) == expected


@pytest.mark.parametrize(
    ("stock", "expected"),
    [(0, "no stock"), (1, "1 month of stock"), (4.6, "4.6 months of stock")],
)
def test_one_month_of_stock_is_one_month(stock, expected):
    assert sentences.stocked(stock) == expected


def test_the_title_of_the_map_names_the_cut_for_which_it_holds():
    full = sentences.map_title(1.0, 12, "Japan", 4.6)
    assert full.startswith("Japan: with all imports from China cut, 40")
    assert "when stocks are 4.6 months of use" in full
    assert "with 30\N{NO-BREAK SPACE}% of imports" in sentences.map_title(
        0.3, 12, "Japan", math.nan
    )

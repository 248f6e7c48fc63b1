"""The sentences on a cut-off are right at the ends of the parameters too."""

import math

import pytest

from rareearth.cutoff import model as sentences


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (0.0, "falls at once"),
        (6.66, "falls after 6.7 months"),
        (math.inf, "does not fall within 12 months"),
    ],
)
def test_when_use_falls_is_a_sentence_for_no_stock_and_for_no_fall(until, expected):
    told = sentences.falls(until, 12).replace("\N{NO-BREAK SPACE}", " ")
    assert told == expected


@pytest.mark.parametrize(
    ("stock", "expected"),
    [(0, "no stock"), (1, "1 month of stock"), (4.6, "4.6 months of stock")],
)
def test_one_month_of_stock_is_one_month(stock, expected):
    assert sentences.stocked(stock).replace("\N{NO-BREAK SPACE}", " ") == expected

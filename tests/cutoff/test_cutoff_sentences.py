"""The sentences on a cut-off are right at the ends of the parameters too."""

import math

import numpy as np
import pytest

from rareearth.cutoff import sentences
from rareearth.cutoff.model import Course


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


def test_the_answer_names_stock_loss_and_how_often_the_claim_comes_true():
    # Half is left in both months of all draws: 50 percent is lost, at once.
    path = Course(np.full((2, 100), 0.5), np.zeros(100))
    told = sentences.answer(path, 2, 0).replace("\N{NO-BREAK SPACE}", " ")
    assert told == (
        "With no stock, use falls at once (median), and 50 % (50 %) of the output that "
        "needs magnets is lost over 2 months. A loss of 40 % or more comes about in "
        "over 99 % of the draws."
    )

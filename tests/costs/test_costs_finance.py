"""Capital charges, levelised cost and learning agree with arithmetic done by hand."""

import numpy as np
import pytest

from rareearth.costs import finance
from rareearth.errors import ParameterError


@pytest.mark.parametrize(
    ("rate", "years", "expected"),
    [
        (0.08, 20, 0.10185),  # printed in any table of capital recovery factors
        (0.10, 10, 0.16275),
        (0.0, 25, 0.04),  # 1 / n
    ],
)
def test_the_annuity_is_that_of_printed_tables(rate, years, expected):
    assert finance.annuity(rate, years) == pytest.approx(expected, abs=5e-6)


def test_without_ramp_up_the_output_factor_is_the_inverse_of_the_annuity():
    factor = finance.output_factor(0.08, 20)
    assert factor == pytest.approx(1 / finance.annuity(0.08, 20))


def test_a_ramp_of_two_years_halves_the_first_year():
    # 0.5/1.1 + 1/1.21 + 1/1.331
    assert finance.output_factor(0.1, 3, 2) == pytest.approx(2.032306, abs=1e-6)


def test_the_output_factor_takes_arrays_and_rounds_to_whole_years():
    found = finance.output_factor(0.0, np.array([9.6, 10.4]), np.array([1, 1]))
    assert found.tolist() == [10.0, 10.0]


def test_a_slower_ramp_up_never_makes_capital_cheaper():
    factors = finance.output_factor(0.08, 25, np.arange(1, 11))
    assert (np.diff(factors) < 0).all()


def test_the_levelised_cost_is_the_price_with_a_present_value_of_nought():
    # (100 + 20/1.1 + 20/1.21) / (10/1.1 + 10/1.21)
    capital, operating, output = [100, 0, 0], [0, 20, 20], [0, 10, 10]
    price = finance.levelised_cost(capital, operating, output, 0.1)
    assert price == pytest.approx(7.761905, abs=1e-6)
    flows = [price * q - c - o for q, c, o in zip(output, capital, operating)]  # noqa: B905
    assert sum(f / 1.1**t for t, f in enumerate(flows)) == pytest.approx(0)


def test_credits_lower_the_levelised_cost_by_their_share_of_output():
    args = [0, 0], [50, 50], [10, 10], 0.1
    assert finance.levelised_cost(*args) == pytest.approx(5)
    assert finance.levelised_cost(*args, [10, 10]) == pytest.approx(4)


def test_a_progress_ratio_of_eighty_percent_is_a_learning_rate_of_twenty():
    assert finance.learning_rate(0.8) == pytest.approx(0.2)
    # Two doublings: 100 x 0.8 x 0.8
    assert finance.learned_cost(100, 4, 0.2) == pytest.approx(64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: finance.annuity(-1, 20), "discount_rate: -1 is not between 0 and 0.5"),
        (lambda: finance.annuity(5, 20), r"0.08 stands for 8 %"),
        (lambda: finance.annuity(0.08, 0), "plant_life: 0 is not above 0 years"),
        (lambda: finance.levelised_cost([1], [1], [0], 0.1), "nothing is made"),
        (lambda: finance.levelised_cost([1], [1, 2], [1], 0.1), "1, 2, 1, 1 years"),
        (lambda: finance.learned_cost(1, 2, 1), "a progress ratio of 0.8 is a"),
        (lambda: finance.learned_cost(1, 0.5, 0.2), "growth: 0.5 is below 1"),
        (lambda: finance.learning_rate(1.2), r"progress_ratio: 1.2 is not in"),
    ],
)
def test_impossible_rates_lives_and_outputs_are_refused(call, message):
    with pytest.raises(ParameterError, match=message):
        call()

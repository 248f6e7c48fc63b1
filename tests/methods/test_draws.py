"""Draws follow their ranges, whoever makes them, and impossible ones are refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rareearth.errors import ParameterError
from rareearth.methods import draws
from rareearth.methods.draws import Span


def test_a_triangle_has_the_mean_of_its_corners():
    u = (np.arange(100_000) + 0.5) / 100_000
    assert draws.triangular(u, 1, 2, 6).mean() == pytest.approx(3, rel=1e-4)


def test_draws_stay_inside_their_range():
    u = np.array([1e-15, 0.5, 1 - 1e-15])
    found = draws.triangular(u, 1, 1, 3)
    assert found.min() >= 1
    assert found.max() <= 3


def test_a_stated_rank_correlation_is_that_of_the_draws():
    pairs = pd.DataFrame({"one": ["a"], "other": ["c"], "rank": [0.7]})
    columns, factor = draws.rank_matrix(["a", "b", "c"], pairs)
    u = draws.correlated(draws.sobol_block(3, 1, 0, 2**14), columns, factor)
    assert stats.spearmanr(u[0], u[2]).statistic == pytest.approx(0.7, abs=0.01)
    assert stats.spearmanr(u[0], u[1]).statistic == pytest.approx(0, abs=0.01)


def test_correlations_that_contradict_each_other_are_refused():
    pairs = pd.DataFrame(
        {"one": ["a", "a", "b"], "other": ["b", "c", "c"], "rank": [0.9, 0.9, -0.9]}
    )
    with pytest.raises(ParameterError, match="they contradict each other"):
        draws.rank_matrix(["a", "b", "c"], pairs)


def test_a_span_without_width_has_its_value_and_takes_no_random_number():
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    assert Span(2.0, 2.0, 2.0).draw(one, 3).tolist() == [2.0, 2.0, 2.0]
    assert one.random() == other.random()


def test_triangular_draws_are_those_of_numpy_to_the_last_digit():
    ours = Span(1.0, 2.0, 6.0).draw(np.random.default_rng(5), 1_000)
    theirs = np.random.default_rng(5).triangular(1.0, 2.0, 6.0, 1_000)
    assert ours.tobytes() == theirs.tobytes()


def test_the_middle_80_percent_are_the_deciles_at_both_ends_and_the_median():
    assert draws.middle_80(np.arange(101.0)).tolist() == [10, 50, 90]


def test_never_is_a_quantile_when_enough_draws_never_come():
    found = draws.middle_80(np.array([1.0, 2.0, 3.0, np.inf, np.inf]))
    assert found.tolist() == [1.0, 3.0, np.inf]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((99, 1), "draws: 99 is not between 100 and 1,000,000"),
        ((1_000_001, 1), "draws: 1000001 is not between 100 and 1,000,000"),
        ((150.0, 1), "draws: 150.0 is not a whole number"),
        ((True, 1), "draws: True is not a whole number"),
        ((100, -1), "seed: -1 is not a whole number from 0 up"),
        ((100, 1.5), "seed: 1.5 is not a whole number from 0 up"),
    ],
)
def test_impossible_draws_are_refused(given, message):
    with pytest.raises(ParameterError, match=message):
        draws.check_draws(*given)


def test_a_range_around_two_ends_has_its_best_value_in_the_middle():
    assert Span.around(2.0, 6.0) == (2, 4, 6)

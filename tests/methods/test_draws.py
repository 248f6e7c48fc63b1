"""Draws follow their ranges, whoever makes them, and impossible ones are refused."""

import numpy as np
import pytest

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


def test_a_range_around_two_ends_has_its_best_value_in_the_middle():
    assert Span.around(2.0, 6.0) == (2, 4, 6)

"""Draws follow their ranges, repeat to the last digit, and fit into memory."""

import resource
import time

import pandas as pd
import pytest
from scipy import stats
from test_costs_model import PLANT

from rareearth.costs import simulation
from rareearth.errors import ParameterError


def plant(**spans):
    """Return ranges without width, but for those named: (low, mode, high)."""
    rows = {
        name: spans.get(name, (value, value, value)) for name, value in PLANT.items()
    }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["low", "mode", "high"], dtype=float
    )


WIDE = {"feed_cost": (1.0, 2.0, 4.0), "utilisation": (0.5, 0.8, 0.95)}
PAIR = {
    "Lynas": plant(**WIDE),
    "Baotou": plant(**WIDE, byproduct_price=(1.0, 2.0, 3.0)),
}


def test_a_range_without_width_gives_the_cost_by_hand():
    found = simulation.simulate({"Lynas": plant()}, 0.0, draws=100)
    assert set(found.outcomes["Lynas"]["full"]) == {55.75}
    assert set(found.outcomes["Lynas"]["cash"]) == {43.25}
    assert set(found.outcomes["Lynas"]["gross"]) == {47.25}  # 43.25 + credits of 4


def test_blocks_give_the_same_digits_as_often_as_they_are_drawn():
    count = simulation.BLOCK + 1234  # a block and a part
    one, other = (simulation.simulate(PAIR, draws=count, seed=5) for _ in range(2))
    for outcome in simulation.OUTCOMES:
        first, second = (each.outcomes["Lynas"][outcome] for each in (one, other))
        assert first.tobytes() == second.tobytes()
    assert one.means.equals(other.means)


def test_another_seed_gives_other_draws_and_the_same_quantiles_within_one_percent():
    found = [simulation.simulate(PAIR, seed=seed) for seed in (1, 2)]
    assert (
        found[0].outcomes["Lynas"]["full"][0] != found[1].outcomes["Lynas"]["full"][0]
    )
    for outcome in simulation.OUTCOMES:
        first, other = (one.bands[outcome] for one in found)
        assert (first / other - 1).abs().to_numpy().max() < 0.01


def test_the_means_of_the_components_add_up_to_the_mean_cost():
    found = simulation.simulate(PAIR, draws=10_000)
    mean = found.outcomes["Baotou"]["full"].mean()
    assert found.means["Baotou"].sum() == pytest.approx(mean)


def test_prices_of_the_market_are_drawn_once_for_all():
    same = plant(byproduct_price=(1.0, 2.0, 3.0))
    found = simulation.simulate({"Lynas": same, "Baotou": same}, draws=1000)
    assert set(found.ratio("Lynas", "Baotou")) == {1.0}


def test_a_cost_that_is_always_higher_is_dearer_in_all_draws():
    dear = plant(overhead=(100.0, 110.0, 120.0))
    found = simulation.simulate({"Lynas": dear, "Baotou": plant()}, draws=500)
    assert (found.ratio("Lynas", "Baotou") > 1).all()
    assert (found.ratio("Baotou", "Lynas") < 1).all()


def test_a_million_draws_take_less_than_two_seconds_and_600_megabytes():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    simulation.simulate(PAIR, draws=1_000_000)
    assert time.process_time() - start < 2
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown / 1e3 < 600  # ru_maxrss is in kilobytes


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"draws": 10**9}, ParameterError, "draws: 1000000000 is not between 100 and"),
        ({"discount_rate": 5}, ParameterError, "discount_rate: 5 is not between"),
    ],
)
def test_impossible_simulations_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        simulation.simulate(PAIR, **given)


def test_a_stated_rank_correlation_is_that_of_the_draws():
    pairs = pd.DataFrame({"one": ["a"], "other": ["c"], "rank": [0.7]})
    columns, factor = simulation.rank_matrix(["a", "b", "c"], pairs)
    u = simulation.correlated(simulation.sobol_block(3, 1, 0, 2**14), columns, factor)
    assert stats.spearmanr(u[0], u[2]).statistic == pytest.approx(0.7, abs=0.01)
    assert stats.spearmanr(u[0], u[1]).statistic == pytest.approx(0, abs=0.01)


def test_correlations_that_contradict_each_other_are_refused():
    pairs = pd.DataFrame(
        {"one": ["a", "a", "b"], "other": ["b", "c", "c"], "rank": [0.9, 0.9, -0.9]}
    )
    with pytest.raises(ParameterError, match="they contradict each other"):
        simulation.rank_matrix(["a", "b", "c"], pairs)


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
        simulation.check_draws(*given)

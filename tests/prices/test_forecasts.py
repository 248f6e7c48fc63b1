"""Forecasts agree with formulas, keep to what was known, and own up to the naive."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from published import nile
from scipy import stats

from rareearth.errors import NoFigures, ParameterError
from rareearth.prices.forecasts import (
    CANDIDATES,
    NAIVE,
    Candidate,
    backtest,
    diebold_mariano,
    drift,
    forecast,
    pinball,
    random_walk,
)


def monthly(values, start="2010-01"):
    index = pd.period_range(start, periods=len(values), freq="M")
    return pd.Series(np.asarray(values, dtype="float64"), index=index, name="USD/kg")


def walk(n=120, seed=1, pace=0.0):
    steps = 0.05 * np.random.default_rng(seed).standard_normal(n) + pace
    return monthly(np.exp(3 + steps.cumsum()))


@cache
def of_a_walk():
    return forecast(walk(), horizon=6)


SIMPLE = {name: CANDIDATES[name] for name in (NAIVE, "drift")}  # fast, for laws


# Candidates


def test_the_local_level_of_the_nile_is_that_of_durbin_and_koopman():
    # *Time Series Analysis by State Space Methods*, 2nd ed. (2012), p. 37: 15099 and
    # 1469.1 (as statsmodels quotes them in test_mlemodel.py).
    noise, level = CANDIDATES["local level"].fit(nile().to_numpy())
    assert noise == pytest.approx(15099, abs=1)
    assert level == pytest.approx(1469.1, abs=0.1)


def test_the_random_walk_by_hand():
    mean, sd = random_walk(np.array([1.0, 3.0, 2.0]), np.array([0.5]), 4)
    assert mean.tolist() == [2, 2, 2, 2]
    assert sd.tolist() == pytest.approx([0.5, 0.5 * 2**0.5, 0.5 * 3**0.5, 1.0])


def test_the_drift_by_hand():
    # From 1 to 4 in three steps: one per period, with sd 0.5 sqrt(h (1 + h / 3)).
    mean, sd = drift(np.array([1.0, 3.0, 2.0, 4.0]), np.array([0.5]), 2)
    assert mean.tolist() == pytest.approx([5, 6])
    assert sd.tolist() == pytest.approx([0.5 * (4 / 3) ** 0.5, 0.5 * (10 / 3) ** 0.5])


@pytest.mark.parametrize("name", list(CANDIDATES))
def test_a_gap_is_no_obstacle_and_is_not_filled(name):
    y = np.log(walk().to_numpy())
    y[40:52] = np.nan
    candidate = CANDIDATES[name]
    mean, sd = candidate.predict(y, candidate.fit(y), 3)
    assert np.isfinite(mean).all()
    assert (np.diff(sd) > 0).all()


@pytest.mark.parametrize("name", list(CANDIDATES))
def test_an_interval_widens_with_the_horizon(name):
    candidate = CANDIDATES[name]
    y = np.log(walk().to_numpy())
    assert (np.diff(candidate.predict(y, candidate.fit(y), 12)[1]) > 0).all()


# Measures


def test_pinball_by_hand():
    # Truth 1 above a certain 0: loss q at each decile q, on average 0.5; below: 1 - q.
    certain = np.zeros(1), np.zeros(1), stats.norm.ppf(np.arange(1, 10) / 10)
    assert pinball(np.array([1.0]), *certain).item() == pytest.approx(0.5)
    assert pinball(np.array([-1.0]), *certain).item() == pytest.approx(0.5)


def test_pinball_is_least_at_the_truth():
    deciles = stats.norm.ppf(np.arange(1, 10) / 10)
    losses = [
        pinball(np.array([0.0]), np.array([mean]), np.array([1.0]), deciles).item()
        for mean in (-0.5, 0.0, 0.5)
    ]
    assert losses[1] == min(losses)


def test_diebold_mariano_by_hand():
    # Without overlap: t = mean / (sd / sqrt n) with the factor (n - 1) / n, n = 4.
    gains = np.array([-3.0, -1.0, -2.0, -2.0])
    statistic = -2 / np.sqrt(0.5 / 4) * np.sqrt(3 / 4)
    assert diebold_mariano(gains, 0) == pytest.approx(stats.t.cdf(statistic, 3))


def test_equal_losses_prove_nothing():
    assert diebold_mariano(np.zeros(8), 0) == 1


def test_the_scaled_error_of_the_naive_by_hand():
    # Mean absolute change so far 1; the next value is 2 away from the last.
    y = np.array([0.0, 1.0, 0.0, 1.0, 3.0])
    losses = backtest(y, np.array([4]), 1, {NAIVE: CANDIDATES[NAIVE]})
    assert losses["scaled"].item() == pytest.approx(2)
    assert not losses["inside"].item()


def test_a_backtest_never_sees_what_came_later():
    seen = []

    def fit(y):
        seen.append(len(y))
        return np.zeros(1)

    def predict(y, _, horizon):
        seen.append(len(y))
        return np.zeros(horizon), np.ones(horizon)

    origins = np.array([40, 50, 60])
    backtest(np.zeros(80) + np.arange(80), origins, 5, {"spy": Candidate(fit, predict)})
    assert set(seen) <= set(origins)


# Forecasts


def test_nothing_beats_a_random_walk_on_a_random_walk():
    found = of_a_walk()
    assert found.verdict.startswith("nothing beats the random walk")
    assert not found.scores["beats_naive"].any()


def test_the_drift_beats_the_random_walk_on_a_steady_climb():
    found = forecast(walk(pace=0.08), 6, candidates=SIMPLE)
    best = found.scores.iloc[0]
    assert best["beats_naive"]
    assert best["mase"] < found.scores.set_index("model").at[NAIVE, "mase"]
    assert f"{found.winner} beats the random walk" in found.verdict


def test_the_winner_stands_beside_the_random_walk():
    found = forecast(walk(pace=0.08), 3, candidates=SIMPLE)
    assert found.paths["model"].unique().tolist() == [found.winner, NAIVE]
    assert found.paths["period"].astype(str).tolist()[:3] == [
        "2020-01",
        "2020-02",
        "2020-03",
    ]
    assert found.paths["unit"].unique().tolist() == ["USD/kg"]


def test_few_origins_close_together_prove_nothing():
    found = forecast(walk(n=56, pace=0.08), 12, candidates=SIMPLE)
    assert "share their outcomes and prove nothing" in found.verdict
    assert found.scores["p_value"].isna().all()


def test_the_unit_changes_the_prices_and_nothing_else():
    one, two = (forecast(factor * walk(), 3, candidates=SIMPLE) for factor in (1, 50))
    assert two.paths["median"].tolist() == pytest.approx(list(50 * one.paths["median"]))
    assert two.scores["pinball"].tolist() == pytest.approx(list(one.scores["pinball"]))


def test_two_runs_are_equal_to_the_last_digit():
    one, two = of_a_walk(), forecast(walk(), horizon=6)
    pd.testing.assert_frame_equal(one.scores, two.scores, check_exact=True)
    pd.testing.assert_frame_equal(one.paths, two.paths, check_exact=True)


# Bad input


@pytest.mark.parametrize("horizon", [0, 1_000, -1, 2.5])
def test_an_impossible_horizon_says_what_is_possible(horizon):
    with pytest.raises(ParameterError, match="not a number of periods from 1 to 36"):
        forecast(walk(), horizon)


def test_a_short_series_allows_a_short_horizon_only():
    with pytest.raises(NoFigures, match=r"backtest of 12 .* allow for 9 at most"):
        forecast(walk(n=50), 12)


def test_a_series_too_short_says_how_many_points_it_needs():
    with pytest.raises(
        NoFigures, match="at least 42 points; this one has 30, January 2010"
    ):
        forecast(walk(n=30))

"""Simulated paths agree with arithmetic where nothing is left to chance."""

import time

import numpy as np
import pandas as pd
import pytest

from rareearth.errors import ParameterError
from rareearth.methods.draws import Span, middle_80
from rareearth.ramp_up import delays, model
from rareearth.ramp_up.pipeline import Market, Race

START = pd.Timestamp("2026-01-01")
NONE, ONE = Span(0, 0, 0), Span(1, 1, 1)
ON_TIME = delays.Delay(np.zeros(1), np.full(1, 1e-6), np.ones(1), 0, 0)


def market(**changed):
    """Return a market of 300 t without growth, ramps of two years, full utilisation."""
    return Market(
        made_t=NONE,
        sent_t=Span(300, 300, 300),
        per_t=ONE,
        made_counts=False,
        growth=NONE,
        ramp_years=Span(2, 2, 2),
        utilisation=ONE,
        new_t=NONE,
        lead_years=ONE,
    )._replace(**changed)


def plants(**changed):
    base = {
        "project": ["A"],
        "stage": "running",
        "output_t": 100.0,
        "low_t": 200.0,
        "high_t": 200.0,
        "stated": pd.Timestamp("2025-01-01"),
        "planned": pd.Timestamp("2027-01-01"),
        "started": pd.NaT,
    }
    return pd.DataFrame(base | changed)


def race(table, delay=ON_TIME, **changed):
    """Return a race in which all plants come, unless they have yet to be decided."""
    built = (10**6, 0)
    return Race("A", START, table, market(**changed), delay, built, NONE, NONE, table)


def run(table, draws=100, seed=1, **changed):
    return model.simulate(race(table, **changed), 0.5, draws, seed)


def test_a_plant_ramps_up_in_a_straight_line():
    # From 100 to 200 t in two years: 150 t after one, half of the demand of 300 t.
    paths = run(plants())
    assert paths.supply[0, [0, 4, 8, 40]].tolist() == pytest.approx(
        [100, 150, 200, 200]
    )
    assert paths.reached[0] == 1.0


def test_a_plan_that_comes_on_time_starts_on_its_date():
    # Starts in one year; 100 t of the 200 t one year later.
    paths = run(plants(stage="building", output_t=0.0))
    assert paths.supply[0, [4, 8, 12]].tolist() == pytest.approx([0, 100, 200], abs=1)


@pytest.mark.parametrize("stage", ["no dated plan", "in doubt", "planned"])
def test_what_is_not_counted_or_has_no_chance_adds_nothing(stage):
    assert run(plants(stage=stage, output_t=0.0)).supply.max() == 0


def test_demand_grows_by_its_rate():
    paths = run(plants(), growth=Span(0.1, 0.1, 0.1))
    assert paths.demand[0, [0, 4, 8]].tolist() == pytest.approx(
        [300, 330, 363], rel=1e-4
    )


def test_what_is_made_outside_counts_in_demand_and_for_magnets_in_supply():
    made = Span(100, 100, 100)
    oxide = run(plants(output_t=0.0, low_t=0.0, high_t=0.0), made_t=made)
    magnets = run(
        plants(output_t=0.0, low_t=0.0, high_t=0.0), made_t=made, made_counts=True
    )
    assert (oxide.supply[0, 0], oxide.demand[0, 0]) == (0, 400)
    assert (magnets.supply[0, 0], magnets.demand[0, 0]) == (100, 400)


def test_probabilities_by_date_never_fall_and_end_where_the_paths_do():
    wide = {"growth": Span(0, 0.02, 0.08), "utilisation": Span(0.5, 0.8, 1.0)}
    paths = run(plants(high_t=300.0), draws=2_000, **wide)
    chances = model.by_date(paths, START)["probability"]
    assert (chances.diff().dropna() >= 0).all()
    assert chances.iloc[-1] == pytest.approx(np.isfinite(paths.reached).mean())
    assert model.chance_by(paths, middle_80(paths.reached)[0]) >= 0.1


def test_the_same_seed_gives_the_same_digits():
    wide = {"growth": Span(0, 0.02, 0.08)}
    one, two = (run(plants(), draws=500, **wide) for _ in range(2))
    assert np.array_equal(one.supply, two.supply)
    assert np.array_equal(one.demand, two.demand)
    assert not np.array_equal(
        one.demand, run(plants(), draws=500, seed=2, **wide).demand
    )


def test_a_hundred_thousand_paths_over_15_years_take_under_3_seconds():
    table = pd.concat([plants(stage="building", output_t=0.0)] * 6, ignore_index=True)
    known = delays.delay(pd.DataFrame({"factor": [1.0, 1.5, 2.0], "started": True}))
    begin = time.process_time()
    model.simulate(race(table, known), 0.5, 100_000)
    assert time.process_time() - begin < 3


def test_a_target_lies_after_what_is_known():
    with pytest.raises(ParameterError, match="2020-01-01 is past; what is known reac"):
        model.day_of("2020-01-01", START)


def test_a_step_at_the_end_of_two_calendar_years_counts_by_that_day():
    none = np.empty((2, 0))
    paths = model.Paths(np.empty(0), none, none, np.array([2.0, 2.25]))
    two_years = (pd.Timestamp("2027-11-03") - pd.Timestamp("2025-11-03")) / delays.YEAR
    assert two_years < 2
    assert model.chance_by(paths, two_years) == 0.5

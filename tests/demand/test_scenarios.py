"""Growth of demand is arithmetic on what is printed, each on its own base year."""

import numpy as np
import pandas as pd
import pytest

import rareearth as ree
from rareearth.demand import scenarios


def test_tonnes_are_multiples_of_their_own_base_year():
    # IEA, announced pledges: 93,000 t in 2023, 131,000 t in 2030.
    points = scenarios.scenario(ree.load, "IEA pledges").set_index("year")
    assert points.at[2030, "value"] == pytest.approx(131 / 93)


def test_a_year_between_printed_ones_lies_on_constant_growth_and_is_marked():
    points = scenarios.scenario(ree.load, "IEA pledges").set_index("year")
    middle = points.loc[2040]
    assert middle["tonnes"] == pytest.approx((131_000 * 181_000) ** 0.5)
    assert not middle["printed"]
    assert points.drop(2040)["printed"].all()


def test_a_yearly_growth_is_compounded():
    # Adamas 2024: 8.2 % a year from 2024 to 2040.
    points = scenarios.scenario(ree.load, "Adamas 2024")
    assert points["value"].tolist() == pytest.approx([1, 1.082**16])
    assert scenarios.rate(points) == pytest.approx(0.082)


def test_a_range_of_growth_stays_a_range():
    last = scenarios.scenario(ree.load, "IEA policies").iloc[-1]
    assert (last["low"], last["high"]) == pytest.approx((1.5, 1.6))
    assert np.isnan(last["value"])


def test_a_scenario_is_known_from_the_day_it_was_published():
    assert scenarios.scenario(ree.load, "Adamas 2024", as_of="2023-06-30").empty
    names = set(scenarios.scenarios(ree.load, as_of="2023-06-30")["scenario"])
    assert "Lynas 2022" in names
    assert "Adamas 2024" not in names


def test_growth_between_points_is_constant_and_a_range_stands_at_its_mean():
    points = pd.DataFrame(
        {
            "scenario": ["A", "A", "B", "B"],
            "year": [2020, 2040, 2020, 2022],
            "value": [1.0, 2.0, 1.0, np.nan],
            "low": [np.nan, np.nan, np.nan, 2.0],
            "high": [np.nan, np.nan, np.nan, 8.0],
        }
    )
    path = scenarios.yearly(points, 2040).set_index(["scenario", "year"])["value"]
    assert path["A", 2020] == 1
    assert path["A", 2030] == pytest.approx(2**0.5)
    assert path["B", 2021] == pytest.approx(2)

"""Demand ahead is arithmetic on what is published, in tonnes."""

import pytest

import rareearth as ree
from rareearth.demand import scenarios


def by_year(name, **asked):
    return scenarios.scenario(ree.load, name, **asked).set_index("year")


def test_a_year_between_published_ones_lies_on_constant_growth_and_is_marked():
    # IEA, announced pledges: 131,000 t in 2030, 181,000 t in 2050.
    path = by_year("IEA pledges")
    assert path.at[2040, "tonnes"] == pytest.approx((131_000 * 181_000) ** 0.5)
    assert path.index[path["published"]].tolist() == [2023, 2030, 2050]


def test_a_rate_alone_stands_on_the_tonnes_of_the_same_goods_and_is_not_published():
    # Adamas 2024: 8.2 % a year from 2024 to 2040, on the IEA's path in 2024.
    path = by_year("Adamas 2024")
    under = 93_000 * (131 / 93) ** (1 / 7)
    assert path.at[2024, "tonnes"] == pytest.approx(under)
    assert path.at[2040, "tonnes"] == pytest.approx(under * 1.082**16)
    assert not path["published"].any()
    assert path["source_id"].unique() == ["gcc-adamas-2024;seaisi-iea-2024"]


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_a_rate_is_put_on_tonnes_of_the_same_goods_only(name):
    on = scenarios.SCENARIOS[name].on
    goods = scenarios.SCENARIOS[name].product
    assert not on or scenarios.SCENARIOS[on].product == goods


def test_a_scenario_is_known_from_the_day_it_was_published():
    names = set(scenarios.scenarios(ree.load, as_of="2023-06-30")["scenario"])
    assert names == {"Lynas 2022", "Arafura 2019"}
    assert scenarios.scenarios(ree.load, as_of="2015-01-01").empty

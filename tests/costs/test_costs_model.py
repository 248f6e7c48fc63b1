"""The cost of a kilogram adds up as it does by hand."""

import inspect

import numpy as np
import pytest

from rareearth.costs import model
from rareearth.costs.inputs import PARAMETERS
from rareearth.errors import ParameterError

# 1 / (0.25 x 0.8) = 5 kg REO in the feed per kg NdPr oxide.
PLANT = {
    "ndpr_share": 0.25,
    "recovery": 0.8,
    "feed_cost": 2.0,
    "reagent_cost": 1.0,
    "electricity_use": 10.0,
    "electricity_price": 0.1,
    "heat_cost": 0.5,
    "staff": 200.0,
    "wage": 50_000.0,
    "labour_burden": 1.2,
    "waste_cost": 0.4,
    "maintenance": 0.02,
    "overhead": 3.0,
    "royalty": 0.05,
    "vat_lost": 0.1,
    "capital_cost": 100.0,
    "capital_factor": 1.0,
    "plant_life": 10.0,
    "ramp_years": 1.0,
    "utilisation": 0.8,
    "byproduct_sold": 0.5,
    "byproduct_price": 2.0,
    "heavy_credit": 1.0,
    "ndpr_price": 60.0,
}
BY_HAND = {
    "feed": 10.0,
    "reagents": 5.0,
    "energy": 7.5,  # (10 x 0.1 + 0.5) x 5
    "labour": 12.0,  # 200 persons per 1,000 t x 50,000 x 1.2
    "waste": 2.0,
    "maintenance": 2.5,  # 0.02 x 100 / 0.8
    "overhead": 3.0,
    "royalty": 3.0,  # 0.05 x 60
    "tax": 2.25,  # 0.1 x (10 + 5 + 7.5)
    "capital": 12.5,  # 100 / (0.8 x 10), at a rate of 0
    "credits": -4.0,  # 5 x 0.8 x 0.75 x 0.5 x 2 + 1
}


def test_every_component_is_what_it_is_by_hand():
    found = model.unit_cost(**PLANT, discount_rate=0.0)
    assert found == pytest.approx(BY_HAND)
    assert model.full_cost(found) == pytest.approx(55.75)
    assert model.cash_cost(found) == pytest.approx(43.25)


def test_the_breakeven_price_leaves_the_royalty_out_and_divides_by_the_rest():
    # (55.75 - 3) / 0.95 and (43.25 - 3) / 0.95
    parts = model.unit_cost(**PLANT, discount_rate=0.0)
    full = model.breakeven(parts, PLANT["royalty"])
    assert full == pytest.approx(55.526316, abs=1e-6)
    cash = model.breakeven(parts, PLANT["royalty"], capital=False)
    assert cash == pytest.approx(42.368421, abs=1e-6)


def test_at_the_breakeven_price_revenue_equals_cost():
    price = model.breakeven(model.unit_cost(**PLANT), PLANT["royalty"])
    parts = model.unit_cost(**(PLANT | {"ndpr_price": price}), discount_rate=0.08)
    assert model.full_cost(parts) == pytest.approx(price)


def test_arrays_give_what_numbers_give_one_by_one():
    values = np.array([0.2, 0.25])
    together = model.unit_cost(**(PLANT | {"ndpr_share": values}))
    alone = [model.unit_cost(**(PLANT | {"ndpr_share": v})) for v in values]
    for name in ("feed", "credits"):
        assert together[name].tolist() == [one[name] for one in alone]


def test_dearer_inputs_raise_the_cost_and_better_yields_lower_it():
    base = model.full_cost(model.unit_cost(**PLANT))
    for name in ("feed_cost", "wage", "capital_factor", "waste_cost", "ramp_years"):
        assert model.full_cost(model.unit_cost(**(PLANT | {name: 9.0e4}))) > base
    for name in ("ndpr_share", "recovery", "utilisation"):
        assert model.full_cost(model.unit_cost(**(PLANT | {name: 0.95}))) < base


def test_the_table_of_parameters_has_every_input_and_every_component():
    given = inspect.signature(model.unit_cost).parameters
    assert [*PARAMETERS, "discount_rate"] == list(given)
    named = {part for own in PARAMETERS.values() for part in own.components}
    assert named == set(model.COMPONENTS)
    alone = {name for name, own in PARAMETERS.items() if not own.components}
    assert alone == {"ndpr_share", "recovery"}


def test_the_model_is_one_function_of_plain_numbers():
    given = inspect.signature(model.unit_cost).parameters
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in given.values())


# A refiner whose feed follows the price


def test_a_feed_that_is_a_share_of_the_price_leaves_the_rest_to_be_earned():
    # 43.25 without royalty 3, feed 10 and the tax of 1 on it; 5 % royalty, 40 % feed.
    parts = model.unit_cost(**PLANT, discount_rate=0.0)
    price = model.breakeven(parts, PLANT["royalty"], capital=False, feed_share=0.4)
    assert price == pytest.approx((43.25 - 3 - 11) / (1 - 0.05 - 0.4))


def test_a_feed_at_its_price_of_today_leaves_the_breakeven_where_it_was():
    parts = model.unit_cost(**PLANT, discount_rate=0.0)
    price = model.breakeven(parts, PLANT["royalty"])
    tied = model.breakeven(parts, PLANT["royalty"], feed_share=11 / price)
    assert tied == pytest.approx(price)


# The worth of a project


def test_a_margin_of_the_capital_charge_is_worth_nothing():
    margin = 1_000 / model.output_factor(0.08, 20, 3)
    terms = {"life": 20, "ramp": 3}
    assert model.present_value(margin, 1_000, 0.08, **terms) == pytest.approx(0)
    assert model.internal_rate(margin, 1_000, **terms) == pytest.approx(0.08, abs=1e-5)


def test_building_and_tax_by_hand_without_discount():
    # 10 years of 100, on which 30 % is taken less that of 500 of depreciation.
    found = model.present_value(100, 500, 0.0, life=10, build=2, tax=0.3)
    assert found == pytest.approx(0.7 * 1_000 + 0.3 * 500 - 500)


def test_a_project_that_never_earns_its_capital_has_no_internal_rate():
    assert np.isnan(model.internal_rate(10, 500, life=10))


@pytest.mark.parametrize(
    ("price", "cost", "capital", "npv", "irr"),
    [
        # Arafura, Nolans: 4,440 t a year; cost net of credits, USD of the study.
        (133.0, 28.6, 1_226, 1_729, 0.172),  # 23 July 2024
        (130.1, 34.64, 1_135, 1_693, 0.193),  # 11 November 2022
    ],
)
def test_nolans_is_worth_about_what_its_owner_says(price, cost, capital, npv, irr):
    # 38 years of mine life in the study; the Australian tax of 30 %.
    terms = {"life": 38, "ramp": 3, "build": 3, "tax": 0.3}
    margin = (price - cost) * 4.440
    found = model.present_value(margin, capital, 0.08, **terms)
    assert found == pytest.approx(npv, rel=0.1)
    rate = model.internal_rate(margin, capital, **terms)
    assert rate == pytest.approx(irr, abs=0.025)


# A published cost curve


def test_the_bounds_of_prommis_are_those_that_its_tests_print():
    # 500 short tons an hour, 8,064 hours, 20 years, 356.64 ppm; the tests print 5.4747
    # and 12.648 dollars of 2019, so that only the ratio is free of the price level.
    tonnes = 500 * 0.907185 * 8_064 * 20 * 356.64e-6
    low, high = model.cost_bounds((26.13, 27.87), (-0.125, -0.049), tonnes)
    assert high / low == pytest.approx(12.648 / 5.4747, rel=1e-3)


def test_the_bounds_of_prommis_are_8_and_18_dollars_at_10_000_tonnes():
    found = model.cost_bounds((26.13, 27.87), (-0.125, -0.049), 10_000)
    assert found == pytest.approx((8.26, 17.75), abs=0.01)


# Capital charges


@pytest.mark.parametrize(
    ("rate", "years", "expected"),
    [
        (0.08, 20, 0.10185),  # printed in any table of capital recovery factors
        (0.10, 10, 0.16275),
        (0.0, 25, 0.04),  # 1 / n
    ],
)
def test_without_ramp_up_capital_is_charged_by_printed_tables(rate, years, expected):
    assert 1 / model.output_factor(rate, years) == pytest.approx(expected, abs=5e-6)


def test_a_ramp_of_two_years_halves_the_first_year():
    # 0.5/1.1 + 1/1.21 + 1/1.331
    assert model.output_factor(0.1, 3, 2) == pytest.approx(2.032306, abs=1e-6)


def test_the_output_factor_takes_arrays_and_rounds_to_whole_years():
    found = model.output_factor(0.0, np.array([9.6, 10.4]), np.array([1, 1]))
    assert found.tolist() == [10.0, 10.0]


def test_a_slower_ramp_up_never_makes_capital_cheaper():
    factors = model.output_factor(0.08, 25, np.arange(1, 11))
    assert (np.diff(factors) < 0).all()


@pytest.mark.parametrize(
    ("rate", "message"),
    [(-1, "discount_rate: -1 is not between 0 and 0.5"), (5, r"0.08 stands for 8 %")],
)
def test_impossible_rates_are_refused(rate, message):
    with pytest.raises(ParameterError, match=message):
        model.output_factor(rate, 20)

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
    assert tuple(PARAMETERS) == model.INPUTS
    named = {part for own in PARAMETERS.values() for part in own.components}
    assert named == set(model.COMPONENTS)
    alone = {name for name, own in PARAMETERS.items() if not own.components}
    assert alone == {"ndpr_share", "recovery"}


def test_the_model_is_one_function_of_plain_numbers():
    given = inspect.signature(model.unit_cost).parameters
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in given.values())


@pytest.mark.parametrize(
    ("change", "rate", "message"),
    [
        ({"ndpr_price": -60.0}, 0.08, "ndpr_price: -60.0 is not a number from 0 up"),
        ({"utilisation": 0.0}, 0.08, "utilisation: 0; without output there is no unit"),
        ({"wage": float("nan")}, 0.08, "wage: nan is not a number from 0 up"),
        ({"price": 1.0}, 0.08, "price: no parameter of the cost; one of ndpr_share"),
        ({}, -1, "discount_rate: -1 is not between"),
        ({}, 5, "discount_rate: 5 is not between"),
    ],
)
def test_impossible_values_are_refused_by_name(change, rate, message):
    with pytest.raises(ParameterError, match=message):
        model.check_values(PLANT | change, rate)


def test_a_missing_value_is_named():
    less = {name: value for name, value in PLANT.items() if name != "wage"}
    with pytest.raises(ParameterError, match="wage: missing for the cost of a kg"):
        model.check_values(less, 0.08)


# Supports


@pytest.mark.parametrize(
    ("price", "expected"),
    [(60.0, 110.0), (110.0, 110.0), (160.0, 145.0)],  # 160 - 0.3 x 50
)
def test_a_floor_lifts_low_prices_and_shares_high_ones(price, expected):
    assert model.received(price, 110.0, 0.3) == pytest.approx(expected)


def test_a_grant_comes_on_top_and_without_a_floor_the_market_pays():
    assert model.received(60.0) == 60.0
    assert model.received(60.0, grant=5.0) == 65.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((-1.0,), "price: negative"),
        ((60.0, 110.0, 1.5), "upside_share: 1.5 is not from 0 to 1"),
        ((60.0, -1.0), "floor and grant: at least 0"),
    ],
)
def test_impossible_supports_are_refused(given, message):
    with pytest.raises(ParameterError, match=message):
        model.received(*given)


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
        model.check_rate(rate)

"""The cost of a kilogram adds up as it does by hand."""

import inspect

import numpy as np
import pytest

from rareearth.costs import breakeven, model
from rareearth.costs.ranges import LABELS
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
    full = breakeven.breakeven(PLANT, 0.0)
    assert full == pytest.approx(55.526316, abs=1e-6)
    cash = breakeven.breakeven(PLANT, 0.0, capital=False)
    assert cash == pytest.approx(42.368421, abs=1e-6)


def test_at_the_breakeven_price_revenue_equals_cost():
    price = breakeven.breakeven(PLANT, 0.08)
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


def test_each_parameter_has_a_label_and_belongs_to_a_component_or_to_the_feed():
    assert set(LABELS) == set(model.PARAMETERS)
    own = {name for names in model.OWN.values() for name in names}
    assert set(model.PARAMETERS) - own == {"ndpr_share", "recovery"}
    assert set(model.OWN) == set(model.COMPONENTS)


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
    assert breakeven.received(price, 110.0, 0.3) == pytest.approx(expected)


def test_a_grant_comes_on_top_and_without_a_floor_the_market_pays():
    assert breakeven.received(60.0) == 60.0
    assert breakeven.received(60.0, grant=5.0) == 65.0


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
        breakeven.received(*given)

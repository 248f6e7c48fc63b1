"""Unit costs from accounts are the published figures, divided by hand."""

from functools import partial

import pandas as pd
import pytest

import rareearth as ree
from rareearth.costs import accounts, simulation
from rareearth.costs import inputs as parameters
from rareearth.costs.inputs import Source
from rareearth.errors import ParameterError
from rareearth.figures.columns import has_codes
from rareearth.money.money import Money

MONEY = Money.load(cpi_gaps=1)
SOURCE = Source(ree.load, MONEY, 2024)


@pytest.fixture(scope="module")
def lynas():
    """Return what Lynas spent per kg, by allocation and last day."""
    costs, _ = accounts.spent(ree.load, "Lynas")
    return costs.set_index(["allocation", "period_end"]).sort_index()


def of(costs, allocation, day):
    return costs.loc[(allocation, pd.Timestamp(day)), "value"].item()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-06-30", 54.2),  # (920.0 - 601.2) AUD million over 5,880 t
        ("2023-06-30", 58.9),  # (739.3 - 377.7) over 6,142 t
        ("2024-06-30", 58.6),  # (463.3 - 132.1) over 5,655 t
        ("2025-06-30", 69.4),  # (556.5 - 101.2) over 6,558 t
    ],
)
def test_lynas_spent_54_to_69_australian_dollars_per_kg_ndpr(lynas, day, expected):
    found = of(lynas, accounts.ON_NDPR, day)
    assert found == pytest.approx(expected, abs=0.05)


def test_per_kg_of_all_oxides_the_same_money_is_43_50(lynas):
    # (556.5 - 101.2) over 10,462 t
    found = of(lynas, accounts.PER_REO, "2025-06-30")
    assert found == pytest.approx(43.52, abs=0.005)


def test_by_value_and_net_of_credits_take_80_percent_of_value_for_ndpr(lynas):
    # The separation industry: NdPr oxide is about 80 % of output by value.
    by_value = of(lynas, accounts.BY_VALUE, "2025-06-30")
    assert by_value == pytest.approx(0.8 * 455.3 / 6.558, abs=0.005)
    net = of(lynas, accounts.NET, "2025-06-30")
    assert net == pytest.approx((455.3 - 0.2 * 556.5) / 6.558, abs=0.005)


def test_every_result_carries_its_inputs(lynas):
    key = (accounts.ON_NDPR, pd.Timestamp("2025-06-30"))
    row = lynas.loc[[key]].iloc[0]
    assert row["inputs"] == "(556.5 - 101.2) AUD million / 6,558 t"
    assert row["unit"] == "AUD/kg"


@pytest.mark.parametrize(
    ("series", "year", "expected"),
    [
        ("net_profit", 2024, 84.5),
        ("net_profit", 2025, 8.0),
        ("closing_cash", 2024, 523.8),
        ("closing_cash", 2025, 166.5),
        ("ndpr_production", 2025, 6558),
    ],
)
def test_the_published_figures_of_lynas_stand_in_the_data(series, year, expected):
    figures = ree.load(series, "Lynas", end=f"{year}-06-30", start=f"{year}-06-30")
    assert (figures["value"].round(1) == expected).any()


def test_molycorp_spent_34_and_21_dollars_per_kg_of_separated_oxides():
    costs = ree.load("unit_cost", "Mountain Pass", "REO")
    assert costs["value"].tolist() == [33.80, 21.02]
    assert has_codes(costs["basis"], "cash-cost", "separated").all()


def test_the_gross_margin_is_one_less_cost_of_sales_over_revenue():
    # 29,880 of 32,966 CNY million
    sold, earned = (
        accounts.yearly(ree.load, "China Northern Rare Earth", series)
        .set_index("period_end")["value"]
        .loc["2024-12-31"]
        for series in ("cost_of_sales", "revenue")
    )
    assert 1 - sold / earned == pytest.approx(1 - 29_880 / 32_966)


def test_before_all_accounts_nothing_is_returned():
    early = partial(ree.load, as_of="2005-01-01")
    assert accounts.spent(early, "Lynas")[0].empty


# Ranges


def gathered(producer):
    return parameters.gather(SOURCE, ree.assumptions("refining-cost"), producer)


@pytest.mark.parametrize("producer", parameters.PRODUCERS)
def test_every_parameter_is_a_figure_or_an_assumption_with_a_reason(producer):
    found, used = gathered(producer)
    assert set(found["kind"]) <= {"figure", "assumption"}
    assert (found["note"].str.len() > 10).all()
    assert (found["low"] <= found["mode"]).all()
    assert (found["mode"] <= found["high"]).all()
    assert found.loc[found["kind"] == "assumption", "falsified_by"].ne("").all()
    assert used["source_id"].ne("").all()


def test_the_refiner_pays_the_printed_transfer_price():
    # 26,834 CNY/t of concentrate with 50 % REO in the first quarter of 2026: later
    # quarters are printed, but no exchange rate of theirs is.
    found, _ = gathered("China Northern Rare Earth")
    printed = ree.load(
        "concentrate_price", "China Northern Rare Earth", end="2026-03-31"
    )
    newest = printed.tail(1)
    yuan = newest.assign(value=26_834 / 500, unit="CNY/kg")
    dollars = SOURCE.usd(yuan)["value"].item()
    assert found.at["feed_cost", "mode"] == pytest.approx(dollars)
    assert found.at["feed_cost", "kind"] == "figure"


def test_what_has_no_figure_is_called_an_assumption():
    found, _ = gathered("Baotou")
    assert found.at["feed_cost", "kind"] == "assumption"
    grades = parameters.grades(found)
    assert grades["feed"] == "assumption"
    assert grades["energy"] == "both"


def test_the_newest_dollars_of_an_assumption_are_in_money_of_the_base_year():
    # Consumer prices fell from 2024 back to 2010: a dollar was worth more then.
    later, _ = gathered("Lynas")
    source = Source(ree.load, MONEY, 2010)
    earlier, _ = parameters.gather(source, ree.assumptions("refining-cost"), "Lynas")
    ratio = earlier.at["feed_cost", "mode"] / later.at["feed_cost", "mode"]
    assert ratio == pytest.approx(218.056 / 313.689, rel=1e-3)  # CPI-U, 2010 and 2024
    assert earlier.at["recovery", "mode"] == later.at["recovery", "mode"]


def test_mp_materials_has_the_capital_that_it_spent_itself():
    # 22.37 + 123.87 + 326.60 + 261.90 USD million of 2020 to 2023 over 6,000 t a year.
    found, _ = gathered("MP Materials")
    nominal = (22.37 + 123.87 + 326.60 + 261.90) / 6.0
    assert found.at["capital_cost", "kind"] == "figure"
    assert nominal < found.at["capital_cost", "mode"] < 1.2 * nominal


@pytest.mark.parametrize(
    ("pair", "error", "message"),
    [
        (("Lynas", "Lynas"), ParameterError, "are both 'Lynas'; name two"),
    ],
)
def test_a_producer_is_not_compared_with_itself(pair, error, message):
    assumed = ree.assumptions("refining-cost")
    with pytest.raises(error, match=message):
        simulation.prepare(ree.load, MONEY, assumed, *pair)


# Capital


def test_capital_per_tonne_is_the_printed_sum_over_the_printed_capacity():
    # Huamei: up to 7,800 CNY million over 107,000 t of oxides.
    plants, _ = accounts.capital_per_tonne(SOURCE)
    huamei = plants.set_index("plant").loc["China Northern Huamei"]
    yuan = huamei["usd_per_t"] * MONEY.rate("CNY", 2024)
    assert yuan == pytest.approx(7_800e6 / 107_000, rel=1e-6)
    assert {"REO", "NdPr oxide"} <= set(plants["product"])

"""A series is examined as far as it reaches."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from rareearth.prices import baskets, breaks, sentences
from rareearth.prices.forecasts import forecast
from rareearth.prices.series import Prices, attempt, chosen, net_of

PRICES = Prices.load(cpi_gaps=1)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


# Published prices


@pytest.mark.parametrize(
    ("product", "first", "last", "change"),
    [
        # Month-ends of the FOB series, USD/kg.
        ("Dy oxide", "2023-12", "2024-12", 218.35 / 373.35),
        ("Nd oxide", "2023-12", "2024-12", 55.97 / 63.14),
        ("La oxide", "2024-12", "2025-10", 0.89 / 0.75),
    ],
)
def test_a_price_moved_as_its_month_ends_were_published(product, first, last, change):
    price = PRICES.series(product, "China FOB").frame["price"]
    assert price[last] / price[first] == pytest.approx(change, rel=1e-3)


def test_cerium_rose_by_17_percent_in_2024():
    # USGS Mineral Commodity Summaries 2026: 1.03 and 1.21 USD/kg.
    price = PRICES.series("Ce oxide", "USGS reference", frequency="year").frame["price"]
    assert price["2024"] / price["2023"] == pytest.approx(1.21 / 1.03)


# A series examined


@pytest.mark.parametrize("method", [breaks.breaks, breaks.stability, forecast])
def test_a_method_that_refuses_says_how_many_points_it_needs(method):
    series = chosen(PRICES, "Gd oxide", "USGS reference")
    found, why = attempt(method, series.values)
    assert found is None
    assert "needs a series of at least" in why


def test_a_tax_step_is_no_larger_than_the_duty():
    for product in ("Dy oxide", "Nd oxide"):
        series = chosen(PRICES, product, "China FOB")
        assert series.step.change == pytest.approx(1 / 1.25 - 1)
        net, early = net_of(series.values, series.step), pd.Period("2014-06")
        assert net[early] == pytest.approx(0.8 * series.values[early])
    assert chosen(PRICES, "Dy oxide", "China FOB", start="2016").step is None


def test_a_yearly_price_is_drawn_at_the_middle_of_its_year():
    series = chosen(PRICES, "La oxide", "USGS reference")
    last = series.drawn.iloc[-1]
    assert (last["date"].year, last["date"].month) == (2025, 7)


def test_money_of_the_day_is_the_printed_price():
    series = chosen(PRICES, "Nd oxide", "China FOB", real=True)
    nominal = PRICES.of_the_day(series)
    assert nominal.unit == "USD/kg"
    assert nominal.quoted[pd.Period("2024-12")] == pytest.approx(55.97)


# Words


def test_the_first_sentence_has_the_peak_the_low_and_since_when():
    series = chosen(PRICES, "NdPr oxide", "China FOB", end="2026-07")
    said = sentences.level_sentence(series).replace(NBSP, " ")
    peak, last = (  # ISE, month ends of February 2022 and July 2026
        0.75 * nd + 0.25 * pr for nd, pr in ((188.76, 171.87), (128.00, 128.25))
    )
    assert f"**{last:.0f} USD/kg** at the end of July 2026" in said
    assert f"{1 - last / peak:.0%}".replace("%", " %") in said
    assert f"below its peak of February 2022 ({peak:.0f})" in said
    assert "its low of March 2024" in said
    assert said.endswith("in prices since December 2020.")


def test_a_price_at_its_peak_has_no_peak_above_it():
    series = chosen(PRICES, "Y oxide", "China FOB", start="2020", end="2026-07")
    assert ": its highest since January 2020 and" in sentences.level_sentence(series)


def test_a_newest_quote_that_stood_still_is_said_to():
    series = chosen(PRICES, "Nd oxide", "China FOB")
    said = sentences.newest_sentence(series, PRICES.of_the_day(series))
    assert said.endswith("24\N{NO-BREAK SPACE}September 2026, and had stood still.")
    early = chosen(PRICES, "Nd oxide", "China FOB", end="2026-07")
    assert sentences.newest_sentence(early, PRICES.of_the_day(early)) == ""


@pytest.mark.parametrize(("value", "words"), [(0.0004, "< 0.001"), (0.0432, "0.043")])
def test_a_p_value_is_never_printed_as_zero(value, words):
    assert sentences.p_value(value) == words


# Markets and baskets


def test_the_parts_of_a_basket_add_up_to_its_value():
    parts = baskets.baskets(baskets.compositions(), baskets.prices_at(PRICES))
    sums = baskets.drawn(parts).groupby("row")["value"].sum()
    totals = parts.drop_duplicates("deposit").set_index("deposit")["total_usd"]
    assert sums[totals.index].tolist() == pytest.approx(totals.tolist())

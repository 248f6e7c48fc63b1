"""A series is examined as far as it reaches."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from rareearth.figures.records import events
from rareearth.prices import baskets, markets, sentences, study
from rareearth.prices.series import Prices

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
    price = PRICES.series(product, "China FOB", leave_out=()).frame["price"]
    assert price[last] / price[first] == pytest.approx(change, rel=1e-3)


def test_cerium_rose_by_17_percent_in_2024():
    # USGS Mineral Commodity Summaries 2026: 1.03 and 1.21 USD/kg.
    price = PRICES.series("Ce oxide", "USGS reference", frequency="year").frame["price"]
    assert price["2024"] / price["2023"] == pytest.approx(1.21 / 1.03)


# A series examined


def test_a_short_series_says_for_each_method_how_many_points_it_needs():
    series = study.chosen(PRICES, "Gd oxide", "USGS reference")
    found = study.examine(PRICES, series, 12, events())
    assert found.breaks is found.forecast is found.growth is None
    for name in ("growth", "breaks", "forecast", "unit_root", "stability"):
        assert "needs a series of at least" in found.why_not[name]


def test_without_a_second_market_the_sample_begins_after_the_tax():
    series = study.chosen(PRICES, "Dy oxide", "China FOB")
    steps, net = study.on_one_footing(PRICES, series)
    assert steps[0].change is None
    assert net.index[0] == pd.Period("2015-05")


def test_with_a_second_market_the_tax_is_taken_off():
    series = study.chosen(PRICES, "Nd oxide", "China FOB")
    steps, net = study.on_one_footing(PRICES, series)
    early = pd.Period("2012-06")
    assert -0.3 < steps[0].change < -0.15
    assert net[early] == pytest.approx(series.values[early] * (1 + steps[0].change))


def test_what_is_left_out_is_listed_with_the_reason():
    series = study.chosen(PRICES, "Nd oxide", "China FOB")
    left = series.left_out().set_index("periods")
    assert left.at["2021-10 to 2022-09", "reason"] == "sparse"
    assert left.at["2021-10 to 2022-09", "n"] == 12


def test_money_of_the_day_is_the_printed_price():
    series = study.chosen(PRICES, "Nd oxide", "China FOB", real=True)
    nominal = study.in_money_of_the_day(PRICES, series)
    assert nominal.unit == "USD/kg"
    assert nominal.quoted[pd.Period("2024-12")] == pytest.approx(55.97)


def test_events_of_one_month_share_a_number():
    dates = pd.Series(pd.to_datetime(["2025-01-01", "2025-12-31"]))
    found = study.numbered(events(), dates)
    assert found["number"].tolist() == list(range(1, len(found) + 1))
    assert found["date"].dt.to_period("M").is_unique


# Words


@pytest.mark.parametrize(("value", "words"), [(0.0004, "< 0.001"), (0.0432, "0.043")])
def test_a_p_value_is_never_printed_as_zero(value, words):
    assert sentences.p_value(value) == words


# Markets and baskets


def test_dated_export_quotes_never_stand_in_for_the_regular_series():
    found = markets.markets(PRICES, ["Nd oxide"])
    other = found.quotes["market"] == "China FOB, other quotes"
    assert set(found.quotes.loc[other, "source_id"]).isdisjoint({"komis-ise-fob"})
    # 16 January 2026: CIF Rotterdam over the FOB quote of the regular series.
    europe = found.premium[found.premium["market"] == "European market"]
    aside = found.quotes.loc[other, "price_usd_per_kg"]
    assert not europe["fob_usd_per_kg"].isin(aside).any()


def test_a_thin_european_market_is_named():
    found = markets.markets(PRICES, ["Dy oxide"])
    said = sentences.spread_notes(found, "Dy oxide")
    assert "European market: only 5 quotes of Dy oxide" in said


def test_the_parts_of_a_basket_add_up_to_its_value():
    parts = baskets.baskets(baskets.compositions(), baskets.prices_at(PRICES))
    sums = baskets.drawn(parts).groupby("row")["value"].sum()
    totals = parts.drop_duplicates("deposit").set_index("deposit")["total_usd"]
    assert sums[totals.index].tolist() == pytest.approx(totals.tolist())


@pytest.mark.parametrize(
    ("incomplete", "whole", "said"),
    [
        (["Nolans"], ["Bayan Obo"], "left out: Nolans. No oxide of Mount Weld"),
        (["Mt Weld"], [], "Printed in part only, and left out: Mt Weld."),
        ([], ["Mt Weld"], "No deposit at hand is left out."),
    ],
)
def test_deposits_without_a_basket_are_named(incomplete, whole, said):
    text = sentences.left_out_sentence(incomplete, whole)
    assert said in text
    assert ("at all" in text) == ("No oxide of" in said)

"""Quotes of one product are compared on one basis, and only with near ones."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import UnknownName
from rareearth.prices import markets as room
from rareearth.prices.markets import markets
from rareearth.prices.series import Prices

PRICES = Prices.load()

START = "2025-04-04"


def test_a_quote_is_compared_within_its_publisher_first():
    # SMM, 16 January 2026: 180 to 200 USD/kg CIF Europe, 128 to 148 FOB China.
    found = markets(PRICES, ["Nd oxide"], START).premium
    europe = found[found["market"] == "European market"].set_index("date")
    row = europe.loc["2026-01-16"]
    assert row["within"] and row["fob_publisher"] == "SMM"
    assert row["premium"] + 1 == pytest.approx(190 / 138)
    # Argus has no Chinese quote of the month: the regular series stands beside it.
    row = europe.loc["2025-09-25"]
    assert not row["within"] and row["fob_publisher"] == "ISE"
    assert row["premium"] + 1 == pytest.approx(92.5 / 97.85, rel=1e-3)


def test_a_bound_is_shown_and_not_compared():
    found = markets(PRICES, ["Y oxide"], START)
    asked = found.quotes[found.quotes["is_bound"]]
    assert asked["price_usd_per_kg"].tolist() == [350.0]
    assert not found.premium["figure_id"].isin(asked["figure_id"]).any()


def test_a_quote_is_compared_with_no_older_price_than_a_month():
    premium = markets(PRICES, ["Dy oxide"], START).premium
    age = premium["date"] - premium["fob_date"]
    assert age.between(pd.Timedelta(0), pd.Timedelta(days=31)).all()


def test_a_product_is_compared_with_itself_whatever_stands_beside_it():
    alone = markets(PRICES, ["Dy oxide"], START)
    beside = markets(PRICES, ["Tb oxide", "Dy oxide"], START)
    own = beside.premium[beside.premium["product"] == "Dy oxide"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone.premium)
    assert beside.quotes["product"].iloc[0] == "Tb oxide"


def test_ndpr_in_europe_is_compared_with_the_stated_proxy():
    found = markets(PRICES, ["NdPr oxide"], START)
    fob = found.quotes[found.quotes["publisher"] == "ISE, proxy"]
    assert fob["note"].str.contains("a proxy and not a quotation").all()
    row = found.premium.iloc[-1]
    before = fob[fob["date"] <= row["date"]].iloc[-1]
    assert row["fob_usd_per_kg"] == before["price_usd_per_kg"]


def test_without_quotes_there_is_nothing_and_a_wrong_name_is_refused():
    late = markets(PRICES, ["Dy oxide"], start="2099-01-01")
    assert late.quotes.empty and late.premium.empty
    with pytest.raises(UnknownName, match="did you mean 'Dy oxide'"):
        markets(PRICES, ["Dy oxid"], START)
    with pytest.raises(UnknownName, match=r"unknown product: 'Dysprosium'.*'Dy oxide'"):
        PRICES.series("Dysprosium", "China FOB", "USD")


def test_a_quote_in_europe_stands_beside_the_month_end_before_it():
    beside, europe, china = room.beside_export(ree.load, ["Dy oxide"])
    assert set(europe["entity"]) == {"European market"}
    row = beside.iloc[-1]
    before = china[china["period_end"] <= row["period_end"]]
    assert row["value_china"] == before.sort_values("period_end")["value"].iloc[-1]
    low = row["low"] if row["low"] == row["low"] else row["value"]
    assert row["times_low"] == pytest.approx(low / row["value_china"])
    assert row["times_low"] <= row["times_high"]

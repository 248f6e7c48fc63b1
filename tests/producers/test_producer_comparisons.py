"""A producer is set beside its market on stated counts only."""

import pandas as pd
import pytest

from rareearth.producers import comparisons as markets

DAYS = {
    "period_start": pd.Timestamp("2024-07-01"),
    "period_end": pd.Timestamp("2025-06-30"),
}


def output(measure, value):
    return pd.DataFrame(
        [{"measure": measure, "value": value, "year": 2025, "chosen": True} | DAYS]
    ).assign(confidence="secondary")


def china(*rows):
    """Return China's printed output from rows of series, product, year, t and basis."""
    frame = pd.DataFrame(rows, columns=["series", "product", "year", "value", "basis"])
    return markets.counted(
        frame.assign(
            period_start=pd.to_datetime(frame["year"].astype(str) + "-01-01"),
            period_end=pd.to_datetime(frame["year"].astype(str) + "-12-31"),
            published=pd.Timestamp("2025-01-01"),
            confidence="secondary",
            source_id="s",
        )
    )


def test_lynas_is_4_percent_of_china_by_oxides_and_15_percent_by_ndpr():
    # 10,462 / 270,000 t and 6,558 / 45,000 t.
    beside = china(
        ("mine_production", "REO", 2024, 270_000, "REO"),
        ("oxide_production", "NdPr oxide", 2023, 45_000, "ndpr-oxide"),
    )
    none = pd.DataFrame()
    oxides = markets.shares_of_china(output("reo", 10_462), none, beside)
    ndpr = markets.shares_of_china(output("ndpr", 6_558), none, beside)
    assert oxides["value"].item() == pytest.approx(0.0387, abs=5e-5)
    assert ndpr["value"].item() == pytest.approx(0.1457, abs=5e-5)


def test_counts_of_different_feeds_are_never_mixed():
    beside = china(
        ("oxide_production", "NdPr oxide", 2024, 106_000, "all-feeds;ndpr-oxide"),
        (
            "oxide_production",
            "NdPr oxide",
            2023,
            40_000,
            "from-domestic-ore;ndpr-oxide",
        ),
    )
    rows = markets.shares_of_china(output("ndpr", 6_558), pd.DataFrame(), beside)
    assert len(rows) == 2
    assert (rows["low"] == rows["high"]).all()


def test_a_year_of_china_long_before_the_producers_is_not_used():
    beside = china(("mine_production", "REO", 2015, 105_000, "REO"))
    rows = markets.shares_of_china(output("reo", 10_462), pd.DataFrame(), beside)
    assert rows.empty


def test_a_quarter_without_all_its_months_has_no_market_price():
    months = pd.period_range("2024-01", "2024-05", freq="M")
    monthly = pd.DataFrame({"price": [50.0, 60.0, 70.0, 80.0, 90.0]}, index=months)
    quarters = markets.market_quarters(monthly)
    assert quarters.to_dict() == {pd.Period("2024Q1", "Q"): 60.0}


def prices(*rows):
    frame = pd.DataFrame(rows, columns=["product", "period_end", "value", "unit"])
    return frame.assign(
        entity="A",
        series="average_selling_price",
        months=3,
        period_end=pd.to_datetime(frame["period_end"]),
        confidence="secondary",
        source_id="s",
    )


def test_a_price_per_tonne_is_shown_per_kilogram():
    ends = ["2024-03-31", "2024-06-30", "2024-09-30"]
    rows = [("REO in concentrate", end, 4_183.0, "USD/t") for end in ends]
    found = markets.selling_prices(prices(*rows), "A")
    assert found["per_kg"].tolist() == [4.183] * 3


def test_two_quarters_of_selling_prices_are_no_series():
    rows = [("REO", end, 40.0, "AUD/kg") for end in ("2024-03-31", "2024-06-30")]
    assert markets.selling_prices(prices(*rows), "A").empty


def test_a_slip_counts_from_the_end_of_the_plan():
    steps = pd.DataFrame(
        {
            "project": "P",
            "step": "first_feed",
            "planned_end": pd.to_datetime(["2023-06-30", None]),
            "actual_start": pd.to_datetime([None, "2023-12-30"]),
            "as_stated_on": "2023",
            "source_id": "s",
        }
    )
    ramp = markets.ramp_table(steps)
    assert ramp["slip_months"].item() == pytest.approx(183 / 30.44)


def test_a_plan_without_an_outcome_has_no_slip():
    steps = pd.DataFrame(
        {
            "project": ["P"],
            "step": ["first_feed"],
            "planned_end": pd.to_datetime(["2027-06-30"]),
            "actual_start": pd.to_datetime([None]),
            "as_stated_on": ["2023"],
            "source_id": ["s"],
        }
    )
    assert markets.ramp_table(steps)["slip_months"].isna().all()

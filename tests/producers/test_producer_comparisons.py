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
    oxides = markets.shares_of_china(output("reo", 10_462), beside)
    ndpr = markets.shares_of_china(output("ndpr", 6_558), beside)
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
    rows = markets.shares_of_china(output("ndpr", 6_558), beside)
    assert len(rows) == 2
    assert (rows["low"] == rows["high"]).all()


def test_a_year_of_china_long_before_the_producers_is_not_used():
    beside = china(("mine_production", "REO", 2015, 105_000, "REO"))
    rows = markets.shares_of_china(output("reo", 10_462), beside)
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


def milestones(*rows):
    """Return steps of one plant: step, product, planned end, actual start, stated."""
    columns = ["step", "product", "planned_end", "actual_start", "as_stated_on"]
    frame = pd.DataFrame(rows, columns=columns)
    dates = ["planned_end", "actual_start"]
    frame[dates] = frame[dates].apply(pd.to_datetime)
    return frame.assign(project="P", source_id="s")


ON = pd.Timestamp("2026-10-08")


def test_a_slip_counts_from_the_end_of_the_plan():
    steps = milestones(
        ("first_feed", "carbonate", "2023-06-30", None, "2023"),
        ("first_feed", "concentrate", None, "2023-12-30", "2024"),
    )
    (plan,) = markets.plans(steps, ON).itertuples()
    assert plan.slip_months == pytest.approx(183 / 30.44)
    assert (plan.outcome, markets.fate(plan)) == (
        "late",
        "6\N{NO-BREAK SPACE}months late",
    )


@pytest.mark.parametrize(
    ("planned", "actual", "outcome"),
    [
        ("2026-04-30", "2026-03-01", "met"),
        ("2027-06-30", None, "ahead"),
        ("2024-12-31", None, "no outcome"),
    ],
)
def test_what_became_of_a_plan(planned, actual, outcome):
    steps = milestones(("first_production", "Sm oxide", planned, actual, "2025"))
    assert markets.plans(steps, ON)["outcome"].item() == outcome


def test_an_outcome_of_one_product_is_none_of_another():
    steps = milestones(
        ("first_production", "Sm oxide", None, "2026-03-01", "2026"),
        ("first_production", "Y oxide", "2028-06-30", None, "2026"),
    )
    assert markets.plans(steps, ON)["outcome"].tolist() == ["ahead"]


def test_a_plan_past_its_date_that_has_a_later_one_was_put_off():
    steps = milestones(
        ("first_production", "Dy oxide", "2026-08-31", None, "2025"),
        ("first_production", "Dy oxide", "2026-12-31", None, "2026"),
    )
    plans = markets.plans(steps, ON)
    assert plans["outcome"].tolist() == ["put off", "ahead"]
    assert plans["is_first"].tolist() == [True, False]
    assert markets.fate(next(plans.itertuples())) == "put off to December 2026"


def test_plans_of_a_plant_that_was_cancelled_were_given_up():
    steps = milestones(
        ("first_production", "heavy", "2025-12-31", None, "2022"),
        ("cancelled", "heavy", None, "2026-08-26", "2026"),
    )
    (plan,) = markets.plans(steps, ON).itertuples()
    assert markets.fate(plan) == "given up, 26\N{NO-BREAK SPACE}August 2026"
    assert list(markets.given_up(steps).index) == ["P"]

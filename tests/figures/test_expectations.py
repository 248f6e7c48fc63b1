"""What was expected is scored by the first value that comes, and by nothing else."""

import numpy as np
import pandas as pd
import pytest

from rareearth.commands import checks
from rareearth.errors import DataError
from rareearth.figures import records

FILED = {
    "expectation_id": "au-2025",
    "filed_on": "2026-06-01",
    "series": "mine_production",
    "entity": "Australia",
    "product": "REO",
    "period_start": "2025-01-01",
    "period_end": "2025-12-31",
    "value": "30000",
    "low": "25000",
    "high": "40000",
    "unit": "t",
    "level": "0.8",
    "basis": "REO",
    "model": "random walk",
}


@pytest.fixture
def filed(curated):
    """Return the small data with one expectation on a year that is not there yet."""
    curated.add("expectations.csv", **FILED)
    return curated


def publish(folder, source, published, value, **cells):
    """Add a source, and what it says of the year that is expected."""
    _, sources = folder.rows("sources.csv")
    folder.add(
        "sources.csv", **sources[0] | {"source_id": source, "published": published}
    )
    _, rows = folder.rows("production.csv")
    (row, *_) = [each for each in rows if each["entity"] == "Australia"]
    period = {"period_start": "2025-01-01", "period_end": "2025-12-31"}
    changed = {"figure_id": source, "source_id": source, "value": value}
    folder.add("production.csv", **row | period | changed | cells)


def result(as_of="latest"):
    """Return outcome and result of the one expectation."""
    row = records.scored(as_of).iloc[0]
    return row["outcome"], row["result"]


def test_it_is_open_while_nothing_came(filed):
    outcome, what = result()
    assert np.isnan(outcome) and what == "open"


@pytest.mark.parametrize(
    ("value", "what"),
    [("25000", "hit"), ("40000", "hit"), ("24999", "miss"), ("40001", "miss")],
)
def test_both_ends_of_the_interval_are_hits(filed, value, what):
    publish(filed, "mcs-2027", "2027-01-31", value)
    assert result() == (float(value), what)


def test_the_first_value_decides_and_a_revision_does_not(filed):
    publish(filed, "mcs-2027", "2027-01-31", "30000")
    publish(filed, "mcs-2028", "2028-01-31", "90000")
    assert result() == (30_000, "hit")


def test_what_was_published_before_it_was_filed_decides_nothing(filed):
    publish(filed, "early-2026", "2026-05-31", "30000")
    assert result()[1] == "open"


def test_another_definition_or_a_part_of_the_year_decides_nothing(filed):
    half = {"period_end": "2025-06-30"}
    publish(filed, "mcs-2027", "2027-01-31", "30000", **half)
    assert result()[1] == "open"


def test_what_is_known_on_a_day_is_what_it_is_scored_by(filed):
    publish(filed, "mcs-2027", "2027-01-31", "30000")
    assert result("2026-12-31")[1] == "open"
    assert records.scored("2026-05-01").empty


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"value": "50000"}, "value 50000 is above high 40000"),
        ({"level": "80"}, "level: is no chance between 0 and 1"),
        ({"model": ""}, "model: "),
        ({"filed_on": "today"}, "filed_on: "),
        ({"series": "mine"}, "series: "),
        ({"unit": "lb"}, "unit: 'lb' is not the unit of mine_production; expected t"),
        ({"basis": "RE"}, "basis: unknown basis 'RE'"),
    ],
)
def test_a_wrong_row_is_refused_by_line(filed, cells, message):
    filed.edit("expectations.csv", row=0, **cells)
    with pytest.raises(DataError, match=r"^expectations\.csv:2: "):
        records.expectations()
    found = map(str, checks.check(filed.path))
    assert any(message in text for text in found)


# Those that are filed


def test_at_least_ten_are_filed_and_each_speaks_of_a_regular_series():
    filed = records.expectations()
    assert len(filed) >= 10
    assert filed["filed_on"].notna().all()
    assert {"mine_production", "oxide_price_month_end"} <= set(filed["series"])


def test_the_interval_of_a_price_is_that_of_the_random_walk_by_hand():
    # From July 2026, the last month end that is neither stale nor incomplete: an
    # interval of exp(+-1.2816 sigma sqrt(h)), so that eleven months have sqrt(11/5)
    # times the width of five.
    filed = records.expectations("2026-11-29").set_index("expectation_id")
    row = filed.loc["oxide-price-month-end-china-fob-nd-oxide-2026-12"]
    ratio = np.log(row["high"] / row["value"])
    assert ratio == pytest.approx(np.log(row["value"] / row["low"]), rel=0.02)
    later = filed.loc["oxide-price-month-end-china-fob-nd-oxide-2027-06"]
    wider = np.log(later["high"] / later["value"]) / ratio
    assert wider == pytest.approx(np.sqrt(11 / 5), rel=0.02)


def test_what_mines_of_the_world_are_expected_to_yield_is_a_walk_by_hand():
    from rareearth import load

    known = load("mine_production", "World", "REO", as_of="2026-11-29")
    value = known.set_index(known["period_end"].dt.year)["value"].iloc[-20:]
    sigma = np.sqrt((np.log(value).diff().dropna() ** 2).mean())
    row = records.expectations("2026-11-29").set_index("expectation_id")
    row = row.loc["mine-production-world-reo-2026"]
    assert row["value"] == value.iloc[-1]
    assert row["low"] == pytest.approx(
        value.iloc[-1] * np.exp(-1.2816 * sigma), rel=0.01
    )
    assert row["high"] == pytest.approx(
        value.iloc[-1] * np.exp(1.2816 * sigma), rel=0.01
    )
    assert pd.notna(row["level"]) and row["level"] == 0.8

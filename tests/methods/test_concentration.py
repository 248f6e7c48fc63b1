"""Measures of concentration agree with arithmetic done by hand, and keep their laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.methods.concentration import (
    by_year,
    measures,
    shares,
    total_rounding,
)

MEASURES = "hhi_low hhi_high hhi_normalised n_effective cr1 cr3 cr4 theil shannon"
outputs = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=12).map(pd.Series)
rests = st.one_of(st.just(0.0), st.floats(0.001, 1e6))


def test_the_measures_come_in_a_fixed_order():
    assert measures(pd.Series([1.0])).index.tolist() == MEASURES.split()


@pytest.mark.parametrize(
    ("quantities", "name", "expected"),
    [
        ([100], "hhi_high", 10_000),
        ([1, 1], "hhi_high", 5_000),
        ([1, 1, 1, 1], "hhi_high", 2_500),
        ([3, 1], "hhi_high", 6_250),  # (0.75 ** 2 + 0.25 ** 2) * 10,000
        ([3, 1], "hhi_low", 6_250),
        ([30, 30, 20, 20], "hhi_high", 2_600),  # example of the US Justice Department
        ([100], "hhi_normalised", 1),
        ([1, 1, 1], "hhi_normalised", 0),
        ([3, 1], "hhi_normalised", 0.25),  # (0.625 - 0.5) / (1 - 0.5)
        ([5], "n_effective", 1),
        ([2, 2, 2], "n_effective", 3),
        ([3, 1], "n_effective", 1.6),  # 1 / 0.625
        ([5, 3, 1, 1], "cr1", 0.5),
        ([1, 3, 5, 1], "cr3", 0.9),
        ([5, 2, 1, 1, 1], "cr4", 0.9),
        ([5, 3], "cr4", 1),
        ([7], "shannon", 0),
        ([1, 1], "shannon", np.log(2)),
        ([7], "theil", 0),
        ([1, 1], "theil", 0),
        ([3, 1], "theil", 0.75 * np.log(1.5) + 0.25 * np.log(0.5)),
    ],
)
def test_a_measure_by_hand(quantities, name, expected):
    assert measures(pd.Series(quantities))[name] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "hhi_low",
            3_400,
        ),  # (0.5 ** 2 + 0.3 ** 2) * 10,000, the rest spread to nothing
        ("hhi_high", 3_800),  # and 0.2 ** 2 * 10,000 for the rest as one producer
        ("n_effective", 1 / 0.38),
        ("hhi_normalised", (0.38 - 1 / 3) / (1 - 1 / 3)),
        ("cr1", 0.5),
        ("cr3", 0.8),  # the rest is no named producer
    ],
)
def test_what_is_not_named_opens_a_bracket(name, expected):
    assert measures(pd.Series([50, 30]), residual=20)[name] == pytest.approx(expected)


def test_only_a_rest_may_be_anything_from_nothing_to_a_monopoly():
    found = measures(pd.Series([], dtype=float), residual=5)
    assert (found["hhi_low"], found["hhi_high"]) == (0, 10_000)
    assert found["cr1"] == 0


@pytest.mark.parametrize("extra", [0.0, np.nan])
def test_neither_missing_nor_zero_output_makes_a_producer(extra):
    pd.testing.assert_series_equal(
        measures(pd.Series([3.0, 1.0, extra])), measures(pd.Series([3.0, 1.0]))
    )


@pytest.mark.parametrize(
    ("quantities", "residual", "message"),
    [
        ([3, -1], 0, "quantities and residual must not be negative"),
        ([3], -1, "must not be negative"),
        ([3, np.inf], 0, "must be finite numbers"),
        ([3], np.inf, "must be finite numbers"),
        ([3], np.nan, "must be finite numbers"),
        ([0, 0], 0, "measures need a positive total; all quantities are zero"),
        ([np.nan], 0, "measures need a positive total"),
        ([], 0, "measures need a positive total"),
    ],
)
def test_what_has_no_shares_is_refused(quantities, residual, message):
    with pytest.raises(ValueError, match=message):
        measures(pd.Series(quantities, dtype=float), residual)


# Laws


@given(outputs, rests, st.floats(0.001, 1_000), st.randoms())
def test_order_and_unit_make_no_difference(output, rest, factor, random):
    mixed = random.sample(output.tolist(), len(output))
    other = measures(pd.Series(mixed) * factor, rest * factor)
    assert other.tolist() == pytest.approx(
        measures(output, rest).tolist(), rel=1e-6, abs=1e-9
    )


@given(outputs, rests)
def test_measures_keep_their_bounds(output, rest):
    found = measures(output, rest)
    n = len(output) + (rest > 0)
    slack = 1e-6
    assert found["hhi_low"] <= found["hhi_high"] + slack
    assert 10_000 / n - slack <= found["hhi_high"] <= 10_000 + slack
    assert 1 - slack <= found["n_effective"] <= n + slack
    assert -slack <= found["hhi_normalised"] <= 1 + slack
    assert found["cr1"] <= found["cr3"] + slack <= found["cr4"] + 2 * slack
    assert found["cr4"] <= 1 + slack
    assert -slack <= found["theil"] <= np.log(n) + slack
    assert found["theil"] == pytest.approx(np.log(n) - found["shannon"], abs=1e-6)


@given(outputs)
def test_without_a_rest_both_bounds_are_one(output):
    found = measures(output)
    assert found["hhi_low"] == pytest.approx(found["hhi_high"])


@given(outputs.filter(lambda output: len(output) > 1), rests)
def test_a_merger_never_lowers_concentration(output, rest):
    merged = pd.Series([output.iloc[0] + output.iloc[1], *output.iloc[2:]])
    before, after = measures(output, rest), measures(merged, rest)
    for name in ("hhi_low", "hhi_high", "cr1", "cr4"):
        assert after[name] >= before[name] - 1e-6
    assert after["shannon"] <= before["shannon"] + 1e-6


@given(outputs, st.floats(0.001, 1e6))
def test_naming_the_rest_as_one_producer_gives_the_upper_bound(output, rest):
    named = measures(pd.Series([*output, rest]))
    assert measures(output, rest)["hhi_high"] == pytest.approx(named["hhi_high"])


# Shares of a published total


def printed(*rows, year=2024):
    """Return figures as `revisions` gives them: entity, value, source, confidence."""
    frame = pd.DataFrame(rows, columns=["entity", "value", "source_id", "confidence"])
    out = {"old": "2025-01-31", "new": "2026-01-31"}
    return frame.assign(
        value=frame["value"].astype(float),
        basis="REO",
        period_end=pd.Timestamp(year, 12, 31),
        published=pd.to_datetime(frame["source_id"].map(out)),
    )


OLD = printed(
    ("China", 180, "old", "primary"),
    ("India", 108, "old", "primary"),
    ("World", 300, "old", "primary"),
)
NEW = printed(
    ("China", 180, "new", "primary"),
    ("India", 57, "new", "primary"),
    ("Other", 3, "new", "primary"),
    ("World", 240, "new", "primary"),
)


def by_entity(*editions):
    """Return the shares of some editions, by entity."""
    return shares(pd.concat(editions)).set_index("entity")


def test_shares_are_parts_of_the_printed_total():
    table = by_entity(OLD)
    assert table["share"].to_dict() == {"China": 0.6, "India": 0.36, "Not named": 0.04}
    assert table.loc["Not named", "kind"] == "residual"
    assert table["total"].tolist() == [300, 300, 300]
    assert table["whole"].all()


def test_a_year_comes_from_one_table_the_newest():
    table = by_entity(OLD, NEW)
    assert set(table["source_id"]) == {"new"}
    assert table["share"].to_dict() == {
        "China": 0.75,
        "India": 0.2375,
        "Not named": 0.0125,
    }


def test_the_printed_rest_is_not_named():
    assert by_entity(NEW).loc["Not named", "quantity"] == 3


def test_a_rounded_total_below_its_parts_leaves_no_negative_rest():
    rounded = OLD.assign(value=OLD["value"].replace(300, 285))
    assert by_entity(rounded).loc["Not named", "quantity"] == 0


def test_confidence_goes_before_age():
    copied = NEW.assign(confidence="secondary")
    assert set(by_entity(OLD, copied)["source_id"]) == {"old"}


def test_a_table_without_a_date_is_never_the_newest():
    undated = NEW.assign(published=pd.NaT)
    assert set(by_entity(OLD, undated)["source_id"]) == {"old"}


@pytest.mark.parametrize("confidence", ["primary", "secondary"])
def test_a_table_that_names_the_whole_goes_before_a_better_total(confidence):
    alone = NEW[NEW["entity"] == "World"]
    table = by_entity(OLD.assign(confidence=confidence), alone)
    assert set(table["source_id"]) == {"old"}
    assert table["whole"].all()


def test_a_table_that_names_too_little_is_not_whole():
    table = by_entity(OLD[OLD["entity"] != "India"])
    assert not table["whole"].any()
    assert table.loc["Not named", "share"] == 0.4


def test_a_year_without_a_total_has_no_shares():
    table = shares(OLD[OLD["entity"] != "World"])
    assert table.empty
    assert {"year", "entity", "share", "low", "high", "whole"} <= set(table.columns)


def test_a_span_never_divides_by_the_total_of_another_edition():
    # 180 / 300 and 180 / 240 are printed; India's 57 / 300 and 108 / 240 never were.
    table = by_entity(OLD, NEW)
    assert (table.loc["China", "low"], table.loc["China", "high"]) == (0.6, 0.75)
    assert (table.loc["India", "low"], table.loc["India", "high"]) == (0.2375, 0.36)


def test_a_value_without_a_total_of_its_own_is_divided_by_every_total():
    alone = printed(("India", 60, "third", "secondary"))
    table = by_entity(OLD, NEW, alone)
    assert (table.loc["India", "low"], table.loc["India", "high"]) == (0.2, 0.36)


def with_gap(*rows):
    """Return the old edition with a compiler's zero for India, and other rows."""
    zero = OLD["entity"] == "India"
    basis = OLD["basis"].mask(zero, "REO;zero-printed;compiled")
    gap = OLD.assign(value=OLD["value"].mask(zero, 0.0), basis=basis)
    total = gap["value"].mask(gap["entity"] == "World", 186.0)
    return by_entity(gap.assign(value=total), printed(*rows))


def test_the_gap_of_a_compiler_is_unknown_and_not_zero():
    table = with_gap()
    assert table.index.tolist() == ["China", "Not named"]
    assert table.loc["China", "share"] == 180 / 186


def test_the_number_of_another_source_stands_in_for_a_gap():
    table = with_gap(("India", 6, "third", "tertiary"))
    assert table.loc["India", "source_id"] == "third"
    assert table.loc["India", ["low", "share", "high"]].tolist() == [6 / 186] * 3


def test_years_are_kept_apart():
    earlier = OLD.assign(period_end=pd.Timestamp(2023, 12, 31))
    table = shares(pd.concat([earlier, NEW]))
    assert table.groupby("year")["share"].sum().tolist() == pytest.approx([1, 1])
    assert by_year(table)["cr1"].to_dict() == {2023: 0.6, 2024: 0.75}


def test_a_year_is_measured_with_its_rest_as_a_bracket():
    found = by_year(shares(OLD)).loc[2024]
    # 3,600 + 1,296 of a total of up to 305; with 4 ** 2 of one that is at least 300.
    assert found["hhi_low"] == pytest.approx(4_896 * (300 / 305) ** 2)
    assert found["hhi_high"] == pytest.approx(4_912)
    assert (found["source_id"], found["whole"]) == ("old", True)


@pytest.mark.parametrize(
    ("total", "half"),
    [(390_000, 5_000), (300_000, 5_000), (353_670, 5), (297_000, 500), (80, 0.5)],
)
def test_a_total_is_rounded_to_its_last_digit_and_to_two_at_least(total, half):
    assert total_rounding(total) == half


def test_the_rounding_of_a_total_is_no_producer():
    # Mineral Commodity Summaries 2026, p. 153, of 2025: "other" is 550 t, the rows add
    # up to 389,310 of 390,000 t, and 690 t are rounding.
    parts = {"China": 270_000, "Others": 118_760, "Other": 550, "World": 390_000}
    rows = [(name, value, "new", "primary") for name, value in parts.items()]
    table = shares(printed(*rows).replace({"Others": "United States"}))
    rest = table[table["entity"] == "Not named"]
    assert rest["quantity"].tolist() == [550]
    measured = by_year(table).loc[2024]
    assert measured["cr1"] == pytest.approx(270 / 390)
    squares = 270_000**2 + 118_760**2
    assert measured["hhi_low"] == pytest.approx(1e4 * squares / 395_000**2)
    assert measured["hhi_high"] == pytest.approx(1e4 * (squares + 550**2) / 389_310**2)

"""Months follow from what was printed; a season needs two whole years of them."""

import numpy as np
import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError
from rareearth.trade import months

JANUARY, DECEMBER = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-01")


def printed(*rows):
    """Return figures from texts like "01-03 30": months, and the total of them."""
    parts = [row.split() for row in rows]
    spans = [span.split("-") for span, _ in parts]
    end = [pd.Timestamp(f"2025-{b}-01") + pd.offsets.MonthEnd(0) for _, b in spans]
    return pd.DataFrame(
        {
            "period_start": [pd.Timestamp(f"2025-{a}-01") for a, _ in spans],
            "period_end": end,
            "value": [float(value) for _, value in parts],
        }
    )


def of(*rows):
    table = months.monthly(printed(*rows), JANUARY, DECEMBER)
    return table.set_index(table["month"].dt.month)


def test_a_printed_month_is_taken_as_it_is():
    table = of("01-01 7", "02-02 5")
    assert table["value"].tolist() == [7, 5]
    assert table["how"].tolist() == ["printed", "printed"]


def test_a_month_between_two_totals_is_their_difference():
    table = of("01-02 10", "01-03 14")
    assert table.loc[3, "value"] == 4
    assert table.loc[3, "how"] == "by difference"


def test_months_known_only_together_keep_their_joint_total():
    table = of("01-02 10")
    assert table["value"].isna().all()
    assert table["joint"].tolist() == [10, 10]
    assert table["mean"].tolist() == [5, 5]
    assert set(table["how"]) == {"joint"}


def test_a_month_inside_a_joint_total_is_taken_out_of_it():
    # 100 in the half year, 10 of them in February: 90 in the other five months.
    table = of("01-06 100", "02-02 10")
    assert table.loc[2, "value"] == 10
    assert table.loc[1, "joint"] == 90
    assert table.loc[1, "joint_months"] == 5
    assert table.loc[6, "mean"] == 18


def test_a_missing_month_is_missing_and_never_zero():
    table = of("01-01 7", "04-04 5")
    assert table.loc[[2, 3], "how"].tolist() == ["missing", "missing"]
    assert table.loc[[2, 3], ["value", "joint", "mean"]].isna().all(axis=None)


def test_the_window_ends_with_the_last_figure():
    assert of("01-01 7", "04-04 5").index.tolist() == [1, 2, 3, 4]


def test_the_months_of_a_year_add_up_to_its_total():
    table = of("01-12 1200", "01-02 150", "03-03 90", "07-07 120")
    assert table["mean"].sum() == pytest.approx(1200)


def test_totals_since_january_are_added_up_where_they_are_not_printed():
    table = months.cumulated(printed("01-02 10", "03-03 4", "05-05 1"))
    assert table[["months", "value"]].to_numpy().tolist() == [[2, 10], [3, 14]]
    assert table["how"].tolist() == ["printed", "by difference"]


def test_a_printed_total_is_compared_with_the_sum_of_the_others():
    table = months.checked(printed("01-02 10", "03-03 4", "01-03 15", "01-09 99"))
    by = table.set_index("months")
    assert by.loc[3, "sum"] == 14
    assert by.loc[3, "difference"] == -1
    assert pd.isna(by.loc[9, "sum"])


def test_growth_needs_the_same_part_of_both_years():
    table = pd.DataFrame(
        {"year": [2024, 2025, 2025], "months": [9, 9, 12], "value": [40.0, 37.0, 50.0]}
    )
    grown = months.growth(table, ["months"])
    assert len(grown) == 1
    assert grown["change"].item() == pytest.approx(-0.075)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2025", "2025-03", "start: '2025' is not a month"),
        ("2025-01", "2025-13", "end: '2025-13' is not a month"),
        ("2025-04", "2025-03", "start 2025-04 is after end 2025-03"),
    ],
)
def test_a_window_that_is_none_is_refused(start, end, message):
    with pytest.raises(ParameterError, match=message):
        months.window(start, end)


def test_a_window_without_figures_says_which_months_have_some():
    with pytest.raises(NoFigures, match="they run from 2025-01 to 2025-02"):
        months.monthly(
            printed("01-01 7", "02-02 5"),
            pd.Timestamp("2020-01-01"),
            pd.Timestamp("2020-12-01"),
        )


def test_a_stretch_is_known_where_totals_fix_it_and_else_not():
    year = printed("01-01 7", "01-06 60", "04-04 5", "05-06 20")
    assert months.between(year, 1, 3) == 28  # February and March: 60 - 20 - 5 - 7
    assert months.between(year, 3, 4) == 5
    assert np.isnan(months.between(year, 1, 2))

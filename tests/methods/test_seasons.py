"""A season needs two whole years, and joint totals that end where its steps do."""

import numpy as np
import pandas as pd
import pytest

from rareearth.errors import NoFigures
from rareearth.methods import seasons


def table(how, joint=None):
    count = len(how)
    return pd.DataFrame(
        {
            "month": pd.date_range("2025-01-01", periods=count, freq="MS"),
            "mean": [2.0 if one != "missing" else np.nan for one in how],
            "joint": joint or [np.nan] * count,
            "joint_months": [np.nan if j is None else j for j in [np.nan] * count],
        }
    )


def test_two_months_are_added_up():
    steps = seasons.two_months(table(["printed"] * 4))
    assert steps.tolist() == [4.0, 4.0]
    assert steps.index.month.tolist() == [1, 3]


def test_a_step_with_a_missing_month_is_missing():
    steps = seasons.two_months(table(["printed", "missing", "printed", "printed"]))
    assert np.isnan(steps.iloc[0])
    assert steps.iloc[1] == 4.0


def test_a_joint_total_that_crosses_a_step_is_not_used():
    months = table(["printed", "joint", "joint", "printed"])
    months["joint"] = [np.nan, 4.0, 4.0, np.nan]
    months["joint_months"] = [np.nan, 2.0, 2.0, np.nan]
    assert seasons.two_months(months).isna().all()


def test_the_longest_run_without_a_gap_is_taken():
    steps = pd.Series([1.0, np.nan, 2.0, 3.0, np.nan])
    assert seasons.longest_run(steps).tolist() == [2.0, 3.0]
    assert seasons.longest_run(pd.Series([np.nan])).empty


def test_parts_add_up_to_the_flow():
    wave = 100 + 10 * np.sin(np.arange(18) * np.pi / 3) + np.arange(18)
    parts = seasons.decompose(pd.Series(wave))
    total = parts["trend"] + parts["season"] + parts["rest"]
    assert total.to_numpy() == pytest.approx(wave)
    assert parts["trend"].iloc[-1] > parts["trend"].iloc[0]


def test_less_than_two_years_have_no_season():
    with pytest.raises(NoFigures, match="needs 12 two-month totals in a row; there"):
        seasons.decompose(pd.Series(range(11), dtype=float))

"""Delays agree with arithmetic, and a small sample is as wide as theory says."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rareearth.errors import NoFigures
from rareearth.ramp_up import delays


def steps(*rows):
    """Return milestones: project, step, planned, actual and stated days."""
    frame = pd.DataFrame(
        rows, columns=["project", "step", "planned", "actual", "as_stated_on"]
    )
    for kind in ("planned", "actual"):
        days = pd.to_datetime(frame.pop(kind))
        frame[f"{kind}_start"] = frame[f"{kind}_end"] = days
    frame["product"], frame["source_id"] = "NdPr oxide", "printed"
    frame["milestone_id"] = [f"mile-{place}" for place in range(len(frame))]
    return frame


def plans(started=(), waiting=()):
    factor = [*started, *waiting]
    return pd.DataFrame(
        {"factor": factor, "started": [True] * len(started) + [False] * len(waiting)}
    )


def test_a_plan_of_one_year_that_took_two_has_factor_two():
    found = delays.starts(
        steps(
            ("A", "first_production", "2021-01-01", None, "2020-01-02"),
            ("A", "first_production", None, "2021-12-31", "2022-01-31"),
        )
    ).iloc[0]
    assert found["started"]
    assert found["factor"] == pytest.approx(2, abs=0.01)  # 729 of 365 days
    assert found["late"]


def test_a_plan_stated_shortly_before_the_date_tests_nothing():
    found = delays.starts(
        steps(
            ("A", "first_feed", "2020-05-01", None, "2020-01-01"),
            ("A", "first_feed", None, "2021-05-01", "2021-05-01"),
        )
    )
    assert found.empty


def test_what_has_not_started_counts_up_to_the_last_news():
    found = delays.starts(
        steps(
            ("A", "first_production", "2021-01-01", None, "2020-01-02"),
            ("A", "financing", None, None, "2021-12-31"),
        )
    ).iloc[0]
    assert not found["started"]
    assert found["factor"] == pytest.approx(2, abs=0.01)


def test_a_plan_that_nobody_spoke_of_again_says_nothing():
    rows = steps(("A", "first_production", "2021-01-01", None, "2020-01-02"))
    assert delays.starts(rows).empty


@pytest.mark.parametrize(
    ("rows", "stage"),
    [
        ([("A", "first_feed", None, "2020-01-01", "2020-02-01")], "running"),
        (
            [
                ("A", "financing", None, "2020-01-01", "2020-01-01"),
                ("A", "first_feed", "2022-01-01", None, "2020-02-01"),
            ],
            "building",
        ),
        ([("A", "first_feed", "2022-01-01", None, "2020-02-01")], "planned"),
        (
            [
                ("A", "first_feed", "2022-01-01", None, "2020-02-01"),
                ("A", "other", None, None, "2021-11-01"),
            ],
            "in doubt",
        ),
        (
            [
                ("A", "construction_start", None, "2019-01-01", "2020-01-01"),
                ("A", "first_feed", "2022-01-01", None, "2020-02-01"),
                ("A", "cancelled", None, "2021-11-01", "2021-11-01"),
            ],
            "cancelled",
        ),
    ],
)
def test_the_stage_follows_from_the_steps(rows, stage):
    assert delays.latest(steps(*rows)).loc["A", "stage"] == stage


def test_a_cancelled_project_counts_as_one_that_did_not_come():
    standing = delays.latest(
        steps(
            ("A", "first_feed", None, "2020-01-01", "2020-02-01"),
            ("B", "first_feed", "2022-01-01", None, "2020-02-01"),
            ("B", "cancelled", None, "2021-11-01", "2021-11-01"),
        )
    )
    assert delays.success(standing) == (1, 1)


def test_a_start_before_the_plan_was_stated_is_of_another_product():
    rows = steps(
        ("A", "first_production", None, "2020-03-01", "2020-07-01"),
        ("A", "first_production", "2022-01-01", None, "2020-07-01"),
    )
    assert delays.starts(rows).empty


def test_without_waiting_projects_the_next_delay_is_student_t():
    logs = np.array([0.0, 0.2, 0.5, 0.9])
    known = delays.delay(plans(np.exp(logs)))
    drawn = np.log(delays.factors(known, 200_000, np.random.default_rng(1)))
    scale = logs.std(ddof=1) * np.sqrt(1 + 1 / 4)
    for level in (0.1, 0.5, 0.9):
        expected = logs.mean() + scale * stats.t.ppf(level, 3)
        assert np.quantile(drawn, level) == pytest.approx(expected, abs=0.03)


def test_a_project_that_still_waits_moves_the_delay_up():
    rng = np.random.default_rng
    without = delays.factors(delays.delay(plans([1, 1.5, 2])), 20_000, rng(1))
    late = delays.factors(delays.delay(plans([1, 1.5, 2], [3])), 20_000, rng(1))
    assert np.median(late) > np.median(without)


def test_the_delay_of_a_project_lies_above_what_has_passed():
    known = delays.delay(plans([0.9, 1.1, 1.6]))
    assert delays.factors(known, 5_000, np.random.default_rng(1), above=2).min() >= 2


@pytest.mark.parametrize(
    ("started", "waiting", "exact"),
    [([1.2, 1.25, 1.3], [3.0] * 5, 0.63), ([0.9, 1.1, 1.6], [], None)],
)
def test_the_grid_of_delays_follows_its_bounds(started, waiting, exact):
    # By a grid twice as fine and as wide, made here: P(factor > 3).
    known = delays.delay(plans(started, waiting))
    drawn = delays.factors(known, 200_000, np.random.default_rng(1))
    found = (drawn > 3).mean()
    middle = np.log(started).mean()
    spread = np.exp(np.linspace(-5, 6, 300))
    centre, wide = np.meshgrid(np.linspace(-60, 60, 3_001) + middle, spread)
    density = sum(stats.norm.logpdf(y, centre, wide) for y in np.log(started))
    for bound in np.log(waiting):
        density = density + stats.norm.logsf(bound, centre, wide)
    weight = np.exp(density - density.max())
    above = stats.norm.sf(np.log(3), centre, wide)
    reference = float((weight * above).sum() / weight.sum())
    assert found == pytest.approx(reference, abs=0.01)
    assert exact is None or reference == pytest.approx(exact, abs=0.01)


def test_a_statement_of_a_year_is_not_of_a_day_to_come():
    rows = steps(
        ("A", "first_feed", "2028-01-01", None, "2026"),
        ("B", "financing", None, None, "2026-10-08"),
    )
    assert delays.dated(rows)["stated"].max() == pd.Timestamp("2026-10-08")


def test_the_first_oxide_of_a_plant_is_no_start_of_another():
    rows = steps(
        ("A", "first_production", "2021-01-01", None, "2020-01-02"),
        ("A", "first_production", None, "2020-06-01", "2021-12-31"),
    )
    rows["product"] = ["Dy and Tb oxides", "Sm oxide"]
    assert not delays.starts(rows).iloc[0]["started"]


def test_two_starts_are_too_few():
    with pytest.raises(NoFigures, match=r"only 2 of the projects .* needs at least 3"):
        delays.delay(plans([1.0, 2.0]))

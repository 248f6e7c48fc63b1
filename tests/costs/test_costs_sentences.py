"""Sentences and titles on costs say what their frames hold."""

import pandas as pd
import pytest

from rareearth.costs import sentences, tables

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(2.04, "2.0 times"), (1.25, "1.2 times"), (0.87, "0.87 times")],
)
def test_a_ratio_is_said_with_the_digits_it_bears(ratio, said):
    assert sentences.factor(ratio) == said


def test_the_waterfall_names_the_component_that_separates_the_two_most():
    parts = pd.DataFrame(
        {
            "entity": ["Lynas", "Lynas", "Baotou", "Baotou"],
            "component": ["Feed", "Capital charge"] * 2,
            "value": [10.0, 30.0, 12.0, 6.0],
            "total": False,
        }
    )
    assert sentences.waterfall_title(parts, "USD") == (
        "The largest difference between Lynas and Baotou: capital charge, 24 USD a "
        "kilogram more at Lynas"
    )


@pytest.mark.parametrize(
    ("assumed", "capital", "cash", "full"),
    [
        ([], "figure", "figure", "figure"),
        (["labour"], "figure", "both", "both"),
        (tables.COMPONENTS, "assumption", "assumption", "assumption"),
        ([], "assumption", "figure", "both"),
        ([], "both", "figure", "both"),
    ],
)
def test_a_sum_rests_on_all_that_its_parts_rest_on(assumed, capital, cash, full):
    rests = {
        name: "assumption" if name in assumed else "figure"
        for name in tables.COMPONENTS
    } | {"capital": capital}
    values = pd.Series(1.0, list(tables.COMPONENTS))
    steps = tables._steps("Lynas", values, rests)
    found = {name: rest for _, name, _, rest, is_sum in steps if is_sum}
    assert found == {"Cash cost": cash, "Full cost": full}


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([0.0, 0.0], "The model lies within all 2 published unit costs"),
        (
            [0.0, -0.4],
            "The model meets 1 of 2 published unit costs; the widest gap is "
            f"40{SPACE}%, at Baotou",
        ),
    ],
)
def test_the_calibration_names_the_widest_gap(gaps, said):
    frame = pd.DataFrame({"entity": ["Lynas", "Baotou"], "gap": gaps})
    assert sentences.calibration_title(frame) == said


def test_lines_end_in_the_last_year_that_over_half_of_the_companies_have():
    frame = pd.DataFrame(
        {
            "entity": ["a", "b", "c", "a", "b", "a"],
            "year": [2023, 2023, 2023, 2024, 2024, 2025],
            "value": 1.0,
        }
    )
    assert tables.common_years(frame)["year"].max() == 2024

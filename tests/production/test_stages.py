"""Which printed shares stand for a country's place in the chain."""

import pandas as pd

from rareearth.production import mining as output

FOCUS = pd.DataFrame(
    {
        "year": [2024, 2025],
        "value": [0.70, 0.69],
        "low": [0.68, 0.69],
        "high": [0.71, 0.69],
        "confidence": "primary",
        "source_id": ["a", "b"],
    }
)
CHAIN = pd.DataFrame(
    {
        "stage": ["separation", "separation", "separation", "magnet", "magnet"],
        "entity": ["China", "China", "China", "China", "Japan"],
        "year": [2010, 2021, 2024, 2024, 2024],
        "value": [0.99, 0.87, 0.91, 0.92, 0.07],
        "low": None,
        "high": None,
        "confidence": ["secondary", "secondary", "secondary", "tertiary", "secondary"],
        "source_id": "c",
    }
)


def test_a_stage_spans_the_firm_shares_of_recent_years_only():
    rows = output.of_country(CHAIN, FOCUS, "China").set_index("row")
    assert rows.loc["mining, 2025", "value"] == 0.69
    separation = rows.loc["separation and refining, 2021 to 2024"]
    assert (separation["low"], separation["high"]) == (0.87, 0.91)


def test_a_stage_with_weak_sources_alone_says_so():
    rows = output.of_country(CHAIN, FOCUS, "China")
    magnets = rows[rows["row"] == "magnets, 2024"]
    assert magnets["confidence"].item() == "tertiary"


def test_other_countries_are_left_out():
    assert set(output.of_country(CHAIN, FOCUS, "China")["entity"]) == {"China"}

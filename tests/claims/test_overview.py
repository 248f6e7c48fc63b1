"""The page of the whole chain puts side by side what the detailed reports say."""

import pandas as pd
import pytest

from rareearth.claims import overview

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
    rows = overview.stages(CHAIN, FOCUS, "China").set_index("row")
    assert rows.loc["mining, 2025", "value"] == 0.69
    separation = rows.loc["separation and refining, 2021 to 2024"]
    assert (separation["low"], separation["high"]) == (0.87, 0.91)


def test_a_stage_with_weak_sources_alone_says_so():
    rows = overview.stages(CHAIN, FOCUS, "China")
    magnets = rows[rows["row"] == "magnets, 2024"]
    assert magnets["confidence"].item() == "tertiary"
    ((_, _, remark),) = overview.stage_findings(magnets, "China")
    assert "weak sources" in remark


def test_other_countries_are_left_out():
    assert set(overview.stages(CHAIN, FOCUS, "China")["entity"]) == {"China"}


def test_the_title_of_verdicts_counts_what_can_be_checked():
    names = (
        "supported roughly_supported outdated other_basis misattributed contradicted"
    )
    score = pd.Series(
        [5, 2, 1, 1, 0, 3, 4, 2], [*names.split(), "not_checkable", "opinion"]
    )
    title = overview.verdicts_title(score)
    assert title.startswith("Of 12 claims that can be checked, 7 hold")
    assert "3 are contradicted" in title


@pytest.mark.parametrize(
    ("low", "said"), [(5_054.0, "5,055"), (4_000.0, "4,000 to 5,055")]
)
def test_a_band_too_narrow_to_matter_is_one_number(low, said):
    hhi = pd.DataFrame(
        {"hhi_low": [low], "hhi_high": [5_055.0], "n_effective": [1.98]}, index=[2025]
    )
    assert overview.hhi_finding(hhi)[1] == said

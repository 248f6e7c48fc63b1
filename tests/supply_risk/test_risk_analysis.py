"""Inputs of the indices are taken from one edition and one statement."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import NoFigures
from rareearth.supply_risk import analysis
from rareearth.supply_risk.analysis import Recycling
from rareearth.supply_risk.indices import Bounds


def statements(*rows):
    """Return printed import shares: partner, year, percent, source."""
    frame = pd.DataFrame(rows, columns=["entity", "year", "value", "source_id"])
    return frame.assign(
        product="rare earths",
        basis="importer-jpn;share-of-imports",
        period_start=pd.to_datetime(frame["year"].astype(str) + "-01-01"),
        period_end=pd.to_datetime(frame["year"].astype(str) + "-12-31"),
    )


def test_the_statement_that_names_most_partners_is_taken_whole():
    found = analysis.import_shares(
        statements(
            ("China", 2024, 70, "a"),
            ("China", 2024, 60, "b"),
            ("Vietnam", 2024, 20, "b"),
        ),
        "Japan",
        2024,
    )
    assert found["share"].tolist() == [0.6, 0.2]


def test_other_is_no_partner():
    found = analysis.import_shares(
        statements(("China", 2024, 70, "a"), ("Other", 2024, 30, "a")), "Japan", 2024
    )
    assert found["entity"].tolist() == ["China"]


def test_an_importer_without_trade_figures_is_told_which_years_there_are():
    with pytest.raises(NoFigures, match="Japan up to 2020; there are some of 2024"):
        analysis.import_shares(statements(("China", 2024, 70, "a")), "Japan", 2020)


def estimates(**values):
    dimensions = (
        "control-of-corruption government-effectiveness political-stability "
        "regulatory-quality rule-of-law voice-accountability"
    ).split()
    rows = [
        (name, dimension, value)
        for name, value in values.items()
        for dimension in dimensions
    ]
    frame = pd.DataFrame(rows, columns=["entity", "basis", "value"])
    return frame.assign(period_end=pd.Timestamp("2022-12-31"))


def test_a_country_that_lacks_a_dimension_has_no_mean():
    frame = estimates(A=0.0, B=0.0)
    frame = frame[~((frame["entity"] == "B") & (frame["basis"] == "rule-of-law"))]
    found = analysis.governance(frame, 2024)
    assert found.loc["A", "mean"] == 0.5
    assert pd.isna(found.loc["B", "mean"])
    assert found.loc["B", "stability"] == 0.5


def test_governance_risk_is_the_mean_of_six_turned_round():
    # China 2023, as the World Bank prints it: the six estimates and their mean.
    rows = ree.load("governance_estimate", "China", start=2023, end=2023)
    assert len(rows) == 6
    risk = analysis.governance(ree.load("governance_estimate"), 2023)
    mean = rows["value"].sum() / 6
    assert risk.at["China", "mean"] == pytest.approx((2.5 - mean) / 5)


def shares(**values):
    rows = [
        ("Nd", stage, "world", name, share)
        for stage in ("extraction", "processing")
        for name, share in values.items()
    ]
    frame = pd.DataFrame(rows, columns="element stage scope entity share".split())
    return frame.assign(confidence="secondary", source_id="s")


GIVEN = {"Nd": Recycling(1.0, 0.0)}


def test_the_higher_stage_is_taken():
    frame = shares(China=0.5, Japan=0.5)
    frame.loc[
        (frame["stage"] == "processing") & (frame["entity"] == "China"), "share"
    ] = 1
    frame = frame[~((frame["stage"] == "processing") & (frame["entity"] == "Japan"))]
    risk = pd.Series({"China": 0.6, "Japan": 0.2})
    stages = analysis.by_stage(analysis.concentrations(frame, risk), GIVEN)
    # 0.25 * 6 + 0.25 * 2 at extraction, 6 at processing.
    assert stages["low"].tolist() == [pytest.approx(2.0), pytest.approx(6.0)]
    assert analysis.of_product(stages) == (pytest.approx(6.0), pytest.approx(6.0))


def test_groups_are_the_mean_of_their_members():
    stages = pd.DataFrame(
        {
            "element": ["Nd", "Pr"],
            "stage": "processing",
            "low": [4.0, 2.0],
            "high": [5.0, 3.0],
        }
    )
    assert analysis.of_product(stages) == (3.0, 4.0)


def test_many_new_suppliers_lower_the_risk_more_than_the_old_ones():
    risk = pd.Series({"China": 0.6, "Japan": 0.2})
    paths = analysis.diversified(
        shares(China=0.9, Japan=0.1), risk, GIVEN, "processing"
    )
    last = paths[paths["at"] == 5.0].set_index("entity")["value"]
    assert last["to many new ones"] < last["to the others"]
    # China at 5 %, Japan at 95 %: 0.0025 * 6 + 0.9025 * 2
    assert last["to the others"] == pytest.approx(1.82)


def test_the_implied_substitution_allows_for_rounding():
    printed = pd.DataFrame(
        {
            "series": ["eu_supply_risk"],
            "product": ["light rare earths"],
            "period_end": [pd.Timestamp("2023-12-31")],
            "value": [3.7],
        }
    )
    found = analysis.implied_substitution(
        printed, Bounds(4.0, 4.0), "light rare earths", 2023
    )
    assert found["low"] == pytest.approx(3.65 / 4)
    assert found["high"] == pytest.approx(3.75 / 4)

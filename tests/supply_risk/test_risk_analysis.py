"""Inputs of the indices are taken from one edition and one statement."""

import pandas as pd
import published_eu as published
import pytest

import rareearth as ree
from rareearth.supply_risk import analysis


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


def test_an_importer_without_trade_figures_up_to_the_year_has_no_partners():
    early = statements(("China", 2024, 70, "a"))
    assert analysis.import_shares(early, "Japan", 2020).empty
    assert analysis.import_shares(early.iloc[:0], "Japan", 2024).empty


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


def test_before_any_estimate_nobody_has_a_risk():
    found = analysis.governance(ree.load("governance_estimate").iloc[:0], 2023)
    assert found.empty
    assert list(found) == ["mean", "stability", "year"]


def shares(**values):
    rows = [
        ("Nd", stage, "world", name, share)
        for stage in ("extraction", "processing")
        for name, share in values.items()
    ]
    frame = pd.DataFrame(rows, columns="element stage scope entity share".split())
    return frame.assign(confidence="secondary", source_id="s")


GIVEN = pd.DataFrame(
    {"import_reliance": 1.0, "eol_recycling": 0.0, "substitution": 1.0},
    index=pd.MultiIndex.from_product([["Nd"], ["extraction", "processing"]]),
)


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


def test_a_stage_without_inputs_is_left_out():
    table = analysis.concentrations(shares(China=1.0), pd.Series({"China": 0.6}))
    stages = analysis.by_stage(table, GIVEN.iloc[1:])
    assert stages["stage"].tolist() == ["processing"]
    assert analysis.by_stage(table.iloc[:0], GIVEN).empty


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
    paths = analysis.diversified(shares(China=0.9, Japan=0.1), risk, GIVEN, "China")
    half = paths[paths["at"] == 50].set_index("entity")["value"]
    assert half["to many new ones"] < half["to the others"]
    # China at 45 %, Japan at 55 %: 0.2025 * 6 + 0.3025 * 2
    assert half["to the others"] == pytest.approx(1.82)


def test_one_input_at_a_time_goes_to_its_ends():
    risk = pd.DataFrame({"mean": {"China": 0.6}, "stability": {"China": 0.7}})
    tried = {"recycled": ("eol_recycling", (0.0, 0.5))}
    found = analysis.inputs_tested(shares(China=1.0), risk, GIVEN, tried)
    found = found.set_index("row")
    assert found["value"].tolist() == [pytest.approx(6.0)] * len(found)
    assert found.at["recycled", "low"] == pytest.approx(3.0)
    assert found.at["political stability alone", "high"] == pytest.approx(7.0)
    assert found.at["export curbs of China", "high"] == pytest.approx(9.0)  # 6 * 1.5


# The figures


def test_inputs_of_2023_are_those_of_the_stages_that_are_reproduced():
    given = analysis.inputs(ree.load(list(analysis.INPUTS)))
    stages = published.stages()
    for element, name in analysis.NAMES.items():
        for stage in analysis.STAGES.values():
            if (element, stage) in given.index:
                own, theirs = (
                    given.loc[element, stage],
                    stages[f"{name.title()} {stage}"],
                )
                assert own["import_reliance"] == theirs.reliance
                assert own["eol_recycling"] == theirs.recycling
                assert own["substitution"] == theirs.substitution
    assert len(given) == 2 * len(analysis.NAMES) - 1  # scandium has one stage


def test_supply_that_the_study_did_not_use_is_not_used_here():
    series = ["global_supply_share", "eu_sourcing_share"]
    supplied = analysis.supply_shares(ree.load(series), tuple(analysis.NAMES))
    scopes = supplied.groupby(["element", "stage"])["scope"].nunique()
    for (element, stage), many in scopes.items():
        own = published.stages()[f"{analysis.NAMES[element].title()} {stage}"]
        assert {1: "global", 2: "both"}[many] == own.supply_used


@pytest.mark.parametrize("series", ["eu_supply_risk", "eu_economic_importance"])
@pytest.mark.parametrize("name", analysis.GROUPS)
def test_published_results_by_element_have_the_published_mean(series, name):
    # The groups were read in another copy of the study than their members.
    rows = ree.load(series, start=2023, end=2023).set_index("product")["value"]
    members = rows[list(analysis.GROUPS[name])]
    assert len(members) == len(analysis.GROUPS[name])
    assert members.mean() == pytest.approx(rows[name], abs=0.051)

"""Each measure keeps its definition, and what is not known is not safe."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rareearth as ree
from rareearth.figures import loading as figures
from rareearth.figures.columns import IMPORTERS
from rareearth.trade import dependence

ROOT = Path(__file__).parent.parent.parent
PRODUCTS = figures.dictionary("products")


@pytest.fixture(scope="module")
def eu():
    return dependence.measures(ree.load, PRODUCTS, "European Union")


def of(table, kind, goods):
    rows = table[(table["kind"] == kind) & table["goods"].str.startswith(goods)]
    return rows.iloc[0]


# Measures


@pytest.mark.parametrize(
    ("kind", "goods", "share"),
    [
        ("imports by weight", "compounds and metals", 0.463),  # Eurostat, 2024
        ("use", "permanent magnets", 0.85),  # auditors: 17,000 of 20,000 t
        (
            "supply by last shipping country",
            "Ce, La, Nd, Pr and Sm, separated",
            0.85,
        ),  # EU study, annex 7
        ("imports, weight or value not stated", "NdFeB magnets", 0.9),  # KITA, 2022
    ],
)
def test_measures_of_the_eu_are_what_their_sources_print(eu, kind, goods, share):
    assert of(eu, kind, goods)["value"] == pytest.approx(share)


def test_more_than_ninety_percent_stays_a_bound(eu):
    row = of(eu, "use", "rare-earth magnets")
    assert np.isnan(row["value"])
    assert row["low"] == pytest.approx(0.9)
    assert dependence.stated(row) == "more than 90\N{NO-BREAK SPACE}%"


def test_net_import_reliance_and_the_worlds_supply_are_no_share_of_china(eu):
    assert set(eu["kind"]) <= set(dependence.KINDS)
    assert not any("reliance" in kind or "world" in kind for kind in dependence.KINDS)
    assert (eu["value"] == 1).sum() == 0  # 100 % is net imports from all countries


def test_single_elements_with_the_same_share_are_one_row(eu):
    rows = eu[eu["goods"].str.contains("Nd, Pr and Sm")]
    assert rows["value"].tolist() == pytest.approx([0.85, 0.43])  # separated, mined
    assert not eu["goods"].str.contains("Sc").any()


def test_elements_that_differ_are_rows_of_their_own():
    # Mineral Commodity Summaries 2026, import sources 2021 to 2024.
    us = dependence.measures(ree.load, PRODUCTS, "United States")
    kind = "imports, weight or value not stated"
    of_element = us[us["kind"] == kind].drop_duplicates("goods").set_index("goods")
    shares = of_element.loc[["Ho, Lu and Tb", "Yb", "Y", "Er"], "value"]
    assert shares.tolist() == pytest.approx([1.0, 0.86, 0.70, 0.40])


def test_the_share_among_named_partners_is_at_most_that_of_all():
    us = dependence.measures(ree.load, PRODUCTS, "United States")
    row = of(us[us["year"] == 2025], "imports by weight", "rare-earth compounds")
    trade = pd.read_csv(ROOT / "data" / "trade.csv").query(
        "series == 'us_imports_from'"
    )
    year = trade[trade["period_end"] == "2025-12-31"].set_index("entity")["value"]
    assert np.isnan(row["value"])
    assert row["high"] == pytest.approx(year["China"] / year.sum())


def test_the_newest_firm_measure_is_taken_before_a_weak_one():
    table = pd.DataFrame(
        {
            "kind": "use",
            "goods": "magnets",
            "whole": False,
            "about": False,
            "year": [2024, 2026],
            "confidence": ["secondary", "tertiary"],
        }
    )
    assert dependence.newest(table)["year"].tolist() == [2024]


def test_a_firm_measure_of_long_ago_does_not_hide_a_weak_one_of_today():
    table = pd.DataFrame(
        {
            "kind": "world share",
            "goods": "all rare earths",
            "whole": True,
            "about": False,
            "year": [2020, 2024],
            "confidence": ["secondary", "tertiary"],
        }
    )
    assert dependence.newest(table)["year"].tolist() == [2024]


def test_a_share_of_something_not_stated_never_stands(eu):
    assert (eu["kind"] == dependence.UNSTATED).any()
    assert dependence.UNSTATED not in set(dependence.newest(eu)["kind"])


def test_of_one_year_the_count_stands_before_what_is_about_it():
    # Japanese customs 79.6 % of January to June 2024; JOGMEC about 70 % of 2024.
    japan = dependence.measures(ree.load, PRODUCTS, "Japan")
    whole = dependence.newest(japan).query("whole")
    assert whole["value"].tolist() == pytest.approx([0.796])


@pytest.mark.parametrize("importer", IMPORTERS)
def test_every_share_lies_between_nothing_and_everything(importer):
    table = dependence.measures(ree.load, PRODUCTS, importer)
    shares = table[["value", "low", "high"]].stack().dropna()
    assert shares.between(0, 1).all()


def test_before_anything_was_published_there_is_no_measure():
    table = dependence.measures(ree.load, PRODUCTS, "Japan", as_of="2012-01-01")
    assert table.empty
    assert dependence.newest(table).empty


# Net import reliance


@pytest.mark.parametrize(
    ("as_of", "year", "published"),
    [("latest", 2025, 0.67), ("latest", 2024, 0.53), ("2025-11-03", 2024, 0.80)],
)
def test_net_import_reliance_is_worked_out_as_it_is_published(as_of, year, published):
    # Mineral Commodity Summaries 2026 and 2025; 2024 was revised from 80 to 53 %.
    table = dependence.reliance(ree.load, as_of).set_index("year")
    assert table.loc[year, "value"] == published
    assert table.loc[year, "computed"] == pytest.approx(published, abs=0.01)


def test_net_import_reliance_above_a_bound_is_worked_out_above_it():
    table = dependence.reliance(ree.load).dropna(subset=["low"])
    assert len(table) == 3  # 2021 to 2023: more than 95, 95 and 90 %
    assert (table["computed"] > table["low"]).all()


def test_with_ores_the_united_states_exported_more_in_2024_and_less_in_2025():
    # MCS 2026: 8,120 + 96 + 238 less 37,500 t; 21,000 + 350 + 1,100 less 14,000 t.
    net = dependence.reliance(ree.load).set_index("year")["net"]
    assert net[2024] == 8_120 + 96 + 238 - 37_500
    assert net[2025] == 21_000 + 350 + 1_100 - 14_000


# Partners and exposure


@pytest.mark.parametrize("importer", ["European Union", "United States"])
def test_shares_of_partners_and_what_is_not_named_add_up_to_the_whole(importer):
    assert dependence.partners(ree.load, importer)["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("importer", ["Japan", "South Korea"])
def test_one_partner_alone_is_no_table(importer):
    assert dependence.partners(ree.load, importer).empty


def test_a_partner_without_a_rating_counts_from_best_to_worst():
    shares = pd.DataFrame({"entity": ["A", "B", "Not named"], "share": [0.5, 0.3, 0.2]})
    table = dependence.exposure(shares, pd.Series({"A": 0.4}))
    assert table["low"].sum() == pytest.approx(0.2)  # 0.5 x 0.4
    assert table["high"].sum() == pytest.approx(0.7)  # 0.2 + 0.3 + 0.2


def test_the_eu_has_27_members():
    assert len(set(dependence.MEMBERS)) == 27


# Words


@pytest.mark.parametrize(
    ("goods", "when"),
    [
        ("compounds and metals", "2024"),
        ("Nd, Pr and others", "stated in February 2026"),
        ("Y and Yb, separated", "study of 2023"),
    ],
)
def test_a_share_has_its_period_or_when_it_was_stated(eu, goods, when):
    assert eu[eu["goods"] == goods]["when"].iloc[0] == when


def test_about_a_share_is_said_as_about():
    row = pd.Series({"value": 0.98, "low": np.nan, "high": np.nan, "about": True})
    assert dependence.stated(row) == "about 98\N{NO-BREAK SPACE}%"

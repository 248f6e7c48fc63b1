"""Each measure keeps its definition, and what is not known is not safe."""

import numpy as np
import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import NoFigures, ParameterError
from rareearth.figures import loading as figures
from rareearth.trade import dependence, sentences

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
            "light elements",
            0.85,
        ),  # EU study, annex 7
        ("net import reliance", "heavy rare earths", 1.0),  # EU study of 2017
    ],
)
def test_measures_of_the_eu_are_what_their_sources_print(eu, kind, goods, share):
    assert of(eu, kind, goods)["value"] == pytest.approx(share)


def test_more_than_ninety_percent_stays_a_bound(eu):
    row = of(eu, "use", "rare-earth magnets")
    assert np.isnan(row["value"])
    assert row["low"] == pytest.approx(0.9)
    assert sentences.printed(row) == "more than 90\N{NO-BREAK SPACE}%"


def test_single_elements_of_one_table_are_one_row(eu):
    rows = eu[eu["goods"].str.contains("elements") & eu["goods"].str.contains("Nd")]
    assert rows["goods"].str.contains("Pr").all()
    assert not eu["goods"].str.contains("Sc").any()


def test_elements_that_differ_are_a_range():
    us = dependence.measures(ree.load, PRODUCTS, "United States")
    row = of(us, "imports, weight or value not stated", "heavy elements (Er")
    assert (row["low"], row["high"]) == pytest.approx((0.40, 1.0))  # Er; Ho, Lu, Tb
    assert np.isnan(row["value"])


def test_the_newest_firm_measure_is_taken_before_a_weak_one():
    table = pd.DataFrame(
        {
            "kind": "use",
            "goods": "magnets",
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
            "year": [2020, 2024],
            "confidence": ["secondary", "tertiary"],
        }
    )
    assert dependence.newest(table)["year"].tolist() == [2024]


@pytest.mark.parametrize("importer", dependence.CHOICES)
def test_every_share_lies_between_nothing_and_everything(importer):
    table = dependence.measures(ree.load, PRODUCTS, importer)
    low, high = dependence.spread(table)
    assert 0 <= low <= high <= 1


def test_an_importer_without_measures_names_those_that_have_some():
    with pytest.raises(ParameterError, match="one of European Union, Japan, South"):
        dependence.check_importer("Brazil")


def test_before_anything_was_published_there_is_no_measure():
    with pytest.raises(NoFigures, match="no measure of how Japan depends on China"):
        dependence.measures(ree.load, PRODUCTS, "Japan", as_of="2012-01-01")


# Partners and exposure


@pytest.mark.parametrize(
    "importer", ["European Union", "Japan", "South Korea", "United States"]
)
def test_shares_of_partners_and_what_is_not_named_add_up_to_the_whole(importer):
    assert dependence.partners(ree.load, importer)["share"].sum() == pytest.approx(1)


def test_of_the_world_the_suppliers_are_the_miners():
    mined = pd.DataFrame(
        {
            "year": [2024, 2024],
            "entity": ["China", "Not named"],
            "share": [0.7, 0.3],
            "kind": ["country", "residual"],
            "source_id": "a",
        }
    )
    table = dependence.suppliers(ree.load, mined, "World")
    assert table["entity"].tolist() == ["China", "Not named"]
    assert table["share"].tolist() == pytest.approx([0.7, 0.3])


def test_a_partner_without_a_rating_counts_from_best_to_worst():
    shares = pd.DataFrame({"entity": ["A", "B", "Not named"], "share": [0.5, 0.3, 0.2]})
    table = dependence.exposure(shares, pd.Series({"A": 0.4}))
    assert table["low"].sum() == pytest.approx(0.2)  # 0.5 x 0.4
    assert table["high"].sum() == pytest.approx(0.7)  # 0.2 + 0.3 + 0.2


# Benchmarks of the EU


def test_the_benchmarks_are_those_of_the_regulation(eu):
    # Regulation (EU) 2024/1252, article 5.
    table = dependence.targets(ree.load, eu)
    assert table["target"].tolist() == [0.10, 0.40, 0.25, 0.65]
    assert table["bound"].tolist() == ["at least"] * 3 + ["at most"]


def test_a_benchmark_without_a_figure_is_not_zero(eu):
    table = dependence.targets(ree.load, eu).set_index("label")
    assert np.isnan(table.at["Extraction in the EU", "low"])
    assert "no member" in table.at["Extraction in the EU", "what"]


def test_the_eu_has_27_members():
    assert len(set(dependence.MEMBERS)) == 27


# Words


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        (("2024-01-01", "2024-12-31"), "2024"),
        (("2021-01-01", "2024-12-31"), "2021-2024"),
        (("2024-01-01", "2024-06-30"), "to 2024-06"),
        (("2025-10-25", "2025-10-25"), "stated 2025-10"),
    ],
)
def test_a_period_is_called_by_what_it_is(when, kind):
    assert dependence.when(*map(pd.Timestamp, when)) == kind

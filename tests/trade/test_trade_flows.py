"""Flows are of one definition, and what is not named is not zero."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import NoFigures, ParameterError
from rareearth.figures import loading as figures
from rareearth.methods import months
from rareearth.trade import flows

START, END = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-01")


def frame(*rows, columns="entity month value source_id"):
    return pd.DataFrame(rows, columns=columns.split())


SEPTEMBER = pd.Timestamp("2025-09-01")
BY = frame(
    ("Germany", SEPTEMBER, 30.0, "a"),
    ("Japan", SEPTEMBER, 10.0, "a"),
    ("European Union", SEPTEMBER, 45.0, "b"),
    ("Japan", pd.Timestamp("2025-10-01"), 12.0, "a"),
)
KINDS = pd.Series(
    {"Germany": "country", "Japan": "country", "European Union": "region"}
)
WORLD = frame((SEPTEMBER, 100.0), columns="month value")


# Definitions


def test_mixed_customs_definitions_are_refused():
    mixed = pd.DataFrame({"basis": ["gacc-headline;gross", "gacc-products;gross"]})
    with pytest.raises(ParameterError, match="gacc-headline, gacc-products; choose"):
        flows.check_one_definition(mixed)


def test_an_unknown_definition_names_the_choices():
    with pytest.raises(ParameterError, match="one of headline, products, magnets"):
        flows.definition("everything")


def test_a_direction_that_nobody_prints_is_refused():
    with pytest.raises(NoFigures, match="no imports of rare-earth magnets"):
        flows.flow(ree.load, "magnets", "imports")


def test_a_definition_without_figures_names_those_that_there_are():
    mixed = pd.DataFrame({"basis": ["gacc-headline;gross"]})
    with pytest.raises(NoFigures, match="on the definition hs-1; there are gacc-head"):
        flows.of_code(mixed, "hs-1")


# The customs figures of 2025, as agencies print them


@pytest.mark.parametrize(
    ("name", "total"), [("headline", 62_585.2), ("magnets", 57_392)]
)
def test_the_months_of_2025_add_up_to_the_printed_year_within_a_tonne(name, total):
    table = months.monthly(flows.flow(ree.load, name), START, END)
    assert len(table) == 12
    assert table["mean"].sum() == pytest.approx(total, abs=1.0)


@pytest.mark.parametrize(
    ("name", "total"), [("headline", 48_355.7), ("magnets", 39_817)]
)
def test_nine_months_of_2025_add_up_to_their_printed_total_within_a_tonne(name, total):
    table = months.monthly(flows.flow(ree.load, name), START, END)
    assert table["mean"].head(9).sum() == pytest.approx(total, abs=1.0)


@pytest.mark.parametrize("name", ["headline", "magnets"])
def test_no_printed_total_misses_the_sum_of_its_parts_by_more_than_two_tonnes(name):
    # SMM's count of magnets from January to August 2025 is 1.9 t above its months.
    checked = months.checked(flows.flow(ree.load, name)).dropna(subset=["difference"])
    assert len(checked) >= 7
    assert checked.loc[checked["year"] >= 2024, "difference"].abs().max() < 2.0


def test_growth_of_magnets_is_what_agencies_printed():
    # Reuters, 20 August 2025: down 18.9 % in the half year, 15 % in seven months.
    totals = months.cumulated(flows.flow(ree.load, "magnets"))
    change = months.growth(totals, ["months"]).set_index(["year", "months"])["change"]
    assert round(100 * change[2025, 6], 1) == -18.9
    assert round(100 * change[2025, 7]) == -15


# Destinations


def test_shares_of_destinations_and_what_is_not_named_add_up_to_the_month():
    ranking = flows.ranking(BY, WORLD, SEPTEMBER, KINDS)
    assert ranking["entity"].tolist() == ["Germany", "Japan", "Not named"]
    assert ranking["value"].tolist() == [30, 10, 60]
    assert ranking["share"].sum() == pytest.approx(1)


def test_a_region_is_not_added_to_its_members():
    assert "European Union" not in set(
        flows.ranking(BY, WORLD, SEPTEMBER, KINDS)["entity"]
    )


def test_without_the_total_of_the_month_there_are_no_shares():
    ranking = flows.ranking(BY, WORLD.iloc[:0], SEPTEMBER, KINDS)
    assert ranking["share"].isna().all()
    assert "Not named" not in set(ranking["entity"])


def test_the_month_with_most_destinations_is_taken():
    assert flows.fullest_month(BY, END) == SEPTEMBER


def test_a_window_without_destinations_says_which_months_have_some():
    with pytest.raises(NoFigures, match="months with some are 2025-09 to 2025-10"):
        flows.within(BY, pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-01"))


def test_only_single_months_are_months():
    figures_ = ree.load("magnet_exports_to", "United States")
    single = flows.single_months(flows.of_code(figures_, "hs-85051110"))
    year = figures_[figures_["period_end"] - figures_["period_start"] > "40 days"]
    assert len(year) > 0
    assert not single["value"].isin(year["value"]).any()


# Two directions, and money


def flow(values, joint=None):
    count = len(values)
    joint = joint or [None] * count
    return pd.DataFrame(
        {
            "month": pd.date_range("2025-01-01", periods=count, freq="MS"),
            "mean": values,
            "joint": pd.Series(joint, dtype=float),
        }
    )


def test_net_imports_are_imports_less_exports():
    balance = flows.balance(flow([10.0, 20.0]), flow([15.0, 12.0]))
    assert balance["net"].tolist() == [5.0, -8.0]
    assert balance["months"].tolist() == [1, 1]


def test_a_joint_total_widens_the_stretch_of_both_directions():
    out = flow([10.0, 20.0, 30.0])
    into = flow([7.0, 25.0, 25.0], [None, 50.0, 50.0])
    balance = flows.balance(out, into)
    assert balance["months"].tolist() == [1, 2]
    assert balance["exports"].tolist() == [10.0, 50.0]
    assert balance["net"].tolist() == [-3.0, 0.0]


def test_a_stretch_without_one_direction_is_left_out():
    assert len(flows.balance(flow([10.0, float("nan")]), flow([5.0, 5.0]))) == 1


def test_a_value_is_divided_by_a_weight_of_the_same_definition_only():
    base = {
        "entity": "China",
        "product": "rare earths",
        "period_start": START,
        "period_end": END,
        "source_id": "a",
    }
    values = pd.DataFrame([{**base, "basis": "gacc-headline", "value": 2.0}])
    values["unit"] = "USD million"
    weights = pd.DataFrame(
        [
            {**base, "basis": "gacc-headline;gross", "value": 400.0},
            {**base, "basis": "gacc-products;gross", "value": 100.0},
        ]
    )
    printed = values.assign(unit="USD/t", value=9_000.0).iloc[:0]
    table = flows.unit_values(values, weights, printed)
    assert table["value"].tolist() == [5.0]  # 2,000,000 USD over 400,000 kg
    assert table["unit"].tolist() == ["USD/kg"]


def test_the_unit_value_of_2024_is_what_a_price_agency_printed():
    # Metalnomist: 8,818 USD/t; customs: 488.79 million USD over 55,431 t.
    table = flows.all_unit_values(ree.load)
    year = table[
        (table["period_end"] == "2024-12-31") & (table["definition"] == "gacc-headline")
    ]
    assert year["value"].tolist() == pytest.approx([8.818], abs=0.001)


def test_every_destination_is_an_entity_of_a_known_kind():
    named = ree.load("magnet_exports_to")["entity"].unique()
    assert figures.kinds().reindex(named).notna().all()


@pytest.mark.parametrize(
    ("said", "numbers", "same", "reading"),
    [
        (4000.3, (4000.3, 4000.3), True, flows.AS_PRINTED),
        (4000.0, (4000.3,), True, flows.AS_PRINTED),  # within rounding
        (27.0, (-7.5,), True, flows.NOT),
        (92.0, (85.0, 98.0), True, flows.BETWEEN),
        (98.0, (85.0, 98.0), True, flows.ONE),
        (30.0, (30.0,), False, flows.OTHER_GOODS),
        (30.0, (), True, flows.NONE),
    ],
)
def test_a_claim_is_read_against_what_is_printed(said, numbers, same, reading):
    fact = flows.Fact(numbers, "", (), same)
    assert flows.reading(said, fact) == reading

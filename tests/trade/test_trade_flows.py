"""Flows are of one definition, and what is not named is not zero."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import ParameterError
from rareearth.figures import loading as figures
from rareearth.trade import flows, months

START, END = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-01")


def flow(name):
    """Return China's exports under the customs headline, or those of magnets."""
    series, code = {
        "headline": ("rare_earth_exports", "gacc-headline"),
        "magnets": ("magnet_exports", "hs-85051110"),
    }[name]
    return flows.of_code(ree.load(series, "China"), code)


# Definitions


def test_mixed_customs_definitions_are_refused():
    mixed = pd.DataFrame({"basis": ["gacc-headline;gross", "gacc-products;gross"]})
    with pytest.raises(ParameterError, match="gacc-headline, gacc-products; choose"):
        flows.check_one_definition(mixed)


# The customs figures of 2025, as agencies print them


@pytest.mark.parametrize(
    ("name", "total"), [("headline", 62_585.2), ("magnets", 57_392)]
)
def test_the_months_of_2025_add_up_to_the_printed_year_within_a_tonne(name, total):
    table = months.monthly(flow(name), START, END)
    assert len(table) == 12
    assert table["mean"].sum() == pytest.approx(total, abs=1.0)


@pytest.mark.parametrize(
    ("name", "total"), [("headline", 48_355.7), ("magnets", 39_817)]
)
def test_nine_months_of_2025_add_up_to_their_printed_total_within_a_tonne(name, total):
    table = months.monthly(flow(name), START, END)
    assert table["mean"].head(9).sum() == pytest.approx(total, abs=1.0)


@pytest.mark.parametrize("name", ["headline", "magnets"])
def test_no_printed_total_misses_the_sum_of_its_parts_by_more_than_two_tonnes(name):
    # SMM's count of magnets from January to August 2025 is 1.9 t above its months.
    checked = months.checked(flow(name)).dropna(subset=["difference"])
    assert len(checked) >= 7
    assert checked.loc[checked["year"] >= 2024, "difference"].abs().max() < 2.0


def test_growth_of_magnets_is_what_agencies_printed():
    # Reuters, 20 August 2025: down 18.9 % in the half year, 15 % in seven months.
    totals = months.cumulated(flow("magnets"))
    change = months.growth(totals, ["months"]).set_index(["year", "months"])["change"]
    assert round(100 * change[2025, 6], 1) == -18.9
    assert round(100 * change[2025, 7]) == -15


# What published changes say


def test_a_change_says_what_the_month_before_was_within_its_rounding():
    # SMM, 24 May 2025: 2,627 t in April, down 51 % on the month and 45 % on the year.
    printed = ree.revisions("magnet_exports", "China")
    changes = ree.load("magnet_exports_change", "China")
    own = changes[changes["source_id"] == "smm-20250524-magnets"]
    found = flows.solved(own, printed).set_index("period_start")
    march = found.loc["2025-03-01"]
    assert march["value"] == pytest.approx(2_627 / 0.49)
    assert march["low"] == pytest.approx(2_626.5 / 0.495)
    assert march["high"] == pytest.approx(2_627.5 / 0.485)
    assert march["period_end"] == pd.Timestamp("2025-03-31")
    assert found.loc["2024-04-01", "value"] == pytest.approx(2_627 / 0.55)


def test_changes_agree_with_the_tonnes_that_are_published_themselves():
    # September 2024: 4,915 t (SMM); 5,774 t are 17.5 % more (Reuters). April 2025:
    # 2,627 t (SMM); 1,238.47 t are 52.85 % less. First quarter of 2025: 15,266 t.
    magnets = flow("magnets")
    changes = ree.load("magnet_exports_change", "China")
    found = flows.solved(changes, ree.revisions("magnet_exports", "China"))
    known = [flows.fixed(magnets, row) for _, row in found.iterrows()]
    both = found.assign(known=known).dropna(subset=["known"])
    assert len(both) >= 4
    assert both["known"].between(both["low"] - 1, both["high"] + 1).all()


def test_tonnes_and_change_are_of_one_publisher():
    base = {"entity": "China", "product": "magnets", "basis": "gross;year-on-year"}
    base |= {"period_start": START, "period_end": pd.Timestamp("2025-01-31")}
    change = pd.DataFrame([{**base, "value": 25.0, "source_id": "smm-2024-09m"}])
    tonnes = pd.DataFrame([{**base, "value": 10.0, "source_id": "tass-2026-02"}])
    assert flows.solved(change, tonnes).empty
    same = tonnes.assign(source_id="smm-20250524-magnets")  # SMM, another page
    assert flows.solved(change, same)["value"].tolist() == [8.0]  # 10 / 1.25


def test_what_is_published_stands_before_what_a_change_says():
    magnets = flow("magnets")
    changes = ree.load("magnet_exports_change", "China")
    found = flows.solved(changes, ree.revisions("magnet_exports", "China"))
    known = flows.with_changes(magnets, found)
    table = flows.by_month(known, START, END).set_index("month")
    assert table.loc["2025-04-01", "value"] == 2_627
    assert table.loc["2025-05-01", "value"] == 1_238
    march = table.loc["2025-03-01"]
    assert march["how"] == flows.FROM_CHANGE
    # Of January and February 2025 10,763 / 1.082 t, so that of the first quarter
    # (22,319 less April to June) March has 5,319 t: within what SMM's 51 % says.
    first_two = 10_763 / 1.082
    assert march["value"] == pytest.approx(22_319 - 3_188 - 1_238 - 2_627 - first_two)
    assert march["low"] < march["value"] < march["high"]
    assert 2_626.5 / 0.495 < march["value"] < 2_627.5 / 0.485


def test_before_anything_was_published_there_is_no_month():
    nothing = flow("magnets").head(0)
    changes = ree.load(
        "magnet_exports_change", "China", as_of="2010-01-01", missing="empty"
    )
    found = flows.solved(changes, nothing)
    assert flows.by_month(flows.with_changes(nothing, found), START, END).empty


# Destinations


def test_only_single_months_are_months():
    figures_ = ree.load("magnet_exports_to", "United States")
    single = flows.single_months(flows.of_code(figures_, "hs-85051110"))
    year = figures_[figures_["period_end"] - figures_["period_start"] > "40 days"]
    assert len(year) > 0
    assert not single["value"].isin(year["value"]).any()


# Money


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


def test_a_month_far_from_the_period_around_it_is_told_apart():
    # cnyes: 59.6 million USD for 4,000.3 t in September 2025; January to September
    # 342.3 million USD (TASS) for 48,355.7 t.
    table = flows.all_unit_values(ree.load)
    month = table[table["period_start"] == "2025-09-01"]
    times = (59.6 / 4_000.3) / (342.3 / 48_355.7)
    assert month["times"].tolist() == pytest.approx([times])
    assert times > 2

"""What the report on production shows follows from the printed figures."""

import numpy as np
import pandas as pd
import pytest

from rareearth.errors import NoFigures
from rareearth.figures.loading import revisions
from rareearth.production import mining as output


def shares(**columns):
    """Return a share table of 2023 and 2024: China, then India, then what is left."""
    base = {
        "year": [2023, 2023, 2024, 2024, 2024],
        "entity": ["China", "Not named", "China", "India", "Not named"],
        "kind": ["country", "residual", "country", "country", "residual"],
        "quantity": [80.0, 20.0, 70.0, 20.0, 10.0],
        "total": [100.0] * 5,
        "share": [0.8, 0.2, 0.7, 0.2, 0.1],
        "low": [0.75, np.nan, 0.7, 0.2, np.nan],
        "high": [0.85, np.nan, 0.7, 0.2, np.nan],
        "source_id": ["old", "old", "new", "new", "new"],
        "confidence": ["primary"] * 5,
        "whole": [True] * 5,
    }
    return pd.DataFrame(base | columns)


def stated(entity="India", value=25.0, basis="all-ree", year=2023):
    """Return one printed share of the world, in percent."""
    return pd.DataFrame(
        {
            "entity": [entity],
            "period_end": [pd.Timestamp(year, 12, 31)],
            "value": [value],
            "low": [np.nan],
            "high": [np.nan],
            "basis": [basis],
            "confidence": ["secondary"],
            "source_id": ["paper"],
        }
    )


NOTHING = stated().iloc[:0]


def test_a_window_keeps_both_of_its_years():
    assert output.window(shares(), 2023, 2024)["year"].unique().tolist() == [
        2023,
        2024,
    ]
    assert output.window(shares(), 2024, 2030)["year"].unique().tolist() == [2024]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            shares(),
            "no world total for 1990 to 1999; totals are known for 2023 to 2024",
        ),
        (shares().iloc[:0], "no total had been published by then"),
    ],
)
def test_a_window_without_totals_says_which_years_have_one(table, message):
    with pytest.raises(NoFigures, match=message):
        output.window(table, 1990, 1999)


def test_the_focus_takes_a_share_that_is_printed_where_no_tonnage_is():
    focus = output.in_focus(shares(), stated(), "India", 2023, 2024)
    assert focus["year"].tolist() == [2023, 2024]
    assert focus["value"].tolist() == [0.25, 0.2]
    assert focus["source_id"].tolist() == ["paper", "new"]
    assert (focus["low"] <= focus["value"]).all()


@pytest.mark.parametrize(
    "paper",
    [
        stated(entity="China", year=2024),
        stated(basis="magnet-ree"),
        stated(basis="all-ree;capacity"),
        stated(value=np.nan),
        stated(year=2022),
    ],
    ids=["tonnage is known", "other scope", "capacity", "a bound", "other year"],
)
def test_the_focus_takes_no_other_share(paper):
    entity = paper["entity"].item()
    focus = output.in_focus(shares(), paper, entity, 2023, 2024)
    assert "paper" not in focus["source_id"].tolist()


def test_a_country_without_figures_has_an_empty_focus():
    focus = output.in_focus(shares(), NOTHING, "Chile", 2023, 2024)
    assert focus.empty
    assert {"year", "value", "low", "high", "source_id"} <= {*focus}


@pytest.mark.parametrize(
    ("country", "most", "named"),
    [
        ("China", 1, ["China"]),
        ("China", 5, ["China", "India"]),
        ("India", 1, ["India"]),
        ("Chile", 1, ["China"]),
    ],
)
def test_the_country_in_focus_is_always_among_the_largest(country, most, named):
    assert output.largest(shares(), country, most) == named


# Shares at each stage


def printed_shares(series, as_of, missing):
    """Stand in for `revisions`: one share of magnets, nothing of the other stages."""
    assert missing == "empty" and len(series) == 4
    paper = stated("China", 94.0, "share-of-world;sintered;capacity")
    return paper.assign(note="", series="world_share_magnets")


def test_a_stage_without_figures_is_left_out():
    chain = output.stage_shares(printed_shares)
    assert chain["stage"].tolist() == ["magnet"]
    assert chain["row"].tolist() == ["magnets"]
    assert chain["value"].item() == 0.94
    assert chain["scope"].item() == "sintered magnets, capacity"


def test_no_stage_at_all_is_an_empty_frame():
    chain = output.stage_shares(revisions, "1950-01-01")
    assert chain.empty
    assert {"stage", "row", "scope", "value"} <= {*chain}


# Editions


def editions(*rows, year=2024):
    """Return printed values: entity, value, source, confidence, date of publication."""
    columns = ["entity", "value", "source_id", "confidence", "published"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(
        published=pd.to_datetime(frame["published"]),
        period_end=pd.Timestamp(year, 12, 31),
        title="Edition " + frame["source_id"],
        low=np.nan,
        locator="p. 1",
    )


TWICE = editions(
    ("Australia", 29_000.0, "new", "primary", "2026-01-31"),
    ("Australia", 13_000.0, "old", "primary", "2025-01-31"),
    ("World", 390_000.0, "old", "primary", "2025-01-31"),
    ("World", 380_000.0, "new", "primary", "2026-01-31"),
    ("India", 2_900.0, "copy", "secondary", "2026-06-30"),
)


def test_first_and_last_compare_primary_editions():
    copy = editions(("Australia", 7.0, "copy", "secondary", "2026-06-30"))
    both = pd.concat([TWICE, copy])
    table = output.first_and_last(both, 2024).set_index("entity")
    assert table.index.tolist() == ["Australia", "World"]  # the largest change first
    assert table["before"].tolist() == [13_000, 390_000]
    assert table["after"].tolist() == [29_000, 380_000]
    assert table["change"].tolist() == [16_000, -10_000]


def test_one_edition_is_no_revision():
    assert output.first_and_last(TWICE.iloc[[1, 2, 4]], 2024).empty


def test_an_unchanged_figure_is_compared_all_the_same():
    same = TWICE.assign(value=5.0)
    assert output.first_and_last(same, 2024)["change"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("end_year", "year"), [(2030, 2024), (2024, 2024), (2023, 2023)]
)
def test_the_year_to_compare_is_the_last_with_two_editions(end_year, year):
    once = editions(("World", 376_000.0, "old", "primary", "2025-01-31"), year=2023)
    later = editions(("World", 390_000.0, "new", "primary", "2026-01-31"), year=2025)
    printed = pd.concat([once, TWICE, later])
    assert output.revised_year(printed, end_year) == year


# Reserves and quotas


def reserves(world, low):
    frame = pd.DataFrame(
        {
            "entity": ["China", "Chile", "World"],
            "value": [44.0, 1.0, world],
            "low": [np.nan, np.nan, low],
            "source_id": "new",
            "period_end": pd.Timestamp(2026, 1, 31),
        }
    )
    older = frame.assign(period_end=pd.Timestamp(2025, 1, 31), value=1.0)
    return pd.concat([older, frame])


@pytest.mark.parametrize(
    ("world", "low"), [(88.0, np.nan), (np.nan, 88.0)], ids=["total", "more than"]
)
def test_reserves_stand_beside_the_output_of_the_last_year(world, low):
    table = output.reserves_and_output(reserves(world, low), shares())
    china, chile = table.to_dict("records")
    assert china["reserves_share"] == 0.5
    assert china["output_share"] == 0.7
    assert china["years"] == pytest.approx(44 / 70)
    assert np.isnan(chile["output_share"]) and np.isnan(chile["years"])


def test_reserves_without_a_world_total_have_no_shares():
    alone = reserves(1.0, 1.0).query("entity != 'World'")
    assert output.reserves_and_output(alone, shares())["reserves_share"].isna().all()

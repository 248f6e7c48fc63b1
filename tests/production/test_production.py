"""What the report on production shows follows from the printed figures."""

import numpy as np
import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures import editions as printed_editions
from rareearth.production import output as production
from rareearth.production import stages as chain_stages


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("mill", 2000, 2020), "stage: 'mill' is not a stage; one of mine, separation"),
        (("mine", 2020, 2000), "start_year 2020 is after end_year 2000"),
    ],
)
def test_an_impossible_parameter_is_refused(asked, message):
    with pytest.raises(ParameterError, match=message):
        production.check_parameters(*asked)


def test_one_year_is_a_period_too():
    production.check_parameters("mine", 2020, 2020)


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
    assert production.window(shares(), 2023, 2024)["year"].unique().tolist() == [
        2023,
        2024,
    ]
    assert production.window(shares(), 2024, 2030)["year"].unique().tolist() == [2024]


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
        production.window(table, 1990, 1999)


def test_the_focus_takes_a_share_that_is_printed_where_no_tonnage_is():
    focus = production.in_focus(shares(), stated(), "India", 2023, 2024)
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
    focus = production.in_focus(shares(), paper, entity, 2023, 2024)
    assert "paper" not in focus["source_id"].tolist()


def test_a_country_without_figures_names_those_that_have():
    with pytest.raises(NoFigures, match=r"for Chile from 2023 to 2024; .*China, In"):
        production.in_focus(shares(), NOTHING, "Chile", 2023, 2024)


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
    assert production.largest(shares(), country, most) == named


def test_the_league_leaves_out_who_mines_nothing():
    idle = shares(quantity=[80.0, 20.0, 70.0, 0.0, 0.0])
    table = production.league(idle[idle["year"] == 2024])
    assert table["Country"].tolist() == ["China", "Not named"]


def test_the_band_has_a_line_only_where_the_whole_is_named():
    hhi = pd.DataFrame(
        {
            "hhi_low": [4_000.0, 5_000.0],
            "hhi_high": [6_000.0, 5_100.0],
            "whole": [False, True],
            "confidence": ["secondary", "primary"],
            "source_id": ["old", "new"],
        },
        index=[2023, 2024],
    )
    band = production.hhi_band(hhi)
    assert band["value"].isna().tolist() == [True, False]
    assert band["low"].tolist() == [4_000, 5_000]


# Shares at each stage


def printed_shares(series, as_of):
    """Stand in for `revisions`: one share of magnets, nothing of the other stages."""
    if series != "world_share_magnets":
        raise NoFigures("none")
    paper = stated("China", 94.0, "share-of-world;sintered;capacity")
    return paper.assign(note="")


def test_a_stage_without_figures_is_left_out():
    chain = chain_stages.stage_shares(printed_shares)
    assert chain["stage"].tolist() == ["magnet"]
    assert chain["value"].item() == 0.94
    assert chain["scope"].item() == "sintered magnets, capacity"


def test_no_stage_at_all_is_an_error():
    def nothing(series, as_of):
        raise NoFigures("none")

    with pytest.raises(NoFigures, match="was published by 2001-01-01 at any stage"):
        chain_stages.stage_shares(nothing, "2001-01-01")


def test_groups_of_countries_get_no_dot():
    chain = chain_stages.stage_shares(printed_shares)
    pair = chain.assign(entity="China and Japan")
    dots = chain_stages.stage_dots(pd.concat([chain, pair]))
    assert dots["entity"].tolist() == ["China"]
    assert dots["row"].tolist() == ["magnets"]


def test_a_stage_is_listed_newest_first():
    chain = chain_stages.stage_shares(printed_shares)
    table = chain_stages.stage_table(pd.concat([chain.assign(year=2001), chain]))
    assert table["Year"].tolist() == ["2023", "2001"]


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
    table = printed_editions.first_and_last(both, 2024).set_index("entity")
    assert table.index.tolist() == ["Australia", "World"]  # the largest change first
    assert table["before"].tolist() == [13_000, 390_000]
    assert table["after"].tolist() == [29_000, 380_000]
    assert table["change"].tolist() == [16_000, -10_000]


def test_one_edition_is_no_revision():
    assert printed_editions.first_and_last(TWICE.iloc[[1, 2, 4]], 2024).empty


def test_an_unchanged_figure_is_compared_all_the_same():
    same = TWICE.assign(value=5.0)
    assert printed_editions.first_and_last(same, 2024)["change"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("end_year", "year"), [(2030, 2024), (2024, 2024), (2023, 2023)]
)
def test_the_year_to_compare_is_the_last_with_two_editions(end_year, year):
    once = editions(("World", 376_000.0, "old", "primary", "2025-01-31"), year=2023)
    later = editions(("World", 390_000.0, "new", "primary", "2026-01-31"), year=2025)
    printed = pd.concat([once, TWICE, later])
    assert printed_editions.revised_year(printed, end_year) == year


def test_rows_are_taken_by_entity_year_and_source():
    changes = printed_editions.first_and_last(TWICE, 2024)
    assert len(printed_editions.of_entities(TWICE, ["India"])) == 1
    assert printed_editions.of_year(TWICE, ["India"], 2023).empty
    assert len(printed_editions.of_year(TWICE, ["India"], 2024)) == 1
    assert "India" not in printed_editions.of_sources(TWICE, changes)["entity"].tolist()


def test_editions_are_listed_from_the_oldest_without_empty_columns():
    table = printed_editions.edition_table(TWICE[TWICE["entity"] == "Australia"])
    assert table["Printed (t REO)"].tolist() == [13_000, 29_000]
    assert "More than (t REO)" not in table


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
    table = production.reserves_and_output(reserves(world, low), shares())
    china, chile = table.to_dict("records")
    assert china["reserves_share"] == 0.5
    assert china["output_share"] == 0.7
    assert china["years"] == pytest.approx(44 / 70)
    assert np.isnan(chile["output_share"]) and np.isnan(chile["years"])


def test_reserves_without_a_world_total_have_no_shares():
    alone = reserves(1.0, 1.0).query("entity != 'World'")
    assert (
        production.reserves_and_output(alone, shares())["reserves_share"].isna().all()
    )


def yearly(**values):
    return pd.DataFrame(
        {
            "period_end": pd.to_datetime([f"{year[1:]}-12-31" for year in values]),
            "value": list(values.values()),
        }
    )


def test_output_stands_beside_the_quota_of_its_year():
    beside = production.quota_beside_output(
        yearly(y2023=240.0, y2024=270.0), yearly(y2023=255.0, y2024=270.0), yearly()
    ).set_index("year")
    assert beside["same"].to_dict() == {2023: False, 2024: True}
    assert beside["plan"].isna().all()
    lines = production.long(beside.reset_index())
    assert set(lines["entity"]) == {"China", "mining quota"}

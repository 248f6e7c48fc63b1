"""`load` returns what it promises, and chooses among editions as it says."""

import datetime as dt

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import DataError, NoFigures, ParameterError, UnknownName
from rareearth.figures import loading as figures
from rareearth.figures.csv_files import FIGURE_COLUMNS

THEN = "2025-11-03"  # the day of the first digest


# What comes back


def test_a_frame_has_the_16_columns_of_the_file(curated):
    figures_ = ree.load("mine_production")
    assert list(figures_.columns) == FIGURE_COLUMNS
    assert len(figures_.columns) == 16
    assert figures_.index.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("columns", "dtype"),
    [
        (["period_start", "period_end"], "datetime64[ns]"),
        (["value", "low", "high"], "float64"),
        (["price_year"], "Int64"),
    ],
)
def test_columns_are_typed(curated, columns, dtype):
    assert set(ree.load("mine_production")[columns].dtypes.astype(str)) == {dtype}


def test_the_other_columns_are_text_and_empty_where_nothing_stands(curated):
    row = ree.load("mine_production", "China").iloc[0]
    names = "figure_id series entity product unit basis source_id locator".split()
    assert all(isinstance(row[name], str) for name in [*names, "confidence"])
    assert row["note"] == ""


def test_a_changed_frame_does_not_change_the_next(curated):
    mined = ree.load("mine_production")
    mined["value"] = 0.0
    assert ree.load("mine_production", "China")["value"].item() == 270_000


def test_rows_come_in_the_order_of_names_and_periods(curated):
    entities = ree.load("mine_production", variants="all")["entity"].tolist()
    assert entities == ["Australia", "Australia", "China", "Other", "World"]


@pytest.mark.parametrize("name", ["load", "sources", "check", "measures", "countries"])
def test_public_names_are_listed_and_found(name):
    assert name in dir(ree)
    assert callable(getattr(ree, name))


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="'rareearth' has no attribute 'laod'"):
        _ = ree.laod


# What is asked for


@pytest.mark.parametrize(
    ("chosen", "entities"),
    [
        ({"entity": "China"}, ["China"]),
        ({"entity": ["World", "China"]}, ["China", "World"]),
        ({"entity": ("China",)}, ["China"]),
        ({"product": "REO", "entity": "World"}, ["World"]),
    ],
)
def test_only_what_is_named_is_kept(curated, chosen, entities):
    assert ree.load("mine_production", **chosen)["entity"].tolist() == entities


@pytest.mark.parametrize(
    ("start", "end", "is_kept"),
    [
        (2024, 2024, True),
        (2024, None, True),
        (2025, None, False),
        (None, 2023, False),
        ("2024-12-31", "2024-12-31", True),
        ("2025-01-01", None, False),
        (None, "2024-12-30", False),
        ("2024", "2024", True),
        (pd.Timestamp("2024-12-31"), dt.date(2024, 12, 31), True),
        (pd.Timestamp("2025-01-01"), None, False),
    ],
)
def test_a_period_counts_by_its_last_day(curated, start, end, is_kept):
    try:
        kept = len(ree.load("mine_production", "China", start=start, end=end))
    except NoFigures:
        kept = 0
    assert bool(kept) == is_kept


def test_a_day_may_be_a_date():
    then = ree.load("mine_production", "Australia", start=2024, as_of="2025-11-03")
    for day in (dt.date(2025, 11, 3), pd.Timestamp("2025-11-03")):
        same = ree.load("mine_production", "Australia", start=2024, as_of=day)
        assert same.equals(then)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"series": "mine_prodution"},
            "unknown series: 'mine_prodution'; did you mean 'mine_production'",
        ),
        (
            {"series": "mine_production", "entity": "Austrlia"},
            "unknown entity: 'Austrlia'; did you mean 'Australia'",
        ),
        (
            {"series": "mine_production", "entity": ["China", "Atlantis!"]},
            "unknown entity: 'Atlantis!'; one of 'Australia', 'China'",
        ),
        (
            {"series": "mine_production", "product": "neodymium"},
            "unknown product: 'neodymium'; did you mean 'Nd oxide'",
        ),
    ],
)
def test_an_unknown_name_comes_with_the_nearest(curated, asked, message):
    with pytest.raises(UnknownName, match=message):
        ree.load(**asked)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"variants": "any"}, "variants: 'any' is not 'best' or 'all'"),
        ({"start": 2025, "end": 2024}, "start 2025 is after end 2024"),
        ({"start": "2024-13-01"}, "start: '2024-13-01' is not a year or an ISO date"),
        ({"end": "next year"}, "end: 'next year' is not a year or an ISO date"),
        ({"start": 24}, "start: 24 is not a year"),
        ({"as_of": "Nov 2025"}, "as_of: 'Nov 2025' is not 'latest' or an ISO date"),
        ({"as_of": "2025-02-29"}, "as_of: '2025-02-29' is not 'latest' or an ISO"),
        ({"as_of": None}, "as_of: None is not 'latest' or an ISO date"),
    ],
)
def test_an_impossible_parameter_is_refused_by_name(curated, asked, message):
    with pytest.raises(ParameterError, match=message):
        ree.load("mine_production", **asked)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"product": "Nd oxide"},
            "no figures of mine_production for this entity and product; it has "
            "Australia, China, Other, World; products REO",
        ),
        (
            {"start": 2025},
            "no figures of mine_production in this period; there are figures for 2024$",
        ),
        (
            {"as_of": "2025-01-30"},
            "no figures of mine_production were published by 2025-01-30; the first "
            "that are known came out on 2025-01-31",
        ),
    ],
    ids=["names", "period", "as_of"],
)
def test_no_figures_says_what_exists(curated, asked, message):
    with pytest.raises(NoFigures, match=message):
        ree.load("mine_production", **asked)


def test_years_without_figures_between_others_are_not_among_those_that_exist():
    # China's quotas of 2012 and 2015 are in no source read here.
    with pytest.raises(NoFigures, match="2009 to 2011, 2013 to 2014, 2016 to 2024"):
        ree.load("mining_quota", "China", "REO", start=2012, end=2012)


def test_where_nothing_is_left_a_frame_may_be_empty_with_all_columns(curated):
    none = ree.load("mine_production", "China", as_of="1990-01-01", missing="empty")
    some = ree.load("mine_production", "China")
    assert none.empty
    assert none.dtypes.equals(some.dtypes)


def test_a_wrong_name_is_refused_even_where_nothing_is_asked_for(curated):
    with pytest.raises(UnknownName, match="unknown entity"):
        ree.load("mine_production", "Chin", missing="empty")


def test_several_series_come_under_each_other(curated):
    both = ree.load(["mine_production", "mine_production"], "China")
    one = ree.load("mine_production", "China")
    assert both["value"].tolist() == one["value"].tolist() * 2


def test_each_of_several_series_is_asked_for(curated):
    with pytest.raises(NoFigures, match="no figures of mine_production"):
        ree.load(["mine_production"], "China", as_of="1990-01-01")


def test_of_an_empty_list_there_are_no_figures(curated):
    assert ree.load("mine_production", [], missing="empty").empty


def test_no_figures_says_so_when_no_source_has_a_date(curated):
    for row in (0, 1):
        curated.edit("sources.csv", row=row, published="")
    with pytest.raises(NoFigures, match="date of none of their sources is known"):
        ree.load("mine_production", as_of="2026-01-01")


# Which edition is taken


def australia(as_of="latest", **asked):
    return ree.load("mine_production", "Australia", as_of=as_of, **asked)


@pytest.mark.parametrize(
    ("as_of", "printed"),
    [
        ("2025-01-31", 13_000),
        (THEN, 13_000),
        ("2026-05-31", 29_000),
        ("latest", 29_000),
    ],
)
def test_best_is_the_newest_edition_that_was_out(curated, as_of, printed):
    assert australia(as_of)["value"].item() == printed


@pytest.mark.parametrize(
    ("published", "day_before", "day"),
    [
        ("2026-05-27", "2026-05-26", "2026-05-27"),
        ("2026-05", "2026-05-30", "2026-05-31"),
        ("2026-02", "2026-02-27", "2026-02-28"),
        ("2026", "2026-12-30", "2026-12-31"),
    ],
)
def test_a_vague_date_counts_from_its_last_day(curated, published, day_before, day):
    curated.edit("sources.csv", row=1, published=published)
    assert australia(day_before)["value"].item() == 13_000
    assert australia(day)["value"].item() == 29_000


def test_a_source_without_a_date_counts_for_latest_alone(curated):
    curated.edit("sources.csv", row=1, published="")
    assert 29_000 not in australia("2100-01-01", variants="all")["value"].tolist()
    assert 29_000 in australia("latest", variants="all")["value"].tolist()


def test_a_rolling_source_is_out_some_days_after_each_period(curated):
    curated.edit("sources.csv", row=1, published="2026-05", lag_days="10")
    assert australia("2025-01-10")["value"].item() == 29_000  # 31 December and 10 days
    with pytest.raises(NoFigures, match="first that are known came out on 2025-01-10"):
        australia("2025-01-09")


def test_a_newer_copy_does_not_outrank_a_primary_figure(curated):
    curated.edit("production.csv", row=4, confidence="secondary")
    assert australia()["value"].item() == 13_000


def compilers_zero(curated, row):
    """Let a figure be the zero that a compiler prints where it has no figure."""
    for code in ("zero-printed", "compiled"):
        if code not in [known["code"] for known in curated.rows("bases.csv")[1]]:
            curated.add("bases.csv", code=code, kind="qualifier", meaning=code)
    cells = {"value": "0", "basis": "REO;zero-printed;compiled"}
    curated.edit("production.csv", row=row, **cells)


def test_the_zero_of_a_compiler_loses_to_an_older_and_weaker_number(curated):
    compilers_zero(curated, row=4)
    curated.edit("production.csv", row=0, confidence="tertiary")
    assert australia()["value"].item() == 13_000
    assert australia(variants="all")["value"].tolist() == [13_000, 0]


def test_the_zero_of_a_compiler_alone_is_no_figure(curated):
    compilers_zero(curated, row=0)
    compilers_zero(curated, row=4)
    assert "Australia" not in ree.load("mine_production")["entity"].tolist()
    with pytest.raises(NoFigures, match="gaps that a compiler fills with zero"):
        australia()


def test_all_keeps_every_printed_value(curated):
    assert australia(variants="all")["value"].tolist() == [13_000, 29_000]


@pytest.mark.parametrize(
    "cells",
    [
        {"basis": "average"},
        {"unit": "kt", "value": "29"},
        {"period_start": "2024-07-01"},
    ],
    ids=["definition", "unit", "period"],
)
def test_another_definition_unit_or_period_is_another_figure(curated, cells):
    curated.edit("series.csv", row=0, unit="t|kt")
    curated.edit("production.csv", row=4, **cells)
    assert len(australia()) == 2


def test_how_a_number_is_printed_makes_no_other_figure(curated):
    bases = australia(variants="all")["basis"].tolist()
    assert bases == ["REO;estimate", "REO"]  # "estimate" is a qualifier in bases.csv
    assert len(australia()) == 1


def test_the_order_of_basis_codes_makes_no_other_figure(curated):
    curated.edit("production.csv", row=0, basis="REO;average")
    curated.edit("production.csv", row=4, basis="average;REO")
    assert len(australia()) == 1


def test_revisions_of_what_was_not_out_are_no_rows_when_asked_for(curated):
    found = ree.revisions("mine_production", as_of="1900-01-01", missing="empty")
    assert found.empty
    assert {"published", "title", "value"} <= set(found)


def test_revisions_give_each_edition_the_oldest_first(curated):
    printed = ree.revisions("mine_production", "Australia", 2024)
    assert printed["value"].tolist() == [13_000, 29_000]
    assert printed["title"].tolist() == ["Summaries 2025", "Summaries 2026"]
    dates = printed["published"].dt.strftime("%Y-%m-%d").tolist()
    assert dates == ["2025-01-31", "2026-05-31"]
    assert list(printed.columns) == ["published", "title", *FIGURE_COLUMNS]


def test_revisions_of_one_publication_leave_other_sources_out(curated):
    curated.edit("sources.csv", 0, publication="Yearbook")
    asked = {"series": "mine_production", "entity": "Australia", "period": 2024}
    assert len(ree.revisions(**asked)) == 2
    alone = figures.revisions(**asked, publication="Summaries")
    assert alone["source_id"].tolist() == ["mcs-2026"]


def test_an_unknown_publication_is_refused(curated):
    with pytest.raises(UnknownName, match="unknown publication: 'Summary'"):
        figures.revisions("mine_production", publication="Summary")


def test_a_publication_without_such_figures_is_said(curated):
    curated.edit("sources.csv", 0, publication="Yearbook")
    with pytest.raises(NoFigures, match="no edition of Summaries has such figures"):
        figures.revisions("oxide_price_annual", publication="Summaries")


# The hard cases of the curated figures


def values(series, *, as_of="latest", **asked):
    return ree.load(series, as_of=as_of, **asked)["value"].tolist()


@pytest.mark.parametrize(
    ("as_of", "printed"),
    [("2022-12-31", 49), ("2023-12-31", 49), (THEN, 98), ("latest", 98)],
)
def test_neodymium_oxide_of_2021_doubled_between_editions(as_of, printed):
    # USGS: 49 USD/kg in the editions of 2022 and 2023, 98 USD/kg from 2024 on.
    chosen = {"product": "Nd oxide", "start": 2021, "end": 2021}
    assert values("oxide_price_annual", as_of=as_of, **chosen) == [printed]


def test_every_edition_of_the_neodymium_price_is_kept():
    printed = ree.revisions("oxide_price_annual", period=2021, product="Nd oxide")
    assert printed["value"].tolist() == [49, 49, 98, 98, 98, 98]


@pytest.mark.parametrize(("as_of", "printed"), [(THEN, 80), ("latest", 53)])
def test_net_import_reliance_of_2024_was_revised(as_of, printed):
    # USGS salient statistics: 80 % in the edition of 2025, 53 % in that of 2026.
    asked = {"entity": "United States", "product": "compounds and metals"}
    found = values("net_import_reliance", as_of=as_of, start=2024, end=2024, **asked)
    assert found == [printed]


@pytest.mark.parametrize(
    ("as_of", "millions"), [(THEN, 21), ("2026-03-01", 21), ("latest", 11)]
)
def test_the_newest_reserves_of_brazil_were_halved(as_of, millions):
    # USGS 2026: 21 million t as first issued, 11 million t in version 1.3.
    newest = values("reserves", entity="Brazil", as_of=as_of)[-1]
    assert newest == millions * 1_000_000


def of_years(frame):
    """Return the rows that span a year."""
    return frame[(frame["period_end"] - frame["period_start"]).dt.days > 360]


@pytest.mark.parametrize(
    ("entity", "start", "end", "printed"),
    [
        # USD million without and with the income from the price-support agreement.
        (
            "MP Materials",
            2025,
            2025,
            {"excl-price-support": 224.4, "incl-price-support": 275.457},
        ),
        # AUD million as invoiced, and after commissions.
        ("Lynas", 2020, 2020, {"revenue-gross": 314.1, "revenue-net": 305.111}),
    ],
)
def test_two_definitions_of_revenue_are_two_figures(entity, start, end, printed):
    found = of_years(ree.load("revenue", entity, "all", start, end))
    by_code = {
        code: row.value
        for row in found.itertuples()
        for code in row.basis.split(";")
        if code in printed
    }
    assert by_code == printed
    assert len(found) == len(printed)


@pytest.mark.parametrize(
    ("as_of", "china", "world"),
    [(THEN, 270_000, 390_000), ("latest", 270_000, 380_000)],
)
def test_china_and_the_world_mined_as_the_edition_of_the_day_prints(
    as_of, china, world
):
    year = {"start": 2024, "end": 2024, "as_of": as_of}
    assert values("mine_production", entity="China", **year) == [china]
    assert values("mine_production", entity="World", **year) == [world]


# Sources, kinds and dictionaries


def test_sources_lists_each_source_once_with_its_figures(curated):
    listed = ree.sources(ree.load("mine_production"))
    assert listed["figures"].to_dict() == {"mcs-2025": 3, "mcs-2026": 1}
    assert listed["own"].tolist() == [False, False]
    assert listed.loc["mcs-2026", "title"] == "Summaries 2026"


def test_a_source_that_is_not_listed_is_refused(curated):
    with pytest.raises(UnknownName, match="unknown source: 'mcs-1066'; did you mean"):
        ree.sources(pd.DataFrame({"source_id": ["mcs-1066"]}))


def test_totals_and_rests_are_no_countries(curated):
    rows = ree.countries(ree.load("mine_production"))
    assert rows["entity"].tolist() == ["Australia", "China"]


def test_a_dictionary_is_a_copy(curated):
    entities = figures.dictionary("entities")
    entities["kind"] = "total"
    assert figures.kinds()["China"] == "country"


def test_an_unknown_dictionary_is_refused():
    with pytest.raises(UnknownName, match="unknown dictionary: 'countries'; did you"):
        figures.dictionary("countries")


def test_a_series_whose_table_is_missing_is_refused(curated):
    (curated.path / "prices.csv").unlink()
    message = r"prices\.csv: missing; series\.csv says it holds oxide_price_annual"
    with pytest.raises(DataError, match=message):
        ree.load("oxide_price_annual")


# The user's own folder


@pytest.fixture
def mine(curated, own):
    """Return a folder of the user's own with one figure: Australia's, at 20,000 t."""
    header, rows = curated.rows("production.csv")
    row = rows[0] | {"figure_id": "my-1", "value": "20000", "confidence": "own"}
    own.write("output.csv", header, [row])
    return own


def test_an_own_figure_wins_over_the_published(mine):
    assert australia(extra=mine.path)["value"].item() == 20_000
    assert australia(extra=str(mine.path))["value"].item() == 20_000


def test_an_own_figure_is_added_to_the_published(mine):
    added = australia(extra=mine.path, variants="all")
    assert sorted(added["value"]) == [13_000, 20_000, 29_000]


def test_the_environment_names_the_own_folder(mine, monkeypatch):
    assert australia()["value"].item() == 29_000
    monkeypatch.setenv("RAREEARTH_EXTRA_DATA", str(mine.path))
    assert australia()["value"].item() == 20_000


def test_an_own_figure_without_the_word_own_is_ranked_as_any_other(mine):
    mine.edit("output.csv", row=0, confidence="tertiary")
    assert australia(extra=mine.path)["value"].item() == 29_000


def test_an_own_figure_replaces_the_one_whose_id_it_has(mine):
    mine.edit("output.csv", row=0, figure_id="mine-5")
    replaced = australia(extra=mine.path, variants="all")
    assert replaced.set_index("figure_id")["value"].to_dict() == {
        "mine-1": 13_000,
        "mine-5": 20_000,
    }


@pytest.fixture
def survey(mine):
    """Return the own folder with a source of its own for its figure."""
    columns = {"source_id": "my-survey", "title": "Survey", "publisher": "Me"}
    mine.edit("output.csv", row=0, source_id="my-survey")
    header = (
        "source_id,title,publisher,published,lag_days,url,kind,confidence,terms,via,note"
    ).split(",")
    mine.write("sources.csv", header, [columns | {"published": "2025-06-01"}])
    return mine


def test_an_own_source_is_listed_as_own(survey):
    listed = ree.sources(
        ree.load("mine_production", extra=survey.path), extra=survey.path
    )
    assert listed["own"].to_dict() == {"mcs-2025": False, "my-survey": True}


def test_an_own_source_obeys_as_of(survey):
    assert australia("2025-05-31", extra=survey.path)["value"].item() == 13_000
    assert australia("2025-06-01", extra=survey.path)["value"].item() == 20_000


def test_an_own_source_is_unknown_without_its_folder(survey):
    with pytest.raises(UnknownName, match="unknown source: 'my-survey'"):
        ree.sources(ree.load("mine_production", extra=survey.path))


def test_own_names_extend_the_dictionaries(mine):
    mine.edit("output.csv", row=0, entity="Atlantis")
    header = ["entity", "kind", "iso3", "country", "note"]
    mine.write("entities.csv", header, [{"entity": "Atlantis", "kind": "region"}])
    found = ree.load("mine_production", "Atlantis", extra=mine.path)
    assert found["value"].item() == 20_000
    assert figures.kinds(mine.path)["Atlantis"] == "region"
    with pytest.raises(UnknownName, match="unknown entity: 'Atlantis'"):
        ree.load("mine_production", "Atlantis")


def test_nothing_is_written_beside_the_curated_figures(curated, survey):
    before = {path: path.read_bytes() for path in curated.path.glob("*.*")}
    ree.sources(ree.load("mine_production", extra=survey.path), extra=survey.path)
    assert {path: path.read_bytes() for path in curated.path.glob("*.*")} == before


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"value": "many"}, r"^output\.csv:2: value: 'many' is not a number"),
        ({"unit": "kt"}, r"^output\.csv:2: unit: 'kt' is not the unit of mine_prod"),
        ({"source_id": "me"}, r"^output\.csv:2: source_id: unknown source_id 'me'"),
        ({"confidence": "mine"}, r"^output\.csv:2: confidence: unknown confidence"),
    ],
)
def test_a_broken_own_file_is_refused_by_name_and_line(mine, cells, message):
    mine.edit("output.csv", row=0, **cells)
    with pytest.raises(DataError, match=message):
        australia(extra=mine.path)


def test_an_own_file_with_other_columns_is_refused_by_name(mine):
    mine.text("output.csv", "year,tonnes\n2024,20000\n")
    with pytest.raises(DataError, match=r"^output\.csv:1: missing column figure_id"):
        australia(extra=mine.path)


def test_an_own_folder_that_is_none_is_refused(curated, tmp_path):
    with pytest.raises(DataError, match="nowhere: no such folder; extra data are"):
        ree.load("mine_production", extra=tmp_path / "nowhere")

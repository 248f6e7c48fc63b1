"""Each rule of a figure reports the line that breaks it, and says what was expected."""

import re

import pytest

from rareearth import load
from rareearth.errors import DataError
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, rules

BROKEN = {
    "unit of another series": (
        {"unit": "kt"},
        "production.csv:2: unit: 'kt' is not the unit of mine_production; expected t",
    ),
    "unknown basis": (
        {"basis": "REO;estimat"},
        "production.csv:2: basis: unknown basis 'estimat'; did you mean 'estimate'",
    ),
    "a table of all editions under an old one": (
        {"source_id": "mcs-2025", "locator": "results of all editions, p. 3"},
        "production.csv:2: source_id: mcs-2025 cannot hold a table of all editions; "
        "the newest is mcs-2026",
    ),
    "basis twice": (
        {"basis": "REO;REO"},
        "production.csv:2: basis: 'REO;REO' names a code twice",
    ),
    "unknown source": (
        {"source_id": "mcs-2052"},
        "production.csv:2: source_id: unknown source_id 'mcs-2052'; did you mean",
    ),
    "unknown entity": (
        {"entity": "Austria"},
        "production.csv:2: entity: unknown entity 'Austria'; did you mean 'Australia'",
    ),
    "entity by its code": (
        {"entity": "AUS"},
        "production.csv:2: entity: unknown entity 'AUS'; did you mean 'Australia'",
    ),
    "unknown series": (
        {"series": "mine_output"},
        "production.csv:2: series: unknown series 'mine_output'; did you mean 'mine_pr",
    ),
    "unknown product": (
        {"product": "REOs"},
        "production.csv:2: product: unknown product 'REOs'; did you mean 'REO'",
    ),
    "unknown confidence": (
        {"confidence": "sure"},
        "production.csv:2: confidence: unknown confidence 'sure'; one of 'primary'",
    ),
    "confidence of a user": (
        {"confidence": "own"},
        "production.csv:2: confidence: unknown confidence 'own'",
    ),
    "start is no date": (
        {"period_start": "2024"},
        "production.csv:2: period_start: '2024' is not a date; expected YYYY-MM-DD",
    ),
    "end is no day": (
        {"period_end": "2024-02-30"},
        "production.csv:2: period_end: '2024-02-30' is not a date",
    ),
    "end before start": (
        {"period_end": "2023-12-31"},
        "production.csv:2: period_end: 2023-12-31 is before period_start 2024-01-01",
    ),
    "decimal comma": (
        {"value": "12,5"},
        "production.csv:2: value: '12,5' is not a number (digits, a point, no sep",
    ),
    "text for a number": (
        {"value": "n/a"},
        "production.csv:2: value: 'n/a' is not a number",
    ),
    "infinite": ({"high": "inf"}, "production.csv:2: high: 'inf' is not a number"),
    "low above high": (
        {"value": "", "low": "9", "high": "8"},
        "production.csv:2: low: low 9 is above high 8",
    ),
    "low above value": (
        {"value": "7", "low": "9"},
        "production.csv:2: low: low 9 is above value 7",
    ),
    "value above high": (
        {"value": "9", "high": "8"},
        "production.csv:2: value: value 9 is above high 8",
    ),
    "value too large": (
        {"value": "500001"},
        "production.csv:2: value: 500001 is outside the plausible range of "
        "mine_production (0 to 500000 t)",
    ),
    "negative value": (
        {"value": "-1"},
        "production.csv:2: value: -1 is outside the plausible range",
    ),
    "bound too large": (
        {"high": "500001"},
        "production.csv:2: high: 500001 is outside the plausible range",
    ),
    "no numbers": (
        {"value": ""},
        "production.csv:2: value: is empty, and so are low and high; a missing number "
        "is a missing row",
    ),
    "no id": (
        {"figure_id": " "},
        "production.csv:2: figure_id: is empty; every row needs it",
    ),
    "no locator": (
        {"locator": ""},
        "production.csv:2: locator: is empty; every row needs it",
    ),
    "no basis": (
        {"basis": ""},
        "production.csv:2: basis: is empty; every row needs it",
    ),
    "money year is none": (
        {"price_year": "24"},
        "production.csv:2: price_year: is not a year between 1900 and 2100",
    ),
    "money year is text": (
        {"price_year": "about 2024"},
        "production.csv:2: price_year: 'about 2024' is not a number",
    ),
}


@pytest.mark.parametrize(("cells", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_figure_is_reported_by_line(data_copy, cells, message):
    data_copy.edit("production.csv", row=0, **cells)
    problems = data_copy.problems("production.csv")
    assert [p for p in problems if p.startswith(message)], problems


@pytest.mark.parametrize("file", ["production.csv", "prices.csv"])
def test_sound_figures_have_no_problems(data_copy, file):
    assert data_copy.problems(file) == []


def test_the_newest_edition_may_hold_a_table_of_all_editions(data_copy):
    locator = "results of all editions, p. 3"
    data_copy.edit("production.csv", 0, source_id="mcs-2026", locator=locator)
    assert data_copy.problems("production.csv") == []


def test_load_refuses_a_broken_table_with_its_first_problem(curated):
    curated.edit("production.csv", row=1, unit="kt", value="x")
    curated.edit("production.csv", row=3, entity="Wrold")
    message = r"^production\.csv:3: value: 'x' is not a number .*\(and 2 more: run"
    with pytest.raises(DataError, match=message):
        load("mine_production")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"figure_id": "mine-1"}, "figure_id: the same figure_id as line 2: mine-1"),
        ({"figure_id": "mine-6"}, "series: the same figure as line 2: mine_production"),
    ],
    ids=["two figures under one id", "one figure under two ids"],
)
def test_a_repetition_names_the_first_line(data_copy, cells, message):
    _, rows = data_copy.rows("production.csv")
    data_copy.add("production.csv", **(rows[0] | cells))
    problems = data_copy.problems("production.csv")
    assert f"production.csv:7: {message}" in "\n".join(problems)


@pytest.mark.parametrize(
    "cells", [{"source_id": "mcs-2026"}, {"value": "13001"}, {"basis": "REO"}]
)
def test_another_source_value_or_basis_makes_another_figure(data_copy, cells):
    _, rows = data_copy.rows("production.csv")
    data_copy.add("production.csv", **(rows[0] | {"figure_id": "mine-6"} | cells))
    assert data_copy.problems("production.csv") == []


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ({}, True),
        ({"price_year": "2023"}, False),
        ({"basis": "average;nominal"}, False),
        ({"period_start": "2023-07-01", "period_end": "2024-06-30"}, False),
    ],
    ids=["two years", "with its money year", "nominal", "a fiscal year"],
)
def test_money_of_several_years_needs_a_money_year(data_copy, cells, wanted):
    data_copy.add("bases.csv", code="nominal", kind="definition", meaning="Money paid")
    years = {"period_start": "2023-01-01", "period_end": "2024-12-31"}
    data_copy.edit("prices.csv", row=0, **(years | cells))
    message = "prices.csv:2: price_year: is empty; money of a period of several years"
    found = [p for p in data_copy.problems("prices.csv") if p.startswith(message)]
    assert bool(found) == wanted


@pytest.mark.parametrize(
    ("unit", "is_money"),
    [
        ("USD", True),
        ("USD/kg", True),
        ("CNY million/year", True),
        ("sen/kWh", True),
        ("CNY per USD", False),
        ("USDA grade", False),
        ("t", False),
        ("percent", False),
    ],
)
def test_an_exchange_rate_is_no_money(unit, is_money):
    assert bool(re.search(rules.MONEY, unit)) == is_money


def test_all_problems_come_in_the_order_of_lines(data_copy):
    for row in (3, 0, 2):
        data_copy.edit("production.csv", row=row, unit="kt", entity="Nobody")
    lines = [p.split(":")[1] for p in data_copy.problems("production.csv")]
    assert lines == ["2", "2", "4", "4", "5", "5"]


def test_the_rules_change_no_value(data_copy):
    table = tables.read(data_copy.path / "production.csv", tables.FIGURE_COLUMNS)
    before = table.frame.copy()
    known = dictionaries.read(data_copy.path)
    typed = rules.check("figures", table, known, confidence=tables.CONFIDENCE).typed
    assert table.frame.equals(before)
    assert typed["value"].tolist() == [13_000, 270_000, 1_100, 390_000, 29_000]


@pytest.mark.parametrize(
    ("file", "cells", "message"),
    [
        (
            "events",
            {"date_announced": "Feb 2024"},
            "events.csv:2: date_announced: 'Feb 2024' is not a date; expected",
        ),
        (
            "events",
            {"date_until": "2024-02-05"},
            "events.csv:2: date_until: 2024-02-05 is before date_effective",
        ),
        (
            "events",
            {"date_announced": "", "date_effective": ""},
            "events.csv:2: date_announced: is empty, and so is date_effective",
        ),
        (
            "events",
            {"source_id": "mcs-2025;mcs-1066"},
            "events.csv:2: source_id: unknown source_id 'mcs-1066'; did you mean",
        ),
        (
            "events",
            {"suspends": "quota-2023"},
            "events.csv:2: suspends: unknown suspends 'quota-2023'; did you mean",
        ),
        (
            "events",
            {"ends": "quota-2024"},
            "events.csv:2: ends: is itself",
        ),
        (
            "events",
            {"suspends": "quota-2024", "date_until": ""},
            "events.csv:2: date_until: is empty, and the event suspends something",
        ),
        (
            "milestones",
            {"planned_end": "2023-03-31"},
            "milestones.csv:2: planned_end: 2023-03-31 is before planned_start",
        ),
        (
            "milestones",
            {"actual_end": "2023-12-07"},
            "milestones.csv:2: actual_end: 2023-12-07 is before actual_start",
        ),
    ],
)
def test_a_broken_record_is_reported_by_line(data_copy, file, cells, message):
    data_copy.edit(f"{file}.csv", row=0, **cells)
    table = tables.read(data_copy.path / f"{file}.csv", tables.RECORDS[file])
    problems = rules.check(file, table, dictionaries.read(data_copy.path)).problems
    assert [p for p in map(str, problems) if p.startswith(message)]


def test_a_repeated_record_names_the_first_line(data_copy):
    _, rows = data_copy.rows("events.csv")
    data_copy.add("events.csv", **rows[0])
    table = tables.read(data_copy.path / "events.csv", tables.RECORDS["events"])
    known = dictionaries.read(data_copy.path)
    message = "events.csv:3: event_id: the same event_id as line 2: quota-2024"
    assert str(rules.check("events", table, known).problems[0]) == message

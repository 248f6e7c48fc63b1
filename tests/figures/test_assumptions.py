"""Assumptions keep their range and reason, and never pass for figures."""

import pytest

from rareearth.errors import DataError, UnknownName
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, records, rules
from rareearth.figures import loading as figures

ROW = {
    "assumption_id": "refining-cost-australia-feed",
    "topic": "refining-cost",
    "parameter": "feed_cost",
    "entity": "Australia",
    "product": "REO",
    "value": "2",
    "low": "1.2",
    "high": "3.5",
    "unit": "USD/kg",
    "price_year": "2024",
    "direction": "raises",
    "reason": "no figure of the plant",
    "falsified_by": "a unit cost in accounts",
}


@pytest.fixture
def assumed(curated):
    """Return the small package with two assumptions."""
    curated.add("assumptions.csv", **ROW)
    other = {"assumption_id": "ramp-up-world-years", "topic": "ramp-up"}
    other |= {"parameter": "years", "entity": "World", "unit": "years"}
    curated.add("assumptions.csv", **(ROW | other | {"price_year": ""}))
    return curated


def test_an_assumption_comes_with_its_range_as_numbers(assumed):
    found = records.assumptions("refining-cost")
    assert found[["low", "value", "high"]].to_numpy().tolist() == [[1.2, 2.0, 3.5]]
    assert found["price_year"].item() == 2024


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"topic": "refining"}, UnknownName, "unknown topic: 'refining'; did you mean"),
    ],
)
def test_assumptions_that_are_not_there_are_refused(assumed, asked, error, message):
    with pytest.raises(error, match=message):
        records.assumptions(**asked)


def test_a_row_of_the_readers_own_replaces_the_one_with_its_id(assumed, own):
    own.write("assumptions.csv", list(tables.RECORDS["assumptions"]), [])
    own.add("assumptions.csv", **(ROW | {"value": "3"}))
    found = records.assumptions("refining-cost", extra=own.path)
    assert found["value"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"low": "2.5"}, "low: low 2.5 is above value 2"),
        ({"value": "4"}, "value: value 4 is above high 3.5"),
        ({"value": ""}, "value: is empty; every row needs it"),
        ({"high": "3,5"}, "high: '3,5' is not a number"),
        ({"price_year": ""}, "price_year: is empty; money needs the year of its money"),
        ({"reason": ""}, "reason: is empty; every row needs it"),
        ({"falsified_by": " "}, "falsified_by: is empty; every row needs it"),
        ({"direction": "up"}, "direction: unknown direction 'up'; one of"),
        ({"entity": "Austria"}, "entity: unknown entity 'Austria'; did you mean"),
        ({"product": "RE"}, "product: unknown product 'RE'"),
    ],
)
def test_a_broken_assumption_is_reported_by_line(assumed, cells, message):
    assumed.edit("assumptions.csv", row=0, **cells)
    path = assumed.path / "assumptions.csv"
    table = tables.read(path, tables.RECORDS["assumptions"])
    known = dictionaries.read(assumed.path)
    problems = map(str, rules.check("assumptions", table, known).problems)
    assert [p for p in problems if p.startswith(f"assumptions.csv:2: {message}")]
    with pytest.raises(DataError, match=r"^assumptions.csv:2"):
        records.assumptions()


def test_the_same_parameter_twice_is_reported(assumed):
    assumed.add("assumptions.csv", **(ROW | {"assumption_id": "again"}))
    with pytest.raises(DataError, match=r"assumptions\.csv:4: topic: same as"):
        records.assumptions()


def test_the_table_of_assumptions_holds_no_figures():
    names = [path.name for path in figures.figure_files(dictionaries.folder())]
    assert "assumptions.csv" not in names

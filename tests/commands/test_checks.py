"""`check` finds every violation in a folder, and none in the curated figures."""

import json

import pytest

from rareearth import check, load
from rareearth.commands import checks
from rareearth.errors import DataError


def found(folder):
    """Return the problems in a folder as lines of text."""
    return list(map(str, check(folder)))


def test_the_curated_figures_have_no_problems():
    assert check() == []


def test_a_sound_package_has_no_problems(data_copy):
    assert found(data_copy.path) == []


IDLE = {
    "sources": {
        "source_id": "mcs-1066",
        "title": "Summaries",
        "publisher": "USGS",
        "kind": "dataset",
        "confidence": "primary",
        "terms": "none",
        "short": "USGS",
        "origin": "USGS",
    },
    "entities": {"entity": "Africa", "kind": "region"},
    "products": {"product": "Dy oxide", "form": "oxide", "group": "heavy"},
    "bases": {"code": "about", "kind": "qualifier", "meaning": "Printed as about"},
}


@pytest.mark.parametrize("name", IDLE)
def test_a_name_that_no_figure_uses_is_reported(data_copy, name):
    data_copy.add(f"{name}.csv", **IDLE[name])
    key, value = next(iter(IDLE[name].items()))
    line = 1 + len(data_copy.rows(f"{name}.csv")[1])
    assert found(data_copy.path) == [
        f"{name}.csv:{line}: {key}: no figure uses this {key}"
    ], value


BROKEN = {  # each breaks the last row of a file
    "series in another table": (
        "series.csv",
        {"table": "production"},
        "prices.csv:2: series: stands in another table than series.csv says",
    ),
    "id in two tables": (
        "prices.csv",
        {"figure_id": "mine-1"},
        "production.csv:2: figure_id: 'mine-1' is also in prices.csv",
    ),
    "wrong unit": (
        "production.csv",
        {"unit": "lb"},
        "production.csv:6: unit: 'lb' is not the unit of mine_production; expected t",
    ),
    "broken event": (
        "events.csv",
        {"date_until": "2023-01-01"},
        "events.csv:2: date_until: 2023-01-01 is before date_effective",
    ),
    "publication date": (
        "sources.csv",
        {"published": "May 2026"},
        "sources.csv:3: published: is not YYYY, YYYY-MM or YYYY-MM-DD",
    ),
    "limit of a series": (
        "series.csv",
        {"low": "some"},
        "series.csv:3: low: 'some' is not a number",
    ),
    "country without its code": (
        "entities.csv",
        {"kind": "country"},
        "entities.csv:7: iso3: a country needs its ISO 3166 alpha-3 code",
    ),
    "code without a country": (
        "entities.csv",
        {"iso3": "WLD"},
        "entities.csv:7: iso3: only a country has an ISO 3166 code",
    ),
    "World as a region": (
        "entities.csv",
        {"kind": "region"},
        "entities.csv:7: kind: is named like a total and must have the kind total",
    ),
    "a rest as a group": (
        "entities.csv",
        {"entity": "Other Asia", "kind": "group"},
        "entities.csv:7: kind: is named like a residual and must have the kind resid",
    ),
    "repeated product": (
        "products.csv",
        {"product": "Nd oxide"},
        "products.csv:3: product: the same product as line 2: Nd oxide",
    ),
    "nameless basis": ("bases.csv", {"code": " "}, "bases.csv:4: code: is empty"),
    "word that the schema does not know": (
        "products.csv",
        {"form": "powder"},
        "products.csv:3: form: 'powder' constraint \"enum\" is",
    ),
    "id that the schema does not allow": (
        "prices.csv",
        {"figure_id": "Price 1"},
        "prices.csv:2: figure_id: 'Price 1' constraint \"pattern\" is",
    ),
    "structure": ("bases.csv", {"": "x"}, "bases.csv:1: unknown column ''"),
}


@pytest.mark.parametrize(("file", "cells", "message"), BROKEN.values(), ids=BROKEN)
def test_a_violation_is_reported_by_line(data_copy, file, cells, message):
    header, rows = data_copy.rows(file)
    rows[-1] |= cells
    data_copy.write(file, list(dict.fromkeys([*header, *cells])), rows)
    problems = found(data_copy.path)
    assert [problem for problem in problems if problem.startswith(message)], problems


def test_every_violation_is_listed_in_order(data_copy):
    data_copy.edit("production.csv", row=3, unit="kt")
    data_copy.edit("production.csv", row=0, value="many", basis="RO")
    data_copy.edit("prices.csv", row=0, low="60")
    places = [(p.file, p.line, p.column) for p in check(data_copy.path)]
    assert places == [
        ("prices.csv", 2, "low"),
        ("production.csv", 2, "basis"),
        ("production.csv", 2, "value"),
        ("production.csv", 5, "unit"),
    ]


@pytest.mark.parametrize(
    ("printed", "is_below"),
    [
        # The parts are 13,000 + 270,000 + 1,100 = 284,100 t. Their last printed digits
        # allow 500 + 5,000 + 50 t, that of a total of 270,000 t another 5,000 t.
        ("390000", False),
        ("284100", False),
        ("280000", False),
        ("270000", True),
    ],
)
def test_a_total_may_be_below_its_parts_by_rounding_alone(data_copy, printed, is_below):
    data_copy.edit("production.csv", row=3, value=printed)
    message = (
        "production.csv:5: value: 270,000 is less than its parts (284,100), beyond"
    )
    problems = found(data_copy.path)
    assert [p.startswith(message) for p in problems] == [True] * is_below


def test_a_file_that_is_not_described_is_reported(data_copy):
    (data_copy.path / "prices.csv").rename(data_copy.path / "quotes.csv")
    problems = found(data_copy.path)
    assert "datapackage.json: quotes.csv is not described here" in problems
    assert "datapackage.json: prices.csv is not in the folder" in problems


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "figures"}'])
def test_a_description_that_is_none_is_reported(data_copy, text):
    data_copy.text("datapackage.json", text)
    problems = found(data_copy.path)
    assert problems[0].startswith("datapackage.json: not a data package: ")


def test_a_schema_that_is_missing_is_reported(data_copy):
    (data_copy.path / "schemas" / "figures.json").unlink()
    assert found(data_copy.path)[0].startswith("datapackage.json: ")


def test_a_schema_with_other_columns_is_reported(data_copy):
    schema = data_copy.path / "schemas" / "bases.json"
    fields = json.loads(schema.read_text("utf-8"))
    fields["fields"][2]["name"] = "sense"
    schema.write_text(json.dumps(fields), encoding="utf-8")
    assert any("sense" in problem for problem in found(data_copy.path))


def test_a_broken_dictionary_hides_no_other_structural_fault(data_copy):
    data_copy.text("bases.csv", "")
    data_copy.text("prices.csv", 'figure_id,"series\n')
    assert found(data_copy.path) == [
        "bases.csv: empty file; expected a header line and figures",
        "prices.csv:1: broken quote: unexpected end of data",
    ]


def test_a_missing_dictionary_is_reported(data_copy):
    (data_copy.path / "sources.csv").unlink()
    expected = "sources.csv: cannot be read: No such file or directory"
    assert expected in found(data_copy.path)


def test_checking_changes_no_file(data_copy):
    data_copy.edit("production.csv", row=0, unit="lb")
    before = {path: path.read_bytes() for path in data_copy.path.glob("*.*")}
    check(data_copy.path)
    assert {path: path.read_bytes() for path in data_copy.path.glob("*.*")} == before


def test_there_must_be_a_folder(tmp_path):
    with pytest.raises(DataError, match="nowhere: no such folder"):
        check(tmp_path / "nowhere")


def test_there_must_be_something_to_check(tmp_path):
    with pytest.raises(DataError, match=r"no datapackage\.json and no table"):
        check(tmp_path)


# A user's own folder: no description, and the names of the curated dictionaries


@pytest.fixture
def mine(curated, own):
    header, rows = curated.rows("production.csv")
    row = rows[1] | {"figure_id": "my-1", "confidence": "own", "value": "280000"}
    own.write("output.csv", header, [row])
    return own


def test_a_sound_folder_of_the_user_has_no_problems(mine):
    assert found(mine.path) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"unit": "lb"}, "output.csv:2: unit: 'lb' is not the unit of mine_production"),
        ({"value": "lots"}, "output.csv:2: value: 'lots' is not a number"),
        ({"entity": "Chnia"}, "output.csv:2: entity: unknown entity 'Chnia'; did you"),
        ({"source_id": "me"}, "output.csv:2: source_id: unknown source_id 'me'"),
    ],
)
def test_an_own_figure_keeps_the_same_rules(mine, cells, message):
    mine.edit("output.csv", row=0, **cells)
    assert [problem.startswith(message) for problem in found(mine.path)] == [True]


def test_an_own_file_that_cannot_be_read_is_reported(mine):
    mine.text("output.csv", "year,tonnes\n")
    assert found(mine.path)[0].startswith("output.csv:1: missing column figure_id")


def test_a_plausible_wrong_digit_is_found_by_the_seal(data_copy):
    checks.seal(data_copy.path)
    assert check(data_copy.path) == []
    data_copy.edit("production.csv", row=0, note="a doubt")
    (problem,) = check(data_copy.path)
    assert str(problem).startswith("production.csv: not as datapackage.json seals it")
    assert checks.seal(data_copy.path) == ["production.csv"]
    assert check(data_copy.path) == []


def test_a_schema_is_sealed_as_well(data_copy):
    checks.seal(data_copy.path)
    schema = data_copy.path / "schemas" / "figures.json"
    schema.write_text(schema.read_text().replace('"required": true', '"required":true'))
    problems = [str(each) for each in check(data_copy.path)]
    assert problems[0].startswith("schemas/figures.json: not as datapackage.json seals")


def test_the_curated_figures_must_have_a_package_and_be_sealed(curated):
    assert any("not sealed by" in str(each) for each in check())
    (curated.path / "datapackage.json").unlink()
    assert any("datapackage.json: cannot be read" in str(each) for each in check())


def test_a_descriptor_that_is_no_json_is_named_by_the_loader(curated):
    curated.text("datapackage.json", "{")
    with pytest.raises(DataError, match=r"datapackage\.json: not a data package"):
        load("mine_production")

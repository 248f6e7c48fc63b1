"""Parameters are read without running anything, checked, and named safely."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import ParameterError, UnknownName, unknown_name
from rareearth.figures.parameters import Parameter, convert, parse
from rareearth.render import library
from rareearth.render.job import LONGEST, report_name
from rareearth.render.parameters import read, resolve

CELL = """# What a reader may turn.
year: int = 2024  # calendar year
code: str = "NO"  # ISO alpha-2, here Norway
rate: float = 0.08  # per year
real: bool = True  # in constant money
names: list[str] = ["China", "Australia"]  # in this order
years: list[int] = [2010, 2020]
lag = -1
"""
HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows",
    "a\nb",
    "'); import os #",
    '"',
    "🧲",
    "中国",
    "",
    " ",
    "CON",
    "x" * 10_000,
]


@pytest.fixture
def sample(notebook):
    return notebook(("markdown", "# A question?"), ("parameters", CELL))


def test_a_line_of_the_cell_gives_name_type_default_and_comment():
    (year,) = parse("year: int = 2024  # calendar year", "x.ipynb")
    assert year == Parameter("year", "int", 2024, "calendar year")
    assert str(year) == "year: int = 2024  # calendar year"


def test_a_missing_annotation_is_taken_from_the_default():
    kinds = {each.name: each.kind for each in parse(CELL, "x")}
    assert kinds["lag"] == "int"
    assert parse("tall = [1, 2]", "x")[0].kind == "list[int]"
    assert parse("none = []", "x")[0].kind == "list[str]"


def test_defaults_are_used_where_nothing_is_given(sample):
    used = resolve(sample, {"year": "2010"})
    assert used["year"] == 2010
    assert used["rate"] == 0.08
    assert list(used) == "year code rate real names years lag".split()


@pytest.mark.parametrize("text", ["NO", "null", "1e3", "2024", "[a]", "~", "yes", "#"])
def test_text_stays_the_text_that_was_typed(text):
    assert convert("code", "str", text) == text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "-5", -5),
        ("float", "1e3", 1000.0),
        ("float", "3", 3.0),
        ("bool", "False", False),
        ("bool", "yes", True),
        ("list[str]", "China, United States", ["China", "United States"]),
        ("list[str]", '["Congo, Republic"]', ["Congo, Republic"]),
        ("list[int]", "2010,2020", [2010, 2020]),
        ("list[str]", "", []),
    ],
)
def test_text_becomes_a_value_of_the_parameters_type(kind, text, value):
    result = convert("name", kind, text)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("int", "abc", r"^name: 'abc' is not a whole number \(int\)$"),
        ("int", "20.5", "not a whole number"),
        ("int", "2_024", "not a whole number"),
        ("int", True, "not a whole number"),
        ("int", "9" * 5000, "not a whole number"),
        ("float", "nan", "not a finite number"),
        ("float", "1e999", "not a finite number"),
        ("float", True, "not a finite number"),
        ("bool", "maybe", "not true or false"),
        ("bool", 1, "not true or false"),
        ("str", 5, "not text"),
        ("str", "x" * 10_001, "longer than 10,000 characters"),
        ("str", "a\0b", "no characters"),
        ("str", "\udcff", "no characters"),
        ("list[int]", "1,b", "not a list of whole numbers"),
        ("list[str]", "[1", "not a list of texts"),
        ("list[str]", "[" * 100_000, "not a list of texts"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name_and_type(kind, value, message):
    with pytest.raises(ParameterError, match=message):
        convert("name", kind, value)


def test_a_refusal_of_a_long_value_stays_short():
    with pytest.raises(ParameterError) as caught:
        convert("name", "int", "z" * 9_999)
    assert len(str(caught.value)) < 200


def test_an_unknown_name_offers_the_nearest_and_lists_all(sample):
    with pytest.raises(ParameterError) as caught:
        resolve(sample, {"yeer": "2030"})
    message = str(caught.value)
    first, *rest = message.splitlines()
    assert first == "no parameter 'yeer' in sample; did you mean 'year', 'years'?"
    assert rest[2] == "  rate: float = 0.08  # per year"
    assert len(rest) == 7


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("year: int = start + 1", "line 1: the default of 'year' is no literal"),
        ("year: int = __import__('os').getpid()", "is no literal"),
        ("import os", "write one assignment a line"),
        ("a = b = 1", "write one assignment a line"),
        ("a, b = 1, 2", "write one assignment a line"),
        ("year: int", "write one assignment a line"),
        ("year: int = 1\nyear: int = 2", "'year' is assigned twice"),
        ("when: date = '2024'", "the type of 'when' is 'date'; one of int, float"),
        ("name = None", "the type of 'name' is 'NoneType'"),
        ("year: int = '2024'", "the default of 'year' is not of type int"),
        ("year: int = 2.5", "line 1: year: 2.5 is not a whole number"),
        ("year: int = (", "not valid Python"),
    ],
)
def test_a_bad_parameters_cell_is_refused_by_line(source, message):
    with pytest.raises(ParameterError, match=message):
        parse(source, "x.ipynb")


def test_a_notebook_without_a_parameters_cell_has_no_parameters(notebook):
    path = notebook(("markdown", "# A question?"), ("code", "year = 2024"))
    assert read(path) == []
    with pytest.raises(ParameterError, match="no parameter 'year' in sample; it has"):
        resolve(path, {"year": "2024"})


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": [1]}', "\x00"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "bad.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"bad\.ipynb is not a notebook"):
        read(path)


def test_a_missing_notebook_is_refused(tmp_path):
    with pytest.raises(UnknownName, match="no notebook at"):
        read(tmp_path / "none.ipynb")


def test_a_notebook_is_found_by_name_by_number_and_by_path(notebook, tmp_path):
    path = notebook(("markdown", "# A"), name="03_costs")
    for name in ("03_costs", "03", "03_costs.ipynb", str(path)):
        assert library.find(name, tmp_path).name == "03_costs.ipynb"


@pytest.mark.parametrize("name", ["03_cost", "costs", "4", "../03_costs", "", "*"])
def test_an_unknown_notebook_is_refused_with_the_known_ones(notebook, tmp_path, name):
    notebook(("markdown", "# A"), name="03_costs")
    with pytest.raises(UnknownName, match="03_costs"):
        library.find(name, tmp_path)


def test_defaults_give_the_name_of_the_notebook():
    assert report_name("01_shares", {"year": 2024}, {"year": 2024}) == "01_shares"


def test_simple_values_are_readable_in_the_name():
    defaults = {"year": 2024, "country": "china", "rate": 0.1}
    used = {"year": 2010, "country": "chile", "rate": 0.08}
    name = report_name("01_shares", used, defaults)
    assert name == "01_shares--country-chile--rate-0.08--year-2010"


def test_a_name_that_lost_capitals_or_spaces_ends_in_a_hash():
    name = report_name("01_shares", {"country": "United States"}, {"country": "china"})
    assert name.startswith("01_shares--country-united-states--")
    assert len(name.rsplit("--", 1)[1]) == 12


@pytest.mark.parametrize("stem", ["con", "nul", "com1", "index", "My Notes", ".x", ""])
def test_a_stem_that_some_system_refuses_gets_a_hash(stem):
    name = report_name(stem, {}, {})
    assert name != stem
    assert name.split(".")[0] not in {"con", "nul", "com1", "index", ""}


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_leaves_the_folder_or_breaks_a_file_system(value, tmp_path):
    name = report_name("01_shares", {"country": value}, {"country": "China"})
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert ".." not in name
    assert len(name) <= LONGEST
    (tmp_path / f"{name}.failed.ipynb").write_text("x")
    assert [each.name for each in tmp_path.iterdir()] == [f"{name}.failed.ipynb"]


def test_no_two_hostile_values_share_a_name():
    values = [*HOSTILE, "china", "China", "CHINA", "united-states", "United States"]
    names = {report_name("x", {"country": each}, {"country": "z"}) for each in values}
    assert len(names) == len(values)


texts = st.text(alphabet="aAb1._- /\n", max_size=6)
parameter_sets = st.dictionaries(st.sampled_from(["a", "b", "a_b"]), texts, max_size=3)


@given(parameter_sets, parameter_sets)
def test_different_parameters_never_share_a_name(one, other):
    same = report_name("x", one) == report_name("x", other)
    assert same == (one == other)


@given(st.text(max_size=200))
def test_every_name_is_safe_whatever_was_typed(value):
    name = report_name("x", {"a": value})
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert len(name) <= LONGEST
    assert not name.endswith((".failed", ".", "-"))


def test_reading_parameters_imports_nothing_heavy():
    heavy = ["pandas", "papermill", "nbformat", "nbconvert", "seaborn", "frictionless"]
    code = (
        "import sys, rareearth, rareearth.commands.main, rareearth.render.parameters;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    run = [sys.executable, "-c", code]
    answer = subprocess.run(run, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_very_long_name_is_cut_in_the_message():
    text = str(unknown_name("country", "a" * 10_000, ["China"]))
    assert text == f"unknown country: '{'a' * 60}'...; one of 'China'"

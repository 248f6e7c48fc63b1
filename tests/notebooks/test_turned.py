"""Turned far, a report still answers, in words and charts that nobody stumbles over."""

import os
import re
import shlex
from pathlib import Path

import language
import pytest
from books import NOTEBOOKS, code_of

from rareearth.errors import WorkbookError
from rareearth.figures import parameters
from rareearth.render.parameters import resolve

ALL = os.environ.get("RAREEARTH_LOOK") == "all"
FEW = 3  # sets of a report that are read at each run
NAMES = {name[:2]: name for name in NOTEBOOKS}
TURNED = [
    line
    for line in (Path(__file__).parent / "turned.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
if not ALL:
    of_report = [[each for each in TURNED if each[:2] == number] for number in NAMES]
    TURNED = [each for sets in of_report for each in sets[:FEW]]


def assert_sound(seen, pictures=0):
    """Assert that a report has answer and sources, and no fault in words or charts."""
    assert "class='findings'" in seen.page or "cannot be said" in seen.page
    assert "class='sources'" in seen.page
    assert seen.page.count("<img ") >= pictures
    assert language.faults(seen.page) == []
    assert seen.faults == []


@pytest.mark.parametrize("line", TURNED, ids=[line[:50] for line in TURNED])
def test_nobody_stumbles_over_a_turned_report(read, line):
    number, *words = shlex.split(line, comments=True)
    given = dict(zip(words[1::3], words[2::3], strict=True))
    used = resolve(NOTEBOOKS[NAMES[number]], given)
    pictures = re.search(r"# (\d+) charts", line)
    seen = read.all_of(NAMES[number], **{name: used[name] for name in given})
    assert_sound(seen, int(pictures[1]) if pictures else 0)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nobody_stumbles_over_a_report(read, rendered, name):
    assert_sound(read.all_of(name))
    assert rendered.all_of(name) == 0
    page = (rendered.folder / f"{name}.html").read_text("utf-8")
    assert language.faults(page) == []
    words, charts, tables = language.length(page)
    assert words <= language.WORDS[name[:2]]
    assert charts <= language.CHARTS
    assert tables <= language.TABLES


def listed(name):
    """Return the choices of each parameter that lists some, without the default."""
    (cell,) = [
        c for c in code_of(name) if "parameters" in c["metadata"].get("tags", [])
    ]
    found = {}
    for each in parameters.parse("".join(cell["source"]), name):
        if each.kind == "str" and isinstance(each.declared, parameters.Choices):
            values = []
            for part in each.declared.parts:
                if isinstance(part, parameters.Names):
                    values += parameters.names(part, None)
                elif "YYYY" not in part:
                    values.append(part)
            found[each.name] = [v for v in values if v != str(each.default)]
    return {parameter: values for parameter, values in found.items() if values}


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if listed(name)])
def test_the_longest_names_have_room_in_a_chart(read, name):
    """With the longest of all choices, or each alone where they do not fit together."""
    choices = listed(name)
    longest = {each: max(values, key=len) for each, values in choices.items()}
    sets = [longest, *({each: value} for each, value in longest.items())]
    if ALL:
        sets = [{each: value} for each, values in choices.items() for value in values]
    ran = 0
    for chosen in sets:
        try:
            faults = read.all_of(name, **chosen).faults
        except WorkbookError:
            continue  # refused: no report, no chart
        assert not faults, chosen
        ran += 1
        if chosen is longest:
            break
    assert ran


def test_a_reader_stumbles_over_what_is_wrong():
    wrong = [
        "1 months",
        "between 9 % and 9 %",
        "5 to 5",
        "the chance is 0 %",
        "since 2025-04-04",
        "hs_code",
        "79.9 to 205",
        "nan",
        "69%",
        "-3 %",
    ]
    for text in wrong:
        assert language.faults(f"<p>{text}</p>") != [], text
    right = (
        "In 2010 to 2012, 3 of 10 months; 80 to 205 USD; \N{MINUS SIGN}3 % to +12 %."
    )
    assert language.faults(f"<p>{right}</p>") == []

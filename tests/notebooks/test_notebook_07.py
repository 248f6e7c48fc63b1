"""The report on supply risk computes the indices, and refuses what it cannot know."""

import re

import pytest

from rareearth.errors import NoFigures

RISK = "07_supply_risk"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


def test_light_rare_earths_agree_with_the_printed_result_of_2023(read):
    # The study prints 3.7 for the group; a substitution index is never above 1.
    page = plain(read(RISK))
    assert "The study prints 3.7 for light rare earths in 2023" in page
    assert (
        "implies a substitution index of 0.92 to 0.95, which lies in its range" in page
    )


def test_the_method_of_2017_is_a_visible_break(read):
    page = read(RISK)
    assert "broken where the method changed" in page


def test_partners_that_nobody_names_leave_a_range(read):
    page = plain(read(RISK, importer="Japan"))
    low, high = re.search(r"all rare earths: ([\d.]+) to ([\d.]+) on", page).groups()
    assert float(low) < float(high)
    assert "once as safe and once as risky" in page


@pytest.mark.parametrize(
    "parameters",
    [
        {"product": "Dy"},
        {"product": "heavy rare earths", "importer": "United States"},
        {"product": "Y", "importer": "South Korea"},
        {"product": "light rare earths", "as_of": "2025-11-03"},
        {"product": "NdPr", "importer": "United States", "year": 2019},
    ],
)
def test_other_products_importers_and_dates_are_told(run, parameters):
    page = run(RISK, **parameters)
    assert "class='findings'" in page
    assert page.count("<img ") >= 5
    assert not re.search(r"[>\s(]nan[<\s%)]", page)
    assert "class='sources'" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"year": 2018}, NoFigures, "import shares of European Union up to 2018"),
        ({"as_of": "2015-01-01"}, NoFigures, "no assessment"),
    ],
)
def test_what_cannot_be_answered_is_refused(run, parameters, error, message):
    with pytest.raises(error, match=message):
        run(RISK, **parameters)

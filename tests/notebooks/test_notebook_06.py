"""The report on demand answers for other uses and scenarios, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures

DEMAND = "06_demand_technology"


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_report_says_what_its_sources_print(read):
    page = plain(read(DEMAND))
    # IEA 2024: 93,000 t in 2023, 131,000 t in 2030; four claims on patents.
    assert "93,000 t in 2023, 131,000 t in 2030" in page
    assert "<strong>4 objects</strong>" in page
    # Europe, 2023: 2.5 million electric cars of 1 to 3 kg.
    assert "<strong>2,500 to 7,500 t</strong> of magnets" in page


@pytest.mark.parametrize(
    "parameters",
    [
        {"application": "Wind power", "as_of": "2025-11-03"},
        {"scenario": "Adamas 2023"},
        {"scenario": "IEA policies", "as_of": "2025-11-03"},
        {"scenario": "Lynas 2022", "application": "Wind power"},
    ],
)
def test_demand_is_told_for_other_uses_scenarios_and_dates(run, parameters):
    page = run(DEMAND, **parameters)
    assert "class='findings'" in page
    assert page.count("<img ") == 6
    assert not re.search(r"[>\s(]nan[<\s%)]", page)
    assert "class='sources'" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"as_of": "2010-01-01"}, NoFigures, "the first that are known came out"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(DEMAND, **parameters)

"""The report on trade answers for other importers too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures, ParameterError

TRADE = "05_trade_dependence"


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def eu(read):
    return plain(read(TRADE))


def test_the_report_says_what_customs_and_agencies_print(eu):
    # Customs through Reuters: 62,585 t in 2025, 12.9 % more; 1,238 t of magnets in May.
    assert "62,585 t" in eu
    assert "+13 % on the" in eu
    assert "1,238 t</strong> in May 2025" in eu
    # Printed for September 2025: 1,288 t of 5,774 t of magnets went to Germany.
    assert "magnets in September 2025, 22 % of all" in eu
    # Eurostat: 46.3 % of the weight in 2024.
    assert "China's share was <strong>46 %</strong>" in eu


def test_the_claims_of_the_digests_are_read_as_the_customs_office_prints(eu):
    assert "C132 said +27 percent, printed is \N{MINUS SIGN}7.5 percent" in eu
    assert "3 as printed; 1 printed of other goods" in eu


@pytest.mark.parametrize(
    "parameters",
    [
        {"importer": "United States"},
        {"importer": "Japan", "as_of": "2025-11-03"},
        {"importer": "South Korea", "start": "2025-01", "end": "2025-12"},
        {"importer": "World"},
        {"as_of": "2025-11-03"},
        {"start": "2025-06", "end": "2025-10"},
    ],
)
def test_trade_is_told_for_other_importers_months_and_dates(run, parameters):
    page = run(TRADE, **parameters)
    assert "class='findings'" in page
    assert page.count("<img ") >= 6
    assert not re.search(r"[>\s(]nan[<\s%)]", page)
    assert "class='sources'" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"start": "2026-05", "end": "2026-01"}, ParameterError, "is after end"),
        ({"start": "1990-01", "end": "1990-12"}, NoFigures, "they run from 2010-01"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(TRADE, **parameters)

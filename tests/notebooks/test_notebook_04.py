"""The report on producers tells the accounts as published, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures

PRODUCERS = "04_producers"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


BEFORE = "2026-02-06"  # the accounts of fiscal 2026 were not out


def test_revenue_of_fiscal_2026_leads(read):
    # Lynas, annual report 2026: revenue 977.9 after 556.5, REO 13,089 after 10,462 t.
    page = plain(read(PRODUCERS))
    assert "revenue AUD 977.9 million (+75.7 % from AUD 556.5" in page
    assert "rare-earth oxides made 13,089 t (+25.1 % from 10,462 t)" in page


def test_profit_fell_by_90_percent_and_cash_for_capital_spending(read):
    # Lynas, results of the year to 30 June 2025: 84.5 to 8.0; 523.8 to 166.5.
    page = plain(read(PRODUCERS, as_of=BEFORE))
    assert "net profit AUD 8.0 million (\N{MINUS SIGN}90.5 % from AUD 84.5" in page
    assert "NdPr oxide made 6,558 t" in page
    assert "Cash fell by AUD 357.3 million" in page
    assert "Capital spending was AUD 430.8 million, 1.2 times the whole fall" in page


def test_the_steps_that_are_said_are_those_that_are_drawn(read):
    # 84.5 - 2.9 - 45.1 - 22.5 - 20.0 - 3.8 + 19.2 - 1.5 = 7.9, against 8.0 printed.
    page = plain(read(PRODUCERS, as_of=BEFORE))
    minus = "\N{MINUS SIGN}"
    assert "net profit fell from 84.5 to 8.0 AUD million" in page
    assert f"gross profit {minus}2.9; everything else {minus}1.5" in page
    assert "Net profit, FY2025 (AUD million)8.0" in page


def test_the_fiscal_year_is_shown_with_its_true_dates(read):
    assert "FY2026 (July 2025 to June 2026)" in plain(read(PRODUCERS))
    assert "2024 (January to December)" in plain(
        read(PRODUCERS, company="Shenghe Resources")
    )


@pytest.mark.parametrize(
    ("parameters", "pictures"),
    [
        ({"company": "MP Materials"}, 6),
        ({"company": "China Northern Rare Earth", "currency": "USD"}, 4),
        ({"company": "China Rare Earth Resources (000831)", "start_year": 2021}, 3),
        ({"company": "JL Mag"}, 2),
        ({"company": "Lynas", "as_of": "2025-11-03", "start_year": 2012}, 6),
        ({"company": "MP Materials", "as_of": "2024-06-01"}, 3),
    ],
)
def test_other_producers_and_dates_are_told(run, parameters, pictures):
    page = run(PRODUCERS, **parameters)
    assert "class='findings'" in page
    assert page.count("<img ") >= pictures
    assert not re.search(r"[>\s(]nan[<\s%)]", page)
    assert "class='sources'" in page


def test_what_was_not_out_is_not_told(run):
    page = plain(run(PRODUCERS, as_of="2024-12-31"))
    assert "FY2024 (July 2023 to June 2024)" in page
    assert "FY2025" not in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"company": "Iluka"}, NoFigures, "too few accounts of Iluka"),
        ({"company": "Molycorp"}, NoFigures, "revenue of 2014"),
        ({"start_year": 2026}, NoFigures, "there are figures for 2014 to 2026"),
        ({"as_of": "1990-01-01"}, NoFigures, "published by 1990-01-01"),
    ],
)
def test_what_cannot_be_answered_is_refused(run, parameters, error, message):
    with pytest.raises(error, match=message):
        run(PRODUCERS, **parameters)

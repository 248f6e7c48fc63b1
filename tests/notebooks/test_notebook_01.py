"""The report on production shares answers for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures

SHARES = "01_production_shares"


def test_chinas_share_of_2024_is_69_percent_as_published_in_2025(run):
    # 270,000 of 390,000 t: Mineral Commodity Summaries 2025, p. 145.
    page = run(SHARES, as_of="2025-11-03", end_year=2024)
    assert "<strong>69\N{NO-BREAK SPACE}%</strong> of the world" in page


def test_chinas_share_of_2024_is_71_percent_as_revised_and_the_report_says_why(run):
    # 270,000 of 380,000 t: Mineral Commodity Summaries 2026, p. 153.
    page = run(SHARES, end_year=2024).replace("\N{NO-BREAK SPACE}", " ")
    assert "first printed as <strong>69 %</strong> and is now <strong>71 %" in page
    assert "from 390,000 to 380,000 t" in page
    assert "Australia +16,000 t" in page


@pytest.mark.parametrize(
    "parameters",
    [
        {"country": "Australia", "stage": "separation"},
        {"country": "Brazil", "stage": "magnet", "as_of": "2025-11-03"},
        {"country": "Malaysia", "stage": "metal"},
        {"start_year": 1985, "end_year": 1993},
        {"start_year": 1994, "end_year": 1994},
        {"as_of": "2020-01-01"},
        {"as_of": "2012-06-01", "country": "China"},
    ],
)
def test_shares_are_told_for_other_countries_years_and_dates(run, parameters):
    page = run(SHARES, **parameters)
    assert "class='findings'" in page
    assert page.count("<img ") >= 4
    assert not re.search(r"[>\s(]nan[<\s%)]", page)
    assert "class='sources'" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"start_year": 2022, "end_year": 2020}, NoFigures, "for 2022 to 2020; totals"),
        ({"as_of": "1990-01-01"}, NoFigures, "the first that are known came out"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(SHARES, **parameters)


@pytest.mark.parametrize(
    ("parameters", "said", "left_out"),
    [
        (
            {"country": "Laos"},
            "No figure published so far gives any rare earths mined in <strong>Laos",
            "mining in Laos by year",
        ),
        (
            {"country": "Estonia", "stage": "separation"},
            "Neo Silmet (3,200\N{NO-BREAK SPACE}t of REO a year, 2026)",
            "mining in Estonia by year",
        ),
        (
            {"as_of": "2010-10-01"},
            "<strong>cannot be said</strong>: no world total of mine",
            "shares of mining, their concentration and revisions",
        ),
    ],
)
def test_what_is_asked_about_leads_also_when_nobody_has_published_it(
    run, parameters, said, left_out
):
    page = run(SHARES, **parameters)
    assert said in page
    assert f"Left out here: {left_out}" in page

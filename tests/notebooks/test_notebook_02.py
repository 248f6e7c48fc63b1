"""The report on prices tells any series honestly, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures, ParameterError

PRICES = "02_price_trends"
SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def default(read):
    """Return the report with its own parameters, run once for all tests."""
    return read(PRICES)


def test_no_known_price_rose_by_the_47_percent_of_the_claim(default):
    # Largest rise of 2024: Ce oxide, 1.03 to 1.21 USD/kg (USGS 2026), +17 percent.
    assert f"The claim says <strong>+47{SPACE}%</strong>" in default
    assert "none of them is within two points of it, none changed by more" in default
    assert f"to +17{SPACE}%." in default


def test_the_claim_of_18_percent_holds_for_two_of_seventeen_prices(default):
    # SMM, Tb oxide: 5,610 on 3 January, 6,625 CNY/kg on 6 November 2025: +18.1 percent.
    # KOMIS, La oxide FOB: 0.75 USD/kg at the end of 2024, 0.89 in October 2025: +18.7.
    assert "15 of 17 prices do not show +18" in default
    assert "2 of 17 prices" in default


def test_neodymium_fell_by_11_percent_over_2024(default):
    # Month-ends of the FOB series: 63.14 and 55.97 USD/kg.
    # Of 44 prices the table shows the first; all of them are in the CSV beside it.
    assert "Nd oxide,China FOB,month to month,2023-12,2024-12,63.14,55.97" in default


def test_the_report_says_that_nothing_beats_the_random_walk(default):
    assert "Nothing beats the random walk" in default


def test_sparse_months_are_left_out_and_said(default):
    assert "2021-10 to 2022-09" in default
    assert "no US CPI-U" in default


def test_thin_european_quotes_are_called_thin(default):
    assert "The European quotes of heavy rare earths are thin" in default


def test_a_random_walk_shows_as_large_a_break_and_the_report_says_so(default):
    assert "A random walk made of the same monthly changes" in default


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {
                "product": "Dy oxide",
                "real": False,
                "currency": "EUR",
                "as_of": "2025-11-03",
            },
            [
                "so its size is estimated with the trend and the breaks",
                "The claim says",
            ],
        ),
        (
            {"product": "NdPr oxide", "real": False},
            ["a proxy and not a quotation"],
        ),
        (
            {"product": "Gd oxide", "market": "USGS reference", "real": False},
            ["needs a series of at least 42 points"],
        ),
        (
            {
                "market": "China domestic",
                "currency": "CNY",
                "real": False,
                "start": "2016",
                "end": "2021-09",
                "horizon_months": 3,
            },
            ["China domestic", "2016-01"],
        ),
        (
            {"as_of": "2021-06-30", "base_year": 2020},
            ["claims about prices: none had been published by"],
        ),
        (
            {"base_year": 2025, "product": "Tb oxide"},
            ["in money of 2025"],
        ),
    ],
)
def test_prices_are_told_for_other_series_times_and_dates(run, parameters, said):
    page = run(PRICES, **parameters)
    assert [text for text in said if text not in page] == []
    assert "class='findings'" in page
    assert not re.search(r"[>\s(]nan[<\s%)]", page)
    assert "class='sources'" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"product": "Gd oxide"}, NoFigures, "USGS reference by year"),
        ({"currency": "EUR"}, ParameterError, "choose real=False or currency='USD'"),
        ({"start": "2030"}, NoFigures, "there are prices for 2010-07"),
        ({"start": "2020", "end": "2012"}, NoFigures, "no price from 2020 to 2012"),
        ({"as_of": "2005-01-01"}, NoFigures, "no oxide prices had been published"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=re.escape(message)):
        run(PRICES, **parameters)

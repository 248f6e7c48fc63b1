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
            [],
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

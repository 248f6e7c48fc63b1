"""The report on prices tells any series honestly, and refuses the rest."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError

PRICES = "02_price_trends"
SPACE = "\N{NO-BREAK SPACE}"
CURATED = pd.read_csv(Path(__file__).parent.parent.parent / "data" / "prices.csv")


@pytest.fixture
def default(read):
    """Return the report with its own parameters, run once for all tests."""
    return read(PRICES)


def plain(page):
    return re.sub("<[^>]+>", "", page.replace(SPACE, " "))


def prices_of(series, product, **columns):
    found = CURATED[(CURATED["series"] == series) & (CURATED["product"] == product)]
    for name, value in columns.items():
        found = found[found[name] == value]
    return found.set_index("period_end").sort_index()


def test_five_numbers_of_the_page_are_those_of_the_tables(default):
    page = plain(default)
    nd, pr, dy, y = (
        prices_of("oxide_price_month_end", f"{name} oxide", entity="China FOB")["value"]
        for name in ("Nd", "Pr", "Dy", "Y")
    )
    ndpr = 0.75 * nd + 0.25 * pr
    ndpr.index = ndpr.index.str[:7]
    now, ago, peak = (ndpr[month] for month in ("2026-07", "2025-07", "2022-02"))
    assert f"{now:.0f} USD/kg at the end of July 2026" in page
    share = f"{1 - now / peak:.0%}".replace("%", " %")
    assert f"{share} below its peak of February 2022 ({peak:.0f})" in page
    assert f"+{now / ago - 1:.0%}".replace("%", " %") in page
    europe = prices_of("oxide_price_quote", "Dy oxide", entity="European market")
    smm = prices_of("oxide_price_quote", "Dy oxide", source_id="smm-ov-jan-2026b")
    other = smm[["low", "high"]].mean(axis=1).iloc[0]
    quote = europe.loc["2026-02-05", "value"]
    ends = quote / other, quote / dy["2026-01-30"]
    assert f"{ends[0]:.1f} to {ends[1]:.1f} times its price for export" in page
    rose = y.iloc[-1] / y[y.index < "2025-04"].iloc[-1] - 1
    assert f"Y +{rose:.0%}".replace("%", " %") in page


def test_the_report_says_what_nothing_is_shown_to_beat(default):
    page = plain(default)
    assert "Nothing is shown to beat the random walk" in page
    assert "such intervals held 80 % of outcomes" in page


def test_each_product_says_whether_it_is_under_licence(default):
    page = plain(default)
    assert "NdPr oxide: not under a licence of its own." in page
    assert "Dy, Gd, Lu, Sc, Sm, Tb and Y (under licence since 4 April 2025)" in page
    suspended = "on a licence list suspended since 7 November 2025"
    assert f"Er, Eu, Ho, Tm and Yb ({suspended})" in page


def test_europe_is_compared_within_one_publisher_first(default):
    # SMM, 16 January 2026: 190 over 138 USD/kg, not over the 96 of another.
    assert "SMM, Nd oxide (not under licence) stood in Europe at 1.4 times" in plain(
        default
    )


def test_windows_in_which_the_price_stood_still_are_not_measured(default):
    page = plain(default)
    assert "the posted price stood still" in page


def test_a_random_walk_shows_as_large_a_break_and_the_report_says_so(default):
    page = plain(default)
    assert "A random walk of the same monthly changes shows a break as large in" in page
    assert "they prove no change of regime" in page


def test_no_paragraph_stands_twice(default):
    said = [each for each in re.findall("<p>(.*?)</p>", default) if len(each) > 60]
    assert len(said) == len(set(said))


def test_quotations_of_single_days_are_said_to_be_such(read):
    # Counted in oxide_price_quote: 27 months with a quotation in CNY/t.
    given = {"market": "China domestic", "currency": "CNY"}
    page = plain(read(PRICES, product="Tb oxide", **given))
    assert "these are dated quotations of 27 months" in page
    assert "6,400" in page


def test_a_duty_explains_no_more_of_a_fall_than_it_can(read):
    page = plain(read(PRICES, product="Dy oxide"))
    assert "A duty of 25 % explains at most 20 % of a fall" in page
    assert "Dy oxide: under licence since 4 April 2025." in page


def test_the_missing_index_of_october_2025_has_its_reason(read):
    page = plain(read(PRICES, real=True))
    assert "in money of 2024" in page
    assert "The US price index of October 2025 was never published" in page


def test_an_early_day_leaves_out_what_nobody_knew(read):
    page = plain(read(PRICES, as_of="2023-06-30", real=True))
    assert "Prices are in money of 2022" in page
    assert (
        "China and Europe: no pair of quotes had been published by 30 June 2023" in page
    )


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"product": "Gd oxide"}, NoFigures, "USGS reference by year"),
        (
            {"currency": "EUR", "real": True},
            ParameterError,
            "choose real=False or currency='USD'",
        ),
        ({"start": "2030"}, NoFigures, "there are prices for 2020-12"),
        ({"start": "2020", "end": "2012"}, NoFigures, "no price from 2020 to 2012"),
        ({"as_of": "2005-01-01"}, NoFigures, "no oxide prices had been published"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    read, parameters, error, message
):
    with pytest.raises(error, match=re.escape(message)):
        read(PRICES, **parameters)

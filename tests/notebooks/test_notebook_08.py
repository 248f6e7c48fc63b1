"""The report on a cut-off answers for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures

CUT = "08_cutoff_stress"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


def test_the_case_by_hand_follows_the_horizon(read):
    # China's share of 85 to 98 percent, middle 0.915: 12 * (0.915 - 0.4) is 6.18.
    told = "over {} is lost with {} of stock"
    page = plain(read(CUT))
    assert told.format("12 months", "6.2 months") in page
    page = plain(read(CUT, horizon_months=24))
    assert told.format("24 months", "12 months") in page


def test_the_stock_that_was_reported_leads(read):
    # Three sources: 2 to 4, 4 to 6 and 5 to 6 weeks, so 2 to 6, the middle 4.
    page = plain(read(CUT))
    first, second = (
        page.index("about 4 weeks of stock"),
        page.index("6 months of stock"),
    )
    assert first < second
    assert "85 % to 98 %" in page  # 17,000 of 20,000 t; ERMA's 98 percent


def test_japan_is_not_told_that_it_is_safe(read):
    # KITA has 31.1 percent of the magnets that Japan imports; of its rare earths, 60
    # (2026) to 79.6 percent (first half of 2024) come from China.
    page = plain(read(CUT, importer="Japan"))
    assert "If all imports of rare earths from China stopped, Japan" in page
    assert "60 % to 80 %" in page
    assert "China's share in the magnets that Japan imports, 31 % in 2022" in page


def test_a_stock_that_outlasts_the_months_counted_is_no_safety(read):
    page = plain(read(CUT, horizon_months=1))
    assert "the stock lasts beyond 1 month, at least in half" in page


def test_a_loss_of_nothing_is_said_to_be_a_stock_that_outlasts_the_count(read):
    page = plain(read(CUT, importer="United States"))
    assert "; the stock outlasts the time counted" in page
    assert "the stock outlasts the time counted" not in plain(read(CUT))


def test_a_car_has_the_magnets_of_a_car_and_not_those_of_a_motor(read):
    # 2.5 million cars of 1 to 2 kg over 20,000 t: 12.5 to 25 percent; world 7 percent.
    page = plain(read(CUT))
    assert "Electric cars are taken as 7 % to 25 % of the magnets used" in page


def test_exports_of_the_worst_month_stand_beside_the_year_before(read):
    # 1,238 t in May 2025; 58,120 t in 2024 are 4,843 a month; 1 - 0.256 is 74 percent.
    page = plain(read(CUT))
    assert "1,238 t of magnets in May 2025, 74 % less than in a mean month" in page


def test_before_a_share_of_cars_was_published_nobody_is_said_to_bear_the_loss(read):
    page = plain(read(CUT, as_of="2024-06-30"))
    assert "who bears the loss: no share of electric cars in the use of magnets" in page


def test_the_same_seed_gives_the_same_page(read):
    assert read.anew(CUT).page == read(CUT)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"as_of": "2015-01-01"}, NoFigures, "was published by 2015-01-01"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    read, parameters, error, message
):
    with pytest.raises(error, match=message):
        read(CUT, **parameters)

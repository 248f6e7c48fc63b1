"""The report on producers tells the accounts as published, and refuses the rest."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures

ROOT = Path(__file__).parent.parent.parent
PRODUCERS = "04_producers"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


BEFORE = "2026-02-06"  # the accounts of fiscal 2026 were not out


def test_revenue_margin_and_cash_of_fiscal_2026_lead(read):
    # Lynas, year to 30 June 2026: 977.9 after 556.5; 222.4 / 977.9 = 23 %.
    page = plain(read(PRODUCERS))
    assert "Sales up, margin up and cash up: Lynas had revenue of AUD 977.9 mil" in page
    assert "in the year to 30 June 2026 (+75.7 %)" in page
    assert "a net margin of 23 %, after 1.4 % a year before" in page
    assert "nothing in a filing" in page


def test_five_numbers_of_the_page_are_those_of_the_table(read):
    page = plain(read(PRODUCERS))
    rows = pd.read_csv(ROOT / "data" / "companies.csv").set_index("figure_id")["value"]
    revenue, before = rows["comp-0928"], rows["comp-0708"]
    sold, sold_before = rows["comp-0926"], rows["comp-0610"]
    assert f"Revenue rose by AUD {revenue - before:.1f} million" in page
    price, price_before = 1e3 * revenue / sold, 1e3 * before / sold_before
    step = (price - price_before) * (sold + sold_before) / 2e3
    assert (
        f"price +{step:.1f} (+{price / price_before - 1:.0%} per".replace("% ", " % ")
        in page
    )
    volume = (sold - sold_before) * (price + price_before) / 2e3
    assert (
        f"volume +{volume:.1f} (+{sold / sold_before - 1:.0%} in".replace("% ", " % ")
        in page
    )
    per_ndpr = 1e3 * revenue / rows["comp-0933"]
    assert f"{per_ndpr:.1f} per kg of NdPr oxide sold" in page
    assert f"{rows['comp-0925']:,.0f}" in page


def test_what_is_newer_than_the_last_full_year_stands_beside_it(read):
    # Sales 200.2 + 201.9 after 120.5 + 141.2; 2,003 + 1,404 t of NdPr oxide.
    page = plain(read(PRODUCERS, as_of=BEFORE))
    assert "net profit of AUD 8.0 million, a net margin of 1.4 %, after 18 %" in page
    assert "Since then: revenue AUD 402.1 million in the second half of 2025" in page
    assert "(AUD 261.7 million a year before)" in page
    assert "NdPr oxide made 3,407 t in the second half of 2025" in page


def test_no_two_years_are_joined_for_mp_materials(read):
    # 10-K and 10-Q: 224.4 of 2025; 90.649 + 108.5 of 2026; EBITDA 11.4 of 2025.
    page = plain(read(PRODUCERS, company="MP Materials"))
    assert "USD 224.4 million in 2025 (+10.1 %)" in page
    assert "EBITDA went from USD \N{MINUS SIGN}50.2 million in 2024 to USD 11.4" in page
    assert "revenue USD 199.1 million in the first half of 2026" in page
    assert "Cash, 30 June 2026 (USD million)1,450" in page


def test_a_plant_that_was_given_up_is_not_counted_as_planned(read):
    page = plain(read(PRODUCERS))
    assert "given up, 26 August 2026" in page
    assert "Not counted: planned capacity of Lynas Seadrift" in page


def test_empty_sections_go(read):
    page = plain(read(PRODUCERS, company="JL Mag"))
    assert "what moved the profit: no EBITDA or gross profit of two years" in page
    assert "Bridge between" not in page


def test_the_fiscal_year_is_shown_with_its_true_dates(read):
    assert "in the year to 30 June 2026" in plain(read(PRODUCERS))
    page = plain(read(PRODUCERS, company="Shenghe Resources"))
    assert "CNY 11,371 million in 2024" in page


def test_what_was_not_out_is_not_told(read):
    page = plain(read(PRODUCERS, as_of="2024-12-31"))
    assert "in the year to 30 June 2024" in page
    assert "FY2025" not in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"company": "Iluka"}, NoFigures, "too few accounts of Iluka"),
        ({"company": "Molycorp"}, NoFigures, "figures of 2014"),
        ({"start_year": 2026}, NoFigures, "there are figures for 2014 to 2026"),
        (
            {"company": "Shenghe Resources", "as_of": "2023-06-30"},
            NoFigures,
            "too few accounts of Shenghe Resources, published by 2023-06-30",
        ),
        ({"as_of": "1990-01-01"}, NoFigures, "published by 1990-01-01"),
    ],
)
def test_what_cannot_be_answered_is_refused(read, parameters, error, message):
    with pytest.raises(error, match=message):
        read(PRODUCERS, **parameters)

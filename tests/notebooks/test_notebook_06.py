"""The report on demand answers for other uses and scenarios, and refuses the rest."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures

DATA = Path(__file__).parent.parent.parent / "data"
DEMAND = "06_demand_technology"


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_five_numbers_of_the_page_are_those_of_the_tables(read):
    page = plain(read(DEMAND))
    rows = pd.read_csv(DATA / "demand.csv").set_index("figure_id")["value"]
    # Arafura: 26 % of 137,000 t in 2018; IEA: 7 % of 93,000 t in 2023.
    in_magnets = rows["dem-0046"] / 100 * rows["dem-0005"]
    in_cars = rows["dem-0027"] / 100 * rows["dem-0102"]
    assert f"magnets took about <strong>{round(in_magnets, -2):,.0f}</strong>" in page
    assert f"vehicles took about <strong>{round(in_cars, -2):,.0f}</strong>" in page
    # IEA: 2030 is the last year before 2040 that it publishes; 2040 is worked out at
    # the constant growth from 2030 to 2050.
    assert f"class='value'>{rows['dem-0103']:,.0f} t<" in page
    in_2040 = (rows["dem-0103"] * rows["dem-0104"]) ** 0.5
    assert f"in 2040, worked out: {in_2040 / 1000:.0f} (IEA 2024, pledges)" in page
    # Lynas: 130,000 t of magnets in 2020, a quarter of it neodymium.
    nd = rows["dem-0083"] * rows["dem-0098"] / 100
    assert f"held about {nd:,.0f} t of Nd" in page
    filings = pd.read_csv(DATA / "technology.csv")
    filings = filings[filings["series"] == "patent_filings"].set_index("entity")
    share = filings.at["China", "value"] / filings["value"].sum()
    assert f"China: {share:.0%}".replace("%", " %") in page


def test_a_car_has_the_magnets_of_a_car_and_not_those_of_a_motor(read):
    page = plain(read(DEMAND))
    # Europe, 2023: 2.5 million electric cars of 1 to 2 kg; 20,000 t used in the EU.
    assert "<strong>2,500 to 5,000 t</strong> of magnets" in page
    assert "12 % to 25 % of the 20,000 t" in page
    assert "does not name their kind" in page


def test_every_claim_on_patents_and_products_is_one_of_the_digests():
    claims = pd.read_csv(DATA / "claims.csv")["claim_id"]
    source = (DATA.parent / "notebooks" / f"{DEMAND}.ipynb").read_text("utf-8")
    named = set(re.findall(r"C\d{3}(?=\\\":)", source))
    assert len(named) == 11  # four on patents, seven on products
    assert named <= set(claims)


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2020-06-30", "in 2018, by weight, magnets took <strong>26 %</strong>"),
        ("2012-06-30", "by weight, magnets took <strong>30 %</strong>"),
        ("2022-12-31", "No tonnes of the scenario IEA pledges had been published by"),
        ("2022-12-31", "how much is in what: no content had been published"),
    ],
)
def test_an_early_date_gives_the_sections_that_can_be_given(read, as_of, said):
    page = plain(read(DEMAND, as_of=as_of))
    assert said in page
    assert "Left out here" in page


def test_what_cannot_be_answered_is_refused_with_the_choices(read):
    with pytest.raises(NoFigures, match="the first that are known came out"):
        read(DEMAND, as_of="2010-01-01")

"""The report on refining costs answers for others too, and refuses the rest."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError

ROOT = Path(__file__).parent.parent.parent
COSTS = "03_refining_costs"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


@pytest.fixture
def page(read):
    """Return what the report says, in plain text."""
    return plain(read(COSTS))


def rows(table):
    return pd.read_csv(ROOT / "data" / f"{table}.csv").set_index("figure_id")


def test_the_answer_holds_both_claims_against_accounts_and_model(page):
    assert (
        "\u201cForty percent more\u201d is possible in cash and too little with cap"
        in page
    )
    assert "\u201cfive times\u201d is not borne out" in page
    assert "1.3 times (accounts of Lynas for the year to 30 June 2025)" in page
    assert (
        "and 1.5 times (model) in cash what it costs the Baotou group (the min" in page
    )
    assert "a plant of Lynas in Texas, given up on 26 August 2026" in page


def test_revenue_less_ebitda_is_that_of_the_tables(page):
    value = rows("companies")["value"]
    newest = (value["comp-0708"] - value["comp-0203"]) * 1e3 / value["comp-0357"]
    assert f"of Lynas was {newest:.0f} AUD/kg of NdPr oxide in the year to 30" in page
    first = (920.0 - value["comp-0193"]) * 1e3 / 5_880
    assert f"after {first:.0f} in the year to 30 June 2022" in page


def test_the_bounds_and_what_mp_materials_stated_are_those_of_the_tables(page):
    costs = rows("costs")
    scale, power = costs.loc["cost-0092"], costs.loc["cost-0091"]
    ends = [scale[end] * 10_000 ** power[end] for end in ("low", "high")]
    assert f"at {ends[0]:.1f} to {ends[1]:.1f} USD of 2022 for 10,000 t a year" in page
    stated, goal = costs.at["cost-0036", "low"], costs.at["cost-0045", "value"]
    assert f"a cost above {stated:.0f} USD for the first quarter of 2025" in page
    assert f"a target of {goal:.0f} USD at full output" in page
    assert "stated 33.80 USD for the third quarter of 2014 and 21.02 USD" in page


def test_the_model_stands_above_the_accounts_by_what_the_page_says(page, read):
    # 69.4 AUD at the rate and in the prices of the year to June 2025, in USD of 2024.
    known = read.all_of(COSTS).names["known"].set_index(["entity", "what"])
    row = known.loc["Lynas", "revenue less EBITDA"]
    assert row["published_low"] == pytest.approx(
        69.43 * 0.648 * 313.7 / 318.0, rel=0.02
    )
    gap = row["middle"] / row["published_low"] - 1
    assert gap == pytest.approx(0.21, abs=0.02)
    assert (
        f"the model is {gap:.0%} above the accounts of Lynas".replace("%", " %") in page
    )


def test_a_refiner_breaks_even_with_a_feed_that_follows_the_price(page):
    # 19,109 CNY a tonne of half oxides for July to September 2025, and six more.
    assert "in 7 quarters from 2022 to 2026" in page
    assert "Its gross margin was 9 % to 28 % from 2019 to 2024" in page


def test_projects_stand_beside_what_their_owners_say(read):
    worth = read.all_of(COSTS).names["worth"].set_index("Project")
    project = worth.loc["Nolans (2024)"]
    assert project["NPV planned"] == "1,729"  # money of 2024, proj-0171
    assert project["NPV study"] == pytest.approx(1_729, rel=0.2)
    assert project["IRR study"] == pytest.approx(0.172, abs=0.02)


def test_money_of_an_earlier_year_leaves_ratios_as_they_are(read):
    # Assumptions are deflated as published money is.
    one, other = (
        read.all_of(COSTS, **given).names["accounts_gap"]["gap"].item()
        for given in ({}, {"base_year": 2015})
    )
    assert one == pytest.approx(other, abs=0.01)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {
                "producer": "MP Materials",
                "as_of": "2025-11-03",
                "currency": "CNY",
                "discount_rate": 0,
                "seed": 7,
            },
            "\u201cForty percent more\u201d is too little",
        ),
        (
            {"producer": "Baotou", "reference": "China Northern Rare Earth"},
            "Neither claim is about two producers inside China",
        ),
        ({"as_of": "2023-06-30"}, "Money is of 2022"),
        ({"as_of": "2023-06-30"}, "a price floor: none had been announced by then"),
    ],
)
def test_other_pairs_and_dates_have_answers_of_their_own(read, parameters, said):
    assert said in plain(read(COSTS, **parameters))


def test_an_input_turned_for_one_producer_leaves_the_other(read):
    names = read.all_of(COSTS).names
    study, assumed = names["study"], names["assumed"]
    plain = names["turned"](study, assumed, study.discount_rate)
    poor = names["turned"](study, assumed, study.discount_rate, utilisation=0.55)
    assert plain is study
    assert poor.band("Lynas")[1] > study.band("Lynas")[1]
    assert poor.band("Baotou")[1] == pytest.approx(study.band("Baotou")[1], rel=0.01)


def test_a_higher_discount_rate_makes_both_cost_more_and_no_cash(read):
    names = read.all_of(COSTS).names
    study, assumed = names["study"], names["assumed"]
    low, high = (names["turned"](study, assumed, rate) for rate in (0.02, 0.15))
    for name in study.pair:
        assert high.band(name)[1] > low.band(name)[1]
        assert high.band(name, "cash") == low.band(name, "cash")


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"reference": "Lynas"}, ParameterError, "are both 'Lynas'; name two"),
        ({"as_of": "2015-01-01"}, NoFigures, "the first that are known came out"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    read, parameters, error, message
):
    with pytest.raises(error, match=message):
        read(COSTS, **parameters)

"""The report on refining costs answers for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures, ParameterError

COSTS = "03_refining_costs"
FEW = {"draws": 2_000}


def test_lynas_spent_54_and_69_australian_dollars_per_kg_in_its_own_money(run):
    page = run(COSTS, **FEW)
    assert "was <strong>54 AUD per kg NdPr oxide</strong> in the fiscal year" in page
    assert "from (920.0 - 601.2) AUD million / 5,880 t" in page
    assert "<strong>69 AUD</strong> in that to June 2025" in page
    # Revenue less EBITDA of 69 AUD is about 44 USD of 2024; the model says 53.
    assert "with revenue less EBITDA of Lynas (2025) in place of the model" in page
    # The answer states its allocation, and that it is a model.
    assert "all cost on NdPr oxide less what the other oxides earn" in page
    assert "in large part assumed, not of measured costs" in page


@pytest.mark.parametrize(
    "parameters",
    [
        {
            "reference": "China Northern Rare Earth",
            "currency": "AUD",
            "base_year": 2020,
        },
        {"producer": "Baotou", "reference": "MP Materials", "base_year": 2025},
        {
            "producer": "MP Materials",
            "as_of": "2025-11-03",
            "currency": "CNY",
            "discount_rate": 0.0,
            "seed": 7,
        },
    ],
)
def test_costs_are_told_for_other_pairs_monies_rates_and_dates(run, parameters):
    page = run(COSTS, **FEW, **parameters)
    assert "class='findings'" in page
    assert page.count("<img ") >= 6
    assert not re.search(r"[>\s(](nan|inf)[<\s%)]", page)
    assert "class='sources'" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"reference": "Lynas"}, ParameterError, "are both 'Lynas'; name two"),
        ({"as_of": "2015-01-01"}, NoFigures, "the first that are known came out"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(COSTS, **(FEW | parameters))

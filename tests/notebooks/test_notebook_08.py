"""The report on a cut-off answers for others too, and refuses the rest."""

import re

import pytest

from rareearth.errors import NoFigures

CUT = "08_cutoff_stress"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"as_of": "2025-11-03"},
        {"importer": "Japan", "stock_months": 2.0},
        {"importer": "United States", "cut_share": 0.75, "horizon_months": 3},
        {"importer": "South Korea", "horizon_months": 36, "substitution": 0.5},
        {"stock_months": 0.0, "substitution": 0.0},
        {"stock_months": 60.0, "horizon_months": 120},
    ],
)
def test_the_cut_is_told_for_other_importers_stocks_and_horizons(read, parameters):
    page = read(CUT, **({"draws": 500} | parameters))
    assert "class='findings'" in page
    assert page.count("<img ") >= 3
    assert not re.search(r"[>\s(](nan|inf)[<\s%)]", page)
    assert "class='sources'" in page


def test_the_barest_case_names_the_stock_that_makes_the_claim_true(read):
    # China's share of 85 to 98 percent, middle 0.915: (12 - s / 0.915) 0.915 / 12 = 0.4
    # gives s = 12 * (0.915 - 0.4) = 6.18 months.
    page = read(CUT, draws=500).replace("\N{NO-BREAK SPACE}", " ")
    assert "it is true with <strong>6.2 months</strong> of stock" in page


def test_the_same_seed_gives_the_same_page(run, read):
    assert run(CUT, draws=500) == read(CUT, draws=500)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"as_of": "2015-01-01"}, NoFigures, "was published by 2015-01-01"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    run, parameters, error, message
):
    with pytest.raises(error, match=message):
        run(CUT, **parameters)

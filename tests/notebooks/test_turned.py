"""Turned far, a report still answers: what it has nothing for is left out by name."""

import pytest

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("notebook", "parameters", "said"),
    [
        (
            "02_price_trends",
            {
                "product": "Tb oxide",
                "market": "China domestic",
                "currency": "CNY",
                "real": False,
            },
            # Counted in oxide_price_quote: 27 months with a quotation in CNY/t.
            ["these are dated quotations of 27 months", "6,400"],
        ),
        (
            "02_price_trends",
            {"as_of": "2023-06-30", "real": True},
            [
                "Prices are in money of 2022",
                "China and Europe: no pair of quotes had been published",
            ],
        ),
        (
            "03_refining_costs",
            {"as_of": "2023-06-30", "draws": 2_000},
            [
                "Money is of 2022",
                "Lynas",
                "a price floor: none had been announced by then",
            ],
        ),
        (
            "06_demand_technology",
            {"as_of": "2022-12-31"},
            [
                "No tonnes of the scenario IEA pledges had been published by",
                "how much is in what: no content had been published",
                "news of products: no digest had been published",
            ],
        ),
        (
            "07_supply_risk",
            {"product": "Sc"},
            # The Commission of 2023 prints 2.4 for scandium.
            ["supply risk for scandium at <strong>2.4</strong>"],
        ),
        (
            "08_cutoff_stress",
            {"as_of": "2024-06-30", "draws": 500},
            ["who bears the loss: no share of electric cars in the use of magnets"],
        ),
    ],
)
def test_a_report_answers_far_from_its_defaults(run, notebook, parameters, said):
    page = run(notebook, **parameters).replace(SPACE, " ")
    assert [text for text in said if text not in page] == []
    assert "nan" not in page.casefold().split()

"""Turned far, a report still answers, in words that nobody stumbles over.

Of the sets of ``turned.txt`` the first two of each report are read at each run, and
with ``RAREEARTH_LOOK=all`` all.
"""

import os
import shlex
from ast import literal_eval
from pathlib import Path

import language
import pytest

from rareearth.display import output
from rareearth.render import library

NOTEBOOKS = {path.stem[:2]: path for path in library.notebooks()}
TURNED = [
    shlex.split(line)
    for line in (Path(__file__).parent / "turned.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
if os.environ.get("RAREEARTH_LOOK") != "all":
    of_report = [[each for each in TURNED if each[0] == number] for number in NOTEBOOKS]
    TURNED = [each for sets in of_report for each in sets[:2]]
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


def value(text):
    """Return what a parameter is set to: a number, true or false, or a text."""
    try:
        return literal_eval(text.capitalize() if text in ("true", "false") else text)
    except (SyntaxError, ValueError):
        return text


@pytest.mark.parametrize("number", sorted(NOTEBOOKS))
def test_nobody_stumbles_over_a_report(rendered, number):
    name = NOTEBOOKS[number].stem
    assert rendered.all_of(name) == 0
    page = (rendered.folder / f"{name}.html").read_text("utf-8")
    assert language.faults(page) == []
    words, charts, tables = language.length(page)
    assert words <= language.WORDS[number]
    assert charts <= language.CHARTS
    assert tables <= language.TABLES


@pytest.mark.parametrize("arguments", TURNED, ids=" ".join)
def test_nobody_stumbles_over_a_turned_report(read, monkeypatch, arguments):
    number, *rest = arguments
    monkeypatch.setattr(output, "_picture", lambda figure: "data:,")  # not looked at
    turned = {
        name: value(text) for name, text in zip(rest[1::3], rest[2::3], strict=True)
    }
    assert language.faults(read(NOTEBOOKS[number].stem, **turned)) == []


def test_a_reader_stumbles_over_what_is_wrong():
    wrong = [
        "1 months",
        "between 9 % and 9 %",
        "5 to 5",
        "the chance is 0 %",
        "since 2025-04-04",
        "hs_code",
        "79.9 to 205",
        "nan",
        "69%",
        "-3 %",
    ]
    for text in wrong:
        assert language.faults(f"<p>{text}</p>") != [], text
    right = (
        "In 2010 to 2012, 3 of 10 months; 80 to 205 USD; \N{MINUS SIGN}3 % to +12 %."
    )
    assert language.faults(f"<p>{right}</p>") == []

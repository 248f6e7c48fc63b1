"""The page of the whole chain shows every part, and leads to the reports."""

import re
from pathlib import Path

import pytest

from rareearth.errors import NoFigures, ParameterError

PAGE = "00_overview"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("parameters", [{}, {"as_of": "2025-11-03"}])
def test_the_page_tells_every_part_of_the_chain(read, parameters):
    page = read(PAGE, **parameters)
    assert page.count("<img ") == 4
    for part in ("of mining", "of magnets", "USD/kg", "can be checked"):
        assert part in page


def test_mining_in_2025_is_69_percent(read):
    # 270,000 of 390,000 t: Mineral Commodity Summaries 2026, p. 153.
    page = read(PAGE).replace("\N{NO-BREAK SPACE}", " ")
    assert "has <strong>69 %</strong> of mining" in page


def test_a_date_that_is_none_is_refused(read):
    with pytest.raises(ParameterError, match="is not 'latest' or an ISO date"):
        read(PAGE, as_of="soon")


def test_a_date_before_all_totals_is_refused_with_the_reason(read):
    with pytest.raises(NoFigures, match="no total had been published by then"):
        read(PAGE, as_of="2005-01-01")


def test_an_early_date_leaves_out_what_cannot_be_said_and_says_so(read):
    page = read(PAGE, as_of="2020-01-01")
    assert "has <strong>71" in page
    assert "Left out here: the price of NdPr oxide: none by month" in page
    assert "USD/kg" not in page
    assert "what the digests got wrong: they are of 3" in page
    assert "can be checked" not in page


def test_every_other_report_is_linked():
    text = (NOTEBOOKS / f"{PAGE}.ipynb").read_text("utf-8")
    others = {path.name for path in NOTEBOOKS.glob("*.ipynb")} - {f"{PAGE}.ipynb"}
    assert others == set(re.findall(r"\]\((\d\d_\w+\.ipynb)\)", text))


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        (PAGE, 6),
        ("01_production_shares", 4),
        ("02_price_trends", 4),
        ("03_refining_costs", 4),
        ("04_producers", 4),
        ("05_trade_dependence", 4),
    ],
)
def test_key_figures_and_the_answer_lead_to_their_sources(read, name, marked):
    page = read(name)
    answer, _, rest = page.partition("<section class='findings'")
    cards = re.findall(r"<dd class='range'>.*?</dd>", rest)
    assert sum("<sup>" in card for card in cards) == marked
    assert "<sup>" in answer
    for source in re.findall(r"<a href='#(source-.*?)'", answer + "".join(cards)):
        assert f"<li id='{source}'" in page

"""The report on trade answers for other importers too, and refuses the rest."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError
from rareearth.trade import flows

ROOT = Path(__file__).parent.parent.parent
TRADE = "05_trade_dependence"


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def eu(read):
    return plain(read(TRADE))


def figures(name):
    """Return the values of a table of figures by ``figure_id``."""
    table = pd.read_csv(ROOT / "data" / f"{name}.csv")
    return table.set_index("figure_id")["value"]


def test_key_figures_hold_one_basis_each(eu):
    answer = eu.partition("<section class='findings'")[2].partition("</section>")[0]
    said = re.findall(r"<dd class='value'>(.*?)</dd>", answer)
    assert said == ["46 %", "more than 90 %", "100 %", "5,238 t"]
    assert "2024; share of the weight of imports; Eurostat, official" in answer
    assert "net imports from all countries over use" in answer


def test_numbers_of_the_page_are_those_of_the_tables(eu):
    share, trade = figures("dependence"), figures("trade")
    assert f"<strong>{share['dep-0305']:.0f} %</strong> of the compounds" in eu
    may = trade["trade-0024"]
    assert f"<strong>{may:,.0f} t in May 2025</strong>, the least since" in eu
    # March 2025: the first quarter as it follows from published months and half-year,
    # less January and February, 8.2 % below those of 2026.
    first_two = trade["trade-0036"] / (1 + trade["trade-1702"] / 100)
    after = trade[["trade-0358", "trade-0024", "trade-0026"]].sum()
    march = trade["trade-0019"] - after - first_two
    assert f"about {round(march, -1):,.0f} t in March 2025" in eu
    newest = trade["trade-0038"]
    fall = 1 - newest / march
    assert f"were <strong>{newest:,.0f} t</strong>: {fall:.1%}".replace("%", " %") in eu
    out, into = trade["trade-0194"], trade["trade-0231"]
    assert f"net imports of <strong>{into - out:,.0f} t</strong>" in eu
    total = trade["trade-0171"]
    grown = total / trade["trade-0150"] - 1
    assert (
        f"<strong>{total:,.0f} t</strong> in 2025 (+{grown:.0%}".replace("%", " %")
        in eu
    )
    five = trade[["trade-0044", "trade-0050", "trade-0057", "trade-0069", "trade-0078"]]
    part = five.sum() / trade["trade-0030"]
    assert f"5 destinations took <strong>{part:.0%}".replace("%", " %") in eu


def test_the_months_that_the_chart_draws_have_the_collapse(read):
    months = read.all_of(TRADE).names["magnet_months"].set_index("month")
    drawn = months.loc["2025-02-01":"2025-06-01"]
    assert drawn["how"].tolist() == [flows.FROM_CHANGE] * 2 + ["printed"] * 3
    assert drawn["value"].round().tolist() == [3590, 5319, 2627, 1238, 3188]
    assert months.loc["2024-08-01", "value"] == pytest.approx(6_146 / 1.154)


def test_a_month_that_no_source_had_given_yet_follows_from_the_change_at_hand(read):
    page = plain(read(TRADE, as_of="2025-11-03", start="2025-01"))
    assert f"about {round(2_627 / 0.49, -1):,.0f} t in March 2025" in page
    assert "In September 2025, the newest, they were <strong>5,774 t" in page
    assert "No source read here publishes the 92 %" in page


def test_what_is_about_one_importer_stands_with_that_importer(read):
    eu = plain(read(TRADE))
    assert "Critical Raw Materials Act" in eu
    assert "Lynas" not in eu.partition("class='sources'")[0].replace("details", "")
    japan = plain(read(TRADE, importer="Japan"))
    assert "<strong>80 %</strong> of all rare earths that Japan imported" in japan
    assert "at most <strong>75 %</strong> may go to Japan" in japan
    assert "Critical Raw Materials Act" not in japan
    assert "who else supplies Japan: no tonnes by partner" in japan


def test_the_united_states_are_told_by_their_own_customs(read):
    page = plain(read(TRADE, importer="United States"))
    trade = pd.read_csv(ROOT / "data" / "trade.csv")
    own = trade[trade["series"] == "us_imports_from"].set_index("entity")
    part, year = (
        own.loc[own["period_end"] == end, "value"] / 1000
        for end in ("2026-04-30", "2025-12-31")
    )
    assert f"China shipped <strong>{part['China']:,.0f} t</strong>" in page
    assert f"<strong>{year['China'] / year.sum():.0%}".replace("%", " %") in page
    assert "covered <strong>67 %</strong> of the use of compounds and metals" in page
    assert "output of 8,900 t over a use of 27,000 t" in page
    # 5,933 t in 2025, an annual fall of 20.3 percent (Reuters).
    assert f"2024 had about {round(5_933 / 0.797, -1):,.0f} t" in page


def test_what_is_asked_about_leads_also_when_nobody_has_published_it(read):
    page = read(TRADE, importer="Japan", as_of="2012-01-01")
    assert "comes from China <strong>cannot be said</strong>" in page
    assert "shares of China: none had been published by 1" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"start": "2026-05", "end": "2026-01"}, ParameterError, "is after end"),
        ({"as_of": "2005-01-01"}, NoFigures, "import_source_share"),
    ],
)
def test_what_cannot_be_answered_is_refused(read, parameters, error, message):
    with pytest.raises(error, match=message):
        read(TRADE, **parameters)

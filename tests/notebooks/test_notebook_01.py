"""The report on production shares answers for others too, and refuses the rest."""

from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures

ROOT = Path(__file__).parent.parent.parent
SHARES = "01_production_shares"


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_chinas_share_of_2024_is_69_percent_as_published_in_2025(read):
    # 270,000 of 390,000 t: Mineral Commodity Summaries 2025, p. 145.
    page = plain(read(SHARES, as_of="2025-11-03", end_year=2024))
    assert (
        "China mined <strong>69 %</strong> of the world's rare earths in 2024" in page
    )


def test_chinas_share_of_2024_is_71_percent_as_revised_and_the_report_says_why(read):
    # 270,000 of 380,000 t: Mineral Commodity Summaries 2026, p. 153.
    page = plain(read(SHARES, end_year=2024))
    assert "published as <strong>69 %</strong> and is now <strong>71 %" in page
    assert "own figure stayed at 270,000 t, the world total went from 390,000" in page
    assert "output of 2024 went from 13,000 to 29,000 t between editions" in page


def test_who_says_it_stands_beside_each_share(read):
    page = plain(read(SHARES))
    assert "in 2025 (USGS, official)" in page
    assert "(2024, magnet rare earths; REEx, after IEA)" in page
    assert "97 %</strong> of metals and alloys (2024, all rare earths; REEx," in page


def test_five_numbers_of_the_page_are_those_of_the_tables(read):
    page = plain(read(SHARES))
    mined = pd.read_csv(ROOT / "data" / "production.csv")
    mined = mined[mined["series"] == "mine_production"]
    newest = mined[mined["source_id"] == "usgs-mcs-2026"]
    of_2025 = newest[newest["period_end"] == "2025-12-31"].set_index("entity")["value"]
    world = of_2025["World"]
    assert (
        f"China mined <strong>{of_2025['China'] / world:.0%}".replace("%", " %") in page
    )
    assert f"and {world:,.0f} t in 2025" in page
    parts = of_2025.drop("World")
    equal = 1 / ((parts / world) ** 2).sum()
    assert f"that of {equal:.1f} equal producers" in page
    first = mined[mined["source_id"] == "usgs-mcs-2025"]
    of_2024 = first[first["period_end"] == "2024-12-31"].set_index("entity")["value"]
    assert f"from {of_2024['Australia']:,.0f} to" in page
    quota = pd.read_csv(ROOT / "data" / "production.csv")
    quota = quota[(quota["series"] == "mining_quota") & (quota["entity"] == "China")]
    last = quota[quota["product"] == "REO"].sort_values("period_end").iloc[-1]
    assert f"for {last['period_end'][:4]}, is {last['value']:,.0f} t" in page


def test_supply_and_magnet_elements_follow_from_the_tables(read):
    page = plain(read(SHARES))
    trade = pd.read_csv(ROOT / "data" / "trade.csv")
    own = trade[
        (trade["series"] == "rare_earth_imports") & (trade["entity"] == "China")
    ]
    own = own[
        (own["period_start"] == "2025-01-01") & (own["period_end"] == "2025-12-31")
    ]
    own = own[own["basis"] == "compiled;net-weight"].set_index("product")["value"]
    assumed = pd.read_csv(ROOT / "data" / "assumptions.csv")
    content = assumed[assumed["topic"] == "china-supply"].set_index("product")
    own["rare-earth raw materials"] = 2 * own["rare-earth raw materials"] - own.sum()
    low, high = (float((content[end] * own).sum()) for end in ("low", "high"))
    assert (
        f"{float(f'{low:.2g}'):,.0f} to {float(f'{high:.2g}'):,.0f} t</strong>" in page
    )
    ends = [f"{part / (part + 270_000):.0%}".replace("%", " %") for part in (low, high)]
    assert f"<strong>{' to '.join(ends)}</strong> of its supply" in page
    # Ionic clay of Myanmar (22,000 t) and of China (a quota of 19,150 t): 34.7 kg of Dy
    # in a tonne of Fujian, 39.3 of Dy and 7.4 of Tb in one of southern China.
    held = read.all_of(SHARES).names["by_ore"].loc["Myanmar, ionic clay"]
    assert held["heavy_low"] == pytest.approx(22_000 * 19 / 547, rel=0.001)
    assert held["heavy_high"] == pytest.approx(22_000 * 0.04673, rel=0.001)
    made = 3_500 + 650  # Argus: dysprosium and terbium oxide
    assert f"in 2024 at {made:,} t" in page


def test_a_change_of_another_table_is_not_held_against_revisions_of_the_survey(read):
    # The years to 2005 come from the Energy Institute, not from the survey.
    page = plain(read(SHARES, end_year=2005))
    assert "Editions of the US survey" not in page
    assert "1.05 equal producers" in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"start_year": 2022, "end_year": 2020}, NoFigures, "for 2022 to 2020; totals"),
        ({"as_of": "1990-01-01"}, NoFigures, "the first that are known came out"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    read, parameters, error, message
):
    with pytest.raises(error, match=message):
        read(SHARES, **parameters)


@pytest.mark.parametrize(
    ("parameters", "said", "left_out"),
    [
        (
            {"country": "Laos"},
            "No figure published so far gives any rare earths mined in <strong>Laos",
            "",
        ),
        (
            {"country": "Estonia", "stage": "separation"},
            "Neo Silmet (3,200\N{NO-BREAK SPACE}t of REO a year, 2026)",
            "",
        ),
        (
            {"as_of": "2010-10-01"},
            "<strong>cannot be said</strong>: no world total of mine",
            "shares of mining, their concentration and revisions",
        ),
    ],
)
def test_what_is_asked_about_leads_also_when_nobody_has_published_it(
    read, parameters, said, left_out
):
    page = read(SHARES, **parameters)
    assert said in page
    assert not left_out or f"Left out here: {left_out}" in page

"""The report on supply risk tells what was published, and computes it again."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures

DATA = Path(__file__).parent.parent.parent / "data"
RISK = "07_supply_risk"


def plain(page):
    return re.sub(r"<[^>]+>", "", page.replace("\N{NO-BREAK SPACE}", " "))


def of_2023(series):
    rows = pd.read_csv(DATA / "dependence.csv")
    rows = rows[rows["series"].eq(series) & rows["period_end"].eq("2023-12-31")]
    return rows.set_index("product")["value"]


def test_six_numbers_of_the_page_are_those_of_the_tables(read):
    page = plain(read(RISK))
    risk = of_2023("eu_supply_risk")
    assert f"for neodymium at {risk['Nd']:.1f} and for praseodymium at" in page
    # All materials but the two groups, which are means of their members.
    whole = risk.drop(["light rare earths", "heavy rare earths"])
    lower = [(whole < risk[name]).sum() for name in ("Nd", "Pr")]
    said = f"Of the {len(whole)} materials it rated, {lower[0]} and {lower[1]} have"
    assert said in page
    # China in 2023: ten times (2.5 less the mean of six estimates) over 5.
    estimates = pd.read_csv(DATA / "governance.csv")
    own = estimates[
        estimates["entity"].eq("China")
        & estimates["series"].eq("governance_estimate")
        & estimates["period_end"].eq("2023-12-31")
    ]
    assert len(own) == 6
    alone = 10 * (2.5 - own["value"].mean()) / 5
    assert f"would have {alone:.1f} (governance of 2023)" in page
    alike = (risk["Nd"] / alone) ** 0.5
    assert f"a China share of {alike:.0%} and".replace("%", " %") in page


def test_the_index_of_dysprosium_is_that_of_a_monopoly_by_hand(read):
    # China alone processes it; 1 % is recycled, the substitution index is 0.99.
    page = plain(read(RISK, product="Dy", governance_year=2018))
    assert "Dy, computed: 5.5 at processing" in page  # 5.65 * 0.99 * 0.99
    assert "Dy, computed with the governance of 20185.5" in page


def test_groups_have_ten_and_five_members_and_stand_beside_the_published(read):
    page = plain(read(RISK, product="heavy rare earths", importer="Japan"))
    assert "for heavy rare earths at 5.1, above the 1.0" in page
    assert "Of the 83 materials it rated, 76 have a lower risk" in page


def test_scandium_has_the_risk_that_the_commission_published(read):
    # The Commission of 2023 prints 2.4 for scandium.
    assert "supply risk for scandium at 2.4" in plain(read(RISK, product="Sc"))


def test_an_early_year_has_the_results_of_its_study_and_says_what_it_lacks(read):
    page = plain(read(RISK, product="Dy", importer="United States", year=2018))
    # Study of 2017, Table 21: 5.2.
    assert "study of 2017 puts the Union's supply risk for dysprosium at 5.2" in page
    assert "before that of 2023 no study's inputs are known by element" in page
    assert "GeoPolRisk of the United States" in page


def test_the_method_of_2017_is_a_visible_break(read):
    assert "broken where the method changed" in read(RISK)


def test_partners_that_nobody_names_leave_a_range(read):
    page = plain(read(RISK, importer="Japan"))
    low, high = re.search(r"all rare earths is ([\d.]+) to ([\d.]+):", page).groups()
    assert float(low) < float(high)
    assert "are not named and count from safe to risky" in page


def test_a_date_before_the_first_study_is_refused(read):
    with pytest.raises(NoFigures, match="the first that are known came out"):
        read(RISK, as_of="2015-01-01")

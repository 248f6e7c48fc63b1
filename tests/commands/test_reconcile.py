"""Sources are compared: gaps are agreed, explained by a stated difference, or open."""

import pandas as pd
import pytest

from rareearth.commands import reconcile as module
from rareearth.commands.reconcile import Pair, cover, reconcile


def periods(*spans):
    """Return rows from (start, end, value)."""
    rows = pd.DataFrame(spans, columns=["period_start", "period_end", "value"])
    dates = ["period_start", "period_end"]
    rows[dates] = rows[dates].apply(pd.to_datetime)
    return rows


HALVES = [("2024-01-01", "2024-06-30", 3.0), ("2024-07-01", "2024-12-31", 4.0)]
YEAR = ("2024-01-01", "2024-12-31", 7.5)
START, END = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")


def test_a_year_is_covered_by_its_halves_and_never_by_itself():
    found = cover(periods(*HALVES, YEAR), START, END)
    assert found["value"].tolist() == [3.0, 4.0]


def test_a_gap_of_one_day_is_no_cover():
    late = ("2024-07-02", "2024-12-31", 4.0)
    assert cover(periods(HALVES[0], late, YEAR), START, END) is None


def test_quarters_are_preferred_to_halves():
    quarters = [("2024-01-01", "2024-03-31", 1.0), ("2024-04-01", "2024-06-30", 2.0)]
    found = cover(periods(*HALVES, *quarters, YEAR), START, END)
    assert found["value"].tolist() == [1.0, 2.0, 4.0]


@pytest.fixture
def compared(monkeypatch):
    """Return a function that reconciles one pair with the explanations given."""

    def run(difference, *explained):
        pair = Pair("x/1", "left and right", 100.0 + difference, 100.0, 1.0, "t")
        known = pd.DataFrame(explained, columns=["check_id", "expected", "reason"])
        monkeypatch.setattr(module, "RULES", (lambda as_of: iter([pair]),))
        monkeypatch.setattr(module.records, "read", lambda name: known)
        return reconcile().iloc[0]

    return run


def test_a_gap_within_the_tolerance_agrees(compared):
    assert compared(1.0)["outcome"] == "agrees"


def test_a_gap_without_explanation_is_open(compared):
    assert compared(15.0)["outcome"] == "open"


def test_a_gap_of_the_expected_size_is_explained_with_its_reason(compared):
    row = compared(15.0, ("x/1", 15.0, "first print"))
    assert (row["outcome"], row["reason"]) == ("explained", "first print")


def test_an_explanation_opens_again_when_the_gap_changes(compared):
    row = compared(20.0, ("x/1", 15.0, "first print"))
    assert (row["outcome"], row["reason"]) == ("open", "")


@pytest.fixture(scope="module")
def shipped():
    return reconcile().set_index("check_id")


def test_months_of_2025_add_up_to_the_published_totals_within_a_tonne(shipped):
    # Customs, headline rare earths: 48,355.7 t to September, 62,585.2 t in the year.
    name = "parts/rare_earth_exports/China/rare earths/gacc-headline;gross/2025-01-01"
    totals = shipped[shipped.index.str.startswith(name)]
    assert {48_355.7, 62_585.2} <= set(totals["right"])
    assert totals["difference"].abs().max() <= 1.0


def test_magnet_months_of_2025_add_up_to_the_published_total_within_rounding(shipped):
    # Customs code 85051110: 57,392 t in the year.
    name = "parts/magnet_exports/China/rare-earth magnets/gross;hs-85051110/"
    year = shipped.loc[f"{name}2025-01-01..2025-12-31"]
    assert (year["right"], year["outcome"]) == (57_392.0, "agrees")


def test_company_output_stays_within_the_rounding_of_the_national_figure(shipped):
    company = shipped[shipped.index.str.startswith("company/")]
    assert len(company) >= 4
    assert set(company["outcome"]) == {"agrees"}


def test_every_explanation_of_the_shipped_figures_is_still_needed(shipped):
    explained = set(shipped.index[shipped["outcome"] == "explained"])
    assert explained == set(module.records.read("explanations")["check_id"])


def test_what_was_not_published_yet_is_not_compared():
    early, late = reconcile("2012-01-01"), reconcile()
    assert 0 < len(early) < len(late)


def test_stated_prices_of_lynas_are_compared_with_revenue_over_tonnes_sold(shipped):
    # FY2024: 463.3 / 12,158 t = 38.107, stated 38.10; FY2025: 50.729, stated 50.6.
    name = "selling-price/Lynas/{}-07-01..{}-06-30"
    agrees, open_ = (shipped.loc[name.format(y - 1, y)] for y in (2024, 2025))
    assert agrees["right"] == pytest.approx(38.107, abs=5e-4)
    assert (agrees["outcome"], open_["outcome"]) == ("agrees", "open")
    assert open_["difference"] == pytest.approx(-0.129, abs=5e-4)

"""The report on policy says what is in force, for others too, and refuses the rest."""

import re
from pathlib import Path

import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError

ROOT = Path(__file__).parent.parent.parent
POLICY = "10_policy_timeline"


def plain(page):
    """Return a page whose spaces all break."""
    return page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def default(read):
    """Return the report with its own parameters, run once for all tests."""
    return plain(read(POLICY))


def test_the_october_controls_are_said_to_be_suspended_and_then_unknown(default):
    # MOFCOM Announcements No. 70 and No. 72 of November 2025.
    assert (
        "8 measures are suspended, the first until 9 November 2026, the last" in default
    )
    assert "<strong>what holds after that is unknown</strong>" in default


def test_the_april_licences_are_said_to_be_in_force(default):
    assert "No. 18/2025 (4 April 2025; for all)" in default


def test_the_truce_of_september_2026_is_told_and_names_no_suspension(default):
    assert "their truce from 10 November 2026 to 10 January 2027" in default
    assert "this names none of China's suspensions." in default


def test_what_busan_changed_for_the_eu_is_said(default):
    assert (
        "For the European Union, the meeting of 30 October 2025 was followed by 6 "
        "suspensions: <strong>No. 55/2025, No. 56/2025" in default
    )
    assert "before and after it: technology export ban and No. 18/2025." in default


def test_the_timeline_says_in_which_year_china_decided_most_controls(default):
    events = pd.read_csv(ROOT / "data" / "events.csv")
    controls = events[events["actor"].eq("China") & events["kind"].eq("control")]
    day = controls["date_announced"].fillna(controls["date_effective"])
    years = day.str[:4].astype(int).value_counts()
    before = years[(years.index >= 2010) & (years.index < 2025)].sum()
    said = f"{years[2025]} controls in 2025 and {before} from 2010 to 2024"
    assert years.idxmax() == 2025
    assert f"China decided {said}" in default


def test_magnet_exports_of_may_2025_are_1238_tonnes(default):
    # China customs, heading 85051110, May 2025.
    assert "1,238 t in May 2025" in default


def test_prices_abroad_are_compared_with_the_chinese_month_end_before(default):
    prices = pd.read_csv(ROOT / "data" / "prices.csv")
    dysprosium = prices[prices["product"] == "Dy oxide"]
    quoted = dysprosium[dysprosium["entity"] == "European market"]
    abroad = quoted.sort_values("period_end").iloc[-1]
    month_ends = dysprosium[
        (dysprosium["series"] == "oxide_price_month_end")
        & (dysprosium["entity"] == "China FOB")
        & (dysprosium["period_end"] <= abroad["period_end"])
    ]
    home = month_ends.sort_values("period_end").iloc[-1]
    assert (abroad["value"], abroad["period_end"]) == (960, "2026-02-05")
    times = abroad["value"] / home["value"]
    assert f"{home['value']:,.0f} USD/kg FOB China at the month end before" in default
    assert f": {times:.1f} times." in default


def complete(page):
    """Return whether a report has its answer and its sources, and no missing number."""
    lacks_nothing = not re.search(r"[>\s(]nan[<\s%)]", page)
    return "class='findings'" in page and "class='sources'" in page and lacks_nothing


def test_on_the_third_of_november_2025_the_october_controls_are_announced(read):
    page = plain(read(POLICY, as_of="2025-11-03", actor="China", start="first"))
    assert complete(page)
    assert "On 3 November 2025" in page
    assert "measures of China that bear on rare earths are in force" in page
    assert "is unknown" not in page


def test_a_day_after_the_sources_is_told_with_a_warning(read):
    page = plain(read(POLICY, as_of="2026-11-20", actor="United States"))
    assert complete(page)
    assert "On 20 November 2026, by sources to 8 October 2026" in page
    assert "in force has been unknown since 10 November 2026" in page
    assert "Nothing is suspended" not in page


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"start": "2026", "end": "2010"}, ParameterError, "is after end"),
        ({"actor": "G7", "end": "2011"}, NoFigures, "no event of G7 from 2010 to 2011"),
        ({"as_of": "1990-01-01"}, NoFigures, "no such events"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_choices(
    read, parameters, error, message
):
    with pytest.raises(error, match=message):
        read(POLICY, **parameters)

"""Event effects agree with arithmetic by hand; what cannot be measured is named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rareearth.errors import NoFigures
from rareearth.prices.event_study import event_effects


def daily(values, start="2025-01-01"):
    index = pd.period_range(start, periods=len(values), freq="D")
    return pd.Series(np.asarray(values, dtype="float64"), index=index, name="USD/kg")


def flat(n=120, jump_at=None, jump=0.1, noise=0.006):
    """Return prices with small alternating changes, and one jump of the log."""
    changes = noise * np.where(np.arange(n) % 2, 1.0, -1.0)
    if jump_at is not None:
        changes[jump_at] += jump
    return daily(100 * np.exp(changes.cumsum()))


def events(*rows):
    frame = pd.DataFrame(rows, columns=["event_id", "date", "kind"])
    return frame.assign(date=pd.to_datetime(frame["date"]), title=frame["event_id"])


CONTROL = ("controls", "2025-03-22", "control")  # position 80 of the series


def test_the_change_of_an_event_by_hand():
    # From the quote before the window (79 - 1) to the one after the event (81): the
    # jump of 0.1 and three alternating changes of 0.006, of which one remains.
    found = event_effects(flat(jump_at=80), events(CONTROL))[0].iloc[0]
    assert (str(found["first"]), str(found["last"])) == ("2025-03-20", "2025-03-23")
    assert np.log1p(found["change"]) == pytest.approx(0.1 + 0.006)
    assert np.log1p(found["abnormal"]) == pytest.approx(0.106, abs=1e-4)


def test_the_p_value_is_the_rank_among_windows_before():
    # No window of three among the 60 changes before comes near: 1 of 58 + 1.
    found = event_effects(flat(jump_at=80), events(CONTROL))[0].iloc[0]
    assert found["windows"] == 58
    assert found["p_value"] == pytest.approx(1 / 59)


def test_an_event_without_a_jump_is_not_abnormal():
    found = event_effects(flat(), events(CONTROL))[0].iloc[0]
    assert found["p_value"] > 0.4


def test_a_price_on_a_steady_climb_has_no_abnormal_change():
    found = event_effects(daily(1.01 ** np.arange(120)), events(CONTROL))[0]
    assert found["change"].item() == pytest.approx(1.01**3 - 1)
    assert found["abnormal"].item() == pytest.approx(0, abs=1e-12)


def test_an_event_on_a_weekend_counts_from_the_next_quote():
    prices = flat(jump_at=80)
    prices.iloc[[78, 79]] = np.nan
    found = event_effects(prices, events(("c", "2025-03-20", "control")))[0]
    assert str(found["last"].item()) == "2025-03-23"


@settings(max_examples=15)
@given(st.floats(0.1, 1000))
def test_effects_do_not_depend_on_the_unit(factor):
    one, two = (
        event_effects(factor_ * flat(jump_at=80), events(CONTROL))[0]
        for factor_ in (1.0, factor)
    )
    assert two["abnormal"].item() == pytest.approx(one["abnormal"].item())


# Refusals by name


def reason(prices, *rows, **options):
    refused = event_effects(prices, events(*rows), **options)[1]
    return dict(zip(refused["event_id"], refused["reason"], strict=True))


def test_overlapping_events_are_refused_by_name():
    found = reason(flat(), CONTROL, ("truce", "2025-03-23", "agreement"))
    assert found == {
        "controls": "overlaps with the events of 23\N{NO-BREAK SPACE}March 2025",
        "truce": "overlaps with the events of 22\N{NO-BREAK SPACE}March 2025",
    }


def test_events_of_one_day_are_one_event():
    rows = (CONTROL, ("more", "2025-03-22", "tariff"))
    found = event_effects(flat(), events(*rows))[0]
    assert found["event_id"].tolist() == ["controls; more"]


def test_a_window_over_missing_quotes_is_refused():
    prices = flat()
    prices.iloc[81:95] = np.nan
    assert reason(prices, CONTROL) == {
        "controls": "quotes are missing between 2025-03-20 and 2025-04-06"
    }


def test_a_window_over_missing_months_is_refused():
    index = pd.period_range("2020-01", periods=60, freq="M")
    prices = pd.Series(np.exp(0.01 * np.arange(60.0)), index=index)
    prices["2023-05":"2023-08"] = np.nan
    assert reason(prices, ("c", "2023-06-10", "control")) == {
        "c": "quotes are missing between 2023-03 and 2023-10"
    }


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2024-12-01", "the series begins with 2025-01-01, after the event"),
        ("2025-01-04", "1 change precedes its window, 40 are needed"),
        ("2025-01-20", "17 changes precede its window, 40 are needed"),
        ("2025-04-30", "the series ends with 2025-04-30, before the window does"),
        ("2026-01-01", "the series ends with 2025-04-30, before the window does"),
    ],
)
def test_an_event_without_enough_quotes_says_why(date, said):
    assert reason(flat(), ("c", date, "control")) == {"c": said}


def test_an_extreme_of_the_price_is_no_event():
    found = reason(flat(), CONTROL, ("peak", "2025-03-23", "price_extreme"))
    assert found == {"peak": "it is read off the price itself"}


def test_a_price_that_stood_still_is_no_news():
    # Within half a percent, or known not to have followed the market.
    assert reason(flat(noise=0.001), CONTROL)["controls"].startswith(
        "the posted price stood still"
    )
    march = pd.PeriodIndex(["2025-03"], freq="M")
    found = reason(flat(jump_at=80), CONTROL, still=march)
    assert found["controls"].startswith("the posted price stood still")
    april = pd.PeriodIndex(["2025-04"], freq="M")
    assert reason(flat(jump_at=80), CONTROL, still=april) == {}


def test_a_short_series_says_how_many_quotes_it_needs():
    with pytest.raises(NoFigures, match="at least 43 points; this one has 20"):
        event_effects(flat(20), events(CONTROL))

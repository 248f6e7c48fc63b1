"""Bridges add up, and say what they leave open."""

import pandas as pd
import pytest

from rareearth.producers import accounts


def printed(**measures):
    """Return accounts from measures of {year: value}."""
    return pd.DataFrame(
        [
            (name, year, value, True, "secondary")
            for name, values in measures.items()
            for year, value in values.items()
        ],
        columns=["measure", "year", "value", "chosen", "confidence"],
    )


LYNAS = printed(  # AUD million, as printed for the years to 30 June
    cash={2024: 523.8, 2025: 166.5},
    operating_cash={2025: 104.17},
    capex={2025: 430.8},
    net_profit={2024: 84.5, 2025: 8.0},
    gross_profit={2024: 132.7, 2025: 129.82},
    ebitda={2024: 132.1, 2025: 101.2},
    operating_income={2024: 61.79, 2025: 9.98},
    interest={2024: -0.85, 2025: -2.26},
    interest_income={2024: 39.85, 2025: 17.38},
    currency={2024: 4.99, 2025: -15.0},
    tax={2024: 20.99, 2025: 1.75},
)


def test_cash_fell_by_less_than_the_capital_spending():
    bridge = accounts.cash_bridge(LYNAS, 2025).set_index("label")["value"]
    # 523.8 + 104.17 - 430.8 = 197.17; 166.5 is 30.67 less.
    assert bridge["Everything else"] == pytest.approx(-30.67)
    assert bridge["Capital spending"] == -430.8
    assert -bridge["Capital spending"] > bridge["Cash before"] - bridge["Cash after"]


def test_profit_is_led_by_ebitda_and_nearly_nothing_is_left_over():
    bridge = accounts.profit_bridge(LYNAS, 2025).set_index("label")["value"]
    assert bridge.index[1] == "EBITDA"
    assert bridge["EBITDA"] == pytest.approx(-30.9)
    # 132.1 - 61.79 = 70.31 and 101.2 - 9.98 = 91.22: 20.91 more between them.
    assert bridge["Depreciation and charges"] == pytest.approx(-20.91)
    assert bridge["Interest received"] == pytest.approx(-22.47)
    assert bridge["Income tax"] == pytest.approx(19.24)
    assert abs(bridge["Everything else"]) < 0.1
    assert "Gross profit" not in bridge.index


def test_without_ebitda_the_gross_profit_leads():
    frame = LYNAS[LYNAS["measure"] != "ebitda"]
    bridge = accounts.profit_bridge(frame, 2025)
    assert bridge["label"].iloc[1] == "Gross profit"


@pytest.mark.parametrize("form", [accounts.cash_bridge, accounts.profit_bridge])
def test_the_steps_add_up_to_the_difference_of_the_levels(form):
    bridge = form(LYNAS, 2025)
    steps = bridge.loc[bridge["kind"] != "level", "value"].sum()
    first, last = bridge["value"].iloc[[0, -1]]
    assert steps == pytest.approx(last - first)


def test_tiny_steps_are_drawn_within_everything_else_and_nothing_is_lost():
    bridge = accounts.profit_bridge(LYNAS, 2025)
    drawn = accounts.drawn(bridge, "before", "after", least=0.1)
    assert "Interest paid" not in set(drawn["label"])
    assert drawn["label"].tolist()[0] == "before"
    inner = drawn.loc[drawn["kind"] != "level", "value"].sum()
    assert inner == pytest.approx(8.0 - 84.5)


def test_a_year_without_opening_cash_has_no_bridge():
    flows = {"capex": {2025: 1.0}, "operating_cash": {2025: 1.0}}
    assert accounts.cash_years(printed(cash={2025: 1.0}, **flows)) == []
    assert accounts.cash_years(printed(cash={2024: 1.0, 2025: 1.0})) == []
    assert accounts.cash_years(LYNAS) == [2025]


def test_a_line_printed_for_one_year_only_is_no_step():
    frame = printed(net_profit={2024: 1.0, 2025: 2.0}, tax={2025: 5.0})
    bridge = accounts.profit_bridge(frame, 2025)
    assert bridge["kind"].tolist() == ["level", "rest", "level"]

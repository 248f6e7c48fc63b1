"""Price series keep their basis, gaps and money; refusals say what there is."""

import numpy as np
import pandas as pd
import pytest

from rareearth.errors import NoFigures, ParameterError, UnknownName
from rareearth.prices.series import NDPR, Prices

PRICES = Prices.load()

# Printed figures, from data/prices.csv and data/money.csv.
ND_MARCH_2025, PR_MARCH_2025 = 62.26, 64.52  # China FOB, USD/kg, komis-ise-fob
ND_DECEMBER = {2023: 63.14, 2024: 55.97}
ND_DOMESTIC_MARCH_2024, CNY_MARCH_2024 = 373_800, 7.2015  # 29 March, CNY/t; CNY/USD
CPI_2024, CPI_MARCH_2025 = 313.689, 319.799


# One series


def test_the_default_is_the_printed_month_end():
    found = PRICES.series("Nd oxide")
    assert found.unit == found.values.name == "USD/kg"
    assert found.values["2025-03"] == ND_MARCH_2025


def test_in_a_notebook_a_series_is_a_short_table_with_its_unit_and_market():
    found = PRICES.series("Nd oxide")
    html = found._repr_html_()
    first, last = found.frame.index[[0, -1]]
    assert f"Nd oxide, China FOB: {len(found.frame)} periods, {first} to {last}" in html
    assert "USD/kg" in html
    assert html.count("<tr") < 15
    assert f"<th>{last}</th>" in html


def test_real_dollars_by_hand():
    found = PRICES.series("Nd oxide", real=True, base_year=2024)
    assert found.unit == "2024 USD/kg"
    assert found.values["2025-03"] == pytest.approx(
        ND_MARCH_2025 * CPI_2024 / CPI_MARCH_2025
    )


def test_yuan_a_tonne_become_dollars_a_kilogram_by_hand():
    found = PRICES.series("Nd oxide", "China domestic")
    assert found.values["2024-03"] == pytest.approx(
        ND_DOMESTIC_MARCH_2024 / 1000 / CNY_MARCH_2024
    )


def test_every_month_has_a_row_and_no_gap_is_filled():
    found = PRICES.series("Nd oxide", real=True)
    months = pd.period_range(found.frame.index[0], found.frame.index[-1], freq="M")
    assert found.frame.index.equals(months)
    assert np.isnan(found.quoted["2025-10"])  # the month without an index
    assert found.frame.at[pd.Period("2025-10"), "reason"] == "no US CPI-U"


def test_stale_months_are_left_out_and_said_and_those_with_few_quotes_stay():
    found = PRICES.series("Nd oxide")
    assert found.values["2021-10":"2022-09"].notna().all()  # the peak of 2022
    assert found.values["2025-09":"2025-12"].isna().all()  # flat while others moved
    assert found.quoted["2025-09":"2025-12"].notna().all()
    left = found.left_out().set_index("periods")["reason"]
    assert left["September to December 2025"] == "possibly-stale"
    assert left["August 2026"] == "stale"


def test_the_export_duty_is_a_declared_step_of_china_fob():
    found = PRICES.series("Nd oxide")
    assert found.step.date == "2015-05-01"
    # A duty of 25 percent is a fifth of what it is part of.
    assert found.step.change == pytest.approx(-0.2)
    assert PRICES.series("Nd oxide", "China domestic").step is None
    assert found.between(2016, 2020).step is None


def test_one_definition_is_never_spliced_with_another():
    # USGS prints two purities of gadolinium oxide; one of them has the longer run.
    basis = PRICES.series("Gd oxide", "USGS reference", frequency="year").frame["basis"]
    assert basis.str.contains("purity-99.99;").all()


def test_a_proxy_is_asked_for_and_stated():
    found = PRICES.series("NdPr oxide", proxy=True)
    by_hand = NDPR["Nd oxide"] * ND_MARCH_2025 + NDPR["Pr oxide"] * PR_MARCH_2025
    assert found.values["2025-03"] == pytest.approx(by_hand)
    assert found.proxy.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "75 % Nd oxide and 25 % Pr"
    )
    assert found.title == "NdPr oxide, China FOB (proxy)"


def test_a_proxy_exists_only_where_all_its_parts_do():
    found = PRICES.series("NdPr oxide", proxy=True)
    assert str(found.frame.index[0]) == "2020-12"  # praseodymium begins


def test_the_figures_behind_a_series_hold_rates_and_indices():
    behind = PRICES.series("Nd oxide", "China domestic", real=True).figures
    assert {"oxide_price_month_end_yuan", "exchange_rate_month", "cpi_month"} <= set(
        behind["series"]
    )


def test_ex_works_and_fob_are_two_markets():
    # Gadolinium is posted ex works, samarium FOB; neither stands in the other market.
    posted, fob = PRICES.series("Gd oxide", "China posted"), PRICES.series("Sm oxide")
    assert "exw-china" in posted.frame["basis"].iloc[0]
    assert "fob-china" in fob.frame["basis"].iloc[0]
    with pytest.raises(NoFigures, match="there is China posted by month"):
        PRICES.series("Gd oxide")


def test_a_break_of_the_quoting_style_keeps_a_price_out_of_estimation():
    erbium = PRICES.series("Er oxide")
    assert erbium.quoted["2026-08"] == 119.5
    assert np.isnan(erbium.values["2026-08"])


def test_as_of_knows_only_what_was_published():
    early = Prices.load(as_of="2025-11-01")
    assert early.figures["period_end"].max() <= pd.Timestamp("2025-11-01")


def test_the_end_of_the_export_duty_took_a_fifth_off_neodymium():
    # prices_notes.md: FOB over domestic 1.33 in 2014, about 1.00 from June 2015.
    taxed = PRICES.series("Nd oxide").quoted
    untaxed = PRICES.series("Nd oxide", "China domestic").quoted
    ratio = np.log(taxed / untaxed)
    change = ratio["2015-06":"2016-05"].mean() - ratio["2014-05":"2015-04"].mean()
    assert -0.28 < np.expm1(change) < -0.18


# Bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"product": "NdPr oxide"},
            NoFigures,
            "no regular series of NdPr oxide.*USGS reference by year.*proxy=True",
        ),
        ({"product": "Yb oxide"}, NoFigures, "there is USGS reference by year"),
        ({"product": "Nd oxid"}, UnknownName, "did you mean 'Nd oxide'"),
        ({"market": "China FBO"}, UnknownName, "did you mean 'China FOB'"),
        ({"frequency": "week"}, ParameterError, "one of day, month, year"),
        ({"currency": "GBP"}, UnknownName, "rates of AUD, CNY, EUR, JPY, USD"),
        ({"currency": "CNY", "real": True}, ParameterError, "in US dollars"),
        (
            {"real": True, "base_year": 2026},
            NoFigures,
            "no US CPI-U for 2026: base_year 2026",
        ),
        ({"real": True, "base_year": 1900}, NoFigures, "whole years printed: 2010 to"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_series_that_does_not_exist_says_what_does(options, error, message):
    with pytest.raises(error, match=message):
        PRICES.series(**options)


def test_a_window_without_prices_says_when_there_are():
    message = "no price from 2000 to 2005; there are prices for 2010-07 to 2026"
    with pytest.raises(NoFigures, match=message):
        PRICES.series("Nd oxide").between(2000, 2005)


def test_a_window_that_is_no_date_is_refused():
    with pytest.raises(
        ParameterError, match="'soon' is not 'first', 'latest', or a year, month or day"
    ):
        PRICES.series("Nd oxide").between("soon", None)

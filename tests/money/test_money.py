"""Money agrees with arithmetic by hand on printed rates, and refuses the rest."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rareearth.errors import NoFigures, ParameterError, UnknownName
from rareearth.figures import loading as figures
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.money.money import Money, per_kg

MONEY = Money.load()

# Printed figures, from data/money.csv: Federal Reserve H.10 and G.5 (fed-h10), units
# of the currency per US dollar.
AUD_2024, CNY_2024 = 1.5158, 7.1957  # averages of the year
AUD_MARCH_2025, CNY_MARCH_2025 = 1.5873, 7.2493  # averages of the month
AUD_JULY_2024_TO_JUNE_2025 = [
    *(1.4986, 1.5020, 1.4771, 1.4925, 1.5319, 1.5788),
    *(1.6049, 1.5870, 1.5873, 1.5896, 1.5540, 1.5363),
]
# Bureau of Labor Statistics (bls-cpi), CPI-U, not seasonally adjusted, 1982-84 = 100.
CPI_2021, CPI_2024 = 270.970, 313.689  # of the publisher, to three decimals
ROUNDED = 0.0005 / 270  # a mean of months against a mean that was rounded
CPI_MARCH_2025 = 319.799
CPI_2025_WITHOUT_OCTOBER = [
    *(317.671, 319.082, 319.799, 320.795, 321.465, 322.561),
    *(323.048, 323.976, 324.800, 324.122, 324.054),
]
CPI_JULY_TO_DECEMBER_2024 = [314.540, 314.796, 315.301, 315.664, 315.493, 315.605]


def one(value):
    return pd.Series([float(value)])


def span(start, end):
    columns = {"period_start": [start], "period_end": [end]}
    return pd.DataFrame(columns).apply(pd.to_datetime)


def figure(value, unit, start, end, price_year=None, low=None, high=None):
    """Return a frame with one figure."""
    row = span(start, end).assign(value=float(value), unit=unit)
    row["low"], row["high"] = np.float64(low or np.nan), np.float64(high or np.nan)
    row["price_year"] = pd.array([price_year], dtype="Int64")
    filled = {name: "x" for name in FIGURE_COLUMNS if name not in row}
    return row.assign(**filled)[FIGURE_COLUMNS]


def amounts_in(values, periods, unit):
    """Return figures with these values in these periods: spans, days or years."""
    if not isinstance(periods, pd.DataFrame):
        if periods.dtype == "int64":
            periods = pd.PeriodIndex(periods.astype(str), freq="Y")
        if isinstance(periods, pd.PeriodIndex):
            ends = {"start": periods.start_time, "end": periods.end_time.normalize()}
        else:
            ends = {"start": periods, "end": periods}
        periods = pd.DataFrame(
            {f"period_{name}": days for name, days in ends.items()}, index=values.index
        )
    return periods.assign(value=values, unit=unit)


def converted(values, periods, to, frm, money=MONEY, **how):
    return money.in_currency(amounts_in(values, periods, frm), to, **how)["value"]


def deflated(values, periods, base_year, money=MONEY, **how):
    given = amounts_in(values, periods, "USD")
    return money.in_money_of(given, base_year, **how)["value"]


def without_vat(values, periods, money=MONEY, **how):
    return money.without_vat(amounts_in(values, periods, "CNY/kg"), **how)["value"]


# Currency


@pytest.mark.parametrize(
    ("periods", "to", "frm", "factor"),
    [
        (pd.Index([2024]), "USD", "AUD", 1 / AUD_2024),
        (pd.Index([2024]), "AUD", "USD", AUD_2024),
        (pd.Index([2024]), "CNY", "AUD", CNY_2024 / AUD_2024),
        (span("2025-03-01", "2025-03-31"), "USD", "CNY", 1 / CNY_MARCH_2025),
        (pd.PeriodIndex(["2025-03"], freq="M"), "USD", "CNY", 1 / CNY_MARCH_2025),
        (pd.DatetimeIndex(["2025-03-04"]), "USD", "AUD", 1 / AUD_MARCH_2025),
        (span("2025-03-03", "2025-03-07"), "USD", "AUD", 1 / AUD_MARCH_2025),
        (pd.Index([1789]), "USD", "USD", 1.0),
    ],
    ids="year inverse cross month period day week identity".split(),
)
def test_conversion_by_hand(periods, to, frm, factor):
    found = converted(one(200), periods, to, frm)
    assert found.item() == pytest.approx(200 * factor, rel=1e-12)


def test_fiscal_year_takes_the_mean_of_its_twelve_printed_months():
    # Net profit of Lynas in FY2025: 8.0 million AUD.
    rate = sum(AUD_JULY_2024_TO_JUNE_2025) / 12
    profit = converted(one(8), span("2024-07-01", "2025-06-30"), "USD", "AUD")
    assert profit.item() == pytest.approx(8 / rate)


def test_quarter_takes_the_mean_of_its_three_printed_months():
    rate = sum(AUD_JULY_2024_TO_JUNE_2025[:3]) / 3
    quarter = pd.PeriodIndex(["2024Q3"], freq="Q")
    sales = converted(one(120.5), quarter, "USD", "AUD")
    assert sales.item() == pytest.approx(120.5 / rate)


def test_the_rate_of_a_year_is_the_printed_one():
    assert (MONEY.rate("CNY", 2024), MONEY.rate("USD", 1789)) == (CNY_2024, 1.0)


currencies = st.sampled_from(MONEY.currencies)
amounts = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=5).map(pd.Series)


@settings(max_examples=20)
@given(amounts, currencies, currencies, st.integers(2010, 2025))
def test_there_and_back_is_the_same_money(values, first, second, year):
    periods = pd.Index([year] * len(values))
    there = converted(values, periods, second, first)
    back = converted(there, periods, first, second)
    assert back.to_numpy() == pytest.approx(values.to_numpy())


@settings(max_examples=20)
@given(currencies, currencies, currencies, st.dates())
def test_cross_rate_does_not_depend_on_the_way(first, second, third, date):
    month = pd.Period(date.replace(year=2010 + date.year % 16), freq="M")
    periods = pd.PeriodIndex([month])
    direct = converted(one(1), periods, third, first)
    half = converted(one(1), periods, second, first)
    assert converted(half, periods, third, second).item() == pytest.approx(
        direct.item()
    )


def test_missing_values_stay_missing_and_need_no_rate():
    values = pd.Series([1.0, np.nan], index=["a", "b"])
    found = converted(values, pd.Index([2024, 1789]), "CNY", "USD")
    assert found.equals(pd.Series([CNY_2024, np.nan], index=["a", "b"]))


def test_no_values_are_no_values():
    assert converted(one(1)[:0], pd.Index([], dtype=int), "CNY", "USD").empty


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        (
            pd.Index([2009]),
            "no exchange rate of CNY for 2009.*printed: 2010-01 to 2026",
        ),
        (pd.Index([2026]), "CNY for 2026: 2026-07 and 5 more missing"),
        (pd.DatetimeIndex(["2026-07-01"]), "CNY for 2026-07-01; printed: .* 2026-06"),
        (
            span("2025-03-15", "2025-04-14"),
            "2025-04-14, which is not made of whole mon",
        ),
        (pd.DatetimeIndex([pd.NaT]), "CNY for a row without a period"),
    ],
)
def test_period_without_a_rate_is_refused_with_the_range(periods, message):
    with pytest.raises(NoFigures, match=message):
        converted(one(1), periods, "CNY", "USD")


def test_refusal_counts_the_other_periods():
    with pytest.raises(NoFigures, match=r"for 2008 \(and 1 more periods\)"):
        converted(
            pd.Series([1.0, 1.0, 1.0]), pd.Index([2008, 2009, 2008]), "CNY", "USD"
        )


@pytest.mark.parametrize("currency", ["CAD", "usd"])
def test_currency_without_rates_is_refused_with_those_that_have(currency):
    message = f"no exchange rate of '{currency}'; .* AUD, CNY, EUR, JPY, USD"
    with pytest.raises(UnknownName, match=message):
        converted(one(1), pd.Index([2024]), currency, "CNY")


def test_missing_is_refuse_or_nan():
    with pytest.raises(
        ParameterError, match="missing: 'drop' is not 'refuse' or 'nan'"
    ):
        converted(one(1), pd.Index([2024]), "CNY", "USD", missing="drop")


# Price level


@pytest.mark.parametrize(
    ("periods", "factor"),
    [
        (pd.Index([2021]), CPI_2024 / CPI_2021),
        (pd.Index([2024]), 1.0),
        (pd.PeriodIndex(["2025-03"], freq="M"), CPI_2024 / CPI_MARCH_2025),
        (
            span("2024-07-01", "2024-12-31"),
            CPI_2024 / (sum(CPI_JULY_TO_DECEMBER_2024) / 6),
        ),
    ],
    ids="year base month half".split(),
)
def test_deflation_by_hand(periods, factor):
    found = deflated(one(50), periods, 2024)
    assert found.item() == pytest.approx(50 * factor, rel=2 * ROUNDED)


@settings(max_examples=20)
@given(amounts, st.integers(2010, 2024), st.integers(2010, 2024))
def test_deflating_back_is_the_same_money(values, year, base_year):
    periods = pd.Index([year] * len(values))
    real = deflated(values, periods, base_year)
    bases = pd.Index([base_year] * len(values))
    back = deflated(real, bases, year)
    assert back.to_numpy() == pytest.approx(values.to_numpy())


@pytest.mark.parametrize(
    ("periods", "base_year", "message"),
    [
        (pd.Index([2024]), 2009, "no US CPI-U for 2009: 2009-01 and 11 more missing"),
        (pd.Index([2024]), 2025, r"for 2025: 2025-10 missing \(cpi_gaps=1 takes the"),
        (pd.Index([2025]), 2024, "no US CPI-U for 2025: 2025-10 missing"),
        (pd.PeriodIndex(["2025-10"], freq="M"), 2024, "2025-10; .*without 2025-10"),
        (pd.PeriodIndex(["2025Q4"], freq="Q"), 2024, "2025-10 to 2025-12: 2025-10 mis"),
    ],
)
def test_missing_month_of_the_index_is_refused_by_name(periods, base_year, message):
    with pytest.raises(NoFigures, match=message):
        deflated(one(1), periods, base_year)


def test_base_year_without_index_is_refused_even_where_rows_may_be_missing():
    with pytest.raises(NoFigures, match="no US CPI-U for 2009"):
        deflated(one(1), pd.Index([2024]), 2009, missing="nan")


def test_gap_stays_a_gap_when_asked():
    months = pd.period_range("2025-09", "2025-11", freq="M")
    real = deflated(pd.Series([1.0, 1.0, 1.0]), months, 2024, missing="nan")
    assert real.isna().tolist() == [False, True, False]


def test_stated_gap_takes_the_mean_of_the_eleven_printed_months():
    lenient = Money.load(cpi_gaps=1)
    mean = sum(CPI_2025_WITHOUT_OCTOBER) / 11
    found = deflated(one(100), pd.Index([2024]), 2025, lenient)
    assert found.item() == pytest.approx(100 * mean / CPI_2024)


@pytest.mark.parametrize(
    "periods", [pd.PeriodIndex(["2025-10"], freq="M"), pd.Index([2026])]
)
def test_neither_a_lone_month_nor_one_not_out_yet_is_a_gap(periods):
    with pytest.raises(NoFigures, match="no US CPI-U for"):
        deflated(one(1), periods, 2024, Money.load(cpi_gaps=11))


@pytest.mark.parametrize("base_year", ["2024", 2024.0, True, 24, None])
def test_base_year_must_be_a_year(base_year):
    with pytest.raises(ParameterError, match=r"base_year: .* is not a year"):
        deflated(one(1), pd.Index([2024]), base_year)


@pytest.mark.parametrize("gaps", [-1, 12, 1.0, True])
def test_gaps_must_be_a_number_of_months(gaps):
    with pytest.raises(ParameterError, match=r"cpi_gaps: .* from 0 to 11"):
        Money.load(cpi_gaps=gaps)


# Vintages


def test_index_of_december_counts_from_its_release_in_mid_january():
    with pytest.raises(
        NoFigures, match="published by 2025-01-10 for 2024: 2024-12 missing"
    ):
        deflated(one(1), pd.Index([2021]), 2024, Money.load("2025-01-10"))
    found = deflated(one(1), pd.Index([2021]), 2024, Money.load("2025-01-20"))
    assert found.item() == pytest.approx(CPI_2024 / CPI_2021)


def test_before_the_first_release_there_is_nothing_and_it_says_so():
    early = Money.load("2009-01-01")
    with pytest.raises(NoFigures, match=r"'CNY' published by 2009-01-01; .*of USD"):
        converted(one(1), pd.Index([2024]), "CNY", "USD", early)
    with pytest.raises(NoFigures, match="VAT rate of China published by 2009-01-01"):
        without_vat(one(1), pd.Index([2024]), early)


# Value-added tax: 13 percent from 1 April 2019 (treo-sub, "incl. 13% VAT").


@pytest.mark.parametrize(
    "periods",
    [
        pd.Index([2021]),
        pd.DatetimeIndex(["2019-04-01"]),
        pd.PeriodIndex(["2026-05"], freq="M"),
    ],
)
def test_vat_by_hand(periods):
    assert without_vat(one(113), periods).item() == pytest.approx(100)


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        (pd.DatetimeIndex(["2019-03-31"]), "for 2019-03-31; .*from 2019-04-01 on"),
        (pd.Index([2019]), "no single VAT rate of China for 2019"),
        (pd.DatetimeIndex([pd.NaT]), "China for a row without a period"),
    ],
)
def test_period_before_the_first_tax_rate_is_refused(periods, message):
    with pytest.raises(NoFigures, match=message):
        without_vat(one(1), periods)
    assert without_vat(one(1), periods, missing="nan").isna().all()


def test_country_without_tax_rates_is_refused():
    with pytest.raises(
        NoFigures, match="no VAT rate of Japan; there are rates of China"
    ):
        without_vat(one(1), pd.Index([2024]), country="Japan")


@pytest.fixture(params=["annual-average", "year-end"])
def own_rates(tmp_path, request):
    """Return a folder with a user's own tax rate and exchange rate on some basis."""
    columns = FIGURE_COLUMNS
    row = dict.fromkeys(columns, "") | {
        "figure_id": "mine-1",
        "series": "vat_rate",
        "entity": "China",
        "product": "rare earths",
        "period_start": "2017-07-01",
        "period_end": "2018-04-30",
        "value": "17",
        "unit": "percent",
        "basis": "standard-rate",
        "source_id": "mine",
        "locator": "my note",
        "confidence": "own",
    }
    rate = row | {
        "figure_id": "mine-2",
        "series": "exchange_rate_year",
        "entity": "CNY",
        "product": "USD",
        "period_start": "2024-01-01",
        "period_end": "2024-12-31",
        "value": "8",
        "unit": "CNY per USD",
        "basis": request.param,
    }
    pd.DataFrame([row, rate]).to_csv(tmp_path / "mine.csv", index=False)
    source = {"source_id": "mine", "title": "My note", "publisher": "me"}
    blank = dict.fromkeys(figures.dictionary("sources").columns, "")
    known = {"published": "2024-01-01", "kind": "own", "confidence": "own"}
    source = pd.DataFrame([{**source, **(blank | known | source)}])
    source.to_csv(tmp_path / "sources.csv", index=False)
    return tmp_path


def test_own_tax_rate_holds_for_its_period_only(own_rates):
    mine = Money.load(extra=own_rates)
    last_day = pd.DatetimeIndex(["2018-04-30"])
    assert without_vat(one(117), last_day, mine).item() == pytest.approx(100)
    with pytest.raises(NoFigures, match="no single VAT rate of China for 2018-05-01"):
        without_vat(one(117), pd.DatetimeIndex(["2018-05-01"]), mine)


def test_change_of_the_tax_within_a_period_is_refused(own_rates):
    mine = Money.load(extra=own_rates)
    with pytest.raises(NoFigures, match="no single VAT rate of China for 2018-04 to"):
        without_vat(one(117), span("2018-04-01", "2018-05-31"), mine)


def test_own_exchange_rate_wins(own_rates):
    mine = Money.load(extra=own_rates)
    assert converted(one(8), pd.Index([2024]), "USD", "CNY", mine).item() == 1


# Frames of figures


def test_figures_change_value_range_and_unit_but_not_the_rest():
    given = figure(66, "AUD million", "2024-01-01", "2024-12-31", low=60, high=72)
    found = MONEY.in_currency(given, "USD")
    assert found["unit"].item() == "USD million"
    assert found[["value", "low", "high"]].to_numpy()[0] == pytest.approx(
        [66 / AUD_2024, 60 / AUD_2024, 72 / AUD_2024]
    )
    rest = [
        name for name in FIGURE_COLUMNS if name not in "value low high unit".split()
    ]
    assert found[rest].equals(given[rest])
    assert given["unit"].item() == "AUD million"


def test_units_may_differ_by_row_and_the_index_may_repeat():
    year = ("2024-01-01", "2024-12-31")
    given = pd.concat(
        [figure(1, unit, *year) for unit in ("AUD/kg", "CNY/t", "USD million/year")]
    )
    found = MONEY.in_currency(given, "USD")
    assert found["value"].tolist() == pytest.approx([1 / AUD_2024, 1 / CNY_2024, 1])
    assert found["unit"].tolist() == ["USD/kg", "USD/t", "USD million/year"]


def test_money_year_decides_not_the_period():
    # Forecasts for 2030, in Australian dollars of 2024 and in US dollars of 2021.
    given = figure(10, "AUD/kg", "2030-01-01", "2030-12-31", price_year=2024)
    dollars = MONEY.in_currency(given, "USD")
    assert dollars["value"].item() == pytest.approx(10 / AUD_2024)
    given = figure(10, "USD/kg", "2030-01-01", "2030-12-31", price_year=2021)
    real = MONEY.in_money_of(given, 2024)
    assert real["value"].item() == pytest.approx(10 * CPI_2024 / CPI_2021)
    assert real["price_year"].item() == 2024


def test_deflated_figures_stay_when_deflated_again():
    given = figure(10, "USD/kg", "2021-01-01", "2021-12-31")
    real = MONEY.in_money_of(given, 2024)
    assert MONEY.in_money_of(real, 2024).equals(real)


def test_other_money_is_converted_before_it_is_deflated():
    given = figure(10, "AUD/kg", "2021-01-01", "2021-12-31")
    with pytest.raises(ParameterError, match=r"not AUD; convert first: in_currency"):
        MONEY.in_money_of(given, 2024)


@pytest.mark.parametrize("unit", ["t", "percent", "sen/kWh", "AUD per USD", "kg/MW"])
@pytest.mark.parametrize("act", ["in_currency", "in_money_of", "per_kg"])
def test_what_is_no_money_is_refused_by_unit(act, unit):
    given = figure(1, unit, "2024-01-01", "2024-12-31")
    acts = {
        "in_currency": lambda: MONEY.in_currency(given, "USD"),
        "in_money_of": lambda: MONEY.in_money_of(given, 2024),
        "per_kg": lambda: per_kg(given),
    }
    with pytest.raises(ParameterError, match=f"'{unit}': not a unit of money"):
        acts[act]()


def test_rates_behind_a_conversion_are_cited_once_each():
    year, half = ("2024-01-01", "2024-12-31"), ("2024-07-01", "2024-12-31")
    given = pd.concat(
        [figure(1, "AUD/kg", *year), figure(1, "AUD/kg", *half)] * 2
        + [figure(1, "USD/kg", *year)]
    )
    rates = MONEY.behind(given, currency="USD")
    assert rates["entity"].unique().tolist() == ["AUD"]
    assert rates["series"].value_counts().to_dict() == {
        "exchange_rate_month": 6,
        "exchange_rate_year": 1,
    }
    assert figures.sources(rates).index.tolist() == ["fed-h10"]


def test_cross_rates_index_and_taxes_behind_a_conversion_are_cited():
    given = figure(1, "AUD/kg", "2021-01-01", "2021-12-31")
    used = MONEY.behind(given, currency="CNY", base_year=2024, vat_of="China")
    assert set(used["series"]) == {"exchange_rate_year", "cpi_month", "vat_rate"}
    rates = used.query("series == 'exchange_rate_year'")
    assert sorted(rates["entity"]) == ["AUD", "CNY"]
    years = used.query("series == 'cpi_month'")["period_end"].dt.year
    assert years.value_counts().to_dict() == {2021: 12, 2024: 12}
    assert list(used.columns) == FIGURE_COLUMNS


def test_nothing_is_behind_money_that_stays_as_it_is():
    given = figure(1, "USD/kg", "2021-01-01", "2021-12-31")
    assert MONEY.behind(given, currency="USD").empty


# Weight


@pytest.mark.parametrize(
    ("unit", "value", "per_kilogram", "unit_after"),
    [
        ("CNY/t", 400_000, 400, "CNY/kg"),
        ("USD/kg", 60, 60, "USD/kg"),
        ("USD/short ton", 907.18474, 1, "USD/kg"),
    ],
)
def test_weight_by_hand(unit, value, per_kilogram, unit_after):
    found = per_kg(figure(value, unit, "2024-01-01", "2024-12-31", low=value))
    assert found["value"].item() == pytest.approx(per_kilogram)
    assert found["low"].item() == pytest.approx(per_kilogram)
    assert found["unit"].item() == unit_after


@pytest.mark.parametrize("unit", ["USD million", "USD/kWh", "AUD million/year"])
def test_money_not_per_weight_is_refused(unit):
    message = f"'{unit}': not money per weight; per_kg takes money per kg, t, short ton"
    with pytest.raises(ParameterError, match=message):
        per_kg(figure(1, unit, "2024-01-01", "2024-12-31"))


# The curated figures


@pytest.mark.parametrize(
    ("series", "without"),
    [
        ("revenue", {"2026-06-30"}),  # the index reaches to May 2026
        ("unit_cost", set()),
        # October 2025 has no index; the others are in money of 2026, or after May.
        (
            "project_capex_planned",
            {"2025-10-29", "2026-01-31", "2026-07-22", "2026-07-29", "2026-07-31"},
        ),
    ],
)
def test_curated_money_comes_into_real_dollars_but_for_known_gaps(series, without):
    printed = figures.load(series).query("unit != 'CAD million'")
    lenient = Money.load(cpi_gaps=1)
    dollars = lenient.in_currency(printed, "USD", missing="nan")
    real = lenient.in_money_of(dollars, 2024, missing="nan")
    lost = real["value"].isna() & real["low"].isna() & real["high"].isna()
    assert set(real.loc[lost, "period_end"].astype(str)) == without


@pytest.mark.parametrize(
    ("as_of", "year", "error", "message"),
    [
        ("latest", 1800, NoFigures, "base_year 1800 cannot be used; .* 2010 to 2025$"),
        # The index of December 2019 was not out on the first day of 2020.
        ("2020-01-01", 2019, NoFigures, "2010 to 2018; a later as_of has later years"),
        ("2005-01-01", 2024, NoFigures, "whole years printed: none"),
        ("latest", "2024", ParameterError, "'2024' is not a year, such as 2024"),
    ],
)
def test_a_base_year_without_index_is_refused_with_those_that_have_one(
    as_of, year, error, message
):
    money = Money.load(as_of, cpi_gaps=1)
    with pytest.raises(error, match=message):
        money.check_base(year)
    if as_of == "latest":
        money.check_base(2024, 2025)  # October 2025 lacks, and one gap is allowed

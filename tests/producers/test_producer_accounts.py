"""Accounts follow one definition a line, and agree with what is printed."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import NoFigures, UnknownName
from rareearth.figures import loading as figures
from rareearth.producers import accounts, tables

COLUMNS = "series entity product period_start period_end value unit basis".split()


def book(*rows):
    """Return dated figures from rows of series, start, end, value and basis."""
    frame = pd.DataFrame(
        [
            (s, "A", "all", start, end, v, "AUD million", b)
            for s, start, end, v, b in rows
        ],
        columns=COLUMNS,
    )
    frame["period_start"] = pd.to_datetime(frame["period_start"])
    frame["period_end"] = pd.to_datetime(frame["period_end"])
    frame = frame.assign(
        confidence="secondary", source_id="s", note="", figure_id="f", low=float("nan")
    )
    return accounts.dated(frame, {"rounded"})


def year(series, ends, value, basis):
    return (series, f"{ends - 1}-07-01", f"{ends}-06-30", value, basis)


@pytest.fixture(scope="module")
def lynas():
    kinds = figures.dictionary("bases")["kind"]
    qualifiers = set(kinds.index[kinds == "qualifier"])
    printed = accounts.dated(accounts.gather(ree.load), qualifiers)
    return accounts.yearly(printed, "Lynas")


@pytest.mark.parametrize(
    ("measure", "of", "printed"),
    [  # Lynas, annual reports and results of the fiscal years to 30 June.
        ("net_profit", 2024, 84.5),
        ("net_profit", 2025, 8.0),
        ("cash", 2024, 523.8),
        ("cash", 2025, 166.5),
        ("ndpr", 2025, 6558),
        ("revenue", 2025, 556.5),
        ("ebitda", 2025, 101.2),
    ],
)
def test_the_accounts_of_lynas_are_those_that_it_published(lynas, measure, of, printed):
    assert accounts.line(lynas, measure)[of] == pytest.approx(printed, abs=0.05)


def test_the_gross_margin_of_lynas_is_that_of_the_data_vendor(lynas):
    # 47.77/305.111 and 129.82/556.5: 15.7 % in FY2020 and 23.3 % in FY2025.
    margin = accounts.wide(lynas)["gross_margin"]
    assert margin[2020] == pytest.approx(0.157, abs=0.0005)
    assert margin[2025] == pytest.approx(0.233, abs=0.0005)


def test_net_and_gross_sales_are_never_in_one_line(lynas):
    followed = lynas[(lynas["measure"] == "revenue") & lynas["chosen"]]
    assert set(followed["definition"]) == {"revenue-net"}


def test_company_and_standardised_ebitda_are_never_in_one_line(lynas):
    rows = lynas[lynas["measure"] == "ebitda"]
    assert rows[rows["chosen"]]["definition"].nunique() == 1
    assert set(rows["definition"]) > {"company-reported", "standardised"}


def test_the_definition_with_most_years_is_followed():
    frame = book(
        year("revenue", 2022, 1.0, "net"),
        year("revenue", 2023, 2.0, "net;rounded"),
        year("revenue", 2024, 9.0, "gross"),
    )
    own = accounts.yearly(frame, "A")
    assert accounts.line(own, "revenue").to_dict() == {2022: 1.0, 2023: 2.0}


def test_half_years_and_the_last_twelve_months_are_no_fiscal_year():
    frame = book(
        year("revenue", 2023, 1.0, "net"),
        ("revenue", "2023-07-01", "2023-12-31", 5.0, "net"),
        ("revenue", "2023-01-01", "2023-12-31", 7.0, "net;trailing-twelve-months"),
    )
    assert accounts.yearly(frame, "A")["value"].tolist() == [1.0]


def test_only_cash_at_the_end_of_the_fiscal_year_belongs_to_it():
    frame = book(
        year("revenue", 2023, 1.0, "net"),
        ("closing_cash", "2023-06-30", "2023-06-30", 3.0, "cash"),
        ("closing_cash", "2023-12-31", "2023-12-31", 9.0, "cash"),
    )
    assert accounts.line(accounts.yearly(frame, "A"), "cash").to_dict() == {2023: 3}


def test_a_margin_without_revenue_is_missing_and_not_zero():
    frame = book(
        year("revenue", 2023, 4.0, "net"),
        year("net_profit", 2023, 1.0, "attributable"),
        year("net_profit", 2024, 1.0, "attributable"),
    )
    margin = accounts.wide(accounts.yearly(frame, "A"))["net_margin"]
    assert margin[2023] == 0.25
    assert pd.isna(margin[2024])


def test_own_currency_leaves_figures_alone_and_tonnes_are_never_converted():
    frame = pd.concat(
        [
            book(year("revenue", 2023, 4.0, "net")),
            book(year("reo_production", 2023, 5.0, "REO")).assign(unit="t"),
        ],
        ignore_index=True,
    )

    def halve(rows, currency, missing):
        return rows.assign(value=rows["value"] / 2, unit=f"{currency} million")

    assert accounts.in_currency(frame, halve, "own") is frame
    turned = accounts.in_currency(frame, halve, "USD")
    assert turned["value"].tolist() == [2.0, 5.0]
    assert turned["unit"].tolist() == ["USD million", "t"]


def test_two_different_prints_of_a_year_are_a_conflict_and_equal_ones_are_none():
    frame = book(
        year("revenue", 2023, 4.0, "net"),
        year("revenue", 2023, 5.0, "gross"),
        year("net_profit", 2023, 1.0, "attributable"),
        year("net_profit", 2023, 1.0, "attributable;rounded"),
    )
    found = tables.conflicts(accounts.yearly(frame, "A"), 6, 2023)
    assert found["Measure"].unique().tolist() == ["Revenue"]
    assert found["Year"].tolist() == ["FY2023", "FY2023"]


@pytest.mark.parametrize(("month", "name"), [(6, "FY2025"), (12, "2025")])
def test_a_fiscal_year_is_named_as_such(month, name):
    assert accounts.fiscal_year(2025, month) == name


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (("B", 2020), UnknownName, "unknown company: 'B'; one of 'A'"),
        (("A", 2024), NoFigures, "there are figures for 2023 to 2024"),
    ],
)
def test_wrong_parameters_are_refused_with_the_choices(parameters, error, message):
    rows = [
        year(series, ends, 1.0, "net")
        for series in ("revenue", "net_profit")
        for ends in (2023, 2024)
    ]
    with pytest.raises(error, match=message):
        accounts.check_accounts(book(*rows), *parameters)


def test_a_date_before_all_accounts_is_refused_without_an_empty_list_of_choices():
    one = book(year("revenue", 2024, 1.0, "net"))
    with pytest.raises(NoFigures, match=r"no accounts of 'B'; .* a later as_of some"):
        accounts.check_accounts(one, "B", 2020)


def test_a_company_with_one_year_only_says_which_year_it_has():
    frame = book(year("revenue", 2014, 1.0, "statutory"))
    with pytest.raises(NoFigures, match="too few accounts of A: revenue of 2014"):
        accounts.check_accounts(frame, "A", 2010)

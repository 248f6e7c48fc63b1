"""Accounts follow one definition a line, and agree with what is printed."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import NoFigures
from rareearth.figures import loading as figures
from rareearth.producers import accounts

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
    found = accounts.conflicts(accounts.yearly(frame, "A"), 2023)
    assert found["measure"].unique().tolist() == ["revenue"]
    assert found["value"].tolist() == [4.0, 5.0]


def test_one_value_of_two_sources_is_told_once_with_both():
    frame = book(
        year("revenue", 2023, 4.0, "net"),
        year("revenue", 2023, 4.0, "net"),
        year("revenue", 2023, 5.0, "gross"),
    ).assign(source_id=["a", "b", "c"])
    found = accounts.conflicts(accounts.yearly(frame, "A"), 2023)
    assert sorted(found["source_id"]) == ["a;b", "c"]


@pytest.mark.parametrize(("month", "name"), [(6, "FY2025"), (12, "2025")])
def test_a_fiscal_year_is_named_as_such(month, name):
    assert accounts.fiscal_year(2025, month) == name


@pytest.mark.parametrize(
    ("company", "start", "message"),
    [
        (
            "B",
            2020,
            "too few accounts of B, published by 2024-06-30: figures",
        ),
        ("A", 2024, "there are figures for 2023 to 2024"),
    ],
)
def test_wrong_parameters_are_refused_with_the_choices(company, start, message):
    rows = [
        year(series, ends, 1.0, "net")
        for series in ("revenue", "net_profit")
        for ends in (2023, 2024)
    ]
    with pytest.raises(NoFigures, match=message):
        accounts.check_accounts(book(*rows), company, start, "2024-06-30")


def test_a_company_with_one_year_only_says_which_year_it_has():
    frame = book(year("revenue", 2014, 1.0, "statutory"))
    with pytest.raises(NoFigures, match=r"of A: figures of 2014; .* there of nobody"):
        accounts.check_accounts(frame, "A", 2010)


def test_capital_spending_of_lynas_is_on_one_definition(lynas):
    # 34.964 + 544.38 and 104.17 + 326.66; the company prints 579.3 and 430.8.
    spent = accounts.line(lynas, "capex")
    assert spent[2024] == pytest.approx(579.3, abs=0.05)
    assert spent[2025] == pytest.approx(430.8, abs=0.05)
    chosen = lynas[(lynas["measure"] == "capex") & lynas["chosen"]]
    assert set(chosen["definition"]) == {accounts.LESS_FREE_CASH}


def test_a_year_of_ebitda_is_the_sum_of_its_four_quarters():
    ends = ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]
    starts = ["2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01"]
    values = [-2.7, -12.5, -12.6, 39.2]  # MP Materials, adjusted, USD million
    frame = book(
        ("revenue", "2025-01-01", "2025-12-31", 1.0, "net"),
        ("net_profit", "2024-01-01", "2024-12-31", 1.0, "net"),
        ("ebitda", "2024-01-01", "2024-12-31", -50.2, "adjusted"),
        *(
            ("ebitda", start, end, value, "adjusted")
            for start, end, value in zip(starts, ends, values, strict=True)
        ),
    )
    made = accounts.line(accounts.yearly(frame, "A"), "ebitda")
    assert made[2025] == pytest.approx(11.4)
    three = accounts.yearly(frame.iloc[:-1], "A")
    assert accounts.line(three, "ebitda").index.tolist() == [2024]


HALF = ("revenue", "2026-01-01", "2026-06-30", 199.1, "net")
QUARTERS = [
    ("revenue", "2025-01-01", "2025-03-31", 60.8, "net"),
    ("revenue", "2025-04-01", "2025-06-30", 57.4, "net"),
    ("revenue", "2026-01-01", "2026-03-31", 90.6, "net"),
    ("revenue", "2026-04-01", "2026-06-30", 108.5, "net"),
]


def test_quarters_since_are_added_and_compared_with_the_same_a_year_before():
    # MP Materials: 90.6 + 108.5 against 60.8 + 57.4.
    (found,) = accounts.since(
        book(*QUARTERS), "A", pd.Timestamp("2025-12-31"), ["revenue"]
    )
    assert (found.value, found.before) == pytest.approx((199.1, 118.2))
    assert found.start == pd.Timestamp("2026-01-01")


def test_a_period_is_never_compared_with_a_longer_or_a_shorter_one():
    year_before = ("revenue", "2025-01-01", "2025-09-30", 171.8, "net")
    frame = book(HALF, year_before, QUARTERS[1])
    (found,) = accounts.since(frame, "A", pd.Timestamp("2025-12-31"), ["revenue"])
    assert found.value == 199.1
    assert pd.isna(found.before)


def test_a_gap_between_quarters_ends_what_is_added():
    frame = book(QUARTERS[0], *QUARTERS[2:])
    (found,) = accounts.since(frame, "A", pd.Timestamp("2024-12-31"), ["revenue"])
    assert found.value == pytest.approx(199.1)


def test_nothing_newer_is_nothing():
    frame = book(year("revenue", 2025, 1.0, "net"))
    assert accounts.since(frame, "A", pd.Timestamp("2025-06-30"), ["revenue"]) == []


def test_price_and_volume_add_up_to_the_change_of_revenue(lynas):
    # FY2025: 556.5 / 10,970 t = 50.73; FY2026: 977.945 / 12,122 t = 80.68 (stated too).
    parts = accounts.price_and_volume(lynas)
    assert parts.loc[2026, "per_kg"] == pytest.approx(80.68, abs=0.01)
    assert parts.loc[2025, "per_kg"] == pytest.approx(50.73, abs=0.01)
    steps = parts.loc[2026, ["price", "volume"]].sum()
    assert steps == pytest.approx(977.945 - 556.5)
    assert parts.loc[2026, "volume_change"] == pytest.approx(12_122 / 10_970 - 1)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (463.3, 556.5, "+20.1 %"),
        (8.0, 222.4, "28 times"),
        (24.3, -65.4, "from profit to loss"),
        (-65.4, -85.9, "a larger loss"),
        (-19.4, 157.1, "from loss to profit"),
    ],
)
def test_a_change_from_or_to_a_loss_is_told_in_words(before, after, said):
    assert accounts.moved(before, after).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_margin_with_price_support_divides_by_sales_with_it():
    # MP Materials 2025: 82.668 / 275.457 = 30.0 %, not 82.668 / 224.4.
    kinds = figures.dictionary("bases")["kind"]
    qualifiers = set(kinds.index[kinds == "qualifier"])
    printed = accounts.dated(accounts.gather(ree.load), qualifiers)
    table = accounts.peers(printed, ["MP Materials"]).set_index("year")
    assert table.loc[2025, "gross_margin"] == pytest.approx(0.300, abs=5e-4)
    assert "price support" in table.loc[2025, "margin_basis"]


def test_twelve_months_to_a_later_quarter_stand_beside_the_fiscal_years():
    kinds = figures.dictionary("bases")["kind"]
    qualifiers = set(kinds.index[kinds == "qualifier"])
    printed = accounts.dated(accounts.gather(ree.load), qualifiers)
    name = "China Northern Rare Earth"
    last = accounts.peers(printed, [name]).sort_values("end").iloc[-1]
    assert (last["revenue"], last["net_profit"]) == (41_698, 2_140)
    assert last["end"] == pd.Timestamp("2025-09-30")

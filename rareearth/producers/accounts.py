"""The accounts of the producers by fiscal year, and what moved cash and profit.

A measure may be printed on several definitions (gross and net sales, adjusted and
unadjusted EBITDA). One of them is followed through time, the others stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures, unknown_name
from rareearth.figures.columns import Load, codes, each, has_codes


class Measure(NamedTuple):
    """A line of the accounts: the series, its product, and how it is called."""

    series: str
    product: str
    label: str


MEASURES = {
    "ndpr": Measure("ndpr_production", "NdPr oxide", "NdPr oxide made"),
    "reo": Measure("reo_production", "REO", "Rare-earth oxides made"),
    "concentrate": Measure(
        "reo_production", "REO in concentrate", "Oxides in concentrate made"
    ),
    "separated": Measure("separation_output", "REO", "Rare-earth oxides separated"),
    "quota": Measure("mining_quota", "REO", "Mining quota held"),
    "revenue": Measure("revenue", "all", "Revenue"),
    "gross_profit": Measure("gross_profit", "all", "Gross profit"),
    "ebitda": Measure("ebitda", "all", "EBITDA"),
    "net_profit": Measure("net_profit", "all", "Net profit"),
    "operating_cash": Measure("operating_cash_flow", "all", "Operating cash flow"),
    "capex": Measure("capital_expenditure", "all", "Capital spending"),
    "cash": Measure("closing_cash", "all", "Cash at year end"),
    "printed_margin": Measure("gross_margin", "all", "Gross margin, as printed"),
    "cost_of_sales": Measure("cost_of_sales", "all", "Cost of sales"),
    "sga": Measure("sga_expense", "all", "Selling and administration"),
    "other_operating": Measure("other_operating_expense", "all", "Other operations"),
    "interest": Measure("interest_expense", "all", "Interest paid"),
    "interest_income": Measure("interest_income", "all", "Interest received"),
    "currency": Measure("currency_gain", "all", "Currency"),
    "other": Measure("other_non_operating_income", "all", "Other income"),
    "tax": Measure("income_tax_expense", "all", "Income tax"),
    "buyback": Measure("share_buyback", "all", "Shares bought back"),
    "price": Measure("average_selling_price", "", "Average selling price"),
}
OUTPUT = ("ndpr", "reo", "concentrate", "separated", "quota")
MARGINS = {
    "gross_margin": ("gross_profit", "Gross margin"),
    "ebitda_margin": ("ebitda", "EBITDA margin"),
    "net_margin": ("net_profit", "Net margin"),
}
# Until the price protection agreement of October 2025 revenue held no income from it,
# so the revenue without that income is the same measure carried on.
CARRIED_ON = {"excl-price-support;statutory": "statutory"}
SHORT = {  # for the labels of a chart
    "China Rare Earth Resources (000831)": "China Rare Earth",
    "China Northern Rare Earth": "China Northern",
}
NO_YEAR = "trailing-twelve-months"
COMPARED = ("revenue", "gross_profit", "net_profit", "printed_margin")  # of peers
# Measure, and the sign with which it enters the result.
CASH_STEPS = {"operating_cash": 1, "capex": -1, "buyback": -1}
PROFIT_STEPS = {
    "gross_profit": 1,
    "sga": -1,
    "other_operating": -1,
    "interest": 1,  # printed as a negative number where it is a cost
    "interest_income": 1,
    "currency": 1,
    "other": 1,
    "tax": -1,
}
_COLUMNS = ["label", "value", "kind", "measure"]


def gather(load: Load, as_of: str = "latest", variants: str = "best") -> pd.DataFrame:
    """Return all figures of the measures, of all producers.

    Parameters
    ----------
    load : callable
        `figures.load`.
    as_of, variants
        As there.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    """
    names = list(dict.fromkeys(measure.series for measure in MEASURES.values()))
    found = load(names, as_of=as_of, variants=variants, missing="empty")
    if found.empty:
        raise NoFigures(f"no accounts of any producer had been published by {as_of}")
    return found


def dated(figures: pd.DataFrame, qualifiers: set[str]) -> pd.DataFrame:
    """Return figures with what they mean and how long their period is.

    Parameters
    ----------
    figures : DataFrame
        From `gather`.
    qualifiers : set of str
        Basis codes that do not change what a number means.

    Returns
    -------
    DataFrame
        With ``definition`` (the other codes, sorted), ``months`` (whole months of the
        period; 0 for a day or a broken month) and ``year`` in which the period ends.
    """
    start, end = figures["period_start"], figures["period_end"]
    span = (end.dt.year - start.dt.year) * 12 + end.dt.month - start.dt.month + 1
    whole = (start.dt.day == 1) & end.dt.is_month_end
    meant = each(
        figures["basis"], lambda basis: ";".join(sorted(codes(basis) - qualifiers))
    )
    return figures.assign(
        definition=meant.replace(CARRIED_ON),
        months=span.where(whole, 0).astype(int),
        year=end.dt.year,
    )


def companies(book: pd.DataFrame, least: int = 2) -> list[str]:
    """Return who has at least `least` years of revenue and of net profit, sorted."""
    yearly = book[(book["months"] == 12) & (book["product"] == "all")]
    found = []
    for series in ("revenue", "net_profit"):
        years = yearly[yearly["series"] == series].groupby("entity")["year"].nunique()
        found.append(set(years.index[years >= least]))
    return sorted(set.intersection(*found))


def check_accounts(book: pd.DataFrame, company: str, start_year: int) -> None:
    """Refuse a company without two years of accounts from a year on.

    Raises
    ------
    UnknownName, NoFigures
        The message names the choices.
    """
    choices = companies(book)
    if company not in choices:
        own = book[(book["entity"] == company) & (book["months"] == 12)]
        if own.empty and not choices:
            raise NoFigures(
                f"no accounts of {company!r}; no producer has two years of revenue and "
                "net profit by then, and with a later as_of some have"
            )
        if own.empty:
            raise unknown_name("company", company, choices)
        have = ", ".join(
            f"{series} of {_years(rows['year'])}"
            for series, rows in own.groupby("series")
        )
        raise NoFigures(
            f"too few accounts of {company}: {have}; there are several years of "
            f"{', '.join(choices)}"
        )
    years = book.loc[(book["entity"] == company) & (book["months"] == 12), "year"]
    if start_year >= years.max():
        raise NoFigures(
            f"fewer than two years of accounts of {company} from {start_year} on; "
            f"there are figures for {_years(years)}"
        )


def _years(years: pd.Series) -> str:
    first, last = int(years.min()), int(years.max())
    return str(first) if first == last else f"{first} to {last}"


def year_end(book: pd.DataFrame, company: str) -> int:
    """Return the month in which the fiscal year of a company ends."""
    yearly = book[
        (book["entity"] == company)
        & (book["months"] == 12)
        & ~has_codes(book["definition"], NO_YEAR)
        & book["series"].isin(["revenue", "net_profit"])
    ]
    return int(yearly["period_end"].dt.month.mode().iloc[0])


def in_currency(
    book: pd.DataFrame, convert: Callable[..., pd.DataFrame], currency: str
) -> pd.DataFrame:
    """Return figures with the money among them in one currency, for "own" unchanged.

    Parameters
    ----------
    convert : callable
        `Money.in_currency`. What lacks a rate becomes missing.
    """
    money = book["unit"].str.match(r"[A-Z]{3}[ /]")
    if currency == "own" or not money.any():
        return book
    turned = convert(book[money], currency, "nan")
    return pd.concat([turned, book[~money]]).loc[book.index]


def yearly(
    book: pd.DataFrame, company: str, only: Sequence[str] = tuple(MEASURES)
) -> pd.DataFrame:
    """Return what a company printed for its fiscal years, measure by measure.

    A stock (cash) belongs to the year at the end of which it was counted.

    Parameters
    ----------
    book : DataFrame
        From `dated`.
    only : list of str, optional
        Keys of `MEASURES`; all by default.

    Returns
    -------
    DataFrame
        ``measure`` (a key of `MEASURES`), ``chosen`` (whether the row has the
        definition that is followed through time), then the columns of `dated`.
    """
    own = book[book["entity"] == company]
    month = year_end(book, company)
    stock = own["series"] == "closing_cash"
    closed = own["period_end"].dt.month == month
    fiscal = ((own["months"] == 12) & ~stock & closed) | (stock & closed)
    own = own[fiscal & ~has_codes(own["definition"], NO_YEAR)]
    parts = []
    for name in only:
        measure = MEASURES[name]
        rows = own[own["series"] == measure.series]
        if measure.product:
            rows = rows[rows["product"] == measure.product]
        if len(rows):
            main = _main_definition(rows)
            parts.append(rows.assign(measure=name, chosen=rows["definition"] == main))
    return pd.concat(parts, ignore_index=True)


def _main_definition(rows: pd.DataFrame) -> str:
    """Return the definition that covers most years, of equals the most recent."""
    years = rows.groupby("definition")["year"].agg(["nunique", "max"])
    return str(years.sort_values(["nunique", "max"]).index[-1])


def line(book: pd.DataFrame, measure: str) -> pd.Series:
    """Return one measure of `yearly` by fiscal year, on the definition followed."""
    rows = book[(book["measure"] == measure) & book["chosen"]]
    rows = rows.dropna(subset=["value"]).sort_values(["year", "confidence"])
    return rows.drop_duplicates("year").set_index("year")["value"]


def wide(book: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of `yearly` and the margins, one row per fiscal year.

    A margin divides by the revenue of the same year. Missing stays missing.
    """
    rows = book[book["chosen"] & book["value"].notna()]
    rows = rows.sort_values(["year", "confidence"])
    rows = rows.drop_duplicates(["measure", "year"])
    table = rows.pivot(index="year", columns="measure", values="value")
    table = table.reindex(columns=[name for name in MEASURES if name != "price"])
    table = table.rename_axis(columns=None).sort_index()
    for name, (measure, _) in MARGINS.items():
        table[name] = table[measure] / table["revenue"]
    return table


def definition(book: pd.DataFrame, measure: str) -> str:
    """Return the definition that is followed for a measure, "" if there is none."""
    rows = book[(book["measure"] == measure) & book["chosen"]]
    return str(rows["definition"].iloc[0]) if len(rows) else ""


def fiscal_year(year: int, month: int) -> str:
    """Return "FY2025", or "2025" where the fiscal year is the calendar year."""
    return str(year) if month == 12 else f"FY{year}"


def cash_years(book: pd.DataFrame) -> list[int]:
    """Return the fiscal years that have cash at both ends and a printed flow."""
    cash = line(book, "cash")
    flows = {int(year) for name in CASH_STEPS for year in _flow(book, name, None).index}
    return [
        int(year) for year in cash.index if year - 1 in cash.index and year in flows
    ]


def _flow(book: pd.DataFrame, measure: str, year: int | None) -> pd.Series:
    """Return a measure by year; for a step another definition may fill a year.

    The wider definition of capital spending (with mine development) is better in a
    bridge than none: what it moves leaves the rest smaller, and no ratio mixes them.
    """
    rows = book[(book["measure"] == measure) & book["value"].notna()]
    rows = rows.sort_values(["year", "chosen"], ascending=[True, False])
    series = rows.drop_duplicates("year").set_index("year")["value"]
    return series if year is None else series[series.index == year]


def cash_bridge(book: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return how cash went from the end of one fiscal year to the end of the next.

    Opening cash + printed flows + everything else = closing cash. "Everything else"
    (financing, leases, interest, exchange differences) is what is left, not printed.

    Parameters
    ----------
    book : DataFrame
        From `yearly`.
    year : int
        One of `cash_years`.

    Returns
    -------
    DataFrame
        ``label``, ``value`` in the unit of the accounts, ``kind`` ("level", "step" or
        "rest"), ``measure``. The steps add up to the difference of the levels.
    """
    cash = line(book, "cash")
    opening, closing = float(cash[year - 1]), float(cash[year])
    steps = [
        (MEASURES[name].label, sign * float(found.iloc[0]), "step", name)
        for name, sign in CASH_STEPS.items()
        if len(found := _flow(book, name, year))
    ]
    rest = closing - opening - sum(step[1] for step in steps)
    return pd.DataFrame(
        [
            ("Cash before", opening, "level", "cash"),
            *steps,
            ("Everything else", rest, "rest", ""),
            ("Cash after", closing, "level", "cash"),
        ],
        columns=_COLUMNS,
    )


def profit_years(book: pd.DataFrame) -> list[int]:
    """Return the years with a profit and a gross profit, and the same a year before."""
    profit, gross = line(book, "net_profit"), line(book, "gross_profit")
    both = profit.index.intersection(gross.index)
    return [int(year) for year in both if year - 1 in both]


def profit_bridge(book: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return which lines of the accounts moved net profit against the year before.

    A line counts if it is printed for both years on one definition. The rest is what
    the lines leave open, rounding included.

    Returns
    -------
    DataFrame
        As in `cash_bridge`.
    """
    profit = line(book, "net_profit")
    before, after = float(profit[year - 1]), float(profit[year])
    steps = []
    for name, sign in PROFIT_STEPS.items():
        series = line(book, name)
        if year in series.index and year - 1 in series.index:
            moved = sign * float(series[year] - series[year - 1])
            steps.append((MEASURES[name].label, moved, "step", name))
    rest = after - before - sum(step[1] for step in steps)
    return pd.DataFrame(
        [
            ("Profit before", before, "level", "net_profit"),
            *steps,
            ("Everything else", rest, "rest", ""),
            ("Profit after", after, "level", "net_profit"),
        ],
        columns=_COLUMNS,
    )


def behind(book: pd.DataFrame, bridge: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the figures that a bridge rests on, for citing."""
    return book[
        book["measure"].isin(bridge["measure"]) & book["year"].isin([year - 1, year])
    ]


def drawn(
    bridge: pd.DataFrame, before: str, after: str, least: float = 0.02
) -> pd.DataFrame:
    """Return a bridge as it is drawn: levels named, tiny steps in everything else.

    A step is tiny below the share `least` of the largest bar.
    """
    tiny = (bridge["kind"] == "step") & (
        bridge["value"].abs() < least * bridge["value"].abs().max()
    )
    kept = bridge[~tiny].copy()
    kept.loc[kept["kind"] == "rest", "value"] += bridge.loc[tiny, "value"].sum()
    kept["label"] = [before, *kept["label"].iloc[1:-1], after]
    return kept.reset_index(drop=True)


def peers(book: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the last full year of each producer, and its margins by year.

    Returns
    -------
    DataFrame, one row per producer and fiscal year
        ``entity``, ``year``, ``month`` in which it ends, ``revenue``, ``net_profit``,
        ``gross_margin``, ``net_margin``, ``margin_basis`` (definition of the gross
        profit), ``source_id`` of the revenue.
    """
    parts = []
    for name in names:
        own = yearly(book, name, COMPARED)
        table = wide(own).dropna(subset=["revenue", "net_profit"]).reset_index()
        basis = definition(own, "gross_profit")
        if table["gross_margin"].isna().all():
            table["gross_margin"] = table["printed_margin"] / 100
            basis = "as printed"
        sources = own[(own["measure"] == "revenue") & own["chosen"]]
        cited = sources.drop_duplicates("year").set_index("year")["source_id"]
        parts.append(
            table.assign(
                entity=name,
                month=year_end(book, name),
                margin_basis=basis.replace(";", ", "),
                source_id=table["year"].map(cited),
            )
        )
    columns = "entity year month revenue net_profit gross_margin net_margin"
    return pd.concat(parts, ignore_index=True)[
        [*columns.split(), "margin_basis", "source_id"]
    ]


def behind_margins(book: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that the gross margins of `peers` rest on, for citing."""
    return book[
        book["series"].isin(["revenue", "gross_profit", "gross_margin"])
        & book["entity"].isin(table["entity"])
        & book["year"].isin(table["year"])
        & (book["months"] == 12)
        & (book["product"] == "all")
    ]

"""The accounts of the producers by fiscal year, and what moved sales, profit and cash.

A measure may be published on several definitions (gross and net sales, adjusted and
unadjusted EBITDA). One of them is followed through time, the others stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import RANK, Load, codes, each, has_codes
from rareearth.words import SPACE, change, number


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
    "printed_margin": Measure("gross_margin", "all", "Gross margin, as published"),
    "operating_income": Measure("operating_income", "all", "Operating income"),
    "interest": Measure("interest_expense", "all", "Interest paid"),
    "interest_income": Measure("interest_income", "all", "Interest received"),
    "currency": Measure("currency_gain", "all", "Currency"),
    "other": Measure("other_non_operating_income", "all", "Other income"),
    "tax": Measure("income_tax_expense", "all", "Income tax"),
    "buyback": Measure("share_buyback", "all", "Shares bought back"),
    "free_cash": Measure("free_cash_flow", "all", "Free cash flow"),
    "support": Measure("ppa_income", "NdPr products", "Price support outside revenue"),
    "reo_sold": Measure("reo_sales_volume", "REO", "Rare-earth oxides sold"),
    "ndpr_sold": Measure("ndpr_sales_volume", "NdPr oxide", "NdPr oxide sold"),
    "price": Measure("average_selling_price", "REO", "Stated selling price"),
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
SUPPORTED = "incl-price-support"
NO_YEAR = "trailing-twelve-months"
SUMMED = "sum of four quarters"
LESS_FREE_CASH = "operating less free cash flow"
WORDS = {
    "standardised": "template of a data vendor",
    "company-reported": "as the company reports it",
    "statutory": "as in the accounts",
    "revenue-net": "net sales",
    "revenue-gross": "gross sales",
}
# Measure, and the sign with which it enters the result.
CASH_STEPS = {"operating_cash": 1, "capex": -1, "buyback": -1}
PROFIT_STEPS = {
    "interest": 1,  # published as a negative number where it is a cost
    "interest_income": 1,
    "currency": 1,
    "other": 1,
    "tax": -1,
}
_COLUMNS = ["label", "value", "kind", "measure"]


def in_words(definition: str) -> str:
    """Return a definition as readers know it: "adjusted, as the company reports it"."""
    plain = [
        WORDS.get(code)
        or code.replace("incl-", "with ").replace("excl-", "without ").replace("-", " ")
        for code in sorted(codes(definition))
    ]
    return ", ".join(plain)


def amount(value: float, unit: str) -> str:
    """Return "AUD 84.5 million", "AUD \N{MINUS SIGN}65.4 million" or "6,558 t"."""
    digits = 0 if abs(value) >= 1000 else 1
    if " million" not in unit:
        return number(value, unit=unit)
    return f"{unit[:3]}{SPACE}{number(value, digits=digits)}{SPACE}million"


def moved(before: float, after: float) -> str:
    """Return the change as "+20.1 %"; from or to a loss, and of threefold, in words."""
    if before <= 0 < after:
        return "from loss to profit"
    if after <= 0 < before:
        return "from profit to loss"
    if before <= 0:
        return "a smaller loss" if after > before else "a larger loss"
    if after > 3 * before:
        return f"{number(after / before)} times"
    return change(after / before - 1, digits=1)


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


def check_accounts(
    book: pd.DataFrame, company: str, start_year: int, as_of: str = "latest"
) -> None:
    """Refuse a company without two years of accounts from a year on.

    Raises
    ------
    NoFigures
        The message names the choices.
    """
    choices = companies(book)
    years = book.loc[(book["entity"] == company) & (book["months"] == 12), "year"]
    have = _years(years) if len(years) else "no year"
    if company not in choices:
        by = "" if as_of == "latest" else f", published by {as_of}"
        raise NoFigures(
            f"too few accounts of {company}{by}: figures of {have}; two years of "
            f"revenue and net profit are there of {', '.join(choices) or 'nobody'}"
        )
    if start_year >= years.max():
        raise NoFigures(
            f"fewer than two years of accounts of {company} from {start_year} on; "
            f"there are figures for {have}"
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
    quarters = book[(book["entity"] == company) & (book["months"] == 3)]
    parts = []
    for name in only:
        rows = of_measure(own, name)
        if name == "capex":
            rows = pd.concat([rows, _less_free_cash(own)], ignore_index=True)
        if rows.empty:
            continue
        main = _main_definition(rows)
        rows = rows.assign(chosen=rows["definition"] == main)
        if name == "ebitda":
            of_main = of_measure(quarters, name)
            of_main = of_main[of_main["definition"] == main]
            rows = pd.concat([rows, _summed(of_main, rows, month)], ignore_index=True)
        parts.append(rows.assign(measure=name))
    return pd.concat(parts, ignore_index=True).astype({"chosen": bool})


def of_measure(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the figures of one of `MEASURES`."""
    measure = MEASURES[name]
    return rows[
        (rows["series"] == measure.series) & (rows["product"] == measure.product)
    ]


def _less_free_cash(own: pd.DataFrame) -> pd.DataFrame:
    """Return capital spending as operating cash flow less free cash flow.

    Companies publish it with and without mine development and exploration; what was
    paid according to the cash flow statement is one definition for all years.
    """
    flow, free = (
        of_measure(own, name).sort_values("confidence").drop_duplicates("period_end")
        for name in ("operating_cash", "free_cash")
    )
    both = flow.merge(free, on="period_end", suffixes=("", "_free"))
    return both[flow.columns].assign(
        series=MEASURES["capex"].series,
        value=both["value"] - both["value_free"],
        source_id=both["source_id"] + ";" + both["source_id_free"],
        definition=LESS_FREE_CASH,
        note="computed",
        figure_id="",
    )


def _summed(quarters: pd.DataFrame, years: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return sums of four quarters for fiscal years that are not published whole."""
    ends = quarters["period_end"] + pd.offsets.MonthEnd(0)
    last = ends.dt.year + (ends.dt.month > month)
    quarters = quarters.dropna(subset=["value"]).assign(year=last)
    quarters = quarters.sort_values("confidence").drop_duplicates("period_end")
    parts = []
    for year, rows in quarters.groupby("year"):
        if len(rows) == 4 and year not in set(years.loc[years["chosen"], "year"]):
            whole = rows.sort_values("period_end").iloc[[-1]]
            parts.append(
                whole.assign(
                    period_start=rows["period_start"].min(),
                    value=rows["value"].sum(),
                    source_id=";".join(rows["source_id"].unique()),
                    confidence=min(rows["confidence"], key=RANK.__getitem__),
                    months=12,
                    note=SUMMED,
                    figure_id="",
                    chosen=True,
                )
            )
    return pd.concat(parts) if parts else quarters.iloc[:0]


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
    """Return the years with cash at both ends, operating cash flow and spending."""
    cash = line(book, "cash")
    flows = line(book, "operating_cash").index.intersection(line(book, "capex").index)
    return [int(year) for year in flows if {year - 1, year} <= set(cash.index)]


def cash_bridge(book: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return how cash went from the end of one fiscal year to the end of the next.

    Opening cash + published flows + everything else = closing cash. "Everything else"
    (financing, leases, interest, exchange differences) is what is left.

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
    lines = {name: line(book, name) for name in CASH_STEPS}
    steps = [
        (MEASURES[name].label, CASH_STEPS[name] * float(series[year]), "step", name)
        for name, series in lines.items()
        if year in series.index
    ]
    return _bridge("Cash", float(cash[year - 1]), float(cash[year]), steps, "cash")


def _bridge(
    what: str,
    before: float,
    after: float,
    steps: list[tuple[str, float, str, str]],
    measure: str,
) -> pd.DataFrame:
    rest = after - before - sum(step[1] for step in steps)
    return pd.DataFrame(
        [
            (f"{what} before", before, "level", measure),
            *steps,
            ("Everything else", rest, "rest", ""),
            (f"{what} after", after, "level", measure),
        ],
        columns=_COLUMNS,
    )


def profit_years(book: pd.DataFrame) -> list[int]:
    """Return the years that have net profit, and EBITDA or gross profit, twice."""
    profit = set(line(book, "net_profit").index)
    found: set[int] = set()
    for name in ("ebitda", "gross_profit"):
        both = profit & set(line(book, name).index)
        found |= {int(year) for year in both if year - 1 in both}
    return sorted(found)


def profit_bridge(book: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return which lines of the accounts moved net profit against the year before.

    EBITDA leads, then what stands between it and the operating income (depreciation,
    first of all), interest, currency and tax; without EBITDA the gross profit leads.
    A line counts if it is published for both years on one definition.

    Returns
    -------
    DataFrame
        As in `cash_bridge`.
    """
    lines = {name: line(book, name) for name in MEASURES}
    changes = {
        name: float(series[year] - series[year - 1])
        for name, series in lines.items()
        if year in series.index and year - 1 in series.index
    }
    top = "ebitda" if "ebitda" in changes else "gross_profit"
    steps = [(MEASURES[top].label, changes[top], "step", top)] if top in changes else []
    if {"ebitda", "operating_income"} <= set(changes):
        gap = changes["operating_income"] - changes["ebitda"]
        steps.append(("Depreciation and charges", gap, "step", "operating_income"))
    steps += [
        (MEASURES[name].label, sign * changes[name], "step", name)
        for name, sign in PROFIT_STEPS.items()
        if name in changes
    ]
    before, after = (float(lines["net_profit"][each]) for each in (year - 1, year))
    return _bridge("Profit", before, after, steps, "net_profit")


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


def price_and_volume(book: pd.DataFrame) -> pd.DataFrame:
    """Return how much of each change in revenue came from price, how much from volume.

    Revenue is price per kilogram times kilograms. Each step is taken at the mean of the
    other over both years, so that both add up to the change. Where the tonnes sold are
    not published, they are the revenue over the stated selling price.

    Returns
    -------
    DataFrame, by fiscal year
        ``revenue``; ``sold``, t; ``per_kg`` of oxides sold; ``stated`` selling price;
        ``ndpr``, t sold (``is_sold``) or else made; ``per_kg_ndpr``; ``price`` and
        ``volume``, the two steps; ``price_change`` and ``volume_change``, shares.
    """
    lines = {name: line(book, name) for name in ("revenue", "reo_sold", "price")}
    revenue, sold, stated = lines.values()
    kilograms = sold.reindex(revenue.index) / 1e3  # of a million
    kilograms = kilograms.fillna(revenue / stated.reindex(revenue.index))
    per_kg = revenue / kilograms
    ndpr_sold = line(book, "ndpr_sold").reindex(revenue.index)
    ndpr = ndpr_sold.fillna(line(book, "ndpr").reindex(revenue.index))
    years = pd.Index(range(int(revenue.index.min()), int(revenue.index.max()) + 1))
    table = pd.DataFrame(
        {
            "revenue": revenue,
            "sold": sold.reindex(revenue.index),
            "per_kg": per_kg,
            "stated": stated.reindex(revenue.index),
            "ndpr": ndpr,
            "per_kg_ndpr": revenue * 1e3 / ndpr,
            "is_sold": ndpr_sold.notna(),
            "kilograms": kilograms,
        }
    ).reindex(years.rename("year"))
    before = table.shift()
    table["price"] = (per_kg - before["per_kg"]) * (
        (kilograms + before["kilograms"]) / 2
    )
    table["volume"] = (kilograms - before["kilograms"]) * (
        (per_kg + before["per_kg"]) / 2
    )
    table["price_change"] = per_kg / before["per_kg"] - 1
    table["volume_change"] = kilograms / before["kilograms"] - 1
    return table.drop(columns="kilograms").dropna(subset=["per_kg"])


class Since(NamedTuple):
    """What was published of a measure after the last fiscal year."""

    measure: str
    start: pd.Timestamp
    end: pd.Timestamp
    value: float
    before: float  # in the same months a year before, NaN where not published
    unit: str
    rows: pd.DataFrame


def since(
    book: pd.DataFrame, company: str, after: pd.Timestamp, only: Sequence[str]
) -> list[Since]:
    """Return what was published of the time after the end of a fiscal year.

    Of each measure the periods that lead up to the newest day are added; of
    several definitions the one that reaches furthest is taken, then the most used.
    Twelve months up to a quarter stand where they reach further. Of cash it is the
    newest balance.

    Parameters
    ----------
    book : DataFrame
        From `dated`.
    after : Timestamp
        The last day of the fiscal year.
    only : list of str
        Keys of `MEASURES`.
    """
    own = book[(book["entity"] == company) & book["value"].notna()]
    found = []
    for name in only:
        rows = of_measure(own, name)
        used = rows["definition"].value_counts()
        newest: Since | None = None
        for definition in used.index:
            each_ = rows[rows["definition"] == definition]
            told = (_balance if name == "cash" else _stretch)(name, each_, after)
            if told and (newest is None or told.end > newest.end):
                newest = told
        if newest:
            found.append(newest)
    return found


def _stretch(name: str, rows: pd.DataFrame, after: pd.Timestamp) -> Since | None:
    whole = rows[rows["months"] > 0]
    if has_codes(whole["definition"], NO_YEAR).any():
        last = whole[whole["period_end"] > after].sort_values("period_end").tail(1)
    else:
        last = _leading_to(whole[whole["period_start"] > after])
    if last.empty:
        return None
    start, end = last["period_start"].min(), last["period_end"].max()
    one_year = pd.DateOffset(years=1)
    until = end - one_year + pd.offsets.MonthEnd(0)
    earlier = _leading_to(
        whole[
            (whole["period_start"] >= start - one_year) & (whole["period_end"] <= until)
        ]
    )
    ends = earlier["period_start"].min(), earlier["period_end"].max()
    is_same = ends == (start - one_year, until)
    before = float(earlier["value"].sum()) if is_same else float("nan")
    value = float(last["value"].sum())
    return Since(name, start, end, value, before, str(last["unit"].iloc[0]), last)


def _balance(name: str, rows: pd.DataFrame, after: pd.Timestamp) -> Since | None:
    last = rows[rows["period_end"] > after].sort_values(["period_end", "confidence"])
    if last.empty:
        return None
    row = last[last["period_end"] == last["period_end"].max()].iloc[[0]]
    day, value = row["period_end"].iloc[0], float(row["value"].iloc[0])
    return Since(name, day, day, value, float("nan"), str(row["unit"].iloc[0]), row)


def _leading_to(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose periods follow each other up to the newest day."""
    kept, at = [], rows["period_end"].max()
    while len(here := rows[rows["period_end"] == at]):
        row = here.sort_values(["period_start", "confidence"])
        kept.append(row.iloc[[0]])
        at = row["period_start"].iloc[0] - pd.Timedelta(1, unit="D")
    return pd.concat(kept[::-1]) if kept else rows


def peers(book: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the full years of each producer, and the twelve months that are newer.

    Returns
    -------
    DataFrame, one row per producer and period of twelve months
        ``entity``, ``start``, ``end``, ``year``, ``is_fiscal``, ``revenue``,
        ``net_profit``, ``gross_margin``, ``net_margin``, ``margin_basis`` (definition
        of the gross profit), ``source_id`` of the revenue.
    """
    parts = []
    for name in names:
        lines = ("revenue", "gross_profit", "net_profit", "printed_margin")
        own = yearly(book, name, lines)
        table = wide(own).dropna(subset=["revenue", "net_profit"])
        basis = pd.Series(in_words(definition(own, "gross_profit")), table.index)
        paid = own[has_codes(own["definition"], SUPPORTED)]
        paid = paid.pivot_table(index="year", columns="measure", values="value")
        paid = paid.reindex(columns=["gross_profit", "revenue"])
        with_support = (paid["gross_profit"] / paid["revenue"]).dropna()
        table["gross_margin"] = table["gross_margin"].fillna(with_support)
        basis[basis.index.isin(with_support.index)] += ", price support counted in"
        if table["gross_margin"].isna().all():
            table["gross_margin"] = table["printed_margin"] / 100
            basis[:] = "as published"
        sources = own[(own["measure"] == "revenue") & own["chosen"]]
        cited = sources.drop_duplicates("year").set_index("year")
        for column, of in (("period_start", "start"), ("period_end", "end")):
            table[of] = cited[column]
        table = table.assign(source_id=cited["source_id"], margin_basis=basis)
        table = table.assign(entity=name, is_fiscal=True).reset_index()
        parts += [table, _newer(book, name, table["end"].max())]
    columns = "entity start end year is_fiscal revenue net_profit gross_margin"
    found = pd.concat(parts, ignore_index=True)
    found["net_margin"] = found["net_profit"] / found["revenue"]
    return found[[*columns.split(), "net_margin", "margin_basis", "source_id"]]


def _newer(book: pd.DataFrame, name: str, after: pd.Timestamp) -> pd.DataFrame:
    """Return the twelve months to a later day that have revenue and net profit."""
    rows = book[
        (book["entity"] == name)
        & has_codes(book["definition"], NO_YEAR)
        & (book["period_end"] > after)
    ]
    parts = [
        of_measure(rows, key).assign(measure=key)
        for key in ("revenue", "net_profit", "gross_profit")
    ]
    long = pd.concat(parts).drop_duplicates(["measure", "period_end"])
    keys = ["period_start", "period_end"]
    table = long.pivot(index=keys, columns="measure", values="value").reindex(
        columns=["revenue", "net_profit", "gross_profit"]
    )
    table = table.dropna(subset=["revenue", "net_profit"]).tail(1).reset_index()
    sources = long[long["measure"] == "revenue"].set_index("period_end")["source_id"]
    return table.rename(columns={"period_start": "start", "period_end": "end"}).assign(
        entity=name,
        year=table["period_end"].dt.year,
        is_fiscal=False,
        gross_margin=table["gross_profit"] / table["revenue"],
        margin_basis=WORDS["standardised"],
        source_id=table["period_end"].map(sources),
    )


def conflicts(printed: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return what was published more than once, and differently, in two years.

    Parameters
    ----------
    printed : DataFrame
        `yearly` of every published value.
    last : int
        The later of the two years.

    Returns
    -------
    DataFrame
        The rows whose values differ by more than a hundredth; equal values on one
        definition stand once, with all their sources.
    """
    rows = printed[(printed["year"] >= last - 1) & (printed["figure_id"] != "")]
    key = ["measure", "year"]
    spread = rows.groupby(key)["value"].transform(
        lambda v: (v.max() - v.min()) / v.abs().max()
    )
    rows = rows[spread > 0.01].sort_values([*key, "chosen"], ascending=False)
    same = [*key, "definition", "value"]
    sources = rows.groupby(same)["source_id"].agg(";".join).rename("sources")
    rows = rows.drop_duplicates(same).merge(sources, on=same)
    return rows.assign(source_id=rows["sources"]).drop(columns="sources")

"""What the accounts of a producer say, in sentences with computed numbers."""

from __future__ import annotations

import calendar

import pandas as pd

from rareearth.producers.accounts import (
    MEASURES,
    OUTPUT,
    SHORT,
    definition,
    fiscal_year,
)
from rareearth.producers.amounts import amount, bare, change
from rareearth.producers.bridge_sentences import cash_finding
from rareearth.words import number, pct, span

_AMOUNTS = ("revenue", "ebitda", "net_profit")


def period(year: int, month: int) -> str:
    """Return "FY2025 (July 2024 to June 2025)" or "2024 (January to December)"."""
    name = fiscal_year(year, month)
    if month == 12:
        return f"{name} (January to December)"
    first = calendar.month_name[month % 12 + 1]
    return f"{name} ({first} {year - 1} to {calendar.month_name[month]} {year})"


def last_year(table: pd.DataFrame) -> int:
    """Return the last fiscal year with a net profit."""
    return int(table["net_profit"].dropna().index.max())


def headline(
    table: pd.DataFrame, company: str, year: int, month: int, unit: str
) -> str:
    """Return the answer: what came in, what was left, and what the cash did."""
    parts: list[str] = []
    for name in (*OUTPUT, *_AMOUNTS):
        series = table[name].dropna()
        if year not in series.index:
            continue
        of = "t" if name in OUTPUT else unit
        text = f"{MEASURES[name].label} {amount(series[year], of)}"
        if year - 1 in series.index:
            before = series[year - 1]
            text += f" ({change(before, series[year])} from {amount(before, of)})"
        parts.append(text if not parts else text[0].lower() + text[1:])
    joined = "; ".join(parts).replace("eBITDA", "EBITDA").replace("ndPr", "NdPr")
    return f"**{company}, {period(year, month)}.** {joined}."


def panel(
    table: pd.DataFrame,
    month: int,
    unit: str,
    cash: pd.DataFrame | None,
    flows: list[int],
    shares: pd.DataFrame,
) -> list[tuple[str, str, str]]:
    """Return the key findings: sales, profit, output, cash, size beside China."""
    items = []
    for measure in ("revenue", "net_profit", *OUTPUT):
        series = table[measure].dropna()
        if series.empty:
            continue
        last = int(series.index.max())
        of = "t" if measure in OUTPUT else unit
        before = series.get(last - 1)
        remark = (
            "no figure for the year before"
            if before is None
            else f"{change(before, series[last])} from {amount(before, of)}"
        )
        label = f"{MEASURES[measure].label}, {fiscal_year(last, month)}"
        form = number if measure in OUTPUT else bare
        items.append((f"{label} ({of})", form(series[last]), remark))
    if cash is not None:
        label = f"Cash at the end of {fiscal_year(flows[-1], month)} ({unit})"
        items.append((label, *cash_finding(cash, unit)))
    if len(shares):
        low, high = shares["low"].min(), shares["high"].max()
        items.append(
            ("Beside China's output", span(low, high, pct), "depending on the count")
        )
    margin = table["gross_margin"].dropna()
    if len(margin):
        last = int(margin.index.max())
        items.append(
            (
                f"Gross margin, {fiscal_year(last, month)}",
                pct(margin[last]),
                f"{span(margin.min(), margin.max(), pct)} in the years shown",
            )
        )
    return items


def years_title(
    table: pd.DataFrame, company: str, start_year: int, month: int, unit: str
) -> str:
    """Return the finding of the panels: the best year of profit and the last one."""
    profit = table["net_profit"].dropna()
    profit = profit[profit.index >= start_year]
    best, last = int(profit.idxmax()), int(profit.index.max())
    text = (
        f"{company}: net profit peaked at {amount(profit[best], unit)} in "
        f"{fiscal_year(best, month)}"
    )
    if best == last:
        return f"{text}, the last year"
    return f"{text} and stood at {amount(profit[last], unit)} in " + fiscal_year(
        last, month
    )


def definitions(book: pd.DataFrame) -> str:
    """Return "revenue: revenue-net; EBITDA: company-reported" and so on."""
    names = ("revenue", "gross_profit", "ebitda", "net_profit", "capex", "cash")
    parts = [
        f"{MEASURES[name].label.lower().replace('ebitda', 'EBITDA')}: "
        f"{definition(book, name).replace(';', ', ')}"
        for name in names
        if definition(book, name)
    ]
    return "; ".join(parts)


def peer_title(table: pd.DataFrame) -> str:
    """Return the finding of the peer chart: who had which gross margin last."""
    last = table.dropna(subset=["gross_margin"]).sort_values("year")
    last = last.drop_duplicates("entity", keep="last")
    last = last.sort_values("gross_margin", ascending=False)
    top, bottom = last.iloc[0], last.iloc[-1]
    names = last["entity"].replace(SHORT)
    return (
        f"In the last year printed of each, gross margins run from "
        f"{pct(bottom['gross_margin'])} ({names.iloc[-1]}) to "
        f"{pct(top['gross_margin'])} ({names.iloc[0]})"
    )

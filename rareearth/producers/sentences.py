"""What the figures of a producer say, in titles and sentences."""

from __future__ import annotations

import calendar

import pandas as pd

from rareearth.figures.columns import codes, has_codes
from rareearth.producers.accounts import (
    MEASURES,
    OUTPUT,
    SHORT,
    behind,
    definition,
    fiscal_year,
    wide,
)
from rareearth.words import SPACE, change, listed, number, pct, span

TOLD = "Lynas"  # the only producer whose accounts the digests speak of
_AMOUNTS = ("revenue", "ebitda", "net_profit")


def amount(value: float, unit: str) -> str:
    """Return "AUD 84.5 million", "AUD \N{MINUS SIGN}65.4 million" or "6,558 t"."""
    if unit == "t":
        return number(value, unit=unit)
    if " million" not in unit:
        return f"{bare(value)}{SPACE}{unit}"
    return f"{unit[:3]}{SPACE}{bare(value)}{SPACE}million"


def bare(value: float) -> str:
    """Return an amount of money without its unit: 84.5, 8.0, 1,010."""
    return number(value, digits=0 if abs(value) >= 1000 else 1)


def moved(before: float, after: float) -> str:
    """Return the change as "+20.1 %"; where a sign changed, "from loss to profit"."""
    if before <= 0 < after:
        return "from loss to profit"
    if after <= 0 < before:
        return "from profit to loss"
    if before <= 0:
        return "a smaller loss" if after > before else "a larger loss"
    return change(after / before - 1, digits=1)


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
            text += f" ({moved(before, series[year])} from {amount(before, of)})"
        parts.append(text if not parts else text[0].lower() + text[1:])
    joined = "; ".join(parts).replace("eBITDA", "EBITDA").replace("ndPr", "NdPr")
    return f"**{company}, {period(year, month)}.** {joined}."


def panel(
    book: pd.DataFrame,
    month: int,
    unit: str,
    cash: pd.DataFrame | None,
    flows: list[int],
) -> list[tuple[str, str, str, pd.DataFrame]]:
    """Return the key findings: sales, profit, the first known output, cash."""
    items, table = [], wide(book)
    made = [measure for measure in OUTPUT if table[measure].notna().any()]
    for measure in ("revenue", "net_profit", *made[:1]):
        series = table[measure].dropna()
        if series.empty:
            continue
        last = int(series.index.max())
        of = "t" if measure in OUTPUT else unit
        before = series.get(last - 1)
        remark = (
            "no figure for the year before"
            if before is None
            else f"{moved(before, series[last])} from {amount(before, of)}"
        )
        label = f"{MEASURES[measure].label}, {fiscal_year(last, month)}"
        form = number if measure in OUTPUT else bare
        own = book["chosen"] & (book["measure"] == measure) & (book["year"] == last)
        items.append((f"{label} ({of})", form(series[last]), remark, book[own]))
    if cash is not None:
        label = f"Cash at the end of {fiscal_year(flows[-1], month)} ({unit})"
        used = behind(book, cash.tail(1), flows[-1])
        items.append((label, *cash_finding(cash, unit), used))
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


def no_cash(book: pd.DataFrame, company: str) -> str:
    """Return why there is no cash bridge, and what is printed of cash."""
    rows = book[book["measure"].isin(["cash", "operating_cash", "capex"])]
    if rows.empty:
        return f"No balance of cash and no cash flow of {company} is printed."
    parts = [
        f"{MEASURES[row.measure].label.lower()} {amount(row.value, row.unit)} "
        f"({row.year})"
        for row in rows.itertuples()
    ]
    return (
        f"No balances of {company} at both ends of a year are printed, so there is no "
        f"bridge. What there is: {listed(parts)}."
    )


def cash_finding(bridge: pd.DataFrame, unit: str) -> tuple[str, str]:
    """Return the closing cash, and what moved it most."""
    steps = bridge[bridge["kind"] == "step"]
    top = steps.loc[steps["value"].abs().idxmax()]
    opening = bridge["value"].iloc[0]
    return (
        bare(bridge["value"].iloc[-1]),
        f"from {amount(opening, unit)}; largest move: {str(top['label']).lower()} "
        f"{amount(top['value'], unit)}",
    )


def cash_title(bridge: pd.DataFrame, year: str, unit: str) -> str:
    """Return the finding of the cash bridge as its title."""
    opening, closing = bridge["value"].iloc[0], bridge["value"].iloc[-1]
    moved = "fell" if closing < opening else "rose"
    value = bridge.set_index("measure")["value"]
    if {"operating_cash", "capex"} <= set(value.index):
        earned, spent = value["operating_cash"], -value["capex"]
        verb = "brought in" if earned >= 0 else "used"
        reason = (
            f"operations {verb} {bare(abs(earned))}, "
            f"capital spending took {bare(spent)}"
        )
    else:
        reason = "most flows are not printed"
    return (
        f"{year}: cash {moved} from {bare(opening)} to {bare(closing)} {unit}; {reason}"
    )


def cash_sentence(bridge: pd.DataFrame, profit: pd.Series, year: int, unit: str) -> str:
    """Return in words what moved cash, beside what profit did."""
    opening, closing = bridge["value"].iloc[0], bridge["value"].iloc[-1]
    value = bridge.set_index("measure")["value"]
    text = (
        f"Cash {'fell' if closing < opening else 'rose'} by "
        f"**{amount(abs(closing - opening), unit)}**. "
    )
    if "capex" in value.index and closing < opening:
        ratio = -value["capex"] / (opening - closing)
        text += (
            f"Capital spending was **{amount(-value['capex'], unit)}**, "
            f"{number(ratio, digits=1)} times the whole fall. "
        )
    if "operating_cash" in value.index:
        earned = value["operating_cash"]
        verb = "brought in" if earned >= 0 else "used"
        text += f"Operations {verb} {amount(abs(earned), unit)}. "
    if year in profit.index and year - 1 in profit.index:
        text += (
            f"Net profit moved by {amount(profit[year] - profit[year - 1], unit)} in "
            "the same year. "
        )
    rest = bridge.loc[bridge["kind"] == "rest", "value"].sum()
    return text + (
        f"What is left over ({amount(rest, unit)}) was not printed as a flow: "
        "financing, leases, interest and exchange differences."
    )


def profit_title(bridge: pd.DataFrame, year: str, unit: str) -> str:
    """Return the finding of the profit bridge as its title."""
    first, last = bridge["value"].iloc[0], bridge["value"].iloc[-1]
    steps = bridge[bridge["kind"] == "step"]
    same_way = steps[steps["value"] * (last - first) > 0]
    largest = same_way.reindex(same_way["value"].abs().sort_values().index[::-1])
    names = [f"{str(name).lower()}" for name in largest["label"].head(3)]
    why = f", mostly by {listed(names)}" if names else ""
    verb = "fell" if last < first else "rose"
    return f"{year}: net profit {verb} from {bare(first)} to {bare(last)} {unit}{why}"


def profit_sentence(bridge: pd.DataFrame, unit: str, template: str) -> str:
    """Return in words which lines moved the profit, the largest first.

    Parameters
    ----------
    bridge : DataFrame
        From `accounts.drawn`: what is said and what is drawn are one.
    template : str
        The definition of the gross profit (`accounts.definition`).
    """
    steps = bridge[bridge["kind"] == "step"]
    ordered = steps.reindex(steps["value"].abs().sort_values(ascending=False).index)
    parts = [
        f"{str(row.label).lower()} {change(row.value, number, digits=1)}"
        for row in ordered.itertuples()
    ]
    rest = bridge.loc[bridge["kind"] == "rest", "value"].sum()
    return (
        f"Line by line, in {unit}: {listed(parts)}; everything else "
        f"{change(rest, number, digits=1)}. Plus means that the line raised the "
        f"profit. {_template(template)}"
    )


def _template(definition: str) -> str:
    if "standardised" in codes(definition):
        return (
            "Lines follow the template of a data vendor, which may put depreciation "
            "into cost of sales or into administration."
        )
    if "excl-depreciation" in codes(definition):
        return "Gross profit is before depreciation, which is in everything else."
    return f"Gross profit is {definition.replace(';', ', ')}."


def price_title(ratio: pd.DataFrame, company: str, product: str) -> str:
    """Return the finding of the price chart: first and last ratio to the market."""
    if ratio.empty:
        return f"{company}: no quarter has both a selling price and a market price"
    first, last = ratio.iloc[0], ratio.iloc[-1]
    return (
        f"{company} realised {pct(first['ratio'])} of the NdPr price in "
        f"{_quarter(first['quarter'])} and {pct(last['ratio'])} in "
        f"{_quarter(last['quarter'])}, per kg of {product}"
    )


def price_sentence(ratio: pd.DataFrame, company: str, product: str) -> str:
    """Return in words how the selling price moved with the market price."""
    if ratio.empty:
        return f"No quarter has both a selling price of {company} and a market price."
    last = ratio.iloc[-1]
    own, market = (
        f"{last['currency']}{SPACE}{number(last[name], digits=1)}"
        for name in ("per_kg", "market")
    )
    text = (
        f"In {_quarter(last['quarter'])} {company} realised **{own}** per kg of "
        f"{product}, when NdPr oxide stood at {market}. Over {len(ratio)} quarters the "
        f"ratio ran from {span(ratio['ratio'].min(), ratio['ratio'].max(), pct)}. "
    )
    if product == "NdPr oxide":
        return text + "A ratio below one can come from grade, terms and dates of sale."
    if "concentrate" in product:
        return text + (
            "A concentrate sells far below the oxides in it, most of which are "
            "lanthanum and cerium, and its separation is still to be paid."
        )
    return text + (
        "The selling price is the mean of all products sold, so that its ratio to "
        "NdPr rises when less lanthanum and cerium is sold, not only when prices rise."
    )


def _quarter(quarter: pd.Period) -> str:
    return f"Q{quarter.quarter} {quarter.year}"


def share_sentence(shares: pd.DataFrame, company: str) -> str:
    """Return in words how large the producer is beside China."""
    if shares.empty:
        return (
            f"No output of {company} in tonnes is printed for a full year, so that a "
            "share of China's output cannot be formed."
        )
    low = shares.loc[shares["low"].idxmin()]
    high = shares.loc[shares["high"].idxmax()]
    if len(shares) == 1:
        return (
            f"The one count there is: {pct(low['value'])} ({low['row']}; its own "
            f"figure is of {low['own_year']})."
        )
    return (
        f"Depending on what is counted, {company} stands for **{pct(low['low'])}** "
        f"({low['row']}) to **{pct(high['high'])}** ({high['row']}). Neither is "
        "wrong; they are shares of different things."
    )


def share_title(shares: pd.DataFrame, company: str) -> str:
    """Return the finding of the chart of shares as its title."""
    low, high = shares["low"].min(), shares["high"].max()
    return f"{company} beside China: {span(low, high, pct)}, depending on the count"


def ramp_sentence(ramp: pd.DataFrame) -> str:
    """Return in words how far the plants slipped."""
    done = ramp.dropna(subset=["slip_months"]) if len(ramp) else ramp
    if done.empty:
        return "No step of a plant has both a printed plan and a printed outcome."
    first = done.sort_values("planned").drop_duplicates(["project", "step"])
    worst = first.loc[first["slip_months"].idxmax()]
    open_ = ramp[ramp["actual"].isna()]
    ends = first["slip_months"].min(), first["slip_months"].max()
    delay = span(*ends, digits=0, unit="months")
    text = (
        f"Steps with a plan and an outcome: {len(first)}. Measured from the first "
        f"plan, the delay was {delay}, the longest at {worst['project']} "
        f"({worst['step']})."
    )
    if len(open_):
        text += f" Plans without a printed outcome so far: {len(open_)}."
    return text


def capital_sentence(figures: pd.DataFrame) -> str:
    """Return in words the discounts at which shares were sold."""
    rows = figures[figures["series"] == "equity_issue_discount"]
    close = rows[has_codes(rows["basis"], "to-last-close")].sort_values("period_end")
    if close.empty:
        return "No discount of a share issue is printed."
    parts = [
        f"{pct(row.value / 100, digits=1)} in {row.period_end:%B %Y}"
        for row in close.itertuples()
    ]
    return (
        f"New shares were sold below the last close: {listed(parts)}. Amounts of one "
        "raising are printed for its parts and for the whole, and must not be added."
    )


def told(
    company: str,
    table: pd.DataFrame,
    year: int,
    unit: str,
    bridge: pd.DataFrame | None,
    capital: pd.DataFrame,
    shares: pd.DataFrame,
) -> pd.DataFrame:
    """Return each statement of the digests of November 2025 beside the filings.

    Empty for a company of whose accounts the digests say nothing.

    The wording of the digests is told without its numbers; those are bound to
    computations in the claims audit.

    Parameters
    ----------
    table : DataFrame
        `accounts.wide`.
    bridge : DataFrame
        `accounts.cash_bridge` of the year.
    capital : DataFrame
        Figures of the capital raised.
    shares : DataFrame
        `markets.shares_of_china`.
    """
    if company != TOLD or year - 1 not in table.index:
        return pd.DataFrame()
    rows = [
        ("Net profit fell steeply", _profit(table, year, unit)),
        ("The fall of profit brought the fall of cash", _cash(bridge, unit)),
        ("Shares sold at a discount show a desperate need of capital", _raise(capital)),
        ("Its capacity is a small part of China's output", _share(shares)),
    ]
    frame = pd.DataFrame(rows, columns=["What the digests said", "What filings show"])
    return frame[frame["What filings show"] != ""].reset_index(drop=True)


def _profit(table: pd.DataFrame, year: int, unit: str) -> str:
    now, before = table.loc[year], table.loc[year - 1]
    return (
        f"So it did: {amount(before['net_profit'], unit)} to "
        f"{amount(now['net_profit'], unit)} "
        f"({moved(before['net_profit'], now['net_profit'])}). Left out: revenue "
        f"{moved(before['revenue'], now['revenue'])}, NdPr output "
        f"{moved(before['ndpr'], now['ndpr'])}, gross profit "
        f"{moved(before['gross_profit'], now['gross_profit'])}, EBITDA "
        f"{moved(before['ebitda'], now['ebitda'])}"
    )


def _cash(bridge: pd.DataFrame | None, unit: str) -> str:
    if bridge is None:
        return ""
    value = bridge.set_index("measure")["value"]
    if "capex" not in value.index:
        return ""
    fall = bridge["value"].iloc[0] - bridge["value"].iloc[-1]
    operations = (
        f"operations brought in {amount(value['operating_cash'], unit)} and "
        if "operating_cash" in value.index
        else ""
    )
    return (
        f"Cash fell by {amount(fall, unit)}, but {operations}capital spending took "
        f"{amount(-value['capex'], unit)}: the money went into plants"
    )


def _raise(capital: pd.DataFrame) -> str:
    if capital.empty:
        return ""
    rows = capital[
        (capital["series"] == "equity_issue_discount")
        & has_codes(capital["basis"], "to-last-close")
    ].sort_values("period_end")
    if len(rows) < 2:
        return ""
    then, now = rows.iloc[0], rows.iloc[-1]
    text = (
        f"The discount was {pct(now['value'] / 100, digits=1)} to the last close, "
        f"against {pct(then['value'] / 100, digits=1)} in {then['period_end']:%Y}"
    )
    rose = capital[capital["series"] == "share_price_change"]
    if len(rose):
        text += (
            f"; the share price had risen by more than "
            f"{pct(rose['low'].iloc[-1] / 100, digits=0)} in the eight months before. "
            "That does not show distress"
        )
    return text


def _share(shares: pd.DataFrame) -> str:
    if shares.empty:
        return ""
    ore = shares[shares["row"].str.contains("mine output")]
    ndpr = shares[shares["row"].str.contains("NdPr")]
    parts = []
    if len(ore):
        parts.append(f"by all oxides {span(ore['low'].min(), ore['high'].max(), pct)}")
    if len(ndpr):
        parts.append(f"by NdPr {span(ndpr['low'].min(), ndpr['high'].max(), pct)}")
    return f"True by weight, less so by value: {', '.join(parts)}" if parts else ""

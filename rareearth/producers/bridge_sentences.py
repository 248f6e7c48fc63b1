"""What moved the profit and the cash of a producer, in titles and sentences."""

from __future__ import annotations

import pandas as pd

from rareearth.producers.accounts import MEASURES
from rareearth.producers.amounts import amount, bare
from rareearth.words import MINUS, listed


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
            f"{ratio:.1f} times the whole fall. "
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
        From `producer_bridges.drawn`: what is said and what is drawn are one.
    template : str
        The definition of the gross profit (`producers.definition`).
    """
    steps = bridge[bridge["kind"] == "step"]
    ordered = steps.reindex(steps["value"].abs().sort_values(ascending=False).index)
    parts = [
        f"{str(row.label).lower()} {_plus(row.value)}" for row in ordered.itertuples()
    ]
    rest = bridge.loc[bridge["kind"] == "rest", "value"].sum()
    return (
        f"Line by line, in {unit}: {listed(parts)}; everything else {_plus(rest)}. "
        f"Plus means that the line raised the profit. {_template(template)}"
    )


def _template(definition: str) -> str:
    if "standardised" in definition:
        return (
            "Lines follow the template of a data vendor, which may put depreciation "
            "into cost of sales or into administration."
        )
    if "excl-depreciation" in definition:
        return "Gross profit is before depreciation, which is in everything else."
    return f"Gross profit is {definition.replace(';', ', ')}."


def _plus(value: float) -> str:
    return f"{'+' if value >= 0 else MINUS}{abs(value):,.1f}"

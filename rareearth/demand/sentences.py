"""What the figures on demand, patents and news say, in sentences."""

from __future__ import annotations

import pandas as pd

from rareearth.demand import technology, uses
from rareearth.demand.scenarios import HORIZON
from rareearth.words import SPACE, listed, number, pct, span

Finding = tuple[str, str, str, pd.DataFrame]


def multiple(low: float, high: float) -> str:
    """Return multiples of a base year: "1.7 times", "1.5 to 1.6 times"."""
    return f"{span(low, high, digits=1)} times"


def magnets_by(shares: pd.DataFrame, unit: str) -> str:
    """Return the printed shares of magnets by weight or by value."""
    rows = shares[(shares["use"] == uses.MAGNETS) & (shares["unit"] == unit)]
    if rows.empty:
        return "not printed"
    least = rows["value"].fillna(rows["low"])
    lowest = rows.loc[least.idxmin()]
    start = "more than " if pd.isna(lowest["value"]) else ""
    return start + span(least.min(), least.max(), pct)


def elements_sentence(elements: pd.DataFrame, use: str) -> str:
    """Return which elements have no printed share of a use, and what they are for."""
    own = set(elements.loc[elements["use"] == use, "element"])
    named = elements[elements["use"] != "Not named"]
    largest = named.loc[named.groupby("element")["share"].idxmax()]
    rest = largest[~largest["element"].isin(own)]
    parts = [
        f"{row.element} ({row.use.lower()}, {pct(row.share)})"
        for row in rest.itertuples()
    ]
    told = f"The largest use of the other elements: {listed(parts)}."
    unknown = sorted({"Dy", "Ho", "Lu", "Tm"} - set(elements["element"]))
    if unknown:
        told += (
            f" Of {listed(unknown)} the table at hand has no end uses, which does not "
            "mean that there are none."
        )
    return told


def need_sentence(needed: pd.DataFrame, used: pd.DataFrame, application: str) -> str:
    """Return what the largest output holds, beside the magnets that the EU uses."""
    row = needed.sort_values("number").iloc[-1]
    many = f"One gigawatt ({number(row['number'], unit='MW')})"
    if application == "Electric vehicles":
        many = (
            f"{number(row['number'] / 1e6)} million vehicles ({row['region']}, "
            f"{row['what']}, {row['year']})"
        )
    ends = row["magnets_low"], row["magnets_high"]
    told = (
        f"{many} would hold **{span(*ends)}{SPACE}t** of magnets with "
        f"{span(row['ree_low'], row['ree_high'])}{SPACE}t of rare earths, if each "
        "unit has magnets and the content is what sources print."
    )
    for whole in used.tail(1).itertuples():
        low, high = (end / whole.value for end in ends)
        told += (
            f" That is {span(low, high, pct)} of the {number(whole.value, unit='t')} "
            "of permanent magnets that auditors put down for the industry of the EU in "
            f"{whole.period_end.year}."
        )
    return told


def paths_title(table: pd.DataFrame) -> str:
    """Return the finding of the chart of scenarios."""
    reach = table[table["until"] == HORIZON]
    if reach.empty:
        return "Forecasts of demand, each against its own base year"
    return (
        f"Demand in {HORIZON} is put at "
        f"{multiple(reach['low'].min(), reach['high'].max())} that of the base year, "
        "depending on the publisher"
    )


def path_finding(table: pd.DataFrame, name: str) -> list[Finding]:
    """Return the scenario in focus, and the range between publishers."""
    own = table[table["scenario"] == name]
    found = [
        (
            f"{name}: {row.goods}, {row.until}",
            multiple(row.low, row.high),
            f"{row.base}; {pct(row.rate)} a year",
            own,
        )
        for row in own.itertuples()
    ]
    reach = table[table["until"] == HORIZON]
    if len(reach):
        found.append(
            (
                f"All publishers, {HORIZON}",
                multiple(reach["low"].min(), reach["high"].max()),
                f"the base year; {len(reach)} forecasts of goods that differ",
                reach,
            )
        )
    return found


def path_sentence(points: pd.DataFrame, table: pd.DataFrame, name: str) -> str:
    """Return what the scenario in focus prints, and where it stands among all."""
    own = points[points["scenario"] == name]
    if own.empty:
        return (
            f"The scenario {name} had not been published by then; there are "
            f"{listed(list(table['scenario']))}."
        )
    row = table[table["scenario"] == name].iloc[0]
    rank = int((table["rate"] > row["rate"]).sum()) + 1
    parts = [
        f"{number(point.tonnes, unit='t')} in {point.year}"
        if point.printed
        else f"about {number(round(point.tonnes, -3), unit='t')} in {point.year} "
        "(between printed years, on constant growth)"
        for point in own.dropna(subset=["tonnes"]).itertuples()
    ]
    return (
        f"**{name}** ({row['goods']}) sees {multiple(row['low'], row['high'])} the "
        f"amount of {row['base']} in {row['until']}, {pct(row['rate'])} a year: number "
        f"{rank} of {len(table)} by yearly growth. It prints "
        f"{listed(parts) or 'no tonnes'}."
    )


def shortage_sentence(rows: pd.DataFrame) -> str:
    """Return how two editions of one publisher differ for the same goods and year."""
    keys = ["product", "period_end"]
    twice = rows.groupby(keys).filter(lambda part: len(part) > 1)
    parts = [
        f"{product} in {end.year}: "
        f"{span(part['value'].min(), part['value'].max())}{SPACE}t"
        for (product, end), part in twice.groupby(keys)
    ]
    if not parts:
        return "No shortage is forecast by two editions for the same goods and year."
    return f"Two editions of one publisher differ: {listed(parts)}."


def claimed(row: object) -> str:
    """Return what a digest said of patents: "more than 80"."""
    least = "more than " if getattr(row, "qualifier", "") == "at_least" else ""
    return f"{least}{getattr(row, 'value', 0):.0f}"


def patents_sentence(claims: pd.DataFrame, shares: pd.DataFrame) -> str:
    """Return the four claims as four objects, and what was counted."""
    rows = claims[claims["claim_id"].isin(technology.PATENTS)].sort_values("claim_id")
    parts = [
        f"{claimed(row)} percent ({technology.PATENTS[row.claim_id]})"
        for row in rows.itertuples()
    ]
    counted = [
        f"{pct(row.value)} ({row.object[0].lower()}{row.object[1:]}; {row.row})"
        for row in shares.itertuples()
    ]
    return (
        f"The digests say {listed(parts)}: **{len(parts)} objects**, none with a "
        f"source. Counted sets at hand: {listed(counted)}. They are no test of each "
        "other."
    )


def news_sentence(news: pd.DataFrame, rates: pd.DataFrame) -> str:
    """Return how many claims rest on a test, and what a study designs for instead."""
    open_ = int(news["found"].isin(["not checkable", "unverifiable"]).sum())
    text = (
        f"Of {len(news)} statements about products and processes, **{open_}** could "
        "not be checked: no test, plant or data set is named or was found. They stand "
        "here as what a company or an article said."
    )
    if rates.empty:
        return text
    low, high = rates["value"].min(), rates["value"].max()
    return (
        f"{text} For comparison, a recovery rate has to name its stage: one study of a "
        f"single deposit designs for {low:.0f} to {high:.0f} percent, depending on the "
        "plant and the years that are meant."
    )

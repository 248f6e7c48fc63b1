"""What the figures on demand say, in sentences with computed numbers."""

from __future__ import annotations

import pandas as pd

from rareearth.demand import end_uses, magnet_content
from rareearth.demand import scenarios as demand
from rareearth.words import SPACE, listed, number, pct, span

Finding = tuple[str, str, str]
_UNITS = {"weight": "By weight of all rare earths", "value": "By value"}


def times(multiple: float) -> str:
    """Return "1.7 times"."""
    return f"{multiple:.1f} times"


def multiple(row: pd.Series) -> str:
    """Return a scenario's multiple of its base year, a range where one is printed."""
    if f"{row['low']:.1f}" == f"{row['high']:.1f}":
        return times(row["low"])
    return f"{row['low']:.1f} to {times(row['high'])}"


# End uses


def use_rows(uses: pd.DataFrame) -> pd.DataFrame:
    """Return shares of end uses for `charts.measure_dots`."""
    return uses.assign(
        group=uses["unit"].map(_UNITS),
        row=uses["use"] + ", " + uses["year"].astype(str),
    )[["group", "row", "value", "low", "high", "confidence", "source_id"]]


def magnets_by(uses: pd.DataFrame, unit: str) -> str:
    """Return the printed shares of magnets by weight or by value."""
    rows = uses[(uses["use"] == end_uses.MAGNETS) & (uses["unit"] == unit)]
    if rows.empty:
        return "not printed"
    numbers = rows["value"].fillna(rows["low"])
    least = rows["value"].isna() & rows["low"].notna()
    if len(rows) == 1:
        return ("more than " if least.iloc[0] else "") + pct(numbers.iloc[0])
    low = numbers.idxmin()
    start = "more than " if least[low] else ""
    return start + span(numbers.min(), numbers.max(), pct)


def uses_title(uses: pd.DataFrame) -> str:
    """Return the finding of the chart of end uses."""
    return (
        f"Magnets are {magnets_by(uses, 'weight')} of rare earths by weight and "
        f"{magnets_by(uses, 'value')} by value"
    )


def elements_title(bars: pd.DataFrame, use: str) -> str:
    """Return the finding of the chart of one use by element."""
    first, last = bars.iloc[0], bars.iloc[-1]
    return (
        f"{use} take {pct(first['share'])} of the {first['entity']} used in the EU and "
        f"{pct(last['share'])} of the {last['entity']}"
    )


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
    known = set(elements["element"])
    unknown = sorted({"Dy", "Ho", "Lu", "Tm"} - known)
    tail = (
        f" Of {listed(unknown)} the table at hand has no end uses, which does not mean "
        "that there are none."
        if unknown
        else ""
    )
    return f"The largest use of the other elements: {listed(parts)}.{tail}"


# Contents


def content_rows(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return contents for `charts.measure_dots`: magnets, then elements."""
    magnets = rows["what"] == "magnets"
    group = magnets.map(
        {True: f"Magnets, {unit}", False: f"Rare earths (element weight), {unit}"}
    )
    label = rows["what"].where(~magnets, "") + ", "
    label = label.where(~magnets, "") + rows["kind"] + ", " + rows["year"].astype(str)
    table = rows.assign(group=group, row=label)
    order = table.sort_values("what", key=lambda c: c != "magnets", kind="stable")
    columns = ["group", "row", "value", "low", "high", "confidence", "source_id"]
    return order[columns].reset_index(drop=True)


def content_title(rows: pd.DataFrame, application: str) -> str:
    """Return the finding of the chart of contents."""
    magnets = rows[rows["what"] == "magnets"]
    low, high = magnet_content.reach(magnets)
    unit = magnet_content.APPLICATIONS[application].unit
    return (
        f"{application}: sources put {span(low, high, number)}{SPACE}{unit} of magnets"
    )


def content_finding(rows: pd.DataFrame, application: str) -> Finding:
    """Return the range of magnet content as a key finding."""
    magnets = rows[rows["what"] == "magnets"]
    low, high = magnet_content.reach(magnets)
    weak = int((magnets["confidence"] == "tertiary").sum())
    unit = magnet_content.APPLICATIONS[application].unit
    return (
        f"Magnets in {application.lower()}",
        f"{span(low, high, number)}{SPACE}{unit}",
        f"{len(magnets)} sources and designs, {weak} of them weak",
    )


def need_table(needed: pd.DataFrame) -> pd.DataFrame:
    """Return what an output holds as readers see it."""
    table = pd.DataFrame(
        {
            "Region": needed["region"],
            "Year": needed["year"].astype(str).replace("0", ""),
            "Output": needed["what"],
            "Number": needed["number"],
            "Magnets, least (t)": needed["magnets_low"],
            "most (t)": needed["magnets_high"],
            "Rare earths in them, least (t)": needed["ree_low"],
            "most (t REE)": needed["ree_high"],
        }
    )
    return table


def need_sentence(needed: pd.DataFrame, used: pd.DataFrame, application: str) -> str:
    """Return what the largest output holds, beside the magnets that the EU uses."""
    row = needed.sort_values("number").iloc[-1]
    many = (
        f"{number(row['number'] / 1e6)} million vehicles ({row['region']}, "
        f"{row['what']}, {row['year']})"
        if application == "Electric vehicles"
        else f"One gigawatt ({number(row['number'])}{SPACE}MW)"
    )
    size = f"{span(row['magnets_low'], row['magnets_high'], number)}{SPACE}t"
    rare = f"{span(row['ree_low'], row['ree_high'], number)}{SPACE}t"
    text = (
        f"{many} would hold **{size}** of magnets with {rare} of rare earths, if each "
        "unit has magnets and the content is what sources print."
    )
    if used.empty:
        return text
    whole = used.iloc[-1]
    share = span(
        row["magnets_low"] / whole["value"], row["magnets_high"] / whole["value"], pct
    )
    return (
        f"{text} That is {share} of the {number(whole['value'])}{SPACE}t of permanent "
        f"magnets that auditors put down for the industry of the EU in "
        f"{whole['period_end'].year}."
    )


# Scenarios


def paths_title(table: pd.DataFrame) -> str:
    """Return the finding of the chart of scenarios."""
    reach = table[table["until"] == demand.HORIZON]
    if reach.empty:
        return "Forecasts of demand, each against its own base year"
    return (
        f"Demand in {demand.HORIZON} is put at {reach['low'].min():.1f} to "
        f"{times(reach['high'].max())} that of the base year, depending on the "
        "publisher"
    )


def path_finding(table: pd.DataFrame, name: str) -> list[Finding]:
    """Return the scenario in focus, and the range between publishers."""
    found = []
    own = table[table["scenario"] == name]
    if len(own):
        row = own.iloc[0]
        found.append(
            (
                f"{name}: {row['goods']}, {row['until']}",
                multiple(row),
                f"{row['base']}; {pct(row['rate'])} a year",
            )
        )
    reach = table[table["until"] == demand.HORIZON]
    if len(reach):
        found.append(
            (
                f"All publishers, {demand.HORIZON}",
                f"{reach['low'].min():.1f} to {times(reach['high'].max())}",
                f"the base year; {len(reach)} forecasts of goods that differ",
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
    tonnes = own.dropna(subset=["tonnes"])
    parts = [
        f"{number(point.tonnes)}{SPACE}t in {point.year}"
        if point.printed
        else f"about {number(round(point.tonnes, -3))}{SPACE}t in {point.year} "
        "(between printed years, on constant growth)"
        for point in tonnes.itertuples()
    ]
    printed = f" It prints {listed(parts)}." if parts else " It prints no tonnes."
    return (
        f"**{name}** ({row['goods']}) sees {multiple(row)} the amount of {row['base']} "
        f"in {row['until']}, {pct(row['rate'])} a year: number {rank} of "
        f"{len(table)} by yearly growth.{printed}"
    )


def paths_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the scenarios as readers see them."""
    return pd.DataFrame(
        {
            "Scenario": table["scenario"],
            "Of what": table["goods"],
            "From": table["base"].astype(str),
            "To": table["until"].astype(str),
            "Growth a year": table["rate"],
            "Lowest multiple": table["low"],
            "Highest multiple": table["high"],
            "Confidence": table["confidence"],
        }
    )


def shortage_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return forecast shortages by edition as readers see them."""
    edition = rows["basis"].str.extract(r"scenario-(\w+)-(\d{4})")
    rows = rows.assign(edition=edition[0].str.title() + " " + edition[1])
    rows = rows.sort_values(["product", "period_end", "edition"])
    return pd.DataFrame(
        {
            "Goods": rows["product"],
            "Year": rows["period_end"].dt.year.astype(str),
            "Edition": rows["edition"],
            "Shortage (t)": rows["value"],
            "Remark": rows["note"],
        }
    )


def shortage_sentence(rows: pd.DataFrame) -> str:
    """Return how two editions of one publisher differ for the same goods and year."""
    keys = ["product", "period_end"]
    twice = rows.groupby(keys).filter(lambda part: len(part) > 1)
    parts = [
        f"{product} in {end.year}: "
        f"{span(part['value'].min(), part['value'].max(), number)}{SPACE}t"
        for (product, end), part in twice.groupby(keys)
    ]
    if not parts:
        return "No shortage is forecast by two editions for the same goods and year."
    return f"Two editions of one publisher differ: {listed(parts)}."

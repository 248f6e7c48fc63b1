"""Claims on prices: which product, which market and which basket decides."""

from __future__ import annotations

import math

import pandas as pd

from rareearth.claims.evidence import Look, joined, statement
from rareearth.claims.verdicts import Found, Print, Rival, Span
from rareearth.errors import NoFigures

MAIN = ["NdPr oxide", "Dy oxide", "Tb oxide"]
FOB = ["Nd oxide", "Pr oxide", "Dy oxide", "Tb oxide"]


def annual_changes(look: Look, year: int) -> pd.DataFrame:
    """Return the change of yearly mean prices of the main magnet oxides, in percent.

    Only means of one table are compared: the newest that prints both years.
    """
    frame = look.printed(
        "oxide_price_annual", "USGS reference", MAIN, start=year - 1, end=year
    )
    frame["year"] = frame["period_end"].dt.year
    wide = frame.pivot_table(
        index=["product", "source_id"], columns="year", values="value"
    )
    wide = wide.dropna()
    if wide.empty:
        raise NoFigures(f"no table has yearly prices of {year - 1} and {year}")
    changes = (100 * (wide[year] / wide[year - 1] - 1)).rename("change").reset_index()
    order = frame.drop_duplicates("source_id").set_index("source_id")["published"]
    changes["published"] = changes["source_id"].map(order)
    newest = changes.sort_values("published").drop_duplicates("product", keep="last")
    return newest.reset_index(drop=True)


def month_end_changes(look: Look, before: str, after: str) -> pd.DataFrame:
    """Return the change of prices FOB China between two month ends, in percent."""
    frame = look.printed("oxide_price_month_end", "China FOB", FOB, start=2010)
    month = frame["period_end"].dt.strftime("%Y-%m")
    first = frame[month == before].set_index("product")["value"]
    last = frame[month == after].set_index("product")["value"]
    changes = (100 * (last / first - 1)).dropna().rename("change").reset_index()
    if changes.empty:
        raise NoFigures(f"no prices FOB China for {before} and {after}")
    return changes.assign(source_id=frame["source_id"].iloc[0])


def rise_of_2024(look: Look) -> Found:
    """Return what the main magnet oxides did in 2024, as yearly means and FOB."""
    parts = []
    for changes in (
        lambda: annual_changes(look, 2024),
        lambda: month_end_changes(look, "2023-12", "2024-12"),
    ):
        try:
            parts.append(changes())
        except NoFigures:
            continue
    if not parts:
        raise NoFigures("no prices of 2023 and 2024 had been published by then")
    both = joined(*parts)
    prints = [
        Print(Span(row.change, row.change), row.source_id) for row in both.itertuples()
    ]
    basis = "oxides of Nd and Pr, Dy, Tb: yearly means, and month ends FOB China"
    return Found(tuple(prints), "percent", basis, both)


def c017(look: Look) -> Found:
    """Check whether prices rose by 47 percent in 2024."""
    return rise_of_2024(look)


def c018(look: Look) -> Found:
    """Check whether the surge of 2024 raised concern in the EU."""
    found = rise_of_2024(look)
    return statement(
        max(each.span.high for each in found.prints),
        "percent",
        f"largest rise of any of these: {found.basis}",
        found.figures,
        (0, math.inf),
        "prices rose at all",
    )


def c133(look: Look) -> Found:
    """Check whether international prices rose by 18 percent in 2025 so far."""
    changes = month_end_changes(look, "2024-12", "2025-10")
    rivals = [
        Rival("basis", Span(row.change, row.change), f"{row.product}, FOB China")
        for row in changes.itertuples()
    ]
    basis = "the claim names no product, so nothing can be on its basis"
    return Found((), "percent", basis, changes, tuple(rivals))

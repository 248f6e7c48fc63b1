"""Producers beside each other: the last full year of each, gross margins by year."""

from __future__ import annotations

import pandas as pd

from rareearth.producers.accounts import (
    SHORT,
    accounts,
    definition,
    fiscal_year,
    wide,
    year_end,
)

COMPARED = ("revenue", "gross_profit", "net_profit", "printed_margin")  # of peers


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
        own = accounts(book, name, COMPARED)
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


def margin_lines(table: pd.DataFrame) -> pd.DataFrame:
    """Return the gross margins of `peers` for `charts.line_band`.

    A producer with one year only makes no line, and is left to the table.
    """
    known = table.dropna(subset=["gross_margin"])
    several = known.groupby("entity")["year"].transform("nunique") > 1
    known = known[several].assign(entity=lambda rows: rows["entity"].replace(SHORT))
    return known.rename(columns={"gross_margin": "value"})[
        ["entity", "year", "value", "margin_basis"]
    ]


def other_margins(table: pd.DataFrame) -> list[str]:
    """Return whose gross margin is not on the template that most have."""
    known = table.dropna(subset=["gross_margin"]).drop_duplicates("entity")
    usual = known["margin_basis"].mode().iloc[0]
    return sorted(known.loc[known["margin_basis"] != usual, "entity"].replace(SHORT))


def behind_margins(book: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that the gross margins of `peers` rest on, for citing."""
    return book[
        book["series"].isin(["revenue", "gross_profit", "gross_margin"])
        & book["entity"].isin(table["entity"])
        & book["year"].isin(table["year"])
        & (book["months"] == 12)
        & (book["product"] == "all")
    ]


def peer_table(table: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Return the last full year of each producer as readers see it."""
    last = table.sort_values("year").drop_duplicates("entity", keep="last")
    last = last.sort_values("revenue", ascending=False)
    ends = [fiscal_year(y, m) for y, m in zip(last["year"], last["month"], strict=True)]
    return pd.DataFrame(
        {
            "Producer": last["entity"],
            "Year": ends,
            f"Revenue ({currency} million)": last["revenue"],
            f"Net profit ({currency} million)": last["net_profit"],
            "Net margin": last["net_margin"],
            "Gross margin": last["gross_margin"],
            "Gross margin is": last["margin_basis"],
        }
    )

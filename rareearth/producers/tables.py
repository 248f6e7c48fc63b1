"""The accounts of a producer as they are drawn and as readers see them."""

from __future__ import annotations

import pandas as pd

from rareearth.producers.accounts import MARGINS, MEASURES, OUTPUT, fiscal_year


def panels(book: pd.DataFrame, start_year: int) -> pd.DataFrame:
    """Return the measures for `charts.small_multiples`.

    Returns
    -------
    DataFrame
        ``panel`` (label and unit), ``year``, ``value``, ``mark`` ("line", or "other"
        for another definition), ``definition``, ``confidence``, ``source_id``.
    """
    shown = [*OUTPUT, "revenue", "ebitda", "net_profit", "operating_cash", "capex"]
    rows = book[
        book["measure"].isin([*shown, "cash"])
        & book["value"].notna()
        & (book["year"] >= start_year)
    ].copy()
    unit = rows["unit"].str.replace("t/year", "t")
    rows["panel"] = rows["measure"].map(lambda m: MEASURES[m].label) + " ({})"
    rows["panel"] = [p.format(u) for p, u in zip(rows["panel"], unit, strict=True)]
    rows["mark"] = rows["chosen"].map({True: "line", False: "other"})
    rows["order"] = rows["measure"].map([*shown, "cash"].index)
    rows = rows.sort_values(["order", "mark", "year"], kind="stable")
    names = "panel year value mark definition confidence source_id"
    return rows[names.split()].reset_index(drop=True)


def years_table(table: pd.DataFrame, month: int, unit: str) -> pd.DataFrame:
    """Return `wide` as readers see it, newest year first, empty columns left out."""
    names = {
        key: f"{MEASURES[key].label} ({'t' if key in OUTPUT else unit})"
        for key in (*OUTPUT, "revenue", "gross_profit", "ebitda", "net_profit")
    }
    names |= {name: label for name, (_, label) in MARGINS.items()}
    names |= {
        key: f"{MEASURES[key].label} ({unit})"
        for key in ("operating_cash", "capex", "cash")
    }
    shown = table[list(names)].dropna(axis="columns", how="all").rename(columns=names)
    shown = shown.sort_index(ascending=False)
    shown.insert(0, "Year", [fiscal_year(int(year), month) for year in shown.index])
    return shown.reset_index(drop=True)


def conflicts(printed: pd.DataFrame, month: int, last: int) -> pd.DataFrame:
    """Return what was printed more than once, and differently, in the last two years.

    Parameters
    ----------
    printed : DataFrame
        `accounts` of every printed value.

    Returns
    -------
    DataFrame
        One row per printed value, as readers see it; ``source_id`` for citing.
    """
    rows = printed[(printed["year"] >= last - 1) & (printed["measure"] != "price")]
    key = ["measure", "year"]
    spread = rows.groupby(key)["value"].transform(
        lambda v: (v.max() - v.min()) / v.abs().max()
    )
    rows = rows[spread > 0.01].sort_values([*key, "chosen"], ascending=False)
    return pd.DataFrame(
        {
            "Measure": rows["measure"].map(lambda m: MEASURES[m].label),
            "Year": [fiscal_year(int(year), month) for year in rows["year"]],
            "Printed": rows["value"],
            "Unit": rows["unit"],
            "Definition": rows["definition"].str.replace(";", ", "),
            "Followed here": rows["chosen"],
            "Confidence": rows["confidence"],
            "Remark": rows["note"],
            "source_id": rows["source_id"],
        }
    ).reset_index(drop=True)

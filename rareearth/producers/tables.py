"""The figures of a producer as they are drawn and as readers see them."""

from __future__ import annotations

import pandas as pd

from rareearth.producers.accounts import (
    MARGINS,
    MEASURES,
    OUTPUT,
    SHORT,
    cash_bridge,
    cash_years,
    fiscal_year,
)


def panels(book: pd.DataFrame, start_year: int) -> pd.DataFrame:
    """Return the measures for `charts.columns`.

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
        `accounts.yearly` of every printed value.

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


def cash_table(book: pd.DataFrame) -> pd.DataFrame:
    """Return the cash bridges of all years, one row a year, in the accounts' unit."""
    rows = []
    for year in cash_years(book):
        bridge = cash_bridge(book, year)
        rows.append(
            {"year": year}
            | {
                str(item.label): item.value
                for item in bridge.itertuples()
                if item.kind != "level"
            }
            | {
                "Cash before": bridge["value"].iloc[0],
                "Cash after": bridge["value"].iloc[-1],
            }
        )
    return pd.DataFrame(rows)


def cash_shown(table: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return `cash_table` as readers see it, newest year first."""
    steps = [c for c in table if c not in ("year", "Cash before", "Cash after")]
    shown = table.sort_values("year", ascending=False)
    years = [fiscal_year(int(year), month) for year in shown["year"]]
    ordered = shown[["Cash before", *steps, "Cash after"]].round(1)
    ordered.insert(0, "Year", years)
    return ordered


def margin_lines(table: pd.DataFrame) -> pd.DataFrame:
    """Return the gross margins of `peers` for `charts.lines`.

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


def ramp_shown(ramp: pd.DataFrame) -> pd.DataFrame:
    """Return `ramp_table` as readers see it."""
    return pd.DataFrame(
        {
            "Plant": ramp["project"],
            "Step": ramp["step"],
            "Plan stated": ramp["stated"],
            "Planned by": ramp["planned"],
            "Happened": ramp["actual"],
            "Slip (months)": ramp["slip_months"].round(0),
        }
    ).sort_values(["Plant", "Step", "Plan stated"])


def capacity_table(figures: pd.DataFrame) -> pd.DataFrame:
    """Return printed capacities as readers see them, newest statement first."""
    rows = figures.sort_values(["entity", "period_end"], ascending=[True, False])
    return pd.DataFrame(
        {
            "Plant": rows["entity"],
            "Stated for": rows["period_end"].dt.strftime("%Y-%m"),
            "Of": rows["product"],
            "Capacity (t a year)": rows["value"],
            "More than": rows["low"],
            "Kind": rows["series"].str.replace("_", " "),
            "Counts": rows["basis"].str.replace(";", ", "),
            "Remark": rows["note"],
        }
    ).dropna(axis="columns", how="all")


def capital_table(figures: pd.DataFrame, titles: pd.Series) -> pd.DataFrame:
    """Return the capital raised and its terms as readers see them, newest first."""
    rows = figures.sort_values(
        ["period_end", "series", "basis"], ascending=[False, True, True]
    )
    return pd.DataFrame(
        {
            "Date": rows["period_end"].dt.strftime("%Y-%m"),
            "For": rows["entity"],
            "What": rows["series"].map(titles),
            "Value": rows["value"].fillna(rows["low"]),
            "Unit": rows["unit"],
            "Definition": rows["basis"].str.replace(";", ", "),
            "Confidence": rows["confidence"],
            "Remark": rows["note"],
        }
    )

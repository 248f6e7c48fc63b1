"""What was first printed for a year, and what later editions made of it."""

from __future__ import annotations

import pandas as pd


def revised_year(printed: pd.DataFrame, end_year: int) -> int:
    """Return the last year up to `end_year` that two primary sources print a total for.

    Falls back on the last year with any total.
    """
    world = printed[(printed["entity"] == "World") & printed["value"].notna()]
    year = world["period_end"].dt.year
    world, year = world[year <= end_year], year[year <= end_year]
    primary = world["confidence"] == "primary"
    editions = world[primary].groupby(year[primary])["source_id"].nunique()
    twice = editions[editions > 1]
    return int(twice.index.max() if len(twice) else year.max())


def first_and_last(printed: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what was first printed for a year and what is printed now.

    Only primary figures are compared, so that a copy never counts as an edition.

    Parameters
    ----------
    printed : DataFrame
        From `figures.revisions`.

    Returns
    -------
    DataFrame, one row per entity, the largest change first
        ``entity``; ``before``, ``after`` in the unit of the series; ``change``;
        ``first_source``, ``last_source``; empty when no figure has two editions.
    """
    rows = printed[
        (printed["period_end"].dt.year == year)
        & (printed["confidence"] == "primary")
        & printed["value"].notna()
    ].sort_values("published")
    grouped = rows.groupby("entity")
    table = pd.DataFrame(
        {
            "before": grouped["value"].first(),
            "after": grouped["value"].last(),
            "first_source": grouped["source_id"].first(),
            "last_source": grouped["source_id"].last(),
        }
    )
    table = table[table["first_source"] != table["last_source"]].reset_index()
    table["change"] = table["after"] - table["before"]
    order = table["change"].abs().sort_values(ascending=False).index
    return table.loc[order].reset_index(drop=True)


def of_entities(printed: pd.DataFrame, entities: list[str]) -> pd.DataFrame:
    """Return the rows of some entities."""
    return printed[printed["entity"].isin(entities)]


def of_year(printed: pd.DataFrame, entities: list[str], year: int) -> pd.DataFrame:
    """Return the rows of some entities whose period ends in a year."""
    rows = of_entities(printed, entities)
    return rows[rows["period_end"].dt.year == year]


def of_sources(printed: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `printed` from the editions that `changes` compares."""
    compared = set(changes["first_source"]) | set(changes["last_source"])
    return printed[printed["source_id"].isin(compared)]


def edition_table(printed: pd.DataFrame, *, dated: bool = False) -> pd.DataFrame:
    """Return printed values with their editions as readers see them."""
    rows = printed.sort_values(["entity", "published"], na_position="first")
    table = pd.DataFrame(
        {
            "Entity": rows["entity"],
            "Published": rows["published"],
            "Edition": rows["title"],
            "Printed (t REO)": rows["value"],
            "More than (t REO)": rows["low"],
            "Where": rows["locator"],
            "Confidence": rows["confidence"],
        }
    )
    if dated:
        table.insert(1, "As of", rows["period_end"])
    return table.dropna(axis="columns", how="all")

"""Tables of supply risk as readers and charts want them."""

from __future__ import annotations

import pandas as pd

from rareearth.supply_risk.indices import Bounds


def drivers(shares: pd.DataFrame, risk: pd.Series, stage: str) -> pd.DataFrame:
    """Return how much each country adds to the concentration of world supply.

    Returns
    -------
    DataFrame, the largest first
        ``row`` (country), ``share``, ``risk`` (0 to 10, missing where unknown),
        ``low``, ``high`` (contribution: share squared times risk), ``value``,
        ``part`` (of the sum of what is known), ``confidence``, ``source_id``.
    """
    own = shares[(shares["stage"] == stage) & (shares["scope"] == "world")]
    mean = own.groupby("entity").agg(
        share=("share", "mean"),
        confidence=("confidence", "first"),
        source_id=("source_id", "first"),
    )
    score = (risk * 10).reindex(mean.index)
    square = mean["share"] ** 2
    table = mean.assign(
        risk=score,
        value=square * score,
        low=square * score.fillna(0.0),
        high=square * score.fillna(10.0),
    )
    table["part"] = table["low"] / table["low"].sum()
    table = table.sort_values("high", ascending=False)
    return table.reset_index().rename(columns={"entity": "row"})


def editions(printed: pd.DataFrame, product: str) -> pd.DataFrame:
    """Return the printed results of all editions of a group, for a chart.

    Returns
    -------
    DataFrame
        ``year``, ``value``, ``entity`` ("supply risk" or, economic, "importance"),
        ``method`` ("2010" or "2017"), ``source_id``.
    """
    own = printed[printed["product"] == product].copy()
    own["entity"] = own["series"].map(
        {"eu_supply_risk": "supply risk", "eu_economic_importance": "importance"}
    )
    own["method"] = own["basis"].str.extract(r"eu-method-(\d{4})")[0]
    own["year"] = own["period_end"].dt.year
    return own.sort_values(["entity", "year"])[
        ["year", "entity", "method", "value", "source_id"]
    ].reset_index(drop=True)


def side_by_side(
    risk: Bounds, geo: pd.DataFrame, mined: pd.DataFrame, product: str, importer: str
) -> pd.DataFrame:
    """Return the indices with their scales and inputs, as readers see them."""
    hhi = geo.loc["hhi"] * 10_000
    rows = [
        (
            "EU supply risk, without substitution",
            product,
            "European Union",
            risk.low,
            risk.high,
            "0 to about 10; at risk from 1.0",
            "shares by stage, governance, reliance, recycling",
        ),
        (
            "GeoPolRisk",
            "all rare earths",
            importer,
            geo.loc["score", "low"],
            geo.loc["score", "high"],
            "0 to 1",
            "mine output, imports by partner, political stability",
        ),
        (
            "HHI of mining",
            "all rare earths",
            "the world",
            hhi["low"],
            hhi["high"],
            "0 to 10,000, a monopoly",
            f"mine output of {int(mined['year'].iloc[0])} by country",
        ),
    ]
    names = ["Index", "Of", "For", "From", "To", "Scale", "Made of"]
    return pd.DataFrame(rows, columns=names).round(2)


def stage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `concentrations` as readers see it."""
    return pd.DataFrame(
        {
            "Element": table["element"],
            "Stage": table["stage"],
            "Scope": table["scope"],
            "From": table["low"].round(2),
            "To": table["high"].round(2),
            "Named": table["named"],
            "Without a score": table["unscored"],
        }
    )


def partner_table(partners: pd.DataFrame, stability: pd.Series) -> pd.DataFrame:
    """Return the partners of an importer as readers see them, the rest last."""
    rows = pd.DataFrame(
        {
            "Partner": partners["entity"],
            "Share of imports": partners["share"],
            "Governance risk": partners["entity"].map(stability),
        }
    )
    rest = 1 - float(partners["share"].sum())
    if rest > 0.001:
        rows.loc[len(rows)] = ["not named", rest, float("nan")]
    return rows

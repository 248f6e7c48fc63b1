"""Who supplies an importer, and how exposed it is through how its partners are run."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import has_codes
from rareearth.trade.dependence import GOODS, IMPORTERS, check_importer, when


def partners(
    load: Callable[..., pd.DataFrame], importer: str, as_of: str = "latest"
) -> pd.DataFrame:
    """Return the shares of all partners in the newest table with most of them.

    Returns
    -------
    DataFrame, largest first
        ``entity``, ``share`` (0 to 1), ``goods``, ``when``, ``basis``, ``source_id``.
        The last row, "Not named", is what the printed shares leave to 1; it is less
        than nothing where rounded shares add up to more.

    Raises
    ------
    NoFigures
        If no share of any partner is printed.
    """
    check_importer(importer)
    code = IMPORTERS[importer]
    if not code:
        raise NoFigures("the world imports from nobody; see who mines and separates")
    shares = load("import_source_share", as_of=as_of)
    rows = shares[has_codes(shares["basis"], code) & shares["value"].notna()]
    if rows.empty:
        raise NoFigures(
            f"no shares of partners of {importer} were published by {as_of}"
        )
    keys = ["product", "period_start", "period_end", "basis", "source_id"]
    firm = rows[rows["confidence"] != "tertiary"]
    rows = firm if len(firm) else rows
    tables = rows[rows["entity"] != "Other"].groupby(keys)["entity"].nunique()
    best = tables[tables == tables.max()].reset_index().sort_values("period_end")
    chosen = rows.merge(best.tail(1)[keys], on=keys)
    named = chosen[chosen["entity"] != "Other"].assign(share=lambda t: t["value"] / 100)
    named = named.sort_values("share", ascending=False)
    table = pd.DataFrame(
        {
            "entity": [*named["entity"], "Not named"],
            "share": [*named["share"], round(1 - float(named["share"].sum()), 6)],
            "source_id": [*named["source_id"], chosen["source_id"].iloc[0]],
        }
    )
    first = chosen.iloc[0]
    return table.assign(
        goods=GOODS.get(first["product"], first["product"]),
        when=when(first["period_start"], first["period_end"]),
        basis=first["basis"],
    )


def governance(
    load: Callable[..., pd.DataFrame], as_of: str = "latest"
) -> pd.DataFrame:
    """Return the governance risk of each country in the newest year that is printed.

    The mean of the six World Bank estimates, turned to run from 0 (best) to 1 (worst):
    g = clamp((2.5 - mean) / 5, 0, 1). A country without all six has no risk here, which
    is not a risk of zero.

    Returns
    -------
    DataFrame, indexed by country
        ``risk``, ``year``, ``source_id``.

    References
    ----------
    Kaufmann, Kraay and Mastruzzi (2010), Worldwide Governance Indicators; the rescaling
    is that of the EU's and of the GeoPolRisk assessments.
    """
    rows = load("governance_estimate", as_of=as_of)
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    grouped = rows.groupby("entity")
    mean = grouped["value"].mean().where(grouped["basis"].nunique() == 6)
    return pd.DataFrame(
        {
            "risk": ((2.5 - mean) / 5).clip(0, 1),
            "year": grouped["period_end"].first().dt.year,
            "source_id": grouped["source_id"].first(),
        }
    )


def exposure(shares: pd.DataFrame, risks: pd.DataFrame) -> pd.DataFrame:
    """Return each partner's share times its governance risk.

    Parameters
    ----------
    shares : DataFrame
        From `partners`.
    risks : DataFrame
        From `governance`.

    Returns
    -------
    DataFrame
        ``entity``, ``share``, ``risk``, ``low`` and ``high`` of the product. A partner
        without a known risk, and what is not named, count as 0 to 1 times their share.
        The importer's exposure is the sum of a column, 0 (best) to 1 (worst).
    """
    table = shares[["entity", "share"]].copy()
    table["share"] = table["share"].clip(lower=0)
    table["risk"] = table["entity"].map(risks["risk"])
    table["low"] = table["share"] * table["risk"].fillna(0.0)
    table["high"] = table["share"] * table["risk"].fillna(1.0)
    return table


def sources(shares: pd.DataFrame, risks: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of shares and of the risks of the partners, for citing."""
    rated = risks.loc[risks.index.isin(shares["entity"]), ["source_id"]]
    return pd.concat([shares[["source_id"]], rated], ignore_index=True)


def suppliers(
    load: Callable[..., pd.DataFrame],
    mined: pd.DataFrame,
    importer: str,
    as_of: str = "latest",
) -> pd.DataFrame:
    """Return `partners` of an importer; of the World, who mines.

    Parameters
    ----------
    mined : DataFrame
        From `concentration.shares` of mine production; its last year is used.
    """
    if importer != "World":
        return partners(load, importer, as_of)
    last = mined[(mined["year"] == mined["year"].max()) & (mined["share"] > 0)]
    named = last[last["kind"] == "country"].sort_values("share", ascending=False)
    return pd.DataFrame(
        {
            "entity": [*named["entity"], "Not named"],
            "share": [*named["share"], round(1 - float(named["share"].sum()), 6)],
            "source_id": last["source_id"].iloc[0],
            "goods": "mine production",
            "when": str(last["year"].iloc[0]),
            "basis": "REO",
        }
    )

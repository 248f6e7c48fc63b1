"""The value of one kilogram of mixed oxides in the composition of a deposit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import loading as store
from rareearth.money.money import metal_content
from rareearth.prices.series import NDPR, Prices

WHOLE = 0.01  # how far printed shares may be from 100 percent: rounding
DRAWN = ("Nd oxide", "Pr oxide", "NdPr oxide", "Dy oxide", "Tb oxide", "Y oxide")
"""Oxides with a part of their own in a chart of baskets."""

ANNUAL = "USGS reference"
"""Where fifteen oxides have a price by year."""

COMPOSITIONS = {
    "oxide_distribution": "as printed",
    "separation_product_mix": "from the weights of separated oxides",
    "element_resource_use": "from the weights of elements taken from the ground",
}
"""Series that can give the composition of a deposit, the most direct first, and how."""


def compositions(as_of: str = "latest") -> pd.DataFrame:
    """Return the shares of oxides in deposits by weight, never guessed.

    Returns
    -------
    DataFrame, by deposit
        ``deposit``, ``product`` str; ``share`` float, which adds up to 1, NaN where a
        deposit is printed in part only; ``composition`` str: how it is known;
        ``figure_id``, ``source_id`` str.

    Raises
    ------
    NoFigures
        If nothing had been published of any deposit.
    """
    names = list(COMPOSITIONS)
    figures = store.load(names, as_of=as_of, missing="empty")
    if figures.empty:
        raise NoFigures(f"no composition of a deposit had been published by {as_of}")
    products = store.dictionary("products")
    keys = ["series", "entity", "source_id", "basis", "period_end"]
    printed = figures.dropna(subset=["value"]).groupby(keys)
    tables = sorted(printed, key=lambda item: names.index(item[0][0]))
    whole: dict[str, pd.DataFrame] = {}
    for (series, deposit, *_), table in tables:
        shares = _shares(series, table, products)
        if shares is not None and deposit not in whole:
            whole[deposit] = shares.assign(composition=COMPOSITIONS[series])
    rest = figures[~figures["entity"].isin(whole)].assign(share=np.nan)
    rest = rest.assign(composition="printed in part")
    found = pd.concat([*whole.values(), rest]).rename(columns={"entity": "deposit"})
    columns = ["deposit", "product", "share", "composition", "figure_id", "source_id"]
    return found.sort_values("deposit", kind="stable", ignore_index=True)[columns]


def _shares(
    series: str, table: pd.DataFrame, products: pd.DataFrame
) -> pd.DataFrame | None:
    """Return shares of one printed table, None if it is not a whole composition."""
    if series == "element_resource_use":
        oxides = table["product"] + " oxide"
        if len(table) < 5 or not oxides.isin(products.index).all():
            return None
        content = oxides.map(products["formula"]).map(metal_content)
        table = table.assign(product=oxides, value=table["value"] / content)
    elif len(table) < 3 or (table["product"].map(products["form"]) != "oxide").any():
        return None
    total = table["value"].sum()
    if series == "oxide_distribution" and abs(total / 100 - 1) > WHOLE:
        return None
    return table.assign(share=table["value"] / total)


def prices_at(prices: Prices, year: int | None = None) -> pd.DataFrame:
    """Return what each oxide cost on average in a year (USGS), with its figure.

    Parameters
    ----------
    year : int, optional
        Default: the newest.

    Returns
    -------
    DataFrame, one row per oxide
        The columns of a figure, ``price_usd_per_kg`` float, ``period`` str.

    Raises
    ------
    NoFigures
        If no oxide has a price then. The message says when there are prices.
    """
    own = prices.catalogue[prices.catalogue["market"] == ANNUAL]
    at = pd.Period(str(own["last"].max().year if year is None else year))
    rows = []
    for product in own["product"]:
        one = prices.series(product, ANNUAL, frequency="year")
        if pd.notna(price := one.quoted.get(at)):
            used = one.figures["figure_id"] == one.frame.at[at, "figure_id"]
            rows.append(one.figures[used].assign(price_usd_per_kg=price))
    if not rows:
        times = f"{own['first'].min():%Y} to {own['last'].max():%Y}"
        raise NoFigures(f"no oxide has a price for {at}; there are prices from {times}")
    return pd.concat(rows, ignore_index=True).assign(period=str(at))


def baskets(shares: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the value of a kilogram of each deposit's mixed oxides at given prices.

    sum of share_i * price_i over the oxides i that have a price, before any cost of
    separation. NdPr oxide without a price of its own is priced as 75 % Nd and 25 % Pr
    oxide, and says so. An oxide without a price counts for nothing: the sum is then a
    lower bound.

    Parameters
    ----------
    shares : DataFrame
        From `compositions`.
    known : DataFrame
        Prices of oxides in one market at one time, from `prices_at`.

    Returns
    -------
    DataFrame, one row per deposit and oxide, the most valuable of each first
        The columns of `shares` for complete compositions; ``price_usd_per_kg``,
        ``value_usd`` float (NaN without a price), ``value_share`` float (of what is
        priced), ``total_usd`` float: of the deposit; ``note`` str.
    """
    own = known.set_index("product")["price_usd_per_kg"]
    parts = shares.dropna(subset=["share"]).copy()
    parts["price_usd_per_kg"] = parts["product"].map(own)
    parts["note"] = np.where(parts["price_usd_per_kg"].isna(), "no price", "")
    mixed = parts["product"].eq("NdPr oxide") & parts["price_usd_per_kg"].isna()
    if mixed.any() and set(NDPR) <= set(own.index):
        parts.loc[mixed, ["price_usd_per_kg", "note"]] = [
            sum(share * own[name] for name, share in NDPR.items()),
            "priced as 75 % Nd and 25 % Pr oxide",
        ]
    parts["value_usd"] = parts["share"] * parts["price_usd_per_kg"]
    parts["total_usd"] = parts.groupby("deposit")["value_usd"].transform("sum")
    parts["value_share"] = parts["value_usd"] / parts["total_usd"]
    order = ["total_usd", "deposit", "value_usd"]
    return parts.sort_values(order, ascending=[False, True, False], ignore_index=True)


def drawn(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of baskets for a chart: oxides by name, the small ones together.

    Returns
    -------
    DataFrame
        ``row`` (the deposit), ``part`` str, ``value`` float (USD in a kg).
    """
    named = parts["product"].where(parts["product"].isin(DRAWN), "other oxides")
    sums = parts.groupby(["deposit", named], sort=False)["value_usd"].sum()
    wide = sums.unstack(fill_value=0.0)
    wide = wide.reindex(
        index=parts["deposit"].unique(), columns=[*DRAWN, "other oxides"]
    ).dropna(axis="columns")
    found = wide.stack().rename_axis(["row", "part"])
    return found.rename("value").reset_index()

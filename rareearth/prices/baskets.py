"""The value of one kilogram of mixed oxides in the composition of a deposit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import loading as store
from rareearth.money.chemistry import metal_content
from rareearth.prices.series import NDPR, Prices

WHOLE = 0.01  # how far printed shares may be from 100 percent: rounding
DRAWN = ("Nd oxide", "Pr oxide", "NdPr oxide", "Dy oxide", "Tb oxide", "Y oxide")
"""Oxides with a part of their own in a chart of baskets."""

COMPOSITIONS = ("oxide_distribution", "separation_product_mix", "element_resource_use")
"""Series that can give the composition of a deposit, the most direct first."""


@dataclass(frozen=True, eq=False)
class Basket:
    """What a kilogram of mixed oxides would fetch as separated oxides.

    Attributes
    ----------
    parts : DataFrame, one row per oxide, the most valuable first
        ``product`` str, ``share`` float (of weight), ``price_usd_per_kg``,
        ``value_usd`` float (NaN without a price), ``value_share`` float (of what is
        priced), ``note`` str.
    value_usd_per_kg : float
        Sum of share times price of the priced oxides: a lower bound when some have
        none. Before any cost of separation.
    unpriced_share : float
        Weight without a price.
    deposit, market, period, composition : str
        What was priced where and when, and how the composition was found.
    figures : DataFrame
        The figures behind it, for the list of sources.
    """

    parts: pd.DataFrame
    value_usd_per_kg: float
    unpriced_share: float
    deposit: str
    market: str
    period: str
    composition: str
    figures: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Compositions:
    """What is printed about the oxides in deposits.

    Attributes
    ----------
    figures : DataFrame
        Figures of the series in `COMPOSITIONS`.
    products : DataFrame, indexed by product
        ``figures.dictionary("products")``.
    """

    figures: pd.DataFrame
    products: pd.DataFrame

    @classmethod
    def load(
        cls, as_of: str = "latest", extra: str | Path | None = None
    ) -> Compositions:
        """Return the compositions that had been published by a date."""
        names = list(COMPOSITIONS)
        figures = store.load(names, as_of=as_of, extra=extra, missing="empty")
        if figures.empty:
            raise NoFigures(
                f"no composition of a deposit had been published by {as_of}"
            )
        return cls(figures, store.dictionary("products", extra))

    def deposits(self) -> list[str]:
        """Return the deposits with a complete composition, sorted."""
        return list(self._whole)

    def incomplete(self) -> list[str]:
        """Return the deposits of which only a part of the composition is printed."""
        return sorted(set(self.figures["entity"]) - set(self._whole))

    def of(self, deposit: str) -> tuple[pd.DataFrame, str]:
        """Return the shares of oxides by weight, and how they are known.

        Returns
        -------
        DataFrame
            ``product`` str, ``share`` float (they add up to 1), and the columns of the
            figures.
        str
            How the composition was found.

        Raises
        ------
        NoFigures
            If no complete composition is printed. The message lists the deposits
            that have one; none is ever guessed.
        """
        if deposit not in self._whole:
            partial = self.figures[self.figures["entity"] == deposit]
            known = ", ".join(sorted(set(partial["product"])))
            raise NoFigures(
                f"no complete composition of {deposit!r} is printed"
                + (f" (only {known})" if known else "")
                + f"; there is one of {', '.join(self._whole)}"
            )
        return self._whole[deposit]

    @cached_property
    def _whole(self) -> dict[str, tuple[pd.DataFrame, str]]:
        """Return the complete compositions, and how each is known, by deposit."""
        keys = ["series", "entity", "source_id", "basis", "period_end"]
        printed = self.figures.dropna(subset=["value"]).groupby(keys)
        tables = sorted(printed, key=lambda item: COMPOSITIONS.index(item[0][0]))
        found: dict[str, tuple[pd.DataFrame, str]] = {}
        for (series, deposit, *_), table in tables:
            whole = None if deposit in found else self._shares(series, table)
            if whole is not None:
                found[deposit] = whole
        return dict(sorted(found.items()))

    def _shares(
        self, series: str, table: pd.DataFrame
    ) -> tuple[pd.DataFrame, str] | None:
        """Return shares of one printed table, None if it is not a whole composition."""
        form = table["product"].map(self.products["form"])
        if series == "element_resource_use":
            return self._from_elements(table)
        if not (form == "oxide").all() or len(table) < 3:
            return None
        total = table["value"].sum()
        if series == "oxide_distribution" and abs(total / 100 - 1) > WHOLE:
            return None
        how = (
            "as printed"
            if series == "oxide_distribution"
            else "from the weights of separated oxides"
        )
        return table.assign(share=table["value"] / total), how

    def _from_elements(self, table: pd.DataFrame) -> tuple[pd.DataFrame, str] | None:
        oxides = table["product"] + " oxide"
        if len(table) < 5 or not oxides.isin(self.products.index).all():
            return None
        formula = oxides.map(self.products["formula"])
        weight = table["value"] / formula.map(metal_content)
        named = table.assign(product=oxides, share=weight / weight.sum())
        return named, "from the weights of elements taken from the ground"


def basket(compositions: Compositions, known: pd.DataFrame, deposit: str) -> Basket:
    """Return the value of a kilogram of a deposit's mixed oxides at given prices.

    sum of share_i * price_i over the oxides i that have a price in `known`. NdPr oxide
    without a price of its own is priced as 75 % Nd and 25 % Pr oxide, and says so. An
    oxide without a price counts for nothing, and its weight is stated.

    Parameters
    ----------
    known : DataFrame
        Prices of oxides in one market at one time, from `prices_at`.
    deposit : str

    Raises
    ------
    NoFigures
        If no complete composition of the deposit is printed.
    """
    shares, how = compositions.of(deposit)
    own = known.set_index("product")["price_usd_per_kg"]
    parts = shares[["product", "share"]].copy()
    parts["price_usd_per_kg"] = parts["product"].map(own)
    parts["note"] = np.where(parts["price_usd_per_kg"].isna(), "no price", "")
    mixed = parts["product"].eq("NdPr oxide") & parts["price_usd_per_kg"].isna()
    if mixed.any() and set(NDPR) <= set(own.index):
        stand_in = sum(share * own[name] for name, share in NDPR.items())
        parts.loc[mixed, ["price_usd_per_kg", "note"]] = [
            stand_in,
            "priced as 75 % Nd and 25 % Pr oxide",
        ]
    parts["value_usd"] = parts["share"] * parts["price_usd_per_kg"]
    total = float(parts["value_usd"].sum())
    parts["value_share"] = parts["value_usd"] / total
    used = [shares[store.FIGURE_COLUMNS], known[store.FIGURE_COLUMNS]]
    return Basket(
        parts=parts.sort_values("value_usd", ascending=False, ignore_index=True),
        value_usd_per_kg=total,
        unpriced_share=float(
            parts.loc[parts["price_usd_per_kg"].isna(), "share"].sum()
        ),
        deposit=deposit,
        market=str(known["entity"].iloc[0]),
        period=str(known["period"].iloc[0]),
        composition=how,
        figures=pd.concat(used, ignore_index=True),
    )


def prices_at(
    prices: Prices, when: str | int, market: str = "USGS reference"
) -> pd.DataFrame:
    """Return what each oxide cost in a market at one time, with its figure.

    Parameters
    ----------
    when : int or str
        A year of the USGS reference, a month (``"2025-03"``) of China FOB.
    market : str
        The USGS reference prices fifteen oxides by year; China FOB only those of the
        magnets and yttrium, by month.

    Returns
    -------
    DataFrame, one row per oxide
        The columns of a figure, ``price_usd_per_kg`` float, ``period`` str.

    Raises
    ------
    NoFigures
        If no oxide has a price then. The message says when there are prices.
    """
    catalogue = prices.catalogue()
    own = catalogue[catalogue["market"] == market]
    if own.empty:
        markets = ", ".join(sorted(set(catalogue["market"])))
        raise NoFigures(f"no regular prices of {market!r}; there are some of {markets}")
    frequency = "year" if "year" in set(own["frequency"]) else "month"
    rows = []
    for product in own.loc[own["frequency"] == frequency, "product"]:
        one = prices.series(product, market, frequency=frequency)
        price, used = one.mean(when), one.within(when)["figure_id"]
        part = one.figures[one.figures["figure_id"].isin(used)].head(1)
        if not np.isnan(price):
            rows.append(part.assign(product=product, price_usd_per_kg=price))
    if not rows:
        times = f"{own['first'].min():%Y-%m} to {own['last'].max():%Y-%m}"
        raise NoFigures(
            f"no oxide has a price in {market!r} for {when}; there are prices by "
            f"{frequency} from {times}"
        )
    return pd.concat(rows, ignore_index=True).assign(period=str(when))


def baskets_of(prices: Prices, compositions: Compositions) -> list[Basket]:
    """Return the baskets of all deposits of known composition, the dearest first.

    At the average prices of the newest year of the USGS reference, which alone prices
    the oxides beyond those of the magnets.

    Raises
    ------
    NoFigures
        If no year of that market is priced.
    """
    known = prices.catalogue()
    own = known[known["market"] == "USGS reference"]
    if own.empty:
        raise NoFigures("no annual price of the USGS reference had been published")
    priced = prices_at(prices, int(own["last"].max().year))
    found = [basket(compositions, priced, name) for name in compositions.deposits()]
    return sorted(found, key=lambda item: -item.value_usd_per_kg)


def basket_parts(found: Sequence[Basket]) -> pd.DataFrame:
    """Return the parts of baskets for a chart: oxides by name, the small ones together.

    Returns
    -------
    DataFrame
        ``row`` (the deposit), ``part`` str, ``value`` float (USD in a kg).
    """
    rows = []
    for item in found:
        named = item.parts["product"].where(
            item.parts["product"].isin(DRAWN), "other oxides"
        )
        sums = item.parts["value_usd"].groupby(named).sum()
        for part in [*DRAWN, "other oxides"]:
            rows.append((item.deposit, part, float(sums.get(part, 0.0))))
    frame = pd.DataFrame(rows, columns=["row", "part", "value"])
    used = frame.groupby("part")["value"].sum()
    return frame[frame["part"].map(used) > 0].reset_index(drop=True)

"""One product in several markets on one basis: US dollars per kilogram of oxide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, unknown_name
from rareearth.figures import loading as store
from rareearth.figures.columns import codes, each, has_codes
from rareearth.money.money import per_kg
from rareearth.prices.prices import QUOTES, REGULAR, Prices
from rareearth.prices.series import PriceSeries, marks_of

CONTROLS = "2025-04-04"
"""First day of China's licences for seven medium and heavy rare earths (events.csv)."""

REFERENCE = "China FOB"
OTHER_FOB = "China FOB, other quotes"
"""Dated export quotations of publishers other than that of the regular series."""

SIDES = ("China FOB", "China domestic", "European market")
NEAR = 31  # days: the China FOB quote that a quote is compared with is no older
BOUNDS = ("greater-than", "less-than", "ask-price")
THIN = 12  # quotes: fewer in the period are single events, not a market's price

THINNESS = {"European market": "a thin market whose price few buyers pay"}

_COLUMNS = (
    "date,market,vat,price_usd_per_kg,low,high,is_bound,marks,figure_id,source_id,note"
).split(",")


@dataclass(frozen=True, eq=False)
class Spread:
    """Dated quotes of a product in China and Europe, and what they differ by.

    Attributes
    ----------
    quotes : DataFrame, one row per quote and treatment of tax, by date
        ``date`` datetime64, ``market`` str (`SIDES`, or `OTHER_FOB`), ``vat`` str: "as
        quoted" or "without VAT";
        ``price_usd_per_kg``, ``low``, ``high`` float; ``is_bound`` bool: an asking
        price or a "more than", no price; ``marks``, ``figure_id``, ``source_id``,
        ``note`` str.
    premium : DataFrame, one row per quote that China FOB has a quote near to
        ``date``, ``market``, ``vat``, ``price_usd_per_kg``, ``fob_usd_per_kg``,
        ``fob_date``, ``premium`` float: price over China FOB, less 1; ``fob_marks``.
    notes : tuple of str
        What to beware of: thin markets, stale quotes, tax and rates that are missing.
    figures : DataFrame
        The figures behind it, for the list of sources.
    """

    quotes: pd.DataFrame
    premium: pd.DataFrame
    notes: tuple[str, ...]
    figures: pd.DataFrame


def spread(
    prices: Prices,
    product: str,
    start: str = CONTROLS,
    end: str | None = None,
    proxy: bool = False,
) -> Spread:
    """Return the quotes of a product in China and Europe in US dollars per kilogram.

    Yuan at the average rate of the month. A quote given as a range counts by its
    middle. Chinese domestic quotes are taken to include value-added tax, which their
    sources mostly do not say (China FOB equals them in dollars within some percent
    from June 2015 on); without it they are divided by 1 + the rate in force.

    Parameters
    ----------
    prices : Prices
    product : str
        E.g. ``"Dy oxide"``.
    start, end : str
        ISO dates or years. Default: since the controls of April 2025.
    proxy : bool
        Compare NdPr oxide, which China FOB does not quote, with 75 % Nd oxide and
        25 % Pr oxide of China FOB.

    Raises
    ------
    UnknownName
        If the product has no price anywhere.
    NoFigures
        If there is no quote in this time. The message says when there are.
    """
    everything = prices.figures
    if product not in set(everything["product"]):
        raise unknown_name("priced product", product, set(everything["product"]))
    series = {*QUOTES, *(name for (_, freq), name in REGULAR.items() if freq != "year")}
    own = everything[
        (everything["product"] == product)
        & everything["entity"].isin(SIDES)
        & everything["series"].isin(series)
    ]
    first, last = store.period(start, end)
    chosen = own[own["period_end"].between(first, last)].reset_index(drop=True)
    if chosen.empty:
        have = ", ".join(
            f"{market}: {group['period_end'].min():%Y-%m} to "
            f"{group['period_end'].max():%Y-%m}"
            for market, group in own.groupby("entity")
        )
        raise NoFigures(f"no quote of {product} in this time; there are {have}")
    quotes = _in_dollars(
        prices, chosen, chosen["entity"].where(~_aside(chosen), OTHER_FOB)
    )
    behind = [chosen, prices.money.behind(chosen, "USD", vat_of="China")]
    if proxy and product == "NdPr oxide":
        mix = prices.series(product, REFERENCE, proxy=True)
        inside = _mixture(mix)
        inside = inside[inside["date"].between(first, last)]
        quotes = _sorted(pd.concat([quotes, inside], ignore_index=True))
        behind.append(mix.figures)
    return Spread(
        quotes=quotes,
        premium=_premium(quotes),
        notes=tuple(_notes(quotes, product)),
        figures=pd.concat(behind).drop_duplicates("figure_id", ignore_index=True),
    )


def _aside(chosen: pd.DataFrame) -> pd.Series:
    """Return which export quotes are of other publishers than the regular series.

    They differ from it by up to two fifths, so a premium must not mix the two. Where
    there is no regular series, they are all that is known.
    """
    export = chosen["entity"] == REFERENCE
    dated = chosen["series"].isin(QUOTES)
    return export & dated & bool((export & ~dated).any())


def _in_dollars(
    prices: Prices, chosen: pd.DataFrame, market: pd.Series
) -> pd.DataFrame:
    """Return quotes in USD/kg as quoted, and those of China domestic without VAT."""
    quoted = prices.money.in_currency(per_kg(chosen), "USD", "nan").assign(
        market=market, vat="as quoted"
    )
    taxed = market.eq("China domestic") & has_codes(
        chosen["basis"], without=["vat-excl"]
    )
    net = prices.money.without_vat(quoted[taxed], missing="nan")
    both = pd.concat([quoted, net.assign(vat="without VAT")])
    bound = each(both["basis"], lambda basis: not codes(basis).isdisjoint(BOUNDS))
    middle = both[["low", "high"]].mean(axis=1, skipna=False)
    value = both["value"].fillna(middle)
    either = both["low"].fillna(both["high"]).where(bound)
    both = both.assign(
        date=both["period_end"],
        price_usd_per_kg=value.fillna(either),
        is_bound=bound,
        marks=each(both["basis"], marks_of),
    )
    return _sorted(both.dropna(subset=["price_usd_per_kg"]))


def _mixture(mix: PriceSeries) -> pd.DataFrame:
    """Return the month-end values of a proxy as quotes of China FOB, marked as such."""
    frame = mix.frame[mix.frame["price"].notna()].reset_index()
    return pd.DataFrame(
        {
            "date": frame["quoted"],
            "market": REFERENCE,
            "vat": "as quoted",
            "price_usd_per_kg": frame["price"],
            "low": np.nan,
            "high": np.nan,
            "is_bound": False,
            "marks": frame["marks"],
            "figure_id": frame["figure_id"],
            "source_id": frame["source_id"],
            "note": mix.proxy,
        }
    )


def _sorted(quotes: pd.DataFrame) -> pd.DataFrame:
    order = ["date", "market", "vat", "figure_id"]
    return quotes.sort_values(order, ignore_index=True)[_COLUMNS]


def _premium(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return each quote beside the last China FOB quote of the 31 days up to it."""
    priced = quotes[~quotes["is_bound"]]
    fob = priced[priced["market"] == REFERENCE].drop_duplicates("date", keep="last")
    other = priced[priced["market"] != REFERENCE]
    columns = {"price_usd_per_kg": "fob_usd_per_kg", "marks": "fob_marks"}
    beside = pd.merge_asof(
        other,
        fob[["date", *columns]].rename(columns=columns).assign(fob_date=fob["date"]),
        on="date",
        tolerance=pd.Timedelta(NEAR, unit="D"),
    ).dropna(subset=["fob_usd_per_kg"])
    beside["premium"] = beside["price_usd_per_kg"] / beside["fob_usd_per_kg"] - 1
    names = "date,market,vat,price_usd_per_kg,fob_usd_per_kg,fob_date,premium,fob_marks"
    return beside[[*names.split(","), "figure_id"]].reset_index(drop=True)


def _notes(quotes: pd.DataFrame, product: str) -> list[str]:
    said = []
    priced = quotes[~quotes["is_bound"] & (quotes["vat"] == "as quoted")]
    for market in SIDES:
        own = priced[priced["market"] == market]
        if own.empty:
            said.append(f"{market}: no quote of {product}")
        elif len(own) < THIN:
            noun = "quote" if len(own) == 1 else "quotes"
            said.append(
                f"{market}: only {len(own)} {noun} of {product}, "
                f"{own['date'].min():%Y-%m-%d} to {own['date'].max():%Y-%m-%d}; "
                + THINNESS.get(market, "single days, not a series")
            )
    if others := int((priced["market"] == OTHER_FOB).sum()):
        noun = "quote" if others == 1 else "quotes"
        said.append(
            f"{others} export {noun} of other publishers stand apart: their level is "
            "not that of the regular series"
        )
    if bounds := int(quotes["is_bound"].sum()):
        what = (
            "asking price or bound is" if bounds == 1 else "asking prices or bounds are"
        )
        said.append(f"{bounds} {what} shown and not compared")
    weak = priced[priced["marks"].str.contains("stale")]
    if len(weak):
        markets = ", ".join(sorted(weak["market"].unique()))
        dates = f"{weak['date'].min():%Y-%m} to {weak['date'].max():%Y-%m}"
        said.append(
            f"{markets}: marked stale within {dates}; a premium there may be one of age"
        )
    lacking = np.setdiff1d(
        quotes.loc[quotes["market"].eq("China domestic"), "figure_id"],
        quotes.loc[quotes["vat"].eq("without VAT"), "figure_id"],
    )
    if len(lacking):
        said.append(f"{len(lacking)} domestic quotes have no printed VAT rate")
    return said

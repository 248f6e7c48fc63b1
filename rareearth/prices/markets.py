"""Products in China and Europe on one basis: US dollars per kilogram of oxide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from rareearth.figures import loading as store
from rareearth.figures.columns import Load, each, has_codes
from rareearth.money.money import per_kg
from rareearth.prices.series import QUOTES, REGULAR, Prices, marks_of

REFERENCE = "China FOB"
OTHER_FOB = "China FOB, other quotes"
"""Dated export quotations of publishers other than that of the regular series."""

EUROPE = "European market"
NEAR = 31  # days: the China FOB quote that a quote is compared with is no older
NEAR_MONTH = 45  # days, for prices of month ends
WEAK = ("sparse", "stale", "incomplete-period")
BOUNDS = ("greater-than", "less-than", "ask-price")
PROXY = "ISE, proxy"
SHOWN = ("Dy oxide", "Tb oxide", "Y oxide")
"""Products shown beside the chosen one: under licence since April 2025."""

_COLUMNS = (
    "date,market,price_usd_per_kg,low,high,is_bound,marks,figure_id,source_id,note,"
    "product,publisher"
).split(",")


def beside_export(
    load: Load, products: Sequence[str], as_of: str = "latest"
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return quotes in Europe beside the price for export from China of that month.

    Returns
    -------
    beside : DataFrame, one row per quote in Europe, by day
        The columns of `load`; ``value_china``; ``times_low``, ``times_high``: the ends
        of the quote over the last month-end price of the `NEAR_MONTH` days before it.
    europe, china : DataFrame
        The figures of each side: dated quotes, and whole, fresh month-end prices.
    """
    china = load(
        "oxide_price_month_end", REFERENCE, products, as_of=as_of, missing="empty"
    )
    china = china[has_codes(china["basis"], without=WEAK)]
    europe = load("oxide_price_quote", EUROPE, products, as_of=as_of, missing="empty")
    europe = europe[europe["unit"] == "USD/kg"]
    columns = ["product", "period_end", "value", "source_id"]
    beside = pd.merge_asof(
        europe.sort_values("period_end"),
        china[columns].sort_values("period_end"),
        on="period_end",
        by="product",
        suffixes=("", "_china"),
        tolerance=pd.Timedelta(NEAR_MONTH, unit="D"),
    )
    ends = beside[["low", "high"]].apply(lambda end: end.fillna(beside["value"]))
    beside["times_low"] = ends["low"] / beside["value_china"]
    beside["times_high"] = ends["high"] / beside["value_china"]
    beside["source_id"] += ";" + beside["source_id_china"]
    return beside.dropna(subset=["times_low", "times_high"]), europe, china


class Markets(NamedTuple):
    """Dated quotes of products in China and Europe, and what they differ by.

    Attributes
    ----------
    quotes : DataFrame, one row per quote, by product and date
        ``product`` str; ``date`` datetime64, ``market`` str (`REFERENCE`, `OTHER_FOB`
        or `EUROPE`); ``price_usd_per_kg``, ``low``, ``high`` float; ``is_bound`` bool:
        an asking price or a "more than", no price; ``marks``, ``figure_id``,
        ``source_id``, ``note`` str; ``publisher`` str: whose number it is, whoever
        repeats it.
    premium : DataFrame, one row per quote in Europe that China FOB has a quote near to
        ``product``, ``date``, ``market``, ``publisher``, ``price_usd_per_kg``,
        ``fob_usd_per_kg``, ``fob_date``, ``fob_publisher``; ``within`` bool: both are
        of one publisher; ``premium`` float: price over China FOB, less 1;
        ``fob_marks``, ``figure_id``, ``source_id`` of both.
    figures : DataFrame
        The figures behind it, for the list of sources.
    """

    quotes: pd.DataFrame
    premium: pd.DataFrame
    figures: pd.DataFrame


def markets(prices: Prices, products: Sequence[str], start: str) -> Markets:
    """Return the quotes of products for export and in Europe, USD per kilogram.

    A quote given as a range counts by its middle. NdPr oxide, which China FOB does not
    quote, is compared with 75 % Nd oxide and 25 % Pr oxide of China FOB.

    Parameters
    ----------
    prices : Prices
    products : sequence of str
        E.g. ``["Dy oxide"]``; one without a quote in this time has no row.
    start : str
        ISO date: the first day.

    Raises
    ------
    UnknownName
        If a product is in no dictionary.
    """
    known = store.dictionary("products").index
    for name in products:
        store.check_name("product", name, known)
    series = {*QUOTES, *(name for (_, freq), name in REGULAR.items() if freq != "year")}
    chosen = prices.figures[
        prices.figures["product"].isin(products)
        & prices.figures["entity"].isin([REFERENCE, EUROPE])
        & prices.figures["series"].isin(series)
        & (prices.figures["period_end"] >= start)
    ]
    parts = [_in_dollars(prices, chosen)]
    behind = [chosen, prices.money.behind(chosen, "USD")]
    if (chosen["product"] == "NdPr oxide").any():
        mix = prices.series("NdPr oxide", REFERENCE, proxy=True)
        inside = mix.frame.dropna(subset=["price"]).rename(
            columns={"quoted": "date", "price": "price_usd_per_kg"}
        )
        inside = inside.assign(market=REFERENCE, is_bound=False, note=mix.proxy)
        inside = inside.assign(product=mix.product, publisher=PROXY)
        parts.append(inside[inside["date"] >= start])
        behind.append(mix.figures)
    quotes = pd.concat(parts).reindex(columns=_COLUMNS)
    place = {name: at for at, name in enumerate(products)}
    quotes = quotes.assign(place=quotes["product"].map(place)).sort_values(
        ["place", "date", "market", "figure_id"], ignore_index=True
    )
    figures = pd.concat(behind).drop_duplicates("figure_id", ignore_index=True)
    return Markets(quotes[_COLUMNS], _premium(quotes), figures)


def _in_dollars(prices: Prices, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return quotes in USD/kg.

    Export quotes of other publishers than that of the regular series stand apart: they
    differ from it by up to two fifths, so a premium must not mix the two. Where there
    is no regular series, they are all that is known.
    """
    export, dated = chosen["entity"] == REFERENCE, chosen["series"].isin(QUOTES)
    has_regular = (export & ~dated).groupby(chosen["product"]).transform("any")
    known = store.dictionary("sources")
    whose = known["origin"].where(known["origin"] != "", known["publisher"])
    bound = ~has_codes(chosen["basis"], without=BOUNDS)
    quoted = prices.money.in_currency(per_kg(chosen), "USD", "nan")
    middle = quoted[["low", "high"]].mean(axis=1, skipna=False)
    either = quoted["low"].fillna(quoted["high"]).where(bound)
    return quoted.assign(
        market=chosen["entity"].mask(export & dated & has_regular, OTHER_FOB),
        date=chosen["period_end"],
        price_usd_per_kg=quoted["value"].fillna(middle).fillna(either),
        is_bound=bound,
        marks=each(chosen["basis"], marks_of),
        publisher=chosen["source_id"].map(whose),
    ).dropna(subset=["price_usd_per_kg"])


def _premium(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return each quote in Europe beside the last of China FOB in the 31 days up to it.

    That of its own publisher where there is one, else that of the regular series: two
    publishers differ on one price by up to two fifths.
    """
    priced = quotes[~quotes["is_bound"].astype(bool)].sort_values(
        ["date", "market", "figure_id"], kind="stable"
    )
    export = priced["market"] != EUROPE
    fob = priced[export].drop_duplicates(["product", "publisher", "date"], keep="last")
    fob = fob[["product", "date", "market", "publisher"]].assign(
        fob_usd_per_kg=fob["price_usd_per_kg"],
        fob_marks=fob["marks"],
        fob_source=fob["source_id"],
        fob_date=fob["date"],
        fob_publisher=fob["publisher"],
    )
    regular = fob[fob["market"] == REFERENCE].drop(columns=["market", "publisher"])
    near = {"on": "date", "tolerance": pd.Timedelta(NEAR, unit="D")}
    rest = priced[~export].reset_index(drop=True)
    own = fob.drop(columns="market")
    within = pd.merge_asof(rest, own, by=["product", "publisher"], **near)
    across = pd.merge_asof(rest, regular, by="product", **near)
    beside = within.combine_first(across)
    beside["within"] = beside["fob_publisher"] == beside["publisher"]
    beside = beside.dropna(subset=["fob_usd_per_kg"])
    beside["premium"] = beside["price_usd_per_kg"] / beside["fob_usd_per_kg"] - 1
    beside["source_id"] += ";" + beside["fob_source"]
    order = beside.sort_values("place", kind="stable", ignore_index=True)
    return order[_PREMIUM]


_PREMIUM = (
    "product,date,market,publisher,price_usd_per_kg,fob_usd_per_kg,fob_date,"
    "fob_publisher,within,premium,fob_marks,figure_id,source_id"
).split(",")

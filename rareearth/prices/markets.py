"""Products in several markets on one basis: US dollars per kilogram of oxide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.figures import loading as store
from rareearth.figures.columns import Load, each, has_codes
from rareearth.money.money import per_kg
from rareearth.prices.series import (
    QUOTES,
    REGULAR,
    Prices,
    PriceSeries,
    marks_of,
)

CONTROLS = "2025-04-04"
"""First day of China's licences for seven medium and heavy rare earths (events.csv)."""

REFERENCE = "China FOB"
OTHER_FOB = "China FOB, other quotes"
"""Dated export quotations of publishers other than that of the regular series."""

SIDES = ("China FOB", "China domestic", "European market")
NEAR = 31  # days: the China FOB quote that a quote is compared with is no older
NEAR_MONTH = 45  # days, for prices of month ends
WEAK = ("sparse", "stale", "incomplete-period")
BOUNDS = ("greater-than", "less-than", "ask-price")
PROXY = "ISE, proxy"
SHOWN = ("Dy oxide", "Tb oxide", "Y oxide")
"""Products shown beside the chosen one: under licence since April 2025."""

_COLUMNS = (
    "date,market,vat,price_usd_per_kg,low,high,is_bound,marks,figure_id,source_id,note,"
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
    europe = load(
        "oxide_price_quote", "European market", products, as_of=as_of, missing="empty"
    )
    europe = europe[europe["unit"] == "USD/kg"]
    beside = pd.merge_asof(
        europe.sort_values("period_end"),
        china[["product", "period_end", "value", "source_id"]].sort_values(
            "period_end"
        ),
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


@dataclass(frozen=True, eq=False)
class Markets:
    """Dated quotes of products in China and Europe, and what they differ by.

    Attributes
    ----------
    quotes : DataFrame, one row per quote and treatment of tax, by product and date
        ``product`` str; ``date`` datetime64, ``market`` str (`SIDES`, or `OTHER_FOB`),
        ``vat`` str: "as quoted" or "without VAT"; ``price_usd_per_kg``, ``low``,
        ``high`` float; ``is_bound`` bool: an asking price or a "more than", no price;
        ``marks``, ``figure_id``, ``source_id``, ``note`` str; ``publisher`` str: whose
        number it is, whoever repeats it.
    premium : DataFrame, one row per quote that China FOB has a quote near to
        ``product``, ``date``, ``market``, ``vat``, ``publisher``,
        ``price_usd_per_kg``, ``fob_usd_per_kg``, ``fob_date``, ``fob_publisher``;
        ``within`` bool: both are of one publisher; ``premium`` float: price over China
        FOB, less 1; ``fob_marks``, ``figure_id``, ``source_id`` of both.
    figures : DataFrame
        The figures behind it, for the list of sources.
    """

    quotes: pd.DataFrame
    premium: pd.DataFrame
    figures: pd.DataFrame


def markets(
    prices: Prices,
    products: Sequence[str],
    start: str = CONTROLS,
    end: str | None = None,
    proxy: bool = False,
) -> Markets:
    """Return the quotes of products in China and Europe in US dollars per kilogram.

    Yuan at the average rate of the month. A quote given as a range counts by its
    middle. Chinese domestic quotes are taken to include value-added tax, which their
    sources mostly do not say (China FOB equals them in dollars within some percent
    from June 2015 on); without it they are divided by 1 + the rate in force.

    Parameters
    ----------
    prices : Prices
    products : sequence of str
        E.g. ``["Dy oxide"]``; one without a quote in this time has no row.
    start, end : str
        ISO dates or years. Default: since the controls of April 2025.
    proxy : bool
        Compare NdPr oxide, which China FOB does not quote, with 75 % Nd oxide and
        25 % Pr oxide of China FOB.

    Raises
    ------
    UnknownName
        If a product is in no dictionary.
    """
    known = store.dictionary("products").index
    for name in products:
        store.check_name("product", name, known)
    first, last = store.period(start, end)
    series = {*QUOTES, *(name for (_, freq), name in REGULAR.items() if freq != "year")}
    chosen = prices.figures[
        prices.figures["product"].isin(products)
        & prices.figures["entity"].isin(SIDES)
        & prices.figures["series"].isin(series)
        & prices.figures["period_end"].between(first, last)
    ]
    if chosen.empty:
        return Markets(_nothing(_COLUMNS), _nothing(_PREMIUM), chosen)
    parts = [_in_dollars(prices, chosen)]
    behind = [chosen, prices.money.behind(chosen, "USD", vat_of="China")]
    if proxy and (chosen["product"] == "NdPr oxide").any():
        mix = prices.series("NdPr oxide", REFERENCE, proxy=True)
        inside = _mixture(mix)
        parts.append(inside[inside["date"].between(first, last)])
        behind.append(mix.figures)
    order = ["date", "market", "vat", "figure_id"]
    quotes = pd.concat(parts).sort_values(order)[_COLUMNS]
    premium = _premium(quotes)
    place = {name: at for at, name in enumerate(products)}
    quotes, premium = (
        frame.sort_values(
            "product", key=lambda names: names.map(place), kind="stable"
        ).reset_index(drop=True)
        for frame in (quotes, premium)
    )
    return Markets(
        quotes=quotes,
        premium=premium,
        figures=pd.concat(behind).drop_duplicates("figure_id", ignore_index=True),
    )


def _nothing(columns: Sequence[str]) -> pd.DataFrame:
    """Return an empty frame whose days and numbers are such."""
    kinds = {"date": "datetime64[ns]", "fob_date": "datetime64[ns]", "is_bound": "bool"}
    kinds |= dict.fromkeys(["price_usd_per_kg", "premium"], "float64")
    return pd.DataFrame(columns=columns).astype(
        {name: kind for name, kind in kinds.items() if name in columns}
    )


def _in_dollars(prices: Prices, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return quotes in USD/kg as quoted, and those of China domestic without VAT.

    Export quotes of other publishers than that of the regular series stand apart: they
    differ from it by up to two fifths, so a premium must not mix the two. Where there
    is no regular series, they are all that is known.
    """
    export, dated = chosen["entity"] == REFERENCE, chosen["series"].isin(QUOTES)
    has_regular = (export & ~dated).groupby(chosen["product"]).transform("any")
    quoted = prices.money.in_currency(per_kg(chosen), "USD", "nan").assign(
        market=chosen["entity"].mask(export & dated & has_regular, OTHER_FOB),
        vat="as quoted",
    )
    taxed = quoted["market"].eq("China domestic") & has_codes(
        chosen["basis"], without=["vat-excl"]
    )
    net = prices.money.without_vat(quoted[taxed], missing="nan")
    both = pd.concat([quoted, net.assign(vat="without VAT")])
    known = store.dictionary("sources")
    whose = known["origin"].where(known["origin"] != "", known["publisher"])
    bound = ~has_codes(both["basis"], without=BOUNDS)
    middle = both[["low", "high"]].mean(axis=1, skipna=False)
    either = both["low"].fillna(both["high"]).where(bound)
    return both.assign(
        date=both["period_end"],
        price_usd_per_kg=both["value"].fillna(middle).fillna(either),
        is_bound=bound,
        marks=each(both["basis"], marks_of),
        publisher=both["source_id"].map(whose),
    ).dropna(subset=["price_usd_per_kg"])


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
            "product": mix.product,
            "publisher": PROXY,
        }
    )


def _premium(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return each quote beside the last China FOB quote of the 31 days up to it.

    That of its own publisher where there is one, else that of the regular series: two
    publishers differ on one price by up to two fifths.
    """
    priced = quotes[~quotes["is_bound"]]
    export = priced["market"].isin([REFERENCE, OTHER_FOB])
    columns = {
        "price_usd_per_kg": "fob_usd_per_kg",
        "marks": "fob_marks",
        "source_id": "fob_source",
    }
    fob = priced[export].drop_duplicates(["product", "publisher", "date"], keep="last")
    names = ["product", "date", "market", "publisher", *columns]
    fob = (
        fob[names]
        .rename(columns=columns)
        .assign(fob_date=fob["date"], fob_publisher=fob["publisher"])
    )
    regular = fob[fob["market"] == REFERENCE].drop(columns=["market", "publisher"])
    own = fob.drop(columns="market")
    near = {"on": "date", "tolerance": pd.Timedelta(NEAR, unit="D")}
    rest = priced[~export].reset_index(drop=True)
    within = pd.merge_asof(rest, own, by=["product", "publisher"], **near)
    across = pd.merge_asof(rest, regular, by="product", **near)
    beside = within.combine_first(across)
    beside["within"] = beside["fob_publisher"] == beside["publisher"]
    beside = beside.dropna(subset=["fob_usd_per_kg"])
    beside["premium"] = beside["price_usd_per_kg"] / beside["fob_usd_per_kg"] - 1
    beside["source_id"] += ";" + beside["fob_source"]
    return beside[_PREMIUM]


_PREMIUM = (
    "product,date,market,vat,publisher,price_usd_per_kg,fob_usd_per_kg,fob_date,"
    "fob_publisher,within,premium,fob_marks,figure_id,source_id"
).split(",")

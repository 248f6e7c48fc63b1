"""One price series, chosen and put on one footing, and methods that may refuse it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from rareearth.errors import NoFigures, UnknownName
from rareearth.prices.samples import Step, net_of
from rareearth.prices.series import (
    Prices,
    PriceSeries,
    capped,
    declared,
    measured,
)


def chosen(
    prices: Prices,
    product: str,
    market: str,
    currency: str = "USD",
    real: bool = False,
    base_year: int = 2024,
    start: str = "first",
    end: str = "latest",
) -> PriceSeries:
    """Return the regular series of a product in a market, in the money asked for.

    By month where the market is quoted by month, else by year, else from dated
    quotations. NdPr oxide, which China FOB does not quote, is the stated proxy of
    `Prices.series`.

    Raises
    ------
    UnknownName, NoFigures, ParameterError
        As in `Prices.series` and `PriceSeries.between`.
    """
    known = prices.catalogue()
    own = known[(known["product"] == product) & (known["market"] == market)]
    yearly = own["frequency"].eq("year").any()
    series = prices.series(
        product,
        market,
        currency,
        real,
        base_year,
        frequency="year" if yearly else "month",
        proxy=True,
        quotes=True,
    )
    return series.between(start, end)


def attempt(method: Callable[..., Any], *args: Any, **kw: Any) -> tuple[Any, str]:
    """Return what a method finds, and "", or None, and why it found nothing."""
    try:
        return method(*args, **kw), ""
    except (NoFigures, UnknownName) as error:
        return None, str(error)


def on_one_footing(
    prices: Prices, series: PriceSeries
) -> tuple[Step | None, pd.Series]:
    """Return the tax step inside a series, and its values as if it had always been.

    The end of the export duty is measured against the domestic market, which never
    had it, and is never more than the duty; without a domestic series it is all of
    the duty.
    """
    if series.step is None:
        return None, series.values
    duty, money = series.step, money_of(series)

    def seen() -> Step:
        taxed = prices.series(series.product, series.market, money).quoted
        free = prices.series(series.product, "China domestic", money).quoted
        return capped(measured(duty, taxed, free))

    step = attempt(seen)[0] or duty
    return step, net_of(series.values, step)


def long_view(series: PriceSeries) -> pd.DataFrame:
    """Return a series as a chart draws it.

    Returns
    -------
    DataFrame, one row per period with a price
        ``date`` datetime64: the last day quoted, of a year its middle; ``price``
        float, ``used`` bool: fit for estimation, ``marks``, ``reason``, ``source_id``
        str.
    """
    frame = series.frame[series.frame["price"].notna()]
    date = frame["quoted"]
    if series.frequency == "year":
        half = (frame.index.end_time - frame.index.start_time) / 2
        date = (frame.index.start_time + half).normalize()
    columns = ["price", "used", "marks", "reason", "source_id"]
    return frame[columns].assign(date=date).reset_index(drop=True)


def last_price(series: PriceSeries) -> pd.Series:
    """Return the last price fit for estimation: ``price``, ``quoted``, ``period``."""
    used = series.frame[series.frame["used"]]
    if used.empty:
        raise NoFigures(f"{series.title}: no price is fit for estimation")
    last = used.iloc[-1]
    return pd.Series(
        {"price": last["price"], "quoted": last["quoted"], "period": used.index[-1]}
    )


def first_and_peak(series: PriceSeries) -> dict[str, Any]:
    """Return the highest and the lowest price of a series, and when they were."""
    quoted = series.quoted.dropna()
    return {
        "highest": float(quoted.max()),
        "high_at": quoted.idxmax(),
        "lowest": float(quoted.min()),
        "low_at": quoted.idxmin(),
        "since": quoted.index[0],
    }


def in_money_of_the_day(prices: Prices, series: PriceSeries) -> PriceSeries:
    """Return the same series over the same time, in its currency and not deflated."""
    if series.unit == f"{money_of(series)}/kg":
        return series
    nominal = prices.series(
        series.product,
        series.market,
        money_of(series),
        frequency=series.frequency,
        proxy=True,
        quotes=True,
    )
    frame = nominal.frame.loc[series.frame.index[0] : series.frame.index[-1]]
    return replace(nominal, frame=frame, step=declared(frame))


def money_of(series: PriceSeries) -> str:
    """Return the currency of a unit such as "2024 USD/kg"."""
    return series.unit.split("/")[0].split()[-1]


def newest(prices: Prices, series: PriceSeries) -> pd.Series:
    """Return the newest quote of a series in its own currency, in money of the day.

    Returns
    -------
    Series
        ``price`` float, ``quoted`` datetime64, ``marks``, ``unit`` str.
    """
    nominal = in_money_of_the_day(prices, series)
    last = nominal.frame[nominal.frame["price"].notna()].iloc[-1]
    unit = pd.Series({"unit": nominal.unit})
    return pd.concat([last[["price", "quoted", "marks"]], unit])

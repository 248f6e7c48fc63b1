"""One price series examined: its growth, its breaks, its events and its forecast.

Each method needs a number of points that a short series does not have. What could not
be estimated is left out by name and with the reason, and the rest is still told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from rareearth.errors import NoFigures, UnknownName
from rareearth.methods.samples import Step
from rareearth.methods.trends import (
    Stationarity,
    net_of,
    stationarity,
    trend,
    volatility,
)
from rareearth.prices.breaks import Breaks, breaks, stability
from rareearth.prices.event_study import EventEffects, event_effects, local_projection
from rareearth.prices.forecasts import Forecast, forecast
from rareearth.prices.series import Prices, PriceSeries, declared, measured

EVENT_KINDS = ("control", "relaxation", "disruption", "ruling", "tariff")
"""Kinds of events that change what may be shipped, or at what cost."""

TIGHTER = ("control", "disruption")
"""Of these, the kinds that make supply scarcer."""

MONTHS = (0, 1)  # from the month-end before an event to the one after the next
DAYS = (0, 10)  # quotes: two weeks of trading
CLEAR = 0.05  # a p-value below it is called clear of chance
PATH = 6  # months after an event that a local projection looks at


@dataclass(frozen=True, eq=False)
class Study:
    """What the methods say about a series.

    Attributes
    ----------
    series : PriceSeries
    steps : tuple of Step
        Declared tax changes; with their size where a second market shows it.
    growth, stability : DataFrame or None
    unit_root : Stationarity or None
    breaks : Breaks or None
    forecast : Forecast or None
    volatility : Series of float or None, a share per year
    monthly, daily : EventEffects or None
        Around events that change what may be shipped.
    path : DataFrame or None
        From `local_projection`, after controls and disruptions.
    why_not : dict of str
        For each of these that is None, the reason.
    """

    series: PriceSeries
    steps: tuple[Step, ...]
    growth: pd.DataFrame | None
    unit_root: Stationarity | None
    breaks: Breaks | None
    stability: pd.DataFrame | None
    forecast: Forecast | None
    volatility: pd.Series | None
    monthly: EventEffects | None
    daily: EventEffects | None
    path: pd.DataFrame | None
    why_not: dict[str, str]

    @property
    def effects(self) -> pd.DataFrame:
        """Return the measured events, by month and by day, oldest first."""
        both = [one.effects for one in (self.monthly, self.daily) if one is not None]
        found = [effects for effects in both if len(effects)]
        if not found:
            return pd.DataFrame()
        together = pd.concat(found).sort_values("date", ignore_index=True)
        return together.assign(title=together["title"].str.split("; ").map(short))


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


def examine(
    prices: Prices, series: PriceSeries, horizon: int, events: pd.DataFrame
) -> Study:
    """Return what growth, breaks, volatility and forecast of a series are, and events.

    A declared step of known size is taken off what came before it; of unknown size,
    it is estimated where the method can, and else the sample begins after it. The
    volatility and the events are in money of the day, which has fewer gaps than
    constant prices; a month or two of inflation is nothing. Of `events`, those of
    `EVENT_KINDS` count, as events and as overlap.
    """
    steps, net = on_one_footing(prices, series)
    of_the_day = on_one_footing(prices, in_money_of_the_day(prices, series))[1]
    values = series.values
    near = events[events["kind"].isin(EVENT_KINDS)]
    why_not: dict[str, str] = {}
    attempt = partial(_attempt, why_not)

    def by_day() -> EventEffects:
        money, index = _money(series), series.frame.index
        days = prices.series(series.product, series.market, money, frequency="day")
        days = days.between(str(index[0]), str(index[-1]))
        return event_effects(days.values, near, DAYS)

    return Study(
        series=series,
        steps=steps,
        forecast=attempt("forecast", forecast, values, horizon, steps=steps),
        growth=attempt("growth", trend, values, steps),
        unit_root=attempt("unit_root", stationarity, values, steps),
        breaks=attempt("breaks", breaks, values, steps=steps),
        stability=attempt("stability", stability, net),
        volatility=attempt("volatility", volatility, of_the_day),
        monthly=attempt("monthly", event_effects, of_the_day, near, MONTHS),
        daily=attempt("daily", by_day),
        path=attempt(
            "path", local_projection, of_the_day, near, PATH, TIGHTER, lags=PATH
        ),
        why_not=why_not,
    )


def on_one_footing(
    prices: Prices, series: PriceSeries
) -> tuple[tuple[Step, ...], pd.Series]:
    """Return the declared steps, and the values as if they had always been there.

    The end of the export duty is measured against the domestic market, which never
    had it. Without a domestic series its size is unknown, and the values begin after
    it.
    """
    values = series.values
    if not series.steps:
        return (), values
    step, money = series.steps[0], _money(series)

    def known() -> tuple[Step]:
        taxed = prices.series(series.product, series.market, money).quoted
        free = prices.series(series.product, "China domestic", money).quoted
        return (measured(step, taxed, free),)

    if (steps := _attempt({}, "size", known)) is not None:
        return steps, net_of(values, steps)
    later = values.index.end_time >= pd.Timestamp(step.date)
    return series.steps, values[later]


def _attempt(
    why_not: dict[str, str],
    name: str,
    method: Callable[..., Any],
    *args: Any,
    **kw: Any,
) -> Any:
    """Return what a method finds, or None, and write down why it found nothing."""
    try:
        return method(*args, **kw)
    except (NoFigures, UnknownName) as error:
        why_not[name] = str(error)
        return None


def long_view(series: PriceSeries) -> pd.DataFrame:
    """Return a series as a chart draws it.

    Returns
    -------
    DataFrame, one row per period with a price
        ``date`` datetime64 (the last day quoted), ``price`` float, ``used`` bool: fit
        for estimation, ``marks``, ``reason``, ``source_id`` str.
    """
    frame = series.frame[series.frame["price"].notna()]
    columns = ["price", "used", "marks", "reason", "source_id"]
    return frame[columns].assign(date=frame["quoted"]).reset_index(drop=True)


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


def numbered(
    events: pd.DataFrame, dates: pd.Series, kinds: Sequence[str] = EVENT_KINDS
) -> pd.DataFrame:
    """Return the events inside a chart, numbered; those of one month share a number.

    Returns
    -------
    DataFrame
        ``number`` int, ``date`` datetime64, ``kind``, ``title``, ``source_id`` str.
    """
    inside = events[
        events["kind"].isin(kinds) & events["date"].between(dates.min(), dates.max())
    ].sort_values("date")
    months = inside["date"].dt.to_period("M")
    rows = []
    for number, (_, group) in enumerate(inside.groupby(months), start=1):
        rows.append(
            {
                "number": number,
                "date": group["date"].min(),
                "kind": ", ".join(dict.fromkeys(group["kind"])),
                "title": short(group["title"]),
                "source_id": ";".join(group["source_id"]),
            }
        )
    columns = ["number", "date", "kind", "title", "source_id"]
    return pd.DataFrame(rows, columns=columns)


def short(titles: Iterable[str]) -> str:
    """Return up to two different titles, and how many more there are."""
    first, rest = (several := list(dict.fromkeys(titles)))[:2], several[2:]
    return "; ".join(first) + (f"; and {len(rest)} more" if rest else "")


def in_money_of_the_day(prices: Prices, series: PriceSeries) -> PriceSeries:
    """Return the same series over the same time, in its currency and not deflated."""
    if series.unit == f"{_money(series)}/kg":
        return series
    nominal = prices.series(
        series.product,
        series.market,
        _money(series),
        frequency=series.frequency,
        proxy=True,
        quotes=True,
    )
    frame = nominal.frame.loc[series.frame.index[0] : series.frame.index[-1]]
    return replace(nominal, frame=frame, steps=declared(frame))


def _money(series: PriceSeries) -> str:
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

"""Where a price stands, in sentences with computed numbers."""

from __future__ import annotations

import pandas as pd

from rareearth.figures.columns import has_codes
from rareearth.prices.series import STALE, PriceSeries
from rareearth.words import day, number, pct, period

NEAR_END = 0.995  # of the highest price: one that is at least as high is at its peak


def when(one: pd.Period) -> str:
    """Return a period as it stands in a sentence: July 2026, 2025."""
    return period(one.start_time, one.end_time)


def unit_words(series: PriceSeries) -> str:
    """Return a unit as a reader says it: "USD/kg", "USD/kg in money of 2024"."""
    money, _, weight = series.unit.rpartition("/")
    year, _, currency = money.rpartition(" ")
    return f"{currency}/{weight}" + (f" in money of {year}" if year else "")


def span_title(series: PriceSeries) -> str:
    """Return the finding of the long view: the last price between peak and trough."""
    ends, last = series.ends, series.last
    return (
        f"{series.title}: {number(ends['highest'], 3)} at its peak "
        f"({when(ends['high_at'])}), {number(ends['lowest'], 3)} at its lowest "
        f"({when(ends['low_at'])}), {number(last['price'], 3)} {unit_words(series)} in "
        f"{when(last['period'])}"
    )


def level_sentence(series: PriceSeries) -> str:
    """Return where the last usable price stands between the highest and the lowest."""
    ends, last = series.ends, series.last
    share, times = last["price"] / ends["highest"], last["price"] / ends["lowest"]
    since = when(ends["since"])
    place, tail = f"its highest since {since}", ""
    if share < NEAR_END:
        peak = f"{when(ends['high_at'])} ({number(ends['highest'], 3)})"
        begins = ends["high_at"] == ends["since"]
        what = "first price" if begins else "peak"
        place = f"{pct(1 - share)} below its {what} of {peak}"
        tail = "" if begins else f", in prices since {since}"
    if times > 1 / NEAR_END:
        above = f"{number(times, digits=1)} times"
        above = above if times >= 1.5 else f"{pct(times - 1)} above"
        low = f"{when(ends['low_at'])} ({number(ends['lowest'], 3)})"
        place += f" and {above} its low of {low}"
    at = "at the end of" if series.frequency == "month" else "in"
    return (
        f"**{series.title}** stood at **{number(last['price'], 3)} "
        f"{unit_words(series)}** {at} {when(last['period'])}: {place}{tail}."
    )


def newest_sentence(series: PriceSeries, nominal: PriceSeries) -> str:
    """Return the newest quote in money of the day, if the last usable price is older.

    Parameters
    ----------
    nominal : PriceSeries
        From `Prices.of_the_day`.
    """
    newest = nominal.frame[nominal.frame["price"].notna()].tail(1)
    quoted = newest["quoted"].item()
    if quoted <= series.last["quoted"]:
        return ""
    still = not has_codes(newest["marks"], without=STALE).item()
    why = ", and had stood still" if still else ", in money of the day"
    return (
        f"The newest quote was {number(newest['price'].item(), 3)} {nominal.unit} on "
        f"{day(quoted)}{why}."
    )


def p_value(value: float) -> str:
    """Return a p-value with three digits, "< 0.001" where it is less."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"

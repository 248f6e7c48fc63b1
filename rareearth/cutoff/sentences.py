"""What a cut-off of imports says, in sentences and titles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.cutoff import model
from rareearth.cutoff.model import CLAIMED_DROP, WEEKS, Course, reported_span
from rareearth.methods.draws import Span, middle_80
from rareearth.words import chance, day, number, pct, span


def months(value: float, horizon: int) -> str:
    """Return months in words: "6.7 months", or that use does not fall."""
    if not np.isfinite(value):
        return f"not within {horizon} months"
    return f"{number(value)} months"


def falls(value: float, horizon: int) -> str:
    """Return when use falls, as the rest of a sentence: "falls after 6.7 months"."""
    if not np.isfinite(value):
        return f"does not fall within {horizon} months"
    return f"falls after {months(value, horizon)}" if value >= 0.05 else "falls at once"


def stocked(stock: float) -> str:
    """Return a stock in words: "no stock", "1 month of stock", "6 months of stock"."""
    if stock == 0:
        return "no stock"
    return f"{number(stock)} {'month' if stock == 1 else 'months'} of stock"


def odds(losses: np.ndarray) -> str:
    """Return in words how often at least the claimed drop comes about."""
    return f"in {chance(float((losses >= CLAIMED_DROP).mean()))} of the draws"


def lost_with_range(losses: np.ndarray) -> str:
    """Return the median loss and the middle 80 percent: 41 % (22 % to 57 %)."""
    low, middle, high = middle_80(losses)
    return f"{pct(middle, digits=0)} ({span(low, high, pct, digits=0)})"


def answer(path: Course, horizon: int, stock: float) -> str:
    """Return what is lost with the given stock, and how often the claim holds."""
    losses = model.lost(path)
    low, middle, high = (pct(share, digits=0) for share in middle_80(losses))
    until = middle_80(path.until)[1]
    return (
        f"With **{stocked(stock)}**, use {falls(until, horizon)} (median), and "
        f"**{middle}** of the output that needs magnets is lost over {horizon} months; "
        f"80 percent of the draws lie between {low} and {high}. A loss of "
        f"{pct(CLAIMED_DROP)} or more comes about {odds(losses)}."
    )


def claim_sentence(needed: float, bare: float, china: float, horizon: int) -> str:
    """Return the assumptions under which the claimed drop is true, in words.

    Parameters
    ----------
    needed, bare : float
        Months of stock with which just the claimed drop is lost, in this run and in
        the barest case; nan when even without a stock less is lost.
    china : float
        China's share, its middle value.
    """
    simple = (
        "Even in the barest case (a full cut for a year, nothing replaced, nothing let "
        "through, no stock) less is lost."
    )
    if np.isfinite(bare):
        simple = (
            f"In the barest case (a full cut for a year, China's share at its middle "
            f"value of {pct(china)}, nothing replaced, nothing let through) it is true "
            f"with **{bare:.1f} months** of stock."
        )
    if np.isnan(needed):
        return (
            f"With these settings a drop of {pct(CLAIMED_DROP)} is **not reached**, "
            f"even without any stock. {simple}"
        )
    return (
        f"**A drop of {pct(CLAIMED_DROP)}** over {horizon} months is just true with "
        f"**{needed:.1f} months** of stock and the middle values of all else; with "
        f"more stock less is lost, with less stock more. {simple}"
    )


def map_title(cut_share: float, horizon: int, importer: str, needed: float) -> str:
    """Return the finding of the map: at which stock the claimed loss comes about."""
    if np.isnan(needed):
        return (
            f"{importer}: with {_cut(cut_share)} imports from China cut, less than "
            f"{pct(CLAIMED_DROP)} of output is lost over {horizon} months, even "
            "without stock"
        )
    return (
        f"{importer}: with {_cut(cut_share)} imports from China cut, "
        f"{pct(CLAIMED_DROP)} of output over {horizon} months is lost when stocks are "
        f"{needed:.1f} months of use"
    )


def _cut(share: float) -> str:
    return "all" if share == 1 else f"{pct(share)} of"


def course_title(path: Course, horizon: int, importer: str) -> str:
    """Return the finding of the fan: when use falls, and how deep it is at the end."""
    until = middle_80(path.until)[1]
    if not np.isfinite(until):
        return (
            f"{importer}: in half of the draws use does not fall within "
            f"{horizon} months"
        )
    left = pct(float(np.median(path.output[-1])), digits=0)
    return (
        f"{importer}: use {falls(until, horizon)} and stands at {left} of normal in "
        f"month {horizon} (medians)"
    )


def car_sentence(cars: Span, used: pd.DataFrame, importer: str) -> str:
    """Return what the share of electric cars in the use of magnets rests on."""
    made = used[(used["series"] == "ev_production") & (used["entity"] == "Europe")]
    share = span(cars.low, cars.high, pct, digits=0)
    if importer != "European Union" or made.empty or cars.high == cars.low:
        return (
            f"Electric cars are taken as {share} of the use of magnets: the printed "
            "share of the world, since none was found for this importer."
        )
    vehicles, year = made["value"].iloc[-1], made["period_end"].dt.year.iloc[-1]
    return (
        f"Electric cars are taken as {share} of the use of magnets: {number(vehicles)} "
        f"million electric cars made in Europe in {year} times the printed magnets per "
        "car, over the magnets used, beside the printed share of the world. "
        f"{pct(CLAIMED_DROP)} of them are {vehicles * CLAIMED_DROP:.1f} million cars "
        "a year."
    )


def stock_title(stocks: pd.DataFrame, assumed_months: float) -> str:
    """Return the finding on stocks: what is reported beside what is assumed."""
    weeks = reported_span(stocks)
    if weeks is None:
        return "No source reports how long stocks of users last"
    return (
        f"Reported stocks of the car industry: {span(*weeks)} weeks; assumed here "
        f"(dashed): {number(assumed_months * WEEKS, digits=0)} weeks"
    )


def stockpile_sentence(events: pd.DataFrame) -> str:
    """Return what is known of a stock of the European Union."""
    drafts = events[events["event_id"] == "2025-07-05-eu-stockpile-draft"]
    if drafts.empty:
        return "Of a common stock of the European Union nothing was known by then."
    return (
        "A common stock of the European Union that could last six months was not in "
        f"place: on {day(drafts['date'].iloc[0])} a draft that proposes such stocks "
        "became known."
    )

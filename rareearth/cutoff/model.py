"""Imports stop: what an importer has at hand, how long it lasts, how much is lost.

What a cut rests on (China's share, electric cars, stocks) comes from printed figures,
its course from arithmetic month by month.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize

from rareearth.errors import NoFigures
from rareearth.figures.columns import IMPORTERS, Load, ends, has_codes
from rareearth.methods.draws import Span, middle_80, spans
from rareearth.words import count, number, pct, period, span

RULES = ("pro rata", "priority first", "electric cars first")
CLAIMS = ("C034", "C071")  # forty percent of output; six months of stock
CLAIMED_DROP = 0.40  # C034, a test compares it with data/claims.csv
CLAIMED_STOCK = 6.0  # C071, in months
CHUNK = 8_192  # draws computed together
MAGNETS = ("NdFeB magnets", "rare-earth magnets")
MAKES_ITS_OWN = "Japan"
"""Most of its magnets are made at home: what is cut are the rare earths for them."""
NONE = Span(0.0, 0.0, 0.0)


class Course(NamedTuple):
    """What a cut does, month by month, as shares of normal use.

    ``output``  use that can go on, shape (months, draws)
    ``until``  months until use falls, inf if it does not; shape (draws,)
    """

    output: np.ndarray
    until: np.ndarray


def china_share(
    load: Load, importer: str, as_of: str, home: Span = NONE
) -> tuple[Span, pd.DataFrame]:
    """Return China's share in what an importer uses, and the figures.

    Of the European Union the share of use that is published, and imports from China
    over use. Of others only a share of imports is. Japan makes its magnets itself and
    mines nothing: what its makers use is imported rare earths. Of the magnets that
    others use, the share is that of imports, less what they make at `home`. The range
    spans the newest years of each source; "over 90" is a lower bound.

    Raises
    ------
    NoFigures
        If nothing had been published.
    """
    goods = ["rare earths"] if importer == MAKES_ITS_OWN else [*MAGNETS]
    wanted = partial(load, as_of=as_of, missing="empty")
    rows = wanted("import_source_share", "China", goods)
    rows = rows[has_codes(rows["basis"], IMPORTERS[importer])]
    used = has_codes(rows["basis"], "share-of-consumption")
    rows = rows[used if importer == "European Union" else ~used]
    rows = rows[rows["period_end"].dt.year >= rows["period_end"].dt.year.max() - 4]
    low, high = ends(rows) if len(rows) else (np.inf, -np.inf)
    if importer == "European Union":
        bought, taken = wanted("magnet_imports_from"), wanted("magnet_consumption")
        days = ["period_start", "period_end"]
        both = bought.merge(taken, on=days, suffixes=("", "_used"))
        for last in both.sort_values("period_end").tail(1).itertuples():
            share = float(100 * last.value / last.value_used)
            low, high = min(low, share), max(high, share)
            weights = pd.concat([bought, taken])
            named = weights["source_id"].isin({last.source_id, last.source_id_used})
            rows = pd.concat([rows, weights[named]], ignore_index=True)
    elif importer != MAKES_ITS_OWN:
        low, high = low * (1 - home.high), high * (1 - home.low)
    if rows.empty:
        raise NoFigures(
            f"no share of China in what {importer} uses was published by {as_of}; "
            f"try a later as_of, or another of {', '.join(IMPORTERS)}"
        )
    return Span.around(low / 100, high / 100), rows


def car_share(
    load: Load, importer: str, as_of: str
) -> tuple[Span | None, pd.DataFrame]:
    """Return the share of electric cars in the magnets used, and the figures.

    Cars made in Europe times the printed magnets of a whole car, over the magnets used
    in the European Union; for other importers the printed share of electric vehicles in
    the world's use of magnet rare earths stands in. None where nothing was published.
    """
    wanted = partial(load, as_of=as_of, missing="empty")
    world = wanted("end_use_share", product="magnet rare earths")
    made = wanted("ev_production", product="electric cars")
    per_car, used = wanted("magnet_intensity_ev"), wanted("magnet_consumption")
    per_car = per_car[has_codes(per_car["basis"], "per-vehicle")]  # not one motor's
    cars = made[made["entity"] == "Europe"]
    shares = list(world["value"] / 100)
    if importer == "European Union" and len(cars) and len(per_car) and len(used):
        tonnes = float(cars["value"].iloc[-1]) * 1_000  # million cars times kg is kt
        total = float(used["value"].iloc[-1])
        shares += [tonnes * end / total for end in ends(per_car)]
    behind = pd.concat([world, made, per_car, used], ignore_index=True)
    if not shares:
        return None, behind
    return Span.around(min(shares), min(max(shares), 1.0)), behind


def reported_weeks(stocks: pd.DataFrame) -> float | None:
    """Return the middle of the stocks that were reported in weeks, None without any."""
    reported = stocks[stocks["kind"] == "reported"]
    return None if reported.empty else sum(ends(reported)) / 2


def stock_rows(figures: pd.DataFrame) -> pd.DataFrame:
    """Return stock cover by source in weeks, for `charts.rows`.

    Parameters
    ----------
    figures : DataFrame
        Figures of ``stock_cover`` (weeks) and ``stock_cover_target`` (days).

    Returns
    -------
    DataFrame
        As given, with ``row``; ``value``, ``low``, ``high`` in weeks; ``kind``,
        "reported" or "target".
    """
    rows = figures.sort_values(["series", "period_end", "value"]).reset_index(drop=True)
    target = rows["series"] == "stock_cover_target"
    for end in ("value", "low", "high"):
        rows[end] = rows[end].where(~target, rows[end] / 7)
    told = [
        f"{item.entity}, {period(item.period_start, item.period_end)}: {item.product}"
        if item.series == "stock_cover"
        else f"{item.entity}: aim of the state, {number(item.value * 7)} days"
        for item in rows.itertuples()
    ]
    return rows.assign(row=told, kind=target.map({True: "target", False: "reported"}))


def episode(exports: pd.DataFrame) -> pd.DataFrame:
    """Return China's exports of magnets by month, from months and sums since January.

    Months that no source has alone are what is left of a sum, evenly: their mean.

    Parameters
    ----------
    exports : DataFrame
        Figures of ``magnet_exports`` of China.

    Returns
    -------
    DataFrame
        ``month`` (its first day), ``value`` (t), ``months`` (1, or over how many
        the mean is), ``source_id``.
    """
    rows = exports[has_codes(exports["basis"], "hs-85051110")].dropna(subset=["value"])
    rows = rows.assign(months=rows["period_end"].dt.month)
    one = rows["period_start"].dt.month == rows["months"]
    known = rows[one].drop_duplicates("period_start").assign(months=1)
    known = known.rename(columns={"period_start": "month"}).set_index("month")
    known = known[["value", "months", "source_id"]]
    sums = rows[rows["period_start"].dt.month.eq(1) & ~one]
    for item in sums.sort_values("period_end").itertuples():
        every = pd.date_range(item.period_start, item.period_end, freq="MS")
        gaps = every.difference(known.index)
        if 0 < len(gaps) <= 2:
            rest = item.value - known["value"].reindex(every).sum()
            mean = {"value": rest / len(gaps), "months": len(gaps)}
            known = pd.concat(
                [known, pd.DataFrame(mean | {"source_id": item.source_id}, index=gaps)]
            )
    return known.sort_index().rename_axis("month").reset_index()


def course(
    stock_months: float | np.ndarray = 6.0,
    cut_share: float | np.ndarray = 1.0,
    horizon_months: int = 12,
    substitution: float | np.ndarray = 0.0,
    china_share: float | np.ndarray = 0.9,
    other_growth: float | np.ndarray = 0.0,
    substitution_months: float | np.ndarray = 24.0,
    leak: float | np.ndarray = 0.0,
) -> Course:
    """Return what a cut of imports from China does to use, month by month.

    In a month the importer needs ``1 - substitution * min(1, t / T)`` of its normal
    use, and gets ``1 - china_share * cut_share * (1 - leak) + other_growth * t / 12``.
    What is missing comes out of the stock; when that is empty, use falls. Stocks are
    not filled up again. All shares are of normal use; t is the middle of the month.

    Parameters
    ----------
    stock_months : float or array
        Stock at the beginning, in months of normal use.
    cut_share : float or array
        Share of the imports from China that is cut, 0 to 1.
    substitution : float or array
        Share of use that can be done without after ``substitution_months``.
    china_share : float or array
        Share of China in what the importer uses.
    other_growth : float or array
        What other suppliers add a year, as a share of normal use.
    leak : float or array
        Share of the cut that arrives all the same.

    Returns
    -------
    Course
        ``output``: 1 when nothing is lost; what is done without rare earths counts as
        output.
    """
    arrays = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(value, dtype=float))
            for value in (
                stock_months,
                cut_share,
                substitution,
                china_share,
                other_growth,
                substitution_months,
                leak,
            )
        )
    )
    stock, cut, replaced, china, growth, months_to, leaks = arrays
    inflow = 1 - china * cut * (1 - leaks)
    output = np.empty((horizon_months, stock.size))
    until = np.empty(stock.size)
    for first in range(0, stock.size, CHUNK):  # so that the arrays stay in the cache
        at = slice(first, first + CHUNK)
        month = (stock[at], inflow[at], growth[at], replaced[at], months_to[at])
        output[:, at], until[at] = _run_down(*month, horizon_months)
    return Course(output, until)


def _run_down(
    stock: np.ndarray,
    inflow: np.ndarray,
    growth: np.ndarray,
    replaced: np.ndarray,
    months_to: np.ndarray,
    horizon_months: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the output by month, and the months until it falls."""
    output = np.empty((horizon_months, stock.size))
    until = np.full(stock.size, np.inf)
    left = stock.copy()
    step = 1 / np.maximum(months_to, 1e-9)
    for month in range(horizon_months):
        t = month + 0.5
        need = 1 - replaced * np.minimum(1, t * step)
        missing = np.maximum(need - inflow - growth * (t / 12), 0)
        drawn = np.minimum(missing, left)
        left -= drawn
        short = missing - drawn
        output[month] = 1 - short
        begins = (short > 1e-12) & np.isinf(until)
        until[begins] = month + drawn[begins] / missing[begins]
    return output, until


def lost(path: Course) -> np.ndarray:
    """Return the output lost over the horizon, as a share of normal output, 0 to 1."""
    return 1 - path.output.mean(axis=0)


def of_cars(
    output: np.ndarray,
    rule: str,
    car_share: float | np.ndarray,
    priority: float | np.ndarray,
) -> np.ndarray:
    """Return what is left of the output of electric cars under a rule of allocation.

    Parameters
    ----------
    output : ndarray
        Use that can go on, as a share of normal use.
    rule : str, of `RULES`
        "pro rata": all users lose alike. "priority first": a share of use (defence,
        medicine) is served before all others. "electric cars first": cars are, and
        the others bear the loss as long as there is something left.
    car_share, priority : float or array
        Shares of normal use.
    """
    if rule == "pro rata":
        return output
    if rule == "priority first":
        return np.clip((output - priority) / (1 - np.asarray(priority)), 0, 1)
    return np.clip(output / np.asarray(car_share), 0, 1)


class Assumed(NamedTuple):
    """Draws of what a cut rests on, each of shape (draws,)."""

    stock_spread: np.ndarray
    china_share: np.ndarray
    other_growth: np.ndarray
    substitution_months: np.ndarray
    leak: np.ndarray
    priority: np.ndarray
    car_share: np.ndarray


def draw(
    china: Span, cars: Span | None, assumptions: pd.DataFrame, draws: int, seed: int
) -> Assumed:
    """Return draws of the assumptions, triangular between their ends.

    Parameters
    ----------
    cars : Span, optional
        Share of electric cars in the use of magnets; drawn as NaN where it is unknown.
    assumptions : DataFrame
        From `records.assumptions` of the topic ``cut-off``.
    """
    rng = np.random.default_rng(seed)
    given = spans(assumptions)
    drawn_in_turn = (
        given["stock_spread"],
        china,
        given["other_supply_growth"],
        given["substitution_months"],
        given["leak"],
        given["priority_share"],
    )
    drawn = [span.draw(rng, draws) for span in drawn_in_turn]
    known = np.full(draws, np.nan) if cars is None else cars.draw(rng, draws)
    return Assumed(*[*drawn, known])


def simulate(
    assumed: Assumed,
    stock_months: float,
    cut_share: float,
    horizon_months: int,
    substitution: float,
) -> Course:
    """Return the courses of a cut for draws of what it rests on.

    Parameters
    ----------
    stock_months : float
        In the middle; firms hold more and less, by the drawn spread.
    """
    return course(
        stock_months * assumed.stock_spread,
        cut_share,
        horizon_months,
        substitution,
        assumed.china_share,
        assumed.other_growth,
        assumed.substitution_months,
        assumed.leak,
    )


def losses_by(
    assumed: Assumed,
    stocks: Sequence[float],
    cuts: Sequence[float],
    horizons: Sequence[int],
    substitution: float,
) -> pd.DataFrame:
    """Return the median loss for each stock, cut and horizon.

    Returns
    -------
    DataFrame
        ``cut_share``, ``stock_months``, ``horizon_months``, ``lost`` (0 to 1).
    """
    rows = []
    for cut in cuts:
        for stock in stocks:
            path = simulate(assumed, stock, cut, max(horizons), substitution)
            for horizon in horizons:
                part = lost(Course(path.output[:horizon], path.until))
                rows.append((cut, stock, horizon, float(np.median(part))))
    columns = ["cut_share", "stock_months", "horizon_months", "lost"]
    return pd.DataFrame(rows, columns=columns)


def stock_for(drop: float, losses: Callable[[float], np.ndarray], most: float) -> float:
    """Return the months of stock with which the median of the losses is just `drop`.

    Nan when even without a stock less is lost.

    Parameters
    ----------
    losses : callable
        From months of stock to the draws of what is lost.
    most : float
        Months with which nothing is lost any more.
    """

    def above(stock: float) -> float:
        return float(np.median(losses(stock))) - drop

    if above(0.0) < 0:
        return float("nan")
    return float(optimize.brentq(above, 0.0, most, xtol=0.005))


# How it stands in a sentence.


def stocked(stock: float) -> str:
    """Return a stock in words: "no stock", "1 month of stock", "6 months of stock"."""
    return f"{count(stock, 'month')} of stock" if stock else "no stock"


def falls(value: float, horizon: int) -> str:
    """Return when use falls, as the rest of a sentence: "falls after 6.7 months"."""
    if not np.isfinite(value):
        return f"does not fall within {count(horizon, 'month')}"
    if value < 0.05:
        return "falls at once"
    return f"falls after {count(round(value, 1), 'month')}"


def lost_with_range(losses: np.ndarray) -> str:
    """Return the median loss and the middle 80 percent: 41 % (22 % to 57 %), or 0 %."""
    low, middle, high = middle_80(losses)
    median, around = pct(middle, digits=0), span(low, high, pct, digits=0)
    return median if around == median else f"{median} ({around})"

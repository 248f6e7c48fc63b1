"""Imports stop: what an importer has at hand, how long it lasts, how much is lost.

What a cut rests on (China's share, electric cars, stocks) comes from printed figures,
its course from arithmetic month by month.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import IMPORTERS, Load, ends, has_codes
from rareearth.methods.draws import Span, spans
from rareearth.words import number

RULES = ("pro rata", "priority first", "electric cars first")
CLAIMS = ("C034", "C071")  # forty percent of output; six months of stock
CLAIMED_DROP = 0.40  # C034, a test compares it with data/claims.csv
LONGEST = 180  # months
CHUNK = 8_192  # draws computed together
WEEKS = 365.25 / 12 / 7  # in a month


class Course(NamedTuple):
    """What a cut does, month by month, as shares of normal use.

    ``output``  use that can go on, shape (months, draws)
    ``until``  months until use falls, inf if it does not; shape (draws,)
    """

    output: np.ndarray
    until: np.ndarray


def importer_code(importer: str) -> str:
    """Return the basis code of an importer.

    Raises
    ------
    ParameterError
        If no source prints where its magnets come from. The message names the choices.
    """
    if importer not in IMPORTERS:
        choices = ", ".join(map(repr, IMPORTERS))
        raise ParameterError(
            f"importer: no printed share of China in the magnet imports of "
            f"{importer!r}; one of {choices}"
        )
    return IMPORTERS[importer]


def china_share(load: Load, importer: str, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return China's share in the magnets that an importer uses, and the figures.

    The range spans the printed shares of the newest years of each source; "over 90" is
    a lower bound and widens nothing above what others print.

    Raises
    ------
    ParameterError, NoFigures
        If the importer is unknown, or nothing had been published.
    """
    code = importer_code(importer)
    magnets = ["NdFeB magnets", "rare-earth magnets"]
    wanted = partial(load, as_of=as_of, missing="empty")
    rows = wanted("import_source_share", "China", magnets)
    rows = rows[has_codes(rows["basis"], code)]
    rows = rows[rows["period_end"].dt.year >= rows["period_end"].dt.year.max() - 4]
    if rows.empty:
        raise NoFigures(
            f"no share of China in the magnet imports of {importer} was published by "
            f"{as_of}; try a later as_of, or another of {', '.join(IMPORTERS)}"
        )
    low, high = ends(rows)
    if importer == "European Union":
        bought, used = wanted("magnet_imports_from"), wanted("magnet_consumption")
        days = ["period_start", "period_end"]
        both = bought.merge(used, on=days, suffixes=("", "_used"))
        for last in both.sort_values("period_end").tail(1).itertuples():
            low = min(low, float(100 * last.value / last.value_used))
            weights = pd.concat([bought, used])
            named = weights["source_id"].isin({last.source_id, last.source_id_used})
            rows = pd.concat([rows, weights[named]], ignore_index=True)
    return Span.around(low / 100, high / 100), rows


def car_share(
    load: Load, importer: str, as_of: str
) -> tuple[Span | None, pd.DataFrame]:
    """Return the share of electric cars in the magnets used, and the figures.

    Cars made in Europe times the printed magnets per car, over the magnets used in
    the European Union; for other importers the printed share of electric vehicles in
    the world's use of magnet rare earths stands in. None where nothing was published.
    """
    wanted = partial(load, as_of=as_of, missing="empty")
    world = wanted("end_use_share", product="magnet rare earths")
    made = wanted("ev_production", product="electric cars")
    per_car, used = wanted("magnet_intensity_ev"), wanted("magnet_consumption")
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


def reported_span(stocks: pd.DataFrame) -> tuple[float, float] | None:
    """Return the least and the most weeks that were reported, None without any."""
    reported = stocks[stocks["kind"] == "reported"]
    return None if reported.empty else ends(reported)


def reported_weeks(stocks: pd.DataFrame) -> float | None:
    """Return the middle of the reported stocks in weeks, None without any."""
    weeks = reported_span(stocks)
    return None if weeks is None else sum(weeks) / 2


def stock_rows(figures: pd.DataFrame) -> pd.DataFrame:
    """Return stock cover by source in weeks, for `charts.rows`.

    Parameters
    ----------
    figures : DataFrame
        Figures of ``stock_cover`` (weeks) and ``stock_cover_target`` (days).

    Returns
    -------
    DataFrame
        ``row``; ``value``, ``low``, ``high`` in weeks; ``kind``, "reported" or
        "target"; ``confidence``; ``source_id``.
    """
    rows = []
    for item in figures.sort_values(["series", "period_end", "value"]).itertuples():
        target = item.series == "stock_cover_target"
        weeks = 7 if target else 1
        weak_ = ", weak source" if item.confidence == "tertiary" else ""
        what = (
            f"state target, {number(item.value)} days of {item.product}"
            if target
            else f"{item.period_end:%B %Y}, {item.product}{weak_}"
        )
        rows.append(
            {
                "row": f"{item.entity}: {what}",
                "value": item.value / weeks,
                "low": item.low / weeks,
                "high": item.high / weeks,
                "kind": "target" if target else "reported",
                "confidence": item.confidence,
                "source_id": item.source_id,
            }
        )
    columns = ["row", "value", "low", "high", "kind", "confidence", "source_id"]
    return pd.DataFrame(rows, columns=columns)


def processing(shares: pd.DataFrame, elements: list[str]) -> pd.DataFrame:
    """Return China's share in the processing of some elements, newest edition."""
    rows = shares[
        (shares["entity"] == "China")
        & has_codes(shares["basis"], "stage-processing")
        & shares["product"].isin(elements)
    ]
    return rows[rows["period_end"] == rows["period_end"].max()]


def episode(exports: pd.DataFrame) -> pd.DataFrame:
    """Return the months of 2025 against that year's mean month.

    Parameters
    ----------
    exports : DataFrame
        Figures of ``magnet_exports`` of China.

    Returns
    -------
    DataFrame
        ``month``, ``exported_t``, ``of_usual``, ``source_id``; empty when the months
        or a sum since January are not known.
    """
    year = exports[
        has_codes(exports["basis"], "hs-85051110")
        & (exports["period_start"].dt.year == 2025)
    ]
    days = (year["period_end"] - year["period_start"]).dt.days + 1
    single = year[days <= 31].dropna(subset=["value"])
    single = single.drop_duplicates("period_start").sort_values("period_start")
    sums = year[year["period_start"].dt.month.eq(1) & (days > 200)]
    total = sums.sort_values("period_end").tail(1)
    if total.empty:
        single = single.iloc[:0]
    usual = (total["value"] / total["period_end"].dt.month).sum()
    return pd.DataFrame(
        {
            "month": single["period_start"].dt.strftime("%B %Y"),
            "exported_t": single["value"],
            "of_usual": single["value"] / usual,
            "source_id": single["source_id"],
        }
    )


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
    rule : str
        "pro rata": all users lose alike. "priority first": a share of use (defence,
        medicine) is served before all others. "electric cars first": cars are, and
        the others bear the loss as long as there is something left.
    car_share, priority : float or array
        Shares of normal use.

    Raises
    ------
    ParameterError
        If the rule is none. The message names the choices.
    """
    if rule == "pro rata":
        return output
    if rule == "priority first":
        return np.clip((output - priority) / (1 - np.asarray(priority)), 0, 1)
    if rule == "electric cars first":
        return np.clip(output / np.asarray(car_share), 0, 1)
    raise ParameterError(f"rule: {rule!r} is none; one of {', '.join(RULES)}")


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


def middle(assumptions: pd.DataFrame) -> dict[str, float]:
    """Return the middle values of the assumptions that `course` takes."""
    values = assumptions.set_index("parameter")["value"]
    return {
        "other_growth": float(values["other_supply_growth"]),
        "substitution_months": float(values["substitution_months"]),
        "leak": float(values["leak"]),
    }


def fan(path: Course) -> pd.DataFrame:
    """Return the output by month: median and the middle 50 and 80 percent.

    Returns
    -------
    DataFrame
        ``what``, ``month`` (its end), ``p10``, ``p25``, ``p50``, ``p75``, ``p90``.
    """
    levels = [0.1, 0.25, 0.5, 0.75, 0.9]
    table = np.quantile(path.output, levels, axis=1).T
    frame = pd.DataFrame(table, columns=["p10", "p25", "p50", "p75", "p90"])
    frame.insert(0, "what", "output")
    frame.insert(1, "month", np.arange(len(frame)) + 1)
    return frame


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


def truth_map(
    china: float,
    horizon_months: int,
    substitution: float,
    *,
    other_growth: float,
    substitution_months: float,
    leak: float,
) -> pd.DataFrame:
    """Return the output lost for each stock and each cut: where a claim is true.

    Returns
    -------
    DataFrame
        ``stock_months``, ``cut_share``, ``lost`` (shares 0 to 1 of normal output).
    """
    stocks, cuts = np.meshgrid(
        np.linspace(0, max(4.0, 0.85 * min(horizon_months, 36)), 73),
        np.linspace(0, 1, 51),
        indexing="ij",
    )
    path = course(
        stocks.ravel(),
        cuts.ravel(),
        horizon_months,
        substitution,
        china,
        other_growth,
        substitution_months,
        leak,
    )
    return pd.DataFrame(
        {"stock_months": stocks.ravel(), "cut_share": cuts.ravel(), "lost": lost(path)}
    )


def stock_for(
    drop: float, china: float, cut_share: float, horizon_months: int, **rest: float
) -> float:
    """Return the months of stock with which a cut loses just `drop` of the output.

    Nan when even without a stock less is lost.
    """
    stocks = np.linspace(0, LONGEST, 20 * LONGEST + 1)
    path = course(stocks, cut_share, horizon_months, china_share=china, **rest)
    losses = lost(path)
    if losses[0] < drop:
        return float("nan")
    return float(stocks[np.nonzero(losses >= drop)[0][-1]])

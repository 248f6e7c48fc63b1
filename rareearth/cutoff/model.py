"""Imports stop: how long stocks last, and how much output is lost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.methods.draws import Span, check_draws, spans

RULES = ("pro rata", "priority first", "electric cars first")
CLAIMS = ("C034", "C071")  # forty percent of output; six months of stock
CLAIMED_DROP = 0.40  # C034, a test compares it with data/claims.csv
LONGEST = 180  # months
CHUNK = 8_192  # draws computed together


class Course(NamedTuple):
    """What a cut does, month by month, as shares of normal use.

    ``output``  use that can go on, shape (months, draws)
    ``until``  months until use falls, inf if it does not; shape (draws,)
    """

    output: np.ndarray
    until: np.ndarray


def check_parameters(
    stock_months: float,
    cut_share: float,
    horizon_months: int,
    substitution: float,
    draws: int,
    seed: int,
) -> None:
    """Refuse a negative stock, shares outside 0..1 and an impossible horizon.

    Raises
    ------
    ParameterError
        The message names the parameter and what is possible.
    """
    if not 0 <= stock_months <= LONGEST:
        raise ParameterError(
            f"stock_months: {stock_months} is not between 0 and {LONGEST} months of use"
        )
    for name, share in (("cut_share", cut_share), ("substitution", substitution)):
        if not 0 <= share <= 1:
            raise ParameterError(f"{name}: {share} is not a share between 0 and 1")
    if not 1 <= horizon_months <= LONGEST:
        raise ParameterError(
            f"horizon_months: {horizon_months} is not between 1 and {LONGEST}"
        )
    check_draws(draws, seed)


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


def cut_off(
    stock_months: float = 6.0,
    cut_share: float = 1.0,
    horizon_months: int = 12,
    substitution: float = 0.1,
    china_share: float = 0.9,
    other_growth: float = 0.03,
    substitution_months: float = 24.0,
    leak: float = 0.1,
) -> pd.DataFrame:
    """Return one course of a cut by month, from a few numbers: for sliders.

    Returns
    -------
    DataFrame
        ``month`` (its end), ``output`` and ``lost``, the mean loss up to then, as
        shares of normal output.
    """
    path = course(
        stock_months,
        cut_share,
        horizon_months,
        substitution,
        china_share,
        other_growth,
        substitution_months,
        leak,
    )
    month = np.arange(1, horizon_months + 1)
    output = path.output[:, 0]
    so_far = 1 - np.cumsum(output) / month
    return pd.DataFrame({"month": month, "output": output, "lost": so_far})


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
    china: Span, cars: Span, assumptions: pd.DataFrame, draws: int, seed: int
) -> Assumed:
    """Return draws of the assumptions, triangular between their ends.

    Parameters
    ----------
    cars : Span
        Share of electric cars in the use of magnets.
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
        cars,
    )
    return Assumed(*(span.draw(rng, draws) for span in drawn_in_turn))


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

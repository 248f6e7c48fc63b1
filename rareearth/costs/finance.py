"""Capital charges, levelised cost and learning, as small documented functions.

References: Short, Packey and Holt, A Manual for the Economic Evaluation of Energy
Efficiency and Renewable Energy Technologies, NREL/TP-462-5173 (1995); Wright, Journal
of the Aeronautical Sciences 3 (1936) 122.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from rareearth.errors import ParameterError

HIGHEST_RATE = 0.5  # a year; beyond it a percentage was meant
LONGEST_LIFE, LONGEST_RAMP = 100, 30  # years


def check_rate(rate: float, name: str = "discount_rate") -> None:
    """Refuse a discount rate that is negative, above 50 % a year, or no number.

    Raises
    ------
    ParameterError
    """
    number = isinstance(rate, int | float) and not isinstance(rate, bool)
    if not number or not 0 <= rate <= HIGHEST_RATE:
        raise ParameterError(
            f"{name}: {rate!r} is not between 0 and {HIGHEST_RATE:g}; it is a share a "
            "year (0.08 stands for 8 %)"
        )


def annuity(rate: float, years: float) -> float:
    """Return the capital recovery factor: what a unit of capital costs a year.

    CRF = r / (1 - (1 + r)^-n), and 1 / n at r = 0 (NREL/TP-462-5173, eq. 2-5).

    Parameters
    ----------
    rate : float
        Real discount rate, a share a year.
    years : float
        Life of the plant, above 0.

    Raises
    ------
    ParameterError
    """
    check_rate(rate)
    if not years > 0:
        raise ParameterError(f"plant_life: {years!r} is not above 0 years")
    return 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)


def output_factor(rate: float, life: Any, ramp: Any = 1) -> Any:
    """Return the discounted years of full output of a plant that ramps up evenly.

    F = sum over t = 1 ... life of min(1, t / ramp) / (1 + r)^t. Capital over F is the
    levelised capital charge per unit of full annual output; with a ramp of one year F
    is 1 / CRF.

    Parameters
    ----------
    life, ramp : float or array
        Years, rounded to whole years; from 1 to 100, and from 1 to 30.

    Returns
    -------
    float or array of the shape that `life` and `ramp` share
    """
    years = np.clip(np.rint(life), 1, LONGEST_LIFE).astype(int)
    ramps = np.clip(np.rint(ramp), 1, LONGEST_RAMP).astype(int)
    found = _factors(float(rate))[ramps, years]
    return float(found) if np.ndim(found) == 0 else found


@cache
def _factors(rate: float) -> np.ndarray:
    """Return F for each ramp (row) and life (column) in years."""
    check_rate(rate)
    time = np.arange(LONGEST_LIFE + 1)
    ramps = np.arange(LONGEST_RAMP + 1)[:, None].clip(1)
    yearly = np.minimum(1, time / ramps) / (1 + rate) ** time
    return np.cumsum(yearly, axis=1)


def levelised_cost(
    capital: Sequence[float],
    operating: Sequence[float],
    output: Sequence[float],
    rate: float,
    credits_: Sequence[float] | None = None,
) -> float:
    """Return the real price at which a project earns exactly its discount rate.

    LCO = sum (capital + operating - credits) / (1 + r)^t over sum output / (1 + r)^t,
    t = 0 for the first entry. At this price the net present value is nought.

    Parameters
    ----------
    capital, operating, credits_ : sequences of money, one entry a year
    output : sequence of quantities, one entry a year

    Returns
    -------
    float, money per unit of output

    Raises
    ------
    ParameterError
        If the sequences differ in length, or nothing is made.
    """
    check_rate(rate)
    other = credits_ if credits_ is not None else np.zeros(len(output))
    streams = [np.asarray(s, dtype=float) for s in (capital, operating, other, output)]
    if len({stream.size for stream in streams}) != 1:
        sizes = ", ".join(str(stream.size) for stream in streams)
        raise ParameterError(
            f"capital, operating, credits and output have {sizes} years"
        )
    discount = (1 + rate) ** -np.arange(streams[3].size)
    made = float(streams[3] @ discount)
    if not made > 0:
        raise ParameterError("output: nothing is made; a unit cost needs an output")
    return float((streams[0] + streams[1] - streams[2]) @ discount) / made


def learning_rate(progress_ratio: float) -> float:
    """Return the learning rate of a progress ratio: LR = 1 - PR.

    The cost of each doubling of cumulative output is PR times the one before, so that
    a progress ratio of 0.8 is a learning rate of 0.2. The two are often confused.
    """
    if not 0 < progress_ratio <= 1:
        raise ParameterError(f"progress_ratio: {progress_ratio!r} is not in (0, 1]")
    return 1 - progress_ratio


def learned_cost(first_cost: float, growth: float, rate: float) -> float:
    """Return the cost after output has grown: C = C0 * growth^(log2(1 - LR)).

    Parameters
    ----------
    first_cost : float
        Cost at the first cumulative output.
    growth : float
        Cumulative output over the first one, at least 1.
    rate : float
        Learning rate (not the progress ratio), from 0 to below 1.
    """
    if not 0 <= rate < 1:
        raise ParameterError(
            f"learning rate: {rate!r} is not in [0, 1); a progress ratio of 0.8 is a "
            "learning rate of 0.2"
        )
    if not growth >= 1:
        raise ParameterError(f"growth: {growth!r} is below 1")
    return float(first_cost * growth ** math.log2(1 - rate))

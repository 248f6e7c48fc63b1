"""What a cut-off of imports says in one sentence."""

from __future__ import annotations

import numpy as np

from rareearth.cutoff import model
from rareearth.cutoff.model import CLAIMED_DROP, Course
from rareearth.methods.draws import middle_80
from rareearth.words import chance, count, pct, span


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
    """Return the median loss and the middle 80 percent: 41 % (22 % to 57 %)."""
    low, middle, high = middle_80(losses)
    return f"{pct(middle, digits=0)} ({span(low, high, pct, digits=0)})"


def answer(path: Course, horizon: int, stock: float) -> str:
    """Return what is lost with the given stock, and how often the claim holds."""
    losses, until = model.lost(path), middle_80(path.until)[1]
    often = chance(float((losses >= CLAIMED_DROP).mean()))
    return (
        f"With {stocked(stock)}, use {falls(until, horizon)} (median), and "
        f"{lost_with_range(losses)} of the output that needs magnets is lost over "
        f"{count(horizon, 'month')}. A loss of {pct(CLAIMED_DROP)} or more comes about "
        f"in {often} of the draws."
    )

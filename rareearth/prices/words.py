"""Prices and changes as a reader expects them in a sentence."""

from __future__ import annotations

from rareearth.words import SPACE, pct

MINUS = "\N{MINUS SIGN}"
CLEAR = 0.05  # a p-value below it is called clear of chance


def price(value: float) -> str:
    """Return a price with three or four digits: 1,094, 97.6, 6.13."""
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def change(share: float) -> str:
    """Return a change with its sign: +75 %, -11 %, 0 %, +340 %."""
    text = pct(abs(share))
    if float(text.split(SPACE)[0]) == 0:
        return text
    return ("+" if share > 0 else MINUS) + text


def interval(low: float, high: float) -> str:
    """Return "-1.4 % to +4.9 %"."""
    return f"{change(low)} to {change(high)}"

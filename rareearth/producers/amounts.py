"""Amounts of money and of goods as they stand in a sentence, and their change."""

from __future__ import annotations

from rareearth.words import MINUS, SPACE, number


def amount(value: float, unit: str) -> str:
    """Return "AUD 84.5 million", "AUD \N{MINUS SIGN}65.4 million" or "6,558 t"."""
    digits = 0 if abs(value) >= 1000 else 1
    text = f"{abs(value):,.{digits}f}"
    sign = MINUS if value < 0 else ""
    if " million" in unit:
        return f"{unit[:3]}{SPACE}{sign}{text}{SPACE}million"
    if unit == "t":
        return f"{number(value)}{SPACE}t"
    return f"{sign}{text}{SPACE}{unit}"


def bare(value: float) -> str:
    """Return an amount without its unit, with its digits: 84.5, 8.0, 1,010."""
    digits = 0 if abs(value) >= 1000 else 1
    return f"{MINUS if value < 0 else ''}{abs(value):,.{digits}f}"


def change(before: float, after: float) -> str:
    """Return the change as "+20.1 %"; where a sign changed, "from loss to profit"."""
    if before <= 0 < after:
        return "from loss to profit"
    if after <= 0 < before:
        return "from profit to loss"
    if before <= 0:
        return "a smaller loss" if after > before else "a larger loss"
    rate = (after / before - 1) * 100
    return f"{'+' if rate >= 0 else MINUS}{abs(rate):.1f}{SPACE}%"

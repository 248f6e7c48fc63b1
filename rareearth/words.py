"""Numbers as a reader expects them in a sentence."""

from __future__ import annotations

from collections.abc import Callable

SPACE = "\N{NO-BREAK SPACE}"  # keeps a number and its unit on one line
MINUS = (
    "\N{MINUS SIGN}"  # as wide as a plus; a hyphen is a dash that a line may break at
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def pct(share: float) -> str:
    """Return a share (0 to 1) as percent: 71 %, 7.6 %, 0.15 %, 0 %."""
    percent = share * 100
    digits = 0 if percent == 0 or abs(percent) >= 10 else 1 if abs(percent) >= 1 else 2
    return f"{percent:.{digits}f}{SPACE}%"


def number(value: float) -> str:
    """Return a number with separated thousands: 270,000, 5,284, 4.2."""
    return (
        f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.1f}"
    )


def signed(value: float) -> str:
    """Return a change with its sign: +16,000, \N{MINUS SIGN}10,000, 0."""
    if value == 0:
        return "0"
    return ("+" if value > 0 else MINUS) + number(abs(value))


def span(low: float, high: float, form: Callable[[float], str]) -> str:
    """Return "68 % to 71 %", or one number when both ends print alike."""
    ends = form(low), form(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def spread(low: float, high: float, form: Callable[[float], str]) -> str:
    """Return the span between sources, or that there is only one value."""
    if form(low) == form(high):
        return "the same in every source at hand"
    return f"{span(low, high, form)} between sources and editions"


def listed(names: list[str]) -> str:
    """Return "a", "a and b", or "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def the(place: str) -> str:
    """Return the name of a place as it stands in a sentence: the European Union."""
    if place == "World":
        return "the world"
    unions = ("Union", "States", "Kingdom")
    return f"the {place}" if place.endswith(unions) else place


def harmless(text: str) -> str:
    """Return the text of a CSV cell so that no spreadsheet takes it for a formula."""
    plain = text.replace("\r", " ")  # unquoted by csv, it would start a row
    return f"'{plain}" if text.lstrip(" \n").startswith(FORMULA) else plain

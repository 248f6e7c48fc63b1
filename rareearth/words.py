"""The few ways in which a number, a date or a list stands in a sentence."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

SPACE = "\N{NO-BREAK SPACE}"  # keeps a number and its unit on one line
# As wide as a plus; a hyphen is a dash that a line may break at.
MINUS = "\N{MINUS SIGN}"
WEEKS = 365.25 / 12 / 7  # in a month
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # empty letters and an empty pattern


def number(
    value: float,
    significant: int | None = None,
    *,
    digits: int | None = None,
    unit: str = "",
) -> str:
    """Return a number with separated thousands: 270,000, 5,284, 4.2.

    Parameters
    ----------
    significant : int, optional
        How many digits count, for prices: with 3, 1,094, 97.6 and 6.13. Never more
        than two behind the point, never fewer than all in front of it.
    digits : int, optional
        How many stand behind the point. Default: one below 10 if there is any.
    unit : str, optional
        What it counts, kept on the same line: "6,558 t".
    """
    if digits is None and significant is not None:
        whole = len(f"{abs(value):.0f}") if abs(value) >= 1 else 1
        digits = min(2, max(0, significant - whole))
    elif digits is None:
        digits = 0 if round(abs(value), 1) >= 10 or value == round(value) else 1
    text = f"{abs(value):,.{digits}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    return f"{sign}{text}{SPACE}{unit}" if unit else sign + text


def pct(share: float, *, digits: int | None = None) -> str:
    """Return a share (0 to 1) as percent: 71 %, 7.6 %, 0.15 %, 0 %."""
    percent = share * 100
    if digits is None:
        size = abs(percent)
        digits = 0 if size == 0 or size >= 10 else 1 if size >= 1 else 2
    return number(percent, digits=digits, unit="%")


def change(value: float, form: Callable[..., str] = pct, **how: Any) -> str:
    """Return a change with its sign: +75 %, 0 %; of a number, +16,000.

    Parameters
    ----------
    form : callable, default `pct`
        How the size is written; it takes what stands in `how`.
    """
    text = form(abs(value), **how)
    if not _tells(text):
        return text
    return ("+" if value > 0 else MINUS) + text


def span(low: float, high: float, form: Callable[..., str] = number, **how: Any) -> str:
    """Return "68 % to 71 %", or one number when both ends read alike.

    Both ends have as many digits behind the point: those of the larger end, or as many
    as the smaller one needs to be told from nothing.

    Parameters
    ----------
    form : callable, default `number`
        How an end is written; it takes what stands in `how`, and ``digits`` unless it
        writes all numbers with as many.
    """
    small, large = sorted((low, high), key=abs)
    behind, most = (_behind(form(end, **how)) for end in (large, small))
    if behind != most:
        while behind < most and not _tells(form(small, **how, digits=behind)):
            behind += 1
        how["digits"] = behind
    ends = [form(end, **how) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def chance(share: float) -> str:
    """Return the share of simulated cases: 38 %, under 1 %, over 99 %.

    Draws leave no case out for certain, so that neither 0 % nor 100 % is ever said.
    """
    if share < 0.01:
        return f"under 1{SPACE}%"
    if share > 0.99:
        return f"over 99{SPACE}%"
    return pct(share, digits=0)


def day(date: dt.date) -> str:
    """Return a date as it stands in prose: 3 November 2025."""
    return f"{date.day}{SPACE}{date:%B %Y}"


def period(start: dt.date, end: dt.date) -> str:
    """Return how a period is named: 2024, March 2025, the first half of 2025.

    A fiscal year is "the year to 30 June 2025"; any other stretch has its two days.
    """
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    is_whole = start.day == 1 and (end + dt.timedelta(days=1)).day == 1
    if not is_whole or months < 1:
        return f"{day(start)} to {day(end)}" if start != end else day(end)
    if months == 1:
        return f"{end:%B %Y}"
    parts = {3: "quarter", 6: "half"}
    if months in parts and start.year == end.year and (start.month - 1) % months == 0:
        place = ("first", "second", "third", "fourth")[(start.month - 1) // months]
        return f"the {place} {parts[months]} of {end.year}"
    if months == 12:
        return f"{end.year}" if end.month == 12 else f"the year to {day(end)}"
    if start.month == 1 and end.month == 12:
        return f"{start.year} to {end.year}"
    begins = f"{start:%B}" if start.year == end.year else f"{start:%B %Y}"
    return f"{begins} to {end:%B %Y}"


def duration(months: float) -> str:
    """Return a length of time in weeks, months or years, whichever reads best.

    Weeks up to two months, years from two years on: "3 weeks", "18 months",
    "2.5 years".
    """
    if months < 2:
        return count(round(months * WEEKS), "week")
    if months < 24:
        return count(round(months), "month")
    years = round(months / 12, 1)
    return count(years if years < 10 else round(years), "year")


def count(many: float, thing: str) -> str:
    """Return a number with what it counts: 1 year, 3 countries, no sources."""
    if many == 1:
        return f"1{SPACE}{thing}"
    plural = f"{thing[:-1]}ies" if re.search("[^aeiou]y$", thing) else f"{thing}s"
    return f"{number(many) if many else 'no'}{SPACE}{plural}"


def part(some: int, whole: int) -> str:
    """Return "3 of 7", "none of 7" or "all 7"."""
    return f"all {whole}" if some == whole > 0 else f"{some or 'none'} of {whole}"


def listed(names: Sequence[str]) -> str:
    """Return "a", "a and b", or "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def the(place: str) -> str:
    """Return the name of a place as it stands in a sentence: the European Union."""
    if place == "World":
        return "the world"
    unions = ("Union", "States", "Kingdom", "G7", "WTO")
    return f"the {place}" if place.endswith(unions) else place


def _behind(text: str) -> int:
    """Return how many digits of a written number stand behind the point."""
    found = re.search(r"\d\.(\d+)", text)
    return len(found.group(1)) if found else 0


def _tells(text: str) -> bool:
    """Return whether a written number differs from nothing."""
    return re.search("[1-9]", text) is not None


def harmless(text: str) -> str:
    """Return the text of a CSV cell so that no spreadsheet takes it for a formula."""
    plain = text.replace("\r", " ")  # unquoted by csv, it would start a row
    first = next((each for each in text if not _is_unseen(each)), "")
    is_formula = unicodedata.normalize("NFKC", first).startswith(FORMULA)
    is_formula = is_formula or text.lstrip(" \n").startswith(FORMULA)
    return f"'{plain}" if is_formula and not _NUMBER.fullmatch(text) else plain


def _is_unseen(character: str) -> bool:
    """Return whether nothing is seen of a character: blanks, controls, fillers."""
    return unicodedata.category(character)[0] in "CMZ" or character in _FILLERS

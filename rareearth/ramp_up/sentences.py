"""What the race to build says, in sentences and titles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.ramp_up.delays import YEAR
from rareearth.ramp_up.model import HORIZON
from rareearth.words import chance, day, number, period, span


def year_of(years: float, start: pd.Timestamp) -> str:
    """Return the year that lies some years after the start, or that none does."""
    if not np.isfinite(years):
        return f"not by {(start + HORIZON * YEAR).year}"
    return str((start + years * YEAR).year)


def told(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return a span of days as its source had it: "2027", "by 18 February 2026".

    Of what had happened by a day, on which it was first seen, that day is told.
    """
    if pd.isna(start) and pd.isna(end):
        return ""
    if pd.isna(end):
        return f"from {day(start)}"
    whole = (end + pd.Timedelta(1, unit="D")).day == 1
    if pd.isna(start) or (not whole and (end - start).days > 60):
        return f"by {day(end)}"
    return period(start, end)


def verdict(chance_by_then: float) -> str:
    """Return what the chance by the end of a claimed span says of the span."""
    if chance_by_then < 0.1:
        return "are far too short"
    if chance_by_then < 1 / 3:
        return "are probably too short"
    return "may be enough" if chance_by_then < 2 / 3 else "are probably enough"


def when_sentence(found: dict[str, float], start: pd.Timestamp, target: float) -> str:
    """Return when the share is reached: the median and the middle 80 percent."""
    end, aim = (start + HORIZON * YEAR).year, number(100 * target, unit="%")
    if not np.isfinite(found["early"]):
        return (
            f"{aim} of demand is reached in fewer than one in ten of the paths "
            f"before {end}."
        )
    first = f"One path in ten reaches {aim} by {year_of(found['early'], start)}"
    if not np.isfinite(found["median"]):
        return f"{first}, fewer than half of all paths by {end}."
    rest = f"fewer than nine in ten by {end}"
    if np.isfinite(found["slow"]):
        rest = f"nine in ten by {year_of(found['slow'], start)}"
    return f"{first}, half of all paths by {year_of(found['median'], start)}; {rest}."


def curve_title(found: dict[str, dict[str, float]], target: float) -> str:
    """Return the finding of the curves: both claims, from the least likely product."""
    soon, late = (
        span(min(chances), max(chances), chance)
        for chances in (
            [own[name] for own in found.values()] for name in ("soon_high", "late_high")
        )
    )
    return (
        f"Chance of reaching {number(100 * target, unit='%')} of demand outside China: "
        f"{soon} after 24 months, {late} after 10 years"
    )

"""Claims on exports and imports, from customs figures."""

from __future__ import annotations

import math

from rareearth.claims.evidence import Look, by_value, prints, statement
from rareearth.claims.verdicts import Found, Print
from rareearth.errors import NoFigures

HEADLINE = "customs headline of China, gross weight"
MAGNETS = "permanent magnets, customs code 85051110, gross weight"


def _headline(look: Look, series: str, start: str, end: str) -> Found:
    frame = look.printed(series, "China", "rare earths", start=end, end=end)
    frame = frame[frame["period_start"].dt.strftime("%Y-%m-%d") == start]
    if frame.empty:
        raise NoFigures(f"no figures of {series} for {start} to {end}")
    return by_value(frame, HEADLINE)


def c134(look: Look) -> Found:
    """Check whether China exported 4,000.3 t in September 2025."""
    return _headline(look, "rare_earth_exports", "2025-09-01", "2025-09-30")


def c135(look: Look) -> Found:
    """Check whether China exported 48,355.7 t in nine months of 2025."""
    return _headline(look, "rare_earth_exports", "2025-01-01", "2025-09-30")


def c136(look: Look) -> Found:
    """Check whether China imported 6,864.7 t in September 2025."""
    return _headline(look, "rare_earth_imports", "2025-09-01", "2025-09-30")


def c132(look: Look) -> Found:
    """Check whether magnet exports rose by 27 percent in nine months of 2025."""
    frame = look.printed(
        "magnet_exports_change",
        "China",
        start="2025-09-30",
        end="2025-09-30",
        basis="year-to-date",
    )
    return by_value(frame, f"{MAGNETS}, change against the same months of 2024")


def _month(look: Look, end: str) -> Print:
    frame = look.printed(
        "magnet_exports",
        "China",
        start=end,
        end=end,
        basis="hs-85051110",
        without="year-to-date",
    )
    return prints(frame)[0]


def c013(look: Look) -> Found:
    """Check whether confrontation had disrupted supply chains: exports of May 2025."""
    frame = look.printed(
        "magnet_exports",
        "China",
        start="2025-01-31",
        end="2025-05-31",
        basis="hs-85051110",
        without="year-to-date",
    )
    before, after = _month(look, "2025-01-31"), _month(look, "2025-05-31")
    change = 100 * (after.span.low / before.span.low - 1)
    return statement(
        change,
        "percent",
        f"{MAGNETS}, May against January 2025",
        frame,
        (-math.inf, -50),
        "exports fell by more than half",
    )


def c012(look: Look) -> Found:
    """Check whether supply chains may become steady again."""
    frame = look.printed(
        "magnet_exports",
        "China",
        start="2025-01-31",
        end="2025-11-30",
        basis="hs-85051110",
        without="year-to-date",
    )
    before, after = _month(look, "2025-01-31"), _month(look, "2025-11-30")
    return statement(
        100 * after.span.low / before.span.low,
        "percent",
        f"{MAGNETS}, November over January 2025",
        frame,
        (90, math.inf),
        "exports are back to nine tenths of January 2025",
    )


def c053(look: Look) -> Found:
    """Check whether exports to Europe continue after the talks of October 2025."""
    frame = look.printed(
        "magnet_exports_to_share", "Europe", start="2026-02-28", end="2026-02-28"
    )
    return statement(
        float(frame["value"].iloc[0]),
        "percent",
        "share of Europe in China's exports of magnets, January and February 2026; "
        "by weight or by value is not stated",
        frame,
        (10, math.inf),
        "a tenth or more goes to Europe",
    )


def swing(look: Look) -> Found:
    """Return the change of magnet exports in September 2025 against a year before."""
    frame = look.printed(
        "magnet_exports_change",
        "China",
        start="2025-09-30",
        end="2025-09-30",
        basis="year-on-year",
        without="year-to-date",
    )
    return by_value(frame, f"{MAGNETS}, September alone")

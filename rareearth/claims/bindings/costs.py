"""Claims on costs, lead times and demand to come."""

from __future__ import annotations

import math

from rareearth.claims.evidence import Look, by_value, joined, statement
from rareearth.claims.verdicts import Found


def c083(look: Look) -> Found:
    """Check whether refining costs less in China than in the United States."""
    frame = look.printed("plant_capex_ratio", "China")
    return statement(
        float(frame["value"].iloc[0]),
        "ratio",
        "cost of building a refinery in China over that in the United States",
        frame,
        (0, 1),
        "less than in the United States",
        weak=bool((frame["confidence"] == "tertiary").all()),
    )


def c072(look: Look) -> Found:
    """Check whether a European chain takes eight to ten years."""
    frame = look.printed(
        "lead_time_discovery_to_production", "Western countries", "rare earths"
    )
    return by_value(frame, "mine to magnet, from discovery to first output")


def c145(look: Look) -> Found:
    """Check whether demand grows over the next decade."""
    now = look.printed("magnet_ree_demand", "World")
    later = look.printed("magnet_ree_demand_forecast", "World", end=2030)
    growth = 100 * (later["value"].iloc[0] / now["value"].iloc[0] - 1)
    return statement(
        float(growth),
        "percent",
        "forecast demand for magnet rare earths in 2030 against 2023",
        joined(later, now),
        (0.01, math.inf),
        "demand grows",
    )

"""Claims on China's share of the world: mine, separation, metal and magnet."""

from __future__ import annotations

import math

from rareearth.claims.evidence import (
    Look,
    by_value,
    joined,
    prints,
    ratio,
    span,
    statement,
)
from rareearth.claims.verdicts import Found, Rival, Span
from rareearth.errors import NoFigures

OXIDES = "tonnes of rare-earth oxides mined, China over the world total of one table"
SINCE = "2023-01-01"  # a share stated for earlier years is another period


def world_share(look: Look, entity: str, year: int) -> Found:
    """Return a country's share of world mine output, from each table that has both."""
    whole = look.printed("mine_production", "World", "REO", start=year, end=year)
    part = look.printed("mine_production", entity, "REO", start=year, end=year)
    shares = ratio(part, whole)
    if shares.empty:
        raise NoFigures(f"no table has {entity} and the world for {year}")
    return by_value(shares, OXIDES.replace("China", entity), *_stated(look, entity))


def _stated(look: Look, entity: str) -> tuple[Rival, ...]:
    """Return shares printed for magnet rare earths only, which are another basis."""
    try:
        frame = look.printed(
            "world_share_mining", entity, "magnet rare earths", start=SINCE
        )
    except NoFigures:
        return ()
    return tuple(
        Rival("basis", span(row), "share of the magnet rare earths alone")
        for row in frame.itertuples()
    )


def refining(look: Look, *check_ids: str) -> Found:
    """Return the printed shares of refining: nobody prints tonnes by country."""
    frame = look.printed(
        "world_share_separation",
        "China",
        ["REO", "magnet rare earths"],
        start=SINCE,
    )
    checks = look.checked(*check_ids)
    return Found(
        prints(frame) + prints(checks),
        "percent",
        "shares of refining as stated since 2023, all or magnet rare earths",
        joined(frame, checks) if len(checks) else frame,
    )


def c059(look: Look) -> Found:
    """Check whether China mines about 70 percent."""
    return world_share(look, "China", 2024)


def c121(look: Look) -> Found:
    """Check whether China's share rose to 70 percent by 2024."""
    return world_share(look, "China", 2024)


def c110(look: Look) -> Found:
    """Check whether China controls 60 percent of mining."""
    return world_share(look, "China", 2024)


def c120(look: Look) -> Found:
    """Check whether China had about 47 percent in 1994."""
    found = world_share(look, "China", 1994)
    part = look.printed("mine_production", "China", "REO", start=1994, end=1994)
    whole = look.printed("mine_production", "World", "REO", start=1994, end=1994)
    revised = 100 * part["value"].iloc[0] / whole["value"].iloc[0]
    rival = Rival("basis", Span(revised, revised), "over the revised world total")
    return Found(found.prints, found.unit, found.basis, joined(part, whole), (rival,))


def c060(look: Look) -> Found:
    """Check whether China has about 85 percent of refining."""
    return refining(look, "C060-1")


def c111(look: Look) -> Found:
    """Check whether China has more than 85 percent of processing."""
    return refining(look)


def c122(look: Look) -> Found:
    """Check whether China controls 90 percent of refining."""
    return refining(look)


def c051(look: Look) -> Found:
    """Check whether China holds most of the refining capacity."""
    found = refining(look)
    lowest = min(each.span.low for each in found.prints)
    return statement(
        lowest,
        "percent",
        "lowest stated share of refining since 2023",
        found.figures,
        (50, math.inf),
        "more than half of the world",
    )


def c061(look: Look) -> Found:
    """Check whether China makes about 90 percent of alloys and magnets."""
    magnets = look.printed("world_share_magnets", "China", start=SINCE)
    metals = look.printed("world_share_metal", "China", start=SINCE)
    checks = look.checked("C061-1")
    both = joined(magnets, metals)
    return Found(
        prints(both) + prints(checks),
        "percent",
        "stated shares of magnets (all, or sintered) and of metals",
        joined(both, checks) if len(checks) else both,
    )


def c036(look: Look) -> Found:
    """Check whether China controls the whole market of heavy rare earths."""
    return elsewhere(look)


def c022(look: Look) -> Found:
    """Check whether Australian heavy rare earths need China for refining."""
    return elsewhere(look)


def elsewhere(look: Look) -> Found:
    """Return what is separated of dysprosium and terbium outside China."""
    made = look.printed("dytb_production", "Lynas")
    latest = made.sort_values("period_end").tail(1)
    return statement(
        float(latest["value"].iloc[0]),
        "t a quarter",
        "dysprosium and terbium oxides that Lynas separated in Malaysia",
        latest,
        (-math.inf, 0),
        "nothing is separated outside China",
    )


def c029(look: Look) -> Found:
    """Check whether China controls the whole chain."""
    mine = world_share(look, "China", 2024)
    refined = refining(look)
    magnets = look.printed("world_share_magnets", "China", start=SINCE)
    stages = [mine.prints, refined.prints, prints(magnets)]
    lowest = min(min(each.span.low for each in stage) for stage in stages)
    return statement(
        lowest,
        "percent",
        "lowest share of China at any stage from mine to magnet",
        joined(mine.figures, refined.figures, magnets),
        (50, math.inf),
        "more than half of the world at every stage",
    )

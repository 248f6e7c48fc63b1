"""Claims on tonnes mined and on reserves."""

from __future__ import annotations

import math

import pandas as pd

from rareearth.claims.evidence import (
    Look,
    by_value,
    joined,
    prints,
    ratio,
    span,
    statement,
)
from rareearth.claims.verdicts import Found, Print, Rival, Span
from rareearth.errors import NoFigures

MINED = "tonnes of rare-earth oxides mined in the year"


def mined(look: Look, entity: str, year: int, *rivals: Rival) -> Found:
    """Return the printed mine output of a country and year."""
    frame = look.printed("mine_production", entity, "REO", start=year, end=year)
    return by_value(frame, MINED, *rivals)


def c123(look: Look) -> Found:
    """Check whether China mined about 31,000 t in 1994."""
    return mined(look, "China", 1994)


def c125(look: Look) -> Found:
    """Check whether China mined 270,000 t in 2024."""
    return mined(look, "China", 2024)


def c127(look: Look) -> Found:
    """Check whether the United States mined about 46,000 t in 2024."""
    return mined(look, "United States", 2024)


def c144(look: Look) -> Found:
    """Check whether China mines 390,000 t a year."""
    world = look.printed("mine_production", "World", "REO", start=2024)
    rivals = [
        Rival("subject", span(row), f"world output of {row.period_end.year}")
        for row in world.sort_values("period_end", kind="stable").itertuples()
    ]
    found = mined(look, "China", 2024, *rivals)
    figures = joined(found.figures, world)
    return Found(found.prints, found.unit, found.basis, figures, found.rivals)


def c126(look: Look) -> Found:
    """Check whether China's output grew by 12.5 percent in 2024."""
    return growth(look, "China", 2024)


def growth(look: Look, entity: str, year: int) -> Found:
    """Return the growth over a year as one table has it, and as editions were mixed."""
    now = look.printed("mine_production", entity, "REO", start=year, end=year)
    before = look.printed(
        "mine_production", entity, "REO", start=year - 1, end=year - 1
    )
    both = now.merge(before, on="source_id", suffixes=("", "_before"))
    if both.empty:
        raise NoFigures(f"no table has {entity} for {year - 1} and {year}")
    change = 100 * (both["value"] / both["value_before"] - 1)
    own = [
        Print(Span(v, v), str(s), c != "tertiary")
        for v, s, c in zip(change, both["source_id"], both["confidence"], strict=True)
    ]
    before["is_same"] = before["publisher"].isin(both["publisher"])
    before = before.sort_values("is_same", ascending=False, kind="stable")
    rivals = [
        Rival("edition", _change(row.value, value), f"{row.title} for {year - 1}")
        for row in before.itertuples()
        for value in now["value"].unique()
        if row.source_id not in set(both["source_id"])
    ]
    basis = "change between the two years in one table of mine output"
    return Found(tuple(own), "percent", basis, joined(now, before), tuple(rivals))


def _change(before: float, after: float) -> Span:
    change = 100 * (after / before - 1)
    return Span(change, change)


def c124(look: Look) -> Found:
    """Check whether Mountain Pass was the largest producer of 1994."""
    frame = look.printed("mine_production", None, "REO", start=1994, end=1994)
    frame = frame[~frame["entity"].isin(["World", "Other"])]
    best = frame.drop_duplicates("entity")
    place = float(
        best.set_index("entity")["value"].rank(ascending=False)["United States"]
    )
    us_and_china = best[best["entity"].isin(["United States", "China"])]
    basis = "rank of the United States among countries; no output by mine is printed"
    return Found((Print(Span(place, place), "", True),), "rank", basis, us_and_china)


def _reserves(look: Look) -> pd.DataFrame:
    """Return reserves of the newest edition of the US survey, by country."""
    frame = look.printed("reserves", None, "REO", start=2020)
    survey = frame[frame["publisher"].str.startswith("U.S. Geological Survey")]
    newest = survey[survey["published"] == survey["published"].max()]
    return newest[~newest["entity"].isin(["Other"])]


def c137(look: Look) -> Found:
    """Check whether China holds the largest reserves."""
    frame = _reserves(look)
    countries = frame[frame["entity"] != "World"].set_index("entity")
    place = float(countries["value"].rank(ascending=False)["China"])
    basis = "rank by reserves in the newest edition of the US survey"
    return Found((Print(Span(place, place), "", True),), "rank", basis, frame)


def c138(look: Look) -> Found:
    """Check whether China has 44 million t of reserves."""
    frame = _reserves(look)
    china = frame[frame["entity"] == "China"]
    return by_value(china, "reserves, rare-earth oxides")


def c020(look: Look) -> Found:
    """Check whether Australia holds 30 percent of the reserves."""
    return reserves_share(look, "Australia")


def reserves_share(look: Look, entity: str) -> Found:
    """Return a country's share of reserves, at most, since the total is a bound."""
    frame = look.printed("reserves", [entity, "World"], "REO", start=2020)
    part = frame[frame["entity"] == entity]
    shares = ratio(part, frame[frame["entity"] == "World"])
    if shares.empty:
        raise NoFigures(f"no table has reserves of {entity} and the world")
    shares = shares.sort_values("published", ascending=False)
    shares["value"] = shares["value"].fillna(shares["high"])
    shares["high"] = math.nan
    basis = f"reserves of {entity} over the world total, which is a lower bound"
    return Found(prints(shares), "percent", basis, frame)


def c152(look: Look) -> Found:
    """Check whether a plant of 5,000 t is far below China's output."""
    plant = look.printed("nameplate_capacity_planned", "Lynas Malaysia heavy plant")
    china = look.printed("mine_production", "China", "REO", start=2024, end=2024)
    share = 100 * plant["value"].iloc[0] / china["value"].iloc[0]
    return statement(
        float(share),
        "percent",
        "feed that the plant takes, over China's mine output of 2024",
        joined(plant, china),
        (-math.inf, 10),
        "less than a tenth of China's output",
    )


def c143(look: Look) -> Found:
    """Check whether the United States aims for 2,000 t by 2025."""
    frame = look.printed("mine_production", "United States", "REO", start=2024)
    mined = span(frame.iloc[0])
    basis = (
        f"no source prints such an aim, nor of what it would be; {mined.low:,.0f} t of "
        "rare-earth oxides were mined already"
    )
    return Found((), "t/year", basis, frame)

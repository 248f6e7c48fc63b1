"""What the race to build says, in sentences and titles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.methods.draws import middle_80
from rareearth.ramp_up.delays import START, YEAR, History
from rareearth.ramp_up.model import CLAIMED, HORIZON
from rareearth.ramp_up.pipeline import Race
from rareearth.words import chance, listed, number, pct, span


def year_of(years: float, start: pd.Timestamp) -> str:
    """Return the year that lies some years after the start, or that none does."""
    if not np.isfinite(years):
        return f"not by {(start + HORIZON * YEAR).year}"
    return str((start + years * YEAR).year)


def when_sentence(found: dict[str, float], start: pd.Timestamp, target: float) -> str:
    """Return when the share is reached: the median and the middle 80 percent."""
    end = (start + HORIZON * YEAR).year
    if not np.isfinite(found["early"]):
        return (
            f"{pct(target)} of demand is reached in fewer than one in ten of the paths "
            f"before {end}."
        )
    first = f"One path in ten reaches {pct(target)} by {year_of(found['early'], start)}"
    if not np.isfinite(found["median"]):
        return f"{first}, fewer than half of all paths by {end}."
    rest = f"fewer than nine in ten by {end}"
    if np.isfinite(found["slow"]):
        rest = f"nine in ten by {year_of(found['slow'], start)}"
    return f"{first}, half of all paths by {year_of(found['median'], start)}; {rest}."


def slip_sentence(past: History, factors: np.ndarray) -> str:
    """Return what the history says of the next project, with its small sample."""
    low, middle, high = middle_80(factors)
    started = past.plans[past.plans["started"]]
    is_magnet = started["product"] == "NdFeB magnets"
    groups = [started.loc[own, "factor"] for own in (is_magnet, ~is_magnet)]
    apart = ""
    if all(map(len, groups)):
        magnets, oxides = (
            span(own.min(), own.max(), number, digits=1) for own in groups
        )
        apart = (
            f" The {len(groups[0])} magnet plants took {magnets} times the planned "
            f"time, the {len(groups[1])} others {oxides} times; too few to tell one "
            "from the other, so that they are taken together."
        )
    return (
        f"From **n = {past.delay.started} starts** and {past.delay.waiting} projects "
        f"that had not started, the next project is expected to take "
        f"**{middle:.1f} times** its planned time; 80 percent of the predictive "
        f"distribution lies between {low:.1f} and {high:.1f} times. That width is what "
        f"so small a sample allows.{apart}"
    )


def since_sentence(after: pd.DataFrame, output: pd.DataFrame) -> str:
    """Return what has happened since the claims: starts, and the newest output."""
    if after.empty:
        return (
            f"Nothing is known yet of the time after {CLAIMED:%B %Y}, when both claims "
            "were made."
        )
    done = after["step"].isin(START) & (after["actual"] > CLAIMED)
    broke = (after["step"] == "construction_start") & after["actual"].notna()
    began, built = (sorted(after.loc[own, "project"].unique()) for own in (done, broke))
    parts = [f"{listed(began)} made first product"] if began else []
    if built:
        verb = "is" if len(built) == 1 else "are"
        parts.append(f"{listed(built)} {verb} under construction")
    sentence = f"Since {CLAIMED:%B %Y}: {'; '.join(parts) or 'no start is recorded'}."
    made = listed(_quarters(output))
    return f"{sentence} {made}." if made else sentence


def _quarters(output: pd.DataFrame) -> list[str]:
    """Return the newest quarter of each company beside the same one a year before."""
    days = (output["period_end"] - output["period_start"]).dt.days + 1
    quarters = output[days.between(85, 95)].sort_values("period_end")
    parts = []
    for (company, product), own in quarters.groupby(["entity", "product"]):
        last = own.iloc[-1]
        if last["period_end"] <= CLAIMED:
            continue
        year_ago = last["period_end"] - pd.DateOffset(years=1)
        before = own.loc[own["period_end"] == year_ago, "value"]
        told = f" ({number(before.iloc[0])} t a year before)" if len(before) else ""
        parts.append(
            f"{company} made {number(last['value'])} t of {product} in the quarter to "
            f"{last['period_end']:%B %Y}{told}"
        )
    return parts


def curve_title(found: dict[str, dict[str, float]], target: float) -> str:
    """Return the finding of the curves: both claims, from the least likely product."""
    soon, late = (
        span(min(chances), max(chances), chance)
        for chances in (
            [own[name] for own in found.values()] for name in ("soon_high", "late_high")
        )
    )
    return (
        f"Chance of reaching {pct(target)} of demand outside China: {soon} after 24 "
        f"months, {late} after 10 years"
    )


def market_sentence(race: Race) -> str:
    """Return in words what the demand rests on."""
    made, sent, per = race.market.made_t, race.market.sent_t, race.market.per_t
    oxide = ""
    if per.high > per.low or per.best != 1:
        content = span(per.low, per.high, digits=2 if per.high >= 0.1 else 3)
        oxide = f", times {content} t of oxide in a tonne"
    growth = race.market.growth
    return (
        f"Demand outside China: {span(made.low, made.high)} t of magnets made there "
        f"and {number(sent.best)} t exported by China in a year{oxide}; it grows by "
        f"{span(growth.low, growth.high, pct)} a year, the range of printed forecasts."
    )

"""What the race to build says, in sentences, titles and findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.ramp_up import delays as slips
from rareearth.ramp_up import model as rampup
from rareearth.ramp_up.race import CLAIMED, LATE, SOON, History, Race
from rareearth.words import listed, number, pct, span


def chance(probability: float) -> str:
    """Return a simulated probability without more digits than it has: "3 %", "<1 %"."""
    if probability < 0.01:
        return "<1\N{NO-BREAK SPACE}%"
    if probability > 0.99:
        return ">99\N{NO-BREAK SPACE}%"
    return f"{probability * 100:.0f}\N{NO-BREAK SPACE}%"


def year_of(years: float, start: pd.Timestamp) -> str:
    """Return the year that lies some years after the start, or that none does."""
    if not np.isfinite(years):
        return f"not by {(start + 15 * rampup.YEAR).year}"
    return str((start + years * rampup.YEAR).year)


def claim_days() -> tuple[str, str, str, str]:
    """Return the months in which both claims end, in words."""
    return tuple(f"{CLAIMED + years * rampup.YEAR:%B %Y}" for years in (*SOON, *LATE))  # type: ignore[return-value]


def when_sentence(found: dict[str, float], start: pd.Timestamp, target: float) -> str:
    """Return when the share is reached: the median and the middle 80 percent."""
    end = (start + 15 * rampup.YEAR).year
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


def share_now(paths: rampup.Paths) -> tuple[float, float, float]:
    """Return the share of demand covered at the start: 10, 50 and 90 percent points."""
    low, middle, high = np.quantile(
        paths.supply[:, 0] / paths.demand[:, 0], [0.1, 0.5, 0.9]
    )
    return float(low), float(middle), float(high)


def panel(
    race: Race,
    paths: rampup.Paths,
    found: dict[str, float],
    target_share: float,
    target_date: str,
) -> list[tuple[str, str, str]]:
    """Return the key findings: label, value, range or condition."""
    years = (rampup.date_of(target_date) - race.start) / rampup.YEAR
    _, second, third, fourth = claim_days()
    low, now, high = share_now(paths)
    return [
        (
            f"{race.product}: {pct(target_share)} of demand by {target_date}",
            chance(rampup.chance_by(paths, years)),
            f"probability; 12 to 24 months are over in {second}",
        ),
        (
            "The same after 8 to 10 years",
            span(found["late_low"], found["late_high"], chance),
            f"{third} to {fourth}",
        ),
        (
            "Share of demand covered now",
            pct(now),
            f"{span(low, high, pct)}: 80 percent of the paths",
        ),
        (
            "Defence use alone, covered now",
            chance(found["defence_now"]),
            "by tonnes, not by qualified grades",
        ),
    ]


def slip_title(plans: pd.DataFrame) -> str:
    """Return the finding on slips: how many came late, and by how much."""
    started = plans[plans["started"]]
    late = started[started["slip_months"] > 1]
    waiting = plans[~plans["started"] & (plans["slip_months"] > 0)]
    return (
        f"{len(late)} of {len(started)} plants started more than a month late, "
        f"{len(waiting)} more are past their date"
    )


def slip_sentence(past: History, factors: np.ndarray) -> str:
    """Return what the history says of the next project, with its small sample."""
    low, middle, high = np.quantile(factors, [0.1, 0.5, 0.9])
    started = past.plans[past.plans["started"]]
    magnets = started[started["product"] == "NdFeB magnets"]["factor"]
    oxides = started[started["product"] != "NdFeB magnets"]["factor"]
    apart = (
        f" The {len(magnets)} magnet plants took "
        f"{span(magnets.min(), magnets.max(), _times)}"
        f" times the planned time, the {len(oxides)} others "
        f"{span(oxides.min(), oxides.max(), _times)} times; too few to tell one from "
        "the "
        "other, so that they are taken together."
        if len(magnets) and len(oxides)
        else ""
    )
    return (
        f"From **n = {past.delay.started} starts** and {past.delay.waiting} projects "
        "that "
        f"had not started, the next project is expected to take **{middle:.1f} times** "
        f"its planned time; 80 percent of the predictive distribution lies between "
        f"{low:.1f} and {high:.1f} times. That width is what so small a sample allows."
        f"{apart}"
    )


def _times(factor: float) -> str:
    return f"{factor:.1f}"


def since_sentence(after: pd.DataFrame, output: pd.DataFrame) -> str:
    """Return what has happened since the claims: starts, and the newest output."""
    if after.empty:
        return (
            f"Nothing is known yet of the time after {CLAIMED:%B %Y}, when both claims "
            "were made."
        )
    done = after[after["step"].isin(slips.START) & (after["actual"] > CLAIMED)]
    broke = after[(after["step"] == "construction_start") & after["actual"].notna()]
    parts = []
    if len(done):
        parts.append(f"{listed(sorted(done['project'].unique()))} made first product")
    if len(broke):
        parts.append(
            f"{listed(sorted(broke['project'].unique()))} "
            f"{'is' if broke['project'].nunique() == 1 else 'are'} under construction"
        )
    sentence = f"Since {CLAIMED:%B %Y}: {'; '.join(parts) or 'no start is recorded'}."
    grown = _growth(output)
    return f"{sentence} {grown}" if grown else sentence


def _growth(output: pd.DataFrame) -> str:
    """Return the newest quarter of each company beside the same one a year before."""
    days = (output["period_end"] - output["period_start"]).dt.days + 1
    quarters = output[days.between(85, 95) & (output["period_end"] > CLAIMED)]
    parts = []
    for (company, product), own in quarters.groupby(["entity", "product"]):
        last = own.sort_values("period_end").iloc[-1]
        year_ago = output[
            (output["entity"] == company)
            & (output["product"] == product)
            & days.between(85, 95)
            & (output["period_end"] == last["period_end"] - pd.DateOffset(years=1))
        ]
        before = (
            f" ({number(year_ago['value'].iloc[0])} t a year before)"
            if len(year_ago)
            else ""
        )
        parts.append(
            f"{company} made {number(last['value'])} t of {product} in the quarter to "
            f"{last['period_end']:%B %Y}{before}"
        )
    return f"{listed(parts)}." if parts else ""


def curve_title(found: dict[str, dict[str, float]], target: float) -> str:
    """Return the finding of the curves: both claims, from the least likely product."""
    soon = [own["soon_high"] for own in found.values()]
    late = [own["late_high"] for own in found.values()]
    return (
        f"Chance of reaching {pct(target)} of demand outside China: {_between(soon)} "
        f"after 24 months, {_between(late)} after 10 years"
    )


def _between(chances: list[float]) -> str:
    low, high = chance(min(chances)), chance(max(chances))
    return low if low == high else f"{low} to {high}"


def fan_title(paths: rampup.Paths, race: Race, target: float) -> str:
    """Return the finding of the fan: the share covered now and in ten years."""
    at = min(10 * rampup.STEPS_A_YEAR, len(paths.years) - 1)
    now, then = (
        float(np.median(paths.supply[:, place] / paths.demand[:, place]))
        for place in (0, at)
    )
    year = (race.start + 10 * rampup.YEAR).year
    return (
        f"Supply of {race.product} outside China covers {pct(now)} of demand now and "
        f"{pct(then)} in {year} (medians)"
    )


def market_sentence(race: Race) -> str:
    """Return in words what the demand rests on."""
    made, sent, per = race.market.made_t, race.market.sent_t, race.market.per_t
    oxide = (
        f", times {span(per.low, per.high, lambda n: f'{n:.2g}')} t of oxide in a tonne"
        if per.high > per.low or per.best != 1
        else ""
    )
    growth = race.market.growth
    return (
        f"Demand outside China: {span(made.low, made.high, number)} t of magnets "
        "made there "
        f"and {number(sent.best)} t exported by China in a year{oxide}; it grows by "
        f"{span(growth.low, growth.high, pct)} a year, the range of printed forecasts."
    )

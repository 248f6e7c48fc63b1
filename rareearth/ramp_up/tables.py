"""The race to build in tables: answers, plants, slips, moved plans, defence use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.ramp_up import delays as slips
from rareearth.ramp_up import model as rampup
from rareearth.ramp_up.pipeline import GOODS
from rareearth.ramp_up.race import Race
from rareearth.ramp_up.sentences import chance, claim_days, year_of
from rareearth.words import SPACE, change, number, pct, span

MONTH = f"%b{SPACE}%Y"  # on one line in a narrow column


def answer_table(
    answers: dict[str, dict[str, float]], start: pd.Timestamp
) -> pd.DataFrame:
    """Return the answers for each product, the market beside defence use alone."""
    first, second, third, fourth = claim_days()
    rows = []
    for product, found in answers.items():
        rows.append(
            {
                "Stage": GOODS[product].label,
                f"By {first}": chance(found["soon_low"]),
                f"By {second}": chance(found["soon_high"]),
                f"By {third}": chance(found["late_low"]),
                f"By {fourth}": chance(found["late_high"]),
                "Half of the paths": year_of(found["median"], start),
                "Defence use alone, now": chance(found["defence_now"]),
            }
        )
    return pd.DataFrame(rows)


def slip_table(plans: pd.DataFrame) -> pd.DataFrame:
    """Return plans and starts as readers see them."""
    known = np.where(plans["started"], "", "more than ")
    return pd.DataFrame(
        {
            "Project": plans["project"],
            "Plan stated": plans["stated"].dt.strftime(MONTH),
            "Planned start": plans["planned"].dt.strftime(MONTH),
            "Started": plans["end"].dt.strftime(MONTH).where(plans["started"], ""),
            "Not started by": plans["end"]
            .dt.strftime(MONTH)
            .where(~plans["started"], ""),
            "Slip (months)": [
                f"{k}{change(round(n), number)}" if n > 0 or not k else "not due yet"
                for k, n in zip(known, plans["slip_months"], strict=True)
            ],
            "Time taken over time planned": [
                f"{k}{f:.1f}" for k, f in zip(known, plans["factor"], strict=True)
            ],
        }
    )


def plant_table(race: Race) -> pd.DataFrame:
    """Return the plants of a product as readers see them, and what they count as."""
    plants = race.plants
    counted = {
        "running": "ramps up to what it reaches",
        "building": "comes with the chance of a plant under construction",
        "planned": "comes with the chance of a plan without decision",
        "no dated plan": "not counted",
        "in doubt": "not counted",
    }
    return pd.DataFrame(
        {
            "Plant": plants["project"],
            "Stage": plants["stage"],
            "Output (t a year)": plants["output_t"].where(plants["output_t"] > 0),
            "Nameplate (t a year)": [
                span(low, high, number)
                for low, high in zip(plants["low_t"], plants["high_t"], strict=True)
            ],
            "Newest planned start": plants["planned"]
            .dt.strftime(MONTH)
            .where(plants["stage"] != "running", ""),
            "In the simulation": plants["stage"].map(counted),
        }
    )


def since_table(after: pd.DataFrame) -> pd.DataFrame:
    """Return what was stated after the claims as readers see it."""
    planned = after["planned"].dt.strftime(MONTH)
    return pd.DataFrame(
        {
            "Project": after["project"],
            "Step": after["step"].str.replace("_", " "),
            "Planned": planned.fillna(""),
            "Happened": after["actual"].dt.strftime(MONTH).fillna(""),
            "Stated": after["stated"].dt.strftime(MONTH),
            "Remark": after["note"],
        }
    )


def sensitivity_table(cases: pd.DataFrame, target: float) -> pd.DataFrame:
    """Return the sensitivities as readers see them."""
    _, second, _, fourth = claim_days()
    return pd.DataFrame(
        {
            "If": cases["case"],
            f"{pct(target)} by {second}": cases["soon"].map(chance),
            f"{pct(target)} by {fourth}": cases["late"].map(chance),
            f"Median share in {fourth}": cases["share"].map(pct),
        }
    )


def defence_table(
    paths: dict[str, rampup.Paths],
    defence: dict[str, np.ndarray],
    found: dict[str, dict[str, float]],
) -> pd.DataFrame:
    """Return supply beside defence use for each product."""
    rows = []
    for product, own in paths.items():
        use = np.quantile(defence[product], [0.1, 0.9])
        rows.append(
            {
                "Stage": GOODS[product].label,
                "Supply now (t a year)": _two(float(np.median(own.supply[:, 0]))),
                "Defence use (t a year, 80 percent)": span(
                    _two(use[0]), _two(use[1]), number
                ),
                "Supply over use (median)": f"{found[product]['cover']:.0f}",
                "Covered now": chance(found[product]["defence_now"]),
                f"Covered by {claim_days()[1]}": chance(found[product]["defence_soon"]),
            }
        )
    return pd.DataFrame(rows)


def _two(value: float) -> float:
    """Return a number rounded to the two digits that it has."""
    return float(f"{value:.2g}")


def moved_table(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return the planned starts of each project as they were stated, one after another.

    Only projects whose planned start was moved by two months or more.
    """
    frame = slips.dated(milestones)
    plans = frame[
        frame["step"].isin(slips.START)
        & frame["planned"].notna()
        & frame["stated"].notna()
    ].sort_values(["stated", "milestone_id"])
    rows = []
    for (project, _), own in plans.groupby(["project", "product"]):
        turns = own[own["planned"] != own["planned"].shift()]
        moved = (
            turns["planned"].iloc[-1] - turns["planned"].iloc[0]
        ).days / slips.MONTH
        if len(turns) < 2 or abs(moved) < 2:
            continue
        said = [
            f"{item.planned:{MONTH}} (said {item.stated:{MONTH}})"
            for item in turns.itertuples()
        ]
        rows.append(
            {
                "Project": project,
                "First planned start": said[0],
                "Then": ", ".join(said[1:-1]),
                "Newest": said[-1],
                "Moved by (months)": change(round(moved), number),
                "source_id": ";".join(turns["source_id"]),
            }
        )
    return pd.DataFrame(rows)

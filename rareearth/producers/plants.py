"""The plants of a producer and their ramp, and the capital that it raised."""

from __future__ import annotations

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.frames import Load

# What belongs to whom, as the notes of entities.csv say.
PLANTS = {
    "Lynas": (
        "Lynas Malaysia",
        "Lynas Kalgoorlie",
        "Lynas Mt Weld expansion",
        "Lynas Malaysia Dy-Tb circuit",
        "Lynas Malaysia heavy plant",
        "Lynas Seadrift",
    ),
    "MP Materials": (
        "Mountain Pass",
        "Mountain Pass Stage II",
        "Mountain Pass heavy separation",
        "MP Materials Independence",
        "MP 10X",
    ),
    "China Northern Rare Earth": ("China Northern Huamei",),
}
CAPACITY = ("nameplate_capacity", "nameplate_capacity_planned", "magnet_capacity")
CAPITAL = (
    "equity_raising",
    "equity_issue_price",
    "equity_issue_discount",
    "equity_issue_dilution",
    "equity_investment",
    "equity_stake",
    "warrant_price",
    "use_of_proceeds_planned",
    "government_funding",
    "government_loan",
    "private_financing",
)


def steps_of(milestones: Load, plants: list[str], as_of: str) -> pd.DataFrame:
    """Return the `records.milestones` of some plants, an empty frame without any."""
    try:
        known = milestones(as_of=as_of)
    except NoFigures:
        return pd.DataFrame()
    return known[known["project"].isin(plants)].reset_index(drop=True)


def ramp_table(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return plan and outcome of each step of the plants, and how far it slipped.

    The slip is counted from the end of the planned span to the start of the actual
    one, in months; between the first plan and the outcome of the same step.

    Returns
    -------
    DataFrame
        ``project``, ``step``, ``product``, ``planned``, ``stated``, ``actual``,
        ``slip_months`` (missing while a date is), ``remark``, ``source_id``.
    """
    rows: list[dict[str, object]] = []
    if milestones.empty:
        return milestones
    for (project, step), group in milestones.groupby(["project", "step"]):
        if step == "other":
            continue
        plans = group.dropna(subset=["planned_end"]).sort_values("planned_end")
        done = group.dropna(subset=["actual_start"]).sort_values("actual_start")
        for plan in plans.itertuples():
            actual = done["actual_start"].iloc[0] if len(done) else pd.NaT
            rows.append(
                {
                    "project": project,
                    "step": str(step).replace("_", " "),
                    "planned": plan.planned_end,
                    "stated": plan.as_stated_on,
                    "actual": actual,
                    "slip_months": (actual - plan.planned_end).days / 30.44
                    if pd.notna(actual)
                    else float("nan"),
                    "source_id": plan.source_id,
                }
            )
        if plans.empty and len(done):
            first = done.iloc[0]
            rows.append(
                {
                    "project": project,
                    "step": str(step).replace("_", " "),
                    "planned": pd.NaT,
                    "stated": "",
                    "actual": first["actual_start"],
                    "slip_months": float("nan"),
                    "source_id": first["source_id"],
                }
            )
    return pd.DataFrame(rows)


def ramp_shown(ramp: pd.DataFrame) -> pd.DataFrame:
    """Return `ramp_table` as readers see it."""
    return pd.DataFrame(
        {
            "Plant": ramp["project"],
            "Step": ramp["step"],
            "Plan stated": ramp["stated"],
            "Planned by": ramp["planned"],
            "Happened": ramp["actual"],
            "Slip (months)": ramp["slip_months"].round(0),
        }
    ).sort_values(["Plant", "Step", "Plan stated"])


def capacity_table(figures: pd.DataFrame) -> pd.DataFrame:
    """Return printed capacities as readers see them, newest statement first."""
    rows = figures.sort_values(["entity", "period_end"], ascending=[True, False])
    return pd.DataFrame(
        {
            "Plant": rows["entity"],
            "Stated for": rows["period_end"].dt.strftime("%Y-%m"),
            "Of": rows["product"],
            "Capacity (t a year)": rows["value"],
            "More than": rows["low"],
            "Kind": rows["series"].str.replace("_", " "),
            "Counts": rows["basis"].str.replace(";", ", "),
            "Remark": rows["note"],
        }
    ).dropna(axis="columns", how="all")


def capital_table(figures: pd.DataFrame, titles: pd.Series) -> pd.DataFrame:
    """Return the capital raised and its terms as readers see them, newest first."""
    rows = figures.sort_values(
        ["period_end", "series", "basis"], ascending=[False, True, True]
    )
    return pd.DataFrame(
        {
            "Date": rows["period_end"].dt.strftime("%Y-%m"),
            "For": rows["entity"],
            "What": rows["series"].map(titles),
            "Value": rows["value"].fillna(rows["low"]),
            "Unit": rows["unit"],
            "Definition": rows["basis"].str.replace(";", ", "),
            "Confidence": rows["confidence"],
            "Remark": rows["note"],
        }
    )

"""The findings of the charts on costs, as their titles."""

from __future__ import annotations

import pandas as pd

from rareearth.costs.chart_data import CLAIMS, FULL
from rareearth.costs.sentences import chance
from rareearth.costs.study import Study
from rareearth.words import SPACE, listed, number, pct


def waterfall_title(frame: pd.DataFrame, currency: str) -> str:
    """Return which component separates the two most."""
    parts = frame[~frame["total"]].pivot(
        index="component", columns="entity", values="value"
    )
    one, other = list(dict.fromkeys(frame["entity"]))
    gap = parts[one] - parts[other]
    widest = gap.abs().idxmax()
    dearer = one if gap[widest] > 0 else other
    name = str(widest)[0].lower() + str(widest)[1:]
    return (
        f"The largest difference between {one} and {other}: {name}, "
        f"{number(abs(gap[widest]))} {currency} a kilogram more at {dearer}"
    )


def chance_title(study: Study) -> str:
    """Return the finding of the chart of chances."""
    level = CLAIMS["40 % dearer"]
    cash, full = (
        study.simulation.probability_dearer(
            study.producer, study.reference, level - 1, outcome
        )
        for outcome in ("cash", "full")
    )
    return (
        f"{study.producer} is at least 40{SPACE}% dearer than {study.reference} "
        f"{chance(cash)} in cash, and {chance(full)} with capital"
    )


def tornado_title(frame: pd.DataFrame) -> str:
    """Return what the ratio hinges on most."""
    top = frame.iloc[0]
    ends = sorted([top["at_low"], top["at_high"]])
    kind = "an assumption" if top["assumed"] else "a printed range"
    name = str(top["label"])[0].lower() + str(top["label"])[1:]
    return (
        f"The ratio hinges most on {kind}: {name} moves it from {ends[0]:.1f} to "
        f"{ends[1]:.1f}"
    )


def time_title(frame: pd.DataFrame, study: Study) -> str:
    """Return how the cost from accounts moved."""
    name = str(frame["entity"].iloc[0])
    own = frame[frame["entity"] == name].sort_values("year")
    first, last = own.iloc[0], own.iloc[-1]
    return (
        f"{name} spent {number(first['value'])} {study.currency} per kg NdPr oxide in "
        f"fiscal {int(first['year'])} and {number(last['value'])} in "
        f"{int(last['year'])}, in money of {study.base_year}"
    )


def level_title(study: Study, table: pd.DataFrame) -> str:
    """Return who earns its full cost at the last price."""
    full = table[table["Earns"] == FULL].set_index("Producer")
    over = full["Over the last price"]
    pays = [name for name in over.index if over[name] <= 0]
    short = [name for name in over.index if over[name] > 0]
    if not short:
        return "At the last known price every producer here earns its full cost"
    if not pays:
        return "At the last known price no producer here earns its full cost"
    return (
        f"At the last known price {listed(pays)} {_do(pays)} their full cost, "
        f"{listed(short)} {'does' if len(short) == 1 else 'do'} not"
    ).replace("earns their", "earns its")


def capital_title(table: pd.DataFrame) -> str:
    """Return how far apart the plants are for a tonne of all oxides."""
    reo = table[table["product"] == "REO"].set_index("plant")["usd_per_t"]
    if len(reo) < 2:
        return "Capital per annual tonne, as printed"
    low, high = reo.idxmin(), reo.idxmax()
    return (
        f"Capital per annual tonne: of all oxides, {high} cost "
        f"{reo[high] / reo[low]:.0f} times as much to build as {low}"
    )


def route_title(frame: pd.DataFrame, study: Study) -> str:
    """Return how the costs by share of value compare in the last common year."""
    counts = frame.groupby("year")["entity"].nunique()
    year = int(counts[counts == counts.max()].index.max())
    own = frame[frame["year"] == year]["value"]
    return (
        f"By share of value, a kilogram of NdPr oxide cost these producers "
        f"{number(own.min())} to {number(own.max())} {study.currency} in {year}"
    )


def calibration_title(frame: pd.DataFrame) -> str:
    """Return how many published costs the model meets."""
    met = int((frame["gap"] == 0).sum())
    worst = frame.loc[frame["gap"].abs().idxmax()]
    if met == len(frame):
        return f"The model lies within all {met} published unit costs"
    return (
        f"The model meets {met} of {len(frame)} published unit costs; the widest gap "
        f"is {pct(abs(worst['gap']))}, at {worst['entity']}"
    )


def margin_title(margins: pd.DataFrame) -> str:
    """Return whose gross margin was highest in the last common year."""
    counts = margins.groupby("year")["entity"].nunique()
    year = int(counts[counts == counts.max()].index.max())
    own = margins[margins["year"] == year].sort_values("value")
    low, high = own.iloc[0], own.iloc[-1]
    return (
        f"Gross margins of {year} run from {pct(low['value'])} ({low['entity']}) to "
        f"{pct(high['value'])} ({high['entity']})"
    )


def _do(names: list[str]) -> str:
    return "earns" if len(names) == 1 else "earn"

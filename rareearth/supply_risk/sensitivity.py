"""What moves the indices of supply risk: each input alone, and more suppliers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rareearth.supply_risk.analysis import by_stage, concentrations, of_product
from rareearth.supply_risk.indices import Bounds, hhi_wgi_t_bounds
from rareearth.supply_risk.inputs import Recycling

HALF_DIGIT = 0.05  # the studies print one digit
# The scale of the trade parameter in the method: no restriction, to the strictest.
TRADE = (1.0, 1.5)
_CONCENTRATION = ["element", "stage", "scope", "low", "high"]
WAYS = {"to the others": True, "to many new ones": False}  # pro rata, or dispersed


def inputs_tested(
    shares: pd.DataFrame,
    risk: pd.DataFrame,
    inputs: Mapping[str, Recycling],
    others: Mapping[str, tuple[float, float]],
    stage: str,
) -> pd.DataFrame:
    """Return what the index becomes when one input at a time goes to its ends.

    Parameters
    ----------
    risk : DataFrame
        From `risk_inputs.governance`.
    others : mapping
        ``"reliance"`` and ``"recycling"``: the lowest and highest to try, 0 to 1.
    stage : str
        The stage that is tested.

    Returns
    -------
    DataFrame, the widest first
        ``row``, ``low``, ``high``, ``value`` (as it stands), ``tried``.
    """
    own = shares[shares["stage"] == stage]
    base = _middle(concentrations(own, risk["mean"]), inputs)
    tested = pd.DataFrame(
        [
            {
                "row": row,
                "low": min(ends),
                "high": max(ends),
                "value": base,
                "tried": tried,
            }
            for row, ends, tried in _ends(own, risk, inputs, others)
        ]
    )
    order = (tested["high"] - tested["low"]).sort_values(ascending=False).index
    return tested.loc[order].reset_index(drop=True)


def _ends(
    own: pd.DataFrame,
    risk: pd.DataFrame,
    inputs: Mapping[str, Recycling],
    others: Mapping[str, tuple[float, float]],
) -> list[tuple[str, list[float], str]]:
    """Return for each input its name, the index at its ends, and what was tried."""
    table = concentrations(own, risk["mean"])
    stable = concentrations(own, risk["stability"])
    leader = str(own.groupby("entity")["share"].mean().idxmax())

    reliance = [
        _middle(
            table,
            {name: one._replace(import_reliance=end) for name, one in inputs.items()},
        )
        for end in others["reliance"]
    ]
    recycled = [
        _middle(
            table,
            {name: one._replace(eol_recycling=end) for name, one in inputs.items()},
        )
        for end in others["recycling"]
    ]
    restricted = [
        _middle(concentrations(own, _times(risk["mean"], leader, factor)), inputs)
        for factor in TRADE
    ]
    return [
        (
            "governance by political stability only",
            [_middle(table, inputs), _middle(stable, inputs)],
            "instead of the mean of six dimensions",
        ),
        (
            f"exports of {leader} restricted",
            restricted,
            f"trade parameter {TRADE[0]} to {TRADE[1]}",
        ),
        ("import reliance", reliance, _percents(others["reliance"])),
        ("recycled input", recycled, _percents(others["recycling"])),
        (
            "what is not named or scored",
            list(of_product(by_stage(table, inputs))),
            "safest to riskiest",
        ),
    ]


def _percents(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.0%} to {ends[1]:.0%}"


def _times(risk: pd.Series, country: str, factor: float) -> pd.Series:
    """Return governance with one country's risk times a trade parameter.

    Both enter the index as a product, so that the one can carry the other; the cap at
    the end of the scale of governance is the only difference.
    """
    changed = risk.copy()
    if country in changed.index:
        changed[country] = min(1.0, float(changed[country]) * factor)
    return changed


def _middle(table: pd.DataFrame, inputs: Mapping[str, Recycling]) -> float:
    bounds = of_product(by_stage(table, inputs))
    return (bounds.low + bounds.high) / 2


def diversified(
    shares: pd.DataFrame, risk: pd.Series, inputs: Mapping[str, Recycling], stage: str
) -> pd.DataFrame:
    """Return the supply risk when the leader's share goes to others, step by step.

    World supply and sourcing both move. What the leader gives up goes once to the
    other suppliers in proportion to what they have, and once to many new ones.

    Returns
    -------
    DataFrame, for `charts.along`
        ``at`` (the share of the leader in world supply, percent), ``value``,
        ``entity`` (a key of `WAYS`).
    """
    own = shares[shares["stage"] == stage]
    world = own[own["scope"] == "world"]
    leader = world.groupby("entity")["share"].mean().idxmax()
    start = float(world[world["entity"] == leader]["share"].mean())
    suppliers = {
        key: group.set_index("entity")["share"]
        for key, group in own.groupby(["element", "scope"], sort=False)
    }
    rows = []
    steps = [share for share in range(95, 0, -5) if share < start * 100]
    for percent in [start * 100, *steps]:
        factor = percent / 100 / start
        for name, spread in WAYS.items():
            moved = []
            for (element, scope), share in suppliers.items():
                own = _moved(share, str(leader), factor, spread)
                low, high = hhi_wgi_t_bounds(own, risk * 10)
                moved.append((element, stage, scope, low, high))
            stages = by_stage(pd.DataFrame(moved, columns=_CONCENTRATION), inputs)
            rows.append(
                {
                    "entity": name,
                    "at": round(float(percent), 1),
                    "value": of_product(stages).low,
                }
            )
    return pd.DataFrame(rows)


def _moved(share: pd.Series, leader: str, factor: float, spread: bool) -> pd.Series:
    """Return shares by country when the leader gives up a part of its own."""
    lead = share.index == leader
    given, rest = share[lead].sum() * (1 - factor), share[~lead].sum()
    more = 1 + given / rest if spread and rest > 0 else 1.0
    return (share * np.where(lead, factor, more)).clip(upper=1.0)


def implied_substitution(
    printed: pd.DataFrame, computed: Bounds, product: str, year: int
) -> pd.Series | None:
    """Return which substitution index the printed result implies, None if unprinted.

    The printed index (give or take its rounding) over the one computed without
    substitution. Above 1 it cannot be a substitution index: then the inputs here are
    not those of the study.

    Returns
    -------
    Series
        ``printed``, ``low``, ``high`` of the implied index.
    """
    own = printed[
        (printed["series"] == "eu_supply_risk")
        & (printed["product"] == product)
        & (printed["period_end"].dt.year == year)
    ]
    if own.empty or computed.low <= 0:
        return None
    value = float(own["value"].iloc[-1])
    return pd.Series(
        {
            "printed": value,
            "low": (value - HALF_DIGIT) / computed.high,
            "high": (value + HALF_DIGIT) / computed.low,
        }
    )

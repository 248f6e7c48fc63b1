"""The indices of supply risk: by stage, by country, by input, and diversified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from rareearth.risk_inputs import Recycling
from rareearth.supply_risk import (
    Bounds,
    SupplyUsed,
    corners,
    eu_supply_risk,
    geopolrisk_bounds,
    hhi_wgi_t_bounds,
)

HALF_DIGIT = 0.05  # the studies print one digit
# The scale of the trade parameter in the method: no restriction, to the strictest.
TRADE = (1.0, 1.5)
_CONCENTRATION = ["element", "stage", "scope", "low", "high"]
WAYS = {"to the others": True, "to many new ones": False}  # pro rata, or dispersed


def concentrations(shares: pd.DataFrame, risk: pd.Series) -> pd.DataFrame:
    """Return the governance-weighted concentration by element, stage and scope.

    Parameters
    ----------
    shares : DataFrame
        From `risk_inputs.supply_shares`.
    risk : Series
        Mean governance risk by country, 0 to 1.

    Returns
    -------
    DataFrame
        ``element``, ``stage``, ``scope``, ``low``, ``high`` (0 to 10), ``named`` (the
        share that is given by country), ``unscored`` (countries without a score).
    """
    rows = []
    for (element, stage, scope), group in shares.groupby(
        ["element", "stage", "scope"], sort=False
    ):
        own = group.set_index("entity")["share"]
        bounds = hhi_wgi_t_bounds(own, risk * 10)
        unscored = own.index.difference(risk.dropna().index)
        rows.append(
            {
                "element": element,
                "stage": stage,
                "scope": scope,
                "low": bounds.low,
                "high": bounds.high,
                "named": min(1.0, float(own.sum())),
                "unscored": ", ".join(map(str, unscored)),
            }
        )
    return pd.DataFrame(rows)


def by_stage(
    table: pd.DataFrame, inputs: Mapping[str, Recycling], substitution: float = 1.0
) -> pd.DataFrame:
    """Return the supply risk of each element and stage, with its bounds.

    Where the sourcing of the Union is not printed, world supply stands alone, as the
    method says.

    Parameters
    ----------
    table : DataFrame
        From `concentrations`.
    inputs : mapping of element to Recycling
    substitution : float, default 1.0
        1 counts no substitute: the highest that the risk can be.

    Returns
    -------
    DataFrame
        ``element``, ``stage``, ``low``, ``high``, ``supply_used``.
    """
    rows = []
    for (element, stage), group in table.groupby(["element", "stage"], sort=False):
        known = group.set_index("scope")
        if "world" not in known.index:
            continue
        world = known.loc["world", ["low", "high"]].astype(float)
        both = "EU sourcing" in known.index
        source = known.loc["EU sourcing" if both else "world", ["low", "high"]]
        used: SupplyUsed = "both" if both else "global"
        given = inputs[str(element)]
        risk = partial(
            eu_supply_risk,
            import_reliance=given.import_reliance,
            eol_recycling=given.eol_recycling,
            substitution=substitution,
            supply_used=used,
        )
        bounds = corners(
            risk,
            hhi_global=(float(world["low"]), float(world["high"])),
            hhi_sourcing=(float(source["low"]), float(source["high"])),
        )
        rows.append(
            {
                "element": element,
                "stage": stage,
                "low": bounds.low,
                "high": bounds.high,
                "supply_used": used,
            }
        )
    return pd.DataFrame(rows)


def of_product(stages: pd.DataFrame) -> Bounds:
    """Return the supply risk of a product: the higher stage, mean over its elements."""
    highest = stages.groupby("element")[["low", "high"]].max()
    return Bounds(float(highest["low"].mean()), float(highest["high"].mean()))


def stage_means(stages: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over the elements by stage, for `charts.ranges`."""
    table = stages.groupby("stage", sort=False)[["low", "high"]].mean().reset_index()
    return table.assign(row=table["stage"], value=(table["low"] + table["high"]) / 2)


def decisive(stages: pd.DataFrame) -> str:
    """Return the stage that decides: the one with the higher mean."""
    means = stages.groupby("stage")[["low", "high"]].mean().mean(axis=1)
    return str(means.idxmax())


def drivers(shares: pd.DataFrame, risk: pd.Series, stage: str) -> pd.DataFrame:
    """Return how much each country adds to the concentration of world supply.

    Returns
    -------
    DataFrame, the largest first
        ``row`` (country), ``share``, ``risk`` (0 to 10, missing where unknown),
        ``low``, ``high`` (contribution: share squared times risk), ``value``,
        ``part`` (of the sum of what is known), ``confidence``, ``source_id``.
    """
    own = shares[(shares["stage"] == stage) & (shares["scope"] == "world")]
    mean = own.groupby("entity").agg(
        share=("share", "mean"),
        confidence=("confidence", "first"),
        source_id=("source_id", "first"),
    )
    score = (risk * 10).reindex(mean.index)
    square = mean["share"] ** 2
    table = mean.assign(
        risk=score,
        value=square * score,
        low=square * score.fillna(0.0),
        high=square * score.fillna(10.0),
    )
    table["part"] = table["low"] / table["low"].sum()
    table = table.sort_values("high", ascending=False)
    return table.reset_index().rename(columns={"entity": "row"})


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
    tables = {
        "mean": concentrations(own, risk["mean"]),
        "stability": concentrations(own, risk["stability"]),
    }
    base = _middle(tables["mean"], inputs)

    table = tables["mean"]
    reliance = [
        _middle(table, {n: g._replace(import_reliance=end) for n, g in inputs.items()})
        for end in others["reliance"]
    ]
    recycled = [
        _middle(table, {n: g._replace(eol_recycling=end) for n, g in inputs.items()})
        for end in others["recycling"]
    ]
    leader = str(own.groupby("entity")["share"].mean().idxmax())
    restricted = [
        _middle(concentrations(own, _times(risk["mean"], leader, t)), inputs)
        for t in TRADE
    ]
    bounds = of_product(by_stage(tables["mean"], inputs))
    rows = [
        (
            "governance by political stability only",
            (base, _middle(tables["stability"], inputs)),
            "instead of the mean of six dimensions",
        ),
        (
            f"exports of {leader} restricted",
            tuple(restricted),
            f"trade parameter {TRADE[0]} to {TRADE[1]}",
        ),
        ("import reliance", tuple(reliance), _percents(others["reliance"])),
        ("recycled input", tuple(recycled), _percents(others["recycling"])),
        ("what is not named or scored", tuple(bounds), "safest to riskiest"),
    ]
    tested = pd.DataFrame(
        [
            {
                "row": row,
                "low": min(ends),
                "high": max(ends),
                "value": base,
                "tried": tried,
            }
            for row, ends, tried in rows
        ]
    )
    order = (tested["high"] - tested["low"]).sort_values(ascending=False).index
    return tested.loc[order].reset_index(drop=True)


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


def editions(printed: pd.DataFrame, product: str) -> pd.DataFrame:
    """Return the printed results of all editions of a group, for a chart.

    Returns
    -------
    DataFrame
        ``year``, ``value``, ``entity`` ("supply risk" or "economic importance"),
        ``method`` ("2010" or "2017"), ``source_id``.
    """
    own = printed[printed["product"] == product].copy()
    own["entity"] = own["series"].map(
        {"eu_supply_risk": "supply risk", "eu_economic_importance": "importance"}
    )
    own["method"] = own["basis"].str.extract(r"eu-method-(\d{4})")[0]
    own["year"] = own["period_end"].dt.year
    return own.sort_values(["entity", "year"])[
        ["year", "entity", "method", "value", "source_id"]
    ].reset_index(drop=True)


def importer_risk(
    production: pd.DataFrame,
    partners: pd.DataFrame,
    stability: pd.Series,
    made: float,
    bought: float | None,
) -> pd.DataFrame:
    """Return GeoPolRisk of an importer with its bounds.

    Parameters
    ----------
    production : DataFrame
        Mine output of one year, from `concentration.share_table`.
    partners : DataFrame
        From `risk_inputs.import_shares`.
    stability : Series
        Governance risk of political stability, 0 to 1.
    made, bought : float
        Own output and imports of the importer, t REO; without imports in tonnes its
        own output is left out.

    Returns
    -------
    DataFrame
        Rows ``hhi``, ``import_risk``, ``score``; columns ``low``, ``high``.
    """
    named = production[production["kind"] == "country"].set_index("entity")["share"]
    unnamed = max(0.0, 1.0 - float(named.sum()))
    imports = partners.set_index("entity")["share"]
    rest = max(0.0, 1.0 - float(imports.sum()))
    scale = bought if bought is not None else 1.0
    own = made if bought is not None else 0.0
    low, high = geopolrisk_bounds(
        named, imports * scale, stability, own, rest * scale, unnamed
    )
    return pd.DataFrame({"low": low._asdict(), "high": high._asdict()})


def side_by_side(
    risk: Bounds, geo: pd.DataFrame, mined: pd.DataFrame, product: str, importer: str
) -> pd.DataFrame:
    """Return the indices with their scales and inputs, as readers see them."""
    hhi = geo.loc["hhi"] * 10_000
    rows = [
        (
            "EU supply risk, without substitution",
            product,
            "European Union",
            risk.low,
            risk.high,
            "0 to about 10; at risk from 1.0",
            "shares by stage, governance, reliance, recycling",
        ),
        (
            "GeoPolRisk",
            "all rare earths",
            importer,
            geo.loc["score", "low"],
            geo.loc["score", "high"],
            "0 to 1",
            "mine output, imports by partner, political stability",
        ),
        (
            "HHI of mining",
            "all rare earths",
            "the world",
            hhi["low"],
            hhi["high"],
            "0 to 10,000, a monopoly",
            f"mine output of {int(mined['year'].iloc[0])} by country",
        ),
    ]
    names = ["Index", "Of", "For", "From", "To", "Scale", "Made of"]
    return pd.DataFrame(rows, columns=names).round(2)


def stage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return `concentrations` as readers see it."""
    return pd.DataFrame(
        {
            "Element": table["element"],
            "Stage": table["stage"],
            "Scope": table["scope"],
            "From": table["low"].round(2),
            "To": table["high"].round(2),
            "Named": table["named"],
            "Without a score": table["unscored"],
        }
    )


def partner_table(partners: pd.DataFrame, stability: pd.Series) -> pd.DataFrame:
    """Return the partners of an importer as readers see them, the rest last."""
    rows = pd.DataFrame(
        {
            "Partner": partners["entity"],
            "Share of imports": partners["share"],
            "Governance risk": partners["entity"].map(stability),
        }
    )
    rest = 1 - float(partners["share"].sum())
    if rest > 0.001:
        rows.loc[len(rows)] = ["not named", rest, float("nan")]
    return rows

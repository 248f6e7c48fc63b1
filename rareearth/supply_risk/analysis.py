"""The indices of supply risk: of stages, of a product, of an importer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from rareearth.supply_risk.indices import (
    Bounds,
    SupplyUsed,
    corners,
    eu_supply_risk,
    geopolrisk_bounds,
    hhi_wgi_t_bounds,
)
from rareearth.supply_risk.inputs import Recycling


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
        Mine output of one year, from `concentration.shares`.
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

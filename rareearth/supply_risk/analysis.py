"""The indices of supply risk for rare earths: inputs, results, and what moves them.

Inputs are taken from one edition of the Commission's assessment and from one printed
statement on imports. The stages of a product, a product and an importer are rated; then
each input goes to its ends alone, and the leading supplier gives up its share.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import IMPORTERS, codes, each, has_codes
from rareearth.supply_risk.indices import (
    Bounds,
    SupplyUsed,
    corners,
    eu_supply_risk,
    geopolrisk_bounds,
    governance_risk,
    hhi_wgi_t_bounds,
)
from rareearth.words import pct, span

PRODUCTS = {  # what the Commission assesses apart, and the group that it prints
    "NdPr": (("Nd", "Pr"), "light rare earths"),
    "Nd": (("Nd",), "light rare earths"),
    "Pr": (("Pr",), "light rare earths"),
    "La": (("La",), "light rare earths"),
    "Ce": (("Ce",), "light rare earths"),
    "Sm": (("Sm",), "light rare earths"),
    "Dy": (("Dy",), "heavy rare earths"),
    "Tb": (("Tb",), "heavy rare earths"),
    "Y": (("Y",), "heavy rare earths"),
    "Sc": (("Sc",), "Sc"),  # the Commission counts it apart
    "light rare earths": (("La", "Ce", "Pr", "Nd", "Sm"), "light rare earths"),
    "heavy rare earths": (
        ("Dy", "Er", "Eu", "Gd", "Tb", "Y", "Yb"),
        "heavy rare earths",
    ),
}
STAGES = {"stage-extraction": "extraction", "stage-processing": "processing"}
EDITIONS = {2017: "ec-crm-2017", 2023: "ec-crm-2023"}
BROAD = ("compounds and metals", "rare earths")  # imports of all rare earths together
STABILITY = "political-stability"
DIMENSIONS = {
    "control-of-corruption",
    "government-effectiveness",
    STABILITY,
    "regulatory-quality",
    "rule-of-law",
    "voice-accountability",
}
HALF_DIGIT = 0.05  # the studies print one digit
# The scale of the trade parameter in the method: no restriction, to the strictest.
TRADE = (1.0, 1.5)
WAYS = {"to the others": True, "to many new ones": False}  # pro rata, or dispersed


class Recycling(NamedTuple):
    """Import reliance and recycled input of an element, 0 to 1."""

    import_reliance: float
    eol_recycling: float


def edition(year: int, shares: pd.DataFrame) -> int:
    """Return the last assessment up to a year whose shares had been published.

    Raises
    ------
    NoFigures
        If none had.
    """
    have = set(shares["source_id"])
    known = [e for e, source in EDITIONS.items() if source in have and e <= year]
    if not known:
        raise NoFigures(
            f"no assessment of the European Commission was published for {year} by "
            f"then; there are those of {', '.join(map(str, EDITIONS))}"
        )
    return max(known)


def supply_shares(
    shares: pd.DataFrame, elements: tuple[str, ...], of: int
) -> pd.DataFrame:
    """Return who supplies which share, by element, stage and scope, of one edition.

    Sourcing that is printed for the heavy rare earths as a group stands for each of
    its members.

    Returns
    -------
    DataFrame
        ``element``, ``stage``, ``scope`` ("world" or "EU sourcing"), ``entity``,
        ``share`` (0 to 1), ``confidence``, ``source_id``.
    """
    own = shares[shares["source_id"] == EDITIONS[of]]
    parts = []
    for element in elements:
        rows = own[own["product"] == element]
        heavy = PRODUCTS.get(element, ((), ""))[1] == "heavy rare earths"
        if heavy or element in PRODUCTS["heavy rare earths"][0]:
            group = own[
                (own["product"] == "heavy rare earths")
                & (own["series"] == "eu_sourcing_share")
            ]
            rows = pd.concat([rows, group])
        parts.append(rows.assign(element=element))
    table = pd.concat(parts, ignore_index=True)
    stage = each(table["basis"], _stage)
    scope = table["series"].map(
        {"global_supply_share": "world", "eu_sourcing_share": "EU sourcing"}
    )
    return table.assign(
        stage=stage, scope=scope, share=table["value"] / 100, assessment=of
    )[
        "element stage scope entity share confidence source_id assessment".split()
    ].dropna(subset=["share"])


def _stage(basis: str) -> str:
    found = (name for code, name in STAGES.items() if code in codes(basis))
    return next(found, "not stated")


def trade_parameters(shares: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest trade parameter that the shares' notes print."""
    found = shares["note"].str.extract(r"trade variable t=([\d.]+)")[0].dropna()
    values = found.astype(float)
    return (float(values.min()), float(values.max())) if len(values) else (1.0, 1.0)


def governance(figures: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the governance risk by country, for the last year up to the one wanted.

    Before the first year with estimates that first one stands in; ``year`` says which.

    Parameters
    ----------
    figures : DataFrame
        Figures of ``governance_estimate``.

    Returns
    -------
    DataFrame, indexed by country
        ``mean`` (of all six dimensions, only where all are known), ``stability``
        (political stability), both 0 to 1 with 1 the riskiest; ``year``.
    """
    years = figures["period_end"].dt.year
    last = int(years[years <= year].max() if (years <= year).any() else years.min())
    rows = figures[years == last]
    dimension = each(rows["basis"], lambda cell: min(codes(cell) & DIMENSIONS))
    wide = rows.assign(dimension=dimension).pivot_table(
        index="entity", columns="dimension", values="value"
    )
    mean = wide.mean(axis=1).where(
        wide.notna().all(axis=1) & (wide.shape[1] == len(DIMENSIONS))
    )
    return pd.DataFrame(
        {
            "mean": governance_risk(mean),
            "stability": governance_risk(wide[STABILITY]),
            "year": last,
        }
    )


def recycling(figures: pd.DataFrame, element: str) -> Recycling:
    """Return the last printed import reliance and recycling of an element.

    Raises
    ------
    NoFigures
        If one of them is not printed.
    """
    own = figures[(figures["product"] == element) & figures["value"].notna()]
    reliance = own[own["series"] == "import_reliance"].sort_values("period_end")
    recycled = own[own["series"] == "recycling_input_rate"].sort_values("period_end")
    if reliance.empty or recycled.empty:
        raise NoFigures(
            f"no import reliance or recycling of {element} was published by then"
        )
    return Recycling(
        float(reliance["value"].iloc[-1]) / 100,
        float(recycled["value"].iloc[-1]) / 100,
    )


def import_shares(figures: pd.DataFrame, importer: str, year: int) -> pd.DataFrame:
    """Return from whom an importer buys rare earths, one printed statement.

    The statement for the year, else the last before it; of several the one that names
    most partners. Statements on the share of consumption, political statements and
    those on one element are left out.

    Returns
    -------
    DataFrame
        ``entity`` (partner), ``share`` (0 to 1), ``first``, ``last`` (years),
        ``source_id``, ``product``.

    Raises
    ------
    NoFigures
        If nothing is printed up to the year. The message names the years there are.
    """
    own = figures[
        has_codes(figures["basis"], IMPORTERS[importer], "share-of-imports")
        & figures["product"].isin(BROAD)
        & figures["value"].notna()
    ]
    rows = own.assign(last=own["period_end"].dt.year, first=own["period_start"].dt.year)
    rows = rows[rows["last"] <= year]
    if rows.empty:
        have = sorted(own["period_end"].dt.year.unique())
        years = ", ".join(map(str, have)) or "no year"
        raise NoFigures(
            f"no printed import shares of {importer} up to {year}; there are some of "
            f"{years}"
        )
    rows = rows[rows["last"] == rows["last"].max()]
    named = rows[rows["entity"] != "Other"]
    most = named.groupby("source_id")["entity"].nunique().sort_values()
    chosen = named[named["source_id"] == most.index[-1]]
    return chosen.assign(share=chosen["value"] / 100)[
        "entity share first last source_id product".split()
    ].sort_values("share", ascending=False, ignore_index=True)


def last_year(world: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the last year up to the one wanted of `concentration.shares`.

    Raises
    ------
    NoFigures
        If no year up to it has a world total.
    """
    years = world["year"][world["year"] <= year]
    if years.empty:
        raise NoFigures(f"no world total of mine production up to {year}")
    return world[world["year"] == years.max()].reset_index(drop=True)


def total_imports(figures: pd.DataFrame, importer: str, year: int) -> float | None:
    """Return the imports of a year in t REO, None where they are not printed.

    Only those of the United States are printed in tonnes of oxides: as a total, or
    else as single lines (compounds, metals, ferrocerium), which add up to it.
    """
    dated = figures["period_end"].dt.year == year
    own = figures[dated & figures["value"].notna()].drop_duplicates(
        "product", keep="last"
    )
    if own.empty or importer != "United States":
        return None
    is_total = own["product"] == "REO"
    return float(own.loc[is_total if is_total.any() else ~is_total, "value"].sum())


def concentrations(shares: pd.DataFrame, risk: pd.Series) -> pd.DataFrame:
    """Return the governance-weighted concentration by element, stage and scope.

    Parameters
    ----------
    shares : DataFrame
        From `supply_shares`.
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
        From `import_shares`.
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
        From `governance`.
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

    def with_input(name: str, value: float) -> float:
        given = {key: one._replace(**{name: value}) for key, one in inputs.items()}
        return _middle(table, given)

    return [
        (
            "governance by political stability only",
            [_middle(table, inputs), _middle(stable, inputs)],
            "instead of the mean of six dimensions",
        ),
        (
            f"exports of {leader} restricted",
            [
                _middle(concentrations(own, _times(risk["mean"], leader, t)), inputs)
                for t in TRADE
            ],
            f"trade parameter {TRADE[0]} to {TRADE[1]}",
        ),
        (
            "import reliance",
            [with_input("import_reliance", end) for end in others["reliance"]],
            span(*others["reliance"], pct, digits=0),
        ),
        (
            "recycled input",
            [with_input("eol_recycling", end) for end in others["recycling"]],
            span(*others["recycling"], pct, digits=0),
        ),
        (
            "what is not named or scored",
            list(of_product(by_stage(table, inputs))),
            "safest to riskiest",
        ),
    ]


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
    DataFrame, for `charts.lines`
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
            stages = by_stage(
                pd.DataFrame(moved, columns="element stage scope low high".split()),
                inputs,
            )
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

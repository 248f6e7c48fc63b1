"""The indices of supply risk for rare earths: inputs, results, and what moves them.

Inputs are those of the Commission's assessment of 2023, and of one printed statement on
imports. The stages of a product, a product and an importer are rated; then each input
goes to its ends alone, and the leading supplier gives up its share.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

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
from rareearth.words import number

LIGHT = {
    "La": "lanthanum",
    "Ce": "cerium",
    "Pr": "praseodymium",
    "Nd": "neodymium",
    "Sm": "samarium",
}
HEAVY = {
    "Eu": "europium",
    "Gd": "gadolinium",
    "Tb": "terbium",
    "Dy": "dysprosium",
    "Ho": "holmium",
    "Er": "erbium",
    "Tm": "thulium",
    "Yb": "ytterbium",
    "Lu": "lutetium",
    "Y": "yttrium",
}
NAMES = LIGHT | HEAVY | {"Sc": "scandium"}
GROUPS = {"light rare earths": LIGHT, "heavy rare earths": HEAVY}  # as assessed
PRODUCTS = (
    {"NdPr": ("Nd", "Pr")}
    | {element: (element,) for element in NAMES}
    | {name: tuple(members) for name, members in GROUPS.items()}
)
STUDY = "ec-crm-2023"  # the one assessment whose inputs are known by element
STUDY_YEAR = 2023
AT_RISK = 1.0  # threshold of the Commission since its first assessment
IMPORTANT = 2.8  # that of economic importance, since 2017
STAGES = {"stage-extraction": "extraction", "stage-processing": "processing"}
# The study prints the Union's sourcing of these at processing, and does not use it.
WORLD_ALONE = ("Ce", "Sc", "Y", "Yb")
INPUTS = {
    "import_reliance": "import_reliance",
    "recycling_input_rate": "eol_recycling",
    "eu_substitution_index": "substitution",
}
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
STRICTEST = 1.5  # trade parameter of the method where exports are most restricted
WAYS = {"to the others": True, "to many new ones": False}  # pro rata, or dispersed


def score(value: float, *, digits: int | None = None) -> str:
    """Return an index with two digits below one, with one above: 0.23, 3.9."""
    usual = 2 if abs(value) < 1 else 1
    return number(value, digits=usual if digits is None else digits)


def group(product: str) -> str:
    """Return the group that the Commission rates a product in, or the product."""
    members = set(PRODUCTS[product])
    return next((name for name, of in GROUPS.items() if members <= set(of)), product)


def supply_shares(shares: pd.DataFrame, elements: tuple[str, ...]) -> pd.DataFrame:
    """Return who supplies which share, by element, stage and scope, in the study.

    Sourcing that is printed for the heavy rare earths as a group stands for each of
    its members.

    Returns
    -------
    DataFrame
        ``element``, ``stage``, ``scope`` ("world" or "EU sourcing"), ``entity``,
        ``share`` (0 to 1), ``confidence``, ``source_id``.
    """
    own = shares[(shares["source_id"] == STUDY) & shares["value"].notna()]
    heavy = own["product"] == "heavy rare earths"
    members = [element for element in elements if element in HEAVY]
    parts = [own[own["product"].isin(elements)].assign(element=lambda x: x["product"])]
    parts += [own[heavy].assign(element=element) for element in members]
    table = pd.concat(parts, ignore_index=True)
    scopes = {"global_supply_share": "world", "eu_sourcing_share": "EU sourcing"}
    table = table.assign(
        stage=each(table["basis"], _stage),
        scope=table["series"].map(scopes),
        share=table["value"] / 100,
    )
    unused = (
        table["element"].isin(WORLD_ALONE)
        & (table["stage"] == "processing")
        & (table["scope"] == "EU sourcing")
    )
    names = "element stage scope entity share confidence source_id".split()
    return table.loc[~unused, names]


def _stage(basis: str) -> str:
    found = (name for code, name in STAGES.items() if code in codes(basis))
    return next(found, "")


def inputs(figures: pd.DataFrame) -> pd.DataFrame:
    """Return reliance, recycled input and substitution in the study, 0 to 1.

    What is printed once for both stages stands for each of them.

    Parameters
    ----------
    figures : DataFrame
        Figures of the series in `INPUTS`.

    Returns
    -------
    DataFrame, indexed by element and stage
        The columns that `INPUTS` names; only rows that lack none.
    """
    own = figures[(figures["source_id"] == STUDY) & figures["value"].notna()]
    own = own.assign(
        element=own["product"],
        input=own["series"].map(INPUTS),
        stage=each(own["basis"], _stage),
        share=own["value"].where(own["unit"] != "percent", own["value"] / 100),
    )
    whole = pd.concat(
        [own.assign(stage=own["stage"].replace("", name)) for name in STAGES.values()]
    )
    table = whole.pivot_table(
        index=["element", "stage"], columns="input", values="share", aggfunc="last"
    )
    return table.reindex(columns=list(INPUTS.values())).dropna()


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
    last = years[years <= year].max() if (years <= year).any() else years.min()
    rows = figures[years == last]
    dimension = each(rows["basis"], lambda cell: min(codes(cell) & DIMENSIONS))
    wide = rows.assign(dimension=dimension).pivot_table(
        index="entity", columns="dimension", values="value"
    )
    wide = wide.reindex(columns=sorted(DIMENSIONS))
    mean = wide.mean(axis=1).where(wide.notna().all(axis=1))
    return pd.DataFrame(
        {
            "mean": governance_risk(mean),
            "stability": governance_risk(wide[STABILITY]),
            "year": last,
        }
    )


def import_shares(figures: pd.DataFrame, importer: str, year: int) -> pd.DataFrame:
    """Return from whom an importer buys rare earths, one printed statement.

    The statement for the year, else the last before it; of several the one that names
    most partners. Statements on the share of consumption, political statements and
    those on one element are left out. Empty if nothing is printed up to the year.

    Returns
    -------
    DataFrame
        ``entity`` (partner), ``share`` (0 to 1), ``first``, ``last`` (years),
        ``source_id``, ``product``.
    """
    own = figures[
        has_codes(figures["basis"], IMPORTERS[importer], "share-of-imports")
        & figures["product"].isin(BROAD)
        & figures["value"].notna()
        & (figures["entity"] != "Other")
    ]
    rows = own.assign(
        last=own["period_end"].dt.year,
        first=own["period_start"].dt.year,
        share=own["value"] / 100,
    )
    rows = rows[rows["last"] <= year]
    rows = rows[rows["last"] == rows["last"].max()]
    most = rows.groupby("source_id")["entity"].nunique().sort_values()
    chosen = rows[rows["source_id"].isin(most.index[-1:])]
    return chosen["entity share first last source_id product".split()].sort_values(
        "share", ascending=False, ignore_index=True
    )


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
    rows, ten, scored = [], risk * 10, risk.dropna().index
    keys = ["element", "stage", "scope"]
    for names, own in shares.groupby(keys, sort=False):
        share = own.set_index("entity")["share"]
        unscored = share.index.difference(scored)
        low, high = hhi_wgi_t_bounds(share, ten)
        rows.append(
            (*names, low, high, min(1.0, share.sum()), ", ".join(map(str, unscored)))
        )
    return pd.DataFrame(rows, columns=[*keys, "low", "high", "named", "unscored"])


def by_stage(table: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Return the supply risk of each element and stage, with its bounds.

    Where the sourcing of the Union is not printed, world supply stands alone, as the
    method says.

    Parameters
    ----------
    table : DataFrame
        From `concentrations`.
    given : DataFrame
        From `inputs`; a stage that it does not have is left out.

    Returns
    -------
    DataFrame
        ``element``, ``stage``, ``low``, ``high``, ``supply_used``.
    """
    rows = []
    for key, own in table.groupby(["element", "stage"], sort=False):
        known = own.set_index("scope")[["low", "high"]].astype(float)
        if "world" not in known.index or key not in given.index:
            continue
        both = "EU sourcing" in known.index
        used: SupplyUsed = "both" if both else "global"
        low, high = corners(
            partial(eu_supply_risk, supply_used=used, **given.loc[key].to_dict()),
            hhi_global=tuple(known.loc["world"]),
            hhi_sourcing=tuple(known.loc["EU sourcing" if both else "world"]),
        )
        rows.append((*key, low, high, used))
    columns = ["element", "stage", "low", "high", "supply_used"]
    return pd.DataFrame(rows, columns=columns)


def of_product(stages: pd.DataFrame) -> Bounds:
    """Return the supply risk of a product: the higher stage, mean over its elements."""
    highest = stages.groupby("element")[["low", "high"]].max()
    return Bounds(float(highest["low"].mean()), float(highest["high"].mean()))


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


def inputs_tested(
    shares: pd.DataFrame,
    risk: pd.DataFrame,
    given: pd.DataFrame,
    tried: Mapping[str, tuple[str, tuple[float, float]]],
) -> pd.DataFrame:
    """Return what the index becomes when one input at a time goes to its ends.

    Parameters
    ----------
    risk : DataFrame
        From `governance`.
    tried : mapping
        By what is said of it: a column of `given`, and its lowest and highest to try.

    Returns
    -------
    DataFrame, the widest first
        ``row``, ``low``, ``high``, ``value`` (as it stands).
    """

    def middle(risk: pd.Series, given: pd.DataFrame) -> float:
        return sum(of_product(by_stage(concentrations(shares, risk), given))) / 2

    mean = risk["mean"]
    leader = shares[shares["scope"] == "world"].groupby("entity")["share"].mean()
    restricted = mean.copy()  # governance carries the trade parameter: both multiply
    restricted[leader.idxmax()] = min(1.0, restricted[leader.idxmax()] * STRICTEST)
    rows = {
        "political stability alone": [middle(risk["stability"], given)],
        f"export curbs of {leader.idxmax()}": [middle(restricted, given)],
        "suppliers not named or scored": list(
            of_product(by_stage(concentrations(shares, mean), given))
        ),
    }
    for row, (name, ends) in tried.items():
        rows[row] = [middle(mean, given.assign(**{name: end})) for end in ends]
    base = middle(mean, given)
    table = pd.DataFrame(
        [
            {"row": row, "low": min(*found, base), "high": max(*found, base)}
            for row, found in rows.items()
        ]
    ).assign(value=base)
    widest = (table["high"] - table["low"]).sort_values(ascending=False, kind="stable")
    return table.loc[widest.index].reset_index(drop=True)


def diversified(
    shares: pd.DataFrame, risk: pd.Series, given: pd.DataFrame, leader: str
) -> pd.DataFrame:
    """Return the supply risk when a supplier's share goes to others, step by step.

    World supply and sourcing both move, at all stages. What the supplier gives up goes
    once to the other suppliers in proportion to what they have, and once to many new
    ones.

    Returns
    -------
    DataFrame, for `charts.lines`
        ``at`` (the part of today's share that is kept, percent), ``value``, ``entity``
        (a key of `WAYS`).
    """
    suppliers = {
        key: own.set_index("entity")["share"]
        for key, own in shares.groupby(["element", "stage", "scope"], sort=False)
    }
    ten = risk * 10
    rows = []
    for kept in range(100, -1, -5):
        for name, spread in WAYS.items():
            moved = [
                (*key, *hhi_wgi_t_bounds(_moved(own, leader, kept / 100, spread), ten))
                for key, own in suppliers.items()
            ]
            columns = "element stage scope low high".split()
            stages = by_stage(pd.DataFrame(moved, columns=columns), given)
            rows.append((name, kept, of_product(stages).low))
    return pd.DataFrame(rows, columns=["entity", "at", "value"])


def _moved(share: pd.Series, leader: str, factor: float, spread: bool) -> pd.Series:
    """Return shares by country when the leader gives up a part of its own."""
    lead, had = share.index == leader, share.to_numpy(float)
    given, rest = had[lead].sum() * (1 - factor), had[~lead].sum()
    more = 1 + given / rest if spread and rest > 0 else 1.0
    return pd.Series(
        np.minimum(had * np.where(lead, factor, more), 1.0), index=share.index
    )

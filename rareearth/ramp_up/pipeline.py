"""Plants outside China by product, and the market that they are measured against."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, ends, has_codes, joined
from rareearth.methods.draws import Span, spans
from rareearth.money.money import metal_content
from rareearth.ramp_up import delays
from rareearth.ramp_up.delays import YEAR, Delay, History


class Good(NamedTuple):
    """A product of the race: where its capacities, plans and outputs stand."""

    label: str
    capacity: tuple[str, ...]
    goods: tuple[str, ...]
    plans: tuple[str, ...]
    running: dict[str, str]
    output: str


class Market(NamedTuple):
    """What the plants are measured against, and how plants behave.

    ``made_t``  magnets made outside China now, t a year
    ``sent_t``  magnets that China exports, t a year; with ``made_t`` the use outside
    ``per_t``  tonnes of the product for a tonne of magnets
    ``made_counts``  whether what is made outside now is supply of the product
    ``growth``  of demand, fraction a year
    ``ramp_years``  from the first product to what the plant reaches
    ``utilisation``  what it reaches, as a share of its nameplate
    ``new_t``  capacity a year, each year, of plants that are not in the list
    ``lead_years``  from now until the first of those starts
    """

    made_t: Span
    sent_t: Span
    per_t: Span
    made_counts: bool
    growth: Span
    ramp_years: Span
    utilisation: Span
    new_t: Span
    lead_years: Span


class Race(NamedTuple):
    """The inputs of `model.simulate` for one product, and the sources behind them.

    ``start``  the day from which the paths run
    ``plants``  from `plants`
    ``success``  of the plants that were built, how many started and how many are in
    doubt
    ``undecided``  chance that a plant without an investment decision comes
    ``world_t``  magnets used in the world, t a year
    """

    product: str
    start: pd.Timestamp
    plants: pd.DataFrame
    market: Market
    delay: Delay
    success: tuple[int, int]
    undecided: Span
    world_t: Span
    used: pd.DataFrame


SEPARATION = (
    "nameplate_capacity",
    "nameplate_capacity_planned",
    "project_output_planned",  # of `STUDIED` alone
)
# Plants whose study states separated output; others state what is in a concentrate.
STUDIED = ("Aclara Dynamo",)
GOODS = {
    "NdPr oxide": Good(
        "separation of NdPr oxide",
        SEPARATION,
        ("NdPr oxide",),
        ("NdPr oxide", "REO", "magnet rare earths", "light rare earths"),
        {"Lynas Malaysia": "Lynas", "Mountain Pass": "MP Materials"},
        "ndpr_production",
    ),
    "Dy and Tb oxides": Good(
        "separation of dysprosium and terbium oxides",
        SEPARATION,
        ("Dy and Tb oxides", "Dy oxide", "Tb oxide"),
        (
            "Dy and Tb oxides",
            "Dy oxide",
            "heavy rare earths",
            "magnet rare earths",
            "REO",
        ),
        {"Lynas Malaysia Dy-Tb circuit": "Lynas"},
        "dytb_production",
    ),
    "NdFeB magnets": Good(
        "magnets",
        ("magnet_capacity", "magnet_capacity_planned"),
        ("NdFeB magnets",),
        ("NdFeB magnets",),
        {},
        "",
    ),
}
# Plants that feed a separation plant: counting them too would count tonnes twice.
UPSTREAM = ("Lynas Kalgoorlie", "Lynas Mt Weld expansion", "Mt Weld")
# A printed capacity "with the existing" one holds that of the plant beside it.
BESIDE = (
    ("White Mesa Phase 2", "White Mesa Phase 1"),
    ("White Mesa Phase 2", "White Mesa heavy circuit"),
    ("MP 10X", "MP Materials Independence"),
)
PLAN_OF = {"Mountain Pass": "Mountain Pass Stage II"}  # the milestones' name
EXISTING = "in the total of existing plants"
# Of a product in magnets: its elements and oxides, their formulas, what China uses.
RECIPES = {
    "NdPr oxide": (
        ["Nd", "Pr"],
        ["NdPr oxide"],
        ("Nd2O3", "Pr6O11"),
        "consumption",
    ),
    "Dy and Tb oxides": (
        ["Dy", "Tb"],
        ["Dy oxide", "Tb oxide"],
        ("Dy2O3", "Tb4O7"),
        "oxide_production",
    ),
}


def plants(
    capacity: pd.DataFrame,
    output: pd.DataFrame,
    standing: pd.DataFrame,
    entities: pd.DataFrame,
    product: str,
) -> pd.DataFrame:
    """Return the plants outside China that make a product or mean to.

    Parameters
    ----------
    capacity : DataFrame
        Figures of the capacity series of the product.
    output : DataFrame
        Figures of what companies made; the newest full year counts.
    standing : DataFrame
        From `delays.latest`, of the milestones of this product.
    entities : DataFrame
        From `figures.dictionary`; plants in China are left out.

    Returns
    -------
    DataFrame, one row per plant, the largest first
        ``project``; ``stage`` as in `delays.latest`, "no dated plan" or `EXISTING`;
        ``output_t`` a year now; ``low_t``, ``high_t`` nameplate a year; ``started``
        and those of `delays.PLAN`, datetime64; ``source_id``.
    """
    good = GOODS[product]
    sites = entities[
        entities["kind"].isin(["plant", "project", "deposit"])
        & (entities["country"] != "CHN")
    ].index
    later = has_codes(capacity["basis"], "second-phase")
    upstream = capacity["entity"].isin(UPSTREAM)
    studied = capacity["series"].ne("project_output_planned")
    studied |= capacity["entity"].isin(STUDIED)
    rows = capacity[capacity["entity"].isin(sites) & ~later & ~upstream & studied]
    rows = rows[rows["product"].isin(good.goods)]
    found = [_plant(str(name), own, standing) for name, own in rows.groupby("entity")]
    table = pd.DataFrame(found)
    if table.empty:
        raise NoFigures(f"no capacities of {product} outside China were published yet")
    table["output_t"] = 0.0
    for site, company in good.running.items():
        table = _running(table, site, _last_year(output, company), standing)
    for new, old in BESIDE:
        _take_off(table, rows, new, old)
    return table.sort_values("high_t", ascending=False, ignore_index=True)


def _running(
    table: pd.DataFrame,
    site: str,
    made: tuple[float, str] | None,
    standing: pd.DataFrame,
) -> pd.DataFrame:
    """Return the table with what a plant makes, and the plant if it is missing."""
    if made is None:
        return table
    tonnes, source = made
    if site not in set(table["project"]):
        plant = {
            "project": site,
            "low_t": tonnes,
            "high_t": tonnes,
            "source_id": source,
            "started": standing["started"].get(site, pd.NaT),
        }
        table = pd.concat([table, pd.DataFrame([plant])], ignore_index=True)
    table.loc[table["project"] == site, ["output_t", "stage"]] = tonnes, "running"
    return table


def _plant(name: str, own: pd.DataFrame, standing: pd.DataFrame) -> dict[str, object]:
    """Return a plant with its newest capacity; Dy and Tb oxide are added."""
    newest = own.sort_values(["period_end", "series"]).drop_duplicates(
        "product", keep="last"
    )
    # "Up to 1,000 t" is a size like any other: plants are named by their largest.
    low = newest["low"].fillna(newest["value"]).fillna(newest["high"]).sum()
    high = newest["high"].fillna(newest["value"]).fillna(newest["low"]).sum()
    key = PLAN_OF.get(name, name)
    plan = standing.loc[key] if key in standing.index else None
    dates = {d: pd.NaT if plan is None else plan[d] for d in (*delays.PLAN, "started")}
    stage = "no dated plan" if plan is None else str(plan["stage"])
    if plan is None and (own["series"] == "magnet_capacity").any():
        stage = EXISTING
    open_ = pd.isna(dates["planned"]) or pd.isna(dates["stated"])
    if stage in ("building", "planned") and open_:
        stage = "no dated plan"
    return {
        "project": name,
        "stage": stage,
        "low_t": float(low),
        "high_t": float(high),
        **dates,
        "source_id": newest["source_id"].iloc[-1],
    }


def _last_year(output: pd.DataFrame, company: str) -> tuple[float, str] | None:
    """Return the output of the newest full year, or the newest quarters made a year."""
    own = output[output["entity"] == company].dropna(subset=["value"])
    if own.empty:
        return None
    years = own[_days(own) >= 360].sort_values("period_end")
    if len(years):
        return float(years["value"].iloc[-1]), str(years["source_id"].iloc[-1])
    newest = _newest(own)
    made = newest["value"].iloc[0] * 365.25 / _days(newest).iloc[0]
    return float(made), str(newest["source_id"].iloc[0])


def _take_off(table: pd.DataFrame, rows: pd.DataFrame, new: str, old: str) -> None:
    newest = rows[rows["entity"] == new].sort_values("period_end").tail(1)
    total = has_codes(newest["basis"], "total-with-existing").any()
    there = table["project"] == old
    if total and there.any():
        low, high = table.loc[there, ["low_t", "high_t"]].iloc[0]
        at = table["project"] == new
        table.loc[at, "low_t"] -= high
        table.loc[at, "high_t"] -= low


def magnets_outside(load: Load, as_of: str) -> tuple[Span, Span, Span, pd.DataFrame]:
    """Return the magnets made and used outside China, t a year.

    Made outside: the world market less China's share, and no more than the plants
    there can make. Used outside: made outside plus China's exports. The ranges keep
    what the sources leave open.

    Returns
    -------
    (Span, Span, Span, DataFrame)
        The world market, made outside, exported by China, and the figures used.
    """
    wanted = partial(
        load,
        product=["NdFeB magnets", "rare-earth magnets"],
        as_of=as_of,
        missing="empty",
    )
    world = _newest(wanted("magnet_market_volume"))
    share = _newest(wanted("world_share_magnets", "China"))
    share = share[share["confidence"] != "tertiary"]
    exports = wanted("magnet_exports")
    exports = _newest(exports[_days(exports) >= 180])
    if world.empty or share.empty or exports.empty:
        raise NoFigures(
            f"what magnets are made outside China cannot be told from what was "
            f"published by {as_of}; it can from 2025-03-01 on"
        )
    low, high = ends(world)
    least, most = (1 - bound / 100 for bound in reversed(ends(share)))
    most_made = high * most
    plants_there = _newest(wanted("magnet_capacity", "Projects outside China"))
    if len(plants_there):
        most_made = max(low * least, min(most_made, ends(plants_there)[1]))
    days = _days(exports)
    sent = float((exports["value"] * (365 / days).where(days < 360, 1.0)).mean())
    return (
        Span.around(low, high),
        Span.around(low * least, most_made),
        Span(sent, sent, sent),
        pd.concat([world, share, exports, plants_there], ignore_index=True),
    )


def oxide_per_magnet(load: Load, as_of: str, product: str) -> tuple[Span, pd.DataFrame]:
    """Return the oxide needed for a tonne of magnets, t per t, by two routes.

    By composition: the printed content of a typical magnet, recalculated to oxide and
    with the printed loss between oxide and metal. By use: what China is estimated to
    use (NdPr) or make (Dy, Tb) over the magnets that it makes, in the newest year
    that has both.
    """
    elements, oxides, formulas, route = RECIPES[product]
    content = load("magnet_ree_content", product=elements, as_of=as_of)
    content = content[has_codes(content["basis"], "typical-magnet")]
    loss = load("process_loss", product="rare earths", as_of=as_of)
    use = _newest(load(route, "China", product=oxides, as_of=as_of))
    made = load("magnet_production", "China", product="NdFeB magnets", as_of=as_of)
    made = made[made["period_end"] == use["period_end"].max()].dropna(subset=["value"])
    metal = [metal_content(formula) for formula in formulas]
    in_oxide = content["value"].sum() / 100 / (sum(metal) / len(metal))
    ways = [float(in_oxide / (1 - loss["value"].iloc[-1] / 100))]
    if len(made):
        ways.append(float(use["value"].sum() / made["value"].mean()))
    cited = pd.concat([content, loss, use, made], ignore_index=True)
    return Span.around(min(ways), max(ways)), cited


def growth(load: Load, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return the printed growth of demand for magnets and magnet rare earths, per year.

    Returns
    -------
    (Span, DataFrame)
        Fractions: lowest, mean and highest of the printed forecasts; an end value of
        a scenario is recalculated to a yearly rate. The figures used.
    """
    wanted = partial(load, as_of=as_of, missing="empty")
    printed = wanted("demand_growth_forecast")
    begin = wanted("magnet_ree_demand", product="magnet rare earths")
    later = wanted("magnet_ree_demand_forecast", product="magnet rare earths")
    rates = list(printed["value"] / 100)
    for base in _newest(begin).head(1).itertuples():
        for end in later.itertuples():
            years = end.period_end.year - base.period_end.year
            rates.append(float(end.value / base.value) ** (1 / years) - 1)
    if not rates:
        raise NoFigures(f"no forecast of demand was published by {as_of}")
    used = pd.concat([printed, begin, later], ignore_index=True)
    return Span(min(rates), sum(rates) / len(rates), max(rates)), used


def defence_share(load: Load, as_of: str) -> tuple[float, pd.DataFrame]:
    """Return the printed ceiling of US defence use, a share, and the figure."""
    row = load("defence_use_share", "United States", as_of=as_of).tail(1)
    return float(row["high"].iloc[0]) / 100, row


def undecided(load: Load, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return the printed chance of a project without a decision: 2 to 3 of over 20."""
    starting = load("project_success_count_forecast", as_of=as_of).iloc[-1]
    count = load("project_count", as_of=as_of).iloc[-1]
    low, high = starting["low"] / count["low"], starting["high"] / count["low"]
    return Span.around(low, high), pd.DataFrame([starting, count])


def lead_years(
    load: Load, as_of: str, product: str, plans: pd.DataFrame
) -> tuple[Span, pd.DataFrame]:
    """Return the years until plants start that nobody has announced yet.

    Oxides need a mine as well: printed times of build and ramp-up and of rare-earth
    mines. Magnet plants need none: what those that started took from their first plan.
    """
    if product == "NdFeB magnets":
        own = plans[plans["started"] & (plans["product"] == product)]
        own = own if len(own) else plans[plans["started"]]
        took = (own["end_end"] - own["stated"]) / YEAR
        return Span(took.min(), took.mean(), took.max()), own
    build = load("build_duration_forecast", as_of=as_of).iloc[-1]
    mine = load("lead_time_rare_earth_mine", as_of=as_of).iloc[-1]
    return (
        Span(float(build["low"]), float(build["high"]), float(mine["high"])),
        pd.DataFrame([build, mine]),
    )


def prepare(
    load: Load,
    past: History,
    entities: pd.DataFrame,
    assumptions: pd.DataFrame,
    product: str,
    as_of: str,
) -> Race:
    """Return what the simulation of a product needs, from figures and assumptions.

    Parameters
    ----------
    load : callable
        `figures.load`.
    past : History
        From `delays.history`.
    entities, assumptions : DataFrame
        From `figures.dictionary`, and `records.assumptions` of the topic ``ramp-up``.

    Raises
    ------
    NoFigures
        If too little had been published by then.
    """
    good, steps = GOODS[product], past.milestones
    standing = delays.latest(steps[steps["product"].isin(good.plans)])
    # Where another product of the plant is made or built, this one is decided on.
    begun = delays.latest(steps)["stage"].isin(["running", "building"])
    begun = begun.reindex(standing.index) & standing["stage"].eq("planned")
    standing["stage"] = standing["stage"].mask(begun, "building")
    goods = list(good.goods)
    capacity = load(list(good.capacity), product=goods, as_of=as_of, missing="empty")
    given_up = steps.loc[steps["step"] == "cancelled", "project"]
    capacity = capacity[~capacity["entity"].isin(given_up)]
    made_by = capacity.iloc[:0]
    if good.output:
        made_by = load(good.output, product=goods, as_of=as_of, missing="empty")
    found = plants(capacity, made_by, standing, entities, product)
    world, made, sent, magnets = magnets_outside(load, as_of)
    is_magnet = product == "NdFeB magnets"
    per, content = Span(1.0, 1.0, 1.0), capacity.iloc[:0]
    if not is_magnet:
        per, content = oxide_per_magnet(load, as_of, product)
    grows, forecasts = growth(load, as_of)
    chance, counted = undecided(load, as_of)
    lead, built = lead_years(load, as_of, product, past.plans)
    assumed = spans(assumptions)
    used = per.best * (made.best + sent.best)
    return Race(
        product,
        past.day,
        found,
        Market(
            made,
            sent,
            per,
            is_magnet,
            grows,
            assumed["ramp_years"],
            assumed["utilisation"],
            Span(*(share * used for share in assumed["new_capacity_share"])),
            lead,
        ),
        past.delay,
        past.success,
        chance,
        world,
        joined(found, magnets, content, forecasts, counted, built),
    )


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["period_end"] == rows["period_end"].max()]


def _days(rows: pd.DataFrame) -> pd.Series:
    return (rows["period_end"] - rows["period_start"]).dt.days + 1

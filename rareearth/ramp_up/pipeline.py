"""Plants outside China by product, and the market that they are measured against."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.frames import Load
from rareearth.money.chemistry import metal_content


class Span(NamedTuple):
    """A quantity that is known as a range: least, most plausible, most."""

    low: float
    best: float
    high: float


class Good(NamedTuple):
    """A product of the race: where its capacities, plans and outputs stand."""

    label: str
    capacity: tuple[str, ...]
    goods: tuple[str, ...]
    plans: tuple[str, ...]
    running: dict[str, str]
    output: str


GOODS = {
    "NdPr oxide": Good(
        "separation of NdPr oxide",
        ("nameplate_capacity", "nameplate_capacity_planned"),
        ("NdPr oxide",),
        ("NdPr oxide", "REO", "magnet rare earths", "light rare earths"),
        {"Lynas Malaysia": "Lynas", "Mountain Pass": "MP Materials"},
        "ndpr_production",
    ),
    "Dy and Tb oxides": Good(
        "separation of dysprosium and terbium oxides",
        ("nameplate_capacity", "nameplate_capacity_planned"),
        ("Dy and Tb oxides", "Dy oxide", "Tb oxide"),
        (
            "Dy and Tb oxides",
            "Dy oxide",
            "Sm oxide",  # the first product of the heavy plant in Malaysia
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


def check_product(product: str) -> None:
    """Refuse a product that has no projects.

    Raises
    ------
    ParameterError
        The message names the choices.
    """
    if product not in GOODS:
        choices = ", ".join(map(repr, GOODS))
        raise ParameterError(f"product: no projects for {product!r}; one of {choices}")


def figures_of(load: Load, as_of: str, wanted: dict[str, object]) -> pd.DataFrame:
    """Return the figures of several series, without those nobody had published yet.

    Parameters
    ----------
    load : callable
        `figures.load`.
    wanted : dict
        Series, and the products or None for all.
    """
    parts = []
    for series, product in wanted.items():
        try:
            parts.append(load(series, product=product, as_of=as_of))
        except NoFigures:
            continue
    if not parts:
        raise NoFigures(
            f"no figures of {', '.join(wanted)} were published by {as_of}; try a later "
            "as_of"
        )
    return pd.concat(parts, ignore_index=True)


def plants(
    capacity: pd.DataFrame,
    output: pd.DataFrame | None,
    standing: pd.DataFrame,
    entities: pd.DataFrame,
    product: str,
) -> pd.DataFrame:
    """Return the plants outside China that make a product or mean to.

    Parameters
    ----------
    capacity : DataFrame
        Figures of the capacity series of the product.
    output : DataFrame or None
        Figures of what companies made; the newest full year counts.
    standing : DataFrame
        From `slips.latest`, of the milestones of this product.
    entities : DataFrame
        From `figures.dictionary`; plants in China are left out.

    Returns
    -------
    DataFrame, one row per plant, the largest first
        ``project``; ``stage`` as in `slips.latest`, or "no dated plan"; ``output_t``
        a year now; ``low_t``, ``high_t`` nameplate a year; ``stated``, ``planned``,
        ``started`` datetime64; ``source_id``.
    """
    good = GOODS[product]
    sites = entities[
        entities["kind"].isin(["plant", "project", "deposit"])
        & (entities["country"] != "CHN")
    ].index
    later = capacity["basis"].str.contains("second-phase")
    upstream = capacity["entity"].isin(UPSTREAM)
    rows = capacity[capacity["entity"].isin(sites) & ~later & ~upstream]
    rows = rows[rows["product"].isin(good.goods)]
    found = [_plant(str(name), own, standing) for name, own in rows.groupby("entity")]
    table = pd.DataFrame(found)
    if table.empty:
        raise NoFigures(f"no capacities of {product} outside China were published yet")
    table["output_t"] = 0.0
    for site, company in good.running.items():
        table = _running(table, site, _last_year(output, company))
    for new, old in BESIDE:
        _take_off(table, rows, new, old)
    return table.sort_values("high_t", ascending=False, ignore_index=True)


def _running(
    table: pd.DataFrame, site: str, made: tuple[float, str] | None
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
    stage = "no dated plan" if plan is None else str(plan["stage"])
    dates = {d: None if plan is None else plan[d] for d in ("stated", "planned")}
    started = pd.NaT if plan is None else plan["started"]
    if stage in ("building", "planned") and pd.isna(dates["planned"]):
        stage = "no dated plan"
    return {
        "project": name,
        "stage": stage,
        "low_t": float(low),
        "high_t": float(high),
        **dates,
        "started": started,
        "source_id": newest["source_id"].iloc[-1],
    }


def _last_year(output: pd.DataFrame | None, company: str) -> tuple[float, str] | None:
    """Return the output of the newest full year, or the newest quarters made a year."""
    if output is None:
        return None
    own = output[output["entity"] == company].dropna(subset=["value"])
    if own.empty:
        return None
    days = (own["period_end"] - own["period_start"]).dt.days + 1
    years = own[days >= 360].sort_values("period_end")
    if len(years):
        return float(years["value"].iloc[-1]), str(years["source_id"].iloc[-1])
    last = own[own["period_end"] == own["period_end"].max()].iloc[0]
    length = (last["period_end"] - last["period_start"]).days + 1
    return float(last["value"] * 365.25 / length), str(last["source_id"])


def _take_off(table: pd.DataFrame, rows: pd.DataFrame, new: str, old: str) -> None:
    newest = rows[rows["entity"] == new].sort_values("period_end").tail(1)
    total = newest["basis"].str.contains("total-with-existing").any()
    there = table["project"] == old
    if total and there.any():
        low, high = table.loc[there, ["low_t", "high_t"]].iloc[0]
        at = table["project"] == new
        table.loc[at, "low_t"] -= high
        table.loc[at, "high_t"] -= low


def magnets_outside(load: Load, as_of: str) -> tuple[Span, Span, pd.DataFrame]:
    """Return the magnets made and used outside China, t a year.

    Made outside: the world market less China's share. Used outside: made outside plus
    China's exports. Both ranges keep what the sources leave open.

    Returns
    -------
    (Span, Span, DataFrame)
        Made outside, exported by China, and the figures used.
    """
    magnets = ["NdFeB magnets", "rare-earth magnets"]
    used = figures_of(
        load,
        as_of,
        {
            "magnet_market_volume": magnets,
            "world_share_magnets": magnets,
            "magnet_exports": magnets,
        },
    )
    world = _newest(used, "magnet_market_volume")
    share = _newest(used[used["entity"] == "China"], "world_share_magnets")
    share = share[share["confidence"] != "tertiary"]
    exports = used[used["series"] == "magnet_exports"]
    days = (exports["period_end"] - exports["period_start"]).dt.days + 1
    exports = _newest(exports[days >= 180], "magnet_exports")
    if world.empty or share.empty or exports.empty:
        raise NoFigures(
            f"what magnets are made outside China cannot be told from what was "
            f"published by {as_of}; it can from 2025-03-01 on"
        )
    low, high = ends(world)
    least, most = (1 - bound / 100 for bound in reversed(ends(share)))
    made = _span(low * least, high * most)
    days = (exports["period_end"] - exports["period_start"]).dt.days + 1
    sent = float((exports["value"] * (365 / days).where(days < 360, 1.0)).mean())
    cited = pd.concat([world, share, exports], ignore_index=True)
    return made, Span(sent, sent, sent), cited


def oxide_per_magnet(load: Load, as_of: str, product: str) -> tuple[Span, pd.DataFrame]:
    """Return the oxide needed for a tonne of magnets, t per t, by two routes.

    By composition: the printed content of a typical magnet, recalculated to oxide and
    with the printed loss between oxide and metal. By use: what China is estimated to
    use (NdPr) or make (Dy, Tb) over the magnets that it makes, in the newest year
    that has both.
    """
    elements = {"NdPr oxide": ["Nd", "Pr"], "Dy and Tb oxides": ["Dy", "Tb"]}[product]
    oxides = ["NdPr oxide"] if product == "NdPr oxide" else ["Dy oxide", "Tb oxide"]
    route = "consumption" if product == "NdPr oxide" else "oxide_production"
    content = load("magnet_ree_content", product=elements, as_of=as_of)
    content = content[content["basis"].str.contains("typical-magnet")]
    loss = load("process_loss", product="rare earths", as_of=as_of)
    use = load(route, "China", product=oxides, as_of=as_of)
    made = load("magnet_production", "China", product="NdFeB magnets", as_of=as_of)
    metal = [metal_content(formula) for formula in OXIDES[product]]
    in_oxide = content["value"].sum() / 100 / (sum(metal) / len(metal))
    by_content = float(in_oxide / (1 - loss["value"].iloc[-1] / 100))
    use = _newest(use, route)
    made = made[made["period_end"] == use["period_end"].max()].dropna(subset=["value"])
    by_use = (
        float(use["value"].sum() / made["value"].mean()) if len(made) else by_content
    )
    cited = pd.concat([content, loss, use, made], ignore_index=True)
    return _span(*sorted((by_content, by_use))), cited


OXIDES = {"NdPr oxide": ("Nd2O3", "Pr6O11"), "Dy and Tb oxides": ("Dy2O3", "Tb4O7")}


def growth(load: Load, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return the printed growth of demand for magnets and magnet rare earths, per year.

    Returns
    -------
    (Span, DataFrame)
        Fractions: lowest, mean and highest of the printed forecasts; an end value of
        a scenario is recalculated to a yearly rate. The figures used.
    """
    used = figures_of(
        load,
        as_of,
        {
            "demand_growth_forecast": None,
            "magnet_ree_demand": "magnet rare earths",
            "magnet_ree_demand_forecast": "magnet rare earths",
        },
    )
    printed = used[used["series"] == "demand_growth_forecast"]["value"] / 100
    base = _newest(used, "magnet_ree_demand")
    ends = used[used["series"] == "magnet_ree_demand_forecast"]
    rates = list(printed)
    for end in ends.itertuples():
        if len(base):
            years = end.period_end.year - base["period_end"].iloc[0].year
            rates.append(float(end.value / base["value"].iloc[0]) ** (1 / years) - 1)
    if not rates:
        raise NoFigures(f"no forecast of demand was published by {as_of}")
    return Span(min(rates), sum(rates) / len(rates), max(rates)), used


def defence_share(load: Load, as_of: str) -> pd.Series:
    """Return the printed ceiling of US defence use; ``value`` as a fraction.

    Raises
    ------
    NoFigures
    """
    row = load("defence_use_share", "United States", as_of=as_of).iloc[-1].copy()
    row["value"] = float(row["high"]) / 100
    return row


def _newest(rows: pd.DataFrame, series: str) -> pd.DataFrame:
    rows = rows[rows["series"] == series]
    return rows[rows["period_end"] == rows["period_end"].max()]


def ends(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the least and the most that some figures say."""
    low = rows["low"].fillna(rows["value"]).min()
    high = rows["high"].fillna(rows["value"]).max()
    return float(low), float(high)


def _span(low: float, high: float) -> Span:
    return Span(low, (low + high) / 2, high)

"""What a race to build rests on: plants, market, delays and chances, put together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.frames import Load
from rareearth.ramp_up import delays as slips
from rareearth.ramp_up import model as rampup
from rareearth.ramp_up import pipeline
from rareearth.ramp_up.pipeline import GOODS, Span

CLAIMS = ("C085", "C088", "C098", "C072")  # a test compares these with data/claims.csv
CLAIMED = pd.Timestamp("2025-11-03")  # the digests that make the claims
SOON = (1.0, 2.0)  # years: "within 12 to 24 months"
LATE = (8.0, 10.0)  # years: "8 to 10 years to rebuild the chain"


class Race(NamedTuple):
    """The inputs of `rampup.simulate` for one product, and the figures behind them."""

    product: str
    start: pd.Timestamp
    plants: pd.DataFrame
    market: rampup.Market
    delay: slips.Delay
    success: tuple[int, int]
    undecided: Span
    world_t: Span
    used: pd.DataFrame


class History(NamedTuple):
    """What the projects have shown so far.

    ``day`` up to which it is known; ``plans`` of `slips.starts`; ``delay`` of
    `slips.delay`; ``success`` of `slips.success`.
    """

    milestones: pd.DataFrame
    day: pd.Timestamp
    plans: pd.DataFrame
    delay: slips.Delay
    success: tuple[int, int]


def history(milestones: pd.DataFrame, as_of: str) -> History:
    """Return what the projects have shown up to a day, or to the newest statement.

    Raises
    ------
    NoFigures
        If fewer than three projects with a dated plan have started.
    """
    stated = milestones["as_stated_on"]
    newest = pd.to_datetime(stated[stated.str.len() == 10]).max()
    plans = slips.starts(milestones)
    return History(
        milestones,
        newest if as_of == "latest" else pd.Timestamp(as_of),
        plans,
        slips.delay(plans),
        slips.success(slips.latest(milestones)),
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
        From `history`.
    entities, assumptions : DataFrame
        From `figures.dictionary`, and `records.assumptions` of the topic ``ramp-up``.

    Raises
    ------
    ParameterError
        If the product has no projects.
    NoFigures
        If too little had been published by then.
    """
    pipeline.check_product(product)
    good = GOODS[product]
    steps = past.milestones
    standing = slips.latest(steps[steps["product"].isin(good.plans)])
    capacity = pipeline.figures_of(
        load, as_of, dict.fromkeys(good.capacity, good.goods)
    )
    given_up = set(steps.loc[steps["step"] == "cancelled", "project"])
    capacity = capacity[~capacity["entity"].isin(given_up)]
    output = _output(load, as_of, good)
    plants = pipeline.plants(capacity, output, standing, entities, product)
    made, sent, magnets = pipeline.magnets_outside(load, as_of)
    per, content = _per_magnet(load, as_of, product)
    growth, forecasts = pipeline.growth(load, as_of)
    undecided, counted = _undecided(load, as_of)
    lead, built = _lead(load, as_of, product, past.plans)
    pace = span_of(assumptions, "new_projects_pace")
    a_year = yearly_pace(plants)
    market = rampup.Market(
        made,
        sent,
        per,
        product == "NdFeB magnets",
        growth,
        span_of(assumptions, "ramp_years"),
        span_of(assumptions, "utilisation"),
        Span(*(share * a_year for share in pace)),
        lead,
    )
    world = magnets[magnets["series"] == "magnet_market_volume"]
    low, high = pipeline.ends(world)
    used = [plants, magnets, content, forecasts, counted, built]
    return Race(
        product,
        past.day,
        plants,
        market,
        past.delay,
        past.success,
        undecided,
        Span(low, (low + high) / 2, high),
        pd.concat([frame[["source_id"]] for frame in used], ignore_index=True),
    )


def span_of(assumptions: pd.DataFrame, parameter: str) -> Span:
    """Return the range of one assumption."""
    row = assumptions.set_index("parameter").loc[parameter]
    return Span(float(row["low"]), float(row["value"]), float(row["high"]))


def cited(*parts: Race | pd.Series) -> pd.DataFrame:
    """Return the sources behind some races and figures, for citing."""
    frames = [
        part.used if isinstance(part, Race) else part.to_frame().T[["source_id"]]
        for part in parts
    ]
    return pd.concat(frames, ignore_index=True).drop_duplicates()


def cited_plans(plans: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of plans and of what happened, for citing."""
    both = pd.concat([plans["source_id"], plans["source_end"]], ignore_index=True)
    return both.rename("source_id").drop_duplicates().to_frame()


def split_sources(table: pd.DataFrame) -> pd.DataFrame:
    """Return the single sources of a table whose rows name several."""
    names = table["source_id"].str.split(";").explode()
    return names.drop_duplicates().to_frame()


def claim_spans() -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the spans of both claims, with what was said."""
    return {
        "12 to 24 months": tuple(CLAIMED + years * rampup.YEAR for years in SOON),
        "8 to 10 years": tuple(CLAIMED + years * rampup.YEAR for years in LATE),
    }


def curves(paths: dict[str, rampup.Paths], start: pd.Timestamp) -> pd.DataFrame:
    """Return the probabilities by date of several products, one row each."""
    parts = [
        rampup.by_date(own, start).assign(name=name)[["name", "date", "probability"]]
        for name, own in paths.items()
    ]
    return pd.concat(parts, ignore_index=True)


def run(race: Race, target_share: float, draws: int, seed: int) -> rampup.Paths:
    """Return the simulated paths of a race; the same seed gives the same digits."""
    return rampup.simulate(
        race.plants,
        race.market,
        race.delay,
        race.success,
        race.undecided,
        race.start,
        target_share,
        draws=draws,
        seed=seed,
    )


def yearly_pace(plants: pd.DataFrame) -> float:
    """Return the capacity a year that the announced plants come to, t a year each year.

    Their nameplates over the time from the first of their plans to the last date.
    """
    coming = plants[plants["stage"].isin(["building", "planned"])]
    if coming.empty:
        return 0.0
    length = (coming["planned"].max() - coming["stated"].min()) / rampup.YEAR
    return float(coming["high_t"].sum() / max(length, 1.0))


def defence_demand(
    race: Race, share: float, multiple: Span, draws: int, seed: int
) -> np.ndarray:
    """Return draws of the defence use outside China, t a year.

    The printed ceiling of the United States (a share of world demand) times the
    assumed multiple for all; world demand is the magnet market times the product in a
    tonne of magnets.
    """
    rng = np.random.default_rng(seed + 1)
    world = rng.uniform(race.world_t.low, race.world_t.high, draws)
    per = race.market.per_t
    content = rng.uniform(per.low, per.high, draws) if per.high > per.low else per.best
    return share * world * content * rng.triangular(*multiple, draws)


def answers(race: Race, paths: rampup.Paths, defence: np.ndarray) -> dict[str, float]:
    """Return the chances by the claimed dates, for the market and for defence alone.

    Returns
    -------
    dict
        ``soon_low``, ``soon_high``, ``late_low``, ``late_high``: probability that the
        share is reached by the ends of both claims; ``median``, ``early``, ``slow``:
        years from the start (inf beyond the horizon); ``defence_now``,
        ``defence_soon``: probability that all defence use is covered now and at the
        end of the short claim; ``cover``: supply now over defence use, median.
    """
    passed = (race.start - CLAIMED) / rampup.YEAR
    dates = dict(
        zip(
            ("soon_low", "soon_high", "late_low", "late_high"),
            (years - passed for years in (*SOON, *LATE)),
            strict=True,
        )
    )
    soon = int(np.clip((SOON[1] - passed) * rampup.STEPS_A_YEAR, 0, None))
    found = {name: rampup.chance_by(paths, years) for name, years in dates.items()}
    found |= {
        name: rampup.when(paths, level)
        for name, level in (("early", 0.1), ("median", 0.5), ("slow", 0.9))
    }
    found["defence_now"] = float((paths.supply[:, 0] >= defence).mean())
    found["defence_soon"] = float((paths.supply[:, soon] >= defence).mean())
    found["cover"] = float(np.median(paths.supply[:, 0] / defence))
    return found


def wanted(
    paths: rampup.Paths, start: pd.Timestamp, target_share: float
) -> pd.DataFrame:
    """Return the fans of the supply and of the share of demand that is aimed at."""
    frame = rampup.fan(paths, start)
    bands = ["p10", "p25", "p50", "p75", "p90"]
    asked = frame["what"] == "demand"
    frame.loc[asked, bands] *= target_share
    label = f"{target_share * 100:g} % of demand"
    frame["what"] = frame["what"].where(~asked, label)
    return frame


def sensitivities(
    race: Race, target_share: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return how the chances change when one assumption is changed at a time.

    Returns
    -------
    DataFrame
        ``case``; ``soon``, ``late``: probability by the far ends of both claims;
        ``share``: median share of demand ten years after the claims.
    """
    market, none = race.market, Span(0.0, 0.0, 0.0)
    sure = slips.Delay(np.zeros(1), np.full(1, 1e-6), np.ones(1), 0, 0)
    certain = race._replace(success=(10**6, 0), undecided=Span(1.0, 1.0, 1.0))
    slow = Span(market.growth.low, market.growth.low, market.growth.low)
    cases = {
        "as above": race,
        "every dated plan comes, late as usual": certain,
        "every dated plan comes, and on time": certain._replace(delay=sure),
        "plants not announced yet: none": race._replace(
            market=market._replace(new_t=none)
        ),
        "demand grows at the lowest printed rate": race._replace(
            market=market._replace(growth=slow)
        ),
        "demand does not grow": race._replace(market=market._replace(growth=none)),
        "every dated plan comes on time, demand does not grow": certain._replace(
            delay=sure, market=market._replace(growth=none)
        ),
    }
    passed = (race.start - CLAIMED) / rampup.YEAR
    at = int((LATE[1] - passed) * rampup.STEPS_A_YEAR)
    rows = []
    for name, changed in cases.items():
        paths = run(changed, target_share, draws, seed)
        rows.append(
            {
                "case": name,
                "soon": rampup.chance_by(paths, SOON[1] - passed),
                "late": rampup.chance_by(paths, LATE[1] - passed),
                "share": float(np.median(paths.supply[:, at] / paths.demand[:, at])),
            }
        )
    return pd.DataFrame(rows)


def since(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return what has been stated or has happened after both claims were made."""
    frame = slips.dated(milestones)
    old = frame["step"].isin(slips.START) & (frame["actual_end"] <= CLAIMED)
    after = frame[(frame["stated"] > CLAIMED) & ~old]
    return after.sort_values(["stated", "milestone_id"], ignore_index=True)


def _output(load: Load, as_of: str, good: pipeline.Good) -> pd.DataFrame | None:
    if not good.output:
        return None
    try:
        return load(good.output, product=list(good.goods), as_of=as_of)
    except NoFigures:
        return None


def _per_magnet(load: Load, as_of: str, product: str) -> tuple[Span, pd.DataFrame]:
    if product == "NdFeB magnets":
        return Span(1.0, 1.0, 1.0), pd.DataFrame({"source_id": []})
    return pipeline.oxide_per_magnet(load, as_of, product)


def _undecided(load: Load, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return the printed chance of a project without a decision: 2 to 3 of over 20."""
    starting = load("project_success_count_forecast", as_of=as_of).iloc[-1]
    count = load("project_count", as_of=as_of).iloc[-1]
    low, high = starting["low"] / count["low"], starting["high"] / count["low"]
    cited = pd.DataFrame([starting, count])
    return Span(low, (low + high) / 2, high), cited


def _lead(
    load: Load, as_of: str, product: str, plans: pd.DataFrame
) -> tuple[Span, pd.DataFrame]:
    """Return the years until plants start that nobody has announced yet.

    Oxides need a mine as well: printed times of build and ramp-up and of rare-earth
    mines. Magnet plants need none: what those that started took from their first plan.
    """
    if product == "NdFeB magnets":
        own = plans[plans["started"] & (plans["product"] == product)]
        own = own if len(own) else plans[plans["started"]]
        took = (own["end"] - own["stated"]) / rampup.YEAR
        return Span(took.min(), took.mean(), took.max()), own
    build = load("build_duration_forecast", as_of=as_of).iloc[-1]
    mine = load("lead_time_rare_earth_mine", as_of=as_of).iloc[-1]
    return (
        Span(float(build["low"]), float(build["high"]), float(mine["high"])),
        pd.DataFrame([build, mine]),
    )

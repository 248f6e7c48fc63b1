"""When could supply outside China reach a share of demand? A simulation of plants."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.methods.draws import Span, middle_80
from rareearth.ramp_up.delays import YEAR, Delay, factors
from rareearth.ramp_up.pipeline import Race
from rareearth.words import pct

CLAIMS = ("C085", "C088", "C098", "C072")  # a test compares these with data/claims.csv
CLAIMED = pd.Timestamp("2025-11-03")  # the digests that make the claims
SOON = (1.0, 2.0)  # years: "within 12 to 24 months"
LATE = (8.0, 10.0)  # years: "8 to 10 years to rebuild the chain"
ENDS = tuple(CLAIMED + years * YEAR for years in (*SOON, *LATE))
SPANS = {"12 to 24 months": ENDS[:2], "8 to 10 years": ENDS[2:]}
HORIZON = 15  # years
STEPS_A_YEAR = 4
SLACK = 3 / 365.25  # years; a step is about 91 days


class Paths(NamedTuple):
    """Simulated paths: a time in years from the start for each column.

    ``years``  shape (steps,)
    ``supply``, ``demand``  t a year, shape (draws, steps)
    ``reached``  years until the share is first reached, inf if never; shape (draws,)
    """

    years: np.ndarray
    supply: np.ndarray
    demand: np.ndarray
    reached: np.ndarray


def day_of(target_date: str, start: pd.Timestamp) -> pd.Timestamp:
    """Return the day that an ISO date names, refusing one that is past.

    Raises
    ------
    ParameterError
        The message says to which day the figures reach.
    """
    day = pd.Timestamp(target_date)
    if day <= start:
        raise ParameterError(
            f"target_date: {target_date} is past; what is known reaches to "
            f"{start:%Y-%m-%d}, and the date must lie after it"
        )
    return day


def simulate(
    race: Race, target_share: float, draws: int = 10_000, seed: int = 1
) -> Paths:
    """Return simulated supply and demand outside China.

    Each path draws for each plant whether it comes, when (`delays.factors`, given that
    it has not started yet), how fast it ramps up (linear) and what it reaches; and for
    the market the demand and its growth. Plants without a dated plan are left out. Of
    the plants that were built some started and some are in doubt: the chance of one
    being built is drawn from Beta(started + 1/2, in doubt + 1/2). The same seed gives
    the same digits.
    """
    rng = np.random.default_rng(seed)
    market = race.market
    years = np.arange(HORIZON * STEPS_A_YEAR + 1) / STEPS_A_YEAR
    reach = market.utilisation.draw(rng, draws)
    ramp = market.ramp_years.draw(rng, draws)
    made = market.made_t.draw(rng, draws)
    used = market.sent_t.draw(rng, draws) + made
    per = market.per_t.draw(rng, draws)
    demand = _grown(per * used, market.growth.draw(rng, draws), years)
    started, in_doubt = race.success
    built = rng.beta(started + 0.5, in_doubt + 0.5, draws)
    chance = {"building": built, "planned": race.undecided.draw(rng, draws)}
    supply = np.zeros((draws, len(years)), dtype=np.float32)
    if market.made_counts:
        supply += made.astype(np.float32)[:, None]
    for plant in race.plants.itertuples():
        _add(supply, plant, years, race, (reach, ramp), chance, rng)
    lead = market.lead_years.draw(rng, draws)
    new = market.new_t.draw(rng, draws) * reach
    supply += _ramped(years, lead, 1.0, new, endless=True)
    met = supply >= np.float32(target_share) * demand
    first = np.where(met.any(axis=1), years[met.argmax(axis=1)], np.inf)
    return Paths(years, supply, demand, first)


def _add(
    supply: np.ndarray,
    plant: Any,
    years: np.ndarray,
    race: Race,
    behaviour: tuple[np.ndarray, np.ndarray],
    chance: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> None:
    """Add the output of one plant to the supply of each path, in place."""
    (reach, ramp), start = behaviour, race.start
    draws = len(supply)
    nameplate = rng.uniform(plant.low_t, plant.high_t, draws)
    full = np.maximum(nameplate * reach, plant.output_t)
    if plant.stage == "running":
        now, since = plant.output_t, 0.0
        if now == 0 and pd.notna(plant.started):
            since = max(0.0, (start - plant.started) / YEAR)
        supply += np.float32(now) + _ramped(years, -since, ramp, full - now)
    elif plant.stage in chance:
        length = (plant.planned - plant.stated) / YEAR
        passed = max(0.0, (start - plant.stated) / YEAR)
        begins = factors(race.delay, draws, rng, passed / length) * length - passed
        comes = rng.random(draws) < chance[plant.stage]
        supply += _ramped(years, begins, ramp, full * comes)


def _ramped(
    years: np.ndarray,
    begins: np.ndarray | float,
    ramp: np.ndarray | float,
    full: np.ndarray,
    *,
    endless: bool = False,
) -> np.ndarray:
    """Return a linear ramp from the start to the full output, shape (draws, steps)."""
    begins = np.broadcast_to(np.asarray(begins, dtype=np.float32), full.shape)
    rate = (full / ramp).astype(np.float32)
    out = years.astype(np.float32)[None, :] - begins[:, None]
    out *= rate[:, None]
    limit = np.inf if endless else full.astype(np.float32)[:, None]
    return np.clip(out, 0, limit, out=out)


def _grown(base: np.ndarray, rate: np.ndarray, years: np.ndarray) -> np.ndarray:
    power = np.log1p(rate).astype(np.float32)[:, None] * years.astype(np.float32)
    return np.exp(power, out=power) * base.astype(np.float32)[:, None]


def chance_by(paths: Paths, years: float) -> float:
    """Return the probability that the share is reached within some years.

    Two calendar years are half a day short of twice 365.25 days; a slack of some days
    keeps the step at their end in.
    """
    return float((paths.reached <= years + SLACK).mean())


def by_date(paths: Paths, start: pd.Timestamp) -> pd.DataFrame:
    """Return the probability that the share has been reached, by date.

    Returns
    -------
    DataFrame
        ``date`` datetime64, ``probability`` 0 to 1.
    """
    reached = np.sort(paths.reached)
    share = np.searchsorted(reached, paths.years, side="right") / len(reached)
    dates = [start + year * YEAR for year in paths.years]
    return pd.DataFrame({"date": dates, "probability": share})


def curves(paths: dict[str, Paths], start: pd.Timestamp) -> pd.DataFrame:
    """Return the probabilities by date of several products, ``name`` first."""
    parts = {name: by_date(own, start) for name, own in paths.items()}
    found = pd.concat(parts, names=["name"]).reset_index("name")
    return found.reset_index(drop=True)


def fan(paths: Paths, start: pd.Timestamp, target_share: float) -> pd.DataFrame:
    """Return supply, and the share of demand aimed at, by half-year.

    Returns
    -------
    DataFrame
        ``what`` ("supply" or the share), ``date``, ``year`` (decimal), ``p10``,
        ``p25``, ``p50``, ``p75``, ``p90`` in t a year.
    """
    at = slice(None, None, STEPS_A_YEAR // 2)
    years = paths.years[at]
    parts = []
    for what, values, factor in (
        ("supply", paths.supply, 1.0),
        (f"{target_share * 100:g} % of demand", paths.demand, target_share),
    ):
        levels = np.quantile(values[:20_000, at], (0.1, 0.25, 0.5, 0.75, 0.9), axis=0)
        levels *= factor
        frame = pd.DataFrame(levels.T, columns=["p10", "p25", "p50", "p75", "p90"])
        frame.insert(0, "what", what)
        frame.insert(1, "date", [start + year * YEAR for year in years])
        frame.insert(2, "year", start.year + start.day_of_year / 365.25 + years)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


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
    return share * world * content * multiple.draw(rng, draws)


def answers(race: Race, paths: Paths) -> dict[str, float]:
    """Return the chances by the claimed dates, and when the share is reached.

    Returns
    -------
    dict
        ``soon_low``, ``soon_high``, ``late_low``, ``late_high``: probability that the
        share is reached by the ends of both claims; ``early``, ``median``, ``slow``:
        years from the start (inf beyond the horizon) after which one path in ten, half
        and nine in ten have reached it.
    """
    ends = [(end - race.start) / YEAR for end in ENDS]
    names = ("soon_low", "soon_high", "late_low", "late_high")
    chances = (chance_by(paths, years) for years in ends)
    early, median, slow = map(float, middle_80(paths.reached))
    found = {"early": early, "median": median, "slow": slow}
    return dict(zip(names, chances, strict=True)) | found


def covered(paths: Paths, years: float = 0.0) -> np.ndarray:
    """Return the share of demand that supply covers, some years from the start."""
    at = min(int(max(years, 0) * STEPS_A_YEAR), len(paths.years) - 1)
    return np.asarray(paths.supply[:, at] / paths.demand[:, at])


def sensitivities(
    race: Race, target_share: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return how the chances change when assumptions are changed.

    Returns
    -------
    DataFrame
        ``case``; ``single`` bool, whether one assumption is changed; ``soon``,
        ``late``: probability by the far ends of both claims; ``share``: median share
        of demand ten years after the claims.
    """
    market, none = race.market, Span(0.0, 0.0, 0.0)
    sure = Delay(np.zeros(1), np.full(1, 1e-6), np.ones(1), 0, 0)
    certain: dict[str, Any] = {"success": (10**6, 0), "undecided": Span(1.0, 1.0, 1.0)}
    slow, fast = (Span(end, end, end) for end in (market.growth[0], market.growth[2]))
    idle = Span(*(market.utilisation.low,) * 3)
    changes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "as above": ({}, {}),
        "no plants beyond the list": ({}, {"new_t": none}),
        "every dated plan comes, late as usual": (certain, {}),
        "plans that come are on time": ({"delay": sure}, {}),
        f"plants reach {pct(idle.best)} of nameplate": ({}, {"utilisation": idle}),
        "demand grows at the highest published rate": ({}, {"growth": fast}),
        "demand grows at the lowest published rate": ({}, {"growth": slow}),
        "demand does not grow": ({}, {"growth": none}),
        "every dated plan comes on time, and demand does not grow": (
            certain | {"delay": sure},
            {"growth": none},
        ),
    }
    _, soon, _, late = ((end - race.start) / YEAR for end in ENDS)
    rows = []
    for case, (own, of_market) in changes.items():
        changed = race._replace(market=market._replace(**of_market), **own)
        paths = simulate(changed, target_share, draws, seed)
        rows.append(
            {
                "case": case,
                "single": len(own | of_market) == 1 or own == certain,
                "soon": chance_by(paths, soon),
                "late": chance_by(paths, late),
                "share": float(np.median(covered(paths, late))),
            }
        )
    return pd.DataFrame(rows)

"""When could supply outside China reach a share of demand? A simulation of plants."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.ramp_up import delays as slips
from rareearth.ramp_up.pipeline import Span

STEPS_A_YEAR = 4
SLACK = 3 / 365.25  # years; a step is about 91 days
YEAR = pd.Timedelta(365.25, unit="D")


class Market(NamedTuple):
    """What the plants are measured against, and how plants behave.

    ``made_t``  magnets made outside China now, t a year
    ``sent_t``  magnets that China exports, t a year; with ``made_t`` the use outside
    ``per_t``  tonnes of the product for a tonne of magnets
    ``made_counts``  whether what is made outside now is supply of the product
    ``growth``  of demand, fraction a year
    ``ramp_years``  from the first product to what the plant reaches
    ``utilisation``  what it reaches, as a share of its nameplate
    ``new_t``  capacity a year, each year, of plants not announced yet
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


def check_parameters(
    target_share: float, target_date: str, start: pd.Timestamp, draws: int, seed: int
) -> None:
    """Refuse a share outside 0..1, a date that is past, and too few draws.

    Raises
    ------
    ParameterError
        The message names the parameter and what is possible.
    """
    if not 0 < target_share <= 1:
        raise ParameterError(
            f"target_share: {target_share} is not a share above 0 and up to 1"
        )
    if date_of(target_date) <= start:
        raise ParameterError(
            f"target_date: {target_date} is past; what is known reaches to "
            f"{start:%Y-%m-%d}, and the date must lie after it"
        )
    check_draws(draws, seed)


def date_of(target_date: str) -> pd.Timestamp:
    """Return the day that an ISO date names.

    Raises
    ------
    ParameterError
    """
    try:
        return pd.Timestamp(dt.date.fromisoformat(target_date))
    except ValueError:
        raise ParameterError(
            f"target_date: {target_date!r} is not an ISO date (YYYY-MM-DD)"
        ) from None


def check_draws(draws: int, seed: int) -> None:
    """Refuse a number of draws or a seed that no simulation can use.

    Raises
    ------
    ParameterError
    """
    if not 100 <= draws <= 1_000_000:
        raise ParameterError(f"draws: {draws} is not between 100 and 1,000,000")
    if seed < 0:
        raise ParameterError(f"seed: {seed} is negative; any whole number from 0 on")


def simulate(
    plants: pd.DataFrame,
    market: Market,
    delay: slips.Delay,
    success: tuple[int, int],
    undecided: Span,
    start: pd.Timestamp,
    target_share: float,
    *,
    draws: int = 10_000,
    seed: int = 1,
    horizon_years: float = 15,
) -> Paths:
    """Return simulated supply and demand outside China.

    Each path draws for each plant whether it comes, when (`slips.factors`, given that
    it has not started yet), how fast it ramps up (linear) and what it reaches; and for
    the market the demand and its growth. Plants without a dated plan are left out.

    Parameters
    ----------
    plants : DataFrame
        From `pipeline.plants`.
    success : (int, int)
        Of the plants that were built, how many started and how many are in doubt; the
        chance of one being built is drawn from Beta(started + 1/2, in doubt + 1/2).
    undecided : Span
        Chance that a plant without an investment decision comes within the horizon.
    start : Timestamp
        The day from which the paths run.
    """
    rng = np.random.default_rng(seed)
    years = np.arange(int(horizon_years * STEPS_A_YEAR) + 1) / STEPS_A_YEAR
    reach = _triangular(rng, market.utilisation, draws)
    ramp = _triangular(rng, market.ramp_years, draws)
    made = _triangular(rng, market.made_t, draws)
    used = _triangular(rng, market.sent_t, draws) + made
    per = _triangular(rng, market.per_t, draws)
    demand = _grown(per * used, _triangular(rng, market.growth, draws), years)
    built = rng.beta(success[0] + 0.5, success[1] + 0.5, draws)
    chance = {"building": built, "planned": _triangular(rng, undecided, draws)}
    supply = np.zeros((draws, len(years)), dtype=np.float32)
    if market.made_counts:
        supply += made.astype(np.float32)[:, None]
    for plant in plants.itertuples():
        _add(supply, plant, years, start, (reach, ramp), chance, delay, rng)
    lead = _triangular(rng, market.lead_years, draws)
    new = _triangular(rng, market.new_t, draws) * reach
    supply += _ramped(years, lead, 1.0, new, endless=True)
    met = supply >= np.float32(target_share) * demand
    first = np.where(met.any(axis=1), years[met.argmax(axis=1)], np.inf)
    return Paths(years, supply, demand, first)


def _add(
    supply: np.ndarray,
    plant: Any,
    years: np.ndarray,
    start: pd.Timestamp,
    behaviour: tuple[np.ndarray, np.ndarray],
    chance: dict[str, np.ndarray],
    delay: slips.Delay,
    rng: np.random.Generator,
) -> None:
    """Add the output of one plant to the supply of each path, in place."""
    reach, ramp = behaviour
    draws = len(supply)
    nameplate = rng.uniform(plant.low_t, plant.high_t, draws)
    full = np.maximum(nameplate * reach, plant.output_t)
    stage = plant.stage
    if stage == "running":
        now = plant.output_t
        since = _years_since(plant.started, start) if now == 0 else 0.0
        supply += np.float32(now) + _ramped(years, -since, ramp, full - now)
    elif stage in chance:
        stated, planned = plant.stated, plant.planned
        length = (planned - stated) / YEAR
        passed = max(0.0, (start - stated) / YEAR)
        begins = slips.factors(delay, draws, rng, passed / length) * length - passed
        comes = rng.random(draws) < chance[stage]
        supply += _ramped(years, begins, ramp, full * comes)


def _years_since(started: pd.Timestamp, start: pd.Timestamp) -> float:
    return 0.0 if pd.isna(started) else max(0.0, (start - started) / YEAR)


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


def _triangular(rng: np.random.Generator, span: Span, draws: int) -> np.ndarray:
    """Return draws of a triangular distribution, or the value if there is no range."""
    if span.high <= span.low:
        return np.full(draws, float(span.best))
    return rng.triangular(span.low, span.best, span.high, draws)


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
        ``date`` datetime64, ``years`` from the start, ``probability`` 0 to 1.
    """
    reached = np.sort(paths.reached)
    share = np.searchsorted(reached, paths.years, side="right") / len(reached)
    dates = [start + year * YEAR for year in paths.years]
    return pd.DataFrame({"date": dates, "years": paths.years, "probability": share})


def when(paths: Paths, level: float) -> float:
    """Return the years after which the share is reached with a probability.

    Inf when that probability is not reached within the horizon.
    """
    return float(np.quantile(paths.reached, level, method="inverted_cdf"))


def fan(paths: Paths, start: pd.Timestamp) -> pd.DataFrame:
    """Return supply and demand by date: median, middle 50 and 80 percent.

    Returns
    -------
    DataFrame
        ``what`` ("supply" or "demand"), ``date``, ``year`` (decimal), ``p10``,
        ``p25``, ``p50``, ``p75``, ``p90`` in t a year.
    """
    parts = []
    levels = (0.10, 0.25, 0.50, 0.75, 0.90)
    at = slice(None, None, STEPS_A_YEAR // 2)
    for what in ("supply", "demand"):
        values = getattr(paths, what)[:20_000, at]
        table = np.quantile(values, levels, axis=0).T
        frame = pd.DataFrame(table, columns=["p10", "p25", "p50", "p75", "p90"])
        dates = [start + year * YEAR for year in paths.years[at]]
        frame.insert(0, "what", what)
        frame.insert(1, "date", dates)
        frame.insert(
            2, "year", start.year + start.day_of_year / 365.25 + paths.years[at]
        )
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def ramp_up(
    target_share: float = 0.5,
    supply_t: float = 9_000,
    demand_t: float = 33_000,
    growth: float = 0.06,
    pipeline_t: float = 14_000,
    planned_years: float = 1.5,
    delay_factor: float = 1.7,
    delay_spread: float = 0.5,
    chance: float = 0.8,
    ramp_years: float = 3.0,
    utilisation: float = 0.8,
    new_t: float = 1_500,
    lead_years: float = 7.0,
    horizon_years: float = 15,
    draws: int = 2_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Return the chance of reaching a share by year, from a few numbers.

    One plant stands for the pipeline: it comes with a probability, after its planned
    time stretched by a log-normal factor, and ramps up. For sliders and quick checks.

    Returns
    -------
    DataFrame
        ``years`` from now, ``share`` (median), ``low``, ``high`` (the middle 80
        percent), ``probability`` of having reached the target.
    """
    check_draws(draws, seed)
    rng = np.random.default_rng(seed)
    years = np.arange(int(horizon_years * STEPS_A_YEAR) + 1) / STEPS_A_YEAR
    factor = delay_factor * np.exp(delay_spread * rng.standard_normal(draws))
    comes = rng.random(draws) < chance
    full = pipeline_t * utilisation * comes
    supply = supply_t + _ramped(years, planned_years * factor, ramp_years, full)
    supply += np.float32(new_t * utilisation) * np.maximum(years - lead_years, 0)
    share = supply / (demand_t * (1 + growth) ** years)
    reached = np.maximum.accumulate(share >= target_share, axis=1)
    low, middle, high = np.quantile(share, [0.1, 0.5, 0.9], axis=0)
    return pd.DataFrame(
        {
            "years": years,
            "share": middle,
            "low": low,
            "high": high,
            "probability": reached.mean(axis=0),
        }
    )

"""Costs of several plants drawn at once, and what a comparison of two rests on.

The same draws to the last digit for the same seed, on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import special
from scipy.stats import qmc

from rareearth.costs import inputs as parameters
from rareearth.costs.inputs import Source
from rareearth.costs.model import (
    COMPONENTS,
    breakeven,
    cash_cost,
    full_cost,
    unit_cost,
)
from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import Load
from rareearth.methods.draws import Span, middle_80
from rareearth.money.money import Money, per_kg

MARKET = ("byproduct_price", "ndpr_price")
"""Drawn once for all plants: there is one market."""

OUTCOMES = ("full", "cash", "gross", "price_full", "price_cash")
"""Kept for each draw: full cost, cash cost, cash cost before by-product credits (as
accounts have it), and the NdPr prices that earn the first two."""

NO_PAIRS = pd.DataFrame(columns=["one", "other", "rank"])
BLOCK = 2**16  # points made and evaluated at once: bounds memory, and never the result
FEWEST, MOST = 100, 1_000_000  # below, no tail can be told; above, memory runs out
Result = Callable[[Mapping[str, Any]], Any]
"""From drawn parameters by name to a result; what is left out has its best value."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """The costs of some plants, drawn together.

    Attributes
    ----------
    outcomes : dict of dict of array, shape (draws,)
        By plant and by `OUTCOMES`, USD per kg NdPr oxide.
    means : DataFrame
        Mean of each component, one column per plant.
    draws, seed : int
    """

    outcomes: dict[str, dict[str, np.ndarray]]
    means: pd.DataFrame
    draws: int
    seed: int

    @cached_property
    def bands(self) -> dict[str, pd.DataFrame]:
        """Return for each outcome ``low``, ``middle``, ``high``, one row per plant."""
        return {
            outcome: pd.DataFrame.from_dict(
                {
                    name: middle_80(found[outcome])
                    for name, found in self.outcomes.items()
                },
                orient="index",
                columns=["low", "middle", "high"],
            )
            for outcome in OUTCOMES
        }

    def ratio(self, one: str, other: str, outcome: str = "full") -> np.ndarray:
        """Return the cost of one plant over that of another, draw by draw."""
        return self.outcomes[one][outcome] / self.outcomes[other][outcome]


def check_draws(draws: int, seed: int) -> None:
    """Refuse a number of draws or a seed that no simulation can use.

    Raises
    ------
    ParameterError
        The message says what is possible.
    """
    if type(draws) is not int:
        raise ParameterError(f"draws: {draws!r} is not a whole number")
    if not FEWEST <= draws <= MOST:
        raise ParameterError(f"draws: {draws} is not between {FEWEST} and {MOST:,}")
    if type(seed) is not int or seed < 0:
        raise ParameterError(f"seed: {seed!r} is not a whole number from 0 up")


def sobol_block(dimensions: int, seed: int, start: int, count: int) -> np.ndarray:
    """Return points `start` to `start + count` of the scrambled Sobol sequence.

    Sobol, USSR Comput. Math. Math. Phys. 7 (1967) 86; scrambled after Owen, J.
    Complexity 14 (1998) 466. Every block starts from the same sequence and skips to its
    place, so that blocks may be made in any order and by any number of workers.

    Returns
    -------
    array of float64, shape (dimensions, count), inside (0, 1)
    """
    engine = qmc.Sobol(dimensions, scramble=True, rng=seed)
    if start:
        engine.fast_forward(start)
    size = 2 ** int(np.ceil(np.log2(count))) if start == 0 else count
    points = engine.random(size)[:count].T
    return np.clip(points, 2.0**-53, 1 - 2.0**-53)


def correlation_factor(rank: np.ndarray) -> np.ndarray:
    """Return the Cholesky factor that gives normal draws these rank correlations.

    r = 2 sin(pi rho / 6) turns a rank correlation into that of normals (Pearson 1907).

    Raises
    ------
    ParameterError
        If the correlations contradict each other, or are none.
    """
    if (np.abs(rank) > 1).any():
        raise ParameterError("correlation: not between -1 and 1")
    try:
        return np.linalg.cholesky(2 * np.sin(np.pi * rank / 6))
    except np.linalg.LinAlgError:
        raise ParameterError(
            "correlations: they contradict each other (no joint distribution has them)"
        ) from None


def correlated(
    u: np.ndarray, columns: Sequence[int], factor: np.ndarray | None
) -> np.ndarray:
    """Return the points with some rows correlated (Gaussian copula), the rest as is."""
    if factor is None:
        return u
    normal = factor @ special.ndtri(u[list(columns)])
    u[list(columns)] = special.ndtr(normal)
    return u


def rank_matrix(
    names: Sequence[str], pairs: pd.DataFrame
) -> tuple[list[int], np.ndarray | None]:
    """Return which names are correlated, and the factor that correlates them.

    Parameters
    ----------
    pairs : DataFrame
        Columns ``one``, ``other`` (of `names`) and ``rank`` (rank correlation).
    """
    place = {name: at for at, name in enumerate(names)}
    known = pairs[pairs["one"].isin(place) & pairs["other"].isin(place)]
    involved = sorted({place[name] for name in [*known["one"], *known["other"]]})
    if not involved:
        return [], None
    rank = np.eye(len(involved))
    for one, other, value in known[["one", "other", "rank"]].itertuples(index=False):
        a, b = involved.index(place[one]), involved.index(place[other])
        rank[a, b] = rank[b, a] = value
    return involved, correlation_factor(rank)


def simulate(
    plants: Mapping[str, pd.DataFrame],
    discount_rate: float = 0.08,
    draws: int = 100_000,
    seed: int = 1,
    pairs: pd.DataFrame = NO_PAIRS,
) -> Simulation:
    """Draw the costs of plants from the ranges of their parameters.

    Scrambled Sobol points; parameters are independent except those in `pairs` and the
    prices of the one market. Points are made and evaluated in blocks, each from its
    own place in the sequence, so that a million of them fit into memory.

    Parameters
    ----------
    plants : mapping of str to DataFrame
        For each plant its ranges, indexed by `PARAMETERS`: ``low``, ``mode``, ``high``.
    pairs : DataFrame
        ``one``, ``other``: "plant/parameter", or a parameter of the market; ``rank``.

    Raises
    ------
    ParameterError
        See `check_draws` and `model.output_factor`.
    """
    check_draws(draws, seed)
    spans = uncertain(plants)
    copula = rank_matrix(list(spans), pairs)
    parts = [
        _block(plants, spans, copula, discount_rate, draws, seed, start)
        for start in range(0, draws, BLOCK)
    ]
    outcomes = {
        name: {
            outcome: np.concatenate([kept[name][outcome] for kept, _ in parts])
            for outcome in OUTCOMES
        }
        for name in plants
    }
    means = sum(total for _, total in parts) / draws
    return Simulation(outcomes, means, draws, seed)


def uncertain(
    plants: Mapping[str, pd.DataFrame],
) -> dict[str, Span]:
    """Return what has to be drawn: "plant/parameter" or a price of the market.

    What has no width is not drawn.
    """
    found: dict[str, Span] = {}
    for plant, ranges in plants.items():
        for name, low, mode, high in ranges[["low", "mode", "high"]].itertuples():
            if high > low:
                key = name if name in MARKET else f"{plant}/{name}"
                found.setdefault(key, Span(float(low), float(mode), float(high)))
    return found


def values_of(
    plant: str, ranges: pd.DataFrame, drawn: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray | float]:
    """Return the parameters of a plant: drawn where drawn, else their median."""
    return {
        name: drawn.get(f"{plant}/{name}", drawn.get(name, middle))
        for name, middle in medians(ranges).items()
    }


def medians(ranges: pd.DataFrame) -> dict[str, float]:
    """Return the median of each parameter, where a result of one point is asked for."""
    return {
        name: float(Span(low, mode, high).ppf(np.array(0.5)))
        for name, low, mode, high in ranges[["low", "mode", "high"]].itertuples()
    }


def ratio_of(
    plants: Mapping[str, pd.DataFrame],
    one: str,
    other: str,
    discount_rate: float = 0.08,
    outcome: str = "full",
) -> Result:
    """Return the function from drawn parameters to the ratio of two costs.

    The keys of its argument are those of `uncertain`; what is left out has its median.
    """
    total = {"full": full_cost, "cash": cash_cost}[outcome]

    def cost(plant: str, drawn: Mapping[str, Any]) -> Any:
        values = values_of(plant, plants[plant], drawn)
        return total(unit_cost(**values, discount_rate=discount_rate))

    return lambda drawn: cost(one, drawn) / cost(other, drawn)


def _block(
    plants: Mapping[str, pd.DataFrame],
    spans: Mapping[str, Span],
    copula: tuple[list[int], np.ndarray | None],
    discount_rate: float,
    draws: int,
    seed: int,
    start: int,
) -> tuple[dict[str, dict[str, np.ndarray]], pd.DataFrame]:
    """Return the outcomes of one block of draws, and the sums of its components."""
    count = min(BLOCK, draws - start)
    u = sobol_block(max(1, len(spans)), seed, start, count)
    u = correlated(u, *copula)
    drawn = {
        name: span.ppf(row) for row, (name, span) in zip(u, spans.items(), strict=False)
    }
    kept, totals = {}, {}
    for plant, ranges in plants.items():
        values = values_of(plant, ranges, drawn)
        parts = unit_cost(**values, discount_rate=discount_rate)
        totals[plant] = {
            name: float(np.broadcast_to(parts[name], count).sum())
            for name in COMPONENTS
        }
        kept[plant] = _outcomes(parts, values["royalty"], count)
    return kept, pd.DataFrame(totals)


def _outcomes(
    parts: Mapping[str, np.ndarray | float], royalty: np.ndarray | float, count: int
) -> dict[str, np.ndarray]:
    full, cash = full_cost(parts), cash_cost(parts)
    found = {
        "full": full,
        "cash": cash,
        "gross": cash - parts["credits"],
        "price_full": breakeven(parts, royalty),
        "price_cash": breakeven(parts, royalty, capital=False),
    }
    return {name: np.broadcast_to(value, count).copy() for name, value in found.items()}


@dataclass(frozen=True, eq=False)
class Study:
    """Two producers and the others that are known, in one money.

    Attributes
    ----------
    producer, reference : str
    plants : dict of DataFrame
        The ranges of each producer by component that had figures by then, USD.
    simulation : Simulation
        Of all of them, USD per kg NdPr oxide.
    used : dict of DataFrame
        The figures behind each producer, by component.
    source : Source
        The loader, the money and its year, for what else is asked of the figures.
    currency : str
        Of all that is shown; ``rate`` units of it per US dollar in the base year.
    discount_rate : float
    """

    producer: str
    reference: str
    plants: dict[str, pd.DataFrame]
    simulation: Simulation
    used: dict[str, pd.DataFrame]
    source: Source
    currency: str
    rate: float
    discount_rate: float

    @property
    def pair(self) -> dict[str, pd.DataFrame]:
        """Return the ranges of the two that are compared."""
        return {name: self.plants[name] for name in (self.producer, self.reference)}

    @property
    def base_year(self) -> int:
        """Return the year of the money."""
        return self.source.base_year

    @property
    def unit(self) -> str:
        """Return the unit of money: "2024 USD/kg"."""
        return f"{self.base_year} {self.currency}/kg"

    def figures(self, *names: str) -> pd.DataFrame:
        """Return the figures behind some producers, or the two, each once."""
        used = [self.used[name] for name in names or self.pair]
        both = pd.concat(used, ignore_index=True)
        return both.drop_duplicates("figure_id", ignore_index=True)

    def band(self, name: str, outcome: str = "full") -> tuple[float, float, float]:
        """Return low, middle and high of an outcome of a producer, in its money."""
        low, middle, high = self.simulation.bands[outcome].loc[name] * self.rate
        return float(low), float(middle), float(high)

    def ratios(self, outcome: str = "full") -> tuple[float, float, float]:
        """Return low, middle and high of the cost of the producer over the other's."""
        drawn = self.simulation.ratio(self.producer, self.reference, outcome)
        low, middle, high = middle_80(drawn)
        return float(low), float(middle), float(high)

    def parts(self, name: str) -> pd.Series:
        """Return the components of a cost, whose sums are the medians of the draws.

        Means of the draws, scaled to the median of the cash cost (by one percent or
        two); the capital charge is what the median of the full cost has above it.
        """
        cash, full = (self.band(name, outcome)[1] for outcome in ("cash", "full"))
        means = self.simulation.means[name].drop("capital")
        found = means * (cash / means.sum())
        found["capital"] = full - cash
        return found.reindex(list(COMPONENTS))

    def real(self, costs: pd.DataFrame) -> pd.DataFrame:
        """Return unit costs that companies publish in the money of the study.

        To US dollars at the rate of the period, to dollars of the base year with the
        US CPI-U, and to the currency at the rate of the base year.
        """
        real = self.source.usd(per_kg(costs))
        real[["value", "low", "high"]] *= self.rate
        return real.assign(unit=self.unit).drop(columns="price_year")


def prepare(
    load: Load,
    money: Money,
    assumptions: pd.DataFrame,
    producer: str,
    reference: str,
    currency: str = "USD",
    base_year: int = 2024,
    discount_rate: float = 0.08,
    draws: int = 100_000,
    seed: int = 1,
) -> Study:
    """Return the study of two producers, and of the others that are known.

    Parameters
    ----------
    load : callable
        `figures.load` with `as_of` already given.
    money : Money
        With ``cpi_gaps=1``: the index of October 2025 was never published.

    Raises
    ------
    ParameterError, NoFigures
        If both are one, if one of them cannot be built up by component, or see
        `simulate`, `Money.rate` and `Money.in_money_of`.
    """
    if producer == reference:
        raise ParameterError(f"producer and reference are both {producer!r}; name two")
    rate, source = money.rate(currency, base_year), Source(load, money, base_year)
    plants, used = {}, {}
    for name in dict.fromkeys((producer, reference, *parameters.PRODUCERS)):
        try:
            plants[name], used[name] = parameters.gather(source, assumptions, name)
        except NoFigures:
            if name in (producer, reference):
                raise
    pairs = parameters.pairs(assumptions, list(plants))
    drawn = simulate(plants, discount_rate, draws, seed, pairs)
    return Study(
        producer,
        reference,
        plants,
        drawn,
        used,
        source,
        currency,
        rate,
        discount_rate,
    )


def turned(
    study: Study, assumptions: pd.DataFrame, discount_rate: float, **fixed: float
) -> Study:
    """Return the study of the two with inputs of the producer at one value each.

    What is not fixed is drawn over its range, as before; without a change it is the
    same study.

    Parameters
    ----------
    assumptions : DataFrame
        As for `prepare`.
    discount_rate : float
        A share a year, of both.
    **fixed
        Inputs of `model.unit_cost`.
    """
    if not fixed and discount_rate == study.discount_rate:
        return study
    plant = study.plants[study.producer].copy()
    for name, value in fixed.items():
        plant.loc[name, ["low", "mode", "high"]] = value
    plants = study.pair | {study.producer: plant}
    pairs, before = parameters.pairs(assumptions, list(plants)), study.simulation
    drawn = simulate(plants, discount_rate, before.draws, before.seed, pairs)
    return replace(study, plants=plants, simulation=drawn, discount_rate=discount_rate)

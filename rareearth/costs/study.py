"""Everything that one comparison of two producers needs, gathered and drawn once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from rareearth.costs import accounts, ranges, simulation
from rareearth.costs.finance import check_rate
from rareearth.costs.simulation import Simulation
from rareearth.costs.sourced import Source, once
from rareearth.errors import NoFigures
from rareearth.methods.draws import check_draws
from rareearth.money.money import Money

ACCOUNTS_OF = {"Baotou": "China Northern Rare Earth"}
"""Whose accounts stand for a producer: the listed refiner of the Baotou group."""


@dataclass(frozen=True, eq=False)
class Study:
    """Two producers and the others at hand, in one money.

    Attributes
    ----------
    producer, reference : str
    plants : dict of DataFrame
        The ranges of each producer by component that had figures by then, USD.
    simulation : Simulation
        Of all of them, USD per kg NdPr oxide.
    published : DataFrame
        `accounts.unit_costs` of all producers, in their own money.
    money : Money
    currency, base_year : str, int
    rate : float
        Units of the currency per US dollar in the base year.
    discount_rate : float
    assumptions : DataFrame
    used : dict of DataFrame
        The figures behind each producer, by component.
    accounts : DataFrame
        The figures behind `published`.
    source : Source
        The loader and the money, for what else is asked of the figures.
    """

    producer: str
    reference: str
    plants: dict[str, pd.DataFrame]
    simulation: Simulation
    published: pd.DataFrame
    money: Money
    currency: str
    base_year: int
    rate: float
    discount_rate: float
    assumptions: pd.DataFrame
    used: dict[str, pd.DataFrame]
    accounts: pd.DataFrame
    source: Source

    @property
    def pair(self) -> dict[str, pd.DataFrame]:
        """Return the ranges of the two that are compared."""
        return {name: self.plants[name] for name in (self.producer, self.reference)}

    @property
    def unit(self) -> str:
        """Return the unit of money: "2024 USD/kg"."""
        return f"{self.base_year} {self.currency}/kg"

    @property
    def behind(self) -> pd.DataFrame:
        """Return the figures behind the two by component."""
        return self.figures(self.producer, self.reference)

    def accounts_of(self, *names: str) -> pd.DataFrame:
        """Return the figures behind the accounts of some producers, for citations."""
        wanted = {*names, *(ACCOUNTS_OF.get(name, name) for name in names)}
        market = {"Rare-earth separation industry", "USGS reference"}
        return self.accounts[self.accounts["entity"].isin(wanted | market)]

    def figures(self, *names: str) -> pd.DataFrame:
        """Return the figures behind some producers, each once."""
        both = pd.concat([self.used[name] for name in names], ignore_index=True)
        return both.drop_duplicates("figure_id", ignore_index=True)


def prepare(
    load: Callable[..., pd.DataFrame],
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
    """Return the study of two producers, refusing what is impossible before any draw.

    Parameters
    ----------
    load : callable
        `figures.load` with `as_of` already given.
    money : Money
        With ``cpi_gaps=1``: the index of October 2025 was never published.

    Raises
    ------
    ParameterError, UnknownName, NoFigures
        See `ranges.check_producers`, `draws.check_draws`, `finance.check_rate`,
        `Money.convert` and `Money.deflate`.
    """
    check_rate(discount_rate)
    check_draws(draws, seed)
    rate = accounts.exchange(money, currency, base_year)
    load = once(load)
    source = Source(load, money, base_year)
    published, behind = accounts.available(load)
    ranges.check_producers(producer, reference, published)
    money.check_base(base_year)
    years = assumptions["price_year"].dropna().astype(int).unique()
    money.check_base(*years, use="the assumptions in money of")
    plants, used = {}, {}
    for name in (producer, reference, *ranges.producers()):
        try:
            if name not in plants:
                plants[name], used[name] = ranges.gather(source, assumptions, name)
        except NoFigures:
            if name in (producer, reference):
                raise
    drawn = simulation.simulate(
        plants,
        discount_rate,
        draws,
        seed,
        pairs=ranges.pairs(assumptions, list(plants)),
    )
    return Study(
        producer,
        reference,
        plants,
        drawn,
        published,
        money,
        currency,
        base_year,
        rate,
        discount_rate,
        assumptions,
        used,
        behind,
        source,
    )

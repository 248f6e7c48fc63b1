"""Parameters of the cost model that rest on printed figures, by producer.

Each function takes a `Source` and returns a `Printed`: low, mode and high in US dollars
of the base year, what was done with the figures, and the figures themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.rules import MONEY
from rareearth.money.averages import Missing
from rareearth.money.money import Money
from rareearth.money.units import per_kg

WORK_HOURS = 2080  # a year: 52 weeks of 40 hours
MJ_PER_KWH = 3.6
RECENT = 3  # years: how far back a market price or a transfer price is taken


@dataclass(frozen=True)
class Printed:
    """One parameter from printed figures."""

    low: float
    mode: float
    high: float
    unit: str
    note: str
    figures: pd.DataFrame


Reader = Callable[["Source"], Printed]


@dataclass(frozen=True)
class Source:
    """What the functions here need: a loader of figures, and money of one year."""

    load: Callable[..., pd.DataFrame]
    money: Money
    base_year: int
    _read: dict[Reader, Printed] = field(default_factory=dict, repr=False)

    def read(self, reader: Reader) -> Printed:
        """Return what a reader finds; producers that share one read it once."""
        if reader not in self._read:
            self._read[reader] = reader(self)
        return self._read[reader]

    def usd(self, figures: pd.DataFrame, missing: Missing = "refuse") -> pd.DataFrame:
        """Return figures of money in US dollars of the base year."""
        dollars = self.money.in_currency(figures, "USD", missing)
        return self.money.in_money_of(dollars, self.base_year, missing)

    def behind(self, figures: pd.DataFrame) -> pd.DataFrame:
        """Return figures with the rates and indices that `usd` rests on, each once."""
        once = figures.drop_duplicates("figure_id", ignore_index=True)
        paid = once[once["unit"].str.contains(MONEY, regex=True)]
        known = self.usd(paid, "nan")[["value", "low", "high"]].notna().any(axis=1)
        rates = self.money.behind(paid[known], "USD", self.base_year)
        return pd.concat([once, rates], ignore_index=True)

    def spread(self, figures: pd.DataFrame, unit: str, note: str) -> Printed:
        """Return the lowest, the middle and the highest of several prices."""
        values = self.usd(figures)["value"]
        low, mode, high = values.min(), values.median(), values.max()
        return Printed(low, mode, high, unit, note, figures)


def once(load: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return a loader that reads each series once, and says the same.

    Choosing among vintages takes most of the time; a study asks for the same series
    again and again.
    """
    whole = cache(load)

    def chosen(
        series: str,
        entity: str | None = None,
        product: str | tuple[str, ...] | None = None,
    ) -> pd.DataFrame:
        found = whole(series)
        keep = np.ones(len(found), dtype=bool)
        if entity is not None:
            keep &= (found["entity"] == entity).to_numpy()
        if product is not None:
            names = (product,) if isinstance(product, str) else product
            keep &= found["product"].isin(names).to_numpy()
        if not keep.any():  # the loader knows what there is instead
            return load(series, entity, product)
        return found[keep].reset_index(drop=True)

    return chosen


def recent(figures: pd.DataFrame, years: int = RECENT) -> pd.DataFrame:
    """Return the figures whose period ends within some years of the newest."""
    newest = figures["period_end"].max()
    return figures[figures["period_end"] > newest - pd.DateOffset(years=years)]


def has(figures: pd.DataFrame, *codes: str) -> pd.Series:
    """Return which figures have all these basis codes."""
    found = [set(codes) <= set(basis.split(";")) for basis in figures["basis"]]
    return pd.Series(found, index=figures.index, dtype=bool)


def _needed(figures: pd.DataFrame, what: str) -> pd.DataFrame:
    if figures.empty:
        raise NoFigures(f"no printed figure of {what} had been published by then")
    return figures


def transfer_price(source: Source) -> Printed:
    """Return what China Northern Rare Earth pays for a kg of REO in concentrate."""
    prices = source.load("concentrate_price", "China Northern Rare Earth")
    prices = prices[has(prices, "transfer-price")]
    over = source.usd(prices, "nan")["value"].notna()  # a quarter that has begun only
    prices = recent(_needed(prices[over], "a transfer price"))
    reo = prices["basis"].str.extract(r"reo-content-(\d+)")[0].astype(float) / 100
    paid = per_kg(source.usd(prices))["value"] / reo
    last = paid[prices["period_end"].idxmax()]
    return Printed(
        paid.min(),
        last,
        paid.max(),
        "USD/kg",
        f"price between two group companies, {len(prices)} quarters or spans; the "
        "newest is the middle",
        prices,
    )


def concentrate_cost(source: Source) -> Printed:
    """Return what a kg of REO in concentrate costs MP Materials, as it printed."""
    costs = source.load("unit_cost", "MP Materials", "REO in concentrate")
    values = per_kg(source.usd(costs))["value"]
    last = values[costs["period_end"].idxmax()]
    note = "printed until the third quarter of 2023; the newest is the middle"
    return Printed(values.min(), last, values.max(), "USD/kg", note, costs)


def baotou_share(source: Source) -> Printed:
    """Return the share of NdPr in the rare earths of Bayan Obo."""
    stated = source.load("oxide_distribution", "Baotou", "NdPr oxide")
    mix = source.load("separation_product_mix", "Bayan Obo")
    amounts = mix.groupby("product")["value"].sum()
    share = amounts[["Nd carbonate", "Pr carbonate"]].sum() / amounts.sum()
    low, high = stated["low"].item() / 100, stated["high"].item() / 100
    return Printed(
        low,
        float(np.clip(share, low, high)),
        high,
        "ratio",
        "printed span; the middle is the mix of a separation plant in an inventory",
        pd.concat([stated, mix], ignore_index=True),
    )


def mountain_pass_share(source: Source) -> Printed:
    """Return the share of NdPr in the concentrate of Mountain Pass."""
    stated = source.load("oxide_distribution", "Mountain Pass", "NdPr oxide")
    share = stated["value"].item() / 100
    return Printed(share, share, share, "ratio", "one printed figure", stated)


def bayan_obo_power(source: Source) -> Printed:
    """Return the electricity per kg REO in two published inventories of Bayan Obo."""
    power = source.load("lci_input", "Bayan Obo", "electricity")
    whole = power[has(power, "batch-lee-bayan-obo-1kg-reo")]
    part = power[has(power, "batch-bailey-sx-bayan-obo-1kg-reo")]
    low, high = part["value"].item() / MJ_PER_KWH, whole["value"].item() / MJ_PER_KWH
    note = "separation alone, and mine to oxide: two inventories"
    used = pd.concat([whole, part], ignore_index=True)
    return Printed(low, high, high, "kWh/kg", note, used)


def power_price(source: Source, country: str) -> Printed:
    """Return what industry pays for electricity in a country, in several prints."""
    prices = source.load("electricity_price", country)
    return source.spread(
        prices, "USD/kWh", f"{len(prices)} printed prices, lowest, median, highest"
    )


def chinese_wage(source: Source) -> Printed:
    """Return the pay of a year in China: production staff, up to all staff."""
    wages = source.load("wage_annual", "China")
    wages = _needed(wages[has(wages, "above-designated-size")], "pay in China")
    wages = wages[wages["period_end"] == wages["period_end"].max()]
    staff = wages[has(wages, "occ-production")]
    everyone = wages[has(wages, "occ-all")]
    pay = [float(source.usd(rows)["value"].item()) for rows in (staff, everyone)]
    used = pd.concat([staff, everyone], ignore_index=True)
    note = "production staff, up to the mean of all staff"
    return Printed(pay[0], pay[0], pay[1], "USD/year", note, used)


def american_wage(source: Source) -> Printed:
    """Return the pay of a year in the United States: operators, up to engineers."""
    wages = source.load("wage_hourly", "United States")
    rows = [
        wages[has(wages, f"occ-{job}")]
        for job in ("unskilled-operator", "skilled-operator", "engineer")
    ]
    low, mode, high = (
        float(source.usd(row)["value"].item()) * WORK_HOURS for row in rows
    )
    used = pd.concat(rows, ignore_index=True)
    note = f"hourly pay of a costing model times {WORK_HOURS:,} hours"
    return Printed(low, mode, high, "USD/year", note, used)


def lynas_staff(source: Source) -> Printed:
    """Return the persons of Lynas per 1,000 t NdPr oxide, by fiscal year."""
    staff = source.load("employees", "Lynas").set_index("period_end")
    made = source.load("ndpr_production", "Lynas", "NdPr oxide")
    whole = made[(made["period_end"] - made["period_start"]).dt.days > 360]
    tonnes = whole.set_index("period_end")["value"]
    ratio = (staff["value"] / tonnes * 1000).dropna()
    years = ratio.index
    used = pd.concat(
        [staff.loc[years].reset_index(), whole[whole["period_end"].isin(years)]],
        ignore_index=True,
    )
    note = f"employees over output, {len(ratio)} fiscal years; the newest is the middle"
    return Printed(ratio.min(), ratio.iloc[-1], ratio.max(), "persons/kt", note, used)


def _capital(source: Source, parts: list[tuple[pd.DataFrame, pd.DataFrame]]) -> Printed:
    """Return capital over capacity, added up over stages, as one number."""
    total, used = 0.0, []
    for capital, capacity in parts:
        money = source.usd(capital)
        amount = money["value"].fillna(money["high"]).item() * 1e6
        tonnes = capacity["value"].fillna(capacity["low"]).item()
        total += amount / (tonnes * 1000)
        used += [capital, capacity]
    note = "printed capital over printed capacity of each stage, added up"
    return Printed(
        total, total, total, "USD/(kg/year)", note, pd.concat(used, ignore_index=True)
    )


def _newest(figures: pd.DataFrame, product: str | None = None) -> pd.DataFrame:
    rows = figures if product is None else figures[figures["product"] == product]
    return rows.sort_values(["period_end", "figure_id"]).tail(1)


def lynas_capital(source: Source) -> Printed:
    """Return the capital per kg of annual NdPr oxide: mine, cracking, separation."""
    load = source.load
    malaysia = load("project_capex", "Lynas Malaysia")
    separation = load("nameplate_capacity", "Lynas Malaysia", "NdPr oxide")
    kalgoorlie = _newest(load("project_capex_planned", "Lynas Kalgoorlie"))
    cracking = _newest(load("nameplate_capacity", "Lynas Kalgoorlie", "NdPr oxide"))
    expansion = load("project_capex_planned", "Lynas Mt Weld expansion")
    mine = load("nameplate_capacity_planned", "Lynas Mt Weld expansion", "NdPr oxide")
    return _capital(
        source, [(malaysia, separation), (kalgoorlie, cracking), (expansion, mine)]
    )


def huamei_capital(source: Source) -> Printed:
    """Return the capital per kg of annual NdPr oxide of the new refinery at Baotou.

    Printed per tonne of all oxides; the share of NdPr turns it into NdPr oxide. The
    printed sum is an upper bound ("not more than").
    """
    capital = source.load("project_capex_planned", "China Northern Huamei")
    sizes = source.load("nameplate_capacity_planned", "China Northern Huamei", "REO")
    size = sizes[has(sizes, "separation-stage")]
    share = source.read(baotou_share)
    whole = _capital(source, [(capital, size)])
    used = pd.concat([whole.figures, share.figures], ignore_index=True)
    shares = (share.high, share.mode, share.low)
    low, mode, high = (whole.mode / part for part in shares)
    note = "an upper bound for the refinery, over its capacity and the share of NdPr"
    return Printed(low, mode, high, "USD/(kg/year)", note, used)


def mountain_pass_capital(source: Source) -> Printed:
    """Return the capital per kg of annual NdPr oxide of Mountain Pass as rebuilt."""
    capital = source.load("project_capex", "Molycorp Phoenix")
    size = source.load("nameplate_capacity_planned", "Mountain Pass", "NdPr oxide")
    return _capital(source, [(capital, size)])


def byproduct_price(source: Source) -> Printed:
    """Return the price of lanthanum and cerium oxide of the last years."""
    prices = source.load(
        "oxide_price_annual", "USGS reference", ("La oxide", "Ce oxide")
    )
    return source.spread(
        recent(prices), "USD/kg", "reference prices of the last three years"
    )


def ndpr_price(source: Source) -> Printed:
    """Return the reference price of Nd oxide of the last years, for NdPr oxide.

    That of NdPr oxide itself is printed in one edition only; the two are close.
    """
    prices = source.load("oxide_price_annual", "USGS reference", "Nd oxide")
    note = "reference prices of Nd oxide, the last three years"
    return source.spread(recent(prices), "USD/kg", note)


def _chinese(source: Source) -> Printed:
    return power_price(source, "China")


def _american(source: Source) -> Printed:
    return power_price(source, "United States")


MARKETS: dict[str, Reader] = {
    "byproduct_price": byproduct_price,
    "ndpr_price": ndpr_price,
}
_BAOTOU: dict[str, Reader] = {
    "ndpr_share": baotou_share,
    "electricity_use": bayan_obo_power,
    "electricity_price": _chinese,
    "wage": chinese_wage,
    "capital_cost": huamei_capital,
}
READERS: dict[str, dict[str, Reader]] = {
    "Lynas": {"staff": lynas_staff, "capital_cost": lynas_capital} | MARKETS,
    "Baotou": _BAOTOU | MARKETS,
    "China Northern Rare Earth": _BAOTOU | {"feed_cost": transfer_price} | MARKETS,
    "MP Materials": {
        "ndpr_share": mountain_pass_share,
        "feed_cost": concentrate_cost,
        "electricity_price": _american,
        "wage": american_wage,
        "capital_cost": mountain_pass_capital,
    }
    | MARKETS,
}
"""Which parameters of a producer are read from printed figures, and how."""

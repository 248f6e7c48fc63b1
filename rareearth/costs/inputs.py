"""The parameters of the cost model: a range for each, from figures or assumptions.

One table says how each parameter is called, which components it makes, and for which
producers it is read from printed figures. A reader takes a `Source` and returns a
`Printed`: low, mode and high in US dollars of the base year, what was done with the
figures, and the figures themselves. What nothing printed bears on is an assumption.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.costs.model import COMPONENTS
from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, has_codes
from rareearth.figures.rules import MONEY
from rareearth.money.money import Money, per_kg
from rareearth.money.rates import Missing

FIGURE, ASSUMPTION, BOTH = "figure", "assumption", "both"
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

    load: Load
    money: Money
    base_year: int

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


def recent(figures: pd.DataFrame, years: int = RECENT) -> pd.DataFrame:
    """Return the figures whose period ends within some years of the newest."""
    newest = figures["period_end"].max()
    return figures[figures["period_end"] > newest - pd.DateOffset(years=years)]


def _needed(figures: pd.DataFrame, what: str) -> pd.DataFrame:
    if figures.empty:
        raise NoFigures(f"no printed figure of {what} had been published by then")
    return figures


def feed_prices(source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what China Northern Rare Earth pays for a kg of REO in concentrate.

    Returns
    -------
    paid : DataFrame
        ``period_start``, ``period_end``, ``value`` in USD per kg of the base year: the
        periods of which a rate is known (the newest quarter may not have one yet).
    used : DataFrame
        The figures behind them.
    """
    prices = source.load(
        "concentrate_price", "China Northern Rare Earth", missing="empty"
    )
    prices = prices[has_codes(prices["basis"], "transfer-price")]
    prices = prices[source.usd(prices, "nan")["value"].notna()]
    reo = prices["basis"].str.extract(r"reo-content-(\d+)")[0].astype(float) / 100
    paid = per_kg(source.usd(prices))["value"] / reo
    return prices[["period_start", "period_end"]].assign(value=paid), prices


def transfer_price(source: Source) -> Printed:
    """Return the price of concentrate between two companies of the Baotou group."""
    every, prices = feed_prices(source)
    paid = recent(_needed(every, "a transfer price"))
    values = paid["value"]
    last = values[paid["period_end"].idxmax()]
    note = (
        f"price between two group companies, {len(paid)} quarters or spans; the "
        "newest is the middle"
    )
    used = prices.loc[paid.index]
    return Printed(values.min(), last, values.max(), "USD/kg", note, used)


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
    whole = power[has_codes(power["basis"], "batch-lee-bayan-obo-1kg-reo")]
    part = power[has_codes(power["basis"], "batch-bailey-sx-bayan-obo-1kg-reo")]
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
    wages = _needed(
        wages[has_codes(wages["basis"], "above-designated-size")], "pay in China"
    )
    wages = wages[wages["period_end"] == wages["period_end"].max()]
    staff = wages[has_codes(wages["basis"], "occ-production")]
    everyone = wages[has_codes(wages["basis"], "occ-all")]
    pay = [float(source.usd(rows)["value"].item()) for rows in (staff, everyone)]
    used = pd.concat([staff, everyone], ignore_index=True)
    note = "production staff, up to the mean of all staff"
    return Printed(pay[0], pay[0], pay[1], "USD/year", note, used)


def american_wage(source: Source) -> Printed:
    """Return the pay of a year in the United States: operators, up to engineers."""
    wages = source.load("wage_hourly", "United States")
    rows = [
        wages[has_codes(wages["basis"], f"occ-{job}")]
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
    size = sizes[has_codes(sizes["basis"], "separation-stage")]
    share = baotou_share(source)
    whole = _capital(source, [(capital, size)])
    used = pd.concat([whole.figures, share.figures], ignore_index=True)
    shares = (share.high, share.mode, share.low)
    low, mode, high = (whole.mode / part for part in shares)
    note = "an upper bound for the refinery, over its capacity and the share of NdPr"
    return Printed(low, mode, high, "USD/(kg/year)", note, used)


def mountain_pass_capital(source: Source) -> Printed:
    """Return what MP Materials spent until it separated, per kg of annual NdPr oxide.

    Its own spending: what the owner before it built and lost is no capital of its own.
    """
    spent = source.load("capital_expenditure", "MP Materials")
    spent = spent[has_codes(spent["basis"], "standardised")]
    first = source.load("ndpr_production", "MP Materials", "NdPr oxide")
    years = spent["period_end"].dt.year <= first["period_end"].min().year
    own = _needed(spent[years], "the capital spending of MP Materials")
    size = source.load("nameplate_capacity_planned", "Mountain Pass", "NdPr oxide")
    tonnes = size["value"].fillna(size["low"]).item()
    total = source.usd(own)["value"].sum() * 1e6 / (tonnes * 1000)
    used = pd.concat([own, size], ignore_index=True)
    note = (
        f"own capital spending of {len(own)} years, until oxide was first separated; "
        "mine and magnets are in it"
    )
    return Printed(total, total, total, "USD/(kg/year)", note, used)


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


PRODUCERS = LYNAS, BAOTOU, NORTHERN, MP = (
    "Lynas",
    "Baotou",
    "China Northern Rare Earth",
    "MP Materials",
)
"""The producers whose cost can be built up by component."""


class Parameter(NamedTuple):
    """An input of `model.unit_cost`."""

    label: str
    components: tuple[str, ...]  # that no other input shares, but for capital's
    readers: Mapping[str, Reader] = {}  # by producer, where figures are printed


def at_baotou(reader: Reader) -> dict[str, Reader]:
    """Return a reader for the group at Baotou and for its listed refiner."""
    return {BAOTOU: reader, NORTHERN: reader}


PARAMETERS = {
    "ndpr_share": Parameter(
        "Share of NdPr in the feed",
        (),
        at_baotou(baotou_share) | {MP: mountain_pass_share},
    ),
    "recovery": Parameter("Recovery to oxide", ()),
    "feed_cost": Parameter(
        "Mine and concentrate",
        ("feed",),
        {NORTHERN: transfer_price, MP: concentrate_cost},
    ),
    "reagent_cost": Parameter("Reagents", ("reagents",)),
    "electricity_use": Parameter(
        "Electricity per kg", ("energy",), at_baotou(bayan_obo_power)
    ),
    "electricity_price": Parameter(
        "Price of electricity",
        ("energy",),
        at_baotou(partial(power_price, country="China"))
        | {MP: partial(power_price, country="United States")},
    ),
    "heat_cost": Parameter("Fuel", ("energy",)),
    "staff": Parameter("Staff per 1,000 t", ("labour",), {LYNAS: lynas_staff}),
    "wage": Parameter(
        "Pay", ("labour",), at_baotou(chinese_wage) | {MP: american_wage}
    ),
    "labour_burden": Parameter("Labour cost over pay", ("labour",)),
    "waste_cost": Parameter("Waste and residue", ("waste",)),
    "maintenance": Parameter("Maintenance", ("maintenance",)),
    "overhead": Parameter("Overhead", ("overhead",)),
    "royalty": Parameter("Royalty", ("royalty",)),
    "vat_lost": Parameter("Value-added tax lost", ("tax",)),
    "capital_cost": Parameter(
        "Capital per kg a year",
        ("maintenance", "capital"),
        at_baotou(huamei_capital) | {LYNAS: lynas_capital, MP: mountain_pass_capital},
    ),
    "capital_factor": Parameter("Factor on capital", ("maintenance", "capital")),
    "plant_life": Parameter("Life of the plant", ("capital",)),
    "ramp_years": Parameter("Years of ramp-up", ("capital",)),
    "utilisation": Parameter("Utilisation", ("maintenance", "capital")),
    "byproduct_sold": Parameter("By-products sold", ("credits",)),
    "byproduct_price": Parameter(
        "La and Ce price", ("credits",), dict.fromkeys(PRODUCERS, byproduct_price)
    ),
    "heavy_credit": Parameter("Credit for heavies", ("credits",)),
    "ndpr_price": Parameter(
        "NdPr price (royalty)", ("royalty",), dict.fromkeys(PRODUCERS, ndpr_price)
    ),
}
"""All inputs of `model.unit_cost` but the discount rate. The share of NdPr and the
recovery are behind nearly all components, and stand with none."""


def gather(
    source: Source, assumptions: pd.DataFrame, producer: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ranges of all parameters of a producer, and the figures behind them.

    Parameters
    ----------
    source : Source
        The loader, with `as_of` already given; money, with ``cpi_gaps=1`` where a year
        lacks an index; and the year of the US dollars in which everything comes back.
    assumptions : DataFrame
        `records.assumptions` of the topic ``refining-cost``.

    Returns
    -------
    ranges : DataFrame, indexed by `PARAMETERS`
        ``low``, ``mode``, ``high`` float; ``unit``, ``note``, ``kind`` str: "figure"
        or "assumption"; ``label`` in words, ``falsified_by`` str.
    used : DataFrame
        Figures, rates and indices, for the list of sources.
    """
    rows, used = {}, []
    assumed = _assumed(assumptions, source, producer)
    for name, parameter in PARAMETERS.items():
        found = _printed(parameter.readers.get(producer), source, name in assumed.index)
        if found is not None:
            row = {**vars(found), "kind": FIGURE, "falsified_by": ""}
            used.append(row.pop("figures"))
            rows[name] = row
        elif name in assumed.index:
            rows[name] = assumed.loc[name].to_dict()
        else:
            raise NoFigures(f"{name} of {producer}: neither a figure nor an assumption")
    ranges = pd.DataFrame.from_dict(rows, orient="index")
    ranges.insert(0, "label", [PARAMETERS[name].label for name in ranges.index])
    return ranges, source.behind(pd.concat(used, ignore_index=True))


def _printed(
    reader: Reader | None, source: Source, has_assumption: bool
) -> Printed | None:
    """Return a parameter from printed figures, or None where it is to be assumed.

    An assumption stands in for a figure that had not been published by then.
    """
    if reader is None:
        return None
    try:
        return reader(source)
    except NoFigures:
        if has_assumption:
            return None
        raise


def _assumed(assumptions: pd.DataFrame, source: Source, producer: str) -> pd.DataFrame:
    """Return the assumptions of a producer, or else of all, in money of the base year.

    Indexed by parameter.
    """
    rank = {producer: 0, "World": 1}
    own = assumptions[assumptions["entity"].isin(rank)]
    own = own.assign(rank=own["entity"].map(rank)).sort_values("rank", kind="stable")
    own = own.drop_duplicates("parameter").set_index("parameter")
    dollars = own["unit"].str.startswith("USD/") & own["price_year"].notna()
    columns = ["low", "value", "high"]
    if dollars.any():
        rows = own[dollars]
        dated = rows.assign(
            period_start=pd.to_datetime(rows["price_year"].astype(str) + "-01-01"),
            period_end=pd.to_datetime(rows["price_year"].astype(str) + "-12-31"),
        )
        own.loc[dollars, columns] = source.money.in_money_of(dated, source.base_year)[
            columns
        ]
    own = own.drop(columns="note")
    own = own.rename(columns={"value": "mode", "reason": "note"})
    kept = ["low", "mode", "high", "unit", "note", "falsified_by"]
    return own[kept].assign(kind=ASSUMPTION)


def grades(ranges: pd.DataFrame) -> dict[str, str]:
    """Return what each component rests on: figures, assumptions, or both.

    Counted over the parameters of its own (`Parameter.components`).
    """
    found = {}
    for part in COMPONENTS:
        names = [name for name, own in PARAMETERS.items() if part in own.components]
        kinds = set(ranges.loc[names, "kind"])
        found[part] = kinds.pop() if len(kinds) == 1 else BOTH
    return found


def pairs(assumptions: pd.DataFrame, plants: list[str]) -> pd.DataFrame:
    """Return the rank correlations that are stated, for `simulation.simulate`.

    ``feed_correlation`` joins the price of the feed and that of the by-products.
    """
    own = assumptions[
        (assumptions["parameter"] == "feed_correlation")
        & assumptions["entity"].isin(plants)
    ]
    return pd.DataFrame(
        {
            "one": own["entity"] + "/feed_cost",
            "other": "byproduct_price",
            "rank": own["value"],
        }
    )


def named(key: str) -> tuple[str, str]:
    """Return plant ("" for the market) and label of a key of `uncertain`."""
    plant, _, name = key.rpartition("/")
    return plant, PARAMETERS[name].label

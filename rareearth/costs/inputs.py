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
from rareearth.money.money import Missing, Money, per_kg

FIGURE, ASSUMPTION, BOTH = "figure", "assumption", "both"
WORK_HOURS = 2080  # a year: 52 weeks of 40 hours
MJ_PER_KWH = 3.6
RECENT = 3  # years: how far back a market price or a transfer price is taken
NDPR = "NdPr oxide"


class Printed(NamedTuple):
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


def recent(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures whose period ends within three years of the newest."""
    newest = figures["period_end"].max()
    return figures[figures["period_end"] > newest - pd.DateOffset(years=RECENT)]


def _needed(figures: pd.DataFrame, what: str) -> pd.DataFrame:
    if figures.empty:
        raise NoFigures(f"no printed figure of {what} had been published by then")
    return figures


def newest_first(
    values: pd.Series, days: pd.Series, unit: str, note: str, used: pd.DataFrame
) -> Printed:
    """Return the lowest and the highest value, with the newest as the middle."""
    last = values[days.idxmax()]
    note = f"{note}; the newest is the middle"
    return Printed(values.min(), last, values.max(), unit, note, used)


def prices(
    source: Source,
    series: str,
    entity: str,
    product: str | tuple[str, ...] | None,
    unit: str,
    note: str,
    last_years: bool = False,
) -> Printed:
    """Return the lowest, the middle and the highest of several prices."""
    figures = source.load(series, entity, product)
    figures = recent(figures) if last_years else figures
    values = source.usd(figures)["value"]
    low, mode, high = values.min(), values.median(), values.max()
    return Printed(low, mode, high, unit, note.format(len(figures)), figures)


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
    every, printed = feed_prices(source)
    paid = recent(_needed(every, "a transfer price"))
    note = f"price between two group companies, {len(paid)} quarters or spans"
    used = printed.loc[paid.index]
    return newest_first(paid["value"], paid["period_end"], "USD/kg", note, used)


def concentrate_cost(source: Source) -> Printed:
    """Return what a kg of REO in concentrate costs MP Materials, as it printed."""
    costs = source.load("unit_cost", "MP Materials", "REO in concentrate")
    values = per_kg(source.usd(costs))["value"]
    note = "printed until the third quarter of 2023"
    return newest_first(values, costs["period_end"], "USD/kg", note, costs)


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


def wage(
    source: Source,
    series: str,
    country: str,
    jobs: tuple[str, str, str],
    note: str,
    of: tuple[str, ...] = (),
    hours: int = 1,
) -> Printed:
    """Return the newest pay of a year of three jobs, from low to high."""
    wages = source.load(series, country)
    wages = _needed(wages[has_codes(wages["basis"], *of)], f"pay in {country}")
    wages = wages[wages["period_end"] == wages["period_end"].max()]
    rows = [wages[has_codes(wages["basis"], f"occ-{job}")] for job in jobs]
    low, mode, high = (float(source.usd(row)["value"].item()) * hours for row in rows)
    used = pd.concat(rows, ignore_index=True)
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
    note = f"employees over output, {len(ratio)} fiscal years"
    return newest_first(ratio, years.to_series(), "persons/kt", note, used)


class Plant(NamedTuple):
    """Where the capital and the capacity of a plant stand."""

    entity: str
    capital: str  # series
    capacity: str
    product: str = NDPR
    study: str | None = None  # code of the capital
    stage: str | None = None  # code of the capacity
    first: bool = False  # whether the first printed capacity counts, not the newest


BUILT, PLAN = "project_capex", "project_capex_planned"
SIZE, SIZE_PLAN = "nameplate_capacity", "nameplate_capacity_planned"
MALAYSIA = Plant("Lynas Malaysia", BUILT, SIZE)
KALGOORLIE = Plant("Lynas Kalgoorlie", PLAN, SIZE)
MT_WELD = Plant("Lynas Mt Weld expansion", PLAN, SIZE_PLAN)
HUAMEI = Plant(
    "China Northern Huamei", PLAN, SIZE_PLAN, "REO", stage="separation-stage"
)


def at_plant(source: Source, plant: Plant) -> tuple[pd.Series, float, pd.DataFrame]:
    """Return the newest capital of a plant, its capacity, and the figures behind them.

    Returns
    -------
    (Series, float, DataFrame)
        USD of the base year, the ends of a range or one value, none where no money of
        its year is known; t a year, NaN where none is printed.
    """
    capital, capacity = (
        rows[has_codes(rows["basis"], *filter(None, [code]))]
        for rows, code in (
            (source.load(plant.capital, plant.entity, missing="empty"), plant.study),
            (
                source.load(
                    plant.capacity, plant.entity, plant.product, missing="empty"
                ),
                plant.stage,
            ),
        )
    )
    capital = capital.sort_values(["period_end", "high"]).tail(1)
    capacity = capacity.sort_values("period_end")
    capacity = capacity.head(1) if plant.first else capacity.tail(1)
    dollars = source.usd(capital, "nan")[["value", "low", "high"]].stack() * 1e6
    tonnes = float(capacity["value"].fillna(capacity["low"]).mean())
    return dollars, tonnes, pd.concat([capital, capacity], ignore_index=True)


def _capital(source: Source, *plants: Plant) -> tuple[float, pd.DataFrame]:
    """Return capital over capacity, added up over plants, USD per kg a year."""
    total, used = 0.0, []
    for plant in plants:
        dollars, tonnes, figures = at_plant(source, plant)
        if dollars.empty or np.isnan(tonnes):
            raise NoFigures(f"no capital of {plant.entity} had been published by then")
        total += float(dollars.mean()) / (tonnes * 1000)
        used.append(figures)
    return total, pd.concat(used, ignore_index=True)


def lynas_capital(source: Source) -> Printed:
    """Return the capital per kg of annual NdPr oxide: mine, cracking, separation."""
    total, used = _capital(source, MALAYSIA, KALGOORLIE, MT_WELD)
    note = "printed capital over printed capacity of each stage, added up"
    return Printed(total, total, total, "USD/(kg/year)", note, used)


def huamei_capital(source: Source) -> Printed:
    """Return the capital per kg of annual NdPr oxide of the new refinery at Baotou.

    Printed per tonne of all oxides; the share of NdPr turns it into NdPr oxide. The
    printed sum is an upper bound ("not more than").
    """
    total, used = _capital(source, HUAMEI)
    share = baotou_share(source)
    low, mode, high = (total / part for part in (share.high, share.mode, share.low))
    used = pd.concat([used, share.figures], ignore_index=True)
    note = "an upper bound for the refinery, over its capacity and the share of NdPr"
    return Printed(low, mode, high, "USD/(kg/year)", note, used)


def mountain_pass_capital(source: Source) -> Printed:
    """Return what MP Materials spent until it separated, per kg of annual NdPr oxide.

    Its own spending: what the owner before it built and lost is no capital of its own.
    """
    spent = source.load("capital_expenditure", "MP Materials")
    spent = spent[has_codes(spent["basis"], "standardised")]
    first = source.load("ndpr_production", "MP Materials", NDPR)
    years = spent["period_end"].dt.year <= first["period_end"].min().year
    own = _needed(spent[years], "the capital spending of MP Materials")
    size = source.load(SIZE_PLAN, "Mountain Pass", NDPR)
    tonnes = size["value"].fillna(size["low"]).item()
    total = source.usd(own)["value"].sum() * 1e6 / (tonnes * 1000)
    used = pd.concat([own, size], ignore_index=True)
    note = (
        f"own capital spending of {len(own)} years, until oxide was first separated; "
        "mine and magnets are in it"
    )
    return Printed(total, total, total, "USD/(kg/year)", note, used)


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


PAY_IN_CHINA = partial(
    wage,
    series="wage_annual",
    country="China",
    of=("above-designated-size",),
    jobs=("production", "production", "all"),
    note="production staff, up to the mean of all staff",
)
PAY_IN_AMERICA = partial(
    wage,
    series="wage_hourly",
    country="United States",
    jobs=("unskilled-operator", "skilled-operator", "engineer"),
    hours=WORK_HOURS,
    note=f"hourly pay of a costing model times {WORK_HOURS:,} hours",
)


def power(country: str) -> Reader:
    """Return the reader of what industry pays for electricity in a country."""
    return partial(
        prices,
        series="electricity_price",
        entity=country,
        product=None,
        unit="USD/kWh",
        note="{} printed prices, lowest, median, highest",
    )


def reference(product: str | tuple[str, ...], note: str) -> dict[str, Reader]:
    """Return the reader of reference prices of the last years, for all producers."""
    reader = partial(
        prices,
        series="oxide_price_annual",
        entity="USGS reference",
        product=product,
        unit="USD/kg",
        note=note,
        last_years=True,
    )
    return dict.fromkeys(PRODUCERS, reader)


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
        at_baotou(power("China")) | {MP: power("United States")},
    ),
    "heat_cost": Parameter("Fuel", ("energy",)),
    "staff": Parameter("Staff per 1,000 t", ("labour",), {LYNAS: lynas_staff}),
    "wage": Parameter(
        "Pay", ("labour",), at_baotou(PAY_IN_CHINA) | {MP: PAY_IN_AMERICA}
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
        "La and Ce price",
        ("credits",),
        reference(("La oxide", "Ce oxide"), "reference prices of the last three years"),
    ),
    "heavy_credit": Parameter("Credit for heavies", ("credits",)),
    "ndpr_price": Parameter(
        "NdPr price (royalty)",
        ("royalty",),
        # That of NdPr oxide itself is printed in one edition only; the two are close.
        reference("Nd oxide", "reference prices of Nd oxide, the last three years"),
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
        reader, found = parameter.readers.get(producer), None
        try:
            found = reader(source) if reader else None
        except NoFigures:  # not published by then
            if name not in assumed.index:
                raise
        if found is not None:
            row = {**found._asdict(), "kind": FIGURE, "falsified_by": ""}
            used.append(row.pop("figures"))
            rows[name] = row
        elif name in assumed.index:
            rows[name] = assumed.loc[name].to_dict()
        else:
            raise NoFigures(f"{name} of {producer}: neither a figure nor an assumption")
    ranges = pd.DataFrame.from_dict(rows, orient="index")
    ranges.insert(0, "label", [PARAMETERS[name].label for name in ranges.index])
    return ranges, source.behind(pd.concat(used, ignore_index=True))


def _assumed(assumptions: pd.DataFrame, source: Source, producer: str) -> pd.DataFrame:
    """Return the assumptions of a producer, or else of all, in money of the base year.

    Indexed by parameter.
    """
    own = pd.concat(
        [assumptions[assumptions["entity"] == name] for name in (producer, "World")]
    )
    own = own.drop_duplicates("parameter").set_index("parameter")
    is_money = own["unit"].str.startswith("USD/") & own["price_year"].notna()
    rows, columns = own[is_money], ["low", "value", "high"]
    years = pd.PeriodIndex(rows["price_year"].astype(str), freq="Y")
    dated = rows.assign(
        period_start=years.start_time, period_end=years.end_time.normalize()
    )
    real = source.money.in_money_of(dated, source.base_year)
    own.loc[is_money, columns] = real[columns]
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

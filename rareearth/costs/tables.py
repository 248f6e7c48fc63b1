"""The frames behind the charts of a study, and its tables as a reader sees them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

import pandas as pd

from rareearth.costs import accounts
from rareearth.costs.inputs import ASSUMPTION, BOTH, FIGURE, grades, named
from rareearth.costs.model import COMPONENTS, received
from rareearth.costs.simulation import (
    ACCOUNTS_OF,
    Simulation,
    Study,
    ratio_of,
    uncertain,
)
from rareearth.methods import draws
from rareearth.methods.draws import middle_80
from rareearth.words import chance, number, span

CLAIMS = {"40 % dearer": 1.4, "five times": 5.0}
"""What is claimed of refining outside China, as a ratio of costs."""

SHORT = {"China Rare Earth Resources (000831)": "China Rare Earth"}
CASH, FULL = "Cash cost", "Full cost"
COSTS = [f"{name}, {end}" for name in (CASH, FULL) for end in ("low", "middle", "high")]
LEAST, MOST = "Least, all at an end", "Most, all at an end"
SHARES = ["Months above", "Months with a floor", "Over the last price"]
NDPR, REO = "NdPr oxide", "REO"
SCOPES = (
    (accounts.SPENT, accounts.ON_NDPR, NDPR),
    (accounts.PRINTED, accounts.AS_PRINTED, NDPR),
    (accounts.PRINTED, accounts.AS_PRINTED, REO),
)
"""The unit costs of the accounts with which the model can be compared: before
by-product credits and before the capital charge, per kg of NdPr oxide or of all oxides
sold."""


def waterfall(study: Study) -> pd.DataFrame:
    """Return the mean of each component over all draws, with the two sums.

    Returns
    -------
    DataFrame
        ``entity``, ``component``, ``value`` in the money of the study, ``rests_on``,
        ``total``, for `charts.cumulated`.
    """
    rows = []
    for entity, plant in study.pair.items():
        means = study.simulation.means[entity] * study.rate
        rows += _steps(entity, means, grades(plant))
    return pd.DataFrame(rows, columns=_STEP)


def _steps(
    entity: str, values: pd.Series, rests: Mapping[str, str]
) -> list[tuple[str, str, float, str, bool]]:
    """Return the steps of a waterfall: components, cash cost, capital, full cost."""
    order = [name for name in COMPONENTS if name != "capital"]
    cash = float(values[order].sum())
    capital = float(values["capital"])
    return [
        *((entity, COMPONENTS[n], float(values[n]), rests[n], False) for n in order),
        (entity, CASH, cash, together(rests[n] for n in order), True),
        (entity, COMPONENTS["capital"], capital, rests["capital"], False),
        (entity, FULL, cash + capital, together(rests.values()), True),
    ]


def together(parts: Iterable[str]) -> str:
    """Return what a sum rests on: all that its parts rest on."""
    found = set(parts)
    return found.pop() if len(found) == 1 else BOTH


_STEP = ["entity", "component", "value", "rests_on", "total"]


def assumed_share(study: Study, entity: str) -> float:
    """Return how much of the full cost before credits no figure bears on (0 to 1)."""
    means = study.simulation.means[entity].drop("credits")
    rests = pd.Series(grades(study.plants[entity]))[means.index]
    return float(means[rests == ASSUMPTION].sum() / means.sum())


def swings(study: Study, outcome: str = "full") -> tuple[pd.DataFrame, draws.Result]:
    """Return the tornado of the ratio of the two, and the function behind it."""
    found, evaluate = _swings(study, outcome)
    return found.copy(), evaluate


@lru_cache(maxsize=4)  # of one study, tables and charts ask for the same
def _swings(study: Study, outcome: str) -> tuple[pd.DataFrame, draws.Result]:
    evaluate = ratio_of(
        study.pair, study.producer, study.reference, study.discount_rate, outcome
    )
    return draws.tornado(uncertain(study.pair), evaluate), evaluate


def tornado(study: Study, most: int = 12) -> pd.DataFrame:
    """Return the widest swings of the ratio, for `charts.rows`."""
    found = swings(study)[0].head(most)
    rows = []
    for item in found.itertuples():
        plant, label = named(item.key)
        own = study.plants[plant or study.producer].loc[item.key.rpartition("/")[2]]
        rows.append(
            {
                "label": f"{label} ({plant})" if plant else label,
                "entity": plant or "World",
                "at_low": item.at_low,
                "at_high": item.at_high,
                "base": item.base,
                "low_text": _short(item.low),
                "high_text": _short(item.high),
                "unit": own["unit"],
                "assumed": own["kind"] == ASSUMPTION,
                "swing": item.swing,
            }
        )
    return pd.DataFrame(rows)


def through_time(study: Study) -> pd.DataFrame:
    """Return revenue less EBITDA per kg NdPr oxide by fiscal year, real.

    The line has all cost on NdPr oxide; the band spans the other allocations.
    """
    own = study.published
    own = own[(own["measure"] == accounts.SPENT) & (own["product"] == "NdPr oxide")]
    own = own[own["producer"].isin(study.pair)]
    if own.empty:
        return pd.DataFrame(columns=["entity", "year", "value", "low", "high"])
    real = study.real(own)
    real["year"] = accounts.fiscal_year(real)
    by = ["producer", "year"]
    found = real[real["allocation"] == accounts.ON_NDPR].set_index(by)
    spread = real.groupby(by)["value"].agg(["min", "max"])
    found = found[["value", "confidence"]].join(spread).reset_index()
    return found.rename(columns={"producer": "entity", "min": "low", "max": "high"})


def margin_route(study: Study) -> pd.DataFrame:
    """Return the reference price times cost of sales over revenue, real, by year."""
    own = study.published[study.published["measure"] == accounts.MARGIN]
    if own.empty:
        return pd.DataFrame(columns=["entity", "year", "value", "confidence"])
    real = study.real(own)
    real["year"] = accounts.fiscal_year(real)
    real = real.rename(columns={"producer": "entity"})
    return common_years(real[["entity", "year", "value", "confidence"]])


def common_years(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the years up to the last that over half of all have, with short names.

    Beyond it the lines of a chart would end in different years, their labels on top of
    other lines.
    """
    counts = frame.groupby("year")["entity"].nunique()
    most = counts > frame["entity"].nunique() / 2
    last = int(counts[most if most.any() else counts == counts.max()].index.max())
    kept = frame[frame["year"] <= last]
    return kept.assign(entity=kept["entity"].replace(SHORT))


def calibrated(study: Study) -> pd.DataFrame:
    """Return the model beside the newest published cost of every producer, real.

    For `charts.rows`; empty where nothing can be compared.
    """
    money, year = study.source.money, study.base_year
    own = study.published[study.published["measure"] != accounts.MARGIN]
    dollars = accounts.in_money(own, money, "USD", year)
    found = calibrate(study.simulation, study.plants, dollars)
    if found.empty:
        return found
    columns = ["published_low", "published_high", "low", "middle", "high"]
    found[columns] *= study.rate
    found["label"] = [
        f"{item.producer}, {item.year}\n{item.measure},\nper kg {item.product}"
        for item in found.itertuples()
    ]
    return found.rename(columns={"producer": "entity"})


def calibrate(
    simulation: Simulation,
    plants: Mapping[str, pd.DataFrame],
    published: pd.DataFrame,
) -> pd.DataFrame:
    """Return the newest published unit cost of each plant beside the modelled one.

    Parameters
    ----------
    simulation : Simulation
    plants : mapping
        The ranges of the plants that were simulated.
    published : DataFrame
        `accounts.unit_costs` in the money of the simulation (`accounts.in_money`).

    Returns
    -------
    DataFrame
        ``producer``, ``measure``, ``product``, ``year``, ``confidence``;
        ``published_low``, ``published_high`` (infinite where only the other bound is
        printed); ``low``, ``middle``, ``high`` of the model; ``gap``: middle over the
        nearer end of what is published, less one, and 0 inside it. Empty where
        nothing published can be compared.
    """
    rows = []
    for measure, allocation, product in SCOPES:
        for plant, ranges in plants.items():
            own = published[
                (published["producer"] == plant)
                & (published["measure"] == measure)
                & (published["allocation"] == allocation)
                & (published["product"] == product)
            ]
            if own.empty:
                continue
            last = own.sort_values("period_end").iloc[-1]
            per = ndpr_of_sales(ranges["mode"]) if product == REO else 1.0
            bottom = simulation.bands["gross"].loc[plant] * per
            rows.append(_beside(last, bottom.tolist()))
    return pd.DataFrame(rows)


def ndpr_of_sales(values: pd.Series) -> float:
    """Return the kg of NdPr oxide in a kg of all oxides that a plant sells."""
    others = (1 - values["ndpr_share"]) * values["byproduct_sold"]
    return float(values["ndpr_share"] / (values["ndpr_share"] + others))


def _beside(last: pd.Series, bottom: list[float]) -> dict[str, object]:
    low, middle, high = bottom
    value, first, end = (last[name] for name in ("value", "low", "high"))
    if pd.notna(value):
        first = end = value
    first = -math.inf if pd.isna(first) else float(first)
    end = math.inf if pd.isna(end) else float(end)
    nearest = first if middle < first else end
    return {
        "producer": last["producer"],
        "measure": last["measure"],
        "product": last["product"],
        "year": int(last["period_end"].year),
        "confidence": last["confidence"],
        "published_low": first,
        "published_high": end,
        "low": low,
        "middle": middle,
        "high": high,
        "gap": 0.0 if first <= middle <= end else middle / nearest - 1,
    }


def finite(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose open ends are blank, as a table shows them."""
    return frame.replace([float("inf"), float("-inf")], float("nan"))


def levels(study: Study, floor: Floor) -> pd.DataFrame:
    """Return the NdPr prices that earn the full cost of each producer, and the floor.

    For the levels of `charts.lines`.
    """
    found = study.simulation.bands["price_full"] * study.rate
    found = found.assign(label=found.index, entity=found.index)
    found["rests_on"] = [
        together(grades(study.plants[name]).values()) for name in found.index
    ]
    columns = ["label", "entity", "low", "middle", "high", "rests_on"]
    rows = found[columns].to_dict("records")
    if floor.real is not None:
        ends = dict.fromkeys(("low", "middle", "high"), floor.real)
        about = {"label": "price floor", "entity": "World", "rests_on": FIGURE}
        rows.append(about | ends)
    return pd.DataFrame(rows)


class Floor(NamedTuple):
    """A price floor: in real money, as printed, and the guarantor's share above it."""

    real: float | None
    printed: str
    upside: float
    figures: pd.DataFrame


def floor_price(study: Study) -> Floor:
    """Return the price floor in real money.

    In the money of the day of its announcement: it is nominal, so that it loses worth
    with every year. None where it had not been announced by then.
    """
    load = partial(study.source.load, entity="MP Materials", missing="empty")
    floors, shares = load("price_floor"), load("price_floor_upside_share")
    if floors.empty or shares.empty:
        return Floor(None, "", 0.0, floors)
    first = floors.sort_values("period_start").head(1)
    day = first.assign(period_end=first["period_start"])
    real = float(study.source.money.in_money_of(day, study.base_year)["value"].item())
    used = pd.concat([first, shares], ignore_index=True)
    upside = float(shares["value"].iloc[-1]) / 100
    printed = number(first["value"].item(), unit=first["unit"].item())
    return Floor(real * study.rate, printed, upside, used)


def costs(study: Study) -> pd.DataFrame:
    """Return the quantiles of cash and full cost of every producer, in its money."""
    rows = []
    for name in study.plants:
        row: dict[str, object] = {"Producer": name}
        for outcome, label in (("cash", CASH), ("full", FULL)):
            low, middle, high = study.band(name, outcome)
            row |= {f"{label}, low": low, f"{label}, middle": middle}
            row |= {f"{label}, high": high}
        row["Without any figure"] = assumed_share(study, name)
        rows.append(row)
    return pd.DataFrame(rows)


def scopes(study: Study) -> pd.DataFrame:
    """Return how the producer compares with every other one, in cash and in full."""
    rows = []
    drawn = study.simulation
    others = [name for name in study.plants if name != study.producer]
    for other in others:
        for outcome, label in (("cash", CASH), ("full", FULL)):
            ratio = drawn.ratio(study.producer, other, outcome)
            low, middle, high = middle_80(ratio)
            row: dict[str, object] = {"Against": other, "Cost": label}
            row |= {"Ratio, low": low, "Ratio": middle, "Ratio, high": high}
            row["Dearer"] = chance(float((ratio > 1).mean()))
            for claim, level in CLAIMS.items():
                row[f"At least {claim}"] = chance(float((ratio >= level).mean()))
            rows.append(row)
    return pd.DataFrame(rows)


def claims(study: Study, most: int = 6) -> pd.DataFrame:
    """Return what would have to be true for each claim, one parameter at a time.

    Returns
    -------
    DataFrame
        ``Claim``; ``Cost``; the ratio ``At the middle``, and `LEAST` and `MOST`, with
        every parameter at an end at once; ``Alone enough``: the parameters that bring
        it about alone, with their value.
    """
    rows = []
    for outcome, label in (("cash", CASH), ("full", FULL)):
        table, evaluate = swings(study, outcome)
        ends = [draws.corner(table, evaluate, highest=up) for up in (False, True)]
        for claim, level in CLAIMS.items():
            found = draws.needed(table, evaluate, level).dropna().head(most)
            alone = [
                f"{' of '.join(filter(None, named(key)[::-1]))}: {value:,.2g}"
                for key, value in found[["key", "value"]].itertuples(index=False)
            ]
            rows.append(
                {
                    "Claim": claim,
                    "Cost": label,
                    "At the middle": float(evaluate({})),
                    LEAST: ends[0],
                    MOST: ends[1],
                    "Alone enough": "; ".join(alone) or "no single parameter",
                }
            )
    return pd.DataFrame(rows)


def allocations(study: Study, entity: str) -> pd.DataFrame:
    """Return every unit cost of a producer, the newest of each route and allocation."""
    own = study.published[study.published["producer"].isin(_accounts(entity))]
    newest = own.sort_values("period_end")
    newest = newest.drop_duplicates(["measure", "allocation", "product"], keep="last")
    return pd.DataFrame(
        {
            "Producer": newest["producer"],
            "Route": newest["measure"],
            "Allocation": newest["allocation"],
            "Per kg of": newest["product"],
            "Period": newest["period_start"].dt.strftime("%Y-%m")
            + " to "
            + newest["period_end"].dt.strftime("%Y-%m"),
            "Unit cost": _cells(newest),
            "Unit": newest["unit"],
            "Formula": newest["formula"],
            "Inputs": newest["inputs"],
            "Confidence": newest["confidence"],
        }
    ).sort_values(["Producer", "Route", "Allocation"], ignore_index=True)


def others(study: Study) -> list[str]:
    """Return who else has unit costs from accounts, beside the two of the study."""
    told = {name for entity in study.pair for name in _accounts(entity)}
    return sorted(set(study.published["producer"]) - told)


def other_allocations(study: Study) -> pd.DataFrame:
    """Return `allocations` of everyone else; Mountain Pass before MP is Molycorp's."""
    found = [allocations(study, name) for name in others(study)]
    if not found:
        return pd.DataFrame()
    joined = pd.concat(found, ignore_index=True).drop_duplicates(ignore_index=True)
    names = joined["Producer"].replace({"Mountain Pass": "Mountain Pass (Molycorp)"})
    return joined.assign(Producer=names)


def supports(study: Study, prices: pd.Series, floor: Floor) -> pd.DataFrame:
    """Return at which price each producer breaks even, and how often a price did it.

    Parameters
    ----------
    prices : Series
        Real, in the money of the study, by month.
    floor : Floor
    """
    rows = []
    known = prices.dropna()
    paid = None
    if floor.real is not None:
        paid = received(known, floor.real, floor.upside)
    for name in study.plants:
        for outcome, label in (("price_cash", CASH), ("price_full", FULL)):
            low, price, high = study.band(name, outcome)
            row: dict[str, object] = {"Producer": name, "Earns": label}
            row |= {"Low": low, "Price": price, "High": high}
            row["Months above"] = float((known > price).mean())
            if paid is not None:
                row["Months with a floor"] = float((paid > price).mean())
            row["Over the last price"] = price / float(known.iloc[-1]) - 1
            rows.append(row)
    return pd.DataFrame(rows)


def wanted_prices(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the NdPr prices that analysts say new plants need, real, and figures."""
    series = ("incentive_price", "price_required_15pct_return", "breakeven_price")
    figures = study.source.load(series, product="NdPr oxide", missing="empty")
    years = figures["price_year"].astype("Int64")
    real = study.source.money.in_money_of(figures, study.base_year)
    table = pd.DataFrame(
        {
            "Statement": figures["series"].str.replace("_", " "),
            "For": figures["entity"],
            "Year": years.astype(int),
            "As printed": _cells(figures),
            "Unit": figures["unit"],
            f"In {study.unit}": _cells(real, study.rate),
            "Confidence": figures["confidence"],
        }
    )
    return table.sort_values("Year", ignore_index=True), figures


def plants(capital: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return `capital.capital_per_tonne` as a table in the money of the study."""
    columns = ["low", "high"]
    ends = capital[columns] * study.rate / 1000
    reo = capital.loc[capital["product"] == "REO", "usd_per_t"]
    least = reo.min() if len(reo) else float("nan")
    return pd.DataFrame(
        {
            "Plant": capital["plant"],
            "Country": capital["country"],
            "What it includes": capital["scope"],
            "Stated": capital["year"].astype(str),
            "Annual capacity, t": capital["capacity_t"],
            "Of": capital["product"],
            f"Thousand {study.base_year} {study.currency} per t": [
                span(low, high, digits=0) for low, high in ends.itertuples(index=False)
            ],
            "Over the lowest per t of all oxides": [
                number(value / least, digits=1) if product == "REO" else ""
                for value, product in capital[["usd_per_t", "product"]].itertuples(
                    index=False
                )
            ],
        }
    )


def parameters(study: Study, entity: str) -> pd.DataFrame:
    """Return the ranges of a producer with what each rests on."""
    own = study.plants[entity]
    return pd.DataFrame(
        {
            "Parameter": own["label"],
            "Low": own["low"].map(_short),
            "Mode": own["mode"].map(_short),
            "High": own["high"].map(_short),
            "Unit": own["unit"],
            "Rests on": own["kind"],
            "Why": own["note"],
        }
    ).reset_index(drop=True)


def falsifiers(study: Study, most: int = 12) -> pd.DataFrame:
    """Return the assumptions that matter most, with what could prove them wrong."""
    rows = []
    for item in swings(study)[0].itertuples():
        plant, label = named(item.key)
        own = study.plants[plant or study.producer].loc[item.key.rpartition("/")[2]]
        if own["kind"] == ASSUMPTION:
            rows.append(
                {
                    "Assumption": label,
                    "Of": plant,
                    "Swing of the ratio": item.swing,
                    "Could be proved wrong by": own["falsified_by"],
                }
            )
    return pd.DataFrame(rows).head(most)


def _accounts(entity: str) -> list[str]:
    return [entity, *([ACCOUNTS_OF[entity]] if entity in ACCOUNTS_OF else [])]


def _cells(figures: pd.DataFrame, rate: float = 1.0) -> list[str]:
    """Return value, range or bound of each row, times a rate."""
    rows = (figures[["value", "low", "high"]] * rate).itertuples(index=False)
    return [_cell(*row) for row in rows]


def _cell(value: float, low: float, high: float) -> str:
    if pd.notna(value):
        return number(value, digits=1 if abs(value) < 1000 else 0)
    if pd.notna(low) and pd.notna(high):
        return span(low, high)
    return f"above {number(low)}" if pd.notna(low) else f"up to {number(high)}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"

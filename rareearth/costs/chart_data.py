"""The frames behind the charts and tables of a study."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from rareearth.costs import accounts, calibration
from rareearth.costs.model import COMPONENTS, unit_cost
from rareearth.costs.ranges import ASSUMPTION, grades, named
from rareearth.costs.simulation import ratio_of, uncertain
from rareearth.costs.study import Study
from rareearth.errors import NoFigures
from rareearth.methods import sensitivity

CLAIMS = {"40 % dearer": 1.4, "five times": 5.0}
"""What is claimed of refining outside China, as a ratio of costs."""

SHORT = {"China Rare Earth Resources (000831)": "China Rare Earth"}
CASH, FULL = "Cash cost", "Full cost"


def waterfall(study: Study) -> pd.DataFrame:
    """Return the mean of each component over all draws, with the two sums.

    Returns
    -------
    DataFrame
        ``entity``, ``component``, ``value`` in the money of the study, ``rests_on``,
        ``total``, as `charts.waterfalls` takes them.
    """
    rows = []
    for entity, plant in study.pair.items():
        means = study.simulation.means[entity] * study.rate
        rows += _steps(entity, means, grades(plant))
    return pd.DataFrame(rows, columns=_STEP)


def turned(study: Study, discount_rate: float, **changed: float) -> pd.DataFrame:
    """Return the cost at the modes of all inputs, some of the producer's changed.

    For sliders: one value an input instead of draws, so that it differs a little from
    the means of `waterfall`.

    Parameters
    ----------
    discount_rate : float
        A share a year.
    **changed
        Inputs of `model.unit_cost` for the producer; the reference stays as it is.

    Returns
    -------
    DataFrame
        As `waterfall`.
    """
    rows = []
    for entity, plant in study.pair.items():
        inputs = plant["mode"].to_dict()
        if entity == study.producer:
            inputs |= changed
        parts = unit_cost(**inputs, discount_rate=discount_rate)
        values = pd.Series({name: float(parts[name]) for name in COMPONENTS})
        rows += _steps(entity, values * study.rate, grades(plant))
    return pd.DataFrame(rows, columns=_STEP)


def reaches(study: Study, *names: str) -> dict[str, tuple[float, float]]:
    """Return the low and high end of some inputs of the producer, for sliders."""
    plant = study.plants[study.producer]
    return {name: (plant.at[name, "low"], plant.at[name, "high"]) for name in names}


def _steps(
    entity: str, values: pd.Series, rests: Mapping[str, str]
) -> list[tuple[str, str, float, str, bool]]:
    """Return the steps of a waterfall: components, cash cost, capital, full cost."""
    order = [name for name in COMPONENTS if name != "capital"]
    cash = float(values[order].sum())
    capital = float(values["capital"])
    return [
        *((entity, COMPONENTS[n], float(values[n]), rests[n], False) for n in order),
        (entity, CASH, cash, "figure", True),
        (entity, COMPONENTS["capital"], capital, rests["capital"], False),
        (entity, FULL, cash + capital, "figure", True),
    ]


_STEP = ["entity", "component", "value", "rests_on", "total"]


def assumed_share(study: Study, entity: str) -> float:
    """Return how much of the full cost before credits no figure bears on (0 to 1)."""
    means = study.simulation.means[entity].drop("credits")
    rests = pd.Series(grades(study.plants[entity]))[means.index]
    return float(means[rests == ASSUMPTION].sum() / means.sum())


def swings(
    study: Study, outcome: str = "full"
) -> tuple[pd.DataFrame, sensitivity.Result]:
    """Return the tornado of the ratio of the two, and the function behind it."""
    found, evaluate = _swings(study, outcome)
    return found.copy(), evaluate


@lru_cache(maxsize=4)  # of one study, tables and charts ask for the same
def _swings(study: Study, outcome: str) -> tuple[pd.DataFrame, sensitivity.Result]:
    evaluate = ratio_of(
        study.pair, study.producer, study.reference, study.discount_rate, outcome
    )
    return sensitivity.tornado(uncertain(study.pair), evaluate), evaluate


def tornado(study: Study, most: int = 12) -> pd.DataFrame:
    """Return the widest swings of the ratio, as `charts.tornado_bars` takes them."""
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
                "low_text": f"{item.low:,.3g}",
                "high_text": f"{item.high:,.3g}",
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
    real = accounts.in_money(own, study.money, study.currency, study.base_year)
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
    real = accounts.in_money(own, study.money, study.currency, study.base_year)
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

    As `charts.intervals` takes it; empty where nothing can be compared.
    """
    try:
        found = calibration.calibrate(
            study.simulation,
            study.plants,
            accounts.in_money(
                study.published[study.published["measure"] != accounts.MARGIN],
                study.money,
                "USD",
                study.base_year,
            ),
        )
    except NoFigures:
        return pd.DataFrame()
    columns = ["published_low", "published_high", "low", "middle", "high"]
    found[columns] *= study.rate
    found["label"] = [
        f"{item.producer}, {item.year}\n{item.measure},\nper kg {item.product}"
        for item in found.itertuples()
    ]
    return found.rename(columns={"producer": "entity"})


def finite(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose open ends are blank, as a table shows them."""
    return frame.replace([float("inf"), float("-inf")], float("nan"))


def levels(study: Study, floor: Floor) -> pd.DataFrame:
    """Return the NdPr prices that earn the full cost of each producer, and the floor.

    As `charts.price_and_levels` takes them.
    """
    found = study.simulation.quantiles("price_full") * study.rate
    rows = [
        {"label": name, "entity": name, "low": low, "middle": middle, "high": high}
        for name, low, middle, high in found.itertuples()
    ]
    if floor.real is not None:
        ends = dict.fromkeys(("low", "middle", "high"), floor.real)
        rows.append({"label": "price floor", "entity": "World"} | ends)
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
    try:
        floors = study.source.load("price_floor", "MP Materials")
        shares = study.source.load("price_floor_upside_share", "MP Materials")
    except NoFigures:
        return Floor(None, "", 0.0, pd.DataFrame())
    first = floors.sort_values("period_start").head(1)
    day = first.assign(period_end=first["period_start"])
    real = float(study.money.in_money_of(day, study.base_year)["value"].item())
    used = pd.concat([first, shares], ignore_index=True)
    upside = float(shares["value"].iloc[-1]) / 100
    printed = f"{first['value'].item():,.0f} {first['unit'].item()}"
    return Floor(real * study.rate, printed, upside, used)

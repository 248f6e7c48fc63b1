"""How demand for rare earths may grow: printed scenarios, each on its own base year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.demand.magnet_content import APPLICATIONS
from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import Load, has_codes

HORIZON = 2040  # the year to which the scenarios are set side by side


class Scenario(NamedTuple):
    """A forecast: its basis code, what it is of, and where its numbers lie.

    Attributes
    ----------
    growth : str
        Series of yearly growth in percent; empty where tonnes are printed.
    base, ahead : str
        Series of tonnes today and ahead; `ahead` alone holds a change in percent over
        the whole period.
    """

    code: str
    product: str
    goods: str
    growth: str = ""
    base: str = ""
    ahead: str = ""
    source: str = ""


SCENARIOS = {
    "IEA pledges": Scenario(
        "scenario-aps",
        "magnet rare earths",
        "magnet rare earths",
        base="magnet_ree_demand",
        ahead="magnet_ree_demand_forecast",
    ),
    "IEA policies": Scenario(
        "scenario-steps",
        "rare earths and cobalt",
        "rare earths and cobalt",
        ahead="demand_change_forecast",
    ),
    "Adamas 2024": Scenario(
        "scenario-adamas-2024",
        "magnet rare earths",
        "magnet rare earths",
        growth="demand_growth_forecast",
    ),
    "Adamas 2024 supply-limited": Scenario(
        "scenario-adamas-2024",
        "magnet rare earths",
        "magnet rare earths, limited by supply",
        growth="consumption_growth_forecast",
    ),
    "Adamas 2023": Scenario(
        "scenario-adamas-2023",
        "NdFeB magnets",
        "NdFeB magnets",
        growth="demand_growth_forecast",
    ),
    "Lynas 2022": Scenario(
        "scenario-lynas-2022",
        "NdFeB magnets",
        "NdFeB magnets",
        base="magnet_demand",
        ahead="magnet_demand_forecast",
    ),
    "Arafura 2019": Scenario(
        "scenario-arafura-2019",
        "REO",
        "all rare earths",
        base="consumption",
        ahead="consumption_forecast",
    ),
}


def check_parameters(application: str, scenario: str) -> None:
    """Refuse an application or a scenario of which nothing is printed.

    Raises
    ------
    ParameterError
        The message names the choices.
    """
    for name, given, known in (
        ("application", application, APPLICATIONS),
        ("scenario", scenario, SCENARIOS),
    ):
        if given not in known:
            raise ParameterError(
                f"{name}: {given!r} has no printed figures; "
                f"one of {', '.join(map(repr, known))}"
            )


def scenario(load: Load, name: str, as_of: str = "latest") -> pd.DataFrame:
    """Return the points of one scenario, as multiples of its own base year.

    Returns
    -------
    DataFrame
        ``scenario``, ``goods``, ``year``, ``value`` (1 in the base year), ``low``,
        ``high`` where a range is printed, ``tonnes`` where they are, ``printed`` (False
        for the year `HORIZON` where it lies between printed points on constant
        growth), ``confidence``, ``source_id``.

    Raises
    ------
    NoFigures
        If it had not been published.
    """
    wanted = SCENARIOS[name]
    points = (
        _by_growth(load, wanted, as_of)
        if wanted.growth
        else _by_tonnes(load, wanted, as_of)
        if wanted.base
        else _by_change(load, wanted, as_of)
    )
    points.insert(0, "goods", wanted.goods)
    points.insert(0, "scenario", name)
    return _at_horizon(points)


def scenarios(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return the points of every scenario that had been published.

    Raises
    ------
    NoFigures
        If none had.
    """
    parts = []
    for name in SCENARIOS:
        try:
            parts.append(scenario(load, name, as_of))
        except NoFigures:
            continue
    if not parts:
        raise NoFigures(f"no forecast of demand was published by {as_of}")
    return pd.concat(parts, ignore_index=True)


def rate(points: pd.DataFrame) -> float:
    """Return the yearly growth from the base year to the last year up to `HORIZON`."""
    inside = points[points["year"] <= HORIZON]
    last = inside.iloc[-1]
    middle = (
        last["value"]
        if pd.notna(last["value"])
        else np.sqrt(last["low"] * last["high"])
    )
    years = last["year"] - inside["year"].iloc[0]
    return float(middle ** (1 / years) - 1)


def summary(points: pd.DataFrame) -> pd.DataFrame:
    """Return one row a scenario: its goods, span, growth a year and multiple."""
    rows = []
    for name, part in points.groupby("scenario", sort=False):
        inside = part[part["year"] <= HORIZON]
        last = inside.iloc[-1]
        rows.append(
            {
                "scenario": name,
                "goods": last["goods"],
                "base": int(inside["year"].iloc[0]),
                "until": int(last["year"]),
                "low": last["value"] if pd.isna(last["low"]) else last["low"],
                "high": last["value"] if pd.isna(last["high"]) else last["high"],
                "rate": rate(part),
                "confidence": last["confidence"],
                "source_id": last["source_id"],
            }
        )
    return pd.DataFrame(rows)


def _points(rows: Sequence[tuple[float, ...]], like: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["year", "value", "low", "high", "tonnes"])
    return table.assign(
        printed=True, confidence=like["confidence"], source_id=like["source_id"]
    )


def _by_growth(load: Load, wanted: Scenario, as_of: str) -> pd.DataFrame:
    rows = load(wanted.growth, product=wanted.product, as_of=as_of)
    row = _only(rows, wanted.code, as_of)
    first, last = row["period_start"].year, row["period_end"].year
    end = (1 + row["value"] / 100) ** (last - first)
    nan = np.nan
    return _points([(first, 1.0, nan, nan, nan), (last, end, nan, nan, nan)], row)


def _by_tonnes(load: Load, wanted: Scenario, as_of: str) -> pd.DataFrame:
    ahead = load(wanted.ahead, "World", wanted.product, as_of=as_of)
    ahead = ahead[has_codes(ahead["basis"], wanted.code)].sort_values("period_end")
    if ahead.empty:
        raise NoFigures(f"no figures of {wanted.code} were published by {as_of}")
    base = load(wanted.base, "World", wanted.product, as_of=as_of)
    base = base[base["source_id"].isin(ahead["source_id"])]
    if base.empty:
        raise NoFigures(f"no base year of {wanted.code} was published by {as_of}")
    rows = pd.concat([base.tail(1), ahead])
    start = rows["value"].iloc[0]
    points = [
        (row.period_end.year, row.value / start, np.nan, np.nan, row.value)
        for row in rows.itertuples()
    ]
    return _points(points, ahead.iloc[0])


def _by_change(load: Load, wanted: Scenario, as_of: str) -> pd.DataFrame:
    row = _only(
        load(wanted.ahead, product=wanted.product, as_of=as_of), wanted.code, as_of
    )
    low, high = 1 + row["low"] / 100, 1 + row["high"] / 100
    nan = np.nan
    first, last = row["period_start"].year, row["period_end"].year
    return _points([(first, 1.0, nan, nan, nan), (last, nan, low, high, nan)], row)


def _only(rows: pd.DataFrame, code: str, as_of: str) -> pd.Series:
    found = rows[has_codes(rows["basis"], code)]
    if found.empty:
        raise NoFigures(f"no figures of {code} were published by {as_of}")
    return found.iloc[-1]


def _at_horizon(points: pd.DataFrame) -> pd.DataFrame:
    """Add the year `HORIZON` where it lies between two points, on constant growth."""
    years = points["year"]
    if HORIZON in set(years) or not years.min() < HORIZON < years.max():
        return points
    before = points[years < HORIZON].iloc[-1]
    after = points[years > HORIZON].iloc[0]
    part = (HORIZON - before["year"]) / (after["year"] - before["year"])
    row = before.copy()
    row["year"] = HORIZON
    row["printed"] = False
    for name in ("value", "tonnes"):
        row[name] = before[name] * (after[name] / before[name]) ** part
    table = pd.concat([points, row.to_frame().T], ignore_index=True)
    table = table.sort_values("year", ignore_index=True)
    numbers = ["value", "low", "high", "tonnes"]
    return table.astype({"year": int, "printed": bool} | dict.fromkeys(numbers, float))

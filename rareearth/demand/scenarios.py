"""How demand for rare earths may grow: printed scenarios, each on its own base year."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, has_codes

HORIZON = 2040  # the year to which the scenarios are set side by side


class Scenario(NamedTuple):
    """A forecast: its basis code, what it is of, and where its numbers lie.

    Attributes
    ----------
    ahead : str
        Series of yearly growth in percent, of a change in percent over the whole
        period, or of tonnes; then `base` is that of the tonnes of the base year.
    """

    code: str
    product: str
    goods: str
    ahead: str
    base: str = ""

    @property
    def is_yearly(self) -> bool:
        """Whether the growth of a year is printed, to be compounded."""
        return self.ahead.endswith("_growth_forecast")


SCENARIOS = {
    "IEA pledges": Scenario(
        "scenario-aps",
        "magnet rare earths",
        "magnet rare earths",
        ahead="magnet_ree_demand_forecast",
        base="magnet_ree_demand",
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
        ahead="demand_growth_forecast",
    ),
    "Adamas 2024 supply-limited": Scenario(
        "scenario-adamas-2024",
        "magnet rare earths",
        "magnet rare earths, limited by supply",
        ahead="consumption_growth_forecast",
    ),
    "Adamas 2023": Scenario(
        "scenario-adamas-2023",
        "NdFeB magnets",
        "NdFeB magnets",
        ahead="demand_growth_forecast",
    ),
    "Lynas 2022": Scenario(
        "scenario-lynas-2022",
        "NdFeB magnets",
        "NdFeB magnets",
        ahead="magnet_demand_forecast",
        base="magnet_demand",
    ),
    "Arafura 2019": Scenario(
        "scenario-arafura-2019",
        "REO",
        "all rare earths",
        ahead="consumption_forecast",
        base="consumption",
    ),
}


def scenario(load: Load, name: str, as_of: str = "latest") -> pd.DataFrame:
    """Return the points of one scenario, as multiples of its own base year.

    Returns
    -------
    DataFrame
        ``scenario``, ``goods``, ``year``, ``value`` (1 in the base year), ``low``,
        ``high`` where a range is printed, ``tonnes`` where they are, ``printed`` (False
        for the year `HORIZON` where it lies between printed points on constant
        growth), ``confidence``, ``source_id``.
        No rows if it had not been published.
    """
    wanted = SCENARIOS[name]
    published = partial(load, product=wanted.product, as_of=as_of, missing="empty")
    ahead = published(wanted.ahead)
    ahead = ahead[has_codes(ahead["basis"], wanted.code)]
    if wanted.base:
        base = published(wanted.base, "World")
        base = base[base["source_id"].isin(ahead["source_id"])].tail(1)
        points = _from_tonnes(base, ahead.sort_values("period_end"))
    else:
        points = _from_percent(ahead.tail(1), wanted.is_yearly)
    points.insert(0, "goods", wanted.goods)
    points.insert(0, "scenario", name)
    return _at_horizon(points)


def _from_tonnes(base: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """Return points over the tonnes of the base year; none without such a year."""
    rows = pd.concat([part for part in (base, ahead) if len(part)] or [base])
    rows = rows.head(0 if base.empty else None)
    return pd.DataFrame(
        {
            "year": rows["period_end"].dt.year,
            "value": rows["value"] / base["value"].sum(),
            "low": np.nan,
            "high": np.nan,
            "tonnes": rows["value"],
            "printed": True,
            "confidence": ahead["confidence"].iloc[0] if len(ahead) else "",
            "source_id": ahead["source_id"].iloc[0] if len(ahead) else "",
        }
    ).reset_index(drop=True)


def _from_percent(ahead: pd.DataFrame, is_yearly: bool) -> pd.DataFrame:
    """Return the base year and the last, from a growth a year or of the whole."""
    first, last = ahead["period_start"].dt.year, ahead["period_end"].dt.year
    power = last - first if is_yearly else 1
    ends = (1 + ahead[["value", "low", "high"]] / 100).pow(power, axis=0)
    points = ends.assign(year=last, tonnes=np.nan, printed=True)
    points = points.assign(**ahead[["confidence", "source_id"]])
    start = points.assign(year=first, value=1.0, low=np.nan, high=np.nan)
    columns = "year value low high tonnes printed confidence source_id".split()
    return pd.concat([start, points], ignore_index=True)[columns]


def scenarios(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return the points of every scenario that had been published.

    Raises
    ------
    NoFigures
        If none had.
    """
    found = [scenario(load, name, as_of) for name in SCENARIOS]
    found = [points for points in found if len(points)]
    if not found:
        raise NoFigures(f"no forecast of demand was published by {as_of}")
    return pd.concat(found, ignore_index=True)


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


def yearly(points: pd.DataFrame, last: int = HORIZON) -> pd.DataFrame:
    """Return each scenario year by year, at constant growth between its points.

    A point that is a range stands at its geometric mean.

    Parameters
    ----------
    points : DataFrame
        ``scenario``, ``year``, ``value``, ``low``, ``high``, as from `scenarios`.

    Returns
    -------
    DataFrame
        ``scenario``, ``year``, ``value``, up to the year `last`.
    """
    parts = []
    for name, own in points[points["year"] <= last].groupby("scenario", sort=False):
        middle = own["value"].fillna(np.sqrt(own["low"] * own["high"]))
        years = np.arange(own["year"].min(), own["year"].max() + 1)
        value = np.exp(np.interp(years, own["year"], np.log(middle)))
        parts.append(pd.DataFrame({"scenario": name, "year": years, "value": value}))
    return pd.concat(parts, ignore_index=True)


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

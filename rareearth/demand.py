"""What uses rare earths, how much is in what, and how demand may grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.frames import Load

MAGNETS = "Magnets"
HORIZON = 2040  # the year to which the scenarios are set side by side


class Application(NamedTuple):
    """An end use with printed intensities: their series, and the unit of output."""

    series: tuple[str, ...]
    unit: str
    output: str


APPLICATIONS = {
    "Electric vehicles": Application(
        ("magnet_intensity_ev", "ree_per_vehicle"), "kg per vehicle", "vehicles"
    ),
    "Wind power": Application(
        ("magnet_intensity_wind", "ree_intensity_wind"), "kg per MW", "MW"
    ),
}


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


def figures_or_none(load: Load, series: str, as_of: str = "latest") -> pd.DataFrame:
    """Return the figures of a series, no rows where none had been published."""
    try:
        return load(series, as_of=as_of)
    except NoFigures:
        return pd.DataFrame({"source_id": pd.Series(dtype=str)})


# End uses


def of_world(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return printed shares of end uses in the world's rare earths, by unit.

    Returns
    -------
    DataFrame
        ``unit`` (weight or value), ``use``, ``year``, ``value``, ``low``, ``high``
        from 0 to 1, ``confidence``, ``source_id``.
    """
    rows = load("end_use_share", product="rare earths", as_of=as_of)
    rows = rows[_has(rows, "use-in-world")]
    return pd.DataFrame(
        {
            "unit": np.where(_has(rows, "by-value"), "value", "weight"),
            "use": rows["entity"],
            "year": rows["period_end"].dt.year,
            **{name: rows[name] / 100 for name in ("value", "low", "high")},
            "confidence": rows["confidence"],
            "source_id": rows["source_id"],
        }
    ).sort_values(
        ["unit", "use", "year"], ascending=[False, False, True], ignore_index=True
    )


def of_elements(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return the shares of end uses in each element used in the EU, and what is left.

    Returns
    -------
    DataFrame
        ``element``, ``use``, ``share`` (0 to 1), ``source_id``. Where an element's
        shares do not add up to 1, a row "Not named" holds the rest.
    """
    rows = load("end_use_share", as_of=as_of)
    rows = rows[_has(rows, "use-in-eu")]
    shares = rows.groupby(["product", "entity"], as_index=False).agg(
        share=("value", lambda value: value.sum() / 100),
        source_id=("source_id", "first"),
    )
    shares = shares.rename(columns={"product": "element", "entity": "use"})
    rest = (1 - shares.groupby("element")["share"].sum()).round(6)
    left = rest[rest > 0].rename("share").reset_index()
    left = left.assign(use="Not named", source_id=shares["source_id"].iloc[0])
    table = pd.concat([shares, left[shares.columns]], ignore_index=True)
    return table.sort_values(["element", "share"], ascending=[True, False])


def by_use(elements: pd.DataFrame, use: str) -> pd.DataFrame:
    """Return the share of one use in each element, largest first.

    Raises
    ------
    NoFigures
        If no element has that use. The message names the uses that there are.
    """
    rows = elements[elements["use"] == use].sort_values("share", ascending=False)
    if rows.empty:
        uses = ", ".join(sorted(set(elements["use"]) - {"Not named"}))
        raise NoFigures(f"no element is used in {use}; printed uses are {uses}")
    table = rows.rename(columns={"element": "entity"})
    return table[["entity", "share", "source_id"]].reset_index(drop=True)


# How much is in what


def intensities(load: Load, application: str, as_of: str = "latest") -> pd.DataFrame:
    """Return printed contents of magnets and elements in one unit of an application.

    Returns
    -------
    DataFrame
        ``what`` (magnets, or a rare earth), ``kind`` of device, ``year``, ``value``,
        ``low``, ``high`` in kg per unit, ``confidence``, ``source_id``, ``note``.
    """
    wanted = APPLICATIONS[application]
    parts = []
    for series in wanted.series:
        try:
            parts.append(load(series, as_of=as_of))
        except NoFigures:
            continue
    if not parts:
        raise NoFigures(
            f"no content of {application} was published by {as_of}; try a later date, "
            f"or another of {', '.join(APPLICATIONS)}"
        )
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["product"] != "B"]  # boron is no rare earth
    magnets = rows["product"].str.contains("magnets")
    return pd.DataFrame(
        {
            "what": np.where(magnets, "magnets", rows["product"]),
            "kind": [_device(row) for row in rows.itertuples()],
            "year": rows["period_end"].dt.year,
            **{name: rows[name] for name in ("value", "low", "high")},
            "confidence": rows["confidence"],
            "source_id": rows["source_id"],
            "note": rows["note"],
        }
    )


_DEVICES = {
    "turbine-direct-drive": "direct drive",
    "turbine-geared": "geared",
    "size-large": "direct drive, large",
    "size-medium": "medium size",
    "size-small": "small",
    "per-drive-motor": "drive motor",
    "per-vehicle": "whole vehicle",
}


def _device(row: object) -> str:
    codes = str(getattr(row, "basis", "")).split(";")
    named = next((_DEVICES[code] for code in codes if code in _DEVICES), "")
    return named or str(getattr(row, "entity", "")).lower()


def reach(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and the highest number of some rows."""
    numbers = rows[["value", "low", "high"]].to_numpy(dtype=float)
    return float(np.nanmin(numbers)), float(np.nanmax(numbers))


def output(load: Load, application: str, as_of: str = "latest") -> pd.DataFrame:
    """Return a year's output of an application, where it is printed.

    Returns
    -------
    DataFrame
        ``region``, ``year``, ``what`` (production or registrations), ``number`` in
        units of the application, ``source_id``. One gigawatt for wind power, of which
        no installations are printed here.
    """
    if application == "Wind power":
        row = {
            "region": "Any place",
            "year": 0,
            "what": "one gigawatt",
            "number": 1_000.0,
        }
        return pd.DataFrame([row]).assign(source_id=pd.NA)
    parts = [
        _vehicles(load, "ev_production", "production", 1e6, as_of),
        _vehicles(load, "ev_registrations", "registrations", 1.0, as_of),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    newest = table.groupby(["region", "what"])["year"].transform("max")
    return table[table["year"] == newest].reset_index(drop=True)


def _vehicles(
    load: Load, series: str, what: str, factor: float, as_of: str
) -> pd.DataFrame:
    try:
        rows = load(series, as_of=as_of)
    except NoFigures:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "region": rows["entity"],
            "year": rows["period_end"].dt.year,
            "what": rows["product"] + ", " + what,
            "number": rows["value"] * factor,
            "source_id": rows["source_id"],
        }
    )


def need(
    made: pd.DataFrame, magnets: pd.DataFrame, content: pd.DataFrame
) -> pd.DataFrame:
    """Return the magnets, and the rare earths in them, that an output holds.

    Parameters
    ----------
    made : DataFrame
        From `output`.
    magnets : DataFrame
        Rows of `intensities` on magnets, kg per unit.
    content : DataFrame
        Figures of ``magnet_ree_content``: percent of a typical magnet, by element.

    Returns
    -------
    DataFrame
        The columns of `output`; ``magnets_low``, ``magnets_high`` and ``ree_low``,
        ``ree_high`` in tonnes. Motors without magnets are not taken off: the upper
        end holds if every unit has some.
    """
    low, high = reach(magnets)
    typical = content[_has(content, "typical-magnet")]
    part = typical.groupby("product")["value"].max().sum() / 100
    return made.assign(
        magnets_low=made["number"] * low / 1_000,
        magnets_high=made["number"] * high / 1_000,
        ree_low=made["number"] * low / 1_000 * part,
        ree_high=made["number"] * high / 1_000 * part,
    )


# Scenarios


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


def _has(rows: pd.DataFrame, code: str) -> pd.Series:
    return rows["basis"].str.split(";").map(lambda codes: code in codes)


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
    ahead = ahead[_has(ahead, wanted.code)].sort_values("period_end")
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
    found = rows[_has(rows, code)]
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

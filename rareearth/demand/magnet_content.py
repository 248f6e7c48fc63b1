"""How much magnet and rare earth is in one unit, and in a year's output, of a use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, figures_or_none, has_codes, several


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


def intensities(load: Load, application: str, as_of: str = "latest") -> pd.DataFrame:
    """Return printed contents of magnets and elements in one unit of an application.

    Returns
    -------
    DataFrame
        ``what`` (magnets, or a rare earth), ``kind`` of device, ``year``, ``value``,
        ``low``, ``high`` in kg per unit, ``confidence``, ``source_id``, ``note``.
    """
    rows = several(load, APPLICATIONS[application].series, as_of=as_of)
    if rows.empty:
        raise NoFigures(
            f"no content of {application} was published by {as_of}; try a later date, "
            f"or another of {', '.join(APPLICATIONS)}"
        )
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
    rows = figures_or_none(load, series, as_of=as_of)
    if rows.empty:
        return rows
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
    typical = content[has_codes(content["basis"], "typical-magnet")]
    part = typical.groupby("product")["value"].max().sum() / 100
    return made.assign(
        magnets_low=made["number"] * low / 1_000,
        magnets_high=made["number"] * high / 1_000,
        ree_low=made["number"] * low / 1_000 * part,
        ree_high=made["number"] * high / 1_000 * part,
    )

"""What uses rare earths, and how much of them is in one unit and in a year's output.

Shares of end uses are printed for the world, and for each element in the EU.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.figures.columns import Load, codes, has_codes

MAGNETS = "Magnets"


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


_DEVICES = {
    "turbine-direct-drive": "direct drive",
    "turbine-geared": "geared",
    "size-large": "direct drive, large",
    "size-medium": "medium size",
    "size-small": "small",
    "per-drive-motor": "drive motor",
    "per-vehicle": "whole vehicle",
}


def of_world(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return printed shares of end uses in the world's rare earths, by unit.

    Returns
    -------
    DataFrame
        ``unit`` (weight or value), ``use``, ``year``, ``value``, ``low``, ``high``
        from 0 to 1, ``confidence``, ``source_id``.
    """
    rows = load("end_use_share", product="rare earths", as_of=as_of)
    rows = rows[has_codes(rows["basis"], "use-in-world")]
    return pd.DataFrame(
        {
            "unit": np.where(has_codes(rows["basis"], "by-value"), "value", "weight"),
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
    rows = rows[has_codes(rows["basis"], "use-in-eu")]
    shares = rows.groupby(["product", "entity"], as_index=False).agg(
        share=("value", lambda value: value.sum() / 100),
        source_id=("source_id", "first"),
    )
    shares = shares.rename(columns={"product": "element", "entity": "use"})
    rest = (1 - shares.groupby("element")["share"].sum()).round(6)
    left = rest[rest > 0].rename("share").reset_index()
    left = left.assign(use="Not named", source_id=shares["source_id"].max())
    table = pd.concat([shares, left[shares.columns]], ignore_index=True)
    return table.sort_values(["element", "share"], ascending=[True, False])


def by_use(elements: pd.DataFrame, use: str) -> pd.DataFrame:
    """Return the share of one use in each element, largest first."""
    rows = elements[elements["use"] == use].sort_values("share", ascending=False)
    table = rows.rename(columns={"element": "entity"})
    return table[["entity", "share", "source_id"]].reset_index(drop=True)


def intensities(load: Load, application: str, as_of: str = "latest") -> pd.DataFrame:
    """Return printed contents of magnets and elements in one unit of an application.

    Returns
    -------
    DataFrame
        ``what`` (magnets, or a rare earth), ``kind`` of device, ``year``, ``value``,
        ``low``, ``high`` in kg per unit, ``confidence``, ``source_id``, ``note``.
    """
    series = list(APPLICATIONS[application].series)
    rows = load(series, as_of=as_of, missing="empty")
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


def _device(row: object) -> str:
    said = codes(str(getattr(row, "basis", "")))
    named = next((name for code, name in _DEVICES.items() if code in said), "")
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
    rows = load(["ev_production", "ev_registrations"], as_of=as_of, missing="empty")
    kind = rows["series"].str.removeprefix("ev_")
    made = pd.DataFrame(
        {
            "region": rows["entity"],
            "year": rows["period_end"].dt.year,
            "what": rows["product"] + ", " + kind,
            "number": rows["value"] * kind.map({"production": 1e6}).fillna(1.0),
            "source_id": rows["source_id"],
        }
    )
    newest = made.groupby(["region", "what"])["year"].transform("max")
    return made[made["year"] == newest].reset_index(drop=True)


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

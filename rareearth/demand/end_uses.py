"""What uses rare earths: printed shares in the world, and in each element in the EU."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, has_codes

MAGNETS = "Magnets"


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

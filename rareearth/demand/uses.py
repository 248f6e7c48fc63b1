"""How much magnet, and how much of an element, is in one unit of an application.

A content is said of a vehicle, of a drive motor or of a megawatt of one kind of
turbine: each is a basis of its own, and a range holds one of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.figures.columns import Load, codes, each


class Application(NamedTuple):
    """An end use with published contents: their series, unit, and bases.

    Attributes
    ----------
    bases : dict
        A basis code of the figures, and what their unit is: the first is that of a
        whole unit of output, which an output may be multiplied by.
    """

    series: tuple[str, ...]
    unit: str
    bases: dict[str, str]


APPLICATIONS = {
    "Electric vehicles": Application(
        ("magnet_intensity_ev", "ree_per_vehicle"),
        "kg",
        {"per-vehicle": "per vehicle", "per-drive-motor": "per drive motor"},
    ),
    "Wind power": Application(
        ("magnet_intensity_wind", "ree_intensity_wind"),
        "kg",
        {
            "permanent-magnet-generator": "per MW, permanent-magnet generator",
            "turbine-direct-drive": "per MW, direct drive",
            "turbine-geared": "per MW, geared",
            "per-mw-implied": "per MW as implied, by size of turbine",
        },
    ),
}
_SIZES = {"size-large": "large", "size-medium": "medium", "size-small": "small"}


def contents(load: Load, application: str, as_of: str = "latest") -> pd.DataFrame:
    """Return published contents of magnets and elements in an application.

    Returns
    -------
    DataFrame, in the order of the bases
        ``what`` (magnets, or a rare earth), ``per`` (the basis), ``kind`` of device,
        ``year``, ``value``, ``low``, ``high`` in kg, ``confidence``, ``source_id``,
        ``note``.
    """
    wanted = APPLICATIONS[application]
    rows = load(list(wanted.series), as_of=as_of, missing="empty")
    rows = rows[rows["product"] != "B"]  # boron is no rare earth
    magnets = rows["product"].str.contains("magnets")
    per = each(rows["basis"], lambda cell: _named(cell, wanted.bases))
    first = next(iter(wanted.bases.values()))
    sizes = each(rows["basis"], lambda cell: _named(cell, _SIZES))
    table = pd.DataFrame(
        {
            "what": np.where(magnets, "magnets", rows["product"]),
            "per": per.where(per != "", first),
            "kind": sizes.where(sizes != "", rows["entity"].str.lower()),
            "year": rows["period_end"].dt.year,
            **{name: rows[name] for name in ("value", "low", "high")},
            "confidence": rows["confidence"],
            "source_id": rows["source_id"],
            "note": rows["note"],
        }
    )
    order = list(wanted.bases.values())
    keys = table["per"].map(order.index), table["what"] != "magnets"
    return table.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)


def _named(cell: str, names: dict[str, str]) -> str:
    """Return what the first of some codes in a basis stands for."""
    said = codes(cell)
    return next((name for code, name in names.items() if code in said), "")


def whole(content: pd.DataFrame, application: str) -> pd.DataFrame:
    """Return the contents of magnets in a whole unit of output, on one basis."""
    first = next(iter(APPLICATIONS[application].bases.values()))
    return content[(content["what"] == "magnets") & (content["per"] == first)]

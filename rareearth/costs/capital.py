"""What a tonne of annual capacity cost to build, where and with what in it."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.costs.sourced import Source, has
from rareearth.errors import NoFigures


class Plant(NamedTuple):
    """Where the capital and the capacity of a plant are, and what it includes."""

    capital: tuple[str, str]  # series, entity
    capacity: tuple[str, str, str]  # series, entity, product
    scope: str
    code: str = ""  # basis code that the capacity must have
    country: str = ""


BUILT, PLAN = "project_capex", "project_capex_planned"
SIZE, SIZE_PLAN = "nameplate_capacity", "nameplate_capacity_planned"
PLANTS = {
    "China Northern Huamei": Plant(
        (PLAN, "China Northern Huamei"),
        (SIZE_PLAN, "China Northern Huamei", "REO"),
        "cracking and separation, replaces older plants",
        "separation-stage",
        "China",
    ),
    "Lynas Malaysia": Plant(
        (BUILT, "Lynas Malaysia"),
        (SIZE_PLAN, "Lynas Malaysia", "REO"),
        "cracking and separation, greenfield",
        "",
        "Malaysia",
    ),
    "Eneabba": Plant(
        (PLAN, "Eneabba"),
        (SIZE_PLAN, "Eneabba", "REO"),
        "cracking and separation, greenfield, feed in stock",
        "",
        "Australia",
    ),
    "Mountain Pass (Molycorp)": Plant(
        (BUILT, "Molycorp Phoenix"),
        (SIZE_PLAN, "Molycorp Phoenix", "REO"),
        "mine, separation and utilities, rebuilt",
        "",
        "United States",
    ),
    "Lynas Kalgoorlie": Plant(
        (PLAN, "Lynas Kalgoorlie"),
        (SIZE, "Lynas Kalgoorlie", "NdPr oxide"),
        "cracking only",
        "",
        "Australia",
    ),
    "Nolans": Plant(
        (PLAN, "Nolans"),
        (SIZE_PLAN, "Nolans", "NdPr oxide"),
        "mine to oxide, greenfield, a study",
        "",
        "Australia",
    ),
    "Dubbo": Plant(
        (PLAN, "Dubbo"),
        (SIZE_PLAN, "Dubbo", "NdPr oxide"),
        "mine to oxide, heap leach, a study",
        "",
        "Australia",
    ),
    "White Mesa Phase 2": Plant(
        (PLAN, "White Mesa Phase 2"),
        (SIZE_PLAN, "White Mesa Phase 2", "NdPr oxide"),
        "separation in a licensed mill, a study",
        "",
        "United States",
    ),
}


def capital_per_tonne(source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the capital per annual tonne of each plant, USD of the base year.

    The newest printed capital over the printed capacity. Plants differ in what they
    include, and a tonne of all oxides is not a tonne of NdPr oxide.

    Returns
    -------
    table : DataFrame
        ``plant``, ``country``, ``product``, ``scope``; ``year`` of the money;
        ``capital_usd_million``, ``capacity_t``, ``usd_per_t``, and ``low``, ``high``
        where a range is printed.
    used : DataFrame
        Figures, rates and indices.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    """
    rows, used, load = [], [], source.load
    for name, plant in PLANTS.items():
        try:
            capital = load(*plant.capital)
            capacity = load(*plant.capacity)
        except NoFigures:
            continue
        if plant.code:
            capacity = capacity[has(capacity, plant.code)]
        capital = capital.sort_values(["period_end", "high"]).tail(1)
        if plant.capital[1] == "Nolans":  # the last print conflicts, see its note
            capital = _latest_study(load(*plant.capital))
        capacity = capacity.sort_values("period_end").drop_duplicates(
            "product", keep="first" if name == "Eneabba" else "last"
        )
        row = _row(name, plant, source, capital, capacity)
        if row is None:  # money of a year whose price level is not known yet
            continue
        rows.append(row)
        used += [capital, capacity]
    if not rows:
        raise NoFigures("no capital cost of any plant had been published by then")
    return pd.DataFrame(rows), source.behind(pd.concat(used, ignore_index=True))


def _latest_study(capital: pd.DataFrame) -> pd.DataFrame:
    study = capital[has(capital, "study-update")]
    return study.sort_values("period_end").tail(1)


def _row(
    name: str,
    plant: Plant,
    source: Source,
    capital: pd.DataFrame,
    capacity: pd.DataFrame,
) -> dict[str, object] | None:
    money = source.usd(capital, "nan").iloc[0]
    ends = [money[column] for column in ("value", "low", "high")]
    known = [float(end) for end in ends if pd.notna(end)]
    if not known:
        return None
    size = capacity.iloc[-1]
    tonnes = float(size["value"] if pd.notna(size["value"]) else size["low"])
    middle = sum(known) / len(known)
    return {
        "plant": name,
        "country": plant.country,
        "product": plant.capacity[2],
        "scope": plant.scope,
        "year": int(capital["period_end"].dt.year.iloc[0]),
        "capital_usd_million": middle,
        "capacity_t": tonnes,
        "usd_per_t": middle * 1e6 / tonnes,
        "low": min(known) * 1e6 / tonnes,
        "high": max(known) * 1e6 / tonnes,
    }

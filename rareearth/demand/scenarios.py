"""How demand for rare earths may grow: published scenarios, all in tonnes.

A publisher that gives a growth rate and no tonnes is drawn on the tonnes that another
one gives for the same goods: its slope is published, its height is worked out here.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.figures.columns import Load, has_codes

HORIZON = 2040  # the year in which the scenarios are compared
MAGNET_REE, MAGNETS = "magnet rare earths", "NdFeB magnets"


class Scenario(NamedTuple):
    """A forecast: its basis code and goods, how it is labelled, where its numbers are.

    Attributes
    ----------
    edition : str
        Publisher and edition, as a label says them.
    ahead : str
        Series of tonnes ahead, or of growth in percent a year.
    base : str
        Series of the tonnes of the base year, where tonnes are ahead.
    on : str
        The scenario whose tonnes a growth rate is applied to.
    """

    code: str
    product: str
    edition: str
    ahead: str
    base: str = ""
    on: str = ""


SCENARIOS = {
    "IEA pledges": Scenario(
        "scenario-aps",
        MAGNET_REE,
        "IEA 2024, pledges",
        ahead="magnet_ree_demand_forecast",
        base="magnet_ree_demand",
    ),
    "Adamas 2024": Scenario(
        "scenario-adamas-2024",
        MAGNET_REE,
        "Adamas 2024",
        ahead="demand_growth_forecast",
        on="IEA pledges",
    ),
    "Adamas 2024 supply-limited": Scenario(
        "scenario-adamas-2024",
        MAGNET_REE,
        "Adamas 2024, supply-limited",
        ahead="consumption_growth_forecast",
        on="IEA pledges",
    ),
    "Lynas 2022": Scenario(
        "scenario-lynas-2022",
        MAGNETS,
        "Lynas 2022: magnets",
        ahead="magnet_demand_forecast",
        base="magnet_demand",
    ),
    "Adamas 2023": Scenario(
        "scenario-adamas-2023",
        MAGNETS,
        "Adamas 2023: magnets",
        ahead="demand_growth_forecast",
        on="Lynas 2022",
    ),
    "Arafura 2019": Scenario(
        "scenario-arafura-2019",
        "REO",
        "Arafura 2019: all REO",
        ahead="consumption_forecast",
        base="consumption",
    ),
}


def scenario(load: Load, name: str, as_of: str = "latest") -> pd.DataFrame:
    """Return one scenario year by year, at constant growth between published years.

    Returns
    -------
    DataFrame
        ``scenario``, ``year``, ``tonnes``, ``published`` (whether the tonnes of the
        year are), ``rate`` (growth a year, of the whole), ``confidence``,
        ``source_id``. No rows if it had not been published, or nobody's tonnes to put
        it on.
    """
    wanted = SCENARIOS[name]
    published = partial(load, product=wanted.product, as_of=as_of, missing="empty")
    ahead = published(wanted.ahead)
    ahead = ahead[has_codes(ahead["basis"], wanted.code)].sort_values("period_end")
    if wanted.on:
        ahead = ahead.tail(1)
        under = scenario(load, wanted.on, as_of)
        first = ahead["period_start"].dt.year.iloc[0] if len(ahead) else 0
        known = under.set_index("year")["tonnes"].get(first, np.nan)
        last = ahead["period_end"].dt.year
        grown = known * (1 + ahead["value"] / 100) ** (last - first)
        points = pd.Series([known, *grown], index=[first, *last])
    else:
        base = published(wanted.base, "World")
        base = base[base["source_id"].isin(ahead["source_id"])].tail(1)
        rows = pd.concat([base, ahead]) if len(base) else ahead.head(0)
        points = rows.set_index(rows["period_end"].dt.year)["value"]
    points = points.dropna()
    if len(points) < 2:
        return pd.DataFrame(columns=_COLUMNS)
    years = np.arange(points.index[0], points.index[-1] + 1)
    tonnes = np.exp(np.interp(years, points.index, np.log(points.to_numpy())))
    growth = points.iloc[-1] / points.iloc[0]
    sources = [
        ahead["source_id"].iloc[0],
        *(under["source_id"].head(1) if wanted.on else []),
    ]
    return pd.DataFrame(
        {
            "scenario": name,
            "year": years,
            "tonnes": tonnes,
            "published": np.isin(years, points.index) & (not wanted.on),
            "rate": growth ** (1 / (years[-1] - years[0])) - 1,
            "confidence": ahead["confidence"].iloc[0],
            "source_id": ";".join(sources),
        }
    )


_COLUMNS = "scenario year tonnes published rate confidence source_id".split()


def scenarios(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return every scenario that had been published; no rows if none had.

    Returns
    -------
    DataFrame
        The columns of `scenario`, with ``goods`` and ``label`` (edition and goods).
    """
    found = [scenario(load, name, as_of) for name in SCENARIOS]
    some = [path for path in found if len(path)] or found[:1]
    table = pd.concat(some, ignore_index=True)
    known = [SCENARIOS[name] for name in table["scenario"]]
    goods = [
        "all rare earths" if one.product == "REO" else one.product for one in known
    ]
    return table.assign(goods=goods, label=[one.edition for one in known])

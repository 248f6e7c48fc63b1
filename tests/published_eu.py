"""Inputs and results of the stages that the Commission assessed in 2023, for tests.

*Study on the critical raw materials for the EU 2023: final report*, Grohol and Veeh,
European Commission 2023, doi 10.2873/725585. Shares and trade parameters are those of
its annex 7 (p. 78 on) as the repository erikemilsson/EU-Critical-Raw-Materials-CRM-
Reports-Datasets has them; import reliance, recycled input, substitution index, the
supply that was used and the result are those of its tables of results as the
repository meyerdata/CritMAT (doi 10.5281/zenodo.20489683) has them. Both were typed by
others from the PDF, which was not at hand.

Suppliers of 2 percent and more are in ``published_eu_2023.csv``, one row a stage, as
ISO code:percent, and a trade parameter that is not 1. Titanium metal at extraction is
left out: no import reliance of it is at hand.

The governance that the study used is not at hand. ``published_governance.csv`` has
the mean of the six World Bank estimates: 2016 to 2019 as the repository TheHippo123/
Left-right-and-green-political-determinants-of-climate-finance-spending has it, 2020
taken from the six in allatambov/QuantDat24 (its year is not stated; it is the one that
agrees with a dated copy). Countries below 5 percent everywhere have no row.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from rareearth.supply_risk import indices as risk

HERE = Path(__file__).parent
REVISION = 0.12  # of governance, 0 to 10: what one year fewer moves it by at the most
SMALL = 2.0  # percent below which suppliers are not listed
WORST = 10 * 1.5  # governance and trade parameter together, of one that is not listed
LAST = 0.05  # half the last digit of the results

OUTSIDE: dict[str, dict[str, object]] = {
    "Arsenic processing": {"supply_used": "global"},
    "Beryllium extraction": {},
    "Cerium extraction": {},
    "Chromium extraction": {},  # the printed sourcing adds up to 9 percent
    "Dysprosium extraction": {},
    "Gadolinium extraction": {},
    "Germanium processing": {},
    "Iridium processing": {},  # the recycling at hand is that of the whole group
    "Kaolin extraction": {"recycling": 0.0},
    "Kaolin processing": {"recycling": 0.0},
    "Lanthanum processing": {},
    "Molybdenum processing": {},
    "Neodymium extraction": {},
    "Neodymium processing": {},
    "Perlite extraction": {"supply_used": "sourcing"},
    "Phosphate rock extraction": {"restricted": False},
    "Praseodymium processing": {},
    "Rhodium processing": {},  # the recycling at hand is that of the whole group
    "Ruthenium processing": {},
    "Samarium extraction": {},
    "Samarium processing": {},
    "Silver extraction": {},
    "Tantalum extraction": {},
    "Terbium processing": {"recycling": 0.06},  # that of 2017; at hand: the group's
    "Titanium processing": {},
    "Vanadium extraction": {},
    "Yttrium extraction": {"recycling": 0.31},  # that of 2017
    "Yttrium processing": {"recycling": 0.31},
}
"""Stages whose printed result their inputs do not give.

With the one change beside it, where one was found, a stage agrees. Whether the study
or one of the copies is wrong there, only the PDF could tell.
"""


class Supply(NamedTuple):
    """Suppliers of one scope, and the index that they give."""

    suppliers: pd.DataFrame
    value: float
    bounds: risk.Bounds


class Stage(NamedTuple):
    """Inputs (0 to 1, missing where not printed) and result of one stage."""

    supply_used: str
    printed: float
    reliance: float
    recycling: float
    substitution: float
    world: Supply
    sourcing: Supply


@cache
def stages() -> dict[str, Stage]:
    """Return every stage, by the name of material and stage."""
    rows = pd.read_csv(HERE / "published_eu_2023.csv")
    rows = rows.fillna({"world": "", "sourcing": ""})
    return {
        f"{row.material} {row.stage}": Stage(
            row.supply_used,
            row.printed,
            row.import_reliance / 100,
            row.eol_recycling / 100,
            row.substitution,
            supply(row.world),
            supply(row.sourcing),
        )
        for row in rows.itertuples()
    }


@cache  # rare earths share their rows
def supply(text: str) -> Supply:
    """Return the suppliers of a cell of the table, and their index."""
    return concentration(table(text))


def table(text: str) -> pd.DataFrame:
    """Return ``share``, ``trade`` and ``half`` (of the rounding) by country."""
    rows = [[*part.split(":"), "1"][:3] for part in text.split()]
    whole = all("." not in row[1] for row in rows) and text != "CHN:100"
    return pd.DataFrame(
        {
            "share": [float(row[1]) / 100 for row in rows],
            "trade": [float(row[2]) for row in rows],
            "half": 0.005 if whole else 0.0005,
        },
        index=[row[0] for row in rows],
    )


@cache
def governance(revised: float = 0.0) -> pd.Series:
    """Return the governance risk by country, 0 to 10, mean of 2016 to 2020."""
    years = pd.read_csv(HERE / "published_governance.csv", index_col="country")
    return (10 * risk.governance_risk(years.mean(axis=1)) + revised).clip(0, 10)


def concentration(suppliers: pd.DataFrame) -> Supply:
    """Return the index, and what rounding, governance and the unlisted leave of it."""
    if suppliers.empty:
        return Supply(suppliers, 0.0, risk.Bounds(0.0, WORST))
    share = suppliers["share"].to_numpy()
    value, low, high = (
        risk.hhi_wgi_t_bounds(
            pd.Series(
                (share + sign * suppliers["half"].to_numpy()).clip(0, 1),
                suppliers.index,
            ),
            governance(sign * REVISION),
            suppliers["trade"],
            residual=0.0,
        )
        for sign in (0, -1, 1)
    )
    unlisted = max(0.0, 1 - share.sum()) * SMALL / 100 * WORST
    return Supply(suppliers, value.low, risk.Bounds(low.low, high.high + unlisted))


def around(value: float, half: float = 0.005) -> tuple[float, float]:
    """Return a value with its rounding, within 0 and 1; all of it if it is missing."""
    if pd.isna(value):
        return (0.0, 1.0)
    return (max(0.0, value - half), min(1.0, value + half))


def agrees(stage: Stage, formula: Callable[..., float] = risk.eu_supply_risk) -> bool:
    """Return whether the printed result is among those that the inputs allow."""
    ends = risk.corners(
        lambda **inputs: formula(**inputs, supply_used=stage.supply_used),
        hhi_global=stage.world.bounds,
        hhi_sourcing=stage.sourcing.bounds,
        import_reliance=around(stage.reliance),
        eol_recycling=around(stage.recycling),
        substitution=around(stage.substitution),
    )
    return ends.low - LAST <= stage.printed + 1e-9 <= ends.high + LAST + 2e-9


def computed(stage: Stage) -> float:
    """Return the result from the inputs as printed, what is not listed left out."""
    return risk.eu_supply_risk(
        stage.world.value,
        stage.sourcing.value,
        1.0 if pd.isna(stage.reliance) else stage.reliance,
        stage.recycling,
        stage.substitution,
        stage.supply_used,
    )


def changed(name: str) -> Stage:
    """Return a stage of `OUTSIDE` with the change beside it."""
    stage, change = stages()[name], dict(OUTSIDE[name])
    if not change.pop("restricted", True):
        free = stage.world.suppliers.assign(trade=1.0)
        stage = stage._replace(world=concentration(free))
    return stage._replace(**change)

"""Computations for claims of a user's own list: by quantity instead of by claim.

A quantity is a series of figures, or one of the derived ones in `DERIVED`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from rareearth.claims.bindings.output import growth, reserves_share
from rareearth.claims.bindings.shares import world_share
from rareearth.claims.evidence import Look, by_value, prints
from rareearth.claims.verdicts import Found
from rareearth.errors import NoFigures, ParameterError, unknown_name

_HAN = re.compile(r"[\u3400-\u9fff]")
NEWEST = 2024  # the year of a share without a period: the last with a settled total
WHOLE_YEAR = 360  # days
IMPORTERS = {
    "European Union": "importer-eu",
    "United States": "importer-usa",
    "Japan": "importer-jpn",
    "South Korea": "importer-kor",
}


def binding(
    claim: pd.Series, series: pd.Series, entities: pd.Index, products: pd.Index
) -> Callable[[Look], Found]:
    """Return the computation for one claim; it fails with a reason when run.

    Parameters
    ----------
    claim : Series
        A row of an own list of claims, typed.
    series : Series
        Title of each series, indexed by its name.
    entities, products : Index
        The names that there are.
    """

    def compute(look: Look) -> Found:
        _refuse_unknown("subject", claim["subject"], entities)
        if claim["product"]:
            _refuse_unknown("product", claim["product"], products)
        quantity = str(claim["quantity"])
        if quantity in DERIVED:
            return DERIVED[quantity](claim, look)
        if quantity in series.index:
            return _from_series(claim, look, str(series[quantity]))
        names = ", ".join(sorted(DERIVED))
        raise ParameterError(
            f"{quantity!r} has no computation; those that have one are the series of "
            f"data/series.csv and {names}"
        )

    return compute


def _refuse_unknown(kind: str, name: str, known: pd.Index) -> None:
    if name in known:
        return
    if _HAN.search(name):
        raise ParameterError(
            f"{kind} {name!r} is Chinese; names are English, as in the dictionaries"
        )
    raise unknown_name(kind, name, known)


def _from_series(claim: pd.Series, look: Look, title: str) -> Found:
    """Return the printed values of a series for the claim's period, or the newest."""
    product = claim["product"] or None
    frame = look.printed(claim["quantity"], claim["subject"], product, **_limits(claim))
    if pd.isna(claim["period_end"]):
        frame = _newest(frame)
    elif pd.notna(claim["period_start"]):
        frame = frame[frame["period_start"] == claim["period_start"]]
    if frame.empty:
        raise NoFigures("no figure has exactly this period")
    products = sorted(frame["product"].unique())
    if len(products) > 1:
        raise ParameterError(f"name a product; there are {', '.join(products)}")
    first, last = (frame[name].iloc[0] for name in ("period_start", "period_end"))
    basis = f"{title}, {products[0]}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return by_value(frame, basis)


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the newest period, a whole year where there is one."""
    days = (frame["period_end"] - frame["period_start"]).dt.days
    whole = frame[days >= WHOLE_YEAR]
    frame = whole if len(whole) else frame
    return frame[frame["period_end"] == frame["period_end"].max()]


def _limits(claim: pd.Series) -> dict[str, Any]:
    if pd.isna(claim["period_end"]):
        return {}
    day = f"{claim['period_end']:%Y-%m-%d}"
    return {"start": day, "end": day}


def _year(claim: pd.Series) -> int:
    return NEWEST if pd.isna(claim["period_end"]) else int(claim["period_end"].year)


def _stated(series: str) -> Callable[[pd.Series, Look], Found]:
    def compute(claim: pd.Series, look: Look) -> Found:
        year = _year(claim)
        frame = look.printed(series, claim["subject"], start=year - 1, end=year)
        return Found(prints(frame), "percent", "shares as stated by sources", frame)

    return compute


def _imports(claim: pd.Series, look: Look) -> Found:
    importer = IMPORTERS.get(claim["subject"])
    if importer is None:
        raise unknown_name("importer", claim["subject"], IMPORTERS)
    frame = look.printed(
        "import_source_share",
        "China",
        claim["product"] or None,
        start=2023,
        basis=importer,
    )
    return Found(prints(frame), "percent", "share of imports, as printed", frame)


DERIVED: dict[str, Callable[[pd.Series, Look], Found]] = {
    "share_of_world_mining": lambda c, v: world_share(v, c["subject"], _year(c)),
    "share_of_world_refining": _stated("world_share_separation"),
    "share_of_world_alloy_and_magnet_production": _stated("world_share_magnets"),
    "share_of_world_reserves": lambda c, v: reserves_share(v, c["subject"]),
    "mine_production_growth": lambda c, v: growth(v, c["subject"], _year(c)),
    "import_share_from_china": _imports,
}

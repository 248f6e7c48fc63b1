"""Flows of rare earths and magnets: definitions, directions, destinations, unit values.

China's customs office prints several things that are all called exports of rare
earths. One definition is used at a time; two in one series are refused.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import Load, codes, each, has_codes


class Definition(NamedTuple):
    """One customs definition: its basis code, its product, its series, its meaning."""

    code: str
    product: str
    exports: str
    imports: str
    label: str


DEFINITIONS = {
    "headline": Definition(
        "gacc-headline",
        "rare earths",
        "rare_earth_exports",
        "rare_earth_imports",
        "rare earths (customs headline: ores, compounds and metals, no magnets)",
    ),
    "products": Definition(
        "gacc-products",
        "rare earths and products",
        "rare_earth_exports",
        "",
        "rare earths and their products (magnets included)",
    ),
    "magnets": Definition(
        "hs-85051110",
        "rare-earth magnets",
        "magnet_exports",
        "",
        "rare-earth permanent magnets (customs code 85051110)",
    ),
}
CUSTOMS = {
    "all-products-incl-magnets",
    "analyst-sum",
    "cn-2805-2846",
    "customs-japan",
    "gacc-headline",
    "gacc-line",
    "gacc-products",
    "hs-85051110",
    "magnets-and-alloys",
    "magnets-powders-alloys",
    "mofcom-reported",
    "ndfeb-materials",
    "usgs-trade",
}
"""Basis codes that say which goods a customs figure holds."""


def definition(name: str) -> Definition:
    """Return a customs definition by its short name.

    Raises
    ------
    ParameterError
        If there is none of that name. The message names the choices.
    """
    if name not in DEFINITIONS:
        choices = ", ".join(DEFINITIONS)
        raise ParameterError(f"definition: {name!r} is not known; one of {choices}")
    return DEFINITIONS[name]


def _named(basis: pd.Series) -> list[str]:
    """Return the customs definitions that some figures rest on, in order."""
    found = {code for cell in basis.unique() for code in codes(cell)}
    return sorted(found & CUSTOMS)


def check_one_definition(figures: pd.DataFrame) -> None:
    """Refuse figures that rest on more than one customs definition.

    Raises
    ------
    ParameterError
        The message names the definitions that are mixed.
    """
    found = _named(figures["basis"])
    if len(found) > 1:
        raise ParameterError(
            f"mixed customs definitions: {', '.join(found)}; choose one, "
            "their tonnes are not of the same goods"
        )


def flow(
    load: Load,
    name: str,
    direction: str = "exports",
    as_of: str = "latest",
) -> pd.DataFrame:
    """Return China's exports or imports on one customs definition.

    Parameters
    ----------
    load : callable
        `figures.load`.
    name : str
        A key of `DEFINITIONS`.
    direction : {"exports", "imports"}

    Raises
    ------
    NoFigures
        If the definition has no series of that direction, or none published by then.
    """
    wanted = definition(name)
    series = wanted.exports if direction == "exports" else wanted.imports
    if not series:
        have = ", ".join(key for key, one in DEFINITIONS.items() if one.imports)
        raise NoFigures(f"no {direction} of {wanted.product} are printed; only {have}")
    found = load(series, "China", wanted.product, as_of=as_of)
    return of_code(found, wanted.code)


def of_code(figures: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the rows whose basis holds a code.

    Raises
    ------
    NoFigures
        If there is none. The message names the customs definitions that there are.
    """
    found = figures[has_codes(figures["basis"], code)]
    if found.empty:
        have = ", ".join(_named(figures["basis"]))
        raise NoFigures(f"no figures on the definition {code}; there are {have}")
    check_one_definition(found)
    return found.reset_index(drop=True)


def single_months(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of single months: ``entity``, ``month``, ``value``, source."""
    start, end = figures["period_start"], figures["period_end"]
    alone = start.dt.to_period("M") == end.dt.to_period("M")
    rows = figures[alone & figures["value"].notna()]
    return pd.DataFrame(
        {
            "entity": rows["entity"],
            "month": rows["period_start"],
            "value": rows["value"],
            "confidence": rows["confidence"],
            "source_id": rows["source_id"],
        }
    ).sort_values(["entity", "month"], ignore_index=True)


def within(by: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the months of a window.

    Raises
    ------
    NoFigures
        If there is none. The message says which months have figures.
    """
    inside = by[by["month"].between(first, last)].reset_index(drop=True)
    if inside.empty:
        raise NoFigures(
            f"no destination of magnets is printed from {first:%Y-%m} to {last:%Y-%m}; "
            f"months with some are {by['month'].min():%Y-%m} to "
            f"{by['month'].max():%Y-%m}"
        )
    return inside


def fullest_month(by: pd.DataFrame, last: pd.Timestamp) -> pd.Timestamp:
    """Return the month up to `last` with most destinations, the latest of equals."""
    inside = by[by["month"] <= last]
    if inside.empty:
        raise NoFigures(
            f"no destinations are printed up to {last:%Y-%m}; the first month that has "
            f"some is {by['month'].min():%Y-%m}"
        )
    counts = inside.groupby("month")["entity"].nunique()
    return pd.Timestamp(counts.index[counts == counts.max()].max())


def ranking(
    by: pd.DataFrame, months: pd.DataFrame, month: pd.Timestamp, kinds: pd.Series
) -> pd.DataFrame:
    """Return the destinations of one month, largest first, and what is not named.

    Parameters
    ----------
    by : DataFrame
        From `single_months`.
    months : DataFrame
        From `months.monthly`: exports to the whole world.
    kinds : Series
        Kind of each entity; a region overlaps its members and is left out.

    Returns
    -------
    DataFrame
        ``entity``; ``value`` in tonnes; ``share`` of the month's exports, 0 to 1, NaN
        when the month's total is not known; ``source_id``. The last row is "Not
        named": the total less what is named.
    """
    named = by[(by["month"] == month) & (by["entity"].map(kinds) == "country")]
    named = named.sort_values("value", ascending=False, ignore_index=True)
    total = months.loc[months["month"] == month, "value"]
    whole = float(total.iloc[0]) if len(total) else np.nan
    table = named.assign(share=named["value"] / whole)
    if np.isfinite(whole):
        rest = whole - named["value"].sum()
        row = {"entity": "Not named", "value": rest, "share": rest / whole}
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
    return table[["entity", "value", "share", "source_id"]]


def balance(exports: pd.DataFrame, imports: pd.DataFrame) -> pd.DataFrame:
    """Return exports and imports where the same stretch of a year has both.

    Parameters
    ----------
    exports, imports : DataFrame
        From `months.monthly`.

    Returns
    -------
    DataFrame
        ``month`` (first of the stretch), ``months`` in it, ``exports``, ``imports``,
        ``net`` = imports - exports, all in tonnes of gross weight.
    """
    bounds = _edges(exports) & _edges(imports)
    rows = []
    for start, end in zip(sorted(bounds)[:-1], sorted(bounds)[1:], strict=True):
        out, into = (_sum(table, start, end) for table in (exports, imports))
        if np.isfinite(out) and np.isfinite(into):
            months = (end.year - start.year) * 12 + end.month - start.month
            rows.append((start, months, out, into, into - out))
    names = ["month", "months", "exports", "imports", "net"]
    return pd.DataFrame(rows, columns=names)


def _edges(table: pd.DataFrame) -> set[pd.Timestamp]:
    """Return the month starts that no joint total reaches across."""
    if table.empty:
        return set()
    joint = table["joint"].notna()
    same = (
        joint
        & joint.shift(fill_value=False)
        & table["joint"].eq(table["joint"].shift())
    )
    after = table["month"].iloc[-1] + pd.offsets.MonthBegin()
    return {*table.loc[~same, "month"], after}


def _sum(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> float:
    inside = table[(table["month"] >= start) & (table["month"] < end)]
    return float(inside["mean"].sum()) if inside["mean"].notna().all() else np.nan


UNIT_VALUES = (
    ("rare_earth_exports_value", "rare_earth_exports", "rare_earth_export_unit_value"),
    ("magnet_exports_value", "magnet_exports", "magnet_export_unit_value"),
    ("rare_earth_imports_value", "rare_earth_imports", "rare_earth_import_unit_value"),
)
"""Series of values in millions, of weights in tonnes, and of printed unit values."""


def all_unit_values(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return `unit_values` of each direction of which something had been published."""
    published = partial(load, as_of=as_of, missing="empty")
    triples = [tuple(map(published, names)) for names in UNIT_VALUES]
    parts = [unit_values(*three) for three in triples if all(map(len, three))]
    if not parts:
        raise NoFigures(f"no unit value of trade was published by {as_of}")
    return pd.concat(parts, ignore_index=True)


def unit_values(
    values: pd.DataFrame, weights: pd.DataFrame, printed: pd.DataFrame
) -> pd.DataFrame:
    """Return what a kilogram was worth at the border, printed or worked out.

    Parameters
    ----------
    values : DataFrame
        Figures of one direction in millions of a currency.
    weights : DataFrame
        Figures of the same direction in tonnes.
    printed : DataFrame
        Unit values as printed, per kg or per t; the printed one is preferred.

    Returns
    -------
    DataFrame
        ``entity``, ``product``, ``period_start``, ``period_end``, ``definition``
        (customs code), ``value``, ``unit`` (currency per kg, money of the period),
        ``how``, ``source_id``. A value and a weight are divided only on the same
        customs definition.
    """
    table = pd.concat([_printed(printed), _divided(values, weights)])
    table = table.drop_duplicates([*_KEY, "unit"])
    return table.sort_values(["entity", "product", "period_end"], ignore_index=True)


_KEY = ["entity", "product", "period_start", "period_end", "definition"]


def _customs(basis: pd.Series) -> pd.Series:
    return each(basis, lambda cell: ";".join(sorted(codes(cell) & CUSTOMS)))


def _printed(printed: pd.DataFrame) -> pd.DataFrame:
    per_t = printed["unit"].str.endswith("/t")
    return printed.assign(
        value=printed["value"].where(~per_t, printed["value"] / 1000),
        unit=printed["unit"].str.slice(0, 3) + "/kg",
        how="printed",
        definition=_customs(printed["basis"]),
    )[[*_KEY, "value", "unit", "how", "source_id"]]


def _divided(values: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    money = values.assign(definition=_customs(values["basis"]))
    tonnes = weights.assign(definition=_customs(weights["basis"]))
    both = money.merge(tonnes[[*_KEY, "value"]], on=_KEY, suffixes=("", "_t"))
    both = both[both["value_t"].notna() & both["value"].notna()]
    return both.assign(
        value=both["value"] * 1000 / both["value_t"],
        unit=both["unit"].str.slice(0, 3) + "/kg",
        how="value over weight",
    )[[*_KEY, "value", "unit", "how", "source_id"]]

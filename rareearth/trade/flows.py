"""Flows of rare earths and magnets: definitions, directions, destinations, unit values.

China's customs office prints several things that are all called exports of rare
earths. One definition is used at a time; two in one series are refused. What the
digests claim of trade is set beside what is printed of the same goods.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import Load, codes, each, has_codes, joined


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


ROUNDING = 0.005  # of a number: what a claim may differ by and still be as printed


class Fact(NamedTuple):
    """What is printed about a claim.

    Attributes
    ----------
    numbers : tuple of float
        In the unit of the claim.
    basis : str
        What the numbers are of.
    sources : tuple of str
    same : bool
        Whether they are of the same goods as the claim.
    """

    numbers: tuple[float, ...]
    basis: str
    sources: tuple[str, ...]
    same: bool = True


NOTHING = Fact((), "nothing had been printed by then", ())


def facts(load: Load, measures: pd.DataFrame, as_of: str = "latest") -> dict[str, Fact]:
    """Return what is printed about each claim on trade.

    Parameters
    ----------
    load : callable
        `figures.load`.
    measures : DataFrame
        From `dependence.measures` of the European Union.

    Returns
    -------
    dict of `Fact` by ``claim_id``
    """
    return {
        "C015": _measured(
            measures,
            "rare-earth magnets|NdFeB|permanent magnets",
            "printed shares of magnets, EU",
        ),
        "C016": _measured(measures, "heavy", "printed shares of heavy rare earths, EU"),
        "C038": _covered(load, as_of),
        "C132": _changed(load, as_of),
        "C134": _headline(load, "rare_earth_exports", "2025-09-01", as_of),
        "C135": _headline(load, "rare_earth_exports", "2025-01-01", as_of),
        "C136": _headline(load, "rare_earth_imports", "2025-09-01", as_of),
    }


def beside(claims: pd.DataFrame, found: dict[str, Fact]) -> pd.DataFrame:
    """Return claims beside facts, with how they compare.

    Parameters
    ----------
    claims : DataFrame
        From `records.claims`.

    Returns
    -------
    DataFrame
        ``claim_id``, ``paraphrase``, ``said``, ``low``, ``high``, ``unit``, ``basis``,
        ``reading`` (one of `READINGS`), ``source_id`` of the digest.
    """
    rows = claims[claims["claim_id"].isin(found)]
    facts_ = [found[name] for name in rows["claim_id"]]
    said = rows["value"].to_numpy(dtype=float)
    pairs = list(zip(said, facts_, strict=True))
    return pd.DataFrame(
        {
            "claim_id": rows["claim_id"].to_numpy(),
            "paraphrase": rows["paraphrase"].to_numpy(),
            "said": said,
            "low": [min(fact.numbers, default=np.nan) for fact in facts_],
            "high": [max(fact.numbers, default=np.nan) for fact in facts_],
            "unit": rows["unit"].to_numpy(),
            "basis": [fact.basis for fact in facts_],
            "reading": [reading(number, fact) for number, fact in pairs],
            "source_id": rows["article"].to_numpy(),
        }
    )


AS_PRINTED, OTHER_GOODS, ONE, BETWEEN, NOT, NONE = (
    "as printed",
    "printed of other goods",
    "printed by one source of several",
    "between printed numbers, itself not printed",
    "not as printed",
    "nothing printed",
)
READINGS = (AS_PRINTED, OTHER_GOODS, ONE, BETWEEN, NOT, NONE)


def reading(said: float, fact: Fact) -> str:
    """Return how a number compares with what is printed, one of `READINGS`."""
    if not fact.numbers:
        return NONE
    room = ROUNDING * abs(said)
    equal = [abs(said - number) <= room for number in fact.numbers]
    if any(equal):
        if not fact.same:
            return OTHER_GOODS
        return AS_PRINTED if all(equal) else ONE
    return BETWEEN if min(fact.numbers) < said < max(fact.numbers) else NOT


def used(table: pd.DataFrame, found: dict[str, Fact]) -> pd.DataFrame:
    """Return the sources of the claims and of what is printed."""
    printed = [source for name in table["claim_id"] for source in found[name].sources]
    return joined(table, pd.DataFrame({"source_id": printed}))


def _measured(measures: pd.DataFrame, goods: str, basis: str) -> Fact:
    rows = measures[measures["goods"].str.contains(goods)]
    rows = rows[rows["kind"] != "net import reliance"]
    numbers = rows[["value", "low", "high"]].to_numpy(dtype=float) * 100
    if not np.isfinite(numbers).any():
        return NOTHING
    found = tuple(round(float(n), 6) for n in numbers[np.isfinite(numbers)])
    return Fact(found, basis, tuple(rows["source_id"]))


def _covered(load: Load, as_of: str) -> Fact:
    rows = load("demand_coverage_planned", "Lynas", as_of=as_of, missing="empty")
    rows = rows[has_codes(rows["basis"], "importer-jpn")]
    basis = "plan, share of Japan's demand for heavy rare earths only"
    return _fact(rows, basis)._replace(same=False)


def _changed(load: Load, as_of: str) -> Fact:
    rows = load("magnet_exports_change", "China", as_of=as_of, missing="empty")
    same = (rows["period_start"] == "2025-01-01") & (rows["period_end"] == "2025-09-30")
    return _fact(rows[same], "change of tonnes on the same nine months of 2024")


def _headline(load: Load, series: str, start: str, as_of: str) -> Fact:
    headline = DEFINITIONS["headline"]
    rows = load(series, "China", headline.product, as_of=as_of, missing="empty")
    rows = rows[has_codes(rows["basis"], headline.code)]
    same = (rows["period_start"] == start) & (rows["period_end"] == "2025-09-30")
    return _fact(rows[same], "customs headline, gross weight")


def _fact(rows: pd.DataFrame, basis: str) -> Fact:
    if rows.empty:
        return NOTHING
    return Fact(tuple(rows["value"]), basis, tuple(rows["source_id"]))

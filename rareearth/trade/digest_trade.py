"""What the digests claim about trade beside what is printed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.figures.columns import Load, has_codes, joined
from rareearth.trade.flows import DEFINITIONS

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
        "C134": _customs(load, "rare_earth_exports", "2025-09-01", as_of),
        "C135": _customs(load, "rare_earth_exports", "2025-01-01", as_of),
        "C136": _customs(load, "rare_earth_imports", "2025-09-01", as_of),
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


def _customs(load: Load, series: str, start: str, as_of: str) -> Fact:
    headline = DEFINITIONS["headline"]
    rows = load(series, "China", headline.product, as_of=as_of, missing="empty")
    rows = rows[has_codes(rows["basis"], headline.code)]
    same = (rows["period_start"] == start) & (rows["period_end"] == "2025-09-30")
    return _fact(rows[same], "customs headline, gross weight")


def _fact(rows: pd.DataFrame, basis: str) -> Fact:
    if rows.empty:
        return NOTHING
    return Fact(tuple(rows["value"]), basis, tuple(rows["source_id"]))

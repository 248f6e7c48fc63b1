"""How much an importer depends on one country: the measures, each with what it counts.

"92 percent", "98 percent" and "46 percent" can all be said of one importer, because a
share has a base (imports, use, the world's supply), a unit (weight or value), goods
(all rare earths, heavy ones, magnets) and a point of the chain where the country is
noted: the last that shipped, or the one that processed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError, unknown_name
from rareearth.figures.columns import Load, figures_or_none, has_codes

IMPORTERS = {
    "European Union": "importer-eu",
    "Japan": "importer-jpn",
    "South Korea": "importer-kor",
    "United States": "importer-usa",
    "World": "",
}
"""Importers with printed measures, and the basis code of each."""

WEIGHT, IMPORTS, USE, UNSTATED, SOURCING, WORLD, NET, STATED = (
    "imports by weight",
    "imports, weight or value not stated",
    "use",
    "base not stated",
    "supply by last shipping country",
    "world supply by country of origin",
    "net import reliance",
    "world share stated by publishers",
)
RECENT = 3  # years that a firm number may be older than a weak one
KINDS = {
    WEIGHT: "share of the weight of imports, by the country that shipped them last",
    IMPORTS: "share of imports, by the country that shipped them last",
    USE: "share of what the importer's industry uses",
    UNSTATED: "the source does not say of what the share is",
    SOURCING: "share of the importer's supply at a stage, by last shipping country",
    WORLD: "share of the world's supply at a stage, whoever ships it",
    NET: "net imports from all countries over apparent consumption",
    STATED: "share of the world at a stage, as a publisher states it",
}
VALUE = "imports by value"  # no source at hand prints it by partner
STAGE = {"stage-extraction": "mining", "stage-processing": "separation"}
GOODS = {
    "REO": "all rare earths",
    "compounds and metals": "compounds and metals, all elements",
    "neodymium, praseodymium and others": "Nd, Pr and others",
}
LEFT_OUT = ("Sc",)  # scandium is mined and traded apart from the lanthanides


def check_importer(name: str) -> None:
    """Refuse an importer of which nothing is printed.

    Raises
    ------
    ParameterError
        The message names the choices.
    """
    if name not in IMPORTERS:
        raise ParameterError(
            f"importer: {name!r} has no printed measures of dependence; "
            f"one of {', '.join(IMPORTERS)}"
        )


def measures(
    load: Load,
    products: pd.DataFrame,
    importer: str,
    partner: str = "China",
    as_of: str = "latest",
) -> pd.DataFrame:
    """Return every printed measure of an importer's dependence on a partner.

    Single elements of one table and one class (light or heavy) make one row, a range
    where they differ.

    Parameters
    ----------
    load : callable
        `figures.load`; a series of which nothing had been published is left out.
    products : DataFrame
        The dictionary of products: its ``elements`` and ``group`` (light or heavy).

    Returns
    -------
    DataFrame, by kind and goods, the newest first
        ``kind`` (a key of `KINDS`); ``goods``; ``year`` int and ``when`` str of the
        figure; ``value``, ``low``, ``high`` from 0 to 1 (``low`` alone is "more than");
        ``confidence``, ``source_id``, ``note``.

    Raises
    ------
    NoFigures
        If nothing is printed for the importer. The message names who has measures.
    """
    check_importer(importer)
    code = IMPORTERS[importer]
    parts = [_shares(load, partner, code, as_of)] if code else []
    if importer == "European Union":
        parts.append(_one(load, "eu_sourcing_share", partner, SOURCING, as_of))
        parts.append(_reliance(load, "import_reliance", importer, products, as_of))
        parts.append(_of_use(load, partner, importer, as_of))
    if importer == "United States":
        parts.append(_reliance(load, "net_import_reliance", importer, products, as_of))
    if importer == "World":
        parts += _stated(load, partner, as_of)
    parts.append(_one(load, "global_supply_share", partner, WORLD, as_of))
    rows = pd.concat([part for part in parts if len(part)] or [pd.DataFrame()])
    if rows.empty or (code and set(rows["kind"]) <= {WORLD}):
        raise NoFigures(
            f"no measure of how {importer} depends on {partner} was published by "
            f"{as_of}; try a later date, or one of {', '.join(IMPORTERS)}"
        )
    return _together(rows.reset_index(drop=True), products)


def measure(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows of one kind of measure.

    Raises
    ------
    UnknownName
        If there is no such kind.
    NoFigures
        If nothing is printed on it. The message says which measures there are.
    """
    if kind not in (*KINDS, VALUE):
        raise unknown_name("measure", kind, (*KINDS, VALUE))
    found = table[table["kind"] == kind]
    if found.empty:
        have = ", ".join(dict.fromkeys(table["kind"]))
        raise NoFigures(f"no figures of {kind}; there are figures of {have}")
    return found


def newest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the newest firm row of each kind and goods.

    A weak one stands in where no firm one is of the last years (`RECENT`): a firm
    number of long ago is no measure of today.
    """
    last = table.groupby(["kind", "goods"])["year"].transform("max")
    table = table[table["year"] >= last - RECENT]
    weak = table["confidence"] == "tertiary"
    ordered = table.assign(_weak=weak).sort_values(
        ["kind", "goods", "_weak", "year"], ascending=[True, True, True, False]
    )
    found = ordered.drop_duplicates(["kind", "goods"]).drop(columns="_weak")
    order = {name: place for place, name in enumerate(KINDS)}
    return found.sort_values(
        ["kind", "goods"], key=lambda column: column.map(order).fillna(0)
    ).reset_index(drop=True)


def spread(table: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and the highest printed number of a table of measures."""
    numbers = table[["value", "low", "high"]].to_numpy(dtype=float)
    return float(np.nanmin(numbers)), float(np.nanmax(numbers))


def above(table: pd.DataFrame, line: float) -> pd.DataFrame:
    """Return the measures whose lowest printed number is above a line (0 to 1)."""
    least = table[["value", "low"]].min(axis=1)
    return table[least > line]


def when(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return a period as "2024", "2021-2024", "to 2024-06" or "stated 2025-10"."""
    if start.year != end.year:
        return f"{start.year}-{end.year}"
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    half = start.month == 1 and start.day == 1 and end.month < 12
    return (
        f"{end.year}" if whole else f"to {end:%Y-%m}" if half else f"stated {end:%Y-%m}"
    )


def _rows(
    figures: pd.DataFrame, kind: pd.Series | str, goods: pd.Series
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "goods": goods,
            "product": figures["product"],
            "year": figures["period_end"].dt.year,
            "when": [
                when(a, b)
                for a, b in zip(
                    figures["period_start"], figures["period_end"], strict=True
                )
            ],
            "value": figures["value"] / 100,
            "low": figures["low"] / 100,
            "high": figures["high"] / 100,
            "basis": figures["basis"],
            "confidence": figures["confidence"],
            "source_id": figures["source_id"],
            "note": figures["note"],
        }
    )


def _shares(load: Load, partner: str, code: str, as_of: str) -> pd.DataFrame:
    found = figures_or_none(load, "import_source_share", partner, as_of=as_of)
    if found.empty:
        return found
    own = found[has_codes(found["basis"], code)]
    return _rows(own, own["basis"].map(_base), own["product"])


def _base(basis: str) -> str:
    codes = basis.split(";")
    if "share-unstated" in codes:
        return UNSTATED
    if "share-of-consumption" in codes:
        return USE
    return WEIGHT if "by-weight" in codes else IMPORTS


def _one(load: Load, series: str, entity: str, kind: str, as_of: str) -> pd.DataFrame:
    found = figures_or_none(load, series, entity, as_of=as_of)
    if found.empty:
        return found
    stage = found["basis"].map(
        lambda basis: next((STAGE[c] for c in basis.split(";") if c in STAGE), "")
    )
    found = found[
        found["period_end"] == found.groupby(stage)["period_end"].transform("max")
    ]
    rows = _rows(found, kind, found["product"])
    return rows.assign(stage=stage.loc[found.index])


def _reliance(
    load: Load,
    series: str,
    importer: str,
    products: pd.DataFrame,
    as_of: str,
) -> pd.DataFrame:
    """Return net import reliance on groups of rare earths, not on single elements."""
    rows = _one(load, series, importer, NET, as_of)
    if rows.empty:
        return rows
    return rows[~_single(rows["product"], products)]


def _of_use(load: Load, partner: str, importer: str, as_of: str) -> pd.DataFrame:
    """Return imports of magnets from the partner over magnets used, where both are."""
    bought = figures_or_none(load, "magnet_imports_from", partner, as_of=as_of)
    used = figures_or_none(load, "magnet_consumption", importer, as_of=as_of)
    if bought.empty or used.empty:
        return pd.DataFrame()
    own = bought[has_codes(bought["basis"], IMPORTERS[importer])]
    both = own.merge(
        used[["product", "period_end", "value"]], on=["product", "period_end"]
    )
    percent = both.assign(value=both["value_x"] / both["value_y"] * 100)
    note = (
        "worked out: "
        + both["value_x"].map("{:,.0f}".format)
        + " of "
        + both["value_y"].map("{:,.0f} t".format)
    )
    return _rows(percent, USE, both["product"]).assign(note=note.to_numpy())


def _stated(load: Load, partner: str, as_of: str) -> list[pd.DataFrame]:
    """Return the shares of the world that publishers state, stage by stage."""
    parts = []
    for series, stage in (
        ("world_share_mining", "mining"),
        ("world_share_separation", "separation"),
        ("world_share_magnets", ""),
    ):
        found = figures_or_none(load, series, partner, as_of=as_of)
        if len(found):
            rows = _rows(found, STATED, found["product"])
            parts.append(rows.assign(stage=stage))
    return parts


def _together(rows: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Return single elements of one table and class as one row, a range if unequal."""
    rows = rows[~rows["product"].isin(LEFT_OUT)].copy()
    if "stage" not in rows:
        rows["stage"] = ""
    rows["stage"] = rows["stage"].fillna("")
    elements = rows["product"].map(products["elements"]).fillna("")
    single = _single(rows["product"], products)
    weight = rows["product"].map(products["group"])
    rows["group"] = rows["product"].where(~single, weight + " elements")
    rows["element"] = elements.where(single, "")
    keys = ["kind", "group", "stage", "when", "basis", "source_id"]
    merged = [_merge(part) for _, part in rows.groupby(keys, sort=False)]
    table = pd.DataFrame(merged)
    return table.sort_values(
        ["kind", "goods", "year"], ascending=[True, True, False], ignore_index=True
    )


def _single(names: pd.Series, products: pd.DataFrame) -> pd.Series:
    """Return whether each product is of one element."""
    elements = names.map(products["elements"]).fillna("")
    return (elements != "") & ~elements.str.contains(";")


def _merge(part: pd.DataFrame) -> dict[str, object]:
    first = part.iloc[0]
    names = ", ".join(sorted(set(part["element"]) - {""}))
    goods = GOODS.get(first["group"], first["group"])
    goods = f"{goods} ({names})" if names else goods
    row = {
        name: first[name]
        for name in ("kind", "year", "when", "basis", "confidence", "source_id", "note")
    }
    row["goods"] = f"{goods}, {first['stage']}" if first["stage"] else goods
    row |= {name: first[name] for name in ("value", "low", "high")}
    if len(part) > 1:
        low, high = part["value"].min(), part["value"].max()
        same = low == high
        row |= {"value": low if same else np.nan, "note": ""}
        row |= {"low": np.nan if same else low, "high": np.nan if same else high}
    return row

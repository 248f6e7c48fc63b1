"""How much an importer depends on one country: the measures, each with what it counts.

"92 percent", "98 percent" and "46 percent" can all be said of one importer, because a
share has a base (imports, use, the world's supply), a unit (weight or value), goods
(all rare earths, heavy ones, magnets) and a point of the chain where the country is
noted: the last that shipped, or the one that processed.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import IMPORTERS, Load, codes, each, has_codes
from rareearth.words import number

CHOICES = (*IMPORTERS, "World")
"""Those whose measures of dependence are printed."""

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
STATED_OF = {
    "world_share_mining": "mining",
    "world_share_separation": "separation",
    "world_share_magnets": "",
}
STAGE = {"stage-extraction": "mining", "stage-processing": "separation"}
GOODS = {
    "REO": "all rare earths",
    "compounds and metals": "compounds and metals, all elements",
    "neodymium, praseodymium and others": "Nd, Pr and others",
}
LEFT_OUT = ("Sc",)  # scandium is mined and traded apart from the lanthanides


MEMBERS = (
    "Austria,Belgium,Bulgaria,Croatia,Cyprus,Czechia,Denmark,Estonia,Finland,France,"
    "Germany,Greece,Hungary,Ireland,Italy,Latvia,Lithuania,Luxembourg,Malta,"
    "Netherlands,Poland,Portugal,Romania,Slovakia,Slovenia,Spain,Sweden"
).split(",")
"""The 27 members of the European Union since February 2020."""


class Benchmark(NamedTuple):
    """A benchmark of Regulation (EU) 2024/1252, article 5, and which way it binds."""

    code: str
    label: str
    bound: str


BENCHMARKS = (
    Benchmark("benchmark-extraction", "Extraction in the EU", "at least"),
    Benchmark("benchmark-processing", "Processing in the EU", "at least"),
    Benchmark("benchmark-recycling", "Recycling in the EU", "at least"),
    Benchmark("benchmark-single-country", "From one country outside", "at most"),
)


def check_importer(name: str) -> None:
    """Refuse an importer of which nothing is printed.

    Raises
    ------
    ParameterError
        The message names the choices.
    """
    if name not in CHOICES:
        raise ParameterError(
            f"importer: {name!r} has no printed measures of dependence; "
            f"one of {', '.join(CHOICES)}"
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
    code = IMPORTERS.get(importer, "")
    wanted = partial(load, as_of=as_of, missing="empty")
    parts = [_shares(wanted("import_source_share", partner), code)]
    if importer == "European Union":
        parts.append(_newest_by_stage(wanted("eu_sourcing_share", partner), SOURCING))
        reliance = _newest_by_stage(wanted("import_reliance", importer), NET)
        parts.append(reliance[~_single(reliance["product"], products)])
        parts.append(_of_use(wanted, partner, importer))
    if importer == "United States":
        reliance = _newest_by_stage(wanted("net_import_reliance", importer), NET)
        parts.append(reliance[~_single(reliance["product"], products)])
    if importer == "World":
        parts += [
            _rows(found, STATED, found["product"]).assign(stage=stage)
            for series, stage in STATED_OF.items()
            if len(found := wanted(series, partner))
        ]
    parts.append(_newest_by_stage(wanted("global_supply_share", partner), WORLD))
    rows = pd.concat([part for part in parts if len(part)] or [parts[0]])
    if rows.empty or (code and set(rows["kind"]) <= {WORLD}):
        raise NoFigures(
            f"no measure of how {importer} depends on {partner} was published by "
            f"{as_of}; try a later date, or one of {', '.join(CHOICES)}"
        )
    return _together(rows.reset_index(drop=True), products)


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


def _shares(shares: pd.DataFrame, code: str) -> pd.DataFrame:
    own = shares[has_codes(shares["basis"], code or "no importer")]
    return _rows(own, each(own["basis"], _base), own["product"])


def _base(basis: str) -> str:
    said = codes(basis)
    if "share-unstated" in said:
        return UNSTATED
    if "share-of-consumption" in said:
        return USE
    return WEIGHT if "by-weight" in said else IMPORTS


def _newest_by_stage(found: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return measures of one kind from the newest figures of each stage."""
    stage = each(found["basis"], _stage)
    last = found.groupby(stage)["period_end"].transform("max")
    found = found[found["period_end"] == last]
    return _rows(found, kind, found["product"]).assign(stage=stage.loc[found.index])


def _stage(basis: str) -> str:
    return next((name for code, name in STAGE.items() if code in codes(basis)), "")


def _of_use(load: Load, partner: str, importer: str) -> pd.DataFrame:
    """Return imports of magnets from the partner over magnets used, where both are."""
    bought = load("magnet_imports_from", partner)
    own = bought[has_codes(bought["basis"], IMPORTERS[importer])]
    used = load("magnet_consumption", importer)[["product", "period_end", "value"]]
    both = own.merge(used, on=["product", "period_end"])
    percent = both.assign(value=both["value_x"] / both["value_y"] * 100)
    note = [
        f"worked out: {number(row.value_x)} of {number(row.value_y, unit='t')}"
        for row in both.itertuples()
    ]
    return _rows(percent, USE, both["product"]).assign(note=note)


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


def partners(load: Load, importer: str, as_of: str = "latest") -> pd.DataFrame:
    """Return the shares of all partners in the newest table with most of them.

    Returns
    -------
    DataFrame, largest first
        ``entity``, ``share`` (0 to 1), ``goods``, ``when``, ``basis``, ``source_id``.
        The last row, "Not named", is what the printed shares leave to 1; it is less
        than nothing where rounded shares add up to more.

    Raises
    ------
    NoFigures
        If no share of any partner is printed.
    """
    shares = load("import_source_share", as_of=as_of)
    own = has_codes(shares["basis"], IMPORTERS[importer])
    rows = shares[own & shares["value"].notna()]
    if rows.empty:
        raise NoFigures(
            f"no shares of partners of {importer} were published by {as_of}"
        )
    keys = ["product", "period_start", "period_end", "basis", "source_id"]
    firm = rows[rows["confidence"] != "tertiary"]
    rows = firm if len(firm) else rows
    tables = rows[rows["entity"] != "Other"].groupby(keys)["entity"].nunique()
    best = tables[tables == tables.max()].reset_index().sort_values("period_end")
    chosen = rows.merge(best.tail(1)[keys], on=keys)
    named = chosen[chosen["entity"] != "Other"].assign(share=lambda t: t["value"] / 100)
    named = named.sort_values("share", ascending=False)
    first = chosen.iloc[0]
    return _closed(named).assign(
        goods=GOODS.get(first["product"], first["product"]),
        when=when(first["period_start"], first["period_end"]),
        basis=first["basis"],
    )


def suppliers(
    load: Load,
    mined: pd.DataFrame,
    importer: str,
    as_of: str = "latest",
) -> pd.DataFrame:
    """Return `partners` of an importer; of the World, who mines.

    Parameters
    ----------
    mined : DataFrame
        From `concentration.shares` of mine production; its last year is used.
    """
    if importer != "World":
        return partners(load, importer, as_of)
    last = mined[(mined["year"] == mined["year"].max()) & (mined["share"] > 0)]
    named = last[last["kind"] == "country"].sort_values("share", ascending=False)
    return _closed(named).assign(
        goods="mine production", when=str(last["year"].iloc[0]), basis="REO"
    )


def _closed(named: pd.DataFrame) -> pd.DataFrame:
    """Return shares with a last row for what they leave to 1."""
    rest = round(1 - float(named["share"].sum()), 6)
    row = {
        "entity": "Not named",
        "share": rest,
        "source_id": named["source_id"].iloc[0],
    }
    columns = ["entity", "share", "source_id"]
    return pd.concat([named[columns], pd.DataFrame([row])], ignore_index=True)


def exposure(shares: pd.DataFrame, risk: pd.Series) -> pd.DataFrame:
    """Return each partner's share times its governance risk.

    Parameters
    ----------
    shares : DataFrame
        From `partners`.
    risk : Series
        Governance risk of each country, 0 (best) to 1 (worst).

    Returns
    -------
    DataFrame
        ``entity``, ``share``, ``risk``, ``low`` and ``high`` of the product. A partner
        without a known risk, and what is not named, count as 0 to 1 times their share.
        The importer's exposure is the sum of a column, 0 (best) to 1 (worst).
    """
    table = shares[["entity", "share"]].copy()
    table["share"] = table["share"].clip(lower=0)
    table["risk"] = table["entity"].map(risk)
    table["low"] = table["share"] * table["risk"].fillna(0.0)
    table["high"] = table["share"] * table["risk"].fillna(1.0)
    return table


def targets(load: Load, measures: pd.DataFrame, as_of: str = "latest") -> pd.DataFrame:
    """Return each benchmark with the nearest figures that are printed of rare earths.

    Parameters
    ----------
    load : callable
        `figures.load`.
    measures : DataFrame
        From `dependence.measures` of the European Union.

    Returns
    -------
    DataFrame
        ``label``; ``bound`` (at least, at most); ``target``; ``low`` and ``high`` of
        what is printed, from 0 to 1, NaN where nothing is; ``what`` is measured;
        ``source_id`` of the benchmark.

    Raises
    ------
    NoFigures
        If the benchmarks were not published yet.
    """
    wanted = load("crma_benchmark", "European Union", as_of=as_of)
    of_code = wanted.set_index("basis")["value"] / 100
    published = partial(load, as_of=as_of, missing="empty")
    today = (
        _mined(load("mine_production", as_of=as_of)),
        _processed(published("global_supply_share"), published("nameplate_capacity")),
        _recycled(published("recycling_input_rate")),
        _from_one(measures),
    )
    rows = [
        (benchmark.label, benchmark.bound, of_code[benchmark.code], *found)
        for benchmark, found in zip(BENCHMARKS, today, strict=True)
    ]
    names = ["label", "bound", "target", "low", "high", "what"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(source_id=wanted["source_id"].iloc[0])


Found = tuple[float, float, str]


def _mined(output: pd.DataFrame) -> Found:
    newest = output[output["period_end"] == output["period_end"].max()]
    own = sorted(set(newest["entity"]) & set(MEMBERS))
    if own:
        return np.nan, np.nan, f"members with mine output: {', '.join(own)}"
    year = newest["period_end"].dt.year.iloc[0]
    return np.nan, np.nan, f"no member is in the table of mine production for {year}"


def _processed(shares: pd.DataFrame, plants: pd.DataFrame) -> Found:
    stage = has_codes(shares["basis"], "stage-processing")
    own = sorted(set(shares.loc[stage, "entity"]) & set(MEMBERS))
    if own:
        return np.nan, np.nan, f"members with separation: {', '.join(own)}"
    what = "no output of separation is printed"
    for tonnes in plants.loc[plants["entity"] == "Neo Silmet", "value"].tail(1):
        what += (
            f"; the plant in Estonia can separate {number(tonnes)} t of light "
            "rare-earth oxides a year"
        )
    return np.nan, np.nan, what


def _recycled(rates: pd.DataFrame) -> Found:
    if rates.empty:
        return np.nan, np.nan, "no recycling rate is printed"
    groups = rates[rates["product"].isin(["heavy rare earths", "light rare earths"])]
    newest = groups[groups["period_end"] == groups["period_end"].max()]
    year = newest["period_end"].dt.year.iloc[0]
    return (
        newest["value"].min() / 100,
        newest["value"].max() / 100,
        f"recycled input of light and heavy rare earths, EU study of {year}",
    )


def _from_one(measures: pd.DataFrame) -> Found:
    kinds = ["imports by weight", "supply by last shipping country", "use"]
    rows = measures[
        measures["kind"].isin(kinds) & (measures["confidence"] != "tertiary")
    ]
    numbers = rows[["value", "low", "high"]].to_numpy(dtype=float)
    if not np.isfinite(numbers).any():
        return np.nan, np.nan, "no share of one country is printed"
    what = "lowest and highest printed share of China, of imports, supply or use"
    return float(np.nanmin(numbers)), float(np.nanmax(numbers)), what

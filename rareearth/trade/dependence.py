"""How much an importer depends on one country: the measures, each with what it counts.

"85 percent", "98 percent" and "46 percent" can all be said of one importer, because a
share has a base (imports or use), a unit (weight or value), goods (all rare earths,
single elements, magnets) and a point of the chain where the country is noted. How much
comes from abroad at all, net import reliance, is no share of a country: see `reliance`.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from rareearth.figures.columns import IMPORTERS, Load, codes, each, has_codes
from rareearth.words import listed, number, pct, period, span

WEIGHT, VALUE, IMPORTS, USE, SOURCING, UNSTATED = (
    "imports by weight",
    "imports by value",
    "imports, weight or value not stated",
    "use",
    "supply by last shipping country",
    "base not stated",
)
KINDS = {
    WEIGHT: "share of the weight of imports",
    VALUE: "share of the customs value of imports",
    IMPORTS: "share of imports; the source does not say of weight or of value",
    USE: "share of what the importer's industry uses",
    SOURCING: "share of supply, by the country that shipped last",
    UNSTATED: "the source does not say of what the share is",
}
RECENT = 3  # years that a firm number may be older than a weak one
GOODS = {
    "REO": "all rare earths",
    "rare earths": "all rare earths",
    "neodymium, praseodymium and others": "Nd, Pr and others",
    "permanent magnets": "permanent magnets of any kind",
}
STAGE = {"stage-extraction": "mined", "stage-processing": "separated"}
LEFT_OUT = ("Sc",)  # scandium is mined and traded apart from the lanthanides

MEMBERS = (
    "Austria,Belgium,Bulgaria,Croatia,Cyprus,Czechia,Denmark,Estonia,Finland,France,"
    "Germany,Greece,Hungary,Ireland,Italy,Latvia,Lithuania,Luxembourg,Malta,"
    "Netherlands,Poland,Portugal,Romania,Slovakia,Slovenia,Spain,Sweden"
).split(",")
"""The 27 members of the European Union since February 2020."""


def measures(
    load: Load,
    products: pd.DataFrame,
    importer: str,
    partner: str = "China",
    as_of: str = "latest",
) -> pd.DataFrame:
    """Return every published measure of an importer's dependence on a partner.

    Single elements of one table with the same share make one row. Two measures are
    worked out: magnets imported over magnets used in the European Union, and, of the
    United States, the share among the partners that its own customs figures name, which
    is at most the share of all.

    Parameters
    ----------
    load : callable
        `figures.load`.
    products : DataFrame
        The dictionary of products: its ``elements``.

    Returns
    -------
    DataFrame, by kind and goods, the newest first; empty if nothing had been published
        ``kind`` (a key of `KINDS`); ``goods``; ``whole`` (bool: not of single
        elements, nor of magnets); ``year`` int and ``when`` str of the figure;
        ``value``, ``low``, ``high`` from 0 to 1 (``low`` alone is "more than", ``high``
        alone "up to"); ``about`` bool; ``confidence``, ``source_id``, ``note``.
    """
    code = IMPORTERS[importer]
    wanted = partial(load, as_of=as_of, missing="empty")
    shares = wanted("import_source_share", partner)
    shares = shares[has_codes(shares["basis"], code)]
    parts = [_rows(shares, each(shares["basis"], _base))]
    if importer == "European Union":
        supply = wanted("eu_sourcing_share", partner)
        parts += [_rows(supply, SOURCING), _of_use(wanted, partner, importer)]
    if importer == "United States":
        parts += [
            _of_named(wanted(series), partner, kind)
            for series, kind in (
                ("us_imports_from", WEIGHT),
                ("us_imports_value_from", VALUE),
            )
        ]
    rows = pd.concat([part for part in parts if len(part)] or parts[:1])
    rows = rows[~rows["product"].isin(LEFT_OUT)].reset_index(drop=True)
    return _together(rows, products)


def newest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the measure of each kind and goods that stands for it.

    That is the newest firm one: a weak one stands in where no firm one is of the last
    years (`RECENT`), one that is "about" where no other is of its year. Of all rare
    earths, or all compounds and metals, one stands. A share of something that is not
    stated is no measure and never stands.
    """
    table = table[table["kind"] != UNSTATED]
    of = table["goods"].where(~table["whole"], "")
    table = table.assign(_of=of, _weak=table["confidence"] == "tertiary")
    last = table.groupby(["kind", "_of"])["year"].transform("max")
    ordered = table[table["year"] >= last - RECENT].sort_values(
        ["kind", "_of", "_weak", "year", "about"],
        ascending=[True, True, True, False, True],
        kind="stable",
    )
    found = ordered.drop_duplicates(["kind", "_of"]).drop(columns=["_of", "_weak"])
    order = {name: place for place, name in enumerate(KINDS)}
    found = found.assign(_kind=found["kind"].map(order), _part=~found["whole"])
    found = found.sort_values(["_kind", "_part", "goods"], kind="stable")
    return found.drop(columns=["_kind", "_part"]).reset_index(drop=True)


def stated(row: pd.Series) -> str:
    """Return one measure as "46 %", "about 98 %", "more than 90 %", "69 % to 74 %"."""
    if pd.notna(row["value"]):
        return "about " * bool(row["about"]) + pct(row["value"])
    if pd.isna(row["high"]):
        return f"more than {pct(row['low'])}"
    if pd.isna(row["low"]):
        return f"up to {pct(row['high'])}"
    return span(row["low"], row["high"], pct)


def _rows(figures: pd.DataFrame, kind: pd.Series | str) -> pd.DataFrame:
    stages = each(figures["basis"], _stage)
    return figures[["product", "basis", "confidence", "source_id", "note"]].assign(
        kind=kind,
        stage=stages,
        year=figures["period_end"].dt.year,
        when=[
            _when(row.period_start, row.period_end, codes(row.basis))
            for row in figures.itertuples()
        ],
        about=has_codes(figures["basis"], "about"),
        **{name: figures[name] / 100 for name in ("value", "low", "high")},
    )


def _base(basis: str) -> str:
    said = codes(basis)
    if "share-unstated" in said:
        return UNSTATED
    if "share-of-consumption" in said:
        return USE
    return WEIGHT if "by-weight" in said else IMPORTS


def _stage(basis: str) -> str:
    return next((name for code, name in STAGE.items() if code in codes(basis)), "")


def _when(start: pd.Timestamp, end: pd.Timestamp, said: frozenset[str]) -> str:
    """Return the period of a share, or when it was stated if it names none."""
    if "period-is-edition" in said:
        return f"study of {end.year}"
    if "inferred-date" in said:
        return f"stated in {end:%B %Y}" if start == end else f"stated in {end.year}"
    return period(start, end)


def _of_use(load: Load, partner: str, importer: str) -> pd.DataFrame:
    """Return imports of magnets from the partner over magnets used, where both are."""
    bought = load("magnet_imports_from", partner)
    own = bought[has_codes(bought["basis"], IMPORTERS[importer])]
    used = load("magnet_consumption", importer)[["product", "period_end", "value"]]
    both = own.merge(used, on=["product", "period_end"], suffixes=("", "_used"))
    note = [
        f"worked out: {number(row.value)} of {number(row.value_used, unit='t')}"
        for row in both.itertuples()
    ]
    percent = both["value"] / both["value_used"] * 100
    return _rows(both.assign(value=percent, note=note), USE)


def _of_named(bought: pd.DataFrame, partner: str, kind: str) -> pd.DataFrame:
    """Return the partner's share among all that a table names: at most that of all."""
    whole = bought.groupby(["period_start", "period_end"])["value"].transform("sum")
    note = "worked out: of the partners that the table names; it has no total"
    share = bought.assign(value=float("nan"), high=bought["value"] / whole * 100)
    is_year = bought["period_end"].dt.month == 12
    return _rows(share[is_year & (bought["entity"] == partner)].assign(note=note), kind)


def _together(rows: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Return single elements of one table with the same share as one row."""
    elements = rows["product"].map(products["elements"]).fillna("")
    single = (elements != "") & ~elements.str.contains(";")
    form = rows["product"].map(products["form"]).where(single, "")
    form = form.replace({"mixed": "", "element": ""})
    goods = rows["product"].replace(GOODS)
    rows = rows.assign(
        element=elements.where(single, ""),
        form=form.where(form == "", " " + form),
        of=goods.where(~single, "elements"),
        whole=~single & rows["product"].isin([*WHOLE]) & (rows["stage"] == ""),
    )
    numbers = ["value", "low", "high"]
    keys = ["kind", "of", "form", "stage", "when", "basis", "source_id"]
    parts = []
    for _, part in rows.groupby([*keys, *numbers], sort=False, dropna=False):
        first = part.head(1).copy()
        names = listed(sorted(part["element"])) + first["form"].iloc[0]
        first["goods"] = names if names.strip() else first["of"].iloc[0]
        parts.append(first)
    table = pd.concat(parts) if parts else rows.assign(goods="")
    table["goods"] += each(table["stage"], lambda stage: stage and f", {stage}")
    columns = ["kind", "goods", "whole", "year", "when", *numbers, "about"]
    table = table[[*columns, "basis", "confidence", "source_id", "note"]]
    return table.sort_values(
        ["kind", "goods", "year"], ascending=[True, True, False], ignore_index=True
    )


WHOLE = ("REO", "rare earths", "compounds and metals", "rare-earth compounds")


def reliance(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return the net import reliance of the United States, published and worked out.

    Of compounds and metals: what is used and not made at home, over what is used. Use
    is apparent: output and imports less exports, as its publisher gives it. With ores
    and concentrates, imports less exports stand in tonnes.

    Returns
    -------
    DataFrame, by year
        ``year``; ``output``, ``used``, ``imports``, ``exports`` and ``net`` in tonnes
        of oxides, ores included in the last two; ``computed``, ``value`` and ``low``
        (alone: "more than") of the published share, from 0 to 1; ``source_id``.
    """
    wanted = partial(load, as_of=as_of, missing="empty")
    goods = "compounds and metals"
    lines = ["rare-earth compounds", "rare-earth metals", "ferrocerium and alloys"]
    columns = {
        "used": wanted("apparent_consumption", "United States", goods),
        "output": wanted("compounds_production", "United States", goods),
        "imports": wanted("us_imports", "United States", lines),
        "exports": wanted("us_exports", "United States", "ores and compounds"),
    }
    by_year = {
        name: found.groupby(found["period_end"].dt.year)["value"].sum(min_count=1)
        for name, found in columns.items()
    }
    table = pd.DataFrame(by_year).rename_axis("year").reset_index()
    table["net"] = table["imports"] - table["exports"]
    table["computed"] = 1 - table["output"] / table["used"]
    published = wanted("net_import_reliance", "United States", goods)
    published = published.assign(
        year=published["period_end"].dt.year,
        value=published["value"] / 100,
        low=published["low"] / 100,
    )
    columns_ = ["year", "value", "low", "source_id"]
    both = table.merge(published[columns_], on="year").dropna(subset=["computed"])
    return both.sort_values("year", ignore_index=True)


def partners(load: Load, importer: str, as_of: str = "latest") -> pd.DataFrame:
    """Return the shares of all partners in the newest table with most of them.

    Returns
    -------
    DataFrame, largest first; empty if no table had been published that names two
        ``entity``, ``share`` (0 to 1), ``goods``, ``when``, ``source_id``. The last
        row, "Not named", is what the published shares leave to 1; it is less than
        nothing where rounded shares add up to more.
    """
    shares = load("import_source_share", as_of=as_of, missing="empty")
    own = has_codes(shares["basis"], IMPORTERS[importer])
    rows = shares[own & shares["value"].notna()]
    firm = rows[rows["confidence"] != "tertiary"]
    rows = firm if len(firm) else rows
    keys = ["product", "period_start", "period_end", "basis", "source_id"]
    tables = rows[rows["entity"] != "Other"].groupby(keys)["entity"].nunique()
    best = tables[tables == tables.max()].reset_index().sort_values("period_end")
    chosen = rows.merge(best.tail(1)[keys], on=keys)
    named = chosen[chosen["entity"] != "Other"].assign(share=lambda t: t["value"] / 100)
    named = named.sort_values("share", ascending=False)[["entity", "share"]]
    if len(named) < 2:
        return named.head(0).assign(goods="", when="", source_id="")
    first = chosen.iloc[0]
    rest = round(1 - float(named["share"].sum()), 6)
    named = pd.concat(
        [named, pd.DataFrame([{"entity": "Not named", "share": rest}])],
        ignore_index=True,
    )
    return named.assign(
        goods=GOODS.get(first["product"], first["product"]),
        when=period(first["period_start"], first["period_end"]),
        source_id=first["source_id"],
    )


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

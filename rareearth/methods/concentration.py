"""Shares of a total, and how concentrated a market is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.figures.columns import RANK, rounding
from rareearth.figures.loading import kinds
from rareearth.figures.vintages import gaps

MEASURES = (
    "hhi_low hhi_high hhi_normalised n_effective cr1 cr3 cr4 theil shannon".split()
)
ITEMISED = 0.95  # a table that names this part of its total is used for a whole year


def measures(quantities: pd.Series, residual: float = 0.0) -> pd.Series:
    """Return measures of concentration of a market, with bounds for what is not named.

    Parameters
    ----------
    quantities : Series
        Output of each named producer, in any one unit. Missing values are left out;
        they are not zero. A producer with zero output counts as none.
    residual : float, default 0
        Output that belongs to producers that are not named ("Other").

    Returns
    -------
    Series of float, with s_i the share of producer i in all output, residual included
        ``hhi_low``, ``hhi_high``
            Herfindahl-Hirschman index, 10,000 * sum(s_i ** 2), from 10,000 / n (equal)
            to 10,000 (monopoly); the residual counted as infinitely many producers,
            and as one. Part of the literature has it from 0 to 1: divide by 10,000.
        ``hhi_normalised``
            (H - 1/n) / (1 - 1/n), 0 (equal) to 1 (monopoly), with H = hhi_high /
            10,000 and n the producers, the residual as one. 1 when there is only one.
        ``n_effective``
            1 / H, the number of equal producers with the same concentration.
        ``cr1``, ``cr3``, ``cr4``
            Share of the one, three, four largest named producers, 0 to 1.
        ``theil``
            sum(s_i * ln(n * s_i)), 0 (equal) to ln n; the residual as one producer.
        ``shannon``
            -sum(s_i * ln(s_i)), 0 (monopoly) to ln n; theil = ln n - shannon.

    Raises
    ------
    ValueError
        If an output is negative or infinite, or the total is not positive.

    References
    ----------
    Hirschman (1945), *National Power and the Structure of Foreign Trade*; Herfindahl
    (1950); Rhoades, *Federal Reserve Bulletin* 79 (1993), 188; Theil (1967),
    *Economics and Information Theory*; Shannon, *Bell System Technical Journal* 27
    (1948), 379.
    """
    named = quantities.to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(_measures(named, residual))


def _measures(quantities: np.ndarray, residual: float) -> dict[str, float]:
    named = quantities[~np.isnan(quantities)]
    if (named < 0).any() or residual < 0:
        raise ValueError("quantities and residual must not be negative")
    if not np.isfinite(named).all() or not np.isfinite(residual):
        raise ValueError("quantities and residual must be finite numbers")
    total = named.sum() + residual
    if total <= 0:
        raise ValueError("measures need a positive total; all quantities are zero")
    shares = np.sort(named[named > 0] / total)[::-1]
    rest = residual / total
    with_rest = np.append(shares, rest) if rest > 0 else shares
    n, low, high = len(with_rest), float((shares**2).sum()), float((with_rest**2).sum())
    shannon = float(-(with_rest * np.log(with_rest)).sum())
    return {
        "hhi_low": low * 10_000,
        "hhi_high": high * 10_000,
        "hhi_normalised": (high - 1 / n) / (1 - 1 / n) if n > 1 else 1.0,
        "n_effective": 1 / high,
        "cr1": float(shares[:1].sum()),
        "cr3": float(shares[:3].sum()),
        "cr4": float(shares[:4].sum()),
        "theil": float(np.log(n)) - shannon,
        "shannon": shannon,
    }


def shares(figures: pd.DataFrame) -> pd.DataFrame:
    """Return who has which share of the published total, year by year.

    Numerator and denominator of a year come from one printed table, because tables
    differ in scope: the one that names at least 95 % of its own total, then the one
    of the highest confidence, then the newest. A year without such a table takes the
    best total and the best figures by country that there are, and leaves the rest
    open. A user's own figure (confidence "own") replaces the printed one. `low` and
    `high` span every share that any source prints for the year. Where a table names its
    whole, what its total has over its rows is a rest only beyond the rounding of that
    total (`total_rounding`): a rounding is no producer. A country for which
    the table has only a compiler's gap (`vintages.gaps`) is unknown, not zero: the
    number of another source stands in, and without one the country has no row.

    Parameters
    ----------
    figures : DataFrame
        Every printed value of a series that has totals, with one product, from
        `revisions`.

    Returns
    -------
    DataFrame, one row per year and country, sorted, and one row ``"Not named"`` for
    what the table does not give by country
        ``year`` int, ``entity`` str, ``kind`` ("country" or "residual"),
        ``quantity``, ``total`` float in the unit of the series,
        ``share``, ``low``, ``high`` float between 0 and 1 (``low`` and ``high`` NaN
        for the residual),
        ``source_id``, ``confidence`` str, ``whole`` bool: the table names the whole.
    """
    printed = figures.dropna(subset=["value"]).assign(
        year=figures["period_end"].dt.year,
        kind=figures["entity"].map(kinds()),
        rank=figures["confidence"].map(RANK),
        gap=lambda rows: gaps(rows["basis"]),
    )
    chosen = _chosen_tables(printed)
    parts = _parts(printed, chosen)
    table = pd.concat([parts, _rests(printed, chosen, parts)], ignore_index=True)
    table = table.merge(_spans(printed, table), on=["year", "entity"], how="left")
    order = ["year", "kind", "share", "entity"]
    ascending = [True, True, False, True]
    return table.sort_values(order, ascending=ascending, ignore_index=True)


_SHARED = "year,entity,kind,quantity,total,share,source_id,confidence,whole".split(",")


def _chosen_tables(printed: pd.DataFrame) -> pd.DataFrame:
    """Return for each year the total and the table that its shares come from."""
    totals = printed[(printed["kind"] == "total") & (printed["value"] > 0)]
    known = printed[~printed["gap"]]
    countries = known[known["kind"] == "country"]
    parts = known[known["kind"].isin(["country", "residual"])]
    key = ["year", "source_id"]
    named = parts.groupby(key)["value"].sum().rename("named")
    lists = countries.groupby(key).size().rename("lists")
    totals = totals.join(named, on=key).join(lists, on=key)
    enough = totals["named"] >= ITEMISED * totals["value"]
    totals = totals.assign(whole=enough & totals["lists"].notna())
    order = ["year", "whole", "rank", "published"]
    best = totals.sort_values(order, na_position="first")
    columns = {"value": "total", "source_id": "table", "confidence": "table_confidence"}
    return best.drop_duplicates("year", keep="last").rename(columns=columns)[
        ["year", "total", "table", "table_confidence", "whole"]
    ]


def _parts(printed: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the countries of each year with their shares."""
    rows = printed[printed["kind"] == "country"].merge(chosen, on="year")
    own = rows["confidence"] == "own"  # the owner says that it wins
    its_table = rows["source_id"] == rows["table"]
    lacks = (rows["gap"] & its_table).groupby([rows["year"], rows["entity"]])
    wanted = ~rows["whole"] | its_table | own | lacks.transform("any")
    rows = rows[wanted & ~rows["gap"]]
    rows = rows.sort_values(["rank", "published"], na_position="first")
    rows = rows.drop_duplicates(["year", "entity"], keep="last")
    rows = rows.assign(quantity=rows["value"], share=rows["value"] / rows["total"])
    return rows[_SHARED]


def _rests(
    printed: pd.DataFrame, chosen: pd.DataFrame, parts: pd.DataFrame
) -> pd.DataFrame:
    """Return for each year what is not named: printed as a rest, or left over."""
    named = parts.groupby("year")["quantity"].sum().rename("named")
    own = printed[printed["kind"] == "residual"].groupby(["year", "source_id"])["value"]
    rests = chosen.join(named, on="year").join(
        own.sum().rename("printed_rest"), on=["year", "table"]
    )
    left = (rests["total"] - rests["named"].fillna(0.0)).clip(lower=0.0)
    own_rest = rests["printed_rest"].where(rests["whole"]).fillna(0.0)
    rounded = rests["total"].map(total_rounding).where(rests["whole"], 0.0)
    quantity = left.where(left > own_rest + rounded, own_rest)
    names = {"table": "source_id", "table_confidence": "confidence"}
    return rests.rename(columns=names).assign(
        entity="Not named",
        kind="residual",
        quantity=quantity,
        share=quantity / rests["total"],
    )[_SHARED]


def total_rounding(total: float) -> float:
    """Return how far a published total may be from the sum behind it.

    Half a unit of its last digit that is not zero, and of its second one at most: a
    total of 300,000 t was not rounded to hundreds of thousands.
    """
    second = 0.5 * 10 ** np.floor(np.log10(total) - 1)
    return min(rounding(total), float(second))


def by_year(shares: pd.DataFrame) -> pd.DataFrame:
    """Return `measures` for each year of a share table, of its published total.

    The index of Herfindahl and Hirschman is as low and as high as the rounding of the
    total allows as well; a total below its own parts stands as it was published.

    Returns
    -------
    DataFrame, indexed by ``year``
        The measures; ``source_id``, ``confidence`` and ``whole`` of the table of the
        year.
    """
    named = shares["quantity"].where(shares["kind"] == "country")
    residuals = shares[shares["kind"] == "residual"].set_index("year")
    rests = residuals["quantity"].groupby(level="year").sum()
    rows = {
        int(year): _measures(quantities.to_numpy(float), float(rests.get(year, 0.0)))
        for year, quantities in named.groupby(shares["year"])
    }
    years = pd.Index(list(rows), name="year", dtype="int64")
    found = pd.DataFrame(list(rows.values()), years, MEASURES)
    parts = shares.groupby("year")["quantity"].sum()
    total = shares.groupby("year")["total"].first()
    half = total.map(total_rounding)
    least = (total - half).where(total - half > parts, parts).clip(upper=total)
    found["hhi_low"] *= (parts / (total + half)) ** 2
    found["hhi_high"] *= (parts / least) ** 2
    found["n_effective"] *= (total / parts) ** 2
    for name in ("cr1", "cr3", "cr4"):
        found[name] *= parts / total
    return found.join(residuals[["source_id", "confidence", "whole"]])


def _spans(printed: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the lowest and highest share that can be read out of the sources.

    A value is divided by the total of its own source where there is one, else by
    every total. The value of the chosen table is also divided by the totals of
    sources that print none for the country, never by one that belongs to another
    edition of the same table.
    """
    totals = printed.loc[
        (printed["kind"] == "total") & (printed["value"] > 0),
        ["year", "source_id", "value"],
    ]
    parts = printed.loc[
        (printed["kind"] == "country") & ~printed["gap"],
        ["year", "entity", "source_id", "value"],
    ]
    pairs = parts.merge(totals, on="year", suffixes=("", "_total"))
    pairs["own"] = pairs["source_id"] == pairs["source_id_total"]
    by_source = pairs.groupby(["year", "entity", "source_id"])["own"]
    orphan = ~by_source.transform("any")
    other = ["year", "entity", "source_id_total"]
    prints_it = pairs.groupby(other)["own"].transform("any")
    best = pairs[["year", "entity", "source_id"]].merge(
        table[["year", "entity", "source_id"]].assign(best=True), how="left"
    )["best"]
    chosen = best.notna().to_numpy() & ~prints_it
    pairs = pairs[pairs["own"] | orphan | chosen]
    pairs = pairs.assign(share=pairs["value"] / pairs["value_total"])
    span = pairs[pairs["share"] <= 1].groupby(["year", "entity"])["share"]
    return span.agg(low="min", high="max").reset_index()

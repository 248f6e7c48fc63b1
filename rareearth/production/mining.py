"""Who mines rare earths: shares through time, their revisions, and reserves."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import RANK, Load, codes, each, has_codes

REST = "Not named"  # the rest of a total that a table does not give by country


def window(shares: pd.DataFrame, start_year: int, end_year: int) -> pd.DataFrame:
    """Return the shares of the years from `start_year` to `end_year`.

    Raises
    ------
    NoFigures
        If no year in between has a world total. The message says which have one.
    """
    inside = shares[shares["year"].between(start_year, end_year)]
    if inside.empty:
        years = (
            f"totals are known for {shares['year'].min()} to {shares['year'].max()}"
            if len(shares)
            else "no total had been published by then; try a later date"
        )
        raise NoFigures(f"no world total for {start_year} to {end_year}; {years}")
    return inside.reset_index(drop=True)


def in_focus(
    shares: pd.DataFrame,
    stated: pd.DataFrame,
    country: str,
    start_year: int,
    end_year: int,
) -> pd.DataFrame:
    """Return the share of one country through time, and what the sources allow.

    Years that have no tonnage for the country take the share that a source prints.

    Parameters
    ----------
    shares : DataFrame
        From `concentration.shares`, cut to the years wanted.
    stated : DataFrame
        Figures of ``world_share_mining``, in percent.
    country : str
        A country.
    start_year, end_year : int
        First and last year wanted.

    Returns
    -------
    DataFrame
        ``year`` int; ``entity``; ``value``, ``low``, ``high`` shares from 0 to 1;
        ``quantity``, ``total`` (NaN where only a share is printed); ``confidence``;
        ``source_id``. Empty if the country has neither.
    """
    own = shares[shares["entity"] == country].rename(columns={"share": "value"})
    stated = stated.assign(
        year=stated["period_end"].dt.year, value=stated["value"] / 100
    )
    usable = (
        (stated["entity"] == country)
        & stated["year"].between(start_year, end_year)
        & ~stated["year"].isin(own["year"])
        & has_codes(stated["basis"], "all-ree", without=["capacity"])
        & stated["value"].notna()
    )
    more = stated[usable].sort_values(["year", "confidence"]).drop_duplicates("year")
    columns = "year entity value low high quantity total confidence source_id".split()
    found = pd.concat(
        [own.reindex(columns=columns), more.drop(columns=["low", "high"])]
    ).reindex(columns=columns)
    for bound in ("low", "high"):
        found[bound] = found[bound].fillna(found["value"])
    return found.sort_values("year", ignore_index=True)


def largest(shares: pd.DataFrame, country: str, most: int) -> list[str]:
    """Return the countries with the highest share in any year, and the one in focus."""
    named = shares[shares["kind"] == "country"]
    peak = named.groupby("entity")["share"].max().sort_values(ascending=False)
    top = list(peak.index[:most])
    if country in peak.index and country not in top:
        top = [*top[: most - 1], country]
    return top


def revised_year(printed: pd.DataFrame, end_year: int) -> int:
    """Return the last year up to `end_year` that two primary sources print a total for.

    Falls back on the last year with any total, and then on `end_year`.
    """
    world = printed[(printed["entity"] == "World") & printed["value"].notna()]
    year = world["period_end"].dt.year
    world, year = world[year <= end_year], year[year <= end_year]
    primary = world["confidence"] == "primary"
    editions = world[primary].groupby(year[primary])["source_id"].nunique()
    twice = editions[editions > 1]
    return int(max(twice.index, default=max(year, default=end_year)))


def first_and_last(printed: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what was first printed for a year and what is printed now.

    Only primary figures are compared, so that a copy never counts as an edition.

    Parameters
    ----------
    printed : DataFrame
        From `figures.revisions`.

    Returns
    -------
    DataFrame, one row per entity, the largest change first
        ``entity``; ``before``, ``after`` in the unit of the series; ``change``;
        ``first_source``, ``last_source``; empty when no figure has two editions.
    """
    rows = printed[
        (printed["period_end"].dt.year == year)
        & (printed["confidence"] == "primary")
        & printed["value"].notna()
    ].sort_values("published")
    grouped = rows.groupby("entity")
    table = pd.DataFrame(
        {
            "before": grouped["value"].first(),
            "after": grouped["value"].last(),
            "first_source": grouped["source_id"].first(),
            "last_source": grouped["source_id"].last(),
        }
    )
    table = table[table["first_source"] != table["last_source"]].reset_index()
    table["change"] = table["after"] - table["before"]
    order = table["change"].abs().sort_values(ascending=False).index
    return table.loc[order].reset_index(drop=True)


def edition(reserves: pd.DataFrame) -> pd.DataFrame:
    """Return the reserves of the newest date for which a world total is printed.

    Empty when none is: single countries, or a deposit, make no edition.
    """
    dated = reserves.loc[reserves["entity"] == "World", "period_end"]
    return reserves[reserves["period_end"] == dated.max()]


def reserves_and_output(reserves: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each country in reserves beside its share in output.

    Parameters
    ----------
    reserves : DataFrame
        Best figures of ``reserves``; its newest `edition` is used.
    shares : DataFrame
        From `concentration.shares`; its last year is used.

    Returns
    -------
    DataFrame, largest reserves first
        ``entity``; ``reserves`` (t); ``reserves_share`` (at most: the world total is
        printed as a lower bound); ``output_share``; ``years`` (reserves over output of
        the last year, missing without output); ``source_id`` of the reserves.
    """
    newest = edition(reserves)
    world = newest[newest["entity"] == "World"]
    total = float(world["value"].fillna(world["low"]).max()) if len(world) else None
    last = shares[shares["year"] == shares["year"].max()].set_index("entity")
    table = newest[newest["entity"] != "World"][["entity", "value", "source_id"]]
    table = table.rename(columns={"value": "reserves"})
    table["reserves_share"] = table["reserves"] / total if total else float("nan")
    table["output_share"] = table["entity"].map(last["share"])
    output = table["entity"].map(last["quantity"])
    table["years"] = (table["reserves"] / output).where(output > 0)
    return table.sort_values("reserves", ascending=False, ignore_index=True)


class Stage(NamedTuple):
    """A stage of the chain: the series of printed shares, and how it is called."""

    series: str
    label: str


STAGES = {
    "mine": Stage("world_share_mining", "mining"),
    "separation": Stage("world_share_separation", "separation and refining"),
    "metal": Stage("world_share_metal", "metals and alloys"),
    "magnet": Stage("world_share_magnets", "magnets"),
}
RECENT = 5  # years: how far back a printed share still speaks of the present
SCOPES = {
    "all-ree": "all rare earths",
    "magnet-ree": "magnet rare earths",
    "heavy-ree": "heavy rare earths",
    "sintered": "sintered magnets",
    "sintered-blanks": "blanks of sintered magnets",
    "all-grades": "all magnets",
}


def stage_shares(load: Load, as_of: str = "latest") -> pd.DataFrame:
    """Return the shares of the world that sources print for each stage.

    Parameters
    ----------
    load : callable
        `figures.revisions`; a stage of which nothing was published yet is left out.

    Returns
    -------
    DataFrame
        ``stage`` and ``row``, its label; ``entity``, ``year`` int, ``scope`` str,
        ``value``, ``low`` and ``high`` from 0 to 1 (``low`` alone where "more than" is
        printed, both where a range is), ``confidence``, ``source_id``, ``note``.
    """
    stages = {series: stage for stage, (series, _) in STAGES.items()}
    frame = load(list(stages), as_of=as_of, missing="empty")
    order = frame["series"].map(list(stages).index).sort_values(kind="stable").index
    frame = frame.loc[order].reset_index(drop=True)
    stage = frame["series"].map(stages)
    shares = frame[["value", "low", "high"]] / 100
    return frame[["entity", "confidence", "source_id", "note"]].assign(
        **shares,
        stage=stage,
        row=stage.map({name: label for name, (_, label) in STAGES.items()}),
        year=frame["period_end"].dt.year,
        scope=each(frame["basis"], _scope),
    )


PREFERRED = ("magnet-ree", "sintered", "all-ree", "all-grades")
"""Scopes in the order in which they stand for a stage: those that agencies publish."""


def standing(chain: pd.DataFrame) -> pd.DataFrame:
    """Return the one published share that stands for a country at a stage.

    Weak (tertiary) figures and bounds stand only where there is nothing else, shares of
    capacity and of groups of countries never. Of those of the last `RECENT` years the
    first scope of `PREFERRED` is taken, then the newest year, then the surest source.

    Parameters
    ----------
    chain : DataFrame
        From `stage_shares`.

    Returns
    -------
    DataFrame, one row per stage and entity
        The columns of `stage_shares`.
    """
    places = {SCOPES[code]: place for place, code in enumerate(PREFERRED)}
    single = ~each(chain["entity"], lambda name: " and " in name).astype(bool)
    capacity = each(chain["scope"], lambda scope: scope.endswith("capacity"))
    own = chain[single & ~capacity.astype(bool)]
    newest = own.groupby(["stage", "entity"])["year"].transform("max")
    own = own[own["year"] > newest - RECENT]
    own = own.assign(
        weak=own["confidence"] == "tertiary",
        bound=own["value"].isna(),
        place=own["scope"].map(places).fillna(len(places)),
        rank=own["confidence"].map(RANK),
    )
    order = ["weak", "bound", "place", "year", "rank"]
    best = own.sort_values(order, ascending=[True, True, True, False, False])
    best = best.drop_duplicates(["stage", "entity"]).drop(columns=[*order[:3], "rank"])
    return best.sort_index().reset_index(drop=True)


def with_stated(
    shares: pd.DataFrame, stated: pd.DataFrame, country: str
) -> pd.DataFrame:
    """Return shares by country in which one stands in every year that has its share.

    Where tonnes of the country are missing, the share that a source states is taken out
    of what the table leaves unnamed; its tonnage stays unknown.

    Parameters
    ----------
    shares : DataFrame
        From `concentration.shares`.
    stated : DataFrame
        Figures of ``world_share_mining``, in percent.
    """
    years = int(shares["year"].min()), int(shares["year"].max())
    found = in_focus(shares, stated, country, *years)
    added = found[found["total"].isna()]
    added = added.rename(columns={"value": "share"}).assign(kind="country")
    rest = shares["entity"].eq(REST) & shares["year"].isin(added["year"])
    left = shares["share"] - shares["year"].map(added.set_index("year")["share"])
    fits = set(shares.loc[rest & (left >= 0), "year"])
    shares = shares.assign(share=shares["share"].mask(rest & (left >= 0), left))
    both = [shares, added[added["year"].isin(fits)]]
    return pd.concat(both, ignore_index=True)


def _scope(basis: str) -> str:
    found = codes(basis)
    scope = next((SCOPES[code] for code in SCOPES if code in found), "scope not stated")
    return f"{scope}, capacity" if "capacity" in found else scope

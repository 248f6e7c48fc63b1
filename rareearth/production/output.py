"""Who mines rare earths: shares through time, reserves and quotas beside output."""

from __future__ import annotations

import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.production.stages import STAGES


def check_parameters(stage: str, start_year: int, end_year: int) -> None:
    """Refuse a stage that is none, and years the wrong way round.

    Raises
    ------
    ParameterError
        The message names the parameter and the choices.
    """
    if stage not in STAGES:
        choices = ", ".join(STAGES)
        raise ParameterError(f"stage: {stage!r} is not a stage; one of {choices}")
    if start_year > end_year:
        raise ParameterError(f"start_year {start_year} is after end_year {end_year}")


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
            else "no total had been published by then"
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
        ``source_id``.

    Raises
    ------
    NoFigures
        If the country has neither. The message names the countries that have.
    """
    own = shares[shares["entity"] == country].rename(columns={"share": "value"})
    stated = stated.assign(
        year=stated["period_end"].dt.year, value=stated["value"] / 100
    )
    usable = (
        (stated["entity"] == country)
        & stated["year"].between(start_year, end_year)
        & ~stated["year"].isin(own["year"])
        & stated["basis"].str.contains("all-ree")
        & ~stated["basis"].str.contains("capacity")
        & stated["value"].notna()
    )
    more = stated[usable].sort_values(["year", "confidence"]).drop_duplicates("year")
    columns = "year entity value low high quantity total confidence source_id".split()
    found = pd.concat(
        [own.reindex(columns=columns), more.drop(columns=["low", "high"])]
    ).reindex(columns=columns)
    if found.empty:
        have = sorted(shares.loc[shares["kind"] == "country", "entity"].unique())
        raise NoFigures(
            f"no figures of mine production for {country} from {start_year} to "
            f"{end_year}; there are some for {', '.join(have)}"
        )
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


def league(latest: pd.DataFrame) -> pd.DataFrame:
    """Return one year of a share table as readers see it, largest first."""
    shown = latest[(latest["quantity"] > 0) | (latest["kind"] == "residual")]
    return pd.DataFrame(
        {
            "Country": shown["entity"],
            "Output (t REO)": shown["quantity"],
            "Share": shown["share"],
            "Lowest share": shown["low"],
            "Highest share": shown["high"],
            "Confidence": shown["confidence"],
        }
    )


def hhi_band(hhi: pd.DataFrame) -> pd.DataFrame:
    """Return the HHI as a band, and as a line where the table names the whole."""
    return pd.DataFrame(
        {
            "year": hhi.index,
            "entity": "HHI",
            "value": hhi["hhi_high"].where(hhi["whole"]).to_numpy(),
            "low": hhi["hhi_low"].to_numpy(),
            "high": hhi["hhi_high"].to_numpy(),
            "confidence": hhi["confidence"].to_numpy(),
            "source_id": hhi["source_id"].to_numpy(),
        }
    )


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


def quota_beside_output(
    output: pd.DataFrame, quota: pd.DataFrame, plan: pd.DataFrame
) -> pd.DataFrame:
    """Return China's printed output beside the mining quota and the production plan.

    Returns
    -------
    DataFrame, one row per year, in tonnes of REO
        ``year``, ``output``, ``quota``, ``plan`` (NaN where there is none),
        ``same`` bool: output and quota are equal.
    """
    series = {
        name: frame.assign(year=frame["period_end"].dt.year).set_index("year")["value"]
        for name, frame in (("output", output), ("quota", quota), ("plan", plan))
    }
    table = pd.DataFrame(series).reset_index()
    table["same"] = table["output"] == table["quota"]
    return table


def long(beside: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `quota_beside_output` as lines for a chart."""
    names = {
        "output": "China",
        "quota": "mining quota",
        "plan": "industry plan",
    }
    table = beside.melt("year", list(names), "entity", "value").dropna()
    return table.assign(entity=table["entity"].map(names))

"""Who holds each stage from mine to magnet, by the shares that sources print."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load, codes, each


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

    Raises
    ------
    NoFigures
        If nothing had been published of any stage.
    """
    stages = {series: stage for stage, (series, _) in STAGES.items()}
    frame = load(list(stages), as_of=as_of, missing="empty")
    if frame.empty:
        raise NoFigures(f"no share of the world was published by {as_of} at any stage")
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


def of_country(chain: pd.DataFrame, focus: pd.DataFrame, country: str) -> pd.DataFrame:
    """Return the share of a country at each stage, with the range of what is printed.

    Parameters
    ----------
    chain : DataFrame
        From `stage_shares`.
    focus : DataFrame
        From `output.in_focus`: the share of mining by year, from tonnes.
    country : str

    Returns
    -------
    DataFrame, one row per stage with figures
        ``row`` str, the stage and the year; ``value``, ``low``, ``high`` (0 to 1);
        ``entity``, ``confidence``, ``source_id`` str. A stage after the mine has the
        range of firm shares (weak ones where there is nothing else) printed for the
        last `RECENT` years, and a value where the newest year has a single one.
    """
    last = focus.dropna(subset=["value"]).iloc[-1]
    rows = [
        {
            "row": f"{STAGES['mine'].label}, {int(last['year'])}",
            "value": last["value"],
            "low": last["low"],
            "high": last["high"],
            "entity": country,
            "confidence": last["confidence"],
            "source_id": last["source_id"],
        }
    ]
    own = chain[(chain["entity"] == country) & (chain["stage"] != "mine")]
    for stage, group in own.groupby("stage", sort=False):
        rows.append(_stage(STAGES[str(stage)].label, group, country))
    return pd.DataFrame(rows)


def _stage(label: str, printed: pd.DataFrame, country: str) -> dict[str, object]:
    firm = printed[printed["confidence"] != "tertiary"]
    best = firm if len(firm) else printed
    year = int(best["year"].max())
    recent = best[best["year"] > year - RECENT]
    newest = best[best["year"] == year]
    numbers = pd.concat([recent["value"], recent["low"], recent["high"]]).dropna()
    single = newest["value"].dropna().unique()
    return {
        "row": f"{label}, {_years(int(recent['year'].min()), year)}",
        "value": single[0] if len(single) == 1 and len(newest) == 1 else None,
        "low": numbers.min(),
        "high": numbers.max(),
        "entity": country,
        "confidence": "tertiary" if firm.empty else "secondary",
        "source_id": newest["source_id"].iloc[0],
    }


def _years(first: int, last: int) -> str:
    return str(last) if first == last else f"{first} to {last}"


def _scope(basis: str) -> str:
    found = codes(basis)
    scope = next((SCOPES[code] for code in SCOPES if code in found), "scope not stated")
    return f"{scope}, capacity" if "capacity" in found else scope

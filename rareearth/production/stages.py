"""Who holds each stage from mine to magnet, by the shares that sources print."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures.columns import Load


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
        ``stage``, ``entity``, ``year`` int, ``scope`` str, ``value``, ``low`` and
        ``high`` from 0 to 1 (``low`` alone where "more than" is printed, both where a
        range is), ``confidence``, ``source_id``, ``note``.
    """
    parts = []
    for stage, (series, _) in STAGES.items():
        try:
            frame = load(series, as_of=as_of)
        except NoFigures:
            continue
        parts.append(
            pd.DataFrame(
                {
                    "stage": stage,
                    "entity": frame["entity"],
                    "year": frame["period_end"].dt.year,
                    "scope": frame["basis"].map(_scope),
                    "value": frame["value"] / 100,
                    "low": frame["low"] / 100,
                    "high": frame["high"] / 100,
                    "confidence": frame["confidence"],
                    "source_id": frame["source_id"],
                    "note": frame["note"],
                }
            )
        )
    if not parts:
        raise NoFigures(f"no share of the world was published by {as_of} at any stage")
    return pd.concat(parts, ignore_index=True)


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
    codes = basis.split(";")
    scope = next((SCOPES[code] for code in codes if code in SCOPES), "scope not stated")
    return f"{scope}, capacity" if "capacity" in codes else scope


def stage_dots(chain: pd.DataFrame) -> pd.DataFrame:
    """Return the printed shares of single countries, for `charts.share_panels`."""
    own = chain[~chain["entity"].str.contains(" and ")].copy()
    own["row"] = own["stage"].map(lambda stage: STAGES[stage].label)
    return own["row entity year scope value low high confidence source_id".split()]


def stage_table(at: pd.DataFrame) -> pd.DataFrame:
    """Return the printed shares of one stage as readers see them, newest first."""
    at = at.sort_values(["year", "value"], ascending=False)
    return pd.DataFrame(
        {
            "Country": at["entity"],
            "Year": at["year"].astype(str),
            "Scope": at["scope"],
            "Share": at["value"],
            "From": at["low"],
            "To": at["high"],
            "Confidence": at["confidence"],
            "Remark": at["note"],
        }
    )

"""What the figures on production say, in sentences with computed numbers."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from rareearth.production.mining import STAGES
from rareearth.words import change, listed, number, pct, span, the


def path(focus: pd.DataFrame) -> str:
    """Return "27 % in 1990 and 69 % in 2025": the ends of `production.in_focus`."""
    ends = focus.iloc[[0, -1]].drop_duplicates("year")
    return listed([f"{pct(end.value)} in {end.year}" for end in ends.itertuples()])


def standing(shares: pd.DataFrame, country: str) -> str:
    """Return "rank 1 of 13 producing countries" for the last year of the shares."""
    last = shares[shares["year"] == shares["year"].max()]
    named = last[(last["kind"] == "country") & (last["quantity"] > 0)]
    ranks = named.set_index("entity")["quantity"].rank(ascending=False, method="min")
    if country not in ranks:
        return "no tonnage is printed for it in the last year"
    return f"rank {ranks[country]:.0f} of {len(ranks)} countries with printed output"


def stage_sentence(chain: pd.DataFrame, stage: str, country: str) -> str:
    """Return in words what is printed of a country at a stage."""
    at = chain[chain["stage"] == stage]
    label = STAGES[stage].label
    if at.empty:
        return f"No share of any country in {label} had been published by then."
    own = at[at["entity"] == country]
    if own.empty:
        others = sorted(name for name in at["entity"].unique() if " and " not in name)
        return (
            f"No source states a share of {country} in {label}; shares are printed for "
            f"{listed([the(name) for name in others])}."
        )
    number_ = own["value"].fillna(own["low"])
    newest = own.loc[own["year"] == own["year"].max()].index
    return (
        f"At the stage of **{label}**, {len(own)} printed shares of {country} lie "
        f"between {pct(number_.min())} and {pct(number_.max())}; for the newest year "
        f"({own['year'].max()}) at "
        f"{span(number_[newest].min(), number_[newest].max(), pct)}. They differ in "
        "scope, not only in year."
    )


def stage_summary(chain: pd.DataFrame, country: str) -> pd.DataFrame:
    """Return for each stage after the mine the newest printed share of a country.

    Returns
    -------
    DataFrame
        ``name`` of the stage; ``years``, ``headline``, ``remark`` in words. Weak
        (tertiary) figures count only where there is nothing else.
    """
    rows = []
    for stage, (_, label) in STAGES.items():
        own = chain[(chain["stage"] == stage) & (chain["entity"] == country)]
        own = own.dropna(subset=["value"])
        if stage == "mine" or own.empty:
            continue
        firm = own[own["confidence"] != "tertiary"]
        best = firm if len(firm) else own
        year = int(best["year"].max())
        newest = best[best["year"] == year]
        values, scopes = newest["value"], sorted(newest["scope"].unique())
        recent = own[own["year"] >= year - 4]["value"]
        weak = ", weak source" if firm.empty else ""
        rows.append(
            {
                "name": label,
                "years": str(year),
                "headline": span(values.min(), values.max(), pct),
                "remark": f"{listed(scopes)}{weak}; printed since {year - 4}: "
                f"{span(recent.min(), recent.max(), pct)}",
            }
        )
    return pd.DataFrame(rows, columns=["name", "years", "headline", "remark"])


def stage_title(chain: pd.DataFrame, country: str) -> str:
    """Return the finding of the stage chart: newest firm shares, mine to magnet."""
    parts = [
        f"{row.headline} of {row.name}"
        for row in stage_summary(chain, country).itertuples(index=False)
    ]
    return f"{country} after the mine: {listed(parts)}"


def revision_sentence(changes: pd.DataFrame, country: str, year: int) -> str:
    """Return in words why the share of a country differs between two editions.

    Parameters
    ----------
    changes : DataFrame
        From `first_and_last`.
    """
    row = changes.set_index("entity")
    if country not in row.index or "World" not in row.index:
        return (
            f"For {year}, {country} and the world stand in one primary edition only: "
            "nothing has been revised so far."
        )
    own, world = row.loc[country], row.loc["World"]
    moved = changes[
        (changes["change"] != 0) & ~changes["entity"].isin(["World", country])
    ]
    others = listed(
        [
            f"{item.entity} {change(item.change, number, unit='t')}"
            for item in moved.head(3).itertuples()
        ]
    )
    why = f"; the largest other changes are {others}" if others else ""
    return (
        f"For {year} the share of **{country}** was first printed as "
        f"**{pct(own['before'] / world['before'])}** and is now "
        f"**{pct(own['after'] / world['after'])}**. Its own figure {_changed(own)}, "
        f"the world total {_changed(world)}{why}. World totals are rounded by their "
        "publisher."
    )


def revision_finding(
    changes: pd.DataFrame, country: str, year: int
) -> list[tuple[str, str, str]]:
    """Return the revised share as a key finding, or nothing without two editions."""
    row = changes.set_index("entity")
    if country not in row.index or "World" not in row.index:
        return []
    own, world = row.loc[country], row.loc["World"]
    return [
        (
            f"{country}, share of mining, {year}",
            pct(own["after"] / world["after"]),
            f"first printed as {pct(own['before'] / world['before'])}",
        )
    ]


def _changed(row: pd.Series) -> str:
    if row["change"] == 0:
        return f"did not change ({number(row['after'], unit='t')})"
    return (
        f"changed by {change(row['change'], number, unit='t')} (from "
        f"{number(row['before'])} to {number(row['after'], unit='t')})"
    )


def revision_title(moved: pd.DataFrame, year: int) -> str:
    """Return the finding of the revision chart as its title."""
    if moved.empty:
        return f"No country's figure for {year} has been revised"
    top = moved.iloc[0]
    return (
        f"{top['entity']}'s output of {year} went from {number(top['before'])} to "
        f"{number(top['after'], unit='t')} between editions"
    )


def reserves_title(drawn: pd.DataFrame) -> str:
    """Return the finding of the reserves chart: who mines more than it holds."""
    if drawn.empty:
        return "No edition of reserves with a world total had been published by then."
    first = drawn.iloc[0]
    beyond = drawn[drawn["after"] > drawn["before"]]
    names = [str(name) for name in beyond["entity"].head(3)]
    does = "mines a larger share than it holds"
    do = "mine a larger share than they hold"
    tail = f"; {listed(names)} {does if len(names) == 1 else do}" if names else ""
    return f"{first['entity']} holds at most {pct(first['before'])} of reserves{tail}"


def quota_sentence(beside: pd.DataFrame) -> str:
    """Return how often China's printed output is its quota, and what came after.

    Parameters
    ----------
    beside : DataFrame
        One row per year: ``year``, ``output``, ``quota`` in t (NaN where there is
        none), ``same`` bool.
    """
    both = beside.dropna(subset=["output", "quota"])
    last = int(both["year"].max())
    text = (
        f"**{int(both['same'].sum())} of the {len(both)} years** that have both a "
        "printed output and a full-year quota show the same number. The last quota "
        f"that was published is for {last}."
    )
    printed = beside.dropna(subset=["output"]).set_index("year")["output"]
    after = printed[printed.index > last].tail(1)
    if after.empty or last not in printed.index:
        return text
    size = number(after.iloc[0], unit="t")
    if after.iloc[0] == printed[last]:
        size += f", the number of {last} again,"
    return f"{text} For {after.index[0]} {size} is printed, without a quota behind it."


def spread(low: float, high: float, form: Callable[[float], str]) -> str:
    """Return the span between sources, or that there is only one value."""
    if form(low) == form(high):
        return "the same in every source at hand"
    return f"{span(low, high, form)} between sources and editions"

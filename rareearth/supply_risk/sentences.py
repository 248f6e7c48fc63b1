"""What the indices of supply risk say, in sentences with computed numbers."""

from __future__ import annotations

import pandas as pd

from rareearth.supply_risk.indices import Bounds
from rareearth.words import listed, number, pct, span, the

AT_RISK = 1.0  # threshold of the Commission since its first assessment


def score(value: float, *, digits: int | None = None) -> str:
    """Return an index with two digits below one, with one above: 0.23, 3.9."""
    usual = 2 if abs(value) < 1 else 1
    return number(value, digits=usual if digits is None else digits)


def answer(
    product: str,
    risk: Bounds,
    stage: str,
    of: int,
    governed: int,
    drivers: pd.DataFrame,
) -> str:
    """Return the answer: how high, at which stage, because of whom."""
    top = drivers.iloc[0]
    above = "above" if risk.low >= AT_RISK else "not surely above"
    return (
        f"By the Commission's method the supply risk of **{product}** is "
        f"**{span(risk.low, risk.high, score)}**, {above} the threshold of "
        f"{score(AT_RISK)} (shares of the assessment of {of}, governance of "
        f"{governed}, no substitution counted). It comes from {stage}, where "
        f"**{top['row']}** supplies {pct(top['share'])} and accounts for "
        f"{pct(top['part'])} of the concentration weighted by governance."
    )


def importer_sentence(
    geo: pd.DataFrame,
    partners: pd.DataFrame,
    importer: str,
    made: float,
    bought: float | None,
) -> str:
    """Return GeoPolRisk of an importer in words, with what leaves it open."""
    ends = {part: span(*_ends(geo, part), score) for part in geo.index}
    named = float(partners["share"].sum())
    parts = [f"{row.entity} {pct(row.share)}" for row in partners.itertuples()]
    own = (
        f" Its own mines ({number(made)} t) are in the denominator."
        if made > 0 and bought is not None
        else f" Its own mines ({number(made)} t) are left out, since its imports of "
        "that year are not printed in tonnes of oxides."
        if made > 0
        else " No table lists mine output of its own."
    )
    return (
        f"GeoPolRisk of **{the(importer)}** for all rare earths: "
        f"**{ends['score']}** on a scale from 0 to 1. Import risk "
        f"{ends['import_risk']} times concentration of mining {ends['hhi']}. "
        "Partners named: "
        f"{listed(parts)}, together {pct(named)}; the rest counts once as safe and "
        f"once as risky.{own}"
    )


def _ends(geo: pd.DataFrame, part: str) -> tuple[float, float]:
    return float(geo.loc[part, "low"]), float(geo.loc[part, "high"])


def editions_title(frame: pd.DataFrame, group: str) -> str:
    """Return the finding of the chart of editions: first and last under one method."""
    own = frame[frame["entity"] == "supply risk"]
    own = own[own["method"] == own["method"].iloc[-1]]
    first, last = own.iloc[0], own.iloc[-1]
    return (
        f"EU supply risk of {group}, as printed: {score(first['value'])} in "
        f"{first['year']} and {score(last['value'])} in {last['year']}"
    )


def stage_title(table: pd.DataFrame, product: str) -> str:
    """Return the finding of the chart by stage."""
    ordered = table.sort_values("value", ascending=False)
    parts = [
        f"{span(row.low, row.high, score)} at {row.stage}"
        for row in ordered.itertuples()
    ]
    return f"{product}: supply risk {listed(parts)}"


def unscored_sentence(table: pd.DataFrame) -> str:
    """Return which suppliers have no governance score, and what that does."""
    names = sorted(
        {name for cell in table["unscored"] for name in cell.split(", ") if name}
    )
    if not names:
        return "Every named supplier has a governance score."
    return (
        f"No governance score is at hand for {listed(names)}. Counted once as the "
        "safest and once as the riskiest, they span the ranges; none is taken as safe."
    )


def diversification(frame: pd.DataFrame, leader: str, benchmark: float | None) -> str:
    """Return in words what diversification would do."""
    start = frame.iloc[0]["at"]
    text = []
    for name, rows in frame.groupby("entity", sort=False):
        below = rows[rows["value"] < AT_RISK]
        if below.empty:
            least = rows["value"].min()
            text.append(
                f"{name}, the index stays above {score(AT_RISK)} whatever the share "
                f"(lowest {score(least)})"
            )
        else:
            text.append(
                f"{name}, it falls below {score(AT_RISK)} once the share is at "
                f"{pct(below['at'].max() / 100)} or less"
            )
    ways = "; when it goes ".join(text)
    sentence = f"{leader} starts at {pct(start / 100)}. When its share goes {ways}. "
    if benchmark is not None:
        at = frame[frame["at"] <= benchmark].groupby("entity")["value"].max()
        if len(at):
            sentence += (
                f"At the limit of {pct(benchmark / 100)} for a single country in the "
                "Critical Raw Materials Act the index is "
                f"{span(at.min(), at.max(), score)}."
            )
    return sentence


def diversification_title(
    frame: pd.DataFrame, leader: str, benchmark: float | None
) -> str:
    """Return the finding of the chart of diversification."""
    start = frame.iloc[0]
    target = benchmark if benchmark is not None else start["at"] / 2
    at = frame[frame["at"] <= target].groupby("entity")["value"].max()
    if at.empty:
        return f"The supply risk falls as the share of {leader} does"
    moved = f"{pct(target / 100)} instead of {pct(start['at'] / 100)}"
    return (
        f"With {leader} at {moved}, the index "
        f"would be {span(at.min(), at.max(), score)} instead of {score(start['value'])}"
    )


def check_sentence(implied: pd.Series | None, group: str, year: int) -> str:
    """Return how the computed index compares with the printed one."""
    if implied is None:
        return f"No result for {group} in {year} is printed for a comparison."
    text = (
        f"The study prints **{score(implied['printed'])}** for {group} in {year}. The "
        f"index computed here for the same, divided into it, implies a substitution "
        f"index of **{span(implied['low'], implied['high'], score)}**"
    )
    if implied["low"] > 1:
        return (
            f"{text}. A substitution index cannot be above 1: reliance, recycling or "
            "governance here are not those of the study."
        )
    return f"{text}, which lies in its range of 0 to 1."

"""What a cut-off of imports costs, in tables: simulated, estimated elsewhere, seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.cutoff import model as cutoff
from rareearth.cutoff.model import CLAIMED_DROP, Assumed, Course
from rareearth.cutoff.sentences import months, odds, points, whole
from rareearth.words import number, pct, span


def scenario_table(
    assumed: Assumed,
    stocks: list[float],
    stock_months: float,
    cut_share: float,
    horizons: list[int],
    substitution: float,
) -> pd.DataFrame:
    """Return the loss by stock and horizon: median and middle 80 percent."""
    rows = []
    scale = assumed.stock_months / stock_months if stock_months else None
    for stock in sorted(set(stocks)):
        spread = (
            scale * stock if scale is not None else np.full_like(assumed.leak, stock)
        )
        row: dict[str, object] = {"Stock (months of use)": stock}
        for horizon in horizons:
            path = cutoff.simulate(
                assumed._replace(stock_months=spread), cut_share, horizon, substitution
            )
            low, middle, high = points(cutoff.lost(path))
            row[f"Lost over {horizon} months"] = (
                f"{whole(middle)} ({span(low, high, whole)})"
            )
        rows.append(row)
    return pd.DataFrame(rows)


def rule_table(path: Course, assumed: Assumed) -> pd.DataFrame:
    """Return what electric cars lose under each rule of allocation."""
    rows = []
    for rule in cutoff.RULES:
        left = cutoff.of_cars(path.output, rule, assumed.car_share, assumed.priority)
        low, middle, high = points(1 - left.mean(axis=0))
        rows.append(
            {
                "Rule": rule,
                "Electric cars lost (median)": whole(middle),
                "80 percent of the draws": span(low, high, whole),
                f"At least {pct(CLAIMED_DROP)}": odds(1 - left.mean(axis=0)),
            }
        )
    return pd.DataFrame(rows)


def element_table(
    shares: pd.DataFrame,
    stock_months: float,
    cut_share: float,
    horizon: int,
    substitution: float,
    rest: dict[str, float],
) -> pd.DataFrame:
    """Return months until use falls and the loss for each element, at middle values.

    Parameters
    ----------
    shares : DataFrame
        Figures of ``global_supply_share`` of China, newest edition, with the stage.
    """
    rows = []
    for item in shares.sort_values(
        ["value", "product"], ascending=[False, True]
    ).itertuples():
        path = cutoff.course(
            stock_months, cut_share, horizon, substitution, item.value / 100, **rest
        )
        rows.append(
            {
                "Element": item.product,
                "China's share of world processing": pct(item.value / 100),
                "Use falls after": months(float(path.until[0]), horizon),
                f"Lost over {horizon} months": whole(float(cutoff.lost(path)[0])),
            }
        )
    return pd.DataFrame(rows)


def processing(shares: pd.DataFrame, elements: list[str]) -> pd.DataFrame:
    """Return China's share in the processing of some elements, newest edition."""
    rows = shares[
        (shares["entity"] == "China")
        & shares["basis"].str.contains("stage-processing")
        & shares["product"].isin(elements)
    ]
    return rows[rows["period_end"] == rows["period_end"].max()]


def estimate_table(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return published estimates of lost output as readers see them."""
    return pd.DataFrame(
        {
            "For": estimates["entity"],
            "Estimate": [
                f"{span(low, high, number)} {unit}"
                for low, high, unit in zip(
                    estimates["low"].fillna(estimates["value"]),
                    estimates["high"].fillna(estimates["value"]),
                    estimates["unit"],
                    strict=True,
                )
            ],
            "Scenario": estimates["note"],
            "Confidence": estimates["confidence"],
        }
    )


def episode(exports: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the months of 2025 against that year's mean month, and a sentence.

    Parameters
    ----------
    exports : DataFrame
        Figures of ``magnet_exports`` of China.

    Returns
    -------
    (DataFrame, str)
        ``month``, ``exported_t``, ``of_usual``; empty when the months are not known.
    """
    rows = exports[exports["basis"].str.contains("hs-85051110")]
    days = (rows["period_end"] - rows["period_start"]).dt.days + 1
    year = rows[rows["period_start"].dt.year == 2025]
    single = year[days.reindex(year.index) <= 31].dropna(subset=["value"])
    whole = year[year["period_start"].dt.month.eq(1) & (days.reindex(year.index) > 200)]
    if single.empty or whole.empty:
        return pd.DataFrame(), ""
    whole = whole.sort_values("period_end").iloc[-1]
    usual = float(whole["value"]) / whole["period_end"].month
    single = single.drop_duplicates("period_start").sort_values("period_start")
    table = pd.DataFrame(
        {
            "month": single["period_start"].dt.strftime("%B %Y"),
            "exported_t": single["value"],
            "of_usual": single["value"] / usual,
            "source_id": single["source_id"],
        }
    )
    worst = table.loc[table["of_usual"].idxmin()]
    return table, (
        f"The cut that has been seen: in {worst['month']} China exported "
        f"{number(worst['exported_t'])} t of magnets, **{pct(1 - worst['of_usual'])} "
        "less** than in a mean month of that year. It lasted about a quarter, by "
        "licences and not by a ban."
    )


def episode_table(months: pd.DataFrame) -> pd.DataFrame:
    """Return the months of an episode as readers see them."""
    return pd.DataFrame(
        {
            "Month": months["month"],
            "Exported (t)": months["exported_t"],
            "Of a mean month": months["of_usual"].map(pct),
        }
    )

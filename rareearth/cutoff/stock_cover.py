"""How long the stocks of users last: what was reported, and what states aim at."""

from __future__ import annotations

import pandas as pd

from rareearth.words import number, span

WEEKS = 365.25 / 12 / 7  # in a month


def reported_span(rows: pd.DataFrame) -> tuple[float, float] | None:
    """Return the least and the most weeks that were reported, None without any."""
    reported = rows[rows["kind"] == "reported"]
    if reported.empty:
        return None
    low = reported["low"].fillna(reported["value"]).min()
    high = reported["high"].fillna(reported["value"]).max()
    return float(low), float(high)


def reported_weeks(rows: pd.DataFrame) -> float | None:
    """Return the middle of the reported stocks in weeks, None without any."""
    ends = reported_span(rows)
    return None if ends is None else sum(ends) / 2


def stock_rows(figures: pd.DataFrame) -> pd.DataFrame:
    """Return stock cover by source in weeks, for `charts.ranges`.

    Parameters
    ----------
    figures : DataFrame
        Figures of ``stock_cover`` (weeks) and ``stock_cover_target`` (days).

    Returns
    -------
    DataFrame
        ``row``; ``value``, ``low``, ``high`` in weeks; ``kind``, "reported" or
        "target"; ``confidence``; ``source_id``.
    """
    rows = []
    for item in figures.sort_values(["series", "period_end", "value"]).itertuples():
        target = item.series == "stock_cover_target"
        weeks = 7 if target else 1
        weak_ = ", weak source" if item.confidence == "tertiary" else ""
        what = (
            f"state target, {number(item.value)} days of {item.product}"
            if target
            else f"{item.period_end:%B %Y}, {item.product}{weak_}"
        )
        rows.append(
            {
                "row": f"{item.entity}: {what}",
                "value": item.value / weeks,
                "low": item.low / weeks,
                "high": item.high / weeks,
                "kind": "target" if target else "reported",
                "confidence": item.confidence,
                "source_id": item.source_id,
            }
        )
    return pd.DataFrame(rows)


def stock_title(rows: pd.DataFrame, assumed_months: float) -> str:
    """Return the finding on stocks: what is reported beside what is assumed."""
    weeks = reported_span(rows)
    if weeks is None:
        return "No source reports how long stocks of users last"
    return (
        f"Reported stocks of the car industry: {span(*weeks, number)} weeks; assumed "
        f"here (dashed): {assumed_months * WEEKS:.0f} weeks"
    )


def stockpile_sentence(events: pd.DataFrame) -> str:
    """Return what is known of a stock of the European Union."""
    drafts = events[events["event_id"] == "2025-07-05-eu-stockpile-draft"]
    if drafts.empty:
        return "Of a common stock of the European Union nothing was known by then."
    day = drafts["date"].iloc[0]
    return (
        f"A common stock of the European Union that could last six months was not in "
        f"place: on {day.day} {day:%B %Y} a draft that proposes such stocks became "
        "known."
    )

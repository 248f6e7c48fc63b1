"""What a cut-off of imports says, in sentences, tables and findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth import cutoff, race_readings
from rareearth.cutoff import CLAIMED_DROP, Assumed, Course
from rareearth.pipeline import Span
from rareearth.words import SPACE, number, pct, span

WEEKS = 365.25 / 12 / 7  # in a month


def whole(share: float) -> str:
    """Return a simulated share without digits that it does not have: 9 %, 41 %."""
    return f"{share * 100:.0f}{SPACE}%"


def points(values: np.ndarray) -> tuple[float, float, float]:
    """Return the 10, 50 and 90 percent points; infinite ones stay infinite."""
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], method="inverted_cdf")
    return float(low), float(middle), float(high)


def months(value: float, horizon: int) -> str:
    """Return months in words: "6.7 months", or that use does not fall."""
    if not np.isfinite(value):
        return f"not within {horizon} months"
    return f"{value:.1f} months" if value < 10 else f"{value:.0f} months"


def falls(value: float, horizon: int) -> str:
    """Return when use falls, as the rest of a sentence: "falls after 6.7 months"."""
    if not np.isfinite(value):
        return f"does not fall within {horizon} months"
    return f"falls after {months(value, horizon)}" if value >= 0.05 else "falls at once"


def stocked(stock: float) -> str:
    """Return a stock in words: "no stock", "1 month of stock", "6 months of stock"."""
    if stock == 0:
        return "no stock"
    return f"{number(stock)} {'month' if stock == 1 else 'months'} of stock"


def odds(losses: np.ndarray) -> str:
    """Return in words how often at least the claimed drop comes about."""
    share = float((losses >= CLAIMED_DROP).mean())
    if share < 0.01:
        return f"in fewer than 1{SPACE}% of the draws"
    if share > 0.99:
        return f"in more than 99{SPACE}% of the draws"
    return f"in {whole(share)} of the draws"


def answer(path: Course, horizon: int, stock: float) -> str:
    """Return what is lost with the given stock, and how often the claim holds."""
    losses = cutoff.lost(path)
    low, middle, high = points(losses)
    until = points(path.until)
    return (
        f"With **{stocked(stock)}**, use {falls(until[1], horizon)} (median), and "
        f"**{whole(middle)}** of the output that needs magnets is lost over {horizon} "
        f"months; 80 percent of the draws lie between {whole(low)} and {whole(high)}. "
        f"A loss of {pct(CLAIMED_DROP)} or more comes about {odds(losses)}."
    )


def panel(
    path: Course, horizon: int, stock: float, china: Span, importer: str
) -> list[tuple[str, str, str]]:
    """Return the key findings: label, value, range or condition."""
    losses = cutoff.lost(path)
    low, middle, high = points(losses)
    return [
        (
            f"Output lost over {horizon} months",
            whole(middle),
            f"{span(low, high, whole)}: 80 percent of the draws",
        ),
        (
            "Months until use falls",
            months(points(path.until)[1], horizon),
            f"{stocked(stock)}, spread between firms",
        ),
        (
            f"A loss of {pct(CLAIMED_DROP)} or more",
            whole(float((losses >= CLAIMED_DROP).mean())),
            "of the draws",
        ),
        (
            "China's share in the magnets used",
            span(china.low, china.high, pct),
            f"{importer}, "
            + ("one source" if china.low == china.high else "range of sources"),
        ),
    ]


def with_reported(
    assumed: Assumed,
    stock_months: float,
    rows: pd.DataFrame,
    cut_share: float,
    horizon: int,
    substitution: float,
) -> str:
    """Return what is lost with the stocks that were reported; empty without any."""
    weeks = reported_weeks(rows)
    if weeks is None:
        return ""
    spread = assumed.stock_months / stock_months if stock_months else 1.0
    stock = np.broadcast_to(weeks / WEEKS * spread, assumed.leak.shape)
    path = cutoff.simulate(
        assumed._replace(stock_months=stock), cut_share, horizon, substitution
    )
    low, middle, high = points(cutoff.lost(path))
    return (
        f"With the stocks that the car industry reported in 2025, about "
        f"**{number(weeks)} weeks**, the loss would be **{whole(middle)}** "
        f"({span(low, high, whole)})."
    )


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


def claim_sentence(
    china: float,
    cut_share: float,
    horizon: int,
    rest: dict[str, float],
    substitution: float,
) -> str:
    """Return the assumptions under which the claimed drop is true, in words."""
    needed = cutoff.stock_for(
        CLAIMED_DROP, china, cut_share, horizon, substitution=substitution, **rest
    )
    bare = cutoff.stock_for(CLAIMED_DROP, china, 1.0, 12)
    simple = (
        " In the barest case (a full cut for a year, China's share at its middle "
        "value "
        f"of {pct(china)}, nothing replaced, nothing let through) it is true with "
        f"**{bare:.1f} months** of stock."
        if np.isfinite(bare)
        else " Even in the barest case (a full cut for a year, nothing replaced, "
        "nothing let through, no stock) less is lost."
    )
    if np.isnan(needed):
        return (
            f"With these settings a drop of {pct(CLAIMED_DROP)} is **not reached**, "
            f"even without any stock.{simple}"
        )
    return (
        f"**A drop of {pct(CLAIMED_DROP)}** over {horizon} months is just true with "
        f"**{needed:.1f} months** of stock and the middle values of all else; with "
        "more "
        f"stock less is lost, with less stock more.{simple}"
    )


def map_title(cut_share: float, horizon: int, importer: str, needed: float) -> str:
    """Return the finding of the map: at which stock the claimed loss comes about."""
    if np.isnan(needed):
        return (
            f"{importer}: with {_cut(cut_share)} imports from China cut, less than "
            f"{pct(CLAIMED_DROP)} of output is lost over {horizon} months, even "
            "without stock"
        )
    return (
        f"{importer}: with {_cut(cut_share)} imports from China cut, "
        f"{pct(CLAIMED_DROP)} of output over {horizon} months is lost when stocks are "
        f"{needed:.1f} months of use"
    )


def _cut(share: float) -> str:
    return "all" if share == 1 else f"{pct(share)} of"


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


def course_title(path: Course, horizon: int, importer: str) -> str:
    """Return the finding of the fan: when use falls, and how deep it is at the end."""
    until = points(path.until)[1]
    left = float(np.median(path.output[-1]))
    if not np.isfinite(until):
        return (
            f"{importer}: in half of the draws use does not fall within "
            f"{horizon} months"
        )
    return (
        f"{importer}: use {falls(until, horizon)} and stands at {whole(left)} of "
        f"normal in month {horizon} (medians)"
    )


def car_sentence(cars: Span, used: pd.DataFrame, importer: str) -> str:
    """Return what the share of electric cars in the use of magnets rests on."""
    made = used[(used["series"] == "ev_production") & (used["entity"] == "Europe")]
    share = span(cars.low, cars.high, whole)
    if importer != "European Union" or made.empty or cars.high == cars.low:
        return (
            f"Electric cars are taken as {share} of the use of magnets: the printed "
            "share of "
            "the world, since none was found for this importer."
        )
    row = made.iloc[-1]
    vehicles = float(row["value"])
    return (
        f"Electric cars are taken as {share} of the use of magnets: "
        f"{number(vehicles)} million "
        f"electric cars made in Europe in {row['period_end'].year} times the printed "
        "magnets "
        f"per car, over the magnets used, beside the printed share of the world. "
        f"{pct(CLAIMED_DROP)} of them are {vehicles * CLAIMED_DROP:.1f} million cars "
        "a year."
    )


def assumption_table(assumed: pd.DataFrame) -> pd.DataFrame:
    """Return assumptions as readers see them."""
    return race_readings.assumption_table(assumed)


def map_marks(
    rows: pd.DataFrame, cut_share: float, stock_months: float, grid: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Return the points to name on the map: this run, and the reported stocks."""
    top = float(grid["stock_months"].max())
    marks = {"this run": (cut_share, min(stock_months, top))}
    weeks = reported_weeks(rows)
    if weeks is not None and abs(weeks / WEEKS - stock_months) > top / 12:
        marks["stocks reported in 2025"] = (cut_share, weeks / WEEKS)
    return marks


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

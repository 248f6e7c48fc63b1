"""What a cut-off of imports says, in sentences, titles and findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.cutoff import model as cutoff
from rareearth.cutoff.model import CLAIMED_DROP, Assumed, Course
from rareearth.cutoff.stock_cover import WEEKS, reported_weeks
from rareearth.ramp_up.pipeline import Span
from rareearth.words import SPACE, number, pct, span


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

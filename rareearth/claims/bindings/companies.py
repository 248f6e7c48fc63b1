"""Claims on Lynas: accounts, output, plants and shares."""

from __future__ import annotations

import math

import pandas as pd

from rareearth.claims.evidence import Look, by_value, joined, prints, span, statement
from rareearth.claims.verdicts import Found, Print, Rival, Span
from rareearth.errors import NoFigures

FISCAL = {"start": "2025-06-30", "end": "2025-06-30"}
YEAR_BEFORE = {"start": "2024-06-30", "end": "2024-06-30"}


def _year(
    look: Look, series: str, limits: dict[str, str], days: int = 300
) -> pd.DataFrame:
    """Return the rows of a whole fiscal year, the best first."""
    frame = look.printed(series, "Lynas", **limits)
    length = (frame["period_end"] - frame["period_start"]).dt.days
    whole = frame[length > days]
    if whole.empty:
        raise NoFigures(f"no {series} of Lynas for the fiscal year")
    return whole


def c155(look: Look) -> Found:
    """Check whether net profit fell by 90 percent."""
    now = _year(look, "net_profit", FISCAL)
    before = _year(look, "net_profit", YEAR_BEFORE)
    change = 100 * (now["value"].iloc[0] / before["value"].iloc[0] - 1)
    one = (Print(Span(change, change), now["source_id"].iloc[0]),)
    basis = "attributable profit, fiscal 2025 against fiscal 2024"
    return Found(one, "percent", basis, joined(now, before))


def c156(look: Look) -> Found:
    """Check whether cash stood at 523 million before."""
    frame = look.printed("closing_cash", "Lynas", **YEAR_BEFORE)
    return by_value(frame, "cash and short-term deposits, 30 June 2024")


def c157(look: Look) -> Found:
    """Check whether cash fell to 166 million."""
    frame = look.printed("closing_cash", "Lynas", **FISCAL)
    return by_value(frame, "cash and short-term deposits, 30 June 2025")


def c158(look: Look) -> Found:
    """Check whether the fall in profit led to the fall in cash."""
    profit = [_year(look, "net_profit", each) for each in (FISCAL, YEAR_BEFORE)]
    cash = [
        look.printed("closing_cash", "Lynas", **each) for each in (FISCAL, YEAR_BEFORE)
    ]
    lost, spent = (
        pair[1]["value"].iloc[0] - pair[0]["value"].iloc[0] for pair in (profit, cash)
    )
    return statement(
        100 * lost / spent,
        "percent",
        "fall of the yearly profit over the fall of cash, fiscal 2025",
        joined(*profit, *cash),
        (50, math.inf),
        "the profit explains more than half of the fall in cash",
    )


def c159(look: Look) -> Found:
    """Check whether new shares are issued at a discount."""
    frame = look.printed("equity_issue_discount", "Lynas", start=2025)
    return statement(
        float(frame["value"].min()),
        "percent",
        "discount of the placement of August 2025",
        frame,
        (0.01, math.inf),
        "the price lies below the last or the mean price",
    )


def c040(look: Look) -> Found:
    """Check whether Lynas has 5 percent of China's output."""
    china = look.printed("mine_production", "China", "REO", start=2024, end=2024)
    made = look.printed("reo_production", "Lynas", "REO", start="2025-06-30")
    made = made[made["period_end"] <= "2025-09-30"]
    days = (made["period_end"] - made["period_start"]).dt.days + 1
    rate = 100 * made["value"] * (365.25 / days) / china["value"].iloc[0]
    made = made.assign(value=rate.round(2), unit="percent")
    year = made[days > 300]
    if year.empty:
        raise NoFigures("no output of Lynas for the fiscal year 2025")
    frame = joined(year, made[made["period_end"] == made["period_end"].max()])
    frame = frame.drop_duplicates("figure_id")
    basis = (
        "output of Lynas, a year or the last quarter, over China's mine output of 2024"
    )
    return Found(prints(frame), "percent", basis, joined(frame, china))


def c148(look: Look) -> Found:
    """Check whether Lynas has limited capacity."""
    found = c040(look)
    share = found.prints[0].span.low
    expected = (-math.inf, 10)
    return statement(
        share, "percent", found.basis, found.figures, expected, "below a tenth"
    )


def c039(look: Look) -> Found:
    """Check whether Lynas is the largest producer outside China."""
    frame = look.printed(
        "ndpr_production", ["Lynas", "MP Materials"], "NdPr oxide", start=2024
    )
    days = (frame["period_end"] - frame["period_start"]).dt.days
    whole = frame[days > 300].sort_values("period_end", ascending=False)
    newest = whole.drop_duplicates("entity").set_index("entity")["value"]
    if len(newest) < 2:
        raise NoFigures("the output of only one producer is known")
    place = float(newest.rank(ascending=False)["Lynas"])
    basis = "rank by separated NdPr oxide of a year, Lynas and MP Materials"
    only = (Print(Span(place, place), str(whole["source_id"].iloc[0])),)
    return Found(only, "rank", basis, whole)


def c150(look: Look) -> Found:
    """Check whether the heavy rare-earth plant starts in 2026."""
    steps = look.steps("Lynas Malaysia heavy plant")
    first = steps[steps["step"] == "first_production"]
    if first.empty:
        raise NoFigures("no start had been stated by then")
    started = first.dropna(subset=["actual_start"]).sort_values("actual_start")
    # Its first product is its start: later plans are of other products.
    step = started.iloc[0] if len(started) else first.iloc[-1]
    day = step["actual_start"] if len(started) else step["planned_start"]
    one = (Print(Span(float(day.year), float(day.year)), str(step["source_id"])),)
    return Found(one, "year", "first production as planned by the company", first)


def c151(look: Look) -> Found:
    """Check whether the plant has a capacity of 5,000 t."""
    frame = look.printed("nameplate_capacity_planned", "Lynas Malaysia heavy plant")
    rivals = [
        Rival("basis", span(row), "feed that the plant takes, not product")
        for row in frame.itertuples()
        if "feed" in row.basis.split(";")
    ]
    basis = "separated product; no source prints it"
    return Found((), "t/year", basis, frame, tuple(rivals))


def c142(look: Look) -> Found:
    """Check whether 120 million dollars were to restart production."""
    frame = look.printed("government_funding", "Lynas Seadrift", without="light")
    stake = look.printed("equity_investment", "MP Materials")
    heavy = frame[frame["product"] == "heavy rare earths"]
    rivals = [
        Rival(
            "subject", span(row), f"one contract of {row.period_end.year} for a plant"
        )
        for row in heavy.itertuples()
    ]
    basis = "public stake in the producer that restarted the mine"
    return Found(
        prints(stake)[:1], "USD million", basis, joined(stake, heavy), tuple(rivals)
    )


def c038(look: Look) -> Found:
    """Check whether Japan raises its procurement from Lynas to 30 percent."""
    frame = look.printed("demand_coverage_planned", "Lynas")
    rivals = [
        Rival("subject", span(row), "an aim for heavy rare earths alone")
        for row in frame.itertuples()
    ]
    basis = "no plan for all rare earths of Japan is printed"
    return Found((), "percent", basis, frame, tuple(rivals))

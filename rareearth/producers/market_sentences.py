"""How a producer stands to its market, in sentences: prices, size, plants, capital."""

from __future__ import annotations

import pandas as pd

from rareearth.words import MINUS, SPACE, listed, pct, span


def price_title(ratio: pd.DataFrame, company: str, product: str) -> str:
    """Return the finding of the price chart: first and last ratio to the market."""
    if ratio.empty:
        return f"{company}: no quarter has both a selling price and a market price"
    first, last = ratio.iloc[0], ratio.iloc[-1]
    return (
        f"{company} realised {pct(first['ratio'])} of the NdPr price in "
        f"{_quarter(first['quarter'])} and {pct(last['ratio'])} in "
        f"{_quarter(last['quarter'])}, per kg of {product}"
    )


def price_sentence(ratio: pd.DataFrame, company: str, product: str) -> str:
    """Return in words how the selling price moved with the market price."""
    if ratio.empty:
        return f"No quarter has both a selling price of {company} and a market price."
    last = ratio.iloc[-1]
    text = (
        f"In {_quarter(last['quarter'])} {company} realised "
        f"**{last['currency']}{SPACE}{last['per_kg']:.1f}** per kg of {product}, when "
        f"NdPr oxide stood at {last['currency']}{SPACE}{last['market']:.1f}. Over "
        f"{len(ratio)} quarters the ratio ran from {pct(ratio['ratio'].min())} to "
        f"{pct(ratio['ratio'].max())}. "
    )
    if product == "NdPr oxide":
        return text + "A ratio below one can come from grade, terms and dates of sale."
    if "concentrate" in product:
        return text + (
            "A concentrate sells far below the oxides in it, most of which are "
            "lanthanum and cerium, and its separation is still to be paid."
        )
    return text + (
        "The selling price is the mean of all products sold, so that its ratio to "
        "NdPr rises when less lanthanum and cerium is sold, not only when prices rise."
    )


def _quarter(quarter: pd.Period) -> str:
    return f"Q{quarter.quarter} {quarter.year}"


def share_sentence(shares: pd.DataFrame, company: str) -> str:
    """Return in words how large the producer is beside China."""
    if shares.empty:
        return (
            f"No output of {company} in tonnes is printed for a full year, so that a "
            "share of China's output cannot be formed."
        )
    low = shares.loc[shares["low"].idxmin()]
    high = shares.loc[shares["high"].idxmax()]
    if len(shares) == 1:
        return (
            f"The one count there is: {pct(low['value'])} ({low['row']}; its own "
            f"figure is of {low['own_year']})."
        )
    return (
        f"Depending on what is counted, {company} stands for **{pct(low['low'])}** "
        f"({low['row']}) to **{pct(high['high'])}** ({high['row']}). Neither is "
        "wrong; they are shares of different things."
    )


def share_title(shares: pd.DataFrame, company: str) -> str:
    """Return the finding of the chart of shares as its title."""
    low, high = shares["low"].min(), shares["high"].max()
    return f"{company} beside China: {span(low, high, pct)}, depending on the count"


def ramp_sentence(ramp: pd.DataFrame) -> str:
    """Return in words how far the plants slipped."""
    done = ramp.dropna(subset=["slip_months"]) if len(ramp) else ramp
    if done.empty:
        return "No step of a plant has both a printed plan and a printed outcome."
    first = done.sort_values("planned").drop_duplicates(["project", "step"])
    worst = first.loc[first["slip_months"].idxmax()]
    open_ = ramp[ramp["actual"].isna()]
    delay = span(first["slip_months"].min(), first["slip_months"].max(), _m)
    text = (
        f"Steps with a plan and an outcome: {len(first)}. Measured from the first "
        f"plan, the delay was {delay}, the longest at {worst['project']} "
        f"({worst['step']})."
    )
    if len(open_):
        text += f" Plans without a printed outcome so far: {len(open_)}."
    return text


def _m(months: float) -> str:
    sign = MINUS if round(months) < 0 else ""
    return f"{sign}{abs(months):.0f}{SPACE}months"


def capital_sentence(figures: pd.DataFrame) -> str:
    """Return in words the discounts at which shares were sold."""
    rows = figures[figures["series"] == "equity_issue_discount"]
    close = rows[rows["basis"].str.contains("to-last-close")].sort_values("period_end")
    if close.empty:
        return "No discount of a share issue is printed."
    parts = [
        f"{row.value:.1f}{SPACE}% in {row.period_end:%B %Y}"
        for row in close.itertuples()
    ]
    return (
        f"New shares were sold below the last close: {listed(parts)}. Amounts of one "
        "raising are printed for its parts and for the whole, and must not be added."
    )

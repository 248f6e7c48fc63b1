"""What prices in general, markets, events and deposits show, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rareearth.prices.baskets import Basket
from rareearth.prices.digest_prices import verdict
from rareearth.prices.study import CLEAR, Controls
from rareearth.prices.tables import Markets
from rareearth.words import change, listed, number, pct, span


def claim_sentence(found: pd.DataFrame, claim: float, when: str) -> str:
    """Return how many of the known prices agree with a claimed change."""
    counts = verdict(found, claim)
    if not counts["n"]:
        return f"No known price covers the time of the claim {change(claim)} ({when})."
    agree = (
        "none of them is within two points of it"
        if not counts["near"]
        else f"{counts['near']} of them within two points of it"
    )
    return (
        f"The claim says **{change(claim)}** {when}, of no named product, market or "
        f"money. **{counts['n']} series and pairs of quotations** cover that time: "
        f"{agree}, {counts['above'] or 'none'} changed by more, "
        f"{counts['below'] or 'none'} by less, and {counts['fell'] or 'none'} fell. "
        f"They range from {change(counts['low'])} to {change(counts['high'])}."
    )


def claim_title(found: pd.DataFrame, claim: float, when: str) -> str:
    """Return the finding of a chart that holds a claim against each price."""
    counts = verdict(found, claim)
    if counts["near"]:
        near = found[(found["change"] - claim).abs() <= 0.02].iloc[0]
        return (
            f"{when.capitalize()}: {counts['n'] - counts['near']} of {counts['n']} "
            f"prices do not show {change(claim)}; {near['product']}, "
            f"{near['market']}, does"
        )
    return (
        f"{when.capitalize()}: none of {counts['n']} prices shows {change(claim)}; "
        f"they range from {change(counts['low'])} to {change(counts['high'])}"
    )


def market_title(found: Markets) -> str:
    """Return the finding of the panels: how far Europe lies over China."""
    said = [
        f"{times['median']:.1f} for {product.replace(' oxide', '')}"
        for product, times in europe(found).items()
    ]
    if not said:
        return "No European quote beside a Chinese one since April 2025"
    said[0] = said[0].replace(" for", " times China FOB for", 1)
    return f"European quotes since April 2025, in the median: {listed(said)}"


def market_sentence(found: Markets) -> str:
    """Return how far European quotes lie over China FOB, and how few they are."""
    parts = [
        f"{product} {times['median']:.1f} times ({times['n']:.0f} "
        f"quote{'' if times['n'] == 1 else 's'}, {times['low']:.1f} to "
        f"{times['high']:.1f})"
        for product, times in europe(found).items()
    ]
    if not parts:
        return (
            "No European quote lies beside one of China FOB. What European buyers paid "
            "is not known from these data."
        )
    return (
        f"The median European quote is a multiple of China FOB at the time: "
        f"**{listed(parts)}**. **The European quotes of heavy rare earths are thin:** "
        "they are few, from several publishers, and a small part of what is consumed "
        "changes hands at such prices."
    )


def europe(found: Markets) -> dict[str, dict[str, float]]:
    """Return by product how many times China FOB the European quotes are."""
    times = {}
    for product, one in found.spreads.items():
        own = one.premium[one.premium["market"] == "European market"]["premium"] + 1
        if len(own):
            times[product] = {
                "median": float(own.median()),
                "low": float(own.min()),
                "high": float(own.max()),
                "n": len(own),
            }
    return times


def volume_sentence(paid: pd.DataFrame) -> str:
    """Return what an analyst says of how much is consumed at which price.

    Parameters
    ----------
    paid : DataFrame
        Figures of ``price_volume_weighted``.
    """
    parts = []
    for product, own in paid.dropna(subset=["value"]).groupby("product"):
        values = [number(value, 3) for value in own["value"]]
        parts.append(f"{listed(values)} USD/kg for {product}")
    if not parts:
        return ""
    year = int(paid["period_end"].dt.year.max())
    return (
        f"An analyst splits nearly all of the consumption of {year} into two parts, "
        f"which paid on average {' and '.join(parts)}: near China FOB, and far from "
        "the European quotes."
    )


def control_sentence(found: Controls, product: str) -> str:
    """Return how many events moved the price beyond its usual pace."""
    texts = []
    for label, study in (("month", found.monthly), ("day", found.daily)):
        if study is None or study.effects.empty:
            continue
        clear = study.effects[study.effects["p_value"] < CLEAR]
        named = [
            f"{item.date:%Y-%m-%d} ({item.title}: {change(item.abnormal)})"
            for item in clear.itertuples()
        ]
        which = f": {listed(named)}" if named else ""
        texts.append(
            f"Of **{len(study.effects)} events** that can be measured by {label}, "
            f"**{len(clear) or 'none'}** moved {product} by more than chance would in "
            f"one case of twenty{which}."
        )
    if not texts:
        reasons = "; ".join(dict.fromkeys(found.why_not.values()))
        return f"No event can be measured on this series ({reasons or 'all refused'})."
    tried = sum(
        len(study.effects)
        for study in (found.monthly, found.daily)
        if study is not None
    )
    texts.append(
        f"With {tried} comparisons, about {tried * CLEAR:.0f} would look clear by "
        "chance alone."
    )
    return " ".join(texts)


def path_title(path: pd.DataFrame, title: str) -> str:
    """Return the finding of the local projection of a series at its last horizon."""
    last = path.iloc[-1]
    return (
        f"{title}, {last['ahead']} months after a control or disruption: "
        f"{change(last['response'])}, 90 % interval "
        f"{span(last['low'], last['high'], change)}"
    )


def basket_title(found: list[Basket]) -> str:
    """Return the finding of the chart of baskets."""
    top, low = found[0], found[-1]
    return (
        f"A kg of mixed oxides of {top.deposit} was worth "
        f"{top.value_usd_per_kg / low.value_usd_per_kg:.1f} times one of {low.deposit} "
        f"({top.period})"
    )


def basket_sentence(found: list[Basket]) -> str:
    """Return what makes the value of the baskets."""
    magnet = {"Nd oxide", "Pr oxide", "NdPr oxide", "Dy oxide", "Tb oxide"}
    shares = []
    for item in found:
        own = item.parts[item.parts["product"].isin(magnet)]
        shares.append((own["value_share"].sum(), own["share"].sum()))
    value, weight = np.array(shares).T
    return (
        f"The four magnet elements make {pct(weight.min())} to {pct(weight.max())} of "
        f"the weight and **{pct(value.min())} to {pct(value.max())} of the value**. "
        "These are values of separated oxides, before any cost of separating them: "
        "mixed concentrates sell for less."
    )


def left_out_sentence(incomplete: list[str], whole: list[str]) -> str:
    """Return which deposits have no basket, and why.

    Parameters
    ----------
    incomplete, whole : list of str
        From `Compositions.incomplete` and `Compositions.deposits`.
    """
    parts = []
    if incomplete:
        names = "; ".join(incomplete)  # some names hold a comma
        parts.append(f"Printed in part only, and left out: {names}.")
    if not any("Weld" in name for name in [*incomplete, *whole]):
        parts.append("No oxide of Mount Weld, the mine of Lynas, is printed at all.")
    return " ".join(parts) or "No deposit at hand is left out."


def when(claim: Any) -> str:
    """Return the time of a claim: "from the end of 2023-12 to the end of 2024-12"."""
    return f"from the end of {claim.first} to that of {claim.last}"


def sentences(notes: tuple[str, ...] | list[str]) -> str:
    """Return notes as sentences."""
    return " ".join(f"{note[0].upper()}{note[1:]}." for note in notes)

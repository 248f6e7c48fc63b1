"""What is known of patents, products and processes, in sentences and tables."""

from __future__ import annotations

import pandas as pd

from rareearth.demand import technology
from rareearth.words import SPACE, listed, pct, span


def patents_said(claims: pd.DataFrame) -> dict[str, float]:
    """Return what the digests said of patents, as names and shares from 0 to 1."""
    rows = claims[claims["claim_id"].isin(technology.PATENTS)].sort_values("value")
    more = {"at_least": "more than "}
    return {
        f"{technology.PATENTS[row.claim_id]}: {more.get(row.qualifier, '')}"
        f"{row.value:.0f}{SPACE}%": row.value / 100
        for row in rows.itertuples()
    }


def patents_title(shares: pd.DataFrame) -> str:
    """Return the finding of the chart of patents."""
    low, high = shares["value"].min(), shares["value"].max()
    return (
        f"China's counted share of rare-earth patents: {span(low, high, pct)}, "
        "depending on what is counted"
    )


def patents_sentence(claims: pd.DataFrame, shares: pd.DataFrame) -> str:
    """Return the four claims as four objects, and what was counted."""
    rows = claims[claims["claim_id"].isin(technology.PATENTS)].sort_values("claim_id")
    more = {"at_least": "more than "}
    parts = [
        f"{more.get(row.qualifier, '')}{row.value:.0f} percent "
        f"({technology.PATENTS[row.claim_id]})"
        for row in rows.itertuples()
    ]
    counted = [
        f"{pct(row.value)} ({row.object[0].lower()}{row.object[1:]}; {row.row})"
        for row in shares.itertuples()
    ]
    return (
        f"The digests say {listed(parts)}: **{len(parts)} objects**, none with a "
        f"source. Counted sets at hand: {listed(counted)}. They are no test of each "
        "other."
    )


def patents_table(claims: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Return the claims on patents with what was found on each."""
    rows = claims[claims["claim_id"].isin(technology.PATENTS)]
    first = checks.drop_duplicates("claim_id").set_index("claim_id")
    return pd.DataFrame(
        {
            "Claim": rows["claim_id"],
            "What was said": rows["paraphrase"],
            "Object": rows["claim_id"].map(technology.PATENTS),
            "Said (percent)": rows["value"],
            "What was found": rows["claim_id"].map(first["reasoning"]),
        }
    )


def news_table(news: pd.DataFrame) -> pd.DataFrame:
    """Return claims on products and processes as readers see them."""
    return pd.DataFrame(
        {
            "Claim": news["claim_id"],
            "What was said": news["paraphrase"],
            "Said": news["said"],
            "Unit": news["unit"],
            "Found": news["found"],
            "What a reader would need": news["needed"],
        }
    )


def news_sentence(news: pd.DataFrame, rates: pd.DataFrame) -> str:
    """Return how many claims rest on a test, and what a study designs for instead."""
    open_ = int(news["found"].isin(["not checkable", "unverifiable"]).sum())
    text = (
        f"Of {len(news)} statements about products and processes, **{open_}** could "
        "not be checked: no test, plant or data set is named or was found. They stand "
        "here as what a company or an article said."
    )
    if rates.empty:
        return text
    low, high = rates["value"].min(), rates["value"].max()
    return (
        f"{text} For comparison, a recovery rate has to name its stage: one study of a "
        f"single deposit designs for {low:.0f} to {high:.0f} percent, depending on the "
        "plant and the years that are meant."
    )

"""Claims that a report tests: what was said, by whom, as data."""

from __future__ import annotations

import pandas as pd

from rareearth.words import listed, number, span


def rows(claims: pd.DataFrame, claim_ids: tuple[str, ...]) -> pd.DataFrame:
    """Return claims with the article that made them as ``source_id``.

    Parameters
    ----------
    claims : DataFrame
        From `records.claims`.
    claim_ids : tuple of str
        In the order in which they are to be shown.
    """
    found = claims.set_index("claim_id").loc[list(claim_ids)].reset_index()
    return found.assign(source_id=found["article"])


def table(said: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` as a reader sees them."""
    return pd.DataFrame(
        {
            "Claim": said["claim_id"],
            "What was said": said["paraphrase"],
            "Said": [_number(row) for row in said.itertuples()],
            "Unit": said["unit"],
        }
    )


def title(said: pd.DataFrame) -> str:
    """Return the title of the table: what is tested here, and when it was said."""
    days = pd.to_datetime(said["published"]).dt.normalize().sort_values().unique()
    told = [f"{day.day} {day:%B %Y}" for day in days]
    return f"The claims that are tested here, said on {listed(told)}"


def _number(claim: object) -> str:
    value = getattr(claim, "value")  # noqa: B009
    if pd.notna(value):
        return number(float(value))
    low, high = (float(getattr(claim, name)) for name in ("low", "high"))
    return span(low, high, number)

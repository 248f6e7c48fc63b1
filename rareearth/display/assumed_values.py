"""Assumptions that no source gives, as readers see them."""

from __future__ import annotations

import pandas as pd


def assumption_table(assumed: pd.DataFrame) -> pd.DataFrame:
    """Return assumptions as readers see them.

    Parameters
    ----------
    assumed : DataFrame
        From `records.assumptions`.

    Returns
    -------
    DataFrame, one row per assumption
        Name, value, range, unit, reason, and what would settle it.
    """
    return pd.DataFrame(
        {
            "Assumption": assumed["parameter"].str.replace("_", " "),
            "Value": assumed["value"],
            "From": assumed["low"],
            "To": assumed["high"],
            "Unit": assumed["unit"],
            "Reason": assumed["reason"],
            "What would settle it": assumed["falsified_by"],
        }
    )

"""Season and trend of a monthly flow, where enough of it is known.

January and February are printed together, so that the steps here are two months long.
"""

from __future__ import annotations

import pandas as pd

from rareearth.errors import NoFigures

STEPS = 6  # of two months, in a year
LEAST = 2 * STEPS  # two years: fewer steps cannot tell a season from a trend


def two_months(months: pd.DataFrame) -> pd.Series:
    """Return the flow of January with February, March with April and so on.

    Parameters
    ----------
    months : DataFrame
        From `months.monthly`.

    Returns
    -------
    Series of float, indexed by the first month of each pair
        NaN where a month of the pair is missing, or known only with months outside it.
    """
    pair = months["month"].dt.month.add(1) // 2
    pairs = months.groupby([months["month"].dt.year, pair])
    first = pd.to_datetime(
        {"year": months["month"].dt.year, "month": pair * 2 - 1, "day": 1}
    )
    joint = months["joint"].notna() & (months["joint_months"] > 2)
    astride = months["joint_months"].eq(2) & (pairs["joint"].transform("count") != 2)
    known = months["mean"].mask(joint | astride)
    return known.groupby(first).agg(lambda part: part.sum(min_count=2))


def longest_run(steps: pd.Series) -> pd.Series:
    """Return the longest stretch of a series without a gap, the latest of equals."""
    run = steps.isna().cumsum()[steps.notna()]
    sizes = run.value_counts()
    if sizes.empty:
        return steps.iloc[:0]
    return steps[run.index[run == sizes.index[sizes == sizes.max()].max()]]


def decompose(steps: pd.Series) -> pd.DataFrame:
    """Split a run of two-month totals into trend, season and the rest.

    Parameters
    ----------
    steps : Series
        From `longest_run`, without gaps.

    Returns
    -------
    DataFrame, indexed as `steps`
        ``value``, ``trend``, ``season``, ``rest``; value is the sum of the others.

    Raises
    ------
    NoFigures
        If there are fewer than two whole years.

    References
    ----------
    Cleveland, Cleveland, McRae and Terpenning, *Journal of Official Statistics* 6
    (1990), 3: seasonal-trend decomposition by loess (STL).
    """
    if len(steps) < LEAST:
        raise NoFigures(
            f"a season needs {LEAST} two-month totals in a row; there are {len(steps)}"
        )
    from statsmodels.tsa.seasonal import STL  # slow to import, seldom needed

    found = STL(steps.to_numpy(dtype=float), period=STEPS).fit()
    return pd.DataFrame(
        {
            "value": steps.to_numpy(dtype=float),
            "trend": found.trend,
            "season": found.seasonal,
            "rest": found.resid,
        },
        index=steps.index,
    )

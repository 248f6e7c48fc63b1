"""Where China's magnets go, as far as it is printed by country."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.trade.sentences import month
from rareearth.words import SPACE, number, pct, the


class OnMap(NamedTuple):
    """What a map of destinations shows, and the finding that stands over it."""

    sizes: pd.Series
    label: str
    percent: bool
    title: str


def on_map(ranking: pd.DataFrame, when: pd.Timestamp) -> OnMap:
    """Return the named destinations of one month as a map shows them.

    Parameters
    ----------
    ranking : DataFrame
        From `trade.ranking`.

    Returns
    -------
    OnMap
        Shares of the month's exports by country; tonnes where the month's total is not
        known. Without a named country there are no sizes, and the title says so.
    """
    named = ranking[ranking["entity"] != "Not named"].set_index("entity")
    share, weight = named["share"], named["value"]
    if named.empty:
        told = f"No country is printed as a destination of magnets in {month(when)}"
        return OnMap(share, "", True, told)
    more = len(named) - 1
    plural = "country" if more == 1 else "countries"
    first = the(str(named.index[0]))
    who = first[0].upper() + first[1:] + (f" and {more} more {plural}" if more else "")
    if share.isna().any():
        total = f"{number(weight.sum())}{SPACE}t of China's magnets in {month(when)}"
        title = f"{who} took {total}; the total is not known"
        return OnMap(weight, "Magnets from China, t gross weight", False, title)
    total = f"{pct(share.sum())} of China's magnets in {month(when)}"
    title = f"{who} took {total}; for the rest no country is printed"
    return OnMap(share, "Share of China's magnet exports", True, title)

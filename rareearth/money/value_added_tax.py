"""The rate of value-added tax on rare earths that was in force over a period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.money.averages import Missing, label, refuses

TAXED = "rare earths"  # the goods whose rate is meant


@dataclass(frozen=True, eq=False)
class VatRates:
    """Printed rates of value-added tax.

    A rate with one day as its period holds from that day until another is printed; one
    with a longer period holds for that period; where two overlap, the later start
    counts.

    Attributes
    ----------
    figures : DataFrame
        Rates in percent, by country and goods.
    by : str
        " published by" and a date, for messages, or "".
    """

    figures: pd.DataFrame
    by: str = ""

    def of(self, country: str) -> pd.DataFrame:
        """Return the printed rates of a country, by their first days.

        Raises
        ------
        NoFigures
            If it has none. The message names the countries that have.
        """
        goods = self.figures[self.figures["product"] == TAXED]
        own = goods[goods["entity"] == country]
        if own.empty:
            have = ", ".join(sorted(set(goods["entity"]))) or "no country"
            raise NoFigures(
                f"no VAT rate of {country}{self.by}; there are rates of {have}"
            )
        return own

    def factor(
        self, spans: pd.DataFrame, needed: pd.Series, country: str, missing: Missing
    ) -> pd.Series:
        """Return 1 + the rate in force over each span.

        Parameters
        ----------
        spans : DataFrame
            ``start`` and ``end``, from `averages.spans_of`.
        needed : Series of bool
            Which spans must have a rate.

        Returns
        -------
        Series of float64, with the index of `spans`

        Raises
        ------
        NoFigures
            If a span that is needed has no rate, or more than one, unless `missing` is
            "nan".
        """
        taxes = self.of(country)
        first = taxes["period_start"].min()
        last = max(taxes["period_end"].max(), spans["end"].max())
        daily = _daily(taxes, first, last)
        change = daily.ne(daily.shift()).cumsum()
        steps = [change.reindex(spans[side]).to_numpy() for side in ("start", "end")]
        rate = daily.reindex(spans["start"]).where(steps[0] == steps[1]).to_numpy()
        found = pd.Series(1 + rate / 100, index=spans.index)
        lacking = spans[found.isna() & needed]
        if refuses(missing) and len(lacking):
            until = daily.last_valid_index()
            ends = "on" if until == last else f"to {until:%Y-%m-%d}"
            raise NoFigures(
                f"no single VAT rate of {country}{self.by} for {label(lacking)}; "
                f"printed rates are from {first:%Y-%m-%d} {ends}; give your own as "
                "vat_rate figures in an extra folder"
            )
        return found


def _daily(taxes: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    """Return the rate of each day in percent, NaN where none was in force."""
    daily = pd.Series(np.nan, index=pd.date_range(first, last))
    for start, end, percent in taxes[
        ["period_start", "period_end", "value"]
    ].itertuples(index=False):
        daily[start : end if end > start else last] = percent
    return daily

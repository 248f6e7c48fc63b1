"""What one currency was worth in another, by printed averages against the US dollar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from rareearth.errors import NoFigures, UnknownName
from rareearth.money.averages import Averages, Missing


@dataclass(frozen=True, eq=False)
class ExchangeRates:
    """Printed exchange rates of a number of currencies.

    Attributes
    ----------
    figures : DataFrame
        Units of the entity's currency per US dollar, one value per currency and period.
    by : str
        " published by" and a date, for messages, or "".
    """

    figures: pd.DataFrame
    by: str = ""

    @property
    def currencies(self) -> list[str]:
        """Return the currencies that have rates, USD included, sorted."""
        return sorted({*self.figures["entity"], "USD"})

    def between(
        self,
        spans: pd.DataFrame,
        needed: pd.Series,
        to: str,
        frm: str,
        missing: Missing,
    ) -> pd.Series:
        """Return what one unit of `frm` was worth in `to` over each span.

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
        UnknownName, NoFigures
            As in `of`; if a span that is needed lacks a rate, unless `missing` is
            "nan".
        """
        ones = pd.Series(1.0, index=spans.index)
        if to == frm:
            return ones
        found = {
            name: self.of(name).along(spans, needed, missing)
            for name in (to, frm)
            if name != "USD"
        }
        return found.get(to, ones) / found.get(frm, ones)

    def of(self, currency: str) -> Averages:
        """Return the rates of one currency.

        Raises
        ------
        UnknownName
            If it has none. The message lists the currencies that have.
        NoFigures
            If no currency has any.
        """
        if currency not in self._read:
            self._read[currency] = self._averages(currency)
        return self._read[currency]

    @cached_property
    def _read(self) -> dict[str, Averages]:
        """Hold the rates of each currency that was asked for."""
        return {}

    def _averages(self, currency: str) -> Averages:
        own = self.figures[self.figures["entity"] == currency]
        if own.empty:
            error = NoFigures if self.figures.empty else UnknownName
            raise error(
                f"no exchange rate of {currency!r}{self.by}; there are rates of "
                f"{', '.join(self.currencies)}"
            )
        return Averages(f"exchange rate of {currency}{self.by}", own)

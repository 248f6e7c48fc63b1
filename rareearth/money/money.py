"""Currency, price level, value-added tax and weight units, from printed figures only.

`Money.load` reads the exchange rates, the consumer prices and the tax rates; all else
is arithmetic on what it holds. A period takes its own printed average: of the month,
of the calendar year, and for any other span of whole months (a quarter, a fiscal year)
the unweighted mean of its months; a day, or part of a month, takes the average of its
month. Nothing is interpolated or taken from a neighbour: without a figure, a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.money.averages import Missing, Periods, spans_of
from rareearth.money.exchange_rates import ExchangeRates
from rareearth.money.price_level import PriceLevel
from rareearth.money.published_rates import surest
from rareearth.money.units import has_number, money_spans, scaled, unit_parts
from rareearth.money.value_added_tax import VatRates


@dataclass(frozen=True, eq=False)
class Money:
    """Exchange rates, consumer prices and VAT rates, as printed, and what they do.

    Attributes
    ----------
    rates : DataFrame
        Figures of ``exchange_rate_month`` and ``exchange_rate_year``: units of the
        entity's currency per US dollar.
    cpi : DataFrame
        Figures of ``cpi_month``: US CPI-U, all items, not seasonally adjusted, 1982-84
        = 100. The level of a year is the mean of its months, computed here.
    vat : DataFrame
        Figures of ``vat_rate``, percent.
    as_of : str
        The date by which all of them had been published, or "latest".
    cpi_gaps : int
        How many months may lack an index inside a year or another span of several
        months; its mean is then that of the other months. 0 refuses. October 2025 was
        not in the copy at hand, so 1 is needed for the year 2025. A month that is only
        not out yet never counts as a gap.

    Notes
    -----
    All methods share three parameters. `values` is a Series of numbers; NaN stays NaN
    and needs no figure. `periods` says when each was: a frame with ``period_start``
    and ``period_end`` (so a frame of figures will do), or days, pandas periods or
    calendar years (int) as a Series or Index; a Series or frame has the index of
    `values`. `missing` is "refuse", or "nan" to get NaN where a figure is missing,
    which leaves a gap that a chart can show.
    """

    rates: pd.DataFrame
    cpi: pd.DataFrame
    vat: pd.DataFrame
    as_of: str = "latest"
    cpi_gaps: int = 0

    @classmethod
    def load(
        cls,
        as_of: str = "latest",
        extra: str | Path | None = None,
        cpi_gaps: int = 0,
    ) -> Money:
        """Return the money figures that had been published by a date.

        Parameters
        ----------
        as_of, extra
            As in `figures.load`. A user's own rate, index or tax rate wins over the
            curated one of the same period.
        cpi_gaps : int, default 0
            See the class.

        Raises
        ------
        ParameterError, DataError
            As in `figures.load`; if `cpi_gaps` is not a number from 0 to 11.
        """
        if type(cpi_gaps) is not int or not 0 <= cpi_gaps <= 11:
            raise ParameterError(f"cpi_gaps: {cpi_gaps!r} is not a number from 0 to 11")

        rates = ("exchange_rate_month", "exchange_rate_year")
        return cls(
            rates=surest(rates, as_of, extra),
            cpi=surest(("cpi_month",), as_of, extra),
            vat=surest(("vat_rate",), as_of, extra),
            as_of=as_of,
            cpi_gaps=cpi_gaps,
        )

    @property
    def currencies(self) -> list[str]:
        """Return the currencies that have rates, USD included, sorted."""
        return self._exchange.currencies

    def check_base(self, *years: int, use: str = "base_year") -> None:
        """Refuse years of which the price index is not known, and say which are.

        Parameters
        ----------
        use : str
            What the money of these years is for, named in the message.

        Raises
        ------
        ParameterError
            If one is no year.
        NoFigures
            The message names the first and the last year that could stand instead.
        """
        self._level.check(years, use)

    def convert(
        self,
        values: pd.Series,
        periods: Periods,
        to: str,
        frm: str,
        missing: Missing = "refuse",
    ) -> pd.Series:
        """Return money of one currency in another, at the average rates of its period.

        value * (`to` per USD) / (`frm` per USD): all rates are against the US dollar
        (Federal Reserve H.10 and G.5), so two other currencies cross through it. Yearly
        averages crossed and monthly crosses averaged differ by up to 0.4 % in the years
        since 2010. A balance at a day takes the average of its month, not the rate of
        the day.

        Returns
        -------
        Series of float64, with the index of `values`
            Unchanged when both currencies are the same.

        Raises
        ------
        UnknownName
            If a currency has no rates at all. The message lists those that have.
        NoFigures
            If a period lacks a printed rate. The message names it, and the range.
        ParameterError
            If the periods do not fit the values, or are not periods.
        """
        return values.astype("float64") * self._exchange.between(
            spans_of(periods, values), values.notna(), to, frm, missing
        )

    def deflate(
        self,
        values: pd.Series,
        periods: Periods,
        base_year: int,
        missing: Missing = "refuse",
    ) -> pd.Series:
        """Return US dollars of their own periods in US dollars of `base_year`.

        value * CPI(base year) / CPI(period), with the average index of each (US CPI-U,
        all items; the method of the Bureau of Labor Statistics for escalation). Only
        for US dollars: convert other money first, at the rate of its own period.

        Returns
        -------
        Series of float64, with the index of `values`, in dollars of `base_year`

        Raises
        ------
        NoFigures
            If the base year or a period lacks a printed index (a year that lacks a
            month is refused, but see `cpi_gaps`). The message names the range. A base
            year is never left NaN.
        ParameterError
            If `base_year` is not a year, or the periods do not fit the values.
        """
        return values.astype("float64") * self._level.inflation(
            spans_of(periods, values), values.notna(), base_year, missing
        )

    def without_vat(
        self,
        values: pd.Series,
        periods: Periods,
        country: str = "China",
        missing: Missing = "refuse",
    ) -> pd.Series:
        """Return prices that include value-added tax without it: value / (1 + rate).

        The rate is the standard one for rare earths. A printed rate with one day as
        its period holds from that day until another is printed; one with a longer
        period holds for that period; where two overlap, the later start counts.
        Whether a price includes the tax is the basis of the figure (``vat-incl``,
        ``vat-excl``, ``vat-unstated``) and for the caller to heed.

        Returns
        -------
        Series of float64, with the index of `values`, in its currency

        Raises
        ------
        NoFigures
            If there is no printed rate, or more than one, in a period of a value.
        ParameterError
            If the periods do not fit the values.
        """
        return values.astype("float64") / self._tax.factor(
            spans_of(periods, values), values.notna(), country, missing
        )

    def with_vat(
        self,
        values: pd.Series,
        periods: Periods,
        country: str = "China",
        missing: Missing = "refuse",
    ) -> pd.Series:
        """Return prices without value-added tax with it; inverse of `without_vat`."""
        return values.astype("float64") * self._tax.factor(
            spans_of(periods, values), values.notna(), country, missing
        )

    def in_currency(
        self, figures: pd.DataFrame, currency: str, missing: Missing = "refuse"
    ) -> pd.DataFrame:
        """Return figures of money in one currency: "AUD million" becomes "USD million".

        As `convert`, row by row from the currency of its unit; a figure with a
        ``price_year`` is in the money of that year and takes the rate of that year.

        Parameters
        ----------
        figures : DataFrame
            Figures as `figures.load` returns them. The units may differ by row.

        Returns
        -------
        DataFrame
            A copy with ``value``, ``low``, ``high`` converted and the currency in
            ``unit`` changed. `behind` has the rates, for the list of sources.

        Raises
        ------
        UnknownName, NoFigures, ParameterError
            As in `convert`; also if a unit is not money.
        """
        units = unit_parts(figures)
        spans, needed = money_spans(figures), has_number(figures)
        factor = np.ones(len(figures))
        for frm in dict.fromkeys(units[0]):
            rows = (units[0] == frm).to_numpy()
            factor[rows] = self._exchange.between(
                spans[rows], needed[rows], currency, frm, missing
            )
        return scaled(figures, factor).assign(unit=currency + units[1])

    def in_money_of(
        self, figures: pd.DataFrame, base_year: int, missing: Missing = "refuse"
    ) -> pd.DataFrame:
        """Return figures in US dollars in the dollars of `base_year`.

        As `deflate`; a figure with a ``price_year`` goes from the money of that year.

        Returns
        -------
        DataFrame
            A copy with ``value``, ``low``, ``high`` deflated and ``price_year`` set to
            `base_year`; the unit stays.

        Raises
        ------
        NoFigures, ParameterError
            As in `deflate`; also if a unit is not US dollars.
        """
        units = unit_parts(figures)
        if other := sorted(set(units[0]) - {"USD"}):
            raise ParameterError(
                f"only US dollars are deflated (with the US CPI-U), not "
                f"{', '.join(other)}; convert first: in_currency(figures, 'USD')"
            )
        factor = self._level.inflation(
            money_spans(figures), has_number(figures), base_year, missing
        )
        years = pd.Series(base_year, index=figures.index, dtype="Int64")
        return scaled(figures, factor).assign(price_year=years)

    def behind(
        self,
        figures: pd.DataFrame,
        currency: str | None = None,
        base_year: int | None = None,
        vat_of: str | None = None,
    ) -> pd.DataFrame:
        """Return the rates, indices and taxes that a conversion of figures rests on.

        Parameters
        ----------
        figures : DataFrame
            The figures *before* the conversion.
        currency, base_year, vat_of : optional
            What `in_currency`, `in_money_of` and `without_vat` (its country) were
            asked for.

        Returns
        -------
        DataFrame
            Figures in the columns of `figures.load`, each once, so that
            `figures.sources` can list where they are from; of VAT all printed rates of
            the country.
        """
        figures = figures[has_number(figures)]
        spans = money_spans(figures)
        found = [self.rates.iloc[:0]]
        if currency is not None:
            units = unit_parts(figures)[0]
            for name in sorted({*units, currency} - {"USD"}):
                rows = units.ne(currency) & (units.eq(name) | (name == currency))
                found.append(self._exchange.of(name).behind(spans[rows]))
        if base_year is not None:
            found.append(self._level.behind(spans, base_year))
        if vat_of is not None:
            found.append(self._tax.of(vat_of))
        rows = pd.concat(found, ignore_index=True)
        return rows.drop_duplicates("figure_id", ignore_index=True)[FIGURE_COLUMNS]

    @property
    def _by(self) -> str:
        return "" if self.as_of == "latest" else f" published by {self.as_of}"

    @cached_property
    def _exchange(self) -> ExchangeRates:
        return ExchangeRates(self.rates, self._by)

    @cached_property
    def _level(self) -> PriceLevel:
        return PriceLevel(self.cpi, self.cpi_gaps, self._by)

    @cached_property
    def _tax(self) -> VatRates:
        return VatRates(self.vat, self._by)

"""Currency, price level, value-added tax and weight units, from printed figures only.

`Money.load` reads the exchange rates, the consumer prices and the tax rates; all else
is arithmetic on what it holds. A period takes its own printed average: of the month,
of the calendar year, and for any other span of whole months (a quarter, a fiscal year)
the unweighted mean of its months; a day, or part of a month, takes the average of its
month. Nothing is interpolated or taken from a neighbour: without a figure, a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rareearth.averages import (
    Averages,
    Missing,
    Periods,
    label,
    refuses,
    spans_of,
    year_spans,
)
from rareearth.errors import NoFigures, ParameterError, UnknownName
from rareearth.figures import load as load_figures
from rareearth.tables import CONFIDENCE, FIGURE_COLUMNS, OWN

KG = {"kg": 1.0, "t": 1000.0, "short ton": 907.18474}
"""Kilograms in the weight units of the data (a short ton is 2,000 lb of 0.45359237 kg,
exactly; NIST Special Publication 811, appendix B)."""

_MONEY = re.compile(r"^([A-Z]{3})((?: thousand| million| billion)?(?:/.+)?)$")
_NUMBERS = ["value", "low", "high"]
_TAXED = "rare earths"  # the goods whose VAT rate is meant


@dataclass(frozen=True, eq=False)
class Money:
    """Exchange rates, consumer prices and VAT rates, as printed, and what they do.

    Attributes
    ----------
    rates : DataFrame
        Figures of ``exchange_rate_month`` and ``exchange_rate_year``: units of the
        entity's currency per US dollar.
    cpi : DataFrame
        Figures of ``cpi_month`` and ``cpi_year``: US CPI-U, all items, not seasonally
        adjusted, 1982-84 = 100.
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

        def printed(*series: str) -> pd.DataFrame:
            return _ranked([_published(name, as_of, extra) for name in series])

        return cls(
            rates=printed("exchange_rate_month", "exchange_rate_year"),
            cpi=printed("cpi_month", "cpi_year"),
            vat=printed("vat_rate"),
            as_of=as_of,
            cpi_gaps=cpi_gaps,
        )

    @property
    def currencies(self) -> list[str]:
        """Return the currencies that have rates, USD included, sorted."""
        return sorted({*self.rates["entity"], "USD"})

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
        for year in years:
            _check_year(year)
        lacking = sorted(set(years) - set(self._whole_years))
        if lacking:
            whole = self._whole_years
            have = f"{whole[0]} to {whole[-1]}" if whole else "none"
            later = "" if self.as_of == "latest" else "; a later as_of has later years"
            raise NoFigures(
                f"no US CPI-U for {lacking[0]}{self._by}: {use} {lacking[0]} cannot be "
                f"used; whole years printed: {have}{later}"
            )

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
        return values.astype("float64") * self._exchange(
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
        return values.astype("float64") * self._inflation(
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
        return values.astype("float64") / self._tax(values, periods, country, missing)

    def with_vat(
        self,
        values: pd.Series,
        periods: Periods,
        country: str = "China",
        missing: Missing = "refuse",
    ) -> pd.Series:
        """Return prices without value-added tax with it; inverse of `without_vat`."""
        return values.astype("float64") * self._tax(values, periods, country, missing)

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
        units = _units(figures)
        spans, needed = _money_spans(figures), _needed(figures)
        factor = np.ones(len(figures))
        for frm in dict.fromkeys(units[0]):
            rows = (units[0] == frm).to_numpy()
            factor[rows] = self._exchange(
                spans[rows], needed[rows], currency, frm, missing
            )
        return _scaled(figures, factor).assign(unit=currency + units[1])

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
        units = _units(figures)
        if other := sorted(set(units[0]) - {"USD"}):
            raise ParameterError(
                f"only US dollars are deflated (with the US CPI-U), not "
                f"{', '.join(other)}; convert first: in_currency(figures, 'USD')"
            )
        factor = self._inflation(
            _money_spans(figures), _needed(figures), base_year, missing
        )
        years = pd.Series(base_year, index=figures.index, dtype="Int64")
        return _scaled(figures, factor).assign(price_year=years)

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
        figures = figures[_needed(figures)]
        spans = _money_spans(figures)
        found = [self.rates.iloc[:0]]
        if currency is not None:
            units = _units(figures)[0]
            for name in {*units, currency} - {"USD"}:
                rows = units.ne(currency) & (units.eq(name) | (name == currency))
                found.append(self._rates_of(name).behind(spans[rows]))
        if base_year is not None:
            both = pd.concat([spans, year_spans(pd.Series([base_year]))])
            found.append(self._index.behind(both))
        if vat_of is not None:
            found.append(self._taxes_of(vat_of))
        rows = pd.concat(found, ignore_index=True)
        return rows.drop_duplicates("figure_id", ignore_index=True)[FIGURE_COLUMNS]

    @property
    def _by(self) -> str:
        return "" if self.as_of == "latest" else f" published by {self.as_of}"

    def _exchange(
        self,
        spans: pd.DataFrame,
        needed: pd.Series,
        to: str,
        frm: str,
        missing: Missing,
    ) -> pd.Series:
        """Return what one unit of `frm` was worth in `to` over each span."""
        ones = pd.Series(1.0, index=spans.index)
        if to == frm:
            return ones
        found = {
            name: self._rates_of(name).along(spans, needed, missing)
            for name in (to, frm)
            if name != "USD"
        }
        return found.get(to, ones) / found.get(frm, ones)

    def _inflation(
        self,
        spans: pd.DataFrame,
        needed: pd.Series,
        base_year: int,
        missing: Missing,
    ) -> pd.Series:
        _check_year(base_year)
        base = year_spans(pd.Series([base_year]))
        level = self._index.along(base, base["start"].notna(), None).item()
        return level / self._index.along(spans, needed, missing)

    @cached_property
    def _averages(self) -> dict[str, Averages]:
        """Hold the rates of each currency that was asked for."""
        return {}

    def _rates_of(self, currency: str) -> Averages:
        if currency not in self._averages:
            self._averages[currency] = self._read_rates(currency)
        return self._averages[currency]

    def _read_rates(self, currency: str) -> Averages:
        own = self.rates[self.rates["entity"] == currency]
        if own.empty:
            error = NoFigures if self.rates.empty else UnknownName
            raise error(
                f"no exchange rate of {currency!r}{self._by}; there are rates of "
                f"{', '.join(self.currencies)}"
            )
        return Averages(f"exchange rate of {currency}{self._by}", own)

    @cached_property
    def _index(self) -> Averages:
        return Averages(
            f"US CPI-U{self._by}", self.cpi, self.cpi_gaps, option="cpi_gaps"
        )

    @cached_property
    def _whole_years(self) -> list[int]:
        """Return the years with a price index, in order."""
        years = sorted(set(self.cpi["period_end"].dt.year))
        spans = year_spans(pd.Series(years, dtype="int64"))
        level = self._index.along(spans, spans["start"].isna(), "nan")
        return [year for year, known in zip(years, level.notna(), strict=True) if known]

    def _taxes_of(self, country: str) -> pd.DataFrame:
        goods = self.vat[self.vat["product"] == _TAXED]
        own = goods[goods["entity"] == country]
        if own.empty:
            have = ", ".join(sorted(set(goods["entity"]))) or "no country"
            raise NoFigures(
                f"no VAT rate of {country}{self._by}; there are rates of {have}"
            )
        return own

    def _tax(
        self, values: pd.Series, periods: Periods, country: str, missing: Missing
    ) -> pd.Series:
        """Return 1 + the rate in force over each period."""
        spans = spans_of(periods, values)
        taxes = self._taxes_of(country)
        first = taxes["period_start"].min()
        last = max(taxes["period_end"].max(), spans["end"].max())
        daily = pd.Series(np.nan, index=pd.date_range(first, last))
        for start, end, percent in taxes[
            ["period_start", "period_end", "value"]
        ].itertuples(index=False):
            daily[start : end if end > start else last] = percent
        change = daily.ne(daily.shift()).cumsum()
        steps = [change.reindex(spans[side]).to_numpy() for side in ("start", "end")]
        rate = daily.reindex(spans["start"]).where(steps[0] == steps[1]).to_numpy()
        found = pd.Series(1 + rate / 100, index=spans.index)
        lacking = spans[found.isna() & values.notna()]
        if refuses(missing) and len(lacking):
            until = daily.last_valid_index()
            ends = "on" if until == last else f"to {until:%Y-%m-%d}"
            raise NoFigures(
                f"no single VAT rate of {country}{self._by} for {label(lacking)}; "
                f"printed rates are from {first:%Y-%m-%d} {ends}; give your own as "
                "vat_rate figures in an extra folder"
            )
        return found


def per_kg(figures: pd.DataFrame) -> pd.DataFrame:
    """Return prices and unit costs per kilogram: "CNY/t" becomes "CNY/kg".

    Parameters
    ----------
    figures : DataFrame
        Figures in money per kg, t (1,000 kg) or short ton (907.18474 kg).

    Returns
    -------
    DataFrame
        A copy with ``value``, ``low``, ``high`` and ``unit`` changed. What is weighed
        (oxide, concentrate, metal) stays as the product and the basis say.

    Raises
    ------
    ParameterError
        If a unit is not money per weight. The message names the weights.
    """
    units = _units(figures)
    weight = units[1].str.removeprefix("/")
    if (other := ~(units[1].str.startswith("/") & weight.isin(KG))).any():
        raise ParameterError(
            f"{_names(figures.loc[other, 'unit'])}: not money per weight; per_kg takes "
            f"money per {', '.join(KG)}"
        )
    return _scaled(figures, 1 / weight.map(KG)).assign(unit=units[0] + "/kg")


def _published(series: str, as_of: str, extra: str | Path | None) -> pd.DataFrame:
    """Return the figures of a series, none when none had been published."""
    try:
        return load_figures(series, as_of=as_of, extra=extra)
    except NoFigures:
        return load_figures(series, extra=extra).iloc[:0]


def _ranked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one figure per entity, product and period, of the highest confidence.

    By their first days; of those with the same first day the surest is the last.
    """
    figures = pd.concat(parts, ignore_index=True)
    rank = {name: level for level, name in enumerate((*CONFIDENCE, OWN))}
    order = figures["confidence"].map(rank).sort_values(kind="stable").index
    key = ["entity", "product", "period_start", "period_end"]
    surest = figures.loc[order].drop_duplicates(key, keep="last")
    return surest.sort_values("period_start", kind="stable", ignore_index=True)


def _check_year(year: Any) -> None:
    known = isinstance(year, int | np.integer) and not isinstance(year, bool)
    if not known or not 1800 <= year <= 2200:
        raise ParameterError(f"base_year: {year!r} is not a year, such as 2024")


def _money_spans(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the span whose money each figure is in: its price year, or its period."""
    own = spans_of(figures, pd.Series(index=figures.index, dtype="float64"))
    if "price_year" not in figures:
        return own
    stated = figures["price_year"].notna()
    if not stated.any():
        return own
    return own.where(~stated, year_spans(figures["price_year"]))


def _needed(figures: pd.DataFrame) -> pd.Series:
    """Return which rows hold a number at all."""
    return figures[figures.columns.intersection(_NUMBERS)].notna().any(axis=1)


def _units(figures: pd.DataFrame) -> pd.DataFrame:
    """Return currency (0) and the rest of the unit (1), refusing what is not money."""
    found = {unit: _MONEY.findall(str(unit)) for unit in figures["unit"].unique()}
    if wrong := [unit for unit, parts in found.items() if not parts]:
        raise ParameterError(
            f"{_names(pd.Series(wrong))}: not a unit of money, such as "
            "USD/kg or AUD million"
        )
    parts = [found[unit][0] for unit in figures["unit"]]
    return pd.DataFrame(parts, index=figures.index, columns=[0, 1], dtype=object)


def _scaled(figures: pd.DataFrame, factor: pd.Series | np.ndarray) -> pd.DataFrame:
    return figures.assign(
        **{name: figures[name] * factor for name in _NUMBERS if name in figures}
    )


def _names(units: pd.Series) -> str:
    return ", ".join(map(repr, sorted(set(units.astype(str)))))

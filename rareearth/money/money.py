"""Currency, price level, value-added tax and weight units, from printed figures only.

`Money.load` reads the exchange rates, the consumer prices and the tax rates; all else
is arithmetic on what it holds.

A period takes its own printed average: of the month, of the calendar year, and for any
other span of whole months (a quarter, a fiscal year) the unweighted mean of its months;
a day, or part of a month, takes the average of its month. Nothing is interpolated or
taken from a neighbour: without a figure, a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError, UnknownName, unknown_name
from rareearth.figures.columns import RANK
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.figures.loading import load

Missing: TypeAlias = Literal["refuse", "nan"]
Span: TypeAlias = tuple[pd.Timestamp, pd.Timestamp]
TAXED = "rare earths"  # the goods whose rate of value-added tax is meant
KG = {"kg": 1.0, "t": 1000.0, "short ton": 907.18474}
"""Kilograms in the weight units of the data (a short ton is 2,000 lb of 0.45359237 kg,
exactly; NIST Special Publication 811, appendix B)."""

_MONEY = re.compile(r"^([A-Z]{3})((?: thousand| million| billion)?(?:/.+)?)$")
_NUMBERS = ["value", "low", "high"]


def surest(
    series: list[str], as_of: str = "latest", extra: str | Path | None = None
) -> pd.DataFrame:
    """Return one figure per entity, product and period, of the highest confidence.

    Parameters
    ----------
    series : list of str
        Series of one quantity: its months and its years.
    as_of, extra
        As in `figures.load`. A figure of the reader's own is the surest.

    Returns
    -------
    DataFrame
        Figures by their first days; of those with the same first day the surest is the
        last. No rows where nothing had been published.
    """
    figures = load(series, as_of=as_of, extra=extra, missing="empty")
    order = figures["confidence"].map(RANK).sort_values(kind="stable").index
    key = ["entity", "product", "period_start", "period_end"]
    found = figures.loc[order].drop_duplicates(key, keep="last")
    return found.sort_values("period_start", kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class Averages:
    """Printed averages of one quantity: of months, years and perhaps other spans.

    A span takes the average that was printed for exactly it; within one month, that of
    the month; else, if it is made of whole months, the unweighted mean of its months.

    Attributes
    ----------
    name : str
        What is averaged, for messages.
    figures : DataFrame
        Figures with one value per period.
    gaps : int, default 0
        How many months of a span of several may be missing, if figures of earlier and
        later months exist; the mean is then that of the others.
    option : str, optional
        How a caller sets `gaps`, for messages.
    """

    name: str
    figures: pd.DataFrame
    gaps: int = 0
    option: str = ""

    def along(
        self, spans: pd.DataFrame, needed: pd.Series, missing: Missing
    ) -> pd.Series:
        """Return the average over each span, NaN where there is none.

        Raises
        ------
        NoFigures
            If a span that is `needed` has none, unless `missing` is "nan".
        """
        means = [self.mean(span) for span in _pairs(spans)]
        found = pd.Series(means, index=spans.index, dtype="float64")
        lacking = spans[found.isna() & needed]
        if refuses(missing) and len(lacking):
            offer = "missing='nan' leaves such rows NaN"
            raise NoFigures(f"{self._refusal(lacking)}; {offer}")
        return found

    def of_year(self, year: int) -> float:
        """Return the average of a calendar year.

        Raises
        ------
        NoFigures
            If there is none.
        """
        level = self.mean(_year(year))
        if np.isnan(level):
            raise NoFigures(self._refusal(year_spans(pd.Series([year]))))
        return level

    @cached_property
    def whole_years(self) -> list[int]:
        """Return the years that have an average, in order."""
        years = sorted(set(self.figures["period_end"].dt.year))
        return [int(y) for y in years if not np.isnan(self.mean(_year(y)))]

    def behind(self, spans: pd.DataFrame) -> pd.DataFrame:
        """Return the figures that the averages over the spans are made of."""
        exact: set[Span] = set()
        months: set[int] = set()
        for span in dict.fromkeys(_pairs(spans)):
            if span in self._printed:
                exact.add(span)
            elif not np.isnan(self.mean(span)):
                months.update(_months(span))
        printed = [
            span in exact or month in months
            for span, month in zip(self._spans, self._month_of, strict=True)
        ]
        return self.figures[printed]

    @cached_property
    def _spans(self) -> list[Span]:
        return _pairs(self.figures[["period_start", "period_end"]])

    @cached_property
    def _month_of(self) -> list[int | None]:
        """Return the month of each figure that is of one month, else None."""
        return [_month(span) for span in self._spans]

    @cached_property
    def _printed(self) -> dict[Span, float]:
        return dict(zip(self._spans, self.figures["value"], strict=True))

    @cached_property
    def _monthly(self) -> dict[int, float]:
        """Return the averages of months, by months since the year 0."""
        named = zip(self._month_of, self.figures["value"], strict=True)
        return {month: value for month, value in named if month is not None}

    def mean(self, span: Span) -> float:
        """Return the average over a span, NaN where there is none; found once."""
        if span not in self._means:
            self._means[span] = self._found(span)
        return self._means[span]

    @cached_property
    def _means(self) -> dict[Span, float]:
        return {}

    def _found(self, span: Span) -> float:
        """Return the average over a span as it was printed, or of its months."""
        if span in self._printed:
            return self._printed[span]
        months = _months(span)
        if len(months) == 1:
            return self._monthly.get(months[0], np.nan)
        inside = [self._monthly[month] for month in months if month in self._monthly]
        lack = len(months) - len(inside)
        enough = inside and lack == len(self._gaps(months)) <= self.gaps
        return float(np.mean(inside)) if enough and _whole(span) else np.nan

    def _gaps(self, months: range) -> list[int]:
        """Return the months without a figure that have figures before and after."""
        first, last = min(self._monthly, default=0), max(self._monthly, default=0)
        known = self._monthly
        return [m for m in months if first < m < last and m not in known]

    def _refusal(self, lacking: pd.DataFrame) -> str:
        span = _pairs(lacking)[0]
        absent = [_month_name(m) for m in _months(span) if m not in self._monthly]
        why = ""
        if len(_months(span)) > 1 and not _whole(span):
            why = ", which is not made of whole months"
        elif len(_months(span)) > 1:
            more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
            why = f": {absent[0]}{more} missing"
            if self.option and len(absent) == len(self._gaps(_months(span))):
                why += f" ({self.option}={len(absent)} takes the mean of the others)"
        return f"no {self.name} for {label(lacking)}{why}; printed: {self._range()}"

    def _range(self) -> str:
        if not self._monthly:
            return "none"
        first, last = min(self._monthly), max(self._monthly)
        gaps = self._gaps(range(first, last))
        without = f" without {', '.join(map(_month_name, gaps))}" if gaps else ""
        return f"{_month_name(first)} to {_month_name(last)}{without}"


@dataclass(frozen=True, eq=False)
class Taxes:
    """Printed rates of a tax, of which one is in force at a time.

    A rate with one day as its period holds from that day until another is printed; one
    with a longer period holds for that period; where two overlap, the later start
    counts.

    Attributes
    ----------
    name : str
        What the rate is of, for messages.
    figures : DataFrame
        Rates in percent, by their first days.
    """

    name: str
    figures: pd.DataFrame

    def along(
        self, spans: pd.DataFrame, needed: pd.Series, missing: Missing
    ) -> pd.Series:
        """Return the rate over each span (0.13 is 13 %), NaN where it is not one.

        Raises
        ------
        NoFigures
            If a span that is `needed` has none, or several, unless `missing` is "nan".
        """
        first = self.figures["period_start"].min()
        last = max(self.figures["period_end"].max(), spans["end"].max())
        daily = pd.Series(np.nan, index=pd.date_range(first, last))
        columns = ["period_start", "period_end", "value"]
        for start, end, percent in self.figures[columns].itertuples(index=False):
            daily[start : end if end > start else last] = percent
        change = daily.ne(daily.shift()).cumsum()
        steps = [change.reindex(spans[side]).to_numpy() for side in ("start", "end")]
        rate = daily.reindex(spans["start"]).where(steps[0] == steps[1]).to_numpy()
        found = pd.Series(rate / 100, index=spans.index)
        lacking = spans[found.isna() & needed]
        if refuses(missing) and len(lacking):
            until = daily.last_valid_index()
            ends = "on" if until == last else f"to {until:%Y-%m-%d}"
            raise NoFigures(
                f"no single {self.name} for {label(lacking)}; printed rates are from "
                f"{first:%Y-%m-%d} {ends}; give your own as vat_rate figures in an "
                "extra folder"
            )
        return found


def spans_of(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the period of each figure: ``start`` and ``end``, datetime64."""
    return figures[["period_start", "period_end"]].set_axis(["start", "end"], axis=1)


def year_spans(years: pd.Series) -> pd.DataFrame:
    """Return the first and last day of calendar years, NaT where a year is missing."""
    known = pd.to_numeric(years).to_numpy("float64", na_value=np.nan)
    january = np.full(len(years), np.datetime64("NaT", "Y"))
    sound = (known >= 1000) & (known <= 9999)
    january[sound] = (known[sound] - 1970).astype("int64").astype("datetime64[Y]")
    start = january.astype("datetime64[us]")
    following = (january + np.timedelta64(1, "Y")).astype("datetime64[D]")
    end = following - np.timedelta64(1, "D")
    columns = {"start": start, "end": end.astype("datetime64[us]")}
    return pd.DataFrame(columns, index=years.index)


def refuses(missing: str) -> bool:
    """Return whether a missing figure is refused; check what the caller asked for."""
    if missing not in ("refuse", "nan"):
        raise ParameterError(f"missing: {missing!r} is not 'refuse' or 'nan'")
    return missing == "refuse"


def label(spans: pd.DataFrame) -> str:
    """Return how the first of the spans is called, and how many more there are."""
    start, end = spans.iloc[0]
    more = len(spans.drop_duplicates()) - 1
    rest = f" (and {more} more periods)" if more else ""
    if pd.isna(start) or pd.isna(end):
        return f"a row without a period{rest}"
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        form = "%Y"
    else:
        form = "%Y-%m" if _whole((start, end)) else "%Y-%m-%d"
    first, last = start.strftime(form), end.strftime(form)
    return (first if first == last else f"{first} to {last}") + rest


def _year(year: int) -> Span:
    return pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)


def _pairs(spans: pd.DataFrame) -> list[Span]:
    """Return the two columns of a frame as pairs of days."""
    return list(spans.itertuples(index=False, name=None))


def _ordinal(when: Any) -> Any:
    """Return the months since the year 0, of a day or of a Series through ``.dt``."""
    return when.year * 12 + when.month - 1


def _month_name(ordinal: int) -> str:
    return f"{ordinal // 12}-{ordinal % 12 + 1:02}"


def _months(span: Span) -> range:
    """Return the months that a span touches; none when an end is missing."""
    start, end = span
    if pd.isna(start) or pd.isna(end):
        return range(0)
    return range(_ordinal(start), _ordinal(end) + 1)


def _whole(span: Span) -> bool:
    """Return whether a span begins and ends with a month."""
    return bool(span[0].is_month_start and span[1].is_month_end)


def _month(span: Span) -> int | None:
    """Return the months since the year 0 of a span that is one month, else None."""
    months = _months(span)
    return months[0] if len(months) == 1 and _whole(span) else None


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
        never published, so 1 is needed for the year 2025. A month that is only not out
        yet never counts as a gap.

    Notes
    -----
    The conversions take figures as `figures.load` returns them and return a copy; each
    row is in the money of its period or, where it has one, of its ``price_year``. A row
    without a number needs no rate. `missing` is "refuse", or "nan" to get NaN where a
    rate is missing, which leaves a gap that a chart can show.
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
        return cls(
            rates=surest(["exchange_rate_month", "exchange_rate_year"], as_of, extra),
            cpi=surest(["cpi_month"], as_of, extra),
            vat=surest(["vat_rate"], as_of, extra),
            as_of=as_of,
            cpi_gaps=cpi_gaps,
        )

    @property
    def currencies(self) -> list[str]:
        """Return the currencies that have rates, USD included, sorted."""
        return sorted({*self._exchange, "USD"})

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
        whole = self._level.whole_years
        if lacking := sorted(set(years) - set(whole)):
            have = f"{whole[0]} to {whole[-1]}" if whole else "none"
            later = "; a later as_of has later years" if self._by else ""
            raise NoFigures(
                f"no {self._level.name} for {lacking[0]}: {use} {lacking[0]} cannot be "
                f"used; whole years printed: {have}{later}"
            )

    def base_year(self, year: int) -> int:
        """Return a year, or the newest before it that has a whole price index.

        A year without either is returned as it is, and refused where it is used.
        """
        whole = self._level.whole_years
        return max((each for each in whole if each <= year), default=year)

    def rate(self, currency: str, year: int) -> float:
        """Return the units of a currency per US dollar, the mean of a year.

        Raises
        ------
        UnknownName, NoFigures
            As in `in_currency`.
        """
        return 1.0 if currency == "USD" else self._rate(currency).of_year(year)

    def in_currency(
        self, figures: pd.DataFrame, currency: str, missing: Missing = "refuse"
    ) -> pd.DataFrame:
        """Return figures of money in one currency: "AUD million" becomes "USD million".

        value * (currency per USD) / (own currency per USD), row by row, at the average
        rates of its period. All rates are against the US dollar (Federal Reserve H.10
        and G.5), so two other currencies cross through it: yearly averages crossed and
        monthly crosses averaged differ by up to 0.4 % in the years since 2010. A
        balance at a day takes the average of its month, not the rate of the day. Money
        that is in the currency already needs no rate.

        Returns
        -------
        DataFrame
            A copy with ``value``, ``low``, ``high`` converted and the currency in
            ``unit`` changed. `behind` has the rates, for the list of sources.

        Raises
        ------
        UnknownName
            If a currency has no rates at all. The message lists those that have.
        NoFigures
            If a period lacks a printed rate. The message names it, and the range.
        ParameterError
            If a unit is not money.
        """
        units = _unit_parts(figures)
        spans, needed = _money_spans(figures), _has_number(figures)
        factor = np.ones(len(figures))
        for frm in dict.fromkeys(units[0][units[0] != currency]):
            rows = (units[0] == frm).to_numpy()
            to, own = (
                self._rate(name).along(spans[rows], needed[rows], missing)
                if name != "USD"
                else 1.0
                for name in (currency, frm)
            )
            factor[rows] = to / own
        return _scaled(figures, factor).assign(unit=currency + units[1])

    def in_money_of(
        self, figures: pd.DataFrame, base_year: int, missing: Missing = "refuse"
    ) -> pd.DataFrame:
        """Return figures in US dollars in the dollars of `base_year`.

        value * CPI(base year) / CPI(period), with the average index of each (US CPI-U,
        all items; the method of the Bureau of Labor Statistics for escalation).

        Returns
        -------
        DataFrame
            A copy with ``value``, ``low``, ``high`` deflated and ``price_year`` set to
            `base_year`; the unit stays.

        Raises
        ------
        NoFigures
            If the base year or a period lacks a printed index (a year that lacks a
            month is refused, but see `cpi_gaps`). The message names the range. A base
            year is never left NaN.
        ParameterError
            If `base_year` is not a year, or a unit is not US dollars: convert first.
        """
        units = _unit_parts(figures)
        if other := sorted(set(units[0]) - {"USD"}):
            raise ParameterError(
                f"only US dollars are deflated (with the US CPI-U), not "
                f"{', '.join(other)}; convert first: in_currency(figures, 'USD')"
            )
        _check_year(base_year)
        level = self._level.along(_money_spans(figures), _has_number(figures), missing)
        years = pd.Series(base_year, index=figures.index, dtype="Int64")
        real = _scaled(figures, self._level.of_year(base_year) / level)
        return real.assign(price_year=years)

    def without_vat(
        self, figures: pd.DataFrame, country: str = "China", missing: Missing = "refuse"
    ) -> pd.DataFrame:
        """Return prices that include value-added tax without it: value / (1 + rate).

        The rate is the standard one for rare earths, of the periods of the figures.
        Whether a price includes the tax is the basis of the figure (``vat-incl``,
        ``vat-excl``, ``vat-unstated``) and for the caller to heed.

        Raises
        ------
        NoFigures
            If there is no printed rate, or more than one, in a period of a value.
        """
        rate = self._tax(country).along(
            spans_of(figures), _has_number(figures), missing
        )
        return _scaled(figures, 1 / (1 + rate))

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
        figures = figures[_has_number(figures)]
        spans = _money_spans(figures)
        found = [self.rates.iloc[:0]]
        if currency is not None:
            units = _unit_parts(figures)[0]
            for name in sorted({*units, currency} - {"USD"}):
                rows = units.ne(currency) & (units.eq(name) | (name == currency))
                found.append(self._rate(name).behind(spans[rows]))
        if base_year is not None:
            base = year_spans(pd.Series([base_year]))
            found.append(self._level.behind(pd.concat([spans, base])))
        if vat_of is not None:
            found.append(self._tax(vat_of).figures)
        rows = pd.concat(found, ignore_index=True)
        return rows.drop_duplicates("figure_id", ignore_index=True)[FIGURE_COLUMNS]

    @property
    def _by(self) -> str:
        return "" if self.as_of == "latest" else f" published by {self.as_of}"

    @cached_property
    def _exchange(self) -> dict[str, Averages]:
        """Return the rates of each currency that has any."""
        return {
            str(name): Averages(f"exchange rate of {name}{self._by}", own)
            for name, own in self.rates.groupby("entity")
        }

    @cached_property
    def _level(self) -> Averages:
        return Averages(f"US CPI-U{self._by}", self.cpi, self.cpi_gaps, "cpi_gaps")

    def _rate(self, currency: str) -> Averages:
        if currency not in self._exchange:
            error = UnknownName if self._exchange else NoFigures
            raise error(
                f"no exchange rate of {currency!r}{self._by}; there are rates of "
                f"{', '.join(self.currencies)}"
            )
        return self._exchange[currency]

    def _tax(self, country: str) -> Taxes:
        goods = self.vat[self.vat["product"] == TAXED]
        own = goods[goods["entity"] == country]
        if own.empty:
            have = ", ".join(sorted(set(goods["entity"]))) or "no country"
            raise NoFigures(
                f"no VAT rate of {country}{self._by}; there are rates of {have}"
            )
        return Taxes(f"VAT rate of {country}{self._by}", own)


def in_currency(
    figures: pd.DataFrame, currency: str, as_of: str = "latest"
) -> pd.DataFrame:
    """Return figures of money in one currency, at the average rate of their periods.

    Parameters
    ----------
    figures : DataFrame
        From `load`. Units may differ by row: "AUD million" becomes "USD million".
    currency : str
        USD, or one that has rates: see `Money.currencies`.
    as_of : str, default "latest"
        ISO date: only rates published by then.

    Returns
    -------
    DataFrame
        A copy with ``value``, ``low``, ``high`` converted and ``unit`` changed.

    Raises
    ------
    UnknownName, NoFigures, ParameterError
        As in `Money.in_currency`.
    """
    return Money.load(as_of).in_currency(figures, currency)


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
    units = _unit_parts(figures)
    weight = units[1].str.removeprefix("/")
    if (other := ~(units[1].str.startswith("/") & weight.isin(KG))).any():
        raise ParameterError(
            f"{_names(figures.loc[other, 'unit'])}: not money per weight; per_kg takes "
            f"money per {', '.join(KG)}"
        )
    return _scaled(figures, 1 / weight.map(KG)).assign(unit=units[0] + "/kg")


def _money_spans(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the span whose money each figure is in: its price year, or its period."""
    own = spans_of(figures)
    if "price_year" not in figures:
        return own
    stated = figures["price_year"].notna()
    if not stated.any():
        return own
    years, which = year_spans(figures["price_year"]), stated.to_numpy()
    columns = {name: np.where(which, years[name], own[name]) for name in own}
    return pd.DataFrame(columns, index=figures.index)


def _has_number(figures: pd.DataFrame) -> pd.Series:
    """Return which rows hold a number at all, as bool with the index of `figures`."""
    found = np.zeros(len(figures), dtype=bool)
    for name in figures.columns.intersection(_NUMBERS):
        found |= figures[name].notna().to_numpy()
    return pd.Series(found, index=figures.index)


def _unit_parts(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the currency (0: "AUD") and the rest (1: " million", "/kg") of each unit.

    Raises
    ------
    ParameterError
        If a unit is not money. The message names it.
    """
    found = {unit: _MONEY.findall(str(unit)) for unit in figures["unit"].unique()}
    if wrong := [unit for unit, parts in found.items() if not parts]:
        raise ParameterError(
            f"{_names(pd.Series(wrong))}: not a unit of money, such as "
            "USD/kg or AUD million"
        )
    parts = [found[unit][0] for unit in figures["unit"]]
    return pd.DataFrame(parts, index=figures.index, columns=[0, 1], dtype=object)


def _scaled(figures: pd.DataFrame, factor: pd.Series | np.ndarray) -> pd.DataFrame:
    """Return figures with ``value``, ``low``, ``high`` times a factor, row by row."""
    return figures.assign(
        **{name: figures[name] * factor for name in _NUMBERS if name in figures}
    )


def _names(units: pd.Series) -> str:
    return ", ".join(map(repr, sorted(set(units.astype(str)))))


def _check_year(year: Any) -> None:
    """Refuse a base year that is not a whole number from 1800 to 2200."""
    known = isinstance(year, int | np.integer) and not isinstance(year, bool)
    if not known or not 1800 <= year <= 2200:
        raise ParameterError(f"base_year: {year!r} is not a year, such as 2024")


ATOMIC_WEIGHTS = {
    "O": 15.999,
    "Sc": 44.955907,
    "Y": 88.905838,
    "La": 138.90547,
    "Ce": 140.116,
    "Pr": 140.90766,
    "Nd": 144.242,
    "Sm": 150.36,
    "Eu": 151.964,
    "Gd": 157.249,
    "Tb": 158.925354,
    "Dy": 162.500,
    "Ho": 164.930329,
    "Er": 167.259,
    "Tm": 168.934219,
    "Yb": 173.045,
    "Lu": 174.96669,
}
"""Standard atomic weights of oxygen and the rare earths, grams per mole.

Source: IUPAC Commission on Isotopic Abundances and Atomic Weights, *Standard Atomic
Weights 2024* (www.ciaaw.org), uncertainties left out; oxygen, an interval in that
table, by its abridged value. The 2024 revision moved gadolinium from 157.25 and
lutetium from 174.9668; no factor here changes in its fifth digit for it.
"""

_OXIDE = re.compile(r"([A-Z][a-z]?)([1-9]\d*)?O([1-9]\d*)?")


def metal_content(formula: str) -> float:
    """Return kilograms of metal in a kilogram of a pure, dry rare-earth oxide.

    Parameters
    ----------
    formula : str
        One rare earth and oxygen, e.g. ``"Nd2O3"``, ``"Pr6O11"``, ``"CeO2"``.

    Returns
    -------
    float, between 0 and 1
        m * A(metal) / (m * A(metal) + n * A(O)) for the oxide MmOn, with the standard
        atomic weights of `ATOMIC_WEIGHTS`.

    Raises
    ------
    ParameterError
        If `formula` is not the formula of such an oxide.
    UnknownName
        If the element is not a rare earth.
    """
    parts = _OXIDE.fullmatch(formula) if isinstance(formula, str) else None
    if parts is None:
        raise ParameterError(
            f"formula: {formula!r} is not an oxide of one element, such as 'Nd2O3'"
        )
    element, atoms, oxygens = parts.groups(default="1")
    if element not in ATOMIC_WEIGHTS or element == "O":
        raise unknown_name("rare earth", element, ATOMIC_WEIGHTS.keys() - {"O"})
    metal = int(atoms) * ATOMIC_WEIGHTS[element]
    return metal / (metal + int(oxygens) * ATOMIC_WEIGHTS["O"])

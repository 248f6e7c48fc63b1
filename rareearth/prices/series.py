"""One regular price series at a time, with its basis, its money and its gaps.

Which price is meant decides the answer: China FOB (US dollars, with export duty until
April 2015), China domestic (yuan, quoted with value-added tax), China posted (ex works,
in US dollars) and the USGS reference (annual averages) are different things. A series
here never mixes them, never fills a gap, and says what was left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError, few, unknown_name
from rareearth.figures import loading as store
from rareearth.figures.columns import codes, each, has_codes
from rareearth.money.money import Money, per_kg
from rareearth.prices.samples import Step, left_out
from rareearth.words import listed, pct

REGULAR = {
    ("China FOB", "month"): "oxide_price_month_end",
    ("China FOB", "day"): "oxide_price_daily",
    ("China domestic", "month"): "oxide_price_month_end_yuan",
    ("China posted", "month"): "oxide_price_month_end",
    ("USGS reference", "year"): "oxide_price_annual",
}
"""The series that are regular, by market and frequency."""

QUOTES = ("oxide_price_quote", "oxide_price_quote_kg")
"""Dated quotations; those per kilogram in yuan are a series of their own."""
LEAST_REGULAR = 5  # periods: fewer are single figures, not a series
FREQUENCIES = {"day": "D", "month": "M", "year": "Y"}
NDPR = {"Nd oxide": 0.75, "Pr oxide": 0.25}
"""An analyst's proxy of NdPr oxide by weight of oxide; not a quotation."""

_Money: TypeAlias = tuple[str, int | None]  # currency, base year of constant prices
_Grid: TypeAlias = tuple[pd.DataFrame, pd.DataFrame]  # periods; figures behind them

MARKS = ("sparse", "stale", "possibly-stale", "quoting-break", "incomplete-period")
"""Qualifiers of the basis that say that a price is weak."""

STALE = ("stale", "possibly-stale")
"""The marks of a posted price that did not follow the market."""

WEAK = (*STALE, "quoting-break", "incomplete-period")
"""The marks that keep a price out of estimation, unless asked otherwise. A stretch with
few quotes a month is none of them: its month-ends were quoted."""

EXPORT_DUTY = "export-tax-incl"
DUTY = 0.25
"""The highest duty that China levied on exports of oxides (events.csv, 2008)."""

DUTY_ENDS = Step("2015-05-01", "export duty ends", 1 / (1 + DUTY) - 1)
"""China FOB prices contain export duty before this day. Of a price with a duty of 25 %
in it, its end takes off a fifth at most; the rest of a fall is the market."""


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """A price over time, on one basis, with what is known about every period.

    Attributes
    ----------
    product, market, frequency : str
    unit : str
        E.g. ``"USD/kg"``, or ``"2024 USD/kg"`` in constant prices.
    frame : DataFrame, PeriodIndex without holes
        ``price`` float in the unit, NaN without one; ``printed`` float in
        ``printed_unit``; ``quoted`` datetime64, the last day that the figure is for;
        ``marks`` str, of `MARKS`; ``used`` bool: fit for estimation; ``reason`` str:
        why it is not; ``basis``, ``figure_id``, ``source_id`` str.
    step : Step or None
        The tax change inside the series: the end of the export duty.
    proxy : str
        What stands in for the product; "" when nothing does.
    figures : DataFrame
        The figures behind it, rates and indices included, for the list of sources.
    """

    product: str
    market: str
    frequency: str
    unit: str
    frame: pd.DataFrame
    step: Step | None
    proxy: str
    figures: pd.DataFrame

    def _repr_html_(self) -> str:
        """Return what it is, its unit, and its first and last rows, for a notebook."""
        first, last = self.frame.index[[0, -1]]
        span = f"{len(self.frame)} periods, {first} to {last}"
        about = f"{self.title}: {span}, {self.unit}"
        rows = self.frame[["price", "quoted", "used", "marks", "source_id"]]
        return f"<p>{escape(about)}</p>{rows.to_html(max_rows=10, na_rep='')}"

    @property
    def title(self) -> str:
        """Return product, market and, where there is one, the proxy."""
        return f"{self.product}, {self.market}" + (" (proxy)" if self.proxy else "")

    @property
    def values(self) -> pd.Series:
        """Return the prices fit for estimation, NaN for the others; named by unit."""
        return self.frame["price"].where(self.frame["used"]).rename(self.unit)

    @property
    def quoted(self) -> pd.Series:
        """Return all prices, the weak ones too, for a chart; named by unit."""
        return self.frame["price"].rename(self.unit)

    def between(self, start: str | int | None, end: str | int | None) -> PriceSeries:
        """Return the part between two years, months or days, both included.

        None, "first" and "latest" stand for the ends of the series.

        Raises
        ------
        NoFigures
            If there is no price in between. The message says from when to when.
        """
        first, last = period(start), period(end)
        inside = np.ones(len(self.frame), dtype=bool)
        if first is not None:
            inside &= self.frame.index.end_time >= first.start_time
        if last is not None:
            inside &= self.frame.index.start_time <= last.end_time
        frame = self.frame[inside]
        if not frame["price"].notna().any():
            have = self.quoted.dropna().index
            raise NoFigures(
                f"{self.title}: no price from {start} to {end}; there are prices for "
                f"{have[0]} to {have[-1]}"
            )
        named = set(";".join(frame["figure_id"]).split(";"))
        kept = self.figures["figure_id"].isin(named)
        rates = ~self.figures["series"].str.startswith("oxide_price")
        return replace(
            self, frame=frame, step=declared(frame), figures=self.figures[kept | rates]
        )

    def within(self, when: str | int) -> pd.DataFrame:
        """Return the rows of a period: of a month its own, of a year all its months.

        None where the period is shorter than the step of the series.
        """
        return self.frame[self.frame.index.isin(self._steps(when))]

    def mean(self, when: str | int) -> float:
        """Return the mean price of a period: a month its own, a year of all its months.

        NaN where a month of it has no price (a day may have none: markets close), or
        where it is shorter than the step of the series.
        """
        prices = self.frame["price"].reindex(self._steps(when))
        return float(prices.mean(skipna=self.frequency == "day"))

    def _steps(self, when: str | int) -> pd.PeriodIndex:
        """Return the steps of the series that make a period, none if it is shorter."""
        wanted, freq = pd.Period(str(when)), self.frame.index.freq
        first, last = (
            pd.Period(edge, freq=freq) for edge in (wanted.start_time, wanted.end_time)
        )
        inside = first.start_time >= wanted.start_time
        if not inside or first.end_time > wanted.end_time:
            return pd.PeriodIndex([], freq=freq)
        return pd.period_range(first, last)

    def left_out(self) -> pd.DataFrame:
        """Return which periods estimation leaves out, and why.

        Returns
        -------
        DataFrame
            ``periods``, ``reason`` str, ``n`` int.
        """
        rows = []
        for reason, group in self.frame[~self.frame["used"]].groupby("reason"):
            absent = self.frame.index.isin(group.index)
            whole = pd.Series(1.0, index=self.frame.index).mask(absent)
            rows.append((left_out(whole), str(reason), len(group)))
        frame = pd.DataFrame(rows, columns=["periods", "reason", "n"])
        return frame.sort_values("periods", ignore_index=True)


@dataclass(frozen=True, eq=False)
class Prices:
    """The oxide prices published by a date, and the money to compare them in.

    Attributes
    ----------
    figures : DataFrame
        Figures of the regular series and of the dated quotations.
    money : Money
    definitions : frozenset of str
        Basis codes that say what a number means, not how it was printed.
    """

    figures: pd.DataFrame
    money: Money
    definitions: frozenset[str]

    @classmethod
    def load(
        cls,
        as_of: str = "latest",
        extra: str | Path | None = None,
        cpi_gaps: int = 0,
    ) -> Prices:
        """Return the prices, rates and indices published by a date.

        Parameters and errors as in `Money.load`; NoFigures if there was no price.
        """
        names = list(dict.fromkeys((*REGULAR.values(), *QUOTES)))
        figures = store.load(names, as_of=as_of, extra=extra, missing="empty")
        if figures.empty:
            raise NoFigures(f"no oxide prices had been published by {as_of}")
        kinds = store.dictionary("bases", extra)["kind"]
        return cls(
            figures=figures,
            money=Money.load(as_of, extra, cpi_gaps),
            definitions=frozenset(kinds.index[kinds == "definition"]),
        )

    def catalogue(self) -> pd.DataFrame:
        """Return the regular series that exist.

        Returns
        -------
        DataFrame
            ``product``, ``market``, ``frequency``, ``unit`` str, ``n`` int, ``first``,
            ``last`` datetime64.
        """
        return self._catalogue.copy()

    @cached_property
    def _catalogue(self) -> pd.DataFrame:
        rows = []
        for (market, frequency), name in REGULAR.items():
            own = self.figures[
                (self.figures["series"] == name) & (self.figures["entity"] == market)
            ]
            for product, group in own.groupby("product"):
                ends = group["period_end"]
                n = ends.dt.to_period(FREQUENCIES[frequency]).nunique()
                if n >= LEAST_REGULAR:
                    unit = group["unit"].iloc[-1]
                    rows.append(
                        (product, market, frequency, unit, n, ends.min(), ends.max())
                    )
        names = ["product", "market", "frequency", "unit", "n", "first", "last"]
        return pd.DataFrame(rows, columns=names)

    def series(
        self,
        product: str = "Nd oxide",
        market: str = "China FOB",
        currency: str = "USD",
        real: bool = False,
        base_year: int = 2024,
        frequency: str = "month",
        proxy: bool = False,
        quotes: bool = False,
        leave_out: Sequence[str] = WEAK,
    ) -> PriceSeries:
        """Return one regular series per kilogram of oxide, in one money.

        Another currency at the average rate of each month (`Money.in_currency`),
        constant prices with the US CPI-U (`Money.in_money_of`). A period without a rate
        or an index has no price, and says so.

        Parameters
        ----------
        product : str
            E.g. ``"Nd oxide"``.
        market : str
            China FOB, China domestic, China posted or USGS reference.
        currency : str
            USD, or one that has rates. Constant prices are in US dollars only.
        real : bool
            In dollars of `base_year`.
        frequency : {"month", "day", "year"}
        proxy : bool
            Let 75 % Nd oxide and 25 % Pr oxide stand in for NdPr oxide.
        quotes : bool
            Let dated quotations stand in where there is no regular series by month.
        leave_out : sequence of str
            Which of `MARKS` keep a price out of estimation.

        Raises
        ------
        NoFigures
            If there is no such series. The message says what there is instead.
        UnknownName
            If a product, market or currency is not known.
        ParameterError
            If another parameter is impossible.
        """
        _check(frequency, real, currency, leave_out)
        mix = NDPR if proxy and product == "NdPr oxide" else {product: 1.0}
        money = (currency, base_year if real else None)
        parts = [self._one(p, market, frequency, money, quotes) for p in mix]
        frames = [frame for frame, _ in parts]
        frame = mixed(frames, mix) if len(mix) > 1 else frames[0]
        frame = usable(frame, leave_out)
        behind = pd.concat([figures for _, figures in parts], ignore_index=True)
        stated = _proxy(mix) if len(mix) > 1 else ""
        return PriceSeries(
            product=product,
            market=market,
            frequency=frequency,
            unit=f"{base_year} USD/kg" if real else f"{currency}/kg",
            frame=frame,
            step=declared(frame),
            proxy=stated,
            figures=behind.drop_duplicates("figure_id", ignore_index=True),
        )

    def of(self, series: str, product: str, market: str) -> pd.DataFrame:
        """Return the figures of one series, product and market."""
        return self._groups.get((series, product, market), self.figures.iloc[:0])

    @cached_property
    def _groups(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        """Return the figures by series, product and market."""
        return dict(iter(self.figures.groupby(["series", "product", "entity"])))

    @cached_property
    def _made(self) -> dict[tuple[str, str, str, _Money, bool], _Grid]:
        """Return what `_one` has made so far: an analysis asks for a series often."""
        return {}

    def _one(
        self, product: str, market: str, frequency: str, money: _Money, quotes: bool
    ) -> _Grid:
        """Return a series on a grid without holes, and the figures behind it."""
        key = (product, market, frequency, money, quotes)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(
        self, product: str, market: str, frequency: str, money: _Money, quotes: bool
    ) -> _Grid:
        freq = FREQUENCIES[frequency]
        names = [REGULAR.get((market, frequency), "")]
        if quotes and frequency == "month":
            names += QUOTES
        for name in names:
            own = self.of(name, product, market)
            if own["period_end"].dt.to_period(freq).nunique() >= LEAST_REGULAR:
                break
        else:
            raise self._instead(product, market, frequency)
        own = _one_definition(own, freq, self.definitions - {EXPORT_DUTY})
        if name in QUOTES:  # many are ranges
            middle = own[["low", "high"]].mean(axis=1, skipna=False)
            own = own.assign(value=own["value"].fillna(middle))
        currency, base_year = money
        same = own["unit"].str.startswith(f"{currency}/").all() and base_year is None
        priced = per_kg(own)
        if not same:
            priced = self.money.in_currency(priced, currency, "nan")
        why = np.where(priced["value"].isna(), f"no exchange rate of {currency}", "")
        if base_year is not None:
            self.money.check_base(base_year)
            real = self.money.in_money_of(priced, base_year, "nan")
            why = np.where(real["value"].isna() & (why == ""), "no US CPI-U", why)
            priced = real
        grid = pd.DataFrame(
            {
                "price": priced["value"].to_numpy(),
                "printed": own["value"].to_numpy(),
                "printed_unit": own["unit"].to_numpy(),
                "quoted": own["period_end"].to_numpy(),
                "marks": each(own["basis"], marks_of).to_numpy(),
                "reason": why,
                "basis": own["basis"].to_numpy(),
                "figure_id": own["figure_id"].to_numpy(),
                "source_id": own["source_id"].to_numpy(),
            },
            index=pd.PeriodIndex(own["period_end"].dt.to_period(freq), name=frequency),
        )
        whole = pd.period_range(grid.index.min(), grid.index.max(), freq=freq)
        grid = grid.reindex(whole.rename(frequency))
        grid["reason"] = grid["reason"].fillna("no quotation")
        text = ["printed_unit", "marks", "basis", "figure_id", "source_id"]
        grid[text] = grid[text].fillna("")
        if same:
            return grid, own
        rates = self.money.behind(own, currency, base_year)
        return grid, pd.concat([own, rates], ignore_index=True)

    def _instead(self, product: str, market: str, frequency: str) -> Exception:
        """Return the refusal of a series that does not exist."""
        known = self.catalogue()
        if product not in set(self.figures["product"]):
            return unknown_name("priced product", product, set(self.figures["product"]))
        markets = sorted(set(self.figures["entity"]))
        if market not in markets:
            return unknown_name("market", market, markets)
        same = known[known["product"] == product]
        instead = [
            f"{row.market} by {row.frequency} ({row.first:%Y-%m} to {row.last:%Y-%m})"
            for row in same.itertuples()
        ]
        quotes = sum(len(self.of(name, product, market)) for name in QUOTES)
        if quotes:
            instead.append(f"{quotes} dated quotations of {market} (no series)")
        if product == "NdPr oxide":
            instead.append(f"a proxy, {_proxy(NDPR)}: proxy=True")
        return NoFigures(
            f"no regular series of {product}, {market}, by {frequency}; there is "
            f"{'; '.join(instead) or 'none of this product in any market'}"
        )


def price_series(
    product: str = "NdPr oxide",
    market: str = "China FOB",
    currency: str = "USD",
    as_of: str = "latest",
    **how: Any,
) -> PriceSeries:
    """Return the price of a kilogram of oxide over time, in one money.

    Parameters
    ----------
    product, market, currency
        As in `Prices.series`; what else it takes (``real``, ``base_year``,
        ``frequency``, ``proxy``) stands in `how`.
    as_of : str, default "latest"
        ISO date: only prices, rates and indices published by then.

    Returns
    -------
    PriceSeries
        ``values`` is a Series by pandas period, in ``unit``; ``figures`` are the rows
        that it rests on.

    Raises
    ------
    NoFigures, UnknownName, ParameterError
        As in `Prices.series`. The message says what there is instead.
    """
    how.setdefault("proxy", product == "NdPr oxide")
    return Prices.load(as_of, cpi_gaps=1).series(product, market, currency, **how)


def _check(frequency: str, real: bool, currency: str, leave_out: Sequence[str]) -> None:
    if frequency not in FREQUENCIES:
        raise ParameterError(
            f"frequency: {frequency!r} is not one of {', '.join(FREQUENCIES)}"
        )
    if other := [mark for mark in leave_out if mark not in MARKS]:
        raise ParameterError(
            f"leave_out: {other[0]!r} is not one of {', '.join(MARKS)}"
        )
    if real and currency != "USD":
        raise ParameterError(
            f"constant prices are in US dollars (US CPI-U), not {currency}; choose "
            "real=False or currency='USD'"
        )


def marks_of(basis: str) -> str:
    """Return the marks of a basis with semicolons between them, as it has them."""
    return ";".join(code for code in MARKS if code in codes(basis))


def declared(frame: pd.DataFrame) -> Step | None:
    """Return the tax change inside a series: the end of the export duty, or none."""
    taxed = has_codes(frame["basis"], EXPORT_DUTY)
    return DUTY_ENDS if taxed.any() and not taxed.all() else None


def meaning(basis: pd.Series, definitions: frozenset[str]) -> pd.Series:
    """Return the definition codes of each basis, which comparable prices share."""
    return each(basis, lambda cell: ";".join(sorted(definitions & codes(cell))))


def period(when: str | int | None, name: str = "") -> pd.Period | None:
    """Return the year, month or day that is meant; None for an end that is left open.

    Parameters
    ----------
    name : str
        Of the parameter, for the message.

    Raises
    ------
    ParameterError
        If it is none.
    """
    if when in (None, "first", "latest"):
        return None
    try:
        return pd.Period(str(when))
    except ValueError:
        raise ParameterError(
            f"{name}{name and ': '}{when!r} is not 'first', 'latest', or a year, month "
            "or day (YYYY, YYYY-MM, YYYY-MM-DD)"
        ) from None


def measured(
    step: Step, taxed: pd.Series, untaxed: pd.Series, periods: int = 12
) -> Step:
    """Return a step with the size that a second market without it shows.

    exp(mean after - mean before) - 1 of the log ratio of the two prices, over as many
    periods before and after the one in which the step lies (itself left out). What
    moves both markets drops out; what moved one alone in these periods does not.

    Parameters
    ----------
    step : Step
    taxed, untaxed : Series of float, PeriodIndex
        The same product in the same unit, with and without the step.
    periods : int
        Before, and after.

    Raises
    ------
    ParameterError
        If the units differ.
    NoFigures
        If a period lacks a price in one of the two.
    """
    if taxed.name != untaxed.name:
        raise ParameterError(f"prices in {taxed.name} and in {untaxed.name}")
    at = pd.Period(step.date, freq=taxed.index.freq)
    before = pd.period_range(at - periods, at - 1)
    after = pd.period_range(at + 1, at + periods)
    ratio = np.log(taxed / untaxed).reindex(before.append(after))
    absent = ratio.index[ratio.isna()]
    if len(absent):
        raise NoFigures(
            f"the size of {step.label!r} needs {periods} periods on both sides of {at} "
            f"in both markets; {few(list(map(str, absent)), 2)} lack a price"
        )
    gap = float(ratio[after].mean() - ratio[before].mean())
    return replace(step, change=float(np.expm1(gap)))


def capped(step: Step) -> Step:
    """Return a step that is no larger than the duty, and takes nothing on."""
    return replace(step, change=float(np.clip(step.change, DUTY_ENDS.change, 0.0)))


def mixed(frames: Sequence[pd.DataFrame], mix: Mapping[str, float]) -> pd.DataFrame:
    """Return the weighted mean of series where all of them have a price."""
    common = frames[0].index
    for frame in frames[1:]:
        common = common.intersection(frame.index)
    frames = [frame.loc[common] for frame in frames]
    joined = frames[0].copy()
    for column in ("price", "printed"):
        weighted = [s * f[column] for s, f in zip(mix.values(), frames, strict=True)]
        joined[column] = sum(weighted[1:], weighted[0])
    for column in ("marks", "reason", "basis", "figure_id", "source_id"):
        rows = zip(*(frame[column] for frame in frames), strict=True)
        joined[column] = [";".join(dict.fromkeys(filter(None, row))) for row in rows]
    return joined


def usable(frame: pd.DataFrame, leave_out: Sequence[str]) -> pd.DataFrame:
    """Return the frame with what estimation may use, and why not the rest."""
    weak = each(
        frame["marks"],
        lambda marks: ", ".join(m for m in leave_out if m in codes(marks)),
    )
    reason = frame["reason"].where(frame["reason"] != "", weak)
    return frame.assign(used=frame["price"].notna() & (weak == ""), reason=reason)


def _one_definition(
    own: pd.DataFrame, freq: str, definitions: frozenset[str]
) -> pd.DataFrame:
    """Return one figure per period: of the definition that covers most periods.

    The end of the export duty is the one change of definition that a series spans.
    """
    meant = meaning(own["basis"], definitions)
    period = own["period_end"].dt.to_period(freq)
    covers = period.groupby(meant).nunique()
    kept = own[meant == covers.idxmax()].sort_values("period_end")
    last = ~kept["period_end"].dt.to_period(freq).duplicated(keep="last")
    return kept[last].reset_index(drop=True)


def _proxy(mix: Mapping[str, float]) -> str:
    parts = listed([f"{pct(share)} {name}" for name, share in mix.items()])
    return f"{parts} by weight, a proxy and not a quotation"

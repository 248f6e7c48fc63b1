"""One regular price series at a time, with its basis, its money and its gaps.

Which price is meant decides the answer: China FOB (US dollars, with export duty until
April 2015), China domestic (yuan, quoted with value-added tax), China posted (ex works,
in US dollars) and the USGS reference (annual averages) are different things. A series
here never mixes them, never fills a gap, and says what was left out.

What a method takes is a Series of float with a PeriodIndex: one entry per period, NaN
where there is no value or where one was left out. Its ``name`` is its unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any, cast

import numpy as np
import pandas as pd

from rareearth import words
from rareearth.errors import (
    NoFigures,
    ParameterError,
    UnknownName,
    quoted,
    unknown_name,
)
from rareearth.figures import loading as store
from rareearth.figures.columns import codes, each, has_codes
from rareearth.figures.lookup import offer
from rareearth.money.money import Money, per_kg
from rareearth.words import listed, pct


@dataclass(frozen=True)
class Step:
    """A known change of what a price contains: a tax or a quota, not the market.

    Attributes
    ----------
    date : str
        ISO date of the first day on the new footing, e.g. ``"2015-05-01"``.
    label : str
        What changed, e.g. ``"export duty ends"``.
    change : float
        The change of the price as a share (-0.2 is a fifth less).
    """

    date: str
    label: str
    change: float


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

MARKS = ("sparse", "stale", "possibly-stale", "quoting-break", "incomplete-period")
"""Qualifiers of the basis that say that a price is weak."""

STALE = ("stale", "possibly-stale")
"""The marks of a posted price that did not follow the market."""

WEAK = (*STALE, "quoting-break", "incomplete-period")
"""The marks that keep a price out of estimation. A stretch with few quotes a month is
none of them: its month-ends were quoted."""

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
        ``price`` float in the unit, NaN without one; ``quoted`` datetime64, the last
        day that the figure is for; ``marks`` str, of `MARKS`; ``used`` bool: fit for
        estimation; ``reason`` str: why it is not; ``basis``, ``figure_id``,
        ``source_id`` str.
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
    def money(self) -> str:
        """Return the currency of the unit."""
        return self.unit.split("/")[0].split()[-1]

    @property
    def step(self) -> Step | None:
        """Return the tax change inside the series: the end of the duty, or none."""
        taxed = has_codes(self.frame["basis"], EXPORT_DUTY)
        return DUTY_ENDS if taxed.any() and not taxed.all() else None

    @property
    def values(self) -> pd.Series:
        """Return the prices fit for estimation, NaN for the others; named by unit."""
        return self.frame["price"].where(self.frame["used"]).rename(self.unit)

    @property
    def quoted(self) -> pd.Series:
        """Return all prices, the weak ones too, for a chart; named by unit."""
        return self.frame["price"].rename(self.unit)

    @property
    def ends(self) -> dict[str, Any]:
        """Return the highest and the lowest price, and when they were."""
        quoted = self.quoted.dropna()
        return {
            "highest": float(quoted.max()),
            "high_at": quoted.idxmax(),
            "lowest": float(quoted.min()),
            "low_at": quoted.idxmin(),
            "since": quoted.index[0],
        }

    @property
    def last(self) -> pd.Series:
        """Return the last price fit for estimation: ``price``, ``quoted``, ``period``.

        Raises
        ------
        NoFigures
            If none is.
        """
        used = self.frame[self.frame["used"]]
        if used.empty:
            raise NoFigures(f"{self.title}: no price is fit for estimation")
        row = used.iloc[-1]
        return pd.Series(
            {"price": row["price"], "quoted": row["quoted"], "period": used.index[-1]}
        )

    @property
    def drawn(self) -> pd.DataFrame:
        """Return the series as a chart draws it.

        Returns
        -------
        DataFrame, one row per period with a price
            ``date`` datetime64: the last day quoted, of a year its middle; ``price``
            float, ``used`` bool: fit for estimation, ``marks``, ``reason``,
            ``source_id`` str.
        """
        frame = self.frame[self.frame["price"].notna()]
        date = frame["quoted"]
        if self.frequency == "year":
            half = (frame.index.end_time - frame.index.start_time) / 2
            date = (frame.index.start_time + half).normalize()
        columns = ["price", "used", "marks", "reason", "source_id"]
        return frame[columns].assign(date=date).reset_index(drop=True)

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
        return replace(self, frame=frame, figures=self.figures[kept | rates])

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
    def load(cls, as_of: str = "latest", cpi_gaps: int = 0) -> Prices:
        """Return the prices, rates and indices published by a date.

        Parameters and errors as in `Money.load`; NoFigures if there was no price.
        """
        names = list(dict.fromkeys((*REGULAR.values(), *QUOTES)))
        figures = store.load(names, as_of=as_of, missing="empty")
        if figures.empty:
            raise NoFigures(f"no oxide prices had been published by {as_of}")
        kinds = store.dictionary("bases")["kind"]
        return cls(
            figures=figures,
            money=Money.load(as_of, cpi_gaps=cpi_gaps),
            definitions=frozenset(kinds.index[kinds == "definition"]),
        )

    @cached_property
    def catalogue(self) -> pd.DataFrame:
        """Return the regular series that exist.

        Returns
        -------
        DataFrame
            ``product``, ``market``, ``frequency`` str, ``first``, ``last`` datetime64.
        """
        rows = []
        for (market, frequency), name in REGULAR.items():
            own = self.figures[
                (self.figures["series"] == name) & (self.figures["entity"] == market)
            ]
            for product, days in own.groupby("product")["period_end"]:
                n = days.dt.to_period(FREQUENCIES[frequency]).nunique()
                if n >= LEAST_REGULAR:
                    rows.append((product, market, frequency, days.min(), days.max()))
        names = ["product", "market", "frequency", "first", "last"]
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

        Raises
        ------
        NoFigures
            If there is no such series. The message says what there is instead.
        UnknownName
            If a product, market or currency is not known.
        ParameterError
            If another parameter is impossible.
        """
        if frequency not in FREQUENCIES:
            raise ParameterError(
                f"frequency: {frequency!r} is not one of {', '.join(FREQUENCIES)}"
            )
        if real and currency != "USD":
            raise ParameterError(
                f"constant prices are in US dollars (US CPI-U), not {currency}; choose "
                "real=False or currency='USD'"
            )
        mix = NDPR if proxy and product == "NdPr oxide" else {product: 1.0}
        names = [REGULAR.get((market, frequency), "")]
        names += QUOTES if quotes and frequency == "month" else ()
        base = base_year if real else None
        parts = [self._chosen(part, market, frequency, names) for part in mix]
        own = pd.concat(parts, ignore_index=True)
        rates = self.money.behind(own, currency, base)
        return PriceSeries(
            product=product,
            market=market,
            frequency=frequency,
            unit=f"{base_year} USD/kg" if real else f"{currency}/kg",
            frame=mixed([self._grid(p, frequency, currency, base) for p in parts], mix),
            proxy=_proxy(mix) if len(mix) > 1 else "",
            figures=pd.concat([own, rates], ignore_index=True),
        )

    def of(self, series: str, product: str, market: str) -> pd.DataFrame:
        """Return the figures of one series, product and market."""
        return self.figures[
            (self.figures["series"] == series)
            & (self.figures["product"] == product)
            & (self.figures["entity"] == market)
        ]

    def _chosen(
        self, product: str, market: str, frequency: str, names: Sequence[str]
    ) -> pd.DataFrame:
        """Return one figure per period: of the definition that covers most periods.

        Of the first series that is regular. The end of the export duty is the one
        change of definition that a series spans.
        """
        for name in names:
            own = self.of(name, product, market)
            own = own.assign(
                step=own["period_end"].dt.to_period(FREQUENCIES[frequency])
            )
            if own["step"].nunique() >= LEAST_REGULAR:
                break
        else:
            raise self._instead(product, market, frequency)
        definitions = self.definitions - {EXPORT_DUTY}
        meant = each(
            own["basis"], lambda cell: ";".join(sorted(definitions & codes(cell)))
        )
        most = own.groupby(meant)["step"].nunique().idxmax()
        kept = own[meant == most].sort_values("period_end")
        kept = kept.drop_duplicates("step", keep="last").drop(columns="step")
        if name in QUOTES:  # many are ranges
            middle = kept[["low", "high"]].mean(axis=1, skipna=False)
            kept = kept.assign(value=kept["value"].fillna(middle))
        return kept

    def _grid(
        self, own: pd.DataFrame, frequency: str, currency: str, base_year: int | None
    ) -> pd.DataFrame:
        """Return figures in one money, one row for every period."""
        priced = self.money.in_currency(per_kg(own), currency, "nan")
        unknown = priced["value"].isna()
        why = np.where(unknown, f"no exchange rate of {currency}", "")
        if base_year is not None:
            self.money.check_base(base_year)
            priced = self.money.in_money_of(priced, base_year, "nan")
            why = np.where(priced["value"].isna() & ~unknown, "no US CPI-U", why)
        grid = own[["basis", "figure_id", "source_id"]].assign(
            price=priced["value"],
            quoted=own["period_end"],
            marks=each(own["basis"], marks_of),
            reason=why,
        )
        grid.index = pd.PeriodIndex(
            own["period_end"].dt.to_period(FREQUENCIES[frequency]), name=frequency
        )
        whole = pd.period_range(grid.index.min(), grid.index.max(), name=frequency)
        grid = grid.reindex(whole)
        grid["reason"] = grid["reason"].fillna("no quotation")
        text = ["marks", "basis", "figure_id", "source_id"]
        grid[text] = grid[text].fillna("")
        return grid

    def of_the_day(self, series: PriceSeries) -> PriceSeries:
        """Return the same series over the same time, in its currency, not deflated."""
        if series.unit == f"{series.money}/kg":
            return series
        nominal = self.series(
            series.product,
            series.market,
            series.money,
            frequency=series.frequency,
            proxy=True,
            quotes=True,
        )
        frame = nominal.frame.loc[series.frame.index[0] : series.frame.index[-1]]
        return replace(nominal, frame=frame)

    def _instead(self, product: str, market: str, frequency: str) -> Exception:
        """Return the refusal of a series that does not exist."""
        products = set(self.figures["product"])
        if product not in products:
            meant = offer("product", product, products)
            return UnknownName(f"unknown product: {quoted(product)}; {meant}")
        markets = sorted(set(self.figures["entity"]))
        if market not in markets:
            return unknown_name("market", market, markets)
        same = self.catalogue[self.catalogue["product"] == product]
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


def chosen(
    prices: Prices,
    product: str,
    market: str,
    currency: str = "USD",
    real: bool = False,
    base_year: int = 2024,
    start: str = "first",
    end: str = "latest",
) -> PriceSeries:
    """Return the regular series of a product in a market, in the money asked for.

    By month where the market is quoted by month, else by year, else from dated
    quotations. NdPr oxide, which China FOB does not quote, is the stated proxy of
    `Prices.series`.

    Raises
    ------
    UnknownName, NoFigures, ParameterError
        As in `Prices.series` and `PriceSeries.between`.
    """
    known = prices.catalogue
    own = known[(known["product"] == product) & (known["market"] == market)]
    series = prices.series(
        product,
        market,
        currency,
        real,
        base_year,
        frequency="year" if own["frequency"].eq("year").any() else "month",
        proxy=True,
        quotes=True,
    )
    return series.between(start, end)


def attempt(method: Callable[..., Any], *args: Any, **kw: Any) -> tuple[Any, str]:
    """Return what a method finds, and "", or None, and why it found nothing."""
    try:
        return method(*args, **kw), ""
    except (NoFigures, UnknownName) as error:
        return None, str(error)


def marks_of(basis: str) -> str:
    """Return the marks of a basis with semicolons between them, as it has them."""
    return ";".join(code for code in MARKS if code in codes(basis))


def period(when: str | int | None) -> pd.Period | None:
    """Return the year, month or day that is meant; None for an end that is left open.

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
            f"{when!r} is not 'first', 'latest', or a year, month or day (YYYY, "
            "YYYY-MM, YYYY-MM-DD)"
        ) from None


def mixed(frames: Sequence[pd.DataFrame], mix: Mapping[str, float]) -> pd.DataFrame:
    """Return the weighted mean of series where all have a price, and what is fit."""
    common = frames[0].index
    for frame in frames[1:]:
        common = common.intersection(frame.index)
    frames = [frame.loc[common] for frame in frames]
    joined = frames[0].copy()
    weighted = [s * f["price"] for s, f in zip(mix.values(), frames, strict=True)]
    joined["price"] = sum(weighted[1:], weighted[0])
    for column in ("marks", "reason", "basis", "figure_id", "source_id"):
        rows = zip(*(frame[column] for frame in frames), strict=True)
        joined[column] = [";".join(dict.fromkeys(filter(None, row))) for row in rows]
    weak = each(
        joined["marks"], lambda marks: ", ".join(m for m in WEAK if m in codes(marks))
    )
    joined["used"] = joined["price"].notna() & (weak == "")
    joined["reason"] = joined["reason"].where(joined["reason"] != "", weak)
    return joined


def net_of(values: pd.Series, step: Step | None) -> pd.Series:
    """Return prices as if a step had always been there: on its last footing.

    A period counts by its last day, as month-end prices do.
    """
    whole = regular(values)
    if step is None:
        return whole
    early = whole.index.end_time < pd.Timestamp(step.date)
    return whole.mask(early, whole * (1 + step.change))


def regular(values: pd.Series) -> pd.Series:
    """Return a series as float, refusing what is no regular series of periods.

    Raises
    ------
    ParameterError
        If the index is no PeriodIndex, or has repeated, missing or unsorted periods
        (a gap is a period with NaN).
    """
    index = values.index
    if not isinstance(index, pd.PeriodIndex):
        raise ParameterError(
            f"a series needs a PeriodIndex, one entry per period, not {type(index)}"
        )
    whole = pd.period_range(index.min(), index.max(), freq=index.freq)
    if not index.equals(whole):
        absent = whole.difference(index)
        what = f"lacks {absent[0]}" if len(absent) else "is unsorted or repeats periods"
        raise ParameterError(
            f"the series {what}; give every period once, NaN where there is no value"
        )
    return values.astype("float64")


def observed(
    values: pd.Series, least: int, method: str, log: bool = False
) -> pd.Series:
    """Return the periods of a series that have a value, in logarithms if asked.

    Raises
    ------
    NoFigures
        If there are fewer than `least`. The message says how many `method` needs.
    ParameterError
        If the series is not regular, or its logarithm does not exist.
    """
    found = regular(values).dropna()
    if len(found) < least:
        has = f"this one has {len(found)}{f', {span(found)}' if len(found) else ''}"
        raise NoFigures(f"{method} needs a series of at least {least} points; {has}")
    if not np.isfinite(found).all():
        raise ParameterError(f"{method}: the series has an infinite value")
    if log and (found <= 0).any():
        raise ParameterError(
            f"{method} takes logarithms; the value of {found.idxmin()} is "
            f"{found.min():g}, not positive"
        )
    return cast(pd.Series, np.log(found)) if log else found


def positions(found: pd.Series) -> np.ndarray:
    """Return how many periods each entry is after the first (gaps count)."""
    ordinals = found.index.asi8
    return ordinals - ordinals[0]


def longest_run(values: pd.Series) -> pd.Series:
    """Return the longest stretch without a gap."""
    whole = regular(values)
    runs = whole.dropna().groupby(whole.isna().cumsum()[whole.notna()])
    if runs.ngroups == 0:
        return whole.dropna()
    return runs.get_group(runs.size().idxmax())


def left_out(values: pd.Series) -> str:
    """Return the periods without a value as runs: "2021-10 to 2022-09"; "" if none."""
    index = regular(values).index
    absent = pd.Series(0.0, index=index[values.isna()])
    if absent.empty:
        return ""
    runs = absent.groupby((positions(absent) - np.arange(len(absent))).tolist())
    return ", ".join(span(run) for _, run in runs)


def span(found: pd.Series) -> str:
    """Return "July 2010 to July 2026", or one period when there is only one."""
    first, last = found.index[0], found.index[-1]
    return words.period(first.start_time, last.end_time.normalize())


def _proxy(mix: Mapping[str, float]) -> str:
    parts = listed([f"{pct(share)} {name}" for name, share in mix.items()])
    return f"{parts} by weight, a proxy and not a quotation"

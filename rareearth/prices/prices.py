"""One regular price series at a time, with its basis, its money and its gaps.

Which price is meant decides the answer: China FOB (US dollars, with export duty until
April 2015), China domestic (yuan, quoted with value-added tax), China posted (ex works,
in US dollars) and the USGS reference (annual averages) are different things. A series
here never mixes them, never fills a gap, and says what was left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError, unknown_name
from rareearth.figures import loading as store
from rareearth.figures.columns import each
from rareearth.money.money import Money, per_kg
from rareearth.prices.series import (
    EXPORT_DUTY,
    MARKS,
    WEAK,
    PriceSeries,
    declared,
    mixed,
    usable,
)

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
        parts = []
        for name in dict.fromkeys((*REGULAR.values(), *QUOTES)):
            try:
                parts.append(store.load(name, as_of=as_of, extra=extra))
            except NoFigures:
                continue
        if not parts:
            raise NoFigures(f"no oxide prices had been published by {as_of}")
        kinds = store.dictionary("bases", extra)["kind"]
        return cls(
            figures=pd.concat(parts, ignore_index=True),
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
        leave_out: Sequence[str] = WEAK,
    ) -> PriceSeries:
        """Return one regular series per kilogram of oxide, in one money.

        Another currency at the average rate of each month (`Money.convert`), constant
        prices with the US CPI-U (`Money.deflate`). A period without a rate or an index
        has no price, and says so.

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
        parts = [self._one(p, market, frequency, money) for p in mix]
        frame = mixed(parts, mix) if len(parts) > 1 else parts[0][0]
        frame = usable(frame, leave_out)
        behind = pd.concat([figures for _, figures in parts], ignore_index=True)
        stated = _proxy(mix) if len(mix) > 1 else ""
        return PriceSeries(
            product=product,
            market=market,
            frequency=frequency,
            unit=f"{base_year} USD/kg" if real else f"{currency}/kg",
            frame=frame,
            steps=declared(frame),
            proxy=stated,
            figures=behind.drop_duplicates("figure_id", ignore_index=True),
        )

    def changes(
        self, start: str | int, end: str | int, currency: str = "USD"
    ) -> pd.DataFrame:
        """Return the change from one period to another on every regular series.

        Returns
        -------
        DataFrame, one row per series
            ``product``, ``market``, ``frequency``, ``unit`` str, ``before``,
            ``after``, ``change`` float (a share), ``why_not`` str: what is missing.
        """
        rows = []
        for known in _coarsest(self.catalogue()).itertuples():
            row = {"product": known.product, "market": known.market}
            one = self.series(
                known.product, known.market, currency, frequency=known.frequency
            )
            row |= {"frequency": known.frequency, "unit": one.unit, "why_not": ""}
            try:
                before, after = one.mean(start), one.mean(end)
            except NoFigures as error:
                before, after, row["why_not"] = np.nan, np.nan, str(error)
            rows.append(
                row | {"before": before, "after": after, "change": after / before - 1}
            )
        return pd.DataFrame(rows)

    def of(self, series: str, product: str, market: str) -> pd.DataFrame:
        """Return the figures of one series, product and market."""
        return self._groups.get((series, product, market), self.figures.iloc[:0])

    @cached_property
    def _groups(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        """Return the figures by series, product and market."""
        return dict(iter(self.figures.groupby(["series", "product", "entity"])))

    @cached_property
    def _made(self) -> dict[tuple[str, str, str, _Money], _Grid]:
        """Return what `_one` has made so far: an analysis asks for a series often."""
        return {}

    def _one(self, product: str, market: str, frequency: str, money: _Money) -> _Grid:
        """Return a series on a grid without holes, and the figures behind it."""
        key = (product, market, frequency, money)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, product: str, market: str, frequency: str, money: _Money) -> _Grid:
        own = self.of(REGULAR.get((market, frequency), ""), product, market)
        freq = FREQUENCIES[frequency]
        if own["period_end"].dt.to_period(freq).nunique() < LEAST_REGULAR:
            raise self._instead(product, market, frequency)
        own = _one_definition(own, freq, self.definitions - {EXPORT_DUTY})
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
                "marks": each(own["basis"], _marks).to_numpy(),
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


def _coarsest(catalogue: pd.DataFrame) -> pd.DataFrame:
    """Return the catalogue without daily series of what also has a monthly one."""
    key = ["product", "market"]
    monthly = catalogue.loc[catalogue["frequency"] == "month", key]
    has = catalogue.merge(monthly, on=key, how="left", indicator=True)["_merge"]
    twice = (has == "both").to_numpy() & (catalogue["frequency"] == "day").to_numpy()
    return catalogue[~twice]


def _one_definition(
    own: pd.DataFrame, freq: str, codes: frozenset[str]
) -> pd.DataFrame:
    """Return one figure per period: of the definition that covers most periods.

    The end of the export duty is the one change of definition that a series spans.
    """
    meant = each(
        own["basis"], lambda basis: ";".join(sorted(codes & set(basis.split(";"))))
    )
    period = own["period_end"].dt.to_period(freq)
    covers = period.groupby(meant).nunique()
    kept = own[meant == covers.idxmax()].sort_values("period_end")
    last = ~kept["period_end"].dt.to_period(freq).duplicated(keep="last")
    return kept[last].reset_index(drop=True)


def _proxy(mix: Mapping[str, float]) -> str:
    parts = " and ".join(f"{share:.0%} {name}" for name, share in mix.items())
    return f"{parts} by weight, a proxy and not a quotation"


def _marks(basis: str) -> str:
    return ";".join(code for code in basis.split(";") if code in MARKS)

"""Prices and shipments by month, to lay beside what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import loading as store
from rareearth.policy.states import monthly
from rareearth.prices.prices import Prices

OXIDES = ("Nd oxide", "Dy oxide", "Tb oxide")
BASE = pd.Period("2025-03", "M")  # the month before the licences of April 2025


@dataclass(frozen=True, eq=False)
class Flows:
    """Monthly series, each with a PeriodIndex, empty where nothing is known.

    Attributes
    ----------
    prices : dict of str to Series
        China FOB month-ends in USD/kg, by oxide; stale and sparse months left out.
    exports : Series
        Chinese exports of rare earths, t of product (ores to metals, no magnets).
    magnets : Series
        Chinese exports of rare-earth magnets, t.
    by_destination : DataFrame
        Magnet exports in t, a column per destination.
    approvals : DataFrame
        Figures of the share of export licences approved, percent.
    figures : DataFrame
        The figures behind it, for the list of sources.
    """

    prices: dict[str, pd.Series]
    exports: pd.Series
    magnets: pd.Series
    by_destination: pd.DataFrame
    approvals: pd.DataFrame
    figures: pd.DataFrame

    @classmethod
    def load(cls, as_of: str = "latest", extra: str | Path | None = None) -> Flows:
        """Return the flows published by a date."""
        exports = _load("rare_earth_exports", "China", "rare earths", as_of, extra)
        magnets = _load("magnet_exports", "China", "rare-earth magnets", as_of, extra)
        to = _load("magnet_exports_to", None, "rare-earth magnets", as_of, extra)
        approvals = _load("export_licence_approval_share", None, None, as_of, extra)
        quoted, behind = _prices(as_of, extra)
        destinations = {
            str(name): monthly(own) for name, own in to.groupby("entity") if len(own)
        }
        return cls(
            prices=quoted,
            exports=monthly(exports),
            magnets=monthly(magnets),
            by_destination=pd.DataFrame(destinations).sort_index(),
            approvals=approvals,
            figures=pd.concat(
                [
                    part
                    for part in (exports, magnets, to, approvals, *behind)
                    if len(part)
                ]
            ),
        )

    def all(self) -> dict[str, pd.Series]:
        """Return prices, exports and magnets under the names of a table."""
        named = {f"{name} FOB": values for name, values in self.prices.items()}
        named["rare-earth exports"] = self.exports
        named["magnets"] = self.magnets
        return {name: values for name, values in named.items() if len(values)}

    def panels(self, first: pd.Period) -> dict[str, dict[str, pd.Series]]:
        """Return what a chart shows from a month on: an index, and two flows."""
        indexed = {
            name: 100 * values[values.index >= first] / values[BASE]
            for name, values in self.prices.items()
            if BASE in values.index
        }
        panels = {
            f"FOB price, {BASE} = 100": indexed,
            "Rare-earth exports, t": {"exports": _from(self.exports, first)},
            "Magnet exports, t": {"magnets": _from(self.magnets, first)},
        }
        return {
            label: {name: values for name, values in series.items() if len(values)}
            for label, series in panels.items()
            if any(len(values) for values in series.values())
        }


def _from(values: pd.Series, first: pd.Period) -> pd.Series:
    return values[values.index >= first] if len(values) else values


def _load(
    series: str,
    entity: str | None,
    product: str | None,
    as_of: str,
    extra: str | Path | None,
) -> pd.DataFrame:
    try:
        return store.load(series, entity, product, as_of=as_of, extra=extra)
    except NoFigures:
        empty = pd.DataFrame(columns=store.FIGURE_COLUMNS)
        dates = ["period_start", "period_end"]
        return empty.astype(dict.fromkeys(dates, "datetime64[ns]"))


def _prices(
    as_of: str, extra: str | Path | None
) -> tuple[dict[str, pd.Series], list[pd.DataFrame]]:
    try:
        prices = Prices.load(as_of, extra)
    except NoFigures:
        return {}, []
    quoted, behind = {}, []
    for name in OXIDES:
        try:
            one = prices.series(name)
        except NoFigures:
            continue
        quoted[name] = one.values.dropna()
        behind.append(one.figures)
    return quoted, behind

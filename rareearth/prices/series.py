"""A price over time on one basis, and what is known about every period of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import codes, each
from rareearth.methods.samples import Step, left_out

MARKS = ("sparse", "stale", "possibly-stale", "quoting-break", "incomplete-period")
"""Qualifiers of the basis that say that a price is weak."""

WEAK = ("sparse", "stale", "quoting-break", "incomplete-period")
"""The marks that keep a price out of estimation, unless asked otherwise."""

EXPORT_DUTY = "export-tax-incl"
DUTY_ENDS = Step("2015-05-01", "export duty ends")
"""China FOB prices contain export duty before this day (events.csv)."""


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
    steps : tuple of Step
        Declared tax changes inside the series.
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
    steps: tuple[Step, ...]
    proxy: str
    figures: pd.DataFrame

    @property
    def title(self) -> str:
        """Return product, market and, where there is one, the proxy."""
        return f"{self.product}, {self.market}" + (" (proxy)" if self.proxy else "")

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader has to know: a proxy, what is left out, the duty."""
        return tuple(note for note in (self.proxy, *_notes(self.frame)) if note)

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

        Raises
        ------
        NoFigures
            If there is no price in between. The message says from when to when.
        """
        ends, starts = self.frame.index.end_time, self.frame.index.start_time
        first = ends[0] if start is None else _period(start).start_time
        last = starts[-1] if end is None else _period(end).end_time
        frame = self.frame[(ends >= first) & (starts <= last)]
        if not frame["price"].notna().any():
            raise NoFigures(
                f"{self.title}: no price from {start} to {end}; there are prices for "
                f"{_coverage(self.quoted)}"
            )
        named = set(";".join(frame["figure_id"]).split(";"))
        kept = self.figures["figure_id"].isin(named)
        rates = ~self.figures["series"].str.startswith("oxide_price")
        return replace(
            self, frame=frame, steps=declared(frame), figures=self.figures[kept | rates]
        )

    def change(self, start: str | int, end: str | int) -> float:
        """Return the change from one period to another as a share (0.1 is 10 % more).

        A year names the mean of all its periods, a month its own price.

        Raises
        ------
        NoFigures
            If a period has no price. The message names it, and those that have.
        """
        return self.mean(end) / self.mean(start) - 1

    def within(self, when: str | int) -> pd.DataFrame:
        """Return the rows of a period: of a month its own, of a year all its months.

        Raises
        ------
        NoFigures
            If the period is shorter than the step of the series.
        """
        first, last = self._edges(when)
        start = self.frame.index[0].ordinal
        from_, to = first.ordinal - start, last.ordinal - start + 1
        return self.frame.iloc[max(from_, 0) : max(to, 0)]

    def _edges(self, when: str | int) -> tuple[pd.Period, pd.Period]:
        """Return the first and the last step of the series in a period."""
        wanted = _period(when)
        freq = self.frame.index.freq
        first = pd.Period(wanted.start_time, freq=freq)
        if first.start_time < wanted.start_time or first.end_time > wanted.end_time:
            raise NoFigures(
                f"{self.title}: {when} is shorter than a {self.frequency}, the step of "
                "this series"
            )
        return first, pd.Period(wanted.end_time, freq=freq)

    def mean(self, when: str | int) -> float:
        """Return the mean price of a period: a month its own, a year of all its months.

        Raises
        ------
        NoFigures
            If a month of it has no price (a day may: markets close).
        """
        first, last = self._edges(when)
        prices = self.within(when)["price"].dropna()
        lacks = len(prices) < last.ordinal - first.ordinal + 1
        if lacks and (self.frequency != "day" or prices.empty):
            absent = pd.period_range(first, last).difference(prices.index)
            raise NoFigures(
                f"{self.title}: no price for {_few(absent)}, so none for {when}; there "
                f"are prices for {_coverage(self.quoted)}"
            )
        return float(prices.mean())


def marks_of(basis: str) -> str:
    """Return the marks of a basis with semicolons between them, as it has them."""
    return ";".join(code for code in MARKS if code in codes(basis))


def declared(frame: pd.DataFrame) -> tuple[Step, ...]:
    """Return the tax changes inside a series: the end of the export duty, or none."""
    taxed = frame["basis"].str.contains(EXPORT_DUTY, regex=False)
    return (DUTY_ENDS,) if taxed.any() and not taxed.all() else ()


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
            f"in both markets; {_few(absent)} lack a price"
        )
    gap = float(ratio[after].mean() - ratio[before].mean())
    return replace(step, change=float(np.expm1(gap)))


def _period(when: str | int) -> pd.Period:
    """Return the year, month or day that is meant."""
    try:
        return pd.Period(str(when))
    except ValueError:
        raise ParameterError(
            f"{when!r} is not a year, an ISO month or day (YYYY, YYYY-MM, YYYY-MM-DD)"
        ) from None


def _coverage(values: pd.Series) -> str:
    have = values.dropna()
    gaps = left_out(values.loc[have.index[0] : have.index[-1]])
    without = f" without {gaps}" if gaps and values.index.freqstr != "D" else ""
    return f"{have.index[0]} to {have.index[-1]}{without}"


def _few(periods: pd.Index) -> str:
    names = [str(period) for period in periods]
    more = f" and {len(names) - 2} more" if len(names) > 3 else ""
    return ", ".join(names[: 2 if more else 3]) + more


def mixed(
    parts: Sequence[tuple[pd.DataFrame, pd.DataFrame]], mix: Mapping[str, float]
) -> pd.DataFrame:
    """Return the weighted mean of series where all of them have a price."""
    frames = [frame for frame, _ in parts]
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
        lambda marks: ", ".join(m for m in leave_out if m in marks.split(";")),
    )
    reason = frame["reason"].where(frame["reason"] != "", weak)
    return frame.assign(used=frame["price"].notna() & (weak == ""), reason=reason)


def _notes(frame: pd.DataFrame) -> list[str]:
    """Return a sentence for each reason that keeps periods out, and for the duty."""
    said = []
    duty = frame["basis"].str.contains(EXPORT_DUTY, regex=False)
    daily = frame.index.freqstr == "D"
    for reason, group in frame[~frame["used"]].groupby("reason"):
        if daily and reason == "no quotation":
            continue  # weekends and holidays
        whole = pd.Series(1.0, index=frame.index).mask(frame.index.isin(group.index))
        said.append(f"left out ({reason}): {left_out(whole)}")
    weak = frame["marks"].str.split(";").explode()
    if (weak == "possibly-stale").any():
        run = frame.index[frame["marks"].str.contains("possibly-stale")]
        used = "kept" if frame.loc[run, "used"].any() else "left out"
        said.append(f"possibly stale, {used}: {run[0]} to {run[-1]}")
    if duty.any():
        said.append(f"contains export duty until {frame.index[duty][-1]}")
    return said

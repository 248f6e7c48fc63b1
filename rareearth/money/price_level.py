"""How the level of US consumer prices changed between a period and a base year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.money.averages import Averages, Missing, year_spans


@dataclass(frozen=True, eq=False)
class PriceLevel:
    """The printed index of consumer prices (US CPI-U, not seasonally adjusted).

    Attributes
    ----------
    figures : DataFrame
        The index, 1982-84 = 100, one value per period.
    gaps : int
        How many months of a span of several may be missing, as in `averages.Averages`.
    by : str
        " published by" and a date, for messages, or "".
    """

    figures: pd.DataFrame
    gaps: int = 0
    by: str = ""

    def check(self, years: tuple[int, ...], use: str) -> None:
        """Refuse years of which the index is not known, and say which are.

        Raises
        ------
        ParameterError
            If one is no year.
        NoFigures
            The message names the first and the last year that could stand instead.
        """
        for year in years:
            check_year(year)
        whole = self._whole_years
        if lacking := sorted(set(years) - set(whole)):
            have = f"{whole[0]} to {whole[-1]}" if whole else "none"
            later = "; a later as_of has later years" if self.by else ""
            raise NoFigures(
                f"no US CPI-U for {lacking[0]}{self.by}: {use} {lacking[0]} cannot be "
                f"used; whole years printed: {have}{later}"
            )

    def inflation(
        self,
        spans: pd.DataFrame,
        needed: pd.Series,
        base_year: int,
        missing: Missing,
    ) -> pd.Series:
        """Return the index of the base year over that of each span.

        Parameters
        ----------
        spans : DataFrame
            ``start`` and ``end``, from `averages.spans_of`.
        needed : Series of bool
            Which spans must have an index.

        Returns
        -------
        Series of float64, with the index of `spans`

        Raises
        ------
        ParameterError
            If `base_year` is no year.
        NoFigures
            If the base year, or a span that is needed, lacks an index. `missing`
            "nan" leaves such a span NaN; the base year is refused all the same.
        """
        check_year(base_year)
        level = self._in(base_year)
        return level / self._index.along(spans, needed, missing)

    def behind(self, spans: pd.DataFrame, base_year: int) -> pd.DataFrame:
        """Return the figures that `inflation` to a base year rests on."""
        return self._index.behind(
            pd.concat([spans, year_spans(pd.Series([base_year]))])
        )

    def _in(self, base_year: int) -> float:
        """Return the index of a base year, found once."""
        if base_year not in self._found:
            base = year_spans(pd.Series([base_year]))
            level = self._index.along(base, base["start"].notna(), None).item()
            self._found[base_year] = level
        return self._found[base_year]

    @cached_property
    def _found(self) -> dict[int, float]:
        return {}

    @cached_property
    def _index(self) -> Averages:
        return Averages(
            f"US CPI-U{self.by}", self.figures, self.gaps, option="cpi_gaps"
        )

    @cached_property
    def _whole_years(self) -> list[int]:
        """Return the years with a price index, in order."""
        years = sorted(set(self.figures["period_end"].dt.year))
        spans = year_spans(pd.Series(years, dtype="int64"))
        level = self._index.along(spans, spans["start"].isna(), "nan")
        return [year for year, known in zip(years, level.notna(), strict=True) if known]


def check_year(year: Any) -> None:
    """Refuse a base year that is no year.

    Raises
    ------
    ParameterError
        If it is not a whole number from 1800 to 2200.
    """
    known = isinstance(year, int | np.integer) and not isinstance(year, bool)
    if not known or not 1800 <= year <= 2200:
        raise ParameterError(f"base_year: {year!r} is not a year, such as 2024")

"""What an importer depends on: China's share, its electric cars, stocks at hand."""

from __future__ import annotations

from functools import partial

import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.columns import IMPORTERS, Load, ends, has_codes
from rareearth.methods.draws import Span
from rareearth.words import number

WEEKS = 365.25 / 12 / 7  # in a month


def importer_code(importer: str) -> str:
    """Return the basis code of an importer.

    Raises
    ------
    ParameterError
        If no source prints where its magnets come from. The message names the choices.
    """
    if importer not in IMPORTERS:
        choices = ", ".join(map(repr, IMPORTERS))
        raise ParameterError(
            f"importer: no printed share of China in the magnet imports of "
            f"{importer!r}; one of {choices}"
        )
    return IMPORTERS[importer]


def china_share(load: Load, importer: str, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return China's share in the magnets that an importer uses, and the figures.

    The range spans the printed shares of the newest years of each source; "over 90" is
    a lower bound and widens nothing above what others print.

    Raises
    ------
    ParameterError, NoFigures
        If the importer is unknown, or nothing had been published.
    """
    code = importer_code(importer)
    magnets = ["NdFeB magnets", "rare-earth magnets"]
    wanted = partial(load, as_of=as_of, missing="empty")
    rows = wanted("import_source_share", "China", magnets)
    rows = rows[has_codes(rows["basis"], code)]
    rows = rows[rows["period_end"].dt.year >= rows["period_end"].dt.year.max() - 4]
    if rows.empty:
        raise NoFigures(
            f"no share of China in the magnet imports of {importer} was published by "
            f"{as_of}; try a later as_of, or another of {', '.join(IMPORTERS)}"
        )
    low, high = ends(rows)
    if importer == "European Union":
        bought, used = wanted("magnet_imports_from"), wanted("magnet_consumption")
        days = ["period_start", "period_end"]
        both = bought.merge(used, on=days, suffixes=("", "_used"))
        for last in both.sort_values("period_end").tail(1).itertuples():
            low = min(low, float(100 * last.value / last.value_used))
            weights = pd.concat([bought, used])
            named = weights["source_id"].isin({last.source_id, last.source_id_used})
            rows = pd.concat([rows, weights[named]], ignore_index=True)
    return Span.around(low / 100, high / 100), rows


def car_share(load: Load, importer: str, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return the share of electric cars in the magnets used, and the figures.

    Cars made in Europe times the printed magnets per car, over the magnets used in
    the European Union; for other importers the printed share of electric vehicles in
    the world's use of magnet rare earths stands in.
    """
    wanted = partial(load, as_of=as_of, missing="empty")
    world = wanted("end_use_share", product="magnet rare earths")
    made = wanted("ev_production", product="electric cars")
    per_car, used = wanted("magnet_intensity_ev"), wanted("magnet_consumption")
    cars = made[made["entity"] == "Europe"]
    shares = list(world["value"] / 100)
    if importer == "European Union" and len(cars) and len(per_car) and len(used):
        tonnes = float(cars["value"].iloc[-1]) * 1_000  # million cars times kg is kt
        total = float(used["value"].iloc[-1])
        shares += [tonnes * end / total for end in ends(per_car)]
    if not shares:
        raise NoFigures(f"no share of electric cars was published by {as_of}")
    return (
        Span.around(min(shares), min(max(shares), 1.0)),
        pd.concat([world, made, per_car, used], ignore_index=True),
    )


def reported_span(stocks: pd.DataFrame) -> tuple[float, float] | None:
    """Return the least and the most weeks that were reported, None without any."""
    reported = stocks[stocks["kind"] == "reported"]
    return None if reported.empty else ends(reported)


def reported_weeks(stocks: pd.DataFrame) -> float | None:
    """Return the middle of the reported stocks in weeks, None without any."""
    weeks = reported_span(stocks)
    return None if weeks is None else sum(weeks) / 2


def stock_rows(figures: pd.DataFrame) -> pd.DataFrame:
    """Return stock cover by source in weeks, for `charts.ranges`.

    Parameters
    ----------
    figures : DataFrame
        Figures of ``stock_cover`` (weeks) and ``stock_cover_target`` (days).

    Returns
    -------
    DataFrame
        ``row``; ``value``, ``low``, ``high`` in weeks; ``kind``, "reported" or
        "target"; ``confidence``; ``source_id``.
    """
    rows = []
    for item in figures.sort_values(["series", "period_end", "value"]).itertuples():
        target = item.series == "stock_cover_target"
        weeks = 7 if target else 1
        weak_ = ", weak source" if item.confidence == "tertiary" else ""
        what = (
            f"state target, {number(item.value)} days of {item.product}"
            if target
            else f"{item.period_end:%B %Y}, {item.product}{weak_}"
        )
        rows.append(
            {
                "row": f"{item.entity}: {what}",
                "value": item.value / weeks,
                "low": item.low / weeks,
                "high": item.high / weeks,
                "kind": "target" if target else "reported",
                "confidence": item.confidence,
                "source_id": item.source_id,
            }
        )
    columns = ["row", "value", "low", "high", "kind", "confidence", "source_id"]
    return pd.DataFrame(rows, columns=columns)


def processing(shares: pd.DataFrame, elements: list[str]) -> pd.DataFrame:
    """Return China's share in the processing of some elements, newest edition."""
    rows = shares[
        (shares["entity"] == "China")
        & has_codes(shares["basis"], "stage-processing")
        & shares["product"].isin(elements)
    ]
    return rows[rows["period_end"] == rows["period_end"].max()]


def episode(exports: pd.DataFrame) -> pd.DataFrame:
    """Return the months of 2025 against that year's mean month.

    Parameters
    ----------
    exports : DataFrame
        Figures of ``magnet_exports`` of China.

    Returns
    -------
    DataFrame
        ``month``, ``exported_t``, ``of_usual``, ``source_id``; empty when the months
        or a sum since January are not known.
    """
    year = exports[
        has_codes(exports["basis"], "hs-85051110")
        & (exports["period_start"].dt.year == 2025)
    ]
    days = (year["period_end"] - year["period_start"]).dt.days + 1
    single = year[days <= 31].dropna(subset=["value"])
    single = single.drop_duplicates("period_start").sort_values("period_start")
    sums = year[year["period_start"].dt.month.eq(1) & (days > 200)]
    total = sums.sort_values("period_end").tail(1)
    if total.empty:
        single = single.iloc[:0]
    usual = (total["value"] / total["period_end"].dt.month).sum()
    return pd.DataFrame(
        {
            "month": single["period_start"].dt.strftime("%B %Y"),
            "exported_t": single["value"],
            "of_usual": single["value"] / usual,
            "source_id": single["source_id"],
        }
    )

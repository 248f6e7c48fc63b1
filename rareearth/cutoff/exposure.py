"""What an importer depends on: China's share in its magnets, and its electric cars."""

from __future__ import annotations

import pandas as pd

from rareearth.errors import NoFigures, ParameterError
from rareearth.figures.frames import Load, several
from rareearth.ramp_up.pipeline import Span, ends, figures_of

IMPORTERS = {
    "European Union": "importer-eu",
    "Japan": "importer-jpn",
    "South Korea": "importer-kor",
    "United States": "importer-usa",
}


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

    The range spans the printed shares of the newest year of each source; "over 90" is
    a lower bound and widens nothing above what others print.

    Raises
    ------
    ParameterError, NoFigures
        If the importer is unknown, or nothing had been published.
    """
    code = importer_code(importer)
    magnets = ["NdFeB magnets", "rare-earth magnets"]
    rows = figures_of(load, as_of, {"import_source_share": magnets})
    rows = rows[
        (rows["entity"] == "China")
        & rows["basis"].str.split(";").map(lambda b: code in b)
    ]
    rows = rows[rows["period_end"].dt.year >= rows["period_end"].dt.year.max() - 4]
    if rows.empty:
        raise NoFigures(
            f"no share of China in the magnet imports of {importer} was published by "
            f"{as_of}; try a later as_of, or another of {', '.join(IMPORTERS)}"
        )
    low, high = ends(rows)
    if importer == "European Union":
        weights = figures_of(
            load,
            as_of,
            {"magnet_imports_from": None, "magnet_consumption": None},
        )
        ratio, cited = _by_weight(weights)
        low = min(low, ratio) if ratio else low
        rows = pd.concat([rows, cited], ignore_index=True)
    return Span(low / 100, (low + high) / 200, high / 100), rows


def _by_weight(weights: pd.DataFrame) -> tuple[float | None, pd.DataFrame]:
    """Return the share by weight in percent, of the newest year with both figures."""
    bought = weights[weights["series"] == "magnet_imports_from"]
    used = weights[weights["series"] == "magnet_consumption"]
    both = bought.merge(used, on=["period_start", "period_end"], suffixes=("", "_used"))
    if both.empty:
        return None, weights.iloc[:0]
    last = both.sort_values("period_end").iloc[-1]
    sources = {last["source_id"], last["source_id_used"]}
    return (
        float(100 * last["value"] / last["value_used"]),
        weights[weights["source_id"].isin(sources)],
    )


def car_share(load: Load, importer: str, as_of: str) -> tuple[Span, pd.DataFrame]:
    """Return the share of electric cars in the magnets used, and the figures.

    Cars made in Europe times the printed magnets per car, over the magnets used in
    the European Union; for other importers the printed share of electric vehicles in
    the world's use of magnet rare earths stands in.
    """
    used = figures_of(
        load,
        as_of,
        {
            "end_use_share": "magnet rare earths",
            "ev_production": "electric cars",
            "magnet_intensity_ev": None,
            "magnet_consumption": None,
        },
    )
    world = used[used["series"] == "end_use_share"]
    cars = used[(used["series"] == "ev_production") & (used["entity"] == "Europe")]
    each = used[used["series"] == "magnet_intensity_ev"]
    all_ = used[used["series"] == "magnet_consumption"]
    shares = list(world["value"] / 100)
    if importer == "European Union" and len(cars) and len(each) and len(all_):
        tonnes = float(cars["value"].iloc[-1]) * 1_000  # million cars times kg is kt
        low, high = ends(each)
        total = float(all_["value"].iloc[-1])
        shares += [tonnes * low / total, tonnes * high / total]
    if not shares:
        raise NoFigures(f"no share of electric cars was published by {as_of}")
    low, high = min(shares), min(max(shares), 1.0)
    return Span(low, (low + high) / 2, high), used


def estimates(load: Load, as_of: str) -> pd.DataFrame:
    """Return published estimates of lost output; empty if there were none by then."""
    return several(load, ("output_loss_estimate", "output_loss_value"), as_of=as_of)

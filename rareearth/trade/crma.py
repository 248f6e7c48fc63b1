"""The EU's benchmarks for 2030 beside what is printed about today."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures

MEMBERS = (
    "Austria,Belgium,Bulgaria,Croatia,Cyprus,Czechia,Denmark,Estonia,Finland,France,"
    "Germany,Greece,Hungary,Ireland,Italy,Latvia,Lithuania,Luxembourg,Malta,"
    "Netherlands,Poland,Portugal,Romania,Slovakia,Slovenia,Spain,Sweden"
).split(",")
"""The 27 members of the European Union since February 2020."""


class Benchmark(NamedTuple):
    """A benchmark of Regulation (EU) 2024/1252, article 5, and which way it binds."""

    code: str
    label: str
    bound: str


BENCHMARKS = (
    Benchmark("benchmark-extraction", "Extraction in the EU", "at least"),
    Benchmark("benchmark-processing", "Processing in the EU", "at least"),
    Benchmark("benchmark-recycling", "Recycling in the EU", "at least"),
    Benchmark("benchmark-single-country", "From one country outside", "at most"),
)


def targets(
    load: Callable[..., pd.DataFrame], measures: pd.DataFrame, as_of: str = "latest"
) -> pd.DataFrame:
    """Return each benchmark with the nearest figures that are printed of rare earths.

    Parameters
    ----------
    load : callable
        `figures.load`.
    measures : DataFrame
        From `dependence.measures` of the European Union.

    Returns
    -------
    DataFrame
        ``label``; ``bound`` (at least, at most); ``target``; ``low`` and ``high`` of
        what is printed, from 0 to 1, NaN where nothing is; ``what`` is measured;
        ``source_id`` of the benchmark.

    Raises
    ------
    NoFigures
        If the benchmarks were not published yet.
    """
    wanted = load("crma_benchmark", "European Union", as_of=as_of)
    of_code = wanted.set_index("basis")["value"] / 100
    today = (
        _mined(load, as_of),
        _processed(load, as_of),
        _recycled(load, as_of),
        _from_one(measures),
    )
    rows = [
        (each.label, each.bound, of_code[each.code], *found)
        for each, found in zip(BENCHMARKS, today, strict=True)
    ]
    names = ["label", "bound", "target", "low", "high", "what"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(source_id=wanted["source_id"].iloc[0])


Found = tuple[float, float, str]


def _mined(load: Callable[..., pd.DataFrame], as_of: str) -> Found:
    output = load("mine_production", as_of=as_of)
    newest = output[output["period_end"] == output["period_end"].max()]
    own = sorted(set(newest["entity"]) & set(MEMBERS))
    if own:
        return np.nan, np.nan, f"members with mine output: {', '.join(own)}"
    year = newest["period_end"].dt.year.iloc[0]
    return np.nan, np.nan, f"no member is in the table of mine production for {year}"


def _processed(load: Callable[..., pd.DataFrame], as_of: str) -> Found:
    shares = _maybe(load, "global_supply_share", as_of)
    if len(shares):
        stage = shares["basis"].str.contains("stage-processing")
        own = sorted(set(shares.loc[stage, "entity"]) & set(MEMBERS))
        if own:
            return np.nan, np.nan, f"members with separation: {', '.join(own)}"
    plants = _maybe(load, "nameplate_capacity", as_of)
    if len(plants):
        plant = plants[plants["entity"] == "Neo Silmet"]
        if len(plant):
            size = f"{plant['value'].iloc[-1]:,.0f}"
            return (
                np.nan,
                np.nan,
                "no output of separation is printed; the plant in Estonia can separate "
                f"{size} t of light rare-earth oxides a year",
            )
    return np.nan, np.nan, "no output of separation is printed"


def _recycled(load: Callable[..., pd.DataFrame], as_of: str) -> Found:
    rates = _maybe(load, "recycling_input_rate", as_of)
    if rates.empty:
        return np.nan, np.nan, "no recycling rate is printed"
    groups = rates[rates["product"].isin(["heavy rare earths", "light rare earths"])]
    newest = groups[groups["period_end"] == groups["period_end"].max()]
    year = newest["period_end"].dt.year.iloc[0]
    return (
        newest["value"].min() / 100,
        newest["value"].max() / 100,
        f"recycled input of light and heavy rare earths, EU study of {year}",
    )


def _from_one(measures: pd.DataFrame) -> Found:
    kinds = ["imports by weight", "supply by last shipping country", "use"]
    rows = measures[
        measures["kind"].isin(kinds) & (measures["confidence"] != "tertiary")
    ]
    numbers = rows[["value", "low", "high"]].to_numpy(dtype=float)
    if not np.isfinite(numbers).any():
        return np.nan, np.nan, "no share of one country is printed"
    what = "lowest and highest printed share of China, of imports, supply or use"
    return float(np.nanmin(numbers)), float(np.nanmax(numbers)), what


def _maybe(load: Callable[..., pd.DataFrame], series: str, as_of: str) -> pd.DataFrame:
    try:
        return load(series, as_of=as_of)
    except NoFigures:
        return pd.DataFrame()

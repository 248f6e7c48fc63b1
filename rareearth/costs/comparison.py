"""Two costs compared: by component, with what is published, and with the claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, stats

from rareearth.costs import accounts
from rareearth.costs.inputs import (
    ASSUMPTION,
    BAOTOU,
    BOTH,
    LYNAS,
    MP,
    NORTHERN,
    Source,
    baotou_share,
    grades,
)
from rareearth.costs.model import COMPONENTS, cost_bounds
from rareearth.costs.simulation import Result, Study, medians, ratio_of, uncertain
from rareearth.errors import ParameterError
from rareearth.figures.columns import has_codes
from rareearth.methods.draws import Span, middle_80
from rareearth.words import listed, number, period, span

CLAIMS = {"forty percent more": 1.4, "five times": 5.0}
"""What is claimed of a cost outside China over one inside it, as a ratio."""
UNTOLD = "not borne out"
ABROAD = (LYNAS, MP)
CALLED = {BAOTOU: "the Baotou group"}
INTRODUCED = {BAOTOU: "the Baotou group (the mine at Bayan Obo and its refinery)"}
CASH, FULL = "Cash cost", "Full cost"
PER_NDPR = "per kg of NdPr oxide"
PER_SOLD = "per kg of all oxides sold"
PER_FED = "per kg of oxides in the feed"
SPENT = "revenue less EBITDA"
STATED = "stated unit cost"
CURVE = "cost curve of PrOMMiS"
CURVE_SERIES = ("operating_cost_scale", "operating_cost_exponent")


def called(name: str) -> str:
    """Return a producer as a sentence has it: the Baotou group is no company."""
    return CALLED.get(name, name)


def together(parts: Iterable[str]) -> str:
    """Return what a sum rests on: all that its parts rest on."""
    found = set(parts)
    return found.pop() if len(found) == 1 else BOTH


def steps(study: Study, name: str) -> pd.DataFrame:
    """Return a cost from the mine to its sums, for `charts.cumulated`.

    Returns
    -------
    DataFrame
        ``entity``; ``component`` with the sums `CASH` and `FULL`; ``value`` in the
        money of the study; ``rests_on``: "figure", "assumption" or "both"; ``total``.
    """
    parts, rests = study.parts(name), grades(study.plants[name])
    cash = [part for part in COMPONENTS if part != "capital"]
    order = [*cash, CASH, "capital", FULL]
    sums = {CASH: cash, FULL: list(COMPONENTS)}
    rows = [
        {
            "entity": name,
            "component": COMPONENTS.get(part, part),
            "value": float(parts[sums.get(part, [part])].sum()),
            "rests_on": together(rests[each] for each in sums.get(part, [part])),
            "total": part in sums,
        }
        for part in order
    ]
    return pd.DataFrame(rows)


def assumed_share(study: Study, name: str) -> float:
    """Return how much of the full cost before credits no figure bears on (0 to 1)."""
    parts = study.parts(name).drop("credits")
    rests = pd.Series(grades(study.plants[name]))[parts.index]
    return float(parts[rests == ASSUMPTION].sum() / parts.sum())


def tornado(spans: Mapping[str, Span], evaluate: Result) -> pd.DataFrame:
    """Return the result with each parameter at its ends, the others at their best.

    Returns
    -------
    DataFrame, the widest swing first
        ``key``; ``low``, ``high`` of the parameter; ``at_low``, ``at_high`` of the
        result; ``base``, the result with all at their best; ``swing``.
    """
    frame = pd.DataFrame(
        {
            "key": list(spans),
            "low": [span.low for span in spans.values()],
            "high": [span.high for span in spans.values()],
            "at_low": [float(evaluate({key: spans[key].low})) for key in spans],
            "at_high": [float(evaluate({key: spans[key].high})) for key in spans],
            "base": float(evaluate({})),
        }
    )
    frame["swing"] = (frame["at_high"] - frame["at_low"]).abs()
    return frame.sort_values("swing", ascending=False, ignore_index=True)


def needed(swings: pd.DataFrame, evaluate: Result, target: float) -> pd.DataFrame:
    """Return the value at which each parameter alone would bring a result about.

    Parameters
    ----------
    swings : DataFrame
        From `tornado`.

    Returns
    -------
    DataFrame, in the order of `swings`
        ``key``, ``low``, ``high``; ``value``, NaN where no value in the range does.
    """

    def alone(row: Any) -> float:
        ends = sorted([row.at_low, row.at_high])
        if not ends[0] <= target <= ends[1] or ends[0] == ends[1]:
            return np.nan
        return float(
            optimize.brentq(
                lambda x: float(evaluate({row.key: x})) - target, row.low, row.high
            )
        )

    value = [alone(row) for row in swings.itertuples()]
    return swings[["key", "low", "high"]].assign(value=np.asarray(value, dtype=float))


def sobol_indices(
    spans: Mapping[str, Span],
    evaluate: Result,
    points: int = 1024,
    seed: int = 1,
) -> pd.DataFrame:
    """Return first-order and total Sobol indices of a function.

    First: the share of the variance that the parameter explains alone; total: with all
    its interactions. Valid for independent parameters only, so that correlations are
    left aside here.

    Parameters
    ----------
    spans : mapping
        For each name a `Span`, or an object with such a ``ppf``.
    points : int
        A power of 2; the function is called for points * (parameters + 2) values.

    Returns
    -------
    DataFrame, the highest total first
        ``key``, ``first``, ``total``.

    Raises
    ------
    ParameterError
        If `points` is no power of 2.
    """
    if points < 2 or points & (points - 1):
        raise ParameterError(f"points: {points} is not a power of 2")

    def result(u: np.ndarray) -> np.ndarray:
        drawn = {
            key: span.ppf(row)
            for row, (key, span) in zip(u, spans.items(), strict=True)
        }
        return np.atleast_2d(evaluate(drawn))

    uniform = [stats.uniform()] * len(spans)
    found = stats.sobol_indices(func=result, n=points, dists=uniform, rng=seed)
    frame = pd.DataFrame(
        {
            "key": list(spans),
            "first": np.ravel(found.first_order),
            "total": np.ravel(found.total_order),
        }
    )
    return frame.sort_values("total", ascending=False, ignore_index=True)


def swings(study: Study, outcome: str = "full") -> tuple[pd.DataFrame, Result]:
    """Return the tornado of the ratio of the two, and the function behind it.

    Around the medians of all inputs.
    """
    evaluate = ratio_of(
        study.pair, study.producer, study.reference, study.discount_rate, outcome
    )
    return tornado(uncertain(study.pair), evaluate), evaluate


def capacity(source: Source, name: str) -> tuple[float, pd.DataFrame]:
    """Return the annual capacity of a producer, t NdPr oxide, and its figures.

    Of Baotou and its refiner that of the new refinery, planned: all oxides times the
    share of NdPr.
    """
    series, entity, product = {
        LYNAS: ("nameplate_capacity", "Lynas Malaysia", "NdPr oxide"),
        MP: ("nameplate_capacity_planned", "Mountain Pass", "NdPr oxide"),
        BAOTOU: ("nameplate_capacity_planned", "China Northern Huamei", "REO"),
        NORTHERN: ("nameplate_capacity_planned", "China Northern Huamei", "REO"),
    }[name]
    sizes = source.load(series, entity, product, missing="empty")
    if product == "REO":
        sizes = sizes[has_codes(sizes["basis"], "separation-stage")]
    newest = sizes.sort_values("period_end").tail(1)
    if newest.empty:
        return float("nan"), newest
    tonnes = float(newest["value"].fillna(newest["low"]).item())
    if product == "REO":
        share = baotou_share(source)
        return tonnes * share.mode, pd.concat([newest, share.figures])
    return tonnes, newest


def published(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is published of a cost beside the model on the same scope.

    Cash cost before by-product credits; the newest of each kind and producer.

    Returns
    -------
    found : DataFrame
        ``entity``, ``what``, ``scope`` (per kg of what), ``period_start``,
        ``period_end``, ``confidence``, ``source_id``; ``published_low``,
        ``published_high`` (infinite where only the other bound is published); ``low``,
        ``middle``, ``high`` of the model; ``gap``: middle over the nearer end of what
        is published, less one, and 0 inside it.
    used : DataFrame
        The figures behind them.
    """
    rows, used, load = [], [], study.source.load
    for name in study.plants:
        spent, behind = accounts.spent(load, name)
        spent = spent[spent["allocation"] == accounts.ON_NDPR]
        stated = load("unit_cost", name, ["NdPr oxide", "REO"], missing="empty")
        scope = stated["product"].map({"REO": PER_SOLD, "NdPr oxide": PER_NDPR})
        curve, sizes = _curve(study, name)
        rows += [
            spent.assign(entity=name, what=SPENT, scope=PER_NDPR),
            stated.assign(what=STATED, scope=scope),
            curve.assign(entity=name),
        ]
        used += [behind, stated, sizes]
    known = [frame.reindex(columns=_PUBLISHED) for frame in rows if len(frame)]
    if not known:
        return pd.DataFrame(columns=[*_PUBLISHED, *_BESIDE]), used[0]
    real = study.real(pd.concat(known, ignore_index=True).sort_values("period_end"))
    real = real.drop_duplicates(["entity", "what", "scope"], keep="last")
    bands = [
        np.array(study.band(row.entity, "gross"))
        * _ndpr_in(study, row.entity, row.scope)
        for row in real.itertuples()
    ]
    model = pd.DataFrame(bands, real.index, ["low", "middle", "high"])
    first, last = (real[end].fillna(real["value"]) for end in ("low", "high"))
    found = (
        real.drop(columns=["low", "high"])
        .join(model)
        .assign(published_low=first.fillna(-np.inf), published_high=last.fillna(np.inf))
    )
    within = found[["middle", "published_low", "published_high"]].clip(
        found["published_low"], found["published_high"], axis=0
    )
    found["gap"] = found["middle"] / within["middle"] - 1
    return found.reset_index(drop=True), pd.concat(used, ignore_index=True)


_PUBLISHED = (
    "entity,what,scope,period_start,period_end,value,low,high,unit,price_year,"
    "confidence,source_id"
).split(",")
_BESIDE = ["published_low", "published_high", "middle", "gap"]


def _curve(study: Study, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bounds of the published cost curve at the size of a producer."""
    scale, exponent = (
        study.source.load(series, missing="empty") for series in CURVE_SERIES
    )
    tonnes, size = capacity(study.source, name)
    if scale.empty or exponent.empty or size.empty:
        return scale.iloc[:0], scale.iloc[:0]
    ends = [tuple(part[["low", "high"]].iloc[0]) for part in (scale, exponent)]
    low, high = cost_bounds(ends[0], ends[1], tonnes / _ndpr_in(study, name, PER_FED))
    bounds = scale.assign(value=np.nan, low=low, high=high, what=CURVE, scope=PER_FED)
    return bounds, pd.concat([scale, exponent, size], ignore_index=True)


def _ndpr_in(study: Study, name: str, scope: str) -> float:
    """Return the kg of NdPr oxide made for a kg of what a cost is of."""
    values = medians(study.plants[name])
    share = values["ndpr_share"]
    sold = share / (share + (1 - share) * values["byproduct_sold"])
    return {PER_NDPR: 1.0, PER_SOLD: sold, PER_FED: share * values["recovery"]}[scope]


def ratios(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """Return the cost of the producer over that of the reference, by both readings.

    Parameters
    ----------
    found : DataFrame
        From `published`. Where a producer has accounts, or else a stated cost, per kg
        of NdPr oxide, it takes the place of the modelled operating cost; credits and
        capital charge stay those of the model.

    Returns
    -------
    DataFrame
        "published", if either has any, and "model": ``cash_low``, ``cash``,
        ``cash_high``, ``full_low``, ``full``, ``full_high``.
    """
    own = in_place(study, found)
    ends = own["published_low"].where(np.isfinite(own["published_low"]))
    spent = ends.fillna(own["published_high"]) / study.rate
    instead = dict(zip(own["entity"], spent, strict=True))
    rows: dict[str, dict[str, float]] = {}
    for reading, known in (("published", instead), ("model", {})):
        rows[reading] = {}
        both = [_costs(study, name, known.get(name)) for name in study.pair]
        for outcome in ("cash", "full"):
            band = middle_80(both[0][outcome] / both[1][outcome])
            names = (f"{outcome}_low", outcome, f"{outcome}_high")
            rows[reading] |= dict(zip(names, map(float, band), strict=True))
    return pd.DataFrame(rows).T.loc[["published", "model"] if instead else ["model"]]


def in_place(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """Return which published cost of each of the two stands in place of the model.

    Accounts before a stated cost, one row for each.
    """
    own = found[(found["scope"] == PER_NDPR) & found["entity"].isin(study.pair)]
    own = own.sort_values("what", key=lambda what: what != SPENT, kind="stable")
    return own.drop_duplicates("entity")


def _costs(study: Study, name: str, spent: float | None) -> dict[str, np.ndarray]:
    drawn = study.simulation.outcomes[name]
    cash = drawn["cash"] if spent is None else spent + drawn["cash"] - drawn["gross"]
    return {"cash": cash, "full": cash + drawn["full"] - drawn["cash"]}


def way(study: Study) -> int:
    """Return 1 for outside China over inside, -1 for the other way round, else 0."""
    abroad = [name in ABROAD for name in study.pair]
    return int(abroad[0]) - int(abroad[1])


def verdict(ends: Iterable[float], level: float) -> str:
    """Return what several readings of a ratio say of a claim of "level times"."""
    low, high = min(ends := list(ends)), max(ends)
    if high < level:
        return UNTOLD
    return "too little" if low >= level else "possible"


def on_claims(study: Study, read: pd.DataFrame) -> str:
    """Return the verdict on both claims, in cash and with capital."""
    if way(study) == 0:
        side = "outside" if study.producer in ABROAD else "inside"
        return f"Neither claim is about two producers {side} China"
    over = read ** float(way(study))
    said = {}
    for claim, level in CLAIMS.items():
        cash, full = (verdict(over[each], level) for each in ("cash", "full"))
        both = cash if cash == full else f"{cash} in cash and {full} with capital"
        said[f"\u201c{claim}\u201d"] = both
    if set(said.values()) == {UNTOLD}:
        told = f"neither {' nor '.join(said)} is {UNTOLD.removeprefix('not ')}"
        return told[0].upper() + told[1:]
    told = ", and ".join(f"{claim} is {both}" for claim, both in said.items())
    return told[0] + told[1].upper() + told[2:]


def answer(study: Study, found: pd.DataFrame) -> str:
    """Return the verdict on both claims, with the ratios that it rests on.

    Parameters
    ----------
    found : DataFrame
        From `published`.
    """
    read = ratios(study, found)
    digits = {each: 1 if read[each].min() >= 1.05 else 2 for each in ("cash", "full")}
    full = span(read["full"].min(), read["full"].max(), digits=digits["full"])
    hows = [listed(_basis(study, found)), "model"][-len(read) :]
    cash = [number(value, digits=digits["cash"]) for value in read["cash"]]
    each = [f"**{value} times** ({how})" for value, how in zip(cash, hows, strict=True)]
    one, other = (INTRODUCED.get(name, name) for name in study.pair)
    return (
        f"**{on_claims(study, read)}**: a kilogram of NdPr oxide costs {one} "
        f"{listed(each)} in cash what it costs {other}, and {full} times with capital."
    )


def _basis(study: Study, found: pd.DataFrame) -> list[str]:
    """Return in words which published costs stand in the first of the readings."""
    words = []
    for row in in_place(study, found).itertuples():
        of = "accounts of" if row.what == SPENT else "cost stated by"
        of = of if np.isfinite(row.published_high) else "lower bound stated by"
        when = period(row.period_start, row.period_end)
        words.append(f"{of} {row.entity} for {when}")
    return words

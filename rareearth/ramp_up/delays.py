"""Planned against actual starts of projects, and what they say of the next one.

A project is late by a factor: the time from the statement of a plan to the start, over
the time that the plan gave. Plans of one year and of five can so be compared. Projects
that have not started yet count too: their factor is known to be above a bound.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from rareearth.errors import NoFigures

START = ("first_feed", "first_production", "commercial_production")
BEGUN = ("financing", "construction_start")
LEAST_AHEAD = 6.0  # months; a plan stated shortly before the date tests nothing
LEAST_STARTS = 3  # below that a spread cannot be estimated
AT_EDGE = 0.005  # share of the weight that the border of the grid may carry
MONTH = 365.25 / 12  # days
PLAN = ("stated", "planned", "planned_start", "planned_end")
YEAR = pd.Timedelta(365.25, unit="D")


def starts(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return the first dated plan of each project beside what happened.

    Parameters
    ----------
    milestones : DataFrame
        From `records.milestones`.

    Returns
    -------
    DataFrame, one row per project, sorted by the planned day
        ``project``; ``product``; ``step``; ``stated``; ``planned_start`` to
        ``planned_end`` and ``end_start`` to ``end_end``, the spans in which the start
        was planned and came, or the last day on which it was known not to have come;
        ``started`` bool; ``factor``, from the middles of the spans (a bound from below
        when not started); ``late`` bool, whether the spans do not overlap;
        ``source_id`` of the plan, ``source_end``.
    """
    own = _by_project(dated(milestones))
    rows = [row for steps in own.values() if (row := _first_plan(steps)) is not None]
    columns = (
        "project product step stated planned_start planned_end end_start end_end "
        "started factor late source_id source_end"
    ).split()
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["planned_end", "project"], ignore_index=True)


def latest(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return where each project stands: its newest plan, stage and start.

    Returns
    -------
    DataFrame, indexed by project
        ``stage``: "running" (started), "building" (under construction or decided on),
        "planned", "in doubt" (past its date, and the newest statement names no new
        one), or "cancelled"; ``stated``, ``planned``, ``planned_start``,
        ``planned_end`` of the newest plan (NaT without one); ``started`` datetime64;
        ``source_id``.
    """
    own = _by_project(dated(milestones))
    rows = {name: _standing(steps) for name, steps in own.items()}
    columns = ["stage", *PLAN, "started", "source_id"]
    found = pd.DataFrame.from_dict(rows, "index", dtype=object, columns=columns)
    return found.rename_axis("project")


def dated(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return milestones with the middle of their spans and the day of the statement.

    Of a statement known to the year or month that is the last day it can mean, and not
    after the newest one of which the day is known.
    """
    frame = milestones.copy()
    stated = frame["as_stated_on"]
    newest = pd.to_datetime(stated[stated.str.len() == 10]).max()
    frame["stated"] = last_day(stated).clip(upper=newest)
    for kind in ("planned", "actual"):
        first, last = frame[f"{kind}_start"], frame[f"{kind}_end"]
        frame[kind] = (first + (last.fillna(first) - first) / 2).fillna(last)
    return frame


def last_day(stated: pd.Series) -> pd.Series:
    """Return the last day that a date known to the year, month or day can mean."""
    date = pd.to_datetime(stated, format="ISO8601", errors="coerce")
    length = stated.str.len()
    date = date.where(length != 4, date + pd.offsets.YearEnd(0))
    return date.where(length != 7, date + pd.offsets.MonthEnd(0))


def _by_project(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the rows of each project, in their order, by name."""
    found: dict[str, list[Any]] = {name: [] for name in sorted(set(frame["project"]))}
    for row in frame.itertuples(index=False):
        found[str(row.project)].append(row)
    return found


def _starts_of(own: list[Any], kind: str) -> list[Any]:
    """Return the rows on a start that have a day `planned`, or an `actual` one."""
    return [row for row in own if row.step in START and pd.notna(getattr(row, kind))]


def _stated(row: Any) -> tuple[pd.Timestamp, str]:
    """Return what plans are sorted by: the day, of none the first, and the id."""
    day = pd.Timestamp.min if pd.isna(row.stated) else row.stated
    return day, row.milestone_id


def _first_plan(own: list[Any]) -> list[object] | None:
    """Return the row of `starts` on a project, None if nothing can be said."""
    own = [row for row in own if pd.notna(row.stated) or pd.notna(row.actual)]
    plans = [
        row
        for row in _starts_of(own, "planned")
        if (row.planned - row.stated).days / MONTH >= LEAST_AHEAD
    ]
    if not plans:
        return None
    plan = min(plans, key=_stated)
    done = _starts_of(own, "actual")
    # What had started before the plan was stated is another product of the site.
    done = [row for row in done if row.actual > plan.stated]
    done = [row for row in done if not _differ(row.product, plan.product)]
    done = [row for row in done if row.step == plan.step] or done
    if done:
        first = min(done, key=lambda row: row.actual)
        end, source = first.actual, first.source_id
        ends = (first.actual_start, first.actual_end)
    else:
        last = sorted(own, key=lambda row: (pd.isna(row.stated), _stated(row)[0]))[-1]
        end, source = last.stated, last.source_id
        ends = (end, end)
        if end <= plan.stated:
            return None  # nobody has said anything since: nothing is known
    factor = (end - plan.stated).days / (plan.planned - plan.stated).days
    spans = [plan.stated, plan.planned_start, plan.planned_end, *ends]
    known = [plan.project, plan.product, plan.step, *spans, bool(done), factor]
    return [*known, ends[0] > plan.planned_end, plan.source_id, source]


def _differ(one: str, other: str) -> bool:
    """Return whether two products are oxides of different elements."""
    return one != other and "oxide" in one and "oxide" in other


def _standing(own: list[Any]) -> list[object]:
    """Return the row of `latest` on a project."""
    done = _starts_of(own, "actual")
    plan = max(_starts_of(own, "planned"), key=_stated, default=None)
    last = sorted(own, key=lambda row: _stated(row)[0])[-1]  # the last of one day
    silent = pd.isna(last.planned) and pd.isna(last.actual)
    late = plan is not None and silent and last.stated > plan.stated
    if any(row.step == "cancelled" for row in own):
        stage = "cancelled"
    elif done:
        stage = "running"
    elif late:
        stage = "in doubt"
    else:
        begun = [row for row in own if row.step in BEGUN and pd.notna(row.actual)]
        stage = "building" if begun else "planned"
    return [
        stage,
        *(getattr(plan, name, pd.NaT) for name in PLAN),
        min((row.actual for row in done), default=pd.NaT),
        plan.source_id if plan is not None else last.source_id,
    ]


class Delay(NamedTuple):
    """What is known of the delay factor: weights on a grid of its two parameters.

    The logarithm of the factor is taken as normal with mean ``centre`` and standard
    deviation ``spread``; both are unknown, and ``weight`` says how plausible a pair is.
    """

    centre: np.ndarray
    spread: np.ndarray
    weight: np.ndarray
    started: int
    waiting: int


def delay(plans: pd.DataFrame) -> Delay:
    """Return what the projects say of the delay factor of the next one.

    The likelihood is log-normal; a project that has not started yet counts with the
    probability that its factor is above what has passed (right censoring). The prior
    is Jeffreys' for location and scale, 1 / spread. Without such projects the
    predictive distribution is Student's t with n - 1 degrees of freedom and the scale
    s sqrt(1 + 1 / n) on the logarithm, so that a small sample is wide by itself.

    Reference: Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), sections 3.2
    and 8.7.

    The grid follows the starts and the bounds: its centres lie up to some spreads
    around the starts, and its spreads reach far beyond the way to the highest bound.

    Raises
    ------
    NoFigures
        If fewer than three projects have started, or if the grid does not hold what is
        plausible.
    """
    seen = np.log(plans.loc[plans["started"], "factor"].to_numpy(dtype=float))
    bounds = plans.loc[~plans["started"], "factor"].to_numpy(dtype=float)
    bounds = np.log(bounds[bounds > 0])
    if len(seen) < LEAST_STARTS:
        raise NoFigures(
            f"only {len(seen)} of the projects with a dated plan had started by then; "
            f"a spread needs at least {LEAST_STARTS}"
        )
    middle, scale = float(seen.mean()), max(float(seen.std(ddof=1)), 0.05)
    far = max([scale, *(bounds - middle)])
    spread = np.exp(np.linspace(np.log(scale / 6), np.log(60 * far), 261))
    away, wide = np.meshgrid(np.linspace(-6, 8, 201), spread, indexing="ij")
    at = middle + away * wide
    # d centre d spread / spread = spread d away d log(spread).
    log_weight = np.log(wide) + sum(
        (stats.norm.logpdf(y, at, wide) for y in seen), start=np.zeros_like(at)
    )
    log_weight += sum((stats.norm.logsf(y, at, wide) for y in bounds), start=0.0 * at)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    if weight[1:-1, 1:-1].sum() < 1 - AT_EDGE:
        raise NoFigures(
            f"{len(bounds)} projects that wait and {len(seen)} that started leave the "
            "delay of the next one open; more starts are needed"
        )
    return Delay(
        at.ravel(),
        wide.ravel(),
        weight.ravel(),
        len(seen),
        len(bounds),
    )


def factors(
    known: Delay, draws: int, rng: np.random.Generator, above: float = 0.0
) -> np.ndarray:
    """Return delay factors of a project that has already taken `above` times its plan.

    Parameters
    ----------
    above : float
        What has passed of the planned time; the factor of a project that has not
        started lies above it.

    Returns
    -------
    ndarray, shape (draws,)
    """
    weight = known.weight
    low = np.full_like(weight, -np.inf)
    if above > 0:
        low = (np.log(above) - known.centre) / known.spread
        likely = weight * stats.norm.sf(low)
        if likely.sum() > 0:  # else it has passed all that was thought possible
            weight = likely / likely.sum()
    place = np.searchsorted(np.cumsum(weight), rng.random(draws), side="right")
    place = np.minimum(place, len(weight) - 1)
    rest = stats.norm.sf(low)[place]  # inverse of the survival function, truncated
    normal = stats.norm.isf(np.maximum(rest, 1e-300) * (1 - rng.random(draws)))
    found = np.exp(known.centre[place] + known.spread[place] * normal)
    return np.maximum(found, above)


def success(standing: pd.DataFrame) -> tuple[int, int]:
    """Return how many projects started, and how many that had begun to build did not.

    Returns
    -------
    (int, int)
        Projects that run, and projects in doubt or cancelled; of those still on time
        nothing is known yet.
    """
    stage = standing["stage"]
    failed = stage.isin(["in doubt", "cancelled"])
    return int((stage == "running").sum()), int(failed.sum())


class History(NamedTuple):
    """What the projects have shown so far.

    ``day`` up to which it is known; ``plans`` of `starts`; ``delay`` of `delay`;
    ``success`` of `success`.
    """

    milestones: pd.DataFrame
    day: pd.Timestamp
    plans: pd.DataFrame
    delay: Delay
    success: tuple[int, int]


def history(milestones: pd.DataFrame, as_of: str) -> History:
    """Return what the projects have shown up to a day, or to the newest statement.

    Raises
    ------
    NoFigures
        If fewer than three projects with a dated plan have started.
    """
    stated = milestones["as_stated_on"]
    newest = pd.to_datetime(stated[stated.str.len() == 10]).max()
    plans = starts(milestones)
    return History(
        milestones,
        newest if as_of == "latest" else pd.Timestamp(as_of),
        plans,
        delay(plans),
        success(latest(milestones)),
    )

"""Results of one study through its editions, and an index along one of its inputs."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rareearth.charts.marks import series_break
from rareearth.charts.style import canvas, spread, write_name

HUES = {"supply risk": "#D55E00", "importance": "#0072B2"}


def editions(frame: pd.DataFrame, title: str, ylabel: str) -> Figure:
    """Return printed results by edition; no line crosses a change of method.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``value``, ``entity`` (the measure), ``method``.
    """
    figure, axes = canvas(title, 3.6)
    ends = {}
    for name, rows in frame.groupby("entity", sort=False):
        hue = HUES.get(str(name), "#444444")
        for _, run in rows.groupby("method", sort=False):
            axes.plot(run["year"], run["value"], "-o", color=hue, lw=2, ms=6)
        last = rows.iloc[-1]
        ends[str(name)] = (float(last["year"]), float(last["value"]))
    years = sorted(frame["year"].unique())
    first = frame.groupby("method")["year"].min().sort_values()
    for start in first.iloc[1:]:
        before = max(year for year in years if year < start)
        series_break(axes, (before + start) / 2, "method changed")
    axes.set(ylabel=ylabel, xlabel="", xlim=(years[0] - 0.5, years[-1] + 0.5))
    axes.set_xticks(years, [str(year) for year in years])
    axes.set_ylim(bottom=0)
    axes.grid(axis="x", visible=False)
    _label(axes, ends, HUES)
    return figure


def _label(
    axes: Axes, ends: dict[str, tuple[float, float]], hues: dict[str, str]
) -> None:
    """Write each name where its line ends, in the colour of the line."""
    heights = pd.Series({name: at[1] for name, at in ends.items()}, dtype=float)
    for name, height in spread(heights, 0.08 * axes.get_ylim()[1]).items():
        end = (ends[str(name)][0], float(height))
        write_name(axes, str(name), end, hues.get(str(name), "#444444"), apart=6)


def along(
    frame: pd.DataFrame,
    title: str,
    xlabel: str,
    ylabel: str,
    marks: dict[str, float] | None = None,
    threshold: float | None = None,
) -> Figure:
    """Return an index along one of its inputs, a line for each way to change it.

    Parameters
    ----------
    frame : DataFrame
        Columns ``at`` (the input, falling), ``value``, ``entity``.
    marks : mapping of label to input, optional
        Inputs with a name, drawn as dashed lines.
    threshold : float, optional
        A value of the index from which something counts, drawn as a dotted line.
    """
    figure, axes = canvas(title, 3.6)
    ends, hues = {}, {}
    for (name, rows), hue in zip(
        frame.groupby("entity", sort=False), ("#0072B2", "#009E73"), strict=False
    ):
        axes.plot(rows["at"], rows["value"], color=hue, lw=2)
        hues[str(name)] = hue
        last = rows.iloc[-1]
        ends[str(name)] = (float(last["at"]), float(last["value"]))
    for label, at in (marks or {}).items():
        series_break(axes, at, label)
    if threshold is not None:
        axes.axhline(threshold, color="#444444", lw=1.1, ls=(0, (1, 2)))
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_xlim(frame["at"].max() + 2, frame["at"].min() - 1)
    axes.set_ylim(bottom=0)
    _label(axes, ends, hues)
    return figure

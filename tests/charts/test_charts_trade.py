"""Charts of trade and demand draw gaps as gaps, rests as rests, bounds as bounds."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from rareearth import charts


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


MONTHS = pd.DataFrame(
    {
        "month": pd.date_range("2025-01-01", periods=4, freq="MS"),
        "mean": [5.0, 4.0, 4.0, np.nan],
        "how": ["printed", "joint", "joint", "missing"],
    }
)
MEASURES = pd.DataFrame(
    {
        "group": ["By weight", "By weight", "By use"],
        "row": ["metals", "magnets", "magnets"],
        "value": [0.46, np.nan, np.nan],
        "low": [np.nan, 0.9, 0.7],
        "high": [np.nan, np.nan, 0.8],
        "confidence": ["tertiary", "primary", "primary"],
    }
)
BARS = pd.DataFrame({"entity": ["China", "Not named"], "value": [30.0, 70.0]})
POINTS = pd.DataFrame(
    {
        "scenario": ["A", "A", "B", "B"],
        "year": [2020, 2040, 2020, 2030],
        "value": [1.0, 2.0, 1.0, np.nan],
        "low": [np.nan, np.nan, np.nan, 1.5],
        "high": [np.nan, np.nan, np.nan, 1.6],
        "printed": True,
        "confidence": "secondary",
    }
)
BALANCE = pd.DataFrame(
    {
        "month": pd.to_datetime(["2025-01-01", "2025-03-01"]),
        "months": [2, 1],
        "exports": [10.0, 4.0],
        "imports": [16.0, 3.0],
        "net": [6.0, -1.0],
    }
)


def marks(axes):
    return [line.get_marker() for line in axes.lines if len(line.get_xdata())]


def test_a_missing_month_is_a_cross_and_has_no_bar():
    axes = charts.month_bars(MONTHS, "Months", "t").axes[0]
    assert [bar.get_height() for bar in axes.patches] == [5.0, 4.0, 4.0]
    assert marks(axes) == ["x"]


def test_a_joint_month_is_hollow():
    axes = charts.month_bars(MONTHS, "Months", "t").axes[0]
    faces = [to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert faces[1:] == ["#ffffff"] * 2
    assert faces[0] != "#ffffff"


def test_events_are_labelled():
    events = pd.DataFrame({"date": [pd.Timestamp("2025-02-04")], "label": ["licences"]})
    axes = charts.month_bars(MONTHS, "Months", "t", events=events).axes[0]
    assert "licences" in [text.get_text() for text in axes.texts]


def test_a_missing_month_interrupts_the_line_of_a_destination():
    by = pd.DataFrame(
        {
            "entity": "Japan",
            "month": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-04-01"]),
            "value": [1.0, 2.0, 3.0],
        }
    )
    axes = charts.month_lines(by, "Lines", "t").axes[0]
    assert [len(line.get_xdata()) for line in axes.lines] == [2, 1]


def test_imports_stand_above_and_exports_below_as_monthly_means():
    axes = charts.mirror_bars(BALANCE, "Both", "t", ("in", "out")).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [8.0, 3.0, -5.0, -4.0]


def test_what_is_not_named_is_hollow():
    axes = charts.ranked_bars(BARS, "Bars", "t").axes[0]
    faces = [to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert faces[1] == "#ffffff"
    assert faces[0] != "#ffffff"


def test_a_bound_is_a_triangle_a_range_a_bar_and_a_weak_figure_open():
    axes = charts.measure_dots(MEASURES, "Dots", "Share").axes[0]
    assert marks(axes) == ["o", ">"]
    assert to_hex(axes.lines[0].get_markerfacecolor()) == "#ffffff"
    assert len(axes.collections) == 1


def test_each_definition_is_written_once():
    axes = charts.measure_dots(MEASURES, "Dots", "Share").axes[0]
    assert [text.get_text() for text in axes.texts] == ["By weight", "By use"]


def test_a_claim_is_a_named_line():
    figure = charts.measure_dots(MEASURES, "Dots", "Share", said={"said: 92 %": 0.92})
    assert "said: 92 %" in [text.get_text() for text in figure.axes[0].texts]


def test_growth_between_printed_years_is_constant():
    axes = charts.growth_paths(POINTS, "Paths", "multiple", "A", 2040).axes[0]
    path = axes.lines[0].get_ydata()
    assert path[10] == pytest.approx(2**0.5)


FORMS = {
    "month_bars": lambda: charts.month_bars(MONTHS.iloc[[0]], "One", "t"),
    "mirror_bars": lambda: charts.mirror_bars(
        BALANCE.iloc[[0]], "One", "t", ("in", "out")
    ),
    "ranked_bars": lambda: charts.ranked_bars(BARS.iloc[[0]], "One", "t"),
    "measure_dots": lambda: charts.measure_dots(
        MEASURES.iloc[[1]], "One", "kg", percent=False
    ),
    "growth_paths": lambda: charts.growth_paths(
        POINTS.iloc[:2], "One", "multiple", "none", 2040
    ),
}


@pytest.mark.parametrize("draw", FORMS.values(), ids=FORMS)
def test_every_form_draws_one_row(draw):
    figure = draw()
    figure.canvas.draw()
    assert figure.get_suptitle() == "One"

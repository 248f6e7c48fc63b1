"""The chart forms on costs draw an assumption apart, and no two labels meet."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle

from rareearth import charts


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


PARTS = pd.DataFrame(
    {
        "entity": ["Lynas"] * 4 + ["Baotou"] * 4,
        "component": ["Feed", "Energy", "Credits", "Cost"] * 2,
        "value": [10.0, 5.0, -3.0, 12.0, 8.0, 4.0, -2.0, 10.0],
        "rests_on": ["assumption", "both", "figure", "figure"] * 2,
        "total": [False, False, False, True] * 2,
    }
)


def bars(axes):
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_a_waterfall_starts_each_bar_where_the_last_one_ended():
    figure = charts.waterfalls(PARTS, "Costs", "USD/kg")
    left = [bar.get_x() for bar in bars(figure.axes[0])]
    assert left == [0, 10, 12, 0]  # feed, energy, a credit from 15 back to 12, the sum


def test_what_is_assumed_is_hatched_and_what_is_printed_is_not():
    figure = charts.waterfalls(PARTS, "Costs", "USD/kg")
    hatches = [bool(bar.get_hatch()) for bar in bars(figure.axes[1])]
    assert hatches == [True, True, False, False]


SWINGS = pd.DataFrame(
    {
        "label": ["Feed", "Power"],
        "entity": ["Baotou", "Lynas"],
        "at_low": [2.3, 1.9],
        "at_high": [1.6, 2.1],
        "base": [2.0, 2.0],
        "low_text": ["0.6", "4"],
        "high_text": ["3", "12"],
        "assumed": [True, False],
    }
)


def test_a_tornado_writes_each_end_of_a_range_where_it_leads():
    figure = charts.tornado_bars(SWINGS, "Hinges", "ratio")
    axes = figure.axes[0]
    places = {text.get_text(): text.xy[0] for text in axes.texts}
    assert places["3"] == 1.6  # a high value that lowers the ratio stands left
    assert places["0.6"] == 2.3
    low, high = axes.get_xlim()
    assert low < 1.6
    assert high > 2.3
    assert [bool(bar.get_hatch()) for bar in bars(axes)] == [True, False]


def test_a_curve_of_chances_falls_from_all_draws_to_none():
    draws = {"cash": np.array([1.0, 2.0, 3.0, 4.0])}
    frame = charts.exceedance(draws, points=5)
    assert frame["chance"].tolist() == [1, 0.75, 0.5, 0.25, 0]
    assert frame["value"].tolist() == [1, 1.75, 2.5, 3.25, 4]


def test_the_labels_of_the_claims_do_not_meet():
    frame = charts.exceedance({"cash": np.linspace(1, 3, 50)})
    marks = {"equal": 1.0, "40 % dearer": 1.4, "five times": 5.0}
    figure = charts.exceedances(frame, "Chances", "ratio", marks, "#000000")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


RANGES = pd.DataFrame(
    {
        "label": ["Lynas", "MP Materials", "Baotou"],
        "entity": ["Lynas", "MP Materials", "Baotou"],
        "low": [40.0, 60.0, 8.0],
        "middle": [50.0, 70.0, 10.0],
        "high": [60.0, 80.0, 12.0],
        "published_low": [44.0, 59.0, 7.0],
        "published_high": [44.0, np.inf, 11.0],
        "confidence": ["tertiary", "secondary", "secondary"],
    }
)


def test_ranges_of_a_model_are_hatched_and_weak_figures_open():
    figure = charts.intervals(RANGES, "Ranges", "USD/kg")
    axes = figure.axes[0]
    assert all(bar.get_hatch() for bar in bars(axes))
    marks = [line for line in axes.lines if line.get_marker() in ("o", ">")]
    assert [mark.get_marker() for mark in marks] == ["o", ">"]
    assert marks[0].get_markerfacecolor() == "white"


def test_breakeven_ranges_stand_beside_the_price_and_a_floor_is_a_line_alone():
    prices = pd.Series(
        [90.0, np.nan, 60.0], index=pd.period_range("2024-01", periods=3, freq="M")
    )
    levels = pd.DataFrame(
        {
            "label": ["Lynas", "price floor"],
            "entity": ["Lynas", "World"],
            "low": [70.0, 107.0],
            "middle": [80.0, 107.0],
            "high": [95.0, 107.0],
        }
    )
    axes = charts.price_and_levels(prices, levels, "Levels", "USD/kg").axes[0]
    assert len(bars(axes)) == 1
    assert bars(axes)[0].get_hatch()
    assert {text.get_text() for text in axes.texts} == {"Lynas", "price floor"}

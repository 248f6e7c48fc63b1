"""Bridges, small panels and ranges draw what the frames say."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from rareearth import charts


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def bars(figure):
    """Return left and right end of each bar of a bridge."""
    patches = figure.axes[0].patches
    return [tuple(sorted((p.get_x(), p.get_x() + p.get_width()))) for p in patches]


STEPS = pd.DataFrame(
    {
        "label": ["before", "in", "out", "else", "after"],
        "value": [10.0, 5.0, -12.0, 1.0, 4.0],
        "kind": ["level", "step", "step", "rest", "level"],
    }
)


def test_each_step_of_a_bridge_starts_where_the_last_one_ended():
    figure = charts.bridge(STEPS, "A bridge", "AUD million")
    assert bars(figure) == [(0, 10), (10, 15), (3, 15), (3, 4), (0, 4)]


def test_a_step_that_nobody_printed_is_hatched():
    figure = charts.bridge(STEPS, "A bridge", "AUD million")
    hatched = [patch.get_hatch() is not None for patch in figure.axes[0].patches]
    assert hatched == [False, False, False, True, False]


def test_every_step_carries_its_number_and_sign():
    figure = charts.bridge(STEPS, "A bridge", "AUD million")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["10.0", "+5.0", "\N{MINUS SIGN}12.0", "+1.0", "4.0"]


def panels(**columns):
    base = {
        "panel": ["a", "a", "b"],
        "year": [2023, 2024, 2024],
        "value": [1.0, 2.0, 900.0],
        "mark": "line",
        "confidence": "secondary",
    }
    return pd.DataFrame(base | columns)


def test_each_panel_has_a_scale_of_its_own():
    figure = charts.small_multiples(panels(), "Panels", "#0072B2")
    tops = [axes.get_ylim()[1] for axes in figure.axes]
    assert tops[0] < 3 < 900 <= tops[1]


def test_another_definition_is_a_diamond_and_no_column():
    figure = charts.small_multiples(
        panels(mark=["line", "other", "line"]), "Panels", "#0072B2"
    )
    first = figure.axes[0]
    assert len(first.patches) == 1
    assert list(first.lines[0].get_xdata()) == [2024]
    assert figure.legends[0].get_texts()[0].get_text() == "another definition"


def test_a_range_is_drawn_as_a_range_and_a_weak_value_open():
    frame = pd.DataFrame(
        {
            "row": ["firm", "weak"],
            "value": [0.5, 0.6],
            "low": [0.4, 0.6],
            "high": [0.7, 0.6],
            "confidence": ["primary", "tertiary"],
        }
    )
    axes = charts.ranges(frame, "Ranges", "Share", percent=True).axes[0]
    (path,) = axes.collections[0].get_paths()
    assert path.vertices[:, 0].tolist() == [0.4, 0.7]
    assert len(axes.collections) == 1
    assert axes.lines[1].get_markerfacecolor() == "white"

"""Charts of the scenarios draw what they are given, ranges as ranges."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from rareearth import charts


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_a_project_that_has_not_started_ends_in_an_arrow():
    days = pd.to_datetime(["2024-01-01", "2025-01-01"])
    frame = pd.DataFrame({"project": ["A", "B"], "planned": days[0], "end": days[1]})
    frame["started"] = [True, False]
    figure = charts.plan_and_start(frame, "One of two started")
    marks = [
        line.get_marker() for line in figure.axes[0].lines if len(line.get_xdata()) == 1
    ]
    assert marks == ["o", "o", "o", ">"]


def test_chances_are_drawn_from_none_to_all_with_the_claimed_spans():
    days = pd.to_datetime(["2026-01-01", "2036-01-01"])
    frame = pd.DataFrame({"name": "NdPr oxide", "date": days, "probability": [0, 0.4]})
    figure = charts.chances(
        frame, "A title", "Probability", {"soon": (days[0], days[1])}
    )
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert figure.axes[0].get_ylim() == (0, 1)
    assert {"soon", "NdPr oxide"} <= texts


def test_a_fan_has_two_bands_and_a_median():
    frame = pd.DataFrame({"what": "supply", "year": [2026, 2027]})
    for level, value in zip(["p10", "p25", "p50", "p75", "p90"], range(5), strict=True):
        frame[level] = value
    axes = charts.fan(frame, "A title", "", "t a year").axes[0]
    assert len(axes.collections) == 2
    assert axes.lines[0].get_ydata().tolist() == [2, 2]


@pytest.mark.parametrize(("level", "lines"), [(0.4, 1), (1.5, 0)])
def test_a_map_draws_the_line_of_the_claim_only_where_it_is_true(level, lines):
    y, x = np.meshgrid([0.0, 6.0, 12.0], [0.0, 0.5, 1.0], indexing="ij")
    frame = pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "z": x.ravel()})
    figure = charts.truth_map(
        frame, ("x", "y", "z"), "A title", ("cut", "stock", "lost"), level, "claim", {}
    )
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert labels.count("claim") == lines

"""Charts draw what the figures say: gaps as gaps, weak figures open, labels apart."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb

from rareearth import charts
from rareearth.charts import shares, style

NOT_COUNTRIES = {
    "World",
    "mining quota",
    "industry plan",
    "HHI",
    "NdPr market",
    "China Northern",  # short names of companies
    "China Rare Earth",
    "NdPr oxide",
    "all rare-earth oxides",
    "Other countries",
    "Not named",
}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


# Labels


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.floats(0.001, 100))
def test_labels_lie_at_least_the_gap_apart(heights, gap):
    moved = charts.spread(pd.Series(heights), gap)
    assert (np.diff(moved.to_numpy()) >= gap - 1e-6).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_labels_keep_their_order_and_their_middle(heights):
    series = pd.Series(heights)
    moved = charts.spread(series, 5.0)
    assert moved.index.tolist() == series.sort_values().index.tolist()
    assert moved.mean() == pytest.approx(series.mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("heights", "moved"),
    [
        ([], []),
        ([1.0, 9.0], [1.0, 9.0]),  # far enough apart
        ([1.0, 1.0], [0.0, 2.0]),
        ([5.0, 5.0, 5.0], [3.0, 5.0, 7.0]),
    ],
)
def test_labels_move_no_more_than_they_must(heights, moved):
    assert charts.spread(pd.Series(heights, dtype=float), 2.0).tolist() == moved


def test_each_line_is_labelled_where_it_ends():
    _, axes = charts.canvas("Two lines")
    charts.label_ends(axes, {"China": (2024, 1.0), "India": (2023, 1.0)}, 0.5)
    places = {text.get_text(): text.xy for text in axes.texts}
    assert places == {"China": (2024, 0.75), "India": (2023, 1.25)}


# Colours


def test_no_two_countries_have_one_colour():
    hues = [hue for name, hue in charts.COLOURS.items() if name not in NOT_COUNTRIES]
    assert len(set(hues)) == len(hues)
    assert style.NEUTRAL not in hues


def test_a_country_without_a_colour_of_its_own_is_grey():
    assert charts.colour("Burundi") == style.NEUTRAL
    assert charts.colour("China") != style.NEUTRAL


def luminance(hue):
    """Return the relative luminance of a colour as WCAG 2 defines it."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(hue)
    ]
    return float(np.dot(parts, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("name", charts.COLOURS)
def test_a_label_can_be_read_on_white(name):
    _, axes = charts.canvas("One label")
    charts.label_ends(axes, {name: (0, 0)}, 1)
    contrast = 1.05 / (luminance(axes.texts[0].get_color()) + 0.05)
    assert contrast >= 4.5  # WCAG 2, level AA


# Lines


def lines(**columns):
    base = {"year": [2020, 2021, 2023, 2024], "entity": "China", "value": 1.0}
    return pd.DataFrame(base | columns)


def drawn(figure):
    """Return the years of each line that was drawn."""
    found = [list(line.get_xdata()) for line in figure.axes[0].lines]
    return [years for years in found if years]


def test_a_missing_year_interrupts_the_line():
    figure = charts.line_band(lines(), "A gap", "t")
    assert drawn(figure) == [[2020, 2021], [2023, 2024]]


def test_a_year_alone_is_a_dot():
    figure = charts.line_band(lines().iloc[[0, 2]], "Two dots", "t")
    assert [line.get_marker() for line in figure.axes[0].lines] == ["o", "o"]


def open_marks(axes):
    """Return where the marks with a white face stand."""
    faces = [(line, line.get_markerfacecolor()) for line in axes.lines]
    return [
        float(place)
        for line, face in faces
        if line.get_marker() not in ("", "None") and to_hex(face) == "#ffffff"
        for place in line.get_xdata()
    ]


def test_a_weak_figure_is_an_open_mark():
    weak = ["primary", "tertiary", "primary", "secondary"]
    figure = charts.line_band(lines(confidence=weak), "One weak", "t")
    assert open_marks(figure.axes[0]) == [2021]


def test_what_the_sources_allow_is_a_band():
    frame = lines(low=[0.5, 0.5, 0.5, 0.5], high=[1.5, 1.5, 1.5, 2.5])
    band = charts.line_band(frame, "A band", "t").axes[0].collections
    edges = [path.vertices for patch in band for path in patch.get_paths()]
    assert len(edges) == 2  # one on each side of the gap
    assert max(edge[:, 1].max() for edge in edges) == 2.5


def test_a_year_with_bounds_and_no_value_has_a_band_alone():
    frame = lines(value=[1.0, np.nan, 1.0, 1.0], low=0.5, high=1.5)
    figure = charts.line_band(frame, "Bounds", "t")
    values = np.concatenate([line.get_ydata() for line in figure.axes[0].lines])
    assert np.isnan(values.astype(float)).sum() == 1


def test_named_marks_have_no_line():
    figure = charts.line_band(lines(), "Marks", "t", marks=["China"])
    assert {line.get_linewidth() for line in figure.axes[0].lines} == {0}


def test_lines_start_at_zero():
    figure = charts.line_band(lines(value=[90.0, 91.0, 92.0, 93.0]), "High", "t")
    assert figure.axes[0].get_ylim()[0] == 0


# Shares

SHARES = pd.DataFrame(
    {
        "year": [2022, 2022, 2024, 2024, 2024],
        "entity": ["China", "Not named", "China", "India", "Chile"],
        "share": [0.6, 0.3, 0.7, 0.2, 0.1],
        "source_id": ["old", "old", "new", "new", "new"],
    }
)


def test_the_parts_of_a_year_fill_the_column():
    parts = shares._stacked(SHARES, ["China", "India"])
    assert parts.sum(axis=1).loc[[2022, 2024]].tolist() == pytest.approx([1, 1])
    assert parts.loc[2024, "Other countries"] == pytest.approx(0.1)
    assert parts.loc[2022, "Not named"] == pytest.approx(0.3 / 0.9)


def test_a_year_without_figures_stays_empty():
    assert shares._stacked(SHARES, ["China"]).loc[2023].sum() == 0


def test_the_columns_reach_from_0_to_1():
    axes = charts.share_columns(SHARES, "Shares", ["China", "India"], "Share").axes[0]
    heights = np.concatenate(
        [path.vertices[:, 1] for part in axes.collections for path in part.get_paths()]
    )
    assert (heights.min(), heights.max()) == pytest.approx((0, 1))
    assert axes.get_ylim() == (0, 1)


PANEL = pd.DataFrame(
    {
        "row": ["mining", "magnets", "magnets", "magnets"],
        "entity": ["China", "China", "China", "Chile"],
        "year": [2024, 2024, 2023, 2022],
        "value": [0.7, np.nan, 0.9, np.nan],
        "low": [np.nan, 0.9, np.nan, 0.1],
        "high": [np.nan, np.nan, np.nan, 0.2],
        "confidence": ["primary", "primary", "tertiary", "primary"],
    }
)


def test_each_stage_has_a_panel_of_its_own():
    figure = charts.share_panels(PANEL, "Stages", "Share", ["China"])
    shown = [axes.get_title() for axes in figure.axes if axes.get_visible()]
    assert shown == ["mining", "magnets"]


def test_a_lower_bound_is_a_triangle_and_a_range_a_bar():
    figure = charts.share_panels(PANEL, "Stages", "Share", ["China"])
    magnets = figure.axes[1]
    marks = {line.get_xdata()[0]: line.get_marker() for line in magnets.lines}
    assert marks == {2023: "o", 2024: "^"}
    assert len(magnets.collections) == 1
    assert open_marks(magnets) == [2023]


def test_then_is_an_open_dot_and_now_a_filled_one():
    frame = pd.DataFrame({"entity": ["China"], "before": [0.6], "after": [0.7]})
    figure = charts.dumbbell(frame, "Then and now", "Share", ("then", "now"))
    assert open_marks(figure.axes[0]) == [0.6]
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["then", "now"]


# Every form


FORMS = {
    "share_columns": lambda: charts.share_columns(
        SHARES.iloc[[0]], "One", ["China"], "Share"
    ),
    "line_band": lambda: charts.line_band(lines().iloc[[0]], "One", "t"),
    "line_band in percent": lambda: charts.line_band(
        lines(low=0.9, high=1.1).iloc[[0]], "One", "", percent=True
    ),
    "dumbbell": lambda: charts.dumbbell(
        pd.DataFrame({"entity": ["China"], "before": [1.0], "after": [2.0]}),
        "One",
        "t",
        ("then", "now"),
    ),
    "share_panels": lambda: charts.share_panels(
        PANEL.iloc[[0]], "One", "Share", ["China"]
    ),
}


@pytest.mark.parametrize("draw", FORMS.values(), ids=FORMS)
def test_every_form_draws_one_row(draw):
    figure = draw()
    figure.canvas.draw()
    assert figure.get_suptitle() == "One"


def test_a_long_title_is_wrapped_and_whole():
    title = "China mined more than two thirds of all rare earths in 2024, " * 2
    figure, _ = charts.canvas(title)
    assert "\n" in figure.get_suptitle()
    assert re.sub(r"\s+", " ", figure.get_suptitle()) == title.strip()

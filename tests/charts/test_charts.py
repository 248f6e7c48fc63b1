"""What all charts share: labels and colours apart, every sign drawn, small files."""

import contextlib
import re
import warnings
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from rareearth import charts
from rareearth.charts import colours, fonts, marks, style
from rareearth.charts import style as drawing
from rareearth.display import output as display


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


# Labels


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.floats(0.001, 100))
def test_labels_lie_at_least_the_gap_apart(heights, gap):
    moved = style.spread(pd.Series(heights), gap)
    assert (np.diff(moved.to_numpy()) >= gap - 1e-6).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_labels_keep_their_order_and_their_middle(heights):
    series = pd.Series(heights)
    moved = style.spread(series, 5.0)
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
    assert style.spread(pd.Series(heights, dtype=float), 2.0).tolist() == moved


def test_each_line_is_labelled_where_it_ends():
    _, axes = charts.canvas("Two lines")
    axes.set_ylim(0, 2)
    style.label_ends(
        axes, {"China": (2024, 1.0), "India": (2023, 1.0)}, charts.COLOURS, 0.25
    )
    places = {text.get_text(): text.xy for text in axes.texts}
    assert places == {"China": (2024, 0.75), "India": (2023, 1.25)}


def test_a_name_never_lies_on_the_axis_below_it():
    _, axes = charts.canvas("Three lines that end at the foot")
    axes.set_ylim(0, 1)
    ends = {"China": (2024, 0.0), "India": (2024, 0.01), "Japan": (2024, 0.02)}
    style.label_ends(axes, ends, charts.COLOURS, 0.1)
    heights = [text.xy[1] for text in axes.texts]
    assert heights == pytest.approx([0.05, 0.15, 0.25])


def test_a_name_on_an_axis_of_ratios_stands_at_the_end_of_its_line():
    _, axes = charts.canvas("Three lines from 33 to 1,150")
    axes.set(yscale="log", ylim=(5, 5_000))
    ends = {"China": (2026, 1_150.0), "India": (2026, 250.0), "Japan": (2026, 33.0)}
    style.label_ends(axes, ends, charts.COLOURS, 0.06)
    heights = {text.get_text(): text.xy[1] for text in axes.texts}
    assert heights == pytest.approx({name: y for name, (_, y) in ends.items()})


def test_names_on_an_axis_of_ratios_lie_apart_by_equal_ratios():
    _, axes = charts.canvas("Two lines that end at 100")
    axes.set(yscale="log", ylim=(1, 10_000))
    style.label_ends(
        axes, {"China": (0, 100.0), "India": (0, 100.0)}, charts.COLOURS, 0.25
    )
    low, high = sorted(text.xy[1] for text in axes.texts)
    assert high / low == pytest.approx(10)  # a quarter of four decades


# Colours


# What people with a colour blindness see, in linear RGB: the matrices of Machado,
# Oliveira and Fernandes (2009) for full severity.
VISION = {
    "full": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = [  # of sRGB, divided by its white (IEC 61966-2-1)
    [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883],
]


def seen(hue, vision):
    """Return a colour in CIE L*a*b* as it is seen."""
    linear = np.array(
        [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in to_rgb(hue)
        ]
    )
    light = np.array(TO_XYZ) @ np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    x, y, z = np.where(
        light > 216 / 24389, np.cbrt(light), (24389 / 27 * light + 16) / 116
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(group, vision):
    """Return the smallest distance (delta E) of two colours of a group, and the two."""
    places = {name: seen(hue, vision) for name, hue in group.items()}
    return min(
        (float(np.linalg.norm(places[one] - places[two])), one, two)
        for one, two in combinations(group, 2)
    )


def test_the_simulation_makes_red_and_green_alike():
    # A dark red and an olive that deuteranopes confuse, far apart for others.
    pair = {"red": "#B03A2E", "olive": "#7A7A1E"}
    assert nearest(pair, "full")[0] > 50
    assert nearest(pair, "deuteranopia")[0] < 20


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(
    "group", colours.TOGETHER, ids=["countries", "producers", "products", "markets"]
)
def test_colours_that_appear_together_are_told_apart(group, vision):
    distance, one, two = nearest(group, vision)
    assert distance >= 11, f"{one} and {two}"  # 2.3 is just noticeable side by side


def test_what_has_a_colour_keeps_it_in_every_group():
    for group in colours.TOGETHER:
        for name, hue in group.items():
            assert charts.colour(name) == hue
            assert hue != colours.NEUTRAL


def test_a_country_without_a_colour_of_its_own_is_grey():
    assert charts.colour("Burundi") == colours.NEUTRAL
    assert charts.colour("China") != colours.NEUTRAL


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Nd metal", "Nd oxide"),
        ("Tb", "Tb oxide"),
        ("NdPr", "NdPr oxide"),
        ("EU", "European Union"),
        ("Mountain Pass", "MP Materials"),
    ],
)
def test_another_name_of_a_thing_has_its_colour(name, same):
    assert charts.colour(name) == charts.COLOURS[same]


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
    style.label_ends(axes, {name: (0, 0)}, charts.COLOURS, 1)
    contrast = 1.05 / (luminance(axes.texts[0].get_color()) + 0.05)
    assert contrast >= 4.5  # WCAG 2, level AA


# Marks


LABELS = [
    "Export licences",
    "Quotas cut",
    "Dispute at the WTO",
    "Quotas end",
    "Controls on seven elements",
    "Truce",
    "Controls suspended for a year",
]


def extents(figure, texts):
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in texts]


@pytest.mark.parametrize("years", [range(2010, 2017), [2010] * 7, [2020] * 7])
def test_labels_of_events_neither_overlap_nor_leave_the_chart(years):
    figure, axes = charts.canvas("Events")
    axes.set_xlim(2010, 2020)
    marks.mark_events(axes, pd.DataFrame({"at": years, "label": LABELS}))
    boxes = extents(figure, filter(Text.get_text, axes.texts))
    assert len(boxes) == 7
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert all(box.y0 >= axes.bbox.y1 for box in boxes)
    (title,) = extents(figure, [figure._suptitle])
    assert not any(box.overlaps(title) for box in boxes)


def test_an_event_outside_the_axis_is_left_out():
    _, axes = charts.canvas("Events")
    axes.plot(pd.to_datetime(["2024-01-01", "2025-01-01"]), [1, 2])
    dates = pd.to_datetime(["2010-09-07", "2024-06-01"])
    marks.mark_events(axes, pd.DataFrame({"at": dates, "label": ["then", "now"]}))
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["now"]


@pytest.mark.parametrize(
    ("look", "face", "hatched"),
    [
        ("filled", "#0072b2", False),
        ("hollow", "#ffffff", False),
        ("hatched", "#ffffff", True),
        ("filled hatched", "#8cc0dc", True),
    ],
)
def test_an_assumption_is_hatched_and_what_is_no_figure_hollow(look, face, hatched):
    style = marks.bar_style(["#0072B2"], [look])
    assert to_hex(style["facecolor"][0]) == face
    assert bool(style["hatch"][0]) == hatched


# Fonts


@pytest.mark.parametrize("installed", [fonts.family(), ["DejaVu Sans"]])
def test_no_sign_is_drawn_as_an_empty_box(monkeypatch, installed):
    monkeypatch.setattr(fonts, "family", lambda: installed)
    fonts._drawn_signs.cache_clear()
    with plt.rc_context({"font.family": installed}), warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a missing sign
        figure, axes = plt.subplots()
        figure.suptitle("Quota 总量控制指标 \U0001f98e, −3 °C")
        axes.set_xlabel("Prices (元/公斤)")
        display._picture(figure)
    fonts._drawn_signs.cache_clear()
    assert figure.get_suptitle().startswith("Quota ")
    assert figure.get_suptitle().endswith(", −3 °C")


def test_what_no_font_can_draw_becomes_one_ellipsis(monkeypatch):
    monkeypatch.setattr(fonts, "_drawn_signs", lambda: frozenset(map(ord, "ab")))
    assert fonts._drawable("a总量 控b") == "a… …b"


# The drawing


def test_a_long_title_is_wrapped_and_whole():
    title = "China mined more than two thirds of all rare earths in 2024, " * 2
    figure, _ = charts.canvas(title)
    assert "\n" in figure.get_suptitle()
    assert re.sub(r"\s+", " ", figure.get_suptitle()) == title.strip()


def test_a_drawing_loses_idle_digits_and_keeps_its_shapes():
    svg = (
        '<svg>\n <metadata>\n  <a/>\n </metadata>\n <path id="x-9" d="M 0 5.123456\n'
        'L 1250.987654 -8\nz\n" style="fill: none; stroke: #fff"/>\n'
        '<path id="DejaVuSans-32" transform="scale(0.015625)"/>\n'
        '<path id="y" d="M 800 -16\n" transform="scale(0.015625)"/>\n'
        '<use x="1.555555" transform="translate(3.141593 0.5) scale(0.095 -0.095)"/>\n'
        '<use xlink:href="#DejaVuSans-32" transform="translate(61.5 0)"/>\n'
        "</svg>"
    )
    assert drawing.compact(svg) == (
        '<svg><path id="x-9" d="M0 5.12L1250.99 -8z" style="fill:none;stroke:#fff"/>'
        '<path id="D32" transform="scale(0.015625)"/>'
        '<path id="y" d="M100 -2" transform="scale(0.125)"/>'
        '<use x="1.56" transform="translate(3.14 0.5) scale(0.095 -0.095)"/>'
        '<use xlink:href="#D32" x="61.5"/></svg>'
    )


def a_chart(title="A line"):
    years = pd.DataFrame({"year": [2020, 2021, 2023], "entity": "China", "value": 1.0})
    return charts.lines(years, title, "t")


def labelled(font):
    """Return a chart whose labels are in a font of one's own choice."""
    with plt.rc_context({"font.family": font}):
        figure, axes = plt.subplots(layout="constrained")
        axes.set_title("Share of 2024, $x^2$")
        axes.set_xlabel("Share of 2024")
        return drawing.to_svg(figure)


def test_what_spares_time_in_a_drawing_does_not_change_it(monkeypatch):
    fonts = ["DejaVu Sans", "DejaVu Serif", "DejaVu Sans"]
    spared = drawing.to_svg(a_chart())
    again = [labelled(font) for font in fonts]
    monkeypatch.setattr(drawing, "spared", contextlib.nullcontext)
    monkeypatch.setattr(drawing, "_fix_empty_labels", lambda figure: None)
    assert drawing.to_svg(a_chart()) == spared
    assert [labelled(font) for font in fonts] == again
    assert again[0] != again[1]


def test_texts_are_not_kept_without_end(monkeypatch):
    monkeypatch.setattr(fonts, "MOST", 3)
    fonts._known.cache_clear()
    for number in range(9):
        figure, axes = plt.subplots()
        axes.set_title(f"Title {number}")
        drawing.to_svg(figure)
    known = fonts._known(tuple(repr(plt.rcParams[name]) for name in fonts._settings()))
    texts = {text for key in known.layouts for text in key if isinstance(text, str)}
    assert "Title 8" in texts
    assert "Title 0" not in texts


def test_texts_are_measured_by_matplotlib_alone_after_a_drawing():
    before = dict(vars(Text)), dict(vars(TextToPath))
    drawing.to_svg(a_chart())
    assert (dict(vars(Text)), dict(vars(TextToPath))) == before


def test_equal_charts_are_equal_drawings_with_every_letter():
    one, two = (a_chart("69\u202f% of it") for _ in range(2))
    svg = drawing.to_svg(one)
    assert svg == drawing.to_svg(two)
    used = set(re.findall(r'xlink:href="#([^"]+)"', svg))
    assert used <= set(re.findall(r' id="([^"]+)"', svg))

"""The chart forms draw what their frames say: values, order, ranges and gaps."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_hex

from rareearth import charts
from rareearth.charts.bars import stacked_shares
from rareearth.errors import ParameterError


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def marks(axes):
    """Return (x, y, face) of each mark, in the order drawn."""
    return [
        (float(x), float(y), to_hex(face))
        for drawn in axes.collections
        if isinstance(drawn, PathCollection)
        for (x, y), face in zip(
            drawn.get_offsets(),
            np.resize(drawn.get_facecolors(), (len(drawn.get_offsets()), 4)),
            strict=True,
        )
    ]


def corners(axes):
    """Return how many corners each kind of mark has: a triangle has three."""
    return [
        len(drawn.get_paths()[0].vertices) - 1
        for drawn in axes.collections
        if isinstance(drawn, PathCollection)
    ]


def segments(axes):
    """Return the ends along x of each stroke, such as a range."""
    return [
        (float(one[0][0]), float(one[1][0]))
        for drawn in axes.collections
        if isinstance(drawn, LineCollection)
        for one in drawn.get_segments()
    ]


def bars(axes):
    """Return the left and the right end of each bar."""
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    return [pytest.approx(sorted(pair)) for pair in ends]


def paths(axes):
    """Return the x of each line that was drawn."""
    found = [list(line.get_xdata()) for line in axes.lines if line.get_xdata().size]
    return [x for x in found if x not in ([0, 1], [0.0, 1.0])]  # of a level or zero


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def key(figure):
    return [text.get_text() for each in figure.legends for text in each.get_texts()]


# Rows

CASES = pd.DataFrame(
    {
        "row": ["one", "two", "three", "four", "five"],
        "value": [0.5, 0.6, np.nan, np.nan, np.nan],
        "low": [0.4, np.nan, 0.2, 0.9, np.nan],
        "high": [0.7, np.nan, 0.3, np.inf, 0.1],
        "confidence": ["primary", "tertiary", "primary", "primary", "primary"],
    }
)


@pytest.mark.parametrize("form", [charts.rows, charts.lines])
def test_a_frame_without_a_column_is_refused_by_name(form):
    with pytest.raises(ParameterError, match=r"column '(row|year)' \((row|x)\); there"):
        form(pd.DataFrame({"entity": ["China"], "value": [1.0]}), "Title", "t")


def test_the_first_row_is_on_top():
    axes = charts.rows(CASES, "Rows", "Share").axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    places = axes.transData.transform([(0, at) for at in axes.get_yticks()])[:, 1]
    assert names == ["one", "two", "three", "four", "five"]
    assert (np.diff(places) < 0).all()


def test_a_range_is_a_stroke_and_a_weak_figure_open():
    axes = charts.rows(CASES, "Rows", "Share").axes[0]
    assert segments(axes) == [(0.4, 0.7), (0.2, 0.3)]
    faces = {x: face for x, _, face in marks(axes)}
    assert faces[0.6] == "#ffffff"
    assert faces[0.5] != "#ffffff"


def test_a_bound_is_a_triangle_where_it_is():
    axes = charts.rows(CASES.iloc[3:], "Rows", "Share").axes[0]
    assert [x for x, _, _ in marks(axes)] == [0.9, 0.1]
    assert corners(axes) == [3, 3]


def test_two_columns_are_a_ring_and_a_dot_joined_by_a_line():
    frame = pd.DataFrame({"entity": ["China"], "then": [0.6], "now": [0.7]})
    value = {"then": "first", "now": "newest"}
    figure = charts.rows(frame, "Then and now", "Share", row="entity", value=value)
    (then, _, ring), (now, _, dot) = marks(figure.axes[0])
    assert (then, now) == (0.6, 0.7)
    assert ring == "#ffffff" != dot
    assert (0.6, 0.7) in segments(figure.axes[0])
    assert key(figure) == ["first", "newest"]


def test_dates_stand_for_numbers():
    days = pd.to_datetime(["2024-01-01", "2025-01-01"])
    frame = pd.DataFrame({"row": ["A"], "plan": days[:1], "end": days[1:], "mark": ">"})
    value = {"plan": "planned", "end": "started"}
    axes = charts.rows(frame, "Dates", "", value=value).axes[0]
    (plan, *_), (end, *_) = marks(axes)
    assert end - plan == 366
    assert corners(axes)[1] == 3


def test_bars_start_at_zero_and_carry_their_number():
    frame = pd.DataFrame({"entity": ["China", "Not named"], "value": [30.0, 1270.0]})
    figure = charts.rows(frame, "Bars", "t", row="entity", bars=True)
    assert bars(figure.axes[0]) == [[0, 30], [0, 1270]]
    assert words(figure) == ["30", "1,270"]
    assert figure.axes[0].get_xlim()[0] == 0


def test_what_is_not_named_is_hollow():
    frame = pd.DataFrame({"entity": ["China", "Not named"], "value": [30.0, 70.0]})
    axes = charts.rows(frame, "Bars", "t", row="entity", bars=True).axes[0]
    faces = [to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert faces == [charts.COLOURS["China"].lower(), "#ffffff"]


def test_bars_of_one_row_are_stacked_with_their_total():
    parts = pd.DataFrame(
        {"row": "A", "entity": ["Nd oxide", "Dy oxide"], "value": [1.5, 2.0]}
    )
    figure = charts.rows(parts, "Baskets", "USD", bars=True)
    assert bars(figure.axes[0]) == [[0, 1.5], [1.5, 3.5]]
    assert [text for text in words(figure) if text] == ["3.5"]


def test_bars_of_one_name_in_two_groups_are_two_rows():
    parts = pd.DataFrame(
        {"row": "China", "group": ["mining", "magnets"], "value": [0.5, 0.75]}
    )
    figure = charts.rows(parts, "Stages", "Share", bars=True, percent=True)
    assert bars(figure.axes[0]) == [[0, 0.5], [0, 0.75]]


def test_no_tick_of_shares_stands_above_the_whole():
    shares = pd.DataFrame(
        {"row": ["one", "two"], "value": [0.9, 0.4], "text": "> 90 %"}
    )
    (axes,) = charts.rows(shares, "Shares", "Share", percent=True).axes
    assert axes.get_xlim()[1] > 1
    assert axes.get_xticklabels()[-1].get_text() == "100\N{NO-BREAK SPACE}%"


STEPS = pd.DataFrame(
    {
        "row": ["before", "in", "out", "else", "after"],
        "value": [10.0, 5.0, -12.0, 1.0, 4.0],
        "kind": ["level", "step", "step", "rest", "level"],
    }
)


def test_each_step_starts_where_the_last_one_ended():
    figure = charts.rows(charts.cumulated(STEPS), "A bridge", "AUD million")
    assert bars(figure.axes[0]) == [[0, 10], [10, 15], [3, 15], [3, 4], [0, 4]]
    assert words(figure) == ["10.0", "+5.0", "\N{MINUS SIGN}12.0", "+1.0", "4.0"]


def test_a_step_that_nobody_printed_is_hatched():
    axes = charts.rows(charts.cumulated(STEPS), "A bridge", "AUD million").axes[0]
    hatched = [bool(bar.get_hatch()) for bar in axes.patches]
    assert hatched == [False, False, False, True, False]


COSTS = pd.DataFrame(
    {
        "row": ["Feed", "Energy", "Credits", "Cost"] * 2,
        "entity": ["Lynas"] * 4 + ["Baotou"] * 4,
        "value": [10.0, 5.0, -3.0, 12.0, 8.0, 4.0, -2.0, 10.0],
        "kind": ["step", "step", "step", "sum"] * 2,
        "look": ["hatched", "filled hatched", "filled", "filled"] * 2,
    }
)


def test_each_producer_adds_up_in_a_panel_of_its_own():
    own = COSTS.assign(who=COSTS["entity"])
    figure = charts.rows(charts.cumulated(own, "who"), "Costs", "USD/kg", panel="who")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Lynas", "Baotou"]
    assert bars(figure.axes[0]) == [[0, 10], [10, 15], [12, 15], [0, 12]]
    assert bars(figure.axes[1]) == [[0, 8], [8, 12], [10, 12], [0, 10]]
    hatched = [bool(bar.get_hatch()) for bar in figure.axes[1].patches]
    assert hatched == [True, True, False, False]


def test_the_end_of_a_bar_can_carry_a_text():
    frame = pd.DataFrame(
        {
            "row": ["Feed"],
            "value": [np.nan],
            "low": [1.6],
            "high": [2.3],
            "look": "hatched",
            "text": "0.6",
        }
    )
    figure = charts.rows(frame, "Hinges", "ratio", zero=False)
    (axes,) = figure.axes
    places = {text.get_text(): text.xy[0] for text in axes.texts}
    assert places == {"0.6": 2.3}
    assert 0 < axes.get_xlim()[0] < 1.6


def test_each_definition_is_written_once_over_its_rows():
    frame = pd.DataFrame(
        {"row": ["a", "b", "b"], "group": ["G", "G", "H"], "value": [1.0, 2.0, 3.0]}
    )
    figure = charts.rows(frame, "Groups", "Share")
    assert words(figure) == ["G", "H"]
    assert len({y for _, y, _ in marks(figure.axes[0])}) == 3


def test_a_claim_is_a_named_line():
    claims = pd.DataFrame({"at": [0.92], "label": ["said: 92 %"]})
    figure = charts.rows(CASES, "Rows", "Share", lines=claims)
    assert "said: 92 %" in words(figure)
    assert [0.92, 0.92] in [list(line.get_xdata()) for line in figure.axes[0].lines]


# Lines


def years(**columns):
    base = {"year": [2020, 2021, 2023, 2024], "entity": "China", "value": 1.0}
    return pd.DataFrame(base | columns)


def test_a_missing_year_interrupts_the_line():
    axes = charts.lines(years(), "A gap", "t").axes[0]
    assert paths(axes) == [[2020, 2021], [2023, 2024]]


def test_a_missing_value_interrupts_the_line():
    frame = years(year=[2020, 2021, 2022, 2023], value=[1.0, 1.0, np.nan, 1.0])
    axes = charts.lines(frame, "A gap", "t").axes[0]
    assert paths(axes) == [[2020, 2021]]
    assert [x for x, _, _ in marks(axes)] == [2023]


def test_a_year_alone_is_a_dot():
    axes = charts.lines(years().iloc[[0, 2]], "Two dots", "t").axes[0]
    assert paths(axes) == []
    assert [x for x, _, _ in marks(axes)] == [2020, 2023]


@pytest.mark.parametrize(("gap", "drawn"), [(31, [2, 1]), (np.inf, [3])])
def test_a_longer_distance_interrupts_a_line_of_dates(gap, drawn):
    days = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-04-01"])
    frame = pd.DataFrame({"month": days, "entity": "Japan", "value": 1.0})
    axes = charts.lines(frame, "Months", "t", x="month", gap=gap).axes[0]
    alone = len(marks(axes)) - sum(map(len, paths(axes)))
    assert [len(x) for x in paths(axes)] + [1] * alone == drawn


def test_no_line_runs_across_a_change_of_method():
    frame = years(year=range(2020, 2024), method=["old", "old", "new", "new"])
    axes = charts.lines(frame, "Editions", "index", run="method").axes[0]
    assert paths(axes) == [[2020, 2021], [2022, 2023]]


def test_a_weak_figure_is_an_open_mark_on_the_line():
    weak = ["primary", "tertiary", "primary", "secondary"]
    axes = charts.lines(years(confidence=weak), "One weak", "t").axes[0]
    assert marks(axes) == [(2021, 1, "#ffffff")]


def test_a_price_that_is_not_used_stands_beside_the_line():
    days = pd.date_range("2020-01-31", periods=40, freq="ME")
    frame = pd.DataFrame({"date": days, "value": 1.0, "used": [True] * 39 + [False]})
    figure = charts.lines(frame, "A price", "USD", x="date", key={"open": "left out"})
    assert [len(x) for x in paths(figure.axes[0])] == [39]
    assert [face for _, _, face in marks(figure.axes[0])] == ["#ffffff"]
    assert key(figure) == ["left out"]


def test_what_the_sources_allow_is_a_band_on_each_side_of_a_gap():
    frame = years(low=[0.5, 0.5, 0.5, 0.5], high=[1.5, 1.5, 1.5, 2.5])
    axes = charts.lines(frame, "A band", "t").axes[0]
    edges = [
        path.vertices[:, 1]
        for band in axes.collections
        if isinstance(band, PolyCollection)
        for path in band.get_paths()
    ]
    assert [(edge.min(), edge.max()) for edge in edges] == [(0.5, 1.5), (0.5, 2.5)]


def test_a_year_with_bounds_and_no_value_has_a_band_alone():
    frame = years(year=range(4), value=[1.0, np.nan, 1.0, 1.0], low=0.5, high=1.5)
    axes = charts.lines(frame, "Bounds", "t").axes[0]
    band = next(b for b in axes.collections if isinstance(b, PolyCollection))
    assert set(band.get_paths()[0].vertices[:, 0]) == {0, 1, 2, 3}
    assert paths(axes) == [[2, 3]]


def test_a_fan_has_two_bands_and_a_median():
    frame = pd.DataFrame({"entity": "supply", "year": [2026, 2027]})
    for level, value in zip(["p10", "p25", "p50", "p75", "p90"], range(5), strict=True):
        frame[level] = float(value)
    axes = charts.lines(frame, "A fan", "t", value="p50").axes[0]
    assert sum(isinstance(band, PolyCollection) for band in axes.collections) == 2
    assert list(axes.lines[0].get_ydata()) == [2, 2]


def test_named_marks_have_no_line():
    axes = charts.lines(years(), "Marks", "t", marks={"China": "D"}).axes[0]
    assert paths(axes) == []
    assert len(marks(axes)) == 4


@pytest.mark.parametrize(("first", "foot"), [(90.0, 0.0), (-90.0, None)])
def test_lines_start_at_zero_unless_something_lies_below(first, foot):
    axes = charts.lines(years(value=[first, 91, 92, 93]), "High", "t").axes[0]
    bottom = axes.get_ylim()[0]
    assert bottom == foot if foot is not None else bottom < -90


def test_lines_of_one_colour_differ_by_their_strokes():
    frame = pd.concat([years(entity="cash"), years(entity="full", value=2.0)])
    figure = charts.lines(frame, "Two", "t", hues="Lynas")
    assert len({line.is_dashed() for line in figure.axes[0].lines}) == 2
    assert key(figure) == ["cash", "full"]


def test_the_line_in_focus_has_a_colour_and_the_others_are_grey():
    frame = pd.concat([years(entity="IEA"), years(entity="Adamas", value=2.0)])
    axes = charts.lines(frame, "Two", "t", focus="IEA").axes[0]
    hues = [to_hex(line.get_color()) for line in axes.lines]
    assert hues[0] == charts.COLOURS["in focus"].lower()
    assert hues[-1] == "#767676"


LEVELS = pd.DataFrame(
    {
        "label": ["Lynas", "price floor"],
        "entity": ["Lynas", "World"],
        "value": [80.0, 107.0],
        "low": [70.0, 107.0],
        "high": [95.0, 107.0],
    }
)


def test_a_range_to_break_even_stands_beside_the_line_and_a_floor_is_a_line_alone():
    figure = charts.lines(years(value=90.0), "Levels", "USD/kg", levels=LEVELS)
    (bar,) = figure.axes[0].patches
    assert (bar.get_y(), bar.get_y() + bar.get_height()) == (70, 95)
    assert bar.get_hatch()
    assert {"Lynas", "price floor"} <= set(words(figure))


def test_a_level_holds_from_its_first_to_its_last_day():
    level = pd.DataFrame(
        {"value": [2.0], "label": ["2"], "first": [2020], "last": 2022}
    )
    axes = charts.lines(years(), "Levels", "t", levels=level).axes[0]
    assert (2020, 2022) in segments(axes)


def test_spans_and_events_are_named():
    spans = pd.DataFrame({"first": [2021], "last": [2022], "label": ["claimed"]})
    events = pd.DataFrame({"at": [2023], "label": ["controls"]})
    figure = charts.lines(years(), "Both", "t", spans=spans, events=events)
    assert {"claimed", "controls"} <= set(words(figure))


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


def panels():
    shown = dict.fromkeys(["China", "Chile"], "D")
    return charts.lines(PANEL, "Stages", "Share", panel="row", marks=shown, top=1.05)


def test_each_name_has_a_panel_on_the_same_years():
    figure = panels()
    assert [axes.get_ylabel() for axes in figure.axes] == ["mining", "magnets"]
    assert len({axes.get_xlim() for axes in figure.axes}) == 1


def test_in_a_panel_too_a_bound_is_a_triangle_and_a_range_a_stroke():
    magnets = panels().axes[1]
    assert marks(magnets)[-1][:2] == (2024, 0.9) or marks(magnets)[0][:2] == (2024, 0.9)
    assert 3 in corners(magnets)
    assert (2023, 0.9, "#ffffff") in marks(magnets)
    assert segments(magnets) == [(2022, 2022)]


# Columns

MONTHS = pd.DataFrame(
    {
        "month": pd.date_range("2025-01-01", periods=3, freq="MS"),
        "value": [5.0, 4.0, 4.0],
        "look": ["filled", "hollow", "hollow"],
    }
)


def test_a_joint_month_is_hollow_and_a_missing_one_a_cross():
    missing = pd.DataFrame(
        {"month": [pd.Timestamp("2025-04-01")], "value": [0.0], "mark": "x"}
    )
    axes = charts.columns(MONTHS, "Months", "t", x="month", points=missing).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [5, 4, 4]
    hollow = [to_hex(bar.get_facecolor()) == "#ffffff" for bar in axes.patches]
    assert hollow == [False, True, True]
    assert [y for _, y, _ in marks(axes)] == [0]


def test_a_column_is_as_wide_as_the_months_it_stands_for():
    days = pd.to_datetime(["2025-01-01", "2025-03-01"])
    frame = pd.DataFrame({"month": days, "value": [8.0, -3.0], "months": [2, 1]})
    axes = charts.columns(frame, "Both", "t", x="month").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [59 - 3, 31 - 3]
    assert [bar.get_height() for bar in axes.patches] == [8, -3]


def test_each_measure_has_a_scale_of_its_own_and_another_definition_a_diamond():
    frame = pd.DataFrame(
        {"panel": ["a", "a", "b"], "year": [2023, 2024, 2024], "value": [1.0, 2.0, 900]}
    )
    other = pd.DataFrame({"panel": ["a"], "year": [2023], "value": [1.5], "mark": "D"})
    words = {"D": "another definition", "hatched": "weak source"}
    figure = charts.columns(frame, "Panels", "", panel="panel", points=other, key=words)
    tops = [axes.get_ylim()[1] for axes in figure.axes]
    assert tops[0] < 3 < 900 <= tops[1]
    assert [len(marks(axes)) for axes in figure.axes] == [1, 0]
    assert key(figure) == ["another definition"]


SHARES = pd.DataFrame(
    {
        "year": [2022, 2022, 2024, 2024, 2024],
        "entity": ["China", "Not named", "China", "India", "Chile"],
        "share": [0.6, 0.3, 0.7, 0.2, 0.1],
        "source_id": ["old", "old", "new", "new", "new"],
    }
)


def test_the_parts_of_a_year_fill_the_column_and_a_year_without_figures_stays_empty():
    parts = stacked_shares(SHARES, ["China", "India"])
    assert parts.sum(axis=1).tolist() == pytest.approx([1, 0, 1])
    assert parts.loc[2024, "Other countries"] == pytest.approx(0.1)
    assert parts.loc[2022, "Not named"] == pytest.approx(0.3 / 0.9)


def test_share_columns_reach_from_0_to_1():
    axes = charts.share_columns(SHARES, "Shares", ["China", "India"], "Share").axes[0]
    heights = np.concatenate(
        [path.vertices[:, 1] for part in axes.collections for path in part.get_paths()]
    )
    assert (heights.min(), heights.max()) == pytest.approx((0, 1))
    assert axes.get_ylim() == (0, 1)


# Other forms


def heat():
    cells = [("all", "4 weeks", "1 year", 0.67), ("all", "none", "1 year", 0.8)]
    cells += [("half", "4 weeks", "1 year", 0.2)]
    frame = pd.DataFrame(cells, columns=["group", "row", "over", "value"])
    frame["marked"] = [True, False, False]
    return charts.heat(frame, "One", "", x="over", value="value")


def test_each_cell_of_a_heat_map_has_its_number_and_its_frame_if_it_is_marked():
    axes = heat().axes[0]
    told = [text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in axes.texts]
    assert told == ["67 %", "80 %", "20 %", "all", "half"]
    cells, frames = axes.containers
    assert (len(cells), len(frames)) == (3, 1)
    assert frames[0].get_xy() == cells[0].get_xy()


EVENTS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2011-01-01", "2025-04-04", "2025-04-04"]),
        "effective": pd.to_datetime(["NaT", "2025-05-04", "NaT"]),
        "lane": ["China", "China", "others"],
        "kind": ["control", "control", "law"],
    }
)


def timeline(events=EVENTS):
    labels = pd.DataFrame({"at": events["date"].iloc[:1], "label": ["quota"]})
    return charts.timeline(events, "Events", labels, pd.Timestamp("2025-01-01"))


def test_the_crowded_time_has_a_panel_of_its_own():
    assert len(timeline().axes) == 2
    assert len(timeline(EVENTS.iloc[:1]).axes) == 1


def test_the_day_of_effect_is_an_open_mark_after_the_announcement():
    axes = timeline().axes[1]
    places = {face: x for x, _, face in marks(axes)[:2]}
    assert len(marks(axes)) == 3
    assert places["#ffffff"] > min(places.values())


SPANS = pd.DataFrame(
    {
        "label": ["ban", "rule"],
        "actor": ["China", "United States"],
        "state": ["in force", "suspended"],
        "start": pd.to_datetime(["2024-01-01", "2025-01-01"]),
        "end": pd.to_datetime(["2025-06-01", "2026-06-01"]),
    }
)


def test_what_is_suspended_is_hatched_and_parted_at_the_day():
    axes = charts.in_force(SPANS, pd.Timestamp("2025-06-01"), "In force").axes[0]
    hatched = [bool(bar.get_hatch()) for bar in axes.patches]
    assert hatched == [False, True, True]
    assert axes.patches[1].get_x() + axes.patches[1].get_width() == pytest.approx(
        axes.patches[2].get_x()
    )


# Marks at two measures


def scatter():
    frame = pd.DataFrame(
        {
            "x": [3.0, 3.1, 3.0, 7.0, 5.0],
            "value": [5.0, 5.0, 5.0, 4.5, 1.0],
            "row": ["one", "two", "three", "four", ""],
            "entity": ["up", "up", "down", "up", "level"],
        }
    )
    return charts.scatter(
        frame,
        "One",
        "Importance",
        "Risk",
        x="x",
        y="value",
        lines=pd.DataFrame({"at": [2.8], "label": "important"}),
        levels=pd.DataFrame({"value": [1.0], "label": "at risk"}),
        key={"up": "rising", "down": "falling"},
    )


def test_marks_that_lie_together_share_a_name_and_their_colour():
    figure = scatter()
    assert sorted(words(figure)) == [
        "at risk",
        "four",
        "important",
        "one, two",
        "three",
    ]
    assert [(x, y) for x, y, _ in marks(figure.axes[0])][3:] == [(7.0, 4.5), (5.0, 1.0)]
    assert key(figure) == ["rising", "falling"]


# Every form

FORMS = {
    "rows": lambda: charts.rows(CASES, "One", "Share", percent=True),
    "one row": lambda: charts.rows(CASES.iloc[[0]], "One", "Share"),
    "bars": lambda: charts.rows(charts.cumulated(STEPS), "One", "AUD million"),
    "two panels of bars": lambda: charts.rows(
        charts.cumulated(COSTS.assign(who=COSTS["entity"]), "who"),
        "One",
        "USD/kg",
        panel="who",
        key={"hatched": "assumptions", "filled": "figures"},
    ),
    "lines": lambda: charts.lines(
        pd.concat([years(), years(entity="India", value=1.01)]), "One", "t"
    ),
    "one year": lambda: charts.lines(years(low=0.9, high=1.1).iloc[[0]], "One", "t"),
    "levels": lambda: charts.lines(years(value=90.0), "One", "USD", levels=LEVELS),
    "panels": panels,
    "columns": lambda: charts.columns(MONTHS, "One", "t", x="month"),
    "one share": lambda: charts.share_columns(
        SHARES.iloc[[0]], "One", ["China"], "Share"
    ),
    "heat": heat,
    "scatter": scatter,
    "timeline": timeline,
    "in force": lambda: charts.in_force(SPANS, pd.Timestamp("2025-06-01"), "One"),
}


def written(figure):
    """Return the box of each text that is drawn."""
    figure.draw_without_rendering()
    texts = [
        figure._suptitle,
        *(t for each in figure.legends for t in each.get_texts()),
    ]
    for axes in figure.axes:
        texts += [*axes.texts, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
            texts += [text for at, text in ticks if low <= at <= high]
    return {
        f"{number} {text.get_text()}": text.get_window_extent()
        for number, text in enumerate(texts)
        if text.get_text() and text.get_visible()
    }


@pytest.mark.parametrize("draw", FORMS.values(), ids=FORMS)
def test_every_text_is_whole_and_none_lies_over_another(draw):
    figure = draw()
    boxes = written(figure)
    inside = figure.bbox
    for name, box in boxes.items():
        assert box.x0 >= inside.x0 - 1, name
        assert box.x1 <= inside.x1 + 1, name
        assert box.y0 >= inside.y0 - 1, name
        assert box.y1 <= inside.y1 + 1, name
    for (one, box), (two, other) in combinations(boxes.items(), 2):
        assert not box.padded(-1).overlaps(other.padded(-1)), f"{one} and {two}"

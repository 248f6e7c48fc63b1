"""What is wrong with a chart, in words.

Its texts are whole, inside the canvas and apart from each other, and what it draws is
in the data behind it, all of it.
"""

import itertools

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from rareearth.charts import style

HAIR = 2.0  # pixels of 100 an inch by which boxes of letters may touch
FEW = 2  # points that a line to compare with has


def faults(figure, data):
    """Return what is wrong with a chart, by its title."""
    title = " ".join(figure.get_suptitle().split())
    found = [*of_texts(figure), *of_marks(figure, data)]
    return [f"{title}: {fault}" for fault in found]


def of_texts(figure):
    """Return what is wrong with the texts of a figure, in words."""
    drawn, draw = [], Text.draw

    def record(text, renderer, *rest, **more):
        if text.get_visible() and text.get_text().strip():
            drawn.append((text, text.get_window_extent(renderer)))
        return draw(text, renderer, *rest, **more)

    style._fix_empty_labels(figure)
    style._measure_axes_only(figure)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", record)
        figure.draw_without_rendering()
    canvas = figure.bbox
    for text, box in drawn:
        said = repr(text.get_text())
        if text.get_text().rstrip().endswith(("…", "...")):
            yield f"{said} is cut"
        past = (canvas.x0 - box.x0, canvas.y0 - box.y0, box.x1 - canvas.x1)
        if max(*past, box.y1 - canvas.y1) > HAIR:
            yield f"{said} is outside the canvas"
    level = [(t, b) for t, b in drawn if t.get_rotation() % 90 == 0]
    for (one, a), (other, b) in itertools.combinations(level, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        # A box is a quarter higher than its letters.
        if wide > HAIR and high > HAIR + 0.25 * min(a.height, b.height):
            yield f"{one.get_text()!r} and {other.get_text()!r} lie on each other"


def rounded(values):
    """Return numbers as text of five digits: what is drawn has been computed."""
    return {f"{value:.5g}" for value in np.asarray(values, float) if np.isfinite(value)}


def held(data):
    """Return the numbers and days in a frame, as an axis places them."""
    found = {"0"}
    for name in data:
        column = data[name]
        if isinstance(column.dtype, pd.PeriodDtype):
            column = column.dt.start_time
        number = pd.to_numeric(column, errors="coerce")
        found |= rounded(number.dropna()) | rounded(-number.dropna())
        if column.dtype == object or pd.api.types.is_datetime64_any_dtype(column):
            texts = column.dropna().astype(str)
            days = pd.to_datetime(texts, errors="coerce", format="ISO8601").dropna()
            found |= rounded(mdates.date2num(days.dt.normalize()))
    return found


def marks(axes):
    """Yield the coordinates of lines and marks along x and along y."""
    for line in axes.lines:
        x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
        in_data = line.get_transform().contains_branch(axes.transData)
        if in_data and len(x) > FEW and len({*map(float, y)}) > 1:
            yield x, y
    for dots in axes.collections:
        places = np.asarray(dots.get_offsets(), float)
        if len(places) and places.any():
            yield places[:, 0], places[:, 1]


def bars(axes):
    """Yield for each bar what may say its size: its ends and its length, twice."""
    for bar in axes.patches:
        if hasattr(bar, "get_height") and bar.get_data_transform() == axes.transData:
            x, y, width, height = (*bar.get_xy(), bar.get_width(), bar.get_height())
            yield [x, x + width], [y, y + height], [width], [height]


def of_marks(figure, data):
    """Return the marks and bars of which neither size nor place is in the data."""
    known = held(data)
    found = []
    for axes in figure.axes:
        for sizes in [*marks(axes), *bars(axes)]:
            days = [np.floor(np.asarray(size, float)) for size in sizes]
            if not any(rounded(size) <= known for size in [*sizes, *days]):
                found.append([list(size)[:3] for size in sizes])
    return found

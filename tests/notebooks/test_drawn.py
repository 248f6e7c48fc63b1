"""What a chart draws is in the data behind it, all of it."""

import json

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest

from rareearth import display
from rareearth.display import output
from rareearth.render import library

NOTEBOOKS = {path.stem: path for path in library.notebooks()}
FEW = 2  # points that a line to compare with has


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


def missing(figure, data):
    """Return the marks and bars of which neither size nor place is in the data."""
    known = held(data)
    found = []
    for axes in figure.axes:
        for sizes in [*marks(axes), *bars(axes)]:
            days = [np.floor(np.asarray(size, float)) for size in sizes]
            if not any(rounded(size) <= known for size in [*sizes, *days]):
                found.append([list(size)[:3] for size in sizes])
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_is_drawn_is_in_the_data_behind_it(name, monkeypatch):
    bare = []

    def look(figure, data, alt, **others):
        bare.extend((figure.get_suptitle(), each) for each in missing(figure, data))

    monkeypatch.setattr(output, "display", lambda bundle, **_: None)
    monkeypatch.setattr(display, "show", look)
    output.reset()
    names = {}
    for cell in json.loads(NOTEBOOKS[name].read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not source.startswith("bibliography("):
            exec(source, names)  # noqa: S102 - our own notebook
    assert bare == []

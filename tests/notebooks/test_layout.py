"""No text of a chart is cut, outside its canvas or over another, whatever is chosen.

Each notebook is run with the longest of the listed choices; with ``RAREEARTH_LOOK=all``
with every listed choice of every parameter, one at a time (minutes).
"""

import itertools
import json
import os

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text

from rareearth import display
from rareearth.charts import style
from rareearth.display import output
from rareearth.errors import WorkbookError
from rareearth.figures import parameters
from rareearth.render import library

NOTEBOOKS = {path.stem: path for path in library.notebooks()}
ALL = os.environ.get("RAREEARTH_LOOK") == "all"
HAIR = 2.0  # pixels of 100 an inch by which boxes of letters may touch
DRAWS = 1_000  # enough to draw a chart


def code_of(name):
    cells = json.loads(NOTEBOOKS[name].read_text("utf-8"))["cells"]
    return [each for each in cells if each["cell_type"] == "code"]


def listed(name):
    """Return the choices of each parameter that lists some, without the default."""
    (cell,) = [
        c for c in code_of(name) if "parameters" in c["metadata"].get("tags", [])
    ]
    found = {}
    for each in parameters.parse("".join(cell["source"]), name):
        if each.kind == "str" and isinstance(each.declared, parameters.Choices):
            values = []
            for part in each.declared.parts:
                if isinstance(part, parameters.Names):
                    values += parameters.names(part, None)
                elif "YYYY" not in part:
                    values.append(part)
            found[each.name] = [v for v in values if v != str(each.default)]
    return {parameter: values for parameter, values in found.items() if values}


def charts_of(name, chosen):
    """Return the charts of a notebook, drawn as a report draws them but not kept."""
    faults, names = [], {}

    def look(figure, *_, **__):
        title = " ".join(figure.get_suptitle().split())
        faults.extend(f"{title}: {fault}" for fault in faults_of(figure))
        plt.close(figure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "display", lambda *_, **__: None)
        patch.setattr(display, "show", look)
        for shows_text in ("table", "bibliography"):
            patch.setattr(display, shows_text, lambda *_, **__: None)
        for cell in code_of(name):
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook
            if "parameters" in cell["metadata"].get("tags", []):
                names |= chosen | ({"draws": DRAWS} if "draws" in names else {})
    return faults


def faults_of(figure):
    """Return what is wrong with the texts of a figure, in words."""
    drawn, draw = [], Text.draw

    def record(text, renderer, *rest, **more):
        if text.get_visible() and text.get_text().strip():
            drawn.append((text, text.get_window_extent(renderer)))
        return draw(text, renderer, *rest, **more)

    style._fix_empty_labels(figure)
    style._measure_axes_only(figure)
    with pytest.MonkeyPatch.context() as patch:
        figure.draw_without_rendering()
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


def sets_of(name):
    """Return which values are chosen: all one at a time, or the longest together."""
    found = listed(name)
    if ALL:
        return [{each: value} for each, values in found.items() for value in values]
    longest = {each: max(values, key=len) for each, values in found.items()}
    return [longest, *({each: value} for each, value in longest.items())]


@pytest.mark.parametrize("name", [n for n in NOTEBOOKS if listed(n)])
def test_every_text_of_a_chart_is_whole_inside_and_apart(name):
    wrong, ran = {}, 0
    for chosen in sets_of(name):
        try:
            faults = charts_of(name, chosen)
        except WorkbookError:
            continue  # refused: no report, no chart
        ran += 1
        if faults:
            wrong[str(chosen)] = faults
        if len(chosen) > 1:
            break  # the longest together: no need of each alone
    assert ran
    assert not wrong, "\n".join(
        f"{at}: {'; '.join(map(str, f))}" for at, f in wrong.items()
    )

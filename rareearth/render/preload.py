"""Imported by the process that runs are forked from: what nearly every run needs.

The workbook's own modules and figures are ready as well, but out of sight: what a run
imports and loads stays the record of what it rests on.
"""

import importlib
import io
from contextlib import chdir, suppress

from rareearth.render import library
from rareearth.render.recorder import ADDRESSES, CLOUDS, ENGINES, WIDGETS, without

HEAVY = (
    "pandas",
    "seaborn",
    # statsmodels.api would import twice as much as the workbook uses.
    "statsmodels.tsa.statespace.sarimax",
    "statsmodels.tsa.statespace.structural",
    "statsmodels.tsa.statespace.exponential_smoothing",
    "statsmodels.tsa.seasonal",
    "statsmodels.tsa.stattools",
    "statsmodels.stats.diagnostic",
    "statsmodels.stats.sandwich_covariance",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "IPython",
    "nbformat",
    "papermill",
    "nbconvert",
    "bs4",
    "latex2mathml.converter",
    "rareearth.render.warm",
    "rareearth.render.execute",
    "rareearth.render.report",
    "rareearth.render.page",
    "rareearth.render.index",
    # What the libraries above import only when it is used.
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "bdb",
    "encodings.utf_8_sig",
)


def _import() -> None:
    with chdir(library.PACKAGE), without(ADDRESSES, WIDGETS, *ENGINES, *CLOUDS):
        importlib.import_module("matplotlib").use("agg")
        for name in HEAVY:
            with suppress(ImportError):
                importlib.import_module(name)


def _draw() -> None:
    """Draw a chart, so that the fonts are found and patterns are compiled."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with plt.rc_context({"svg.fonttype": "path"}):
        figure, axes = plt.subplots(1, 2, layout="constrained")
        axes[0].plot([1990, 2024], [0.1, 0.9], marker="o", label="a line")
        axes[0].fill_between([1990, 2024], [0, 0.5], [0.2, 1.0])
        axes[1].bar(["a", "b"], [1, 2], label="bars, 0123456789 %")
        axes[0].set_title("A title that says its finding", weight="bold", loc="left")
        axes[0].legend()
        FigureCanvasSVG(figure).print_svg(io.StringIO())
        plt.close(figure)


def _compute() -> None:
    """Do a little of what tables need."""
    import pandas as pd

    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": [1.0, 2.0, None]})
    frame["when"] = pd.to_datetime(["2024-01-31"] * 3, format="%Y-%m-%d")
    frame.groupby("a")["b"].sum().sort_values()
    frame.merge(frame, on="a").query("b_x > 0").pivot_table(index="a", values="b_x")
    frame.to_html()


def _show() -> None:
    """Make a small page, so that the template and its patterns are compiled."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    from rareearth.render import index, page, provenance

    for name in {*provenance.LIBRARIES, *provenance.RENDERERS}:
        provenance.installed(name)
    html = "<table><tr><th>a &amp; b</th><td>1</td></tr></table>"
    html += "<img src='data:image/png;base64,AA' alt='Some chart'>"
    shown = [
        new_output("display_data", data={"text/html": html}),
        new_output("stream", name="stdout", text="\x1b[31mtext\x1b[0m"),
    ]
    cells = [
        new_markdown_cell(
            "# Title\n\n*a* [b](#c) `d` $x_i^2$\n\n- one\n\n| a |\n|-|\n"
        ),
        new_code_cell("year: int = 2024  # year", metadata={"tags": ["parameters"]}),
        new_code_cell("for x in range(3):\n    f'{x:.1f}'\n", outputs=shown),
    ]
    about = {"notebook": "a", "parameters": {}, "changed": []}
    notebook = new_notebook(cells=cells, metadata={"rareearth": about})
    page.render(notebook)
    index.describe("some", notebook)


def _keep() -> None:
    """Have the workbook's modules and figures ready for the runs that ask for them."""
    from rareearth.render import recorder
    from rareearth.render.job import OWN_DATA, environment

    imported = recorder.import_all()
    figures = importlib.import_module("rareearth.figures.loading")
    errors = importlib.import_module("rareearth.errors")
    with suppress(errors.WorkbookError), environment({OWN_DATA: None}):
        figures.read_ahead()
    recorder.keep(imported)


_import()
for _step in (_draw, _compute, _show, _keep):
    with suppress(ImportError):
        _step()

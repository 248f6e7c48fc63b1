"""Notebooks that tests write, and the workbook's own run in the process of a test."""

import json
import time
from argparse import Namespace

import drawn
import matplotlib.pyplot as plt
import pytest

from rareearth import display
from rareearth.display import explore as controls
from rareearth.display import output
from rareearth.render import library

NOTEBOOKS = {path.stem: path for path in library.notebooks()}
FEW = 1_000  # draws that are enough for a chart


def anew(name, **parameters):
    """Run the code cells of a notebook in this process."""
    begun = time.process_time()
    shown, faults, ranges, names = [], [], [], {}

    def move(function, *, inner=controls.explore, **given):
        ranges.append(given)
        inner(function, **given)

    def look(figure, data, alt, *more, inner=display.show, **others):
        faults.extend(drawn.faults(figure, data))
        inner(figure, data, alt, *more, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "display", lambda bundle, **_: shown.append(bundle))
        patch.setattr(output, "_picture", lambda figure: plt.close(figure) or "data:,")
        patch.setattr(display, "show", look)
        patch.setattr(controls, "explore", move)
        output.reset()
        for cell in code_of(name):
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook
            if "parameters" in cell["metadata"].get("tags", []):
                names |= ({"draws": FEW} if "draws" in names else {}) | parameters
    page = " ".join(bundle["text/html"] for bundle in shown)
    found = [each[output.FINDINGS] for each in shown if output.FINDINGS in each]
    return Namespace(
        page=page,
        names=names,
        faults=faults,
        findings=found,
        ranges=ranges,
        seconds=time.process_time() - begun,
    )


def code_of(name):
    """Return the code cells of a notebook."""
    cells = json.loads(NOTEBOOKS[name].read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def written(*cells, name, folder):
    """Write a notebook and return its path."""
    content = {
        "cells": [stored(*cell, number) for number, cell in enumerate(cells, 1)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def stored(kind, source, number):
    """Return a cell as nbformat stores it."""
    if kind == "markdown":
        return {
            "id": f"c{number}",
            "cell_type": kind,
            "metadata": {},
            "source": source,
        }
    return {
        "id": f"c{number}",
        "cell_type": "code",
        "metadata": {"tags": ["parameters"]} if kind == "parameters" else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }

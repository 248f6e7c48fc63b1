"""Put new prose around the stored outputs of a run, without executing anything."""

from __future__ import annotations

import json
from typing import Any

import nbformat
from nbformat import NotebookNode

from rareearth.render import execute, library
from rareearth.render.job import INJECTED, Job


def revised(job: Job) -> NotebookNode | None:
    """Return the notebook as it is now with the outputs of its stored run.

    The code cells are the same as in the stored run (`rareearth.render.keys` has
    compared them); None if the stored run cannot be read after all.
    """
    try:
        stored = json.loads(job.executed.read_text(encoding="utf-8"))
        run = nbformat.from_dict(stored)
        ran = [cell for cell in run.cells if cell.cell_type == "code"]
    except (OSError, ValueError, AttributeError, TypeError):
        return None
    injected = [cell for cell in ran if library.is_tagged(cell, INJECTED)]
    outputs = iter([cell for cell in ran if not library.is_tagged(cell, INJECTED)])
    now = execute.load(job.notebook)
    cells: list[NotebookNode] = []
    for cell in now.cells:
        cells.append(cell)
        if cell.cell_type != "code":
            continue
        before = next(outputs, None)
        if before is None or _text(before.source) != cell.source:
            return None
        cell["outputs"] = [_joined(each) for each in before.outputs]
        cell["execution_count"] = before.execution_count
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if library.is_tagged(cell, "parameters"):
            cells += injected
    now.cells = cells
    now.metadata = run.metadata
    for cell in injected:
        cell["source"] = _text(cell.source)
    return now


def _joined(output: NotebookNode) -> NotebookNode:
    """Return an output with its text in one piece, as a run has it."""
    if "text" in output:
        output["text"] = _text(output["text"])
    for kind, content in output.get("data", {}).items():
        if not kind.endswith("json") and isinstance(content, list):
            output["data"][kind] = _text(content)
    return output


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(content)

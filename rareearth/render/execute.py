"""Run one notebook through papermill and return it executed, or say what failed.

Nothing is written here. The parameters have been checked before; papermill injects
them as literals, so that a value is never code.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from rareearth import errors
from rareearth.render import library, provenance

KERNEL = "python3"
ENGINE = "rareearth-stock"
_LONGEST_LINE = 300  # characters of a foreign error in a message


class RunFailed(errors.WorkbookError):
    """A cell failed. The message names it; `notebook` is what there was by then."""

    def __init__(self, message: str, notebook: NotebookNode | None) -> None:
        super().__init__(message)
        self.notebook = notebook


class KeepingEngine(NBClientEngine):
    """Papermill's own engine, which also hands out the notebook while it runs.

    Papermill loses the partial notebook when the kernel dies or is interrupted.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, keep: list[NotebookNode], **kwargs: Any
    ) -> None:
        """Put the notebook into `keep`, then execute it as papermill does."""
        keep.append(nb_man.nb)
        super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


papermill_engines.register(ENGINE, KeepingEngine)


def execute(notebook: Path, parameters: Mapping[str, Any]) -> NotebookNode:
    """Return `notebook` executed with `parameters`.

    The kernel works in the notebook's folder, as in JupyterLab, wherever the caller
    is. Equal inputs give an equal result: it holds no times, paths or random names.

    Raises
    ------
    RunFailed
        If a cell fails or the kernel dies. The message names the cell by its number
        in the stored notebook and its first line, and gives the error in one line.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    keep: list[NotebookNode] = []
    stored = load(notebook)
    try:
        result = papermill.execute_notebook(
            stored,
            None,
            parameters=dict(parameters),
            engine_name=ENGINE,
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            keep=keep,
            coalesce_streams=True,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            resources={"metadata": {"path": str(notebook.resolve().parent)}},
        )
    except PapermillExecutionError as error:
        raise _failure(keep[0], error.cell_index, error.ename, error.evalue) from None
    except Exception as error:  # a dead kernel, a missing one, a timeout
        partial = keep[0] if keep else None
        started = _last_started(partial)
        raise _failure(partial, started, type(error).__name__, str(error)) from error
    _refuse_early_end(result)
    provenance.settle(result)
    return result


def load(notebook: Path) -> NotebookNode:
    """Return a notebook whose cells have lasting identities."""
    cells = library.load_cells(notebook)
    seen: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # missing identities, mended below
        try:
            content = nbformat.read(notebook, as_version=4)
        except Exception as error:
            raise errors.ParameterError(f"{notebook} is not a notebook") from error
    for number, (stored, cell) in enumerate(zip(cells, content.cells, strict=True), 1):
        name = stored.get("id")
        cell["id"] = name if name and name not in seen else f"cell-{number}"
        seen.add(cell["id"])
    content.nbformat_minor = max(content.nbformat_minor, 5)
    return content


def _refuse_early_end(result: NotebookNode) -> None:
    """Refuse what papermill lets pass: a cell that ends the run with ``sys.exit()``."""
    for index, cell in enumerate(result.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise _failure(result, index, output.ename, "the run ended here")


def _failure(
    partial: NotebookNode | None, index: int | None, kind: str, text: str
) -> RunFailed:
    """Return the error that names cell `index` of the notebook that ran."""
    reason = _reason(kind, text)
    if partial is None or index is None:
        return RunFailed(f"the kernel did not start: {reason}", None)
    note = provenance.ERROR_NOTE
    cells = [each for each in partial.cells if not library.is_tagged(each, note)]
    cell = cells[index]
    injected = [library.is_tagged(each, provenance.INJECTED) for each in cells[:index]]
    place = library.describe_cell(index + 1 - sum(injected), cell.source)
    provenance.settle(partial)
    return RunFailed(f"{place}: {reason}", partial)


def _reason(kind: str, text: str) -> str:
    """Return an error in one line; ours speak for themselves, others get a name."""
    line = " ".join(text.split())
    if kind in _own_errors(errors.WorkbookError):
        return line
    return f"{kind}: {line[:_LONGEST_LINE]}" if line else kind


def _own_errors(kind: type[errors.WorkbookError]) -> set[str]:
    """Return the names of the errors whose message is meant for the reader."""
    names = {kind.__name__}
    for below in kind.__subclasses__():
        names |= _own_errors(below)
    return names


def _last_started(partial: NotebookNode | None) -> int | None:
    """Return the index of the cell that was running when the kernel went away."""
    started = [
        index
        for index, cell in enumerate(partial.cells if partial else [])
        if cell.cell_type == "code"
        and cell.metadata.get("papermill", {}).get("start_time")
    ]
    return started[-1] if started else None

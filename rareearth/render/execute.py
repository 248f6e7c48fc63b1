"""Run one notebook through papermill and return it executed, or say what failed.

Two engines do the same: in a process that was forked for the run the cells run right
there, anywhere else in papermill's own kernel. Nothing is written here. The parameters
have been checked before; papermill injects them as literals, so that a value is never
code.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from rareearth import errors
from rareearth.render import library, recorder, server
from rareearth.render.job import ERROR_NOTE, INJECTED, Job, environment
from rareearth.render.store import shortened, workplace
from rareearth.render.warm import ENGINE as WARM
from rareearth.render.warm import NeedsKernel, coalesce, follow_cells

KERNEL = "python3"
_OF_JUPYTER = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
ENGINE = "rareearth-stock"
# What Python calls the code of a cell: a temporary file with the process in its name.
# Only from where a word begins: a long word would cost the square of its length.
_CELL_FILE = re.compile(r"(?<!\S)\S*ipykernel_\d+/\d+\.py")
_LONGEST_LINE = 300  # characters of a foreign error in a message
_LONGEST_OF_OURS = 1000  # ours may list choices


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
        follow_cells(nb_man, kwargs.pop("follow", None))
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        finally:
            for cell in nb_man.nb.cells:
                if "outputs" in cell:
                    cell["outputs"] = coalesce(cell.outputs)


papermill_engines.register(ENGINE, KeepingEngine)

Executed = tuple[NotebookNode, dict[str, Any]]


def execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    timeout: float | None = None,
    follow: Callable[[NotebookNode, int, bool], None] | None = None,
) -> Executed:
    """Return `notebook` executed with `parameters`, and the record of what it used.

    The cells run in the notebook's folder, as in JupyterLab, wherever the caller is.
    Equal inputs give an equal result: it holds no times, paths or random names.

    Parameters
    ----------
    timeout : float, optional
        Seconds that the run may take on a stock kernel.
    follow : function, optional
        Called with the notebook, the index of a cell and whether it is done, when a
        cell starts and ends.

    Raises
    ------
    RunFailed
        If a cell fails or the kernel dies. The message names the cell by its number
        in the stored notebook and its first line, and gives the error in one line.
    """
    if not server.is_child():
        return _on_kernel(notebook, parameters, timeout, follow)
    recorder.start()
    try:
        result = _execute(notebook, parameters, WARM, follow)
    except NeedsKernel:
        return _on_kernel(notebook, parameters, timeout, follow)
    finally:
        recorder.stop()
    return _checked(result, recorder.manifest())


def _on_kernel(
    notebook: Path,
    parameters: Mapping[str, Any],
    timeout: float | None,
    follow: Callable[[NotebookNode, int, bool], None] | None,
) -> Executed:
    """Execute on a stock kernel, which leaves its record in a file."""
    with workplace() as folder:
        record = Path(folder) / "manifest.json"
        own = dict.fromkeys(("IPYTHONDIR", *_OF_JUPYTER), folder)
        settings = {**server.settings(), **own, recorder.MANIFEST: str(record)}
        # The user's own modules come after those of Python and of the libraries.
        watched = (
            f"__import__('sys').path.extend({sys.path!r}) or __import__("
            "'rareearth.render.recorder', fromlist=['_']).start_in_kernel()"
        )
        with environment(settings):
            result = _execute(
                notebook,
                parameters,
                ENGINE,
                follow,
                timeout_func=_remaining(timeout),
                config=Config(
                    KernelManager={"connection_file": f"{folder}/kernel.json"}
                ),
                extra_arguments=[
                    "--IPKernelApp.log_level=CRITICAL",
                    f"--IPKernelApp.exec_lines={watched}",
                ],
            )
        used = json.loads(record.read_text()) if record.exists() else {}
    return _checked(result, used)


def _remaining(timeout: float | None) -> Callable[[Any], int | None]:
    """Return what tells nbclient how many seconds the next cell may take.

    Time counts from the first cell: the start of a kernel is not the notebook's.
    """
    ends: list[float] = []

    def left(_: Any) -> int | None:
        if timeout is None:
            return None
        if not ends:
            ends.append(time.monotonic() + timeout)
        return max(1, round(ends[0] - time.monotonic()))

    return left


def _execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    engine: str,
    follow: Callable[[NotebookNode, int, bool], None] | None,
    **kwargs: Any,
) -> NotebookNode:
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    keep: list[NotebookNode] = []
    content = load(notebook)
    try:
        return papermill.execute_notebook(
            content,
            None,
            parameters=dict(parameters),
            engine_name=engine,
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            keep=keep,
            follow=follow,
            resources={"metadata": {"path": str(notebook.resolve().parent)}},
            **kwargs,
        )
    except PapermillExecutionError as error:
        raise _failure(keep[0], error.cell_index, error.ename, error.evalue) from None
    except NeedsKernel:
        raise
    except Exception as error:  # a dead kernel, a missing one, a timeout
        partial = keep[0] if keep else None
        started = _last_started(partial)
        if isinstance(error, CellTimeoutError):
            text = "it ran on a stock kernel"
            raise _failure(partial, started, "over the time limit", text) from error
        raise _failure(partial, started, type(error).__name__, str(error)) from error


def _checked(result: NotebookNode, used: dict[str, Any]) -> Executed:
    """Return an executed notebook without what differs from run to run."""
    _refuse_early_end(result)
    settle(result)
    if refused := used.pop("refused", []):
        raise RunFailed(
            f"{', '.join(refused)} opened directly; read it with rareearth.load",
            result,
        )
    return result, used


def load(notebook: Path) -> NotebookNode:
    """Return a notebook that keeps to nbformat 4.5, or say where it does not."""
    content = nbformat.from_dict(library.load(notebook))
    try:
        nbformat.validate(content)
    except nbformat.ValidationError as error:
        why = " ".join(str(error).split())[:_LONGEST_LINE]
        raise errors.ParameterError(f"{notebook} is not a notebook: {why}") from None
    return rejoin_lines(content)  # of attachments


def settle(notebook: Any) -> None:
    """Take out of an executed notebook what differs from run to run, or is too long.

    That is papermill's and nbclient's times and paths, the notes that papermill
    adds to a failed notebook, the random identity of the injected cell, and widgets,
    whose identities are random and which a report cannot show.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.cells = [
        cell for cell in notebook.cells if not library.is_tagged(cell, ERROR_NOTE)
    ]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if library.is_tagged(cell, INJECTED):
            cell["id"] = INJECTED
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if "outputs" in cell:
            kept = library.writable(shortened(cell["outputs"]))
            cell["outputs"] = nbformat.from_dict(kept)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            if output.output_type == "stream":
                output["text"] = _CELL_FILE.sub("<cell>", output["text"])
            elif output.output_type == "error":
                lines = [_CELL_FILE.sub("<cell>", each) for each in output.traceback]
                output["traceback"] = lines


def revised(job: Job) -> NotebookNode | None:
    """Return the notebook as it is now with the outputs of its stored run.

    The code cells are the same as in the stored run (`rareearth.render.provenance` has
    compared them); None if the stored run cannot be read after all.
    """
    try:
        stored = json.loads(job.executed.read_text(encoding="utf-8"))
        run = rejoin_lines(nbformat.from_dict(stored))
        ran = [cell for cell in run.cells if cell.cell_type == "code"]
    except (OSError, ValueError, AttributeError, TypeError):
        return None
    injected = [cell for cell in ran if library.is_tagged(cell, INJECTED)]
    outputs = iter([cell for cell in ran if not library.is_tagged(cell, INJECTED)])
    now = load(job.notebook)
    cells: list[NotebookNode] = []
    for cell in now.cells:
        cells.append(cell)
        if cell.cell_type != "code":
            continue
        before = next(outputs, None)
        if before is None or before.source != cell.source:
            return None
        cell["outputs"] = before.outputs
        cell["execution_count"] = before.execution_count
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if library.is_tagged(cell, "parameters"):
            cells += injected
    now.cells = cells
    now.metadata = run.metadata
    return now


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
    cells = [c for c in partial.cells if not library.is_tagged(c, ERROR_NOTE)]
    cell = cells[index]
    injected = [library.is_tagged(each, INJECTED) for each in cells[:index]]
    place = library.describe_cell(index + 1 - sum(injected), cell.source)
    settle(partial)
    return RunFailed(f"{place}: {reason}", partial)


def _reason(kind: str, text: str) -> str:
    """Return an error in one line; ours speak for themselves, others get a name."""
    line = library.writable(" ".join(text.split()))
    if kind in _own_errors(errors.WorkbookError):
        return line[:_LONGEST_OF_OURS]
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

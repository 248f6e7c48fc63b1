"""Make one report: execute the notebook, write the page, keep what failed.

`make` is a plain function of a picklable job, so that any
``concurrent.futures.Executor`` can map it over many jobs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rareearth.errors import WorkbookError
from rareearth.render import parameters, store
from rareearth.render.names import report_name


@dataclass(frozen=True)
class Job:
    """One run: a notebook, its full set of parameters and where its outputs go."""

    notebook: Path
    parameters: Mapping[str, Any]
    folder: Path
    name: str

    @property
    def page(self) -> Path:
        """Return the path of the HTML file."""
        return self.folder / f"{self.name}.html"

    @property
    def executed(self) -> Path:
        """Return the path of the executed notebook."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def failed(self) -> Path:
        """Return the path of the partial notebook of a run that failed."""
        return self.folder / f"{self.name}.failed.ipynb"


@dataclass(frozen=True)
class Result:
    """What came of a job. ``error`` is empty when the report was made."""

    job: Job
    seconds: float
    error: str = ""


def plan(notebook: Path, given: Mapping[str, Any], folder: Path) -> Job:
    """Return the job that runs `notebook` with the parameters `given`, all checked.

    Raises
    ------
    ParameterError
        If a parameter is unknown or has the wrong type; nothing has started then.
    """
    used = parameters.resolve(notebook, given)
    defaults = parameters.resolve(notebook, {})
    name = report_name(notebook.stem, used, defaults)
    return Job(notebook, used, folder, name)


def make(job: Job) -> Result:
    """Make one report.

    The page and the executed notebook appear together, complete, or not at all. If
    the run fails, the last good report stays, and the partial notebook is kept as
    ``<name>.failed.ipynb``.
    """
    started = time.monotonic()
    try:
        error = _make(job)
    except WorkbookError as problem:
        error = str(problem)
    except OSError as problem:
        error = f"cannot write {problem.filename or job.page}: {problem.strerror}"
    return Result(job, time.monotonic() - started, error)


def _make(job: Job) -> str:
    """Make the report, or keep the partial notebook and return the error."""
    import nbformat

    from rareearth.render import execute, page, provenance

    defaults = parameters.resolve(job.notebook, {})
    about = provenance.describe(job.notebook, job.parameters, defaults)
    job.folder.mkdir(parents=True, exist_ok=True)
    try:
        notebook = execute.execute(job.notebook, job.parameters)
        notebook.metadata["rareearth"] = about
        html = page.render(notebook)
    except execute.RunFailed as problem:
        error, notebook = str(problem), problem.notebook
    except page.PageError as problem:
        error = str(problem)
    else:
        store.write({job.page: html, job.executed: nbformat.writes(notebook) + "\n"})
        job.failed.unlink(missing_ok=True)
        return ""
    if notebook is not None:
        notebook.metadata["rareearth"] = {**about, "failure": error}
        store.write({job.failed: nbformat.writes(notebook) + "\n"})
    return error

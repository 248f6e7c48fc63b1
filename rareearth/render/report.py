"""Make one report: execute the notebook, write the page, keep what failed.

`make` is a plain function of a picklable job, so that any
``concurrent.futures.Executor`` can map it over many jobs.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rareearth.errors import WorkbookError
from rareearth.render import keys, locks, parameters, server, store
from rareearth.render.names import report_name

INJECTED = "injected-parameters"  # the tag of papermill's own cell
OWN_DATA = "RAREEARTH_EXTRA_DATA"


@dataclass(frozen=True)
class Job:
    """One run: a notebook, its full set of parameters and where its outputs go.

    ``own`` is the folder of the user's own figures. ``timeout`` is the time that the
    run may take on a stock kernel, in seconds; a `ForkPool` has its own.
    """

    notebook: Path
    parameters: Mapping[str, Any]
    folder: Path
    name: str
    own: Path | None = None
    timeout: float | None = None

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

    @property
    def files(self) -> list[Path]:
        """Return all that a run may leave: page, notebooks, record and index card."""
        hidden = self.folder / keys.HIDDEN
        records = [keys.record_path(self), hidden / f"{self.name}.card.json"]
        return [self.page, self.executed, self.failed, *records]


@dataclass(frozen=True)
class Result:
    """What came of a job. ``error`` is empty unless the state is ``failed``.

    ``state`` is ``made`` (executed), ``page`` (the page anew from the stored run),
    ``fresh`` (nothing to do) or ``failed``.
    """

    job: Job
    seconds: float
    error: str = ""
    state: str = "made"


def plan(
    notebook: Path,
    given: Mapping[str, Any],
    folder: Path,
    own: Path | None = None,
    timeout: float | None = None,
) -> Job:
    """Return the job that runs `notebook` with the parameters `given`, all checked.

    Reports with own figures have a name of their own, by the place of their folder, so
    that they never pass for those without.

    Raises
    ------
    ParameterError
        If a parameter is unknown or has the wrong type; nothing has started then.
    """
    used = parameters.resolve(notebook, given)
    defaults = parameters.resolve(notebook, {})
    name = report_name(notebook.stem, used, defaults)
    if own is not None:
        own = own.expanduser().resolve()
        name += f"--own-{hashlib.sha256(str(own).encode()).hexdigest()[:8]}"
    return Job(notebook, used, folder, name, own, timeout)


def make(job: Job, force: bool = False) -> Result:
    """Make one report if it is not as it would be made now, or in any case.

    The page and the executed notebook appear together, complete, or not at all. If
    the run fails, the last good report stays, and the partial notebook is kept as
    ``<name>.failed.ipynb``.
    """
    started = time.monotonic()
    try:
        with locks.held(job.folder / keys.HIDDEN, job.name, lambda: _wait(job)):
            server.begin()  # to wait for another renderer is not to be late
            kind = "run" if force else keys.state(job).kind
            state, error = ("fresh", "") if kind == "fresh" else _make(job, kind)
    except WorkbookError as problem:
        state, error = "failed", str(problem)
    except OSError as problem:
        state = "failed"
        error = f"cannot write {problem.filename or job.page}: {problem.strerror}"
    return Result(job, time.monotonic() - started, error, state)


def _wait(job: Job) -> None:
    server.tell(("wait", job.name))


def _make(job: Job, kind: str) -> tuple[str, str]:
    """Make the report; return its state and its error."""
    from rareearth.render import execute, page, revise

    partial = None
    try:
        notebook = revise.revised(job) if kind == "page" else None
        if notebook is not None:
            _finish(job, notebook, keys.read(job) or {}, page.render)
            return "page", ""
        partial, manifest = _run(job)
        used = keys.used_by(manifest)
        _finish(job, partial, {"run": keys.run_key(job, used)}, page.render)
    except execute.RunFailed as problem:
        error, partial = str(problem), problem.notebook
    except page.PageError as problem:
        error = str(problem)
    else:
        return "made", ""
    if partial is not None:
        about = {"notebook": job.notebook.stem, "parameters": dict(job.parameters)}
        partial.metadata["rareearth"] = {**about, "failure": error}
        store.write({job.failed: _text(partial)})
    return "failed", error


def _run(job: Job) -> tuple[Any, dict[str, Any]]:
    """Execute the notebook; what it has done is on disk at any moment."""
    from rareearth.render import execute, long_outputs, partial

    spool = partial.Spool(job)
    try:
        with environment({OWN_DATA: str(job.own) if job.own else None}):
            done = execute.execute(job.notebook, job.parameters, job.timeout, spool)
        long_outputs.cut(done[0])
        return done
    except execute.RunFailed as problem:
        if problem.notebook is not None:
            long_outputs.cut(problem.notebook)
        raise
    finally:
        spool.close()


def _finish(job: Job, notebook: Any, record: dict[str, Any], render: Any) -> None:
    """Write the page, the notebook, and last the record that says they are whole."""
    import json

    from rareearth.render import index, provenance

    notebook.metadata["rareearth"] = provenance.describe(job, record["run"])
    html, executed = render(notebook), _text(notebook)
    record = {
        "schema": 1,
        "run": record["run"],
        "page": keys.page_key(job.notebook),
        "size": {"page": len(html.encode()), "executed": len(executed.encode())},
    }
    kept = keys.record_path(job)
    kept.unlink(missing_ok=True)
    store.write({job.page: html, job.executed: executed})
    card = index.describe(job.name, notebook)
    card_path = kept.with_name(f"{job.name}.card.json")
    store.write({card_path: json.dumps(card), kept: json.dumps(record)})
    job.failed.unlink(missing_ok=True)


def _text(notebook: Any) -> str:
    """Return a notebook as nbformat writes it, without validating it again."""
    import json

    from nbformat.v4.rwbase import split_lines, strip_transient

    whole = strip_transient(split_lines(_copied(notebook)))
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _copied(notebook: Any) -> Any:
    from copy import deepcopy

    return deepcopy(notebook)


@contextmanager
def environment(settings: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables of the environment, or remove those that are None, for a while."""
    before = {name: os.environ.get(name) for name in settings}
    _set(settings)
    try:
        yield
    finally:
        _set(before)


def _set(settings: Mapping[str, str | None]) -> None:
    for name, value in settings.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

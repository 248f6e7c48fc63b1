"""Make one report: execute the notebook, write the page, keep what failed.

`make` is a plain function of a picklable job, so that any
``concurrent.futures.Executor`` can map it over many jobs.
"""

from __future__ import annotations

import time
from typing import Any

from rareearth.errors import WorkbookError
from rareearth.render import keys, locks, server, store
from rareearth.render.job import OWN_DATA, Job, Result, environment


def make(job: Job, force: bool = False) -> Result:
    """Make one report if it is not as it would be made now, or in any case.

    The page and the executed notebook appear together, complete, or not at all. If
    the run fails, the last good report stays, and the partial notebook is kept as
    ``<name>.failed.ipynb``.
    """
    started = time.monotonic()
    try:
        with locks.held(job.hidden, job.name, lambda: _wait(job)):
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
    job.record.unlink(missing_ok=True)
    store.write({job.page: html, job.executed: executed})
    card = index.describe(job.name, notebook)
    store.write({job.card: json.dumps(card), job.record: json.dumps(record)})
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

"""Make a report, or many over any ``concurrent.futures.Executor``, on one code path.

`make` is a plain function of a picklable job. A report that is as it would be made now
is not made again. `run` hands over a bounded number of jobs at a time, so that a
million jobs cost no more memory than a hundred.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from copy import deepcopy
from typing import Any

from rareearth.errors import WorkbookError
from rareearth.render import provenance, server, store
from rareearth.render.job import OWN_DATA, Job, Result, environment
from rareearth.render.parameters import cut
from rareearth.render.progress import Progress


def make(job: Job, force: bool = False) -> Result:
    """Make one report if it is not as it would be made now, or in any case.

    The page and the executed notebook appear together, complete, or not at all. If
    the run fails, the last good report stays, and the partial notebook is kept as
    ``<name>.failed.ipynb``.
    """
    started = time.monotonic()
    try:
        with store.held(job.hidden, job.name, lambda: server.tell(("wait", job.name))):
            server.begin()  # to wait for another renderer is not to be late
            kind = "run" if force else provenance.state(job).kind
            state, error = ("fresh", "") if kind == "fresh" else _make(job, kind)
    except WorkbookError as problem:
        state, error = "failed", str(problem)
    except OSError as problem:
        state = "failed"
        error = f"cannot write {problem.filename or job.page}: {problem.strerror}"
    return Result(job, time.monotonic() - started, error, state)


def _make(job: Job, kind: str) -> tuple[str, str]:
    """Make the report; return its state and its error."""
    from rareearth.render import execute, page

    partial = None
    try:
        notebook = execute.revised(job) if kind == "page" else None
        if notebook is not None:
            _finish(job, notebook, provenance.read(job) or {}, page.render)
            return "page", ""
        partial, manifest = _run(job)
        used = provenance.used_by(manifest)
        record = {"run": provenance.run_key(job, used), "series": used["series"]}
        _finish(job, partial, record, page.render)
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
    from rareearth.render import execute

    spool = store.Spool(job)
    try:
        with environment({OWN_DATA: str(job.own) if job.own else None}):
            return execute.execute(job.notebook, job.parameters, job.timeout, spool)
    finally:
        spool.close()


def _finish(job: Job, notebook: Any, record: dict[str, Any], render: Any) -> None:
    """Write the page, the notebook, and last the record that says they are whole."""
    from rareearth.render import index

    notebook.metadata["rareearth"] = provenance.describe(
        job, record["run"], provenance.cited(notebook)
    )
    html, executed = render(notebook), _text(notebook)
    record = {
        "schema": 2,
        "run": record["run"],
        "series": record.get("series"),  # None: of another version
        "page": provenance.page_key(job.notebook),
        "sha256": {"page": _sha256(html), "executed": _sha256(executed)},
    }
    job.record.unlink(missing_ok=True)
    store.write({job.page: html, job.executed: executed})
    card = index.describe(job.name, notebook)
    store.write({job.card: json.dumps(card), job.record: json.dumps(record)})
    job.failed.unlink(missing_ok=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(notebook: Any) -> str:
    """Return a notebook as nbformat writes it, without validating it again."""
    from nbformat.v4.rwbase import split_lines, strip_transient

    whole = strip_transient(split_lines(deepcopy(notebook)))
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def run(
    jobs: Iterable[Job],
    executor: Any,
    watch: Progress | None = None,
    force: bool = False,
    most: int | None = None,
) -> Generator[Result, None, None]:
    """Yield the result of each job as it comes, failed ones with their error.

    Parameters
    ----------
    jobs : iterable of Job
        Taken one after the other as there is room for them.
    executor : Executor or None
        Where the work is done: `rareearth.render.pool.local`, a Dask executor ...
        None will do where all are up to date.
    watch : Progress, optional
        Told when a job starts and ends; with a `ForkPool` also of each cell.
    force : bool
        Make also the reports that are up to date.
    most : int, optional
        The number of jobs handed over at a time. Default: twice the workers.
    """
    room = most or 2 * getattr(executor, "_max_workers", os.cpu_count() or 1)
    waiting, running = iter(jobs), dict[Future[Result], Job]()
    if watch and hasattr(executor, "on_told"):  # as a `ForkPool`
        executor.on_told = lambda _, told: getattr(watch, told[0])(*told[1:])
    try:
        while True:
            while len(running) < room and (job := next(waiting, None)):
                if not force and provenance.state(job).kind == "fresh":
                    yield _told(Result(job, 0.0, state="fresh"), watch)
                elif executor is None:  # it was up to date a moment ago
                    yield _told(make(job), watch)
                else:
                    running[executor.submit(make, job, force)] = job
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield _told(_result(running.pop(future), future), watch)
    finally:
        _stop(executor, running)


def _result(job: Job, future: Future[Result]) -> Result:
    """Return what came of a job, also when its process died."""
    try:
        return future.result()
    except (Exception, CancelledError) as error:  # noqa: BLE001 - one job's, not ours
        reason = str(error) if isinstance(error, WorkbookError) else _name(error)
        return Result(job, 0.0, store.keep(job, reason), "failed")


def _name(error: BaseException) -> str:
    line = cut(str(error), 300)
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _told(result: Result, watch: Progress | None) -> Result:
    if watch:
        watch.finished(result)
    return result


def _stop(executor: Any, running: dict[Future[Result], Job]) -> None:
    """End the jobs that still run when nobody wants them any more, as after Ctrl-C."""
    if not running:
        return
    if hasattr(executor, "kill"):
        executor.kill()
    for future in running:
        future.cancel()
    wait([each for each in running if not each.cancelled()], timeout=10)
    for future, job in running.items():
        if future.done():
            store.keep(job, "interrupted")

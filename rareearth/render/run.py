"""Make many reports over any ``concurrent.futures.Executor``, one code path for all.

A report that is as it would be made now is not made again. A bounded number of jobs is
handed over at a time, so that a million jobs cost no more memory than a hundred.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    wait,
)
from typing import Protocol

from rareearth.errors import WorkbookError
from rareearth.render import keys, partial, report
from rareearth.render.job import Job, Result


class Watch(Protocol):
    """Someone who is told how the work goes; see `rareearth.render.progress`."""

    def started(self, job: Job) -> None:
        """Note that a job was handed over."""

    def cell(self, name: str, number: int, cells: int) -> None:
        """Note that the run `name` has begun its cell `number` of `cells`."""

    def wait(self, name: str) -> None:
        """Note that the run `name` waits for another renderer that makes it."""

    def finished(self, result: Result) -> None:
        """Note that a job has come to its end."""


def run(
    jobs: Iterable[Job],
    executor: Executor,
    watch: Watch | None = None,
    force: bool = False,
    most: int | None = None,
) -> Generator[Result, None, None]:
    """Yield the result of each job as it comes, failed ones with their error.

    Parameters
    ----------
    jobs : iterable of Job
        Taken one after the other as there is room for them.
    executor : Executor
        Where the work is done: `rareearth.render.pool.local`, a Dask executor ...
    watch : Watch, optional
        Told when a job starts and ends; with a `ForkPool` also of each cell.
    force : bool
        Make also the reports that are up to date.
    most : int, optional
        The number of jobs handed over at a time. Default: twice the workers.
    """
    room = most or 2 * getattr(executor, "_max_workers", os.cpu_count() or 1)
    waiting, running = iter(jobs), dict[Future[Result], Job]()
    if watch:
        _listen(executor, watch, running)
    try:
        while True:
            while len(running) < room and (job := next(waiting, None)):
                if not force and keys.state(job).kind == "fresh":
                    yield _told(Result(job, 0.0, state="fresh"), watch)
                    continue
                if watch:
                    watch.started(job)
                running[executor.submit(report.make, job, force)] = job
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
        return Result(job, 0.0, partial.keep(job, reason), "failed")


def _name(error: BaseException) -> str:
    line = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _told(result: Result, watch: Watch | None) -> Result:
    if watch:
        watch.finished(result)
    return result


def _listen(
    executor: Executor, watch: Watch, running: dict[Future[Result], Job]
) -> None:
    """Have a `ForkPool` pass on what its calls tell."""

    def told(_: Future[Result], message: tuple[object, ...]) -> None:
        kind, *rest = message
        getattr(watch, str(kind))(*rest)

    if hasattr(executor, "on_told"):
        executor.on_told = told


def _stop(executor: Executor, running: dict[Future[Result], Job]) -> None:
    """End the jobs that still run when nobody wants them any more, as after Ctrl-C."""
    if not running:
        return
    if hasattr(executor, "kill"):
        executor.kill()
    for future in running:
        future.cancel()
    wait(running, timeout=10)
    for future, job in running.items():
        if future.done():
            partial.keep(job, "interrupted")

"""Make the reports of a grid, and one table of what they found.

An interrupted sweep goes on where it stopped: a report that is as it would be made
now is not made again, and the table is made from the reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rareearth.errors import ParameterError
from rareearth.render import keys, library, partial, run, sweep_page, sweep_row
from rareearth.render.grid import Grid
from rareearth.render.job import Job, Result, plan, report_name


@dataclass(frozen=True)
class Outcome:
    """What came of a sweep: how many runs in which state, and where the table is."""

    states: Counter[str]
    page: Path
    table: Path

    @property
    def failed(self) -> int:
        """Return the number of runs that failed."""
        return self.states["failed"]


def default_folder(notebook: Path) -> Path:
    """Return where the reports of a notebook's sweeps go unless the user says so.

    A folder of their own: a thousand reports do not belong among those on the index.
    """
    return library.outputs_folder() / "sweeps" / report_name(notebook.stem, {}, {})


def jobs(
    grid: Grid, folder: Path, own: Path | None = None, timeout: float | None = None
) -> Iterator[Job]:
    """Yield the job of each run of a grid."""
    for given in grid:
        yield plan(grid.notebook, given, folder, own, timeout)


def make(
    grid: Grid,
    jobs: Callable[[], Iterator[Job]],
    folder: Path,
    start: Callable[[], Executor],
    watch: run.Watch | None = None,
    force: bool = False,
) -> Outcome:
    """Make all reports of `grid` in `folder`, then their table as CSV and as a page.

    Parameters
    ----------
    jobs : callable
        Returns the jobs of the runs, each time anew.
    start : callable
        Returns the executor. It is called only if there is something to make.
    """
    states, most = Counter[str](), sweep_page.picture_size(grid.count)
    folder.mkdir(parents=True, exist_ok=True)
    partial.clean(folder)
    with sweep_row.Spool() as spool:
        waiting = _expected(jobs(), spool)
        if force or any(keys.state(job).kind != "fresh" for job in jobs()):
            with (
                start() as executor,
                closing(run.run(waiting, executor, watch, force)) as results,
            ):
                _collect(results, spool, states, most)
        else:
            _collect(_fresh(waiting, watch), spool, states, most)
        page, table = sweep_page.write(spool, grid, folder)
    return Outcome(states, page, table)


def _expected(jobs: Iterator[Job], spool: sweep_row.Spool) -> Iterator[Job]:
    """Yield the jobs, for each of which the spool then keeps a place."""
    for job in jobs:
        if not spool.expect(job):
            raise ParameterError(f"two runs would be {job.page.name}")
        yield job


def _collect(
    results: Iterator[Result], spool: sweep_row.Spool, states: Counter[str], most: int
) -> None:
    for result in results:
        row = sweep_row.read(result, most)
        states["failed" if row.error else result.state] += 1
        spool.add(row)


def _fresh(jobs: Iterator[Job], watch: run.Watch | None) -> Iterator[Result]:
    for job in jobs:
        result = Result(job, 0.0, state="fresh")
        if watch:
            watch.finished(result)
        yield result

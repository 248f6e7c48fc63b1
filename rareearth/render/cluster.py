"""Make reports on a Dask cluster, with the same code as on one machine.

No shared disk is needed: a job travels with its notebook and the user's own figures,
and comes back with all files that it made, as text, which are written here. A worker
must have the same package, figures and libraries as this machine; that is checked
before work starts, and again by each worker for each job, because workers may join
later.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rareearth import __version__
from rareearth.errors import WorkbookError
from rareearth.render import library, pool, provenance, store
from rareearth.render.job import Job, Result
from rareearth.render.parameters import cut

PATIENCE = 6.0  # seconds in which a scheduler has to answer
FEWEST = 32  # jobs at the scheduler at a time, so that new workers find some


class ClusterError(WorkbookError):
    """The cluster cannot be used. The message says why and what to do."""


class Cluster(ThreadPoolExecutor):
    """An executor whose calls, functions of a `Job`, are done by Dask's workers.

    Its threads follow one call each: they hand it over, wait, and write the files of
    the report, complete or not at all. A call whose worker dies is done again by
    another one.
    """

    def __init__(self, client: Any, timeout: float | None = None) -> None:
        super().__init__(max(FEWEST, 2 * sum(client.nthreads().values())))
        self._client, self._timeout = client, timeout

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Schedule ``fn(job, ...)``; it runs on a worker in a process of its own."""
        return super().submit(self._attend, fn, *args)

    def _attend(self, fn: Callable[..., Result], job: Job, *more: Any) -> Result:
        """Have one call done by a worker, and write its files."""
        try:
            parcel = pack(fn, job, more, self._timeout)
            done = self._client.submit(work, parcel, pure=False, retries=2)
            result, files = done.result()
            _write(job, files, result.error)
            return result
        except OSError as error:
            reason = f"cannot write {error.filename or job.page}: {error.strerror}"
        except CancelledError:
            reason = "the scheduler went away or dropped the run"
        except Exception as error:  # noqa: BLE001 - whatever Dask says of a lost run
            reason = f"lost on the cluster: {type(error).__name__}: {_line(error)}"
        return Result(job, 0.0, reason, "failed")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; with `wait`, return when all reports are written."""
        super().shutdown(wait and not cancel_futures, cancel_futures=cancel_futures)
        self._client.close(timeout=5)  # what still runs is forgotten

    def kill(self) -> None:
        """Take no more calls and forget those that run."""
        # That a call was just being handed over is nothing to tell.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self.shutdown(cancel_futures=True)

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.shutdown(cancel_futures=kind is not None)


def connect(address: str, timeout: float | None = None) -> Cluster:
    """Return the executor of the Dask cluster whose scheduler is at `address`.

    Parameters
    ----------
    address : str
        As the scheduler prints it, e.g. ``tcp://10.0.0.5:8786``.
    timeout : float, optional
        Seconds that a run may take.

    Raises
    ------
    ClusterError
        If Dask is not installed, nothing answers within `PATIENCE` seconds, there
        are no workers, or a worker has something else installed than this machine.
    """
    try:
        import distributed
    except ImportError:
        raise ClusterError(
            "--dask needs the package distributed of Dask: pip install distributed"
        ) from None
    if problem := _within(PATIENCE, lambda: _knock(address)):
        raise ClusterError(
            f"no Dask scheduler answers at {address!r} ({problem}); start one with  "
            "dask scheduler  and give the address that it prints"
        )
    try:
        client = distributed.Client(address, timeout=PATIENCE)
    except Exception as error:
        raise ClusterError(f"no scheduler at {address!r}: {_line(error)}") from error
    try:
        _check_workers(client, address)
    except BaseException:
        client.close(timeout=5)
        raise
    return Cluster(client, timeout)


def _write(job: Job, texts: Texts, error: str) -> None:
    """Write what a worker has made; a report's record last, as it says it is whole."""
    files = {path: texts[name] for name, path in job.files.items() if name in texts}
    job.folder.mkdir(parents=True, exist_ok=True)
    records = {path: text for path, text in files.items() if path.parent != job.folder}
    job.hidden.mkdir(exist_ok=True)
    if records:
        job.record.unlink(missing_ok=True)
    store.write({path: text for path, text in files.items() if path not in records})
    store.write(records)
    if not error:
        job.failed.unlink(missing_ok=True)


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or with one that would give other results."""
    with suppress(Exception):
        client.wait_for_workers(1, timeout=PATIENCE)
    found = client.run(identity, on_error="return")
    if not found:
        raise ClusterError(
            f"the scheduler at {address} has no workers; start some with  "
            f"dask worker {address}"
        )
    here = identity()
    for worker, there in found.items():
        if isinstance(there, Exception):
            raise ClusterError(
                f"the worker {worker} cannot import rareearth {here['rareearth']} "
                f"({_line(there)}); install the same version on all workers"
            )
        if problem := differences(here, there):
            raise ClusterError(
                f"the worker {worker} has {problem}; install the same on all workers"
            )


def _knock(address: str) -> str:
    """Return why no scheduler can be reached, or nothing.

    A `distributed.Client` that finds none cannot be closed in less than 16 s.
    """
    import asyncio

    from distributed.comm import connect

    async def attempt() -> None:
        comm = await connect(address, timeout=PATIENCE)
        await comm.close()

    try:
        asyncio.run(attempt())
    except (OSError, ValueError, TypeError) as error:
        return _line(error)
    except Exception:  # noqa: BLE001 - what other programs send is no message
        return "another program does"
    return ""


def _within(seconds: float, call: Callable[[], str]) -> str:
    """Return what a call returns, or that it takes too long."""
    found = [f"nothing within {seconds:g} s"]
    thread = threading.Thread(target=lambda: found.append(call()), daemon=True)
    thread.start()
    thread.join(seconds + 1)
    return found[-1]


def _line(error: Any) -> str:
    return cut(str(error), 200)


# What follows is done by a worker, or for it.

Identity = dict[str, str]
Texts = dict[str, str]  # content of files by their path below a folder


@dataclass(frozen=True)
class Parcel:
    """What travels to a worker: a function of a job, and the files that it needs."""

    function: Callable[..., Result]
    job: Job
    more: tuple[Any, ...]
    notebook: bytes
    own: dict[str, bytes]
    made: Texts  # what is there already, if only its page has to be made anew
    sender: Identity
    timeout: float | None


def pack(
    function: Callable[..., Result],
    job: Job,
    more: tuple[Any, ...],
    timeout: float | None = None,
) -> Parcel:
    """Return the parcel of a call, with all that a worker may lack."""
    tables = [provenance.locate(n, job.own) for n in provenance.own_files(job.own)]
    own = {path.name: path.read_bytes() for path in tables}
    made = texts(job) if provenance.state(job).kind == "page" else {}
    content = job.notebook.read_bytes()
    return Parcel(function, job, more, content, own, made, dict(identity()), timeout)


def work(parcel: Parcel) -> tuple[Result, Texts]:
    """Do a job on a worker; return its result and the files that it made."""
    if problem := differences(parcel.sender, identity()):
        return Result(parcel.job, 0.0, f"the worker has {problem}", "failed"), {}
    with store.workplace() as name:
        job = _unpack(parcel, Path(name))
        result = _do(parcel, job)
        return replace(result, job=parcel.job), texts(job)


def texts(job: Job) -> Texts:
    """Return what there is of a job's files, by their path below its folder."""
    made = {name: path for name, path in job.files.items() if path.is_file()}
    return {name: path.read_bytes().decode() for name, path in made.items()}


def differences(here: Identity, there: Identity) -> str:
    """Return what a worker has that is not what is `here`, or nothing."""
    for name, value in here.items():
        other = there.get(name, "nothing")
        if other != value:
            return f"{name} {other}, this machine {value}"
    return ""


@cache
def identity() -> Identity:
    """Return what must be equal here and on a worker, by what it is called."""
    suffixes = {".py", ".css", ".j2"}
    sources = [p for p in library.PACKAGE.rglob("*") if p.suffix in suffixes]
    data = library.data_folder()
    return {
        "rareearth": __version__,
        "source of rareearth": _hash(library.PACKAGE, sources),
        "figures": _hash(data, data.rglob("*.csv")),
        **provenance.versions(),
    }


def _unpack(parcel: Parcel, folder: Path) -> Job:
    """Return the job as it is to be done here, its files laid out in `folder`."""
    out, own, notebook = folder / "outputs", None, parcel.job.notebook
    for name, text in parcel.made.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    if parcel.job.own is not None:
        own = folder / "own" / parcel.job.own.name
        own.mkdir(parents=True)
        for name, content in parcel.own.items():
            (own / name).write_bytes(content)
    for place in (notebook, library.notebooks_folder() / notebook.name):
        if place.is_file() and place.read_bytes() == parcel.notebook:
            return replace(parcel.job, folder=out, own=own, notebook=place)
    place = folder / notebook.name
    place.write_bytes(parcel.notebook)
    return replace(parcel.job, folder=out, own=own, notebook=place)


_pools: dict[float | None, Executor] = {}  # of this worker, by time limit
_lock = threading.Lock()


def _do(parcel: Parcel, job: Job) -> Result:
    """Run a parcel's function, in a process of its own where it can be forked."""
    if not pool.can_fork():
        return parcel.function(job, *parcel.more)
    with _lock:
        if parcel.timeout not in _pools:
            _pools[parcel.timeout] = pool.local(pool.cpus(), parcel.timeout)
    future = _pools[parcel.timeout].submit(parcel.function, job, *parcel.more)
    try:
        return future.result()
    except WorkbookError as error:  # over its time, killed
        return Result(job, 0.0, store.keep(job, str(error)), "failed")


def _hash(folder: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]

"""What a worker of a cluster does with a job that was sent to it.

It needs the package, its figures and its libraries, and no disk that others see: the
notebook and the user's own figures come with the job, and all files that the job makes
go back as text.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rareearth import __version__
from rareearth.errors import WorkbookError
from rareearth.render import keys, library, partial, pool, provenance
from rareearth.render.job import Job, Result

Identity = dict[str, str]
Texts = dict[str, str]  # content of files by their path below a folder


@dataclass(frozen=True)
class Parcel:
    """What travels to a worker: a function of a job, and the files that it needs."""

    function: Callable[..., Result]
    job: Job
    more: tuple[Any, ...]
    notebook: bytes
    own: Texts
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
    own = {path.name: path.read_text("utf-8") for path in _tables(job.own)}
    made = texts(job) if keys.state(job).kind == "page" else {}
    content = job.notebook.read_bytes()
    return Parcel(function, job, more, content, own, made, identity(), timeout)


def work(parcel: Parcel) -> tuple[Result, Texts]:
    """Do a job on a worker; return its result and the files that it made."""
    if problem := differences(parcel.sender, identity()):
        return Result(parcel.job, 0.0, f"the worker has {problem}", "failed"), {}
    with tempfile.TemporaryDirectory(prefix="rareearth-") as name:
        job = _unpack(parcel, Path(name))
        result = _do(parcel, job)
        return replace(result, job=parcel.job), texts(job)


def texts(job: Job) -> Texts:
    """Return what there is of a job's files, by their path below its folder."""
    found = {path.relative_to(job.folder).as_posix(): path for path in job.files}
    return {
        name: path.read_text("utf-8") for name, path in found.items() if path.is_file()
    }


def identity() -> Identity:
    """Return what must be equal here and on a worker, by what it is called."""
    return dict(_identity())


def differences(here: Identity, there: Identity) -> str:
    """Return what a worker has that is not what is `here`, or nothing."""
    for name, value in here.items():
        other = there.get(name, "nothing")
        if other != value:
            return f"{name} {other}, this machine {value}"
    return ""


@cache
def _identity() -> tuple[tuple[str, str], ...]:
    suffixes = {".py", ".css", ".j2"}
    sources = [p for p in library.PACKAGE.rglob("*") if p.suffix in suffixes]
    data = library.data_folder()
    return (
        ("rareearth", __version__),
        ("source of rareearth", _hash(library.PACKAGE, sources)),
        ("figures", _hash(data, data.rglob("*.csv"))),
        *provenance.environment().items(),
    )


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
        for name, text in parcel.own.items():
            (own / name).write_text(text, encoding="utf-8", newline="")
    for place in (notebook, library.notebooks_folder() / notebook.name):
        if _holds(place, parcel.notebook):
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
        return Result(job, 0.0, partial.keep(job, str(error)), "failed")


def _holds(notebook: Path, content: bytes) -> bool:
    with suppress(OSError):
        return notebook.read_bytes() == content
    return False


def _tables(own: Path | None) -> list[Path]:
    return sorted(own.glob("*.csv")) if own else []


def _hash(folder: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]

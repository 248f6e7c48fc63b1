"""Executors for this machine: each call in a process of its own.

`ForkPool` forks its processes from one that has everything imported, so that a call
costs milliseconds to start and still cannot see what another one did.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from rareearth.errors import WorkbookError
from rareearth.render import library, server

PRELOAD = (
    "rareearth.render.preload",  # the libraries of the notebooks and of the renderer
)
# A twelfth of a run's processor time goes to being given memory by pages of 4 kB, and
# larger ones spare a part of it. A user's own settings of the C library stand.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
START = (
    "import sys; sys.path.insert(0, {root!r})\n"
    "from rareearth.render.server import main; del sys.path[0]\n"
    "main({number}, {preload!r})"
)


Call = tuple[Future[Any], bytes]  # with its pickled function and arguments


class Died(WorkbookError):
    """The process of a call ended before its work was done."""


class TimeLimit(WorkbookError):
    """A call took longer than it may."""


class Killed(WorkbookError):
    """The pool was told to stop while the call was running."""


def can_fork() -> bool:
    """Return whether runs may be forked here: on Linux, unless a user forbids it."""
    wish = os.environ.get("RAREEARTH_ENGINE", "")
    if wish not in ("", "stock", "warm"):
        raise WorkbookError(f"RAREEARTH_ENGINE is {wish!r}; one of 'stock', 'warm'")
    return wish != "stock" and sys.platform == "linux"


def cpus() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local(jobs: int = 1, timeout: float | None = None) -> Executor:
    """Return the executor of this machine with `jobs` processes at a time.

    Where forking is not safe, the time limit is kept by the stock engine: see
    `rareearth.render.job.Job`.
    """
    if can_fork():
        return ForkPool(jobs, timeout)
    context = multiprocessing.get_context("spawn")
    return SpawnPool(jobs, context, initializer=_settle_worker)


class SpawnPool(ProcessPoolExecutor):
    """Where forking is not safe: processes that end with this one, and when told."""

    def kill(self) -> None:
        """End all running calls at once."""
        for process in list((self._processes or {}).values()):
            process.terminate()


def _settle_worker() -> None:
    os.environ.update(server.SETTINGS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


class ForkPool(Executor):
    """Run calls in processes forked from a preloaded one.

    Parameters
    ----------
    jobs : int
        The number of calls that run at a time.
    timeout : float, optional
        Seconds that a call may take from when its process has begun. It is killed
        then, with all that it started.
    preload : sequence of str
        Modules that are imported before the first call.

    Notes
    -----
    A call that dies or is killed fails its own future only. ``on_told`` is called with
    the future and each message that its call sends with `server.tell`. `submit` waits
    while four calls for each process are waiting already.
    """

    def __init__(
        self,
        jobs: int = 1,
        timeout: float | None = None,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"jobs is {jobs}; at least 1")
        self.on_told: Callable[[Future[Any], Any], None] | None = None
        self._max_workers, self._timeout, self._preload = jobs, timeout, list(preload)
        self._calls: queue.Queue[Call | None] = queue.Queue(4 * jobs)
        self._lock = threading.Lock()
        self._controls: set[Connection] = set()
        self._is_shut = self._is_killed = False
        self._process, self._server = self._start()
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(jobs)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Schedule ``fn(*args, **kwargs)``, which must be picklable."""
        work = pickle.dumps((fn, args, kwargs))
        if self._is_shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[Any] = Future()
        self._calls.put((future, work))
        return future

    def kill(self) -> None:
        """End all running calls at once, and take no more."""
        self._is_shut = self._is_killed = True
        self._drain()
        with self._lock:
            for control in self._controls:
                _ask_to_kill(control)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; with `wait`, return when all processes have ended."""
        was_shut, self._is_shut = self._is_shut, True
        if cancel_futures:
            self._drain()
        if not was_shut or self._is_killed:
            stop = threading.Thread(target=self._stop, daemon=True)
            stop.start()
            if wait:
                stop.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:
            self.kill()
        self.shutdown(wait=True)

    def _stop(self) -> None:
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()
        self._server.close()
        self._process.wait()

    def _drain(self) -> None:
        with suppress(queue.Empty):
            while True:
                if call := self._calls.get_nowait():
                    future, _ = call
                    future.cancel()
                    future.set_running_or_notify_cancel()  # wakes who waits

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = START.format(
            root=str(library.PACKAGE.parent),
            number=theirs.fileno(),
            preload=self._preload,
        )
        given = {**LARGE_PAGES, **os.environ, **server.settings()}
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            pass_fds=[theirs.fileno()],
            env={name: text for name, text in given.items() if text is not None},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone
        )
        theirs.close()
        return process, ours

    def _work(self) -> None:
        while call := self._calls.get():
            future, work = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._attend(future, work))
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                future.set_exception(error)
            del call, future

    def _attend(self, future: Future[Any], work: bytes) -> Any:
        """Have one call done by a new process, and return its value."""
        ours, theirs = multiprocessing.Pipe()
        control, controlled = multiprocessing.Pipe()
        with ours, control:
            with theirs, controlled:
                self._request([theirs.fileno(), controlled.fileno()])
            with self._lock:
                self._controls.add(control)
            try:
                if self._is_killed:
                    raise Killed("interrupted")
                return self._follow(future, work, ours, control)
            finally:
                with self._lock:
                    self._controls.discard(control)

    def _request(self, handles: list[int]) -> None:
        """Ask the server to fork; a server that was killed is started anew."""
        with self._lock:
            try:
                socket.send_fds(self._server, [b"f"], handles)
            except OSError:
                self._server.close()
                self._process.wait()
                self._process, self._server = self._start()
                socket.send_fds(self._server, [b"f"], handles)

    def _follow(
        self, future: Future[Any], work: bytes, ours: Connection, control: Connection
    ) -> Any:
        """Follow one call to its end."""
        with suppress(OSError):  # whoever is not there to take it will be reported
            ours.send((sys.path, work))
        deadline: float | None = None  # counts from when the process has begun
        answer, is_late, watched = None, False, [ours, control]
        while True:
            left = None if deadline is None or is_late else deadline - time.monotonic()
            ready = wait(watched, None if left is None else max(0, left))
            if not ready:
                is_late = True
                _ask_to_kill(control)
            elif ours in ready:
                try:
                    kind, *content = ours.recv()
                except (EOFError, OSError):
                    watched.remove(ours)
                    continue
                if kind == "begun" and self._timeout:
                    deadline = time.monotonic() + self._timeout
                elif kind == "result":
                    answer = content
                elif kind == "told" and self.on_told:
                    self.on_told(future, content[0])
            else:
                return self._outcome(answer, _status(control), is_late)

    def _outcome(
        self, answer: list[Any] | None, status: int | None, is_late: bool
    ) -> Any:
        """Return the value of a call whose process has ended, or raise its error."""
        if answer is not None:
            is_good, content = answer
            value = pickle.loads(content)
            if is_good:
                return value
            raise value
        if is_late:
            raise TimeLimit(f"over the time limit of {self._timeout:g} s")
        if self._is_killed:
            raise Killed("interrupted")
        if status is None:
            raise Died("the fork server was killed")
        if status < 0:
            raise Died(f"killed by signal {-status} ({signal.Signals(-status).name})")
        raise Died(f"the process ended itself with status {status}")


def _ask_to_kill(control: Connection) -> None:
    with suppress(OSError):
        control.send_bytes(b"kill")


def _status(control: Connection) -> int | None:
    try:
        return int(control.recv())
    except (EOFError, OSError):
        return None

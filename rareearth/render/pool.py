"""Executors for this machine: each call in a process of its own.

`ForkPool` is a `ThreadPoolExecutor` whose threads do nothing but follow one call each:
they have `rareearth.render.server` fork a process for it, hand it the pickled call, and
listen until it has ended. A fork of a process that has everything imported costs
milliseconds, and still a call cannot see what another one did.

The standard library's own fork server is not used: its socket is a file in a temporary
folder, which stays behind when its owner is killed and cannot be made where that
folder has a long name; there is one for each process, with one environment; and what
has left the session of a call would outlive it.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import (
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

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


class ForkPool(ThreadPoolExecutor):
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
        super().__init__(jobs)
        self.on_told: Callable[[Future[Any], Any], None] | None = None
        self._timeout, self._preload = timeout, list(preload)
        self._room = threading.Semaphore(5 * jobs)  # for running and waiting calls
        self._lock = threading.Lock()
        self._killed, self._kill = multiprocessing.Pipe(duplex=False)  # by closing it
        self._process, self._server = self._start()

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Schedule ``fn(*args, **kwargs)``, which must be picklable."""
        work = pickle.dumps((fn, args, kwargs))
        its_own: Future[Future[Any]] = Future()  # known only when it is submitted
        self._room.acquire()
        try:
            future = super().submit(self._attend, its_own, work)
        except RuntimeError:  # shut
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        its_own.set_result(future)
        return future

    def kill(self) -> None:
        """End all running calls at once, and take no more."""
        super().shutdown(wait=False, cancel_futures=True)
        self._kill.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; with `wait`, return when all processes have ended."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self._server.close()
            self._process.wait()

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:
            self.kill()
        self.shutdown()

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """Start the process to fork from; it ends when our socket is closed."""
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

    def _attend(self, its_own: Future[Future[Any]], work: bytes) -> Any:
        """Have one call done by a new process, and return its value."""
        ours, theirs = multiprocessing.Pipe()  # to the process that does the call
        control, controlled = multiprocessing.Pipe()  # to the server
        with ours, control:
            with theirs, controlled:
                self._request([theirs.fileno(), controlled.fileno()])
            with suppress(OSError):  # who is not there to take it will be reported
                ours.send((sys.path, work))
            return self._follow(its_own.result(), ours, control)

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
        self, future: Future[Any], ours: Connection, control: Connection
    ) -> Any:
        """Follow one call until its process has ended; return its value."""
        answer: list[Any] = []
        why: WorkbookError | None = None  # we had it killed
        end: float | None = None  # counts from when the process has begun
        watched = [ours, control, self._killed]
        while True:
            left = None if end is None or why else max(0, end - time.monotonic())
            ready = wait(watched, left)
            if not ready or self._killed in ready:
                late = TimeLimit(f"over the time limit of {self._timeout or 0:g} s")
                why = Killed("interrupted") if ready else late
                watched = [each for each in watched if each is not self._killed]
                with suppress(OSError):
                    control.send("kill")
            elif ours in ready:
                try:
                    kind, *content = ours.recv()
                except (EOFError, OSError):
                    watched.remove(ours)
                    continue
                if kind == "result":
                    answer = content
                elif kind == "begun" and self._timeout:
                    end = time.monotonic() + self._timeout
                elif kind == "told" and self.on_told:
                    self.on_told(future, content[0])
            else:  # the process has ended, and all that it said is heard
                break
        if not answer:
            raise why or Died(_end(control))
        is_good, pickled = answer
        value = pickle.loads(pickled)
        if is_good:
            return value
        raise value


def _end(control: Connection) -> str:
    """Return how the process of a call has ended, as the server says."""
    try:
        status = control.recv()
    except (EOFError, OSError):
        return "the fork server was killed"
    if status < 0:
        return f"killed by signal {-status} ({signal.Signals(-status).name})"
    return f"the process ended itself with status {status}"

"""The process that pool workers are forked from: everything imported, nothing running.

`rareearth.render.pool` starts it and sends, for each call, two sockets: one on which
the forked child takes its call and answers, and one on which the server says how the
child ended. When its owner goes away, by whatever way, it kills all it has forked.
Linux only.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import random
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

INLINE = "module://matplotlib_inline.backend_inline"
# One thread in each process: results do not depend on the machine, and forking is
# safe. Sets of text iterate alike in all runs. What a notebook reads of its time, its
# language and its terminal is the same for all.
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "COLUMNS": "80",
    "LINES": "24",
    "MPLBACKEND": INLINE,
    "MATPLOTLIBRC": os.devnull,
    "JUPYTER_PREFER_ENV_PATH": "1",
}
# What users set for other programs would get into a report, as far as it does not say
# where Python and its libraries are.
_FOREIGN = (
    *("PYTHON", "IPYTHON", "JUPYTER", "PANDAS_", "NPY_", "OPENBLAS_", "OMP_", "MKL_"),
    *("LANG", "LC_", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"),
)
_PLACES = ("PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE")
# By Ctrl-C, batch systems, a terminal that is closed and Ctrl-\; Windows knows two.
ENDINGS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    if hasattr(signal, name)
]
_DIE_WITH_PARENT, _ADOPT_ORPHANS = 1, 36  # of prctl(2)
# Looking for garbage at Python's own pace is a tenth of a run of some seconds, and all
# memory is given back at its end.
_GARBAGE = 100_000, 50, 100
_answers: Connection | None = None  # in a forked child: where it answers


class UnsafeFork(RuntimeError):
    """The server had threads or connections when it forked; the message says which."""


def settings() -> dict[str, str | None]:
    """Return what to set for a run in its environment; as None, what to remove."""
    given = [name for name in os.environ if name.startswith(_FOREIGN)]
    return {**{name: None for name in given if name not in _PLACES}, **SETTINGS}


def is_child() -> bool:
    """Return whether this process was forked for one call and belongs to it alone."""
    return _answers is not None


def tell(message: Any) -> None:
    """Send a message to the owner of the pool; without one, do nothing."""
    if _answers is not None:
        _answers.send(("told", message))


def begin() -> None:
    """Have the time limit of this call count from now; without a pool, do nothing."""
    if _answers is not None:
        _answers.send(("begun",))


def main(number: int, preload: list[str]) -> None:
    """Import `preload`, then fork a child for each request until the owner is gone."""
    owner = socket.socket(fileno=number)
    for each in ENDINGS:  # they are the owner's, who may have been told as well
        signal.signal(each, signal.SIG_IGN)
    _prctl(_ADOPT_ORPHANS, 1)
    gc.disable()  # nothing that an import makes is garbage, and looking takes a while
    for name in preload:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # what is shared with the children stays shared
    gc.enable()
    Server(owner).serve()
    os._exit(0)  # to take down two thousand modules one by one takes a while


@dataclass
class Child:
    """A process that does one call. What arrives at `control` asks to kill it."""

    pid: int
    control: Connection
    is_doomed: bool = False


class Server:
    """Forks, watches and buries the children. It has one thread and no address."""

    def __init__(self, owner: socket.socket) -> None:
        self.owner = owner
        self.children: dict[int, Child] = {}  # by pidfd, which tells that one ended

    def serve(self) -> None:
        """Work until the owner closes its end."""
        while True:
            alive = [c.control for c in self.children.values() if not c.is_doomed]
            for ready in wait([self.owner, *self.children, *alive]):
                if ready is self.owner:
                    _, handles, _, _ = socket.recv_fds(self.owner, 1, 2)
                    if len(handles) < 2:
                        self._end()
                        return
                    self._fork(*map(Connection, handles))
                elif isinstance(ready, int):
                    self._bury(ready)
                else:  # a request to kill, or its owner is gone
                    self._kill(ready)

    def _fork(self, call: Connection, control: Connection) -> None:
        pid = os.fork()
        if pid == 0:
            self.owner.close()
            control.close()
            for pidfd, child in self.children.items():
                os.close(pidfd)
                child.control.close()
            _child(call)
        call.close()
        with suppress(OSError):
            os.setpgid(pid, pid)
        self.children[os.pidfd_open(pid)] = Child(pid, control)

    def _kill(self, control: object) -> None:
        for child in self.children.values():
            if child.control is control:
                child.is_doomed = True
                _kill_group(child.pid)

    def _bury(self, pidfd: int) -> None:
        """Kill what a child that has ended leaves behind, and report how it ended."""
        child = self.children.pop(pidfd)
        os.close(pidfd)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        _kill_group(child.pid)  # while the number is still the child's
        _, status = os.waitpid(child.pid, 0)
        self._kill_orphans()
        with child.control, suppress(OSError):
            child.control.send(os.waitstatus_to_exitcode(status))

    def _kill_orphans(self) -> None:
        """Kill processes that became ours because the child that started them ended."""
        known = {child.pid for child in self.children.values()}
        while strays := set(_children()) - known:
            for pid in strays:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def _end(self) -> None:
        for child in self.children.values():
            _kill_group(child.pid)
        for child in self.children.values():
            os.waitpid(child.pid, 0)
        self.children.clear()
        self._kill_orphans()


def _child(call: Connection) -> None:
    """Do one call in this forked process and end it."""
    global _answers
    status = 1
    try:
        os.setpgid(0, 0)
        _prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        _prctl(_ADOPT_ORPHANS, 1)
        for each in ENDINGS:
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        gc.set_threshold(*_GARBAGE)
        _answers = call
        call.send(("result", *_answer(call)))
        status = 0
    except (BrokenPipeError, ConnectionResetError):  # the owner is gone meanwhile
        pass
    except BaseException:  # noqa: BLE001 - nothing may reach the server's own code
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        os._exit(status)


def _answer(call: Connection) -> tuple[bool, bytes]:
    """Return whether the call went well, and its value or error, pickled."""
    try:
        assert_safe()
        path, work = call.recv()
        begin()
        sys.path += [each for each in path if each not in sys.path]
        function, args, kwargs = pickle.loads(work)
        _reseed()
        return True, pickle.dumps(function(*args, **kwargs))
    except BaseException as error:  # noqa: BLE001 - all errors belong to the caller
        error.add_note(traceback.format_exc())
        try:
            return False, pickle.dumps(error)
        except Exception:  # noqa: BLE001 - an error that cannot travel
            return False, pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))


def assert_safe() -> None:
    """Raise `UnsafeFork` unless the parent was fit to be forked."""
    threads = len(os.listdir(f"/proc/{os.getppid()}/task"))  # noqa: PTH208
    if threads != 1:
        raise UnsafeFork(f"the fork server has {threads} threads")
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{name}")  # noqa: PTH115
            if target.startswith("socket:"):
                with socket.socket(fileno=os.dup(int(name))) as found:
                    kind = found.family
                if kind != socket.AF_UNIX:
                    raise UnsafeFork(f"the fork server has a socket ({kind.name})")
    zmq = sys.modules.get("zmq.sugar.context")
    if zmq is not None and zmq.Context._instance is not None:
        raise UnsafeFork("the fork server has a zmq context")


def _reseed() -> None:
    """Give the child random numbers of its own, unless it seeds them itself."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _kill_group(pid: int) -> None:
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _children() -> list[int]:
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    return list(map(int, own.read_text().split()))


def _prctl(option: int, value: int) -> None:
    import ctypes  # only where processes are forked: it takes a while

    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)

"""The process that pool workers are forked from: everything imported, nothing running.

`rareearth.render.pool` starts it and sends, for each call, the ends of two pipes: one
from which the forked child takes its call and where it answers, and one on which the
owner may ask for its end, and the server says how it ended. What a call has started
ends with it, and all does when the owner goes away, by whatever way. Linux only.
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
from collections.abc import Collection
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

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
    """The server had threads or connections when it forked; the message says which.

    That refuses a context of zmq as well: with its first socket it starts threads.
    """


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


def main(number: int, preload: list[str]) -> NoReturn:
    """Import `preload`, then fork a child for each call until the owner is gone."""
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
    _serve(owner)
    os._exit(0)  # to take down two thousand modules one by one takes a while


def _serve(owner: socket.socket) -> None:
    """Fork, watch and bury the children until the owner closes its end."""
    children: dict[int, Child] = {}  # by pidfd, which tells that one has ended
    while True:
        ready = wait([owner, *children, *(each.control for each in children.values())])
        for pidfd, child in list(children.items()):
            if pidfd in ready or child.control in ready:  # which asks for its end
                del children[pidfd]
                os.close(pidfd)
                _bury(child, children.values())
        if owner in ready:
            _, handles, _, _ = socket.recv_fds(owner, 1, 2)
            if not handles:
                break
            call, control = Connection(handles[0]), Connection(handles[1])
            pid = os.fork()
            if pid == 0:
                owner.close()
                for end in (control, *(each.control for each in children.values())):
                    end.close()
                _child(call)
            call.close()
            with suppress(OSError):
                os.setpgid(pid, pid)
            children[os.pidfd_open(pid)] = Child(pid, control)
    while children:
        _bury(children.popitem()[1], children.values())


class Child(NamedTuple):
    """A process that does one call. What arrives at `control` asks for its end."""

    pid: int
    control: Connection


def _bury(child: Child, others: Collection[Child]) -> None:
    """Kill a child that has not ended, and what it has started; say how it ended."""
    for kill in (os.killpg, os.kill):  # while the number is still the child's
        with suppress(OSError):
            kill(child.pid, signal.SIGKILL)
    _, status = os.waitpid(child.pid, 0)
    known = {each.pid for each in others}
    adopted = Path(f"/proc/self/task/{os.getpid()}/children")  # what it left behind
    while strays := set(map(int, adopted.read_text().split())) - known:
        for pid in strays:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    with child.control, suppress(OSError):
        child.control.send(os.waitstatus_to_exitcode(status))


def _child(call: Connection) -> NoReturn:
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
        _assert_safe()
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


def _assert_safe() -> None:
    """Raise `UnsafeFork` unless the server was fit to be forked."""
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


def _reseed() -> None:
    """Give the child random numbers of its own, unless it seeds them itself."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _prctl(option: int, value: int) -> None:
    import ctypes  # only where processes are forked: it takes a while

    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)

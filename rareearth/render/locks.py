"""One renderer at a time for each report, also across processes and machines."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two renderers at once are not kept apart there
    fcntl = None  # type: ignore[assignment]

PAUSE = 0.1  # seconds between two attempts


def is_held(folder: Path, name: str) -> bool:
    """Return whether some process is making the report `name` at this moment."""
    if fcntl is None or not (folder / "lock").exists():
        return False
    with (folder / "lock").open("ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _byte(name))
        except (BlockingIOError, PermissionError):
            return True
    return False


def _byte(name: str) -> int:
    """Return the byte of the lock file that stands for a report."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")


@contextmanager
def held(folder: Path, name: str, wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of the report `name` in `folder`; call `wait` once if it is taken.

    All locks are bytes of one file. A lock ends with its process, however that ends.
    """
    if fcntl is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as file:
        is_told = False
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _byte(name))
                break
            except (BlockingIOError, PermissionError):
                if not is_told:
                    wait()
                is_told = True
                time.sleep(PAUSE)
        yield

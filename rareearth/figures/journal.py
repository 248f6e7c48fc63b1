"""Put several files into a folder of figures as one: all of them, or none.

They are written into a folder of their own inside it. To give that folder its second
name is one step of the file system: before it nothing has changed, after it the files
are moved in, by this process or, if it ends meanwhile, by whoever looks next.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

READY, DRAFT = ".accepted", ".accepting-"


def replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace files of a folder, by their names below it, or leave all as they are."""
    finish(folder)
    for left in folder.glob(f"{DRAFT}*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
    try:
        for name, content in files.items():
            path = draft / name
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        draft.rename(folder / READY)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finish(folder)


def finish(folder: Path) -> bool:
    """Move in the files that an earlier `replace` had ready; return whether any were.

    Two processes may do so at once: each file is moved by one of them.
    """
    ready = folder / READY
    if not ready.is_dir():
        return False
    found = sorted(ready.rglob("*"), reverse=True)  # what lies in a folder before it
    for path in found:
        if path.is_file():
            with suppress(FileNotFoundError):
                path.replace(folder / path.relative_to(ready))
    for path in (*(each for each in found if each.is_dir()), ready):
        with suppress(OSError):  # the other process was faster
            path.rmdir()
    return True

"""Write files so that a reader never meets half of one."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_DRAFT = re.compile(r"\.draft-(\d+)-\w+\.tmp")
_ABANDONED = 3600  # seconds after which a draft of another machine is given up


def write(files: Mapping[Path, str | Iterator[str]]) -> None:
    """Write all `files` or none: temporary names first, then rename.

    The temporary files lie in the target's folder, because renaming is atomic only
    within one file system. Text is stored as UTF-8, line ends as they are; a long one
    may come in pieces.
    """
    drafts: dict[Path, Path] = {}
    try:
        for path, text in files.items():
            drafts[path] = _draft(path, text)
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def clean(folder: Path) -> None:
    """Remove the temporary files that a killed process has left in `folder`."""
    for path in folder.glob(".draft-*.tmp"):
        found = _DRAFT.fullmatch(path.name)
        try:
            age = time.time() - path.stat().st_mtime
            if found and (not _is_running(int(found[1])) or age > _ABANDONED):
                path.unlink()
        except OSError:
            continue  # another renderer was faster


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _draft(path: Path, text: str | Iterator[str]) -> Path:
    """Return a complete temporary file in the folder of `path`."""
    prefix = f".draft-{os.getpid()}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in [text] if isinstance(text, str) else text:
                file.write(piece.encode("utf-8"))
        draft.chmod(0o666 & ~_umask())
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which file
        raise
    return draft


def _umask() -> int:
    """Return the permissions that new files must not have."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask

"""What lies on the disk while reports are made, safe from each other and from a kill.

Files appear whole or not at all, one renderer at a time makes a report, and what a run
had done is kept: it writes each finished cell to a spool, one line of JSON, which who
finds its process dead turns into ``<name>.failed.ipynb``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from rareearth.render import library, server
from rareearth.render.job import HIDDEN, INJECTED, Job

_DRAFT = re.compile(r"\.draft-(\d+)-\w+\.tmp")
_WORKPLACE = f"rareearth-{platform.node()}-"  # containers may share the folder
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


def _clean_drafts(folder: Path) -> None:
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
    draft = path.with_name(f".draft-{os.getpid()}-{token_hex(4)}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in [text] if isinstance(text, str) else text:
                file.write(piece.encode("utf-8"))
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which file
        raise
    return draft


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
        return not _take(file, name)


def _take(file: Any, name: str) -> bool:
    """Lock the byte of a file that stands for a report; return whether it was free."""
    byte = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):
        return False
    return True


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
        if not _take(file, name):
            wait()
            while not _take(file, name):
                time.sleep(PAUSE)
        yield


class Spool:
    """Follows one run; an instance is what `execute.execute` calls at each cell."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._file = job.spool.open("w", encoding="utf-8")
        self._is_new = True

    def __call__(self, notebook: Any, index: int, is_done: bool) -> None:
        """Write down that a cell has started, or what it has displayed."""
        cell = notebook.cells[index]
        if self._is_new:
            self._line(notebook)
            self._is_new = False
        if is_done:
            found = {k: cell[k] for k in ("outputs", "execution_count") if k in cell}
            if "outputs" in found:
                found["outputs"] = shortened(found["outputs"])
            self._line({"done": index, **found})
        else:
            server.tell(("cell", self.job.name, index + 1, len(notebook.cells)))
            self._line({"start": index})

    def close(self) -> None:
        """Remove the spool: the run has come to its end by itself."""
        self._file.close()
        self.job.spool.unlink(missing_ok=True)

    def _line(self, content: Any) -> None:
        self._file.write(json.dumps(content) + "\n")
        self._file.flush()


@contextmanager
def workplace() -> Iterator[str]:
    """Give a temporary folder, which the next process removes if this one is killed."""
    _clean_workplaces()
    with tempfile.TemporaryDirectory(prefix=f"{_WORKPLACE}{os.getpid()}-") as name:
        yield name


def _clean_workplaces() -> None:
    """Remove the temporary folders of this machine's processes that are no more."""
    for path in Path(tempfile.gettempdir()).glob(f"{_WORKPLACE}*"):
        process = path.name.removeprefix(_WORKPLACE).partition("-")[0]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def clean(folder: Path) -> None:
    """Remove what killed renderers have left in the folder of the outputs."""
    _clean_drafts(folder)
    _clean_workplaces()
    hidden = folder / HIDDEN
    _clean_drafts(hidden)
    for spool in hidden.glob("*.spool"):
        if not is_held(hidden, spool.name.removesuffix(".spool")):
            spool.unlink(missing_ok=True)


def keep(job: Job, reason: str) -> str:
    """Write the partial notebook of a run that died; return why, with the cell."""
    notebook, running = _read(job.spool)
    if notebook is None:
        return reason
    if running is not None:
        cells = notebook["cells"][: running + 1]
        injected = [each for each in cells if library.is_tagged(each, INJECTED)]
        number = running + 1 - len(injected)
        place = library.describe_cell(number, library.source(cells[-1]))
        reason = f"{place}: {reason}"
    about = {"notebook": job.notebook.stem, "parameters": dict(job.parameters)}
    notebook["metadata"]["rareearth"] = {**about, "failure": reason}
    notebook["metadata"].pop("papermill", None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("papermill", None)
    with suppress(OSError):  # the disk that was full, for instance
        write({job.failed: json.dumps(notebook, indent=1) + "\n"})
        job.spool.unlink(missing_ok=True)
    return reason


def _read(spool: Path) -> tuple[dict[str, Any] | None, int | None]:
    """Return the notebook of a spool and the index of the cell that was running."""
    try:
        lines = spool.read_text(encoding="utf-8").split("\n")
        notebook: dict[str, Any] = json.loads(lines[0])
    except (OSError, ValueError):
        return None, None
    running = None
    for line in lines[1:]:
        with suppress(ValueError):  # the last line may be half of one
            step = json.loads(line)
            running = step.get("start", running)
            if "done" in step:
                notebook["cells"][step.pop("done")].update(step)
    return notebook, running


MOST = 1_000_000  # characters that a cell may print; the rest is counted
_LINE = "\n... {more:,} more characters were printed; a report keeps {most:,} a cell\n"


def shortened(outputs: list[Any]) -> list[Any]:
    """Return the outputs of a cell with at most `MOST` characters of printed text.

    The first `MOST` stay, whatever they are printed to, and a line says how many were
    left out. Tables, charts and errors stay as they are.
    """
    printed = sum(map(_printed, outputs))
    if printed <= MOST:
        return outputs
    kept, room = [], MOST
    for output in outputs:
        length = _printed(output)
        if length and room == 0:
            continue
        if length > room:
            note = _LINE.format(more=printed - MOST, most=MOST)
            output = type(output)(output)  # a copy, of nbformat's own kind
            output["text"] = output["text"][:room] + note
        room -= min(length, room)
        kept.append(output)
    return kept


def _printed(output: Any) -> int:
    is_stream = output["output_type"] == "stream"
    return len(output["text"]) if is_stream else 0

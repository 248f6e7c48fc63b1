"""Keep what a run had done, so that a run that is killed leaves its notebook behind.

While a run goes on, it writes each finished cell to a spool: one line of JSON. Who
finds the process dead turns the spool into ``<name>.failed.ipynb``.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from rareearth.render import library, locks, long_outputs, server, store
from rareearth.render.job import HIDDEN, INJECTED, Job


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
                found["outputs"] = long_outputs.shortened(found["outputs"])
            self._line({"done": index, **found})
        else:
            self._line({"start": index})
            server.tell(("cell", self.job.name, index + 1, len(notebook.cells)))

    def close(self) -> None:
        """Remove the spool: the run has come to its end by itself."""
        self._file.close()
        self.job.spool.unlink(missing_ok=True)

    def _line(self, content: Any) -> None:
        self._file.write(json.dumps(content) + "\n")
        self._file.flush()


def clean(folder: Path) -> None:
    """Remove what killed renderers have left in the folder of the outputs."""
    store.clean(folder)
    hidden = folder / HIDDEN
    store.clean(hidden)
    for spool in hidden.glob("*.spool"):
        if not locks.is_held(hidden, spool.name.removesuffix(".spool")):
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
        store.write({job.failed: json.dumps(notebook, indent=1) + "\n"})
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

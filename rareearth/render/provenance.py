"""Say what a report was made from, and take out of it whatever depends on the clock."""

from __future__ import annotations

import csv
import hashlib
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rareearth import __version__
from rareearth.render import keys, library, parameters
from rareearth.render.job import INJECTED, Job
from rareearth.render.keys import LIBRARIES

SOURCES = "data/sources.csv"
UNTRACKED = "not under version control"
SHORT = 16  # characters of the hash of a module, of which a run has up to a hundred
ERROR_NOTE = "papermill-error-cell-tag"  # papermill marks cells that it adds with it
# What Python calls the code of a cell: a temporary file with the process in its name.
# Only from where a word begins: a long word would cost the square of its length.
_CELL_FILE = re.compile(r"(?<!\S)\S*ipykernel_\d+/\d+\.py")


def describe(job: Job, run: Mapping[str, Any]) -> dict[str, Any]:
    """Return the block ``metadata.rareearth`` of a report.

    Parameters
    ----------
    run : mapping
        The key of the run: `rareearth.render.keys.run_key`.
    """
    defaults = parameters.resolve(job.notebook, {})
    used = dict(job.parameters)
    files = {**run["data"], **run["own"]}
    about = {
        "schema": 2,
        "notebook": job.notebook.stem,
        "parameters": used,
        "changed": [name for name in used if used[name] != defaults.get(name)],
        "package_version": __version__,
        "commit": commit(library.checkout(), _tracked(job, run)),
        "code": hashlib.sha256("".join(run["code"]).encode()).hexdigest(),
        "vintage": vintage(used, run["data"]),
        "data": [{"name": name, "sha256": files[name]} for name in sorted(files)],
        "modules": [
            {"name": name, "sha256": sha256[:SHORT]}
            for name, sha256 in run["modules"].items()
        ],
        "environment": environment(),
    }
    return {**about, "own": job.own.name} if job.own else about


def vintage(used: Mapping[str, Any], data: Iterable[str]) -> dict[str, str]:
    """Return as of when a run saw the figures, and the newest source by that day.

    Empty if the run did not read the list of sources.
    """
    if SOURCES not in data:
        return {}
    as_of = str(used.get("as_of", "latest"))
    path = keys.locate(SOURCES, None)
    with path.open(encoding="utf-8-sig", newline="") as file:
        days = [row["published"] for row in csv.DictReader(file)]
    known = [day for day in days if as_of == "latest" or day <= as_of]
    return {"as_of": as_of, "newest_source": max(known, default="none")}


def environment() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    return {
        "python": platform.python_version(),
        **{n: keys.installed(n) for n in LIBRARIES},
    }


def commit(checkout: Path | None, files: Sequence[Path] = ()) -> str:
    """Return the last commit that changed any of `files`, in words if there is none.

    It depends on these files alone: a commit elsewhere changes no report.
    """
    if checkout is None or not (checkout / ".git").exists():
        return UNTRACKED
    named = [str(path) for path in files]
    if not _git(checkout, "rev-parse", "--verify", "HEAD"):
        return "no commit yet"
    head = _git(checkout, "log", "-1", "--format=%H", "--", *named)
    is_dirty = _git(checkout, "status", "--porcelain", "--", *named)
    if not head:
        return "no commit yet"
    return f"{head}, with uncommitted changes" if is_dirty else head


def _tracked(job: Job, run: Mapping[str, Any]) -> list[Path]:
    """Return the files of the workbook that a run rests on."""
    names = [name for name in run["data"] if not name.startswith("own/")]
    return [job.notebook, *(keys.locate(n, None) for n in (*names, *run["modules"]))]


def settle(notebook: Any) -> None:
    """Take out of an executed notebook what differs from run to run, in place.

    That is papermill's and nbclient's times and paths, the notes that papermill
    adds to a failed notebook, the random identity of the injected cell, and widgets,
    whose identities are random and which a report cannot show.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.cells = [
        cell for cell in notebook.cells if not library.is_tagged(cell, ERROR_NOTE)
    ]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if library.is_tagged(cell, INJECTED):
            cell["id"] = INJECTED
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            if output.output_type == "stream":
                output["text"] = _CELL_FILE.sub("<cell>", output["text"])
            elif output.output_type == "error":
                lines = [_CELL_FILE.sub("<cell>", each) for each in output.traceback]
                output["traceback"] = lines


def _git(folder: Path, *words: str) -> str:
    """Return what git answers, nothing when it cannot."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()

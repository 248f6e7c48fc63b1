"""Say what a report was made from, and take out of it whatever depends on the clock."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rareearth import __version__
from rareearth.render import library

LIBRARIES = ("numpy", "pandas", "matplotlib", "seaborn", "statsmodels")
UNTRACKED = "not under version control"
ERROR_NOTE = "papermill-error-cell-tag"  # papermill marks cells that it adds with it
INJECTED = "injected-parameters"


def describe(
    notebook: Path, used: Mapping[str, Any], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the block ``metadata.rareearth`` of a run.

    ``notebook`` is the name, ``parameters`` the full set and ``changed`` the names
    that differ from the notebook's defaults. ``data`` has one entry a data set.
    """
    return {
        "schema": 1,
        "notebook": notebook.stem,
        "parameters": dict(used),
        "changed": [name for name in used if used[name] != defaults.get(name)],
        "package_version": __version__,
        "commit": commit(library.checkout()),
        "data": data_version(library.data_folder()),
        "environment": environment(),
    }


def environment() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    return {"python": platform.python_version(), **{n: _version(n) for n in LIBRARIES}}


def commit(checkout: Path | None) -> str:
    """Return the commit of a checkout, in words where there is none."""
    if checkout is None or _git(checkout, "rev-parse", "--show-toplevel") != str(
        checkout
    ):
        return UNTRACKED
    head = _git(checkout, "rev-parse", "--verify", "HEAD")
    if not head:
        return "no commit yet"
    sources = ("rareearth", "data", "notebooks")
    is_dirty = _git(checkout, "status", "--porcelain", "--", *sources)
    return f"{head}, with uncommitted changes" if is_dirty else head


def data_version(folder: Path) -> list[dict[str, str]]:
    """Return version and content hash of the data package in `folder`."""
    tables = sorted([*folder.glob("*.csv"), *folder.glob("datapackage.json")])
    if not tables:
        return []
    digest = hashlib.sha256()
    for path in tables:
        digest.update(f"{path.name}\0{_sha256(path)}\n".encode())
    named = _json(folder / "datapackage.json")
    return [
        {
            "name": str(named.get("name", folder.name)),
            "version": str(named.get("version", "")),
            "sha256": digest.hexdigest(),
        }
    ]


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


def _version(library_name: str) -> str:
    try:
        return version(library_name)
    except PackageNotFoundError:
        return "not installed"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

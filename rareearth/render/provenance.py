"""What a report was made from, whether it is out of date, and what its label says.

Beside the outputs lies a record of what each report was made from: what decides the
results (code, parameters, data that were loaded, modules that were imported, versions)
and what decides only how they look (prose, tags, template). Nothing heavy is imported.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rareearth import __version__
from rareearth.render import library, parameters
from rareearth.render.job import Job

LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib", "seaborn", "statsmodels")
RENDERERS = ("nbconvert", "mistune", "beautifulsoup4", "jinja2", "pygments")
SOURCES = "data/sources.csv"
UNTRACKED = "not under version control"
SHORT = 16  # characters of the hash of a module, of which a run has up to a hundred
LONGEST_RECORD = 10_000_000  # bytes
PAGE_PARTS = "index look markup page parameters provenance".split()

Record = dict[str, Any]


@dataclass(frozen=True)
class State:
    """Whether a report is ``fresh``, or its ``page`` or its ``run`` is stale, and why.

    `reasons` says in words what changed, as in ``data/prices.csv changed``.
    """

    kind: str
    reasons: list[str] = field(default_factory=list)


def state(job: Job) -> State:
    """Return whether the report of `job` is what it would be if it were made now."""
    record = read(job)
    if record is None:
        return State("run", ["it has not been made yet"])
    if job.failed.is_file():
        return State("run", ["its last run failed"])
    try:
        written = record["sha256"]
        reasons = changes(record["run"], run_key(job, record["run"]))
        reasons = reasons or _edited(job.executed, written["executed"])
        if reasons:
            return State("run", reasons)
        reasons = changes(record["page"], page_key(job.notebook))
        reasons = reasons or _edited(job.page, written["page"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return State("run", ["its record is of another version"])
    return State("page" if reasons else "fresh", reasons)


def _edited(path: Path, written: str) -> list[str]:
    reason = "not as it was written" if path.exists() else "gone"
    return [] if sha256(path) == written else [f"{path.name} is {reason}"]


def read(job: Job) -> Record | None:
    """Return the record of a report, None if there is none that can be read."""
    try:
        record = json.loads(library.read(job.record, LONGEST_RECORD))
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def run_key(job: Job, used: Mapping[str, Any]) -> Record:
    """Return all that decides the results of a run.

    Parameters
    ----------
    used : mapping
        The names of the ``data`` files and ``modules`` that the run used, or that the
        recorded run had used.
    """
    cells = library.load_cells(job.notebook)
    return {
        "code": code_of(cells),
        "parameters": dict(job.parameters),
        "data": hashes(used["data"], job.own),
        "own": hashes(own_files(job.own), job.own),
        "own_rows": dict(used["own_rows"]),
        "modules": hashes(used["modules"], None),
        "versions": versions(),
    }


def code_of(cells: list[dict[str, Any]]) -> list[str]:
    """Return a short hash of each code cell."""
    return [_short(cell) for cell in cells if cell.get("cell_type") == "code"]


def page_key(notebook: Path) -> Record:
    """Return all that decides only how the page looks."""
    cells = library.load_cells(notebook)
    templates = (library.PACKAGE / "render" / "templates").rglob("*.*")
    parts = [f"rareearth/render/{name}.py" for name in PAGE_PARTS]
    return {
        "prose": [_short(c) for c in cells if c.get("cell_type") != "code"],
        "tags": [
            [c.get("cell_type"), c.get("id"), c.get("metadata") or {}] for c in cells
        ],
        "template": hashes([*parts, *sorted(map(module_name, templates))], None),
        "versions": {name: installed(name) for name in RENDERERS},
    }


def used_by(manifest: Mapping[str, Any]) -> Record:
    """Return the data files and modules of a run's record by their names.

    A name is ``data/...`` or ``rareearth/...``, never a path of the machine. The
    user's own figures are not among them: all files of their folder count. Whether a
    row of theirs was loaded is told beside.
    """
    folder, read = library.data_folder(), map(Path, manifest.get("data", {}))
    ours = [path.relative_to(folder) for path in read if path.is_relative_to(folder)]
    data = [f"data/{path.as_posix()}" for path in ours]
    found = [_module_file(name) for name in manifest.get("modules", [])]
    return {
        "data": sorted(data),
        "modules": sorted(filter(None, found)),
        "own_rows": {"loaded": bool(manifest.get("own_rows"))},
        "series": sorted(manifest.get("series", [])),
    }


def own_files(own: Path | None) -> list[str]:
    """Return the names of the files with a user's own figures, as they are loaded."""
    if own is None:
        return []
    from rareearth.figures.csv_files import file_of, tables_in  # heavy

    return sorted({f"own/{file_of(path).name}" for path in tables_in(own).values()})


def locate(name: str, own: Path | None) -> Path:
    """Return the path of a name that `used_by` or `own_files` gave."""
    top, *below = name.split("/")
    tops = {"data": library.data_folder(), "own": own, "rareearth": library.PACKAGE}
    folder = tops.get(top)
    if folder is None or not below or {"", ".", ".."} & set(below) or "\0" in name:
        raise ValueError(f"{name!r} is not a file of the workbook")
    return folder.joinpath(*below)


def hashes(names: Iterable[str], own: Path | None) -> dict[str, str]:
    """Return the SHA-256 of each file; of one that is not there, nothing."""
    return {name: sha256(locate(name, own)) for name in names}


def sha256(path: Path) -> str:
    """Return the hash of a regular file's content, nothing of what is none.

    Computed once while the file is the same. When its status last changed is part of
    that, which nobody can set as they can its date.
    """
    try:
        now = path.stat()
    except OSError:
        return ""
    times = now.st_mtime_ns, now.st_ctime_ns
    return _sha256(path, *times, now.st_size, now.st_ino) if path.is_file() else ""


@cache
def _sha256(path: Path, *_: int) -> str:
    with path.open("rb") as file:  # in pieces: large blocks would leave holes
        return hashlib.file_digest(file, "sha256").hexdigest()


def module_name(path: Path) -> str:
    """Return the name of a file of the package."""
    return f"rareearth/{path.relative_to(library.PACKAGE).as_posix()}"


def _module_file(name: str) -> str:
    below = library.PACKAGE.joinpath(*name.split(".")[1:])
    for path in (below / "__init__.py", below.with_suffix(".py")):
        if path.is_file():
            return module_name(path)
    return ""


def _short(cell: dict[str, Any]) -> str:
    return hashlib.sha256(library.source(cell).encode()).hexdigest()[:16]


@cache
def installed(name: str) -> str:
    """Return the version of a library, or that it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return in words how two keys differ, the newer of which has the parts named."""
    found = []
    for part, after in new.items():
        before = old[part]
        if before == after:
            continue
        if isinstance(after, list):
            found.append(_changed_cells(part, before, after))
        else:
            found += _changed_items(part, before, after)
    return found


def _changed_cells(part: str, before: list[Any], after: list[Any]) -> str:
    what = {"code": "code cell", "prose": "Markdown cell"}.get(part)
    if what is None:
        return "the tags or the order of cells changed"
    if len(before) != len(after):
        return f"the notebook has {len(after)} {what}s, had {len(before)}"
    pairs = enumerate(zip(before, after, strict=True), 1)
    numbers = [str(number) for number, (one, two) in pairs if one != two]
    return f"{what}{'s' if len(numbers) > 1 else ''} {', '.join(numbers)} changed"


def _changed_items(
    part: str, before: dict[str, Any], after: dict[str, Any]
) -> list[str]:
    found = []
    for name in dict.fromkeys([*before, *after]):
        one, two = before.get(name), after.get(name)
        verb = "is new" if not one else "changed" if two else "is gone"
        said = {
            "parameters": f"parameter {name} is {two!r}, was {one!r}",
            "versions": f"{name} {two}, was {one}",
        }
        if one != two:
            found.append(said.get(part, f"{name} {verb}"))
    return found


def describe(
    job: Job, run: Mapping[str, Any], listed: Collection[str] = ()
) -> dict[str, Any]:
    """Return the block ``metadata.rareearth`` of a report.

    Parameters
    ----------
    run : mapping
        The key of the run: `rareearth.render.provenance.run_key`.
    listed : collection of str
        The sources that the report lists, from `cited`.
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
        "vintage": vintage(used, run["data"], listed),
        "data": [{"name": name, "sha256": files[name]} for name in sorted(files)],
        "modules": [
            {"name": name, "sha256": sha256[:SHORT]}
            for name, sha256 in run["modules"].items()
        ],
        "environment": versions(),
    }
    own = job.own if run["own_rows"]["loaded"] else None
    return {**about, "own": own.name} if own else about


def cited(notebook: Mapping[str, Any]) -> set[str]:
    """Return the sources that an executed notebook lists, by their ids."""
    shown = library.outputs(notebook["cells"])
    pages = (each.get("data", {}).get("text/html", "") for each in shown)
    return {name for page in pages for name in _LISTED.findall("".join(page))}


_LISTED = re.compile(r"<li id='source-([^']+)'")


def vintage(
    used: Mapping[str, Any], data: Iterable[str], listed: Collection[str] = ()
) -> dict[str, str]:
    """Return as of when a run saw the figures, and the newest source that it uses.

    Of a report that lists no sources, the newest of all by that day. Empty if the run
    did not read the table of sources.
    """
    if SOURCES not in data:
        return {}
    as_of = str(used.get("as_of", "latest"))
    path = locate(SOURCES, None)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    days = [
        row["published"] for row in rows if row["source_id"] in listed or not listed
    ]
    known = [day for day in days if as_of == "latest" or day <= as_of]
    return {"as_of": as_of, "newest_source": max(known, default="none")}


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    return {
        "python": platform.python_version(),
        **{n: installed(n) for n in LIBRARIES},
    }


def commit(checkout: Path | None, files: Sequence[Path] = ()) -> str:
    """Return the last commit that changed any of `files`, in words if there is none.

    It depends on these files alone: a commit elsewhere changes no report. Of a notebook
    that lies outside the checkout it says so.
    """
    if checkout is None or not (checkout / ".git").exists():
        return UNTRACKED
    root, found = checkout.resolve(), [path.resolve() for path in files]
    ours = [str(path) for path in found if path.is_relative_to(root)]
    head = _git(root, "rev-list", "-1", "HEAD", "--", *ours)
    if not head:
        return "no commit yet"
    if _git(root, "status", "--porcelain", "--untracked-files=all", "--", *ours):
        head += ", with uncommitted changes"
    elsewhere = len(ours) < len(found)
    return f"{head}; the notebook is not part of it" if elsewhere else head


def _tracked(job: Job, run: Mapping[str, Any]) -> list[Path]:
    """Return the files of the workbook that a run rests on."""
    names = *run["data"], *run["modules"]
    return [job.notebook, *(locate(name, None) for name in names)]


def _git(folder: Path, *words: str) -> str:
    """Return what git answers, nothing when it cannot.

    Within a hook, variables tell of another repository. That the checkout belongs to
    somebody else, as in a container, is no danger: this code is from there as well.
    """
    given = {k: text for k, text in os.environ.items() if not k.startswith("GIT_")}
    options = ("--no-optional-locks", "-c", "safe.directory=*", "-c", "core.fsmonitor=")
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *options, *words],
            env=given,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()

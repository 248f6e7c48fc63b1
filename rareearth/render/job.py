"""One run of a notebook: what is asked for, how its files are called, what came of it.

Names of outputs are readable, safe on every file system, never shared by two runs. A
name is ``<notebook>`` for the defaults, else ``<notebook>--<name>-<value>...``. Part of
it that had to be changed to be safe (capitals, spaces, slashes, length) is replaced by
a hash of the whole parameter set at the end, after ``--``. A lossless part always has a
``-`` between name and value and a hash never has one, so the two kinds of names cannot
meet.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rareearth.render import parameters

INJECTED = "injected-parameters"  # the tag of papermill's own cell
ERROR_NOTE = "papermill-error-cell-tag"  # papermill marks cells that it adds with it
OWN_DATA = "RAREEARTH_EXTRA_DATA"
HIDDEN = ".rareearth"  # the folder below the outputs for records, locks and spools
LONGEST = 80  # characters, so that a folder and an extension still fit anywhere
_HASH = 12  # hexadecimal digits: a million runs collide with a chance of 0.2 %
_SAFE_NAME = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_SAFE_VALUE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*|[0-9]+\.[0-9]+")
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]|index")  # by Windows, by us


@dataclass(frozen=True)
class Job:
    """One run: a notebook, its full set of parameters and where its outputs go.

    ``own`` is the folder of the user's own figures. ``timeout`` is the time that the
    run may take on a stock kernel, in seconds; a `ForkPool` has its own.
    """

    notebook: Path
    parameters: Mapping[str, Any]
    folder: Path
    name: str
    own: Path | None = None
    timeout: float | None = None

    @property
    def page(self) -> Path:
        """Return the path of the HTML file."""
        return self.folder / f"{self.name}.html"

    @property
    def executed(self) -> Path:
        """Return the path of the executed notebook."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def failed(self) -> Path:
        """Return the path of the partial notebook of a run that failed."""
        return self.folder / f"{self.name}.failed.ipynb"

    @property
    def hidden(self) -> Path:
        """Return the folder for what is nobody's to read: records, locks, spools."""
        return self.folder / HIDDEN

    @property
    def record(self) -> Path:
        """Return the path of what the report was made from."""
        return self.hidden / f"{self.name}.json"

    @property
    def card(self) -> Path:
        """Return the path of what the index says of the report."""
        return self.hidden / f"{self.name}.card.json"

    @property
    def spool(self) -> Path:
        """Return where a run writes what it has done so far."""
        return self.hidden / f"{self.name}.spool"

    @property
    def files(self) -> dict[str, Path]:
        """Return all that a run may leave, by the path below the folder."""
        paths = (self.page, self.executed, self.failed, self.record, self.card)
        return {path.relative_to(self.folder).as_posix(): path for path in paths}


@dataclass(frozen=True)
class Result:
    """What came of a job. ``error`` is empty unless the state is ``failed``.

    ``state`` is ``made`` (executed), ``page`` (the page anew from the stored run),
    ``fresh`` (nothing to do) or ``failed``.
    """

    job: Job
    seconds: float
    error: str = ""
    state: str = "made"


def plan(
    notebook: Path,
    given: Mapping[str, Any],
    folder: Path,
    own: Path | None = None,
    timeout: float | None = None,
) -> Job:
    """Return the job that runs `notebook` with the parameters `given`, all checked.

    Reports with own figures have a name of their own, by the place of their folder, so
    that they never pass for those without.

    Raises
    ------
    ParameterError
        If a parameter is unknown, has the wrong type or a value that is not declared;
        nothing has started then.
    """
    own = own.expanduser().resolve() if own is not None else None
    with environment({OWN_DATA: str(own)} if own else {}):
        used = parameters.resolve(notebook, given)
    defaults = parameters.resolve(notebook, {})
    name = report_name(notebook.stem, used, defaults)
    if own is not None:
        name += f"--own-{hashlib.sha256(str(own).encode()).hexdigest()[:8]}"
    return Job(notebook, used, folder, name, own, timeout)


def report_name(
    stem: str, used: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
) -> str:
    """Return the name of the outputs of one run, without an extension.

    Parameters
    ----------
    stem : str
        The name of the notebook without ``.ipynb``.
    used : mapping
        The full set of parameters of the run.
    defaults : mapping, optional
        The defaults of the notebook; parameters that equal theirs are left out.
    """
    changed = {
        name: value
        for name, value in sorted(used.items())
        if defaults is None or name not in defaults or defaults[name] != value
    }
    wanted = [stem, *(f"{key}-{typed(value)}" for key, value in changed.items())]
    is_safe = (
        _SAFE_NAME.fullmatch(stem) is not None
        and _RESERVED.fullmatch(stem) is None
        and all(_SAFE_NAME.fullmatch(key) for key in changed)
        and all(_SAFE_VALUE.fullmatch(typed(value)) for value in changed.values())
        and len("--".join(wanted)) <= LONGEST
    )
    if is_safe:
        return "--".join(wanted)
    readable = "--".join(filter(None, map(slug, wanted)))
    kept = readable[: LONGEST - _HASH - 2].rstrip("-._") or "report"
    return f"{kept}--{fingerprint([stem, changed])}"


def slug(text: str) -> str:
    """Return what is left of `text` in lower-case ASCII letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")


def canonical(value: Any) -> str:
    """Return the one JSON text of a value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    """Return a short hash of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:_HASH]


def typed(value: Any) -> str:
    """Return a value as it would be typed; lists and floats as JSON."""
    return value if isinstance(value, str) else canonical(value)


@contextmanager
def environment(settings: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables of the environment, or remove those that are None, for a while."""
    before = {name: os.environ.get(name) for name in settings}
    _set(settings)
    try:
        yield
    finally:
        _set(before)


def _set(settings: Mapping[str, str | None]) -> None:
    for name, value in settings.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

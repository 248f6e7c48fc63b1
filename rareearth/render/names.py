"""Names of outputs: readable, safe on every file system, never shared by two runs.

A name is ``<notebook>`` for the defaults, else ``<notebook>--<name>-<value>...``. Part
of it that had to be changed to be safe (capitals, spaces, slashes, length) is
replaced by a hash of the whole parameter set at the end, after ``--``. A lossless part
always has a ``-`` between name and value and a hash never has one, so the two kinds of
names cannot meet.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

LONGEST = 80  # characters, so that a folder and an extension still fit anywhere
_HASH = 12  # hexadecimal digits: a million runs collide with a chance of 0.2 %
_SAFE_NAME = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_SAFE_VALUE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*|[0-9]+\.[0-9]+")
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]|index")  # by Windows, by us


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
    wanted = [stem, *(f"{key}-{_plain(value)}" for key, value in changed.items())]
    is_safe = (
        _SAFE_NAME.fullmatch(stem) is not None
        and _RESERVED.fullmatch(stem) is None
        and all(_SAFE_NAME.fullmatch(key) for key in changed)
        and all(_SAFE_VALUE.fullmatch(_plain(value)) for value in changed.values())
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


def _plain(value: Any) -> str:
    """Return a value as it would be typed; lists and floats as JSON."""
    return value if isinstance(value, str) else canonical(value)

"""Whether a page says what the workbook says: the report is made anew and compared.

A page may come from anyone. Its label says from which notebook of the workbook, with
which parameters it was made; no path in it is opened, and no part of it is run.
"""

from __future__ import annotations

import html
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, quoted
from rareearth.render import library, pool, provenance, report
from rareearth.render.job import plan

LARGEST, LONGEST_LABEL = 50_000_000, 1_000_000  # bytes
PATIENCE = 600.0  # seconds that a report may take
# What a report was made with, but what it says need not rest on.
MADE_WITH = "commit", "own", "package_version"
_LABEL = b'<meta name="rareearth" content=\'', b"'>"
_HEADING = re.compile(
    rb"<(?:h\d|details class=\"block\"><summary)[^>]*>(?!Contents<)(.*?)</(?:h|su)"
)
_TAG = re.compile(rb"<[^>]*>")

Label = dict[str, Any]


def compare(
    page: Path, notebook: str = "", own: Path | None = None
) -> tuple[str, list[str]]:
    """Return which report a page is, and in words how it differs from it made anew.

    Parameters
    ----------
    notebook : str, optional
        The notebook that the page is from, if it is none of the workbook's.
    own : Path, optional
        The folder of own figures that it was made with.

    Returns
    -------
    name : str
        How its file would be called.
    differences : list of str
        What it was made from and is not the same here, then where the page first
        differs beyond that; empty if it is the same, byte for byte.

    Raises
    ------
    ParameterError
        If nothing can be compared: the file is no report, or it cannot be made anew.
    """
    try:
        found = library.read(page, LARGEST)
        about = label(found)
    except OSError as error:
        raise ParameterError(f"cannot read {page}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _nothing(page, "has no label that says what a report is from") from None
    if own is None and any(name.startswith("own/") for name in about["files"]):
        raise _nothing(page, "was made with own figures: give their folder with --data")
    stem = str(about["files"].get("its notebook", ""))
    known = {path.stem: path for path in library.notebooks()}
    source = library.find(notebook) if notebook else known.get(stem)
    if source is None:
        what = f"is from the notebook {quoted(stem)}"
        raise _nothing(page, f"{what}, none of the workbook's: name it with --notebook")
    name, made, run = anew(source, about["parameters"], own)
    if found == made:
        return name, []
    here = label(made)
    told = provenance.changes(about, here)
    if about["versions"] != here["versions"]:
        made = _as_made_with(about["versions"], run)
    same = "but for that, the page says what the workbook says"
    return name, [*told, same if found == made else _first(found, made)]


def _nothing(page: Path, why: str) -> ParameterError:
    return ParameterError(f"{page} {why}; nothing was compared")


def label(page: bytes) -> Label:
    """Return what a page says that it was made from, as `provenance.changes` words it.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError, RecursionError
        If it has no label, or another one.
    """
    start, end = _LABEL
    text = page.partition(start)[2][:LONGEST_LABEL].partition(end)[0]
    about = json.loads(html.unescape(text.decode()))
    entries = [*about.pop("data"), *about.pop("modules")]
    files = {str(each["name"]): each["sha256"] for each in entries}
    versions = {**about.pop("environment")}
    versions |= {key: about.pop(key) for key in MADE_WITH if key in about}
    return {
        "parameters": {**about.pop("parameters")},
        "versions": {name: str(each) for name, each in versions.items()},
        "files": {**files, **{f"its {key}": value for key, value in about.items()}},
    }


def anew(notebook: Path, given: Label, own: Path | None) -> tuple[str, bytes, str]:
    """Return name, page and executed notebook of a report, made in a folder apart.

    Raises
    ------
    ParameterError
        If the notebook has no such parameters or values, or its run fails.
    """
    with tempfile.TemporaryDirectory(prefix="rareearth-") as folder:
        job = plan(notebook, given, Path(folder), own, PATIENCE)
        with pool.local(1, PATIENCE) as executor:
            (result,) = report.run([job], executor)
        if result.error:
            raise ParameterError(f"it cannot be made anew: {result.error}")
        return job.name, job.page.read_bytes(), job.executed.read_text("utf-8")


def _as_made_with(versions: Label, run: str) -> bytes:
    """Return the page of a run as if it had been made with what another label names."""
    import nbformat

    from rareearth.render.page import render

    notebook = nbformat.reads(run, as_version=4)
    others = {key: versions.pop(key) for key in MADE_WITH if key in versions}
    environment = provenance.versions() | versions  # in its own order
    notebook.metadata["rareearth"].update(others, environment=environment)
    return render(notebook).encode()


def _first(found: bytes, made: bytes) -> str:
    """Return where a page first differs below its head, else in its head, in words."""
    theirs, ours = (
        b"".join(page.partition(b"</head>")[::-1]) for page in (found, made)
    )
    place = len(os.path.commonprefix([theirs, ours]))  # noqa: RUF071 - of bytes
    where = "above its title"
    if headings := _HEADING.findall(ours[:place]):
        heading = html.unescape(_TAG.sub(b"", headings[-1]).decode())
        where = f"below {quoted(heading)}"
    if b"</head>" in ours[:place]:
        where = "in its head"
    word = max(ours.rfind(mark, 0, place) for mark in (b" ", b">", b"\n")) + 1
    part = slice(max(word, place - 30), place + 25)
    it, anew = (quoted(each[part].decode(errors="replace")) for each in (theirs, ours))
    return f"the page first differs {where}: it has {it}, made anew it is {anew}"

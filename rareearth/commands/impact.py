"""What a proposal changes in the reports: each is made with it and without it.

Which series a report uses it has recorded when it was made; reports that use none which
the proposal touches are not run. The others are made with it in a copy of the workbook.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import unescape
from itertools import zip_longest
from pathlib import Path

from rareearth.commands import proposals
from rareearth.errors import DataError, ParameterError
from rareearth.figures.csv_files import OWN
from rareearth.render import index, library, pool, provenance, report
from rareearth.render.job import Job, plan

_TITLE = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_TAG = re.compile(r"<sup\b.*?</sup>|<[^>]+>", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b.*?</t[hd]>", re.DOTALL)
_SAID = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)
MOST = 12  # changed sentences of a report that are listed


def lines(path: Path, folder: Path) -> Iterator[str]:
    """Yield in words what the reports say with a proposal, and said without it.

    Parameters
    ----------
    path : Path
        A proposal for the curated figures.
    folder : Path
        Where the reports without it lie; those that are out of date are made there.

    Raises
    ------
    DataError, ParameterError
        If the proposal cannot be accepted, or a report cannot be made.
    """
    proposal = proposals.read(path)
    if any(row["confidence"] == OWN for row in proposal.taken):
        raise DataError(
            f"{path}: is for a folder of one's own: render with --data and compare"
        )
    touched = {row["series"] for row in proposal.taken}
    with tempfile.TemporaryDirectory(prefix="rareearth-") as name:
        copy = _copy(Path(name))
        for line in proposals.accept(path, folder=_data(copy)):
            yield f"with it, {line}"
        jobs = [plan(notebook, {}, folder) for notebook in library.notebooks()]
        _make([job for job in jobs if _is_needed(job, touched)])
        using = [job for job in jobs if touched & set(_series(job) or touched)]
        _render(copy, [job.notebook.stem for job in using])
        for job in using:
            with_it = copy / "outputs" / job.executed.name
            yield from _compared(job, touched & set(_series(job) or touched), with_it)
    rest = [job.notebook.stem[:2] for job in jobs if job not in using]
    yield f"not run, since they use none of it: {', '.join(rest) or 'none'}"


def _is_needed(job: Job, touched: set[str]) -> bool:
    """Return whether a report has to be made to know what it says and what it uses.

    One that data alone have put out of date uses the series that it has recorded.
    """
    known, state = _series(job), provenance.state(job)
    if known is None or state.kind == "fresh":
        return known is None
    by_data = all(reason.startswith("data/") for reason in state.reasons)
    return not by_data or bool(touched & set(known))


def _series(job: Job) -> list[str] | None:
    """Return the series that a report has recorded, None if it has not."""
    found: list[str] | None = (provenance.read(job) or {}).get("series")
    return found


def _make(jobs: list[Job]) -> None:
    if not jobs:
        return
    jobs[0].folder.mkdir(parents=True, exist_ok=True)
    with pool.local(min(pool.cpus(), len(jobs))) as executor:
        for result in report.run(jobs, executor):
            if result.error:
                raise ParameterError(
                    f"{result.job.name} cannot be made: {result.error}"
                )


def _copy(folder: Path) -> Path:
    """Return a copy of the package with notebooks and figures, as in a checkout."""
    shutil.copytree(library.PACKAGE, folder / "rareearth")
    if library.checkout():
        for each in (library.notebooks_folder(), library.data_folder()):
            shutil.copytree(each, folder / each.name)
        (folder / "pyproject.toml").touch()
    return folder


def _data(copy: Path) -> Path:
    return copy / "data" if library.checkout() else copy / "rareearth" / "data"


def _render(copy: Path, stems: list[str]) -> None:
    """Make reports in a copy of the workbook, by its own command."""
    if not stems:
        return
    command = [sys.executable, "-m", "rareearth", "render", *stems, "--quiet"]
    given = {"PYTHONPATH": str(copy), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [*command, "--out", str(copy / "outputs")],
        cwd=copy,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ParameterError(f"with the proposal: {done.stderr.strip() or done.stdout}")


def _compared(job: Job, series: set[str], path: Path) -> Iterator[str]:
    """Yield what differs between a report and the same one with the proposal."""
    before, after = (_said(each) for each in (job.executed, path))
    yield f"{job.notebook.stem} (uses {', '.join(sorted(series))})"
    changed = False
    for kind in ("key figure", "verdict", "chart title", "sentence"):
        pairs = list(_pairs(before[kind], after[kind]))
        for old, new in pairs[:MOST]:
            yield f"  {kind}: {old or '(none)'}"
            yield f"  {' ' * len(kind)}  -> {new or '(none)'}"
        if len(pairs) > MOST:
            yield f"  and {len(pairs) - MOST:,} more of this kind"
        changed |= bool(pairs)
    if not changed:
        yield "  nothing that it says changes"


def _said(path: Path) -> dict[str, list[str]]:
    """Return the key figures, verdicts, chart titles and sentences of a report.

    A verdict is a row of a table that has a column of that name.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {
        "key figure": [],
        "verdict": [],
        "chart title": [],
        "sentence": [],
    }
    for html, data in index.displayed(notebook["cells"]):
        for each in data.get(index.FINDINGS, []):
            text = f"{each['label']}: {each['value']} ({each['range']})"
            found["key figure"].append(text)
        if html.startswith("<figure"):
            found["chart title"] += map(_text, _TITLE.findall(html)[:1])
        elif said := _SAID.match(html):
            found["sentence"].append(_text(said[1]))
        elif "<table" in html:
            found["verdict"] += _verdicts(html)
    return found


def _verdicts(html: str) -> Iterator[str]:
    head, *rows = ([_text(c) for c in _CELL.findall(row)] for row in _ROW.findall(html))
    if "Verdict" in head:
        place = head.index("Verdict")
        for row in rows:
            yield f"{row[0]}: {row[place]}" if place else " | ".join(row)


def _text(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())


def _pairs(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what changed between two lists, old beside new; "" where one is alone."""
    for what, a, b, c, d in SequenceMatcher(None, before, after, False).get_opcodes():
        if what != "equal":
            yield from zip_longest(before[a:b], after[c:d], fillvalue="")

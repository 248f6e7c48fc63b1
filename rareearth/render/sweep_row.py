"""One run of a sweep as a row of its table, and where rows wait until all are there."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, Self

from rareearth.render import library, thumbnail
from rareearth.render.job import Job, Result, canonical

FINDINGS = (
    "application/vnd.rareearth.findings+json"  # as rareearth.display.output emits them
)
Finding = tuple[str, str, str]  # label, value, range or condition


@dataclass
class Row:
    """What the table and the pictures say of one run."""

    name: str
    parameters: dict[str, Any]
    error: str = ""
    partial: str = ""  # the file with what a failed run got to
    title: str = ""
    findings: list[Finding] = field(default_factory=list)
    picture: str = ""
    alt: str = ""

    @property
    def state(self) -> str:
        """Return ``made`` or ``failed``, whenever it was."""
        return "failed" if self.error else "made"


def read(result: Result, most: int) -> Row:
    """Return the row of a finished run, its picture of at most `most` characters.

    A run that failed has no findings, even where an older report is kept: what it
    says is not what was asked for.
    """
    job = result.job
    row = Row(job.name, dict(job.parameters), result.error)
    if result.error:
        row.partial = job.failed.name if job.failed.is_file() else ""
        return row
    try:
        cells = json.loads(job.executed.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        row.error = f"{job.executed.name} cannot be read"
        return row
    row.title = library.title(cells)
    for html, found in _shown(cells):
        row.findings += [(e["label"], e["value"], e["range"]) for e in found]
        if not row.picture and not row.alt:
            row.picture, row.alt = thumbnail.first_picture(html, most)
    return row


def _shown(cells: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield for each output its HTML, a picture as ``<img>``, and its findings."""
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = "".join(data.get("text/html", ""))
            if not html and "image/png" in data:
                png = "".join("".join(data["image/png"]).split())
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                html = (
                    f'<img src="data:image/png;base64,{png}" alt="{escape(str(alt))}">'
                )
            found = data.get(FINDINGS, [])
            yield html, [each for each in found if {"label", "value"} <= each.keys()]


class Spool:
    """Rows on disk, taken in as they come and given back in the order of the grid.

    So that the memory of a sweep does not grow with its runs.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._places: dict[str, int] = {}
        self._starts: dict[int, int] = {}

    def expect(self, job: Job) -> bool:
        """Give `job` the next place; return False if its name has one already."""
        if job.name in self._places:
            return False
        self._places[job.name] = len(self._places)
        return True

    def add(self, row: Row) -> None:
        """Take in the row of a job that was expected."""
        self._starts[self._places[row.name]] = self._file.seek(0, 2)
        self._file.write(json.dumps(asdict(row)).encode() + b"\n")

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in the order in which their jobs were expected."""
        for place in sorted(self._starts):
            self._file.seek(self._starts[place])
            content = json.loads(self._file.readline())
            content["findings"] = [tuple(each) for each in content["findings"]]
            yield Row(**content)

    def __len__(self) -> int:
        return len(self._starts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()


class Columns:
    """The findings of all runs by what they are about, so that they share columns.

    ``China, share of mining`` in a run for China and ``Australia, share of mining`` in
    one for Australia are both ``[country], share of mining``.
    """

    def __init__(self, varied: Sequence[str], most: int = 40) -> None:
        self.varied, self.most = varied, most
        self.labels: list[str] = []
        self.has_more = False

    def place(self, row: Row) -> tuple[dict[str, Finding], list[Finding]]:
        """Return the findings of a row by column, and those that have no column."""
        placed: dict[str, Finding] = {}
        rest: list[Finding] = []
        for finding in row.findings:
            label = self._label(finding[0], row.parameters)
            if label not in self.labels and len(self.labels) < self.most:
                self.labels.append(label)
            if label in self.labels and label not in placed:
                placed[label] = finding
            else:
                rest.append(finding)
        self.has_more = self.has_more or bool(rest)
        return placed, rest

    def _label(self, label: str, used: Mapping[str, Any]) -> str:
        """Return a label with the names of varied parameters instead of their values.

        Where two parameters have one value, the name is taken that makes a known one.
        """
        choices = [
            general(label, {n: used[n] for n in order})
            for order in (self.varied, self.varied[::-1])
        ]
        return next((each for each in choices if each in self.labels), choices[0])


def general(label: str, values: Mapping[str, Any]) -> str:
    """Return `label` with ``[name]`` for each value of a parameter that stands in it.

    Flags, lists and single characters are no words that can be found again.
    """
    names: dict[str, str] = {}
    for name, value in values.items():
        if not isinstance(value, bool | list) and len(str(value)) > 1:
            names.setdefault(str(value), name)
    if not names:
        return label
    longest = sorted(names, key=len, reverse=True)
    found = "|".join(map(re.escape, longest))
    pattern = rf"(?<!\w)(?:{found})(?!\w)"
    return re.sub(pattern, lambda match: f"[{names[match[0]]}]", label)


def readable(value: Any) -> str:
    """Return the value of a parameter as it would be typed."""
    return value if isinstance(value, str) else canonical(value)

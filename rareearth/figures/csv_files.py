"""Read the CSV files of a data folder strictly, each once.

A file is read as text, so that nothing is guessed: a field that is not what its
column promises is reported with file, line, column and value, and never turned
into something else. Every file that was read is remembered with its hash.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import DataError, nearest, quoted

FIGURE_COLUMNS = (
    "figure_id,series,entity,product,period_start,period_end,value,low,high,unit,"
    "price_year,basis,source_id,locator,confidence,note"
).split(",")
DICTIONARIES = {
    name: columns.split(",")
    for name, columns in {
        "series": "series,table,title,unit,kind,stage,low,high,note,period_days,"
        "next_expected",
        "entities": "entity,kind,iso3,country,note",
        "products": "product,form,elements,group,formula,metal_content,note",
        "bases": "code,kind,meaning",
        "sources": "source_id,title,publisher,published,lag_days,url,kind,confidence,"
        "terms,via,note,short,origin,publication",
    }.items()
}
MAY_LACK = ("period_days", "next_expected", "short", "origin", "publication")
RECORDS = {
    name: columns.split(",")
    for name, columns in {
        "events": "event_id,date_announced,date_effective,date_until,actor,kind,"
        "subject,covers,target,suspends,ends,title,source_id,locator,confidence,note",
        "milestones": "milestone_id,project,product,step,planned_start,planned_end,"
        "actual_start,actual_end,as_stated_on,source_id,locator,confidence,note",
        "explanations": "check_id,expected,reason",
        "assumptions": "assumption_id,topic,parameter,entity,product,value,low,high,"
        "unit,price_year,direction,reason,falsified_by,note",
        "quantities": "quantity,kind,unit,meaning",
        "claims": "claim_id,article,published,location,topic,subject,quantity,"
        "product,period_start,period_end,value,low,high,unit,qualifier,due,paraphrase,"
        "fragment",
        "claim_checks": "check_id,claim_id,verdict,value,low,high,unit,period,"
        "source_id,locator,reasoning",
        "claim_differences": "claim_id,computed,written,reason",
    }.items()
}
CONFIDENCE = ("tertiary", "secondary", "primary")  # from weak to strong
OWN = "own"  # in a user's own folder: outranks the published figures
YEARS = pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 12, 31)  # nanoseconds hold them
MOST_BYTES = 50_000_000  # curated tables are kilobytes; anything else is a mistake


class Problem(NamedTuple):
    """One violation: where it is, what stands there and what was expected."""

    file: str
    line: int | None
    column: str | None
    text: str

    def __str__(self) -> str:
        """Return ``file:line: column: text`` without the parts that are unknown."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.column, self.text) if part)


@dataclass(frozen=True)
class Table:
    """One CSV file as text columns; line `i + 2` of the file is row `i`."""

    file: str
    frame: pd.DataFrame
    sha256: str

    def line(self, row: int | np.integer) -> int:
        """Return the line of the file on which a row stands."""
        return int(row) + 2


_cache: dict[Path, tuple[tuple[int, int], Table]] = {}
_read: dict[Path, str] = {}
_opening: set[str] = set()  # what `read` itself opens; see rareearth.render.recorder


def files_read() -> dict[Path, str]:
    """Return the data files read by this process, with the SHA-256 of each."""
    return dict(_read)


def note(read_before: dict[Path, str]) -> None:
    """Count files as read whose content was kept from before, with their SHA-256."""
    _read.update(read_before)


def begin_record() -> None:
    """Count no file as read yet; what was parsed stays in memory."""
    _read.clear()


def is_reading(path: str) -> bool:
    """Return whether it is `read` that opens `path`, and nobody behind its back."""
    return path in _opening


def read(path: Path, columns: list[str]) -> Table:
    """Return a CSV file as text columns.

    Raises
    ------
    DataError
        If the file is missing, too large, empty, not UTF-8, starts with a
        byte-order mark, has a broken quote, a line of the wrong length, or other
        columns than `columns`. The message names file and line.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read: {error.strerror}") from error
    stamp = (stat.st_mtime_ns, stat.st_size)
    if path in _cache and _cache[path][0] == stamp:
        table = _cache[path][1]
    else:
        table = _parse(path, columns, stat.st_size)
        _cache[path] = (stamp, table)
    if list(table.frame.columns) != columns:
        raise DataError(_column_message(path.name, list(table.frame.columns), columns))
    _read[path] = table.sha256
    return table


def _parse(path: Path, columns: list[str], size: int) -> Table:
    name = path.name
    if size > MOST_BYTES:
        raise DataError(
            f"{name}: {size / 1e6:.0f} MB; a table of figures has at most "
            f"{MOST_BYTES / 1e6:.0f} MB"
        )
    raw = _bytes(path)
    rows = _rows(name, _text(name, raw))
    if rows[0] != columns:
        needed = [column for column in columns if column not in MAY_LACK]
        if rows[0] != needed:
            raise DataError(_column_message(name, rows[0], columns))
    for line, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise DataError(
                f"{name}:{line}: {len(row)} fields; expected {len(rows[0])} "
                f"({rows[0][0]} ... {rows[0][-1]})"
            )
    body = rows[1:]
    cells = np.array(body, dtype=object).reshape(len(body), len(rows[0]))
    by_column = np.asfortranarray(cells)  # a column is what will be asked for
    frame = pd.DataFrame(by_column, columns=rows[0], dtype=object, copy=False)
    if rows[0] != columns:
        frame = frame.reindex(columns=columns, fill_value="")
    return Table(name, frame, hashlib.sha256(raw).hexdigest())


def text_of(path: Path) -> str:
    """Return the text of another file of the folder, such as its descriptor.

    Raises
    ------
    DataError
        If it cannot be read or is not UTF-8.
    """
    return _text(path.name, _bytes(path))


def _bytes(path: Path) -> bytes:
    _opening.add(str(path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read: {error.strerror}") from error
    finally:
        _opening.discard(str(path))


def _text(name: str, raw: bytes) -> str:
    if not raw.strip():
        raise DataError(f"{name}: empty file; expected a header line and figures")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise DataError(
            f"{name}:1: starts with a byte-order mark; save it as UTF-8 without BOM"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(
            f"{name}:{line}: not UTF-8 (byte 0x{raw[error.start]:02x}); save the file "
            "as UTF-8"
        ) from error
    if "\0" in text or "\r" in text:
        for line, content in enumerate(text.split("\n"), start=1):
            if "\0" in content or "\r" in content.removesuffix("\r"):
                raise DataError(f"{name}:{line}: control character in the line")
    return text


def _rows(name: str, text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
        is_whole = reader.line_num == len(rows)
    except csv.Error:
        is_whole = False
    if not is_whole:
        raise DataError(f"{name}:{_broken_quote(text)}")
    return rows


def _broken_quote(text: str) -> str:
    """Return the line of a quote that is broken or swallows a line's end, and why."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    read = 0
    try:
        for _ in reader:
            read += 1
            if reader.line_num != read:
                break
    except csv.Error as error:
        return f"{read + 1}: broken quote: {error}"
    return f"{read}: a quote is opened and not closed"


def _column_message(name: str, found: list[str], expected: list[str]) -> str:
    missing = [column for column in expected if column not in found]
    surplus = [column for column in found if column not in expected]
    parts = [f"missing column {', '.join(missing)}"] if missing else []
    for column in surplus:
        parts.append(f"unknown column {quoted(column)} ({nearest(column, expected)})")
    if not parts:
        parts = ["a column stands twice or in another order"]
    return f"{name}:1: {'; '.join(parts)}; expected {','.join(expected)}"


def numbers(table: Table, column: str) -> tuple[pd.Series, list[Problem]]:
    """Return a text column as float64 (NaN where empty), and what is not a number."""
    text = table.frame[column].to_numpy()
    values = np.asarray(pd.to_numeric(text, errors="coerce"), dtype="float64")
    bad = (text != "") & ~np.isfinite(values)
    expected = "is not a number (digits, a point, no separators)"
    return pd.Series(values, name=column), _cells(table, column, bad, expected)


def dates(table: Table, column: str) -> tuple[pd.Series, list[Problem]]:
    """Return a text column as datetime64, and what is not an ISO date."""
    which, text = pd.factorize(table.frame[column].to_numpy())  # many rows, few days
    whole = [each if len(each) == 10 else None for each in text]  # 2024-1-5 is none
    days = pd.to_datetime(pd.Series(whole), format="%Y-%m-%d", errors="coerce")
    days = days.where(days.between(*YEARS)).astype("datetime64[ns]")
    values = days.to_numpy()[which]
    expected = "is not a date; expected YYYY-MM-DD between 1700 and 2200"
    found = _cells(table, column, np.isnat(values), expected)
    return pd.Series(values, name=column), found


def _cells(table: Table, column: str, bad: np.ndarray, expected: str) -> list[Problem]:
    wrong = np.flatnonzero(bad)
    text = table.frame[column].to_numpy()[wrong]
    return [
        Problem(table.file, table.line(row), column, f"{quoted(cell)} {expected}")
        for row, cell in zip(wrong, text, strict=True)
    ]


def unknown(table: Table, column: str, known: pd.Index) -> list[Problem]:
    """Return the cells of a key column that are not in its dictionary."""
    text = table.frame[column]
    return [
        Problem(
            table.file,
            table.line(row),
            column,
            f"unknown {column} {quoted(text[row])}; {nearest(text[row], known)}",
        )
        for row in np.flatnonzero(~text.isin(known))
    ]


def repeated(table: Table, columns: list[str], what: str) -> list[Problem]:
    """Return the rows whose `columns` stand in an earlier row already."""
    frame = table.frame[columns]
    later = frame.duplicated()
    found = []
    for row in np.flatnonzero(later):
        same = (frame == frame.loc[row]).all(axis=1)
        first = table.line(int(np.flatnonzero(same)[0]))
        value = ", ".join(str(cell) for cell in frame.loc[row] if cell)
        found.append(
            Problem(
                table.file,
                table.line(row),
                columns[0],
                f"{what} as line {first}: {value}",
            )
        )
    return found


def rows(
    table: Table,
    bad: pd.Series | np.ndarray,
    column: str,
    text: str | Callable[[int], str],
) -> Iterator[Problem]:
    """Return a problem for each row that is `bad`.

    `text` is one text for all, or makes the text of a row: it is called for bad rows
    only, so that sound tables cost nothing.
    """
    for row in np.flatnonzero(bad):
        message = text if isinstance(text, str) else text(int(row))
        yield Problem(table.file, table.line(row), column, message)

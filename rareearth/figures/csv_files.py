"""Read the tables of a data folder, each once: CSV files, and sheets of workbooks.

A file is read as text, so that nothing is guessed: a field that is not what its
column promises is reported with file, line, column and value, and never turned
into something else. Every file that was read is remembered with its hash.

The curated files are read strictly. A user's own may be as spreadsheets write them:
with a byte-order mark, semicolons between the fields, empty lines at the end, an ending
in capitals, or a sheet of a workbook (XLSX), which is a table of its own.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

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
        "glossary": "term,meaning",
        "assumptions": "assumption_id,topic,parameter,entity,product,value,low,high,"
        "unit,price_year,direction,reason,falsified_by,note",
        "expectations": "expectation_id,filed_on,series,entity,product,period_start,"
        "period_end,value,low,high,unit,level,basis,model,note",
        "quantities": "quantity,kind,unit,meaning",
        "claims": "claim_id,article,published,location,topic,subject,quantity,"
        "product,period_start,period_end,value,low,high,unit,qualifier,due,paraphrase,"
        "fragment,found_by,series,entity,figure_product,figure_start,figure_end,codes,"
        "evidence,basis,counts,at_least,at_most,reading,corrected,report",
        "claim_checks": "check_id,claim_id,verdict,value,low,high,unit,period,"
        "source_id,locator,reasoning",
        "claim_differences": "claim_id,computed,written,reason",
    }.items()
}
DAYS = (
    "period_start period_end date_announced date_effective date_until planned_start "
    "planned_end actual_start actual_end filed_on due next_expected"
).split()
NUMBERS = (
    "value low high level price_year expected at_least at_most period_days".split()
)
CONFIDENCE = ("tertiary", "secondary", "primary")  # from weak to strong
OWN = "own"  # in a user's own folder: outranks the published figures
YEARS = pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 12, 31)  # nanoseconds hold them
MOST_BYTES = 50_000_000  # curated tables are kilobytes; anything else is a mistake
MOST_LINES = 1_000_000  # of a table; a figure takes some hundred bytes
MOST_COLUMNS = 64  # of a sheet that are looked at
MOST_UNPACKED = 400_000_000  # bytes of a workbook, which is packed
MOST_PROBLEMS = 1_000  # of one kind in one table that are listed one by one
WORKBOOK = ".xlsx"
BOM = b"\xef\xbb\xbf"
# What other programs leave in a folder: hidden files, locks of open documents.
_LEFT = (".", "~$")


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


@dataclass
class Used:
    """What this process has used so far, for the record of a report."""

    files: dict[Path, str] = field(default_factory=dict)  # with the SHA-256 of each
    series: set[str] = field(default_factory=set)  # of which figures were asked for
    own_rows: bool = False  # whether a row of a user's own figures is among it

    def clear(self) -> None:
        """Count nothing as used; what was parsed stays."""
        self.files.clear()
        self.series.clear()
        self.own_rows = False


used = Used()
opening: set[str] = set()  # what `read` itself opens; see rareearth.render.recorder
_cache: dict[Path, tuple[tuple[int, int], Table]] = {}
_titles: dict[Path, tuple[tuple[int, int], list[str]]] = {}  # sheets of a workbook


def tables_in(where: Path) -> dict[str, Path]:
    """Return the tables of a folder by name, in lower case and sorted.

    A sheet of a workbook lies, for `read`, below the file: ``figures.xlsx/prices``.

    Raises
    ------
    DataError
        If two tables have one name, or a workbook cannot be read.
    """
    found: dict[str, Path] = {}
    for path in sorted(where.iterdir()):
        ending = path.suffix.lower()
        if path.name.startswith(_LEFT) or ending not in (".csv", WORKBOOK):
            continue
        parts = sheets(path) if ending == WORKBOOK else {path.stem: path}
        for name, place in parts.items():
            other = found.setdefault(name.lower(), place)
            if other != place:
                raise DataError(
                    f"{_name(place)}: another table of that name is {_name(other)}"
                )
    return dict(sorted(found.items()))


def passed_over(where: Path) -> list[str]:
    """Return the files of a folder that `tables_in` does not read, by name."""
    endings = (".csv", WORKBOOK)
    return [
        path.name
        for path in sorted(where.iterdir())
        if not path.is_dir()
        and (path.name.startswith(_LEFT) or path.suffix.lower() not in endings)
    ]


def read(path: Path, columns: list[str], *, strict: bool = True) -> Table:
    """Return a CSV file, or a sheet of a workbook, as text columns.

    Parameters
    ----------
    path : Path
        As `tables_in` gives it.
    strict : bool, default True
        Only UTF-8 without byte-order mark, with commas, without empty lines. A user's
        own file may be as spreadsheets write it.

    Raises
    ------
    DataError
        If the file is missing, no regular file, too large, empty, not UTF-8, has a
        broken quote, a line break inside a cell, a line of the wrong length, or other
        columns than `columns`. The message names file and line.
    """
    file = file_of(path)
    try:
        status = file.stat()
    except OSError as error:
        raise DataError(f"{file.name}: cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{file.name}: is no regular file")
    stamp = (status.st_mtime_ns, status.st_size)
    if path in _cache and _cache[path][0] == stamp:
        table = _cache[path][1]
    else:
        table = _parse(path, columns, status.st_size, strict=strict)
        _cache[path] = (stamp, table)
    if list(table.frame.columns) != columns:
        raise DataError(_column_message(table.file, list(table.frame.columns), columns))
    used.files[file] = table.sha256
    return table


def file_of(path: Path) -> Path:
    """Return the file in which a table lies: of a sheet, its workbook."""
    return path.parent if path.parent.suffix.lower() == WORKBOOK else path


def _name(path: Path) -> str:
    """Return how a message names a table: ``prices.csv``, ``figures.xlsx/prices``."""
    file = file_of(path)
    return file.name if file == path else f"{file.name}/{path.name}"


def _parse(path: Path, columns: list[str], size: int, *, strict: bool) -> Table:
    name = _name(path)
    if size > MOST_BYTES:
        raise DataError(
            f"{name}: {size / 1e6:.0f} MB; a table of figures has at most "
            f"{MOST_BYTES / 1e6:.0f} MB"
        )
    raw = _bytes(file_of(path))
    if file_of(path) != path:
        rows = _sheet(name, raw, path.name)
    elif strict:
        rows = _rows(name, _text(name, raw))
    else:
        text = _text(name, raw.removeprefix(BOM))
        rows = _rows(name, text, _separator(text))
    if not strict:
        while len(rows) > 1 and not any(rows[-1]):
            rows.pop()
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


def header_of(path: Path) -> list[str]:
    """Return the names of the columns of a user's own table.

    Raises
    ------
    DataError
        If it cannot be read or is not UTF-8.
    """
    if file_of(path) != path:
        return _sheet(_name(path), _bytes(file_of(path)), path.name)[0]
    text = _text(path.name, _bytes(path).removeprefix(BOM))
    lines = text.splitlines()[:1]
    return next(csv.reader(lines, delimiter=_separator(text)), [])


def _bytes(path: Path) -> bytes:
    opening.add(str(path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read: {error.strerror}") from error
    finally:
        opening.discard(str(path))


def _text(name: str, raw: bytes) -> str:
    if not raw.strip():
        raise DataError(f"{name}: empty file; expected a header line and figures")
    if raw.startswith(BOM):
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


def _separator(text: str) -> str:
    """Return what stands between the fields of a header: a comma or a semicolon."""
    header = text.partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _rows(name: str, text: str, separator: str = ",") -> list[list[str]]:
    """Return the fields of each line, of which a cell is a part."""
    if text.count("\n") > MOST_LINES:
        raise DataError(f"{name}: more than {MOST_LINES:,} lines")
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, strict=True, delimiter=separator)
    rows: list[list[str]] = []
    broken = 0
    try:
        for row in reader:
            rows.append(row)
            if not broken and reader.line_num != len(rows):
                broken = len(rows)
    except csv.Error as error:
        line = broken or len(rows) + 1
        raise DataError(f"{name}:{line}: broken quote: {error}") from None
    if broken:
        raise DataError(
            f"{name}:{broken}: a line break inside a cell, or a quote that is "
            "not closed"
        )
    return rows


def workbook(name: str, raw: bytes) -> Any:
    """Return an XLSX workbook that is open for reading.

    Raises
    ------
    DataError
        If it is none, or would be too large once unpacked.
    """
    from openpyxl import load_workbook  # only who brings a workbook pays for it

    try:
        packed = zipfile.ZipFile(io.BytesIO(raw))
        size = sum(part.file_size for part in packed.infolist())
        if size > MOST_UNPACKED:
            raise ValueError(f"{size / 1e6:,.0f} MB once unpacked")
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        for sheet in book:
            sheet.reset_dimensions()  # they may be anything; the rows tell
    except Exception as error:
        raise DataError(f"{name}: is no workbook that can be read: {error}") from error
    return book


def sheets(path: Path) -> dict[str, Path]:
    """Return the sheets of a workbook that hold anything, by name."""
    status = path.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    if path not in _titles or _titles[path][0] != stamp:
        book = workbook(path.name, _bytes(path))
        cells = {each.title: _rows_of(each) for each in book}
        filled = [title for title, rows in cells.items() if any(map(any, rows))]
        _titles[path] = (stamp, filled)
    return {title: path / title for title in _titles[path][1]}


def _sheet(name: str, raw: bytes, title: str) -> list[list[str]]:
    """Return the cells of a sheet as text."""
    book = workbook(name, raw)
    blank = [""] * MOST_COLUMNS  # one for all: a sheet can end in a million of them
    rows = [
        blank if row.count(None) == len(row) else [cell_text(value) for value in row]
        for row in _rows_of(book[title])
    ]
    if not any(map(any, rows)):
        raise DataError(f"{name}: empty sheet; expected a header line and figures")
    width = max((place + 1 for place, cell in enumerate(rows[0]) if cell), default=0)
    return [row[:width] if not any(row[width:]) else row for row in rows]


def _rows_of(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a sheet, whose last may say that it is the billionth."""
    ends = {"max_row": MOST_LINES, "max_col": MOST_COLUMNS}
    found: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True, **ends)
    return found


def cell_text(value: object) -> str:
    """Return what a cell of a sheet holds as text: whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _column_message(name: str, found: list[str], expected: list[str]) -> str:
    named = dict.fromkeys(found)
    missing = [column for column in expected if column not in named]
    surplus = [column for column in named if column not in expected]
    parts = [f"missing column {', '.join(missing)}"] if missing else []
    for column in surplus[: len(expected)]:
        parts.append(f"unknown column {quoted(column)} ({nearest(column, expected)})")
    if not parts:
        parts = ["a column stands twice or in another order"]
    return f"{name}:1: {'; '.join(parts)}; expected {','.join(expected)}"


def typed(table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """Return a table typed, and what is no day or number in it.

    A column has one type wherever it stands: `DAYS` are datetime64, `NUMBERS` float64,
    ``price_year`` Int64, the rest str. What is empty is missing.
    """
    found: dict[str, pd.Series] = dict(table.frame.items())
    problems: list[Problem] = []
    for column in found:
        if column in (*DAYS, *NUMBERS):
            reader = dates if column in DAYS else numbers
            found[column], wrong = reader(table, column)
            problems += wrong
    if "price_year" in found:
        found["price_year"] = found["price_year"].round().astype("Int64")
    return pd.DataFrame(found), problems


def numbers(table: Table, column: str) -> tuple[pd.Series, list[Problem]]:
    """Return a text column as float64 (NaN where empty), and what is not a number."""
    text = table.frame[column].to_numpy()
    values = np.asarray(pd.to_numeric(text, errors="coerce"), dtype="float64")
    bad = (text != "") & ~np.isfinite(values)
    expected = "is not a number (digits, a point, no separators)"
    return pd.Series(values, name=column), _cells(table, column, bad, expected)


def dates(table: Table, column: str) -> tuple[pd.Series, list[Problem]]:
    """Return a text column as datetime64 (NaT where empty), and what is no ISO date."""
    which, text = pd.factorize(table.frame[column].to_numpy())  # many rows, few days
    whole = [each if len(each) == 10 else None for each in text]  # 2024-1-5 is none
    days = pd.to_datetime(pd.Series(whole), format="%Y-%m-%d", errors="coerce")
    days = days.where(days.between(*YEARS)).astype("datetime64[ns]")
    values = days.to_numpy()[which]
    expected = "is not a date; expected YYYY-MM-DD between 1700 and 2200"
    bad = np.isnat(values) & (table.frame[column].to_numpy() != "")
    return pd.Series(values, name=column), _cells(table, column, bad, expected)


def _cells(table: Table, column: str, bad: np.ndarray, expected: str) -> list[Problem]:
    text = table.frame[column].to_numpy()
    return list(rows(table, bad, column, lambda row: f"{quoted(text[row])} {expected}"))


def unknown(
    table: Table, column: str, known: Iterable[str], *, several: bool = False
) -> list[Problem]:
    """Return the cells of a column that are not in its dictionary; empty ones may be.

    Of `several` names in a cell, with semicolons between them, the first that is not.
    """
    text, names = table.frame[column], set(known)
    wrong: dict[str, str] = {}
    for cell in filter(None, text.unique()):
        strange = [
            n for n in (cell.split(";") if several else [cell]) if n not in names
        ]
        if strange:
            wrong[cell] = strange[0]

    def what(row: int) -> str:
        name = wrong[text[row]]
        return f"unknown {column} {quoted(name)}; {nearest(name, names)}"

    return list(rows(table, text.isin(wrong), column, what))


def repeated(table: Table, columns: list[str], what: str) -> list[Problem]:
    """Return the rows whose `columns` stand in an earlier row already."""
    frame = table.frame[columns]
    later = frame.duplicated().to_numpy()
    if not later.any():
        return []
    alike = frame.groupby(columns, sort=False).ngroup().to_numpy()
    firsts = np.flatnonzero(~later)  # the groups are numbered as they first appear

    def which(row: int) -> str:
        value = ", ".join(str(cell) for cell in frame.loc[row] if cell)
        return f"{what} as line {table.line(int(firsts[alike[row]]))}: {value}"

    return list(rows(table, later, columns[0], which))


def rows(
    table: Table,
    bad: pd.Series | np.ndarray,
    column: str,
    text: str | Callable[[int], str],
) -> Iterator[Problem]:
    """Return a problem for each row that is `bad`; of many, the first and their number.

    `text` is one text for all, or makes the text of a row: it is called for bad rows
    only, so that sound tables cost nothing.
    """
    wrong = np.flatnonzero(bad)
    for row in wrong[:MOST_PROBLEMS]:
        message = text if isinstance(text, str) else text(int(row))
        yield Problem(table.file, table.line(row), column, message)
    if more := len(wrong[MOST_PROBLEMS:]):
        yield Problem(table.file, None, column, f"{more:,} more rows of the same kind")

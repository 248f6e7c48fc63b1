"""Read a publisher's file by a map: which cell is which column of a figure.

A map is a YAML file in ``data/intake``. It names the columns of the file, maps every
label to one of our names or to nothing, and says what a mark such as "W" stands for.
What it does not foresee is refused with its line, never guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from rareearth.errors import DataError, nearest, quoted, unknown_name
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries
from rareearth.figures.dictionaries import Dictionaries

PLACE = "intake"  # the folder of maps in that of the figures
ENDING = ".yml"
KEYS = (
    "title download source confidence figures adds scope ignore columns header "
    "records refuse_rows missing marks digits own"
).split()
ENTRY = (
    "series entity product period value unit price_year basis locator note sheet where "
    "expect when"
).split()
NEEDED = "series entity product period value unit basis locator".split()
BOUNDS = {">": ("low", "greater-than"), "<": ("high", "less-than")}
HEAD = 60  # lines of a file in which the header is looked for
_NUMBER = re.compile(r"-?\d+(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
_GLUED = re.compile(r"-?\d{1,3}(,\d{3})*,\d{4,}")
_FOOTNOTE = re.compile(r"(?<=[^\W\d)\]])\s?\d{1,2}$|(?<=[)\]])\s?\d{1,2}$")

Row = dict[str, str]


class Refused(Exception):
    """A row of the file cannot be taken; the text says why."""


@dataclass
class Reading:
    """What a file says: figures in our columns, and what could not be taken.

    Attributes
    ----------
    rows : list of dict
        The columns of a figure and ``line``, where it stands in the file.
    refused : list of (str, str)
        The place, and the reason.
    told : list of str
        What a person should know: columns that are new, how many rows lie outside.
    without : Counter
        How often each mark stands for no number.
    """

    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    without: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Map:
    """A map as it was read, with the edition that is asked for."""

    name: str
    about: Mapping[str, Any]
    edition: str
    published: str
    known: Dictionaries

    def fill(self, text: object, **more: object) -> str:
        """Return a text with the edition, and what else is given, in its brackets."""
        given = {"edition": self.edition, "published": self.published, **more}
        try:
            return str(text).format_map(given)
        except (KeyError, ValueError, IndexError) as error:
            raise DataError(f"{self.name}: {text!r} names {error}") from None

    @property
    def source(self) -> Row:
        """Return the row of the dictionary of sources that the map describes."""
        return {key: self.fill(text) for key, text in self.about["source"].items()}

    @property
    def entries(self) -> list[Mapping[str, Any]]:
        """Return what the map takes from the file, one entry for each kind of row."""
        return list(self.about["figures"])


def find(name: str) -> Path:
    """Return the file of a map, which is named by its path or as in ``data/intake``."""
    folder = dictionaries.folder() / PLACE
    for path in (Path(name), folder / f"{name.removesuffix(ENDING)}{ENDING}"):
        if path.is_file():
            return path
    raise unknown_name("map", name, names())


def names() -> list[str]:
    """Return the maps of ``data/intake``."""
    return sorted(
        path.stem for path in (dictionaries.folder() / PLACE).glob(f"*{ENDING}")
    )


def load(
    name: str, edition: str = "", published: str = "", own: Path | None = None
) -> Map:
    """Return a map with its edition filled in.

    Parameters
    ----------
    edition : str
        What stands for ``{edition}``. Default: the year of `published`.
    published : str
        The day printed on the file, as in ``sources.csv``.
    own : Path, optional
        A user's own folder, whose names may be used as well.

    Raises
    ------
    DataError, UnknownName
        If there is no such map, it names nothing, or it names what does not exist.
    """
    import yaml

    path = find(name)
    try:
        about = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: is no YAML: {error}") from None
    known = dictionaries.known(str(own) if own else "")
    text = json.dumps(about, default=str)
    if not edition and not published and "{edition}" in text:
        hint = "the day printed on it, or --edition of one that is in the data"
        raise DataError(
            f"{path.name}: which edition? give --published YYYY-MM-DD, {hint}"
        )
    if published and not re.fullmatch(dictionaries.PUBLISHED, published):
        raise DataError(
            f"--published: {quoted(published)} is not YYYY, YYYY-MM or YYYY-MM-DD"
        )
    found = Map(path.name, about, edition or published[:4], published, known)
    _check(found)
    return found


def _check(given: Map) -> None:
    """Refuse a map that names nothing, or what is in no dictionary."""
    about, known, name = given.about, given.known, given.name
    if not isinstance(about, dict) or not about.get("figures"):
        raise DataError(
            f"{name}: names nothing: `figures` lists what is taken from a file"
        )
    _refuse_unknown(name, about, KEYS)
    if missing := [key for key in ("source", "confidence") if key not in about]:
        raise DataError(f"{name}: no `{missing[0]}`")
    columns = tables.DICTIONARIES["sources"]
    _refuse_unknown(f"{name}: source", about["source"], columns)
    adds = about.get("adds", {})
    _refuse_unknown(f"{name}: adds", adds, list(tables.DICTIONARIES))
    names = {
        kind: {
            *getattr(known, kind).index,
            *(_key(kind, row) for row in adds.get(kind, [])),
        }
        for kind in ("bases", "entities", "products")
    }
    for number, entry in enumerate(given.entries, start=1):
        place = f"{name}: figures {number}"
        _refuse_unknown(place, entry, ENTRY)
        if missing := [key for key in NEEDED if key not in entry]:
            raise DataError(f"{place}: no `{missing[0]}`")
        if entry["series"] not in known.series.index:
            raise unknown_name(
                f"series of {place}", entry["series"], known.series.index
            )
        for kind, there in (("entity", "entities"), ("product", "products")):
            for each in _names(entry[kind]):
                if each not in names[there]:
                    raise unknown_name(f"{kind} of {place}", each, names[there])
        added = [each["code"] for each in entry.get("when", []) if "code" in each]
        for code in ";".join([entry["basis"], *added]).split(";"):
            if code not in names["bases"]:
                raise unknown_name(f"basis of {place}", code, names["bases"])


def _key(kind: str, row: Mapping[str, str]) -> str:
    """Return the key of a row that a map adds to a dictionary."""
    key = tables.DICTIONARIES[kind][0]
    _refuse_unknown(f"adds: {kind}", row, tables.DICTIONARIES[kind])
    if key not in row:
        raise DataError(f"adds: {kind}: no `{key}`")
    return row[key]


def _names(spec: object) -> list[str]:
    """Return our names to which an entity or a product of a map leads."""
    if isinstance(spec, Mapping):
        return [name for name in spec.get("labels", {}).values() if name is not None]
    return [str(spec)]


def _refuse_unknown(place: str, given: object, known: list[str]) -> None:
    if not isinstance(given, Mapping):
        raise DataError(
            f"{place}: expected names with values, found {str(given)[:40]!r}"
        )
    for key in given:
        if key not in known:
            raise DataError(f"{place}: unknown `{key}`; {nearest(str(key), known)}")


def read(path: Path, given: Map) -> Reading:
    """Return what a publisher's file says by a map.

    Raises
    ------
    DataError
        If the file cannot be read, or is not what its map says: a column or sheet is
        missing, it has as many rows as a cut answer, or no row is what is looked for.
    """
    found, about = Reading(), given.about
    taken: Counter[int] = Counter()
    for sheet in dict.fromkeys(str(e.get("sheet", "")) for e in given.entries):
        here = [e for e in given.entries if str(e.get("sheet", "")) == sheet]
        header, rows = _table(path, sheet, given, here)
        if reason := about.get("refuse_rows", {}).get(len(rows)):
            raise DataError(f"{path.name}: exactly {len(rows)} rows: {reason}")
        known = {column for entry in here for column, _ in _columns(entry, header)}
        known.update(about.get("columns", header))
        for name in header:
            if name and name not in known:
                found.told.append(
                    f"column {quoted(name)} is new in this file: not read"
                )
        outside = 0
        for line, row in rows:
            place = f"{sheet} row {line}".strip() if sheet else f"line {line}"
            if not _fits(row, about.get("scope", {})):
                outside += 1
                continue
            fitting = [e for e in here if _fits(row, e.get("where", {}))]
            if not fitting and not any(
                _fits(row, each) for each in about.get("ignore", [])
            ):
                used = dict.fromkeys(key for e in here for key in e.get("where", {}))
                seen = ", ".join(f"{key} {row[key]!r}" for key in used if key in row)
                found.refused.append(
                    (place, f"no part of the map takes it: {seen or row}")
                )
            for entry in fitting:
                taken[given.entries.index(entry)] += 1
                for column in _columns(entry, header):
                    try:
                        figure = _figure(given, entry, row, column, line)
                    except Refused as error:
                        found.refused.append((place, str(error)))
                    else:
                        if isinstance(figure, str):
                            found.without[figure] += 1
                        else:
                            found.rows.append({**figure, "line": place})
        if outside:
            found.told.append(f"{outside:,} rows of other subjects are passed over")
    for number, entry in enumerate(given.entries):
        if not taken[number]:
            wanted = " and ".join(
                f"{k} = {v}" for k, v in entry.get("where", {}).items()
            )
            found.told.append(
                f"nothing of {entry['series']}: no row with {wanted or 'it'}"
            )
    if not found.rows and not found.refused:
        why = "; ".join(found.told) or "has no rows"
        raise DataError(f"{path.name}: {why}; is it the file of {given.name}?")
    return found


def _figure(
    given: Map,
    entry: Mapping[str, Any],
    row: Row,
    column: tuple[str, str],
    line: int,
) -> Row | str:
    """Return the figure of a cell; the mark or label that says there is none."""
    name, part = column
    known = given.known
    labels = {}
    for kind, index in (("entity", known.entities), ("product", known.products)):
        labels[kind] = _label(kind, entry[kind], row, index.index)
        if labels[kind] is None:
            return f"{row[entry[kind]['column']]} (not used)"
    for key, expected in entry.get("expect", {}).items():
        if not _same(row[key], expected):
            raise Refused(f"{key} is {row[key]!r}; the map expects {expected!r}")
    text = _plain(row[name])
    number = _number(text, given.about)
    if number is None:
        return text or "(empty)"
    added, notes = number.pop("basis").split(";"), [entry.get("note", "")]
    for each in entry.get("when", []):
        if str(each["has"]).casefold() in row[each["column"]].casefold():
            added.append(each.get("code", ""))
            notes.append(each.get("note", ""))
    first, last = _period(given, entry["period"], row, part)
    codes = dict.fromkeys(filter(None, [*entry["basis"].split(";"), *added]))
    cells = {**row, "line": line, "value": text, "header": part or name}
    return {
        **dict.fromkeys(tables.FIGURE_COLUMNS, ""),
        "series": entry["series"],
        "entity": str(labels["entity"]),
        "product": str(labels["product"]),
        "period_start": first.isoformat(),
        "period_end": last.isoformat(),
        **number,
        "unit": entry["unit"],
        "price_year": given.fill(entry.get("price_year", "")),
        "basis": ";".join(codes),
        "source_id": given.source["source_id"],
        "locator": given.fill(entry["locator"], **cells),
        "confidence": given.about["confidence"],
        "note": "; ".join(filter(None, notes)),
    }


def _label(kind: str, spec: object, row: Row, known: pd.Index) -> str | None:
    """Return the name that a label stands for, None where it is mapped to nothing."""
    if not isinstance(spec, Mapping):
        return str(spec)
    text, labels = _plain(row[spec["column"]]), spec.get("labels", {})
    tried = [text, _FOOTNOTE.sub("", text)] if spec.get("footnotes") else [text]
    for label in tried:
        if label in labels:
            name: str | None = labels[label]
            return name
        if label in known:
            return label
    hint = nearest(text, [*map(str, labels), *known])
    raise Refused(f"unknown {spec['column']} {quoted(text)} for {kind}; {hint}")


def _number(text: str, about: Mapping[str, Any]) -> Row | None:
    """Return value, low, high and basis codes of a printed number; None without one."""
    missing = about.get("missing", {})
    if text in missing or not text:
        if missing.get(text) == "zero":
            return {"value": "0", "basis": "zero-printed"}
        return None
    codes, column = [], "value"
    for mark, code in about.get("marks", {}).items():
        if text.startswith(mark):
            text, codes = text.removeprefix(mark).strip(), [code]
    if text[:1] in BOUNDS:
        column, code = BOUNDS[text[0]]
        text, codes = text[1:].strip(), [*codes, code]
    if _GLUED.fullmatch(text):
        raise Refused(
            f"{text!r} has digits behind its last group of three: a footnote?"
        )
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif not _NUMBER.fullmatch(text):
        marks = ", ".join(map(repr, missing)) or "none"
        raise Refused(
            f"{text!r} is no number (1,234.5), and no mark of the map ({marks})"
        )
    if "digits" in about:
        text = f"{float(text):.{about['digits']}f}".rstrip("0").rstrip(".")
    return {column: text, "basis": ";".join(codes)}


def _period(
    given: Map, spec: Mapping[str, str], row: Row, part: str
) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that a cell, a header or the map names."""
    text = part if "header" in spec else _plain(row.get(spec.get("column", ""), ""))
    text = given.fill(spec["text"]) if "text" in spec else text
    try:
        if "format" in spec:
            day = dt.datetime.strptime(text, spec["format"]).date()
            text = day.isoformat() if spec["as"] == "day" else f"{day:%Y-%m}"
        if spec["as"] == "day":
            return (dt.date.fromisoformat(text),) * 2
        if spec["as"] == "month" and (found := _MONTH.fullmatch(text)):
            first = pd.Timestamp(int(found[1]), int(found[2]), 1)
            return first.date(), (first + pd.offsets.MonthEnd(0)).date()
        if spec["as"] == "year" and (found := _YEARS.fullmatch(text)):
            last = found[1][: 4 - len(found[2] or "")] + (found[2] or "")
            return dt.date(int(found[1]), 1, 1), dt.date(int(last), 12, 31)
    except ValueError:
        pass
    raise Refused(f"{text!r} is no {spec['as']}")


_MONTH = re.compile(r"(\d{4})[-/M]?(\d{2})(?:[-/]\d{2})?")
_YEARS = re.compile(r"(\d{4})(?:\s?[-–—]\s?(\d{2}|\d{4}))?")


def _plain(text: str) -> str:
    """Return a cell in one line of ordinary characters: footnotes become digits."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _same(text: str, wanted: object) -> bool:
    choices = wanted if isinstance(wanted, list) else [wanted]
    return _plain(text).casefold() in [_plain(str(each)).casefold() for each in choices]


def _fits(row: Row, wanted: Mapping[str, Any]) -> bool:
    return all(_same(row[key], value) for key, value in wanted.items())


# Files as they come


def _table(
    path: Path, sheet: str, given: Map, entries: list[Mapping[str, Any]]
) -> tuple[list[str], list[tuple[int, Row]]]:
    """Return the header of a file or sheet, and its rows with their lines."""
    lines = list(_lines(path, sheet, given))
    needed = _needed(given, entries)
    depth = int(given.about.get("header", 1))
    best: tuple[list[str], int] = ([], 0)
    for place in range(depth - 1, min(HEAD, len(lines))):
        upper = lines[place - 1][1] if depth == 2 else []
        header = _joined(upper, [_plain(cell) for cell in lines[place][1]])
        if len(needed & set(header)) > len(needed & set(best[0])) or not best[0]:
            best = header, place
    header, place = best
    for name in sorted(needed - set(header)):
        hint = nearest(name, [each for each in header if each] or ["no column at all"])
        where = f"{path.name}{f', sheet {sheet}' if sheet else ''}"
        raise DataError(
            f"{where}: no column {name!r}, which {given.name} reads; {hint}"
        )
    for name, times in Counter(header).items():
        if times > 1 and name in needed:
            raise DataError(f"{path.name}: column {name!r} stands {times} times")
    rows = []
    for line, cells in lines[place + 1 :]:
        if any(cells):
            filled = [*cells, *[""] * (len(header) - len(cells))]
            rows.append((line, dict(zip(header, filled, strict=False))))
    for entry in entries:
        if not _columns(entry, header):
            pattern = entry["value"]["columns"]
            raise DataError(
                f"{path.name}: no column like {pattern!r}, which {given.name} reads"
            )
    return header, rows


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Return the names of columns under headings that span several of them."""
    found, above = [], ""
    for place, name in enumerate(lower):
        above = _plain(upper[place]) if place < len(upper) and upper[place] else above
        found.append(f"{above} {name}".strip() if upper else name)
    return found


def _lines(path: Path, sheet: str, given: Map) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV, XLSX or JSON file with their numbers, as text."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if not raw.strip() or len(raw) > tables.MOST_BYTES:
        raise DataError(f"{path.name}: {len(raw):,} bytes are no file of figures")
    if path.suffix.lower() == tables.WORKBOOK:
        book = tables.workbook(path.name, raw)
        if sheet and sheet not in book.sheetnames:
            hint = nearest(sheet, book.sheetnames)
            raise DataError(f"{path.name}: no sheet {sheet!r}; {hint}")
        page = book[sheet or book.sheetnames[0]]
        for line, row in enumerate(page.iter_rows(values_only=True), start=1):
            yield line, [tables.cell_text(value) for value in row]
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if path.suffix.lower() == ".json":
        yield from enumerate(_records(path.name, text, given), start=1)
        return
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=mark), 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path.name}:{line}: no CSV: {error}") from None


def _records(name: str, text: str, given: Map) -> list[list[str]]:
    """Return a list of JSON records, or of lists with the header first, as lines."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: is no JSON: {error}") from None
    if isinstance(found, dict):
        key = given.about.get("records", "data")
        if key not in found:
            raise DataError(
                f"{name}: no {key!r}; {nearest(key, list(found) or ['nothing'])}"
            )
        found = found[key]
    if not isinstance(found, list) or not all(
        isinstance(e, dict | list) for e in found
    ):
        raise DataError(f"{name}: expected a list of records")
    if found and isinstance(found[0], dict):
        names = list(dict.fromkeys(key for each in found for key in each))
        found = [names, *([each.get(key) for key in names] for each in found)]
    return [[tables.cell_text(value) for value in row] for row in found]


def _needed(given: Map, entries: list[Mapping[str, Any]]) -> set[str]:
    """Return the columns that a map reads by name."""
    needed = {*given.about.get("scope", {})}
    needed |= {key for each in given.about.get("ignore", []) for key in each}
    for entry in entries:
        needed |= {*entry.get("where", {}), *entry.get("expect", {})}
        for spec in (
            *(entry[key] for key in ("entity", "product", "period", "value")),
            *entry.get("when", []),
        ):
            if isinstance(spec, Mapping) and "column" in spec:
                needed.add(spec["column"])
    return needed


def _columns(entry: Mapping[str, Any], header: list[str]) -> list[tuple[str, str]]:
    """Return the columns with values, and what a pattern has found in their names."""
    if "column" in entry["value"]:
        return [(entry["value"]["column"], "")]
    found = ((name, re.fullmatch(entry["value"]["columns"], name)) for name in header)
    return [(name, hit[1]) for name, hit in found if hit]

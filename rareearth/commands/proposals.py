"""Proposals: what a publisher's file would bring, and how it gets into the data.

A proposal is a CSV file in the columns of a figure, with a word before each row on what
it is beside the data. Nothing in the data changes until it is accepted, and then all of
it does, or nothing: see `rareearth.figures.journal`.
"""

from __future__ import annotations

import csv
import filecmp
import io
import json
import re
import shutil
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from rareearth.commands import checks, maps
from rareearth.errors import DataError, quoted
from rareearth.figures import csv_files as tables
from rareearth.figures import (
    dictionaries,
    journal,
    records,
    rules,
    seals,
    vintages,
)
from rareearth.figures.csv_files import CONFIDENCE, DICTIONARIES, FIGURE_COLUMNS, OWN
from rareearth.figures.dictionaries import Dictionaries
from rareearth.figures.loading import load, revisions
from rareearth.render import library, store
from rareearth.render.job import HIDDEN
from rareearth.words import number as told
from rareearth.words import period

TAKEN = ("new", "revised", "repeated")
STATUS = (*TAKEN, "equal", "refused")
DICTIONARY, END = "dictionary", "end"  # a row that goes into one; the last row
HEADER = ["status", "place", "old", "old_source", "change", "why", *FIGURE_COLUMNS]
KEY = ["series", "entity", "product", "period_start", "period_end", "unit"]
NUMBERS = ["value", "low", "high"]
ORDER = "series entity product period_start period_end basis source_id".split()
FEWEST, MANY = 5, 20  # figures that have revisions; problems that are listed

_ROW, _LINE = re.compile(r"\brow-(\d+)"), re.compile(r"\bas line (\d+)")

Row = dict[str, str]


@dataclass(frozen=True)
class Proposal:
    """What a file would bring: rows in our columns, and rows of dictionaries."""

    rows: list[Row]
    added: list[tuple[str, Row]]  # name of a dictionary, and the row for it

    @property
    def taken(self) -> list[Row]:
        """Return the rows that would go into the data."""
        return [row for row in self.rows if row["status"] in TAKEN]


# What a file would bring


def propose(found: maps.Reading, given: maps.Map, own: Path | None) -> Proposal:
    """Return what of a file is new, equal to the data, revised or refused.

    Raises
    ------
    DataError
        If its figures are one's own and no folder is named for them, or if its source
        is new and no date is given.
    """
    if (given.about["confidence"] == OWN) != (own is not None):
        hint = "name their folder with --data" if own is None else "leave --data out"
        raise DataError(
            f"{given.name}: its figures are `{given.about['confidence']}`: {hint}"
        )
    source, added = given.source, []
    if source["source_id"] not in given.known.sources.index:
        if not source.get("published") and not source.get("lag_days"):
            raise DataError(
                f"source {source['source_id']} is new: give --published YYYY-MM-DD, "
                "the day printed on the file"
            )
        added.append(("sources", _whole("sources", source)))
    for name, lines in given.about.get("adds", {}).items():
        key = DICTIONARIES[name][0]
        used = {
            each for row in found.rows for each in row[checks.USED[name]].split(";")
        }
        there = getattr(given.known, name).index
        added += [(name, _whole(name, r)) for r in lines if r[key] in used - {*there}]
    known = _with(given.known, added)
    rows = [_blank(status="refused", place=p, why=why) for p, why in found.refused]
    wrong = _wrong(found.rows, known)
    compared = Beside(known, own)
    for number, row in enumerate(found.rows):
        why = wrong.get(number, "")
        refused = {"status": "refused", "why": why}
        status = refused if why else compared.status(row)
        rows.append(_blank(place=row["line"], **row | status))
    return Proposal(rows, added)


def _blank(**cells: str) -> Row:
    return dict.fromkeys(HEADER, "") | {k: v for k, v in cells.items() if k in HEADER}


def _whole(name: str, row: Mapping[str, str]) -> Row:
    return dict.fromkeys(DICTIONARIES[name], "") | dict(row)


def _with(known: Dictionaries, added: Iterable[tuple[str, Row]]) -> Dictionaries:
    """Return the dictionaries with rows that are to be added."""
    for name, row in added:
        key = DICTIONARIES[name][0]
        frame = pd.concat([getattr(known, name), pd.DataFrame([row]).set_index(key)])
        known = replace(known, **{name: frame})
    return known


def _wrong(rows: list[Row], known: Dictionaries) -> dict[int, str]:
    """Return what breaks the rules of the data, by the number of the row."""
    frame = pd.DataFrame(rows, columns=FIGURE_COLUMNS)
    frame["figure_id"] = [f"row-{number}" for number in range(len(rows))]
    table, confidence = tables.Table("", frame, ""), (*CONFIDENCE, OWN)
    found = rules.check("figures", table, known, confidence=confidence)
    problems = [*found.problems, *rules.two_values([found])]
    texts: dict[int, str] = {}
    for each in problems:
        text = _ROW.sub(lambda hit: rows[int(hit[1])]["line"], each.text)
        text = _LINE.sub(lambda hit: f"as {rows[int(hit[1]) - 2]['line']}", text)
        texts.setdefault((each.line or 2) - 2, f"{each.column}: {text}")
    return texts


class Beside:
    """The figures that are there, to compare others with."""

    def __init__(self, known: Dictionaries, own: Path | None) -> None:
        self.known, self.extra = known, str(own) if own else ""
        self._there: dict[str, dict[tuple[str, ...], pd.DataFrame]] = {}
        self._noise: dict[tuple[str, str], vintages.Noise | None] = {}

    def status(self, row: Row) -> Row:
        """Return what a figure is beside those that are there, in words."""
        same = self._of(row["series"]).get(self._key(row))
        source = row["source_id"]
        if same is not None:
            here = same[same["source_id"] == source]
            for each in here.itertuples():
                if _equal(each, row):
                    return {"status": "equal", "old_source": str(each.figure_id)}
            if len(here):
                return {"status": "refused", "why": _taken(here.iloc[0], row)}
        earlier = self._earlier(same, source)
        if earlier is None:
            glued = self._glued(row)
            return {"status": "refused", "why": glued} if glued else {"status": "new"}
        old = {"old": _shown(earlier), "old_source": str(earlier["source_id"])}
        if _equal(earlier, row):
            return {"status": "repeated", **old}
        if glued := self._glued(row, earlier):
            return {"status": "refused", "why": glued, **old}
        change, why = "", "a bound, not a number"
        if row["value"] and earlier["value"] == earlier["value"] and earlier["value"]:
            by = float(row["value"]) / earlier["value"] - 1
            change, why = f"{by:+.1%}", self._usual(row, by)
        return {"status": "revised", "change": change, "why": why, **old}

    def _of(self, series: str) -> dict[tuple[str, ...], pd.DataFrame]:
        if series not in self._there:
            found = load(series, variants="all", extra=self.extra, missing="empty")
            text = found.assign(
                **{c: found[c].dt.strftime("%Y-%m-%d") for c in KEY if "period" in c},
                definition=found["basis"].map(self.known.definition),
            )
            groups = text.groupby([*KEY, "definition"], sort=False)
            self._there[series] = {tuple(map(str, key)): own for key, own in groups}
        return self._there[series]

    def _key(self, row: Row) -> tuple[str, ...]:
        return (*(row[c] for c in KEY), self.known.definition(row["basis"]))

    def _earlier(self, same: pd.DataFrame | None, source: str) -> Any:
        """Return the newest figure of the same publication before a source, if any."""
        family = self.known.sources.at[source, "publication"]
        if same is None or not family:
            return None
        published, now = self.known.published, self.known.published[source]
        dated = same["source_id"].map(published)
        kin = same["source_id"].map(self.known.sources["publication"]) == family
        kin &= ~(dated > now)
        if not kin.any():
            return None
        return same[kin].assign(dated=dated).sort_values("dated").iloc[-1]

    def _glued(self, row: Row, earlier: Any = None) -> str:
        """Return that a number is an earlier one with a digit behind it, if it is.

        Without a figure of the same period, that of the period before it is compared.
        """
        if earlier is None:
            alike = [
                own
                for key, own in self._of(row["series"]).items()
                if key[1:3] == (row["entity"], row["product"])
                and key[5:] == self._key(row)[5:]
                and key[4] < row["period_end"]
            ]
            if not alike:
                return ""
            earlier = max(alike, key=lambda own: own["period_end"].iloc[0]).iloc[-1]
        old = _shown(earlier)
        whole = len(old) > 1 and old.isdigit()
        if not whole or not re.fullmatch(f"{old}[1-9][0-9]?", row["value"]):
            return ""
        return (
            f"{row['value']} is {old} of {earlier['source_id']} with a digit behind: a "
            "footnote? If it is meant, set its status in the proposal to new"
        )

    def _usual(self, row: Row, change: float) -> str:
        """Return how a change compares with what the publication usually revises."""
        family = str(self.known.sources.at[row["source_id"], "publication"])
        key = row["series"], family
        if key not in self._noise:
            printed = revisions(row["series"], publication=family, extra=self.extra)
            found = vintages.by_edition(printed)
            found = found[found["editions"] > 1]
            self._noise[key] = vintages.noise(found["revision"], FEWEST)
        noise = self._noise[key]
        return (
            noise.verdict(change) if noise else "how far it usually revises is unknown"
        )


def met(rows: list[Row]) -> Iterator[str]:
    """Yield in words which expectations the rows of a proposal decide, and how."""
    filed, text = records.scored(), pd.DataFrame(rows, columns=FIGURE_COLUMNS)
    frame, _ = tables.typed(tables.Table("", text, ""))
    for row in filed[filed["result"] == "open"].itertuples():
        for value in records.deciding(row, frame)["value"].tail(1):
            when = period(row.period_start, row.period_end)
            span = f"{told(row.low, 3)} to {told(row.high, 3)} {row.unit}"
            came = records.result(row.low, row.high, value)
            yield (
                f"expected  {row.series} {row.entity} {row.product}, {when}: {span}; "
                f"{told(value, 3)} is a {came}"
            )


def _equal(there: Any, row: Row) -> bool:
    """Return whether a figure that is there has the numbers of a row."""
    pairs = [(getattr(there, name), row[name]) for name in NUMBERS]
    return all((old != old) if not new else old == float(new) for old, new in pairs)


def _shown(there: Any) -> str:
    """Return the number of a figure that is there, as it would be printed."""
    ends = [there["value"], there["low"], there["high"]]
    return next(f"{end:.12g}" for end in ends if end == end)


def _taken(there: Any, row: Row) -> str:
    return (
        f"{row['source_id']} gives {_shown(there)} here already, {there['figure_id']}: "
        "a wrong figure is corrected at its place, a revision needs its own --edition"
    )


# The file of a proposal


def text_of(proposal: Proposal) -> str:
    """Return a proposal as CSV, with an end by which a part of one is recognised."""
    added = [
        _blank(status=DICTIONARY, place=name, why=json.dumps(row, ensure_ascii=False))
        for name, row in proposal.added
    ]
    rows = [*added, *proposal.rows]
    rows.append(_blank(status=END, place=str(len(rows))))
    return _csv([HEADER, *([row[name] for name in HEADER] for row in rows)])


def _csv(rows: Iterable[Iterable[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def read(path: Path) -> Proposal:
    """Return a proposal that was written before.

    Raises
    ------
    DataError
        If the file is none, or not whole. The message says how to get one.
    """
    again = "make it again: rareearth intake FILE --map MAP"
    try:
        table = tables.read(path, HEADER, strict=False)
    except DataError as error:
        raise DataError(f"{error}; if this is no proposal, {again}") from None
    rows = table.frame.to_dict("records")
    if not rows or rows[-1]["status"] != END or rows[-1]["place"] != str(len(rows) - 1):
        raise DataError(f"{path}: is not whole, its last rows are missing; {again}")
    added, figures = [], []
    for line, row in enumerate(rows[:-1], start=2):
        if row["status"] not in (*STATUS, DICTIONARY):
            raise DataError(
                f"{path.name}:{line}: status: {quoted(row['status'])} is none of "
                f"{', '.join(STATUS)}"
            )
        if row["status"] != DICTIONARY:
            figures.append({**row, "line": f"{path.name}:{line}"})
            continue
        try:
            added.append((row["place"], _whole(row["place"], json.loads(row["why"]))))
        except (ValueError, KeyError, TypeError):
            raise DataError(
                f"{path.name}:{line}: no row for a dictionary; {again}"
            ) from None
    return Proposal(figures, added)


# Into the data


def accept(
    path: Path, own: Path | None = None, folder: Path | None = None
) -> list[str]:
    """Put the figures of a proposal into the data; return what was done, in lines.

    Parameters
    ----------
    own : Path, optional
        The folder of the user's own figures, for a proposal of such.
    folder : Path, optional
        A copy of the curated figures, to try it there. Default: these themselves.

    Raises
    ------
    DataError
        If the proposal is not whole, was accepted already, no longer fits the data or
        breaks a rule of theirs. Nothing has changed then.
    """
    proposal, target = read(path), own or folder or dictionaries.folder()
    lock = library.outputs_folder() / HIDDEN
    with store.held(
        lock, "accept", lambda: print("waiting for another --accept or impact")
    ):
        _refuse_stale(proposal, own, path)
        with tempfile.TemporaryDirectory(prefix="rareearth-") as name:
            copy = Path(name) / "data"
            shutil.copytree(target, copy)
            told = _write(proposal, copy, is_own=own is not None)
            problems = [p for p in checks.check(copy) if seals.REMEDY not in p.text]
            if problems:
                lines = "\n".join(map(str, problems[:MANY]))
                raise DataError(
                    f"{path}: the data would break their rules; nothing changed:\n"
                    + lines
                )
            if own is None:
                checks.write_keys(copy)
                checks.seal(copy)
            journal.replace(target, _changed(copy, target))
    return told


def _refuse_stale(proposal: Proposal, own: Path | None, path: Path) -> None:
    """Refuse a proposal that no longer says what it is beside the data."""
    rows = proposal.taken
    if any((row["confidence"] == OWN) != (own is not None) for row in rows):
        hint = "leave --data out" if own else "name their folder with --data"
        raise DataError(
            f"{path}: its figures are {'not ' * bool(own)}one's own: {hint}"
        )
    known = dictionaries.known(str(own) if own else "")
    lacking = [
        each
        for each in proposal.added
        if each[1][DICTIONARIES[each[0]][0]] not in getattr(known, each[0]).index
    ]
    known = _with(known, lacking)
    for number, why in _wrong(rows, known).items():
        raise DataError(f"{rows[number]['line']}: {why}; nothing changed")
    beside = Beside(known, own)
    now = [beside.status(row) for row in rows]
    again = [
        row for row, each in zip(rows, now, strict=True) if each["status"] == "equal"
    ]
    if rows and len(again) == len(rows):
        raise DataError(
            f"{path}: was accepted before: its {len(rows):,} figures are in the data"
        )
    if not rows:
        raise DataError(f"{path}: nothing to accept: no row is {', '.join(TAKEN)}")
    for row, each in zip(rows, now, strict=True):
        if each["status"] == "equal" or "here already" in each.get("why", ""):
            why = each.get("why") or "the figure is in the data by now"
            raise DataError(
                f"{row['line']}: {why}; nothing changed. Make the proposal again"
            )


def _write(proposal: Proposal, copy: Path, is_own: bool) -> list[str]:
    """Write the rows of a proposal into a copy of the data; return what was done."""
    told = []
    for name, row in proposal.added:
        path = copy / f"{name}.csv"
        key = DICTIONARIES[name][0]
        if not path.exists():
            path.write_text(",".join(DICTIONARIES[name]) + "\n", encoding="utf-8")
        if row[key] not in {each.get(key) for each in _rows(path)}:
            _insert(path, [row], [key])
            told.append(f"{name}.csv: {row[key]}")
    known = dictionaries.known("")
    homes: dict[str, list[Row]] = {}
    for row in proposal.taken:
        home = row["source_id"] if is_own else known.series.at[row["series"], "table"]
        homes.setdefault(str(home), []).append(row)
    touched = set() if is_own else {row["series"] for row in proposal.taken}
    newest = {series: _newest(copy, known, series) for series in touched}
    for home, rows in sorted(homes.items()):
        path = copy / f"{home}.csv"
        if not path.exists():
            path.write_text(",".join(FIGURE_COLUMNS) + "\n", encoding="utf-8")
        for row, name in zip(rows, _ids(copy, path, len(rows), is_own), strict=True):
            row["figure_id"] = name
        _insert(path, rows, ORDER)
        ends = f"{rows[0]['figure_id']} to {rows[-1]['figure_id']}"
        told.append(f"{path.name}: {len(rows):,} figures, {ends}")
    return [*told, *_move(copy, known, newest)] if newest else told


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _ids(copy: Path, path: Path, number: int, is_own: bool) -> list[str]:
    """Return the next free ids of a table: those of most of its rows, counted on.

    Rows of its kind may lie in another table too (``statements.csv``).
    """
    taken = [row.get("figure_id", "") for f in copy.glob("*.csv") for row in _rows(f)]
    found = Counter(row["figure_id"].rpartition("-")[0] for row in _rows(path))
    stem = "own" if is_own or not found else found.most_common(1)[0][0]
    last = max(
        (int(n.rpartition("-")[2]) for n in taken if re.fullmatch(rf"{stem}-\d+", n)),
        default=0,
    )
    return [f"{stem}-{last + each:04}" for each in range(1, number + 1)]


def _insert(path: Path, rows: list[Row], order: list[str]) -> None:
    """Insert rows into a table at their places; every other line stays as it is.

    A table begins with a few rows out of order: what is sorted comes after them.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    header = next(csv.reader(lines[:1]))
    if missing := [name for name in order if name not in header]:
        raise DataError(f"{path.name}: no column {missing[0]} between commas to add to")
    keys = [tuple(row[name] for name in order) for row in csv.DictReader(lines)]
    if len(keys) != len(lines) - 1:
        raise DataError(f"{path.name}: a line break inside a cell, or an empty line")
    falls = [n for n in range(1, len(keys)) if keys[n] < keys[n - 1]]
    start = falls[-1] if falls else 0
    for row in rows:
        key = tuple(row[name] for name in order)
        place = bisect_right(keys, key, lo=start)
        keys.insert(place, key)
        lines.insert(place + 1, _csv([[row.get(name, "") for name in header]]))
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _newest(copy: Path, known: Dictionaries, series: str) -> pd.Timestamp:
    """Return the last day of the newest usual period of a series."""
    about = known.series.loc[series]
    rows = pd.DataFrame(_rows(copy / f"{about['table']}.csv"))
    rows = rows[rows["series"] == series]
    first, last = (pd.to_datetime(rows[f"period_{end}"]) for end in ("start", "end"))
    usual = (last - first).dt.days <= 2 * float(about["period_days"] or "inf")
    return last[usual].max()


def _move(
    copy: Path, known: Dictionaries, before: Mapping[str, pd.Timestamp]
) -> list[str]:
    """Move the day of the next value on, as far as the newest period has moved."""
    path, told = copy / "series.csv", []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    header = next(csv.reader(lines[:1]))
    for place, line in enumerate(lines[1:], start=1):
        row = dict(zip(header, next(csv.reader([line])), strict=True))
        name, due = row["series"], row["next_expected"]
        if name not in before or not due:
            continue
        now, then = _newest(copy, known, name), before[name]
        months = 12 * (now.year - then.year) + now.month - then.month
        if months > 0:
            moved = pd.Timestamp(due) + pd.DateOffset(months=months)
            row["next_expected"] = f"{moved:%Y-%m-%d}"
            lines[place] = _csv([row.values()])
        told.append(f"{name}: the next value is expected on {row['next_expected']}")
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return told


def _changed(copy: Path, target: Path) -> dict[str, bytes]:
    """Return the files of a copy that are not as in the original, by their names."""
    files = [path for path in copy.rglob("*") if path.is_file()]
    names = sorted(path.relative_to(copy).as_posix() for path in files)
    _, other, new = filecmp.cmpfiles(copy, target, names, shallow=False)
    return {name: (copy / name).read_bytes() for name in [*other, *new]}

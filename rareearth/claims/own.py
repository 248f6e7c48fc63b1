"""Read a user's own list of claims and bind each to a computation.

One faulty claim does not stop the others: what is wrong with a claim becomes the reason
why it cannot be checked.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rareearth.claims.bindings import by_quantity
from rareearth.claims.evidence import Look
from rareearth.claims.verdicts import Found
from rareearth.errors import DataError, ParameterError
from rareearth.figures import claim_rules, dictionaries, records
from rareearth.figures import csv_files as tables
from rareearth.figures.csv_files import RECORDS, Table

NEEDED = ["claim_id", "subject", "quantity", "value", "unit"]
FILE = "claims.csv"  # of the list in a user's own folder


@dataclass(frozen=True)
class OwnClaims:
    """An own list of claims: typed rows, and what is wrong with some of them."""

    claims: pd.DataFrame
    problems: dict[int, str]  # row to reason

    def bound(self) -> dict[str, Callable[[Look], Found]]:
        """Return the computation of each claim; a faulty one raises its reason."""
        known = dictionaries.known()
        names = (known.series["title"], known.entities.index, known.products.index)
        found: dict[str, Callable[[Look], Found]] = {}
        for row, claim in self.claims.iterrows():
            reason = self.problems.get(int(str(row)))
            found[claim["claim_id"]] = (
                _refused(reason) if reason else by_quantity.binding(claim, *names)
            )
        return found


def _refused(reason: str) -> Callable[[Look], Found]:
    def refuse(_: Look) -> Found:
        raise DataError(reason)

    return refuse


def read(path: Path) -> OwnClaims:
    """Return the claims of a CSV file in the columns of ``claims.csv``.

    Columns beyond `NEEDED` may be missing. An id that stands twice gets a number, so
    that both claims are shown.

    Raises
    ------
    DataError
        If the file cannot be read, has an unknown column, lacks one, or is empty.
    """
    table = _whole(path)
    if table.frame.empty:
        raise DataError(f"{path.name}: no claims; expected a line for each claim")
    quantities = records.quantities()
    found = claim_rules.claim_problems(
        table, dictionaries.known(), quantities, own=True
    )
    problems: dict[int, str] = {}
    for problem in found:
        row = (problem.line or 2) - 2
        text = f"{problem.column}: {problem.text}" if problem.column else problem.text
        problems.setdefault(row, text)
    frame = _named_apart(table.frame)
    numbers = ["value", "low", "high"]
    days = ["period_start", "period_end", "due"]
    for row in problems:
        frame.loc[row, [*numbers, *days]] = ""  # said to be faulty; nothing is guessed
    typed = records.typed_claims(frame)
    return OwnClaims(typed.assign(title=typed["article"], publisher=""), problems)


def _whole(path: Path) -> Table:
    """Return the table with all columns, those that are not there empty."""
    header = next(csv.reader(tables.text_of(path).splitlines()[:1]), [])
    allowed = RECORDS["claims"]
    missing = [column for column in NEEDED if column not in header]
    surplus = [column for column in header if column not in allowed]
    if missing or surplus:
        parts = [f"missing column {', '.join(missing)}"] if missing else []
        parts += [f"unknown column {', '.join(surplus)}"] if surplus else []
        raise DataError(
            f"{path.name}:1: {'; '.join(parts)}; known: {','.join(allowed)}"
        )
    table = tables.read(path, header)
    frame = table.frame.reindex(columns=allowed, fill_value="")
    defaults = {"article": path.stem, "qualifier": "exact"}
    for column, value in defaults.items():
        frame[column] = frame[column].where(frame[column] != "", value)
    return Table(table.file, frame, table.sha256)


def copy(path: Path, folder: Path) -> Path:
    """Write a list of claims with all its columns into a folder of own figures."""
    frame = _whole(path).frame
    target = folder / FILE
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(frame.itertuples(index=False))
    return target


def _named_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a number after an id that stood before, or is missing."""
    ids = frame["claim_id"].where(frame["claim_id"] != "", "unnamed")
    again = ids.groupby(ids).cumcount()
    apart = ids.where(again == 0, ids + " (" + (again + 1).astype(str) + ")")
    return frame.assign(claim_id=apart)


def of_reader() -> OwnClaims:
    """Return the list of claims in the reader's own folder.

    Raises
    ------
    ParameterError
        If there is no such list. The message says how to give one.
    """
    folder = dictionaries.own_folder(None)
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        raise ParameterError(
            "digest: 'own' needs a list of claims; run  rareearth audit my_claims.csv"
        )
    return read(path)

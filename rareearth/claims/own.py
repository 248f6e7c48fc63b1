"""Read a user's own list of claims.

One faulty claim does not stop the others: what is wrong with a claim becomes the reason
why it cannot be checked.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from rareearth.errors import DataError, ParameterError
from rareearth.figures import claim_rules, dictionaries, records
from rareearth.figures import csv_files as tables
from rareearth.figures.csv_files import RECORDS, Table

NEEDED = ["claim_id", "subject", "quantity", "value", "unit"]
FILE = "claims.csv"  # of the list in a user's own folder
WORDS = ("location", "topic", "paraphrase", "fragment")  # they change no claim


def read(path: Path) -> pd.DataFrame:
    """Return the claims of a CSV file in the columns of ``claims.csv``.

    Columns beyond `NEEDED` may be missing. An id that stands twice gets a number, so
    that both claims are shown. What is written on a claim of the digests belongs to
    that claim: it is kept for a row that says the same, and for no other of its id.

    Returns
    -------
    DataFrame
        As `records.claims`; ``problem`` says what is wrong with a row, ``is_own`` that
        it is no claim of the digests.

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
    frame[claim_rules.LOOKED_UP] = ""
    typed = records.typed_claims(frame)
    return _digests(typed).assign(
        title=typed["article"],
        publisher="",
        problem=[problems.get(row, "") for row in range(len(typed))],
    )


def _digests(typed: pd.DataFrame) -> pd.DataFrame:
    """Return claims, those that are claims of the digests with what is looked up."""
    curated = records.claims()
    said = [c for c in RECORDS["claims"] if c not in (*claim_rules.LOOKED_UP, *WORDS)]
    known = curated.set_index("claim_id")
    same = typed[said].merge(curated[said], how="left", indicator=True)["_merge"]
    is_own = (same != "both").to_numpy()
    typed = typed.assign(is_own=is_own)
    if not is_own.all():
        theirs = known.loc[typed.loc[~is_own, "claim_id"], claim_rules.LOOKED_UP]
        typed.loc[~is_own, claim_rules.LOOKED_UP] = theirs.to_numpy()
    return typed


def _whole(path: Path) -> Table:
    """Return the table with all columns, those that are not there empty."""
    header = next(csv.reader(tables.text_of(path).splitlines()[:1]), [])
    allowed = RECORDS["claims"]
    missing = [column for column in NEEDED if column not in header]
    surplus = [column for column in header if column not in allowed]
    if missing or surplus:
        parts = [f"missing column {', '.join(missing)}"] if missing else []
        parts += [f"unknown column {', '.join(surplus)}"] if surplus else []
        known = [name for name in allowed if name not in claim_rules.LOOKED_UP]
        raise DataError(f"{path.name}:1: {'; '.join(parts)}; known: {','.join(known)}")
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


def of_reader() -> pd.DataFrame:
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

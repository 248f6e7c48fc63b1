"""The rules that tables of claims keep, each giving the rows that break it.

`rareearth check` applies them to the curated claims and lists every problem; the
audit of a user's own claims applies them row by row, so that one faulty claim does
not stop the others.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from rareearth.errors import quoted
from rareearth.figures import csv_files as tables
from rareearth.figures.csv_files import Problem, Table
from rareearth.figures.dictionaries import Dictionaries

TABLES = ("quantities", "claims", "claim_checks", "claim_differences")
TOPICS = (
    "capacity,company,cost,demand,dependence,forecast,patents,policy,price,production,"
    "refining,reserves,technology,trade"
).split(",")
QUALIFIERS = ["exact", "approx", "at_least", "at_most", "forecast", "qualitative"]
VERDICTS = (
    "supported,roughly_supported,outdated,other_basis,misattributed,contradicted,"
    "not_checkable,opinion"
).split(",")
KINDS = ["number", "date", "statement"]
NUMBERS = ["value", "low", "high", "at_least", "at_most"]
LOOKED_UP = (
    "found_by,series,entity,figure_product,figure_start,figure_end,codes,evidence,"
    "basis,counts,at_least,at_most,reading"
).split(",")  # columns that say what a claim is compared with
COUNTS = ["best", "lowest", "highest", ""]
MOST_WORDS = 12  # of a fragment: it points to the place and does not replace the text
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_PER_WORD = 1.7  # characters of Chinese text to a word


def quantities(table: Table | None, known: Dictionaries) -> pd.DataFrame:
    """Return what a claim may be about: the quantities, then the series of figures.

    Returns
    -------
    DataFrame, indexed by quantity
        ``kind`` (number, date, statement), ``unit`` (joined by ``|``), ``meaning``.
    """
    series = pd.DataFrame(
        {
            "kind": "number",
            "unit": known.series["unit"],
            "meaning": known.series["title"],
        }
    )
    if table is None:
        return series
    return pd.concat([table.frame.set_index("quantity"), series])


def claim_problems(
    table: Table, known: Dictionaries, quantities: pd.DataFrame, own: bool = False
) -> list[Problem]:
    """Return what is wrong in a table of claims.

    Parameters
    ----------
    table : Table
        The columns of ``claims.csv`` as text.
    quantities : DataFrame
        As from `quantities`.
    own : bool, default False
        A list of the user's own: its articles are in no dictionary, and it need not
        say where a claim stands, in which words, or on which topic.
    """
    needed = "claim_id subject quantity qualifier"
    if not own:
        needed += " article location paraphrase fragment"
    found = tables.repeated(table, ["claim_id"], "the same claim_id")
    found += _empty(table, needed)
    found += tables.unknown(table, "qualifier", pd.Index(QUALIFIERS))
    found += tables.unknown(table, "topic", pd.Index([*TOPICS, ""] if own else TOPICS))
    if not own:
        found += tables.unknown(table, "article", known.sources.index)
        found += _looked_up(table, known)
    found += tables.unknown(table, "quantity", quantities.index)
    found += _ranges(table)
    found += _days(table, ["period_start", "period_end", "due"])
    found += _units(table, quantities)
    found += _long(table)
    return sorted(found, key=lambda problem: problem.line or 0)


def problems(
    name: str, table: Table, known: Dictionaries, claims: pd.Series | None
) -> list[Problem]:
    """Return what is wrong in the quantities, the checks, or the differences."""
    key = table.frame.columns[0]
    found = tables.repeated(table, [key], f"the same {key}")
    if name == "quantities":
        found += _empty(table, "quantity kind meaning")
        found += tables.unknown(table, "kind", pd.Index(KINDS))
        double = table.frame["quantity"].isin(known.series.index)
        text = "is a key of series.csv already"
        return found + list(tables.rows(table, double, "quantity", text))
    if claims is not None:
        found += tables.unknown(table, "claim_id", pd.Index(claims))
    if name == "claim_differences":
        found += _empty(table, "reason")
        for column in ("computed", "written"):
            found += tables.unknown(table, column, pd.Index(VERDICTS))
        same = table.frame["computed"] == table.frame["written"]
        text = "is the written verdict too; nothing needs an explanation"
        return found + list(tables.rows(table, same, "computed", text))
    found += _empty(table, "locator reasoning")
    found += tables.unknown(table, "source_id", known.sources.index)
    found += tables.unknown(table, "verdict", pd.Index(VERDICTS))
    of = table.frame["check_id"].map(lambda text: text.rpartition("-")[0])
    wrong = of != table.frame["claim_id"]
    text = "is not the claim_id with a number"
    found += tables.rows(table, wrong, "check_id", text)
    return found + _ranges(table)


def _empty(table: Table, columns: str) -> list[Problem]:
    found: list[Problem] = []
    for column in columns.split():
        empty = table.frame[column].str.strip() == ""
        found += tables.rows(table, empty, column, "is empty; every row needs it")
    return found


def _looked_up(table: Table, known: Dictionaries) -> list[Problem]:
    """Report names that no figure has in the columns of what is looked up."""
    found = tables.unknown(table, "counts", pd.Index(COUNTS))
    names = {
        "series": known.series,
        "entity": known.entities,
        "figure_product": known.products,
        "codes": known.bases,
    }
    for column, dictionary in names.items():
        each = table.frame[column].str.split(";").explode()
        strange = each[~each.isin([*dictionary.index, ""])]
        for row, name in strange.items():
            found += tables.rows(
                table, table.frame.index == row, column, f"unknown name {quoted(name)}"
            )
    for column in ("at_least", "at_most"):
        found += tables.numbers(table, column)[1]
    return found


def _ranges(table: Table) -> list[Problem]:
    """Report no numbers, ranges the wrong way round, and numbers without a unit."""
    found: list[Problem] = []
    typed = {}
    for column in ("value", "low", "high"):
        typed[column], wrong = tables.numbers(table, column)
        found += wrong
    raw = table.frame
    for low, high in (("low", "high"), ("low", "value"), ("value", "high")):
        for row in np.flatnonzero(typed[low] > typed[high]):
            text = f"{low} {raw.at[row, low]} is above {high} {raw.at[row, high]}"
            found.append(Problem(table.file, table.line(row), low, text))
    given = raw[["value", "low", "high"]].ne("").any(axis=1)
    text = "is empty; a number needs its unit"
    return found + list(tables.rows(table, given & (raw["unit"] == ""), "unit", text))


def _days(table: Table, columns: list[str]) -> list[Problem]:
    """Report what is no date, and periods that end before they start."""
    found: list[Problem] = []
    typed = {}
    for column in columns:
        typed[column], wrong = tables.dates(table, column)
        lines = {table.line(row) for row in np.flatnonzero(table.frame[column] != "")}
        found += [problem for problem in wrong if problem.line in lines]
    late = typed["period_end"] < typed["period_start"]
    return found + list(tables.rows(table, late, "period_end", "is before the start"))


def _units(table: Table, quantities: pd.DataFrame) -> list[Problem]:
    """Report units that the quantity does not have, and numbers where none belong."""
    found: list[Problem] = []
    pairs = table.frame[["quantity", "unit"]].drop_duplicates()
    for quantity, unit in pairs.itertuples(index=False):
        if quantity not in quantities.index or not unit:
            continue
        allowed = str(quantities.at[quantity, "unit"]).split("|")
        if unit not in allowed:
            bad = (table.frame["quantity"] == quantity) & (table.frame["unit"] == unit)
            expected = " or ".join(filter(None, allowed)) or "none, it is a statement"
            text = f"{quoted(unit)} is not the unit of {quantity}; expected {expected}"
            found += tables.rows(table, bad, "unit", text)
    return found


def _long(table: Table) -> list[Problem]:
    """Report fragments that copy more than a dozen words of the article."""
    lengths = table.frame["fragment"].map(words)
    text = f"has more than {MOST_WORDS} words; quote the decisive ones alone"
    return list(tables.rows(table, lengths > MOST_WORDS, "fragment", text))


def words(text: str) -> float:
    """Return the length of a text in words; Chinese characters count by groups."""
    han = len(_HAN.findall(text))
    return len(_HAN.sub(" ", text).split()) + han / _HAN_PER_WORD if text else 0.0

"""The rules that a table of figures keeps, each giving the rows that break it.

`load` applies them to the table it needs and stops at the first problem; `check`
applies them to all tables and lists every problem. Neither changes a value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth import tables
from rareearth.dictionaries import Dictionaries
from rareearth.tables import Problem, Table

KEY = ["series", "entity", "product", "period_start", "period_end"]


@dataclass(frozen=True)
class Figures:
    """One table of figures: its text as printed and its typed columns."""

    table: Table
    typed: pd.DataFrame
    problems: list[Problem]


def figures(table: Table, known: Dictionaries, confidence: tuple[str, ...]) -> Figures:
    """Return a table of figures typed, with every violation found in it.

    The typed frame has the columns of the file; dates are datetime64, `value`, `low`
    and `high` float64, `price_year` Int64, the rest str.
    """
    typed = table.frame.copy()
    problems: list[Problem] = []
    for column in ("period_start", "period_end"):
        typed[column], found = tables.dates(table, column)
        problems += found
    for column in ("value", "low", "high"):
        typed[column], found = tables.numbers(table, column)
        problems += found
    years, found = tables.numbers(table, "price_year")
    problems += found
    typed["price_year"] = years.round().astype("Int64")
    problems += tables.unknown(table, "series", known.series.index)
    problems += tables.unknown(table, "entity", known.entities.index)
    problems += tables.unknown(table, "product", known.products.index)
    problems += tables.unknown(table, "source_id", known.sources.index)
    problems += tables.unknown(table, "confidence", pd.Index(confidence))
    problems += tables.repeated(table, ["figure_id"], "the same figure_id")
    for rule in (_empty, _bases, _order, _units, _ranges, _money, _twice):
        problems += rule(table, typed, known)
    problems.sort(key=lambda problem: problem.line or 0)
    return Figures(table, typed, problems)


def _empty(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report fields that may not be empty, and a figure without any number."""
    found: list[Problem] = []
    for column in ("figure_id", "unit", "basis", "locator"):
        empty = table.frame[column].str.strip() == ""
        found += tables.rows(table, empty, column, "is empty; every figure needs it")
    none = typed[["value", "low", "high"]].isna().all(axis=1)
    printed = table.frame[["value", "low", "high"]].eq("").all(axis=1)
    text = "is empty, and so are low and high; a missing number is a missing row"
    return found + list(tables.rows(table, none & printed, "value", text))


def _bases(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report basis codes that are not in ``bases.csv``, or stand twice."""
    found: list[Problem] = []
    for text in table.frame["basis"].unique():
        codes = text.split(";")
        wrong = [code for code in codes if code and code not in known.bases.index]
        doubled = len(codes) != len(set(codes))
        if not wrong and not doubled:
            continue
        message = (
            f"unknown basis {wrong[0]!r}; {tables.nearest(wrong[0], known.bases.index)}"
            if wrong
            else f"{text!r} names a code twice"
        )
        found += tables.rows(table, table.frame["basis"] == text, "basis", message)
    return found


def _order(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report periods that end before they start, and ranges the wrong way round."""
    raw = table.frame
    found = list(
        tables.rows(
            table,
            typed["period_end"] < typed["period_start"],
            "period_end",
            raw["period_end"] + " is before period_start " + raw["period_start"],
        )
    )
    for low, high in (("low", "high"), ("low", "value"), ("value", "high")):
        text = low + " " + raw[low] + " is above " + high + " " + raw[high]
        found += tables.rows(table, typed[low] > typed[high], low, text)
    return found


def _units(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report units that the series does not have."""
    allowed = typed["series"].map(known.series["unit"]).fillna("")
    pairs = pd.DataFrame({"unit": table.frame["unit"], "allowed": allowed})
    good = {
        (unit, units): unit in units.split("|")
        for unit, units in pairs.drop_duplicates().itertuples(index=False)
    }
    bad = np.array([not good[pair] for pair in zip(*pairs.to_numpy().T, strict=True)])
    bad &= (allowed != "").to_numpy()
    text = (
        "'"
        + pairs["unit"]
        + "' is not the unit of "
        + typed["series"]
        + "; expected "
        + allowed.str.replace("|", " or ", regex=False)
    )
    return list(tables.rows(table, bad, "unit", text))


def _ranges(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report numbers outside the plausible range of their series."""
    bounds = {
        side: typed["series"].map(pd.to_numeric(known.series[side], errors="coerce"))
        for side in ("low", "high")
    }
    found: list[Problem] = []
    for column in ("value", "low", "high"):
        outside = (typed[column] < bounds["low"]) | (typed[column] > bounds["high"])
        text = (
            table.frame[column]
            + " is outside the plausible range of "
            + typed["series"]
            + " ("
            + bounds["low"].map("{:g}".format)
            + " to "
            + bounds["high"].map("{:g}".format)
            + " "
            + table.frame["unit"]
            + ")"
        )
        found += tables.rows(table, outside, column, text)
    return found


def _money(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report years of money that cannot be years."""
    year = typed["price_year"]
    bad = year.notna() & ((year < 1900) | (year > 2100)).fillna(False)
    text = table.frame["price_year"] + " is not a year between 1900 and 2100"
    return list(tables.rows(table, bad.to_numpy(bool), "price_year", text))


def _twice(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report a number that stands under two ids: same key, source, basis and value."""
    columns = [*KEY, "value", "low", "high", "unit", "basis", "source_id"]
    return tables.repeated(table, columns, "the same figure")

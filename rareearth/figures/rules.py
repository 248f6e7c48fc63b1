"""The rules that a table of figures keeps, each giving the rows that break it.

`load` applies them to the table it needs and stops at the first problem; `check`
applies them to all tables and lists every problem. Neither changes a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.errors import nearest, quoted
from rareearth.figures import csv_files as tables
from rareearth.figures.columns import codes
from rareearth.figures.csv_files import Problem, Table
from rareearth.figures.dictionaries import Dictionaries

KEY = ["series", "entity", "product", "period_start", "period_end"]


MONEY = r"^(?:USD|AUD|CAD|CNY|EUR|JPY|MYR|sen)\b(?! per)"
ALL_EDITIONS = r"\ball editions\b"
LONGEST_YEAR = 400  # days; a fiscal year may have 53 weeks


@dataclass(frozen=True)
class Figures:
    """One table of figures: its text as printed and its typed columns."""

    table: Table
    typed: pd.DataFrame
    problems: list[Problem]


def two_values(checked: list[Figures]) -> Iterator[Problem]:
    """Return rows in which one source gives one figure another value.

    A revision is published elsewhere, in a source of its own; two values of one source
    differ in what they mean, which the basis says.
    """
    if not checked:
        return
    frames = [
        part.table.frame.assign(part=number, row=range(len(part.table.frame)))
        for number, part in enumerate(checked)
    ]
    every = pd.concat(frames, ignore_index=True)
    every["basis"] = every["basis"].map(
        {text: ";".join(sorted(codes(text))) for text in every["basis"].unique()}
    )
    key = [*KEY, "unit", "price_year", "basis", "source_id"]
    numbers = ["value", "low", "high"]
    differ = every.duplicated(key, keep=False) & ~every.duplicated(key + numbers)
    again = every[differ][every[differ].duplicated(key)]
    firsts = every[differ].drop_duplicates(key).set_index(key)["figure_id"]
    for line in again.itertuples(index=False):
        part = checked[line.part]
        first = firsts.loc[tuple(getattr(line, name) for name in key)]
        text = f"{line.value or line.low or line.high} beside another value of {first}"
        text += " from the same source, for the same period and on the same basis"
        yield Problem(part.table.file, part.table.line(line.row), "value", text)


def figures(table: Table, known: Dictionaries, confidence: tuple[str, ...]) -> Figures:
    """Return a table of figures typed, with every violation found in it."""
    typed, problems = with_types(table)
    problems += tables.unknown(table, "series", known.series.index)
    problems += tables.unknown(table, "entity", known.entities.index)
    problems += tables.unknown(table, "product", known.products.index)
    problems += tables.unknown(table, "source_id", known.sources.index)
    problems += tables.unknown(table, "confidence", pd.Index(confidence))
    problems += tables.repeated(table, ["figure_id"], "the same figure_id")
    for rule in (_empty, _bases, _order, _units, _ranges, _money, _twice, _editions):
        problems += rule(table, typed, known)
    problems.sort(key=lambda problem: problem.line or 0)
    return Figures(table, typed, problems)


def with_types(table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """Return a table of figures typed, and what is no date or number in it.

    The typed frame has the columns of the file; dates are datetime64, `value`, `low`
    and `high` float64, `price_year` Int64, the rest str.
    """
    typed = dict(table.frame.items())
    problems: list[Problem] = []
    for column in ("period_start", "period_end"):
        typed[column], found = tables.dates(table, column)
        problems += found
    for column in ("value", "low", "high", "price_year"):
        typed[column], found = tables.numbers(table, column)
        problems += found
    typed["price_year"] = typed["price_year"].round().astype("Int64")
    return pd.DataFrame(typed), problems


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
        wrong = [code for code in codes if text and code not in known.bases.index]
        doubled = len(codes) != len(set(codes))
        if not wrong and not doubled:
            continue
        message = (
            f"unknown basis {quoted(wrong[0])}; {nearest(wrong[0], known.bases.index)}"
            if wrong
            else f"{quoted(text)} names a code twice"
        )
        found += tables.rows(table, table.frame["basis"] == text, "basis", message)
    return found


def _order(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report periods that end before they start, and ranges the wrong way round."""
    raw = table.frame
    late = typed["period_end"] < typed["period_start"]
    found = list(
        tables.rows(
            table,
            late,
            "period_end",
            lambda row: "{} is before period_start {}".format(
                raw.at[row, "period_end"], raw.at[row, "period_start"]
            ),
        )
    )
    for low, high in (("low", "high"), ("low", "value"), ("value", "high")):
        for row in np.flatnonzero(typed[low] > typed[high]):
            text = f"{low} {raw.at[row, low]} is above {high} {raw.at[row, high]}"
            found.append(Problem(table.file, table.line(row), low, text))
    return found


def _units(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report units that the series does not have."""
    pairs = table.frame[["series", "unit"]].drop_duplicates()
    allowed = {name: units.split("|") for name, units in known.series["unit"].items()}
    found: list[Problem] = []
    for series, unit in pairs.itertuples(index=False):
        if series in allowed and unit not in allowed[series]:
            bad = (table.frame["series"] == series) & (table.frame["unit"] == unit)
            text = f"{quoted(unit)} is not the unit of {series}; expected "
            found += tables.rows(
                table, bad, "unit", text + " or ".join(allowed[series])
            )
    return found


def _ranges(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report numbers outside the plausible range of their series."""
    limits = known.series[["low", "high"]].apply(pd.to_numeric, errors="coerce")
    lowest, highest = (typed["series"].map(limits[side]) for side in ("low", "high"))
    raw = table.frame
    found: list[Problem] = []
    for column in ("value", "low", "high"):
        outside = (typed[column] < lowest) | (typed[column] > highest)
        for row in np.flatnonzero(outside):
            text = (
                f"{raw.at[row, column]} is outside the plausible range of "
                f"{raw.at[row, 'series']} ({lowest[row]:g} to {highest[row]:g} "
                f"{raw.at[row, 'unit']})"
            )
            found.append(Problem(table.file, table.line(row), column, text))
    return found


def _money(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report money without a year: an impossible year, or a period of many years.

    A sum that belongs to one year is money of that year. One that spans several needs
    `price_year`, or the basis ``nominal`` (money of the day on which it is paid).
    """
    year, text = typed["price_year"], table.frame["price_year"]
    bad = year.notna() & ((year < 1900) | (year > 2100)).fillna(False)
    bad |= year.notna() & ~text.str.fullmatch(r"\d{4}(\.0+)?")
    wrong = "is not a year between 1900 and 2100"
    found = list(tables.rows(table, bad.to_numpy(bool), "price_year", wrong))
    money = table.frame["unit"].str.contains(MONEY, regex=True)
    long = (typed["period_end"] - typed["period_start"]).dt.days > LONGEST_YEAR
    undated = year.isna() & ~table.frame["basis"].str.contains(r"\bnominal\b")
    message = "is empty; money of a period of several years needs the year of its money"
    return found + list(
        tables.rows(table, money & long & undated, "price_year", message)
    )


def _twice(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report a number that stands under two ids: same key, source, basis and value."""
    columns = [*KEY, "value", "low", "high", "unit", "basis", "source_id"]
    return tables.repeated(table, columns, "the same figure")


def _editions(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report rows read in a table of all editions, but said to stand in an old one.

    A table that compares the editions of a publication can stand in the newest of
    them only: under an older source, the number would seem known before it was.
    """
    among = table.frame["locator"].str.contains(ALL_EDITIONS, case=False)
    family = table.frame["source_id"].map(known.sources["publication"]).fillna("")
    found: list[Problem] = []
    for row in np.flatnonzero(among & (family != "")):
        editions = known.published[known.sources["publication"] == family[row]]
        source, newest = table.frame.at[row, "source_id"], editions.idxmax()
        if known.published[source] < editions[newest]:
            text = (
                f"{source} cannot hold a table of all editions; the newest is {newest}"
            )
            found.append(Problem(table.file, table.line(row), "source_id", text))
    return found


def record_problems(name: str, table: Table, known: Dictionaries) -> list[Problem]:
    """Return what is wrong in a table of dated records: events or milestones."""
    frame = table.frame
    key = frame.columns[0]
    found = tables.repeated(table, [key], f"the same {key}")
    columns = [column for column in frame if str(column).startswith(_DATED)]
    typed = {}
    for column in columns:
        typed[column] = pd.to_datetime(
            frame[column], format="%Y-%m-%d", errors="coerce"
        )
        bad = typed[column].isna() & (frame[column] != "")
        found += tables.rows(table, bad, column, "is not a date; expected YYYY-MM-DD")
    for first, last in _IN_ORDER:
        if first in typed and last in typed:
            late = typed[last] < typed[first]
            found += tables.rows(table, late, last, f"is before {first}")
    if name == "events":
        undated = frame["date_announced"].eq("") & frame["date_effective"].eq("")
        text = "is empty, and so is date_effective; an event needs a date"
        found += tables.rows(table, undated, "date_announced", text)
        found += _acting(table)
    if name == "explanations":
        _, wrong = tables.numbers(table, "expected")
        return found + wrong
    if name == "assumptions":
        return found + assumption_problems(table, known)
    if name == "expectations":
        return found + expectation_problems(table, known)
    if name == "glossary":
        empty = frame["meaning"].str.strip() == ""
        return [*found, *tables.rows(table, empty, "meaning", "is empty")]
    for row, text in enumerate(frame["source_id"]):
        for source in set(text.split(";")) - set(known.sources.index):
            message = f"unknown source_id {quoted(source)}; "
            message += nearest(source, known.sources.index)
            found.append(Problem(table.file, table.line(row), "source_id", message))
    return found


def expectation_problems(table: Table, known: Dictionaries) -> list[Problem]:
    """Return what is wrong in the table of expectations.

    Each speaks of a figure that can come, inside an interval with its chance, and names
    the model that it is from.
    """
    frame, typed = table.frame, {}
    found = tables.unknown(table, "series", known.series.index)
    found += tables.unknown(table, "entity", known.entities.index)
    found += tables.unknown(table, "product", known.products.index)
    for column in ("filed_on", "period_start", "period_end"):
        typed[column], wrong = tables.dates(table, column)
        found += wrong
    for column in ("value", "low", "high", "level"):
        typed[column], wrong = tables.numbers(table, column)
        found += wrong
    chance = typed["level"].between(0, 1, inclusive="neither")
    found += tables.rows(table, ~chance, "level", "is no chance between 0 and 1")
    empty = frame["model"].str.strip() == ""
    found += tables.rows(table, empty, "model", "is empty; say what expects it")
    for rule in (_bases, _units, _order):
        found += rule(table, pd.DataFrame(typed), known)
    return found


DIRECTIONS = ("raises", "lowers", "either")
_SAID = ["topic", "parameter", "unit", "reason", "falsified_by"]


def assumption_problems(table: Table, known: Dictionaries) -> list[Problem]:
    """Return what is wrong in the table of assumptions.

    Each needs a value inside its range, a unit, a reason and what could prove it
    wrong; money needs the year of its money; a topic has one row for a parameter of
    an entity and a product.
    """
    frame = table.frame
    found = tables.repeated(table, ["topic", "parameter", "entity", "product"], "same")
    found += tables.unknown(table, "entity", known.entities.index)
    found += tables.unknown(table, "product", known.products.index)
    found += tables.unknown(table, "direction", pd.Index(DIRECTIONS))
    for column in _SAID:
        empty = frame[column].str.strip() == ""
        found += tables.rows(table, empty, column, "is empty; an assumption needs it")
    numbers = {}
    for column in ("value", "low", "high", "price_year"):
        numbers[column], wrong = tables.numbers(table, column)
        found += wrong
        if column != "price_year":
            text = "is empty; an assumption needs a value and both ends of its range"
            found += tables.rows(table, frame[column] == "", column, text)
    for low, high in (("low", "value"), ("value", "high")):
        text = f"is above {high}"
        found += tables.rows(table, numbers[low] > numbers[high], low, text)
    money = frame["unit"].str.contains(MONEY, regex=True)
    text = "is empty; money needs the year of its money"
    found += tables.rows(table, money & frame["price_year"].eq(""), "price_year", text)
    return found


def _acting(table: Table) -> list[Problem]:
    """Report events that suspend or end what is not there, or not from a day on.

    A suspension needs its last day as well: "suspended until when" must have an answer.
    """
    frame = table.frame
    known = set(frame["event_id"])
    found = []
    for column, needs in (("suspends", ["date_effective", "date_until"]), ("ends", [])):
        for row, text in enumerate(frame[column]):
            named = set(filter(None, text.split(";")))
            for name in sorted(named - known):
                message = f"unknown event {quoted(name)}; {nearest(name, known)}"
                found.append(Problem(table.file, table.line(row), column, message))
            if frame["event_id"].iloc[row] in named:
                found.append(Problem(table.file, table.line(row), column, "is itself"))
            for needed in (needs or ["date_effective"]) if named else []:
                if frame[needed].iloc[row] == "":
                    message = f"is empty, and the event {column} something"
                    found.append(Problem(table.file, table.line(row), needed, message))
    return found


_DATED = ("date_", "planned_", "actual_")
_IN_ORDER = (
    ("date_effective", "date_until"),
    ("planned_start", "planned_end"),
    ("actual_start", "actual_end"),
)


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
KINDS = ["number", "date", "statement", "attribution"]
NUMBERS = ["value", "low", "high", "at_least", "at_most"]
LOOKED_UP = (
    "found_by,series,entity,figure_product,figure_start,figure_end,codes,evidence,"
    "basis,counts,at_least,at_most,reading,corrected,report"
).split(",")  # what a claim is compared with, what would be right, where more is told
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
    found += _unsaid(table, needed)
    found += tables.unknown(table, "qualifier", pd.Index(QUALIFIERS))
    found += tables.unknown(table, "topic", pd.Index([*TOPICS, ""] if own else TOPICS))
    if not own:
        found += tables.unknown(table, "article", known.sources.index)
        found += _looked_up(table, known)
    found += tables.unknown(table, "quantity", quantities.index)
    found += _claimed_ranges(table)
    found += _days(table, ["period_start", "period_end", "due"])
    found += _claimed_units(table, quantities)
    found += _long(table)
    return sorted(found, key=lambda problem: problem.line or 0)


def problems(
    name: str, table: Table, known: Dictionaries, claims: pd.Series | None
) -> list[Problem]:
    """Return what is wrong in the quantities, the checks, or the differences."""
    key = table.frame.columns[0]
    found = tables.repeated(table, [key], f"the same {key}")
    if name == "quantities":
        found += _unsaid(table, "quantity kind meaning")
        found += tables.unknown(table, "kind", pd.Index(KINDS))
        double = table.frame["quantity"].isin(known.series.index)
        text = "is a key of series.csv already"
        return found + list(tables.rows(table, double, "quantity", text))
    if claims is not None:
        found += tables.unknown(table, "claim_id", pd.Index(claims))
    if name == "claim_differences":
        found += _unsaid(table, "reason")
        for column in ("computed", "written"):
            found += tables.unknown(table, column, pd.Index(VERDICTS))
        same = table.frame["computed"] == table.frame["written"]
        text = "is the written verdict too; nothing needs an explanation"
        return found + list(tables.rows(table, same, "computed", text))
    found += _unsaid(table, "locator reasoning")
    found += tables.unknown(table, "source_id", known.sources.index)
    found += tables.unknown(table, "verdict", pd.Index(VERDICTS))
    of = table.frame["check_id"].map(lambda text: text.rpartition("-")[0])
    wrong = of != table.frame["claim_id"]
    text = "is not the claim_id with a number"
    found += tables.rows(table, wrong, "check_id", text)
    return found + _claimed_ranges(table)


def _unsaid(table: Table, columns: str) -> list[Problem]:
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


def _claimed_ranges(table: Table) -> list[Problem]:
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


def _claimed_units(table: Table, quantities: pd.DataFrame) -> list[Problem]:
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

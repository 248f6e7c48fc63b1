"""The rules that tables keep, each giving the rows that break it.

A table is checked when it is read and is not as it was sealed, and by `check`, which
lists every problem. No rule changes a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rareearth.errors import quoted
from rareearth.figures import csv_files as tables
from rareearth.figures.columns import codes, each
from rareearth.figures.csv_files import Problem, Table
from rareearth.figures.dictionaries import Dictionaries

KEY = ["series", "entity", "product", "period_start", "period_end"]
MONEY = r"^(?:USD|AUD|CAD|CNY|EUR|JPY|MYR|sen)\b(?! per)"
ALL_EDITIONS = r"\ball editions\b"
LONGEST_YEAR = 400  # days; a fiscal year may have 53 weeks
OWN_CLAIMS = "own claims"  # their articles are in no dictionary, nor is their place
NEEDED = {  # columns in which no row is empty
    "figures": "figure_id series entity product period_start period_end unit basis "
    "source_id locator confidence",
    "expectations": "series entity product filed_on period_start period_end unit model",
    "assumptions": "topic parameter entity product value low high unit direction "
    "reason falsified_by",
    "glossary": "meaning",
    "events": "source_id",
    "milestones": "source_id",
    "quantities": "quantity kind meaning",
    "claims": "claim_id article topic subject quantity qualifier location paraphrase "
    "fragment",
    OWN_CLAIMS: "claim_id subject quantity qualifier",
    "claim_checks": "claim_id verdict source_id locator reasoning",
    "claim_differences": "computed written reason",
}
NAMED = {  # columns that hold names of a dictionary, or words of a list
    "figures": "series entity product basis source_id confidence",
    "expectations": "series entity product basis",
    "assumptions": "entity product direction",
    "events": "source_id",
    "milestones": "source_id",
    "quantities": "kind",
    "claims": "article topic quantity qualifier series entity figure_product codes "
    "counts",
    OWN_CLAIMS: "topic quantity qualifier",
    "claim_checks": "claim_id verdict source_id",
    "claim_differences": "claim_id computed written",
}
LISTS = {  # of these, several with semicolons between them
    "figures": {"basis"},
    "expectations": {"basis"},
    "events": {"source_id"},
    "milestones": {"source_id"},
    "claims": {"series", "entity", "figure_product", "codes"},
}
VERDICTS = (
    "supported roughly_supported outdated other_basis misattributed contradicted "
    "not_checkable opinion"
).split()
WORDS = {
    "direction": "raises lowers either".split(),
    "topic": (
        "capacity company cost demand dependence forecast patents policy price "
        "production refining reserves technology trade"
    ).split(),
    "qualifier": "exact approx at_least at_most forecast qualitative".split(),
    "kind": "number date statement attribution".split(),
    "counts": "best lowest highest".split(),
    **dict.fromkeys(("verdict", "computed", "written"), VERDICTS),
}
LOOKED_UP = (
    "found_by,series,entity,figure_product,figure_start,figure_end,codes,evidence,"
    "basis,counts,at_least,at_most,reading,corrected,report"
).split(",")  # what a claim is compared with, what would be right, where more is told
MOST_WORDS = 12  # of a fragment: it points to the place and does not replace the text
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_PER_WORD = 1.7  # characters of Chinese text to a word
_IN_ORDER = (
    ("period_start", "period_end"),
    ("date_effective", "date_until"),
    ("planned_start", "planned_end"),
    ("actual_start", "actual_end"),
    ("low", "high"),
    ("low", "value"),
    ("value", "high"),
)


@dataclass(frozen=True)
class Checked:
    """One table: its text as printed, its typed columns, and what is wrong in it."""

    table: Table
    typed: pd.DataFrame
    problems: list[Problem]


def check(
    name: str,
    table: Table,
    known: Dictionaries,
    quantities: pd.DataFrame | None = None,
    **words: Iterable[str],
) -> Checked:
    """Return a table typed, with every violation found in it.

    Parameters
    ----------
    name : str
        "figures", a table of records, or `OWN_CLAIMS`.
    quantities : DataFrame, optional
        Of claims: what they may be about, as from `quantities`.
    words : lists of str
        What may stand in a column, such as ``confidence``.
    """
    frame = table.frame
    typed, found = tables.typed(table)
    key = frame.columns[0]
    found += tables.repeated(table, [key], f"the same {key}")
    for column in NEEDED.get(name, "").split():
        empty = frame[column].str.strip() == ""
        found += tables.rows(table, empty, column, "is empty; every row needs it")
    allowed = _words(known) | words
    units = known.series["unit"]
    if quantities is not None:
        allowed["quantity"], units = quantities.index, quantities["unit"]
    for column in NAMED.get(name, "").split():
        if column in allowed:
            several = column in LISTS.get(name, ())
            found += tables.unknown(table, column, allowed[column], several=several)
    found += _order(table, typed)
    of = "series" if quantities is None else "quantity"
    if "unit" in frame and of in NEEDED.get(name, ""):
        found += _units(table, of, units)
    for rule in _RULES.get(name, ()):
        found += rule(table, typed, known)
    found.sort(key=lambda problem: problem.line or 0)
    return Checked(table, typed, found)


def _words(known: Dictionaries) -> dict[str, Iterable[str]]:
    """Return what may stand in a column, by its name."""
    sources, products = known.sources.index, known.products.index
    return {
        **WORDS,
        "series": known.series.index,
        "entity": known.entities.index,
        "product": products,
        "figure_product": products,
        "source_id": sources,
        "article": sources,
        "basis": known.bases.index,
        "codes": known.bases.index,
    }


def _order(table: Table, typed: pd.DataFrame) -> Iterator[Problem]:
    """Yield periods that end before they start, and ranges the wrong way round."""
    raw = table.frame
    for first, last in _IN_ORDER:
        if not {first, last} <= set(raw):
            continue
        for row in np.flatnonzero(typed[first] > typed[last]):
            one, other = raw.at[row, first], raw.at[row, last]
            is_day = typed[first].dtype.kind == "M"
            text = f"{first} {one} is above {last} {other}"
            text = f"{other} is before {first} {one}" if is_day else text
            at = last if is_day else first
            yield Problem(table.file, table.line(row), at, text)


def _units(table: Table, of: str, units: pd.Series) -> Iterator[Problem]:
    """Yield units that the series or quantity does not have."""
    for (name, unit), own in table.frame.groupby([of, "unit"], sort=False):
        allowed = str(units.get(name, unit)).split("|")
        if unit and unit not in allowed:
            text = f"{quoted(unit)} is not the unit of {name}; expected "
            text += " or ".join(filter(None, allowed)) or "none, it is a statement"
            bad = table.frame.index.isin(own.index)
            yield from tables.rows(table, bad, "unit", text)


def _numbers(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report figures without any number, or with one beyond the range of the series."""
    raw, names = table.frame, ["value", "low", "high"]
    none = raw[names].eq("").all(axis=1)
    text = "is empty, and so are low and high; a missing number is a missing row"
    found = list(tables.rows(table, none, "value", text))
    limits = known.series[["low", "high"]].apply(pd.to_numeric, errors="coerce")
    lowest, highest = (typed["series"].map(limits[side]) for side in ("low", "high"))
    for column in names:
        for row in np.flatnonzero((typed[column] < lowest) | (typed[column] > highest)):
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
    `price_year`, or the basis ``nominal`` (money of the day on which it is paid). So
    does an assumption, which has no period.
    """
    year, text = typed["price_year"], table.frame["price_year"]
    bad = year.notna() & ~text.str.fullmatch(r"(?:19\d\d|20\d\d|2100)(\.0+)?")
    wrong = "is not a year between 1900 and 2100"
    found = list(tables.rows(table, bad, "price_year", wrong))
    bare = table.frame["unit"].str.contains(MONEY, regex=True) & (text == "")
    message = "is empty; money needs the year of its money"
    if "period_end" in typed:
        bare &= (typed["period_end"] - typed["period_start"]).dt.days > LONGEST_YEAR
        bare &= ~table.frame["basis"].str.contains(r"\bnominal\b")
        message = message.replace("money ", "money of a period of several years ", 1)
    return found + list(tables.rows(table, bare, "price_year", message))


def _twice(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report a number that stands under two ids: same key, source, basis and value.

    And a code that stands twice in a basis.
    """
    columns = [*KEY, "value", "low", "high", "unit", "basis", "source_id"]
    basis = table.frame["basis"]
    doubled = each(basis, lambda text: 0 < len(codes(text)) <= text.count(";"))
    return tables.repeated(table, columns, "the same figure") + list(
        tables.rows(
            table,
            doubled,
            "basis",
            lambda row: f"{quoted(basis[row])} names a code twice",
        )
    )


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


def _acting(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report events without a day, and what acts on no event, or not from a day on.

    A suspension needs its last day as well: "suspended until when" must have an answer.
    """
    frame = table.frame
    undated = frame["date_announced"].eq("") & frame["date_effective"].eq("")
    text = "is empty, and so is date_effective; an event needs a date"
    found = list(tables.rows(table, undated, "date_announced", text))
    for column, needs in (
        ("suspends", ("date_effective", "date_until")),
        ("ends", ("date_effective",)),
    ):
        others, acts = frame["event_id"], frame[column] != ""
        found += tables.unknown(table, column, others.array, several=True)
        itself = [a in codes(b) for a, b in zip(others, frame[column], strict=True)]
        found += tables.rows(table, np.array(itself), column, "is itself")
        for needed in needs:
            text = f"is empty, and the event {column} something"
            found += tables.rows(table, acts & (frame[needed] == ""), needed, text)
    return found


def _assumed(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report a second row of a topic for a parameter of an entity and a product."""
    return tables.repeated(table, ["topic", "parameter", "entity", "product"], "same")


def _chances(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report intervals without a chance."""
    chance = typed["level"].between(0, 1, inclusive="neither")
    text = "is no chance between 0 and 1"
    return list(tables.rows(table, ~chance, "level", text))


def _said(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report numbers without a unit, and fragments that copy much of the article."""
    raw = table.frame
    bare = raw[["value", "low", "high"]].ne("").any(axis=1) & (raw["unit"] == "")
    found = list(tables.rows(table, bare, "unit", "is empty; a number needs its unit"))
    if "fragment" in raw:
        long = raw["fragment"].map(words) > MOST_WORDS
        text = f"has more than {MOST_WORDS} words; quote the decisive ones alone"
        found += tables.rows(table, long, "fragment", text)
    return found


def words(text: str) -> float:
    """Return the length of a text in words; Chinese characters count by groups."""
    han = len(_HAN.findall(text))
    return len(_HAN.sub(" ", text).split()) + han / _HAN_PER_WORD


def _of_claim(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report checks whose id is not that of their claim with a number."""
    of = table.frame["check_id"].map(lambda text: text.rpartition("-")[0])
    wrong = of != table.frame["claim_id"]
    text = "is not the claim_id with a number"
    return list(tables.rows(table, wrong, "check_id", text))


def _explained(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report explanations of a difference that is none."""
    same = table.frame["computed"] == table.frame["written"]
    text = "is the written verdict too; nothing needs an explanation"
    return list(tables.rows(table, same, "computed", text))


def _no_series(table: Table, typed: pd.DataFrame, known: Dictionaries) -> list[Problem]:
    """Report quantities that are named as a series is."""
    double = table.frame["quantity"].isin(known.series.index)
    text = "is a key of series.csv already"
    return list(tables.rows(table, double, "quantity", text))


_RULES = {
    "figures": (_numbers, _money, _twice, _editions),
    "expectations": (_chances,),
    "assumptions": (_assumed, _money),
    "events": (_acting,),
    "quantities": (_no_series,),
    "claims": (_said,),
    OWN_CLAIMS: (_said,),
    "claim_checks": (_of_claim, _said),
    "claim_differences": (_explained,),
}


def quantities(table: Table, known: Dictionaries) -> pd.DataFrame:
    """Return what a claim may be about: the quantities, then the series of figures.

    Returns
    -------
    DataFrame, indexed by quantity
        ``kind`` (number, date, statement), ``unit`` (joined by ``|``), ``meaning``.
    """
    series = known.series[["unit", "title"]].set_axis(["unit", "meaning"], axis=1)
    series.insert(0, "kind", "number")
    return pd.concat([table.frame.set_index("quantity"), series])


def two_values(checked: list[Checked]) -> Iterator[Problem]:
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

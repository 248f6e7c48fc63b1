"""Show sentences, tables, charts and sources in a notebook and in its report.

Everything that is shown passes through here, so that text from data stays text, each
chart carries its data, its description and its sources, and each source gets one
number in the whole report.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
import string
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from numbers import Real
from textwrap import shorten
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import pandas as pd
from IPython.display import display

from rareearth.figures import loading as figures
from rareearth.figures import records
from rareearth.words import MINUS, count, day, harmless

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Form: TypeAlias = str | Callable[[Any], str]
"""How a number is written: as by ``str.format``, or by a function."""

ABOUT = "application/vnd.rareearth.about+json"  # of a report: see `bibliography`
NAMED = 3  # sources, locators ... that are named; of more it is told how many
OF_TITLE = 50  # characters of the title of a source in a file
OF_CHART = 70  # of it under a chart
MOST_NAMED = 500  # computed rows that say each what they rest on
DOTS = 200  # an inch, of a chart as PNG
FEW = 6  # sources at most of a row that is known by its names alone
NUMBER, NAME = 0, 1  # kinds of token; days are kinds 4, 7 and 10, by their length
Token: TypeAlias = tuple[int, str]
_WEIGHT = {NUMBER: 1, NAME: 1, 4: 2, 7: 3, 10: 4}
_DAYS = re.compile(r"(?:FY)?((?:19|20)\d\d(?:-\d\d){0,2})(?: 00:00:00)?$")
LONGEST = 300  # characters of a name
_OF_FACT = ("figure_id", "locator", "unit", "basis")
_OF_FIGURE = "entity product period_start period_end value low high".split()
_OF_FIGURE += [*_OF_FACT, "title", "published"]
_NO_NAMES = {*_OF_FACT, "series", "price_year", "source_id", "confidence", "note"}
_IN_FILE = (
    "figure_id series entity product period_start period_end value low high unit basis "
    "source address locator confidence"
).split()
_COUNTS = {"number", "n", "rank", "lags", "months"}
_ELSEWHERE = re.compile(
    "unrelated|mirror|repost|republish|reprint|cop(y|ies|ied)", re.I
)
_ORIGINAL = re.compile(r"public copy|github|\(.*copy\)|PDF copy", re.I)
FINDINGS = "application/vnd.rareearth.findings+json"
AS_PNG = "RAREEARTH_CHARTS_AS_PNG"  # set: charts are shown as PNG as well
MOST_ROWS = 30  # of a table behind a chart that is shown whole
FIRST_ROWS = 10  # of a longer one, to show what it has; the CSV has all
PRINTED = 12  # significant digits: no printed figure has more, a computed one has 17
COMPUTED = 6  # significant digits of a computed number in a CSV
# What an address holds as it is; other ASCII is escaped. Two thirds of base64.
_AS_IT_IS = string.ascii_letters + string.digits + " !$()*+,-./:;=?@_~"
_ESCAPED = {n: f"%{n:02X}" for n in range(128) if chr(n) not in _AS_IT_IS}
_REPORT = re.compile(r"\[([^\[\]]+)\]\((\d\d_\w+\.ipynb)\)")
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
_HYPHEN = re.compile(r"(?<!\w)-(?=[\d.])")  # before a number, not in its exponent

# For JupyterLab; a report has its own style and leaves a scoped one out.
_IN_LAB = (
    "<style scoped>.findings dl{display:grid;gap:.8rem 1.5rem;margin:0;"
    "grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))}.findings dd{margin:0}"
    ".findings .value{font-size:1.6em;font-weight:600;line-height:1.3}</style>"
)

_folds: list[list[dict[str, Any]]] = []  # what is gathered for each fold that is open
_left_out: list[str] = []
_numbers: dict[str, int] = {}  # source_id -> its number in this report
_cited: list[pd.DataFrame] = []
_behind: dict[str, Fact] = {}  # the figures that were used, by figure_id
_pools: dict[Any, tuple[pd.DataFrame | None, Pool]] = {}
_charts: list[str] = []  # their titles


def say(text: str, used: pd.DataFrame | None = None) -> None:
    """Display a paragraph with computed numbers.

    It may contain ``**bold**`` and links to other notebooks, ``[a](01_b.ipynb)``. Its
    sources, those of the figures `used`, are marked at its end.
    """
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))
    safe = _REPORT.sub(r"<a href='\2'>\1</a>", safe)
    _show({"text/html": f"<p>{safe}{_marks_of(used)}</p>", "text/plain": text})


@contextmanager
def fold(summary: str) -> Iterator[None]:
    """Show what is displayed inside as one folded part that a reader may open.

    Parameters
    ----------
    summary : str
        What stands on the line that opens it.
    """
    _folds.append([])
    try:
        yield
    finally:
        inside = _folds.pop()
    if inside:
        html = "".join(each["text/html"] for each in inside)
        about = f"<summary>{escape(summary)}</summary>"
        kept = {kind: told for each in inside for kind, told in each.items()}
        kept.pop("text/plain", None)
        kept["text/html"] = f"<details class='fold'>{about}{html}</details>"
        _show(kept)


def left_out(why: str = "") -> None:
    """Keep why a section has nothing to say; without a reason, tell all that were kept.

    A reason is a phrase that names the section: "quota beside output: no quota had been
    published by 1 October 2010". They are told at the end of Method.
    """
    if why:
        _left_out.append(why)
    elif _left_out:
        say(f"Left out here: {'; '.join(dict.fromkeys(_left_out))}.")


def findings(items: Sequence[tuple[Any, ...]]) -> None:
    """Display the key findings as a panel: label, value, range or condition.

    A frame of figures after these three marks the finding with its sources.

    The panel is also kept as data, so that a sweep can collect it.
    """
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd class='value'>{escape(value)}</dd>"
        f"<dd class='range'>{escape(span)}{_marks_of(*used)}</dd></div>"
        for label, value, span, *used in items
    )
    html = f"<section class='findings' aria-label='Key findings'><dl>{cells}</dl>"
    rows = [
        dict(zip(("label", "value", "range"), item[:3], strict=True)) for item in items
    ]
    _show({"text/html": f"{_IN_LAB}{html}</section>", FINDINGS: rows})


class Card(NamedTuple):
    """A short account of one thing, with an address of its own."""

    anchor: str
    grade: str  # good, bad or open: its colour
    head: str
    quote: str = ""  # in the words of its source
    lines: Sequence[tuple[str, str]] = ()  # what each is, and its text
    links: Mapping[str, str] = {}  # where more stands: text by address
    used: pd.DataFrame | None = None


def cards(items: Sequence[Card]) -> None:
    """Display cards one below the other; each can be linked to by its anchor."""
    parts = []
    for item in items:
        rows = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
            for name, text in item.lines
            if text
        )
        more = ", ".join(
            f"<a href='{escape(to, quote=True)}'>{escape(text)}</a>"
            for to, text in item.links.items()
        )
        rows += f"<div><dt>More</dt><dd>{more}</dd></div>" * bool(more)
        quote = f"<blockquote>{escape(item.quote)}</blockquote>" * bool(item.quote)
        parts.append(
            f"<article class='claim {item.grade}' id='{escape(item.anchor)}'>"
            f"<p class='head'>{escape(item.head)}{_marks_of(item.used)}</p>"
            f"{quote}<dl>{rows}</dl></article>"
        )
    _show({"text/html": "".join(parts)})


def table(
    frame: pd.DataFrame,
    caption: str,
    formats: Mapping[str, Form] | None = None,
    used: pd.DataFrame | None = None,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Display a frame as an accessible table; its first column heads the rows.

    Parameters
    ----------
    frame : DataFrame
        Columns are named as the reader should see them, with their unit, or by
        `columns`.
    caption : str
        What the table shows.
    formats : mapping, optional
        Format of a column's numbers as it is shown, e.g. ``{"Share": "{:.0%}"}``, or a
        function that writes one; by default thousands are separated. What is missing is
        left blank.
    used : DataFrame, optional
        The figures that the table rests on; their sources are cited under it, and each
        row is marked with those that it names in ``source_id`` or that fit its cells.
    columns : mapping, optional
        Which columns are shown, in this order, and what each is called.
    """
    marks = [_marks(row.sources) for row in trace(frame, used)]
    if columns is not None:
        frame = frame[list(columns)].rename(columns=columns)
    frame = frame.drop(columns="source_id", errors="ignore")
    note = cite(used) if used is not None else ""
    _show({"text/html": _html_table(frame, caption, formats or {}, marks) + note})


def show(
    figure: Figure,
    data: pd.DataFrame,
    alt: str,
    used: pd.DataFrame | None = None,
    formats: Mapping[str, str] | None = None,
    assumed: pd.DataFrame | None = None,
) -> None:
    """Display `figure` once, with its description, its sources and its data.

    Parameters
    ----------
    figure : Figure
        It is closed afterwards, so that no second copy appears.
    data : DataFrame
        The rows that are drawn, all of them: shown folded under the chart, and kept as
        a CSV file, each with its unit, its source and what it rests on.
    alt : str
        What someone who cannot see the chart should know: kind, axes and finding.
    used : DataFrame, optional
        The figures that the chart rests on. Default: `data`, if it names sources.
    assumed : DataFrame, optional
        The assumptions that its computed rows rest on as well.

    Raises
    ------
    ValueError
        If the description is too short to describe, or there is nothing to show.
    """
    if len(alt.split()) < 8:
        raise ValueError("describe the figure: kind, axes and what it shows")
    if data.empty:
        raise ValueError("the chart has no data; say in words what is missing")
    title = _title(figure)
    _charts.append(title)
    name = f"chart-{len(_charts)}"
    unit = _unit(figure)
    if os.environ.get(AS_PNG):
        about = {"alt": alt, "chart": name}
        display({"image/png": _png(figure)}, metadata=about, raw=True)
    image = _picture(figure)
    cited = used if used is not None else data
    sources = cite(cited, chart=True) if "source_id" in cited else ""
    rows = trace(data, used)
    behind = figures.label(_cited[-1]) if sources else ""
    link = csv_address(to_csv(traced(data, rows, unit, assumed, behind)))
    marks = [_marks(row.sources) for row in rows]
    _show(
        {
            "text/html": (
                f"<figure class='chart'><img alt='{escape(alt, quote=True)}' "
                f'src="{image}"><figcaption>'
                f"{sources}"
                f"<details class='data'><summary>Data behind this chart</summary>"
                f"<p><a download='{name}.csv' href='{link}'>Download as CSV</a>. "
                "The picture is an SVG: a right click or a long press saves it.</p>"
                f"{_table_behind(data, title, formats or {}, marks)}"
                "</details></figcaption></figure>"
            ),
            "text/plain": alt,
        }
    )


def cite(used: pd.DataFrame, chart: bool = False) -> str:
    """Return who says what a frame holds, as HTML: three by name, the others folded.

    Each leads to its entry in the list of sources. The three have the most rows.
    """
    known = figures.dictionary("sources")
    names = used["source_id"].dropna().str.split(";").explode()
    names = names[names != ""]
    _cited.append(names.to_frame())
    for source in dict.fromkeys(names):
        figures.check_name("source", source, known.index)
        _numbers.setdefault(source, len(_numbers) + 1)
    if "figure_id" in used:
        _behind.update((fact.figure_id, fact) for fact in _pool(used).facts)
    most = list(names.value_counts().index)  # of equally many the first
    alone = len(most) == 1
    links = [_named(known.loc[source], source, whole=alone) for source in most]
    said = "; ".join(links[:NAMED])
    more, rest = len(links) - NAMED, ""
    if more > 0:
        said += f"; and {more} more"
        folded = "; ".join(links[NAMED:])
        rest = f"<summary>{count(more, 'more source')}</summary>"
        rest += f"<p class='source'>{folded}</p>"
        rest = f"<details class='fold'>{rest}</details>"
    about = f"Source: {said}." if said else ""
    if chart:
        about += " Chart: Rare Earth Workbook."
    return f"<p class='source'>{about.strip()}</p>{rest}"


def _named(source: pd.Series, source_id: str, *, whole: bool) -> str:
    """Return a source by its short name and its date, with its number, as a link."""
    name = source["short"] or source["publisher"]
    date = _written(source["published"]) if source["published"] else "no date"
    title = shorten(source["title"], OF_CHART, placeholder=" ...") if whole else ""
    parts = [name, title]
    parts += [date] * (date not in name)  # "EU study 2023" has its year
    text = ", ".join(dict.fromkeys(filter(None, parts)))
    return f"{escape(text)}<sup>{_link_to(source_id)}</sup>"


def _link_to(source: str) -> str:
    return f"<a href='#source-{escape(source)}'>{_numbers[source]}</a>"


def _marks(sources: Iterable[str]) -> str:
    """Return the numbers of sources as marks, of the first three at most."""
    numbered = [source for source in sources if source in _numbers]
    if not numbered:
        return ""
    more = f" +{len(numbered) - NAMED}" if len(numbered) > NAMED else ""
    first = sorted(numbered[:NAMED], key=_numbers.__getitem__)
    return f"<sup>{' '.join(map(_link_to, first))}{more}</sup>"


def _marks_of(used: pd.DataFrame | None = None) -> str:
    if used is None or used.empty:
        return ""
    cite(used)
    names = used["source_id"].dropna().str.split(";").explode()
    return _marks(name for name in names.value_counts().index if name)


def trace(frame: pd.DataFrame, used: pd.DataFrame | None = None) -> list[Trace]:
    """Return for each row of a frame the figures that it holds or was made from.

    A row names its sources in ``source_id``, or has the numbers, names and days of
    figures that were `used`. Among the figures that fit, the best are taken: those
    with its number, then of its day, then of its entity and product.
    """
    named = "source_id" in frame
    is_told = used is not None and ("locator" in used or not named)
    if not named and (used is None or len(used.columns) == 1):
        return [NO_TRACE] * len(frame)
    pool = _pool(cast(pd.DataFrame, used) if is_told else frame, known=is_told)
    found = []
    for row in frame.to_dict("records"):
        cell = row.get("source_id")
        names = list(filter(None, cell.split(";"))) if isinstance(cell, str) else []
        found.append(pool.fit(_tokens(row), names, not named))
    for each in found:
        _behind.update((fact.figure_id or fact.locator, fact) for fact in each.facts)
        for source in each.sources:
            _numbers.setdefault(source, len(_numbers) + 1)
    return found


def bibliography(*main: pd.DataFrame, as_of: str = "latest") -> None:
    """Display how new the report is, and the sources cited so far, as in the text.

    Under them all figures that were used can be downloaded.

    Parameters
    ----------
    *main : DataFrame
        The figures that carry the answer, as they were loaded. Of each of their series
        the last day is told, and that it is past due if its next value should have been
        out by the newest source that is listed.
    as_of : str
        As the figures were loaded: what a source printed later was not known.
    """
    if not _cited:
        raise ValueError("nothing was cited; show charts and tables first")
    listed = figures.sources(
        pd.concat([*_cited, pd.DataFrame({"source_id": [*_numbers]})])
    )
    places: dict[str, list[str]] = {}
    printed = figures.read_so_far().set_index("figure_id")[["source_id", "locator"]]
    where = dict(zip(printed.index, printed.to_numpy(), strict=True))
    for name, fact in _behind.items():  # a row of two sources has one figure of one
        source, place = where.get(name, (fact.source, fact.locator))
        places.setdefault(source, []).append(place)
    items = []
    for source, number in sorted(_numbers.items(), key=lambda item: item[1]):
        entry = listed.loc[source]
        date = entry["published"] or "no date"
        told = f"{entry['publisher']}, {entry['title']} ({date})"
        items.append(
            f"<li id='source-{escape(source)}' value='{number}'>"
            f"{escape(told)}{_link(_address(entry))}"
            f"{_remark(entry, _few(places.get(source, [])))}</li>"
        )
    dates = listed["published"]
    newest = max(dates[dates <= as_of], default="")  # 2025 <= latest
    how_new = escape(_how_new(newest, main), quote=False)
    _show(
        {
            "text/html": f"<p class='how-new'>{how_new}</p>"
            f"<ol class='sources'>{''.join(items)}</ol>{_all_figures()}",
            ABOUT: {
                "reach": _reach(newest, main),
                "terms": dict(records.read("glossary").to_numpy()),
            },
        }
    )


class Fact(NamedTuple):
    """A figure, or a record such as an event, by what leads to it."""

    figure_id: str
    source: str
    locator: str
    unit: str
    basis: str
    numbers: frozenset[Token]  # as published, not as a share of one


class Trace(NamedTuple):
    """What a row shows: figures that it holds or was made from, and their sources."""

    facts: tuple[Fact, ...]
    sources: tuple[str, ...]
    unit: str  # of the figure that the row holds; nothing where it holds none


NO_TRACE = Trace((), (), "")


class Pool:
    """Facts by the numbers, days and names that they have."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.facts: list[Fact] = []
        self.index: dict[Token, list[int]] = {}
        whole = [name for name in _OF_FIGURE if name in frame]
        if "figure_id" in frame:
            frame = frame[[*whole, "source_id"]]
        days = frame.select_dtypes("datetime")
        for row in frame.assign(**days.astype(str)).to_dict("records"):
            tokens = _tokens(row)
            numbers = frozenset(token for token in tokens if token[0] == NUMBER)
            name, place, unit, basis = (str(row.get(e, "")) for e in _OF_FACT)
            if row.get("unit") == "percent":
                tokens |= {_number(float(value) / 100) for _, value in numbers}
            for source in str(row["source_id"]).split(";"):
                for token in tokens:
                    self.index.setdefault(token, []).append(len(self.facts))
                self.facts.append(Fact(name, source, place, unit, basis, numbers))

    def fit(self, tokens: set[Token], names: Sequence[str], open_: bool) -> Trace:
        """Return the facts that fit a row, of the sources that it names unless `open_`.

        A row that names none needs a fact with its number and a name or day, or names
        that no more than a few sources have.
        """
        numbers: Counter[int] = Counter()
        others: Counter[int] = Counter()
        for token in tokens:
            votes = numbers if token[0] == NUMBER else others
            for place in self.index.get(token, ()):
                if open_ or self.facts[place].source in names:
                    votes[place] += _WEIGHT[token[0]]
        among = [place for place in numbers if others[place] or not open_]
        is_printed = bool(among)
        if open_ and not among and any(kind == NUMBER for kind, _ in tokens):
            return NO_TRACE  # a number of its own, computed
        among = among or list(others)
        most = max((others[place] for place in among), default=0)
        facts = [self.facts[place] for place in sorted(among) if others[place] == most]
        sources = tuple(dict.fromkeys(fact.source for fact in facts))
        if not open_:
            sources = tuple(names)
        elif not is_printed and len(sources) > FEW:
            return NO_TRACE
        units = {
            fact.unit if fact.numbers & tokens else "share (1 = 100 %)"
            for fact in facts
        }
        return Trace(tuple(facts), sources, "; ".join(sorted(units)) * is_printed)


def _tokens(row: Mapping[str, Any]) -> set[Token]:
    """Return by what a row can be known: its numbers, its days and its names."""
    found: set[Token] = set()
    for column, cell in row.items():
        if column in _NO_NAMES or isinstance(cell, bool) or cell is None:
            continue
        if isinstance(cell, Real):
            value = float(cell)
            if "year" in str(column).lower() and value == value:
                found.add((len("2025"), f"{value:.0f}"))
            elif math.isfinite(value) and column not in _COUNTS:
                found.add(_number(value))
        elif cell is not pd.NaT:
            text = str(cell)
            days = _DAYS.match(text)
            if days:
                found |= {(size, days[1][:size]) for size in (4, 7, 10)}
            elif text and len(text) < LONGEST:
                found.add((NAME, text))
                found.add((NAME, text.partition(",")[0]))
    return found


def _number(value: float) -> Token:
    return NUMBER, f"{value:.5g}"


def _pool(frame: pd.DataFrame, *, known: bool = True) -> Pool:
    """Return the facts of a frame, or if not `known` all that its sources say."""
    key: Any = tuple(frame["figure_id"]) if "figure_id" in frame else id(frame)
    if not known:
        key = frozenset(frame["source_id"].dropna().str.split(";").explode())
    if key not in _pools:
        facts = frame
        if not known:
            facts = figures.read_so_far()
            facts = facts[facts["source_id"].isin(key)]
        _pools[key] = (frame, Pool(facts))  # the frame is kept, so that its id is
    return _pools[key][1]


def traced(
    data: pd.DataFrame,
    rows: Sequence[Trace],
    unit: str = "",
    assumed: pd.DataFrame | None = None,
    behind: str = "",
) -> pd.DataFrame:
    """Return data with their unit, basis, source, address, locator, and foundation.

    Parameters
    ----------
    data, rows
        A frame and its traces.
    unit : str
        Of what is computed.
    assumed : DataFrame, optional
        The assumptions that computed rows rest on.
    behind : str
        What computed rows rest on, in words.

    Returns
    -------
    DataFrame
        ``rests_on`` is "figure" where a row holds a published number; of computed rows
        "figures", "assumptions" or "both", by what they are computed from. What `data`
        say of themselves stays.
    """
    computed = "figures"
    if assumed is not None and len(assumed):
        computed = "both" if behind else "assumptions"
    if "source_id" not in data:  # what is only of the same day is no source
        rows = [row if row.unit else NO_TRACE for row in rows]
    if len(data) > MOST_NAMED:
        behind = ""  # of a grid the sources stand under the chart
    entries = _entries(name for row in rows for name in row.sources)
    added = []
    for row in rows:
        found = [entries[name] for name in row.sources[:NAMED]]
        more = len(row.sources) - NAMED
        also = f"; and {count(more, 'more')}" if more > 0 else ""
        printed = bool(row.unit)
        added.append(
            {
                "unit": row.unit or unit,
                "basis": _few(fact.basis for fact in row.facts),
                "source": _few(each[0] for each in found) + also or behind,
                "address": _few(each[1] for each in found),
                "locator": _few(fact.locator for fact in row.facts),
                "rests_on": "figure" if printed else computed,
            }
        )
    told = data.drop(columns="source_id", errors="ignore").reset_index(drop=True)
    for name, column in pd.DataFrame(added).items():
        told[name] = told[name].fillna(column) if name in told else column
    return told


def _few(texts: Iterable[str]) -> str:
    """Return up to three different texts as one, and how many more there are."""
    found = [text for text in dict.fromkeys(texts) if text]
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return "; ".join(found[:NAMED]) + more


def _entries(sources: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return by its id what a source is called in a file, and where it is."""
    known = figures.dictionary("sources")
    found = {}
    for source in dict.fromkeys(sources):
        entry = known.loc[source]
        name = entry["short"] or entry["publisher"]
        title = shorten(entry["title"], OF_TITLE, placeholder=" ...")
        date = entry["published"] or "no date"
        found[source] = f"{name}, {title} ({date})", _address(entry)
    return found


def _unit(figure: Figure) -> str:
    """Return what the chart measures: the label of its axis of values."""
    labels = [(axes.get_ylabel(), axes.get_xlabel()) for axes in figure.axes]
    text = next((text for pair in labels for text in pair if text), "")
    return " ".join(text.split())  # a long label stands in lines


def _all_figures() -> str:
    """Return a link to the figures that the report used, as CSV."""
    printed = figures.read_so_far()
    rows = printed[printed["figure_id"].isin(_behind)].reset_index(drop=True)
    if rows.empty:
        return ""
    entries = _entries(rows["source_id"])
    where = pd.DataFrame(
        [entries[name] for name in rows["source_id"]], columns=["source", "address"]
    )
    # An address has the title: written two thousand times, both would weigh too much.
    titled = r", .*(?= \()"
    short = where["source"].str.replace(titled, "", regex=True)
    where["source"] = short.where(where["address"] != "", where["source"])
    table = rows.join(where)[list(_IN_FILE)].dropna(axis="columns", how="all")
    link = csv_address(to_csv(table))
    return (
        f"<p><a download='figures.csv' href='{link}'>Download the "
        f"{count(len(table), 'figure')} that this report used</a>, with unit, basis, "
        "source and place.</p>"
    )


def _reach(newest: str, main: Sequence[pd.DataFrame]) -> str:
    """Return to which days the main series reach, and the day of the newest source."""
    ends = [
        end for frame in main for end in frame.groupby("series")["period_end"].max()
    ]
    told = dict.fromkeys(day(end) for end in (min(ends), max(ends))) if ends else ()
    reach = " to ".join(told)
    known = f"newest source {_written(newest)}" if newest else ""
    return " · ".join(filter(None, [reach and f"Main series reach {reach}", known]))


def _how_new(newest: str, main: Sequence[pd.DataFrame]) -> str:
    """Return what the newest source is, and to which day each main series reaches."""
    if not newest:
        return "No source of this report has a date."
    told = f"Newest source of this report: {_written(newest)}."
    known = figures.dictionary("series")
    last: dict[str, pd.Timestamp] = {}
    for frame in main:
        last |= dict(frame.groupby("series")["period_end"].max())
    reach = []
    for series, end in last.items():
        text = f"{known.at[series, 'title']}, to {day(end)}"
        due = known.at[series, "next_expected"]
        if due and due < newest:
            text += f" (past due: the next was expected by {_written(due)})"
        reach.append(text)
    return f"{told} Main series: {'; '.join(reach)}." if reach else told


def _written(printed: str) -> str:
    """Return a day, a month or a year as it stands in prose."""
    if len(printed) == len("2025"):
        return printed
    date = pd.Timestamp(printed)
    return f"{date:%B %Y}" if len(printed) == len("2025-11") else day(date)


def to_csv(data: pd.DataFrame) -> str:
    """Return a frame as CSV whose text cannot become a formula in a spreadsheet.

    Computed numbers have six significant digits or all of their whole ones; printed
    ones stay as they are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_harmless(column) for column in data.columns])
    for row in data.itertuples(index=False):
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def csv_address(text: str) -> str:
    """Return the content of a CSV file as an address that a browser can save."""
    return "data:text/csv;charset=utf-8," + text.translate(_ESCAPED)


def reset() -> None:
    """Forget what was cited: for tests, and for a notebook that starts again."""
    for kept in (_numbers, _cited, _left_out, _behind, _pools, _charts):
        kept.clear()


def _show(bundle: dict[str, Any]) -> None:
    if _folds:
        _folds[-1].append(bundle)
        return
    bundle.setdefault("text/plain", re.sub("<[^>]+>", " ", bundle["text/html"])[:200])
    display(bundle, raw=True)


def _harmless(cell: object) -> object:
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and pd.isna(cell)):
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    return _short(cell) if isinstance(cell, float) else cell


def _short(value: float) -> float:
    """Return a number that was computed without the digits that mean nothing."""
    if math.isinf(value) or value == float(f"{value:.{PRINTED}g}"):
        return value
    whole = math.floor(math.log10(abs(value))) + 1
    return round(value, max(0, COMPUTED - whole))


def _html_table(
    frame: pd.DataFrame,
    caption: str,
    formats: Mapping[str, Form],
    marks: Sequence[str] = (),
) -> str:
    """Return a table; each row has its mark beside what heads it."""
    kinds = {column: _kind(frame[column]) for column in frame.columns}
    head = "".join(
        f"<th scope='col'{kinds[column]}>{escape(str(column))}</th>"
        for column in frame.columns
    )
    body = []
    marks = marks or [""] * len(frame)
    for row, mark in zip(frame.to_dict("records"), marks, strict=True):
        cells = []
        for column, value in row.items():
            text = escape(_format(value, column, formats.get(str(column))))
            cells.append(f"{kinds[column]}>{text}")
        first, *rest = cells
        more = "".join(f"<td{cell}</td>" for cell in rest)
        body.append(f"<tr><th scope='row'{first}{mark}</th>{more}</tr>")
    name = escape(caption, quote=True)
    return (
        f"<div class='table-wrap' role='region' tabindex='0' aria-label='{name}'>"
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _table_behind(
    data: pd.DataFrame, title: str, formats: Mapping[str, str], marks: Sequence[str]
) -> str:
    """Return the rows behind a chart as HTML, whole or, of many, the first."""
    shown = data.drop(columns="source_id", errors="ignore")
    if len(shown) <= MOST_ROWS:
        return _html_table(shown, title, formats, marks)
    more = f"<p>{len(shown) - FIRST_ROWS} more rows are in the CSV file.</p>"
    first = shown.head(FIRST_ROWS)
    return _html_table(first, title, formats, marks[:FIRST_ROWS]) + more


def _kind(column: pd.Series) -> str:
    """Return the class of a column's cells: numbers, dates, or none."""
    if pd.api.types.is_bool_dtype(column):
        return ""
    if pd.api.types.is_numeric_dtype(column):
        return " class='num'"
    texts = [_plain(each, "") for each in column if not pd.isna(each)]
    is_dates = any(texts) and all(_DATE.fullmatch(text) for text in texts if text)
    return " class='date'" if is_dates else ""


def _format(value: Any, column: object, form: Form | None) -> str:
    """Return a cell as a reader sees it; a negative number has a true minus sign."""
    if value is None or pd.isna(value):
        return ""
    if form is None:
        text = _plain(value, column)
    else:
        text = form.format(value) if isinstance(form, str) else form(value)
    return _HYPHEN.sub(MINUS, text) if isinstance(value, Real) else text


def _plain(value: Any, column: object) -> str:
    """Return a cell for which no format was asked."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if str(column).lower() == "year" else f"{value:,}"
    if isinstance(value, float):
        whole = abs(value) >= 1_000 or value == round(value)
        return f"{value:,.0f}" if whole else f"{value:,.4g}"
    return str(value)


def _link(url: str) -> str:
    if not re.match(r"https?://", url):
        return ""
    safe = escape(url, quote=True)
    return f" <a href='{safe}' rel='noreferrer'>{escape(url.split('/')[2])}</a>"


def _address(source: pd.Series) -> str:
    """Return where a document is; of a copy that is not its publisher's, nothing."""
    is_copy = _ELSEWHERE.search(source["via"]) and not _ORIGINAL.search(source["via"])
    return "" if is_copy else str(source["url"])


def _remark(source: pd.Series, places: str) -> str:
    parts = [f"Where: {places}"] if places else []
    parts += [f"Confidence: {source['confidence']}"] if source["confidence"] else []
    if _ELSEWHERE.search(source["via"]) or "github" in source["via"].lower():
        parts += ["Read in a copy"]
    else:
        parts += [f"Seen as: {source['via']}"] if source["via"] else []
    parts += ["From the reader's own folder"] if source["own"] else []
    unknown = source["terms"] in ("", "not stated")
    parts += ["Terms unknown" if unknown else f"Terms: {source['terms']}"]
    return f"<br><small>{escape('. '.join(parts))}.</small>"


def _title(figure: Figure) -> str:
    title = figure.get_suptitle()
    if not title:
        raise ValueError("a chart needs a title that says its finding")
    return " ".join(title.split())


def _picture(figure: Figure) -> str:
    """Return the figure as an address: SVG as it is, a quarter less than as base64."""
    from rareearth.charts.style import to_svg

    drawing = to_svg(figure).replace("'", "&apos;").translate(_ESCAPED)
    return "data:image/svg+xml," + drawing.replace("%22", "'")


def _png(figure: Figure) -> str:
    """Return the figure as PNG, of twice the dots of a printed page, in base64."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS, metadata={"Software": None})
    return b64encode(file.getvalue()).decode()


def assumption_table(assumed: pd.DataFrame) -> pd.DataFrame:
    """Return assumptions as readers see them.

    Parameters
    ----------
    assumed : DataFrame
        From `records.assumptions`.

    Returns
    -------
    DataFrame, one row per assumption
        Name, value, range, unit, reason, and what would settle it.
    """
    return pd.DataFrame(
        {
            "Assumption": assumed["parameter"].str.replace("_", " "),
            "Value": assumed["value"],
            "From": assumed["low"],
            "To": assumed["high"],
            "Unit": assumed["unit"],
            "Reason": assumed["reason"],
            "What would settle it": assumed["falsified_by"],
        }
    )

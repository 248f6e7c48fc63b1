"""Show sentences, tables, charts and sources in a notebook and in its report.

Everything that is shown passes through here, so that text from data stays text, each
chart carries its data, its description and its sources, and each source gets one
number in the whole report.
"""

from __future__ import annotations

import csv
import io
import math
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from IPython.display import display

from rareearth.figures import loading as figures
from rareearth.words import MINUS, day, harmless

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Form: TypeAlias = str | Callable[[Any], str]
"""How a number is written: as by ``str.format``, or by a function."""

FINDINGS = "application/vnd.rareearth.findings+json"
MOST_ROWS = 30  # of a table behind a chart that is shown whole
FIRST_ROWS = 10  # of a longer one, to show what it has; the CSV has all
PRINTED = 12  # significant digits: no printed figure has more, a computed one has 17
COMPUTED = 6  # significant digits of a computed number in a CSV
# What an address holds as it is; other ASCII is escaped. Two thirds of base64.
_AS_IT_IS = string.ascii_letters + string.digits + " !$()*+,-./:;=?@_~"
_ESCAPED = {n: f"%{n:02X}" for n in range(128) if chr(n) not in _AS_IT_IS}
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
_HYPHEN = re.compile(r"(?<!\w)-(?=[\d.])")  # before a number, not in its exponent

# For JupyterLab; a report has its own style and leaves a scoped one out.
_IN_LAB = (
    "<style scoped>.findings dl{display:grid;gap:.8rem 1.5rem;margin:0;"
    "grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))}.findings dd{margin:0}"
    ".findings .value{font-size:1.6em;font-weight:600;line-height:1.3}</style>"
)

_folds: list[list[str]] = []  # what is gathered for each fold that is open
_left_out: list[str] = []
_numbers: dict[str, int] = {}  # source_id -> its number in this report
_cited: list[pd.DataFrame] = []


def say(text: str) -> None:
    """Display a paragraph with computed numbers; ``**bold**`` is all it may contain."""
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))
    _show({"text/html": f"<p>{safe}</p>", "text/plain": text})


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
        inside = "".join(_folds.pop())
    if inside:
        about = f"<summary>{escape(summary)}</summary>"
        _show({"text/html": f"<details class='fold'>{about}{inside}</details>"})


def left_out(why: str = "") -> None:
    """Keep why a section has nothing to say; without a reason, tell all that were kept.

    A reason is a phrase that names the section: "quota beside output: no quota had been
    published by 1 October 2010". They are told at the end of Method.
    """
    if why:
        _left_out.append(why)
    elif _left_out:
        say(f"Left out here: {'; '.join(dict.fromkeys(_left_out))}.")


def findings(items: Sequence[tuple[str, str, str]]) -> None:
    """Display the key findings as a panel: label, value, range or condition.

    The panel is also kept as data, so that a sweep can collect it.
    """
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd class='value'>{escape(value)}</dd>"
        f"<dd class='range'>{escape(span)}</dd></div>"
        for label, value, span in items
    )
    html = f"<section class='findings' aria-label='Key findings'><dl>{cells}</dl>"
    rows = [dict(zip(("label", "value", "range"), item, strict=True)) for item in items]
    _show({"text/html": f"{_IN_LAB}{html}</section>", FINDINGS: rows})


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
        The figures that the table rests on; their sources are cited under it.
    columns : mapping, optional
        Which columns are shown, in this order, and what each is called.
    """
    if columns is not None:
        frame = frame[list(columns)].rename(columns=columns)
    note = f"<p class='source'>{cite(used)}</p>" if used is not None else ""
    _show({"text/html": _html_table(frame, caption, formats or {}) + note})


def show(
    figure: Figure,
    data: pd.DataFrame,
    alt: str,
    used: pd.DataFrame | None = None,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Display `figure` once, with its description, its sources and its data.

    Parameters
    ----------
    figure : Figure
        It is closed afterwards, so that no second copy appears.
    data : DataFrame
        The rows behind the chart: shown folded under it, and kept as a CSV file.
    alt : str
        What someone who cannot see the chart should know: kind, axes and finding.
    used : DataFrame, optional
        The figures that the chart rests on. Default: `data`, if it names sources.

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
    name = _slug(title)
    image = _picture(figure)
    link = csv_address(to_csv(data))
    cited = used if used is not None else data
    sources = cite(cited) if "source_id" in cited else ""
    _show(
        {
            "text/html": (
                f"<figure class='chart'><img alt='{escape(alt, quote=True)}' "
                f'src="{image}"><figcaption>'
                f"<p class='source'>{sources}</p>"
                f"<details class='data'><summary>Data behind this chart</summary>"
                f"<p><a download='{name}.csv' href='{link}'>"
                f"Download as CSV</a> · <a download='{name}.svg' "
                f'href="{image}">Download the picture</a></p>'
                f"{_table_behind(data, title, formats or {})}"
                "</details></figcaption></figure>"
            ),
            "text/plain": alt,
        }
    )


def cite(used: pd.DataFrame) -> str:
    """Return the numbered links to the sources of a frame, as HTML.

    A number says who published and when; the list that it leads to says the rest.
    """
    known = figures.dictionary("sources")
    _cited.append(used[["source_id"]])
    links = []
    for source in dict.fromkeys(used["source_id"]):
        figures.check_name("source", source, known.index)
        number = _numbers.setdefault(source, len(_numbers) + 1)
        date = known.at[source, "published"] or "no date"
        who = f"{known.at[source, 'publisher']} ({date})"
        link = f"<a href='#source-{escape(source)}' title='{escape(who)}'>"
        links.append((number, f"{link}{number}</a>"))
    return "Sources: " + ", ".join(link for _, link in sorted(links))


def bibliography(*main: pd.DataFrame, as_of: str = "latest") -> None:
    """Display how new the report is, and the sources cited so far, as in the text.

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
    listed = figures.sources(pd.concat(_cited))
    items = []
    for source, number in sorted(_numbers.items(), key=lambda item: item[1]):
        entry = listed.loc[source]
        items.append(
            f"<li id='source-{escape(source)}' value='{number}'>"
            f"{escape(_citation(entry))}{_link(entry['url'])}"
            f"{_remark(entry)}</li>"
        )
    printed = listed.loc[listed["published"] <= as_of, "published"]  # 2025 <= latest
    how_new = escape(_how_new(printed.max(), main), quote=False)
    _show(
        {
            "text/html": f"<p class='how-new'>{how_new}</p>"
            f"<ol class='sources'>{''.join(items)}</ol>"
        }
    )


def _how_new(newest: object, main: Sequence[pd.DataFrame]) -> str:
    """Return what the newest source is, and to which day each main series reaches."""
    if not isinstance(newest, str) or not newest:
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
    _numbers.clear()
    _cited.clear()
    _left_out.clear()


def _show(bundle: dict[str, Any]) -> None:
    if _folds:
        _folds[-1].append(bundle["text/html"])
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


def _html_table(frame: pd.DataFrame, caption: str, formats: Mapping[str, Form]) -> str:
    kinds = {column: _kind(frame[column]) for column in frame.columns}
    head = "".join(
        f"<th scope='col'{kinds[column]}>{escape(str(column))}</th>"
        for column in frame.columns
    )
    body = []
    for row in frame.to_dict("records"):
        cells = []
        for place, (column, value) in enumerate(row.items()):
            text = escape(_format(value, column, formats.get(str(column))))
            tag = "th scope='row'" if place == 0 else "td"
            end = "th" if place == 0 else "td"
            cells.append(f"<{tag}{kinds[column]}>{text}</{end}>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    name = escape(caption, quote=True)
    return (
        f"<div class='table-wrap' role='region' tabindex='0' aria-label='{name}'>"
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _table_behind(data: pd.DataFrame, title: str, formats: Mapping[str, str]) -> str:
    """Return the rows behind a chart as HTML, whole or, of many, the first."""
    shown = data.drop(columns="source_id", errors="ignore")
    if len(shown) <= MOST_ROWS:
        return _html_table(shown, title, formats)
    more = f"<p>{len(shown) - FIRST_ROWS} more rows are in the CSV file.</p>"
    return _html_table(shown.head(FIRST_ROWS), title, formats) + more


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


def _citation(source: pd.Series) -> str:
    published = source["published"] or "no date"
    return f"{source['publisher']}, {source['title']} ({published})"


def _link(url: str) -> str:
    if not re.match(r"https?://", url):
        return ""
    safe = escape(url, quote=True)
    return f" <a href='{safe}' rel='noreferrer'>{escape(url.split('/')[2])}</a>"


def _remark(source: pd.Series) -> str:
    parts = [f"Seen as: {source['via']}"] if source["via"] else []
    parts += ["From the reader's own folder"] if source["own"] else []
    unknown = source["terms"] in ("", "not stated")
    parts += ["Terms unknown" if unknown else f"Terms: {source['terms']}"]
    return f"<br><small>{escape('. '.join(parts))}.</small>"


def _title(figure: Figure) -> str:
    title = figure.get_suptitle()
    if not title:
        raise ValueError("a chart needs a title that says its finding")
    return " ".join(title.split())


def _slug(title: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return words[:60].strip("-") or "chart"


def _picture(figure: Figure) -> str:
    """Return the figure as an address: SVG as it is, a quarter less than as base64."""
    from rareearth.charts.style import to_svg

    drawing = to_svg(figure).replace("'", "&apos;").translate(_ESCAPED)
    return "data:image/svg+xml," + drawing.replace("%22", "'")


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

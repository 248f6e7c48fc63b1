"""What the index says beside the cards: the workbook, its sweeps, data and citation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import rareearth
from rareearth.render import dictionary_page, library

ABOUT = (
    "Sourced figures on the rare-earth industry, and methods that can be checked. Each "
    "report answers one question from figures that can be traced to a page of their "
    "source, with their ranges and their vintages."
)
_SWEEP = re.compile(r"<title>Sweep: (.*?) - Rare Earth Workbook</title>")
_LEAD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)
_HEAD = 64_000  # characters in which title and lead of a page are found


def sweeps(folder: Path) -> str:
    """Return the section that lists the sweeps below `folder`."""
    items = [f"<li>{line}</li>" for line in _sweeps(folder)]
    if not items:
        return ""
    return f'\n<h2>Sweeps</h2>\n<ul class="sweeps">\n{chr(10).join(items)}\n</ul>'


def _sweeps(folder: Path) -> Iterator[str]:
    for table in sorted(folder.glob("sweeps/*/*.csv")):
        page = table.with_suffix(".html")
        if not page.is_file():
            continue
        with page.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
        title, lead = _SWEEP.search(head), _LEAD.search(head)
        if title:
            link = quote(page.relative_to(folder).as_posix())
            about = _plain(lead[1]) if lead else ""
            yield f'<a href="{link}">{escape(_plain(title[1]))}</a><br>{escape(about)}'


def data(folder: Path) -> str:
    """Return the section on the figures; it writes the data dictionary it links to."""
    page = dictionary_page.build(folder)
    counts = library.figure_counts(library.data_folder())
    return (
        '\n<section class="about">\n<h2>The figures</h2>\n'
        f"<p>{sum(counts):,} figures in {len(counts)} tables. The "
        f'<a href="{quote(page.name)}">data dictionary</a> says what every series, '
        "unit, basis and source is.</p>\n</section>"
    )


def citation() -> str:
    """Return the section on how to cite the workbook and its figures."""
    return (
        '\n<section class="about">\n<h2>How to cite</h2>\n'
        "<p>Rare Earth Workbook contributors: <cite>Rare Earth Workbook</cite>, "
        f"version {escape(rareearth.__version__)}. Name the report and its parameters, "
        "and cite the publisher of a figure beside it: each report lists its sources."
        "</p>\n"
        "<p>The code is under the BSD 3-Clause licence; the selection and description "
        "of the data are under CC BY 4.0. The figures are facts that their publishers "
        "printed under their own terms.</p>\n</section>"
    )


def _plain(html: str) -> str:
    """Return the text of a line that the workbook itself has written."""
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())

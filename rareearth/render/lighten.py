"""Leave out of a finished page what it says more than once."""

from __future__ import annotations

import re

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_CELL = re.compile(r"<t[hd](?=[ >])[^>]*>")
_KINDS = {"num": "n", "date": "d"}  # of columns, by the style sheet
_KIND = re.compile(f' class="({"|".join(_KINDS)})"')
MOST_COLUMNS = 12  # that the style sheet can align by their place
ROOMY = 6  # columns at most, where dates may ask for room; the style sheet has no more


def lighten(html: str) -> str:
    """Return a page that looks and reads the same, with less to send.

    A column of numbers or dates is marked once, at its table, and not in each cell.
    """
    return _TABLE.sub(_by_column, html)


def _by_column(match: re.Match[str]) -> str:
    """Return a table with the kinds of its columns as classes: ``n2 d3``."""
    table = match[0]
    rows = [_CELL.findall(row) for row in table.split("<tr")[1:]]
    kinds = {tuple(_kind(cell) for cell in row) for row in rows}
    if len(kinds) != 1 or "span=" in table or "<table" in table[1:]:
        return table  # not a plain grid: each cell keeps its own mark
    (kind_of,) = kinds
    wanted = set(_KINDS.values()) if len(kind_of) <= ROOMY else {"n"}
    marked = [(kind, n) for n, kind in enumerate(kind_of, 1) if kind in wanted]
    if marked and marked[-1][1] > MOST_COLUMNS:
        return table
    plain = _CELL.sub(lambda cell: _KIND.sub("", cell[0]), table)
    if not marked:
        return plain
    names = " ".join(f"{kind}{n}" for kind, n in marked)
    return plain.replace("<table>", f'<table class="{names}">', 1)


def _kind(cell: str) -> str:
    """Return the letter of a cell's kind, from its opening tag."""
    found = _KIND.search(cell)
    return _KINDS[found[1]] if found else ""

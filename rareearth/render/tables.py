"""Give plain tables (of pandas, of Markdown) what our own tables have.

A container that scrolls instead of the page, scopes for screen readers, and numbers
aligned to the right.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

_SPACE = "\u2009\u202f\u00a0 "  # thin and no-break spaces part thousands
NUMBER = re.compile(
    rf"[-+−±~<>≈]?\s?[$€£¥]?\d[\d,.{_SPACE}]*([eE][-+]?\d+)?\s?%?",
)
MISSING = {"", "NaN", "NaT", "<NA>", "None", "-", "–"}


def improve(tree: BeautifulSoup) -> None:
    """Improve every table of `tree` in place that is not in a ``table-wrap`` yet."""
    for table in tree.find_all("table"):
        if table.find_parent(class_=re.compile(r"\btable-wrap\b")):
            continue
        _scope(table)
        _align(table)
        for tag in [table, *table.find_all(["tr", "thead"])]:
            tag.attrs.pop("style", None)
        wrap = {"class": "table-wrap", "role": "region", "tabindex": "0"}
        table.wrap(tree.new_tag("div", attrs={**wrap, "aria-label": _label(table)}))


def _label(table: Tag) -> str:
    """Return the caption of a table, else the names of its first columns."""
    if caption := table.find("caption"):
        return caption.get_text(" ", strip=True)
    heads = table.thead.find_all("th") if table.thead else []
    names = [cell.get_text(" ", strip=True) for cell in heads]
    return f"Table: {', '.join(filter(None, names[:6]))}"


def _scope(table: Tag) -> None:
    """Say of each header cell whether it heads its column or its row."""
    for cell in table.find_all("th"):
        in_head = cell.find_parent("thead") is not None
        cell.attrs.setdefault("scope", "col" if in_head else "row")
        if in_head and not cell.get_text(strip=True):
            cell.name = "td"  # the empty corner heads nothing
            del cell["scope"]


def _align(table: Tag) -> None:
    """Align to the right the columns whose cells are all numbers."""
    rows = [row.find_all(["td", "th"]) for row in table.find_all("tr")]
    if table.find(["td", "th"], {"colspan": True}) or not rows:
        return
    for column in range(max(map(len, rows))):
        cells = [row[column] for row in rows if len(row) > column]
        body = [c for c in cells if c.name == "td" and not c.find_parent("thead")]
        texts = {cell.get_text(strip=True) for cell in body} - MISSING
        if texts and all(NUMBER.fullmatch(text) for text in texts):
            for cell in cells:
                cell["class"] = f"{cell.get('class', '')} num".strip()
                cell.attrs.pop("style", None)

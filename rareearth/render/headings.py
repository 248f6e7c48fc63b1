"""Collect the headings of a page, check their order and give them lasting ids."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup

from rareearth.render.markup import MarkupError, text_of


@dataclass
class Entry:
    """One line of the table of contents; `parts` are the headings below it."""

    text: str
    id: str
    parts: list[Entry] = field(default_factory=list)


@dataclass
class Outline:
    """The headings of a page in order.

    Add the pieces of the page one after the other. The first heading is the only h1,
    and no level is skipped on the way down.
    """

    title: str = ""
    entries: list[Entry] = field(default_factory=list)
    level: int = 0
    ids: set[str] = field(default_factory=lambda: {"report", "contents"})

    def add(self, piece: BeautifulSoup) -> None:
        """Take in the headings of `piece` and set their ids.

        Raises
        ------
        MarkupError
            If a level is skipped, a second h1 comes or a heading is empty.
        """
        self.ids.update(str(tag["id"]) for tag in piece.find_all(id=True))
        for heading in piece.find_all(re.compile(r"^h[1-6]$")):
            level, text = int(heading.name[1]), text_of(heading)
            self._check(level, text)
            if not heading.get("id"):
                heading["id"] = self._new_id(text)
            self._place(level, Entry(text, str(heading["id"])))
            self.level = level

    def _check(self, level: int, text: str) -> None:
        if not text:
            raise MarkupError(f"an empty heading (h{level})")
        if level == 1 and self.title:
            raise MarkupError(
                f"a second h1 ({text!r}); a report has one, start the section with ##"
            )
        if level > self.level + 1:
            after = f"h{self.level}" if self.level else "nothing"
            raise MarkupError(f"the heading {text!r} is h{level} after {after}")

    def _place(self, level: int, entry: Entry) -> None:
        if level == 1:
            self.title = entry.text
        elif level == 2:
            self.entries.append(entry)
        elif level == 3:
            self.entries[-1].parts.append(entry)

    def _new_id(self, text: str) -> str:
        """Return an id made of the words of `text` that nothing else has."""
        base = re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "section"
        name, number = base, 1
        while name in self.ids:
            number += 1
            name = f"{base}-{number}"
        self.ids.add(name)
        return name

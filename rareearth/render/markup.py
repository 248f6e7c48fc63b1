"""Let only harmless markup into a page, and make it good.

What a notebook displays is parsed, compared with a list of what a report may hold,
and written out anew from the parsed tree. Anything that could run, load or send is an
error, because to drop it silently would leave a hole in the report. Then plain tables
get what our own have, headings their order and ids; Markdown becomes HTML as in
nbconvert, its formulas MathML, which browsers show without a script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.etree import ElementTree

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from mistune import InlineState
from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)

from rareearth.render import library

HTML = set(
    "a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd "
    "del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd "
    "li mark ol p pre q rp rt ruby s samp section small span strong sub summary sup "
    "table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
SVG = set(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs "
    "use symbol clippath lineargradient radialgradient stop marker pattern mask".split()
)
MATHML = set(
    "math mrow mi mo mn mtext mspace ms msub msup msubsup mfrac msqrt mroot munder "
    "mover munderover mtable mtr mtd mstyle mpadded mphantom menclose mmultiscripts "
    "mprescripts semantics annotation".split()
)
TAGS = HTML | SVG | MATHML
ATTRIBUTES = set(
    "class id title lang dir role tabindex style open href download src alt width "
    "height value colspan rowspan scope headers start reversed datetime span".split()
)
LINKED = {"href", "src", "xlink:href"}  # attributes whose value is an address
IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]")
DOWNLOAD = re.compile(
    r"data:(text/csv|text/plain|application/json|image/png|image/svg\+xml)[;,]"
)
LINK = re.compile(r"#|https?://|mailto:|(?!data:)[\w.-]+\.(html|ipynb)(#|$)")


class MarkupError(ValueError):
    """Markup that a report may not hold; the message says which and why."""


def parse(html: str) -> BeautifulSoup:
    """Return the tree of `html`, harmless, or raise `MarkupError`."""
    tree = BeautifulSoup(html, "html.parser", multi_valued_attributes=None)
    for node in list(tree.descendants):
        if isinstance(node, PreformattedString):
            node.extract()  # comments, declarations
    for tag in tree.find_all("style"):
        if "scoped" in tag.attrs:  # what pandas puts before its tables
            tag.decompose()
    for tag in tree.find_all(True):
        _check(tag)
    return tree


def write(tree: BeautifulSoup) -> str:
    """Return the markup of a tree, with everything escaped that has to be."""
    return str(tree.decode(formatter="minimal"))


def _check(tag: Tag) -> None:
    """Refuse a tag that could run or load something; drop unknown attributes."""
    if tag.name not in TAGS:
        raise MarkupError(f"<{tag.name}> is not allowed in a report")
    for name, value in list(tag.attrs.items()):
        text = str(value or "")
        if name.startswith("on"):
            raise MarkupError(f"the event handler {name} is not allowed in a report")
        if name in LINKED:
            tag[name] = _address(tag, name, text)
        elif name == "style" or tag.name in SVG:
            _check_style(text)
        is_known = name in ATTRIBUTES or name.startswith(("aria-", "data-"))
        if tag.name in HTML and not is_known:
            del tag[name]
    if tag.name == "img" and not str(tag.get("alt") or "").strip():
        raise MarkupError("an image without alt text; say what it shows in alt='...'")


def _address(tag: Tag, name: str, text: str) -> str:
    """Return an address that loads nothing by itself, or refuse it."""
    plain = re.sub(r"[\x00-\x20]", "", text)  # as browsers read it
    probe = plain.lower()
    is_download = tag.name == "a" and "download" in tag.attrs
    if tag.name == "img" or is_download:
        plain = re.sub(r"[\x00-\x1f]", "", text).strip()  # a space is content
        probe = plain.lower()
    if tag.name == "img":
        allowed, what = IMAGE.match(probe), "an image must be inside the file"
    elif is_download:
        allowed, what = DOWNLOAD.match(probe), "a download must be inside"
    elif tag.name == "a":
        allowed, what = LINK.match(probe), "a link leads to http, mailto, # or a report"
    else:
        allowed, what = re.match("#", probe), "only links to this page"
    if not allowed:
        raise MarkupError(f"{name}={text[:60]!r} in <{tag.name}>: {what}")
    if tag.name == "a":
        return re.sub(r"^([\w.-]+)\.ipynb(#|$)", r"\1.html\2", plain)
    return plain


def _check_style(text: str) -> None:
    """Refuse a style that loads something or hides what it does."""
    plain = library.spelled(re.sub(r"url\(\s*['\"]?#", "", text.lower()))
    for word in ("url(", "\\", "@import", "expression(", "image-set(", "/*"):
        if word in plain:
            raise MarkupError(f"style={text[:60]!r}: {word} is not allowed in a report")


# Tables

_SPACE = "\u2009\u202f\u00a0 "  # thin and no-break spaces part thousands
NUMBER = re.compile(
    rf"[-+−±~<>≈]?\s?[$€£¥]?\d[\d,.{_SPACE}]*([eE][-+]?\d+)?\s?%?",
)
MISSING = {"", "NaN", "NaT", "<NA>", "None", "-", "–"}


def improve_tables(tree: BeautifulSoup) -> None:
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


# Headings


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
            text = " ".join(heading.get_text().split())
            level = int(heading.name[1])
            self._check(level, text)
            if not heading.get("id"):
                heading["id"] = self._new_id(text)
            self._place(level, Entry(text, str(heading["id"])))
            if level > 1:  # the sign itself is in the style sheet
                about = {"href": f"#{heading['id']}", "aria-label": f"Link to: {text}"}
                heading.append(piece.new_tag("a", attrs={"class": "anchor", **about}))
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


# Markdown and formulas

# As in Pandoc: a dollar sign opens a formula only before, and closes it only after,
# something that is not a space, and never beside a letter or digit outside; and there
# is none within. So "US$60/kg, A$90/kg" and "from $5 to $10" are money.
_DOLLAR = (
    r"(?<![\w$\\])\$(?=[^\s$])(?P<math_inline_tex>(?:[^$\\]|\\[\s\S])+?)"
    r"(?<!\s)\$(?![\w$])"
)
_MONEY = (  # two of these: how an amount begins, prose within, how a currency ends
    r"[\d/).,;:\"'*]",
    r"[\s\S]*[\s/(-][a-z]{2}",
    r"[\s\S]*[\s(,;/*>-](A|AU|C|CA|NZ|HK|S|SG|US|R|T|NT|MX)$",
)


class InlineParser(MathInlineParser):
    """nbconvert's parser, which leaves amounts of money alone."""

    SPECIFICATION = {**MathInlineParser.SPECIFICATION, "inline_math_tex": _DOLLAR}  # noqa: RUF012

    def parse_inline_math_tex(self, m: re.Match[str], state: InlineState) -> int:
        """Take a formula in, and leave its first dollar sign as text if it is none."""
        tex = m["math_inline_tex"]
        signs = sum(re.match(sign, tex) is not None for sign in _MONEY)
        if "</" in tex or (signs > 1 and not re.search(r"[\\^_={}<>]", tex)):
            return 0
        return int(super().parse_inline_math_tex(m, state))


class Renderer(IPythonRenderer):
    """nbconvert's renderer with formulas as MathML."""

    def block_math(self, body: str) -> str:
        """Return a formula on its own line, in a container that may scroll."""
        return (
            '<span class="formula" role="group" tabindex="0" aria-label="Formula">'
            f"{to_mathml(body, 'block')}</span>"
        )

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return to_mathml(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        """Return a LaTeX environment as a formula on its own line."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")

    def task_list_item(self, text: str, checked: bool = False) -> str:
        """Return an item of a list of tasks, with a box that nobody can tick."""
        box = "\N{BALLOT BOX WITH CHECK}" if checked else "\N{BALLOT BOX}"
        ticked = re.sub("^(<p>)?", rf"\1{box} ", text)
        return f"<li>{ticked}</li>\n"

    def block_mermaidjs(self, code: str) -> str:
        """Return the source of a diagram, which would need a script to be drawn."""
        return f"<pre><code>{escape(code)}</code></pre>"


def to_html(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Return `source` as HTML; a formula that cannot be converted is an error."""
    renderer = Renderer(
        escape=False, exclude_anchor_links=True, attachments=attachments or {}
    )
    parser = InlineParser(hard_wrap=False)
    try:
        return MarkdownWithMath(renderer=renderer, inline=parser).render(source)
    except InvalidNotebook as error:
        raise MarkupError(str(error)) from None


def to_mathml(tex: str, display: str) -> str:
    """Return a formula as MathML.

    Parameters
    ----------
    tex : str
        The formula without its dollar signs.
    display : {"block", "inline"}

    Raises
    ------
    MarkupError
        If any part of it cannot be converted. The converter itself would show an
        unknown command as written, so its result is searched for what it left over.
    """
    from latex2mathml.converter import convert  # only pages with formulas need it

    if _depth(tex) != 0:
        raise MarkupError(f"the braces of the formula do not match: {tex.strip()}")
    try:
        mathml = convert(tex.strip(), display=display)
        root = ElementTree.fromstring(mathml)
    except Exception as error:
        raise MarkupError(f"the formula cannot be converted: {tex.strip()}") from error
    for text in root.itertext():
        if "\\" in text:
            raise MarkupError(
                f"unknown TeX command {text} in the formula {tex.strip()}"
            )
    return str(mathml)


def _depth(tex: str) -> int:
    """Return how many braces stay open, below zero if one closes too early."""
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", tex)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return depth
    return depth

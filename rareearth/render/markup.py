"""Let only harmless markup into a page.

What a notebook displays is parsed, compared with a list of what a report may hold,
and written out anew from the parsed tree. Anything that could run, load or send is an
error, because to drop it silently would leave a hole in the report.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

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
        if tag.name in HTML and not _is_known(name):
            del tag[name]
    if tag.name == "img" and not str(tag.get("alt") or "").strip():
        raise MarkupError("an image without alt text; say what it shows in alt='...'")


def _is_known(name: str) -> bool:
    return name in ATTRIBUTES or name.startswith(("aria-", "data-"))


def _address(tag: Tag, name: str, text: str) -> str:
    """Return an address that loads nothing by itself, or refuse it."""
    plain = re.sub(r"[\x00-\x20]", "", text)  # as browsers read it
    probe = plain.lower()
    if tag.name == "img":
        allowed, what = IMAGE.match(probe), "an image must be inside the file"
    elif tag.name == "a" and "download" in tag.attrs:
        plain = re.sub(r"[\x00-\x1f]", "", text).strip()  # a space is content
        allowed, what = DOWNLOAD.match(plain.lower()), "a download must be inside"
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
    plain = re.sub(r"url\(\s*['\"]?#", "", text.lower())
    for word in ("url(", "\\", "@import", "expression(", "image-set(", "/*"):
        if word in plain:
            raise MarkupError(f"style={text[:60]!r}: {word} is not allowed in a report")


def text_of(tree: BeautifulSoup | Tag) -> str:
    """Return the text of a tree on one line."""
    strings = [str(s) for s in tree.descendants if isinstance(s, NavigableString)]
    return " ".join("".join(strings).split())

"""What no reader should stumble over: in the text of a page, found by pattern."""

import re

from bs4 import BeautifulSoup

WORDS = {"00": 900, "01": 900, "02": 1300, "03": 1600, "04": 1100, "05": 1300}
WORDS |= {"06": 900, "07": 900, "08": 1100, "09": 1300, "10": 1300, "11": 2200}
"""How many a page may have, without what is folded and without its sources."""
CHARTS, TABLES = 6, 3  # at most, open

THINGS = (
    "plants months years forecasts shares decisions sources countries projects claims "
    "measures editions events quotes windows days producers deposits figures"
).replace(" ", "|")
NUMBER = r"[\N{MINUS SIGN}+]?\d[\d,]*(?:\.\d+)?"
PATTERNS = {
    "a missing value": r"\bnan\b|\bNone\b(?! of)|\bNaT\b|\binf\b",
    "one of many": rf"(?<![\d.,])1 (?:{THINGS})\b|\b[Tt]he 1 |\bof 1 \w+s?\b",
    "x to x": rf"\bbetween (\S+(?: %)?) and \1(?!\S)|(?<![\d.,])({NUMBER}(?: %)?) to \2"
    rf"(?![\d.,])",
    "nothing of nothing": r"\b0 of \d+\b|\b(\d+) of \1\b",
    "a certain chance": r"(?:[Cc]hance|[Pp]robability|draws|simulations|paths)\b"
    r"[^.;:]{0,40}\b(?:0|100) %",
    "a date of a machine": r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b",
    "a tag of the data": r"\b[a-z]+_[a-z_]+\b|\b[a-z]+(?:-[a-z]+){2,}(?=[;,)])",
    "digits and words mixed": r"\b\d+ of (?:two|three|four|five|six|seven|eight)\b",
    "no article": r"(?:^|[.!?] )(?:United States|European Union|United Kingdom) "
    r"(?!of )[a-z]",
    "two signs": r"- -|--\d|\N{MINUS SIGN}-|\+\N{MINUS SIGN}",
    "percent without a space": r"\d%",
    "a hyphen for a minus": r"(?<![\w.,-])-\d",
    "nothing in brackets": r"\( *\)",
}
_ENDS = re.compile(rf"(?<![\d.,])({NUMBER})(?: %)? to ({NUMBER})(?![\d.,]*-)")
# What a page tells apart from its sentences.
_ASIDE = (
    "details.data, .source, .sources, .how-new, .about, style, svg, sup, math, nav, "
    "pre, code, footer, script"
)


def lines(html: str) -> list[str]:
    """Return the sentences, labels and descriptions of a page or of its parts."""
    tree = BeautifulSoup(
        re.sub(r"(src|href)=(['\"])data:.*?\2", "", html, flags=re.S), "html.parser"
    )
    for tag in tree.select(_ASIDE):
        tag.decompose()
    found = [tag.get("alt", "") for tag in tree.find_all("img")]
    for tag in tree.find_all(["h1", "h2", "h3", "p", "li", "dt", "dd", "caption"]):
        if not tag.find(["p", "li"]):
            found.append(tag.get_text())
    return [" ".join(text.split()) for text in found if text.strip()]


def faults(html: str) -> list[str]:
    """Return what a reader would stumble over, with the words around it."""
    found = []
    for text in lines(html):
        for what, pattern in PATTERNS.items():
            for hit in re.finditer(pattern, text):
                around = text[max(0, hit.start() - 50) : hit.end() + 50]
                found.append(f"{what}: {around}")
        for hit in _ENDS.finditer(text):
            if re.fullmatch(r"(?:19|20)\d\d", hit[1]):  # "fell in 2023 to 44.0"
                continue
            behind = [end.partition(".")[2] for end in hit.groups()]
            if len(behind[0]) != len(behind[1]):
                around = text[max(0, hit.start() - 40) : hit.end() + 20]
                found.append(f"unequal digits at both ends: {around}")
    return found


def length(page: str) -> tuple[int, int, int]:
    """Return the words, charts and open tables of a page before its sources."""
    tree = BeautifulSoup(
        re.sub(r"(src|href)=(['\"])data:.*?\2", "", page, flags=re.S), "html.parser"
    )
    charts = len(tree.select("figure.chart"))
    for tag in tree.select("details, nav, style, pre, code, footer, svg, script"):
        tag.decompose()
    sources = tree.find("h2", id="sources") or tree.find(
        "h2", string=re.compile("Sources")
    )
    for tag in list(sources.find_all_next()) if sources else []:
        tag.decompose()
    tables = len(tree.select("table"))
    for tag in tree.select("table"):
        tag.decompose()
    words = 0
    for tag in tree.find_all(["h1", "h2", "h3", "p", "li", "dt", "dd", "figcaption"]):
        if not tag.find(["p", "li"]):
            words += len(tag.get_text(" ").split())
    return words, charts, tables

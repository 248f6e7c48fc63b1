"""The page of a report: one HTML file, without scripts or network requests.

The cells and outputs of an executed notebook become checked pieces of markup, which a
template of nbconvert's puts together.
"""

from __future__ import annotations

import keyword
import re
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from html import escape
from textwrap import shorten
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import ansi2html
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from rareearth.errors import WorkbookError
from rareearth.render import library, markup, parameters, server
from rareearth.render.job import ERROR_NOTE, INJECTED, canonical
from rareearth.render.look import POLICY, TEMPLATES, style
from rareearth.render.markup import Outline
from rareearth.render.parameters import cut, readable

# The first of these that an output has is shown. Scripts and widgets are not among
# them: such an output shows its text.
SHOWN = (
    "text/html text/markdown image/svg+xml image/png image/jpeg text/latex text/plain"
).split()

# As rareearth.display.output emits them, which no run should have imported for it.
ABOUT = "application/vnd.rareearth.about+json"
FINDINGS = "application/vnd.rareearth.findings+json"
NO_ALT = "A picture that its author has not described"
LACKS_ALT = "a picture without alt text; rareearth.display.show(..., alt=...) gives one"
LOWEST = 6  # level of a heading
_HEADING = re.compile(r"#{1,6} .+")
_BUILTINS = (
    "abs all any bool dict enumerate filter float int isinstance len list map max min "
    "next open print range repr reversed round set sorted str sum super tuple type zip"
).split()
_CODE = re.compile(  # of Python, by the names that our style has for colours
    r"""(?x)
    (?P<c> \#.*)
    | (?P<s> (?:\b[rbfuRBFU]{1,2})?
        (?:\"{3}[\s\S]*?\"{3} | '{3}[\s\S]*?'{3}
        | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'))
    | (?P<f> (?:(?<=\bdef\ )|(?<=\bclass\ )|(?<=\bimport\ )|(?<=\bfrom\ )) [\w.]+)
    """
    rf"| (?P<k> \b(?:{'|'.join(keyword.kwlist)})\b)"
    rf"| (?P<m> \b\d[\w.]* | (?<!\.)\b(?:{'|'.join(_BUILTINS)})\b)"
)
_LONG_COMMIT = re.compile(r"([0-9a-f]{7})[0-9a-f]{33}")
_NO_PROSE = "a code pre h1 h2 h3 h4 h5 h6 table math abbr summary figure".split()
AUTHORS = "Rare Earth Workbook contributors"  # as in CITATION.cff
OF_NAME = 40  # characters at most that parameters have in the name of a download
_DOWNLOAD = re.compile(r'(?<= download=")(chart-\d+|figures)(?=\.csv")')
_TEX = re.compile(r"[&%$#_{}]")


class PageError(WorkbookError):
    """A cell cannot become part of a page. The message names the cell and why."""


Setting = tuple[str, str, str, bool]
"""One parameter as the page lists it: name, value, meaning, whether it is changed."""


@dataclass
class Report:
    """What the template needs beside the cells."""

    outline: Outline = field(default_factory=Outline)
    settings: list[Setting] = field(default_factory=list)
    made_from: dict[str, Any] = field(default_factory=dict)
    reach: str = ""  # how far its figures reach
    terms: dict[str, str] = field(default_factory=dict)  # what its words mean
    explained: dict[str, str] = field(default_factory=dict)  # those that it uses

    @property
    def changed(self) -> str:
        """Return the parameters that differ from the defaults, as a phrase."""
        settings = ((name, value) for name, value, _, is_new in self.settings if is_new)
        phrases = [f"{name} = {cut(value)}" for name, value in settings]
        return ", ".join(phrases + ["own figures"] * ("own" in self.made_from))

    @property
    def state(self) -> str:
        """Return how far the figures reach, of which code and data, and for what."""
        version = self.made_from.get("package_version", "")
        commit = _LONG_COMMIT.sub(r"commit \1", self.made_from.get("commit", ""))
        made = f"version {version} ({commit})" if version else ""
        return " · ".join(filter(None, [self.reach, made, self.changed]))

    @property
    def title(self) -> str:
        """Return the title of the page: the h1 and what was changed."""
        return self.outline.title + (f" ({self.changed})" if self.changed else "")

    @property
    def data_date(self) -> str:
        """Return when the newest source of the report was published, as it is known."""
        newest = str(self.made_from.get("vintage", {}).get("newest_source", ""))
        return newest if newest[:1].isdigit() else ""

    @property
    def edition(self) -> str:
        """Return version, date of the figures and what was changed, for a citation."""
        parts = [f"version {self.made_from.get('package_version', '')}".strip()]
        parts += [f"figures published by {self.data_date}"] * bool(self.data_date)
        parts += [f"with {self.changed}"] * bool(self.changed)
        return ", ".join(parts)

    @property
    def citation(self) -> str:
        """Return how the report is cited, in one line."""
        return f"{AUTHORS}: {self.outline.title} Rare Earth Workbook, {self.edition}."

    @property
    def bibtex(self) -> str:
        """Return the report as an entry of BibTeX."""

        def plain(text: str) -> str:
            text = text.replace("\\", "/")
            return _TEX.sub(lambda sign: f"\\{sign[0]}", text)

        stem = self.made_from.get("notebook", "report").removesuffix(".ipynb")
        fields = {
            "author": f"{{{AUTHORS}}}",
            "title": plain(self.outline.title),
            "year": self.data_date[:4],
            "howpublished": "Rare Earth Workbook",
            "note": plain(self.edition),
        }
        lines = [f"  {key} = {{{text}}}" for key, text in fields.items() if text]
        name = re.sub(r"\W+", "-", f"rareearth-{stem}-{self.data_date}").strip("-")
        return f"@misc{{{name},\n" + ",\n".join(lines) + "\n}"

    def download(self, part: str) -> str:
        """Return the name of a file in the report: report, part, parameters, date.

        It is never cut within a word.
        """
        if "notebook" not in self.made_from:
            return part
        values = (value for _, value, _, is_changed in self.settings if is_changed)
        words = re.sub(r"[^a-z0-9]+", " ", " ".join(values).lower())
        about = shorten(words, OF_NAME, placeholder="").replace(" ", "-")
        stem = self.made_from["notebook"].removesuffix(".ipynb")
        date = self.data_date[: len("2025-11")]
        return "--".join(filter(None, [stem, part, about, date and f"data-{date}"]))


class Composer(Preprocessor):
    """The last preprocessor: gives each cell and output its harmless ``html``."""

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Compose all cells; `resources` gets the ``report``."""
        cells = [c for c in nb.cells if not library.is_tagged(c, ERROR_NOTE)]
        nb.cells = _without_bare_headings(cells)
        made_from = nb.metadata.get("rareearth", {})
        report = Report(made_from=made_from)
        for output in library.outputs(nb.cells):
            if told := output.get("data", {}).get(ABOUT):
                report.reach, report.terms = told["reach"], told["terms"]
        number = 0
        for cell in nb.cells:
            is_injected = library.is_tagged(cell, INJECTED)
            number += not is_injected
            cell["role"] = "injected" if is_injected else cell.cell_type
            cell["number"] = number
            place = library.describe_cell(number, cell.source)
            try:
                _compose(cell, report)
            except (ValueError, WorkbookError) as error:
                raise PageError(f"{place}: {error}") from error
            if any(NO_ALT in output["html"] for output in cell.get("outputs", [])):
                about = f"warning: {made_from.get('notebook', '')}: {place}"
                server.tell(("complain", f"{about}: {LACKS_ALT}"))
        if not report.outline.title:
            raise PageError("the report has no title; begin the first cell with '# '")
        for cell in nb.cells:
            state = f'</h1>\n<p class="state">{escape(report.state)}</p>'
            if report.state and cell.cell_type == "markdown":
                cell["html"] = cell["html"].replace("</h1>", state, 1)
        shown = library.outputs(nb.cells)
        panels = (each for each in shown if FINDINGS in each.get("data", {}))
        next(panels, nb.cells[0])["ends_answer"] = True
        resources["report"] = report
        return nb, resources


def _without_bare_headings(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells without the headings under which nothing is shown.

    Such a heading is a Markdown cell of one line; what stands under it reaches to the
    next cell that begins with a heading that is as high.
    """
    kept: list[NotebookNode] = []
    next_level = 1  # of the heading that comes next, the end as the highest
    for cell in reversed(cells):
        text = cell.source.strip() if cell.cell_type == "markdown" else ""
        level = text.find(" ") if _HEADING.match(text) else 0
        if "\n" not in text and level > 1 and next_level <= level:
            continue
        if level:
            next_level = level
        elif text or cell.get("outputs"):
            next_level = LOWEST + 1
        kept.append(cell)
    return kept[::-1]


def _compose(cell: NotebookNode, report: Report) -> None:
    """Set the ``html`` of one cell and of its outputs."""
    if cell.cell_type == "markdown":
        html = markup.to_html(cell.source, cell.get("attachments"))
        cell["html"] = _finish(html, report)
    if library.is_tagged(cell, "parameters"):
        cell["role"] = "parameters"
        report.settings = _settings(cell.source, report.made_from)
    for output in cell.get("outputs", []):
        html = _finish(_show(output), report)
        if ABOUT in output.get("data", {}) and report.explained:
            html = _terms(report.explained) + html
        output["html"] = _DOWNLOAD.sub(lambda found: report.download(found[0]), html)


def _finish(html: str, report: Report) -> str:
    """Return checked markup with good tables, its headings in the outline."""
    tree = markup.parse(html)
    markup.improve_tables(tree)
    report.outline.add(tree)
    _explain(tree, report)
    for block in tree.find_all("pre"):
        block["tabindex"] = "0"  # long lines scroll, also by keyboard
    return markup.write(tree)


def _explain(tree: BeautifulSoup, report: Report) -> None:
    """Mark each term of the glossary where the prose of the report has it first."""
    left = sorted(report.terms.keys() - report.explained.keys(), key=len, reverse=True)
    words = "|".join(re.escape(term).replace(r"\ ", r"\s") for term in left)
    for text in tree.find_all(string=re.compile(rf"\b(?:{words})\b")) if left else ():
        if text.find_parent(_NO_PROSE) is None:
            pieces = re.split(rf"\b({words})\b", str(text))
            for place in range(1, len(pieces), 2):
                term = " ".join(pieces[place].split())
                if term not in report.explained:
                    meaning = report.explained[term] = report.terms[term]
                    pieces[place] = tree.new_tag("abbr", title=meaning, string=term)
            text.replace_with(*pieces)


def _terms(explained: dict[str, str]) -> str:
    """Return the terms that a report uses, folded, for readers who cannot hover."""
    rows = (
        f"<div><dt>{escape(term)}</dt><dd>{escape(meaning)}</dd></div>"
        for term, meaning in sorted(explained.items(), key=lambda it: it[0].lower())
    )
    return (
        '<details class="block terms"><summary>Terms</summary>'
        f"<dl>{''.join(rows)}</dl></details>"
    )


def _show(output: NotebookNode) -> str:
    """Return the markup of one output, not yet checked."""
    if output.output_type == "stream":
        return _pre(output.name, output.text)
    if output.output_type == "error":
        return _pre("error", "\n".join(output.traceback))
    kind = next((each for each in SHOWN if each in output.data), None)
    if kind is None:
        return ""
    content = output.data[kind]
    if kind == "text/html":
        return str(content)
    if kind in ("text/markdown", "text/latex"):
        return markup.to_html(content)
    if kind.startswith("image/"):
        return _picture(kind, content, output.metadata)
    return _pre("result", content)


def _pre(kind: str, text: str) -> str:
    return f'<pre class="{kind}">{ansi2html(text.rstrip())}</pre>'


def _picture(kind: str, content: str, metadata: NotebookNode) -> str:
    """Return an image output as a figure; its alt text is in the output's metadata."""
    about = {**metadata, **metadata.get(kind, {})}
    size = "".join(f' {k}="{int(about[k])}"' for k in ("width", "height") if k in about)
    if kind == "image/svg+xml":
        # As an image, so that nothing in it can run and its ids stay its own.
        address = f"data:{kind};base64,{b64encode(content.encode()).decode()}"
    else:
        address = f"data:{kind};base64,{''.join(content.split())}"
    alt = escape(str(about.get("alt") or NO_ALT))
    return f'<figure class="chart"><img src="{address}" alt="{alt}"{size}></figure>'


def _settings(source: str, made_from: dict[str, Any]) -> list[Setting]:
    """Return the parameters of the cell `source` with the values of this run."""
    used = made_from.get("parameters", {})
    return [
        (
            each.name,
            readable(used.get(each.name, each.default)),
            each.comment,
            used.get(each.name, each.default) != each.default,
        )
        for each in parameters.parse(source, "the notebook")
    ]


class RareEarthExporter(HTMLExporter):
    """Export a notebook as a report, also by ``jupyter nbconvert --to rareearth``.

    Built on nbconvert's ``base`` template, so that none of the scripts and styles of
    JupyterLab comes along.
    """

    export_from_notebook = "Rare earth report"

    def __init__(self, config: Any = None, **kw: Any) -> None:
        kw = {"template_name": "rareearth", **kw}
        super().__init__(config=config, extra_template_basedirs=[str(TEMPLATES)], **kw)
        self.optimistic_validation = True  # once, not after each preprocessor
        self.register_preprocessor(Composer(), enabled=True)
        self.register_filter("highlight", highlight)
        self.register_filter("made_from", rows)
        self.register_filter("provenance_json", provenance_json)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of `nb`; a cell that cannot be shown is a `PageError`."""
        resources = {**(resources or {}), "policy": POLICY, "style": style()}
        # HTMLExporter would parse the finished page once more, to add alt texts and
        # tab stops that ours has: half of the time that a page takes.
        page, resources = super(HTMLExporter, self).from_notebook_node(
            nb, resources, **kw
        )
        return library.spelled(str(page)), resources


def render(notebook: NotebookNode) -> str:
    """Return the HTML page of an executed notebook.

    The page depends on nothing but the notebook: equal notebooks give equal bytes.

    Raises
    ------
    PageError
        If a cell holds what a report may not hold. The message names the cell.
    """
    page, _ = _exporter().from_notebook_node(notebook)
    return page


@cache
def _exporter() -> RareEarthExporter:
    return RareEarthExporter()


def highlight(code: str) -> str:
    """Return Python code, escaped, with its words in colours; it need not be valid.

    pygments takes as long as the rest of the page.
    """
    plain = escape(code, quote=False)
    return _CODE.sub(lambda m: f'<span class="{m.lastgroup}">{m[0]}</span>', plain)


def rows(made_from: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the provenance of a report as escaped pairs of label and content."""
    own = made_from.get("own")
    files = [each for each in made_from.get("data", []) if "sha256" in each]
    found = [
        ("Notebook", made_from.get("notebook", "")),
        ("Own figures", f"used, from the folder {own}" if own else ""),
        ("Package", f"rareearth {made_from.get('package_version', '')}"),
        ("Commit", made_from.get("commit", "")),
        ("Figures", _vintage(made_from.get("vintage", {}))),
        *((f"File {e['name']}", f"SHA-256 {e['sha256']}") for e in files),
        ("Modules", ", ".join(map(_module, made_from.get("modules", [])))),
        *made_from.get("environment", {}).items(),
    ]
    return [(escape(str(k)), escape(readable(v))) for k, v in found if v]


def provenance_json(made_from: dict[str, Any]) -> str:
    """Return the provenance for programs, escaped: `rareearth verify` reads it.

    It stands between single quotes, so that the quotes of JSON stay as they are.
    """
    return escape(canonical(made_from), quote=False).replace("'", "&#x27;")


def _vintage(found: dict[str, str]) -> str:
    if not found:
        return ""
    newest = f"newest source of this report published {found['newest_source']}"
    return f"as of: {found['as_of']}; {newest}"


def _module(entry: dict[str, str]) -> str:
    name = entry["name"].removeprefix("rareearth/").removesuffix(".py")
    return f"{name} {entry['sha256'][:8]}"

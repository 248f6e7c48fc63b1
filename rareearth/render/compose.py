"""Turn the cells and outputs of an executed notebook into pieces of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

from nbconvert.filters import ansi2html
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from rareearth.errors import WorkbookError
from rareearth.render import library, markdown, markup, parameters, tables
from rareearth.render.headings import Outline
from rareearth.render.job import INJECTED
from rareearth.render.provenance import ERROR_NOTE
from rareearth.render.values import cut, readable

# The first of these that an output has is shown. Scripts and widgets are not among
# them: such an output shows its text.
SHOWN = (
    "text/html text/markdown image/svg+xml image/png image/jpeg text/latex text/plain"
).split()


class PageError(WorkbookError):
    """A cell cannot become part of a page. The message names the cell and why."""


@dataclass
class Setting:
    """One parameter as the page lists it."""

    name: str
    value: str
    meaning: str
    is_changed: bool


@dataclass
class Report:
    """What the template needs beside the cells."""

    outline: Outline = field(default_factory=Outline)
    settings: list[Setting] = field(default_factory=list)
    made_from: dict[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> str:
        """Return the parameters that differ from the defaults, as a phrase."""
        changed = [each for each in self.settings if each.is_changed]
        phrases = [f"{each.name} = {cut(each.value)}" for each in changed]
        return ", ".join(phrases + ["own figures"] * ("own" in self.made_from))

    @property
    def title(self) -> str:
        """Return the title of the page: the h1 and what was changed."""
        return self.outline.title + (f" ({self.changed})" if self.changed else "")


class Composer(Preprocessor):
    """The last preprocessor: gives each cell and output its harmless ``html``."""

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Compose all cells; `resources` gets the ``report``."""
        nb.cells = [c for c in nb.cells if not library.is_tagged(c, ERROR_NOTE)]
        made_from = nb.metadata.get("rareearth", {})
        report = Report(made_from=made_from)
        number = 0
        for cell in nb.cells:
            is_injected = library.is_tagged(cell, INJECTED)
            number += not is_injected
            cell["role"] = "injected" if is_injected else cell.cell_type
            try:
                _compose(cell, report)
            except ValueError as error:
                place = library.describe_cell(number, cell.source)
                raise PageError(f"{place}: {error}") from error
        if not report.outline.title:
            raise PageError("the report has no title; begin the first cell with '# '")
        resources["report"] = report
        return nb, resources


def _compose(cell: NotebookNode, report: Report) -> None:
    """Set the ``html`` of one cell and of its outputs."""
    if cell.cell_type == "markdown":
        html = markdown.to_html(cell.source, cell.get("attachments"))
        cell["html"] = _finish(html, report.outline)
    if library.is_tagged(cell, "parameters"):
        cell["role"] = "parameters"
        report.settings = _settings(cell.source, report.made_from)
    for output in cell.get("outputs", []):
        output["html"] = _finish(_show(output), report.outline)


def _finish(html: str, outline: Outline) -> str:
    """Return checked markup with good tables and with its headings in the outline."""
    tree = markup.parse(html)
    tables.improve(tree)
    outline.add(tree)
    for block in tree.find_all("pre"):
        block["tabindex"] = "0"  # long lines scroll, also by keyboard
    return markup.write(tree)


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
        return markdown.to_html(content)
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
        address = f"data:{kind};base64,{_base64(content)}"
    else:
        address = f"data:{kind};base64,{''.join(content.split())}"
    alt = escape(str(about.get("alt", "")))
    return f'<figure class="chart"><img src="{address}" alt="{alt}"{size}></figure>'


def _base64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()


def _settings(source: str, made_from: dict[str, Any]) -> list[Setting]:
    """Return the parameters of the cell `source` with the values of this run."""
    used = made_from.get("parameters", {})
    try:
        known = parameters.parse(source, "the notebook")
    except WorkbookError as error:
        raise ValueError(str(error)) from error
    return [
        Setting(
            each.name,
            readable(used.get(each.name, each.default)),
            each.comment,
            used.get(each.name, each.default) != each.default,
        )
        for each in known
    ]

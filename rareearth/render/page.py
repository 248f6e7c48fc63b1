"""The page of a report: one HTML file, without scripts or network requests."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import default

from rareearth.render.compose import Composer, PageError, readable

__all__ = ["POLICY", "PageError", "RareEarthExporter", "render", "style"]

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class RareEarthExporter(HTMLExporter):
    """Export a notebook as a report, also by ``jupyter nbconvert --to rareearth``.

    Built on nbconvert's ``base`` template, so that none of the scripts and styles of
    JupyterLab comes along.
    """

    export_from_notebook = "Rare earth report"

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)
        self.register_preprocessor(Composer(), enabled=True)

    @default("template_name")
    def _template_name_default(self) -> str:
        return "rareearth"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Any:
        """Yield nbconvert's filters and ours."""
        yield from super().default_filters()
        yield ("made_from", rows)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of `nb`; a cell that cannot be shown is a `PageError`."""
        resources = {**(resources or {}), "policy": POLICY, "style": style()}
        page, resources = super().from_notebook_node(nb, resources, **kw)
        return page, resources


def render(notebook: NotebookNode) -> str:
    """Return the HTML page of an executed notebook.

    The page depends on nothing but the notebook: equal notebooks give equal bytes.

    Raises
    ------
    PageError
        If a cell holds what a report may not hold. The message names the cell.
    """
    page, _ = RareEarthExporter().from_notebook_node(notebook)
    return str(page)


def style() -> str:
    """Return the style sheet that reports and the index share."""
    return (TEMPLATES / "rareearth" / "style.css").read_text(encoding="utf-8")


def rows(made_from: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the provenance of a report as escaped pairs of label and content."""
    found = [
        ("Notebook", made_from.get("notebook", "")),
        ("Package", f"rareearth {made_from.get('package_version', '')}"),
        ("Commit", made_from.get("commit", "")),
        *(_data(each) for each in made_from.get("data", [])),
        *made_from.get("environment", {}).items(),
    ]
    return [(escape(str(k)), escape(readable(v))) for k, v in found if v]


def _data(entry: dict[str, Any]) -> tuple[str, str]:
    """Return one row for a data set or file: its name, then all that is known."""
    known = [f"{key} {entry[key]}" for key in entry if key != "name" and entry[key]]
    return f"Data: {entry.get('name', '')}", ", ".join(known)

"""The page of a report: one HTML file, without scripts or network requests."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from traitlets import default

from rareearth.render.compose import Composer, PageError
from rareearth.render.lighten import lighten
from rareearth.render.look import POLICY, TEMPLATES, style
from rareearth.render.values import readable

_PLAIN_TOKEN = re.compile(r'<span(?: class="(?:n|o|p|w|nl|nv)")?>([^<]*)</span>')
_TOKEN = re.compile(r'<span class="(\w+)">')
_NEIGHBOURS = re.compile(
    r'<span class="(\w+)">[^<]*</span>(?:<span class="\1">[^<]*</span>)+'
)
_COLOURS = {  # the names that pygments gives, by the one that our style has for them
    "k": "kn kc kd kr ow",
    "s": "s1 s2 sa sb sd se sh si sr",
    "m": "mf mi mb mh mo nb bp",
    "f": "nf nc nn fm nd",
    "c": "c1 cm ch cs",
}
_COLOUR = {old: new for new, names in _COLOURS.items() for old in names.split()}

__all__ = ["POLICY", "PageError", "RareEarthExporter", "render", "style"]


class RareEarthExporter(HTMLExporter):
    """Export a notebook as a report, also by ``jupyter nbconvert --to rareearth``.

    Built on nbconvert's ``base`` template, so that none of the scripts and styles of
    JupyterLab comes along.
    """

    export_from_notebook = "Rare earth report"

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)
        self.optimistic_validation = True  # once, not after each preprocessor
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
        yield ("provenance_json", provenance_json)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of `nb`; a cell that cannot be shown is a `PageError`."""
        resources = {**(resources or {}), "policy": POLICY, "style": style()}
        highlight = Highlight2HTML(pygments_lexer="ipython3", parent=self)
        self.register_filter(
            "highlight_code", lambda *a, **kw: plain_tokens(highlight(*a, **kw))
        )
        # HTMLExporter would parse the finished page once more, to add alt texts and
        # tab stops that ours has: half of the time that a page takes.
        page, resources = super(HTMLExporter, self).from_notebook_node(
            nb, resources, **kw
        )
        return lighten(str(page)), resources


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


def plain_tokens(html: str) -> str:
    """Return highlighted code without the marks of names, operators and brackets.

    They have no colour in our style, and are half of the weight of the code. Neighbours
    of one colour are marked together.
    """
    plain = _PLAIN_TOKEN.sub(r"\1", html)
    named = _TOKEN.sub(lambda m: f'<span class="{_COLOUR.get(m[1], m[1])}">', plain)
    return _NEIGHBOURS.sub(
        lambda m: m[0].replace(f'</span><span class="{m[1]}">', ""), named
    )


def rows(made_from: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the provenance of a report as escaped pairs of label and content."""
    own = made_from.get("own")
    found = [
        ("Notebook", made_from.get("notebook", "")),
        ("Own figures", f"used, from the folder {own}" if own else ""),
        ("Package", f"rareearth {made_from.get('package_version', '')}"),
        ("Commit", made_from.get("commit", "")),
        ("Figures", _vintage(made_from.get("vintage", {}))),
        *((f"File {e['name']}", f"SHA-256 {e['sha256']}") for e in _data(made_from)),
        ("Modules", ", ".join(map(_module, made_from.get("modules", [])))),
        *made_from.get("environment", {}).items(),
    ]
    return [(escape(str(k)), escape(readable(v))) for k, v in found if v]


def provenance_json(made_from: dict[str, Any]) -> str:
    """Return the provenance for programs, escaped: `rareearth verify` reads it.

    It stands between single quotes, so that the quotes of JSON stay as they are.
    """
    compact = json.dumps(
        made_from, sort_keys=True, ensure_ascii=True, separators=(",", ":")
    )
    return escape(compact, quote=False).replace("'", "&#x27;")


def _vintage(found: dict[str, str]) -> str:
    if not found:
        return ""
    return f"as of: {found['as_of']}; newest source published {found['newest_source']}"


def _data(made_from: dict[str, Any]) -> list[dict[str, str]]:
    return [each for each in made_from.get("data", []) if "sha256" in each]


def _module(entry: dict[str, str]) -> str:
    name = entry["name"].removeprefix("rareearth/").removesuffix(".py")
    return f"{name} {entry['sha256'][:8]}"

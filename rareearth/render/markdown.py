"""Turn Markdown into HTML as nbconvert does, with formulas as MathML."""

from __future__ import annotations

from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)

from rareearth.render.markup import MarkupError
from rareearth.render.maths import to_mathml

# As in Pandoc: a dollar sign opens a formula only before, and closes it only after,
# something that is not a space, and never beside a letter or digit outside. So
# "US$60/kg, A$90/kg" and "from $5 to $10" are money.
_DOLLAR = (
    r"(?s:(?<![\w$\\])\$(?=[^\s$])(?P<math_inline_tex>.+?)(?<![\s\\$])\$(?![\w$]))"
)


class InlineParser(MathInlineParser):
    """nbconvert's parser, which leaves amounts of money alone."""

    SPECIFICATION = {**MathInlineParser.SPECIFICATION, "inline_math_tex": _DOLLAR}  # noqa: RUF012


class Renderer(IPythonRenderer):
    """nbconvert's renderer with formulas as MathML."""

    def block_math(self, body: str) -> str:
        """Return a formula on its own line, in a container that may scroll."""
        return (
            '<span class="formula" role="group" tabindex="0" aria-label="Formula">'
            f"{_mathml(body, 'block')}</span>"
        )

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return _mathml(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        """Return a LaTeX environment as a formula on its own line."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")

    def block_mermaidjs(self, code: str) -> str:
        """Return the source of a diagram, which would need a script to be drawn."""
        return f"<pre><code>{escape(code)}</code></pre>"


def to_html(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Return `source` as HTML; a formula that cannot be converted is an error."""
    renderer = Renderer(
        escape=False, exclude_anchor_links=True, attachments=attachments or {}
    )
    parser = InlineParser(hard_wrap=False)
    return MarkdownWithMath(renderer=renderer, inline=parser).render(source)


def _mathml(tex: str, display: str) -> str:
    try:
        return to_mathml(tex, display)
    except ValueError as error:
        raise MarkupError(str(error)) from error

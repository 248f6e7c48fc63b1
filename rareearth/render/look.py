"""What all pages share: style sheet, templates, and the policy that silences them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from rareearth.render import library, provenance, store
from rareearth.render.job import HIDDEN

TEMPLATES = Path(__file__).parent / "templates"
CODE = ("look", "index")  # what decides the pages beside the reports
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@cache
def style() -> str:
    """Return the style sheet that reports and the index share, without its comments.

    Spaces beside brackets, colons of declarations and the like mean nothing; those of
    selectors (``a :hover``) and sums (``1rem + 2vw``) do, and stay.
    """
    text = (TEMPLATES / "rareearth" / "style.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text)
    text = re.sub(r"(?<=[{;])([-\w]+): ", r"\1:", text)
    return text.replace(";}", "}").strip()


def write(
    target: Path, name: str, key: Any, content: Callable[[], Mapping[str, Any]]
) -> None:
    """Write a page, but not again while all that it is made of is the same.

    Parameters
    ----------
    key : object
        What decides the content; its ``repr`` is compared.
    content : function
        Returns what the template `name` is filled with.
    """
    code = [Path(__file__).with_name(f"{part}.py") for part in CODE]
    sources = map(provenance.sha256, [*code, *sorted(TEMPLATES.rglob("*.*"))])
    made_of = hashlib.sha256(repr([key, *sources]).encode()).hexdigest()
    kept = target.parent / HIDDEN / f"{target.stem}.key"
    with suppress(OSError):
        if kept.read_text() == f"{made_of} {provenance.sha256(target)}":
            return
    store.write({target: page(name, **content())})
    kept.parent.mkdir(exist_ok=True)
    store.write({kept: f"{made_of} {provenance.sha256(target)}"})


def page(name: str, **content: Any) -> Iterator[str]:
    """Return the pieces of a page other than a report; all text in it is escaped."""
    template = _templates().get_template(f"pages/{name}.html.j2")
    pieces = template.generate(policy=POLICY, style=style(), **content)
    return map(library.spelled, pieces)


@cache
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader([TEMPLATES / "rareearth", TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["breakable"] = _breakable
    found.filters["anchor"] = lambda key: re.sub(r"\W+", "-", key)
    return found


def _breakable(name: str) -> Any:
    """Return a name that may be broken after each underscore or hyphen."""
    from markupsafe import Markup

    return Markup("<wbr>").join(re.split(r"(?<=[_-])", name))

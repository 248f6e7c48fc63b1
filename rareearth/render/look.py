"""What all pages share: the style sheet, and the policy that keeps them silent."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
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

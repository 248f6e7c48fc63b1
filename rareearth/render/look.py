"""What all pages share: the style sheet, and the policy that keeps them silent."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def style() -> str:
    """Return the style sheet that reports and the index share."""
    return (TEMPLATES / "rareearth" / "style.css").read_text(encoding="utf-8")

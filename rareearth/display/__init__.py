"""What a notebook shows: sentences, findings, tables, charts, sources, sliders."""

from rareearth.display.output import (
    Card,
    assumption_table,
    bibliography,
    cards,
    findings,
    fold,
    left_out,
    say,
    show,
    table,
)

__all__ = [
    "Card",
    "assumption_table",
    "bibliography",
    "cards",
    "findings",
    "fold",
    "left_out",
    "say",
    "show",
    "table",
]

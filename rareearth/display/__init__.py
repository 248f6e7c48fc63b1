"""What a notebook shows: sentences, findings, tables, charts, sources, sliders."""

from rareearth.display.output import (
    assumption_table,
    bibliography,
    findings,
    fold,
    left_out,
    say,
    show,
    table,
)

__all__ = [
    "assumption_table",
    "bibliography",
    "findings",
    "fold",
    "left_out",
    "say",
    "show",
    "table",
]

"""What a notebook shows: sentences, findings, tables, charts, sources, sliders."""

from rareearth.display.output import bibliography, findings, say, show, table

__all__ = ["bibliography", "findings", "say", "show", "table"]

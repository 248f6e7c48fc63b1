"""The house style, and the few chart forms that the notebooks share.

A chart says its finding in the title, labels its lines where they end, draws a range
as a range and a weak figure as an open mark. One colour per country everywhere.
"""

from rareearth.charts.claims import claimed_and_found
from rareearth.charts.colours import COLOURS, colour
from rareearth.charts.dumbbells import dumbbell
from rareearth.charts.lines import line_band
from rareearth.charts.marks import (
    assumed,
    axis_break,
    mark_events,
    series_break,
    weak,
)
from rareearth.charts.shares import share_columns, share_panels
from rareearth.charts.style import canvas, label_ends, spread
from rareearth.display import bibliography, cite, findings, say, show, table

__all__ = [
    "COLOURS",
    "assumed",
    "axis_break",
    "bibliography",
    "canvas",
    "cite",
    "claimed_and_found",
    "colour",
    "dumbbell",
    "findings",
    "label_ends",
    "line_band",
    "mark_events",
    "say",
    "series_break",
    "share_columns",
    "share_panels",
    "show",
    "spread",
    "table",
    "weak",
]

"""The house style, and the few chart forms that the notebooks share.

A chart says its finding in the title, labels its lines where they end, draws a range
as a range and a weak figure as an open mark. One colour per country everywhere.
"""

from rareearth.charts.bridge import bridge
from rareearth.charts.dumbbells import dumbbell
from rareearth.charts.lines import line_band
from rareearth.charts.multiples import small_multiples
from rareearth.charts.ranges import ranges
from rareearth.charts.shares import share_columns, share_panels
from rareearth.charts.style import COLOURS, canvas, colour, label_ends, spread
from rareearth.display import bibliography, cite, findings, say, show, table

__all__ = [
    "COLOURS",
    "bibliography",
    "bridge",
    "canvas",
    "cite",
    "colour",
    "dumbbell",
    "findings",
    "label_ends",
    "line_band",
    "ranges",
    "say",
    "share_columns",
    "share_panels",
    "show",
    "small_multiples",
    "spread",
    "table",
]

"""The house style on seaborn, and the few chart forms that the notebooks share.

A chart says its finding in the title, labels its lines where they end, draws a range
as a range and a weak figure as an open mark. One colour per name everywhere. The forms
take frames with the columns that they document, and know nothing of their subject.
"""

from rareearth.charts.bars import columns, cumulated, rows, share_columns
from rareearth.charts.colours import COLOURS, colour
from rareearth.charts.lines import heat, lines, scatter
from rareearth.charts.style import canvas
from rareearth.charts.timeline import in_force, timeline

__all__ = [
    "COLOURS",
    "canvas",
    "colour",
    "columns",
    "cumulated",
    "heat",
    "in_force",
    "lines",
    "rows",
    "scatter",
    "share_columns",
    "timeline",
]

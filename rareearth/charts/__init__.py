"""The house style, and the few chart forms that the notebooks share.

A chart says its finding in the title, labels its lines where they end, draws a range
as a range and a weak figure as an open mark. One colour per country everywhere.
"""

from rareearth.charts.baskets import part_bars
from rareearth.charts.bridge import bridge
from rareearth.charts.claim_dots import claim_dots
from rareearth.charts.claims import claimed_and_found
from rareearth.charts.colours import COLOURS, colour
from rareearth.charts.dumbbells import dumbbell
from rareearth.charts.editions import along, editions
from rareearth.charts.exceedances import exceedance, exceedances
from rareearth.charts.fans import fan
from rareearth.charts.growth import growth_paths
from rareearth.charts.intervals import intervals
from rareearth.charts.levels import price_and_levels
from rareearth.charts.lines import line_band
from rareearth.charts.maps import truth_map
from rareearth.charts.market_panels import market_panels
from rareearth.charts.marks import assumed, axis_break, mark_events, series_break, weak
from rareearth.charts.measures import measure_dots
from rareearth.charts.months import mirror_bars, month_bars, month_lines
from rareearth.charts.multiples import small_multiples
from rareearth.charts.price_lines import outlook_fan, price_line, response
from rareearth.charts.projects import chances, plan_and_start
from rareearth.charts.ranges import ranges
from rareearth.charts.ranked import ranked_bars
from rareearth.charts.shares import share_columns, share_panels
from rareearth.charts.style import canvas, label_ends, spread
from rareearth.charts.timelines import in_force, stacked_months, timeline
from rareearth.charts.tornados import tornado_bars
from rareearth.charts.waterfalls import waterfalls
from rareearth.display.output import bibliography, cite, findings, say, show, table

__all__ = [
    "COLOURS",
    "along",
    "assumed",
    "axis_break",
    "bibliography",
    "bridge",
    "canvas",
    "chances",
    "cite",
    "claim_dots",
    "claimed_and_found",
    "colour",
    "dumbbell",
    "editions",
    "exceedance",
    "exceedances",
    "fan",
    "findings",
    "growth_paths",
    "in_force",
    "intervals",
    "label_ends",
    "line_band",
    "mark_events",
    "market_panels",
    "measure_dots",
    "mirror_bars",
    "month_bars",
    "month_lines",
    "outlook_fan",
    "part_bars",
    "plan_and_start",
    "price_and_levels",
    "price_line",
    "ranges",
    "ranked_bars",
    "response",
    "say",
    "series_break",
    "share_columns",
    "share_panels",
    "show",
    "small_multiples",
    "spread",
    "stacked_months",
    "table",
    "timeline",
    "tornado_bars",
    "truth_map",
    "waterfalls",
    "weak",
]

"""Sourced figures, checkable methods and shareable reports on the rare-earth industry.

The names below are loaded when they are first used, so that ``import rareearth``
costs next to nothing and the command line starts at once.

Figures: `find`, `series`, `entities`, `products` say what there is; `load` gives the
figures of a series, `revisions` all that was ever published of it, `sources` where it
stands, `assumptions` what no source gives; `check` validates a folder of figures.
Measures: `countries` without totals, `shares` of a published total, `measures` of
concentration, `price_series` in one money, `in_currency`. `explore` gives sliders.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

_HOMES = {
    "assumptions": "figures.records",
    "check": "commands.checks",
    "countries": "figures.loading",
    "entities": "figures.lookup",
    "explore": "display.explore",
    "find": "figures.lookup",
    "in_currency": "money.money",
    "load": "figures.loading",
    "measures": "methods.concentration",
    "price_series": "prices.series",
    "products": "figures.lookup",
    "revisions": "figures.loading",
    "series": "figures.lookup",
    "shares": "methods.concentration",
    "sources": "figures.loading",
}

__all__ = [
    "__version__",
    "assumptions",
    "check",
    "countries",
    "entities",
    "explore",
    "find",
    "in_currency",
    "load",
    "measures",
    "price_series",
    "products",
    "revisions",
    "series",
    "shares",
    "sources",
]

if TYPE_CHECKING:
    from rareearth.commands.checks import check
    from rareearth.display.explore import explore
    from rareearth.figures.loading import countries, load, revisions, sources
    from rareearth.figures.lookup import entities, find, products, series
    from rareearth.figures.records import assumptions
    from rareearth.methods.concentration import measures, shares
    from rareearth.money.money import in_currency
    from rareearth.prices.series import price_series


def __getattr__(name: str) -> Any:
    """Import the module that holds `name` on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rareearth' has no attribute {name!r}")
    return getattr(import_module(f"rareearth.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""Sourced figures, checkable methods and shareable reports on the rare-earth industry.

The names below are loaded when they are first used, so that ``import rareearth``
costs next to nothing and the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "load": "figures.loading",
    "sources": "figures.loading",
    "revisions": "figures.loading",
    "countries": "figures.loading",
    "check": "figures.checks",
    "assumptions": "figures.records",
    "measures": "methods.concentration",
    "share_table": "methods.concentration",
}

__all__ = [
    "__version__",
    "assumptions",
    "check",
    "countries",
    "load",
    "measures",
    "revisions",
    "share_table",
    "sources",
]

if TYPE_CHECKING:
    from rareearth.figures.checks import check
    from rareearth.figures.loading import countries, load, revisions, sources
    from rareearth.figures.records import assumptions
    from rareearth.methods.concentration import measures, share_table


def __getattr__(name: str) -> Any:
    """Import the module that holds `name` on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rareearth' has no attribute {name!r}")
    return getattr(import_module(f"rareearth.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

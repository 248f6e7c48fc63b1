"""Leave out of an import what a library takes if it is there, and nobody here uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The grammar of international addresses takes two seconds to build. jsonschema wants it
# for their format alone, which no schema of the workbook or of a notebook names.
ADDRESSES = "rfc3987_syntax"
# Only seaborn's pickers of palettes want them.
WIDGETS = "ipywidgets"


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Have modules look as if they were not installed, unless they are imported."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]

"""Outlines of the countries of the world, projected so that areas are true.

The file beside this module is written by ``docs/outlines.py``. Boundaries are those of
Natural Earth and no statement on any territory.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.path import Path as Line

from rareearth.errors import DataError

FILE = Path(__file__).with_name("world.json")
# A report is made again when a module has changed that it rests on, so that the module
# has to change with the file.
SHA256 = "c9983c612cfb4715052ca6a798f90f745aa919d30790273e04931434a845bc80"
CENTRE = 11.0  # degrees east: the map is cut in the Bering Strait, and no land with it

_A = (1.340264, -0.081106, 0.000893, 0.003796)
_M = np.sqrt(3.0) / 2.0


def project(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return places on the Equal Earth map of a sphere of radius 1, shape (n, 2).

    Parameters
    ----------
    longitude, latitude : ndarray
        Degrees; the longitude from the middle of the map.

    References
    ----------
    Savric, Patterson and Jenny (2019), The Equal Earth map projection, International
    Journal of Geographical Information Science 33, 454, equations 1 and 2.
    """
    a1, a2, a3, a4 = _A
    turn = np.arcsin(_M * np.sin(np.radians(latitude)))
    two, six = turn**2, turn**6
    slope = a1 + 3 * a2 * two + six * (7 * a3 + 9 * a4 * two)
    x = np.radians(longitude) * np.cos(turn) / (_M * slope)
    y = turn * (a1 + a2 * two + six * (a3 + a4 * two))
    return np.column_stack([x, y])


@cache
def outlines() -> dict[str, list[np.ndarray]]:
    """Return the rings of each country on the map, the largest first, by its ISO code.

    Three outlines have codes that ISO 3166 leaves to its users: XKX, XNC and XSL.

    Raises
    ------
    DataError
        If the file is not the one that this module was written for.
    """
    content = FILE.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise DataError(f"{FILE.name}: changed; write it again by docs/outlines.py")
    return {
        code: [_placed(ring) for ring in rings]
        for code, rings in json.loads(content)["outlines"].items()
    }


def _placed(ring: list[int]) -> np.ndarray:
    degrees = np.array(ring, dtype=float).reshape(-1, 2) / 10
    return project(degrees[:, 0] - CENTRE, degrees[:, 1])


def compound(codes: list[str]) -> Line:
    """Return the outlines of countries as one path, which is one thing to draw."""
    rings = [ring for code in codes for ring in outlines()[code]]
    if not rings:
        return Line(np.empty((0, 2)))
    return Line.make_compound_path(
        *(Line(np.vstack([ring, ring[:1]]), closed=True) for ring in rings)
    )


def middle(code: str) -> tuple[float, float]:
    """Return a place well inside the largest part of a country, far from its border."""
    ring = outlines()[code][0]
    low, high = ring.min(axis=0), ring.max(axis=0)
    x, y = (np.linspace(*ends, 16)[1:-1] for ends in zip(low, high, strict=True))
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = places[Line(ring).contains_points(places)]
    if not len(inside):  # a sliver
        inside = ring.mean(axis=0)[None]
    along = np.linspace(0, 1, 6)[:, None, None]
    border = (ring + along * (np.roll(ring, -1, axis=0) - ring)).reshape(-1, 2)
    far = np.hypot(*(inside[:, None] - border).transpose(2, 0, 1)).min(axis=1)
    best = inside[far.argmax()]
    return float(best[0]), float(best[1])


def covered(codes: list[str], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return which places of a grid lie in one of the countries, shape (y, x)."""
    found = np.zeros((len(y), len(x)), dtype=bool)
    for code in codes:
        for ring in outlines()[code]:
            low, high = ring.min(axis=0), ring.max(axis=0)
            columns = slice(*np.searchsorted(x, (low[0], high[0])))
            rows = slice(*np.searchsorted(y, (low[1], high[1])))
            places = np.stack(np.meshgrid(x[columns], y[rows]), axis=-1)
            if places.size:
                inside = Line(ring).contains_points(places.reshape(-1, 2))
                found[rows, columns] |= inside.reshape(places.shape[:2])
    return found

"""Names beside the places of a map: none over another, none over what it is about."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from rareearth.charts.style import INK

STEP = 0.04  # of the grid on which room is looked for, in units of the map
ROUND = np.radians(np.arange(0, 360, 12))
AWAY = np.array([0.05, 0.1, 0.16, 0.23, 0.31, 0.4, 0.5, 0.62, 0.75])
PAD = 0.03
BLOCKED = 100.0
LEAD = 0.8  # points

Places = dict[str, tuple[float, float]]


class Tried(NamedTuple):
    """Boxes for a name (left, foot, right, top), the lines to its place, their cost."""

    boxes: np.ndarray
    lines: np.ndarray
    cost: np.ndarray


def write_beside(
    axes: Axes, places: Places, land: np.ndarray, taken: np.ndarray, **style: Any
) -> list[np.ndarray]:
    """Write each name near its place, and return the lines drawn to the names.

    One name after the other takes the best room that is left, in several orders; the
    order that costs least wins.

    Parameters
    ----------
    places : dict
        Text, and x and y of what it names. The limits of the axes must stand.
    land, taken : ndarray of bool, shape (y, x)
        On the grid of `grid`: where a name should not, and where it must not lie.
    """
    artists = [axes.text(0, 0, t, va="center", ha="center", **style) for t in places]
    points = np.array(list(places.values())).reshape(-1, 2)
    tried = [
        _tried(axes, point, _size(axes, artist), land, taken)
        for point, artist in zip(points, artists, strict=True)
    ]
    x, y = points.T
    orders = [np.arange(len(x)), *map(np.argsort, (x, -x, y, -y))]
    _, chosen = min((_greedy(tried, order) for order in orders), key=lambda c: c[0])
    for each, artist, best in zip(tried, artists, chosen, strict=True):
        box = each.boxes[best]
        artist.set_position(((box[:2] + box[2:]) / 2).tolist())
    leads = [t.lines[b].reshape(2, 2) for t, b in zip(tried, chosen, strict=True)]
    for lead in leads:
        axes.plot(*lead.T, color=INK, lw=LEAD)
    return leads


def _tried(
    axes: Axes, place: np.ndarray, size: np.ndarray, land: np.ndarray, taken: np.ndarray
) -> Tried:
    """Return where a name could stand; what lies over a country costs too much."""
    boxes = _around(place, size)
    lines = np.column_stack([np.tile(place, (len(boxes), 1)), _ends(boxes, place)])
    blocked = _outside(axes, boxes) | (_share(_summed(taken), boxes, axes) > 0)
    over = _share(_summed(land), boxes, axes) + _under(lines, taken, axes)
    length = np.hypot(*(lines[:, 2:] - lines[:, :2]).T)
    return Tried(boxes, lines, length + 0.4 * over + BLOCKED * blocked)


def _greedy(tried: list[Tried], order: np.ndarray) -> tuple[float, list[int]]:
    """Return the cost of taking the best room in an order, and what each has taken."""
    boxes, leads = np.empty((0, 4)), np.empty((0, 4))
    total, chosen = 0.0, [0] * len(tried)
    for name in order:
        each = tried[name]
        in_the_way = _overlaps(each.boxes, boxes) | _hits(each.lines, boxes)
        in_the_way |= _cross(each.lines, leads)
        in_the_way |= _overlaps(each.boxes, _dots(leads).reshape(-1, 4))
        cost = each.cost + BLOCKED * in_the_way
        best = chosen[name] = int(cost.argmin())
        total += float(cost[best])
        boxes = np.vstack([boxes, each.boxes[best]])
        leads = np.vstack([leads, each.lines[best]])
    return total, chosen


def grid(axes: Axes) -> tuple[np.ndarray, np.ndarray]:
    """Return the places along x and y at which room is looked for."""
    (left, right), (foot, top) = axes.get_xlim(), axes.get_ylim()
    return np.arange(left, right, STEP), np.arange(foot, top, STEP)


def _size(axes: Axes, artist: Any) -> np.ndarray:
    """Return the width and height of a text in units of the map, with its margin."""
    figure: Any = axes.figure
    extent = artist.get_window_extent(figure.canvas.get_renderer())
    across = extent.transformed(axes.transData.inverted())
    return np.array([across.width, across.height]) + 2 * PAD


def _around(place: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return boxes (left, foot, right, top) around a place, near and far."""
    away, angle = (each.ravel() for each in np.meshgrid(AWAY, ROUND))
    way = np.column_stack([np.cos(angle), np.sin(angle)])
    centres = place + way * (away[:, None] + size / 2)
    return np.column_stack([centres - size / 2, centres + size / 2])


def _ends(boxes: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return the point of each box that lies nearest to a place."""
    return np.clip(place, boxes[:, :2], boxes[:, 2:])


def _outside(axes: Axes, boxes: np.ndarray) -> np.ndarray:
    (left, right), (foot, top) = axes.get_xlim(), axes.get_ylim()
    low = (boxes[:, 0] < left) | (boxes[:, 1] < foot)
    return low | (boxes[:, 2] > right) | (boxes[:, 3] > top)


def _summed(mask: np.ndarray) -> np.ndarray:
    """Return the sums of all that lies left and below, for sums over boxes."""
    return np.pad(mask.astype(float), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)


def _share(sums: np.ndarray, boxes: np.ndarray, axes: Axes) -> np.ndarray:
    """Return which share of each box is covered."""
    start = np.array([axes.get_xlim()[0], axes.get_ylim()[0]] * 2)
    limits = np.array(sums.shape)[[1, 0, 1, 0]] - 1
    cells = np.clip(((boxes - start) / STEP).round().astype(int), 0, limits)
    left, foot, right, top = cells.T
    within = sums[top, right] - sums[foot, right] - sums[top, left] + sums[foot, left]
    return within / np.maximum((right - left) * (top - foot), 1)


def _under(lines: np.ndarray, mask: np.ndarray, axes: Axes) -> np.ndarray:
    """Return which share of each line runs over what is marked."""
    start = np.array([axes.get_xlim()[0], axes.get_ylim()[0]])
    cells = ((_dots(lines)[..., :2] - start) / STEP).astype(int)
    column, row = np.clip(cells, 0, np.array(mask.shape)[::-1] - 1).transpose(2, 0, 1)
    return np.asarray(mask[row, column].mean(axis=1))


def _overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which boxes overlap one of the others."""
    one, two = boxes[:, None], others[None]
    meet = (one[..., :2] < two[..., 2:]) & (two[..., :2] < one[..., 2:])
    return np.asarray(np.any(np.all(meet, axis=-1), axis=1))


def _dots(lines: np.ndarray) -> np.ndarray:
    """Return twelve points of each line, as boxes without extent, shape (n, 12, 4)."""
    along = np.linspace(0, 1, 12)[:, None]
    points = lines[:, None, :2] + along * (lines[:, None, 2:] - lines[:, None, :2])
    return np.concatenate([points, points], axis=-1)


def _hits(lines: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return which lines pass through one of the boxes."""
    found = _overlaps(_dots(lines).reshape(-1, 4), boxes)
    return np.asarray(np.any(found.reshape(len(lines), 12), axis=1))


def _cross(lines: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which lines cross one of the others."""
    a, b = lines[:, None, :2], lines[:, None, 2:]
    c, d = others[None, :, :2], others[None, :, 2:]
    apart = _side(a, b, c) * _side(a, b, d), _side(c, d, a) * _side(c, d, b)
    return np.asarray(((apart[0] < 0) & (apart[1] < 0)).any(axis=1))


def _side(a: np.ndarray, b: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return on which side of the line from a to b a point lies."""
    one, two = b - a, p - a
    return one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0]

"""The one rule by which a claim is compared with figures.

A claim says a number, within its own rounding. The figures give numbers: on the
claim's basis, and beside it on other bases, in older editions, of other subjects. The
first step of `decide` that fits is the verdict; nothing else decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pandas as pd

from rareearth.figures.columns import rounding

LABELS = {
    "supported": "supported",
    "roughly_supported": "roughly supported",
    "outdated": "outdated",
    "other_basis": "right number on another basis",
    "misattributed": "misattributed",
    "contradicted": "contradicted",
    "not_checkable": "cannot be checked",
    "opinion": "opinion",
}
AGREEING = ("supported", "roughly_supported")
WRONG = ("outdated", "other_basis", "misattributed", "contradicted")
COARSEST = 0.05  # a round number such as 70 is not taken as anything from 65 to 75
LOOSE = 2.0  # "about" and a forecast have twice the rounding of a plain number
NEAR = 0.10  # a miss by less than a tenth is roughly right
Kind = Literal["edition", "basis", "subject"]
_OF_KIND: dict[Kind, tuple[str, str]] = {
    "edition": ("outdated", "it is the number of an older edition"),
    "basis": ("other_basis", "it is the number on another basis"),
    "subject": ("misattributed", "it is the number of something else"),
}


class Span(NamedTuple):
    """Two ends of a range; an open end is infinite."""

    low: float
    high: float

    def meets(self, other: Span) -> bool:
        """Return whether the two ranges share a point."""
        slack = 1e-9 * max(1.0, *(abs(x) for x in (*self, *other) if math.isfinite(x)))
        return self.low <= other.high + slack and other.low <= self.high + slack

    @property
    def is_open(self) -> bool:
        """Return whether it is a bound, not a number or a closed range."""
        return not (math.isfinite(self.low) and math.isfinite(self.high))


@dataclass(frozen=True)
class Print:
    """One number on the claim's basis, as printed or computed from one source."""

    span: Span
    is_firm: bool = True


@dataclass(frozen=True)
class Rival:
    """A number that the claim may have been taken from: older, other basis, other."""

    kind: Kind
    span: Span
    label: str


@dataclass(frozen=True)
class Found:
    """What the figures say on a claim.

    Attributes
    ----------
    prints : tuple of Print
        On the claim's basis, the best first.
    figures : DataFrame
        The rows that were used, with ``source_id``.
    reads_as : Span, optional
        What a statement without a number amounts to, in the unit of the prints.
    reading : str
        The same in words, e.g. "more than half of the world".
    """

    prints: tuple[Print, ...]
    unit: str
    basis: str
    figures: pd.DataFrame
    rivals: tuple[Rival, ...] = ()
    reads_as: Span | None = None
    reading: str = ""

    @property
    def best(self) -> Span | None:
        """Return the number that counts first, None where the basis has none."""
        return self.prints[0].span if self.prints else None

    @property
    def spread(self) -> Span | None:
        """Return the lowest and highest number of all sources on the claim's basis."""
        if not self.prints:
            return None
        spans = [each.span for each in self.prints]
        return Span(min(s.low for s in spans), max(s.high for s in spans))

    @property
    def ends(self) -> Span | None:
        """Return the lowest and highest number printed, without open ends."""
        ends = [x for each in self.prints for x in each.span if math.isfinite(x)]
        return Span(min(ends), max(ends)) if ends else None


class Decision(NamedTuple):
    """A verdict, and the step of the rule that gave it."""

    verdict: str
    because: str


def said(claim: pd.Series, loose: float = LOOSE) -> Span | None:
    """Return the numbers that a claim allows, None when it names none.

    A number stands for all that round to it: half a unit of its last digit that is not
    zero, at most a twentieth of the number, and `loose` times that after "about" or in
    a forecast. All of something, 100 percent, is no round number. A bound is open to
    one side.
    """
    low, high, value = claim["low"], claim["high"], claim["value"]
    if pd.notna(low) or pd.notna(high):
        return Span(
            float(low) if pd.notna(low) else -math.inf,
            float(high) if pd.notna(high) else math.inf,
        )
    if pd.isna(value):
        return None
    if claim["qualifier"] == "at_least":
        return Span(float(value), math.inf)
    if claim["qualifier"] == "at_most":
        return Span(-math.inf, float(value))
    half = min(rounding(float(value)), COARSEST * abs(value))
    if claim["unit"] == "percent" and value == 100:
        half = 0.5
    half *= loose if claim["qualifier"] in ("approx", "forecast") else 1.0
    return Span(float(value) - half, float(value) + half)


def decide(claimed: Span | None, found: Found) -> Decision:
    """Return the verdict on a claim: the first step that fits.

    1. It meets a firm number on its basis: supported.
    2. It meets the number of an older edition: outdated.
    3. Only weak sources print the number, or it lies within the spread of the sources:
       roughly supported.
    4. It meets a number on another basis (right number on another basis), or that of
       something else (misattributed).
    5. It misses the nearest number by less than a tenth: roughly supported.
    6. There is a number on its basis: contradicted. There is none: cannot be checked.
    """
    claimed = found.reads_as or claimed
    if claimed is None:
        return Decision("not_checkable", "it names no number that figures could give")
    hits = [p for p in found.prints if p.span.meets(claimed) and not p.span.is_open]
    if any(p.is_firm for p in hits):
        return Decision("supported", "it agrees with the figures within its rounding")
    if older := _meets(claimed, found.rivals, "edition"):
        return older
    if hits:
        return Decision("roughly_supported", "only a weak source prints the number")
    if found.spread and found.spread.meets(claimed):
        return Decision("roughly_supported", "it lies within the spread of the sources")
    for kind in ("basis", "subject"):
        if other := _meets(claimed, found.rivals, kind):
            return other
    if any(_misses_by(claimed, p.span) < NEAR for p in found.prints):
        return Decision("roughly_supported", "it misses the figures by under a tenth")
    if found.prints:
        return Decision("contradicted", "no figure on its basis comes near it")
    return Decision("not_checkable", "no figure on its basis is at hand")


def _meets(claimed: Span, rivals: tuple[Rival, ...], kind: str) -> Decision | None:
    """Return the verdict of the first rival of a kind that the claim meets."""
    for rival in rivals:
        if rival.kind == kind and rival.span.meets(claimed):
            verdict, because = _OF_KIND[rival.kind]
            return Decision(verdict, f"{because}: {rival.label}")
    return None


def _misses_by(claimed: Span, span: Span) -> float:
    """Return the gap between two ranges as a part of the nearer end of the figures."""
    end, gap = (
        (span.high, claimed.low - span.high)
        if claimed.low > span.high
        else (span.low, span.low - claimed.high)
    )
    return gap / abs(end) if end and math.isfinite(end) else math.inf

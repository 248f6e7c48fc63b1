"""Claims on patents: what is counted, where, and by whose rule."""

from __future__ import annotations

import pandas as pd

from rareearth.claims.evidence import Look, joined
from rareearth.claims.verdicts import Found, Print, Rival, Span

OFFICES = ["China", "Japan", "United States", "European Union"]
COUNTED = "all rare-earth filings at four offices, 1950 to 2018"


def _counted(look: Look) -> tuple[Span, pd.DataFrame]:
    """Return China's share of the only set of filings that is counted in a source."""
    frame = look.printed("patent_filings", OFFICES)
    per_office = frame.drop_duplicates("entity").set_index("entity")["value"]
    share = 100 * per_office["China"] / per_office.sum()
    return Span(share, share), frame


def _other_set(look: Look, basis: str) -> Found:
    counted, frame = _counted(look)
    rivals = [Rival("basis", counted, COUNTED)]
    more = look.printed("patent_share", "China")
    rivals += [
        Rival("basis", Span(row.value, row.value), f"{row.product}, {row.basis}")
        for row in more.itertuples()
    ]
    return Found((), "percent", basis, joined(frame, more), tuple(rivals))


def c030(look: Look) -> Found:
    """Check whether China holds 76 percent of the patents on extraction."""
    return _other_set(look, "no source counts patents on extraction alone")


def c140(look: Look) -> Found:
    """Check whether China holds 41 percent of PCT filings on magnets and catalysts."""
    return _other_set(look, "no source counts PCT filings on magnets and catalysts")


def c082(look: Look) -> Found:
    """Check whether China holds more than half of the patents on refining."""
    counted, frame = _counted(look)
    prints = (Print(counted, str(frame["source_id"].iloc[0])),)
    return Found(prints, "percent", f"nearest count: {COUNTED}", frame)

"""The commands ``intake`` and ``impact``: a new edition, and what it moves.

Exit status of ``intake``, 0: a proposal is written, or accepted. 1: it is written, and
some rows of the file are refused; their lines say why. 2: nothing was written.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rareearth.commands.render import real
from rareearth.errors import ParameterError
from rareearth.render import library
from rareearth.render.parameters import visible

if TYPE_CHECKING:
    from rareearth.commands.maps import Reading
    from rareearth.commands.proposals import Proposal

MANY = 20  # lines of one kind that are printed


def intake(options: argparse.Namespace) -> int:
    """Print what a file would bring and write the proposal, or accept one."""
    from rareearth.commands import maps, proposals
    from rareearth.render import store

    own = real(options.data) if options.data else None
    if own and not own.is_dir():
        raise ParameterError(f"--data: no folder at {own}")
    if options.accept:
        for line in proposals.accept(options.file, own):
            print(visible(line))
        return 0
    if not options.map:
        raise ParameterError(f"--map: which map? There are {', '.join(maps.names())}")
    edition, published = options.edition or "", options.published or ""
    given = maps.load(options.map, edition, published, own)
    found = maps.read(options.file, given)
    proposal = proposals.propose(found, given, own)
    source = given.source["source_id"]
    target = options.out or library.outputs_folder() / f"proposal-{source}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    store.write({target: proposals.text_of(proposal)})
    for line in _told(proposal, found, source):
        print(visible(line))
    print(f"proposal: {target}")
    return 1 if any(row["status"] == "refused" for row in proposal.rows) else 0


def _told(proposal: Proposal, found: Reading, source: str) -> Iterable[str]:
    """Yield what a person should see of a proposal."""
    from rareearth.commands.proposals import STATUS, met

    counts = Counter(row["status"] for row in proposal.rows)
    new = any(row.get("source_id") == source for _, row in proposal.added)
    yield f"{source}{' (a new source)' if new else ''}: " + ", ".join(
        f"{counts[each]:,} {each}" for each in STATUS
    )
    for mark, times in sorted(found.without.items()):
        yield f"  without a figure: {mark}: {times:,}"
    yield from (f"  {text}" for text in dict.fromkeys(found.told))
    for status in ("revised", "refused"):
        rows = [row for row in proposal.rows if row["status"] == status]
        for row in rows[:MANY]:
            words = [row[name] for name in ("series", "entity", "period_end", "old")]
            number = row["value"] or row["low"] or row["high"]
            if status == "revised":
                words += ["->", number, row["unit"], row["change"]]
            what = " ".join(filter(None, words))
            yield ": ".join(
                filter(None, (f"{status}  {row['place']}", what, row["why"]))
            )
        if len(rows) > MANY:
            yield f"{status}  and {len(rows) - MANY:,} more, in the proposal"
    yield from met(proposal.taken)


def impact(options: argparse.Namespace) -> int:
    """Print what a proposal changes in the reports."""
    from rareearth.commands import impact

    folder = real(options.out or library.outputs_folder())
    for line in impact.lines(options.proposal, folder):
        print(visible(line), flush=True)
    return 0

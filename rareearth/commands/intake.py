"""The commands ``intake`` and ``impact``: a new edition, and what it moves.

Exit status of ``intake``, 0: a proposal is written, or accepted. 1: it is written, and
some rows of the file are refused; their lines say why. 2: nothing was written.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth.commands.render import OUT, Commands, real
from rareearth.errors import ParameterError
from rareearth.render import library
from rareearth.render.parameters import visible

if TYPE_CHECKING:
    from rareearth.commands.maps import Reading
    from rareearth.commands.proposals import Proposal

MANY = 20  # lines of one kind that are printed


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command ``intake``."""
    text = "read a publisher's file by a map and propose its figures, or accept them"
    command = commands.add_parser("intake", help=text, description=text)
    command.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="as downloaded; with --accept a proposal",
    )
    command.add_argument(
        "--map",
        metavar="MAP",
        help="its name in data/intake, or a path (default: none; --accept needs none)",
    )
    command.add_argument(
        "--published",
        default="",
        metavar="DATE",
        help="the day printed on the file (default: that of a source which is known)",
    )
    command.add_argument(
        "--edition", default="", help="its edition (default: the year of DATE)"
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a folder of your own figures (default: the curated)",
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="CSV",
        help="the proposal (default: outputs/proposal-SOURCE.csv)",
    )
    command.add_argument(
        "--accept", action="store_true", help="put a proposal into the data"
    )
    command.set_defaults(run=_intake)

    text = (
        "make the reports that use a series of a proposal with it, and say what changes"
    )
    command = commands.add_parser("impact", help=text, description=text)
    command.add_argument(
        "proposal", type=Path, metavar="PROPOSAL", help="as `intake` has written it"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help=OUT)
    command.set_defaults(run=_impact)


def _intake(options: argparse.Namespace) -> int:
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
    given = maps.load(options.map, options.edition, options.published, own)
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


def _impact(options: argparse.Namespace) -> int:
    """Print what a proposal changes in the reports."""
    from rareearth.commands import impact

    folder = real(options.out or library.outputs_folder())
    for line in impact.lines(options.proposal, folder):
        print(visible(line), flush=True)
    return 0

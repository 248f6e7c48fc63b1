"""The command ``rareearth audit``: check a list of claims of the user's own.

Exit status 0: every claim could be checked, whatever came of it. 1: some could not, and
their lines say why. 2: the list, the date or the command is wrong; nothing was written.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rareearth.commands.render import Commands, add_places, own_folder
from rareearth.errors import ParameterError
from rareearth.render import library
from rareearth.render.job import HIDDEN, OWN_DATA, environment, plan
from rareearth.render.parameters import resolve, shorten, visible

if TYPE_CHECKING:
    import pandas as pd
FAILED = 1
NOTEBOOK = "11_claims_audit"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command ``audit``."""
    text = "check a list of claims against the figures and write a report"
    command = commands.add_parser("audit", help=text, description=text)
    command.add_argument(
        "claims", type=Path, metavar="CLAIMS.csv", help="the list, one claim a row"
    )
    command.add_argument(
        "--as-of",
        default="latest",
        metavar="DATE",
        help="what was known on a day (default: %(default)s)",
    )
    add_places(command)
    command.add_argument(
        "--no-report", action="store_true", help="print the verdicts only"
    )
    command.add_argument("--quiet", action="store_true", help="print errors only")
    command.set_defaults(run=_audit)


def _audit(options: argparse.Namespace) -> int:
    """Print the verdicts, write the report, tell whether every claim was settled."""
    from rareearth.claims import audit as own_claims

    if not options.claims.is_file():
        raise ParameterError(f"no file at {shorten(str(options.claims))}")
    resolve(library.find(NOTEBOOK), {"as_of": options.as_of})
    own_claims.read(options.claims)  # refuse the whole list before anything is written
    out = (options.out or library.outputs_folder()).resolve()
    data = own_folder(options.data)
    if options.no_report:
        with TemporaryDirectory() as place:
            return _checked(options, _filled(Path(place), options.claims, data))
    digest = hashlib.sha256(str(options.claims.resolve()).encode()).hexdigest()[:8]
    folder = out / HIDDEN / f"claims-{digest}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    status = _checked(options, _filled(folder, options.claims, data))
    return status if _report(options, folder, out) else FAILED


def _filled(folder: Path, claims: Path, data: Path | None) -> Path:
    """Put the list of claims into a folder, beside the user's own figures."""
    from rareearth.claims import audit as own_claims

    for path in sorted(data.iterdir()) if data else []:
        if path.is_file():
            shutil.copy(path, folder)
    own_claims.copy(claims, folder)
    return folder


def _checked(options: argparse.Namespace, folder: Path) -> int:
    """Print the verdict on each claim; return 1 if one could not be checked."""
    from rareearth.claims import audit as claims

    with environment({OWN_DATA: str(folder)}):
        listed = claims.gather("own", "all")
        audited = claims.audit(listed, claims.look(options.as_of))
    if not options.quiet:
        for line in _lines(audited):
            print(line)
    return FAILED if (audited["verdict"] == "not_checkable").any() else 0


def _lines(audited: pd.DataFrame) -> Iterator[str]:
    """Yield some lines for each claim, and one that counts the verdicts."""
    from rareearth.claims import audit as claims
    from rareearth.claims import sentences as claim_readings
    from rareearth.claims.evidence import LABELS

    for _, row in audited.iterrows():
        yield visible(f"{row['claim_id']}  {LABELS[row['verdict']]}")
        cells = {
            "said": claim_readings.said_cell(row),
            "figures": claim_readings.found_cell(row),
            "why": claim_readings.why_cell(row),
        }
        for name, text in cells.items():
            if text:
                yield visible(f"  {name}: {text}")
    counts = claims.score(audited)
    named = [f"{count} {LABELS[code]}" for code, count in counts.items() if count]
    yield f"{len(audited)} claims: {', '.join(named)}"


def _report(options: argparse.Namespace, folder: Path, out: Path) -> bool:
    """Make the report on the list; return whether it was made."""
    from rareearth.render import index, pool, progress
    from rareearth.render.report import run

    given = {"digest": "own", "as_of": options.as_of}
    job = plan(library.find(NOTEBOOK), given, out, folder)
    slug = re.sub(r"[^a-z0-9]+", "-", options.claims.stem.lower()).strip("-") or "list"
    job = replace(job, name=f"audit-{slug}-{folder.name[-8:]}")
    watch = progress.Progress(1, options.quiet)
    with (
        pool.local(1, None) as executor,
        closing(run([job], executor, watch)) as results,
    ):
        states = [result.state for result in results]
    watch.close(index.build(out))
    return states != ["failed"]

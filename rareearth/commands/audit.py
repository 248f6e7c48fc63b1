"""The command ``rareearth audit``: check a list of claims of the user's own.

Exit status 0: every claim could be checked, whatever came of it. 1: some could not, and
their lines say why. 2: the list, the date or the command is wrong; nothing was written.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from rareearth.commands.render import own_folder, tell_figures
from rareearth.errors import ParameterError
from rareearth.render import library
from rareearth.render.job import HIDDEN, OWN_DATA, environment, plan
from rareearth.render.parameters import resolve, shorten, visible
from rareearth.words import harmless

if TYPE_CHECKING:
    import pandas as pd

    from rareearth.claims.evidence import Look
FAILED = 1
NOTEBOOK = "11_claims_audit"
TEMPLATE = """\
claim_id,subject,quantity,product,period,value,unit,qualifier
1,China,share_of_world_mining,,2024,70,percent,approx
2,United States,mine_production,REO,2024,"45,000",t,exact
3,European Union,import_share_from_china,rare-earth magnets,,90,percent,at_least
4,China,mine_production_growth,,2019-2024,105,percent,approx
"""
RATINGS = {
    "supported": 5,
    "roughly_supported": 4,
    "outdated": 3,
    "other_basis": 3,
    "disputed": 3,
    "misattributed": 2,
    "contradicted": 1,
}


def audit(options: argparse.Namespace) -> int:
    """Print the verdicts, write the report, tell whether every claim was settled."""
    from rareearth.claims import own

    if options.template:
        print(TEMPLATE, end="")
        return 0
    if options.list:
        print("\n".join(_quantities()))
        return 0
    if options.draft:
        return _draft(options.draft)
    if options.claims is None:
        raise ParameterError("no list of claims; --template prints one to fill in")
    if not options.claims.is_file():
        raise ParameterError(f"no file at {shorten(str(options.claims))}")
    resolve(library.find(NOTEBOOK), {"as_of": options.as_of})
    # Refuse the whole list before anything is written.
    ignored = own.read(options.claims).attrs["ignored"]
    if ignored and not options.quiet:
        print(f"ignored columns: {visible(', '.join(ignored))}")
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


def _quantities() -> Iterator[str]:
    """Yield a line for each quantity that can be checked, the shares first."""
    from rareearth.claims import bindings
    from rareearth.figures import records

    known = records.quantities()
    computed = [*bindings.DERIVED]
    told = sorted(records.claims().query("found_by != ''")["quantity"].unique())
    yield "Computed for any country, product and year that has figures:"
    for name in computed:
        yield f"  {name} ({known.at[name, 'unit']}): {known.at[name, 'meaning']}"
    yield "For the subject, product and period of the digests' claims:"
    for name in told:
        if name not in computed and known.at[name, "kind"] == "number":
            yield f"  {name} ({known.at[name, 'unit']}): {known.at[name, 'meaning']}"
    yield "Looked up: every series of data/series.csv, by its key, such as:"
    for name in ("mine_production", "reserves", "rare_earth_exports", "net_profit"):
        yield f"  {name} ({known.at[name, 'unit']}): {known.at[name, 'meaning']}"


def _draft(path: Path) -> int:
    """Print a list of claims drafted from an article."""
    from rareearth.claims import own

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{shorten(str(path))}: {error}") from None
    rows = list(own.draft(text))
    if not rows:
        print("no number with a unit in this text", file=sys.stderr)
        return FAILED
    _write_rows(sys.stdout, rows)
    return 0


def _write_rows(stream: TextIO, rows: Iterable[Mapping[str, object]]) -> None:
    rows = list(rows)
    writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: harmless(str(cell)) for name, cell in row.items()})


def _filled(folder: Path, claims: Path, data: Path | None) -> Path:
    """Put the list of claims into a folder, beside the user's own figures."""
    from rareearth.claims import own

    for path in sorted(data.iterdir()) if data else []:
        if path.is_file():
            shutil.copy(path, folder)
    own.copy(claims, folder)
    return folder


def _checked(options: argparse.Namespace, folder: Path) -> int:
    """Print the verdict on each claim; return 1 if one could not be checked."""
    from rareearth.claims import audit as claims

    with environment({OWN_DATA: str(folder)}):
        listed = claims.gather("own", "all")
        view = claims.look(options.as_of)
        audited = claims.audit(listed, view)
    if not options.quiet:
        for line in _lines(audited):
            print(line)
    claimed = [row for _, row in audited.iterrows()]
    if options.csv:
        rows = [_row(row, view) for row in claimed]
        with options.csv.open("w", encoding="utf-8", newline="") as stream:
            _write_rows(stream, [r | {"sources": " ".join(r["sources"])} for r in rows])
    for path, told in ((options.json, _row), (options.claimreview, _review)):
        if path:
            content = [told(row, view) for row in claimed]
            text = json.dumps(content, ensure_ascii=False, indent=1)
            path.write_text(f"{text}\n", encoding="utf-8")
    return FAILED if (audited["verdict"] == "not_checkable").any() else 0


def _row(row: pd.Series, view: Look) -> dict[str, Any]:
    """Return a verdict as a row of JSON or CSV."""
    from rareearth.claims import audit as claims
    from rareearth.claims.evidence import LABELS

    return {
        "claim_id": row["claim_id"],
        "article": row["article"],
        "claim": claims.what(row),
        "original": row["fragment"],
        "kind": row["kind"],
        "verdict": row["verdict"],
        "label": LABELS[row["verdict"]],
        "figures": row["figures"],
        "why": claims.why(row),
        "corrected": row["corrected"],
        "by": row["by"],
        "as_of": view.as_of,
        "sources": _addresses(row, view),
    }


def _addresses(row: pd.Series, view: Look) -> list[str]:
    """Return where the sources of a verdict are, or what they are called."""
    known = view.sources.reindex([n for n in row["source_id"].split(";") if n])
    named = known["url"].where(known["url"] != "", known["publisher"])
    return list(dict.fromkeys(named.dropna()))


def _review(row: pd.Series, view: Look) -> dict[str, Any]:
    """Return a verdict as ClaimReview, as schema.org has it."""
    from rareearth.claims import audit as claims
    from rareearth.claims.evidence import LABELS

    rating: dict[str, Any] = {
        "@type": "Rating",
        "alternateName": LABELS[row["verdict"]],
        "bestRating": 5,
        "worstRating": 1,
    }
    if row["verdict"] in RATINGS:
        rating["ratingValue"] = RATINGS[row["verdict"]]
    said: dict[str, Any] = {
        "@type": "Claim",
        "appearance": {"@type": "CreativeWork", "name": row["title"]},
    }
    if row["publisher"]:
        said["author"] = {"@type": "Organization", "name": row["publisher"]}
    if row["published"]:
        said["datePublished"] = str(row["published"])[:10]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": f"{NOTEBOOK}.html#claim-{row['claim_id'].lower()}",
        "datePublished": f"{view.horizon:%Y-%m-%d}",
        "author": {"@type": "Organization", "name": "Rare Earth Workbook"},
        "claimReviewed": claims.what(row),
        "itemReviewed": said,
        "reviewRating": rating,
        "reviewBody": " ".join(filter(None, [claims.why(row), row["corrected"]])),
        "citation": _addresses(row, view),
    }


def _lines(audited: pd.DataFrame) -> Iterator[str]:
    """Yield some lines for each claim, and one that counts the verdicts."""
    from rareearth.claims import audit as claims
    from rareearth.claims.evidence import LABELS

    for _, row in audited.iterrows():
        yield visible(f"{row['claim_id']}  {LABELS[row['verdict']]}")
        cells = {
            "said": claims.what(row),
            "figures": row["figures"],
            "why": claims.why(row),
            "right": row["corrected"],
        }
        for name, text in cells.items():
            if text:
                yield visible(f"  {name}: {text}")
    yield from claims.scored(audited)
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
    watch.close(index.build(out, tell_figures(out)))
    return states != ["failed"]

"""Claims on how much of a supply comes from China."""

from __future__ import annotations

from rareearth.claims.evidence import Look, from_checks, joined, prints, ratio, span
from rareearth.claims.verdicts import Found, Rival
from rareearth.errors import NoFigures
from rareearth.words import listed, number


def c015(look: Look) -> Found:
    """Check whether the EU gets 92 percent of its magnets from China."""
    parts, found = [], []
    stated = look.printed(
        "import_source_share", "China", "rare-earth magnets", basis="importer-eu"
    )
    parts.append(stated)
    try:
        derived = ratio(
            look.printed(
                "magnet_imports_from", "China", start=2024, basis="importer-eu"
            ),
            look.printed("magnet_consumption", "European Union", start=2024),
        )
        parts.append(derived)
    except NoFigures:
        pass  # the auditors' report came later
    checks = look.checked("C015-1")
    for part in (*parts[1:], checks, stated):
        found += list(prints(part))
    shown = joined(*parts, *([checks] if len(checks) else []))
    basis = "share of magnets from China: of imports, or of what industry uses"
    return Found(tuple(found), "percent", basis, shown)


def c016(look: Look) -> Found:
    """Check whether the EU gets 98 percent of its heavy rare earths from China."""
    basis = "share of EU imports of heavy rare earths"
    try:
        sourced = look.printed(
            "eu_sourcing_share", "China", ["Y", "Yb"], basis="stage-processing"
        )
        basis += (
            f"; of the EU's supply of separated {listed(list(sourced['product']))}, by "
            f"last shipping country, {number(sourced['value'].max())} %"
        )
    except NoFigures:
        pass  # the study came later
    return from_checks(look.checked("C016-1"), basis)


def c161(look: Look) -> Found:
    """Check whether Western countries have 80 percent processed in China."""
    stated = look.printed(
        "import_source_share", "China", "compounds and metals", start=2023
    )
    refined = look.printed("world_share_separation", "China", start=2023)
    rivals = [
        Rival("basis", span(row), f"share of imports, {row.basis.split(';')[0]}")
        for row in stated.itertuples()
    ]
    rivals += [
        Rival("basis", span(row), "share of the world's refining")
        for row in refined.itertuples()
    ]
    basis = "no source prints a share for Western countries together"
    return Found((), "percent", basis, joined(stated, refined), tuple(rivals))


def c112(look: Look) -> Found:
    """Check whether China has 70 percent of lithium."""
    return from_checks(look.checked("C112-1", "C112-2"), "share of lithium refining")


def c113(look: Look) -> Found:
    """Check whether China has 70 percent of cobalt."""
    return from_checks(look.checked("C113-1", "C113-2"), "share of cobalt refining")


def c114(look: Look) -> Found:
    """Check whether China has 70 percent of nickel."""
    return from_checks(look.checked("C114-1"), "share of nickel refining")

"""The command ``rareearth export``: the best figures as one table for other tools."""

from __future__ import annotations

import argparse
import importlib.util
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth.commands.render import OWN, Commands, own_folder
from rareearth.errors import NoFigures, ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from rareearth.figures.dictionaries import Dictionaries

COLUMNS = (
    "figure_id,series,series_title,table,kind,stage,entity,entity_kind,iso3,product,"
    "period_start,period_end,value,low,high,unit,price_year,basis,basis_meaning,"
    "source_id,source_title,publisher,published,url,locator,confidence,terms,note"
).split(",")

NEEDS = {".csv": "", ".xlsx": "openpyxl", ".parquet": "pyarrow"}


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command ``export``."""
    text = "write the best figures as one flat table, with titles, units and sources"
    command = commands.add_parser("export", help=text, description=text)
    command.add_argument(
        "--best",
        type=Path,
        required=True,
        metavar="FILE",
        help="CSV, XLSX or Parquet by its name; Parquet needs pyarrow",
    )
    command.add_argument(
        "--as-of",
        default="latest",
        metavar="DATE",
        help="only what had been published by this ISO date (default: %(default)s)",
    )
    command.add_argument("--data", type=Path, metavar="DIR", help=OWN)
    command.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    """Write the table, and say how many figures it has."""
    target: Path = options.best
    _check(target)
    own = own_folder(options.data) if options.data else None
    table = flat(options.as_of, own)
    fresh = target.with_name(f"~{target.name}")  # nothing half-done at the target
    try:
        _write(table, fresh)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    print(f"{len(table):,} figures in {target.name}")
    return 0


def _check(target: Path) -> None:
    """Refuse a file of another kind, one that cannot be written here, or no folder."""
    kinds = ", ".join(NEEDS)
    if target.suffix not in NEEDS:
        raise ParameterError(f"--best {target.name}: a name ends in one of {kinds}")
    needs = NEEDS[target.suffix]
    if needs and importlib.util.find_spec(needs) is None:
        raise ParameterError(
            f"--best {target.name}: {needs} is not installed here; install it "
            f"(pip install {needs}) or write .csv, which every tool reads"
        )
    if not target.parent.is_dir():
        raise ParameterError(f"--best {target.name}: no folder to write it to")


def _write(table: pd.DataFrame, target: Path) -> None:
    """Write the table; what a spreadsheet would take for a formula stays text."""
    from rareearth.words import harmless

    if target.suffix == ".parquet":
        table.to_parquet(target, index=False)
        return
    text = table.select_dtypes(exclude=["number", "datetime"]).columns
    days = table.select_dtypes("datetime").columns
    safe = table.assign(
        **{name: table[name].map(harmless) for name in text},
        **{name: table[name].dt.date for name in days},
    )
    if target.suffix == ".csv":
        safe.to_csv(target, index=False, encoding="utf-8", lineterminator="\n")
    else:
        safe.to_excel(target, index=False, sheet_name="figures", freeze_panes=(1, 1))


def flat(as_of: str = "latest", extra: str | Path | None = None) -> pd.DataFrame:
    """Return the best row of every figure with its names written out.

    Parameters
    ----------
    as_of, extra
        As in `load`: by when it had been published, and the user's own folder.

    Returns
    -------
    DataFrame, one row per figure, sorted by series, entity, product and period
        The sixteen columns of a figure as `load` gives them, and beside the keys what
        they stand for: title, table, kind and stage of the series; kind and ISO code of
        the entity; what the basis means; title, publisher, date, address and terms of
        the source.

    Raises
    ------
    NoFigures
        If nothing had been published by then.
    ParameterError, DataError
        As `load` does.
    """
    import pandas as pd

    from rareearth.figures import dictionaries
    from rareearth.figures.loading import load

    known = dictionaries.known(extra)
    parts = []
    for name in known.series.index:
        with suppress(NoFigures):
            parts.append(load(name, as_of=as_of, extra=extra))
    if not parts:
        raise NoFigures(f"no figures had been published by {as_of}")
    figures = pd.concat(parts, ignore_index=True)
    series = known.series[["title", "table", "kind", "stage"]]
    series = series.rename(columns={"title": "series_title"})
    entities = known.entities[["kind", "iso3"]].rename(columns={"kind": "entity_kind"})
    sources = known.sources[["title", "publisher", "published", "url", "terms"]]
    sources = sources.rename(columns={"title": "source_title"})
    figures = figures.join(series, on="series").join(entities, on="entity")
    figures = figures.join(sources, on="source_id")
    meanings = {text: _meant(text, known) for text in figures["basis"].unique()}
    return figures.assign(basis_meaning=figures["basis"].map(meanings))[COLUMNS]


def _meant(basis: str, known: Dictionaries) -> str:
    """Return the meanings of the codes of a basis, in their order."""
    return " ".join(known.bases.at[code, "meaning"] for code in basis.split(";"))

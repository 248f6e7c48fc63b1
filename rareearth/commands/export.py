"""The command ``rareearth export``: the best figures as one table for other tools."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth.commands.render import Commands, own_folder
from rareearth.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

if TYPE_CHECKING:
    import pandas as pd

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
        help="only what had been published by this ISO date",
    )
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="own figures beside the curated ones"
    )
    command.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    """Write the table, and say how many figures it has."""
    from rareearth.figures.loading import flat

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

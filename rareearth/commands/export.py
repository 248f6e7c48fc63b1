"""What leaves the workbook for other tools: a table of the best figures, and charts."""

from __future__ import annotations

import argparse
import importlib.util
import json
from base64 import b64decode
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rareearth.commands.render import own_folder, plan
from rareearth.errors import NoFigures, ParameterError, WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from rareearth.figures.dictionaries import Dictionaries

COLUMNS = (
    "figure_id,series,series_title,table,kind,stage,entity,entity_kind,iso3,product,"
    "period_start,period_end,value,low,high,unit,price_year,basis,basis_meaning,"
    "source_id,source_title,publisher,published,url,locator,confidence,terms,note"
).split(",")

NEEDS = {".csv": "", ".xlsx": "openpyxl", ".parquet": "pyarrow"}


def charts(options: argparse.Namespace) -> int:
    """Make the reports aside, and keep their charts: under the name of their data.

    Reports themselves hold no PNG: to draw each chart twice would cost a sixth more.
    """
    from rareearth.display.output import AS_PNG
    from rareearth.render import pool
    from rareearth.render.job import environment
    from rareearth.render.report import run
    from rareearth.render.store import workplace

    options.quiet, options.timeout = True, None
    target: Path = options.out or Path()
    if not target.is_dir():
        raise ParameterError(f"no folder at {target}; --out names where charts go")
    with workplace() as aside, environment({AS_PNG: "1"}):
        jobs, _ = plan(options, Path(aside))
        with (
            pool.local(min(pool.cpus(), len(jobs))) as executor,
            closing(run(jobs, executor)) as results,
        ):
            for result in results:
                if result.error:
                    raise WorkbookError(f"{result.job.name}: {result.error}")
                for name, content in _drawn(result.job.page, result.job.executed):
                    (target / name).write_bytes(content)
                    print(target / name)
    return 0


def _drawn(page: Path, executed: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each chart of a report, as SVG and as PNG."""
    from bs4 import BeautifulSoup

    outputs = (
        output
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "chart" in output.get("metadata", {})
    )
    tree = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    figures = [
        each for each in tree.select("figure.chart") if each.select("a[download]")
    ]
    for figure, output in zip(figures, outputs, strict=True):
        stem = str(figure.select("a[download]")[0]["download"]).removesuffix(".csv")
        picture = str(figure.select("img")[0]["src"])
        yield f"{stem}.svg", unquote(picture.partition(",")[2]).encode()
        yield f"{stem}.png", b64decode("".join(output["data"]["image/png"]))


def export(options: argparse.Namespace) -> int:
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

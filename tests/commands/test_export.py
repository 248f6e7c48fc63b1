"""The flat table of best figures, and the command that writes it for other tools."""

import csv
import re
from xml.etree import ElementTree

import pandas as pd
import pytest
from small_data import SmallData

import rareearth as ree
from rareearth.commands import export
from rareearth.commands.export import COLUMNS, flat
from rareearth.commands.main import main
from rareearth.errors import NoFigures
from rareearth.figures import dictionaries


@pytest.fixture
def curated(tmp_path, monkeypatch):
    """Return a package of seven figures in place of the curated one."""
    data = SmallData(tmp_path / "data")
    monkeypatch.setattr(dictionaries, "folder", lambda: data.path)
    return data


def test_each_best_figure_stands_once_with_its_names_written_out(curated):
    table = flat()
    assert list(table.columns) == COLUMNS
    best = ree.load("mine_production")
    mined = table[table["series"] == "mine_production"]
    assert mined["figure_id"].tolist() == best["figure_id"].tolist()
    row = mined[mined["entity"] == "Australia"].iloc[0]
    known = dictionaries.known()
    assert row["series_title"] == known.series.at["mine_production", "title"]
    assert row["source_title"] == known.sources.at[row["source_id"], "title"]
    assert (row["value"], row["unit"], row["iso3"]) == (29_000, "t", "AUS")
    assert row["basis_meaning"] == known.bases.at["REO", "meaning"]


def test_the_table_of_an_earlier_day_holds_what_was_known_then(curated):
    then = flat(as_of="2025-12-31").set_index("entity")
    assert then.at["Australia", "value"] == 13_000
    with pytest.raises(NoFigures, match="no figures had been published by 1999-01-01"):
        flat(as_of="1999-01-01")


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".parquet"])
def test_the_command_writes_what_the_name_asks_for(kind, curated, tmp_path, capsys):
    if export.NEEDS[kind]:
        pytest.importorskip(export.NEEDS[kind])
    target = tmp_path / f"best{kind}"
    assert main(["export", "--best", str(target)]) == 0
    read = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}
    found = read[kind](target)
    assert found["figure_id"].tolist() == flat()["figure_id"].tolist()
    assert f"{len(found)} figures in best{kind}" in capsys.readouterr().out
    assert [path.name for path in tmp_path.glob("*best*")] == [target.name]


def test_no_cell_is_a_formula(curated, tmp_path):
    curated.edit("production.csv", row=0, note="=1+1")
    target = tmp_path / "best.csv"
    main(["export", "--best", str(target), "--as-of", "2025-12-31"])
    with target.open(encoding="utf-8", newline="") as file:
        notes = [row["note"] for row in csv.DictReader(file)]
    assert "'=1+1" in notes


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("best.txt", "ends in one of .csv, .xlsx, .parquet"),
        ("absent/best.csv", "no folder to write it to"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(name, message, tmp_path, capsys):
    assert main(["export", "--best", str(tmp_path / name)]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_library_is_named_with_the_way_out(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None)
    assert main(["export", "--best", str(tmp_path / "best.parquet")]) == 2
    said = capsys.readouterr().err
    assert "pyarrow is not installed" in said
    assert "pip install pyarrow" in said


def test_charts_are_written_as_svg_and_as_png_by_the_name_of_their_data(
    tmp_path, capsys, rendered
):
    assert rendered.all_of("08") == 0
    assert main(["charts", "08", "--out", str(tmp_path)]) == 0
    page = (rendered.folder / "08_cutoff_stress.html").read_text(encoding="utf-8")
    stems = re.findall(r'download="(08_cutoff_stress--chart-[^"]*)\.csv"', page)
    assert stems
    kinds = (".svg", ".png")
    wanted = {f"{stem}{kind}" for stem in stems for kind in kinds}
    assert {path.name for path in tmp_path.iterdir()} == wanted
    assert len(capsys.readouterr().out.splitlines()) == len(wanted)
    for path in tmp_path.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    for path in tmp_path.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_charts_need_a_folder(tmp_path, capsys):
    assert main(["charts", "08", "--out", str(tmp_path / "none")]) == 2
    assert "no folder" in capsys.readouterr().err

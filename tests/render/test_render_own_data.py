"""A report with the user's own figures says so and never passes for another."""

import json
import re

import pandas as pd
import pytest

from rareearth.commands import main as cli
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.render import library, provenance

pytestmark = pytest.mark.usefixtures("kept_server")

TITLE = ("markdown", "# How much?\n\nLead.")
CODE = (
    "code",
    "import rareearth as ree\nfrom rareearth.display.output import say\n"
    "found = ree.load('mine_production', 'Australia', start=2024, end=2024)\n"
    "say(f\"Value {found['value'].item():.0f}\")",
)


@pytest.fixture
def own(tmp_path):
    """Return a folder with one figure that replaces a published one."""
    folder = tmp_path / "my figures"
    folder.mkdir()
    write(folder, 12_345)
    return folder


def write(folder, value):
    row = dict.fromkeys(FIGURE_COLUMNS, "") | {
        "figure_id": "mine-1",
        "series": "mine_production",
        "entity": "Australia",
        "product": "REO",
        "period_start": "2024-01-01",
        "period_end": "2024-12-31",
        "value": str(value),
        "unit": "t",
        "basis": "REO",
        "source_id": "my-notes",
        "locator": "p. 1",
        "confidence": "own",
    }
    table = [",".join(FIGURE_COLUMNS), ",".join(row.values())]
    (folder / "mine.csv").write_text("\n".join(table) + "\n")
    columns = "source_id,title,publisher,published,lag_days,url,kind,confidence,terms"
    source = "my-notes,Notes,Me,2025-01-01,0,,analyst,own,,,"
    (folder / "sources.csv").write_text(f"{columns},via,note\n{source}\n")


def values(folder):
    pages = sorted(folder.glob("sample*.html"))
    return {page.name: re.search(r"Value (\d+)", page.read_text())[1] for page in pages}


@pytest.mark.slow
def test_own_figures_have_a_report_of_their_own(
    notebook, own, tmp_path, monkeypatch, capsys
):
    path = notebook(TITLE, ("parameters", "year: int = 2024"), CODE)
    out = tmp_path / "out"
    words = ["render", str(path), "--out", str(out)]
    monkeypatch.chdir(tmp_path)
    before = {each.name: each.read_bytes() for each in own.iterdir()}
    assert cli.main([*words, "--quiet", "--data", "my figures"]) == 0
    assert cli.main([*words, "--quiet"]) == 0
    with_own, without = values(out)
    assert re.fullmatch(r"sample--own-[0-9a-f]{8}\.html", with_own)
    assert without == "sample.html"
    assert values(out)[with_own] == "12345"
    assert values(out)[without] != "12345"
    assert {each.name: each.read_bytes() for each in own.iterdir()} == before

    page = (out / with_own).read_text()
    assert "(own figures)" in page
    assert "from the folder my figures, were used" in page
    assert "File own/mine.csv" in page
    assert str(tmp_path) not in page
    assert "own" not in json.loads((out / "sample.ipynb").read_text())["metadata"]

    # The variable of the environment is the same folder, so the same report.
    monkeypatch.setenv("RAREEARTH_EXTRA_DATA", str(own))
    capsys.readouterr()
    assert cli.main([*words, "--check", "--explain"]) == 0
    write(own, 23_456)
    assert cli.main([*words, "--check"]) == 1
    assert capsys.readouterr().out.endswith(": own/mine.csv changed\n")
    verify = ["verify", str(out / with_own), "--notebook", str(path)]
    assert cli.main(verify) == 2
    assert "give their folder with --data" in capsys.readouterr().err
    assert cli.main([*verify, "--data", str(own)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("own/mine.csv changed\n")
    assert "it has '12345" in said
    assert "made anew it is '23456" in said
    write(own, 12_345)
    assert cli.main([*verify, "--data", str(own)]) == 0
    assert capsys.readouterr().out == f"{with_own} matches the workbook\n"
    monkeypatch.delenv("RAREEARTH_EXTRA_DATA")
    assert cli.main([*words, "--check"]) == 0  # the report without is not touched


def test_a_folder_that_holds_no_figures_is_refused(tmp_path, capsys):
    for folder in (tmp_path, tmp_path / "none"):
        assert cli.main(["render", "--data", str(folder)]) == 2
        assert "own figures are CSV files" in capsys.readouterr().err


def test_a_new_table_among_own_figures_changes_the_key(tmp_path):
    assert provenance.own_files(None) == []
    (tmp_path / "b.csv").write_text("x")
    (tmp_path / "Prices.CSV").write_text("x")
    for left in ("._prices.csv", "~$prices.xlsx", "notes.txt"):
        (tmp_path / left).write_text("x")
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "more.XLSX", sheet_name="costs")
    found = ["own/Prices.CSV", "own/b.csv", "own/more.XLSX"]
    assert provenance.own_files(tmp_path) == found
    assert provenance.locate("own/b.csv", tmp_path) == tmp_path / "b.csv"


@pytest.mark.slow
def test_own_figures_are_said_only_where_a_row_of_them_was_loaded(
    notebook, own, tmp_path
):
    (own / "mine.csv").rename(own / "MINE.CSV")
    says = {}
    for name, year in (("used", 2024), ("unused", 2020)):
        code = (CODE[0], CODE[1].replace("2024", str(year)))
        path = notebook(TITLE, ("parameters", "year: int = 2024"), code, name=name)
        words = ["render", str(path), "--out", str(tmp_path / name), "--quiet"]
        assert cli.main([*words, "--data", str(own)]) == 0
        (page,) = (tmp_path / name).glob(f"{name}--own-*.html")
        says[name] = page.read_text()
    for text in says.values():
        assert "File own/MINE.CSV" in text
    assert "Value 12345" in says["used"]
    assert "(own figures)" in says["used"]
    assert "own figures" not in says["unused"].lower().replace("our own", "")
    assert "from the folder" not in says["unused"]


def test_the_vintage_is_the_newest_source_by_the_day(monkeypatch, tmp_path):
    (tmp_path / "sources.csv").write_text(
        "source_id,published\na,2025-01-31\nb,2026-02-06\nc,2024\n"
    )
    monkeypatch.setattr(library, "data_folder", lambda: tmp_path)
    read = ["data/prices.csv", "data/sources.csv"]

    def newest(as_of):
        return provenance.vintage({"as_of": as_of}, read)["newest_source"]

    assert newest("latest") == "2026-02-06"
    assert newest("2025-11-03") == "2025-01-31"
    assert newest("2024-06-30") == "2024"
    assert newest("1990-01-01") == "none"
    used = provenance.vintage({"as_of": "latest"}, read, {"a", "c"})
    assert used["newest_source"] == "2025-01-31"  # b is newer, and not in the report
    assert provenance.vintage({"as_of": "latest"}, read[:1]) == {}

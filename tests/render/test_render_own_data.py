"""A report with the user's own figures says so and never passes for another."""

import json
import platform
import re
from importlib import metadata

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
    verify = ["verify", str(out / with_own)]
    assert cli.main(verify) == 0
    assert "own/mine.csv  not compared: give the folder" in capsys.readouterr().out
    assert cli.main([*verify, "--data", str(own)]) == 1
    assert "own/mine.csv  differs\n" in capsys.readouterr().out
    monkeypatch.delenv("RAREEARTH_EXTRA_DATA")
    assert cli.main([*words, "--check"]) == 0  # the report without is not touched


def test_a_folder_that_holds_no_figures_is_refused(tmp_path, capsys):
    for folder in (tmp_path, tmp_path / "none"):
        assert cli.main(["render", "--data", str(folder)]) == 2
        assert "own figures are CSV files" in capsys.readouterr().err


def test_a_new_table_among_own_figures_changes_the_key(tmp_path):
    assert provenance.own_files(None) == []
    (tmp_path / "b.csv").write_text("x")
    assert provenance.own_files(tmp_path) == ["own/b.csv"]
    assert provenance.locate("own/b.csv", tmp_path) == tmp_path / "b.csv"


def report(tmp_path, **about):
    """Write a page that says that it was made from `about`."""
    from html import escape

    known = {"notebook": "none", "data": [], "modules": [], **about}
    content = escape(json.dumps(known))
    path = tmp_path / "page.html"
    path.write_text(f'<html><head><meta name="rareearth" content="{content}"></head>')
    return str(path)


def test_verify_says_of_each_file_whether_it_is_the_same(tmp_path, capsys):
    good = provenance.sha256(library.data_folder() / "series.csv")
    data = [
        {"name": "data/series.csv", "sha256": good},
        {"name": "data/prices.csv", "sha256": "0"},
        {"name": "data/sources.csv", "sha256": ""},
        {"name": "data/gone.csv", "sha256": "0"},
        {"name": "data/../../../etc/passwd", "sha256": "0"},
        {"name": "/etc/passwd", "sha256": "0"},
    ]
    assert cli.main(["verify", report(tmp_path, data=data)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "notebook none  not compared: it is not among the workbook's notebooks",
        "data/series.csv  matches",
        "data/prices.csv  differs",
        "data/sources.csv  differs",
        "data/gone.csv  is gone",
        "'data/../../../etc/passwd'  is not a file of the workbook",
        "'/etc/passwd'  is not a file of the workbook",
        "page.html differs from the workbook",
    ]
    modules = [{"name": "data/series.csv", "sha256": good[: provenance.SHORT]}]
    same = report(tmp_path, data=data[:1], modules=modules)
    assert cli.main(["verify", same]) == 0
    assert capsys.readouterr().out.endswith("page.html matches the workbook\n")


def test_another_version_of_a_library_is_told_and_is_no_difference(tmp_path, capsys):
    made_with = {"pandas": "0.1", "python": platform.python_version(), "none": "1"}
    assert cli.main(["verify", report(tmp_path, environment=made_with)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"pandas 0.1  here {metadata.version('pandas')}"
    assert lines[2:] == ["none 1  here not installed", "page.html matches the workbook"]


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


@pytest.mark.parametrize("text", ["", "<html>", "\0\1", '<meta name="rareearth">'])
def test_a_file_that_is_no_report_is_refused(tmp_path, capsys, text):
    path = tmp_path / "other.html"
    path.write_text(text)
    assert cli.main(["verify", str(path)]) == 2
    assert "is not a report of rareearth" in capsys.readouterr().err
    path.write_bytes(b"\xff\xfe")
    assert cli.main(["verify", str(path)]) == 2
    assert cli.main(["verify", str(tmp_path / "none.html")]) == 2
    assert "No such file" in capsys.readouterr().err
    assert cli.main(["verify", report(tmp_path, data=[1])]) == 2

"""A sweep makes every run once, loses none, and tells all of them in one table."""

import base64
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import tracemalloc
import xml.etree.ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from rareearth.commands import main as cli
from rareearth.render import index, library, markup
from rareearth.render import sweep as sweeps
from rareearth.render.grid import Grid
from rareearth.render.look import POLICY
from rareearth.render.parameters import Parameter
from rareearth.render.sweep import Columns, Row, Spool, general

pytestmark = pytest.mark.usefixtures("kept_server")
HOSTILE = [
    "../../etc/passwd",
    'a"\n;x=1',
    "'); import os; os.abort() #",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A1",
    "🧲 中国",
    "x" * 10_000,
]
CELL = 'country: str = "China"  # a name\nyear: int = 2024  # calendar year\n'
FINDINGS = """from IPython.display import display
found = [{"label": f"{country}, share, {year}", "value": f"{year % 100} %",
          "range": "one source"}]
display({"application/vnd.rareearth.findings+json": found,
         "text/html": "<p>found</p>", "text/plain": "found"}, raw=True)
"""
PICTURE = """from IPython.display import SVG, HTML
import base64
svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><g id="a"/></svg>'
data = base64.b64encode(svg.encode()).decode()
HTML(f"<img alt='A line of {year}' src='data:image/svg+xml;base64,{data}'>")
"""
TITLE = ("markdown", "# Who mines?\n\nLead.")


@pytest.fixture
def workbook(notebook, tmp_path, monkeypatch):
    """Return a function that writes the notebook `sample` in the workbook's place."""
    folder = tmp_path / "books"
    monkeypatch.setattr(library, "notebooks_folder", lambda: folder)
    monkeypatch.setattr(library, "outputs_folder", lambda: tmp_path / "outputs")
    monkeypatch.chdir(tmp_path)

    def write(*code):
        cells = [("code", each) for each in code]
        return notebook(
            TITLE, ("parameters", CELL), *cells, name="sample", folder=folder
        )

    return write


def sweep(*options, status=0):
    assert cli.main(["sweep", "sample", "--jobs", "2", "--out", "out", *options]) == (
        status
    )


def table(folder):
    """Return the rows of the only table in a folder."""
    (path,) = folder.glob("sweep--*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(folder):
    (path,) = folder.glob("sweep--*.html")
    return path.read_text(encoding="utf-8")


def as_grid(**axes):
    """Return a grid of text parameters without a notebook to read."""
    known = {name: Parameter(name, "str", "", "") for name in axes}
    grid = Grid(library.PACKAGE / "sample.ipynb", known, axes)
    grid.check(is_allowed=True)
    return grid


# Runs


@pytest.mark.slow
def test_a_sweep_makes_a_report_for_each_run_and_one_table(workbook, tmp_path, capsys):
    workbook(FINDINGS, PICTURE)
    sweep("--grid", "country=china,chile", "--grid", "year=2010,2020")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "4 runs of sample"
    assert lines[-2] == f"see {next((tmp_path / 'out').glob('sweep--*.html'))}"
    rows = table(tmp_path / "out")
    assert [(row["country"], row["year"]) for row in rows] == [
        ("china", "2010"),
        ("china", "2020"),
        ("chile", "2010"),
        ("chile", "2020"),
    ]
    assert rows[3]["[country], share, [year]"] == "20 %"
    assert rows[3]["[country], share, [year]: range"] == "one source"
    assert rows[3]["report_state"] == "made"
    assert rows[3]["report_file"] == "sample--country-chile--year-2020.html"
    assert all((tmp_path / "out" / row["report_file"]).is_file() for row in rows)


@pytest.mark.slow
def test_the_page_links_every_report_and_runs_and_loads_nothing(workbook, tmp_path):
    workbook(FINDINGS, PICTURE)
    sweep("--grid", "country=China,Chile", "--quiet")
    html = page(tmp_path / "out")
    body = html[html.index("<h1>") : html.index("</main>")]
    tree = markup.parse(body)  # refuses scripts, handlers and what would be loaded
    links = {tag["href"] for tag in tree.find_all("a") if "download" not in tag.attrs}
    reports = {each.name for each in (tmp_path / "out").glob("sample*.html")}
    assert links == reports and len(reports) == 2
    assert [tag["alt"] for tag in tree.find_all("img")] == ["A line of 2024"] * 2
    assert f'content="{POLICY}"' in html
    for word in ("<script", "http:", "https:", "<link rel=stylesheet", "@import"):
        assert word not in html.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.slow
def test_what_is_made_is_not_made_again(workbook, tmp_path, capsys):
    workbook(FINDINGS)
    sweep("--grid", "year=2001,2002")
    sweep("--grid", "year=2001,2002,2003", "--grid", "country=China")
    assert "1 made, 2 unchanged" in capsys.readouterr().out
    sweep("--grid", "year=2001,2002,2003")
    assert "3 unchanged" in capsys.readouterr().out
    sweep("--grid", "year=2001,2002,2003", "--force", "--quiet")
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_an_interrupted_sweep_goes_on_and_ends_with_the_same_bytes(
    workbook, tmp_path, capsys
):
    go = tmp_path / "go"  # without it the later years wait
    wait = (
        f"import time\nfrom pathlib import Path\nfor _ in range(1200):\n"
        f"    if year < 2002 or Path({str(go)!r}).exists():\n"
        "        break\n    time.sleep(0.1)"
    )
    path = workbook(wait, FINDINGS, PICTURE)
    years = ",".join(map(str, range(2000, 2006)))
    words = ["sweep", str(path), "--jobs", "2", "--grid", f"year={years}", "--out"]
    go.touch()
    assert cli.main([*words, "whole"]) == 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        out = tmp_path / f"ended-by-{number}"
        go.unlink()
        command = [sys.executable, "-m", "rareearth", *words, out]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            if line.startswith("sample--"):
                break
        process.send_signal(number)
        process.communicate(timeout=120)
        assert process.returncode in (128 + number, -signal.SIGKILL)
        assert 0 < len(list(out.glob("sample--*.html"))) < 6
        assert not list(out.glob("sweep--*"))
        go.touch()
        capsys.readouterr()
        assert cli.main([*words, str(out)]) == 0
        assert "unchanged" in capsys.readouterr().out
        for one in (tmp_path / "whole").glob("s*"):
            assert (out / one.name).read_bytes() == one.read_bytes()


@pytest.mark.slow
def test_a_run_that_fails_is_told_and_does_not_stop_the_others(
    workbook, tmp_path, capsys
):
    workbook(FINDINGS, "assert country != 'Chile', 'no <b>mines</b>'")
    sweep("--grid", "country=China,Chile,India", status=1)
    assert "2 made, 1 failed" in capsys.readouterr().out
    chile = table(tmp_path / "out")[1]
    assert chile["report_state"] == "failed"
    assert chile["report_error"].endswith("AssertionError: no <b>mines</b>")
    assert chile["report_file"] == ""
    assert chile["[country], share, 2024"] == ""
    html = page(tmp_path / "out")
    assert "no &lt;b&gt;mines&lt;/b&gt;" in html
    assert re.search(r'href="sample--country-chile--\w+\.failed\.ipynb"', html)


@pytest.mark.slow
def test_a_failed_run_does_not_show_the_numbers_of_an_older_report(workbook, tmp_path):
    workbook(FINDINGS)
    sweep("--grid", "year=2001", "--quiet")
    workbook(FINDINGS, "raise ValueError")
    sweep("--grid", "year=2001", "--quiet", status=1)
    (row,) = table(tmp_path / "out")
    assert (tmp_path / "out" / "sample--year-2001.html").is_file()
    assert "1 %" not in row.values()


@pytest.mark.slow
def test_hostile_values_are_text_everywhere(workbook, tmp_path):
    before = set(tmp_path.iterdir())
    workbook(FINDINGS)
    values = json.dumps({"country": HOSTILE}, ensure_ascii=False)
    (tmp_path / "grid.yml").write_text(values, encoding="utf-8")
    sweep("--grid-file", "grid.yml", "--quiet")
    new = {each.name for each in set(tmp_path.iterdir()) - before}
    assert new == {"books", "grid.yml", "out"}
    out = tmp_path / "out"
    assert len(list(out.glob("sample--*.html"))) == len(HOSTILE)
    rows = table(out)
    assert [row["country"] for row in rows[:4]] == HOSTILE[:4]
    assert rows[4]["country"] == "'" + HOSTILE[4]
    assert [row["country"] for row in rows[5:]] == HOSTILE[5:]
    html = page(out)
    assert "<script>" not in html
    assert max(map(len, html.split("<td>"))) < 1_000_000
    markup.parse(html[html.index("<h1>") : html.index("</main>")])


@pytest.mark.slow
def test_a_sweep_with_nothing_to_do_imports_and_starts_nothing(workbook, tmp_path):
    path = workbook(FINDINGS)
    sweep("--grid", "year=2001,2002", "--quiet")
    heavy = "pandas papermill nbconvert nbformat seaborn bs4 distributed".split()
    arguments = ["sweep", str(path), "--grid", "year=2001,2002", "--out", "out"]
    code = (
        "import subprocess, sys\nfrom rareearth.commands import main as cli\n"
        "def refuse(*a, **k): raise AssertionError('a process was started')\n"
        "subprocess.Popen.__init__ = refuse\n"
        f"status = cli.main({arguments} + ['--quiet'])\n"
        f"sys.exit(status or [m for m in {heavy} if m in sys.modules] or None)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (answer.returncode, answer.stderr) == (0, b"")


@pytest.mark.slow
def test_the_commands_of_jobs_make_what_the_sweep_then_finds(workbook, tmp_path):
    path = workbook(FINDINGS)
    options = [str(path), "--grid", "year=2001,2002", "--out", "out"]
    run = [sys.executable, "-m", "rareearth"]
    env = {**os.environ, "PYTHONWARNINGS": "ignore"}
    made = subprocess.run([*run, "jobs", *options], capture_output=True, text=True)
    for line in made.stdout.splitlines():
        line = line.replace("rareearth", f"{sys.executable} -m rareearth", 1)
        subprocess.run(line, shell=True, check=True, env=env, capture_output=True)
    answer = subprocess.run([*run, "sweep", *options], capture_output=True, text=True)
    assert "2 unchanged" in answer.stdout


# The table


def test_findings_about_the_same_thing_share_a_column():
    columns = Columns(["country", "year"])
    rows = [
        Row(
            "a", {"country": "China", "year": 2020}, findings=[("China, 2020", "1", "")]
        ),
        Row(
            "b", {"country": "Chile", "year": 2020}, findings=[("Chile, 2020", "2", "")]
        ),
        Row("c", {"country": "Chile", "year": 2021}, findings=[("HHI, 2020", "3", "")]),
    ]
    places = [columns.place(row)[0] for row in rows]
    assert columns.labels == ["[country], [year]", "HHI, 2020"]
    assert places[1] == {"[country], [year]": ("Chile, 2020", "2", "")}


@pytest.mark.parametrize(
    ("label", "values", "expected"),
    [
        ("China, share", {"country": "China"}, "[country], share"),
        ("Indochina", {"country": "China"}, "Indochina"),
        ("in 2024 and 20245", {"year": 2024}, "in [year] and 20245"),
        ("a [country] b", {"letter": "a"}, "a [country] b"),
        ("Congo, Republic", {"a": "Congo", "b": "Congo, Republic"}, "[b]"),
        ("a.b axb", {"name": "a.b"}, "[name] axb"),
        ("True", {"flag": True}, "True"),
        ("country", {"a": "country", "b": "China"}, "[a]"),
    ],
)
def test_the_value_of_a_parameter_in_a_label_becomes_its_name(label, values, expected):
    assert general(label, values) == expected


def test_two_parameters_of_one_value_do_not_open_a_second_column():
    columns = Columns(["start", "end"])
    columns.place(
        Row("a", {"start": 2000, "end": 2010}, findings=[("in 2010", "", "")])
    )
    columns.place(
        Row("b", {"start": 2010, "end": 2010}, findings=[("in 2010", "", "")])
    )
    assert columns.labels == ["in [end]"]


def test_a_finding_without_a_column_is_told_in_words(tmp_path):
    findings = [(f"label {n}", str(n), "") for n in range(50)]
    findings.append(("label 1", "again", "a range"))
    with Spool() as spool:
        add(spool, Row("x", {"country": "a"}, findings=findings))
        sweeps.write(spool, as_grid(country=["a", "b"]), tmp_path)
    (row,) = table(tmp_path)
    assert row["label 39"] == "39"
    assert row["further findings"].startswith("label 40: 40; label 41: 41")
    assert row["further findings"].endswith("; label 1: again (a range)")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@x", "\t=1", "\r=1", " =1", "\n=1"]
)
def test_no_cell_of_the_table_can_become_a_formula(tmp_path, text):
    with Spool() as spool:
        findings = [(text, text, text)]
        add(spool, Row("x", {"country": text}, findings=findings))
        sweeps.write(spool, as_grid(country=[text, "b"]), tmp_path)
    (path,) = tmp_path.glob("*.csv")
    for row in csv.reader(path.open(encoding="utf-8", newline="")):
        for cell in row:
            assert not cell.lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_parameter_and_a_finding_of_one_name_have_two_columns(tmp_path):
    with Spool() as spool:
        add(spool, Row("x", {"share": "a"}, findings=[("share", "7 %", "")]))
        sweeps.write(spool, as_grid(share=["a", "b"]), tmp_path)
    (row,) = table(tmp_path)
    assert (row["share"], row["share (finding)"]) == ("a", "7 %")


def test_findings_are_those_that_the_notebooks_emit():
    from rareearth.display import output as display

    assert index.FINDINGS == display.FINDINGS


# Pictures and size


class Named:
    """Stands for a job where only its name counts."""

    def __init__(self, name):
        self.name = name


def add(spool, row):
    spool.expect(Named(row.name))
    spool.add(row)


def test_a_thousand_reports_make_a_small_page_with_little_memory(tmp_path):
    values = [str(number) for number in range(1_000)]
    with Spool() as spool:
        for value in values:
            row = Row(
                f"x-{value}", {"country": value}, picture="d" * 24_000, alt="A chart"
            )
            add(spool, row)
        grid = as_grid(country=values)
        tracemalloc.start()
        sweeps.write(spool, grid, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    html = page(tmp_path)
    assert html.count("<img ") == 1_000
    assert len(html) < 30_000_000
    assert peak < 5_000_000


def test_pictures_beyond_the_limit_are_left_out_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(sweeps, "ALL_PICTURES", 100)
    with Spool() as spool:
        for number in range(3):
            add(spool, Row(f"x-{number}", {"country": "a"}, picture="d" * 50))
        sweeps.write(spool, as_grid(country=["a", "b"]), tmp_path)
    html = page(tmp_path)
    assert html.count("<img ") == 2
    assert "1 more pictures are in the reports only" in html


def chart(title):
    """Return a chart as matplotlib draws it."""
    import io

    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot(range(100), [i**2 for i in range(100)])
    axes.set_title(title)
    out = io.BytesIO()
    figure.savefig(out, format="svg")
    plt.close(figure)
    return out.getvalue()


def image(data, kind="svg+xml"):
    return f"<img alt='A &lt; B' src='data:image/{kind};base64,{data}'>"


def test_a_drawing_becomes_small_and_keeps_its_text(monkeypatch):
    data = chart("Output & <share> rose")
    html = image(base64.b64encode(data).decode())
    address, alt = index.first_picture(html)
    assert alt == "A < B"
    small = base64.b64decode(address.partition(",")[2])
    assert len(small) < len(data) / 2
    texts = [e.text for e in ET.fromstring(small).iter() if e.tag.endswith("}text")]
    assert "Output & <share> rose" in texts
    monkeypatch.setattr(index, "LARGEST_PICTURE", len(address) - 1)
    assert index.first_picture(html) == ("", alt)


def test_a_picture_of_points_is_kept_while_it_is_small(monkeypatch):
    data = base64.b64encode(b"\x89PNG and so on").decode()
    address, _ = index.first_picture(image(data, "png"))
    assert address == f"data:image/png;base64,{data}"
    monkeypatch.setattr(index, "LARGEST_PICTURE", len(address) - 1)
    assert index.first_picture(image(data, "png"))[0] == ""


@pytest.mark.parametrize(
    "data", ["", "AAAA", "====", base64.b64encode(b"<svg").decode()]
)
@pytest.mark.parametrize("kind", ["svg+xml", "png"])
def test_a_picture_that_cannot_be_read_is_left_out(data, kind):
    assert index.first_picture(image(data, kind))[0] == ""


def test_a_drawing_full_of_entities_is_left_out_quickly():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE s [<!ENTITY e0 "x">{levels}]><svg>&e11;</svg>'
    started = time.monotonic()
    data = base64.b64encode(bomb.encode()).decode()
    assert index.first_picture(image(data))[0] == ""
    assert time.monotonic() - started < 5


def across(tmp_path, runs, **kinds):
    """Return the charts of a page; runs are values of parameters, and a finding."""
    names = list(kinds)
    axes = {n: list(dict.fromkeys(r[i] for r in runs)) for i, n in enumerate(names)}
    known = {n: Parameter(n, kind, axes[n][0], "") for n, kind in kinds.items()}
    grid = Grid(library.PACKAGE / "sample.ipynb", known, axes)
    grid.check(is_allowed=True)
    with Spool() as spool:
        for number, (*values, found) in enumerate(runs):
            given = dict(zip(names, values, strict=True))
            add(spool, Row(f"x-{number}", given, findings=[("Lost", found, "")]))
        sweeps.write(spool, grid, tmp_path)
    return BeautifulSoup(page(tmp_path), "html.parser").select("figure.across")


def test_a_number_over_one_ordered_parameter_is_a_line(tmp_path):
    runs = [(0, "90 %"), (6, "30 %"), (12, "under 10 %")]
    (chart,) = across(tmp_path, runs, stock_months="int")
    assert chart.figcaption.text == "Lost, over stock months"
    # 30 lies three quarters of the way down from 90 to 10.
    assert chart.polyline["points"] == "0.0,0.0 170.0,120.0 340.0,160.0"
    told = [each.text for each in chart.find_all("text")]
    assert told == ["90 %", "under 10 %", "0", "stock months", "12"]


def test_a_number_over_two_parameters_is_a_map(tmp_path):
    runs = [("a", 1, "5 t"), ("a", 2, "1,005 t"), ("b", 1, "505 t"), ("b", 2, "")]
    (chart,) = across(tmp_path, runs, importer="str", year="int")
    rows = [[cell.text for cell in row] for row in chart.select("tbody tr")]
    assert rows == [["a", "5 t", "1,005 t"], ["b", "505 t", ""]]
    shades = [
        int(re.search(r"(\d+)%", each["style"])[1]) for each in chart.select("td")
    ]
    assert shades == [5, 45, 25, 0]


def test_a_number_over_kinds_is_a_bar_for_each_from_zero(tmp_path):
    runs = [("a", "-10 %"), ("b", "30 %")]
    (chart,) = across(tmp_path, runs, importer="str")
    assert [each["style"] for each in chart.select("span")] == [
        "margin-left:0%;width:25%",
        "margin-left:25%;width:75%",
    ]
    assert [each.text for each in chart.select("dt")] == ["a", "b"]


@pytest.mark.parametrize("found", ["no", "1 t to 3 t", "5 t"])
def test_words_ranges_and_what_never_changes_are_no_chart(tmp_path, found):
    assert not across(tmp_path, [(1, found), (2, found)], year="int")


def test_numbers_of_unlike_units_share_no_chart(tmp_path):
    assert not across(tmp_path, [(1, "2 months"), (2, "3 years")], year="int")

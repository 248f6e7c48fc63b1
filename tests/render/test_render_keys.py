"""A report is made again when, and only when, something that it rests on changes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from books import written

from rareearth.render import library, provenance
from rareearth.render.job import Job, plan
from rareearth.render.pool import ForkPool
from rareearth.render.report import run

pytestmark = pytest.mark.slow
TITLE = ("markdown", "# A question?\n\nLead.")
SETTINGS = ("parameters", 'year: int = 2024  # calendar year\nname: str = "China"')
LOADS = (
    "code",
    "import rareearth as ree\nfrom rareearth.display.output import say\n"
    "say(f\"{len(ree.load('reserves'))} figures for {name}\")",
)
CELLS = [TITLE, SETTINGS, LOADS, ("markdown", "## Then")]


@pytest.fixture(scope="module")
def pool():
    """Return the processes that runs of this module are forked from."""
    with ForkPool(1) as made:
        yield made


@pytest.fixture
def made(notebook, tmp_path, pool):
    """Return a function that makes the sample report from some cells."""

    def make(*cells, force=False, folder="outputs", **given):
        path = notebook(*(cells or CELLS))
        job = plan(path, given, tmp_path / folder)
        (result,) = run([job], pool, force=force)
        assert result.error == ""
        return result

    return make


def content(job):
    return job.page.read_bytes(), job.executed.read_bytes()


def test_a_report_that_is_up_to_date_is_not_touched(made):
    first = made()
    before = [path.stat().st_mtime_ns for path in (first.job.page, first.job.executed)]
    assert first.state == "made"
    assert made().state == "fresh"
    # A parameter given as its own default is the same report.
    assert made(year="2024", name="China").state == "fresh"
    job = first.job
    assert [p.stat().st_mtime_ns for p in (job.page, job.executed)] == before
    assert made(force=True).state == "made"


def test_the_record_names_the_data_and_modules_that_were_used(made):
    record = provenance.read(made().job)["run"]
    assert {"data/deposits.csv", "data/series.csv"} & set(record["data"])
    assert "data/prices.csv" not in record["data"]
    assert "rareearth/figures/loading.py" in record["modules"]
    assert "rareearth/charts.py" not in record["modules"]
    assert not [name for name in record["modules"] if "render" in name]
    path = library.data_folder() / "series.csv"
    assert record["data"]["data/series.csv"] == provenance.sha256(path)


@pytest.mark.parametrize(
    "cells",
    [
        [("markdown", "# Another question?\n\nLead."), *CELLS[1:]],
        [*CELLS, ("markdown", "### More")],
        [TITLE, ("markdown", "Before."), *CELLS[1:]],
    ],
)
def test_new_prose_gets_a_new_page_from_the_stored_run(made, cells):
    made(year="2010")
    made(year="2010", folder="anew")
    result = made(*cells, year="2010")
    assert result.state == "page"
    page = content(result.job)
    again = made(*cells, year="2010", folder="anew", force=True)
    assert again.state == "made"
    assert content(again.job) == page
    assert made(*cells, year="2010").state == "fresh"


def test_tags_and_cell_metadata_do_not_execute_anything(made, notebook, tmp_path):
    job = made().job
    stored = json.loads(job.notebook.read_text())
    stored["cells"][2]["metadata"] = {"tags": ["remark"], "collapsed": True}
    job.notebook.write_text(json.dumps(stored))
    state = provenance.state(job)
    assert state == provenance.State("page", ["the tags or the order of cells changed"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r, j: r["run"]["data"].update({"data/series.csv": "0"}),
         "data/series.csv changed"),
        (lambda r, j: r["run"]["data"].update({"data/gone.csv": "0"}),
         "data/gone.csv is gone"),
        (lambda r, j: r["run"]["modules"].update({"rareearth/figures/loading.py": "0"}),
         "rareearth/figures/loading.py changed"),
        (lambda r, j: r["run"]["versions"].update(pandas="2.0"), ", was 2.0"),
        (lambda r, j: r["run"]["versions"].update(python="3.1"), ", was 3.1"),
        (lambda r, j: r["run"]["parameters"].update(name="Chile"),
         "parameter name is 'China', was 'Chile'"),
        (lambda r, j: r["run"]["code"].pop(), "the notebook has 2 code cells, had 1"),
        (lambda r, j: r["run"]["code"].__setitem__(1, "0"), "code cell 2 changed"),
        (lambda r, j: r.pop("run"), "its record is of another version"),
        (lambda r, j: j.executed.unlink(), "sample.ipynb is gone"),
        (lambda r, j: j.executed.write_text("{}"), "sample.ipynb is not as it was"),
        (lambda r, j: j.failed.write_text("{}"), "its last run failed"),
    ],
)  # fmt: skip
def test_what_decides_the_results_makes_the_run_stale(made, change, reason):
    job = made().job
    record = provenance.read(job)
    change(record, job)
    job.record.write_text(json.dumps(record))
    state = provenance.state(job)
    assert state.kind == "run"
    assert any(reason in each for each in state.reasons), state
    assert made().state == "made"
    assert provenance.state(job).kind == "fresh"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r, j: r["page"]["template"].update(
            {"rareearth/render/templates/rareearth/style.css": "0"}),
         "rareearth/render/templates/rareearth/style.css changed"),
        (lambda r, j: r["page"]["versions"].update(nbconvert="1"), ", was 1"),
        (lambda r, j: r["page"]["prose"].__setitem__(0, "0"),
         "Markdown cell 1 changed"),
        (lambda r, j: j.page.unlink(), "sample.html is gone"),
        (lambda r, j: j.page.write_text("half"),
         "sample.html is not as it was written"),
    ],
)  # fmt: skip
def test_what_decides_the_looks_makes_the_page_stale(made, change, reason):
    job = made().job
    before = content(job)
    record = provenance.read(job)
    change(record, job)
    job.record.write_text(json.dumps(record))
    state = provenance.state(job)
    assert state.kind == "page"
    assert reason in "; ".join(state.reasons)
    assert made().state == "page"
    assert content(job) == before


@pytest.mark.parametrize("text", ["", "[]", '{"run": 1}', "null", '{"schema"'])
def test_a_record_that_cannot_be_read_means_to_make_the_report(made, text):
    job = made().job
    job.record.write_text(text)
    assert provenance.state(job).kind == "run"


def test_names_outside_the_workbook_are_never_opened(tmp_path):
    for name in ("data/../../etc/passwd", "/etc/passwd", "etc/passwd", "own/x.csv", ""):
        with pytest.raises(ValueError, match="not a file of the workbook"):
            provenance.locate(name, None)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Return a copy of the workbook with one small notebook, for tests to change."""
    root = tmp_path_factory.mktemp("copy") / "workbook"
    here = library.checkout()
    shutil.copytree(here / "rareearth", root / "rareearth")
    shutil.copytree(here / "data", root / "data")
    shutil.copy(here / "pyproject.toml", root)
    loads = (LOADS[0], LOADS[1].replace("reserves", "mine_production"))
    written(TITLE, SETTINGS, loads, name="01_shares", folder=root / "notebooks")
    return root


def command(checkout, *words, **settings):
    """Run ``rareearth`` of a copied workbook; return status, output and errors."""
    answer = subprocess.run(
        [sys.executable, "-m", "rareearth", *words],
        env={**os.environ, "PYTHONPATH": str(checkout), **settings},
        cwd=checkout.parent,
        capture_output=True,
        text=True,
    )
    return answer.returncode, answer.stdout, answer.stderr


def test_a_change_is_named_and_nothing_else_is_made(checkout):
    explain = ("render", "--check", "--explain")
    assert command(checkout, *explain) == (
        1, "01_shares: it has not been made yet\n", "",
    )  # fmt: skip
    assert command(checkout, "render", "--quiet") == (0, "", "")
    assert command(checkout, *explain) == (0, "", "")
    status, text, _ = command(checkout, "verify", "outputs/01_shares.html")
    assert status == 2  # the path is not from here
    report = str(checkout / "outputs" / "01_shares.html")
    status, text, _ = command(checkout, "verify", report)
    assert (status, text.splitlines()[-1]) == (
        0, "01_shares.html matches the workbook",
    )  # fmt: skip

    with (checkout / "data" / "prices.csv").open("a") as file:
        file.write("\n")  # the notebook does not load it
    assert command(checkout, *explain) == (0, "", "")
    table = checkout / "data" / "production.csv"
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:-1]))
    words = checkout / "rareearth" / "words.py"
    words.write_text(words.read_text() + "# a remark\n")
    assert command(checkout, *explain) == (
        1, "01_shares: data/production.csv changed; rareearth/words.py changed\n", "",
    )  # fmt: skip
    status, text, _ = command(checkout, "verify", report)
    assert status == 1
    assert "data/production.csv changed\n" in text
    assert "rareearth/words.py changed\n" in text
    assert "data/series.csv" not in text
    assert text.endswith("01_shares.html differs from the workbook\n")
    status, text, _ = command(checkout, "render", "--explain")
    assert status == 0
    assert "data/production.csv changed" in text.splitlines()[0]
    assert command(checkout, "render", "--check") == (0, "", "")


def test_equal_inputs_give_equal_bytes_in_another_folder_and_process(checkout):
    assert command(checkout, "render", "--quiet") == (0, "", "")  # if not made yet
    words = ("render", "--quiet", "--jobs", "1", "--out", "one")
    assert command(checkout, *words) == (0, "", "")
    one, two = (
        folder / "01_shares.html"
        for folder in (checkout.parent / "one", checkout / "outputs")
    )
    assert one.read_bytes() == two.read_bytes()
    assert str(checkout) not in one.read_text()


def test_nothing_changed_imports_nothing_heavy_and_touches_nothing(checkout):
    assert command(checkout, "render", "--quiet")[0] == 0
    index = checkout / "outputs" / "index.html"
    before = index.stat().st_mtime_ns
    heavy = [
        "pandas",
        "papermill",
        "nbformat",
        "nbconvert",
        "bs4",
        "matplotlib",
        "numpy",
    ]
    code = (
        "import sys\nfrom rareearth.commands import main as cli\n"
        "assert cli.main(['render']) == 0\n"
        f"sys.exit(str([m for m in {heavy} if m in sys.modules] or '') or None)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("1 unchanged, ")
    assert index.stat().st_mtime_ns == before


def test_a_report_without_version_control_says_so(checkout):
    command(checkout, "render", "--quiet")
    text = (checkout / "outputs" / "01_shares.html").read_text()
    assert "<dd>not under version control</dd>" in text


def test_a_job_is_light_to_send():
    import pickle

    job = Job(Path("a.ipynb"), {"x": 1}, Path("out"), "a")
    assert pickle.loads(pickle.dumps(job)) == job
    assert len(pickle.dumps(job)) < 500

"""A run gives a whole report or none, names what failed, and repeats exactly."""

import json
import os
import re
from pathlib import Path

import pytest

from rareearth.errors import ParameterError
from rareearth.render import provenance, store
from rareearth.render.job import plan
from rareearth.render.pool import ForkPool
from rareearth.render.report import run as run_all

TITLE = ("markdown", "# A question?\n\nIts first paragraph.")
SETTINGS = ("parameters", 'year: int = 2024  # calendar year\nname: str = "China"')


@pytest.fixture(scope="module", autouse=True)
def pool():
    """Start the processes that all runs of this module are forked from."""
    with ForkPool(1) as made:
        run.pool = made
        yield made


def run(path, folder, **given):
    (result,) = run_all([plan(path, given, folder)], run.pool)
    return result


def outputs(folder, name):
    """Return all text that the executed notebook `name` has printed."""
    cells = json.loads((folder / f"{name}.ipynb").read_text())["cells"]
    found = [out.get("text", "") for cell in cells for out in cell.get("outputs", [])]
    return "".join("".join(each) for each in found)


def files(folder):
    return sorted(each.name for each in folder.iterdir() if each.name != ".rareearth")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "outputs"


@pytest.mark.slow
def test_a_run_writes_the_page_and_the_executed_notebook(notebook, out):
    path = notebook(TITLE, SETTINGS, ("code", "print(year + 1, name)"))
    before = path.read_bytes()
    assert run(path, out, year="2010").error == ""
    assert files(out) == ["sample--year-2010.html", "sample--year-2010.ipynb"]
    assert outputs(out, "sample--year-2010") == "2011 China\n"
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    ["../../etc/passwd", 'a"\n;x=1', "\\", "'''", "{year}", "🧲 中国", "z" * 10_000],
)
def test_a_hostile_value_arrives_as_text_and_stays_in_the_folder(notebook, out, value):
    path = notebook(TITLE, SETTINGS, ("code", "print(ascii(name))"))
    result = run(path, out, name=value)
    assert result.error == ""
    assert result.job.page.parent == out
    assert outputs(out, result.job.name) == ascii(value) + "\n"


@pytest.mark.slow
def test_equal_inputs_give_equal_bytes(notebook, tmp_path):
    # Printing slowly splits a stream into pieces at random places.
    slow = "import time\nfor i in range(3):\n    print(i)\n    time.sleep(0.3)\n"
    path = notebook(TITLE, SETTINGS, ("code", slow), ("code", "year"))
    for folder in ("one", "two"):
        assert run(path, tmp_path / folder, name="x").error == ""
    for name in files(tmp_path / "one"):
        one, two = ((tmp_path / each / name).read_bytes() for each in ("one", "two"))
        assert one == two
    (stored,) = (tmp_path / "one").glob("*.ipynb")
    printed = json.loads(stored.read_text())["cells"][3]["outputs"]
    assert [each["text"] for each in printed] == [["0\n", "1\n", "2\n"]]


@pytest.mark.slow
def test_a_run_does_not_depend_on_the_current_folder(notebook, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    code = "import os\nprint(os.path.basename(os.getcwd()))"
    path = notebook(TITLE, SETTINGS, ("code", code), folder=tmp_path / "books")
    assert run(path, tmp_path / "out").error == ""
    assert outputs(tmp_path / "out", "sample") == "books\n"
    assert Path.cwd() == tmp_path / "elsewhere"


@pytest.mark.slow
def test_a_failing_cell_is_named_with_its_number_line_and_error(notebook, out):
    path = notebook(TITLE, SETTINGS, ("code", "x = 0"), ("code", "1 / x\nprint(2)"))
    result = run(path, out, year="1")
    assert result.error == "cell 4 (1 / x): ZeroDivisionError: division by zero"
    assert files(out) == ["sample--year-1.failed.ipynb"]
    kept = json.loads((out / "sample--year-1.failed.ipynb").read_text())
    assert kept["metadata"]["rareearth"]["failure"] == result.error
    assert kept["cells"][-1]["outputs"][0]["ename"] == "ZeroDivisionError"


@pytest.mark.slow
def test_an_error_for_the_reader_is_reported_as_its_message(notebook, out):
    code = (
        "from rareearth.errors import NoFigures\n"
        "class NoPrices(NoFigures): ...\n"
        "raise NoFigures('no figures before 1985;\\n  try 1990')"
    )
    path = notebook(TITLE, SETTINGS, ("code", code))
    error = run(path, out).error
    assert error.startswith("cell 3 (from rareearth.errors import NoFigures): ")
    assert error.endswith(": no figures before 1985; try 1990")


@pytest.mark.slow
def test_the_last_good_report_outlives_a_failure_and_success_removes_it(notebook, out):
    cells = [TITLE, SETTINGS]
    run(notebook(*cells, ("code", "print('good')")), out)
    good = (out / "sample.html").read_bytes()
    run(notebook(*cells, ("code", "raise ValueError('bad')")), out)
    assert files(out) == ["sample.failed.ipynb", "sample.html", "sample.ipynb"]
    assert (out / "sample.html").read_bytes() == good
    run(notebook(*cells, ("code", "print('good')")), out)
    assert files(out) == ["sample.html", "sample.ipynb"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
            "killed by signal 9",
        ),
        ("import os\nos._exit(0)", "the process ended itself with status 0"),
        ("exit()", "SystemExit: the run ended here"),
        ("import sys\nsys.exit(0)", "SystemExit: the run ended here"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def f(:", "SyntaxError"),
    ],
)
def test_a_run_that_ends_early_is_no_report(notebook, out, code, error):
    path = notebook(TITLE, SETTINGS, ("code", code), ("code", "print('after')"))
    result = run(path, out)
    assert result.error.startswith(f"cell 3 ({code.splitlines()[0]}): ")
    assert error in result.error
    assert "\n" not in result.error
    assert files(out) == ["sample.failed.ipynb"]


@pytest.mark.slow
def test_a_page_that_cannot_be_shown_fails_the_report(notebook, out):
    code = "from IPython.display import HTML\nHTML('<script>alert(1)</script>')"
    result = run(notebook(TITLE, SETTINGS, ("code", code)), out)
    assert result.error.startswith("cell 3 (from IPython.display import HTML): ")
    assert "<script> is not allowed" in result.error
    assert files(out) == ["sample.failed.ipynb"]


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_named(notebook, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    result = run(notebook(TITLE, SETTINGS), blocked)
    assert result.error.startswith(f"cannot write {blocked}")
    assert blocked.read_text() == "in the way"


@pytest.mark.slow
def test_the_executed_notebook_says_what_it_was_made_from(notebook, out):
    run(notebook(TITLE, SETTINGS), out, year="2010")
    text = (out / "sample--year-2010.ipynb").read_text()
    metadata = json.loads(text)["metadata"]
    about = metadata["rareearth"]
    assert about["parameters"] == {"year": 2010, "name": "China"}
    assert about["changed"] == ["year"]
    assert set(about["environment"]) >= {"python", "pandas", "statsmodels"}
    assert "papermill" not in metadata
    assert not re.search(r"_time|duration|20\d\d-\d\d-\d\dT", text)


@pytest.mark.slow
def test_a_cell_without_an_identity_gets_the_same_one_every_time(notebook, tmp_path):
    path = notebook(TITLE, SETTINGS)
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        del cell["id"]
    path.write_text(json.dumps({**content, "nbformat_minor": 4}))
    for folder in ("one", "two"):
        assert run(path, tmp_path / folder).error == ""
    one, two = ((tmp_path / f / "sample.ipynb").read_bytes() for f in ("one", "two"))
    assert one == two


def test_nothing_starts_when_a_parameter_is_wrong(notebook, out):
    path = notebook(TITLE, SETTINGS)
    with pytest.raises(ParameterError, match="'abc' is not a whole number"):
        plan(path, {"year": "abc"}, out)
    assert not out.exists()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    target.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        store.write({target: "new"})
    assert files(tmp_path) == ["report.html"]
    assert target.read_text() == "old"


def test_several_files_appear_only_when_all_are_complete(tmp_path):
    one, two = tmp_path / "a.html", tmp_path / "missing" / "b.html"
    with pytest.raises(FileNotFoundError):
        store.write({one: "x", two: "y"})
    assert files(tmp_path) == []


def test_a_folder_outside_git_is_not_under_version_control(tmp_path):
    assert provenance.commit(tmp_path) == "not under version control"
    assert provenance.commit(None) == "not under version control"

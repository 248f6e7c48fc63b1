"""The command line says what it made, and in one line what was wrong."""

import json
import math
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import rareearth
from rareearth.commands import checks
from rareearth.commands import main as cli
from rareearth.errors import ParameterError
from rareearth.figures.csv_files import FIGURE_COLUMNS
from rareearth.render import library, pool, report
from rareearth.render.job import Result

pytestmark = pytest.mark.usefixtures("kept_server")

TITLE = ("markdown", "# A question?\n\nLead.")


@pytest.fixture
def workbook(notebook, tmp_path, monkeypatch):
    """Return a folder with two small notebooks in place of the workbook's own."""
    folder = tmp_path / "books"
    shared = 'as_of: str = "latest"  # ISO date\n'
    year = ("parameters", shared + "year: int = 2024  # calendar year")
    stock = ("parameters", shared + "stock: float = 2.0  # months")
    code = ("code", "print('ran')")
    notebook(TITLE, year, code, name="01_shares", folder=folder)
    notebook(TITLE, stock, code, name="08_cutoff", folder=folder)
    monkeypatch.setattr(library, "notebooks_folder", lambda: folder)
    monkeypatch.setattr(library, "outputs_folder", lambda: tmp_path / "outputs")
    return folder


@pytest.fixture
def no_kernel(monkeypatch):
    """Fail the test when a run starts."""

    def refuse(job):
        raise AssertionError(f"a run of {job.name} started")

    monkeypatch.setattr(report, "make", refuse)


def files(folder):
    return sorted(each.name for each in folder.iterdir() if each.name != ".rareearth")


def complaint(capsys):
    """Return what went to the error stream, which begins as every complaint does."""
    text = capsys.readouterr().err
    assert text.startswith("rareearth: ")
    assert "Traceback" not in text
    return text


def test_the_notebook_that_takes_longest_is_started_first(workbook, monkeypatch):
    started = []
    for stem, seconds in (("01_shares", 2), ("08_cutoff", 7)):
        path = workbook / f"{stem}.ipynb"
        content = json.loads(path.read_text())
        content["metadata"]["rareearth_seconds"] = seconds
        path.write_text(json.dumps(content))
    monkeypatch.setattr(pool, "local", lambda *_: ThreadPoolExecutor(1))
    monkeypatch.setattr(
        report, "make", lambda job, _: started.append(job.name) or Result(job, 1.0)
    )
    assert cli.main(["render", "--quiet"]) == 0
    assert started == ["08_cutoff", "01_shares"]


@pytest.mark.parametrize("told", ["6", True, 0, -1, None, [6], math.inf])
def test_a_notebook_that_does_not_say_its_seconds_counts_as_usual(workbook, told):
    path = workbook / "01_shares.ipynb"
    assert library.seconds(path) == library.USUAL
    content = json.loads(path.read_text())
    content["metadata"]["rareearth_seconds"] = told
    path.write_text(json.dumps(content))
    assert library.seconds(path) == library.USUAL


@pytest.mark.parametrize("text", ["[]", '[["cells", []]]', "1", '{"cells": 1}', "{}"])
def test_a_file_that_is_no_notebook_is_named(workbook, text):
    path = workbook / "01_shares.ipynb"
    path.write_text(text)
    with pytest.raises(ParameterError, match=r"01_shares.ipynb is not a notebook"):
        library.load_cells(path)


@pytest.mark.slow
def test_render_makes_all_notebooks_and_the_index(workbook, tmp_path, capsys):
    assert cli.main(["render"]) == 0
    assert files(tmp_path / "outputs") == [
        "01_shares.html",
        "01_shares.ipynb",
        "08_cutoff.html",
        "08_cutoff.ipynb",
        "data_dictionary.html",
        "index.html",
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("2 made, ")
    assert lines[-1] == f"see {tmp_path / 'outputs' / 'index.html'}"
    index = (tmp_path / "outputs" / "index.html").read_text()
    assert index.count('class="card"') == 2


def test_a_parameter_that_one_of_the_notebooks_lacks_is_refused(
    workbook, no_kernel, tmp_path, capsys
):
    for notebooks in ([], ["01", "08"]):
        assert cli.main(["render", *notebooks, "-p", "year", "2010"]) == 2
        text = "no parameter 'year' in 08_cutoff, only in 01_shares"
        assert complaint(capsys) == f"rareearth: {text}\n"
    assert not (tmp_path / "outputs").exists()


DECLARED = """n: int = 6  # months [1 .. 180]
share: float = 1.0  # of imports (0 .. 1]
who: str = "Japan"  # [European Union | Japan]
day: str = "latest"  # [latest | YYYY-MM-DD]
country: str = "China"  # in focus [a country]
year: int = 2024  # [a year of mine_production]
actor: str = "all"  # [all | an actor of events]
"""
REFUSED = {
    "n": ("0", "n: 0 is not a number from 1 up to 180"),
    "share": ("0", "share: 0.0 is not a number above 0 up to 1"),
    "who": ("Atlantis", "who: 'Atlantis' is not 'European Union' or 'Japan'"),
    "day": ("2025-02-29", "day: '2025-02-29' is not 'latest' or a day (YYYY-MM-DD)"),
    "country": ("Chinaa", "country: 'Chinaa' is not a country; did you mean 'China'"),
    "year": ("1900", "year: 1900 is not a year of mine_production; there are 1985"),
    "actor": ("Chna", "actor: 'Chna' is not 'all' or an actor of events; did you mean"),
}


def _commands(name, value, folder):
    """Return the commands that would run with a value of a parameter."""
    (folder / "runs.csv").write_text(f'{name}\n"{value}"\n', encoding="utf-8")
    (folder / "runs.yml").write_text(f'{name}: ["{value}"]\n', encoding="utf-8")
    sweep = ["sweep", "03", "--grid", f"{name}={value}"]
    return {
        "render": ["render", "03", "-p", name, value],
        "sweep": sweep,
        "dask": [*sweep, "--dask", "tcp://127.0.0.1:1"],
        "fixed": ["sweep", "03", "--grid", "other=1,2", "-p", name, value],
        "csv": ["sweep", "03", "--grid-file", str(folder / "runs.csv")],
        "yaml": ["sweep", "03", "--grid-file", str(folder / "runs.yml")],
        "jobs": ["jobs", "03", "--grid", f"{name}={value}"],
    }


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize(
    "command", ["render", "sweep", "dask", "fixed", "csv", "yaml", "jobs"]
)
def test_a_value_that_is_not_declared_is_refused_before_anything_runs(
    workbook, notebook, no_kernel, tmp_path, capsys, command, name
):
    cell = ("parameters", f"{DECLARED}other: int = 1\n")
    notebook(TITLE, cell, ("code", "1"), name="03_declared", folder=workbook)
    value, said = REFUSED[name]
    assert cli.main(_commands(name, value, tmp_path)[command]) == 2
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.out == ""
    assert not (tmp_path / "outputs").exists()


def test_one_wrong_value_among_good_ones_refuses_the_whole_sweep(
    workbook, notebook, no_kernel, tmp_path, capsys
):
    notebook(TITLE, ("parameters", DECLARED), name="03_declared", folder=workbook)
    grid = ["--grid", "country=Australia,China ,Japan"]
    assert cli.main(["sweep", "03", *grid]) == 2
    assert "country: 'China ' is not a country; did you mean" in complaint(capsys)
    assert not (tmp_path / "outputs").exists()


def test_names_of_own_figures_are_choices_too(
    workbook, notebook, no_kernel, tmp_path, capsys
):
    own = tmp_path / "own"
    own.mkdir()
    table = "entity,kind,iso3,country,note\nUtopia,country,UTO,,\n"
    (own / "entities.csv").write_text(table, encoding="utf-8")
    notebook(TITLE, ("parameters", DECLARED), name="03_declared", folder=workbook)
    command = ["jobs", "03", "--grid", "country=Utopia"]
    assert cli.main(command) == 2
    assert "'Utopia' is not a country" in complaint(capsys)
    assert cli.main([*command, "--data", str(own)]) == 0
    assert "Utopia" in capsys.readouterr().out


@pytest.mark.slow
def test_a_failing_notebook_does_not_stop_the_rest(workbook, notebook, capsys):
    cell = ("code", "raise ValueError('bad')")
    notebook(TITLE, ("parameters", "a: int = 1"), cell, name="02_bad", folder=workbook)
    assert cli.main(["render"]) == 1
    streams = capsys.readouterr()
    assert streams.err == (
        "rareearth: 02_bad: cell 3 (raise ValueError('bad')): ValueError: bad; "
        "see 02_bad.failed.ipynb\n"
    )
    assert "2 made, 1 failed" in streams.out
    assert "08_cutoff  " in streams.out


def test_a_folder_that_is_gone_is_told(workbook, tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert cli.main(["list"]) == 2
    assert "the folder in which you are is gone" in capsys.readouterr().err


@pytest.mark.slow
def test_a_notebook_given_by_path_is_rendered(workbook, notebook, tmp_path):
    path = notebook(TITLE, ("parameters", ""), name="mine", folder=tmp_path / "own")
    assert cli.main(["render", str(path), "--quiet"]) == 0
    assert "mine.html" in files(tmp_path / "outputs")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["01", "-p", "yeer", "2030"], "no parameter 'yeer' in 01_shares; .*'year'"),
        (
            ["-p", "yeer", "2030"],
            "no parameter 'yeer' in any of the notebooks; .*'year'",
        ),
        (["01", "-p", "year", "abc"], r"year: 'abc' is not a whole number \(int\)"),
        (["01", "-p", "stock", "1"], "no parameter 'stock' in 01_shares"),
        (["01", "-p", "year", "1", "-p", "year", "2"], "'year' is given twice"),
        (["nosuch"], "unknown notebook: 'nosuch'; one of '01_shares', '08_cutoff'"),
        (["x/nosuch.ipynb"], "no notebook at x/nosuch.ipynb"),
        (["../../etc/passwd"], "no notebook at ../../etc/passwd"),
        (["01", "-p", "year", "2024.5"], "'2024.5' is not a whole number"),
        (["08", "-p", "stock", "nan"], "'nan' is not a finite number"),
        (["01", "-p", "as_of", "z" * 10_001], "longer than 10,000 characters"),
        (["01", "-p", "as_of", "a\0b"], "bytes that are no characters"),
        (["01", "-p", "year\n", "1"], r"no parameter 'year\\n' in 01_shares"),
    ],
)
def test_wrong_usage_is_refused_before_a_kernel_starts(
    workbook, no_kernel, tmp_path, capsys, arguments, message
):
    assert cli.main(["render", *arguments]) == 2
    text = complaint(capsys)
    assert re.search(message, text)
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    "option", [["--jobs", "0"], ["--jobs", "x"], ["--timeout", "0"], ["--timeout", "x"]]
)
def test_a_wrong_number_is_refused(workbook, no_kernel, capsys, option):
    with pytest.raises(SystemExit) as caught:
        cli.main(["render", *option])
    assert caught.value.code == 2
    assert option[0] in capsys.readouterr().err


def test_check_counts_the_curated_figures_and_lists_open_comparisons(
    capsys, monkeypatch
):
    # That nothing is wrong with them is in test_checks, and takes a while.
    monkeypatch.setattr("rareearth.commands.checks.check", lambda _: [])
    assert cli.main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for title in ("table", "confidence", "kind of source"):
        assert f"Figures by {title}" in lines
    assert any(line.startswith("Comparisons across sources: ") for line in lines)
    assert re.fullmatch(r"[\d,]+ figures in \d+ tables, no problem", lines[-1])


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["stock", "warm"])
def test_both_engines_make_the_same_files(workbook, tmp_path, monkeypatch, engine):
    out = tmp_path / engine
    monkeypatch.setenv("RAREEARTH_ENGINE", engine)
    words = ["render", "--out", str(out), "--quiet", "--timeout", "100"]
    assert cli.main(words) == 0
    assert len(files(out)) == 6
    monkeypatch.delenv("RAREEARTH_ENGINE")
    assert cli.main([*words, "--check"]) == 0


@pytest.mark.slow
def test_the_stock_engine_keeps_the_time_limit(
    workbook, notebook, tmp_path, monkeypatch, capsys
):
    slow = ("code", "import time\ntime.sleep(60)")
    path = notebook(TITLE, ("parameters", ""), slow, name="slow")
    monkeypatch.setenv("RAREEARTH_ENGINE", "stock")
    words = ["render", str(path), "--out", str(tmp_path / "o"), "--timeout", "4"]
    assert cli.main(words) == 1
    assert "cell 3 (import time): over the time limit" in complaint(capsys)
    names = ["data_dictionary.html", "index.html", "slow.failed.ipynb"]
    assert files(tmp_path / "o") == names


def test_two_notebooks_of_one_name_are_refused(
    workbook, notebook, no_kernel, tmp_path, capsys
):
    paths = [
        str(notebook(TITLE, ("parameters", ""), name="a", folder=tmp_path / folder))
        for folder in ("one", "two")
    ]
    assert cli.main(["render", *paths]) == 2
    assert "would be a.html" in complaint(capsys)


def test_an_output_folder_that_is_a_file_is_named(workbook, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert cli.main(["render", "01", "--out", str(tmp_path / "file")]) == 1
    assert f"{tmp_path / 'file'}: File exists" in complaint(capsys)


def test_list_shows_notebooks_with_their_parameters(workbook, capsys):
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "01_shares  A question?"
    assert lines[2] == "  year: int = 2024  # calendar year"


def test_list_shows_the_notebook_that_is_named(workbook, capsys):
    assert cli.main(["list", "01"]) == 0
    assert capsys.readouterr().out.startswith("01_shares  A question?\n")
    assert cli.main(["list", "1"]) == 2
    assert "unknown notebook: '1'; " in complaint(capsys)


def test_list_as_json_can_be_read_by_programs(workbook, capsys):
    assert cli.main(["list", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["notebook"] == "01_shares"
    assert second["parameters"][1] == {
        "name": "stock",
        "type": "float",
        "default": 2.0,
        "comment": "months",
    }


def test_check_counts_the_figures_of_a_folder_in_order(tmp_path, monkeypatch, capsys):
    columns = ",".join(FIGURE_COLUMNS)
    rows = "\n".join(each + "," * columns.count(",") for each in "ab")
    (tmp_path / "production.csv").write_text(f"{columns}\n{rows}\n")
    (tmp_path / "sources.csv").write_text("source_id\nx\n")
    monkeypatch.setattr(checks, "check", lambda folder: [])
    monkeypatch.setattr("rareearth.commands.checks.doubts", lambda folder: [])
    assert cli.main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "2 figures in 1 table, no problem\n"


def test_check_prints_each_problem_and_fails(tmp_path, monkeypatch, capsys):
    problems = ["production.csv:2: unit: unknown", "sources.csv:3: unused"]
    monkeypatch.setattr(checks, "check", lambda folder: problems)
    assert cli.main(["check", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [*problems, "no figure in no table, 2 problems"]


SERIES = """series,title,next_expected
mine_production,Mine production,2027-02-28
exports,Exports of a month,2026-09-09
ore_grade,Grade of an ore,
"""


@pytest.mark.parametrize(
    ("day", "status", "said"),
    [
        ("2026-09-09", 0, "0 of 2 regular series are late by 2026-09-09\n"),
        (
            "2026-09-10",
            1,
            "2026-09-09  exports: Exports of a month\n"
            "1 of 2 regular series are late by 2026-09-10\n",
        ),
    ],
)
def test_check_lists_the_series_that_are_late(tmp_path, capsys, day, status, said):
    (tmp_path / "series.csv").write_text(SERIES)
    assert cli.main(["check", str(tmp_path), "--due", day]) == status
    assert capsys.readouterr().out == said


def test_check_of_a_day_that_is_none_is_refused(tmp_path, capsys):
    (tmp_path / "series.csv").write_text(SERIES)
    assert cli.main(["check", str(tmp_path), "--due", "November"]) == 2
    assert "--due: 'November' is not a date" in complaint(capsys)


def test_check_of_a_missing_folder_is_refused(tmp_path, capsys):
    assert cli.main(["check", str(tmp_path / "none")]) == 2
    assert "no folder at" in complaint(capsys)


def test_a_wrong_command_exits_with_2(capsys):
    for arguments in ([], ["nosuch"], ["render", "-p", "year"]):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"rareearth {rareearth.__version__}\n"


COMMANDS = cli._parser()._subparsers._group_actions[0].choices


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_an_example_defaults_and_exit_statuses(name):
    command = COMMANDS[name]
    text = " ".join(command.format_help().split())
    example = re.search(r"example: rareearth (.+?) exit status: 0 .+; 2 .+", text)[1]
    assert cli._parser().parse_args(shlex.split(example)).run
    for action in command._actions:
        takes_a_value = action.option_strings and action.nargs in (None, 2)
        may_lack = takes_a_value and not action.required and "grid" not in action.dest
        assert not may_lack or "(default: " in action.help, action.dest
        assert action.help, action.dest


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["render", "--help"]])
def test_light_commands_import_nothing_heavy(arguments):
    heavy = ["pandas", "papermill", "nbconvert", "nbformat", "seaborn", "bs4"]
    code = (
        "import sys\nfrom rareearth.commands import main as cli\n"
        f"try: cli.main({arguments})\nexcept SystemExit: pass\n"
        f"sys.exit([m for m in {heavy} if m in sys.modules] or None)"
    )
    run = [sys.executable, "-c", code]
    answer = subprocess.run(run, capture_output=True, text=True)
    assert answer.stderr == ""
    assert answer.returncode == 0


def test_the_package_runs_as_a_module():
    run = [sys.executable, "-m", "rareearth", "--version"]
    answer = subprocess.run(run, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("rareearth ")

"""A grid is read as it was written, and refused before anything of it runs."""

import json
import os
import re
import shlex
import time
import tracemalloc

import pytest

from rareearth.commands import main as cli
from rareearth.errors import ParameterError
from rareearth.render import grid, library

pytestmark = pytest.mark.usefixtures("kept_server")

CELL = """country: str = "China"  # a name
start_year: int = 1990  # first year
rate: float = 0.08  # per year
real: bool = True  # in constant money
names: list[str] = ["China"]  # in this order
"""
THOUSAND = ",".join(map(str, range(1_000)))
HOSTILE = ["../../etc/passwd", 'a"\n;x=1', "'); import os #", "🧲 中国", "x" * 10_000]


@pytest.fixture
def sample(notebook):
    return notebook(("markdown", "# A question?"), ("parameters", CELL))


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a grid file."""

    def write(text, name="grid.yml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def as_yaml(*values):
    """Return a grid of the one parameter `country`; JSON is YAML."""
    return json.dumps({"country": values}, ensure_ascii=False)


def runs(notebook, *options, **more):
    return list(grid.read(notebook, options, **more))


# What is read


def test_a_grid_has_every_combination_in_the_order_it_was_written(sample):
    assert runs(sample, "country=Chile,China", "start_year=2010,2000") == [
        {"country": "Chile", "start_year": 2010},
        {"country": "Chile", "start_year": 2000},
        {"country": "China", "start_year": 2010},
        {"country": "China", "start_year": 2000},
    ]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("country=United States", ["United States"]),
        ("country=China, Chile", ["China", "Chile"]),
        ('country="Congo, Republic",Chile', ["Congo, Republic", "Chile"]),
        ('country="say ""yes"""', ['say "yes"']),
        ("country=a=b", ["a=b"]),
        ("country=NO,on,null,2024-01-01,1e3,~", "NO on null 2024-01-01 1e3 ~".split()),
        ('country="a\nb",c', ["a\nb", "c"]),
        ('country=""', [""]),
    ],
)
def test_values_on_the_command_line_follow_the_rules_of_csv(sample, option, values):
    assert [run["country"] for run in runs(sample, option)] == values


def test_a_value_has_the_type_of_its_parameter(sample):
    (run,) = runs(sample, "start_year=2000", "rate=1", "real=no", 'names="a,b"')
    assert run == {"start_year": 2000, "rate": 1.0, "real": False, "names": ["a", "b"]}
    assert type(run["rate"]) is float


def test_yaml_is_read_without_guessing_types(sample, file):
    text = "country: [NO, on, 2024-01-01, 1_000, 0x10, null, ~, 1:30]\n"
    values = [run["country"] for run in runs(sample, file=file(text))]
    assert values == "NO on 2024-01-01 1_000 0x10 null ~ 1:30".split()


def test_yaml_gives_numbers_flags_and_lists_to_parameters_of_that_type(sample, file):
    text = "start_year: [2000]\nreal: [no]\nnames: [[China, NO], []]\n"
    first, second = runs(sample, file=file(text))
    assert first == {"start_year": 2000, "real": False, "names": ["China", "NO"]}
    assert second["names"] == []


def test_a_csv_file_has_one_run_a_row_and_an_empty_cell_is_the_default(sample, file):
    path = file("country,start_year\nNO,2000\n,2010\n\n", "grid.csv")
    assert runs(sample, file=path) == [
        {"country": "NO", "start_year": 2000},
        {"start_year": 2010},
    ]


def test_rows_are_crossed_with_the_grid_and_the_fixed_values(sample, file):
    path = file("country\nChina\nChile\n", "grid.csv")
    options = {"file": path, "fixed": [("rate", "0.1")]}
    assert runs(sample, "start_year=1,2", **options)[1:3] == [
        {"rate": 0.1, "country": "China", "start_year": 2},
        {"rate": 0.1, "country": "Chile", "start_year": 1},
    ]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_stays_the_text_it_is(sample, file, value):
    path = file(as_yaml(value, "China"))
    assert runs(sample, file=path)[0]["country"] == value


# Duplicates


def test_runs_that_are_the_same_are_merged_and_counted(sample):
    read = grid.read(sample, ["start_year=2000, +2000,02000,2010", "rate=1,1.0"])
    assert list(read) == [
        {"start_year": 2000, "rate": 1.0},
        {"start_year": 2010, "rate": 1.0},
    ]
    assert (read.count, read.merged) == (2, 6)


def test_rows_that_say_the_same_by_default_or_in_words_are_merged(sample, file):
    path = file("country,start_year\nChina,1990\n,\nChina,\nChile,1990\n", "g.csv")
    read = grid.read(sample, [], path)
    assert (read.count, read.merged) == (2, 1)  # an empty row is no run


# Refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "a sweep needs values to try: --grid NAME=VALUE,VALUE or --grid-file"),
        (["contry=China"], r"no parameter 'contry' in sample; did you mean 'country'"),
        (["country="], "the grid has no values for 'country'"),
        (["country= "], "the grid has no values for 'country'"),
        (["country"], "--grid 'country': write NAME=VALUE,VALUE"),
        (["=China"], "write NAME=VALUE,VALUE"),
        (["country=a,,b"], 'a value between two commas is missing; write ""'),
        (["country=a\nb"], "country: "),
        (['country="a'], "--grid country: .* unexpected end of data"),
        (["country=a", "country=b"], "the grid sets 'country' twice"),
        (["start_year=2000,abc"], r"start_year: 'abc' is not a whole number \(int\)"),
        (["start_year=2000.5"], "start_year: '2000.5' is not a whole number"),
        (["country=" + "x" * 10_001], "longer than 10,000 characters"),
    ],
)
def test_a_wrong_option_is_refused_with_what_would_be_right(sample, options, message):
    with pytest.raises(ParameterError, match=message) as caught:
        grid.read(sample, options)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "grid.yml: the grid is empty"),
        ("{}", "the grid is empty"),
        ("# nothing\n", "the grid is empty"),
        ("country: China", r"country: write a list, as in  country: \['China'\]"),
        ("country:", "country: write a list"),
        ("country: []", "the grid has no values for 'country'"),
        ("contry: [a]", "no parameter 'contry' in sample; did you mean 'country'"),
        ("country: [a]\ncountry: [b]", "line 2: 'country' is given twice"),
        ("country: [{a: b}]", "is not text"),
        ("country: [[a, b]]", "is not text"),
        ("start_year: [abc]", "start_year: 'abc' is not a whole number"),
        ("- China", "write a list of values for each name"),
        ("country: [a", "grid.yml is not YAML"),
        ("country: &a [x]\nnames: [*a, *a]", "anchors and aliases are not read"),
        ("? [a]\n: [b]", "is no name"),
        ("a: " + "[" * 5_000, "too many lists within lists"),
        ("a:\n" + "- " * 30 + "b", "too many lists within lists"),
        ("a: " + "{b: " * 30, "too many lists within lists"),
        ("!!python/object/apply:os.getcwd []", "write a list of values"),
        ("country: [x]\n" + "#" * 20_000_000, "longer than 0.1 MB"),
    ],
)
def test_a_wrong_yaml_file_is_refused_with_the_reason(sample, file, text, message):
    with pytest.raises(ParameterError, match=message):
        grid.read(sample, [], file(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "grid.csv: the grid is empty"),
        ("country\n", "grid.csv: no run below the header"),
        ("contry\nChina\n", "no parameter 'contry' in sample; did you mean 'country'"),
        ("country;start_year\nChina;1\n", "no parameter 'country;start_year'"),
        ("country,\nChina,\n", "grid.csv:1: a column has no name"),
        ("country,country\na,b\n", "grid.csv:1: 'country' heads two columns"),
        ("country\nChina\nChile,2\n", "grid.csv:3: 2 cells where the header has 1"),
        ("start_year\n2000\nabc\n", "grid.csv:3: start_year: 'abc' is not a whole"),
        ('country\n"China\n', "grid.csv is not CSV"),
    ],
)
def test_a_wrong_csv_file_is_refused_by_line(sample, file, text, message):
    with pytest.raises(ParameterError, match=message):
        grid.read(sample, [], file(text, "grid.csv"))


def test_a_grid_file_of_another_kind_or_none_is_refused(sample, file, tmp_path):
    with pytest.raises(ParameterError, match=r"a grid is a \.yml or a \.csv file"):
        grid.read(sample, [], file("x", "grid.txt"))
    for name in ("none.yml", "none.csv"):
        with pytest.raises(ParameterError, match=r"cannot read the grid .*No such"):
            grid.read(sample, [], tmp_path / name)
    for kind in ("yml", "csv"):
        os.mkfifo(tmp_path / f"pipe.{kind}")
        (tmp_path / f"zero.{kind}").symlink_to("/dev/zero")
        for name in (f"pipe.{kind}", f"zero.{kind}"):
            with pytest.raises(ParameterError, match="it is no regular file"):
                grid.read(sample, [], tmp_path / name)
    for name in ("bad.yml", "bad.csv"):
        (tmp_path / name).write_bytes(b"country\n\xff\xfe\n")
        with pytest.raises(ParameterError, match="UTF-8"):
            grid.read(sample, [], tmp_path / name)


def test_a_name_is_not_both_in_the_file_and_on_the_command_line(sample, file):
    path = file("country\nChina\n", "grid.csv")
    with pytest.raises(ParameterError, match="sets 'country' twice"):
        grid.read(sample, ["country=Chile"], path)
    with pytest.raises(ParameterError, match="sets 'country' twice"):
        grid.read(sample, ["country=Chile"], fixed=[("country", "China")])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a: " + "[" * 99_000, "grid.yml"),
        ("? " * 49_000 + "x", "grid.yml"),
        ("".join(f"k{number}: [1]\n" for number in range(8_000)), "grid.yml"),
        ("country\n" + "China\n" * 3_500_000, "grid.csv"),
        (",".join(f"a{number}" for number in range(1_000_000)), "grid.csv"),
        ("country\n" + "x" * 20_000_000, "grid.csv"),
    ],
    ids=["lists", "names", "many names", "many rows", "many columns", "a long cell"],
)
def test_what_is_too_deep_or_too_long_is_refused_at_once(sample, file, text, name):
    started = time.monotonic()
    with pytest.raises(ParameterError) as caught:
        grid.read(sample, [], file(text, name))
    assert time.monotonic() - started < 5
    assert len(str(caught.value).splitlines()[0]) < 300


# Size


def test_a_thousand_runs_need_no_confirmation_and_one_more_does(sample):
    assert grid.read(sample, [f"start_year={THOUSAND}"]).count == 1_000
    with pytest.raises(ParameterError, match=r"1,001 runs; more than 1,000 need --yes"):
        grid.read(sample, [f"start_year={THOUSAND},1000"])


def test_a_million_runs_are_counted_without_making_them(sample):
    options = [f"start_year={THOUSAND}", f"country={THOUSAND}"]
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(ParameterError, match="the grid has 1,000,000 runs"):
        grid.read(sample, options)
    read = grid.read(sample, options, is_allowed=True)
    first = next(iter(read))
    seconds, peak = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first == {"start_year": 0, "country": "0"}
    assert read.count == 1_000_000
    assert seconds < 5
    assert peak < 5_000_000


def test_too_many_rows_are_counted_before_they_are_checked(sample, file):
    path = file("start_year\n" + "abc\n" * 1_001, "grid.csv")
    with pytest.raises(ParameterError, match="1,001 runs"):
        grid.read(sample, [], path)


# Names of tables


def test_two_grids_never_share_the_name_of_their_table(sample, file):
    path = file("country,start_year\nChina,2000\n", "a.csv")
    other = file("country,start_year\nChina,2001\n", "b.csv")
    titles = [
        grid.read(sample, ["country=China"]).title,
        grid.read(sample, ["country=Chile"]).title,
        grid.read(sample, ["country=China,Chile"]).title,
        grid.read(sample, ["country=China,Chile"], fixed=[("rate", "1")]).title,
        grid.read(sample, [], path).title,
        grid.read(sample, [], other).title,
        *(grid.read(sample, [], file(as_yaml(each))).title for each in HOSTILE),
    ]
    assert len(set(titles)) == len(titles)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,80}", title) for title in titles)


# The command


@pytest.fixture
def workbook(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(library, "notebooks_folder", lambda: sample.parent)
    monkeypatch.setattr(library, "outputs_folder", lambda: tmp_path / "outputs")
    return tmp_path


@pytest.mark.parametrize("command", ["sweep", "jobs"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sample"], "a sweep needs values to try"),
        (["sample", "--grid", "contry=a"], "did you mean 'country'"),
        (["sample", "--grid", "country=a", "-p", "yeer", "1"], "no parameter 'yeer'"),
        (["sample", "--grid", f"start_year={THOUSAND},1000"], "need --yes"),
        (["nosuch", "--grid", "country=a"], "unknown notebook: 'nosuch'"),
    ],
)
def test_a_wrong_grid_exits_with_2_before_anything_is_written(
    workbook, capsys, command, arguments, message
):
    assert cli.main([command, *arguments]) == 2
    streams = capsys.readouterr()
    assert streams.err.startswith("rareearth: ")
    assert message in streams.err
    assert streams.out == ""
    assert not (workbook / "outputs").exists()


def test_jobs_prints_one_command_a_run_that_a_shell_reads_as_it_was_meant(
    workbook, capsys, monkeypatch
):
    monkeypatch.chdir(workbook)
    options = ["--grid", 'country=China,"a; rm -rf ~",$(id),🧲', "-p", "rate", "0.1"]
    assert cli.main(["jobs", "sample", *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "rareearth render sample -p country China -p rate 0.1 "
        "--out outputs/sweeps/sample"
    )
    values = [shlex.split(line)[5] for line in lines]
    assert values == ["China", "a; rm -rf ~", "$(id)", "🧲"]
    for line in lines:
        cli._parser().parse_args(shlex.split(line)[1:])


def test_jobs_as_json_says_name_parameters_and_command(workbook, capsys):
    options = ["--grid", 'country="a\nb"', "--out", "there", "--json"]
    assert cli.main(["jobs", "sample", *options]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    run = json.loads(line)
    assert run["name"].startswith("sample--country-a-b--")
    assert run["parameters"]["country"] == "a\nb"
    assert run["command"][-4:] == ["country", "a\nb", "--out", "there"]


def test_jobs_refuses_what_one_command_a_line_cannot_say(workbook, capsys):
    assert cli.main(["jobs", "sample", "--grid", 'country="a\nb"']) == 2
    assert "line break" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["--help", "-x", "-1+1", "-p"])
def test_a_command_that_jobs_prints_takes_a_value_with_a_dash(workbook, capsys, value):
    assert cli.main(["jobs", "sample", "--grid", f"country={value}"]) == 0
    words = shlex.split(capsys.readouterr().out)
    assert words[4:6] == ["country", value]
    assert cli.main([*words[1:6], "--check", "--out", str(workbook)]) == 1

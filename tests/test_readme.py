"""What the pages tell a stranger to type does what they say."""

import doctest
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rareearth.commands import checks
from rareearth.commands import main as cli
from rareearth.figures import dictionaries, seals

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md"]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page, kind):
    """Return the fenced blocks of one kind, without the indentation of a list."""
    found = BLOCK.findall((ROOT / page).read_text("utf-8"))
    return [
        re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
        for indent, name, text in found
        if name == kind
    ]


def commands(page):
    """Return the lines that a page tells its reader to type into a shell."""
    typed = [line for text in blocks(page, "sh") for line in text.splitlines()]
    typed += [line.removeprefix("$ ") for line, _ in sessions(page)]
    return [line.split("#")[0].strip() for line in typed if line.strip()]


def sessions(page):
    """Return each command of the console blocks with the output that is shown."""
    return [each for text in blocks(page, "console") for each in commands_of(text)]


def commands_of(block):
    """Return each command of one console block with the output that is shown."""
    parts = re.split(r"^(?=\$ )", block, flags=re.MULTILINE)
    split = (part.partition("\n") for part in parts if part)
    return [(line, output) for line, _, output in split]


def name_of(block):
    """Return the first command of a block, as the name of its test."""
    return block.partition("\n")[0].removeprefix("$ ")


def run(*arguments, cwd=ROOT):
    """Return the exit status and all that a ``rareearth`` command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "rareearth", *arguments],
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "RAREEARTH_EXTRA_DATA"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return done.returncode, done.stdout


@pytest.fixture
def own_figures(tmp_path):
    """Write the example of own figures as the README prints it."""
    text = (ROOT / "README.md").read_text("utf-8")
    printed = re.findall(r"`my-figures/(\w+\.csv)`.*?```csv\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in printed] == ["prices.csv", "sources.csv"]
    (tmp_path / "my-figures").mkdir()
    for name, content in printed:
        (tmp_path / "my-figures" / name).write_text(content, encoding="utf-8")
    (claims,) = re.findall(r"`my_claims\.csv`.*?```csv\n(.*?)```", text, re.DOTALL)
    (tmp_path / "my_claims.csv").write_text(claims, encoding="utf-8")
    return tmp_path


# Commands exist


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_make_exist(page):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = [line.split()[1] for line in commands(page) if line.startswith("make ")]
    assert set(named) <= set(targets)


def test_the_commands_of_make_are_in_the_readme():
    named = commands("README.md")
    assert {"make workbook", "make test", "make lab"} <= set(named)


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_rareearth_exist(page, capsys):
    def told(*words):
        with pytest.raises(SystemExit):
            cli.main([*words, "--help"])
        return capsys.readouterr().out

    typed = [
        line.split()[1:] for line in commands(page) if line.startswith("rareearth ")
    ]
    known = re.findall(r"^    (\w+) ", told(), re.MULTILINE)
    assert {name for name, *_ in typed} <= set(known)
    for name in {name for name, *_ in typed}:
        options = {each for n, *rest in typed if n == name for each in rest}
        options = {each for each in options if re.match("-+[a-z]", each)}
        described = set(re.findall(r"-+[a-z-]+", told(name)))
        assert options <= described


@pytest.mark.parametrize("page", PAGES)
def test_other_commands_are_among_those_that_the_set_up_brings(page):
    programs = {line.split()[0] for line in commands(page)}
    brought = {"make", "rareearth", "papermill", "jupyter", "python", "pip", "conda"}
    assert programs <= brought | {"dask", "source", "export", "cp", "grep", "cut"}


def test_files_that_pages_link_to_exist():
    missing = []
    for page in [*PAGES, "CHANGELOG.md"]:
        text = (ROOT / page).read_text("utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            if not (ROOT / page).parent.joinpath(target).exists():
                missing.append(f"{page}: {target}")
    assert missing == []


def test_the_readme_lists_the_notebooks_that_there_are():
    listed = re.findall(r"\(notebooks/(\w+\.ipynb)\)", (ROOT / "README.md").read_text())
    assert listed == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_the_readme_gives_the_first_key_figure_of_each_report(reports, monkeypatch):
    """`make preview` writes them anew."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    preview = importlib.import_module("preview")
    names = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    table = preview.findings(reports.folder, names)
    assert table in (ROOT / "README.md").read_text("utf-8")


def test_the_pictures_of_the_readme_exist_and_are_described():
    text = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', text)
    assert len(pictures) == 3
    assert all((ROOT / source).is_file() for source, _ in pictures)


# Commands do what is shown


def masked(text):
    """Return an output without what grows or differs: counts, seconds and folders."""
    text = re.sub(r"\d[\d,]* (figures?|tables?)", r"N \1", text)
    text = re.sub(r" +\d+\.\d s\b", " N s", text)
    return re.sub(r"^see \S*/", "see ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("block", blocks("README.md", "console"), ids=name_of)
def test_commands_print_what_the_readme_shows(block, own_figures):
    for line, shown in commands_of(block):
        program, *arguments = line.removeprefix("$ ").split()
        assert program == "rareearth"
        _, printed = run(*arguments, cwd=own_figures)
        if shown.startswith("...\n"):  # the page leaves the beginning out
            shown = shown.removeprefix("...\n")
            printed = "".join(printed.splitlines(True)[-len(shown.splitlines()) :])
        assert masked(printed) == masked(shown)


RENDERED = [
    line for line in commands("README.md") if line.startswith("rareearth render 01")
]
SHOWN = [line.removeprefix("$ ") for line, _ in sessions("README.md")]


@pytest.mark.slow
@pytest.mark.parametrize("line", [each for each in RENDERED if each not in SHOWN])
def test_a_render_command_makes_its_report(line, tmp_path):
    status, printed = run(*line.split()[1:], "--out", str(tmp_path))
    assert status == 0, printed
    assert len(list(tmp_path.glob("01_*.html"))) == 1


@pytest.mark.parametrize("page", ["README.md", "data/README.md"])
def test_the_python_examples_are_true(page, own_figures, monkeypatch):
    monkeypatch.chdir(own_figures)
    monkeypatch.delenv("RAREEARTH_EXTRA_DATA", raising=False)
    done = doctest.testfile(str(ROOT / page), module_relative=False, encoding="utf-8")
    assert done.attempted > 0
    assert done.failed == 0


def test_the_figure_that_the_data_readme_explains_is_in_the_data():
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)` \| (?:`([^`]+)`|empty) \|", text, re.MULTILINE)
    cells = dict(reversed(table))  # the first table is that of figures
    with (ROOT / "data" / "production.csv").open(encoding="utf-8") as file:
        (row,) = [line for line in file if line.startswith(cells["figure_id"] + ",")]
    for column in ("series", "entity", "value", "unit", "basis", "source_id"):
        assert cells[column] in row


# Recipes work


def test_the_recipes_for_a_figure_and_a_source_pass_the_check(tmp_path):
    copy = shutil.copytree(dictionaries.folder(), tmp_path / "data")
    figure, source = blocks("CONTRIBUTING.md", "csv")
    for name, row in (("production.csv", figure), ("sources.csv", source)):
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(row)
    status, said = run("check", "--seal", str(copy))
    assert (status, said.splitlines()[-1].partition(", ")[2]) == (0, "no problem")


def test_a_source_without_a_figure_is_reported_as_the_recipe_says(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(checks, "_package", lambda *_: [])  # takes seconds
    copy = shutil.copytree(dictionaries.folder(), tmp_path / "data")
    _, source = blocks("CONTRIBUTING.md", "csv")
    with (copy / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(source)
    seal, problem = checks.check(copy)
    assert seals.REMEDY in seal.text
    assert problem.column == "source_id"
    assert "no figure uses this" in problem.text


def test_nobody_is_told_to_install_a_name_that_a_stranger_could_register():
    # The project is on no registry: what installs it there is whoever took its name.
    folders = (ROOT / "rareearth", ROOT / "docs", ROOT / "notebooks", ROOT / "data")
    found = (path for folder in folders for path in folder.rglob("*"))
    texts = [path for path in found if path.suffix in (".py", ".md", ".ipynb", ".j2")]
    named = re.compile(
        r"(?:pip|pipx|uv|conda|mamba)[\w -]* install[^\n]*?[ '\"]rareearth\b(?!-)"
    )
    hints = [
        path
        for path in [*ROOT.glob("*.md"), *texts]
        if named.search(path.read_text("utf-8"))
    ]
    assert hints == []

"""The files around the package agree with each other, and hold nothing of a machine."""

import ast
import json
import re
import subprocess
import tomllib
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import rareearth
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries
from rareearth.figures import loading as figures
from rareearth.render.page import AUTHORS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXAMPLES = 8  # rows on top of a table, by which other tools guess its types
LONGEST_CELL = 40  # lines: a chart and its sentence may share a cell

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def bounds(requirements):
    """Return the version range of each package, with names as indexes write them."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(each.name): str(each.specifier) for each in parsed}


def conda():
    """Return the packages of conda and those of pip in environment.yml."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    named = [each for each in listed["dependencies"] if isinstance(each, str)]
    (pip,) = [each["pip"] for each in listed["dependencies"] if isinstance(each, dict)]
    return named, pip


def constraints():
    """Return the lines of constraints.txt that are not comments."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def pinned():
    """Return the tested version of each package."""
    pairs = (line.split("==") for line in constraints())
    return {canonicalize_name(name): Version(version) for name, version in pairs}


# Versions and environments


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    assert rareearth.__version__ == PROJECT["version"]
    assert str(citation["version"]) == PROJECT["version"]
    assert package["version"] == PROJECT["version"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_citation_has_what_its_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] and citation["message"]
    assert [author["name"] for author in citation["authors"]] == [AUTHORS]


def test_conda_installs_what_the_package_asks_for():
    named, pip = conda()
    asked = bounds(PROJECT["dependencies"])
    assert bounds(each for each in named if not re.match("(python|pip)\\b", each)) == (
        asked
    )
    assert pip == ["-e ."]


def test_conda_takes_a_python_that_the_package_runs_on_and_binder_understands():
    (python,) = [each for each in conda()[0] if each.startswith("python")]
    understood = re.fullmatch(r"python=(\d+\.\d+)", python)
    assert understood, f"{python}: Binder chooses its base image by python=X.Y only"
    assert Version(understood[1]) in SpecifierSet(PROJECT["requires-python"])


def test_constraints_are_names_and_versions_only():
    wrong = [
        line
        for line in constraints()
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.]*", line)
    ]
    assert wrong == []


def test_constraints_are_within_the_bounds():
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    versions = pinned()
    outside = [
        name
        for name, bound in bounds(asked).items()
        if versions[name] not in SpecifierSet(bound)
    ]
    assert outside == []


@pytest.mark.constrained
def test_constraints_name_everything_that_is_installed_for_the_tests():
    # Walks from the package through what each installed package asks for.
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    found, waiting = set(), [Requirement(each) for each in asked]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        key = (name, frozenset(wanted.extras))
        if key in found:
            continue
        found.add(key)
        for text in metadata.requires(name) or []:
            inner = Requirement(text)
            extras = wanted.extras or {""}
            applies = inner.marker is None or any(
                inner.marker.evaluate({"extra": extra}) for extra in extras
            )
            if applies:
                waiting.append(inner)
    missing = sorted({name for name, _ in found} - set(pinned()))
    assert missing == [], "run `make constraints`"


# What is in the tree


def files():
    """Return the files that are in git or would be added to it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    names = listed.stdout.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


# Written in parts, so that this file does not find itself.
HOSTS = "|".join(
    re.escape(f"{name}.{end}")
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("anaconda", "org"),
        ("anaconda", "com"),
        ("npmjs", "org"),
        ("npmjs", "com"),
    )
)
FOLDERS = "|".join(("home", "root", "Users", "work", "opt", "srv", "mnt", "tmp"))
MACHINE = re.compile(
    rf"(?P<host>[\w.-]*({HOSTS}))|(?<![\w.:/~$}}*-])/({FOLDERS})/[\w.]+|[A-Z]:\\Users\\"
)


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://" + "pypi" + ".org/simple",
        "cd /" + "home/someone",
        '"/' + "work/main/data",
        "C:" + "\\Users\\me",
    ],
)
def test_a_host_or_a_path_would_be_found(text):
    assert MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["https://example.org/home/page.html", "work/or/home", "../tmp/x"]
)
def test_an_address_is_no_path(text):
    assert not MACHINE.search(text)


def test_no_file_names_a_package_registry_or_a_folder_of_a_machine():
    found = []
    for path in files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if hit := MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {hit[0]}")
    assert found == []


def test_figures_and_dictionaries_are_in_the_order_that_the_data_readme_states():
    keys = [*"series entity product period_start period_end basis source_id".split()]
    ordered = [(path, tables.FIGURE_COLUMNS, keys) for path in figure_files()]
    for name, columns in tables.DICTIONARIES.items():
        ordered.append((dictionaries.folder() / f"{name}.csv", columns, columns[:1]))
    out_of_order = []
    for path, columns, key in ordered:
        rows = list(tables.read(path, columns).frame[key].itertuples(index=False))
        out_of_order += [
            f"{path.name}:{line}"
            for line, (above, row) in enumerate(pairwise(rows), start=3)
            if row < above and line > EXAMPLES + 2
        ]
    assert out_of_order == []


def figure_files():
    return figures.figure_files(dictionaries.folder())


# Notebooks


def read(path):
    return json.loads(path.read_text("utf-8"))


def source(cell):
    return "".join(cell["source"])


def test_there_are_notebooks():
    assert NOTEBOOKS


@each_notebook
def test_a_notebook_is_stored_without_outputs(path):
    stored = read(path)
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"]] == []
    assert [cell["id"] for cell in code if cell["execution_count"] is not None] == []
    held = [stored["metadata"], *(cell["metadata"] for cell in stored["cells"])]
    assert [each for each in held if {"papermill", "execution"} & set(each)] == []


@each_notebook
def test_a_notebook_runs_on_the_kernel_that_everyone_has(path):
    assert read(path)["metadata"]["kernelspec"]["name"] == "python3"


@each_notebook
def test_a_notebook_opens_with_its_question(path):
    first = read(path)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith("# ")


@each_notebook
def test_the_first_code_cell_alone_holds_the_parameters(path):
    code = [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    tagged = [
        "parameters" in cell["metadata"].get("tags", []) for cell in read(path)["cells"]
    ]
    assert sum(tagged) == 1
    assert "parameters" in code[0]["metadata"].get("tags", [])
    assert re.search(r"^as_of: str = ", source(code[0]), re.MULTILINE)


@each_notebook
def test_a_parameter_stands_on_one_line_as_papermill_reads_it(path):
    line = re.compile(r"\w+: (int|float|str|bool|list\[(str|int)\]) = [^=#]+  # [^=]+")
    cells = [
        source(cell)
        for cell in read(path)["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    wrong = [each for each in cells[0].splitlines() if not line.fullmatch(each)]
    assert wrong == []


@each_notebook
def test_every_cell_has_an_id_of_its_own(path):
    ids = [cell.get("id") for cell in read(path)["cells"]]
    assert None not in ids
    assert len(set(ids)) == len(ids)


@each_notebook
def test_code_cells_are_short(path):
    long = [
        cell["id"]
        for cell in read(path)["cells"]
        if cell["cell_type"] == "code" and len(source(cell).splitlines()) > LONGEST_CELL
    ]
    assert long == []


NUMBER = r"(?<![\w.])\d[\d,.]*"
UNITS = (
    r"%|percent\b|per cent\b|percentage points?\b"
    r"|t\b|kt\b|Mt\b|kg\b|g\b|tonnes?\b|tons?\b"
    r"|kWh\b|MWh\b|GW\b|MW\b|USD\b|AUD\b|CNY\b|EUR\b|JPY\b|MYR\b"
    r"|dollars?\b|euros?\b|yuan\b"
    r"|thousand\b|million\b|billion\b|times\b"
)
CURRENCY = r"(?:USD|US\$|A\$|AUD|CNY|EUR|JPY|\$|€|¥|£)"
RESULT = re.compile(rf"{NUMBER}\s?(?:{UNITS})|{CURRENCY}\s?{NUMBER}")


def prose(cell):
    """Return the text of a Markdown cell without code, formulas and addresses."""
    text = re.sub(r"```.*?```|`[^`]*`", " ", source(cell), flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " ", text, flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)|https?://\S+", " ", text)


@pytest.mark.parametrize(
    "text",
    ["China mined 69% of it", "270,000 t in 2024", "at 110 USD/kg", "US$ 8.5 billion"],
)
def test_a_typed_result_would_be_found(text):
    assert RESULT.search(prose({"source": text}))


@pytest.mark.parametrize(
    "text",
    [
        "since 2010, and from 2015 to 2019",
        "Regulation (EU) 2024/1252, Announcement No. 61 of 2025",
        "the index $s^2 = 50$ % of nothing",
        "`-p rate 8%`",
        "Theil (1967); the 17 elements",
    ],
)
def test_years_and_laws_are_no_results(text):
    assert not RESULT.search(prose({"source": text}))


@each_notebook
def test_prose_holds_no_typed_results(path):
    found = [
        f"{cell['id']}: {hit[0]}"
        for cell in read(path)["cells"]
        if cell["cell_type"] == "markdown"
        for hit in RESULT.finditer(prose(cell))
    ]
    assert found == []


def words_of(cell):
    """Return the texts in a code cell, without docstrings."""
    tree = ast.parse(source(cell))
    bodies = [node.body for node in ast.walk(tree) if hasattr(node, "body")]
    told = [
        body[0].value
        for body in bodies
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr)
    ]
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in told
    ]


def bare(result):
    """Return the number of a result without its unit."""
    return re.search(NUMBER, result)[0].rstrip(".,").replace(",", "")


# How sure an estimate is said to be, an index at its base, the rate of others' studies.
CHOSEN = re.compile(r"\d % interval|Critical, 5 %|= 100, |as published \(8 % a year\)")


@each_notebook
def test_sentences_hold_no_typed_results(path):
    # Every number that a report says is computed, but for those that a claim says.
    said = (ROOT / "data" / "claims.csv").read_text("utf-8")
    claims = {bare(number) for number in re.findall(NUMBER, said)}
    found = [
        f"{cell['id']}: {hit[0]}"
        for cell in read(path)["cells"]
        if cell["cell_type"] == "code"
        and "parameters" not in cell["metadata"].get("tags", [])
        for text in words_of(cell)
        for hit in RESULT.finditer(CHOSEN.sub(" ", text))
        if path.stem != "11_claims_audit" or bare(hit[0]) not in claims
    ]
    assert found == []

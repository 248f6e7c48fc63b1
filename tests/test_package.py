"""What is built installs, and works in an empty folder, away from the checkout."""

import os
import subprocess
import sys
import tarfile
import zipfile
from argparse import Namespace
from pathlib import Path

import pytest

from rareearth.render import library

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent
SHIPPED = {"data": "data", "notebooks": "notebooks", "rareearth": ""}
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")


def python(*words, cwd, path="", status=0):
    """Run Python with `path` before the libraries, and return what it prints."""
    left_out = ("PYTHONPATH", "RAREEARTH_EXTRA_DATA")
    kept = {k: v for k, v in os.environ.items() if k not in left_out}
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(path)} if path else kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def files(folder):
    """Return the files below a folder, but for what running leaves."""
    found = (each for each in folder.rglob("*") if each.is_file())
    return {
        each.relative_to(folder).as_posix()
        for each in found
        if not any(part in LEFT_OUT for part in each.parts)
    }


def content(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the folder of the wheel and the source archive, built once."""
    folder = tmp_path_factory.mktemp("dist")
    python("-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Namespace(wheel=wheel, sdist=sdist)


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Return a folder with the installed wheel, and an empty folder to work in."""
    site = tmp_path_factory.mktemp("site")
    work = tmp_path_factory.mktemp("empty")
    pip = "-m pip install --quiet --disable-pip-version-check --no-deps --no-index"
    python(*pip.split(), "--target", site, built.wheel, cwd=work)
    return Namespace(site=site, work=work)


def test_the_wheel_holds_package_figures_and_notebooks_and_nothing_else(built):
    expected = {
        "/".join(filter(None, ("rareearth", inside, name)))
        for folder, inside in SHIPPED.items()
        for name in files(ROOT / folder)
    }
    found = {name for name in content(built.wheel) if ".dist-info/" not in name}
    assert found == expected
    assert "rareearth/py.typed" in found


def test_the_wheel_carries_both_licences(built):
    named = {Path(name).name for name in content(built.wheel) if "/licenses/" in name}
    assert named == {"LICENSE", "LICENSE-DATA"}


def test_the_source_archive_builds_the_same_wheel(built, tmp_path):
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for stray in ("Untitled.ipynb", "01_production_shares.html"):  # is not packed
        (source / "notebooks" / stray).write_text("{}")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "d", cwd=source)
    (wheel,) = (tmp_path / "d").glob("*.whl")
    assert wheel.read_bytes() == built.wheel.read_bytes()


def test_the_source_archive_holds_what_a_tester_needs(built):
    with tarfile.open(built.sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"Makefile", "README.md", "constraints.txt", "tests/conftest.py"} <= names
    assert not [name for name in names if name.startswith((".git/", "outputs/"))]


def test_the_installed_package_loads_its_own_figures(installed):
    code = (
        "import rareearth as ree\nprint(ree.__file__)\n"
        "print(len(ree.load('mine_production', 'China', start=2024, end=2024)))"
    )
    place, count = python(
        "-c", code, cwd=installed.work, path=installed.site
    ).splitlines()
    assert Path(place).is_relative_to(installed.site)
    assert int(count) > 0


def test_the_installed_command_lists_the_notebooks_and_finds_its_figures_sound(
    installed,
):
    run = ("-m", "rareearth")
    listed = python(*run, "list", cwd=installed.work, path=installed.site)
    stems = [line.split()[0] for line in listed.splitlines() if line[0].isdigit()]
    assert stems == [path.stem for path in library.notebooks()]
    checked = python(*run, "check", cwd=installed.work, path=installed.site)
    assert checked.endswith("no problem\n")


def test_the_installed_command_writes_below_the_callers_folder_only(installed):
    before = files(installed.site)
    words = ("-m", "rareearth", "render", "01", "--quiet")
    python(*words, cwd=installed.work, path=installed.site)
    assert (installed.work / "outputs" / "01_production_shares.html").is_file()
    assert [each.name for each in installed.work.iterdir()] == ["outputs"]
    assert files(installed.site) == before
    again = python(*words[:-1], cwd=installed.work, path=installed.site)
    assert again.startswith("1 unchanged")


def test_what_is_installed_fits_together():
    said = python("-m", "pip", "check", "--disable-pip-version-check", cwd=ROOT)
    assert said == "No broken requirements found.\n"

"""The pages beside the README are true to the code."""

import importlib
import importlib.util
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
METHODS = (ROOT / "docs" / "methods.md").read_text("utf-8")
LICENCES = (ROOT / "docs" / "licences.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "path"), re.findall(r"\[`([\w.]+)`\]\(\.\./([\w/]+\.py)\)", METHODS)
)
def test_a_module_that_the_methods_name_is_the_one_they_link_to(name, path):
    module = importlib.import_module(f"rareearth.{name}")
    assert Path(module.__file__).samefile(ROOT / path)


def test_the_tests_that_the_methods_name_exist():
    named = re.findall(r"`(tests/[\w/]+\.py)`", METHODS)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_module_with_references_is_in_the_methods():
    cited = [
        path
        for path in sorted((ROOT / "rareearth").rglob("*.py"))
        if re.search(r"^ *References?\b.*\n", path.read_text("utf-8"), re.MULTILINE)
    ]
    missing = [path.stem for path in cited if f"{path.stem}.py)" not in METHODS]
    assert missing == []


def run_time():
    """Return all that the package needs to run, by walking through its requirements."""
    found, waiting = set(), ["rareearth"]
    while waiting:
        for text in metadata.requires(waiting.pop()) or []:
            wanted = Requirement(text)
            name = canonicalize_name(wanted.name)
            applies = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if applies and name not in found:
                found.add(name)
                waiting.append(name)
    return found


@pytest.mark.constrained
def test_the_licence_of_every_package_that_is_needed_to_run_is_listed():
    listed = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", LICENCES, re.MULTILINE))
    assert run_time() - set(listed) == set(), "run `python docs/licences.py`"
    assert [name for name, terms in listed.items() if not terms.strip()] == []
    assert "not stated" not in LICENCES


def test_the_calendar_says_what_the_series_and_the_maps_say():
    spec = importlib.util.spec_from_file_location("due", ROOT / "docs" / "due.py")
    due = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(due)
    assert due.TARGET.read_text("utf-8") == due.page(), "run `python docs/due.py`"

"""Modules and figures that are ready before a run asks, and its record all the same."""

import importlib
import sys
import threading

import pytest

from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries
from rareearth.figures import loading as figures
from rareearth.render import recorder

FILES = {
    "__init__.py": "",
    "numbers.py": "kept = []\n",
    "words.py": "from kit import numbers\n\n\ndef speak():\n    return numbers.kept\n",
    "charts/__init__.py": "from kit.charts.bars import bars\n",
    "charts/bars.py": "from kit.words import speak\n\n\ndef bars():\n    speak()\n",
    "idle.py": "def late():\n    from kit import numbers\n\n    return numbers\n",
    "__main__.py": "raise SystemExit('is not to be imported')\n",
}


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """Return a package whose modules were imported ahead, out of sight."""
    for name, text in FILES.items():
        path = tmp_path / "kit" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    before = set(sys.modules)
    imported = recorder.import_all("kit")
    modules = {name: sys.modules[name] for name in imported}
    recorder.keep(imported)
    yield modules
    for name in set(sys.modules) - before:
        del sys.modules[name]


def seen():
    return sorted(name for name in sys.modules if name.startswith("kit."))


def test_modules_are_out_of_sight_until_they_are_imported(kit):
    assert sorted(kit) == [
        "kit.charts",
        "kit.charts.bars",
        "kit.idle",
        "kit.numbers",
        "kit.words",
    ]
    assert seen() == []
    assert not hasattr(sys.modules["kit"], "words")
    assert importlib.import_module("kit.numbers") is kit["kit.numbers"]
    assert seen() == ["kit.numbers"]


def test_a_module_brings_what_it_imports_and_nothing_else(kit):
    importlib.import_module("kit.words")
    assert seen() == ["kit.numbers", "kit.words"]
    assert sys.modules["kit"].words is kit["kit.words"]


def test_what_a_function_imports_is_seen_when_it_runs(kit):
    late = importlib.import_module("kit.idle").late
    assert seen() == ["kit.idle"]
    assert late() is kit["kit.numbers"]
    assert seen() == ["kit.idle", "kit.numbers"]


def test_a_function_named_like_its_module_stays_a_function(kit):
    charts = importlib.import_module("kit.charts")
    assert callable(charts.bars)
    assert importlib.import_module("kit.charts.bars").bars is charts.bars
    assert seen() == ["kit.charts", "kit.charts.bars", "kit.numbers", "kit.words"]


def test_a_module_has_its_own_place_and_can_be_loaded_again(kit, tmp_path):
    numbers = importlib.import_module("kit.numbers")
    assert numbers.__spec__.origin == str(tmp_path / "kit" / "numbers.py")
    numbers.kept.append(1)
    assert importlib.reload(numbers).kept == []


def test_a_module_that_is_not_there_is_missed_as_usual(kit):
    with pytest.raises(ModuleNotFoundError, match=r"kit\.lost"):
        importlib.import_module("kit.lost")


def test_figures_read_ahead_are_in_the_record_of_who_uses_them():
    def used():
        tables.used.clear()
        figures.load("revenue")
        return dict(tables.used.files)

    for cache in (tables._cache, dictionaries._cache, figures._typed_cache):
        cache.clear()
    expected = used()
    assert "series.csv" in {path.name for path in expected}
    figures.read_ahead()
    assert tables.used.files == {}
    assert used() == expected


def test_what_is_not_as_it_was_sealed_is_not_read_ahead(curated, recwarn):
    curated.edit("production.csv", 0, value="1")
    figures.read_ahead()
    assert not list(recwarn)
    tables.used.clear()
    figures.load("mine_production")
    assert curated.path / "production.csv" in tables.used.files


def test_modules_can_be_listed_while_another_thread_imports():
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for number in range(200):
                sys.modules[f"rareearth_test_{number}"] = sys
            for number in range(200):
                del sys.modules[f"rareearth_test_{number}"]

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            assert "rareearth.figures.loading" in recorder.manifest()["modules"]
    finally:
        stop.set()
        thread.join()

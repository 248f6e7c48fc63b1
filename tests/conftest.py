"""What several test modules share."""

import importlib
import json
import os
import shutil
import signal
import socket
from argparse import Namespace
from typing import Any, ClassVar

import matplotlib.pyplot as plt
import pytest
from hypothesis import settings
from small_data import Folder, SmallData

from rareearth.display import output as display
from rareearth.render import library, store
from rareearth.render.pool import ForkPool
from rareearth.render.recorder import ADDRESSES, without

with without(ADDRESSES):  # or each process of the suite spends seconds on grammars
    importlib.import_module("jsonschema")

plt.switch_backend("agg")  # no test has a screen, whichever is the first to draw

# A shell makes what it runs in the background, or under nohup, ignore Ctrl-C, and so
# would each command that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, however slow the machine.
settings.register_profile("rareearth", deadline=None, derandomize=True)
settings.load_profile("rareearth")

NOTEBOOKS = {path.stem: path for path in library.notebooks()}

# The files that take longest: begun last, one would keep one process busy alone.
LONGEST = (
    "test_reports_browser.py test_render_warm.py test_cluster.py test_readme.py "
    "test_render_keys.py test_render_half_done.py test_jupyterlab.py "
    "test_render_faults.py test_notebook_02.py test_sweep.py test_render_cli.py "
    "test_notebook_05.py test_checks.py test_package.py test_security.py"
).split()


def pytest_collection_modifyitems(items):
    """Put the tests of the longest files first; all others keep their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture
def no_network(monkeypatch):
    """Refuse every connection that leaves this machine, and every look-up of a name."""

    def refuse(*arguments, **_):
        raise ConnectionRefusedError(f"the test denies the network: {arguments[-1]!r}")

    def connect(self, address, inner=socket.socket.connect):
        is_local = self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1")
        return inner(self, address) if is_local else refuse(address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def run(monkeypatch, no_network):
    """Return a function that runs the code cells of a notebook and what it displays.

    Its ``names`` are those that the cells of the last one have made.
    """
    shown = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: shown.append(bundle))

    def execute(name, **parameters):
        display.reset()
        shown.clear()
        names = execute.names = {}
        for cell in json.loads(NOTEBOOKS[name].read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook
                if "parameters" in cell["metadata"].get("tags", []):
                    names.update(parameters)
        return " ".join(bundle["text/html"] for bundle in shown)

    return execute


_READ = {}


@pytest.fixture
def read(run, rendered):
    """Return a function like `run` that runs a notebook once for what it is given.

    What it shows is the same for all tests: only those that change nothing use it.
    With its own parameters it is what its report shows.
    """

    def once(name, **parameters):
        key = name, repr(sorted(parameters.items()))
        if key not in _READ:
            _READ[key] = run(name, **parameters) if parameters else reported(name)
        return _READ[key]

    def reported(name):
        assert rendered.all_of(name) == 0
        stored = json.loads((rendered.folder / f"{name}.ipynb").read_text("utf-8"))
        outputs = [out for cell in stored["cells"] for out in cell.get("outputs", [])]
        return " ".join("".join(out["data"]["text/html"]) for out in outputs)

    return once


@pytest.fixture
def kept_server(monkeypatch):
    """Have all pools of a test process fork from one server, which takes a while.

    Not for tests of the pool itself. Each call still has a process of its own.
    """
    monkeypatch.setattr(ForkPool, "_start", lambda pool: _Kept.of(pool))


class _Kept:
    """A server that outlives the pools which fork from it."""

    _known: ClassVar[dict[str, tuple[Any, socket.socket]]] = {}

    @classmethod
    def of(cls, pool, start=ForkPool._start):
        """Return a process that need not be waited for, and a socket to close."""
        key = repr(sorted({**os.environ, "PYTEST_CURRENT_TEST": ""}.items()))
        process, server = cls._known.get(key, (None, None))
        if process is None or process.poll() is not None:
            for _, other in cls._known.values():  # one at a time is enough
                other.close()
            cls._known.clear()
            process, server = cls._known[key] = start(pool)
        return Namespace(wait=lambda: None), server.dup()


@pytest.fixture
def notebook(tmp_path):
    """Return a function that writes a notebook from pairs of kind and source.

    A kind is ``markdown``, ``code`` or ``parameters`` (a code cell with that tag).
    """

    def write(*cells, name="sample", folder=tmp_path):
        content = {
            "cells": [stored(*cell, number) for number, cell in enumerate(cells, 1)],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.ipynb"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


def stored(kind, source, number):
    """Return a cell as nbformat stores it."""
    if kind == "markdown":
        return {
            "id": f"c{number}",
            "cell_type": kind,
            "metadata": {},
            "source": source,
        }
    return {
        "id": f"c{number}",
        "cell_type": "code",
        "metadata": {"tags": ["parameters"]} if kind == "parameters" else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


@pytest.fixture
def data_copy(tmp_path):
    """Return a small data package in a folder of its own, for a test to break."""
    return SmallData(tmp_path / "data")


@pytest.fixture
def curated(data_copy, monkeypatch):
    """Return the small data package, put in the place of the curated figures."""
    monkeypatch.setattr("rareearth.figures.dictionaries.folder", lambda: data_copy.path)
    return data_copy


@pytest.fixture
def own(tmp_path):
    """Return an empty folder for figures of the user's own."""
    return Folder(tmp_path / "own")


@pytest.fixture(autouse=True)
def _no_own_figures(monkeypatch):
    """Keep the figures of whoever runs the tests out of them."""
    monkeypatch.delenv("RAREEARTH_EXTRA_DATA", raising=False)


FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
).split()


@pytest.fixture(scope="session")
def browser():
    """Return a running Chromium, one for all tests."""
    path = shutil.which("chromium")
    missing = "" if path else "chromium is not installed"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "playwright is not installed"
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing}, and CI is set")
    if missing:
        pytest.skip(f"{missing}; pages are not looked at in a browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """Return the folder of the reports, and a function that has some of them made.

    The processes of a suite share the folder: the first that asks for a report has it
    made, and to the others it is up to date.
    """
    from rareearth.commands import main as cli

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "reports"

    def all_of(*names):
        with store.held(shared / "asked-for", "reports", lambda: None):
            return cli.main(["render", *names, "--out", str(folder), "--quiet"])

    return Namespace(folder=folder, all_of=all_of)


@pytest.fixture(scope="session")
def reports(rendered):
    """Return the folder of all reports and the index, and how rendering them ended."""
    return Namespace(folder=rendered.folder, status=rendered.all_of())

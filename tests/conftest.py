"""What several test modules share."""

import importlib
import os
import re
import shutil
import signal
import socket
from argparse import Namespace
from typing import Any, ClassVar

import books
import matplotlib.pyplot as plt
import pytest
from hypothesis import settings
from small_data import Folder, SmallData

from rareearth.render import store
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

# What takes longest: begun last, one would keep one process busy alone.
LONGEST = (
    "test_reports_browser.py test_cluster.py test_render_warm.py test_readme.py "
    "test_intake.py test_jupyterlab.py test_sweep.py test_render_half_done.py "
    "test_render_keys.py test_render_kills.py test_render_cli.py 03 02 "
    "test_render_settings.py test_data_faults.py 01 07 05 04 test_own_claims.py "
    "test_package.py test_security.py test_html_browser.py test_checks.py"
).split()


def group_of(nodeid):
    """Return the notebook that a test of `tests/notebooks` reads, else its file.

    A notebook is run once for all tests of a group, which are those of one process.
    """
    file, _, test = nodeid.partition("::")
    named = re.search(r"[\[-](\d\d)[ _]", test)
    found = named or re.search(r"test_notebook_(\d\d)", file)
    return found[1] if found and "/notebooks/" in file else file.rpartition("/")[2]


def pytest_collection_modifyitems(items):
    """Put the groups that take longest first; all others keep their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(group_of(item.nodeid), len(LONGEST)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Have the tests of a group done by one process."""
    from xdist.scheduler import LoadScopeScheduling

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return Grouped(config, log)


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
def read(no_network):
    """Return a function that runs a notebook and returns what it displays.

    A notebook is run once for what it is given, unless a test asks for it ``anew``:
    ``all_of`` returns the page with its key figures, the names that the cells have
    made, the ranges of the controls, and what is wrong with the charts. These are
    looked at, and no picture of them is made. Draws are few, if none are asked for.
    """

    def page(name, **parameters):
        return all_of(name, **parameters).page

    def all_of(name, **parameters):
        key = name, repr(sorted(parameters.items()))
        if key not in _RAN:
            _RAN[key] = books.anew(name, **parameters)
        return _RAN[key]

    page.all_of, page.anew = all_of, books.anew
    return page


_RAN = {}


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
        return books.written(*cells, name=name, folder=folder)

    return write


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

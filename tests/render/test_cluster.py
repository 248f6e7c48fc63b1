"""Reports arrive from a real Dask cluster, whole, whatever happens to its workers."""

import hashlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pandas as pd
import pytest

from rareearth.commands import main as cli
from rareearth.render import cluster, library, pool, provenance, store
from rareearth.render.job import Result, plan
from rareearth.render.report import run

TITLE = ("markdown", "# A question?\n\nLead.")
CELL = ("parameters", 'year: int = 2024  # calendar year\nname: str = "China"')
SLOW = "import time\ntime.sleep(0.4)\nprint(year)"


@pytest.fixture(scope="module")
def distributed():
    """Return Dask; without it these tests cannot run, and CI may not skip them."""
    try:
        import distributed
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("the package distributed is missing, and CI is set")
        pytest.skip("needs Dask: pip install distributed")
    return distributed


class Dask:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder, **settings):
        self.folder, self.settings = folder, settings
        self.processes = []
        file = folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", file=file)
        self.scheduler = self.processes[0]
        deadline = time.monotonic() + 180
        while not file.exists() or not file.read_text():
            assert self.scheduler.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]

    def add_worker(self, *options):
        """Start a worker with one thread and wait for it to be known."""
        known = self._known()
        process = self._start(
            "worker",
            *("--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder)),
            *options,
            file=self.folder / "scheduler.json",
        )
        deadline = time.monotonic() + 180
        while self._known() == known:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
        return process

    def _known(self):
        from distributed import Client

        with Client(self.address) as client:
            return len(client.scheduler_info(n_workers=-1)["workers"])

    def _start(self, kind, *options, file):
        run = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options]
        run += ["--scheduler-file", str(file), "--no-dashboard"]
        env = {**os.environ, "DASK_LOGGING__DISTRIBUTED": "critical", **self.settings}
        place = self.folder / f"place-{len(self.processes)}"
        place.mkdir()
        process = subprocess.Popen(
            run,
            cwd=place,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def dask(distributed, tmp_path_factory):
    """Return a scheduler: at first without workers, and each test adds some."""
    started = Dask(tmp_path_factory.mktemp("dask"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def ready(distributed, tmp_path_factory):
    """Return the address of a scheduler with one worker, for tests that harm neither.

    A worker takes a while to be of use: it imports what the runs need. Its user has
    settings for other programs, which change nothing.
    """
    folder = tmp_path_factory.mktemp("ready")
    (folder / "matplotlibrc").write_text("axes.facecolor: red\n")
    (folder / "path").mkdir()
    (folder / "path" / "sitecustomize.py").write_text("__builtins__['odd'] = 1\n")
    started = Dask(
        folder,
        MATPLOTLIBRC=str(folder / "matplotlibrc"),
        MPLBACKEND="TkAgg",
        PYTHONOPTIMIZE="1",
        PYTHONPATH=str(folder / "path"),
        COLUMNS="20",
        TZ="Asia/Tokyo",
        GIT_DIR=str(folder),
    )
    started.add_worker()
    yield started.address
    started.close()


def jobs(path, folder, years=range(2000, 2012)):
    return [plan(path, {"year": str(year)}, folder) for year in years]


# A real cluster


@pytest.mark.slow
def test_a_cluster_without_workers_is_refused_soon(dask, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(cluster.ClusterError, match=r"has no workers; start some with"):
        cluster.connect(dask.address)


@pytest.mark.slow
def test_every_report_arrives_when_a_worker_is_killed_in_the_middle(
    dask, notebook, tmp_path
):
    import psutil  # comes with Dask

    path = notebook(TITLE, CELL, ("code", SLOW))
    victim = dask.add_worker()
    dask.add_worker()
    results, below = [], []
    with cluster.connect(dask.address) as executor:
        for result in run(jobs(path, tmp_path / "out"), executor):
            results.append(result)
            if len(results) == 3:
                below = psutil.Process(victim.pid).children(recursive=True)
                victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    assert [each.error for each in results] == [""] * 12
    for job in jobs(path, tmp_path / "out"):
        assert str(job.parameters["year"]) in job.executed.read_text("utf-8")
        assert job.page.read_text("utf-8").rstrip().endswith("</html>")
    assert list((tmp_path / "out").glob("*.failed.ipynb")) == []
    assert psutil.wait_procs(below, timeout=60)[1] == []


@pytest.mark.slow
def test_a_sweep_on_a_cluster_writes_the_bytes_of_a_local_one(
    ready, notebook, tmp_path, monkeypatch, capsys
):
    code = (
        "import matplotlib, shutil, sys, time\n"
        "print(year, name, time.tzname, shutil.get_terminal_size())\n"
        "print(sys.flags.optimize, 'odd' in dir(__builtins__))\n"
        "matplotlib.rcParams['axes.facecolor']"
    )
    path = notebook(TITLE, CELL, ("code", code), folder=tmp_path / "n")
    monkeypatch.chdir(tmp_path)
    sweep = ["sweep", str(path), "--grid", "year=2001,2002", "--grid", "name=a,🧲"]
    assert cli.main([*sweep, "--out", "local"]) == 0
    assert cli.main([*sweep, "--out", "far", "--dask", ready]) == 0
    names = sorted(each.name for each in (tmp_path / "local").iterdir())
    assert sorted(each.name for each in (tmp_path / "far").iterdir()) == names
    assert len(names) == 11  # page and notebook of 4 runs, table, its page, records
    for one in (tmp_path / "local").glob("s*"):
        assert (tmp_path / "far" / one.name).read_bytes() == one.read_bytes()
    capsys.readouterr()
    assert cli.main([*sweep, "--out", "far", "--dask", ready]) == 0
    assert "4 unchanged" in capsys.readouterr().out


@pytest.mark.slow
def test_what_fails_on_a_worker_is_told_with_its_cell_and_kept(
    ready, notebook, tmp_path
):
    cells = [("code", "x = 0"), ("code", "1 / x if year else time.sleep(600)")]
    path = notebook(TITLE, CELL, ("code", "import os, time"), *cells)
    with cluster.connect(ready) as executor:
        (wrong,) = run(jobs(path, tmp_path / "out", [1]), executor)
    # The limit is for the sleep alone, so that a busy machine meets it as well.
    with cluster.connect(ready, timeout=3) as executor:
        (late,) = run(jobs(path, tmp_path / "out", [0]), executor)
    assert wrong.error.startswith("cell 5 (1 / x if year")
    assert wrong.error.endswith("ZeroDivisionError: division by zero")
    assert late.error.startswith("cell 5 (1 / x if year")
    assert late.error.endswith("over the time limit of 3 s")
    for each in (wrong, late):
        assert each.state == "failed"
        assert each.job.failed.is_file()
        assert not each.job.page.exists()


@pytest.mark.slow
def test_a_worker_with_another_version_is_refused_by_name(dask):
    preload = dask.folder / "older.py"
    preload.write_text("import rareearth\nrareearth.__version__ = '0.0.1'\n")
    dask.add_worker("--preload", str(preload))
    with pytest.raises(
        cluster.ClusterError,
        match=r"the worker tcp://\S+ has rareearth 0\.0\.1, this machine .*; install",
    ):
        cluster.connect(dask.address)


@pytest.mark.slow
def test_an_interrupted_sweep_leaves_the_cluster_ready(ready, notebook, tmp_path):
    path = notebook(TITLE, CELL, ("code", SLOW))
    executor = cluster.connect(ready)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), executor:
        for _ in run(jobs(path, tmp_path / "out"), executor):
            raise KeyboardInterrupt
    assert time.monotonic() - started < 60
    with cluster.connect(ready) as again:
        (result,) = run(jobs(path, tmp_path / "out", [1990]), again)
    assert result.error == ""


# Addresses where nothing answers


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_a_sweep_on_a_cluster(ready, notebook, tmp_path, number):
    path, out = notebook(TITLE, CELL, ("code", SLOW)), tmp_path / "out"
    words = ["sweep", path, "--grid", "year=" + ",".join(map(str, range(2000, 2020)))]
    process = subprocess.Popen(
        [sys.executable, "-m", "rareearth", *words, "--out", out, "--dask", ready],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Who runs the tests in the background, or under nohup, ignores some of them.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not list(out.glob("*.html")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert said.endswith("rareearth: interrupted; finished reports are kept\n")
    assert "Traceback" not in said
    assert 0 < len(list(out.glob("*.html"))) < 20
    assert not [each for each in out.rglob("*") if each.suffix in (".spool", ".tmp")]


def test_the_folder_of_a_killed_worker_is_removed_by_the_next(tmp_path, monkeypatch):
    code = (
        "import os, signal\nfrom pathlib import Path\n"
        "from rareearth.render import store\n"
        "with store.workplace() as folder:\n"
        "    (Path(folder) / 'own.csv').write_text('licensed')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=False)
    (left,) = tmp_path.iterdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with store.workplace() as other, store.workplace() as mine:
        assert not left.exists()
        assert {str(each) for each in tmp_path.iterdir()} == {other, mine}
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def silent():
    """Return the address of a port that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def web():
    """Return the address of a program that is no scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["closed", "silent", "web", "unknown"])
def test_an_address_where_no_scheduler_answers_is_told_within_ten_seconds(
    distributed, request, notebook, tmp_path, capsys, monkeypatch, kind
):
    if kind != "silent":  # one waits as long as a user would
        monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    closed = {"closed": "tcp://127.0.0.1:1", "unknown": "tcp://nosuch.invalid:8786"}
    address = closed.get(kind) or request.getfixturevalue(kind)
    path = notebook(TITLE, CELL, ("code", "1"))
    options = ["--grid", "year=1,2", "--out", str(tmp_path / "out"), "--quiet"]
    started = time.monotonic()
    assert cli.main(["sweep", str(path), *options, "--dask", address]) == 2
    assert time.monotonic() - started < 10
    error = capsys.readouterr().err
    assert error.startswith(f"rareearth: no Dask scheduler answers at '{address}' (")
    assert "Traceback" not in error
    assert not list((tmp_path / "out").glob("*.html"))


@pytest.mark.parametrize("address", ["", "here", "ftp://x:1", "tcp://127.0.0.1", "::"])
def test_what_is_no_address_is_refused(distributed, address):
    with pytest.raises(cluster.ClusterError, match="no Dask scheduler answers at"):
        cluster.connect(address)


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cluster.ClusterError, match="pip install distributed"):
        cluster.connect("tcp://127.0.0.1:1")


# What travels


@pytest.fixture
def no_fork(monkeypatch):
    """Do the work of a worker in this process, without a kernel."""
    monkeypatch.setattr(pool, "can_fork", lambda: False)


def write(job):
    """Stand for `report.make`: write the page."""
    tables = sorted(p.name for p in job.own.glob("*")) if job.own else []
    source = job.notebook.read_bytes()
    job.page.parent.mkdir(parents=True, exist_ok=True)
    job.page.write_text(f"{len(source)} {tables}", encoding="utf-8")
    (job.folder / "stray.html").write_text("x")
    return Result(job, 1.0)


def test_a_worker_needs_no_file_of_this_machine(notebook, own, tmp_path, no_fork):
    path = notebook(TITLE, CELL, folder=tmp_path / "mine")
    own.text("prices.csv", "figure_id\n")
    size = path.stat().st_size
    job = plan(path, {}, tmp_path / "out", own.path)
    parcel = pickle.dumps(cluster.pack(write, job, ()))
    path.unlink()
    (own.path / "prices.csv").unlink()
    result, texts = cluster.work(pickle.loads(parcel))
    assert result == Result(job, 1.0)
    assert texts == {f"{job.name}.html": f"{size} ['prices.csv']"}
    assert not (tmp_path / "out").exists()


def write_hashes(job):
    """Stand for `report.make`: write what the own files are and a Windows line end."""
    hashes = provenance.hashes(provenance.own_files(job.own), job.own)
    job.page.parent.mkdir(parents=True, exist_ok=True)
    job.page.write_bytes(json.dumps(hashes).encode() + b"\r\n")
    return Result(job, 1.0)


def test_own_files_and_pages_travel_byte_for_byte(notebook, own, tmp_path, no_fork):
    (own.path / "mine.csv").write_bytes(b"\xef\xbb\xbffigure_id\r\n")
    (own.path / "MORE.CSV").write_bytes(b"figure_id;series\r\n\r\n")
    pd.DataFrame({"figure_id": ["a"]}).to_excel(own.path / "all.XLSX", sheet_name="b")
    (own.path / "._mine.csv").write_bytes(b"\0")
    job = plan(notebook(TITLE, CELL), {}, tmp_path / "out", own.path)
    parcel = pickle.dumps(cluster.pack(write_hashes, job, ()))
    _, texts = cluster.work(pickle.loads(parcel))
    names = ["own/MORE.CSV", "own/all.XLSX", "own/mine.csv"]
    here = {
        name: hashlib.sha256((own.path / name[4:]).read_bytes()).hexdigest()
        for name in names
    }
    assert texts == {f"{job.name}.html": json.dumps(here) + "\r\n"}


def test_a_worker_that_differs_says_so_instead_of_working(notebook, tmp_path, no_fork):
    job = plan(notebook(TITLE, CELL), {}, tmp_path / "out")
    parcel = cluster.pack(write, job, ())
    parcel.sender["pandas"] = "0.1"
    result, texts = cluster.work(parcel)
    assert result.error.startswith("the worker has pandas ")
    assert result.error.endswith(", this machine 0.1")
    assert texts == {}


def test_identity_changes_with_version_figures_and_libraries(monkeypatch):
    here = cluster.identity()
    assert {"rareearth", "figures", "python", "pandas"} <= here.keys()
    assert cluster.differences(here, here) == ""
    assert cluster.differences(here, {**here, "figures": "x"}).startswith("figures x,")
    assert cluster.differences(here, {}).startswith("rareearth nothing, this machine")
    library_of = [str(library.PACKAGE), str(library.data_folder())]
    assert not any(path in " ".join(here.values()) for path in library_of)


def test_only_files_of_the_job_are_written_here(notebook, tmp_path):
    job = plan(notebook(TITLE, CELL), {}, tmp_path / "out")
    texts = {
        f"{job.name}.html": "page",
        "../evil.html": "x",
        "index.html": "x",
        f".rareearth/{job.name}.json": "{}",
        f".rareearth/../../{job.name}.json": "x",
    }
    cluster._write(job, texts, "")
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")}
    assert written == {
        "sample.ipynb",
        "out/.rareearth",
        f"out/{job.name}.html",
        f"out/.rareearth/{job.name}.json",
    }

"""Whatever happens to a run, what was good stays, and nobody meets half a report."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rareearth.render import provenance, store
from rareearth.render.job import HIDDEN, plan
from rareearth.render.pool import ForkPool
from rareearth.render.report import run

pytestmark = pytest.mark.slow
TITLE = ("markdown", "# A question?")
SETTINGS = ("parameters", "year: int = 2024")
SLOW = ("code", "import time\ntime.sleep(60)")


@pytest.fixture(scope="module")
def pool():
    """Return the processes that runs of this module are forked from."""
    with ForkPool(2) as made:
        yield made


@pytest.fixture
def out(tmp_path):
    return tmp_path / "outputs"


def files(folder):
    return sorted(each.name for each in folder.iterdir() if each.name != ".rareearth")


def hidden(folder):
    """Return what lies hidden beside the outputs, but for the keys of whole pages."""
    found = [each.name for each in (folder / HIDDEN).iterdir()]
    return sorted(name for name in found if not name.endswith(".key"))


def start(*words):
    """Start ``rareearth`` with these words in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "rareearth", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def spool_says(folder, text):
    """Return whether the run in `folder` has come to a cell, by its spool."""
    found = [*folder.glob(f"{HIDDEN}/*.spool")]
    return bool(found) and text in found[0].read_text()


def processes_of(path):
    """Return the processes that hold something open below `path`, or work there."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()).startswith(str(path)):
                found.append(link)
        except OSError:
            continue
    return found


def test_a_run_over_its_time_keeps_its_notebook_and_names_the_cell(notebook, out):
    path = notebook(TITLE, SETTINGS, ("code", "print('so far')"), SLOW)
    with ForkPool(1, timeout=3) as one:
        (result,) = run([plan(path, {"year": 1}, out)], one)
    assert result.state == "failed"
    place = "cell 4 (import time)"
    assert result.error == f"{place}: over the time limit of 3 s"
    assert files(out) == ["sample--year-1.failed.ipynb"]
    kept = json.loads(result.job.failed.read_text())
    assert kept["cells"][3]["outputs"][0]["text"] == "so far\n"
    assert kept["metadata"]["rareearth"]["failure"] == result.error


def test_a_run_that_is_killed_does_not_hurt_the_others(notebook, out, pool):
    deadly = ("code", "import os\nif year == 2: os.kill(os.getpid(), 9)")
    path = notebook(TITLE, SETTINGS, ("code", "print(year)"), deadly)
    jobs = [plan(path, {"year": year}, out) for year in range(6)]
    results = {r.job.parameters["year"]: r for r in run(jobs, pool)}
    assert results[2].error == "cell 4 (import os): killed by signal 9 (SIGKILL)"
    assert all(results[year].state == "made" for year in (0, 1, 3, 4, 5))
    assert files(out).count("sample--year-2.failed.ipynb") == 1
    kept = json.loads(results[2].job.failed.read_text())
    assert kept["cells"][3]["outputs"][0]["text"] == "2\n"
    assert not [name for name in hidden(out) if name.endswith((".spool", ".tmp"))]


def test_a_death_leaves_the_last_good_report_untouched(notebook, out, pool):
    (good,) = run([plan(notebook(TITLE, SETTINGS), {}, out)], pool)
    before = good.job.page.read_bytes(), good.job.executed.read_bytes()
    deadly = ("code", "import os\nos._exit(1)")
    (bad,) = run([plan(notebook(TITLE, SETTINGS, deadly), {}, out)], pool)
    assert bad.state == "failed"
    assert (good.job.page.read_bytes(), good.job.executed.read_bytes()) == before
    assert good.job.failed.is_file()


def of_runs(out):
    """Return what runs have left: all but the data dictionary, which must be whole."""
    dictionary = out / "data_dictionary.html"
    if dictionary.exists():
        assert dictionary.read_text("utf-8").rstrip().endswith("</html>")
    return [name for name in files(out) if name != dictionary.name]


@pytest.mark.parametrize("moment", ["start", "cell", "twice"])
def test_ctrl_c_leaves_no_process_and_no_half_report(notebook, out, moment):
    marker = out.parent / "child"
    code = f"import subprocess\nf = open({str(marker)!r}, 'w')\nprint('x')"
    slow = "subprocess.Popen(['sleep', '100'], stdout=f)\n" + SLOW[1]
    path = notebook(TITLE, SETTINGS, ("code", code), ("code", slow))
    process = start("render", path, "--out", out)
    if moment != "start":
        wait_until(lambda: spool_says(out, '"start": 4'))
    else:
        wait_until(out.exists)
    process.send_signal(signal.SIGINT)
    if moment == "twice":
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert errors.endswith("rareearth: interrupted; finished reports are kept\n")
    wait_until(lambda: not processes_of(out.parent))
    assert not [each for each in of_runs(out) if not each.endswith(".failed.ipynb")]
    if moment == "cell":
        kept = json.loads((out / "sample.failed.ipynb").read_text())
        assert kept["cells"][3]["outputs"][0]["text"] == "x\n"
        failure = kept["metadata"]["rareearth"]["failure"]
        assert (
            failure
            == "cell 4 (subprocess.Popen(['sleep', '100'], stdout=f)): interrupted"
        )


def test_a_signal_ends_at_once_also_where_forking_is_not_safe(
    notebook, out, monkeypatch
):
    monkeypatch.setenv("RAREEARTH_ENGINE", "stock")
    process = start("render", notebook(TITLE, SETTINGS, SLOW), "--out", out)
    wait_until(lambda: spool_says(out, '"start": 2'))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    assert errors.endswith("rareearth: interrupted; finished reports are kept\n")
    wait_until(lambda: not processes_of(out.parent))
    assert of_runs(out) == ["sample.failed.ipynb"]


def test_what_a_killed_renderer_leaves_is_removed_by_the_next(notebook, out):
    process = start("render", notebook(TITLE, SETTINGS, SLOW), "--out", out)
    wait_until(lambda: spool_says(out, '"start": 2'))
    process.kill()
    process.communicate()
    wait_until(lambda: not processes_of(out.parent))
    abandoned = out / f".draft-{process.pid}-abc.tmp"
    abandoned.write_text("half")
    in_use = out / f".draft-{os.getpid()}-abc.tmp"
    in_use.write_text("another renderer's")
    assert any(name.endswith(".spool") for name in hidden(out))
    store.clean(out)
    assert of_runs(out) == [in_use.name]
    assert hidden(out) == ["lock"]


def test_two_renderers_at_once_both_finish_and_the_results_are_whole(
    notebook, out, tmp_path
):
    go = tmp_path / "go"
    code = (
        "import time\nfrom pathlib import Path\nprint('begun', flush=True)\n"
        f"for _ in range(1200):\n    if Path({str(go)!r}).exists():\n"
        "        break\n    time.sleep(0.1)\nprint('done')"
    )
    path = notebook(TITLE, SETTINGS, ("code", "begun = 1"), ("code", code))
    first = start("render", path, "--out", out, "--force")
    wait_until(lambda: spool_says(out, '"start": 3'))
    second = start("render", path, "--out", out, "--force")
    said = "sample  waits for another renderer that is making it\n"
    assert said in iter(second.stdout.readline, "")
    go.touch()
    texts = [each.communicate(timeout=240) for each in (first, second)]
    assert [each.returncode for each in (first, second)] == [0, 0], texts
    assert not any(said in output for output, _ in texts)
    names = ["data_dictionary.html", "index.html", "sample.html", "sample.ipynb"]
    assert files(out) == names
    assert provenance.state(plan(path, {}, out)).kind == "fresh"


def test_a_lock_is_free_when_its_holder_is_gone(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom rareearth.render import store\n"
        f"with store.held(Path({str(tmp_path)!r}), 'a', print):\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=-1, stdout=-1, text=True
    )
    assert holder.stdout.readline() == "held\n"
    assert store.is_held(tmp_path, "a")
    assert not store.is_held(tmp_path, "b")
    holder.kill()
    holder.communicate()
    assert not store.is_held(tmp_path, "a")


@pytest.mark.parametrize("what", ["sample.html", ".rareearth"])
def test_an_output_that_cannot_be_written_is_one_line(notebook, out, pool, what):
    out.mkdir()
    if what == ".rareearth":
        (out / what).write_text("in the way")
    else:
        (out / what / "in the way").mkdir(parents=True)
    (result,) = run([plan(notebook(TITLE, SETTINGS), {}, out)], pool)
    assert result.state == "failed"
    assert result.error.startswith("cannot write ")
    assert "\n" not in result.error
    assert not [name for name in files(out) if name.endswith(".tmp")]


def test_a_full_disk_is_one_line(notebook, out, pool):
    code = (
        "from rareearth.render import store\n"
        "def full(*_): raise OSError(28, 'No space left on device')\n"
        "store.os.fdopen = full"
    )
    (result,) = run([plan(notebook(TITLE, SETTINGS, ("code", code)), {}, out)], pool)
    assert result.error.startswith("cannot write ")
    assert result.error.endswith("No space left on device")
    assert files(out) == []


def test_drafts_of_living_processes_are_left_alone(tmp_path):
    store.clean(tmp_path)
    for name in (f".draft-{os.getpid()}-x.tmp", ".draft-x.tmp", "other.tmp"):
        (tmp_path / name).write_text("x")
    store.clean(tmp_path)
    assert len(files(tmp_path)) == 3

"""A notebook that takes too much costs its own report, and leaves nothing behind."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from rareearth.render import store
from rareearth.render.job import plan
from rareearth.render.pool import ForkPool
from rareearth.render.report import run

TITLE = ("markdown", "# A question?")
SETTINGS = ("parameters", "year: int = 2024")


@pytest.fixture(scope="module")
def pool():
    """Return the processes that runs of this module are forked from."""
    with ForkPool(1, timeout=60) as made:
        yield made


@pytest.fixture
def out(tmp_path):
    return tmp_path / "outputs"


def files(folder):
    return sorted(each.name for each in folder.iterdir() if each.name != ".rareearth")


def one(path, out, pool):
    (result,) = run([plan(path, {}, out)], pool)
    return result


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


# What is printed


def test_a_short_print_stays_as_it_is():
    outputs = [stream("a" * store.MOST)]
    assert store.shortened(outputs) is outputs


def test_of_a_long_print_the_beginning_stays_and_the_rest_is_counted():
    table = {"output_type": "display_data", "data": {"text/html": "<p>x</p>"}}
    outputs = [stream("a" * store.MOST), table, stream("b" * 1_500, "stderr")]
    outputs = store.shortened([*outputs, stream("c" * 500)])
    assert [each["output_type"] for each in outputs] == ["stream", "display_data"]
    outputs = store.shortened([stream("a"), stream("b" * store.MOST)])
    head, _, note = outputs[1]["text"].partition("\n")
    assert head == "b" * (store.MOST - 1)
    assert note.startswith("... 1 more characters were printed")


@pytest.mark.slow
def test_a_notebook_that_prints_100_mb_has_a_report_that_can_be_opened(
    notebook, out, pool
):
    code = "line = 'x' * 999\nfor _ in range(100_000):\n    print(line)"
    result = one(notebook(TITLE, SETTINGS, ("code", code)), out, pool)
    assert result.error == ""
    assert result.job.page.stat().st_size < 2_000_000
    assert result.job.executed.stat().st_size < 2_000_000
    assert "99,000,000 more characters were printed" in result.job.page.read_text()


# What is taken


@pytest.mark.slow
def test_a_notebook_that_takes_too_much_memory_fails_alone_and_is_named(notebook, out):
    # As a scheduler limits a job: the renderer and all that it starts.
    greedy = ("code", "taken = bytearray(64_000_000_000)")
    path = notebook(TITLE, SETTINGS, greedy, name="greedy")
    modest = notebook(TITLE, SETTINGS, ("code", "print(year)"), name="modest")
    code = (
        "import resource, sys\n"
        "limit = 8_000_000_000\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "from rareearth.commands.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    words = ["render", str(path), str(modest), "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "cell 3 (taken = bytearray(64_000_000_000)): MemoryError" in done.stderr
    assert "Traceback" not in done.stderr
    assert {"greedy.failed.ipynb", "modest.html"} <= set(files(out))


@pytest.mark.slow
def test_what_a_notebook_starts_ends_with_it(notebook, out, pool, tmp_path):
    marker = tmp_path / "marker"
    code = (
        "import os, subprocess, sys\n"
        f"held = open({str(marker)!r}, 'w')\n"
        "for _ in range(3):\n"
        "    subprocess.Popen(['sleep', '600'], stdout=held)\n"
        "    subprocess.Popen(['sleep', '600'], stdout=held, start_new_session=True)\n"
    )
    assert one(notebook(TITLE, SETTINGS, ("code", code)), out, pool).state == "made"
    end = time.monotonic() + 20
    while holders(marker) and time.monotonic() < end:
        time.sleep(0.05)
    assert holders(marker) == []


def holders(path):
    """Return the processes that hold a file open."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == path:
                found.append(link.parts[2])
        except OSError:
            continue
    return found


# Where it is written


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of 2 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"a small disk cannot be mounted: {error}")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_costs_the_report_that_does_not_fit_and_leaves_no_half_of_it(
    notebook, small_disk, pool
):
    out = small_disk / "outputs"
    small = notebook(TITLE, SETTINGS, ("code", "print(year)"), name="small")
    good = one(small, out, pool)
    assert good.state == "made"
    before = good.job.page.read_bytes()
    large = notebook(TITLE, SETTINGS, ("code", "print('x' * 999_999)"), name="large")
    (small_disk / "ballast").write_bytes(b"x" * 1_000_000)
    result = one(large, out, pool)
    assert result.state == "failed"
    assert result.error.startswith("cannot write ")
    assert result.error.endswith("No space left on device")
    assert good.job.page.read_bytes() == before
    assert "large.html" not in files(out)
    assert not [name for name in files(out) if name.endswith(".tmp")]
    (small_disk / "ballast").unlink()
    assert one(small, out, pool).state == "fresh"


@pytest.mark.slow
def test_outputs_on_a_disk_that_may_only_be_read_are_one_line(
    notebook, small_disk, pool, capfd
):
    path = notebook(TITLE, SETTINGS)
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True, capture_output=True)
    words = ["-m", "rareearth", "render", str(path), "--out", str(small_disk / "new")]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Read-only file system" in done.stderr

"""A render that is told to end, or killed, at any moment tears nothing.

`make faults` does it 50 times; RAREEARTH_KILLS and SEED say how often and when.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("RAREEARTH_KILLS", "3"))
SEED = int(os.environ.get("SEED", "22"))
SIGNALS = [
    signal.SIGKILL,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGINT,
]
CELLS = {
    "quick": ["print('x' * 200_000)"] * 3,
    "slow": ["import time", "time.sleep(0.4)", "time.sleep(0.4)", "print('done')"],
    "kernel": ["get_ipython().kernel.shell_streams is None", "print('done')"],
}


def at_their_defaults():
    """Undo that who runs the tests, in the background say, ignores some signals."""
    for each in SIGNALS:
        if each != signal.SIGKILL:
            signal.signal(each, signal.SIG_DFL)


def start(paths, out, temporary):
    return subprocess.Popen(
        [sys.executable, "-m", "rareearth", "render", *paths, "--force", "--out", out],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=at_their_defaults,
        start_new_session=True,
    )


def left(temporary):
    """Return the processes that were started with a temporary folder of their own."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (each / "environ").read_bytes().split(b"\0")
            is_alive = (each / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            if is_alive and f"TMPDIR={temporary}".encode() in told:
                found.append((each / "cmdline").read_text().replace("\0", " ")[:80])
    return found


def state(out):
    return {
        path.name: path.read_bytes()
        for kind in ("html", "ipynb")
        for path in out.glob(f"*.{kind}")
        if path.stem in CELLS
    }


def leftovers(out, temporary):
    hidden = [*out.rglob("*.spool"), *out.rglob(".draft-*"), *out.glob("*.failed.*")]
    # Python itself tries a temporary folder with "blat" in a file, for a moment.
    below = [p for p in temporary.iterdir() if p.is_dir() or p.stat().st_size > 4]
    return [path.name for path in (*hidden, *below)]


def test_no_kill_at_any_moment_tears_a_report(notebook, tmp_path):
    paths = []
    for name, cells in CELLS.items():
        all_of = [("markdown", f"# Is it {name}?"), ("parameters", "year: int = 2024")]
        all_of += [("code", cell) for cell in cells]
        paths.append(notebook(*all_of, name=name))
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    temporary.mkdir()
    begun = time.monotonic()
    whole = start(paths, out, temporary)
    assert whole.communicate()[1].count("Traceback") == 0
    lasts, good = time.monotonic() - begun, state(out)
    assert len(good) == 2 * len(CELLS)
    chance, seen = random.Random(SEED), dict.fromkeys(SIGNALS, 0)
    for number in range(KILLS):
        told = SIGNALS[number % len(SIGNALS)]
        process = start(paths, out, temporary)
        time.sleep(chance.uniform(0.3, 1.05 * lasts))
        process.send_signal(told)
        if chance.random() < 0.4:  # impatient, or a batch system
            time.sleep(chance.uniform(0, 0.2))
            process.send_signal(chance.choice(SIGNALS[1:]))
        _, said = process.communicate(timeout=60)
        seen[told] += process.returncode != 0
        assert process.returncode in (0, -told, 128 + told), (told, said)
        assert "Traceback" not in said, (told, said)
        if process.returncode == 128 + told:
            assert said.endswith("rareearth: interrupted; finished reports are kept\n")
        assert state(out) == good
        for path in out.glob("*.failed.ipynb"):
            json.loads(path.read_text("utf-8"))
        end = time.monotonic() + 20
        while left(temporary) and time.monotonic() < end:
            time.sleep(0.1)
        assert left(temporary) == [], told
        if number % 5 == 4 or number == KILLS - 1:
            process = start(paths, out, temporary)
            _, said = process.communicate(timeout=120)
            assert process.returncode == 0, said
            assert (state(out), leftovers(out, temporary)) == (good, [])
    print(f"{KILLS} kills (ended by them: {seen}): none torn, nothing left")

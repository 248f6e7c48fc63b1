"""Each call of a pool has a process of its own, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pool_calls
import pytest

from rareearth.render import pool, server
from rareearth.render.pool import Died, ForkPool, TimeLimit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
HERE = str(Path(__file__).parents[1])


@pytest.fixture
def small():
    """Return a pool of one process that has nothing imported."""
    with ForkPool(1, preload=()) as made:
        yield made


def is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_calls_give_their_values_and_their_own_errors(small):
    assert small.submit(pool_calls.add, 1, 2).result() == 3
    assert list(small.map(pool_calls.add, range(40), range(40)))[-1] == 78
    with pytest.raises(ValueError, match=r"^x"):
        small.submit(pool_calls.fail, "x").result()
    with pytest.raises(TypeError, match="cannot travel"):
        small.submit(pool_calls.unpicklable).result()


def test_a_call_finds_nothing_of_an_earlier_one(small):
    assert small.submit(pool_calls.remember, 1).result() is None
    assert small.submit(pool_calls.remember, 2).result() is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ((pool_calls.kill_yourself, 9), r"killed by signal 9 \(SIGKILL\)"),
        ((pool_calls.kill_yourself, 11), r"killed by signal 11 \(SIGSEGV\)"),
        ((pool_calls.leave, 0), "the process ended itself with status 0"),
        ((pool_calls.leave, 3), "the process ended itself with status 3"),
    ],
)
def test_a_call_that_dies_fails_its_own_future_only(small, call, message):
    bad, good = small.submit(*call), small.submit(pool_calls.add, 1, 1)
    with pytest.raises(Died, match=f"^{message}$"):
        bad.result()
    assert good.result() == 2


def test_a_users_own_settings_of_the_c_library_stand(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    with ForkPool(preload=[]) as pool:
        assert pool.submit(os.getenv, "GLIBC_TUNABLES").result() == (
            "glibc.malloc.hugetlb=1"
        )
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0")
    with ForkPool(preload=[]) as pool:
        assert pool.submit(os.getenv, "GLIBC_TUNABLES").result() == (
            "glibc.malloc.hugetlb=0"
        )


def test_a_call_over_its_time_is_killed_and_the_next_one_runs():
    with ForkPool(1, timeout=0.5, preload=()) as one:
        late = one.submit(pool_calls.hold, 60)
        with pytest.raises(TimeLimit, match=r"^over the time limit of 0\.5 s$"):
            late.result(timeout=60)
        assert one.submit(pool_calls.add, 1, 1).result() == 2


def test_the_time_limit_counts_from_when_the_process_has_begun():
    with ForkPool(1, timeout=2, preload=("tests.slow_to_load",)) as one:
        assert one.submit(pool_calls.add, 1, 1).result() == 2


def test_a_call_may_have_its_time_counted_anew():
    with ForkPool(1, timeout=2, preload=()) as one:
        assert one.submit(pool_calls.wait_then_begin, 4, 0.6).result() is True


@pytest.mark.parametrize("then", [None, "die"])
def test_what_a_call_started_ends_with_it(small, then):
    told = []
    small.on_told = lambda _, message: told.extend(message)
    future = small.submit(pool_calls.start_children, then)
    started = told if future.exception() else future.result()
    assert len(started) == 2
    assert wait_until(lambda: not any(map(is_running, started)))


def test_kill_ends_running_calls_and_all_that_they_started():
    told = []
    with ForkPool(1, preload=()) as one:
        one.on_told = lambda _, message: told.extend(message)
        running = one.submit(pool_calls.start_children, "wait")
        waiting = one.submit(pool_calls.add, 1, 1)
        assert wait_until(lambda: told)
        one.kill()
        with pytest.raises(pool.Killed, match="interrupted"):
            running.result(timeout=60)
        with pytest.raises(CancelledError):
            waiting.result(timeout=60)
    assert not any(map(is_running, told))
    assert one._process.returncode is not None
    with pytest.raises(RuntimeError, match="after shutdown"):
        one.submit(pool_calls.add, 1, 1)


def test_nothing_is_left_when_the_owner_is_killed(tmp_path):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "import pool_calls\n"
        "from rareearth.render.pool import ForkPool\n"
        "one = ForkPool(1, preload=())\n"
        "def told(_, m): print(*m, one._process.pid, flush=True)\n"
        "one.on_told = told\n"
        "one.submit(pool_calls.start_children, 'wait').result()\n"
    )
    run = [sys.executable, "-c", code, HERE]
    owner = subprocess.Popen(run, stdout=subprocess.PIPE, text=True)
    started = list(map(int, owner.stdout.readline().split()))
    assert all(map(is_running, started))
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    assert wait_until(lambda: not any(map(is_running, started)))


def test_a_fork_server_that_is_killed_is_started_anew(small):
    assert small.submit(pool_calls.add, 1, 1).result() == 2
    os.kill(small._process.pid, signal.SIGKILL)
    small._process.wait()
    assert small.submit(pool_calls.add, 1, 2).result() == 3


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("unsafe_thread", "the fork server has 2 threads"),
        ("unsafe_socket", r"the fork server has a socket \(AF_INET\)"),
    ],
)
def test_a_parent_that_is_not_fit_to_be_forked_is_refused(module, message):
    with (
        ForkPool(1, preload=(f"tests.{module}",)) as one,
        pytest.raises(server.UnsafeFork, match=f"^{message}"),
    ):
        one.submit(pool_calls.add, 1, 1).result()


@pytest.mark.slow
def test_the_preloaded_parent_is_fit_and_its_children_differ_only_by_chance():
    with ForkPool(2) as one:
        assert one.submit(pool_calls.threads).result() == (1, True)
        numbers = {one.submit(pool_calls.draw).result() for _ in range(4)}
        assert len({a for a, _ in numbers}) == len({b for _, b in numbers}) == 4
        first, second = (one.submit(pool_calls.order).result() for _ in range(2))
    with ForkPool(1, preload=()) as another:
        assert another.submit(pool_calls.order).result() == first == second


def test_messages_arrive_in_order_before_the_result(small):
    told = []
    small.on_told = lambda _, message: told.append(message)
    assert small.submit(pool_calls.report, 50).result() is True
    assert told == list(range(50))
    assert not server.is_child()


def test_the_queue_is_bounded():
    with ForkPool(1, preload=()) as one:
        started = time.monotonic()
        futures = [one.submit(pool_calls.hold, 0.1) for _ in range(10)]
        assert time.monotonic() - started > 0.4
        assert len({each.result() for each in futures}) == 10


def test_a_wrong_engine_is_named(monkeypatch):
    monkeypatch.setenv("RAREEARTH_ENGINE", "turbo")
    with pytest.raises(pool.WorkbookError, match="'turbo'; one of 'stock', 'warm'"):
        pool.local()

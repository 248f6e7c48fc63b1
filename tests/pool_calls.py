"""Functions that tests run in other processes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from rareearth.render import server


def add(one, two):
    return one + two


def fail(text):
    raise ValueError(text)


def kill_yourself(number):
    os.kill(os.getpid(), number)


def leave(status):
    os._exit(status)


def remember(value):
    """Return what an earlier call left in this process, and leave `value`."""
    before = getattr(sys, "remembered", None)
    sys.remembered = value
    return before


def draw():
    import numpy

    return random.random(), float(numpy.random.rand())


def order():
    return list({"Dy", "Tb", "Nd", "Pr", "La", "Ce"}), os.environ["OMP_NUM_THREADS"]


def threads():
    return len(list(Path("/proc/self/task").iterdir())), "pandas" in sys.modules


def start_children(then=None):
    """Start a child in this group and one that has left it; return their numbers."""
    kept = [
        subprocess.Popen(["sleep", "600"], start_new_session=new)
        for new in (False, True)
    ]
    if then == "wait":
        server.tell([each.pid for each in kept])
        time.sleep(600)
    if then == "die":
        server.tell([each.pid for each in kept])
        os.kill(os.getpid(), signal.SIGKILL)
    return [each.pid for each in kept]


def report(count):
    for number in range(count):
        server.tell(number)
    return server.is_child()


class Unpicklable:
    def __reduce__(self):
        raise TypeError("this cannot travel")


def unpicklable():
    return Unpicklable()


def hold(seconds):
    time.sleep(seconds)
    return os.getpid()


def wait_then_begin(times, seconds):
    """Wait for longer in all than the time limit, but begin anew each time."""
    for _ in range(times):
        time.sleep(seconds)
        server.begin()
    return True

"""A person sees how the work goes; a program gets plain lines; --quiet gets none."""

import io
from pathlib import Path

import pytest

from rareearth.render import progress
from rareearth.render.job import Job, Result


class Terminal(io.StringIO):
    def isatty(self):
        return True


def job(name):
    return Job(Path("n.ipynb"), {}, Path("/nowhere"), name)


def work(watch):
    watch.cell("a", 3, 12)
    watch.finished(Result(job("a"), 1.25))
    watch.finished(Result(job("b"), 0.0, state="fresh"))
    watch.finished(Result(job("c"), 0.3, state="page"))
    watch.finished(Result(job("d"), 2.0, "cell 4 (x): ValueError: bad", "failed"))
    watch.close(Path("/nowhere/index.html"))


def test_plain_lines_and_a_closing_table_without_a_terminal(capsys):
    stream = io.StringIO()
    work(progress.Progress(4, stream=stream))
    lines = stream.getvalue().splitlines()
    assert lines[:3] == ["a  1.2 s", "c  0.3 s  re-rendered", ""]
    assert lines[3:7] == [
        "a  made            1.2 s",
        "b  unchanged",
        "c  re-rendered     0.3 s",
        "d  failed          2.0 s",
    ]
    assert lines[7].startswith("1 made, 1 re-rendered, 1 unchanged, 1 failed, ")
    assert lines[8] == "see /nowhere/index.html"
    assert "\r" not in stream.getvalue()
    assert capsys.readouterr().err == "rareearth: d: cell 4 (x): ValueError: bad\n"


def test_a_terminal_shows_notebook_cell_and_time_left():
    stream = Terminal()
    watch = progress.Progress(4, stream=stream)
    watch.cell("a", 3, 12)
    assert stream.getvalue().split("\r")[-1] == "0/4  a cell 3/12"
    watch.finished(Result(job("b"), 1.0))
    watch.cell("c", 1, 12)
    last = stream.getvalue().split("\r")[-1]
    assert last.startswith("1/4  a cell 3/12, c cell 1/12  about ")
    assert last.rstrip().endswith(" s left")
    watch.cell("c" * 500, 1, 12)
    assert len(stream.getvalue().split("\r")[-1]) < 300


def test_quiet_prints_failures_only(capsys):
    stream = Terminal()
    work(progress.Progress(4, quiet=True, stream=stream))
    assert stream.getvalue() == ""
    assert capsys.readouterr().err.startswith("rareearth: d: ")


@pytest.mark.parametrize(("total", "rows"), [(40, 40), (41, 1)])
def test_a_long_table_leaves_out_what_is_unchanged(total, rows):
    stream = io.StringIO()
    watch = progress.Progress(total, stream=stream)
    watch.finished(Result(job("made"), 1.0))
    for number in range(total - 1):
        watch.finished(Result(job(f"r{number}"), 0.0, state="fresh"))
    watch.close(Path("/nowhere/index.html"))
    assert len(stream.getvalue().splitlines()) == 1 + 1 + rows + 2


def test_the_closing_table_is_in_reading_order_whichever_ends_first():
    stream = io.StringIO()
    watch = progress.Progress(2, stream=stream)
    watch.finished(Result(job("02"), 1.0))
    watch.finished(Result(job("01"), 2.0))
    watch.close(Path("/nowhere/index.html"))
    assert [line[:2] for line in stream.getvalue().splitlines()[3:5]] == ["01", "02"]


def test_a_long_sweep_keeps_the_rows_of_its_table_and_no_more():
    stream = io.StringIO()
    watch = progress.Progress(1000, stream=stream)
    for number in reversed(range(1000)):
        watch.finished(Result(job(f"r{number:03}"), 1.0))
        assert len(watch._rows) <= progress.MOST_ROWS
    watch.close(Path("/nowhere/index.html"))
    *rows, total, _ = stream.getvalue().splitlines()[1001:]
    assert [row.split()[0] for row in rows] == [f"r{n:03}" for n in range(40)]
    assert total.startswith("1000 made, ")

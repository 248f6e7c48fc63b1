"""Tell a person how the work goes: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TextIO

from rareearth.render.job import Result
from rareearth.render.parameters import visible

WORDS = {"made": "made", "page": "re-rendered", "fresh": "unchanged"}
MOST_ROWS = 40  # of the closing table; unchanged reports are left out beyond


class Progress:
    """What `rareearth.render.report.run` tells its news to.

    Parameters
    ----------
    total : int
        The number of reports that are asked for.
    quiet : bool
        Print failures only, to the error stream.
    """

    def __init__(
        self, total: int, quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        self.total, self.quiet = total, quiet
        self.done: Counter[str] = Counter()  # how many ended, by their state
        self._rows: list[Result] = []  # what the closing table may show of them
        self._stream = stream or sys.stdout
        self._is_live = not quiet and self._stream.isatty()
        self._began = time.monotonic()
        self._cells: dict[str, tuple[int, int]] = {}  # running: cell, of how many
        self._width = 0
        self._lock = threading.Lock()

    def cell(self, name: str, number: int, cells: int) -> None:
        """Note that a run has begun a cell."""
        with self._lock:
            self._cells[name] = (number, cells)
        self._show()

    def wait(self, name: str) -> None:
        """Say that a run waits for another renderer."""
        self._print(f"{name}  waits for another renderer that is making it")

    def complain(self, line: str) -> None:
        """Print a line to the error stream, also in quiet."""
        self._clear()
        print(f"rareearth: {visible(line)}", file=sys.stderr, flush=True)

    def finished(self, result: Result) -> None:
        """Print one line about a finished job, errors in any case."""
        with self._lock:
            self._cells.pop(result.job.name, None)
            self.done[result.state] += 1
            if self.total <= MOST_ROWS or result.state != "fresh":
                rows = sorted([*self._rows, result], key=lambda each: each.job.name)
                self._rows = rows[:MOST_ROWS]
        if result.state == "failed":
            self.complain(_failure(result))
        elif result.state != "fresh":
            verb = "" if result.state == "made" else "  re-rendered"
            self._print(f"{result.job.name}  {result.seconds:.1f} s{verb}")
        self._show()

    def close(self, index: Path) -> None:
        """Print the closing table, and where to look."""
        self._clear()
        if self.quiet:
            return
        if self._worked() and self.done.total() > 1:
            self._table(self._rows)
        print(self._sum(), file=self._stream)
        print(f"see {index}", file=self._stream, flush=True)

    def _table(self, results: list[Result]) -> None:
        width = max(len(each.job.name) for each in results)
        print(file=self._stream)
        for each in results:
            word = WORDS.get(each.state, "failed")
            seconds = f"{each.seconds:.1f} s" if each.state != "fresh" else ""
            kept = each.job.failed if each.state == "failed" else each.job.page
            where = kept.name if kept.is_file() else ""
            line = f"{each.job.name:{width}}  {word:11}  {seconds:>8}  {where}"
            print(line.rstrip(), file=self._stream)

    def _sum(self) -> str:
        """Return the sentence that sums up the work."""
        words = {**WORDS, "failed": "failed"}
        counts = {word: self.done[state] for state, word in words.items()}
        parts = [f"{number} {word}" for word, number in counts.items() if number]
        seconds = time.monotonic() - self._began
        return f"{', '.join(parts) or 'nothing to do'}, {seconds:.1f} s in all"

    def _show(self) -> None:
        """Draw the live line anew."""
        if not self._is_live:
            return
        with self._lock:
            running = [
                f"{name} cell {number}/{cells}"
                for name, (number, cells) in self._cells.items()
            ]
            line = (
                f"{self.done.total()}/{self.total}  {', '.join(running)}{self._left()}"
            )
            width = shutil.get_terminal_size().columns - 1
            line = line if len(line) <= width else f"{line[: width - 3]}..."
            self._stream.write(f"\r{line:{self._width}}")
            self._width = len(line)
            self._stream.flush()

    def _left(self) -> str:
        """Return the time left, as far as the reports made so far tell."""
        worked = self._worked()
        if not worked:
            return ""
        passed = time.monotonic() - self._began
        cells = sum(number / total for number, total in self._cells.values())
        share = (worked + cells) / (worked + self.total - self.done.total())
        return f"  about {passed / share - passed:.0f} s left" if share < 1 else ""

    def _worked(self) -> int:
        """Return how many ended that were not up to date before."""
        return self.done.total() - self.done["fresh"]

    def _print(self, line: str) -> None:
        if self.quiet:
            return
        self._clear()
        print(line, file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._is_live:
            with self._lock:
                self._stream.write(f"\r{'':{self._width}}\r")
                self._stream.flush()
                self._width = 0


def _failure(result: Result) -> str:
    job = result.job
    kept = f"; see {job.failed.name}" if job.failed.is_file() else ""
    return f"{job.name}: {result.error}{kept}"

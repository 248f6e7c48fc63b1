"""Measure the renderer beside what a user would otherwise type, in one run.

``make bench``, or ``python tests/benchmarks/bench.py --help``. Prints a table with the
ratios and the machine, and writes it to ``outputs/bench.csv``. This is no test: it
says what is, and exits 1 only if something did not do its work.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LIBRARIES = "papermill nbconvert nbclient ipykernel pandas seaborn statsmodels".split()
ME = [sys.executable, str(Path(__file__).resolve())]
SWEPT = "01_production_shares"  # the notebook of the sweep; its parameters are below
# Those of which each of these years is printed: no run of a sweep may fail.
COUNTRIES = "China,Australia,Brazil,India,Madagascar,Russia,Thailand,United States"
GRIDS = {
    10: {"start_year": "1990:2000", "end_year": "2025:2026"},
    100: {"start_year": "1990:2000", "end_year": "2016:2026"},
    1000: {"start_year": "1990:1995", "end_year": "2001:2026", "country": COUNTRIES},
}


class Cost(NamedTuple):
    """Seconds of a clock on the wall, and those of all processors together."""

    wall: float
    work: float

    def times(self, number: float) -> Cost:
        """Return the cost of doing it `number` times."""
        return Cost(self.wall * number, self.work * number)


@dataclass
class Line:
    """One line of the table.

    Processor time tells more than the clock where other programs are at work.
    """

    what: str
    tool: str
    count: int
    seconds: float
    each: float
    times_faster: str = ""  # than this line: what ours needs less
    goal: str = ""
    processor: float = 0.0  # seconds of all processors together
    times_less: str = ""  # processor time: what ours needs less


def main() -> int:
    """Measure, print and write."""
    options = _options()
    if options.inside:
        return _inside(options.inside)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        lines = list(_measure(folder, options))
    _print(lines)
    _write(lines, options.out)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--notebooks", type=int, default=12, help="how many, with copies"
    )
    parser.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="run the loop on N of the notebooks and scale its seconds to all",
    )
    parser.add_argument("--repeat", type=int, default=3, help="times for one notebook")
    parser.add_argument(
        "--thousand", action="store_true", help="also a sweep of 1,000 runs (long)"
    )
    parser.add_argument("--skip-sweeps", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "outputs" / "bench.csv")
    parser.add_argument("--inside", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(folder: Path, options: argparse.Namespace):
    """Yield the lines, ours first: the others are compared with them."""
    yield from _loading()
    books = _copies(folder / "notebooks", options.notebooks)
    count = len(books)
    _say(f"{count} notebooks, {_cores()} cores")
    _ours(books[:1], folder / "warm-up")  # so that no one reads from a cold disk

    first = _ours(books, folder / "ours")
    again = _ours(books, folder / "ours")
    yield _own("nothing changed", "rareearth render", count, again, "under 1 s")
    sample = books[: options.sample]
    loop = _sum([_loop(book, folder / "loop") for book in sample])
    second = _ours(books, folder / "ours-again")
    call = _nbconvert(books, folder / "nbconvert")
    cached = _jupyter_cache(books, folder)
    third = _ours(books, folder / "ours-at-last")

    # A machine is not as fast at every moment: ours is measured between the others.
    whole = _median([first, second, third])
    what = "all, from nothing"
    yield _own(what, "rareearth render, median of 3", count, whole)
    scaled = f" ({len(sample)} runs, scaled)" if len(sample) < count else ""
    tool, loop = f"loop papermill + nbconvert{scaled}", loop.times(count / len(sample))
    yield _versus(what, tool, count, loop, whole, 8)
    yield _versus(what, "nbconvert --execute, one call", count, call, whole, 3)
    if cached:
        tool, (executed, pages) = "jupyter-cache, local-parallel", cached
        yield _versus("all, no pages", tool, count, executed, whole, 3)
        both = _sum([executed, pages])
        yield _versus(what, f"{tool}, then nbconvert", count, both, whole, 3)
    yield from _alone(books[0], folder, options.repeat)
    if not options.skip_sweeps:
        yield from _sweeps(folder, options)


def _loading():
    """Yield what it costs to load all figures, and what pandas takes to parse them."""
    told = json.loads(_run([*ME, "--inside", "figures"]))
    count = told["files"]
    ours, bare = Cost(*told["rareearth.load"]), Cost(*told["pandas.read_csv"])
    yield _own("all figures", "rareearth.load, in a running process", count, ours)
    tool = "pandas.read_csv, dates and numbers as they come"
    yield _versus("all figures", tool, count, bare, ours, 0.1)


def _alone(book: Path, folder: Path, repeat: int):
    """Yield one notebook from a cold start: medians of alternating runs."""
    mine, theirs = [], []
    for number in range(repeat):
        mine.append(_ours([book], folder / f"alone-{number}"))
        theirs.append(_loop(book, folder / f"alone-loop-{number}"))
    ours, loop = _median(mine), _median(theirs)
    yield _own("one, cold", "rareearth render", 1, ours)
    yield _versus("one, cold", "loop papermill + nbconvert", 1, loop, ours, 1)


def _sweeps(folder: Path, options: argparse.Namespace):
    """Yield the cost of a run in sweeps of several lengths, and the memory."""
    book = ROOT / "notebooks" / f"{SWEPT}.ipynb"
    years = ["1992", "1996", "1999"][: options.repeat]
    loop = _median(
        [
            _loop(book, folder / f"sweep-loop-{year}", "-p", "start_year", year)
            for year in years
        ]
    )
    tool, first = f"loop papermill + nbconvert ({len(years)} runs, scaled)", None
    for runs in (10, 100, 1000) if options.thousand else (10, 100):
        cost, memory = _sweep(book, folder, runs)
        first = first or cost.times(1 / runs)
        note = f"{cost.wall / runs / first.wall:.2f} of a run among 10, by work "
        note += f"{cost.work / runs / first.work:.2f}"
        yield _own(f"sweep of {runs}", "rareearth sweep", runs, cost, note)
        if runs >= 100:
            yield _versus(f"sweep of {runs}", tool, runs, loop.times(runs), cost, 15)
            yield from _memory(memory, runs)


def _sweep(book: Path, folder: Path, runs: int) -> tuple[Cost, dict[str, int]]:
    """Return what a sweep costs, and the memory of the process that leads it."""
    grid, out = folder / f"grid-{runs}.yml", folder / f"sweep-{runs}"
    grid.write_text(json.dumps({n: _values(v) for n, v in GRIDS[runs].items()}))
    words = [str(book), "--grid-file", str(grid), "--out", str(out), "--quiet"]
    with _clock("rareearth sweep", runs) as told:
        answer = _run([*ME, "--inside", str(runs), "sweep", *words])
    _need(out, "0*.html", runs)
    shutil.rmtree(out)
    return told[0], json.loads(answer.splitlines()[-1])


def _memory(found: dict[str, int], runs: int):
    """Yield the memory of the process that leads a sweep, in the column of seconds."""
    growth = found["end"] / found["run 50"] - 1
    text = (
        f"{found['run 50']:,} kB at run 50, {found['last run']:,} at the last, "
        f"{found['end']:,} at the end, peak {found['peak']:,}"
    )
    yield Line(
        f"memory, sweep of {runs}",
        text,
        runs,
        0,
        0,
        "",
        f"grew {growth:+.1%}; within 10 %",
    )


@contextmanager
def _clock(tool: str, count: int):
    """Measure what is done inside; give a list that holds the cost afterwards."""
    told: list[Cost] = []
    before, started = _work(), time.monotonic()
    yield told
    told.append(Cost(time.monotonic() - started, _work() - before))
    _say(f"{tool}, {count}: {told[0].wall:.1f} s, {told[0].work:.1f} s of work")


def _work() -> float:
    """Return the processor time of all processes that were started and have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _ours(books: list[Path], out: Path) -> Cost:
    command = [sys.executable, "-m", "rareearth", "render", *map(str, books)]
    with _clock("rareearth render", len(books)) as told:
        _run([*command, "--out", str(out), "--quiet"])
    for book in books:
        _need(out, f"{book.stem}.html", 1)
    return told[0]


def _loop(book: Path, out: Path, *given: str) -> Cost:
    """Return the cost of the two commands that a user would write in a loop."""
    out.mkdir(parents=True, exist_ok=True)
    made = out / book.name
    papermill = [sys.executable, "-m", "papermill", "--no-progress-bar", *given]
    with _clock("loop", 1) as told:
        _run([*papermill, str(book), str(made)], cwd=book.parent)
        _run([sys.executable, "-m", "nbconvert", "--to", "html", str(made)])
    _need(out, f"{book.stem}.html", 1)
    return told[0]


def _nbconvert(books: list[Path], out: Path) -> Cost:
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html"]
    with _clock("nbconvert --execute", len(books)) as told:
        _run([*command, "--output-dir", str(out), *map(str, books)])
    _need(out, "*.html", len(books))
    return told[0]


def _jupyter_cache(books: list[Path], folder: Path) -> tuple[Cost, Cost] | None:
    """Return what jupyter-cache costs and the pages after it, None if it can't be had.

    It executes and makes no pages; one call of nbconvert makes them of what it ran.
    """
    place, cache = str(folder / "jupyter-cache"), str(folder / "cache")
    made, out = folder / "cached", folder / "cached-pages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", place]
    answer = subprocess.run(
        [*command, "jupyter-cache"], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        _say("skipped: jupyter-cache cannot be installed here")
        return None
    with _clock("jupyter-cache", len(books)) as executed:
        _run([*ME, "--inside", "cache", place, cache, str(made), *map(str, books)])
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir"]
    with _clock("nbconvert of what it ran", len(books)) as pages:
        _run([*command, str(out), *map(str, sorted(made.glob("*.ipynb")))])
    _need(out, "*.html", len(books))
    return executed[0], pages[0]


def _inside(words: list[str]) -> int:
    """Do a part of the work in a process of its own."""
    if words[0] == "cache":
        return _execute_cached(*words[1:4], words[4:])
    if words[0] == "figures":
        return _load_figures()
    return _watch_memory(int(words[0]), words[1:])


def _execute_cached(place: str, cache: str, made: str, books: list[str]) -> int:
    sys.path.append(place)  # last, so that it runs with the libraries of the others
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    project = get_cache(cache)
    for book in books:
        project.add_nb_to_project(book)
    result = load_executor("local-parallel", project).run_and_cache(timeout=600)
    Path(made).mkdir()
    for record in project.list_cache_records():
        ran = project.get_cache_bundle(record.pk).nb
        nbformat.write(ran, Path(made) / Path(record.uri).name)
    return 0 if len(result.succeeded) == len(books) else 1


def _load_figures(rounds: int = 5) -> int:
    """Print the least that each of two ways to read the figures took, alternately."""
    import pandas as pd

    import rareearth as ree
    from rareearth.figures import csv_files as tables
    from rareearth.figures import dictionaries
    from rareearth.figures import loading as figures

    series = figures.dictionary("series").reset_index().drop_duplicates("table")
    files = figures.figure_files(dictionaries.folder())

    def ours() -> None:
        for cache in (tables._cache, figures._typed_cache, figures._printed_cache):
            cache.clear()
        for name in series["series"]:
            ree.load(name)

    def bare() -> None:
        for path in files:
            pd.read_csv(path, keep_default_na=False)

    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for tool, work in (("rareearth.load", ours), ("pandas.read_csv", bare)):
            start = time.monotonic(), time.process_time()
            work()
            end = time.monotonic(), time.process_time()
            spent = end[0] - start[0], end[1] - start[1]
            found.setdefault(tool, []).append(spent)
    least = {t: tuple(map(min, zip(*told, strict=True))) for t, told in found.items()}
    print(json.dumps({"files": len(files), **least}))
    return 0


def _watch_memory(runs: int, words: list[str]) -> int:
    """Run a command of ours and print what memory this process had, and when."""
    from rareearth.commands import main as cli
    from rareearth.render import progress

    found: dict[str, int] = {}

    class Watched(progress.Progress):
        def finished(self, result) -> None:
            super().finished(result)
            if self.done.total() in (50, runs):
                is_last = self.done.total() == runs
                found["last run" if is_last else "run 50"] = _memory_now("VmRSS")

    progress.Progress = Watched
    status = cli.main(words)
    found["end"], found["peak"] = _memory_now("VmRSS"), _memory_now("VmHWM")
    print(json.dumps({"run 50": found["end"], **found}))
    return status


def _memory_now(name: str) -> int:
    """Return a line of this process's status in kB; 0 where there is no such thing."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(each.split()[1]) for each in lines if each.startswith(name)), 0)


def _copies(folder: Path, count: int) -> list[Path]:
    """Return `count` notebooks: those there are, and copies of them.

    A comment makes each copy another notebook for tools that compare the code.
    """
    folder.mkdir()
    stored = itertools.cycle(sorted((ROOT / "notebooks").glob("*.ipynb")))
    books = []
    for number, path in zip(range(count), stored, strict=False):
        content = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        code[-1]["source"] = [*code[-1]["source"], f"\n# copy {number}"]
        books.append(folder / f"{number:02}-{path.name}")
        books[-1].write_text(json.dumps(content), encoding="utf-8")
    return books


def _values(text: str) -> list[str]:
    if ":" in text:
        first, end = map(int, text.split(":"))
        return [str(year) for year in range(first, end)]
    return text.split(",")


def _run(command: list[str], cwd: Path = ROOT) -> str:
    """Run a command to its end and return what it printed."""
    answer = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise SystemExit(f"{' '.join(command[:6])} failed:\n{answer.stderr[-2000:]}")
    return answer.stdout


def _need(folder: Path, pattern: str, count: int) -> None:
    found = len(list(folder.glob(pattern)))
    if found != count:
        raise SystemExit(f"{found} files {pattern}, {count} were to be made")


def _own(what: str, tool: str, count: int, cost: Cost, goal: str = "") -> Line:
    return Line(
        what, tool, count, cost.wall, cost.wall / count, "", goal, cost.work, ""
    )


def _versus(
    what: str, tool: str, count: int, cost: Cost, ours: Cost, goal: float
) -> Line:
    ratio = cost.wall / ours.wall
    line = _own(what, tool, count, cost)
    line.times_faster = f"{ratio:.1f}"
    line.goal = f"{goal:g}: {'met' if ratio >= goal else 'not met'}"
    line.times_less = f"{cost.work / ours.work:.1f}"
    return line


def _sum(costs: list[Cost]) -> Cost:
    return Cost(sum(c.wall for c in costs), sum(c.work for c in costs))


def _median(costs: list[Cost]) -> Cost:
    walls, works = zip(*costs, strict=True)
    return Cost(statistics.median(walls), statistics.median(works))


def _cores() -> int:
    is_known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if is_known else os.cpu_count() or 1


def _machine() -> dict[str, str]:
    versions = {name: version(name) for name in LIBRARIES}
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    return {"cores": str(_cores()), "system": system, "python": python, **versions}


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _cells(line: Line) -> list[str]:
    what, tool, count, wall, each, ratio, goal, work, less = astuple(line)
    shown = [f"{number:.2f}" if wall else "" for number in (wall, each, work)]
    return [what, tool, str(count), *shown[:2], ratio, goal, shown[2], less]


def _print(lines: list[Line]) -> None:
    head = ["what", "tool", "count", "seconds", "each", "ours is x times faster"]
    head += ["goal", "processor seconds", "ours works x times less"]
    rows = [head, *map(_cells, lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    for row in rows:
        print(
            "  ".join(
                cell.ljust(w) for cell, w in zip(row, widths, strict=True)
            ).rstrip()
        )
    print(", ".join(f"{name} {value}" for name, value in _machine().items()))


def _write(lines: list[Line], path: Path) -> None:
    machine = _machine()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(field.name for field in fields(Line)), *machine])
        for line in lines:
            writer.writerow([*_cells(line), *machine.values()])
    print(f"see {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name}")


if __name__ == "__main__":
    sys.exit(main())

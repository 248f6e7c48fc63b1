"""The grid of a sweep: which runs there are, all checked before the first one starts.

Runs are counted first and made one after the other, so that a slip of the hand that
means a million runs costs nothing but a message. Values are read as they are written,
on the command line, in YAML or in CSV: every one is text until the notebook says what
type it has, so that ``NO``, ``on`` and ``2024-01-01`` stay what was typed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError
from rareearth.render import library, parameters
from rareearth.render.job import canonical, fingerprint, slug
from rareearth.render.parameters import Parameter, Value, shorten

MOST = 1_000  # runs that need no confirmation
_DIALECT: Any = {"skipinitialspace": True, "strict": True}
MOST_YAML, MOST_CSV = 100_000, 50_000_000  # bytes; long lists of runs are CSV files
MOST_COUNTED = 200_000  # rows of a file; more are refused before they are counted
DEEPEST = 20  # lists within lists, of which a grid has one


@dataclass
class Grid:
    """The runs of a sweep: the rows of a file, each with every combination of axes.

    Iterate to get, one by one, the parameters that each run sets.
    """

    notebook: Path
    known: dict[str, Parameter]
    axes: dict[str, list[Value]] = field(default_factory=dict)
    rows: Rows | None = None
    fixed: dict[str, Value] = field(default_factory=dict)
    merged: int = 0  # runs that were asked for more than once
    count: int = 0
    _digest: str = ""  # of the rows

    @property
    def names(self) -> list[str]:
        """Return the parameters that the grid sets, in the order of the notebook."""
        given = {*self.axes, *self.fixed, *(self.rows.names if self.rows else ())}
        return [name for name in self.known if name in given]

    @property
    def varied(self) -> list[str]:
        """Return the parameters that are not the same in all runs."""
        same = {name for name in self.axes if len(self.axes[name]) == 1}
        return [n for n in self.names if n not in same and n not in self.fixed]

    @property
    def title(self) -> str:
        """Return a name for the table of this grid that no other grid has."""
        readable = "--".join(slug(name) for name in self.varied)[:60].rstrip("-_")
        whole = [self.notebook.stem, self.axes, self.fixed, self._digest]
        return "--".join(filter(None, ["sweep", readable, fingerprint(whole)]))

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Yield the parameters of each run, no run twice."""
        for row in self._distinct():
            for values in product(*self.axes.values()):
                yield {**self.fixed, **row, **dict(zip(self.axes, values, strict=True))}

    def check(self, is_allowed: bool) -> None:
        """Count the runs and check their values; refuse too many or wrong ones.

        Parameters
        ----------
        is_allowed : bool
            Whether more than `MOST` runs were confirmed with ``--yes``.
        """
        asked = prod(map(len, self.axes.values()))
        distinct = {name: _distinct(self.axes[name]) for name in self.axes}
        counted = None if is_allowed else MOST_COUNTED
        lines = sum(1 for _ in islice(self.rows, counted)) if self.rows else 1
        if self.rows and not lines:
            raise ParameterError(f"{self.rows.path.name}: no run below the header")
        count = lines * prod(map(len, distinct.values()))
        if count > MOST and not is_allowed:
            least = "at least " if lines == counted else ""
            raise ParameterError(
                f"the grid has {least}{count:,} runs; more than {MOST:,} need --yes"
            )
        self.axes = {
            name: _distinct([self._value(name, each) for each in distinct[name]])
            for name in distinct
        }
        rows, digest = 0, hashlib.sha256()
        for row in self._distinct():
            rows += 1
            digest.update(canonical(row).encode())
        self._digest = digest.hexdigest()
        self.count = rows * prod(map(len, self.axes.values()))
        self.merged = lines * asked - self.count

    def _distinct(self) -> Iterator[dict[str, Value]]:
        """Yield the rows of the file, none twice; without a file one empty row."""
        seen: set[str] = set()
        for line, row in self.rows or [(0, {})]:
            try:
                used = {name: self._value(name, row[name]) for name in row}
            except ParameterError as error:
                assert self.rows
                where = f"{self.rows.path.name}:{line}"
                raise ParameterError(f"{where}: {error}") from None
            key = canonical({n: used.get(n, p.default) for n, p in self.known.items()})
            if key not in seen:
                seen.add(key)
                yield used

    def _value(self, name: str, given: Any) -> Value:
        return self.known[name].read(given)


def read(
    notebook: Path,
    options: Sequence[str],
    file: Path | None = None,
    fixed: Sequence[Sequence[str]] = (),
    is_allowed: bool = False,
) -> Grid:
    """Return the checked grid of a command.

    Parameters
    ----------
    notebook : Path
        The notebook whose parameters cell says what there is to set.
    options : sequence of str
        As in ``country=China,Australia``, each a list of values of one parameter.
    file : Path, optional
        A YAML file with a list of values by name, or a CSV file with one run a row.
    fixed : sequence of pairs of str
        Parameters that have one value in all runs.
    is_allowed : bool
        Whether more than `MOST` runs are wanted.

    Raises
    ------
    ParameterError
        If a name is unknown (the message offers the nearest) or set twice, a value
        has the wrong type or is not declared, there are no values, or too many runs.
    """
    grid = Grid(notebook, {each.name: each for each in parameters.read(notebook)})
    axes = [_option(each) for each in options]
    if file is not None:
        if file.suffix.lower() == ".csv":
            grid.rows = Rows(file)
        elif file.suffix.lower() in (".yml", ".yaml"):
            axes += _yaml_axes(file).items()
        else:
            raise ParameterError(f"{file.name}: a grid is a .yml or a .csv file")
    if not axes and not grid.rows:
        raise ParameterError(
            "a sweep needs values to try: --grid NAME=VALUE,VALUE or --grid-file FILE"
        )
    _check_names(grid, [*axes, *((name, [value]) for name, value in fixed)])
    grid.axes = dict(axes)
    grid.fixed = {name: grid._value(name, value) for name, value in fixed}
    grid.check(is_allowed)
    return grid


def _check_names(grid: Grid, axes: Sequence[tuple[str, list[Any]]]) -> None:
    """Refuse a name that is unknown, that is set twice or that has no values."""
    named = [*(grid.rows.names if grid.rows else ()), *(name for name, _ in axes)]
    for name in named:
        if name not in grid.known:
            known = grid.known.values()
            raise parameters.unknown_parameter(name, known, grid.notebook.stem)
        if named.count(name) > 1:
            raise ParameterError(f"the grid sets {name!r} twice")
    for name, values in axes:
        if not values:
            raise ParameterError(f"the grid has no values for {name!r}")


def _distinct(values: Sequence[Any]) -> list[Any]:
    """Return the values in their order, each once."""
    return list({canonical(value): value for value in values}.values())


def _option(text: str) -> tuple[str, list[Any]]:
    """Return name and values of ``country=China,"Congo, Republic"``, as CSV has it."""
    name, equals, listed = text.partition("=")
    name = name.strip()
    if not equals or not name:
        raise ParameterError(
            f"--grid {shorten(text)}: write NAME=VALUE,VALUE, "
            "as in  --grid country=China,Australia"
        )
    if not listed.strip():
        return name, []
    try:
        rows = list(csv.reader(io.StringIO(listed, newline=""), **_DIALECT))
    except csv.Error as error:
        raise ParameterError(f"--grid {name}: {shorten(listed)}: {error}") from None
    if len(rows) != 1:
        raise ParameterError(f"--grid {name}: put a value with a line break in quotes")
    if "" in rows[0] and '""' not in listed:
        raise ParameterError(
            f'--grid {name}: a value between two commas is missing; write "" for '
            "the empty text"
        )
    return name, list(rows[0])


def _yaml_axes(path: Path) -> dict[str, list[Any]]:
    """Return the lists of values by name from a YAML file."""
    import yaml

    text = _text(path, MOST_YAML, "YAML")
    try:
        content = yaml.load(text, Loader=_loader())  # noqa: S506 - reads text only
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ParameterError(f"{path.name} is not YAML: {reason[:200]}") from None
    if content in (None, "", {}):
        raise ParameterError(f"{path.name}: the grid is empty")
    if not isinstance(content, dict):
        raise ParameterError(
            f"{path.name}: write a list of values for each name, "
            "as in  country: [China, Australia]"
        )
    for name, values in content.items():
        if not isinstance(values, list):
            raise ParameterError(
                f"{path.name}: {name}: write a list, as in  {name}: [{shorten(values)}]"
            )
    return content


class Rows:
    """The rows of a CSV file with one run a row, read anew each time they are asked.

    A cell that is left empty means the notebook's default.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            header = next(csv.reader(self._open(), **_DIALECT), [])
        except csv.Error as error:
            raise self._unreadable(error) from None
        self.names = [name.strip() for name in header]
        if not any(self.names):
            raise ParameterError(f"{path.name}: the grid is empty")
        if "" in self.names:
            raise ParameterError(f"{path.name}:1: a column has no name")
        for name, times in Counter(self.names).items():
            if times > 1:
                raise ParameterError(f"{path.name}:1: {name!r:.60} heads two columns")

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row's line in the file and its values by name."""
        rows = csv.reader(self._open(), **_DIALECT)
        try:
            next(rows)
            for row in rows:
                if not any(row):
                    continue
                if len(row) != len(self.names):
                    raise ParameterError(
                        f"{self.path.name}:{rows.line_num}: {len(row)} cells "
                        f"where the header has {len(self.names)}"
                    )
                named = zip(self.names, row, strict=True)
                yield rows.line_num, {name: cell for name, cell in named if cell}
        except csv.Error as error:
            raise self._unreadable(error) from None

    def _open(self) -> io.StringIO:
        return io.StringIO(_text(self.path, MOST_CSV, "CSV"), newline="")

    def _unreadable(self, error: Exception) -> ParameterError:
        return ParameterError(f"{self.path.name} is not CSV in UTF-8: {error}")


def _text(path: Path, most: int, kind: str) -> str:
    """Return the text of a grid's file."""
    try:
        return library.read(path, most).decode("utf-8-sig")
    except OSError as error:
        raise ParameterError(f"cannot read the grid {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path.name} is not {kind} in UTF-8: {error}") from None


def _loader() -> Any:
    """Return YAML's loader that knows only text, and refuses a name given twice."""
    import yaml

    class Loader(yaml.BaseLoader):
        def get_token(self) -> Any:
            token = super().get_token()
            if isinstance(token, yaml.AliasToken):
                raise ParameterError("grid: anchors and aliases are not read")
            if self.flow_level + len(self.indents) > DEEPEST:
                raise ParameterError("grid: too many lists within lists")
            return token

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            names = [self.construct_object(key, deep=True) for key, _ in node.value]
            known: set[str] = set()
            for name, (key, _) in zip(names, node.value, strict=True):
                if not isinstance(name, str) or name in known:
                    line = key.start_mark.line + 1
                    what = "is given twice" if isinstance(name, str) else "is no name"
                    raise ParameterError(f"grid, line {line}: {shorten(name)} {what}")
                known.add(name)
            return super().construct_mapping(node, deep)

    return Loader

"""Read the values of a sweep as they are written: on the command line, YAML, CSV.

Nothing is guessed: every value is text until the notebook says what type it has, so
that ``NO``, ``on`` and ``2024-01-01`` stay what was typed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError
from rareearth.render.values import shorten

MOST_YAML = 1_000_000  # bytes; a longer list of runs belongs into a CSV file

Axes = dict[str, list[Any]]


def option(text: str) -> tuple[str, list[Any]]:
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


def axes(path: Path) -> Axes:
    """Return the lists of values by name from a YAML file."""
    import yaml

    text = _text(path)
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise ParameterError(f"{path.name}: anchors and aliases are not read")
        content = yaml.load(text, Loader=_loader())  # noqa: S506 - reads text only
    except (yaml.YAMLError, RecursionError) as error:
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
        with self._open() as file:
            try:
                header = next(csv.reader(file, **_DIALECT), [])
            except (csv.Error, UnicodeDecodeError) as error:
                raise self._unreadable(error) from None
        self.names = [name.strip() for name in header]
        if not any(self.names):
            raise ParameterError(f"{path.name}: the grid is empty")
        if "" in self.names:
            raise ParameterError(f"{path.name}:1: a column has no name")
        for name in self.names:
            if self.names.count(name) > 1:
                raise ParameterError(f"{path.name}:1: {name!r} heads two columns")

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row's line in the file and its values by name."""
        with self._open() as file:
            rows = csv.reader(file, **_DIALECT)
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
            except (csv.Error, UnicodeDecodeError) as error:
                raise self._unreadable(error) from None

    def _open(self) -> io.TextIOWrapper:
        try:
            return self.path.open(encoding="utf-8-sig", newline="")
        except OSError as error:
            raise _no_file(self.path, error) from None

    def _unreadable(self, error: Exception) -> ParameterError:
        return ParameterError(f"{self.path.name} is not CSV in UTF-8: {error}")


_DIALECT: Any = {"skipinitialspace": True, "strict": True}


def _text(path: Path) -> str:
    """Return the text of a YAML file, which is a short one."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_YAML + 1)
    except OSError as error:
        raise _no_file(path, error) from None
    if len(content) > MOST_YAML:
        raise ParameterError(f"{path.name} is longer than 1 MB; write the runs as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ParameterError(f"{path.name} is not text in UTF-8") from None


def _no_file(path: Path, error: OSError) -> ParameterError:
    return ParameterError(f"cannot read the grid {path}: {error.strerror}")


def _loader() -> Any:
    """Return YAML's loader that knows only text, and refuses a name given twice."""
    import yaml

    class Loader(yaml.BaseLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            names = [self.construct_object(key, deep=True) for key, _ in node.value]
            for place, (key, _) in enumerate(node.value):
                name = names[place]
                if not isinstance(name, str) or name in names[:place]:
                    line = key.start_mark.line + 1
                    what = "is given twice" if isinstance(name, str) else "is no name"
                    raise ParameterError(f"grid, line {line}: {name!r} {what}")
            return super().construct_mapping(node, deep)

    return Loader

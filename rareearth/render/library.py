"""Where the notebooks, the figures and the outputs are, and how to open a notebook.

In a checkout they are the folders beside the package; in an installed package the
notebooks and the figures are inside it, and outputs go below the current folder.
"""

from __future__ import annotations

import csv
import errno
import json
import math
import stat
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, UnknownName, unknown_name

PACKAGE = Path(__file__).resolve().parent.parent
USUAL = 3.0  # seconds that a run takes, if its notebook does not say


def checkout() -> Path | None:
    """Return the root of the checkout that the package runs from, if it does."""
    root = PACKAGE.parent
    is_checkout = (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir()
    return root if is_checkout else None


def notebooks_folder() -> Path:
    """Return the folder of the workbook's notebooks."""
    return (checkout() or PACKAGE) / "notebooks"


def data_folder() -> Path:
    """Return the folder of the curated figures."""
    return (checkout() or PACKAGE) / "data"


def outputs_folder() -> Path:
    """Return where reports go unless the user says otherwise."""
    return (checkout() or Path.cwd()) / "outputs"


def notebooks(folder: Path | None = None) -> list[Path]:
    """Return the notebooks of `folder` in reading order."""
    return sorted((folder or notebooks_folder()).glob("*.ipynb"))


def find(name: str, folder: Path | None = None) -> Path:
    """Return the notebook that `name` means.

    Parameters
    ----------
    name : str
        ``"01_production_shares"``, its number ``"01"``, or a path to a notebook.

    Raises
    ------
    UnknownName
        If there is none. The message offers the nearest names.
    """
    if name.endswith(".ipynb") or "/" in name or "\\" in name:
        return _at(Path(name), folder)
    known = {path.stem: path for path in notebooks(folder)}
    numbered = [stem for stem in known if stem.split("_")[0] == name]
    if name in known:
        return known[name]
    if len(numbered) == 1:
        return known[numbered[0]]
    raise unknown_name("notebook", name, known)


def read(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most `most` bytes.

    Raises
    ------
    OSError
        If it cannot be read, is a pipe or a device, or is longer.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        reason = f"it is longer than {most / 1e6:g} MB"
        raise OSError(errno.EFBIG, reason, str(path))
    return content


def load_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file as plain JSON."""
    cells = _content(notebook).get("cells")
    if not isinstance(cells, list) or not all(isinstance(each, dict) for each in cells):
        raise ParameterError(f"{notebook} is not a notebook (nbformat 4)")
    return cells


def seconds(notebook: Path) -> float:
    """Return how long a run takes as its notebook says, only good to compare.

    Its metadata has it as ``"rareearth_seconds": 5``; one that does not say takes
    `USUAL`.
    """
    about = _content(notebook).get("metadata")
    told = about.get("rareearth_seconds") if isinstance(about, dict) else None
    if isinstance(told, bool) or not isinstance(told, int | float):
        return USUAL
    return told if 0 < told < math.inf else USUAL


def _content(notebook: Path) -> dict[str, Any]:
    try:
        content = json.loads(notebook.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UnknownName(f"no notebook at {notebook}") from None
    except OSError as error:
        raise ParameterError(f"cannot read {notebook}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"{notebook} is not a notebook (nbformat 4)") from error
    if not isinstance(content, dict):
        raise ParameterError(f"{notebook} is not a notebook (nbformat 4)")
    return content


def source(cell: dict[str, Any]) -> str:
    """Return the source of a cell, which nbformat stores as text or as lines."""
    stored = cell.get("source", "")
    return stored if isinstance(stored, str) else "".join(stored)


def is_tagged(cell: dict[str, Any], tag: str) -> bool:
    """Return whether a cell carries `tag`."""
    return tag in ((cell.get("metadata") or {}).get("tags") or [])


def title(cells: list[dict[str, Any]]) -> str:
    """Return the first Markdown heading of a notebook, or nothing."""
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            for line in source(cell).splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""


def figure_counts(folder: Path) -> list[int]:
    """Return the number of figures in each table of figures in `folder`."""
    counts = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = csv.reader(file)
            if next(rows, [""])[:1] == ["figure_id"]:
                counts.append(sum(1 for row in rows if row))
    return counts


def describe_cell(number: int, text: str) -> str:
    """Return how messages name a cell: its number and its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    return f"cell {number} ({first[:60]}{'...' if len(first) > 60 else ''})"


def _at(path: Path, folder: Path | None) -> Path:
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    known = [each.stem for each in notebooks(folder)]
    if path.stem in known and not path.parent.name:
        return next(each for each in notebooks(folder) if each.stem == path.stem)
    held = ", ".join(known)
    hint = f"the workbook has {held}" if held else "the workbook is empty"
    raise UnknownName(f"no notebook at {path}; {hint}")

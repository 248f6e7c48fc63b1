"""Where the notebooks, the figures and the outputs are, and how to open a notebook.

In a checkout they are the folders beside the package; in an installed package the
notebooks and the figures are inside it, and outputs go below the current folder.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from rareearth.errors import ParameterError, UnknownName, WorkbookError, unknown_name

PACKAGE = Path(__file__).resolve().parent.parent
USUAL = 3.0  # seconds that a run takes, if its notebook does not say
LARGEST = 50_000_000  # bytes of a notebook file
LONGEST = 1_000_000  # characters of a cell
SMALL = 4_000  # bytes at most of a notebook without content
UNNAMED = "a new notebook that has no name yet"
STRAYS = {  # what other programs leave in a folder of notebooks, by its whole name
    "macOS keeps what belongs to another file in it": r"\._.*",
    "JupyterLab keeps earlier states in it": r"\.ipynb_checkpoints|.*-checkpoint\..*",
    "a lock, a backup or a hidden file of another program": r"[.~].*",
    UNNAMED: r"[Uu]ntitled[ _-]?\d*\..*",
    "a copy of a notebook": r".*(-Copy\d+|( - Copy| copy)( \d+)?|\(\d+\))\..*",
    "its name does not end in .ipynb": r".*(?<!\.ipynb)",
}
PARTS = {"cell_type": str, "metadata": dict, "source": str, "attachments": dict}
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # of a cell, by nbformat
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


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
    """Return the notebooks of `folder` in reading order, without what is `stray`."""
    return [path for path in files(folder) if not stray(path)]


def files(folder: Path | None = None) -> list[Path]:
    """Return all in `folder` that is named as a notebook, and JupyterLab's own."""
    named = (".ipynb", ".ipynb_checkpoints")
    found = sorted((folder or notebooks_folder()).glob("*"))
    return [path for path in found if (path.suffix or path.name).lower() in named]


def stray(path: Path) -> str:
    """Return in words what another program has left there; nothing if it is ours."""
    for what, pattern in STRAYS.items():
        if re.fullmatch(pattern, path.name):
            return what
    with suppress(OSError, WorkbookError):
        if not read(path, SMALL).strip(b"\xef\xbb\xbf \r\n\t"):
            return "an empty file"
        if not any(cell["source"].strip() for cell in load_cells(path)):
            return "a notebook without content"
    return ""


def find(name: str, folder: Path | None = None) -> Path:
    """Return the notebook that `name` means.

    Parameters
    ----------
    name : str
        ``"01_production_shares"``, its number ``"01"``, or a path to a notebook. One
        that is `stray` is found by its whole name.

    Raises
    ------
    UnknownName
        If there is none, or more than one. The message offers the nearest names.
    """
    path = Path(name)
    if path.suffix == ".ipynb" and os.path.lexists(path):
        return Path(os.path.realpath(path))
    known = {each.stem: each for each in files(folder)}
    stems = [each.stem for each in notebooks(folder)]
    numbered = [stem for stem in stems if stem.split("_")[0] == name]
    for stem in [name.removesuffix(".ipynb"), *numbered[:1]]:
        if stem in known and len(numbered) < 2:
            return known[stem]
    if numbered:
        raise UnknownName(f"{name} is more than one notebook: {', '.join(numbered)}")
    if path.suffix == ".ipynb" or "/" in name or "\\" in name:
        hint = f"the workbook has {', '.join(stems) or 'no notebook'}"
        raise UnknownName(f"no notebook at {path}; {hint}")
    raise unknown_name("notebook", name, stems)


def load(notebook: Path) -> dict[str, Any]:
    """Return a notebook file as JSON of nbformat 4.5, without stored outputs.

    What JupyterLab opens is mended: identities that are missing, odd or doubled, line
    ends, metadata that are missing, keys of other tools. Lone surrogates are spelled
    out.

    Raises
    ------
    UnknownName
        If there is no such file.
    ParameterError
        If it is no notebook. The message says why in one line.
    """
    try:
        stored = json.loads(read(notebook, LARGEST).decode("utf-8-sig"))
        return _parts(writable(stored))
    except FileNotFoundError:
        raise UnknownName(f"no notebook at {notebook}") from None
    except OSError as error:
        raise ParameterError(f"cannot read {notebook}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        why = f"{notebook} is not a notebook (nbformat 4): {error}"
        raise ParameterError(why) from None


def read(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most `most` bytes.

    Raises
    ------
    OSError
        If it cannot be read, is a pipe or a device, or is longer.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:  # a file may grow, but room is made for what it has
        content = file.read(min(status.st_size, most) + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most / 1e6:g} MB", str(path))
    return content


def load_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file as `load` has them."""
    return list(load(notebook)["cells"])


def _parts(stored: Any) -> dict[str, Any]:
    """Return a notebook from its JSON, or say what is wrong with it."""
    version = stored.get("nbformat") if isinstance(stored, dict) else None
    if version != 4:
        raise ValueError(f"its version is {str(version or 'not told')[:60]}")
    about, cells = stored.get("metadata") or {}, stored.get("cells")
    if not isinstance(about, dict) or not isinstance(cells, list):
        raise ValueError("its metadata or cells are of another type")
    cells = [_cell(*each) for each in enumerate(cells, 1)]
    taken, fresh = set[str](), count(1)
    for cell in cells:
        while not _ID.fullmatch(cell["id"]) or cell["id"] in taken:
            cell["id"] = f"cell-{next(fresh)}"
        taken.add(cell["id"])
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def _cell(number: int, stored: Any) -> dict[str, Any]:
    """Return a cell with the parts that nbformat knows, or say which one is wrong."""
    held = stored if isinstance(stored, dict) else {}
    cell = {name: held.get(name) or kind() for name, kind in PARTS.items()}
    if isinstance(cell["source"], list):
        cell["source"] = "".join(map(str, cell["source"]))
    wrong = [name for name, kind in PARTS.items() if not isinstance(cell[name], kind)]
    if not wrong and not isinstance(cell["metadata"].get("tags", []), list):
        wrong = ["metadata"]
    if wrong or cell["cell_type"] not in ("code", "markdown", "raw"):
        name = (*wrong, "cell_type")[0]
        raise ValueError(f"cell {number} has no {name} that nbformat knows")
    if len(cell["source"]) > LONGEST:
        raise ValueError(f"cell {number} has more than {LONGEST:,} characters")
    cell |= {"id": str(held.get("id") or "")}
    cell["source"] = re.sub(r"\r\n?", "\n", cell["source"])
    if cell["cell_type"] == "code":
        cell |= {"attachments": {}, "outputs": [], "execution_count": None}
    if not cell["attachments"]:
        del cell["attachments"]
    return cell


def writable(stored: Any) -> Any:
    """Return JSON with lone surrogates, which no file can hold, spelled out."""
    text = json.dumps(stored, ensure_ascii=False)
    return json.loads(_CONTROL.sub(lambda found: "\\" + ascii(found[0])[1:-1], text))


def seconds(notebook: Path) -> float:
    """Return how long a run takes as its notebook says, only good to compare.

    Its metadata has it as ``"rareearth_seconds": 5``; one that does not say takes
    `USUAL`.
    """
    told = load(notebook)["metadata"].get("rareearth_seconds")
    return told if type(told) in (int, float) and 0 < told < math.inf else USUAL


def spelled(text: str) -> str:
    """Return text or a page with its control characters spelled out.

    Some are no characters of HTML, and none is seen. Tabs and line breaks stay.
    """
    text = text.replace("\r\n", "\n")
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def source(cell: dict[str, Any]) -> str:
    """Return the source of a cell, which nbformat stores as text or as lines."""
    return "".join(cell.get("source", ""))


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


def outputs(cells: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what the cells of an executed notebook display."""
    for cell in cells:
        yield from cell.get("outputs", ())


def describe_cell(number: int, text: str) -> str:
    """Return how messages name a cell: its number and its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    return f"cell {number} ({first[:60]}{'...' if len(first) > 60 else ''})"

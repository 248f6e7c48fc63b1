"""Record, inside the process that runs a notebook, what the run rests on.

The data files that were loaded come from `rareearth.figures.csv_files`, the modules
from ``sys.modules``. A file of the workbook's data that is opened in another way would
be missing from the record, so it is refused.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from rareearth.errors import DataError
from rareearth.render import library

MANIFEST = "RAREEARTH_MANIFEST"  # where the process of a stock kernel leaves its record


class OpenedDirectly(DataError):
    """A data file was opened behind the back of the loader."""


_refused: list[str] = []
_data = ""


def start() -> None:
    """Watch this process from now on, until `stop`."""
    global _data
    if not _data:
        sys.addaudithook(_watch)
    _data = str(library.data_folder()) + os.sep


def stop() -> None:
    """Let the renderer itself open data files again, as to hash them."""
    global _data
    _data = "\0"


def manifest() -> dict[str, Any]:
    """Return what this process has used: data with hashes, modules, refused files."""
    tables = sys.modules.get("rareearth.figures.csv_files")
    read: dict[Path, str] = tables.files_read() if tables else {}
    return {
        "data": {str(path): sha256 for path, sha256 in sorted(read.items())},
        "modules": sorted(
            name
            for name, module in sys.modules.copy().items()
            if name.split(".")[0] == "rareearth"
            and not name.startswith("rareearth.render")
            and module is not None
        ),
        "refused": list(dict.fromkeys(_refused)),
    }


def start_in_kernel() -> None:
    """Watch the process of a stock kernel and write its record after each cell."""
    from IPython.core.getipython import get_ipython

    start()
    target = Path(os.environ[MANIFEST])
    shell: Any = get_ipython()
    shell.events.register(
        "post_run_cell", lambda *_: target.write_text(json.dumps(manifest()))
    )


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | bytes):
        return
    path = os.fsdecode(arguments[0])
    if not os.path.abspath(path).startswith(_data):  # noqa: PTH100 - on every open
        return
    tables = sys.modules.get("rareearth.figures.csv_files")
    if tables is not None and tables.is_reading(path):
        return
    name = f"data/{Path(path).name}"
    _refused.append(name)
    raise OpenedDirectly(
        f"{name} was opened directly, so that the report could not know when it is out "
        "of date; read it with rareearth.load or rareearth.revisions"
    )

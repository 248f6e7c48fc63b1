"""Record, inside the process that runs a notebook, what the run rests on.

The data files that were loaded come from `rareearth.figures.csv_files`, the modules
from ``sys.modules``. A file of the workbook's data that is opened in another way would
be missing from the record, so it is refused.

A forked run finds all modules of the workbook executed. Until it imports one itself,
though, none is in ``sys.modules``: what is there after the run stays the record.
"""

from __future__ import annotations

import builtins
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from rareearth.errors import DataError
from rareearth.render import library

MANIFEST = "RAREEARTH_MANIFEST"  # where the process of a stock kernel leaves its record


# The grammar of international addresses takes two seconds to build. jsonschema wants it
# for their format alone, which no schema of the workbook or of a notebook names.
ADDRESSES = "rfc3987_syntax"
# Only seaborn's pickers of palettes want them.
WIDGETS = "ipywidgets"
# With these pandas, SciPy and statsmodels compute or keep text in another way, and some
# start threads. A notebook that imports one itself has it.
ENGINES = "pyarrow", "polars", "numexpr", "bottleneck", "scikits", "sksparse"
# Papermill's ways to notebooks in the clouds.
CLOUDS = "azure", "boto3", "gcsfs", "github"


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
    """Return what this process has used: data with hashes, modules, refused files.

    ``own_rows`` says whether a row of a user's own figures was among it, ``series`` of
    what figures were asked for.
    """
    tables = sys.modules.get("rareearth.figures.csv_files")
    read: dict[Path, str] = tables.used.files if tables else {}
    return {
        "data": {str(path): sha256 for path, sha256 in sorted(read.items())},
        "modules": sorted(
            name
            for name, module in sys.modules.copy().items()
            if name.split(".")[0] == "rareearth"
            and not name.startswith("rareearth.render")
            and module is not None
        ),
        "own_rows": tables is not None and tables.used.own_rows,
        "series": sorted(tables.used.series) if tables else [],
        "refused": list(dict.fromkeys(_refused)),
    }


def start_in_kernel() -> None:
    """Watch the process of a stock kernel and write its record after each cell.

    As in the server, no matplotlibrc beside the notebook counts, and pandas computes
    alike whatever else is installed.
    """
    from IPython.core.getipython import get_ipython

    with chdir(library.PACKAGE), without(*ENGINES):
        importlib.import_module("matplotlib")
        importlib.import_module("pandas")
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
    if tables is not None and path in tables.opening:
        return
    name = f"data/{Path(path).name}"
    _refused.append(name)
    raise OpenedDirectly(
        f"{name} was opened directly, so that the report could not know when it is out "
        "of date; read it with rareearth.load or rareearth.revisions"
    )


PACKAGE = "rareearth"
# What the server has imported for itself, not for a run.
_TOOLS = {
    "rareearth.figures",
    "rareearth.figures.parameters",
    "rareearth.words",
}


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Have modules look as if they were not installed, unless they are imported."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class Kept(MetaPathFinder, Loader):
    """Hands out modules that were executed before, each once, with what they import."""

    def __init__(
        self, modules: dict[str, ModuleType], imported: dict[str, list[str]]
    ) -> None:
        self.modules, self.imported = modules, imported
        self._specs = {name: each.__spec__ for name, each in modules.items()}

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Return how a kept module is loaded."""
        return ModuleSpec(fullname, self) if fullname in self.modules else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the kept module; to load it again is to execute its file."""
        return self.modules.pop(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Import what the module's own statements have imported before."""
        module.__spec__ = self._specs[module.__name__]
        # A package that names a function like the module it is from keeps the function.
        own = dict(vars(module))
        for name in self.imported.get(module.__name__, []):
            importlib.import_module(name)
        vars(module).update(own)


def import_all(name: str = PACKAGE) -> dict[str, list[str]]:
    """Import the modules of the workbook but for the renderer's.

    Returns
    -------
    dict
        For each module that no run has imported before, what its statements import.
    """
    package = importlib.import_module(name)
    before = set(sys.modules) - _TOOLS
    with _noted(name) as imported:
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if found.name.split(".")[1] not in ("render", "commands", "__main__"):
                importlib.import_module(found.name)
    new = set(sys.modules) - before
    return {
        each: imported.get(each, [])
        for each in sorted(new)
        if each.startswith(f"{name}.") and not each.startswith(f"{name}.render")
    }


def keep(imported: dict[str, list[str]]) -> None:
    """Take modules out of sight until they are imported again."""
    modules = {name: sys.modules.pop(name) for name in imported}
    for name, module in modules.items():
        above, _, leaf = name.rpartition(".")
        parent = modules.get(above) or sys.modules[above]
        if vars(parent).get(leaf) is module:
            delattr(parent, leaf)
    sys.meta_path.insert(0, Kept(modules, imported))


@contextmanager
def _noted(package: str) -> Iterator[dict[str, list[str]]]:
    """Note, for each module of a package, what its statements import from there."""
    imported: dict[str, list[str]] = {}
    usual = builtins.__import__

    def note(name: str, names: Any = None, *more: Any, **others: Any) -> ModuleType:
        module = usual(name, names, *more, **others)
        importer = (names or {}).get("__name__", "")
        if importer.startswith(package) and name.startswith(package):
            wanted = (more[1] if len(more) > 1 else others.get("fromlist")) or ()
            below = [f"{name}.{each}" for each in wanted]
            found = [name, *(each for each in below if each in sys.modules)]
            imported.setdefault(importer, []).extend(found)
        return module

    builtins.__import__ = note  # type: ignore[assignment]
    try:
        yield imported
    finally:
        builtins.__import__ = usual

"""The house: which room may import which, and that no two modules import each other.

DESIGN calls these the arrows. All import statements count, also those in functions and
under ``TYPE_CHECKING``: a reader has to follow them as well.
"""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rareearth"
CORE = {"errors", "words", "figures"}
HELPERS = CORE | {"money", "methods"}
SHOWING = HELPERS | {"display", "charts"}
ROOMS = set(
    "production prices costs producers trade demand supply_risk cutoff ramp_up policy"
    " claims".split()
)
MAY_IMPORT = {
    "errors": set(),
    "words": {"errors"},
    "figures": CORE,
    "money": HELPERS,
    "methods": HELPERS,
    "display": SHOWING,
    "charts": HELPERS | {"charts"},  # and not what shows them
    **dict.fromkeys(ROOMS, SHOWING),
    "claims": SHOWING | ROOMS,  # it puts the workbook's own results side by side
    "render": CORE | {"display"},
    "commands": SHOWING | {"claims", "render"},
    "__main__": {"commands"},
}
MOST_ENTRIES = 22
# What still runs the wrong way. Who mends one takes it off the list.
KNOWN: set[tuple[str, str]] = set()
KNOWN_CIRCLES: set[frozenset[str]] = set()
KNOWN_FULL: set[str] = set()


def _modules():
    """Return the syntax tree of each module by its name below the package."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts).removesuffix("__init__").rstrip(".")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def _imports(tree, known):
    """Yield the modules of the package that a module names in import statements."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports say the whole name"
            names = [(node.module, alias.name) for alias in node.names]
        else:
            continue
        for whole, leaf in names:
            if whole.split(".")[0] == "rareearth":
                below = whole.removeprefix("rareearth").lstrip(".")
                deeper = f"{below}.{leaf}".strip(".")
                yield deeper if deeper in known else below


@pytest.fixture(scope="module")
def graph():
    trees = _modules()
    return {name: set(_imports(tree, trees)) for name, tree in trees.items()}


def test_each_room_imports_only_what_lies_below_it(graph):
    wrong = set()
    for name, imported in graph.items():
        room = name.split(".")[0]
        for other in imported:
            there = other.split(".")[0]
            if name and there not in {"", room, *MAY_IMPORT[room]}:
                wrong.add((name, other))
    assert wrong - KNOWN == set()
    assert KNOWN - wrong == set(), "cut: take it off the list"


def test_no_modules_import_each_other(graph):
    circles = {frozenset(each) for each in _circles(graph)}
    assert circles - KNOWN_CIRCLES == set()
    assert KNOWN_CIRCLES - circles == set(), "cut: take it off the list"


def _circles(graph):
    """Yield the modules that can be reached from each other, by Warshall's closure."""
    reach = {name: set(imported) for name, imported in graph.items()}
    for between in graph:
        for name in graph:
            if between in reach[name]:
                reach[name] |= reach[between]
    for name in graph:
        if name in reach[name]:
            yield {other for other in reach[name] if name in reach[other]}


def test_a_stranger_finds_the_rooms_on_one_screen():
    entries = {p.name for p in PACKAGE.iterdir()} - {"__pycache__", "py.typed"}
    assert len(entries) <= MOST_ENTRIES
    assert entries >= ROOMS


def test_to_import_a_room_costs_nothing_but_the_module_that_is_meant():
    rooms = [*ROOMS, "figures", "money", "methods", "render", "commands"]
    files = {room: PACKAGE / room / "__init__.py" for room in rooms}
    trees = {room: ast.parse(path.read_text("utf-8")) for room, path in files.items()}
    bare = (ast.Expr,)  # a docstring may say what the room is for
    full = {r for r in rooms if not all(isinstance(n, bare) for n in trees[r].body)}
    assert full == KNOWN_FULL

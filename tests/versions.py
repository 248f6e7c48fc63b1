"""Try the package on each Python that is here, with its oldest and newest libraries.

``make versions`` runs this; it needs the network for pip, and minutes for each Python.
For every Python from 3.11 that is on the PATH or among pyenv's, a virtual environment
gets the oldest version of each library that the package fixes (the first within the
bounds of pyproject.toml that pip can install there as a wheel), another one the newest.
In both, ``pip check`` and the fast tests must pass.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIXED = ("jupyterlab", "pandas", "seaborn", "statsmodels", "papermill")
MINORS = range(11, 20)
WHICH = "import sys; print(sys.version_info[1], sys.executable)"
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def main() -> int:
    """Try what was asked for, print a line for each, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pythons", nargs="*", help="as in 3.12; all that are found")
    parser.add_argument("--only", choices=("oldest", "newest"))
    parser.add_argument("--tests", default="tests", help="what pytest runs")
    options = parser.parse_args()
    found = pythons()
    missing = set(options.pythons) - set(found)
    if missing or not found:
        print(f"not here: {', '.join(sorted(missing))}; found {', '.join(found)}")
        return 2
    results = []
    for name in options.pythons or found:
        for age in (options.only,) if options.only else ("oldest", "newest"):
            results.append(f"Python {name}, {age}: {tried(found[name], age, options)}")
            print(results[-1], flush=True)
    print("\n".join(["", *results]))
    return 0 if all(line.endswith("passed") for line in results) else 1


def pythons() -> dict[str, str]:
    """Return the interpreters by version, as in ``{"3.12": "/usr/bin/python3.12"}``."""
    found: dict[str, str] = {}
    for path in candidates():
        done = subprocess.run([path, "-c", WHICH], capture_output=True, text=True)
        if done.returncode == 0:
            minor, place = done.stdout.split(maxsplit=1)
            if int(minor) in MINORS:
                found.setdefault(f"3.{minor}", place.strip())
    return dict(sorted(found.items()))


def candidates() -> Iterator[str]:
    """Yield what may be an interpreter: on the PATH, and installed by pyenv."""
    for name in ("python3", *(f"python3.{minor}" for minor in MINORS)):
        if path := shutil.which(name):
            yield path
    if shutil.which("pyenv"):
        done = subprocess.run(["pyenv", "root"], capture_output=True, text=True)
        for path in sorted(Path(done.stdout.strip()).glob("versions/3.1?.*")):
            yield str(path / "bin" / "python")


def tried(interpreter: str, age: str, options: argparse.Namespace) -> str:
    """Return ``passed``, or which step failed; its output has been printed."""
    with tempfile.TemporaryDirectory(prefix="rareearth-versions-") as folder:
        inside = Path(folder) / "bin" / "python"
        if not done(interpreter, "-m", "venv", folder):
            return "no virtual environment could be made"
        done(inside, *PIP, "install", "--upgrade", "pip")
        pins = oldest(inside) if age == "oldest" else FIXED
        print(f"{age}: {' '.join(pins)}", flush=True)
        asked = (*pins, "-e", f"{ROOT}[test]")
        if not done(inside, *PIP, "install", *asked, "--upgrade"):
            return "pip could not install it"
        if not done(inside, *PIP, "check"):
            return "pip check found what does not fit together"
        only = ("-m", "not slow and not browser and not constrained")
        quiet = ("-q", "-p", "no:cacheprovider")
        if not done(inside, "-m", "pytest", *only, *quiet, *options.tests.split()):
            return "a test failed"
    return "passed"


def done(*command: str | Path) -> bool:
    """Run a command in the checkout, and return whether it succeeded."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run([*map(str, command)], cwd=ROOT, env=kept).returncode == 0


def oldest(interpreter: Path) -> tuple[str, ...]:
    """Return the oldest version of each fixed library that pip can install there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = dict(line.split(">=") for line in project["dependencies"])
    return tuple(
        f"{name}=={min(within(interpreter, name, bounds[name]), key=numbers)}"
        for name in FIXED
    )


def within(interpreter: Path, name: str, bound: str) -> list[str]:
    """Return the released versions of a library from `bound` that have a wheel."""
    ask = (*PIP[:-1], "index", "versions", name, "--only-binary", ":all:")
    listed = subprocess.run(
        [str(interpreter), *ask], capture_output=True, text=True, check=True
    ).stdout
    (line,) = re.findall(r"^Available versions: (.*)$", listed, re.MULTILINE)
    return [each for each in line.split(", ") if numbers(each) >= numbers(bound)]


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, which compare as versions do."""
    return tuple(map(int, re.findall(r"\d+", version)))


if __name__ == "__main__":
    sys.exit(main())

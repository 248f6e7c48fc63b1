"""Write the licences of all packages that the workbook needs to run: licences.md.

Run it in the environment that `make` has made, after dependencies have changed. Names
and licences are what the installed packages say of themselves.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TARGET = Path(__file__).with_suffix(".md")
HEAD = """# Licences of the dependencies

What an installation brings on Linux, with the licence that each package states.
`python docs/licences.py` writes this list anew; a test fails if a package is missing.

The workbook's own code is under the BSD 3-Clause licence, its data as
[LICENSE-DATA](../LICENSE-DATA) says.

`bleach`, which comes with nbconvert, has reached its end of life (June 2026). It cleans
no page of the workbook: the allow-list in `rareearth/render/markup.py` does.

| package | licence |
|---|---|
"""


def main() -> None:
    """Write the list."""
    rows = [f"| `{name}` | {licence(name)} |\n" for name in sorted(needed())]
    TARGET.write_text(HEAD + "".join(rows), encoding="utf-8")
    print(f"{len(rows)} packages in {TARGET.name}")


def needed() -> set[str]:
    """Return the packages that the workbook needs to run, directly or by another."""
    found: set[str] = set()
    waiting = ["rareearth"]
    while waiting:
        for text in metadata.requires(waiting.pop()) or []:
            wanted = Requirement(text)
            name = canonicalize_name(wanted.name)
            applies = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if applies and name not in found:
                found.add(name)
                waiting.append(name)
    return found


def licence(name: str) -> str:
    """Return the licence that a package states: as an expression, or in words."""
    about = metadata.metadata(name)
    classed = [
        each.split(" :: ")[-1]
        for each in about.get_all("Classifier") or []
        if each.startswith("License :: ") and each.count(" :: ") > 1
    ]
    stated = (about.get("License") or "").strip()
    in_short = stated if 0 < len(stated) < 60 and "\n" not in stated else ""
    found = about.get("License-Expression") or " or ".join(classed) or in_short
    return re.sub(r"[|\s]+", " ", found) or named_in_file(name)


def named_in_file(name: str) -> str:
    """Return the licence that the licence file of a package names."""
    for path in metadata.files(name) or []:
        if "licen" in path.name.lower() and ".dist-info" in str(path):
            text = path.read_text(encoding="utf-8")[:2000]
            if "Permission is hereby granted, free of charge" in text:
                return "MIT"
            if "Redistribution and use in source and binary forms" in text:
                return "BSD"
            if "Apache License" in text:
                return "Apache-2.0"
    return "not stated"


if __name__ == "__main__":
    main()

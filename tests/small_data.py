"""A data package small enough to read, and the means to break it.

Two editions of one table (the second revises Australia), one price, one event and one
step of a project; every name in the dictionaries is used once.
"""

import csv
import json
import shutil
from pathlib import Path

from rareearth.commands import checks
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, rules

CURATED = Path(__file__).parents[1] / "data"
SMALL = Path(__file__).with_name("small")


class Folder:
    """A folder of CSV files whose cells a test can change; row 0 stands on line 2."""

    def __init__(self, path):
        self.path = path
        self.path.mkdir(exist_ok=True)

    def edit(self, file, row, **cells):
        """Replace cells of one row."""
        header, rows = self.rows(file)
        rows[row] |= cells
        self.write(file, header, rows)

    def add(self, file, **cells):
        """Append a row; cells that are not named stay empty."""
        header, rows = self.rows(file)
        self.write(file, header, [*rows, dict.fromkeys(header, "") | cells])

    def rows(self, file):
        with (self.path / file).open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            return list(reader.fieldnames), list(reader)

    def write(self, file, header, rows):
        with (self.path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def text(self, file, text):
        (self.path / file).write_text(text, encoding="utf-8", newline="")


class SmallData(Folder):
    """The package above, written to a folder, with the schemas of the curated data."""

    def __init__(self, path):
        super().__init__(path)
        for name, header in tables.RECORDS.items():
            self.write(f"{name}.csv", header, [])
        for file in SMALL.glob("*.csv"):
            shutil.copy(file, path)
        shutil.copytree(CURATED / "schemas", path / "schemas")
        package = json.loads((CURATED / "datapackage.json").read_text("utf-8"))
        del package["sealed_schemas"]
        package["resources"] = [  # without the seals of the curated tables
            {k: v for k, v in resource.items() if k not in ("hash", "bytes")}
            for resource in package["resources"]
            if (path / resource["path"]).exists()
        ]
        self.text("datapackage.json", json.dumps(package))
        checks.write_keys(path)

    def problems(self, file):
        """Return what the rules find in one table of figures, as lines of text."""
        table = tables.read(self.path / file, tables.FIGURE_COLUMNS)
        known = dictionaries.read(self.path)
        return [
            str(p)
            for p in rules.check(
                "figures", table, known, confidence=tables.CONFIDENCE
            ).problems
        ]

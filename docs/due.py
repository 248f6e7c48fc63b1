"""Write what appears when, and by which map it is taken in: calendar.md.

Run it after figures or a map have changed. It reads no clock: a series is past due if
its next value was expected before the newest source of all was published.
"""

from __future__ import annotations

from pathlib import Path

import yaml

import rareearth as ree
from rareearth.commands import maps
from rareearth.figures import dictionaries
from rareearth.figures.loading import dictionary

TARGET = Path(__file__).with_name("calendar.md")
HEAD = """# What appears when

Each series that appears regularly, by the day on which its next value is due: who
published the newest one, and the map of [`data/intake`](../data/intake) by which it is
taken in. Without a map its rows are typed: [how](../CONTRIBUTING.md#add-a-figure).

`python docs/due.py` writes this page from `data/series.csv`; a test fails if it is out
of date. What is late today, `rareearth check --due` says. The newest source in the data
is of {newest}; **{late} of {all} series were past due by then**.

| due | series | every | newest period | by | map |
|---|---|---|---|---|---|
"""
EVERY = {30: "month", 91: "quarter", 365: "year", 1096: "three years"}


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET.name} is written")


def page() -> str:
    """Return the page."""
    dated = dictionaries.known("").sources["published"]
    newest = dated[dated.str.len() == len("2026-11-29")].max()
    listed = dictionary("series", "")
    listed = listed[listed["next_expected"] != ""].sort_values("next_expected")
    late = listed["next_expected"] < newest
    head = HEAD.format(newest=newest, late=late.sum(), all=len(listed))
    by = series_of_maps()
    return head + "".join(
        f"| {'**late** ' if late[name] else ''}{row['next_expected']} | `{name}` | "
        f"{EVERY[int(row['period_days'])]} | {newest_of(name)} | "
        f"{', '.join(by.get(name, [])) or 'typed'} |\n"
        for name, row in listed.iterrows()
    )


def newest_of(series: str) -> str:
    """Return the last day of the newest period of a series, and who published it."""
    figures = ree.load(series, extra="", variants="all")
    last = figures["period_end"].max()
    sources = ree.sources(figures[figures["period_end"] == last], extra="")
    names = sorted(
        set(sources["short"].where(sources["short"] != "", sources["publisher"]))
    )
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{last:%Y-%m-%d} | {', '.join(names[:3])}{more}"


def series_of_maps() -> dict[str, list[str]]:
    """Return which maps take in a series."""
    found: dict[str, list[str]] = {}
    for name in maps.names():
        about = yaml.safe_load(maps.find(name).read_text("utf-8"))
        for series in dict.fromkeys(entry["series"] for entry in about["figures"]):
            found.setdefault(series, []).append(f"`{name}`")
    return found


if __name__ == "__main__":
    main()

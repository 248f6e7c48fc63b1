"""A publisher's file becomes a proposal, and a proposal gets into the data whole.

The samples in ``tests/intake`` are made by hand in the publishers' layouts, with
numbers that are in the data. Traps are set in the tests, in copies of them.
"""

import csv
import io
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from rareearth import check, load
from rareearth.commands import checks, maps, proposals
from rareearth.commands import main as cli
from rareearth.errors import DataError, UnknownName
from rareearth.figures import csv_files, dictionaries, journal, records

SAMPLES = Path(__file__).parents[1] / "intake"
SURVEY = "usgs-mcs-2026.csv"
KNOWN = {  # sample: its map, its edition
    SURVEY: ("usgs-mcs", "2026"),
    "comtrade-2024.csv": ("comtrade", "chn-2846"),
    "us-customs-imports-2026.csv": ("us-customs-imports", "2026"),
    "wgi-2024.xlsx": ("wgi", "2024"),
}


def proposed(path, name, edition="", published="", own=None):
    """Return what a file would bring, and what was told of it."""
    given = maps.load(str(name), edition, published, own)
    found = maps.read(path, given)
    return proposals.propose(found, given, own), found


def statuses(proposal):
    """Return how many rows have each status, without those that none has."""
    found = [row["status"] for row in proposal.rows]
    return {name: found.count(name) for name in dict.fromkeys(found)}


def survey(tmp_path, *edits, name="new.csv", year=None):
    """Return a copy of the survey's sample, with cells edited.

    An edit is the country, the year, a column, and its new text: of mine production.
    With `year` only rows of mine production are there, moved on to that edition.
    """
    text = (SAMPLES / SURVEY).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    mined = [row for row in rows if row["Statistics_detail"].startswith("Mine prod")]
    if year is not None:
        old = [row for row in mined if row["Year"] == str(year - 2)]
        rows = mined = [*old, *({**row, "Year": str(year - 1)} for row in old)]
    for country, when, column, new in edits:
        (row,) = [r for r in mined if (r["Country"], r["Year"]) == (country, when)]
        row[column] = new
    return written(tmp_path / name, rows)


def written(path, rows):
    """Write rows of a publisher's file, and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def refused(proposal):
    """Return place and reason of what is refused."""
    rows = [row for row in proposal.rows if row["status"] == "refused"]
    return {row["place"]: row["why"] for row in rows}


# An edition that is in the data


@pytest.mark.parametrize("sample", KNOWN)
def test_an_edition_that_is_in_the_data_is_equal_in_every_row(sample):
    proposal, _ = proposed(SAMPLES / sample, *KNOWN[sample])
    assert list(statuses(proposal)) == ["equal"]
    assert proposal.added == []


def test_the_survey_of_one_edition_is_138_figures_of_eleven_series():
    proposal, found = proposed(SAMPLES / SURVEY, "usgs-mcs", "2026")
    assert len(proposal.rows) == 138
    assert len({row["series"] for row in proposal.rows}) == 11
    assert found.without["NA"] == 4  # reserves of four lines are not available


def test_a_series_that_grows_by_a_line_a_month_has_its_newest_line_alone_as_new():
    proposal, found = proposed(SAMPLES / "fred-cpi.csv", "fred-cpi")
    assert statuses(proposal) == {"equal": 9, "new": 1}
    assert found.without == {"(empty)": 1}  # October 2025 was never published
    (new,) = proposal.taken
    assert (new["period_start"], new["value"]) == ("2026-06-01", "335.900")


def test_a_point_where_a_rate_is_missing_is_no_figure():
    proposal, found = proposed(SAMPLES / "fred-rates.csv", "fred-rates")
    assert statuses(proposal) == {"equal": 6, "new": 1}
    assert found.without == {".": 1}


# The next edition


def test_a_next_edition_is_new_repeated_and_revised(tmp_path):
    path = survey(tmp_path, ("Australia", "2025", "Value", "31,000"), year=2027)
    proposal, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    assert statuses(proposal) == {"repeated": 17, "revised": 1, "new": 18}
    (row,) = [row for row in proposal.rows if row["status"] == "revised"]
    assert (row["old"], row["value"], row["change"]) == ("29000", "31000", "+6.9%")
    assert row["why"] == "of the size of revisions"
    assert [name for name, _ in proposal.added] == ["sources"]
    assert proposal.added[0][1]["published"] == "2027-01-29"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (
            ("China", "2026", "Value", "285,0004"),
            "digits behind its last group of three",
        ),
        (
            ("Malaysia", "2026", "Value", "1103"),
            "1103 is 110 of usgs-mcs-2026 with a dig",
        ),
        (("China", "2026", "Value", "285.000,0"), "'285.000,0' is no number (1,234.5)"),
        (
            ("China", "2026", "Value", "12,5"),
            "'12,5' is no number (1,234.5), and no mark",
        ),
        (("China", "2026", "Value", "n/a"), "no mark of the map ('—', '--', 'NA', 'W'"),
        (("China", "2026", "Country", "Chinaa"), "did you mean 'China'"),
        (("China", "2026", "Unit", "short tons"), "the map expects 'metric tons'"),
        (("China", "2026", "Year", "2026e"), "'2026e' is no year"),
        (
            ("China", "2026", "Statistics_detail", "Mine output"),
            "no part of the map takes",
        ),
        (
            ("China", "2026", "Value", "999,000,000"),
            "outside the plausible range of mine_",
        ),
        (("China", "2026", "Country", "India"), "2900 beside another value of line 23"),
    ],
)
def test_a_row_that_the_map_does_not_foresee_is_refused(tmp_path, edit, reason):
    path = survey(tmp_path, edit, year=2027)
    proposal, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    assert [reason in why for why in refused(proposal).values()] == [True], refused(
        proposal
    )
    assert len(proposal.taken) == 35


@pytest.mark.parametrize(
    ("edit", "value", "basis"),
    [
        (("China", "2026", "Country", "China14"), "270000", "REO;estimate"),
        (("China", "2026", "Country", "China¹⁴"), "270000", "REO;estimate"),
        (("China", "2026", "Value", "e285,000"), "285000", "REO;estimate"),
        (("China", "2026", "Value", " 285,000 "), "285000", "REO;estimate"),
        (("China", "2026", "Value", "--"), "0", "REO;zero-printed;estimate"),
        (("China", "2026", "Value", ">285,000"), "", "REO;greater-than;estimate"),
    ],
)
def test_footnotes_marks_and_bounds_are_read_as_they_are_meant(
    tmp_path, edit, value, basis
):
    path = survey(tmp_path, edit, year=2027)
    proposal, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    assert refused(proposal) == {}
    (row,) = [
        row
        for row in proposal.taken
        if (row["entity"], row["period_end"]) == ("China", "2026-12-31")
    ]
    assert (row["value"], row["basis"]) == (value, basis)
    assert row["low"] == ("285000" if not value else "")


@pytest.mark.parametrize("mark", ["NA", "W", "XX"])
def test_what_is_not_available_or_withheld_is_no_figure(tmp_path, mark):
    path = survey(tmp_path, ("China", "2026", "Value", mark), year=2027)
    proposal, found = proposed(path, "usgs-mcs", published="2027-01-29")
    assert found.without == {mark: 1}
    assert len(proposal.taken) == 35


def test_world_and_other_countries_are_a_total_and_a_rest(tmp_path):
    path = survey(tmp_path, year=2027)
    proposal, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    kinds = dictionaries.known().entities["kind"]
    found = {row["entity"]: kinds[row["entity"]] for row in proposal.taken}
    assert found["World"] == "total" and found["Other"] == "residual"
    assert "Myanmar" in found  # the survey says Burma


def test_the_order_of_columns_does_not_count_and_a_new_one_is_told(tmp_path):
    rows = list(csv.DictReader((SAMPLES / SURVEY).open(encoding="utf-8-sig")))
    turned = [
        {"Grade": "", **{name: row[name] for name in reversed(row)}} for row in rows
    ]
    proposal, found = proposed(written(tmp_path / "x.csv", turned), "usgs-mcs", "2026")
    assert statuses(proposal) == {"equal": 138}
    assert "column 'Grade' is new in this file: not read" in found.told


def test_headings_over_several_columns_belong_to_each_of_them(tmp_path):
    # In the sample a year is one merged cell over six columns, below two lines of text.
    proposal, _ = proposed(SAMPLES / "wgi-2024.xlsx", "wgi", "2024")
    own = [row for row in proposal.rows if row["entity"] == "China"]
    assert {row["period_end"] for row in own} == {"2022-12-31", "2023-12-31"}
    assert len({row["basis"] for row in own}) == 6


def test_a_row_of_another_edition_does_not_change_what_the_publisher_said(tmp_path):
    path = survey(tmp_path, ("Australia", "2025", "Value", "31,000"))
    proposal, _ = proposed(path, "usgs-mcs", "2026")
    (why,) = refused(proposal).values()
    assert "usgs-mcs-2026 gives 29000 here already, prod-0165" in why


def test_records_of_json_are_read_as_rows_of_csv(tmp_path):
    rows = list(csv.DictReader((SAMPLES / "comtrade-2024.csv").open(encoding="utf-8")))
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"count": len(rows), "data": rows}), encoding="utf-8")
    proposal, _ = proposed(path, "comtrade", "chn-2846")
    assert statuses(proposal) == {"equal": 14}


def test_metals_and_magnets_of_comtrade_bring_their_names_with_them(tmp_path):
    rows = list(csv.DictReader((SAMPLES / "comtrade-2024.csv").open(encoding="utf-8")))
    metals = [{**row, "cmdCode": "2805"} for row in rows]
    magnets = [{**row, "cmdCode": "850511", "reporterISO": "USA"} for row in rows]
    path = written(tmp_path / "x.csv", [*metals, *magnets])
    proposal, _ = proposed(path, "comtrade", published="2027-02-01")
    assert statuses(proposal) == {"new": 28}
    assert [name for name, _ in proposal.added] == ["sources", "bases", "products"]


# A file that is not what its map says


def test_a_comtrade_file_of_exactly_500_rows_is_refused_with_the_reason(tmp_path):
    (row, *_) = csv.DictReader((SAMPLES / "comtrade-2024.csv").open(encoding="utf-8"))
    for number in (499, 501):
        written(tmp_path / "x.csv", [row] * number)
        proposed(tmp_path / "x.csv", "comtrade", "2027", "2027-02-01")
    path = written(tmp_path / "x.csv", [row] * 500)
    with pytest.raises(DataError, match=r"exactly 500 rows: .* stop silently at 500"):
        proposed(path, "comtrade", "2027", "2027-02-01")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "0 bytes are no file of figures"),
        ("a,b\n1,2\n", "x.csv: no column 'Country', which usgs-mcs.yml reads"),
        ("{}", "no column 'Country'"),
        ("\0\1\2", "no column 'Country'"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, content, message):
    (tmp_path / "x.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        proposed(tmp_path / "x.csv", "usgs-mcs", "2026")


def test_a_column_that_is_missing_or_twice_there_is_named(tmp_path):
    text = (SAMPLES / SURVEY).read_text("utf-8-sig")
    path = tmp_path / "x.csv"
    path.write_text(text.replace(",Value,", ",Values,", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"no column 'Value'.* did you mean 'Values'"):
        proposed(path, "usgs-mcs", "2026")
    path.write_text(text.replace(",Notes,", ",Value,", 1), encoding="utf-8")
    with pytest.raises(DataError, match="no column 'Notes'"):
        proposed(path, "usgs-mcs", "2026")


def test_a_sheet_that_is_missing_is_named(tmp_path):
    book = openpyxl.load_workbook(SAMPLES / "wgi-2024.xlsx")
    book["RuleofLaw"].title = "Rule of law"
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(
        DataError, match="no sheet 'RuleofLaw'; did you mean 'Rule of l"
    ):
        proposed(tmp_path / "x.xlsx", "wgi", "2024")


def test_a_file_without_a_row_of_its_subject_is_refused(tmp_path):
    (row, *_) = csv.DictReader((SAMPLES / SURVEY).open(encoding="utf-8-sig"))
    assert row["MCS chapter"].startswith("ABRASIVES")
    with pytest.raises(DataError, match=r"is it the file of usgs-mcs\.yml\?"):
        proposed(written(tmp_path / "x.csv", [row]), "usgs-mcs", "2026")


@pytest.mark.parametrize("name", ["x.json", "x.xlsx"])
def test_a_broken_file_is_refused_by_its_name(tmp_path, name):
    (tmp_path / name).write_text("[1, 2", encoding="utf-8")
    with pytest.raises(DataError, match=rf"^{name}: is no"):
        proposed(tmp_path / name, "usgs-mcs", "2026")


# Maps


@pytest.mark.parametrize("name", maps.names())
def test_every_map_names_what_exists(name):
    given = maps.load(name, "2027", "2027-01-29")
    assert given.about["title"] and given.about["download"]
    assert set(given.source) <= set(csv_files.DICTIONARIES["sources"])


BAD_MAPS = {
    "": "names nothing",
    "title: x\n": "names nothing",
    "figures: [}": "is no YAML",
    "figures: [{}]\nfigure: 1\n": "unknown `figure`; did you mean 'figures'",
    "figures: [{series: x}]\n": "no `source`",
    "source: {source_ids: x}\nconfidence: primary\nfigures: [{}]\n": "unknown `sour",
    "source: {source_id: x}\nconfidence: primary\nfigures: [{}]\n": "no `series`",
}


@pytest.mark.parametrize("text", BAD_MAPS)
def test_a_map_that_names_nothing_is_refused(tmp_path, text):
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=BAD_MAPS[text]):
        maps.load(str(tmp_path / "bad.yml"), "2027")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cpi_month", "cpi_months", "unknown series of .*did you mean 'cpi_month'"),
        ("United States", "Untied States", "unknown entity of .*'United States'"),
        ("all items", "items", "unknown product of"),
        ("cpi-u;", "cpi-x;", "unknown basis of .*'cpi-u'"),
        ("series:", "serie:", "unknown `serie`; did you mean 'series'"),
    ],
)
def test_a_name_of_a_map_that_is_in_no_dictionary_is_refused(
    tmp_path, old, new, message
):
    text = maps.find("fred-cpi").read_text("utf-8").replace(old, new)
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises((DataError, UnknownName), match=message):
        maps.load(str(tmp_path / "bad.yml"))


def test_a_map_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(
        UnknownName, match=r"unknown map: 'usgs'; did you mean 'usgs-mcs"
    ):
        maps.load("usgs", "2027")


def test_an_edition_is_asked_for_where_the_map_needs_one():
    with pytest.raises(DataError, match="which edition\\? give --published YYYY-MM-DD"):
        maps.load("usgs-mcs")
    with pytest.raises(DataError, match="--published: 'May' is not YYYY"):
        maps.load("usgs-mcs", published="May")
    with pytest.raises(
        DataError, match="source usgs-mcs-1066 is new: give --published"
    ):
        proposed(SAMPLES / SURVEY, "usgs-mcs", "1066")


# Into the data


LIBRARY = checks._package


@pytest.fixture
def workbook(tmp_path, monkeypatch):
    """Return a copy of the curated figures, put in their place.

    One test has them validated by the Frictionless library too, which takes seconds.
    """
    monkeypatch.setattr(checks, "_package", lambda *_: [])
    folder = tmp_path / "workbook" / "data"
    shutil.copytree(dictionaries.folder(), folder)
    monkeypatch.setattr("rareearth.figures.dictionaries.folder", lambda: folder)
    monkeypatch.setattr("rareearth.render.library.data_folder", lambda: folder)
    monkeypatch.setattr(
        "rareearth.render.library.outputs_folder", lambda: tmp_path / "outputs"
    )
    return folder


def content(folder):
    """Return every file of a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def proposal(tmp_path, workbook):
    """Return the path of a proposal for the next edition: two rows are revised."""
    edits = [
        ("Australia", "2025", "Value", "31,000"),
        ("India", "2025", "Value", "3,000"),
    ]
    found, _ = proposed(
        survey(tmp_path, *edits, year=2027), "usgs-mcs", published="2027-01-29"
    )
    path = tmp_path / "proposal.csv"
    path.write_text(proposals.text_of(found), encoding="utf-8")
    return path


def test_a_proposal_is_what_was_proposed(proposal):
    found = proposals.read(proposal)
    assert statuses(found) == {"repeated": 16, "revised": 2, "new": 18}
    assert found.added[0][1]["source_id"] == "usgs-mcs-2027"


def test_an_accepted_proposal_is_in_the_data_sealed_and_in_order(
    workbook, proposal, monkeypatch
):
    monkeypatch.setattr(checks, "_package", LIBRARY)
    before = content(workbook)
    told = proposals.accept(proposal)
    assert "mine_production: the next value is expected on 2028-02-28" in told
    assert check(workbook) == []
    after = content(workbook)
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed == {
        "production.csv",
        "series.csv",
        "sources.csv",
        "datapackage.json",
    }
    old, new = (
        each["production.csv"].decode().splitlines() for each in (before, after)
    )
    assert len(set(new) - set(old)) == 36 and set(old) <= set(new)
    figure = load("mine_production", "Australia", start=2025, end=2025)
    assert (figure["value"].item(), figure["source_id"].item()) == (
        31_000,
        "usgs-mcs-2027",
    )


def test_new_ids_follow_the_last_of_their_kind_in_any_table(tmp_path):
    (tmp_path / "trade.csv").write_text("figure_id\ntrade-0007\n")
    (tmp_path / "statements.csv").write_text("figure_id\ncomp-0011\ntrade-0009\n")
    new = proposals._ids(tmp_path, tmp_path / "trade.csv", 2, is_own=False)
    assert new == ["trade-0010", "trade-0011"]


def test_a_second_accept_says_so_and_changes_nothing(workbook, proposal):
    proposals.accept(proposal)
    before = content(workbook)
    with pytest.raises(DataError, match="was accepted before: its 36 figures are in"):
        proposals.accept(proposal)
    assert content(workbook) == before


def test_of_two_proposals_for_one_figure_the_second_is_refused(
    tmp_path, workbook, proposal
):
    path = survey(tmp_path, ("India", "2025", "Value", "3,100"), year=2027)
    found, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    other = tmp_path / "other.csv"
    other.write_text(proposals.text_of(found), encoding="utf-8")
    proposals.accept(proposal)
    before = content(workbook)
    with pytest.raises(DataError, match=r"other\.csv:\d+: .*nothing changed"):
        proposals.accept(other)
    assert content(workbook) == before


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 20, -1])
def test_a_half_written_proposal_is_refused(workbook, proposal, kept):
    lines = proposal.read_text("utf-8").splitlines(keepends=True)
    proposal.write_text("".join(lines[:kept]), encoding="utf-8")
    before = content(workbook)
    with pytest.raises(DataError, match="make it again: rareearth intake FILE --map"):
        proposals.accept(proposal)
    assert content(workbook) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("revised,line", "revise,line", r"proposal\.csv:\d+: status: 'revise' is none"),
        (",31000,", ",3100O,", "is not a number"),
        (",31000,", ",310000000,", "outside the plausible range"),
        (",Australia,", ",Australa,", "unknown entity 'Australa'"),
    ],
)
def test_a_proposal_that_was_edited_wrongly_changes_nothing(
    workbook, proposal, old, new, message
):
    text = proposal.read_text("utf-8")
    assert old in text
    proposal.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = content(workbook)
    with pytest.raises(DataError, match=message):
        proposals.accept(proposal)
    assert content(workbook) == before


def test_a_refused_row_is_taken_once_a_person_has_said_that_it_is_meant(
    tmp_path, workbook
):
    path = survey(tmp_path, ("Malaysia", "2026", "Value", "1103"), year=2027)
    found, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    text = proposals.text_of(found).replace("refused,line", "new,line")
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    proposals.accept(tmp_path / "p.csv")
    figure = load("mine_production", "Malaysia", start=2026, end=2026)
    assert figure["value"].item() == 1103


def test_totals_below_their_parts_stop_a_proposal(tmp_path, workbook):
    path = survey(tmp_path, ("World total", "2026", "Value", "200,000"), year=2027)
    found, _ = proposed(path, "usgs-mcs", published="2027-01-29")
    (tmp_path / "p.csv").write_text(proposals.text_of(found), encoding="utf-8")
    before = content(workbook)
    with pytest.raises(DataError, match="200,000 is less than its parts"):
        proposals.accept(tmp_path / "p.csv")
    assert content(workbook) == before


# Interrupted


STEPS = """
import sys
from pathlib import Path
from rareearth.figures import journal
folder, step = Path(sys.argv[1]), int(sys.argv[2])
seen = 0
def watch(event, arguments):
    global seen
    steps = ("os.mkdir", "open", "os.rename", "os.rmdir")
    if event in steps and str(folder) in str(arguments[0]):
        seen += 1
        if seen == step:
            import os, signal
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
files = ("a.csv", b"new a"), ("b.csv", b"new b"), ("schemas/c.json", b"new c")
journal.replace(folder, dict(files))
print("done")
"""
OLD = {"a.csv": b"old a", "b.csv": b"old b", "schemas/c.json": b"old c"}
NEW = {"a.csv": b"new a", "b.csv": b"new b", "schemas/c.json": b"new c"}


def test_killed_at_any_step_the_files_are_as_before_or_as_they_are_to_be(tmp_path):
    outcomes = []
    for step in range(1, 60):
        folder = tmp_path / str(step)
        (folder / "schemas").mkdir(parents=True)
        for name, old in OLD.items():
            (folder / name).write_bytes(old)
        words = [sys.executable, "-c", STEPS, str(folder), str(step)]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        journal.finish(folder)  # as every command and every load does
        there = {name: (folder / name).read_bytes() for name in OLD}
        assert there in (OLD, NEW), step
        outcomes.append(there == NEW)
        journal.replace(folder, NEW)  # what a killed one has left is no hindrance
        assert content(folder) == NEW
    assert done.stdout == "done\n"
    assert outcomes == sorted(outcomes) and {False, True} == set(outcomes)


def test_an_error_on_the_way_leaves_the_data_as_they_were(
    workbook, proposal, monkeypatch
):
    before = content(workbook)
    monkeypatch.setattr(
        Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("full"))
    )
    with pytest.raises(OSError, match="full"):
        proposals.accept(proposal)
    assert content(workbook) == before


def test_a_load_completes_what_an_interrupted_accept_had_ready(
    workbook, proposal, monkeypatch
):
    with monkeypatch.context() as killed:
        killed.setattr(journal, "finish", lambda _: False)  # it ends before
        proposals.accept(proposal)
    assert (workbook / journal.READY / "production.csv").exists()
    assert load("mine_production", "Australia", start=2025, end=2025)[
        "value"
    ].item() == (31_000)
    assert not (workbook / journal.READY).exists()
    assert check(workbook) == []


# A folder of one's own


def test_prices_of_an_assessor_go_into_a_folder_of_ones_own(tmp_path, workbook):
    own = tmp_path / "own"
    own.mkdir()
    found, _ = proposed(SAMPLES / "own-price.csv", "own-price", "", "2026-03-05", own)
    assert statuses(found) == {"new": 2}
    path, before = tmp_path / "p.csv", content(workbook)
    path.write_text(proposals.text_of(found), encoding="utf-8")
    with pytest.raises(DataError, match="one's own: name their folder with --data"):
        proposals.accept(path)
    proposals.accept(path, own)
    assert content(workbook) == before
    assert check(own) == []
    mine = load("ndpr_price_month", start="2026-01-01", extra=own).set_index(
        "period_end"
    )
    assert mine.loc["2026-01-31", "value"] == 81.25
    with pytest.raises(DataError, match="was accepted before"):
        proposals.accept(path, own)


def test_own_figures_need_a_folder_and_published_ones_take_none(tmp_path):
    with pytest.raises(DataError, match="name their folder with --data"):
        proposed(SAMPLES / "own-price.csv", "own-price", "", "2026-03-05")
    with pytest.raises(DataError, match="leave --data out"):
        proposed(SAMPLES / SURVEY, "usgs-mcs", "2026", own=tmp_path)


# The command


def test_the_command_proposes_accepts_and_tells(tmp_path, workbook, capsys):
    path = survey(tmp_path, ("World total", "2026", "Value", "470,000"), year=2027)
    words = ["intake", str(path), "--map", "usgs-mcs", "--published", "2027-01-29"]
    assert cli.main(words) == 0
    printed = capsys.readouterr().out
    assert "usgs-mcs-2027 (a new source): 18 new, 0 revised, 18 repeated" in printed
    assert "expected  mine_production World REO, 2026: 330,000 to 461,000 t" in printed
    assert "470,000 is a miss" in printed
    written_to = tmp_path / "outputs" / "proposal-usgs-mcs-2027.csv"
    assert f"proposal: {written_to}" in printed
    assert cli.main(["intake", "--accept", str(written_to)]) == 0
    assert "sources.csv: usgs-mcs-2027" in capsys.readouterr().out
    scored = records.scored().set_index("expectation_id")
    assert scored.at["mine-production-world-reo-2026", "result"] == "miss"
    assert cli.main(["intake", "--accept", str(written_to)]) == 2


def test_a_refused_row_is_status_1_and_a_missing_map_status_2(
    tmp_path, workbook, capsys
):
    path = survey(tmp_path, ("China", "2026", "Value", "285,0004"), year=2027)
    words = ["intake", str(path), "--published", "2027-01-29"]
    assert cli.main([*words, "--map", "usgs-mcs"]) == 1
    assert "refused  line" in capsys.readouterr().out
    assert cli.main(words) == 2
    assert "--map: which map? There are comtrade, fred-cpi" in capsys.readouterr().err
    assert cli.main(["intake", str(tmp_path / "none.csv"), "--map", "fred-cpi"]) == 2

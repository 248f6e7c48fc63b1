"""A user's own tables may be as spreadsheets write them, and are guarded as figures."""

import zipfile

import pytest
from openpyxl import Workbook

import rareearth as ree
from rareearth.commands.checks import check
from rareearth.errors import DataError
from rareearth.figures import csv_files as tables

COLUMNS = tables.FIGURE_COLUMNS
ROW = {
    "figure_id": "own-1",
    "series": "mine_production",
    "entity": "China",
    "product": "REO",
    "period_start": "2024-01-01",
    "period_end": "2024-12-31",
    "value": "250000",
    "unit": "t",
    "basis": "REO",
    "source_id": "usgs-mcs-2026",
    "locator": "own estimate",
    "confidence": "own",
}


def line(between=",", **cells):
    row = ROW | cells
    texts = [row.get(column, "") for column in COLUMNS]
    return between.join(f'"{t}"' if between in t else t for t in texts)


def as_csv(*rows, between=",", end="\n"):
    return end.join([between.join(COLUMNS), *rows]) + end


def values(folder):
    figures = ree.load("mine_production", "China", start=2024, end=2024, extra=folder)
    return figures["value"].tolist()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mine.csv", as_csv(line())),
        ("MINE.CSV", as_csv(line())),
        ("mine.csv", "\ufeff" + as_csv(line())),
        ("mine.csv", as_csv(line(), end="\r\n")),
        ("mine.csv", as_csv(line(between=";"), between=";")),
        ("mine.csv", as_csv(line()) + "\n\n"),
        ("mine.csv", as_csv(line()) + "," * (len(COLUMNS) - 1) + "\n"),
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode())
    assert check(tmp_path) == []
    assert values(tmp_path) == [250_000]


def test_a_sheet_of_a_workbook_is_a_table(tmp_path):
    book = Workbook()
    book.active.title = "mine"
    book.active.append(COLUMNS)
    book.active.append([250_000 if c == "value" else ROW.get(c) for c in COLUMNS])
    book.create_sheet("empty")
    book.save(tmp_path / "figures.xlsx")
    assert check(tmp_path) == []
    assert values(tmp_path) == [250_000]


def test_a_wrong_cell_of_a_sheet_is_named_by_workbook_sheet_and_line(tmp_path):
    book = Workbook()
    book.active.title = "mine"
    for row in (COLUMNS, [(ROW | {"value": "lots"}).get(c) for c in COLUMNS]):
        book.active.append(row)
    book.save(tmp_path / "figures.xlsx")
    (problem,) = check(tmp_path)
    assert str(problem).startswith("figures.xlsx/mine:2: value: 'lots' is not a number")


def test_what_other_programs_leave_is_passed_over_and_named(tmp_path):
    (tmp_path / "mine.csv").write_text(as_csv(line()))
    for name in ("._mine.csv", "~$figures.xlsx", ".~lock.mine.csv#", "notes.txt"):
        (tmp_path / name).write_bytes(b"\0\1")
    assert check(tmp_path) == []
    assert set(tables.passed_over(tmp_path)) == {
        "._mine.csv",
        "~$figures.xlsx",
        ".~lock.mine.csv#",
        "notes.txt",
    }


def test_two_tables_of_one_name_are_refused(tmp_path):
    (tmp_path / "mine.csv").write_text(as_csv(line()))
    (tmp_path / "MINE.CSV").write_text(as_csv(line(figure_id="own-2")))
    with pytest.raises(DataError, match="another table of that name"):
        values(tmp_path)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([line(), line(figure_id="own-2", value="240000")], "another value of own-1"),
        ([line(figure_id="prod-0164")], "'prod-0164' is taken by a curated figure"),
        ([line(price_year="2015.5")], "is not a year between 1900 and 2100"),
        ([], "no figures in this folder"),
    ],
)
def test_what_would_change_a_figure_in_silence_is_a_problem(tmp_path, rows, text):
    (tmp_path / "mine.csv").write_text(as_csv(*rows))
    (problem,) = check(tmp_path)
    assert text in str(problem)


def test_a_line_break_inside_a_cell_is_named(tmp_path):
    (tmp_path / "mine.csv").write_text(as_csv(line(note='"two\nlines"')))
    (problem,) = check(tmp_path)
    assert str(problem).startswith("mine.csv:2: a line break inside a cell")


def test_a_date_of_no_calendar_is_a_problem(tmp_path):
    header = ",".join(tables.DICTIONARIES["sources"])
    cells = dict.fromkeys(tables.DICTIONARIES["sources"], "")
    cells |= {"source_id": "me", "published": "2026-02-30"}
    (tmp_path / "sources.csv").write_text(f"{header}\n{','.join(cells.values())}\n")
    (tmp_path / "mine.csv").write_text(as_csv(line(source_id="me")))
    assert any("is no day of the calendar" in str(each) for each in check(tmp_path))


def test_what_is_no_regular_file_is_refused(tmp_path):
    (tmp_path / "mine.csv").symlink_to("/dev/zero")
    (problem,) = check(tmp_path)
    assert str(problem) == "mine.csv: is no regular file"


def test_of_many_equal_rows_the_first_are_listed_and_the_others_counted(tmp_path):
    (tmp_path / "mine.csv").write_text(as_csv(*[line()] * 2_502))
    texts = [str(each) for each in check(tmp_path)]
    assert texts[0] == "mine.csv: figure_id: 1,501 more rows of the same kind"
    assert texts[2].startswith("mine.csv:3: figure_id: the same figure_id as line 2")


def test_two_values_of_one_source_for_one_figure_are_not_loaded(own):
    rows = [line(), line(figure_id="own-2", value="260000")]
    own.text("production.csv", "\n".join([",".join(COLUMNS), *rows]) + "\n")
    with pytest.raises(DataError, match="260000 beside another value of own-1"):
        ree.load("mine_production", "China", extra=own.path)


# Bounds


def test_a_table_of_a_million_empty_lines_is_refused_at_once(own):
    own.text("prices.csv", ",".join(COLUMNS) + "\n" * 1_000_002)
    with pytest.raises(DataError, match=r"prices\.csv: more than 1,000,000 lines"):
        tables.read(own.path / "prices.csv", COLUMNS, strict=False)


def test_a_header_of_a_million_columns_names_a_few_of_them(own):
    own.text("prices.csv", ",".join(map(str, range(1_000_000))) + "\n")
    with pytest.raises(DataError, match="missing column figure_id") as refusal:
        tables.read(own.path / "prices.csv", COLUMNS, strict=False)
    assert len(str(refusal.value)) < 10_000


def test_a_packed_file_that_unpacks_to_too_much_is_refused(own):
    with zipfile.ZipFile(own.path / "p.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b" " * 401_000_000)
    with pytest.raises(DataError, match=r"p\.xlsx: is no workbook .* 401 MB once unp"):
        tables.tables_in(own.path)

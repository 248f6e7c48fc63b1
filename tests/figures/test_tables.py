"""A CSV file is read strictly: what is not as promised is refused by file and line."""

import time

import pytest

from rareearth.errors import DataError
from rareearth.figures import csv_files as tables

COLUMNS = ["name", "value"]


@pytest.fixture
def read(tmp_path):
    """Return a function that writes bytes to a file and reads it as a table."""

    def reader(raw, columns=COLUMNS):
        path = tmp_path / "ores.csv"
        path.write_bytes(raw)
        return tables.read(path, columns)

    return reader


BROKEN = {
    "missing column": (b"name\na\n", r"ores\.csv:1: missing column value; expected"),
    "extra column": (
        b"name,value,valeu\na,1,2\n",
        r"ores\.csv:1: unknown column 'valeu' \(did you mean 'value'\?\)",
    ),
    "other order": (b"value,name\n1,a\n", r"ores\.csv:1: .*another order; expected"),
    "no header": (b"a,1\nb,2\n", r"ores\.csv:1: missing column name, value"),
    "too few fields": (b"name,value\na,1\nb\n", r"ores\.csv:3: 1 fields; expected 2"),
    "too many fields": (b"name,value\na,1,2\n", r"ores\.csv:2: 3 fields; expected 2"),
    "blank line": (b"name,value\n\na,1\n", r"ores\.csv:2: 0 fields; expected 2"),
    "text after a quote": (
        b'name,value\n"a"b,1\n',
        r"ores\.csv:2: broken quote: .*expected after '\"'",
    ),
    "quote without end": (
        b'name,value\na,1\n"b,2\n',
        r"ores\.csv:3: broken quote: unexpected end of data",
    ),
    "quote that swallows lines": (
        b'name,value\n"a,1\nb",2\nc,3\n',
        r"ores\.csv:2: a line break inside a cell, or a quote that is not closed",
    ),
    "byte-order mark": (
        b"\xef\xbb\xbfname,value\na,1\n",
        r"ores\.csv:1: starts with a byte-order mark; save it as UTF-8",
    ),
    "NUL": (b"name,value\na,1\nb,\0\n", r"ores\.csv:3: control character"),
    "old Mac line ends": (b"name,value\ra,1\r", r"ores\.csv:1: control character"),
    "Latin-1": (
        b"name,value\na,1\nMinist\xe9rio,2\n",
        r"ores\.csv:3: not UTF-8 \(byte 0xe9\); save the file as UTF-8",
    ),
    "UTF-16": ("name,value\n".encode("utf-16"), r"ores\.csv:1: not UTF-8 \(byte 0xff"),
    "empty": (b"", r"ores\.csv: empty file; expected a header line and figures"),
    "only line ends": (b"\n\n", r"ores\.csv: empty file"),
}


@pytest.mark.parametrize(("raw", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_by_line(read, raw, message):
    with pytest.raises(DataError, match=message):
        read(raw)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_refused_file_is_left_as_it_was(read, tmp_path, fault):
    raw, _ = BROKEN[fault]
    with pytest.raises(DataError):
        read(raw)
    assert (tmp_path / "ores.csv").read_bytes() == raw


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match=r"^ores\.csv: cannot be read: No such file"):
        tables.read(tmp_path / "ores.csv", COLUMNS)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "ores.csv").mkdir()
    with pytest.raises(DataError, match=r"^ores\.csv: is no regular file"):
        tables.read(tmp_path / "ores.csv", COLUMNS)


def test_a_file_of_100_megabytes_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "ores.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    start = time.process_time()
    with pytest.raises(DataError, match=r"ores\.csv: 100 MB; .* at most 50 MB"):
        tables.read(path, COLUMNS)
    assert time.process_time() - start < 0.1
    assert path.stat().st_size == 100_000_000


@pytest.mark.parametrize(
    "raw",
    [b"name,value\na,1\n", b"name,value\r\na,1\r\n", b"name,value\na,1"],
    ids=["LF", "CRLF", "no last line end"],
)
def test_every_usual_line_end_is_accepted(read, raw):
    assert read(raw).frame.values.tolist() == [["a", "1"]]


def test_fields_stay_text_as_they_stand(read):
    table = read(b'name,value\n" Ytterby, ""the mine""",007\nNA,\n')
    assert table.frame.values.tolist() == [[' Ytterby, "the mine"', "007"], ["NA", ""]]


def test_a_header_without_rows_is_an_empty_table(read):
    assert read(b"name,value\n").frame.shape == (0, 2)


def test_row_0_stands_on_line_2(read):
    assert read(b"name,value\na,1\n").line(0) == 2


def test_a_changed_file_is_read_again(read):
    assert read(b"name,value\na,1\n").frame["value"].item() == "1"
    assert read(b"name,value\na,22\n").frame["value"].item() == "22"


def test_a_file_read_for_other_columns_is_refused_from_memory_too(read):
    raw = b"name,value\na,1\n"
    read(raw)
    with pytest.raises(DataError, match="missing column worth"):
        read(raw, ["name", "worth"])


def test_every_file_read_is_remembered_with_its_hash(read, tmp_path):
    read(b"name,value\n")
    # printf 'name,value\n' | sha256sum
    expected = "2c0664afac18f766ff9366681be3f5bc1e309f78889484d6152722b78c7a88bf"
    assert tables.used.files[tmp_path / "ores.csv"] == expected


@pytest.mark.parametrize(
    "text", ["12,5", "1 000", "1_000", "n/a", "nan", "inf", "-", "0x10", "1e400", "٣"]
)
def test_text_where_a_number_belongs_is_reported(read, text):
    table = read(f'name,value\na,"{text}"\n'.encode())
    _, problems = tables.numbers(table, "value")
    expected = f"ores.csv:2: value: {text!r} is not a number"
    assert [str(problem).startswith(expected) for problem in problems] == [True]


def test_an_empty_number_is_missing_and_no_problem(read):
    values, problems = tables.numbers(read(b"name,value\na,\nb,0\n"), "value")
    assert values.isna().tolist() == [True, False]
    assert problems == []


@pytest.mark.parametrize(
    "text",
    ["2024", "2024-13-01", "2024-02-30", "20240101", "1.2.2024", "2024-1-5"],
)
def test_what_is_not_an_iso_date_is_reported(read, text):
    _, problems = tables.dates(read(f"name,value\na,{text}\n".encode()), "value")
    expected = f"ores.csv:2: value: {text!r} is not a date; expected YYYY-MM-DD"
    assert [str(problem).startswith(expected) for problem in problems] == [True]


def test_an_empty_day_is_missing_and_no_problem(read):
    values, problems = tables.dates(read(b"name,value\na,\nb,2024-02-29\n"), "value")
    assert values.isna().tolist() == [True, False]
    assert problems == []


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1600-01-01"])
def test_a_date_beyond_all_figures_is_reported_and_no_crash(read, text):
    _, problems = tables.dates(read(f"name,value\na,{text}\n".encode()), "value")
    assert f"{text!r} is not a date" in str(problems[0])


def test_an_unknown_name_comes_with_the_nearest(read):
    table = read(b"name,value\nChnia,1\n")
    problems = tables.unknown(table, "name", ["China", "India"])
    assert str(problems[0]).startswith(
        "ores.csv:2: name: unknown name 'Chnia'; did you mean 'China'"
    )


def test_a_repeated_key_names_the_line_of_the_first(read):
    table = read(b"name,value\na,1\nb,2\na,3\n")
    problems = tables.repeated(table, ["name"], "the same name")
    assert [str(p) for p in problems] == [
        "ores.csv:4: name: the same name as line 2: a"
    ]

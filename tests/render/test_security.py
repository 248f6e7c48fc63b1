"""Nothing leaves the machine, and text is never code."""

import csv
import io
import json
import re
import shlex
import socket
import urllib.error
import urllib.request
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hostile import HOSTILE, name_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rareearth import words
from rareearth.charts import canvas
from rareearth.claims import audit as claims
from rareearth.claims import own as own_claims
from rareearth.commands import audit as cli_audit
from rareearth.commands import checks
from rareearth.commands import main as cli
from rareearth.display import output as display
from rareearth.errors import WorkbookError
from rareearth.figures import loading as figures
from rareearth.render import grid, index, job, page
from rareearth.render import parameters as notebook_parameters

pytestmark = pytest.mark.usefixtures("kept_server")

SAFE = set("abcdefghijklmnopqrstuvwxyz0123456789._-")
CELL = (
    'country: str = "China"  # a name\n'
    "year: int = 2024  # a year\n"
    'products: list[str] = ["Nd"]  # names\n'
)
SHORT = [text for text in HOSTILE if len(text) < 10_000]
each_hostile = pytest.mark.parametrize("text", HOSTILE, ids=name_of)


# Network


@pytest.mark.parametrize("address", ["http://192.0.2.1/", "http://example.org/"])
def test_notebooks_are_run_in_tests_without_a_network(no_network, address):
    with pytest.raises(urllib.error.URLError, match="denies the network"):
        urllib.request.urlopen(address, timeout=1)


def test_loopback_stays_open_in_tests(no_network):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())


# Parameters


@pytest.fixture
def sample(notebook):
    return notebook(("markdown", "# A question?"), ("parameters", CELL))


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return an empty folder that is the current one."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def one_line(message):
    """Return whether a message is a line that no terminal takes for a command."""
    return message.rstrip("\n").isprintable() and len(message) < 500


def accepted(text):
    """Return whether a parameter may be this text: a length, and only characters."""
    return len(text) <= 10_000 and "\0" not in text


def test_the_list_has_a_hundred_texts_and_none_twice():
    assert len(HOSTILE) >= 100
    assert len(set(HOSTILE)) == len(HOSTILE)


@each_hostile
def test_a_value_stays_the_text_it_is_or_is_refused_in_one_line(sample, text):
    try:
        used = notebook_parameters.resolve(sample, {"country": text})
    except WorkbookError as error:
        assert not accepted(text)
        assert one_line(str(error))
    else:
        assert accepted(text)
        assert used["country"] == text


@each_hostile
def test_a_hostile_text_is_no_number_and_a_list_of_it_is_a_list(sample, text):
    with pytest.raises(WorkbookError) as caught:
        notebook_parameters.resolve(sample, {"year": text})
    assert one_line(str(caught.value))
    try:
        used = notebook_parameters.resolve(sample, {"products": text})
    except WorkbookError as error:
        assert one_line(str(error))
    else:
        assert all(type(each) is str for each in used["products"])


@each_hostile
def test_a_name_of_a_parameter_is_not_looked_for_elsewhere(sample, text):
    with pytest.raises(WorkbookError) as caught:
        notebook_parameters.resolve(sample, {text: "1"})
    assert one_line(str(caught.value).splitlines()[0])


@each_hostile
def test_the_command_makes_nothing_of_a_hostile_value_before_it_is_asked(
    sample, work, text
):
    status = cli.main(["render", str(sample), "-p", "country", text, "--check"])
    assert status == (1 if accepted(text) else 2)
    assert list(work.iterdir()) == []


def test_commands_for_another_machine_hold_each_value_as_one_word(sample, work, capsys):
    values = [each for each in HOSTILE if accepted(each) and "\n" not in each]
    values = [each for each in values if "\r" not in each]  # a command is one line
    listed = json.dumps({"country": values}, ensure_ascii=False)
    (work / "grid.yml").write_text(listed, encoding="utf-8")
    assert cli.main(["jobs", str(sample), "--grid-file", "grid.yml"]) == 0
    typed = [shlex.split(line) for line in capsys.readouterr().out.split("\n") if line]
    assert [words[4:6] for words in typed] == [["country", each] for each in values]


@each_hostile
def test_a_grid_file_holds_text_and_nothing_that_runs(sample, work, text):
    as_yaml, as_csv = work / "grid.yml", work / "grid.csv"
    as_yaml.write_text(f"country:\n  - {text}\n", encoding="utf-8", newline="")
    with as_csv.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["country"], [text]])
    for path in (as_yaml, as_csv):
        try:
            runs = list(grid.read(sample, [], file=path))
        except WorkbookError as error:
            assert len(str(error)) < 500
        else:
            assert all(type(run.get("country", "")) is str for run in runs)
    assert {each.name for each in work.iterdir()} == {"grid.yml", "grid.csv"}


# Names of files


@each_hostile
def test_a_report_lies_in_its_folder_whatever_its_parameters(sample, work, text):
    for stem, used in (("01_a", {"country": text}), ("01_a", {text: 1}), (text, {})):
        name = job.report_name(stem, used, {})
        assert set(name) <= SAFE
        assert not name.startswith((".", "-"))
        assert ".." not in name
        assert (work / f"{name}.html").resolve().parent == work.resolve()


def test_no_two_hostile_values_share_a_report():
    made = {job.report_name("01_a", {"country": text}) for text in HOSTILE}
    assert len(made) == len(HOSTILE)


values = st.one_of(st.text(), st.integers(), st.floats(), st.booleans())


@settings(max_examples=50)
@given(st.text(), st.dictionaries(st.text(), st.one_of(values, st.lists(values))))
def test_every_report_has_a_safe_name_whatever_notebook_and_parameters(stem, used):
    name = job.report_name(stem, used)
    assert set(name) <= SAFE
    assert 0 < len(name) <= job.LONGEST
    assert name[0] not in ".-"
    assert name[-1] not in ".-"


# Pages


@pytest.fixture
def shown(curated, monkeypatch):
    """Return the list of what gets displayed, with the small data package."""
    bundles = []
    monkeypatch.setattr(display, "display", lambda bundle, raw: bundles.append(bundle))
    display.reset()
    yield bundles
    display.reset()
    plt.close("all")


def displayed(bundles):
    """Return the page of a notebook that displayed `bundles`."""
    outputs = [new_output("display_data", data=dict(each)) for each in bundles]
    cells = [new_markdown_cell("# Q?"), new_code_cell("show()", outputs=outputs)]
    return page.render(new_notebook(cells=cells))


def skeleton(html):
    """Return the tags of a page with the names of their attributes: what acts in it."""
    tags = BeautifulSoup(html, "html.parser").find_all(True)
    return [(tag.name, sorted(tag.attrs)) for tag in tags]


def addresses(html):
    """Return what a page links to or loads, but for the index and its own data."""
    tags = BeautifulSoup(html, "html.parser").find_all(True)
    found = (tag[key] for tag in tags for key in ("href", "src") if key in tag.attrs)
    return [each for each in found if not each.startswith(("data:", "#", "index.html"))]


def everything(text, chart):
    """Display a text in every place that text from data can come to."""
    frame = pd.DataFrame({f"{text} name": [text], "value": [1.0]})
    display.findings([(text, text, text)])
    display.table(frame, f"{text} caption")
    display.show(chart, frame, f"{text} is what one two three four five six")
    display.say(text.replace("*", ""))  # its bold text is meant


def plain_figure():
    drawn, axes = canvas("A finding")
    axes.plot([1, 2], [3, 4])
    return drawn


@pytest.fixture
def drawn_once(monkeypatch):
    """Draw one chart for all: its text is in the picture, which cannot run."""
    drawn = plain_figure()
    monkeypatch.setattr(display, "_picture", lambda _: "data:image/svg+xml,<svg/>")
    return drawn


def test_a_page_has_the_same_tags_whatever_the_texts(shown, drawn_once):
    for text in SHORT:
        everything(text, drawn_once)
    hostile = displayed(shown)
    shown.clear()
    for _ in SHORT:
        everything("harmless", drawn_once)
    assert skeleton(hostile) == skeleton(displayed(shown))
    assert addresses(hostile) == []


def settings_page(value):
    """Return the page of a run with this parameter."""
    about = {"parameters": {"country": value}, "notebook": value, "own": value}
    about["changed"] = ["country"]
    parameter_cell = new_code_cell(CELL, metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# Q?"), parameter_cell]
    stored = new_notebook(cells=cells, metadata={"rareearth": about})
    return stored, page.render(stored)


def test_a_parameter_is_text_on_the_page_and_in_the_index(tmp_path):
    figures = {"sum": 0, "tables": 0, "page": "", "newest": "2026", "late": []}
    _, harmless = settings_page("harmless")
    cards = []
    for texts in (SHORT, ["harmless"] * len(SHORT)):
        for number, text in enumerate(texts):
            stored, html = settings_page(text)
            assert skeleton(html) == skeleton(harmless), ascii(text)
            assert addresses(html) == addresses(harmless), ascii(text)
            nbformat.write(stored, tmp_path / f"{number}.ipynb")
            (tmp_path / f"{number}.html").write_text("page")
        cards.append(index.build(tmp_path, figures).read_text(encoding="utf-8"))
    assert skeleton(cards[0]) == skeleton(cards[1])
    assert addresses(cards[0]) == addresses(cards[1])


@settings(max_examples=50)
@given(st.text(), st.text())
def test_any_caption_and_cell_is_read_back_as_it_was(caption, cell):
    assume(not re.fullmatch(r"\d{4}-\d\d(-\d\d)?", cell))  # has the class of dates
    html = display._html_table(pd.DataFrame({cell: [cell]}), caption, {})
    tree = BeautifulSoup(html, "html.parser")
    assert skeleton(html) == skeleton(
        display._html_table(pd.DataFrame({"a": ["a"]}), "a", {})
    )
    assert tree.caption.text == caption
    assert tree.find("th", scope="row").text == cell
    assert tree.div["aria-label"] == caption


@settings(max_examples=50)
@given(st.text())
def test_any_sentence_holds_no_tag_but_bold_ones(text):
    bundles = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "display", lambda bundle, raw: bundles.append(bundle))
        display.say(text)
    tags = BeautifulSoup(bundles[0]["text/html"], "html.parser").find_all(True)
    assert {tag.name for tag in tags} <= {"p", "strong"}
    assert not any(tag.attrs for tag in tags)


# Spreadsheets


@pytest.mark.parametrize("text", SHORT, ids=name_of)
def test_a_downloaded_cell_is_one_cell_and_no_formula(text):
    written = display.to_csv(pd.DataFrame({"a": [text], "b": ["end"]}))
    rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert len(rows) == 2
    assert rows[1][1] == "end"
    assert not rows[1][0].lstrip(" \n").startswith(words.FORMULA)


@given(st.text())
def test_any_text_is_harmless_in_a_spreadsheet_and_keeps_its_words(text):
    cell = words.harmless(text)
    is_number = cell.startswith("-") and cell == text and float(cell) <= 0
    assert is_number or not cell.lstrip(" \n").startswith(words.FORMULA)
    assert cell.removeprefix("'").split() == text.removeprefix("'").split()


# As OWASP's page on CSV injection names them, and what is not seen before them.
SIGNS = [*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\ufe6b"]
UNSEEN = [
    "",
    " ",
    "\n",
    "\t",
    "\r",
    "\x00",
    "\xa0",
    "\xad",
    "\u200b",
    "\u200e",
    "\u202e",
]
UNSEEN += ["\u2060", "\u2066", "\u2800", "\u3000", "\u3164", "\ufe0f", "\ufeff\u200b "]


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_a_formula_is_defused_whatever_stands_unseen_before_it(sign, unseen):
    assert words.harmless(f"{unseen}{sign}1+cmd").startswith("'")


@pytest.mark.parametrize("number", ["-1", "-0.25", "-1e-05", "12", "0.5", "3e+20"])
def test_a_number_stays_a_number_in_a_spreadsheet(number):
    assert words.harmless(number) == number


@pytest.mark.parametrize(
    "text", ["-1-1", "-1\n", "-\uff11", "-.5", "--1", "+1", "-1 %"]
)
def test_what_is_not_quite_a_number_is_defused(text):
    assert words.harmless(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["NdPr = 2", "a@b", "\u2212 5 %", "\xa0x", "\u200bNd", ""]
)
def test_other_text_is_left_as_it_is(text):
    assert words.harmless(text) == text


# Own figures


FIGURE = {
    "figure_id": "", "series": "mine_production", "entity": "Australia",
    "product": "REO", "period_start": "", "period_end": "", "value": "14000",
    "low": "", "high": "", "unit": "t", "price_year": "", "basis": "REO",
    "source_id": "", "locator": "p. 1", "confidence": "own", "note": "",
}  # fmt: skip
SOURCE = {
    "source_id": "", "title": "Mine", "publisher": "Me", "published": "2026",
    "lag_days": "", "url": "", "kind": "official_statistics", "confidence": "primary",
    "terms": "none", "via": "", "note": "",
}  # fmt: skip


def write_own(own, texts, columns):
    """Write a figure and a source for each text, which stands in some columns."""
    figure_rows, source_rows = [], []
    for number, text in enumerate(texts):
        year = 1900 + number
        period = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
        keys = {"figure_id": f"my-{number}", "source_id": f"mine-{number:03}"}
        cells = {**keys, **period, **dict.fromkeys(columns, text)}
        figure_rows.append(FIGURE | {k: cells[k] for k in cells if k in FIGURE})
        cells["source_id"] = keys["source_id"]
        source_rows.append(SOURCE | {k: cells[k] for k in cells if k in SOURCE})
    own.write("production.csv", list(FIGURE), figure_rows)
    own.write("sources.csv", list(SOURCE), source_rows)


FREE = ["locator", "note", "title", "publisher", "terms", "via", "url"]
CELLS = [each for each in SHORT if not {"\0", "\n", "\r"} & set(each)]


def page_of(own, shown):
    """Return the page that shows own figures and their sources."""
    shown.clear()
    display.reset()
    found = figures.load("mine_production", "Australia", extra=own.path)
    mine = found[found["confidence"] == "own"]
    display.table(mine.drop(columns="source_id").astype(str), "Mine", used=mine)
    display.bibliography()
    return displayed(shown)


def test_text_in_own_figures_is_shown_as_text(curated, own, shown, monkeypatch):
    monkeypatch.setenv("RAREEARTH_EXTRA_DATA", str(own.path))
    write_own(own, CELLS, FREE)
    assert checks.check(own.path) == []
    hostile = page_of(own, shown)
    write_own(own, ["harmless"] * len(CELLS), FREE)
    assert skeleton(hostile) == skeleton(page_of(own, shown))
    assert addresses(hostile) == []


@pytest.mark.parametrize("column", ["entity", "product", "unit", "basis", "source_id"])
def test_a_hostile_name_in_own_figures_is_refused_by_its_line(curated, own, column):
    write_own(own, CELLS, [column])
    problems = [each for each in checks.check(own.path) if each.column == column]
    named = [each for each in problems if each.file == "production.csv"]
    assert {each.line for each in named} == set(range(2, len(CELLS) + 2))
    assert all(one_line(str(each)) for each in problems)


@pytest.mark.parametrize("text", sorted(set(SHORT) - set(CELLS)), ids=name_of)
def test_a_control_character_in_own_figures_is_refused(curated, own, text):
    write_own(own, [text], FREE)
    with pytest.raises(WorkbookError) as caught:
        figures.load("mine_production", extra=own.path)
    assert one_line(str(caught.value))


# Own claims


def test_hostile_claims_are_judged_and_told_as_text(work):
    path = work / "my.csv"
    header = "claim_id article subject quantity product value unit qualifier".split()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number, text in enumerate(CELLS):
            for place in range(len(header)):
                row = [f"c{number}-{place}", "Memo", "China", "mine_production"]
                row += ["REO", "1", "t", "exact"]
                row[place] = text
                writer.writerow(row)
    read = own_claims.read(path)
    audited = claims.audit(read, claims.look())
    assert len(audited) == len(CELLS) * len(header)
    for line in cli_audit._lines(audited):
        assert line.isprintable(), ascii(line)
    assert [each.name for each in work.iterdir()] == ["my.csv"]


# Terminals


def test_a_notebook_from_someone_else_cannot_command_the_terminal(notebook, capsys):
    title = ("markdown", "# Q \x1b[2J\u202e?")
    path = notebook(title, ("parameters", 'a: str = "b"  # \x1b]0;x\x07'))
    assert cli.main(["list", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()
    assert "Q \\x1b[2J\\u202e?" in said


# Code


@pytest.mark.parametrize("path", sorted(Path(cli.__file__).parents[1].rglob("*.py")))
def test_the_package_starts_no_shell_and_reads_no_yaml_that_makes_objects(path):
    text = path.read_text("utf-8")
    banned = ("shell=True", "os.system(", "yaml.Loader", "unsafe_load", "full_load")
    assert [each for each in banned if each in text] == []

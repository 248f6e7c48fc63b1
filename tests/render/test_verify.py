"""A page is what the workbook makes, byte for byte, or it is told where it is not."""

import json
import os
import random
import re
import time
from html import escape

import pytest

from rareearth.commands import main as cli
from rareearth.render import provenance, verify
from rareearth.render.job import plan
from rareearth.render.pool import ForkPool
from rareearth.render.report import run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kept_server")]
CELLS = [
    ("markdown", "# How much?\n\nLead."),
    ("parameters", "year: int = 2024  # calendar year [2000 .. 2024]"),
    (
        "code",
        "import rareearth as ree\n"
        "from rareearth.charts import canvas\n"
        "from rareearth.display.output import say, show, table\n"
        "mined = ree.load('mine_production', start=year, end=year).head(5)\n"
        "print('two  blanks\\n   three')\n"
        "say(f'In {year}, **69 %** of it.')",
    ),
    ("markdown", "## By country"),
    (
        "code",
        "table(mined[['entity', 'value']], 'Mined')\n"
        "figure, axes = canvas('A finding')\n"
        "axes.barh(mined['entity'], mined['value'])\n"
        "show(figure, mined, 'Bar chart of the tonnes mined in five countries')",
    ),
]


@pytest.fixture(scope="module")
def pool():
    """Return the processes that runs of this module are forked from."""
    with ForkPool(1) as made:
        yield made


@pytest.fixture
def made(notebook, tmp_path, pool):
    """Return the job of the sample report, and that of another year, both made."""
    path = notebook(*CELLS)
    jobs = [plan(path, given, tmp_path / "out") for given in ({}, {"year": 2010})]
    assert [result.error for result in run(jobs, pool)] == ["", ""]
    return jobs


@pytest.fixture
def verified(made, tmp_path, monkeypatch, capsys):
    """Return a function that verifies a page, each report made anew once for all."""
    known = {}

    def anew(notebook, given, own, inner=verify.anew):
        key = json.dumps(given, sort_keys=True)
        if key not in known:
            known[key] = inner(notebook, given, own)
        return known[key]

    monkeypatch.setattr(verify, "anew", anew)

    def command(page, name="sample.html"):
        path = tmp_path / name
        path.write_bytes(page)
        words = ["verify", str(path), "--notebook", str(made[0].notebook)]
        status = cli.main(words)
        said = capsys.readouterr()
        return status, said.out + said.err

    return command


def pick(rng, pattern, page):
    """Return where one of the places is that a pattern finds below the head."""
    text = page.decode()
    places = list(re.compile(pattern, re.DOTALL).finditer(text, text.index("</head>")))
    return text, rng.choice(places).span(1)


def replaced(pattern, change):
    """Return a falsification: one place that a pattern finds is changed."""

    def falsify(rng, page, _):
        text, (start, end) = pick(rng, pattern, page)
        return (text[:start] + change(text[start:end], rng) + text[end:]).encode()

    return falsify


def another(text, rng):
    """Return a text with one letter or digit of it exchanged."""
    place = rng.choice([n for n, each in enumerate(text) if each.isalnum()])
    new = rng.choice([each for each in "0123456789abcXYZ" if each != text[place]])
    return text[:place] + new + text[place + 1 :]


def relabelled(rng, page, _):
    """Change one text of the label."""
    text = page.decode()
    start, end = text.index('{"'), text.index("'>", text.index('{"'))
    return (text[:start] + another(text[start:end], rng) + text[end:]).encode()


def with_script(rng, page, _):
    text, (place, _) = pick(rng, "()<(?:p|h2|figure|details|/body)[ >]", page)
    return f"{text[:place]}<script>x = {rng.random()}</script>{text[place:]}".encode()


KINDS = {
    "text": replaced(r">([^<>{}]*[A-Za-z]{4}[^<>{}]*)<", another),
    "number": replaced(r">[^<>]*?([0-9]+)[^<>]*<", another),
    "attribute": replaced(r' (?:id|alt|href|class|aria-label)="([^"]*\w)"', another),
    "table cell": replaced(r"<td[^>]*>([^<]*\w[^<]*)</td>", another),
    "data URI": replaced(r'"data:text/csv[^,]*,([^"]*)"', another),
    "SVG": replaced(r'"data:image/svg\+xml,([^"]*)"', another),
    "label": relabelled,
    "script": with_script,
    "whitespace in pre": replaced(r"<pre[^>]*>[^<]*?([ \n]+)", lambda t, _: t + " "),
    "swapped page": lambda rng, page, other: other,
}


def test_sixty_falsified_pages_are_found_by_their_record_and_made_anew(made, verified):
    job, other = made
    page, swapped = job.page.read_bytes(), other.page.read_bytes()
    assert verified(page) == (0, "sample.html matches the workbook\n")
    assert provenance.state(job).kind == "fresh"
    rng, found = random.Random(22), 0
    status = job.page.stat()
    for kind in [kind for kind in KINDS for _ in range(6)]:
        false = KINDS[kind](rng, page, swapped)
        assert false != page, kind
        job.page.write_bytes(false)
        os.utime(job.page, ns=(status.st_atime_ns, status.st_mtime_ns))
        by_record = provenance.state(job)
        assert by_record.reasons == ["sample.html is not as it was written"], kind
        said, words = verified(false)
        if kind == "swapped page":  # true, and another report than its name says
            is_found = words.endswith(" matches the workbook as sample--year-2010\n")
        else:
            is_found = said != 0 and "matches" not in words
        assert is_found, (kind, words)
        assert words.replace("\n", "").isprintable()
        found += is_found
    assert found == 60


def test_an_executed_notebook_of_equal_size_and_date_is_seen_as_edited(made, pool):
    job, _ = made
    before, status = job.executed.read_bytes(), job.executed.stat()
    job.executed.write_bytes(before.replace(b"69 %", b"99 %"))
    os.utime(job.executed, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert job.executed.stat().st_size == status.st_size
    state = provenance.state(job)
    assert state == provenance.State("run", ["sample.ipynb is not as it was written"])
    (result,) = run([job], pool)
    assert result.state == "made"
    assert job.executed.read_bytes() == before


def test_the_place_is_named_where_a_page_first_differs(made, verified):
    page = made[0].page.read_bytes()
    status, words = verified(page.replace(b"69 %", b"99 %", 1))
    assert status == 1
    assert "first differs below 'How much?'" in words
    assert "99 %" in words
    assert "made anew it is '69 %" in words
    last = page.rindex(b"</td>")
    _, words = verified(page[: last - 1] + b"#" + page[last:])
    assert "first differs below 'By country'" in words
    _, words = verified(page.replace(b"<title>How", b"<title>Now"))
    assert "first differs in its head" in words
    hidden = "\x1b[2J\u202e"
    _, words = verified(page.replace(b"69 %", hidden.encode(), 1))
    assert ascii(hidden)[1:-1] in words


def relabel(page, change):
    """Return a page that says another thing on what it was made from."""
    text = page.decode()
    start, end = text.index('{"'), text.index("'>", text.index('{"'))
    about = json.loads(text[start:end].replace("&#x27;", "'"))
    change(about)
    label = json.dumps(about, sort_keys=True, separators=(",", ":"))
    return text[:start].encode() + escape(label, quote=False).encode() + b"'>"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a["data"][0].update(sha256="0"), " changed\n"),
        (lambda a: a["data"].append({"name": "data/x.csv", "sha256": "1"}),
         "data/x.csv is gone\n"),
        (lambda a: a["modules"].pop(), "rareearth/words.py is new\n"),
        (lambda a: a.update(code="0"), "its code changed\n"),
        (lambda a: a["environment"].update(pandas="0.1"), ", was 0.1\n"),
    ],
)  # fmt: skip
def test_a_page_of_other_data_or_code_says_which_and_does_not_match(
    made, verified, change, words
):
    page = made[0].page.read_bytes()
    head = relabel(page, change)
    status, said = verified(head + page[page.index(b"'>", page.index(b'{"')) + 2 :])
    assert status == 1
    assert words in said
    assert said.endswith("sample.html differs from the workbook\n")


def test_a_page_made_with_other_versions_says_the_same_and_does_not_match(
    made, verified
):
    page = made[0].page.read_bytes()
    pandas = provenance.installed("pandas")
    # in its label and in the block at its end
    other = page.replace(f'"pandas":"{pandas}"'.encode(), b'"pandas":"0.1"')
    other = other.replace(
        f"<dt>pandas</dt><dd>{pandas}<".encode(), b"<dt>pandas</dt><dd>0.1<"
    )
    assert verified(other) == (
        1,
        f"pandas {pandas}, was 0.1\n"
        "but for that, the page says what the workbook says\n"
        "sample.html differs from the workbook\n",
    )
    status, said = verified(other.replace(b"69 %", b"99 %", 1))
    assert status == 1
    assert "99 %" in said


def labelled(**about):
    """Return a page that has nothing but a label."""
    known = {"notebook": "01_production_shares", "data": [], "modules": []}
    known |= {"parameters": {}, "environment": {}}
    return f"<meta name=\"rareearth\" content='{json.dumps({**known, **about})}'>"


MEGABYTE = 1_000_000
LABEL = '<meta name="rareearth" content=\''
NO_REPORTS = {
    "nothing": "",
    "a foreign page": "<html><body>hello</body></html>",
    "a label that is cut": LABEL + '{"notebook":',
    "a label of nothing": LABEL + "{}'>",
    "an empty report": labelled(notebook="/etc/x.ipynb"),
    "another notebook": labelled(notebook="../../x"),
    "a hostile name": labelled(notebook="\x1b[2J\u202e", own="\x1b]0;x\x07"),
    "a list of versions": labelled(environment=[1]),
    "a list of parameters": labelled(parameters=[["a", "b"]]),
    "a file without a name": labelled(data=[1]),
    "other parameters": labelled(parameters={f"p{n}": 1 for n in range(50_000)}),
    "a value that is none": labelled(parameters={"country": {"a": ["Atlantis"]}}),
    "own figures": labelled(data=[{"name": "own/../../etc/passwd", "sha256": ""}]),
    "30 MB of tags": "<a <a" * 6 * MEGABYTE,
    "100 MB": "x" * 100 * MEGABYTE,
    "a script without an end": "<script>" + "y" * 30 * MEGABYTE,
    "a label without an end": LABEL + "&amp" * 10 * MEGABYTE,
    "many labels": LABEL * MEGABYTE,
    "lists within lists": LABEL + "[" * MEGABYTE + "'>",
    "a parameter of lists": labelled().replace(
        "}'>", f",x:{'[' * 9_000}{']' * 9_000}}}"
    ),
    "a long number": labelled().replace("{}", '{"end_year": ' + "9" * 9_000 + "}", 1),
}


@pytest.mark.parametrize("text", NO_REPORTS.values(), ids=NO_REPORTS)
def test_what_is_no_report_is_compared_with_nothing_and_said_so(tmp_path, capsys, text):
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    started = time.monotonic()
    assert cli.main(["verify", str(path)]) == 2
    assert time.monotonic() - started < 5
    said = capsys.readouterr()
    assert said.out == ""
    assert "matches" not in said.err
    assert said.err.replace("\n", "").isprintable()
    assert len(said.err) < 2_000


def test_a_pipe_a_device_or_a_folder_is_no_report(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "zero.html").symlink_to("/dev/zero")
    (tmp_path / "loop.html").symlink_to("loop.html")
    for name in ("pipe.html", "zero.html", "loop.html", "none.html", "."):
        assert cli.main(["verify", str(tmp_path / name)]) == 2
        assert "cannot read" in capsys.readouterr().err


def test_paths_in_a_page_are_not_opened(made, verified, monkeypatch):
    paths = ["data//etc/passwd", "data/../../etc/passwd", "/dev/zero", "own/x"]
    names = [{"name": each, "sha256": "0"} for each in paths[:3]]
    page = relabel(made[0].page.read_bytes(), lambda a: a["data"].extend(names))
    verified(page)  # made anew once
    opened = []
    monkeypatch.setattr(provenance, "locate", lambda *each: opened.append(each))
    status, said = verified(page)
    assert status == 1
    assert "data//etc/passwd is gone" in said
    assert opened == []
    monkeypatch.undo()
    for each in (*paths, "data/", "rareearth/./x", "data/a\0"):
        with pytest.raises(ValueError, match="not a file of the workbook"):
            provenance.locate(each, None)


def test_a_record_of_a_stranger_is_read_within_bounds(made):
    job, _ = made
    good = job.record.read_text()
    hostile = [
        "[" * 200_000,
        '{"run":' * 100_000,
        good.replace("data/series.csv", "data//etc/passwd"),
        good.replace("data/series.csv", "data//dev/zero"),
        "x" * 20 * MEGABYTE,
        '{"run": {"data": 5}}',
    ]
    for text in hostile:
        job.record.write_text(text)
        assert provenance.state(job).kind == "run"
    job.record.unlink()
    os.mkfifo(job.record)
    assert provenance.state(job).reasons == ["it has not been made yet"]
    job.record.unlink()
    job.record.write_text(good)
    job.page.unlink()
    os.mkfifo(job.page)
    assert provenance.state(job).kind == "page"


def test_of_many_unknown_files_some_are_told(made, verified):
    page = made[0].page.read_bytes()
    many = [{"name": f"data/{n}\x1b[2J.csv", "sha256": "1"} for n in range(5_000)]
    status, said = verified(relabel(page, lambda a: a["data"].extend(many)))
    assert status == 1
    assert "\nand 4,980 more\n" in said
    assert said.count("\n") == 20 + 1 + 1 + 1
    assert said.replace("\n", "").isprintable()

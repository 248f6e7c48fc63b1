"""What is no notebook of ours, or a broken one, costs itself at most and is named."""

import json
import os
import random
import re
from copy import deepcopy
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from rareearth.commands import main as cli
from rareearth.errors import UnknownName
from rareearth.render import execute, library

pytestmark = pytest.mark.usefixtures("kept_server")

MUTILATED = 40


def markdown(source, **more):
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source, **more):
    ran = {"outputs": [], "execution_count": None}
    return {"cell_type": "code", "metadata": {}, "source": source, **ran, **more}


def content(*cells, **more):
    about = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return {"cells": list(cells), **about, **more}


SOUND = content(markdown("# Sound?", id="a"), code("print('ran')", id="b"))


@pytest.fixture
def books(tmp_path, monkeypatch):
    """Return a folder with one sound notebook in place of the workbook's own."""
    folder = tmp_path / "books"
    folder.mkdir()
    monkeypatch.setattr(library, "notebooks_folder", lambda: folder)
    monkeypatch.setattr(library, "outputs_folder", lambda: tmp_path / "outputs")
    put(folder / "01_sound.ipynb", SOUND)
    return folder


def put(path, held):
    path.write_bytes(held if isinstance(held, bytes) else json.dumps(held).encode())
    return path


def said(capsys):
    """Return the lines of both streams; each complaint stands on one."""
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert all(line.startswith("rareearth: ") for line in err.splitlines())
    return out.splitlines(), err.splitlines()


# What other programs leave


STRAYS = """Untitled.ipynb
Untitled1.ipynb
untitled-2.ipynb
01_sound-Copy1.ipynb
01_sound-Copy1-Copy2.ipynb
01_sound - Copy.ipynb
01_sound - Copy (2).ipynb
01_sound copy.ipynb
01_sound copy 2.ipynb
01_sound (1).ipynb
._01_sound.ipynb
~$01_sound.ipynb
.~01_sound.ipynb
.hidden.ipynb
01_sound-checkpoint.ipynb
02_LOUD.IPYNB"""


@pytest.mark.parametrize("name", STRAYS.splitlines())
def test_what_another_program_has_left_is_passed_over_by_name(books, capsys, name):
    put(books / name, SOUND)
    assert cli.main(["list"]) == name.lower().startswith("untitled")
    out, err = said(capsys)
    assert out == ["01_sound  Sound?"]
    (line,) = err
    assert f"{name} is passed over: " in line
    assert library.find("01") == books / "01_sound.ipynb"


@pytest.mark.parametrize(
    "held",
    [b"", b" \n", b"\xef\xbb\xbf", content(), content(code("")), content(code([" "]))],
)
def test_a_notebook_without_content_is_passed_over(books, capsys, held):
    put(books / "02_empty.ipynb", held)
    assert cli.main(["list"]) == 0
    (line,) = said(capsys)[1]
    assert re.search("02_empty.ipynb is passed over: .*(empty|without content)", line)


def test_the_folder_of_checkpoints_is_passed_over(books, capsys):
    (books / ".ipynb_checkpoints").mkdir()
    put(books / ".ipynb_checkpoints" / "01_sound-checkpoint.ipynb", SOUND)
    assert cli.main(["list"]) == 0
    out, (line,) = said(capsys)
    assert out == ["01_sound  Sound?"]
    assert ".ipynb_checkpoints is passed over: JupyterLab" in line


@pytest.mark.parametrize(
    "name", ["07_carbon-copy", "02_copying", "03_untitled_land", "04_copy2_of_a_law"]
)
def test_a_notebook_whose_name_only_looks_like_a_copy_is_one(books, capsys, name):
    put(books / f"{name}.ipynb", SOUND)
    assert cli.main(["list"]) == 0
    assert said(capsys) == (["01_sound  Sound?", f"{name}  Sound?"], [])


def test_a_copy_is_found_when_it_is_asked_for(books):
    path = put(books / "01_sound-Copy1.ipynb", SOUND)
    assert library.find("01_sound-Copy1") == path
    assert library.find("01_sound-Copy1.ipynb") == path


def test_a_number_that_two_notebooks_have_names_both(books):
    put(books / "01_other.ipynb", SOUND)
    with pytest.raises(UnknownName, match=r"01 is more than one .*01_other, 01_sound"):
        library.find("01")


# What cannot be read


def _link(target):
    return lambda path: path.symlink_to(target)


BROKEN = {
    "a folder": Path.mkdir,
    "a link to nothing": _link("gone"),
    "a link to itself": _link("02_broken.ipynb"),
    "a device": _link("/dev/zero"),
    "a pipe": os.mkfifo,
    "half a file": json.dumps(SOUND).encode()[:90],
    "UTF-16": json.dumps(SOUND).encode("utf-16"),
    "zeros": bytes(500),
    "brackets": b"[" * 100_000,
    "a list": [1],
    "another object": {"a": 1},
    "no version": {"cells": [], "metadata": {}},
    "nbformat 3": {"nbformat": 3, "nbformat_minor": 0, "worksheets": []},
    "nbformat 5": content(nbformat=5),
    "no cells": {"nbformat": 4, "metadata": {}},
    "cells by name": content() | {"cells": {"a": 1}},
    "metadata in words": content(code("1"), metadata="x"),
    "a cell in words": content(code("1"), "x"),
    "a heading cell": content({**code("1"), "cell_type": "heading"}),
    "a source by name": content({**code("1"), "source": {"a": 1}}),
    "tags in words": content(code("1", metadata={"tags": "parameters"})),
    "a huge cell": content(code("#" * 1_000_001)),
    "parameters of no Python": content(
        code("x = (", metadata={"tags": ["parameters"]})
    ),
    "100,000 minus signs": content(
        code(f"x = {'-' * 100_000}1", metadata={"tags": ["parameters"]})
    ),
}


@pytest.mark.parametrize("held", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_costs_itself_and_is_named_in_a_line(books, capsys, held):
    path = books / "02_broken.ipynb"
    if callable(held):
        held(path)
    else:
        put(path, held)
    assert cli.main(["list"]) == 1
    out, (line,) = said(capsys)
    assert out == ["01_sound  Sound?"]
    assert "02_broken.ipynb" in line
    assert cli.main(["render", "02_broken"]) == 2  # it was asked for
    assert said(capsys)[0] == []
    assert cli.main(["list", str(path)]) == 2


# What JupyterLab opens, and so do we


def loaded(tmp_path, held):
    return execute.load(put(tmp_path / "x.ipynb", held))


@pytest.mark.parametrize(
    "names",
    [
        [None, None, None],
        ["a", "a", "a"],
        ["has space/0", "", "x" * 65],
        ["cell-2", None, "cell-1"],
        [5, {"a": 1}, "\udcff"],
        ["ok", "é", "b\n"],
    ],
)
def test_identities_of_cells_are_mended(tmp_path, names):
    cells = [
        code(str(n), **({"id": name} if name else {})) for n, name in enumerate(names)
    ]
    found = [cell.id for cell in loaded(tmp_path, content(*cells)).cells]
    assert len(set(found)) == 3
    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", each) for each in found)
    assert all(
        new == old for new, old in zip(found, names, strict=True) if old in ("ok",)
    )


def test_a_notebook_of_other_tools_is_read_as_jupyterlab_reads_it(tmp_path):
    stored = content(
        markdown("# A?\r\n\r\nb\rc", role="x", html="<script>"),
        code(["a = 1\n", "a"], execution_count=7, prompt_number=3, outputs=5),
        code("'\udcff'", metadata=None),
        worksheets=[],
        nbformat_minor=2,
    )
    del stored["metadata"]
    found = loaded(tmp_path, b"\xef\xbb\xbf" + json.dumps(stored).encode())
    assert [cell.source for cell in found.cells] == [
        "# A?\n\nb\nc",
        "a = 1\na",
        r"'\udcff'",
    ]
    assert [cell.get("outputs", []) for cell in found.cells] == [[], [], []]
    assert found.nbformat_minor == 5


def test_an_attachment_in_lines_is_one_text(tmp_path):
    held = {"a.svg": {"image/svg+xml": ["<svg>\n", "</svg>"]}}
    (cell,) = loaded(tmp_path, content(markdown("x", attachments=held))).cells
    assert cell.attachments["a.svg"]["image/svg+xml"] == "<svg>\n</svg>"


# As reports


@pytest.mark.slow
def test_a_plain_notebook_renders_and_its_chart_without_alt_text_is_told(
    books, tmp_path, capsys
):
    plain = content(
        markdown("# Plain?"),
        code("import pandas as pd\nimport seaborn as sns\n"),
        code("frame = pd.DataFrame({'a': [1, 2], 'b': ['<b>x</b>', 'y']})\nframe"),
        code("sns.barplot(frame, x='b', y='a');"),
        code("print('before \\udcff after \\x1b]0;t\\x07')"),
        nbformat_minor=2,
    )
    put(books / "02_plain.ipynb", plain)
    pages = []
    for folder in ("one", "two"):
        words = ["render", "02", "--quiet", "--out", str(tmp_path / folder)]
        assert cli.main(words) == 0
        ((line,)) = said(capsys)[1]
        assert re.search(r"warning: 02_plain: cell 4 .*display\.show", line)
        pages.append((tmp_path / folder / "02_plain.html").read_bytes())
    assert pages[0] == pages[1]
    main = BeautifulSoup(pages[0], "html.parser").main
    assert main.img["alt"] == "A picture that its author has not described"
    assert "<b>x</b>" in main.find("table").text
    assert r"before \udcff after \x1b]0;t\x07" in main.text


@pytest.mark.slow
def test_strays_leave_the_status_alone_and_a_broken_notebook_does_not(
    books, tmp_path, capsys
):
    put(books / "01_sound-Copy1.ipynb", SOUND)
    words = ["render", "--quiet"]
    assert cli.main(words) == 0
    assert said(capsys)[1] == []  # in quiet, what is no error is not told
    assert cli.main(["render", "--check"]) == 0
    assert "01_sound-Copy1.ipynb is passed over" in said(capsys)[1][0]
    (books / "01_sound-Copy1.ipynb").unlink()
    put(books / "02_torn.ipynb", b"{")
    assert cli.main(words) == 1
    (line,) = said(capsys)[1]
    assert "02_torn.ipynb is not a notebook" in line
    assert (tmp_path / "outputs" / "01_sound.html").is_file()
    assert cli.main(["render", "--check"]) == 1


def nodes(held, path=()):
    """Yield the path of each part of a notebook's JSON."""
    parts = held.items() if isinstance(held, dict) else enumerate(held)
    for key, value in parts:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from nodes(value, (*path, key))


def mutilate(chance):
    """Return a notebook that something has happened to."""
    cell = code("print(1)", id="b", metadata={"tags": ["x"]})
    whole = deepcopy(content(markdown(["# A?\n", "b"], id="a"), cell))
    text = json.dumps(whole).encode()
    place = chance.randrange(len(text))
    path = chance.choice(list(nodes(whole)))
    part = whole
    for key in path[:-1]:
        part = part[key]
    wrong = [None, True, 5, -0.5, "x", "\udcff", [], [1, None], {}, {"a": {}}, [["a"]]]
    match chance.randrange(8):
        case 0:
            return text[:place]
        case 1:
            return text[:place] + b"\0" * chance.randrange(1, 9) + text[place:]
        case 2:
            return text.replace(b", ", chance.choice([b",\r", b",\r\n", b",\n\r"]))
        case 3:
            whole["cells"][1]["source"] = "#" * chance.choice([999_999, 3_000_000])
        case 4:
            del part[path[-1]]
        case 5:
            whole["cells"][1]["source"] = "print(1)\r\n\r\x0c\n\0"[
                : chance.randrange(14)
            ]
        case _:
            part[path[-1]] = chance.choice(wrong)
    return whole


@pytest.mark.slow
def test_mutilated_notebooks_cost_themselves_and_the_sound_one_renders(
    books, tmp_path, capsys
):
    chance = random.Random(22)
    names = [f"m{number:02}" for number in range(MUTILATED)]
    for name in names:
        put(books / f"{name}.ipynb", mutilate(chance))
    assert cli.main(["render"]) == 1
    out, err = said(capsys)
    outputs = tmp_path / "outputs"
    assert (outputs / "01_sound.html").is_file()
    made = [name for name in names if (outputs / f"{name}.html").is_file()]
    assert 5 < len(made) < MUTILATED - 5
    for name in names:
        lines = [line for line in (out if name in made else err) if name in line]
        assert lines, name

"""The data dictionary explains every key, as text, in one harmless file."""

import csv
import shutil

import pytest
from bs4 import BeautifulSoup

from rareearth.render import dictionary, library


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    target = dictionary.build(tmp_path_factory.mktemp("outputs"))
    return BeautifulSoup(target.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("name", ["series", "entities", "products", "bases", "sources"])
def test_every_key_of_a_dictionary_heads_a_row(page, name):
    with (library.data_folder() / f"{name}.csv").open(encoding="utf-8") as file:
        keys = {next(iter(row.values())) for row in csv.DictReader(file)}
    heads = {cell.get_text() for cell in page.select(f"#{name} tbody th")}
    assert heads == keys


def test_the_page_asks_for_nothing_and_runs_nothing(page):
    assert not page.find_all(["script", "iframe", "object"])
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")
    assert len(page.find_all("h1")) == 1


def test_a_key_that_looks_like_markup_stays_text(tmp_path):
    data = shutil.copytree(library.data_folder(), tmp_path / "data")
    path = data / "bases.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "zz,qualifier,<script>alert(1)</script>\n", encoding="utf-8")
    page = dictionary.build(tmp_path, data).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_unchanged_dictionary_is_left_alone(tmp_path):
    first = dictionary.build(tmp_path).stat().st_mtime_ns
    assert dictionary.build(tmp_path).stat().st_mtime_ns == first

"""The data dictionary explains every key, as text, in one harmless file."""

import csv
import shutil

import pytest
from bs4 import BeautifulSoup

from rareearth.commands import render
from rareearth.render import library


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    target = render.dictionary(tmp_path_factory.mktemp("outputs"))
    return BeautifulSoup(target.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("name", ["series", "entities", "products", "bases", "sources"])
def test_every_key_of_a_dictionary_heads_a_row(page, name):
    with (library.data_folder() / f"{name}.csv").open(encoding="utf-8") as file:
        keys = {next(iter(row.values())) for row in csv.DictReader(file)}
    heads = {cell.get_text() for cell in page.select(f"#{name} tbody th")}
    assert heads == keys


def test_every_link_inside_the_page_leads_to_one_place(page):
    places = [each["id"] for each in page.find_all(id=True)]
    assert len(places) == len(set(places))
    inside = {each["href"][1:] for each in page.select("a[href^='#']")}
    assert inside <= set(places)


def test_a_series_leads_to_its_bases_and_its_sources(page):
    # data/costs.csv and the other tables: what the rows of a series name.
    codes, sources = set(), set()
    for path in library.data_folder().glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row.get("series") == "mine_production" and "figure_id" in row:
                    codes |= {f"#bases-{code}" for code in row["basis"].split(";")}
                    sources.add(f"#sources-{row['source_id']}")
    links = {each["href"] for each in page.select("#series-mine_production a")}
    assert links == codes | sources


def test_a_long_section_has_letters_and_draws_only_what_is_in_sight(page):
    letters = [each.text for each in page.select("#sources .letters a")]
    assert letters == sorted(letters)
    assert {"A", "M", "U"} <= set(letters)
    groups = page.select("#sources .group")
    assert len(groups) == len(page.select("#sources .letters a"))
    assert all("contain-intrinsic-size" in each["style"] for each in groups)
    assert ".group { content-visibility: auto; }" in page.style.text


def test_the_page_is_small_enough_for_a_phone(tmp_path):
    assert render.dictionary(tmp_path).stat().st_size < 1_000_000


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
    page = render.dictionary(tmp_path, data).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_unchanged_dictionary_is_left_alone(tmp_path):
    first = render.dictionary(tmp_path).stat().st_mtime_ns
    assert render.dictionary(tmp_path).stat().st_mtime_ns == first


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw.replace(b"USGS", b"\xff\xfe", 1)[: len(raw) // 2],  # torn
        lambda raw: raw.replace(b"\n", b"\nprod-0001,mine_production\n", 1),  # short
        lambda raw: raw.replace(b"figure_id,series", b"figure,serie", 1),
        lambda raw: raw.replace(b",", b',"', 20),  # a field that never ends
        lambda raw: b"",
    ],
)
def test_a_damaged_table_costs_itself(damage, tmp_path):
    data = shutil.copytree(library.data_folder(), tmp_path / "data")
    table = data / "production.csv"
    table.write_bytes(damage(table.read_bytes()))
    text = render.dictionary(tmp_path, data).read_text(encoding="utf-8")
    assert "ndpr_price" in text

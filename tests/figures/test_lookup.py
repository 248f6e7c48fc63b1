"""Names are found by the words, codes and symbols that people use for them."""

import pytest

import rareearth as ree
from rareearth.errors import ParameterError, UnknownName


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("USA", "United States"),  # ISO 3166 alpha-3
        ("usa", "United States"),
        ("EU", "European Union"),
        ("neodymium", "Nd"),
        ("Yttrium", "Y"),
        ("dysprosium oxide", "Dy oxide"),
        ("mine production", "mine_production"),
        ("TREO", "REO"),
    ],
)
def test_the_likeliest_meaning_stands_first(words, name):
    assert ree.find(words)["name"].iloc[0] == name


def test_what_is_like_nothing_finds_no_rows():
    assert ree.find("unobtainium").empty
    assert ree.find("").empty


def test_every_word_must_be_found():
    assert set(ree.series("mine production").index) >= {"mine_production"}
    assert "mine_production" not in ree.series("mine exports").index


def test_without_words_all_of_a_dictionary_comes():
    assert ree.entities().loc["China", "iso3"] == "CHN"
    assert ree.products().loc["Nd oxide", "elements"] == "Nd"
    assert ree.series().loc["mine_production", "unit"] == "t"


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ({"entity": "USA"}, "did you mean 'United States'"),
        ({"product": "neodymium"}, "did you mean 'Nd'"),
        ({"country": "Chna"}, "did you mean 'China'"),
    ],
)
def test_a_wrong_name_is_refused_with_what_it_means(wanted, offered):
    with pytest.raises(UnknownName, match=offered):
        ree.load("mine_production", **wanted)


def test_country_is_another_word_for_entity():
    one = ree.load("mine_production", country="China")
    assert one.equals(ree.load("mine_production", "China"))
    with pytest.raises(ParameterError, match="country is another word for entity"):
        ree.load("mine_production", "China", country="China")


def test_no_public_name_is_that_of_a_room():
    rooms = "production prices costs producers trade demand supply_risk cutoff ramp_up"
    assert not set(ree.__all__) & set(f"{rooms} policy claims".split())


@pytest.mark.parametrize("name", ree.__all__[1:])
def test_each_public_name_says_what_it_returns(name):
    assert len(getattr(ree, name).__doc__.splitlines()) > 1 or name == "check"

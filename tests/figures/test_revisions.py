"""How far publications revise their own numbers, and who says what a frame holds."""

import pandas as pd
import pytest

import rareearth as ree
from rareearth.figures.loading import label
from rareearth.figures.vintages import Noise, by_edition, noise

SURVEY = "USGS Mineral Commodity Summaries"


@pytest.fixture(scope="module")
def editions():
    return by_edition(ree.revisions("mine_production", publication=SURVEY))


def of(editions, *entities):
    return editions[editions["entity"].isin(entities) & (editions["editions"] > 1)]


def test_the_first_and_the_newest_edition_of_a_year_are_as_printed(editions):
    # World mine output of 2018 in the survey's tables: 170,000 t in 2019, 190,000 t in
    # 2020.
    row = of(editions, "World").set_index("period_end").loc["2018-12-31"]
    assert (row["first"], row["newest"]) == (170_000, 190_000)
    assert (row["first_source"], row["newest_source"]) == (
        "usgs-mcs-2019",
        "usgs-mcs-2020",
    )
    assert row["revision"] == pytest.approx(190 / 170 - 1)


def test_the_usual_revision_is_the_median_of_what_editions_changed(editions):
    sizes = sorted(of(editions, "World")["revision"].abs())
    found = noise(of(editions, "World")["revision"])
    assert found.figures == len(sizes)
    assert found.largest == sizes[-1]
    assert found.usual == sizes[len(sizes) // 2]  # of an odd number


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (-0.03, "smaller than the usual revision"),
        (0.1, "of the size of revisions"),
        (-0.2, "larger than any revision so far"),
    ],
)
def test_a_change_is_weighed_against_revisions_in_three_strengths(change, words):
    assert Noise(usual=0.04, largest=0.12, figures=7).verdict(change) == words


def test_of_too_few_figures_nothing_is_usual():
    assert noise(pd.Series([0.1, 0.2, None])) is None


def test_a_label_says_who_published_and_whether_it_is_official():
    mined = ree.load("mine_production", "China", start=2024, end=2024)
    assert label(mined) == "USGS, official"


def test_a_label_names_whose_number_a_page_repeats():
    quoted = ree.load("mine_production", variants="all")
    quoted = quoted[quoted["source_id"] == "xitucn-2019"]
    assert label(quoted) == "xitucn.cn, after USGS"

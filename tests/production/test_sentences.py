"""Sentences say what the figures say, and admit what they do not."""

import numpy as np
import pandas as pd
import pytest

from rareearth.production import sentences


def plain(text):
    """Return a text with ordinary spaces and minus signs."""
    return text.replace("\u00a0", " ").replace("\u2212", "-")


@pytest.mark.parametrize(
    ("years", "printed"),
    [([1990, 2000, 2025], "27 % in 1990 and 69 % in 2025"), ([1990], "27 % in 1990")],
)
def test_a_path_names_its_ends(years, printed):
    focus = pd.DataFrame({"year": years, "value": [0.27, 0.95, 0.69][: len(years)]})
    assert plain(sentences.path(focus)) == printed


SHARES = pd.DataFrame(
    {
        "year": 2024,
        "entity": ["China", "India", "Canada", "Not named"],
        "kind": ["country", "country", "country", "residual"],
        "quantity": [70.0, 20.0, 0.0, 10.0],
    }
)


@pytest.mark.parametrize(
    ("country", "printed"),
    [
        ("China", "rank 1 of 2 countries with printed output"),
        ("India", "rank 2 of 2 countries with printed output"),
        ("Canada", "no tonnage is printed for it in the last year"),
        ("Chile", "no tonnage is printed for it in the last year"),
    ],
)
def test_a_rank_counts_only_who_mines(country, printed):
    assert sentences.standing(SHARES, country) == printed


CHAIN = pd.DataFrame(
    {
        "stage": "magnet",
        "entity": ["China", "China", "China", "Japan"],
        "year": [2020, 2024, 2024, 2020],
        "value": [0.9, 0.94, np.nan, 0.1],
        "low": [np.nan, np.nan, 0.92, np.nan],
        "high": np.nan,
        "scope": "sintered magnets",
        "confidence": ["primary", "primary", "tertiary", "primary"],
    }
)


def test_a_stage_is_read_with_the_span_of_its_sources():
    sentence = plain(sentences.stage_sentence(CHAIN, "magnet", "China"))
    assert "3 printed shares of China lie between 90 % and 94 %" in sentence
    assert "newest year (2024) at 92 % to 94 %" in sentence


def test_a_country_without_a_share_is_told_who_has_one():
    sentence = sentences.stage_sentence(CHAIN, "magnet", "Chile")
    assert sentence == (
        "No source states a share of Chile in magnets; shares are printed for China "
        "and Japan."
    )


def test_a_stage_without_shares_is_said_to_have_none():
    sentence = sentences.stage_sentence(CHAIN, "metal", "China")
    assert sentence.startswith("No share of any country in metals and alloys")


def test_a_stage_is_summed_up_by_its_newest_firm_share():
    row = sentences.stage_summary(CHAIN, "China").iloc[0]
    assert (row["name"], row["years"], plain(row["headline"])) == (
        "magnets",
        "2024",
        "94 %",
    )
    assert plain(row["remark"]).endswith("printed since 2020: 90 % to 94 %")
    assert "weak" not in row["remark"]


def test_a_weak_share_is_called_weak():
    weak = CHAIN.assign(confidence="tertiary")
    assert "weak source" in sentences.stage_summary(weak, "China")["remark"].item()


def test_a_country_without_shares_has_an_empty_summary():
    assert sentences.stage_summary(CHAIN, "Chile").empty


def test_the_stages_give_the_title():
    title = plain(sentences.stage_title(CHAIN, "China"))
    assert title == "China after the mine: 94 % of magnets"


def changes(*rows):
    """Return what moved between two editions: entity, before, after."""
    frame = pd.DataFrame(rows, columns=["entity", "before", "after"])
    return frame.assign(change=frame["after"] - frame["before"])


MOVED = changes(
    ("Australia", 13_000, 29_000),
    ("World", 390_000, 380_000),
    ("China", 270_000, 270_000),
)


def test_a_revision_says_what_moved_and_what_did_not():
    sentence = plain(sentences.revision_sentence(MOVED, "China", 2024))
    # 270 / 390 = 69.2 % and 270 / 380 = 71.1 %
    assert "first printed as **69 %** and is now **71 %**" in sentence
    assert "Its own figure did not change (270,000 t)" in sentence
    assert "changed by -10,000 t (from 390,000 to 380,000 t)" in sentence
    assert "the largest other changes are Australia +16,000 t" in sentence


def test_a_revision_of_the_country_itself_is_no_other_change():
    sentence = plain(sentences.revision_sentence(MOVED, "Australia", 2024))
    assert "Its own figure changed by +16,000 t (from 13,000 to 29,000 t)" in sentence
    assert "other changes" not in sentence


@pytest.mark.parametrize(
    "moved", [MOVED.iloc[[0, 2]], MOVED.iloc[[0, 1]]], ids=["no World", "no China"]
)
def test_one_edition_is_no_revision(moved):
    assert "nothing has been revised so far" in sentences.revision_sentence(
        moved, "China", 2024
    )
    assert sentences.revision_finding(moved, "China", 2024) == []


def test_a_revised_share_is_a_key_finding():
    [(label, value, remark)] = sentences.revision_finding(MOVED, "China", 2024)
    assert label == "China, share of mining, 2024"
    assert (plain(value), plain(remark)) == ("71 %", "first printed as 69 %")


@pytest.mark.parametrize(
    ("moved", "title"),
    [
        (
            MOVED,
            "Australia's output of 2024 went from 13,000 to 29,000 t between editions",
        ),
        (MOVED.iloc[:0], "No country's figure for 2024 has been revised"),
    ],
)
def test_the_title_of_the_revisions_is_their_finding(moved, title):
    assert plain(sentences.revision_title(moved, 2024)) == title


@pytest.mark.parametrize(
    ("output", "title"),
    [
        (
            [0.7, 0.1],
            "China holds at most 50 % of reserves; China mines a larger share than it "
            "holds",
        ),
        (
            [0.6, 0.3],
            "China holds at most 50 % of reserves; China and Brazil mine a larger "
            "share than they hold",
        ),
        ([0.4, 0.1], "China holds at most 50 % of reserves"),
    ],
)
def test_the_title_of_the_reserves_names_who_mines_more_than_it_holds(output, title):
    drawn = pd.DataFrame(
        {"entity": ["China", "Brazil"], "before": [0.5, 0.2], "after": output}
    )
    assert plain(sentences.reserves_title(drawn)) == title


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (270_000.0, "For 2025 270,000 t, the number of 2024 again, is printed"),
        (280_000.0, "For 2025 280,000 t is printed, without a quota behind it."),
        (None, "The last quota that was published is for 2024."),
    ],
)
def test_a_year_after_the_last_quota_is_told_as_such(output, said):
    beside = pd.DataFrame(
        {
            "year": [2023, 2024, 2025],
            "output": [255_000.0, 270_000.0, output],
            "quota": [255_000.0, 270_000.0, None],
        }
    )
    beside["same"] = beside["output"] == beside["quota"]
    text = sentences.quota_sentence(beside).replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("**2 of the 2 years**")
    assert said in text

"""Patents are counted as the objects that they are, and news as stated."""

import pytest

import rareearth as ree
from rareearth.demand import technology
from rareearth.figures import records


def test_chinas_part_of_the_four_offices_is_46_percent():
    # 25,911 of 25,911 + 13,920 + 9,810 + 7,280 filings.
    shares = technology.shares(ree.load)
    row = shares[shares["object"].str.startswith("Filings by office")].iloc[0]
    assert row["value"] == pytest.approx(25_911 / 56_921)


def test_different_objects_are_never_called_the_same():
    shares = technology.shares(ree.load)
    assert "Object not stated" not in set(shares["object"])
    assert shares["object"].nunique() == 3


def test_every_claim_on_products_says_what_a_reader_would_need():
    news = technology.news(records.claims(), records.claim_checks())
    assert set(news["claim_id"]) == set(technology.NEEDED)
    assert news[["found", "needed"]].notna().all(axis=None)

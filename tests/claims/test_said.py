"""Claims are shown as they stand in the data, and constants of models are theirs."""

import pandas as pd
import pytest

from rareearth.claims import said
from rareearth.cutoff import model as cutoff
from rareearth.figures import records
from rareearth.ramp_up import model as race


def claim(claim_id, value=None, low=None, high=None, day="2025-11-03T10:40"):
    return {
        "claim_id": claim_id,
        "article": f"digest of {claim_id}",
        "published": day,
        "value": value,
        "low": low,
        "high": high,
        "unit": "months",
        "paraphrase": f"It takes that long ({claim_id}).",
    }


CLAIMS = pd.DataFrame(
    [claim("C1", low=12, high=24), claim("C2", value=6, day="2025-11-02T09:00")]
).astype({"value": float, "low": float, "high": float})


def test_a_range_and_a_number_are_told_as_said_and_in_the_order_asked():
    table = said.table(said.rows(CLAIMS, ("C2", "C1")))
    assert list(table["Said"]) == ["6", "12 to 24"]


def test_the_article_is_the_source():
    assert list(said.rows(CLAIMS, ("C1",))["source_id"]) == ["digest of C1"]


def test_the_title_names_each_day_once_and_without_a_leading_zero():
    assert said.title(said.rows(CLAIMS, ("C1", "C2"))).endswith(
        "said on 2 November 2025 and 3 November 2025"
    )


# The constants of the models are those of the claims


@pytest.fixture(scope="module")
def listed():
    return records.claims().set_index("claim_id")


def test_the_claimed_drop_is_that_of_the_claim(listed):
    assert listed.loc["C034", "value"] == -100 * cutoff.CLAIMED_DROP
    assert "C034" in cutoff.CLAIMS


@pytest.mark.parametrize(
    ("claim_id", "years", "scale"),
    [("C085", race.SOON, 12), ("C098", race.SOON, 12), ("C072", race.LATE, 1)],
)
def test_the_claimed_spans_are_those_of_the_claims(listed, claim_id, years, scale):
    row = listed.loc[claim_id]
    assert (row["low"] / scale, row["high"] / scale) == years
    assert claim_id in race.CLAIMS


def test_the_day_of_the_claims_is_that_of_their_articles(listed):
    days = pd.to_datetime(listed.loc[list(race.CLAIMS), "published"]).dt.normalize()
    assert (days == race.CLAIMED).all()

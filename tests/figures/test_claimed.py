"""Claims are shown as they stand in the data, and constants of models are theirs."""

import pandas as pd
import pytest

from rareearth.cutoff import model as cutoff
from rareearth.figures import records
from rareearth.ramp_up import model as race


def test_claims_are_told_as_said_and_in_the_order_asked():
    # Six months of stock (digest 5); 12 to 24 months (digests 6 and 8).
    told = records.claimed(("C098", "C071"))
    assert list(told["Said"]) == ["12 to 24", "6"]
    assert list(told["source_id"]) == ["digest-08", "digest-05"]
    assert list(told["day"].dt.strftime("%Y-%m-%d")) == ["2025-11-03", "2025-11-03"]


# The constants of the models are those of the claims


@pytest.fixture(scope="module")
def listed():
    return records.claims().set_index("claim_id")


def test_the_claimed_drop_is_that_of_the_claim(listed):
    assert listed.loc["C034", "value"] == -100 * cutoff.CLAIMED_DROP
    assert listed.loc["C071", "value"] == cutoff.CLAIMED_STOCK
    assert cutoff.CLAIMS == ("C034", "C071")


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

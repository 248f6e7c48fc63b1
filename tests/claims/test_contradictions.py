"""Claims that no number fits together are found, and explained by their verdicts."""

import pandas as pd
import pytest

from rareearth.claims import audit as claims
from rareearth.claims import contradictions
from rareearth.figures import records

NO = float("nan")


@pytest.fixture(scope="module")
def view():
    return claims.look()


@pytest.fixture(scope="module")
def audited(view):
    return claims.audit(records.claims(), view)


def claim(claim_id, value, quantity="mine_production", **more):
    row = {
        "claim_id": claim_id,
        "quantity": quantity,
        "subject": "China",
        "product": "REO",
        "value": value,
        "low": NO,
        "high": NO,
        "unit": "t",
        "qualifier": "exact",
        "period_end": pd.Timestamp("2024-12-31"),
        "published": "2025-11-02",
        "verdict": "supported",
    }
    return row | more


def pairs(*rows):
    frame = pd.DataFrame(rows)
    frame["period_end"] = pd.to_datetime(frame["period_end"])
    return contradictions.pairs(frame)


def test_two_numbers_for_one_thing_contradict_each_other():
    (row,) = pairs(claim("a", 270_000.0), claim("b", 390_000.0)).itertuples()
    assert (row.first, row.second) == ("a", "b")
    assert row.said_first == "270,000\N{NO-BREAK SPACE}t"


@pytest.mark.parametrize(
    "other",
    [
        claim("b", 272_000.0),  # rounds to 270,000
        claim("b", 31_000.0, period_end=pd.Timestamp("1994-12-31")),
        claim("b", 390_000.0, subject="World"),
        claim("b", 390_000.0, quantity="reserves"),
    ],
)
def test_what_differs_in_time_subject_or_rounding_only_does_not(other):
    assert pairs(claim("a", 270_000.0), other).empty


def test_a_claim_without_a_period_speaks_of_the_present():
    open_ = claim("b", 390_000.0, period_end=pd.NaT)
    old = claim("a", 31_000.0, period_end=pd.Timestamp("1994-12-31"))
    assert len(pairs(claim("a", 270_000.0), open_)) == 1
    assert pairs(old, open_).empty


@pytest.mark.parametrize(
    ("verdicts", "kind"),
    [
        (("supported", "other_basis"), "basis"),
        (("supported", "outdated"), "edition"),
        (("supported", "misattributed"), "error"),
        (("contradicted", "not_checkable"), "error"),
        (("not_checkable", "roughly_supported"), "object"),
        (("supported", "roughly_supported"), "spread"),
    ],
)
def test_the_verdicts_explain_a_contradiction(verdicts, kind):
    assert contradictions.explained_by(*verdicts) == kind
    assert contradictions.explained_by(*reversed(verdicts)) == kind


def test_a_difference_stays_open_where_one_number_could_not_be_checked():
    one = claim("a", 270_000.0)
    two = claim("b", 390_000.0, verdict="not_checkable")
    (row,) = pairs(one, two).itertuples()
    assert row.kind == "open"
    assert "could not be checked by then" in row.why


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("C059", "C110", "basis"),  # 70 against 60 percent of mining
        ("C125", "C144", "error"),  # 270,000 against 390,000 t
        ("C016", "C036", "spread"),  # 98 against 100 percent
        ("C030", "C140", "object"),  # 76 against 41 percent of patents
        ("C072", "C098", "forecast"),  # 8 to 10 years against 12 to 24 months
    ],
)
def test_the_contradictions_of_the_digests_are_found(audited, first, second, kind):
    found = contradictions.pairs(audited).set_index(["first", "second"])
    assert found.loc[(first, second), "kind"] == kind


def test_what_claims_imply_is_their_arithmetic(view):
    implied = contradictions.implied(records.claims(), view).set_index("claims")
    # 270,000 / 1.125; 31,000 / 0.47; 48,355.7 - 4,000.3
    assert implied.loc["C125, C126", "value"] == pytest.approx(240_000)
    assert implied.loc["C123, C120", "value"] == pytest.approx(65_957, abs=1)
    assert implied.loc["C135, C134", "value"] == pytest.approx(44_355.4)
    assert implied.loc["C125, C126", "outcome"] == "fits another edition or source only"
    assert implied.loc["C135, C134", "outcome"] == "fits the best print"


def test_one_span_of_time_with_three_owners_is_found(audited):
    shared = contradictions.shared(audited)
    assert list(shared["claim_id"]) == ["C085", "C088", "C098"]
    assert shared["subject"].nunique() == 3

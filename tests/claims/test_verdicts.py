"""The rule gives the verdict that anyone would work out by hand, and nothing else."""

import math

import pandas as pd
import pytest

from rareearth.claims.evidence import LABELS, Found, Print, Rival, Span, decide, said


def claim(value=math.nan, qualifier="exact", low=math.nan, high=math.nan, unit="t"):
    return pd.Series(
        {"value": value, "qualifier": qualifier, "low": low, "high": high, "unit": unit}
    )


def found(*numbers, firm=True, rivals=(), reads_as=None):
    prints = tuple(Print(Span(*pair), firm) for pair in numbers)
    return Found(prints, "t", "basis", pd.DataFrame(), tuple(rivals), reads_as)


def rival(kind):
    return Rival(kind, Span(100, 100), "another number")


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        (claim(47), 46.5, 47.5),  # half a unit of the last digit
        (claim(12.5), 12.45, 12.55),
        (claim(270_000), 265_000, 275_000),
        (claim(70), 66.5, 73.5),  # at most a twentieth, not 65 to 75
        (claim(70, "approx"), 63, 77),  # about: twice that
        (claim(-90), -94.5, -85.5),
        (claim(100, unit="percent"), 99.5, 100.5),  # all is all
        (claim(85, "at_least"), 85, math.inf),
        (claim(6, "at_most"), -math.inf, 6),
        (claim(low=8, high=10), 8, 10),
    ],
)
def test_a_claim_allows_what_rounds_to_it(given, low, high):
    assert said(given) == pytest.approx((low, high))


def test_a_sentence_without_a_number_allows_none():
    assert said(claim(qualifier="qualitative")) is None


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (found((101, 101)), "supported"),
        (found((101, 101), firm=False), "roughly_supported"),
        (found((90, 90), (112, 112)), "roughly_supported"),  # between two sources
        (found((150, 150), rivals=[Rival("edition", Span(100, 100), "x")]), "outdated"),
        (
            found((150, 150), rivals=[Rival("basis", Span(100, 100), "x")]),
            "other_basis",
        ),
        (
            found((150, 150), rivals=[Rival("subject", Span(100, 100), "x")]),
            "misattributed",
        ),
        (found(rivals=[Rival("basis", Span(100, 100), "x")]), "other_basis"),
        (found((112, 112)), "roughly_supported"),  # 105 misses 112 by 6 percent
        (found((150, 150)), "contradicted"),
        (found(rivals=[Rival("basis", Span(150, 150), "x")]), "not_checkable"),
        (found(), "not_checkable"),
    ],
)
def test_the_first_step_that_fits_is_the_verdict(evidence, verdict):
    assert decide(Span(95, 105), evidence).verdict == verdict


def test_the_figures_come_before_any_other_number():
    rivals = [Rival("subject", Span(100, 100), "the world")]
    assert (
        decide(Span(95, 105), found((100, 100), rivals=rivals)).verdict == "supported"
    )


def test_a_bound_supports_no_exact_number():
    # "More than 90" does not say that it is 92.
    assert (
        decide(Span(91.5, 92.5), found((90, math.inf))).verdict == "roughly_supported"
    )


@pytest.mark.parametrize(("output", "verdict"), [(9, "contradicted"), (0, "supported")])
def test_a_statement_is_judged_by_what_it_amounts_to(output, verdict):
    # "Nothing is made elsewhere" amounts to an output of at most 0 t.
    nothing = found((output, output), reads_as=Span(-math.inf, 0))
    assert decide(None, nothing).verdict == verdict


def test_a_claim_that_names_nothing_cannot_be_checked():
    assert decide(None, found((1, 1))).verdict == "not_checkable"


def test_a_miss_of_a_negative_number_counts_like_that_of_a_positive_one():
    assert decide(Span(-90, -88), found((-95, -95))).verdict == "roughly_supported"
    assert decide(Span(27, 27), found((-7.5, -7.5))).verdict == "contradicted"


def test_every_verdict_has_a_name_for_readers():
    assert next(iter(LABELS)) == "supported"
    assert len(LABELS) == 8

"""The rule gives the verdict that anyone would work out by hand, and nothing else."""

import math

import pandas as pd
import pytest

from rareearth.claims.evidence import (
    LABELS,
    SYMBOLS,
    Found,
    Print,
    Rival,
    Span,
    amount,
    decide,
    said,
    told,
)


def claim(value=math.nan, qualifier="exact", low=math.nan, high=math.nan, unit="t"):
    return pd.Series(
        {"value": value, "qualifier": qualifier, "low": low, "high": high, "unit": unit}
    )


def found(*numbers, firm=True, rivals=(), reads_as=None, unit="t", unlike=""):
    prints = tuple(
        Print(Span(*(pair if isinstance(pair, tuple) else (pair, pair))), firm, "USGS")
        for pair in numbers
    )
    return Found(
        prints, unit, "basis", pd.DataFrame(), tuple(rivals), reads_as, unlike=unlike
    )


def verdict(number, evidence, **more):
    return decide(said(claim(number, **more)), evidence).verdict


RANK = ["supported", "roughly_supported", "contradicted"]


# Nearer is never worse


@pytest.mark.parametrize("qualifier", ["exact", "approx"])
@pytest.mark.parametrize(
    ("numbers", "unit"),
    [((270_000,), "t"), ((71.05, 69.2, 67.5), "percent"), ((7.5,), "percent")],
)
def test_a_number_nearer_to_the_figures_never_gets_the_worse_verdict(
    numbers, unit, qualifier
):
    top = max(numbers)
    steps = [round(top * (1 + part / 200), 3) for part in range(61)]
    grades = [
        RANK.index(
            verdict(step, found(*numbers, unit=unit), unit=unit, qualifier=qualifier)
        )
        for step in steps
    ]
    assert grades == sorted(grades)
    assert {0, 2} <= set(grades)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (79, "contradicted"),  # 79 and 80 miss 71 by more than a tenth
        (80, "contradicted"),
        (75, "roughly_supported"),
        (70, "supported"),
    ],
)
def test_round_numbers_fare_as_odd_ones(number, expected):
    evidence = found(71.05, 69.2, 67.5, unit="percent")
    assert verdict(number, evidence, unit="percent") == expected
    if number > 75:
        assert verdict(number, evidence, unit="percent", qualifier="approx") == expected


@pytest.mark.parametrize(
    ("number", "qualifier", "expected"),
    [
        (300_000, "exact", "contradicted"),  # 11 percent above 270,000
        (310_000, "approx", "contradicted"),
        (265_000, "exact", "supported"),  # 1.9 percent
        (260_000, "exact", "roughly_supported"),
        (260_000, "approx", "supported"),  # "about" has twice the slack
        (240_000, "exact", "contradicted"),
        (240_001, "exact", "contradicted"),
    ],
)
def test_the_miss_is_measured_from_the_number(number, qualifier, expected):
    assert verdict(number, found(270_000), qualifier=qualifier) == expected


def test_a_share_that_rounds_to_a_small_one_agrees_and_half_of_it_does_not():
    assert verdict(7, found(7.4, unit="percent"), unit="percent") == "supported"
    assert verdict(0.5, found(0.9, unit="percent"), unit="percent") == "contradicted"


def test_all_is_all():
    evidence = found(99, unit="percent")
    assert verdict(100, evidence, unit="percent") == "roughly_supported"
    assert verdict(100, found(99.9, unit="percent"), unit="percent") == "supported"


def test_a_tenth_of_a_large_share_is_not_near():
    # 8 points of what remains to others, of 9, are missing.
    assert verdict(99, found(91, unit="percent"), unit="percent") == "contradicted"


# Bounds


@pytest.mark.parametrize(
    ("number", "expected"),
    [(60, "contradicted"), (45, "not_checkable"), (58.6, "not_checkable")],
)
def test_a_bound_can_refute_a_number_but_not_support_it(number, expected):
    at_most = found((-math.inf, 58.7), unit="percent")
    assert verdict(number, at_most, unit="percent") == expected


@pytest.mark.parametrize(
    ("number", "qualifier", "expected"),
    [
        (85, "at_least", "supported"),
        (46, "at_least", "supported"),
        (92, "at_least", "contradicted"),  # 91 is less, however little
        (91, "at_most", "supported"),
        (90, "at_most", "contradicted"),
    ],
)
def test_a_bound_that_is_missed_is_missed(number, qualifier, expected):
    evidence = found(91, unit="percent")
    assert verdict(number, evidence, qualifier=qualifier, unit="percent") == expected


def test_a_bound_bears_out_a_bound_within_it():
    over_ninety = found((90, math.inf), unit="percent")
    more_than = {"qualifier": "at_least", "unit": "percent"}
    assert verdict(85, over_ninety, **more_than) == "supported"
    assert verdict(95, over_ninety, **more_than) == "not_checkable"


def test_a_range_that_says_nothing_cannot_be_checked():
    assert verdict(math.nan, found(70), low=1, high=99) == "not_checkable"
    assert verdict(math.nan, found(9), low=8, high=10) == "supported"


# Several sources


def test_the_figure_that_leads_decides_and_another_source_is_named():
    decision = decide(said(claim(85)), found(91, 85))
    assert decision.verdict == "roughly_supported"
    assert "USGS gives 85" in decision.because
    assert "USGS gives 91" in decision.because


def test_a_weak_source_alone_never_supports():
    assert verdict(100, found(100, firm=False)) == "roughly_supported"


def test_one_of_several_products_makes_it_depend_on_the_product():
    # Prices of four oxides: one rose as said, the others fell.
    evidence = found(47, -11, -22, -42, unit="percent", unlike="product")
    decision = decide(said(claim(47, unit="percent")), evidence)
    assert decision.verdict == "roughly_supported"
    assert "depends on the product: 1 of 4" in decision.because


def test_between_sources_that_are_close_it_is_roughly_right_else_open():
    assert verdict(105, found(90, 117)) == "roughly_supported"
    assert verdict(60, found(39, 90)) == "not_checkable"


# What a number was taken from


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("edition", "outdated"),
        ("year", "outdated"),
        ("basis", "other_basis"),
        ("subject", "misattributed"),
        ("period", "misattributed"),
    ],
)
def test_the_number_of_something_else_is_called_so(kind, expected):
    rival = Rival(kind, Span(100, 100), "another number")
    decision = decide(said(claim(100)), found(150, rivals=[rival]))
    assert decision.verdict == expected
    assert decision.because.endswith("another number")


def test_the_number_of_another_year_is_told_where_it_is_near():
    rival = Rival("period", Span(255, 255), "2023")
    decision = decide(said(claim(255)), found(270, rivals=[rival]))
    assert decision.verdict == "roughly_supported"
    assert "the number of another year: 2023" in decision.because


def test_without_a_figure_on_its_basis_it_cannot_be_checked():
    rival = Rival("basis", Span(150, 150), "x")
    assert verdict(100, found(rivals=[rival])) == "not_checkable"
    assert verdict(150, found(rivals=[rival])) == "other_basis"
    assert decide(None, found(1)).verdict == "not_checkable"


def test_a_number_in_the_wrong_unit_gets_a_hint():
    assert "in thousands?" in decide(said(claim(270)), found(270_000)).because


@pytest.mark.parametrize(("unit", "number"), [("rank", 1), ("year", 2025)])
def test_ranks_and_years_are_met_or_not(unit, number):
    assert verdict(number, found(number, unit=unit), unit=unit) == "supported"
    assert verdict(number + 1, found(number, unit=unit), unit=unit) == "contradicted"


@pytest.mark.parametrize(
    ("output", "expected"), [(9, "contradicted"), (0, "supported")]
)
def test_a_statement_is_judged_by_what_it_amounts_to(output, expected):
    # "Nothing is made elsewhere" amounts to an output of at most 0 t.
    nothing = found(output, reads_as=Span(-math.inf, 0))
    assert decide(None, nothing).verdict == expected


def test_a_miss_of_a_negative_number_counts_like_that_of_a_positive_one():
    near = verdict(-91, found(-95, unit="percent"), unit="percent")
    assert near == "roughly_supported"
    assert verdict(-93, found(-95, unit="percent"), unit="percent") == "supported"
    assert verdict(27, found(-7.5, unit="percent"), unit="percent") == "contradicted"


# Words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (71.05, "percent", "71 %"),
        (-90.5, "percent", "\N{MINUS SIGN}90.5 %"),
        (99.9, "percent", "99.9 %"),
        (270_000, "t", "270,000 t"),
        (2026, "year", "2026"),
        (1, "year", "1 year"),
        (2, "rank", "2"),
    ],
)
def test_a_number_is_told_with_its_unit(value, unit, words):
    assert amount(value, unit).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("span", "unit", "words"),
    [
        (Span(-math.inf, 8.4), "percent", "at most 8.4 %"),
        (Span(90, math.inf), "percent", "at least 90 %"),
        (Span(39, 90), "percent", "39 % to 90 %"),
        (Span(3, 4), "hours", "3 to 4 hours"),
        (Span(5, 5), "t", "5 t"),
    ],
)
def test_a_bound_is_told_as_a_bound(span, unit, words):
    assert told(span, unit).replace("\N{NO-BREAK SPACE}", " ") == words


def test_every_verdict_has_a_name_and_a_sign_for_readers():
    assert next(iter(LABELS)) == "supported"
    assert set(LABELS) == set(SYMBOLS)

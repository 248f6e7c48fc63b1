"""Indices of supply risk agree with published cases, with hand arithmetic and laws."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_geopolrisk import CASES, table

from rareearth.errors import ParameterError
from rareearth.supply_risk import indices as risk

UNIT = st.floats(0, 1)


def series(**values):
    return pd.Series(values, dtype=float)


# Governance


@pytest.mark.parametrize(
    ("estimate", "expected"), [(2.5, 0.0), (0.0, 0.5), (-2.5, 1.0), (-2.7, 1.0)]
)
def test_governance_runs_from_safe_to_risky(estimate, expected):
    assert risk.governance_risk(series(A=estimate))["A"] == expected


def test_china_2022_is_that_of_the_published_rescaled_mean():
    # World Bank update of 2023: mean of six rescaled 0.4333, hence a risk of 0.5667.
    assert risk.governance_risk(series(China=0.4333 * 5 - 2.5))["China"] == (
        pytest.approx(0.5667)
    )


def test_missing_governance_stays_missing():
    assert risk.governance_risk(series(A=float("nan"))).isna().all()


def test_percentile_ranks_are_refused_as_governance():
    with pytest.raises(ParameterError, match=r"66\.1 is not a World Bank estimate"):
        risk.governance_risk(series(China=66.1))


# The index of the European Commission


def test_cerium_2017_is_5_84_by_the_formula():
    # Study of 2017: inputs 9.2, 2.6, 100 %, 1 %, 1.0; it prints 5.7, from unrounded
    # inputs: between the ends of their rounding.
    assert risk.eu_supply_risk(9.2, 2.6, 1.0, 0.01, 1.0) == pytest.approx(5.841)
    ends = risk.corners(
        lambda g, s, r, x: risk.eu_supply_risk(g, s, 1.0, r, x),
        g=(9.15, 9.25),
        s=(2.55, 2.65),
        r=(0.005, 0.015),
        x=(0.95, 1.0),
    )
    assert ends.low < 5.7 < ends.high


@pytest.mark.parametrize(
    ("used", "expected"), [("both", 6.0), ("global", 8.0), ("sourcing", 4.0)]
)
def test_world_supply_and_sourcing_weigh_half_each_at_full_reliance(used, expected):
    assert risk.eu_supply_risk(8.0, 4.0, 1.0, 0.0, 1.0, used) == expected


def test_without_import_reliance_sourcing_alone_counts():
    assert risk.eu_supply_risk(8.0, 4.0, 0.0, 0.0, 1.0) == 4.0


def test_full_recycling_or_full_substitution_leaves_no_risk():
    assert risk.eu_supply_risk(8.0, 4.0, 1.0, 1.0, 1.0) == 0
    assert risk.eu_supply_risk(8.0, 4.0, 1.0, 0.0, 0.0) == 0


def test_concentration_by_hand():
    # 0.5 ** 2 * 6 * 1.0 + 0.5 ** 2 * 2 * 0.8
    found = risk.hhi_wgi_t(series(A=0.5, B=0.5), series(A=6, B=2), series(B=0.8))
    assert found == pytest.approx(1.9)


def test_a_monopoly_has_the_governance_of_the_monopolist():
    assert risk.hhi_wgi_t(series(China=1.0), series(China=5.67)) == 5.67


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8), st.floats(0, 10))
def test_concentration_stays_between_0_and_10(weights, governance):
    names = [f"C{n}" for n in range(len(weights))]
    shares = pd.Series(weights, names) / sum(weights)
    scores = pd.Series(governance, [*names, "other"]).where(
        lambda s: s.index != "other", 10.0
    )
    assert 0 <= risk.hhi_wgi_t(shares, scores) <= 10 + 1e-9


# What is not known


def test_a_missing_score_is_a_range_and_never_safe():
    shares = series(A=0.5, B=0.5)
    bounds = risk.hhi_wgi_t_bounds(shares, series(A=4))
    assert bounds == (pytest.approx(1.0), pytest.approx(3.5))  # B: 0 to 0.25 * 10
    with pytest.raises(ParameterError, match="no governance score of B"):
        risk.hhi_wgi_t(shares, series(A=4))


def test_unnamed_suppliers_count_as_many_and_as_one():
    bounds = risk.hhi_wgi_t_bounds(series(A=0.8), series(A=5))
    assert bounds == (pytest.approx(3.2), pytest.approx(3.6))  # 0.2 ** 2 * 10


@given(UNIT, UNIT, st.floats(0, 10), st.floats(0, 10))
def test_bounds_hold_whatever_the_missing_score_is(first, second, known, unknown):
    total = first + second or 1.0
    shares = series(A=first / total, B=second / total)
    bounds = risk.hhi_wgi_t_bounds(shares, series(A=known, C=10), residual=0.0)
    true = risk.hhi_wgi_t_bounds(shares, series(A=known, B=unknown, C=10), residual=0)
    assert bounds.low - 1e-9 <= true.low <= bounds.high + 1e-9


# GeoPolRisk


def test_geopolrisk_by_hand():
    # HHI 0.6 ** 2 + 0.4 ** 2 = 0.52; (0.6 * 30 + 0.2 * 10) / (40 + 10) = 0.4
    found = risk.geopolrisk(
        series(China=60, Australia=40),
        series(China=30, Japan=10),
        series(China=0.6, Japan=0.2),
        domestic_production=10,
    )
    assert found == (pytest.approx(0.52), pytest.approx(0.4), pytest.approx(0.208))


@pytest.mark.parametrize("name", CASES)
def test_geopolrisk_gives_what_the_published_library_gives(name):
    case = CASES[name]
    bought = table(case.bought)
    found = risk.geopolrisk(
        table(case.mined)[0], bought[0], bought[1], domestic_production=case.domestic
    )
    assert found == pytest.approx((case.hhi, case.import_risk, case.score), rel=1e-8)
    factor = risk.characterisation(found.score, case.price)
    assert factor == pytest.approx(case.factor, rel=1e-8)


def test_a_partner_without_a_score_is_a_range_and_not_the_middle():
    low, high = risk.geopolrisk_bounds(
        series(China=1), series(China=50, X=50), series(China=0.6)
    )
    assert (low.score, high.score) == (pytest.approx(0.3), pytest.approx(0.8))
    with pytest.raises(ParameterError, match="no governance score of X"):
        risk.geopolrisk(series(China=1), series(X=1), series(China=0.6))


@given(st.floats(1, 100), st.floats(1, 100), UNIT, st.floats(0, 100))
def test_the_score_and_its_parts_lie_between_0_and_1(first, second, score, made):
    found = risk.geopolrisk(
        series(A=first, B=second), series(A=second), series(A=score), made
    )
    assert all(0 <= part <= 1 for part in found)


def test_own_production_lowers_the_import_risk():
    args = series(A=1), series(A=10), series(A=0.5)
    assert risk.geopolrisk(*args, 10).score < risk.geopolrisk(*args).score


def test_copper_at_its_own_midpoint_has_a_factor_of_one():
    assert risk.characterisation(risk.COPPER, 1.0) == pytest.approx(1.0)


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: risk.hhi_wgi_t(series(A=0.7, B=0.6), series(A=1, B=5)),
            "shares add up to 1.30",
        ),
        (
            lambda: risk.hhi_wgi_t(series(A=68.3), series(A=5)),
            "each lies between 0 and 1",
        ),
        (
            lambda: risk.hhi_wgi_t(series(A=0.5, B=0.5), series(A=0.5, B=0.6)),
            "the scale here runs from 0 to 10",
        ),
        (lambda: risk.hhi_wgi_t(series(A=1), series(A=66)), "between 0 and 10"),
        (lambda: risk.eu_supply_risk(9, 2, 100, 0, 1), "import_reliance: 100"),
        (lambda: risk.eu_supply_risk(9, 2, 1, -0.1, 1), "eol_recycling: -0.1"),
        (lambda: risk.eu_supply_risk(9, 2, 1, 0, 1.2), "substitution: 1.2"),
        (lambda: risk.eu_supply_risk(9200, 2, 1, 0, 1), "9200 does not lie"),
        (
            lambda: risk.eu_supply_risk(9, 2, 1, 0, 1, "all"),  # type: ignore[arg-type]
            "'both', 'global' or 'sourcing'",
        ),
        (
            lambda: risk.geopolrisk(series(A=1), series(A=-1), series(A=0.5)),
            "imports: quantities must not be negative",
        ),
        (
            lambda: risk.geopolrisk(series(A=1), series(A=1), series(A=5.7)),
            "rescale with governance_risk",
        ),
        (
            lambda: risk.geopolrisk(series(A=1), series(A=0), series(A=0.5)),
            "imports above zero",
        ),
        (lambda: risk.corners(lambda x: x, x=(2, 1)), "x: low 2 is above high 1"),
    ],
)
def test_impossible_input_is_refused_with_a_reason(call, message):
    with pytest.raises(ParameterError, match=message):
        call()

"""Breaks, tests of stability and trends agree with published cases and with laws."""

import itertools
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import driver_deaths, new_haven, nile, real_interest
from statsmodels.datasets import longley
from statsmodels.tsa.stattools import kpss

from rareearth.errors import NoFigures, ParameterError
from rareearth.prices.breaks import (
    SUP_F_15,
    Segments,
    bic,
    breaks,
    explained,
    f_values,
    interval_of_date,
    levels_of,
    limit_of_date,
    long_run_variance,
    newey_west,
    stability,
    stationarity,
    sup_f_p_value,
)
from rareearth.prices.series import Step, left_out, longest_run, net_of

# What R prints for its own examples: cran/strucchange 1.5-1,
# tests/Examples/strucchange-Ex.Rout.save, written with R 3.2.0.
NILE_SSR = [2835157, 1597457, 1552924, 1538097, 1507888, 1659994]
NILE_BIC = [1318, 1270, 1276, 1285, 1292, 1311]
REAL_SSR = [1214.9, 645.0, 456.0, 445.2, 444.9, 449.6]
REAL_BIC = [555.7, 499.8, 473.3, 480.1, 489.3, 499.7]
SEAT_SSR = [0.3297, 0.2967, 0.2676, 0.2438, 0.2395, 0.2317, 0.2258, 0.2244, 0.2231]
SEAT_BIC = [
    *(-602.8611, -601.0539, -598.9042, -594.8774, -577.2905),
    *(-562.4880, -546.3632, -526.7295, -506.9886),
]


def monthly(values, start="2010-01"):
    index = pd.period_range(start, periods=len(values), freq="M")
    return pd.Series(np.asarray(values, dtype="float64"), index=index, name="USD/kg")


def two_levels(n=60, at=30, low=10.0, high=20.0, noise=0.05, seed=1):
    random = np.random.default_rng(seed)
    level = np.where(np.arange(n) < at, low, high)
    return monthly(level * np.exp(noise * random.standard_normal(n)))


# Published cases


def test_the_nile_breaks_in_1898_as_in_strucchange():
    found = breaks(nile(), log=False)
    assert str(found.dates["last"].item()) == "1898"
    assert found.criteria["ssr"].round().tolist() == NILE_SSR
    assert found.criteria["bic"].round().tolist() == NILE_BIC
    assert found.criteria["bic"].min() == pytest.approx(1270.084, abs=5e-4)


def test_the_nile_partitions_of_every_size_are_those_of_strucchange():
    assert breaks(nile(), log=False).criteria["last"].tolist() == [
        "",
        "1898",
        "1898, 1953",
        "1898, 1938, 1953",
        "1898, 1915, 1938, 1953",
        "1885, 1900, 1915, 1938, 1953",
    ]


def test_the_interval_of_the_nile_is_that_of_strucchange():
    # confint(breakpoints(Nile ~ 1)): 1895, 1898, 1902, with a variance per segment.
    early, late = nile()[:28].to_numpy(), nile()[28:].to_numpy()
    variances = early.var(), late.var()
    assert interval_of_date(early, late, 0.95, variances) == (28 - 25, 32 - 28)


def test_the_interval_of_the_second_break_of_the_interest_rate_is_that_of_strucchange():
    # confint(breakpoints(RealInt ~ 1, h = 15)): 77, 79, 81.
    y = real_interest().to_numpy()
    assert interval_of_date(y[47:79], y[79:], 0.95) == (2, 2)


def test_the_limit_of_a_break_date_is_a_distribution_and_symmetric_with_equal_noise():
    # Bai 1997: with equal variances the 95 % points are -11 and 11 (7 and 7 at 90 %).
    assert limit_of_date(11.03, 1.0) == pytest.approx(0.975, abs=2e-3)
    assert limit_of_date(7.69, 1.0) == pytest.approx(0.95, abs=2e-3)
    for ratio in (0.2, 1.0, 5.0):
        x = np.linspace(-40, 40, 81)
        values = np.array([limit_of_date(each, ratio) for each in x])
        assert (np.diff(values) >= -1e-9).all()
        mirrored = [1 - limit_of_date(-each / ratio, 1 / ratio) for each in x]
        assert values == pytest.approx(mirrored, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "before", "after", "memory"),
    [
        (1.0, 1.0, 1.0, 0.0),
        (1.0, 0.4, 1.2, 0.0),
        (1.0, 1.2, 0.4, 0.0),
        (1.5, 0.5, 1.0, 0.5),
        (2.0, 1.0, 0.5, 0.85),
    ],
)
def test_the_intervals_of_breaks_hold_the_true_date_as_often_as_the_report_says(
    change, before, after, memory
):
    # Report 02: "about nine in ten" where 95 % is promised.
    random = np.random.default_rng(1997)
    n, at, paths = 100, 45, 300
    noise = random.standard_normal((paths, n + 60))
    for t in range(1, n + 60):
        noise[:, t] = memory * noise[:, t - 1] + np.sqrt(1 - memory**2) * noise[:, t]
    scale = np.where(np.arange(n) < at, before, after)
    cells = Segments(np.ones((n, 1)), 15)
    held = 0
    for y in noise[:, 60:] * scale + change * (np.arange(n) >= at):
        end = cells.best(y, 1)[1][1][0]
        down, up = interval_of_date(y[:end], y[end:], 0.95)
        held += end - down <= at <= end + up
    assert 0.87 <= held / paths <= 0.98


def test_the_long_run_variance_of_an_autoregression_is_that_of_its_formula():
    # Of AR(1) with coefficient r and noise of variance 1: 1 / (1 - r)^2.
    noise = np.random.default_rng(7).standard_normal(20_000)
    path = np.zeros(20_000)
    for t in range(1, 20_000):
        path[t] = 0.6 * path[t - 1] + noise[t]
    assert long_run_variance(path - path.mean()) == pytest.approx(6.25, rel=0.1)


def test_the_tests_of_the_nile_are_those_of_strucchange():
    # Chow F 75.93 in 1898, sup-F the same; OLS-CUSUM S0 = 2.9518, p = 5.409e-08.
    tests = stability(nile(), log=False).set_index("test")
    chow = f_values(nile().to_numpy(), levels_of(nile())).loc[28]
    assert chow == pytest.approx(75.93, abs=5e-3)
    assert tests.at["sup-F", "statistic"] == pytest.approx(75.93, abs=5e-3)
    assert str(tests.at["sup-F", "at"]) == "1898"
    assert tests.at["OLS-CUSUM", "statistic"] == pytest.approx(2.9518, abs=5e-5)
    assert tests.at["OLS-CUSUM", "p_value"] == pytest.approx(5.409e-08, rel=1e-3)


def test_the_real_interest_rate_breaks_where_bai_and_perron_say():
    # Bai and Perron 2003, section 4: 1972:3 and 1980:3 by BIC; means 1.36, -1.80, 5.64.
    found = breaks(real_interest(), log=False)
    assert found.criteria["last"].tolist()[:4] == [
        "",
        "1980Q3",
        "1972Q3, 1980Q3",
        "1966Q4, 1972Q3, 1980Q3",
    ]
    assert found.criteria["ssr"].round(1).tolist() == REAL_SSR
    assert found.criteria["bic"].round(1).tolist() == REAL_BIC
    assert found.dates["last"].astype(str).tolist() == ["1972Q3", "1980Q3"]
    assert found.segments["level"].round(2).tolist() == [1.36, -1.80, 5.64]


def test_the_sequence_of_sup_f_of_the_real_interest_rate_is_that_of_mbreaks():
    # mbreaks (R, Perron's own) with robust = 0 prints 89.245, 52.204, 7.414: quoted in
    # cacoleman16/tsecon, docs on the replication of Bai and Perron (2003).
    found = breaks(real_interest(), log=False).criteria
    assert found["sup_f_next"].round(3).tolist()[:3] == [89.245, 52.204, 7.414]
    assert found["critical_5pct"].tolist()[:3] == [8.58, 10.13, 11.14]


def test_three_coefficients_break_in_the_seatbelt_data_as_in_strucchange():
    # log10 deaths on its lags 1 and 12, 1970 to 1984, h = 0.1.
    y = np.log10(driver_deaths())
    x = np.column_stack([np.ones(180), y[11:-1], y[:-12]])
    found = Segments(x, 18).best(y[12:], 8)
    assert [round(ssr, 4) for ssr, _ in found] == SEAT_SSR
    assert found[2][1] == (46, 157)  # October 1973 and January 1983
    assert found[8][1] == (18, 46, 70, 89, 107, 125, 144, 162)
    scores = [bic(ssr, 180, m, 3) for m, (ssr, _) in enumerate(found)]
    assert scores == pytest.approx(SEAT_BIC, abs=5e-5)


def test_the_mean_f_of_new_haven_is_that_of_strucchange():
    # sctest(Fstats(nhtemp ~ 1, from = 0.5, to = 0.85), type = "aveF"): 10.81.
    found = new_haven()
    values = f_values(found.to_numpy(), levels_of(found))
    assert values.loc[30:51].mean() == pytest.approx(10.81, abs=5e-3)


def test_the_p_value_of_sup_f_is_near_that_of_hansen():
    # strucchange prints 0.1161 for sup.F = 12.252 with three coefficients, trim 0.1.
    assert sup_f_p_value(12.252, 3, 0.1) == pytest.approx(0.1161, abs=0.02)


@pytest.mark.parametrize(("k", "level"), list(itertools.product([1, 2, 3], [0, 1])))
def test_simulated_sup_f_agrees_with_the_table_of_andrews(k, level):
    # Two independent ways to one distribution; 4,000 draws have an error of 0.5 %.
    nominal = (0.10, 0.05)[level]
    assert sup_f_p_value(k * SUP_F_15[k][level], k, 0.15) == pytest.approx(
        nominal, abs=0.015
    )


def test_newey_west_is_that_of_r():
    # sandwich::NeweyWest(fm, lag = 4, prewhite = FALSE), without and with adjustment,
    # as statsmodels prints it: stats/tests/test_sandwich.py, test_hac_simple.
    from statsmodels.datasets import macrodata

    data = macrodata.load_pandas().data
    growth = 400 * np.diff(np.log(data["realgdp"]))
    x = np.column_stack([np.ones(202), growth, data["realint"][:-1]])
    y = 400 * np.diff(np.log(data["realinv"]))
    plain = newey_west(y, x, lags=4, correction=False)
    assert plain[0] == pytest.approx(
        [-9.48167277465485, 4.3742216647032, -0.613996969478989]
    )
    assert plain[1][0] == pytest.approx(
        [1.3855512908840137, -0.313309610252268500, -0.059720797683570477]
    )
    assert newey_west(y, x, lags=4)[1][0] == pytest.approx(
        [1.40643899878678802, -0.3180328707083329709, -0.060621111216488610]
    )


@pytest.mark.filterwarnings("ignore")
def test_the_bandwidth_of_kpss_is_that_of_sas():
    # statsmodels, test_stattools.py, test_lags: SAS 9.3 chooses 5 for the Nile.
    found = kpss(nile().to_numpy(), regression="c", nlags="auto")
    assert (found[2] if isinstance(found, tuple) else found.lags) == 5


# Laws


@given(st.lists(st.floats(-5, 5), min_size=12, max_size=12), st.integers(1, 2))
def test_no_partition_is_better_than_the_one_found(values, m):
    y = np.array(values)
    cells = Segments(np.ones((12, 1)), 3)
    tried = [
        sum(((part - part.mean()) ** 2).sum() for part in np.split(y, ends))
        for ends in itertools.combinations(range(3, 10), m)
        if min(np.diff([0, *ends, 12])) >= 3
    ]
    assert cells.best(y, m)[m][0] == pytest.approx(min(tried), abs=1e-9)


@settings(max_examples=15)
@given(st.floats(0.01, 1000))
def test_breaks_do_not_depend_on_the_unit(factor):
    series = two_levels()
    found, scaled = (breaks(s) for s in (series, factor * series))
    assert found.dates["last"].tolist() == scaled.dates["last"].tolist()
    assert scaled.dates["change"].item() == pytest.approx(found.dates["change"].item())


def test_the_break_is_the_last_observation_of_its_segment():
    dates = breaks(two_levels(at=30)).dates.iloc[0]
    assert (str(dates["last"]), str(dates["next"])) == ("2012-06", "2012-07")
    assert dates["change"] == pytest.approx(1.0, abs=0.1)  # from 10 to 20


def test_a_level_without_change_has_no_break():
    found = breaks(two_levels(high=10.0))
    assert found.dates.empty
    assert len(found.segments) == 1


def test_a_gap_is_left_out_and_not_filled():
    series = two_levels()
    series.iloc[10:20] = np.nan
    found = breaks(series)
    assert found.segments["n"].tolist() == [20, 30]
    assert str(found.dates["last"].item()) == "2012-06"


def test_breaks_of_200_points_with_intervals_take_less_than_five_seconds():
    series = two_levels(n=200, at=90, noise=0.3)
    before = time.perf_counter()
    breaks(series)
    assert time.perf_counter() - before < 5


def test_the_robust_sup_f_is_smaller_when_errors_are_autocorrelated():
    random = np.random.default_rng(3)
    walk = np.zeros(150)
    for t in range(1, 150):
        walk[t] = 0.9 * walk[t - 1] + random.standard_normal()
    tests = stability(monthly(walk), log=False).set_index("test")["statistic"]
    assert tests["sup-F, robust"] < tests["sup-F"]


def random_walk(n=150, seed=6):
    steps = 0.05 * np.random.default_rng(seed).standard_normal(n)
    return monthly(np.exp(3 + steps.cumsum()))


def test_a_random_walk_shows_a_break_that_only_the_walk_test_sees_through():
    tests = stability(random_walk()).set_index("test")["p_value"]
    assert tests["sup-F"] < 0.01
    assert tests["sup-F, random walk"] > 0.1


def test_a_clear_break_is_more_than_a_random_walk_would_show():
    tests = stability(two_levels(noise=0.02)).set_index("test")["p_value"]
    assert tests["sup-F, random walk"] < 0.05


def test_what_a_break_explains_is_the_same_either_way():
    # The fast sums of the simulations against the dynamic programme's table.
    series = random_walk(60).pipe(np.log)
    cells = levels_of(series)
    y = series.to_numpy() - series.mean()
    inside = np.zeros(60, dtype=bool)
    inside[cells.least - 1 : 60 - cells.least] = True
    gain, left = explained(y[None, :], inside)
    values = f_values(y, cells)
    k = cells.x.shape[1]
    assert (gain / ((left - gain) / (60 - 2 * k)))[0] == pytest.approx(
        values.to_numpy()
    )


# Trends


def test_prices_net_of_a_step_are_on_its_last_footing():
    series = monthly([100, 100, 80, 80])
    step = Step("2010-03-01", "duty ends", change=-0.2)
    assert net_of(series, step).tolist() == pytest.approx([80, 80, 80, 80])
    assert net_of(series, None).tolist() == series.tolist()


def test_newey_west_keeps_the_digits_of_regressors_that_nearly_coincide():
    # Longley's data; certified by NIST's Statistical Reference Datasets.
    data = longley.load_pandas()
    x = np.column_stack([np.ones(len(data.endog)), data.exog])
    certified = [-3482258.63459582, 15.0618722713733, -0.0358191792925910]
    certified += [-2.02022980381683, -1.03322686717359, -0.0511041056535807]
    certified += [1829.15146461355]
    estimate, _ = newey_west(data.endog.to_numpy(float), x)
    assert estimate == pytest.approx(certified, rel=1e-9)


def test_newey_west_without_lags_of_spread_out_rows_is_white():
    # Rows further apart than the window have no neighbour: the covariance is HC0.
    random = np.random.default_rng(4)
    x = np.column_stack([np.ones(20), random.standard_normal(20)])
    y = random.standard_normal(20)
    apart = newey_west(y, x, np.arange(20) * 10, lags=3)
    together = newey_west(y, x, lags=0)
    assert apart[1] == pytest.approx(together[1])


@pytest.mark.parametrize(
    ("kind", "begins"), [("noise", "stationary"), ("walk", "not stationary")]
)
def test_adf_and_kpss_are_read_together(kind, begins):
    noise = np.random.default_rng(5).standard_normal(200)
    series = monthly(noise if kind == "noise" else noise.cumsum())
    assert stationarity(series, log=False)[0].startswith(begins)


def test_stationarity_uses_the_longest_stretch_without_a_gap():
    series = two_levels(n=120, at=60)
    series.iloc[59] = np.nan
    _, found = stationarity(series)
    assert found.index[0] == pd.Period("2015-01")
    assert len(found) == 60


# Samples


def test_left_out_months_are_named_as_runs():
    series = monthly(range(1, 13))
    series.iloc[[2, 3, 4, 9]] = np.nan
    assert left_out(series) == "March to May 2010, October 2010"
    assert left_out(series.dropna().iloc[:2]) == ""


def test_the_longest_run_has_no_gap():
    series = monthly(range(1, 13))
    series.iloc[4] = np.nan
    assert len(longest_run(series)) == 7


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: breaks(s[:20]), "at least 34 points; this one has 20, January 2010"),
        (lambda s: stationarity(s[:30]), "at least 36 points; this one has 30"),
        (lambda s: stability(s[:10]), "at least 20 points; this one has 10"),
        (lambda s: breaks(s * np.nan), "this one has 0"),
    ],
    ids="breaks stationarity stability empty".split(),
)
def test_a_short_series_says_how_many_points_are_needed(call, message):
    with pytest.raises(NoFigures, match=message):
        call(two_levels())


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (two_levels().reset_index(drop=True), "needs a PeriodIndex"),
        (two_levels().drop(pd.Period("2011-01", "M")), "lacks 2011-01"),
        (two_levels()[::-1], "unsorted"),
        (two_levels() - 15, "not positive"),
    ],
    ids="numbers hole backwards negative".split(),
)
def test_what_is_no_regular_series_of_prices_is_refused(series, message):
    with pytest.raises(ParameterError, match=message):
        breaks(series)

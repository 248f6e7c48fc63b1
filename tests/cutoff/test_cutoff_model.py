"""The course of a cut agrees with arithmetic done by hand, and with common sense."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.cutoff import model
from rareearth.errors import ParameterError

SHARE = st.floats(0, 1)


def test_six_months_of_stock_and_a_full_cut_lose_forty_percent_in_a_year():
    # 0.9 a month is missing: 6 months last 6.67; 5.33 months times 0.9 of 12 is 0.40.
    path = model.course(6, 1, 12, 0, 0.9)
    assert model.lost(path)[0] == pytest.approx(0.4)
    assert path.until[0] == pytest.approx(6 / 0.9)


def test_nothing_is_lost_without_a_cut_or_when_everything_leaks():
    for path in (model.course(0, 0, 24), model.course(0, 1, 24, leak=1.0)):
        assert model.lost(path)[0] == 0
        assert np.isinf(path.until[0])


def test_without_stock_use_falls_at_once_by_what_is_cut():
    path = model.course(0, 0.5, 3, 0, 0.8)
    assert path.output[:, 0].tolist() == pytest.approx([0.6, 0.6, 0.6])
    assert path.until[0] == 0


def test_what_is_replaced_is_not_lost():
    # Half can be done without at once: of 0.8 that is missing only 0.3 counts.
    path = model.course(0, 1, 2, 0.5, 0.8, substitution_months=0)
    assert path.output[:, 0].tolist() == pytest.approx([0.7, 0.7])


def test_other_suppliers_grow_month_by_month():
    # 1.2 a year is 0.1 a month; in the middle of the months 0.05 and 0.15.
    path = model.course(0, 1, 2, 0, 1.0, other_growth=1.2)
    assert path.output[:, 0].tolist() == pytest.approx([0.05, 0.15])


@given(
    stock=st.floats(0, 24), more=st.floats(0, 24), cut=SHARE, china=SHARE, done=SHARE
)
def test_more_stock_never_loses_more(stock, more, cut, china, done):
    small, large = (
        model.lost(model.course(months, cut, 24, done, china))[0]
        for months in (stock, stock + more)
    )
    assert -1e-12 <= large <= small + 1e-12 <= 1 + 1e-9


def test_the_stock_for_a_loss_is_the_stock_that_loses_it():
    stock = model.stock_for(0.4, 0.9, 1.0, 12)
    assert stock == pytest.approx(6.0, abs=0.05)
    assert np.isnan(model.stock_for(0.4, 0.3, 1.0, 12))  # at most 30 percent is lost


@pytest.mark.parametrize(
    ("rule", "left"),
    [("pro rata", 0.5), ("priority first", 0.375), ("electric cars first", 1.0)],
)
def test_who_is_served_first_decides_what_cars_lose(rule, left):
    # Half is left; a fifth goes to others first: (0.5 - 0.2) / 0.8. Cars use a quarter.
    found = model.of_cars(np.array([0.5]), rule, car_share=0.25, priority=0.2)
    assert found[0] == pytest.approx(left)


def test_a_rule_that_is_none_is_refused():
    with pytest.raises(ParameterError, match="'lottery' is none; one of pro rata"):
        model.of_cars(np.array([0.5]), "lottery", 0.2, 0.1)


def test_the_map_shows_the_loss_of_its_corners():
    grid = model.truth_map(
        0.9, 12, 0.0, other_growth=0, substitution_months=12, leak=0
    ).set_index(["stock_months", "cut_share"])["lost"]
    assert grid[(0.0, 1.0)] == pytest.approx(0.9)
    assert grid[(0.0, 0.0)] == 0


def test_a_hundred_thousand_draws_over_15_years_take_under_3_seconds():
    stock = np.linspace(0, 24, 100_000)
    begin = time.process_time()
    model.course(stock, 1.0, 180, 0.2, 0.9)
    assert time.process_time() - begin < 3


def test_an_importer_without_printed_shares_is_refused_with_the_choices():
    with pytest.raises(
        ParameterError, match="'India'; one of 'European Union', 'Japan'"
    ):
        model.importer_code("India")


def test_months_of_a_cut_stand_beside_the_mean_month_of_the_year():
    # 120 t from January to December are 10 t a month; in May 4 t were exported.
    days = [("2025-05-01", "2025-05-31"), ("2025-01-01", "2025-12-31")]
    exports = pd.DataFrame(days, columns=["period_start", "period_end"])
    exports = exports.apply(pd.to_datetime).assign(
        value=[4.0, 120.0], basis="hs-85051110;weight", source_id="printed"
    )
    found = model.episode(exports)
    assert found["month"].tolist() == ["May 2025"]
    assert found["of_usual"].tolist() == pytest.approx([0.4])
    assert model.episode(exports.head(1)).empty


def test_a_target_in_days_stands_beside_reported_weeks():
    stocks = model.stock_rows(
        pd.DataFrame(
            {
                "series": ["stock_cover", "stock_cover_target"],
                "entity": ["car makers", "Japan"],
                "product": "magnets",
                "period_end": pd.Timestamp("2025-06-30"),
                "value": [None, 60.0],
                "low": [2.0, None],
                "high": [6.0, None],
                "confidence": "secondary",
                "source_id": "printed",
            }
        )
    )
    assert model.reported_weeks(stocks) == 4
    assert stocks.set_index("kind").loc["target", "value"] == pytest.approx(60 / 7)

"""The course of a cut agrees with arithmetic done by hand, and with common sense."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.cutoff import model
from rareearth.methods.draws import Span

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
    # By hand: 12 months times (0.9 - 0.4); with a share of 0.3 no stock loses as much.
    def losses(china):
        return lambda stock: model.lost(model.course(stock, 1, 12, 0, china))

    assert model.stock_for(0.4, losses(0.9), 24) == pytest.approx(6.0, abs=0.02)
    assert np.isnan(model.stock_for(0.4, losses(0.3), 24))


@pytest.mark.parametrize(
    ("rule", "left"),
    [("pro rata", 0.5), ("priority first", 0.375), ("electric cars first", 1.0)],
)
def test_who_is_served_first_decides_what_cars_lose(rule, left):
    # Half is left; a fifth goes to others first: (0.5 - 0.2) / 0.8. Cars use a quarter.
    found = model.of_cars(np.array([0.5]), rule, car_share=0.25, priority=0.2)
    assert found[0] == pytest.approx(left)


def test_losses_by_stock_cut_and_horizon_are_those_of_single_runs():
    ones = np.ones(3)
    drawn = model.Assumed(ones, 0.9 * ones, 0 * ones, 24 * ones, *(0 * ones,) * 3)
    found = model.losses_by(drawn, [0, 6], [1.0], [6, 12], 0.0)["lost"]
    # 0.9 a month is missing; six months last all of 6 and lose 0.4 of 12.
    assert found.tolist() == pytest.approx([0.9, 0.9, 0.0, 0.4])


def test_a_hundred_thousand_draws_over_15_years_take_under_3_seconds():
    stock = np.linspace(0, 24, 100_000)
    begin = time.process_time()
    model.course(stock, 1.0, 180, 0.2, 0.9)
    assert time.process_time() - begin < 3


DAYS = [
    ("2025-01-01", "2025-01-31", 6.0),
    ("2025-04-01", "2025-04-30", 2.0),
    ("2025-01-01", "2025-04-30", 16.0),
]


def test_months_without_a_figure_are_the_mean_of_what_a_sum_leaves():
    # 16 t to April less 6 in January and 2 in April are 8 t in two months.
    exports = pd.DataFrame(DAYS, columns=["period_start", "period_end", "value"])
    days = exports[["period_start", "period_end"]].apply(pd.to_datetime)
    exports = exports.assign(**days, basis="hs-85051110;gross", source_id="printed")
    found = model.episode(exports)
    assert found["value"].tolist() == [6, 4, 4, 2]
    assert found["months"].tolist() == [1, 2, 2, 1]
    assert model.episode(exports.head(0)).empty


def test_a_target_in_days_stands_beside_reported_weeks():
    day = pd.Timestamp("2025-06-30")
    stocks = model.stock_rows(
        pd.DataFrame(
            {
                "series": ["stock_cover", "stock_cover_target"],
                "entity": ["car makers", "Japan"],
                "product": "magnets",
                "period_start": day,
                "period_end": day,
                "value": [None, 60.0],
                "low": [2.0, None],
                "high": [6.0, None],
                "source_id": "printed",
            }
        ).astype({"value": float})
    )
    assert model.reported_weeks(stocks) == 4
    assert stocks.set_index("kind").loc["target", "value"] == pytest.approx(60 / 7)


def share(importer, *rows, home=model.NONE):
    """Return China's share from rows of product, basis and percent."""
    frame = pd.DataFrame(rows, columns=["product", "basis", "value"])
    frame = frame.assign(low=np.nan, high=np.nan, source_id="printed")
    frame["period_end"] = frame["period_start"] = pd.Timestamp("2024-12-31")

    def load(series, entity=None, product=None, **_):
        wanted = frame if series == "import_source_share" else frame.head(0)
        return wanted[wanted["product"].isin(product or [])]

    return model.china_share(load, importer, "latest", home)[0]


def test_a_share_of_imports_is_none_of_use():
    used = ("NdFeB magnets", "importer-eu;share-of-consumption", 98.0)
    bought = ("NdFeB magnets", "importer-eu;share-of-imports", 60.0)
    assert share("European Union", used, bought) == Span.around(0.98, 0.98)
    korea = ("NdFeB magnets", "importer-kor;share-of-imports", 80.0)
    found = share("South Korea", korea, home=Span(0.0, 0.1, 0.5))
    assert found == pytest.approx(Span(0.4, 0.6, 0.8))


def test_of_japan_that_makes_its_own_magnets_the_inputs_are_cut():
    magnets = ("NdFeB magnets", "importer-jpn;share-of-imports", 31.1)
    inputs = ("rare earths", "importer-jpn;share-of-imports", 70.0)
    assert share("Japan", magnets, inputs) == Span.around(0.7, 0.7)


@pytest.mark.parametrize(
    ("losses", "said"),
    [([0.0] * 9, "0 %"), ([0.1 * n for n in range(11)], "50 % (10 % to 90 %)")],
)
def test_a_loss_that_is_the_same_in_all_draws_has_no_range(losses, said):
    told = model.lost_with_range(np.array(losses))
    assert told.replace("\N{NO-BREAK SPACE}", " ") == said

"""What an importer depends on follows from printed figures by arithmetic."""

import pandas as pd
import pytest

from rareearth.cutoff import exposure
from rareearth.errors import ParameterError


def test_an_importer_without_printed_shares_is_refused_with_the_choices():
    with pytest.raises(
        ParameterError, match="'India'; one of 'European Union', 'Japan'"
    ):
        exposure.importer_code("India")


def test_months_of_a_cut_stand_beside_the_mean_month_of_the_year():
    # 120 t from January to December are 10 t a month; in May 4 t were exported.
    days = [("2025-05-01", "2025-05-31"), ("2025-01-01", "2025-12-31")]
    exports = pd.DataFrame(days, columns=["period_start", "period_end"])
    exports = exports.apply(pd.to_datetime).assign(
        value=[4.0, 120.0], basis="hs-85051110;weight", source_id="printed"
    )
    found = exposure.episode(exports)
    assert found["month"].tolist() == ["May 2025"]
    assert found["of_usual"].tolist() == pytest.approx([0.4])
    assert exposure.episode(exports.head(1)).empty


def test_a_target_in_days_stands_beside_reported_weeks():
    stocks = exposure.stock_rows(
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
    assert exposure.reported_weeks(stocks) == 4
    assert stocks.set_index("kind").loc["target", "value"] == pytest.approx(60 / 7)

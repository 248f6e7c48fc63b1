"""Which printed shares stand for a country's place in the chain."""

import pandas as pd
import pytest

from rareearth.production import mining


def chain(*rows):
    names = ["stage", "entity", "year", "scope", "value", "low", "confidence"]
    return pd.DataFrame(rows, columns=names)


PAGE = ("separation", "China", 2024, "all rare earths", 0.9, None, "secondary")
AGENCY = ("separation", "China", 2023, "magnet rare earths", 0.92, None, "secondary")
FORUM = ("separation", "China", 2025, "magnet rare earths", 0.99, None, "tertiary")
BOUND = ("separation", "China", 2025, "magnet rare earths", None, 0.9, "secondary")
OLD = ("separation", "China", 2015, "magnet rare earths", 0.95, None, "primary")
PLANTS = (
    "separation",
    "China",
    2025,
    "all, capacity",
    0.8,
    None,
    "primary",
)
GROUP = (
    "separation",
    "China and Malaysia",
    2025,
    "all rare earths",
    1,
    None,
    "primary",
)


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        ((PAGE, AGENCY), AGENCY),  # the preferred scope, though a year older
        ((PAGE, FORUM), PAGE),  # a weak source only where there is nothing else
        ((FORUM,), FORUM),
        ((PAGE, BOUND), PAGE),
        ((BOUND,), BOUND),
        ((PAGE, OLD), PAGE),  # of more than five years before the newest: the past
        ((PAGE, PLANTS, GROUP), PAGE),
    ],
)
def test_one_share_stands_for_a_country_at_a_stage(rows, stands):
    found = mining.standing(chain(*rows))
    assert len(found) == 1
    kept = found.loc[0, ["year", "scope", "confidence"]].tolist()
    assert kept == [stands[2], stands[3], stands[6]]


def test_without_shares_none_stands():
    assert mining.standing(chain()).empty


def test_a_stated_share_is_taken_out_of_what_a_table_leaves_unnamed():
    # The United States mined 22,700 of 52,900 t in 1990; China's share was 27 %.
    shares = pd.DataFrame(
        {
            "year": 1990,
            "entity": ["United States", "Not named"],
            "kind": ["country", "residual"],
            "quantity": [22_700.0, 30_200.0],
            "total": 52_900.0,
            "share": [22_700 / 52_900, 30_200 / 52_900],
            "low": None,
            "high": None,
            "confidence": "primary",
            "source_id": "usgs-ds140-2020",
        }
    )
    stated = pd.DataFrame(
        {
            "entity": ["China"],
            "period_end": pd.to_datetime(["1990-12-31"]),
            "value": [27.0],
            "low": None,
            "high": None,
            "basis": "share-of-world;all-ree",
            "confidence": "secondary",
            "source_id": "x",
        }
    )
    found = mining.with_stated(shares, stated, "China").set_index("entity")
    assert found.at["China", "share"] == pytest.approx(0.27)
    assert found.at["Not named", "share"] == pytest.approx(30_200 / 52_900 - 0.27)
    assert found["share"].sum() == pytest.approx(1)
    assert pd.isna(found.at["China", "quantity"])

"""Plants are counted once, and markets follow from printed figures by arithmetic."""

import pandas as pd
import pytest

from rareearth.errors import NoFigures
from rareearth.ramp_up import pipeline

ENTITIES = pd.DataFrame(
    {
        "kind": ["project", "project", "plant", "plant", "company"],
        "country": ["USA", "USA", "CHN", "AUS", "USA"],
    },
    index=["MP 10X", "MP Materials Independence", "Baotou", "Mt Weld", "MP Materials"],
)
NOBODY = pd.DataFrame(columns=["stage", "stated", "planned", "started"])


def figures(*rows, **more):
    """Return figures: series, entity, product, value."""
    frame = pd.DataFrame(rows, columns=["series", "entity", "product", "value"])
    day = pd.Timestamp("2025-12-31")
    base = {"low": None, "high": None, "basis": "capacity", "source_id": "printed"}
    base |= {"period_start": day, "period_end": day, "confidence": "secondary"}
    frame = frame.assign(**(base | more))
    return frame.astype({"low": float, "high": float})


def magnets(*rows, **more):
    named = [("magnet_capacity_planned", who, "NdFeB magnets", t) for who, t in rows]
    return figures(*named, **more)


def test_a_total_with_the_existing_plant_counts_the_new_part_only():
    capacity = magnets(("MP 10X", 10_000.0), ("MP Materials Independence", 3_000.0))
    capacity["basis"] = ["capacity;total-with-existing", "capacity"]
    table = pipeline.plants(capacity, figures(), NOBODY, ENTITIES, "NdFeB magnets")
    assert table.set_index("project")["high_t"].to_dict() == {
        "MP 10X": 7_000,
        "MP Materials Independence": 3_000,
    }


def test_plants_in_china_companies_and_mines_that_feed_others_are_left_out():
    capacity = magnets(
        ("MP 10X", 10.0), ("Baotou", 20.0), ("Mt Weld", 30.0), ("MP Materials", 40.0)
    )
    table = pipeline.plants(capacity, figures(), NOBODY, ENTITIES, "NdFeB magnets")
    assert table["project"].tolist() == ["MP 10X"]
    assert table["stage"].tolist() == ["no dated plan"]


def test_up_to_a_capacity_is_that_capacity():
    capacity = magnets(("MP 10X", float("nan")), high=10.0)
    table = pipeline.plants(capacity, None, NOBODY, ENTITIES, "NdFeB magnets")
    assert table[["low_t", "high_t"]].to_numpy().tolist() == [[10.0, 10.0]]


def test_only_such_plants_is_as_good_as_none():
    with pytest.raises(NoFigures, match="no capacities of NdFeB magnets outside China"):
        pipeline.plants(
            magnets(("Baotou", 1.0)), figures(), NOBODY, ENTITIES, "NdFeB magnets"
        )


def loader(frame):
    """Return a loader of the rows given, as `figures.load` behaves."""

    def load(series, entity=None, product=None, *, as_of="latest", missing="raise"):
        rows = frame[frame["series"] == series]
        rows = rows[rows["entity"] == entity] if entity else rows
        if rows.empty and missing == "raise":
            raise NoFigures(f"no figures of {series}")
        return rows

    return load


def test_magnets_made_outside_are_the_world_less_china():
    # Of 200 t China makes 85 to 90 percent: 20 to 30 t are made outside.
    frame = figures(
        ("magnet_market_volume", "World", "NdFeB magnets", 200.0),
        ("world_share_magnets", "China", "NdFeB magnets", 85.0),
        ("world_share_magnets", "China", "NdFeB magnets", 90.0),
        ("magnet_exports", "China", "rare-earth magnets", 50.0),
        period_start=pd.Timestamp("2025-01-01"),
    )
    _, made, sent, _ = pipeline.magnets_outside(loader(frame), "latest")
    assert tuple(made) == pytest.approx((20, 25, 30))
    assert sent.best == 50


def test_no_more_magnets_are_made_outside_than_plants_there_can_make():
    frame = figures(
        ("magnet_market_volume", "World", "NdFeB magnets", 200.0),
        ("world_share_magnets", "China", "NdFeB magnets", 85.0),
        ("world_share_magnets", "China", "NdFeB magnets", 90.0),
        ("magnet_exports", "China", "rare-earth magnets", 50.0),
        ("magnet_capacity", "Projects outside China", "NdFeB magnets", 24.0),
        period_start=pd.Timestamp("2025-01-01"),
    )
    made = pipeline.magnets_outside(loader(frame), "latest")[1]
    assert tuple(made) == pytest.approx((20, 22, 24))


def test_a_plant_that_runs_without_a_plan_stands_in_the_total():
    capacity = magnets(("MP 10X", 10.0)).assign(series="magnet_capacity")
    table = pipeline.plants(capacity, figures(), NOBODY, ENTITIES, "NdFeB magnets")
    assert table["stage"].tolist() == [pipeline.EXISTING]


def test_exports_of_half_a_year_are_made_a_year():
    frame = figures(
        ("magnet_market_volume", "World", "NdFeB magnets", 200.0),
        ("world_share_magnets", "China", "NdFeB magnets", 85.0),
        ("magnet_exports", "China", "rare-earth magnets", 184.0),
        period_start=pd.Timestamp("2025-07-01"),  # 184 days
    )
    assert pipeline.magnets_outside(loader(frame), "latest")[2].best == 365


def test_growth_to_the_end_of_a_scenario_becomes_a_yearly_rate():
    # 100 to 200 in ten years is 7.18 percent a year.
    frame = figures(
        ("demand_growth_forecast", "World", "NdFeB magnets", 5.0),
        ("magnet_ree_demand", "World", "magnet rare earths", 100.0),
        ("magnet_ree_demand_forecast", "World", "magnet rare earths", 200.0),
    )
    frame.loc[2, "period_end"] = pd.Timestamp("2035-12-31")
    found, _ = pipeline.growth(loader(frame), "latest")
    assert tuple(found) == pytest.approx((0.05, 0.0609, 0.0718), abs=1e-4)

"""Contents stay ranges, an output holds what its units do, and a rest is not a use."""

import numpy as np
import pandas as pd
import pytest

import rareearth as ree
from rareearth.demand import uses


def test_shares_by_weight_and_by_value_are_kept_apart():
    # 29 % of the weight and well over two thirds of the value, both for 2020.
    printed = uses.of_world(ree.load)
    own = printed[(printed["use"] == "Magnets") & (printed["year"] == 2020)].set_index(
        "unit"
    )
    assert own.at["weight", "value"] == pytest.approx(0.29)
    assert own.at["value", "low"] == pytest.approx(0.667)
    assert np.isnan(own.at["value", "value"])


def test_the_uses_of_an_element_add_up_to_the_whole_or_name_the_rest():
    table = uses.of_elements(ree.load)
    sums = table.groupby("element")["share"].sum()
    assert (sums >= 1 - 1e-6).all()
    assert (sums <= 1.025).all()  # whole percents: eight parts of Pr print 102


def test_a_use_that_no_element_has_is_an_empty_table():
    columns = ["element", "use", "share", "source_id"]
    bars = uses.by_use(pd.DataFrame([], columns=columns), "Magnets")
    assert [*bars] == ["entity", "share", "source_id"]
    assert bars.empty


def test_an_output_holds_the_lowest_to_the_highest_content():
    # 2 million units of 1 to 3 kg: 2,000 to 6,000 t, of which 30 % rare earths.
    made = pd.DataFrame({"number": [2e6]})
    magnets = pd.DataFrame({"value": np.nan, "low": [1.0, 2.0], "high": [2.0, 3.0]})
    content = pd.DataFrame(
        {"product": ["Nd", "Pr"], "value": [25.0, 5.0], "basis": "typical-magnet"}
    )
    row = uses.need(made, magnets, content).iloc[0]
    assert (row["magnets_low"], row["magnets_high"]) == (2_000, 6_000)
    assert (row["ree_low"], row["ree_high"]) == pytest.approx((600, 1_800))


def test_europes_electric_cars_of_2023_are_what_the_agency_prints():
    made = uses.output(ree.load, "Electric vehicles")
    own = made[(made["region"] == "Europe") & (made["year"] == 2023)]
    assert own["number"].item() == 2_500_000


@pytest.mark.parametrize("application", uses.APPLICATIONS)
def test_boron_is_not_counted_as_a_rare_earth(application):
    assert "B" not in set(uses.intensities(ree.load, application)["what"])

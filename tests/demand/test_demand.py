"""Contents stay ranges, growth is arithmetic, and a rest is not a use."""

import numpy as np
import pandas as pd
import pytest

import rareearth as ree
from rareearth.demand import end_uses, magnet_content, technology
from rareearth.demand import scenarios as demand
from rareearth.errors import NoFigures, ParameterError
from rareearth.figures import records

# End uses


def test_shares_by_weight_and_by_value_are_kept_apart():
    # 29 % of the weight and well over two thirds of the value, both for 2020.
    uses = end_uses.of_world(ree.load)
    own = uses[(uses["use"] == "Magnets") & (uses["year"] == 2020)].set_index("unit")
    assert own.at["weight", "value"] == pytest.approx(0.29)
    assert own.at["value", "low"] == pytest.approx(0.667)
    assert np.isnan(own.at["value", "value"])


def test_the_uses_of_an_element_add_up_to_the_whole_or_name_the_rest():
    table = end_uses.of_elements(ree.load)
    sums = table.groupby("element")["share"].sum()
    assert (sums >= 1 - 1e-6).all()
    assert (sums <= 1.025).all()  # whole percents: eight parts of Pr print 102


def test_a_use_that_no_element_has_names_those_that_there_are():
    table = pd.DataFrame({"element": ["Nd"], "use": ["Magnets"], "share": [0.8]})
    with pytest.raises(NoFigures, match=r"no element is used in Toys; .*are Magnets"):
        end_uses.by_use(table, "Toys")


# Contents


def test_an_output_holds_the_lowest_to_the_highest_content():
    # 2 million units of 1 to 3 kg: 2,000 to 6,000 t, of which 30 % rare earths.
    made = pd.DataFrame({"number": [2e6]})
    magnets = pd.DataFrame({"value": np.nan, "low": [1.0, 2.0], "high": [2.0, 3.0]})
    content = pd.DataFrame(
        {"product": ["Nd", "Pr"], "value": [25.0, 5.0], "basis": "typical-magnet"}
    )
    row = magnet_content.need(made, magnets, content).iloc[0]
    assert (row["magnets_low"], row["magnets_high"]) == (2_000, 6_000)
    assert (row["ree_low"], row["ree_high"]) == pytest.approx((600, 1_800))


def test_europes_electric_cars_of_2023_are_what_the_agency_prints():
    made = magnet_content.output(ree.load, "Electric vehicles")
    own = made[(made["region"] == "Europe") & (made["year"] == 2023)]
    assert own["number"].item() == 2_500_000


@pytest.mark.parametrize("application", magnet_content.APPLICATIONS)
def test_boron_is_not_counted_as_a_rare_earth(application):
    assert "B" not in set(magnet_content.intensities(ree.load, application)["what"])


# Scenarios


def test_tonnes_are_multiples_of_their_own_base_year():
    # IEA, announced pledges: 93,000 t in 2023, 131,000 t in 2030.
    points = demand.scenario(ree.load, "IEA pledges").set_index("year")
    assert points.at[2030, "value"] == pytest.approx(131 / 93)


def test_a_year_between_printed_ones_lies_on_constant_growth_and_is_marked():
    points = demand.scenario(ree.load, "IEA pledges").set_index("year")
    middle = points.loc[2040]
    assert middle["tonnes"] == pytest.approx((131_000 * 181_000) ** 0.5)
    assert not middle["printed"]
    assert points.drop(2040)["printed"].all()


def test_a_yearly_growth_is_compounded():
    # Adamas 2024: 8.2 % a year from 2024 to 2040.
    points = demand.scenario(ree.load, "Adamas 2024")
    assert points["value"].tolist() == pytest.approx([1, 1.082**16])
    assert demand.rate(points) == pytest.approx(0.082)


def test_a_range_of_growth_stays_a_range():
    last = demand.scenario(ree.load, "IEA policies").iloc[-1]
    assert (last["low"], last["high"]) == pytest.approx((1.5, 1.6))
    assert np.isnan(last["value"])


def test_a_scenario_is_known_from_the_day_it_was_published():
    with pytest.raises(NoFigures, match="were published by 2023-06-30"):
        demand.scenario(ree.load, "Adamas 2024", as_of="2023-06-30")
    names = set(demand.scenarios(ree.load, as_of="2023-06-30")["scenario"])
    assert "Lynas 2022" in names
    assert "Adamas 2024" not in names


@pytest.mark.parametrize(
    ("application", "scenario", "message"),
    [
        ("Trams", "IEA pledges", "application: 'Trams' .*one of 'Electric vehicles'"),
        ("Wind power", "Mine", "scenario: 'Mine' has no .*one of 'IEA pledges'"),
    ],
)
def test_unknown_parameters_are_refused_with_the_choices(
    application, scenario, message
):
    with pytest.raises(ParameterError, match=message):
        demand.check_parameters(application, scenario)


# Patents and news


def test_chinas_part_of_the_four_offices_is_46_percent():
    # 25,911 of 25,911 + 13,920 + 9,810 + 7,280 filings.
    shares = technology.shares(ree.load)
    row = shares[shares["object"].str.startswith("Filings by office")].iloc[0]
    assert row["value"] == pytest.approx(25_911 / 56_921)


def test_different_objects_are_never_called_the_same():
    shares = technology.shares(ree.load)
    assert "Object not stated" not in set(shares["object"])
    assert shares["object"].nunique() == 3


def test_every_claim_on_products_says_what_a_reader_would_need():
    news = technology.news(records.claims(), records.claim_checks())
    assert set(news["claim_id"]) == set(technology.NEEDED)
    assert news[["found", "needed"]].notna().all(axis=None)

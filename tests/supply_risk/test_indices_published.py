"""The EU index gives what the European Commission printed for whole editions."""

from functools import cache

import pandas as pd
import published_eu as published
import pytest

import rareearth as ree
from rareearth.supply_risk import analysis
from rareearth.supply_risk import indices as risk

LAST = published.LAST
GROUPS = {  # members, and the result printed for the group
    "light rare earths": ("Cerium Lanthanum Neodymium Praseodymium Samarium", 3.7),
    "heavy rare earths": (
        "Dysprosium Erbium Europium Gadolinium Holmium Lutetium Terbium Thulium "
        "Ytterbium Yttrium",
        5.1,
    ),
    "platinum group": ("Iridium Palladium Platinum Rhodium Ruthenium", 2.7),
}


@cache
def outside():
    return {n for n, s in published.stages().items() if not published.agrees(s)}


def test_printed_results_of_2023_are_among_those_that_their_inputs_allow():
    assert len(published.stages()) == 123
    assert outside() == set(published.OUTSIDE)


def test_the_result_comes_out_to_the_printed_digit_in_three_of_five_stages():
    stages = published.stages().values()
    off = [abs(published.computed(s) - s.printed) for s in stages]
    assert sum(difference <= LAST for difference in off) == 72
    assert sum(difference <= 2 * LAST for difference in off) == 92


@pytest.mark.parametrize("name", [n for n, why in published.OUTSIDE.items() if why])
def test_a_stage_that_does_not_come_out_does_with_one_change(name):
    assert published.agrees(published.changed(name))


def full_reliance(import_reliance, **inputs):
    return risk.eu_supply_risk(import_reliance=min(1, import_reliance * 2), **inputs)


def scopes_exchanged(hhi_global, hhi_sourcing, **inputs):
    return risk.eu_supply_risk(hhi_sourcing, hhi_global, **inputs)


def without_recycling(eol_recycling, **inputs):
    return risk.eu_supply_risk(eol_recycling=0, **inputs)


def without_substitution(substitution, **inputs):
    return risk.eu_supply_risk(substitution=1, **inputs)


@pytest.mark.parametrize(
    "wrong",
    [full_reliance, scopes_exchanged, without_recycling, without_substitution],
)
def test_a_wrong_formula_would_be_noticed(wrong):
    found = {n for n, s in published.stages().items() if published.agrees(s, wrong)}
    assert len(found) < len(published.stages()) - len(outside()) - 5


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_the_mean_of_the_higher_stages_of_its_members(group):
    members, printed = GROUPS[group]
    rows = [
        {"element": name.split()[0], "low": s.printed - LAST, "high": s.printed + LAST}
        for name, s in published.stages().items()
        if name.split()[0] in members.split()
    ]
    mean = analysis.of_product(pd.DataFrame(rows))
    assert mean.low - LAST <= printed <= mean.high + LAST
    assert (mean.low + mean.high) / 2 == pytest.approx(printed, abs=LAST)


def test_the_recycling_of_2017_gives_yttrium_and_terbium_and_not_europium():
    stages = published.stages()
    assert not published.agrees(stages["Yttrium processing"])  # that of the group
    for name, symbol in (("Yttrium", "Y"), ("Terbium", "Tb"), ("Europium", "Eu")):
        rates = ree.load("recycling_input_rate", product=symbol, end=2017)
        recycled = float(rates["value"].iloc[-1]) / 100
        stage = stages[f"{name} processing"]._replace(recycling=recycled)
        assert published.agrees(stage) == (symbol != "Eu")


def test_groups_of_the_report_have_the_members_of_the_study():
    for name, members in analysis.GROUPS.items():
        assert set(GROUPS[name][0].split()) == {m.title() for m in members.values()}

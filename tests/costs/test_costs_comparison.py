"""Two costs compared: with what is published, on one scope, and with the claims."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

import rareearth as ree
from rareearth.costs import comparison
from rareearth.costs.simulation import medians, prepare
from rareearth.money.money import Money

MONEY = Money.load(cpi_gaps=1)


@pytest.fixture(scope="module")
def study():
    """Return Lynas over Baotou, in few draws."""
    assumed = ree.assumptions("refining-cost")
    load = partial(ree.load, as_of="latest")
    return prepare(load, MONEY, assumed, "Lynas", "Baotou", draws=5_000)


@pytest.fixture(scope="module")
def found(study):
    """Return what is published beside the model."""
    return comparison.published(study)[0]


def test_the_gap_is_the_model_over_the_nearer_end_of_what_is_published(study, found):
    rows = found.set_index(["entity", "what"])
    lynas = rows.loc["Lynas", comparison.SPENT]
    assert lynas["gap"] == pytest.approx(lynas["middle"] / lynas["published_low"] - 1)
    baotou = rows.loc["Baotou", comparison.STATED]
    inside = baotou["published_low"] <= baotou["middle"] <= baotou["published_high"]
    assert inside and baotou["gap"] == 0


def test_a_published_lower_bound_is_met_by_all_that_is_above(found):
    row = found[found["entity"] == "MP Materials"].set_index("what")
    assert np.isinf(row.at[comparison.STATED, "published_high"])
    assert row.at[comparison.STATED, "gap"] == 0


def test_the_model_is_brought_to_the_kilograms_that_are_published(study, found):
    # Of a kg in the feed its share of NdPr, as far as it is recovered, is NdPr oxide.
    row = found[(found["entity"] == "Lynas") & (found["what"] == comparison.CURVE)]
    values = medians(study.plants["Lynas"])
    per_fed = (
        study.band("Lynas", "gross")[1] * values["ndpr_share"] * values["recovery"]
    )
    assert row["middle"].item() == pytest.approx(per_fed)


def test_accounts_stand_in_place_of_the_modelled_operating_cost(study, found):
    read = comparison.ratios(study, found)
    spent = found.set_index(["entity", "what"])["published_low"]
    spent = spent["Lynas", comparison.SPENT]
    drawn = study.simulation.outcomes
    credits = drawn["Lynas"]["cash"] - drawn["Lynas"]["gross"]
    ratio = np.median((spent + credits) / drawn["Baotou"]["cash"])
    assert read.at["published", "cash"] == pytest.approx(ratio, rel=1e-3)
    assert read.at["model", "cash"] == pytest.approx(study.ratios("cash")[1])


def test_the_components_add_up_to_the_medians_of_both_sums(study):
    steps = comparison.steps(study, "Lynas").set_index("component")["value"]
    assert steps[comparison.CASH] == pytest.approx(study.band("Lynas", "cash")[1])
    assert steps[comparison.FULL] == pytest.approx(study.band("Lynas")[1])


def test_real_money_of_the_base_year_is_the_printed_money(study):
    dates = [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")]
    row = [*dates, 10.0, np.nan, np.nan, "USD/kg"]
    names = ["period_start", "period_end", "value", "low", "high", "unit"]
    real = study.real(pd.DataFrame([row], columns=names))
    assert real["value"].item() == pytest.approx(10)
    assert real["unit"].item() == "2024 USD/kg"


def test_a_sum_rests_on_all_that_its_parts_rest_on():
    assert comparison.together(["figure", "figure"]) == "figure"
    assert comparison.together(["figure", "assumption"]) == "both"


@pytest.mark.parametrize(
    ("ends", "level", "said"),
    [
        ([1.3, 1.5], 1.4, "possible"),
        ([1.5, 2.0], 1.4, "too little"),
        ([1.3, 2.0], 5.0, "not borne out"),
    ],
)
def test_a_claim_is_held_against_all_readings(ends, level, said):
    assert comparison.verdict(ends, level) == said


class Pair:
    """The names of a study."""

    def __init__(self, producer, reference):
        self.producer, self.reference = producer, reference
        self.pair = {producer: None, reference: None}


@pytest.mark.parametrize(
    ("pair", "cash", "full", "said"),
    [
        (("Lynas", "Baotou"), [1.3, 1.5], [1.8, 2.0], "in cash and too little with"),
        (
            ("Lynas", "Baotou"),
            [1.5, 1.6],
            [1.8, 2.0],
            "\u201cForty percent more\u201d is too",
        ),
        (
            ("Baotou", "Lynas"),
            [0.7, 0.8],
            [0.5, 0.6],
            "possible in cash and too little",
        ),
        (
            ("Lynas", "Baotou"),
            [0.9, 1.1],
            [1.2, 1.3],
            "Neither \u201cforty percent more",
        ),
        (("Lynas", "MP Materials"), [0.9, 1.1], [1, 2], "two producers outside China"),
        (("Baotou", "China Northern Rare Earth"), [1, 2], [1, 2], "producers inside"),
    ],
)
def test_the_verdict_is_one_of_outside_over_inside(pair, cash, full, said):
    read = pd.DataFrame({"cash": cash, "full": full})
    assert said in comparison.on_claims(Pair(*pair), read)

"""What the sliders call works from one end to the other, and a report has none."""

import json
from functools import partial

import pytest

import rareearth as ree
from rareearth.costs import tables
from rareearth.costs.simulation import prepare
from rareearth.display import output as display
from rareearth.display.explore import explore
from rareearth.money.money import Money
from rareearth.render import library

NOTEBOOKS = {path.stem: path for path in library.notebooks()}
ENDS = {
    "03_refining_costs": [
        {"discount_rate": 0.0, "utilisation": 0.55},
        {"discount_rate": 0.2, "capital_factor": 1.4},
    ],
    "08_cutoff_stress": [
        {"stock_months": 0.0, "cut_share": 1.0, "substitution": 0.0},
        {"stock_months": 24.0, "cut_share": 0.0, "substitution": 0.5},
    ],
    "09_ramp_up": [
        {"target_share": 0.1, "growth": 0.0, "chance": 0.1, "lead_years": 3.0},
        {"target_share": 1.0, "growth": 0.12, "delay_factor": 3.5},
    ],
}


@pytest.fixture(scope="module")
def study():
    assumed = ree.assumptions("refining-cost")
    money = Money.load(cpi_gaps=1)
    load = partial(ree.load, as_of="latest")
    return prepare(load, money, assumed, "Lynas", "Baotou", draws=1_000)


@pytest.mark.parametrize("name", ENDS)
def test_a_chart_is_drawn_at_the_ends_of_the_sliders(name, monkeypatch):
    shown = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: shown.append(bundle))
    display.reset()
    names = {}
    for cell in json.loads(NOTEBOOKS[name].read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebook
            if "parameters" in cell["metadata"].get("tags", []):
                names["draws"] = 1_000
    before = len(shown)
    for values in ENDS[name]:
        names["turn"](**values)
    assert sum("<img " in each["text/html"] for each in shown[before:]) == 2


def test_a_higher_discount_rate_makes_capital_dearer_and_nothing_else(study):
    low, high = (tables.turned(study, rate) for rate in (0.02, 0.15))
    moved = high["value"] - low["value"]
    is_capital = high["component"].isin(["Capital charge", "Full cost"])
    assert (moved[is_capital] > 0).all()
    assert (moved[~is_capital] == 0).all()


def test_an_input_turned_for_one_producer_leaves_the_other(study):
    plain = tables.turned(study, 0.08)
    turned = tables.turned(study, 0.08, utilisation=0.55)
    other = plain["entity"] == "Baotou"
    assert plain[other].equals(turned[other])
    assert (turned["value"] - plain["value"])[~other].max() > 0


def test_the_full_cost_is_the_sum_of_its_components(study):
    parts = tables.turned(study, 0.08).query("entity == 'Lynas'")
    full = parts.loc[parts["component"] == "Full cost", "value"].item()
    assert parts.loc[~parts["total"], "value"].sum() == pytest.approx(full)


def test_the_ends_of_a_slider_are_those_of_the_assumption(study):
    assert tables.reaches(study, "utilisation") == {"utilisation": (0.55, 0.95)}


def test_sliders_are_silent_where_nobody_can_move_them():
    explore(lambda price: pytest.fail("was called"), price=(40, 200))

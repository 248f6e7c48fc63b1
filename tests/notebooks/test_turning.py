"""Controls show the report until something is moved, and work at all of their ends."""

import json

import pytest

from rareearth.display import explore as controls
from rareearth.display import output as display
from rareearth.render import library

NOTEBOOKS = {path.stem: path for path in library.notebooks()}


@pytest.fixture(scope="module")
def ran():
    """Return a function that runs the cells of a notebook once, with few draws.

    It returns their names, the findings, and the ranges of the controls.
    """
    done = {}

    def run(name):
        if name in done:
            return done[name]
        with pytest.MonkeyPatch.context() as patch:
            shown, ranges, names = [], [], {}
            patch.setattr(display, "display", lambda bundle, **_: shown.append(bundle))
            patch.setattr(controls, "explore", lambda *_, **k: ranges.append(k))
            display.reset()
            for cell in json.loads(NOTEBOOKS[name].read_text("utf-8"))["cells"]:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), names)  # noqa: S102 - our own
                    if "parameters" in cell["metadata"].get("tags", []):
                        names["draws"] = 1_000
        found = next(
            each[display.FINDINGS] for each in shown if display.FINDINGS in each
        )
        done[name] = names, found, ranges[0]
        return done[name]

    return run


def turned(names, monkeypatch, **moved):
    """Return what the title of the chart says, from its description."""
    shown = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: shown.append(bundle))
    names["turn"](**moved)
    (chart,) = shown
    assert "<img " in chart["text/html"]
    return chart["text/plain"]


@pytest.mark.parametrize(
    ("name", "places"),
    # Which key figures the untouched chart repeats; in 03 the ratio and both costs.
    [
        ("01_production_shares", [0]),
        ("03_refining_costs", [1, 2, 3]),
        ("05_trade_dependence", [0]),
        ("07_supply_risk", [2]),
        ("08_cutoff_stress", [0]),
        ("09_ramp_up", [0]),
        ("10_policy_timeline", [0]),
    ],
)
def test_untouched_controls_show_the_key_figures_of_the_report(
    ran, monkeypatch, name, places
):
    names, found, _ = ran(name)
    title = turned(names, monkeypatch)
    for place in places:
        value = found[place]["value"].removesuffix(" USD")
        assert value.removesuffix("\N{NO-BREAK SPACE}measures") in title


@pytest.mark.parametrize(
    "name", ["03_refining_costs", "08_cutoff_stress", "09_ramp_up"]
)
@pytest.mark.parametrize("end", [0, 1])
def test_a_chart_is_drawn_at_both_ends_of_every_control(ran, monkeypatch, name, end):
    names, _, given = ran(name)
    ranges = dict(given)
    del ranges["note"]
    units = ranges.pop("units", {})
    assert set(units) <= set(ranges)
    at = {
        n: r[1] if end and isinstance(r, tuple) else r[end] for n, r in ranges.items()
    }
    changed, untouched = turned(names, monkeypatch, **at), turned(names, monkeypatch)
    assert changed != untouched or name in ("01_production_shares", "02_price_trends")


def test_an_input_turned_for_one_producer_leaves_the_other(ran):
    names, _, _ = ran("03_refining_costs")
    study, assumed = names["study"], names["assumed"]
    plain = names["turned"](study, assumed, study.discount_rate)
    poor = names["turned"](study, assumed, study.discount_rate, utilisation=0.55)
    assert plain is study
    assert poor.band("Lynas")[1] > study.band("Lynas")[1]
    assert poor.band("Baotou")[1] == pytest.approx(study.band("Baotou")[1], rel=0.01)


def test_a_higher_discount_rate_makes_both_cost_more_and_no_cash(ran):
    names, _, _ = ran("03_refining_costs")
    study, assumed = names["study"], names["assumed"]
    low, high = (names["turned"](study, assumed, rate) for rate in (0.02, 0.15))
    for name in study.pair:
        assert high.band(name)[1] > low.band(name)[1]
        assert high.band(name, "cash") == low.band(name, "cash")

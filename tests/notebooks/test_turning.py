"""Controls show the report until something is moved, and work at all of their ends."""

import pytest

from rareearth.display import output


def turned(names, monkeypatch, **moved):
    """Return what the title of the chart says, from its description."""
    shown = []
    monkeypatch.setattr(output, "display", lambda bundle, **_: shown.append(bundle))
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
    read, monkeypatch, name, places
):
    ran = read.all_of(name)
    title = turned(ran.names, monkeypatch)
    for place in places:
        value = ran.findings[0][place]["value"].removesuffix(" USD")
        assert value.removesuffix("\N{NO-BREAK SPACE}measures") in title


@pytest.mark.parametrize(
    "name", ["03_refining_costs", "08_cutoff_stress", "09_ramp_up"]
)
@pytest.mark.parametrize("end", [0, 1])
def test_a_chart_is_drawn_at_both_ends_of_every_control(read, monkeypatch, name, end):
    ran = read.all_of(name)
    names, ranges = ran.names, dict(ran.ranges[0])
    del ranges["note"]
    units = ranges.pop("units", {})
    assert set(units) <= set(ranges)
    at = {
        n: r[1] if end and isinstance(r, tuple) else r[end] for n, r in ranges.items()
    }
    changed, untouched = turned(names, monkeypatch, **at), turned(names, monkeypatch)
    assert changed != untouched

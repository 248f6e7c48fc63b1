"""Controls are shown to somebody who can move them, and to nobody else."""

import re

import pytest

from rareearth.display import explore as module
from rareearth.display.explore import explore
from rareearth.errors import ParameterError


class Shell:
    """What a kernel's shell knows of the request that it works on."""

    def __init__(self, metadata):
        self.metadata = metadata

    def get_parent(self):
        return {"metadata": self.metadata}


@pytest.fixture
def ask(monkeypatch):
    """Return a function that makes a front end ask for the cell."""

    def request(metadata):
        monkeypatch.setattr(
            "IPython.core.getipython.get_ipython", lambda: Shell(metadata)
        )

    return request


@pytest.fixture
def shown(monkeypatch):
    """Return the list of what is displayed."""
    found = []
    monkeypatch.setattr("IPython.display.display", lambda *each: found.extend(each))
    return found


@pytest.fixture
def said(monkeypatch):
    """Return the list of what is said."""
    found = []
    monkeypatch.setattr(module, "say", found.append)
    return found


def draw(price, producer="MP Materials", discount=0.1):
    raise AssertionError("nothing should be drawn")


RANGES = {"price": (40, 200, 5), "producer": ["Lynas", "MP Materials"]}


@pytest.mark.parametrize("metadata", [{}, {"deletedCells": []}])
def test_one_line_and_nothing_else_is_shown_where_nobody_looks(ask, said, metadata):
    ask(metadata)
    explore(draw, **RANGES)
    assert said == ["In JupyterLab there are controls here, for price and producer."]


def test_outside_jupyter_too(said):
    explore(draw, **RANGES)
    assert len(said) == 1


def test_a_front_end_gets_a_control_for_each_parameter_with_its_unit(ask, shown):
    ask({"cellId": "abc"})
    explore(lambda **_: None, units={"price": "USD/kg"}, **RANGES)
    (box,) = shown
    _, price, producer, _, _ = box.children
    assert (price.min, price.max, price.step) == (40, 200, 5)
    assert price.description == "price (USD/kg)"
    assert producer.options == ("Lynas", "MP Materials")
    assert not price.continuous_update


def test_the_function_gets_what_was_moved_and_after_a_reset_nothing(ask, shown):
    ask({"cellId": "abc"})
    calls = []
    explore(lambda **moved: calls.append(moved), note="Prices move.", **RANGES)
    (box,) = shown
    told, price, producer, reset, _ = box.children
    assert told.value == "Prices move. Now nothing is moved, as in the report."
    price.value = 100
    assert told.value == "Prices move. Now moved: price from 120 to 100."
    producer.value = "MP Materials"
    reset.click()
    assert calls[0] == {}
    assert {"price": 100} in calls
    assert {"price": 100, "producer": "MP Materials"} in calls
    assert calls[-1] == {}
    assert re.match("Prices move. Now nothing is moved", told.value)


@pytest.mark.parametrize(
    ("choices", "default", "kind", "value"),
    [
        ((0, 10), None, "IntSlider", 5),
        ((0, 10), 7, "IntSlider", 7),
        ((0, 10), 11, "IntSlider", 5),
        ((0, 10), 2.5, "FloatSlider", 2.5),
        ((0.0, 0.2), 0.1, "FloatSlider", 0.1),
        ((0, 1, 0.25), None, "FloatSlider", 0.5),
        (["a", "b"], "b", "Dropdown", "b"),
        (["a", "b"], "c", "Dropdown", "a"),
        ((0, 10, 1, 3), 7, "IntSlider", 3),
        ((0.0, 0.2, 0.01, 0.11), None, "FloatSlider", 0.11),
        (True, False, "Checkbox", True),
    ],
)
def test_a_control_starts_where_the_function_does(choices, default, kind, value):
    found, traits = module._spec("x", choices, default)
    assert (found, traits["value"]) == (kind, value)


@pytest.mark.parametrize(
    "choices",
    [
        *((), (1,), (2, 1), (1, 1), (1, 2, 0), (1, 2, -1), (1, 2, 3, 4)),
        *(("a", "b"), (True, False), [], "ab", None, 3),
    ],
)
def test_a_range_that_is_none_is_refused_even_where_nobody_looks(choices):
    with pytest.raises(ParameterError, match=r"explore: price=.* is no range; one of"):
        explore(draw, price=choices)


def test_no_range_at_all_is_refused():
    with pytest.raises(ParameterError, match="no parameter; give name="):
        explore(draw)

"""Controls are shown to somebody who can move them, and to nobody else."""

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


def draw(price, producer="MP Materials", discount=0.1):
    raise AssertionError("nothing should be drawn")


RANGES = {"price": (40, 200, 5), "producer": ["Lynas", "MP Materials"]}


@pytest.mark.parametrize("metadata", [{}, {"deletedCells": []}])
def test_nothing_is_shown_or_computed_where_nobody_looks(ask, shown, metadata):
    ask(metadata)
    explore(draw, **RANGES)
    assert shown == []


def test_nothing_is_shown_outside_jupyter(shown):
    explore(draw, **RANGES)
    assert shown == []


def test_a_front_end_gets_a_control_for_each_parameter(ask, shown):
    ask({"cellId": "abc"})
    explore(lambda **_: None, **RANGES)
    (box,) = shown
    price, producer, _ = box.children
    assert (price.min, price.max, price.step) == (40, 200, 5)
    assert producer.options == ("Lynas", "MP Materials")
    assert not price.continuous_update


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

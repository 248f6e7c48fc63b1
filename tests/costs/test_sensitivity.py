"""What a result hinges on agrees with functions whose answer is known."""

import numpy as np
import pytest

from rareearth.costs import comparison as sensitivity
from rareearth.errors import ParameterError
from rareearth.methods.draws import Span


class Uniform:
    """Uniform from -pi to pi, the published test of this function."""

    def ppf(self, u):
        return np.pi * (2 * u - 1)


def linear(drawn):
    """Return 3 a - 2 b + 10, with a = 1 and b = 2 unless drawn."""
    return 3 * drawn.get("a", 1.0) - 2 * drawn.get("b", 2.0) + 10


SPANS = {"b": Span(1.0, 2.0, 4.0), "a": Span(0.0, 1.0, 4.0)}


def test_the_indices_of_the_ishigami_function_are_the_published_ones():
    # a = 7, b = 0.1: first-order 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437
    # (Ishigami and Homma 1990; Saltelli et al., Global Sensitivity Analysis, 2008).
    def ishigami(x):
        wave = np.sin(x["x1"])
        return wave + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * wave

    uniform = dict.fromkeys(["x1", "x2", "x3"], Uniform())
    found = sensitivity.sobol_indices(uniform, ishigami, points=2**13).set_index("key")
    first = found.loc[["x1", "x2", "x3"], "first"].tolist()
    total = found.loc[["x1", "x2", "x3"], "total"].tolist()
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)


def test_the_tornado_has_the_widest_swing_on_top():
    found = sensitivity.tornado(SPANS, linear)
    assert found["key"].tolist() == ["a", "b"]
    assert found["swing"].tolist() == [12.0, 6.0]  # 3 x 4 and 2 x 3
    assert found["base"].unique().tolist() == [9.0]


def test_what_is_needed_alone_is_the_value_that_solves_for_the_target():
    found = sensitivity.needed(sensitivity.tornado(SPANS, linear), linear, 12)
    values = found.set_index("key")["value"]
    assert values["a"] == pytest.approx(2)  # 3 x 2 - 4 + 10
    assert np.isnan(values["b"])  # would need b = 0.5, below its range


def test_points_that_are_no_power_of_two_are_refused():
    with pytest.raises(ParameterError, match="points: 1000 is not a power of 2"):
        sensitivity.sobol_indices(SPANS, linear, 1000)

"""Sources are cited together; equal values read once; figures asked for in one way."""

import pandas as pd
import pytest

from rareearth.figures.columns import (
    each,
    ends,
    has_codes,
    joined,
    rounding,
)


def named(*sources):
    return pd.DataFrame({"source_id": list(sources), "value": 1.0})


def test_each_source_is_cited_once_in_the_order_of_first_use():
    both = joined(named("b", "a"), named("a", "c"))
    assert list(both["source_id"]) == ["b", "a", "c"]


def test_sources_with_semicolons_are_several():
    assert list(joined(named("a;b"))["source_id"]) == ["a", "b"]


def test_an_empty_frame_adds_nothing():
    assert list(joined(named("a"), named())["source_id"]) == ["a"]
    assert joined(named(), named()).empty


def test_equal_values_are_read_once_and_every_row_gets_its_own():
    asked = []
    codes = pd.Series(["a;b", "c", "a;b"], index=[7, 8, 9])
    found = each(codes, lambda text: asked.append(text) or text.count(";"))
    assert found.to_dict() == {7: 1, 8: 0, 9: 1}
    assert asked == ["a;b", "c"]


def test_a_code_is_held_as_a_whole_and_not_as_a_part_of_another():
    basis = pd.Series(["REO;quota", "quota-held", "quota"])
    assert has_codes(basis, "quota").tolist() == [True, False, True]


def test_rows_must_have_each_code_and_none_of_the_others():
    basis = pd.Series(["REO;quota", "REO;quota;estimate", "quota", ""])
    found = has_codes(basis, "REO", "quota", without=["estimate"])
    assert found.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("value", "half"),
    [
        (270_000, 5_000),
        (399_930, 5),
        (100, 50),
        (7, 0.5),
        (12.25, 0.005),
        (4_000.3, 0.05),
        (0, 0),
        (-20, 5),
    ],
)
def test_a_printed_number_is_off_by_half_of_its_last_digit(value, half):
    assert rounding(value) == pytest.approx(half)


def test_the_ends_of_figures_are_those_of_their_ranges():
    printed = pd.DataFrame(
        {"value": [3.0, None], "low": [None, 2.0], "high": [None, 5.0]}, dtype=float
    )
    assert ends(printed) == (2, 5)

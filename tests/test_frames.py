"""Sources of several frames are cited together; equal values are read once."""

import pandas as pd

from rareearth.frames import each, joined


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

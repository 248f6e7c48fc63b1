"""Sources of several frames are cited together."""

import pandas as pd

from rareearth.frames import joined


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

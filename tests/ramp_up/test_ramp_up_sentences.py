"""The sentences on the race say what the paths reach, and by when not."""

import math

import pandas as pd
import pytest

from rareearth.ramp_up.sentences import when_sentence

NEVER = math.inf


@pytest.mark.parametrize(
    ("early", "median", "slow", "said"),
    [
        (
            3.0,
            5.0,
            9.0,
            "One path in ten reaches 50 % by 2029, half of all paths by 2031; "
            "nine in ten by 2035.",
        ),
        (
            3.0,
            5.0,
            NEVER,
            "One path in ten reaches 50 % by 2029, half of all paths by 2031; "
            "fewer than nine in ten by 2041.",
        ),
        (
            7.0,
            NEVER,
            NEVER,
            "One path in ten reaches 50 % by 2033, fewer than half of all paths "
            "by 2041.",
        ),
        (
            NEVER,
            NEVER,
            NEVER,
            "50 % of demand is reached in fewer than one in ten of the paths before "
            "2041.",
        ),
    ],
    ids=["all", "not the slow", "not half", "hardly any"],
)
def test_the_years_are_those_that_so_many_paths_need(early, median, slow, said):
    found = {"early": early, "median": median, "slow": slow}
    start = pd.Timestamp("2026-06-30")
    text = when_sentence(found, start, 0.5)
    assert text.replace("\N{NO-BREAK SPACE}", " ") == said

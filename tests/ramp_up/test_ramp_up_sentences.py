"""The sentences on the race say what the paths reach, and by when not."""

import math

import pandas as pd
import pytest

from rareearth.ramp_up.sentences import told, verdict, when_sentence

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


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2027-01-01", "2027-12-31", "2027"),  # never July 2027
        ("2023-01-01", "2026-02-18", "by 18 February 2026"),
        (None, "2026-07-29", "by 29 July 2026"),
        ("2025-07-01", None, "from 1 July 2025"),
        ("2026-03-01", "2026-03-31", "March 2026"),
        (None, None, ""),
    ],
)
def test_a_span_is_told_as_its_source_has_it(start, end, said):
    text = told(pd.Timestamp(start), pd.Timestamp(end))
    assert text.replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_claim_is_judged_by_the_chance_at_its_end():
    told_of = [verdict(share) for share in (0.001, 0.2, 0.5, 0.9)]
    assert told_of == [
        "are far too short",
        "are probably too short",
        "may be enough",
        "are probably enough",
    ]

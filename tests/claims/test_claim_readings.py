"""Readings and the chart of claims say what the rows say."""

import pandas as pd
import pytest

from rareearth.claims.audit import by_article
from rareearth.claims.evidence import LABELS
from rareearth.claims.sentences import amount, score_sentence, widest


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (71.05, "percent", "71 %"),
        (270_000, "t", "270,000 t"),
        (2026, "year", "2026"),
        (1, "year", "1 year"),
        (2, "rank", "2"),
    ],
)
def test_a_number_is_told_with_its_unit(value, unit, words):
    assert amount(value, unit).replace("\N{NO-BREAK SPACE}", " ") == words


def audited(*verdicts):
    frame = pd.DataFrame({"verdict": verdicts})
    return frame.assign(article="memo", title="Memo [备忘录]", by="computation")


def test_the_score_leaves_out_what_cannot_be_checked():
    text = score_sentence(audited("supported", "contradicted", "opinion"))
    assert text.startswith("Of 3 claims, 2 can be checked. **1 of them")
    assert "1 contradicted" in text


def test_a_list_that_cannot_be_checked_has_no_share():
    text = score_sentence(audited("not_checkable", "opinion"))
    assert text == "None of the 2 claims can be checked against what is at hand."


def test_every_claim_of_an_article_is_counted_once():
    counts = by_article(audited("supported", "outdated", "other_basis", "opinion"))
    (row,) = counts.to_dict("records")
    assert row["title"] == "Memo"
    assert row["claims"] == sum(row[verdict] for verdict in LABELS) == 4


ROWS = pd.DataFrame(
    {
        "label": ["C017 World: price change", "C059 China: share of mining"],
        "said": [47.0, 70.0],
        "found": [-22.0, 71.0],
        "found_low": [-42.0, 68.0],
        "found_high": [-11.0, 71.0],
        "verdict": ["contradicted", "supported"],
    }
)


def test_the_title_names_what_is_furthest_off():
    told = widest(ROWS)
    assert told.startswith(
        "1 of 2 claimed numbers agree with the figures; furthest off"
    )
    assert told.endswith(": C017 World: price change")
    both = ROWS.assign(verdict="supported")
    assert widest(both) == "All 2 claimed numbers agree with the figures"


def test_the_title_of_one_agreeing_number_speaks_of_one():
    told = widest(ROWS[1:])
    assert (
        told
        == "C059 China: share of mining: the claimed number agrees with the figures"
    )

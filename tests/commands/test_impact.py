"""What changed between a report and the same report with a proposal, old beside new."""

import json

from rareearth.commands import impact


def executed(tmp_path, *outputs):
    """Write an executed notebook with some outputs, and return its path."""
    cells = [{"outputs": [{"data": data} for data in outputs]}]
    path = tmp_path / "report.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def test_key_figures_verdicts_titles_and_sentences_are_told_apart(tmp_path):
    finding = {"label": "Share", "value": "69 %", "range": "2025"}
    path = executed(
        tmp_path,
        {"text/html": "", impact.index.FINDINGS: [finding]},
        {"text/html": "<p>China <b>leads</b>.<sup>1</sup></p>"},
        {"text/html": "<figure class='chart'><caption>A &amp; B</caption></figure>"},
        {
            "text/html": "<table><tr><th>Claim</th><th>Verdict</th></tr>"
            "<tr><th>C1</th><td>supported</td></tr></table>"
        },
        {"text/html": "<table><tr><th>Year</th></tr><tr><td>2024</td></tr></table>"},
    )
    assert impact._said(path) == {
        "key figure": ["Share: 69 % (2025)"],
        "verdict": ["C1: supported"],
        "chart title": ["A & B"],
        "sentence": ["China leads."],
    }


def test_what_is_the_same_is_not_told_and_what_is_alone_stands_beside_nothing():
    before, after = ["a", "b 1", "c"], ["a", "b 2", "c", "d"]
    assert list(impact._pairs(before, after)) == [("b 1", "b 2"), ("", "d")]
    assert list(impact._pairs(before, before)) == []

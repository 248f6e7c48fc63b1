"""A seal is trusted for what it covers, and for nothing else."""

import pytest

from rareearth import load
from rareearth.commands import checks
from rareearth.errors import DataError
from rareearth.figures import rules


@pytest.fixture
def checked(monkeypatch):
    """Return the tables that the rules were applied to."""
    seen = []
    whole = rules.check

    def check(name, table, *rest, **words):
        seen.append(table)
        return whole(name, table, *rest, **words)

    monkeypatch.setattr(rules, "check", check)
    return seen


def test_a_sealed_table_is_not_checked_again(curated, checked):
    checks.seal(curated.path)
    load("mine_production")
    assert checked == []


def test_a_table_without_a_seal_is_checked(curated, checked):
    load("mine_production")
    assert [table.file for table in checked] == ["production.csv"]


@pytest.mark.filterwarnings("ignore::rareearth.figures.seals.UnsealedWarning")
def test_a_changed_dictionary_has_the_tables_checked_again(curated, checked):
    checks.seal(curated.path)
    curated.edit("sources.csv", row=0, note="changed")
    load("mine_production")
    assert [table.file for table in checked] == ["production.csv"]


@pytest.mark.filterwarnings("ignore::rareearth.figures.seals.UnsealedWarning")
def test_a_table_that_was_changed_after_it_was_sealed_must_keep_the_rules(curated):
    checks.seal(curated.path)
    curated.edit("production.csv", row=0, unit="lb")
    with pytest.raises(DataError, match="'lb' is not the unit of mine_production"):
        load("mine_production")

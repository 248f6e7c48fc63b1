"""Own figures that are far from the published ones are warned of, never refused."""

import pytest
from small_data import Folder, SmallData

from rareearth.commands.checks import doubts
from rareearth.commands.main import main
from rareearth.figures import dictionaries


@pytest.fixture
def curated(tmp_path, monkeypatch):
    """Return a small package in place of the curated one."""
    data = SmallData(tmp_path / "data")
    monkeypatch.setattr(dictionaries, "folder", lambda: data.path)
    return data


@pytest.fixture
def own(curated, tmp_path):
    """Return a function that writes one own figure of 2024 and returns its folder."""
    header, rows = curated.rows("production.csv")

    def write(**cells):
        folder = Folder(tmp_path / "mine")
        row = rows[0] | {"figure_id": "my-1", "confidence": "own"} | cells
        folder.write("output.csv", header, [row])
        return folder.path

    return write


@pytest.mark.parametrize("value", ["14500", "29000", "43500"])
def test_up_to_half_off_is_no_doubt(own, value):
    assert list(doubts(own(value=value))) == []  # 29,000 t are published


@pytest.mark.parametrize("value", ["2900", "14499", "43501"])
def test_more_than_half_off_is_doubted_by_line(own, value):
    (doubt,) = doubts(own(value=value))
    assert (doubt.file, doubt.line, doubt.column) == ("output.csv", 2, "value")
    assert "more than half off the published 29,000 t (mcs-2026)" in doubt.text


def test_a_country_above_the_world_is_doubted(own):
    (doubt,) = doubts(own(entity="Atlantis", value="390001"))
    assert doubt.text == "390,001 is above the world's 390,000 t"
    assert list(doubts(own(entity="Atlantis", value="389999"))) == []


def test_another_period_or_basis_is_no_comparison(own):
    year = {"period_start": "2023-01-01", "period_end": "2023-12-31"}
    assert list(doubts(own(value="999999", **year))) == []
    assert list(doubts(own(value="999999", basis="average"))) == []


def test_the_published_package_has_no_doubts(curated):
    assert list(doubts(curated.path)) == []


def test_the_command_warns_and_does_not_fail(own, capsys):
    assert main(["check", str(own(value="2900"))]) == 0
    said = capsys.readouterr().out
    assert "warning: output.csv:2: value: 2,900 is more than half off" in said

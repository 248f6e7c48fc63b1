"""Contents stay ranges, each on one basis."""

import pytest

import rareearth as ree
from rareearth.demand import uses
from rareearth.figures.columns import ends


@pytest.mark.parametrize(
    ("application", "range_"),
    [
        # Discovery Alert: 1 to 2 kg in a vehicle; 2 to 3 kg are of a motor.
        ("Electric vehicles", (1, 2)),
        # Heim and Vander Wal: 500, and 625 to 850 kg per MW of a magnet generator.
        ("Wind power", (500, 850)),
    ],
)
def test_a_range_of_magnets_holds_one_basis(application, range_):
    assert ends(uses.whole(uses.contents(ree.load, application), application)) == range_


def test_a_content_of_a_motor_is_none_of_a_vehicle():
    # What was known in 2024 is of a drive motor alone.
    known = uses.contents(ree.load, "Electric vehicles", "2024-12-31")
    assert set(known["per"]) == {"per drive motor"}
    assert uses.whole(known, "Electric vehicles").empty


@pytest.mark.parametrize("application", uses.APPLICATIONS)
def test_each_content_says_what_it_is_per(application):
    known = uses.contents(ree.load, application)
    assert "B" not in set(known["what"])  # boron is no rare earth
    assert set(known["per"]) <= set(uses.APPLICATIONS[application].bases.values())


def test_nothing_known_is_a_table_without_rows():
    known = uses.contents(ree.load, "Wind power", "2012-01-01")
    assert known.empty
    assert "per" in known

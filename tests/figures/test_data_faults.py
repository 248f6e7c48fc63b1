"""Damaged files of figures are reported with their place, or do no harm.

A thousand mutations, each from its own seed: bytes flipped, lines cut or doubled,
columns swapped, fields emptied, encodings changed. Whatever comes, the answer is a
message that names the file, a warning that it is not as it was sealed, or the figures
that were there before.
"""

import random
import shutil
import warnings

import pandas as pd
import pytest
from small_data import SmallData

import rareearth as ree
from rareearth.commands import checks
from rareearth.errors import DataError, NoFigures, UnknownName, WorkbookError
from rareearth.figures import seals

FILES = ["bases.csv", "entities.csv", "production.csv", "series.csv", "sources.csv"]
SEEDS = 1_000
FULLY_CHECKED = 16  # with the Frictionless library too, which is slow


def flip(raw, rng):
    place = rng.randrange(len(raw))
    return (
        raw[:place] + bytes([raw[place] ^ (1 << rng.randrange(8))]) + raw[place + 1 :]
    )


def cut(raw, rng):
    return raw[: rng.randrange(len(raw))]


def drop_line(raw, rng):
    lines = raw.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def double_line(raw, rng):
    lines = raw.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    return b"".join([*lines[:place], lines[place], *lines[place:]])


def swap_columns(raw, rng):
    rows = [line.split(b",") for line in raw.splitlines()]
    one, other = rng.sample(range(min(map(len, rows))), 2)
    for row in rows:
        row[one], row[other] = row[other], row[one]
    return b"\n".join(b",".join(row) for row in rows) + b"\n"


def empty_field(raw, rng):
    lines = raw.splitlines()
    place = rng.randrange(len(lines))
    fields = lines[place].split(b",")
    fields[rng.randrange(len(fields))] = b""
    return b"\n".join([*lines[:place], b",".join(fields), *lines[place + 1 :]]) + b"\n"


def recode(raw, rng):
    encoding = rng.choice(["utf-16", "utf-8-sig", "utf-32", "cp500"])
    return raw.decode("utf-8").encode(encoding, errors="replace")


def mix_encodings(raw, rng):
    place = rng.randrange(len(raw))
    return raw[:place] + "Zürich".encode("latin-1") + raw[place:]


DAMAGES = [
    flip, cut, drop_line, double_line, swap_columns, empty_field, recode, mix_encodings
]  # fmt: skip


def damage(folder, seed):
    """Damage one file of a package; return its name and what was done."""
    rng = random.Random(seed)
    file, how = rng.choice(FILES), rng.choice(DAMAGES)
    path = folder.path / file
    path.write_bytes(how(path.read_bytes(), rng))
    return file, how.__name__


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return SmallData(tmp_path_factory.mktemp("pristine") / "data")


@pytest.fixture
def is_sealed(curated):
    checks.seal(curated.path)
    return curated


def load_all():
    """Return the figures, and whether the seal gave a warning on the way."""
    seals._warned.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", seals.UnsealedWarning)
        frame = ree.load("mine_production", variants="all")
    return frame, any(w.category is seals.UnsealedWarning for w in caught)


def test_a_thousand_damaged_files_are_reported_by_name_or_harmless(is_sealed, pristine):
    before, is_warned = load_all()
    assert not is_warned
    silent, harmless = [], 0
    for seed in range(SEEDS):
        file, how = damage(is_sealed, seed)
        try:
            after, is_warned = load_all()
        except (DataError, NoFigures, UnknownName) as error:
            named = not isinstance(error, DataError) or ".csv" in str(error)
            assert named, (seed, file, how, str(error))
        else:
            harmless += after.equals(before)
            if not after.equals(before) and not is_warned:
                silent.append((seed, file, how))
        shutil.copy(pristine.path / file, is_sealed.path / file)
    assert silent == []
    assert harmless < SEEDS / 2  # most damages do something
    pd.testing.assert_frame_equal(load_all()[0], before)


@pytest.mark.parametrize("seed", range(FULLY_CHECKED))
def test_the_check_reports_a_damaged_file_and_finds_a_whole_one_in_order(
    data_copy, seed
):
    checks.seal(data_copy.path)
    before = {file: (data_copy.path / file).read_bytes() for file in FILES}
    name, how = damage(data_copy, seed)
    is_changed = (data_copy.path / name).read_bytes() != before[name]
    try:
        found = checks.check(data_copy.path)
    except WorkbookError as error:
        pytest.fail(f"{how} of {name} ended the check: {error}")
    assert (name in {problem.file for problem in found}) == is_changed

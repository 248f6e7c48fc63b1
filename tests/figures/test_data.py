"""The curated figures are what their sources print, whole, traceable and tidy."""

import csv
import json
import re
import subprocess
import sys
import time
from collections import Counter

import pandas as pd
import pytest

import rareearth as ree
from rareearth.errors import NoFigures
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, records, rules
from rareearth.figures import loading as figures
from rareearth.render import library

FOLDER = dictionaries.folder()
FILES = sorted(FOLDER.glob("*.csv"))
FIGURES = figures.figure_files(FOLDER)
THEN = "2025-11-03"  # the day of the first digest


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# As printed: series, entity, product; last day, value, unit; where it stands
PRINTED = """
mine_production/Australia/REO 2024-12-31 13000 t usgs-mcs-2025
mine_production/Brazil/REO 2024-12-31 560 t usgs-mcs-2026
mining_quota/China/REO 2010-12-31 89200 t mlr-2010
export_quota/China/rare earths 2011-12-31 30246 t tmr-2011h2
export_quota/China/rare earths 2011-12-31 30184 t jmb-2012
rare_earth_imports/China/rare earths 2025-09-30 6864.7 t cnyes-2025-09
magnet_exports_to/Germany/rare-earth magnets 2025-09-30 1288 t asiacity-2025-09
oxide_price_annual/USGS reference/Dy oxide 2024-12-31 260 USD/kg usgs-mcs-2025
import_source_share/China/compounds and metals 2024-12-31 71 percent usgs-mcs-2026
revenue/Lynas/all 2020-06-30 305.111 AUD million lynas-4e-fy20
ndpr_production/MP Materials/NdPr oxide 2025-12-31 2599 t mp-fy25
unit_cost/MP Materials/REO in concentrate 2021-12-31 1493 USD/t st-mpfy21
project_capex_planned/Yangibana/all 2023-05-31 948 AUD million bn-hastings
exchange_rate_year/CNY/USD 2024-12-31 7.1957 CNY per USD fed-h10
governance_estimate/Australia/all 2022-12-31 1.7644 estimate wgi-2024-update
wage_annual/China/labour 2024-12-31 78561 CNY/year nbs-2024-wage
patent_filings/Japan/rare earths 2018-10-31 13920 filings scmp-2019-pat
ore_grade/Mt Weld/REO 2024-06-30 6.44 percent lynas-mrr-2024
consumption/China/NdPr oxide 2024-12-31 96000 t argus-viewpoint-2025
"""
LINE = re.compile(r"(.+)/(.+)/(.+) (\d{4}-\d\d-\d\d) (\S+) (.+) (\S+)")


@pytest.mark.parametrize("line", PRINTED.strip().splitlines())
def test_a_figure_is_what_its_source_prints(line):
    series, entity, product, end, value, unit, source = LINE.fullmatch(line).groups()
    printed = ree.load(series, entity, product, end, end, variants="all")
    chosen = printed[(printed["source_id"] == source) & (printed["unit"] == unit)]
    assert float(value) in chosen["value"].tolist()


def mined(as_of):
    found = ree.load("mine_production", start=2024, end=2024, as_of=as_of)
    return found.set_index("entity")["value"]


@pytest.mark.parametrize(("as_of", "world"), [(THEN, 390_000), ("latest", 380_000)])
def test_the_parts_of_2024_add_up_to_the_printed_total(as_of, world):
    # The total is rounded to 10,000 t, China's part to 10,000 t and more: 1.5 %.
    output = mined(as_of)
    assert output["World"] == world
    assert output.drop("World").sum() == pytest.approx(world, rel=0.015)


# Whole: no gap where a method needs a series without gaps


@pytest.mark.parametrize(
    ("product", "first"),
    [
        ("Nd oxide", "2010-07"),
        ("Dy oxide", "2013-03"),
        ("Tb oxide", "2019-01"),
        ("Y oxide", "2019-06"),
        ("Pr oxide", "2020-12"),
    ],
)
def test_a_month_end_series_misses_no_month(product, first):
    quoted = ree.load("oxide_price_month_end", "China FOB", product)
    months = quoted["period_end"].dt.to_period("M")
    wanted = pd.period_range(first, "2026-07", freq="M")
    assert months[months <= wanted[-1]].tolist() == wanted.tolist()


def exports_of_2025():
    """Return China's exports of 2025 on the headline definition, single periods."""
    asked = {"product": "rare earths", "start": 2025, "end": 2025, "variants": "all"}
    printed = ree.load("rare_earth_exports", "China", **asked)
    return printed[printed["basis"].str.contains("gacc-headline")]


def test_every_month_of_chinese_exports_in_2025_is_there():
    # January and February are published together, for the holidays between them.
    printed = exports_of_2025()
    months = {
        (row.period_start.month, row.period_end.month) for row in printed.itertuples()
    }
    assert {(1, 2), *((month, month) for month in range(3, 13))} <= months


@pytest.mark.parametrize(("last", "total"), [(9, 48_355.7), (12, 62_585.2)])
def test_the_months_of_2025_add_up_to_the_published_total(last, total):
    printed = exports_of_2025()
    months = printed["period_start"].dt.month, printed["period_end"].dt.month
    single = (months[0] == months[1]) | ((months[0] == 1) & (months[1] == 2))
    parts = printed[single & (months[1] <= last)]
    exact = parts.sort_values("value").drop_duplicates("period_end", keep="last")
    assert exact["value"].sum() == pytest.approx(total, abs=2)  # some are whole tonnes
    assert total in printed["value"].tolist()


@pytest.mark.parametrize("series", ["revenue", "net_profit"])
def test_lynas_has_every_fiscal_year_from_2014_to_2025(series):
    found = ree.load(series, "Lynas", "all")
    whole = (found["period_end"] - found["period_start"]).dt.days.between(364, 365)
    years = found.loc[whole & (found["period_end"].dt.month == 6), "period_end"].dt.year
    assert set(range(2014, 2026)) <= set(years)


def test_at_least_13_producers_have_governance_indicators():
    governed = set(ree.load("governance_estimate")["entity"])
    output = ree.countries(ree.load("mine_production", start=2018))
    producers = set(output.loc[output["value"] > 0, "entity"])
    assert len(producers & governed) >= 13


def test_what_is_expected_next_lies_after_what_is_there():
    # The value that is due is one of the usual period: a month, a quarter, a year, or
    # the two months that customs print as one. Of plans, the period lies ahead.
    names = dictionaries.known().series
    for name, row in names[names["next_expected"] != ""].iterrows():
        known = ree.load(name)
        days = (known["period_end"] - known["period_start"]).dt.days
        usual = known[days <= 2 * float(row["period_days"])]
        observed = usual.loc[usual["period_start"] <= "2026-06-30", "period_end"]
        assert observed.max() < pd.Timestamp(row["next_expected"]), name


def test_a_number_read_in_the_study_of_2023_was_not_known_before():
    # Its Annex 4 compares the results of all EU lists since 2011.
    with pytest.raises(NoFigures):
        ree.load("eu_supply_risk", product="light rare earths", as_of="2022-12-31")
    known = ree.load("eu_supply_risk", product="light rare earths", end=2020)
    assert set(known["source_id"]) == {"ec-crm-2023"}


# Dictionaries


WEIGHTS = {  # standard atomic weights, abridged (IUPAC 2021)
    "O": 15.999,
    "Sc": 44.956,
    "Y": 88.906,
    "La": 138.91,
    "Ce": 140.12,
    "Pr": 140.91,
    "Nd": 144.24,
    "Sm": 150.36,
    "Eu": 151.96,
    "Gd": 157.25,
    "Tb": 158.93,
    "Dy": 162.50,
    "Ho": 164.93,
    "Er": 167.26,
    "Tm": 168.93,
    "Yb": 173.05,
    "Lu": 174.97,
}
PRODUCTS = figures.dictionary("products")
OXIDES = PRODUCTS[(PRODUCTS["form"] == "oxide") & PRODUCTS["elements"].isin(WEIGHTS)]


@pytest.mark.parametrize("oxide", OXIDES.index)
def test_metal_content_follows_from_the_formula(oxide):
    metal, count, oxygens = re.fullmatch(
        r"([A-Z][a-z]?)(\d*)O(\d+)", OXIDES.at[oxide, "formula"]
    ).groups()
    weight = int(count or 1) * WEIGHTS[metal]
    expected = weight / (weight + int(oxygens) * WEIGHTS["O"])
    assert metal == OXIDES.at[oxide, "elements"]
    assert float(OXIDES.at[oxide, "metal_content"]) == pytest.approx(expected, abs=5e-5)


def test_no_two_countries_share_a_code():
    codes = figures.dictionary("entities")["iso3"]
    assert codes[codes != ""].is_unique


def test_the_world_the_rest_and_the_union_are_no_countries():
    kinds = figures.kinds()
    assert kinds["World"] == "total"
    assert kinds["Other"] == "residual"
    assert kinds["European Union"] != "country"


def test_series_say_what_they_mean_and_what_is_plausible():
    series = figures.dictionary("series")
    assert (series["title"].str.len() > 10).all()
    assert (pd.to_numeric(series["low"]) < pd.to_numeric(series["high"])).all()


# Tidy


def test_the_description_lists_every_file():
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    assert sorted(r["path"] for r in package["resources"]) == [p.name for p in FILES]


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_every_figure_has_a_source_and_a_place_in_it(path):
    known = set(figures.dictionary("sources").index)
    bare = [
        row["figure_id"]
        for row in rows(path)
        if row["source_id"] not in known or not row["locator"].strip()
    ]
    assert bare == []


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_a_figure_of_a_source_without_address_is_weak(path):
    address = figures.dictionary("sources")["url"]
    nowhere = [row for row in rows(path) if not address[row["source_id"]]]
    assert {row["confidence"] for row in nowhere} <= {"tertiary"}


def test_small_series_that_nothing_names_stand_with_the_single_statements():
    where = (
        library.PACKAGE.rglob("*.py"),
        library.notebooks(),
        [FOLDER / "claims.csv"],
    )
    named = "".join(path.read_text("utf-8") for each in where for path in each)
    counted = Counter(row["series"] for path in FIGURES for row in rows(path))
    known = figures.dictionary("series")
    astray = [
        name
        for name, row in known[known["table"] != "statements"].iterrows()
        if counted[name] <= 3 and name not in named and not row["period_days"]
    ]
    assert astray == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_utf8_with_unix_line_ends(path):
    raw = path.read_bytes()
    raw.decode("utf-8")
    assert b"\r" not in raw
    assert raw.endswith(b"\n") and not raw.endswith(b"\n\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_sorted_by_its_key_below_its_examples(path):
    # A few rows on top show guessing tools what the columns of numbers hold.
    table = rows(path)
    key = "series entity product period_start period_end".split()
    key = key if path in FIGURES else list(table[0])[:1]
    keys = [tuple(row[column] for column in key) for row in table]
    tops = range(5 if path in FIGURES else 1)
    assert any(keys[top:] == sorted(keys[top:]) for top in tops)


NUMBERS = ("value", "low", "high", "price_year")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("tool", ["pandas", "polars", "duckdb"])
def test_other_tools_read_a_file_at_their_defaults(tool, path):
    module = pytest.importorskip(tool)
    if tool == "duckdb":
        read = module.sql(f"SELECT * FROM '{path}'").df()
    else:
        read = module.read_csv(path)
    assert len(read) == len(rows(path))
    for column in set(NUMBERS) & set(read.columns):
        if any(row[column] for row in rows(path)):
            assert str(read[column].dtype).lower().startswith(("float", "int"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_field_is_padded_or_spells_out_that_it_is_missing(path):
    words = {"n/a", "NA", "nan", "None", "null", "-"}
    bad = [
        (row, column)
        for row in rows(path)
        for column, cell in row.items()
        if cell != cell.strip() or cell in words
    ]
    assert bad == []


# Fast


@pytest.fixture
def read_all(monkeypatch):
    """Return a function that reads every table of figures anew, in seconds of work."""

    def reading():
        for module, name in (
            (tables, "_cache"),
            (figures, "_typed_cache"),
            (figures, "_printed_cache"),
        ):
            monkeypatch.setattr(module, name, {})
        series = figures.dictionary("series").reset_index().drop_duplicates("table")
        start = time.process_time()
        for name in series["series"]:
            ree.load(name)
        return time.process_time() - start

    return reading


def parsing():
    """Return the seconds that pandas alone takes to parse the tables of figures."""
    start = time.process_time()
    for path in FILES:
        pd.read_csv(path, keep_default_na=False)
    return time.process_time() - start


def test_a_sealed_table_is_not_checked_again_when_it_is_read(monkeypatch, read_all):
    def refuse(*_):
        raise AssertionError("a sealed table went through all rules")

    monkeypatch.setattr(rules, "check", refuse)
    read_all()
    for name in ("events", "milestones", "assumptions", "claims", "claim_checks"):
        assert len(getattr(records, name)())


def test_reading_all_figures_takes_no_more_than_parsing_them_some_times(read_all):
    # Work, not time, and both at once: what else the machine does touches both alike.
    both = [(read_all(), parsing()) for _ in range(3)]
    assert min(own / bare for own, bare in both) < 25


def test_importing_the_package_loads_nothing_heavy():
    heavy = (
        "pandas numpy seaborn statsmodels matplotlib papermill nbconvert frictionless "
        "scipy IPython"
    ).split()
    code = (
        "import sys; import rareearth, rareearth.errors;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"

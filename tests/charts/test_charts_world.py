"""The world map keeps areas, tells missing from zero, and drops no country silently."""

import importlib.util
import json
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from test_charts import VISION, nearest, seen

from rareearth import charts
from rareearth.charts import beside, drawing, outlines, world
from rareearth.errors import DataError
from rareearth.figures import loading as figures
from rareearth.trade import destinations

CODES = figures.dictionary("entities")["iso3"]
SHARES = pd.Series(
    {"Germany": 0.22, "South Korea": 0.15, "India": 0.0, "Vietnam": 0.05, "Chile": 0.01}
)
TINY = pd.Series({"Japan": 0.5, "Singapore": 0.25, "Hong Kong": 0.0})


@pytest.fixture(scope="module")
def seen_from_china():
    return drawn(origin="China", origin_label="China, which ships")


@pytest.fixture
def notebooks_cell():
    """Return the cell of the notebook that draws the map."""
    path = Path(__file__).parents[2] / "notebooks" / "05_trade_dependence.ipynb"
    sources = [
        "".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]
    ]
    return next(each for each in sources if "destinations.on_map" in each)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def drawn(values=SHARES, **more):
    return charts.world_map(values, CODES, "A map", "Share", **more)


def hue(figure, code):
    """Return the colour of the uppermost shape over a country."""
    place = outlines.middle(code)
    over = [p for p in figure.axes[0].patches if p.get_path().contains_point(place)]
    return to_hex(over[-1].get_facecolor()).upper()


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def extents(figure, axes):
    """Return the boxes of the texts in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [text.get_window_extent(renderer) for text in axes.texts]


def script():
    """Return docs/outlines.py as a module."""
    path = Path(__file__).parents[2] / "docs" / "outlines.py"
    spec = importlib.util.spec_from_file_location("docs_outlines", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_projection_gives_the_published_places():
    # PROJ's page on eqearth: 122 E 47 N is 1.55, 0.89 on a sphere of radius 1.
    assert outlines.project([122.0], [47.0]).round(2).tolist() == [[1.55, 0.89]]
    (x, _), (_, y) = outlines.project([180.0, 0.0], [0.0, 90.0])
    assert y == pytest.approx(1.3173627591574, abs=1e-12)  # MAX_Y in PROJ
    assert x / y == pytest.approx(2.05458, abs=5e-6)  # the ratio that the paper prints


@pytest.mark.parametrize("south", [-60, -20, 0, 30, 70])
def test_a_cell_has_the_area_that_it_has_on_the_globe(south):
    west, north = 40.0, south + 10.0
    side = np.linspace(0, 10, 2000)
    lon = np.concatenate([west + side, np.full(2000, 50.0), 50.0 - side, [west] * 2000])
    lat = np.concatenate([[south] * 2000, south + side, [north] * 2000, north - side])
    x, y = outlines.project(lon, lat).T
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    band = np.sin(np.radians(north)) - np.sin(np.radians(south))
    assert area == pytest.approx(np.radians(10) * band, rel=1e-5)


def test_every_country_of_the_figures_has_an_outline_or_is_known_to_be_too_small():
    kinds = figures.kinds()
    used = set(CODES[kinds == "country"])
    assert used - set(outlines.outlines()) == {"HKG", "MAC", "SGP"}
    assert all(len(c) == 3 and c.isalpha() and c.isupper() for c in outlines.outlines())
    assert "ATA" not in outlines.outlines()


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [("DEU", 10, 51), ("AUS", 134, -25), ("USA", -100, 40), ("RUS", 179, 67)],
)
def test_a_country_lies_where_it_lies(code, longitude, latitude):
    place = outlines.project([longitude - outlines.CENTRE], [latitude])[0]
    assert outlines.compound([code]).contains_point(place)
    assert not outlines.compound(["BRA"]).contains_point(place)


def test_a_file_that_the_module_was_not_written_for_is_refused(monkeypatch, tmp_path):
    changed = tmp_path / "world.json"
    changed.write_text(outlines.FILE.read_text("utf-8") + " ", encoding="utf-8")
    monkeypatch.setattr(outlines, "FILE", changed)
    outlines.outlines.cache_clear()
    with pytest.raises(DataError, match=r"world.json: changed; write it again"):
        outlines.outlines()


def test_a_larger_figure_has_a_darker_class(seen_from_china):
    found = [hue(seen_from_china, code) for code in ("CHL", "VNM", "KOR", "DEU")]
    assert found == list(world.RAMP)
    scale = {">0", "5\xa0%", "10\xa0%", "20\xa0%", "22\xa0%"}
    assert scale <= set(texts(seen_from_china))


def test_a_printed_zero_is_not_what_is_missing(seen_from_china):
    assert hue(seen_from_china, "IND") == world.ZERO
    assert hue(seen_from_china, "BRA") == world.MISSING
    assert "zero, as printed" in texts(seen_from_china)
    assert "no figure, which is not zero" in texts(seen_from_china)
    without = drawn(SHARES.replace(0.0, np.nan))
    assert hue(without, "IND") == world.MISSING
    assert "zero, as printed" not in texts(without)


def test_the_country_that_the_figures_are_seen_from_has_its_own_colour(seen_from_china):
    found = hue(seen_from_china, "CHN")
    assert found not in {*world.RAMP, world.ZERO, world.MISSING}
    assert "China, which ships" in texts(seen_from_china)


@pytest.mark.parametrize("vision", VISION)
def test_the_classes_are_told_apart_and_grow_darker(vision):
    hues = {each: each for each in (*world.RAMP, world.MISSING, world.ZERO)}
    assert nearest(hues, vision)[0] > 8
    light = [seen(each, vision)[0] for each in (world.MISSING, *world.RAMP)]
    assert light == sorted(light, reverse=True)


@pytest.mark.parametrize(
    "names",
    [
        "Germany France Netherlands Poland Denmark",
        "Japan,South Korea,Taiwan,Vietnam,Philippines",
        "United States,Canada,Germany,South Korea,Japan",
        "Australia,Chile,South Africa,Greenland,Russia",
    ],
)
def test_names_lie_over_no_other_name_and_no_country_with_a_figure(names):
    listed = names.split(",") if "," in names else names.split()
    values = pd.Series(np.linspace(0.3, 0.1, 5), listed)
    figure = drawn(values, origin="China")
    axes = figure.axes[0]
    boxes = extents(figure, axes)
    assert sorted(t.split("\n")[0] for t in texts(figure)[:5]) == sorted(listed)
    assert not [1 for one, two in combinations(boxes, 2) if one.overlaps(two)]
    assert all(axes.bbox.contains(*corner) for b in boxes for corner in b.corners())
    x, y = beside.grid(axes)
    coloured = outlines.covered([*CODES[listed], "CHN"], x, y)
    marked = axes.transData.transform(
        np.stack(np.meshgrid(x, y), axis=-1)[coloured]
    )  # in pixels
    assert not any(box.contains(*place) for box in boxes for place in marked)


def test_nothing_below_the_map_overlaps(seen_from_china):
    for figure in (seen_from_china, drawn(TINY)):
        boxes = extents(figure, figure.axes[1])
        assert not [1 for one, two in combinations(boxes, 2) if one.overlaps(two)]
        assert all(figure.bbox.contains(*c) for box in boxes for c in box.corners())


def test_a_line_to_a_name_is_white_over_a_dark_country(seen_from_china):
    lines = seen_from_china.axes[0].lines
    white = [line.get_xydata() for line in lines if line.get_color() == "white"]
    starts = [tuple(line[0]) for line in white]
    assert sorted(starts) == sorted(map(outlines.middle, ["DEU", "KOR"]))
    dark = outlines.compound(["DEU", "KOR"])
    assert all(dark.contains_point(line[1]) for line in white)


def test_a_country_without_an_outline_is_named_with_its_figure():
    assert "Too small to draw: Singapore 25\xa0%, Hong Kong 0\xa0%." in texts(
        drawn(TINY)
    )
    assert "Singapore 25\xa0%" in charts.map_alt(TINY, CODES, "Share")


def test_the_map_makes_no_statement_on_territories(seen_from_china):
    assert world.TERRITORY in texts(seen_from_china)
    assert "no statement on any territory" in world.TERRITORY


def test_the_words_for_the_map_name_the_figures_and_what_is_not_known():
    words = charts.map_alt(SHARES, CODES, "Share of it", origin="China")
    assert words.startswith("World map, seen from China, countries coloured by size")
    assert "Share of it: Germany 22\xa0%, South Korea 15\xa0%, Vietnam" in words
    assert "India 0\xa0%" in words
    rest = len(outlines.outlines()) - 5 - 1
    assert f"The other {rest} outlines of the map have no figure" in words


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Japan": np.nan}, "figure of one country at least"),
        ({"Japan": -0.1}, "Japan: a map has no colour for less than zero"),
        ({"Asia": 0.1}, "Asia: no ISO code"),
        ({"Atlantis": 0.1}, "Atlantis: no ISO code"),
    ],
)
def test_what_has_no_place_on_a_map_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        drawn(pd.Series(values))


def test_a_country_has_one_figure_and_the_origin_none():
    twice = pd.Series([0.1, 0.2], ["China", "China"])
    with pytest.raises(ValueError, match="CHN: two figures, one outline"):
        drawn(twice)
    for origin in (
        "Germany",
        "Singapore",
    ):  # the one has a figure, the other no outline
        with pytest.raises(ValueError, match=f"{origin}: seen from it"):
            drawn(origin=origin)


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0.22, [0.05, 0.1, 0.2]),
        (0.2, [0.02, 0.05, 0.1]),
        (1, [0.1, 0.2, 0.5]),
        (1288, [200, 500, 1000]),
        (0, []),
    ],
)
def test_the_classes_change_at_round_numbers_below_the_largest(largest, expected):
    assert world.steps(largest) == expected


def test_a_map_of_zeros_and_one_of_weights_can_be_drawn():
    assert hue(drawn(SHARES * 0), "DEU") == world.ZERO  # and no scale
    assert "Germany\n2,200" in texts(drawn(SHARES * 10_000, percent=False))


def test_the_drawing_is_light(seen_from_china):
    # One shape for each class, not for each country.
    assert len(seen_from_china.axes[0].patches) <= 7
    assert len(drawing.to_svg(seen_from_china)) <= 150_000


def test_a_border_loses_only_what_cannot_be_seen():
    line = np.array([[0.0, 0.0], [1.0, 0.1], [2.0, 0.0], [2.0, 2.0], [0.0, 0.0]])
    kept = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 0.0]]
    assert script().simpler(line).tolist() == kept


def test_a_ring_over_the_date_line_stays_whole():
    ring = np.array([[179.0, 65.0], [-179.0, 65.0], [-178.0, 68.0], [178.0, 68.0]])
    assert script().moved(ring) == [(1790, 650), (1810, 650), (1820, 680), (1780, 680)]
    west = np.array([[-160.0, 60.0], [-159.0, 60.0], [-159.0, 61.0]])
    assert script().moved(west)[0] == (-1600, 600)


RANKING = pd.DataFrame(
    {
        "entity": ["Germany", "Japan", "Not named"],
        "value": [30.0, 20.0, 50.0],
        "share": [0.3, 0.2, 0.5],
        "source_id": ["a", "a", None],
    }
)
MAY = pd.Timestamp("2025-05-01")


def test_the_map_of_destinations_shows_shares_and_says_what_is_not_printed():
    found = destinations.on_map(RANKING, MAY)
    assert found.sizes.to_dict() == {"Germany": 0.3, "Japan": 0.2}
    assert found.title == (
        "Germany and 1 more country took 50\xa0% of China's magnets in May 2025; "
        "for the rest no country is printed"
    )


def test_the_map_of_destinations_shows_tonnes_where_the_total_is_not_known():
    found = destinations.on_map(RANKING.iloc[:2].assign(share=np.nan), MAY)
    assert found.sizes.to_dict() == {"Germany": 30.0, "Japan": 20.0}
    assert not found.percent
    assert destinations.on_map(
        RANKING.iloc[1:2].assign(entity="United States"), MAY
    ).title.startswith("The United States took")
    assert "took 50\xa0t" in found.title


def test_the_report_draws_no_map_of_one_destination_alone(notebooks_cell):
    said = []
    names = {"ranking": RANKING.iloc[:1], "when": MAY, "say": said.append}
    names |= {"destinations": destinations, "figures": figures}
    exec(notebooks_cell, names)  # noqa: S102 - our own notebook
    assert said == [
        "Germany took 30\xa0% of China's magnets in May 2025; for the rest no country "
        "is printed. With fewer than two countries there is no map."
    ]


def test_without_a_named_destination_there_is_nothing_to_map():
    found = destinations.on_map(RANKING.iloc[2:], MAY)
    assert found.sizes.empty
    assert found.title.startswith("No country is printed")

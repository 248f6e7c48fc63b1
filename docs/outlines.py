"""Write the outlines that the world map draws: rareearth/charts/world.json.

Give it the file ``countries-110m.json`` of the npm package world-atlas 2.0.2, which
holds Natural Earth 4.1.0 at 1:110 million::

    python docs/outlines.py countries-110m.json

Borders are made simpler before they are put together, so that two neighbours keep one
border between them. Antarctica and islands too small to see are left out.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).parents[1] / "rareearth" / "charts" / "world.json"
TOLERANCE = 0.25  # degrees that a border may move: less than a pixel on the chart
LEAST = 1.5  # square degrees on the map of an island that is drawn
CUT = -169.0  # the map is cut in the Bering Strait; what lies beyond is moved east
ABOUT = (
    "Natural Earth 1:110m 4.1.0 (public domain) by world-atlas 2.0.2 (ISC licence, "
    "Copyright 2013-2019 Michael Bostock). Longitude and latitude by turns, in tenths "
    "of a degree. Boundaries are Natural Earth's and no statement on any territory."
)
NO_CODE = {"Kosovo": "XKX", "N. Cyprus": "XNC", "Somaliland": "XSL"}
"""Outlines without an ISO number; ISO 3166 leaves XAA to XZZ to its users."""
ISO = dict(
    each.split("=")
    for each in """
004=AFG 008=ALB 012=DZA 024=AGO 031=AZE 032=ARG 036=AUS 040=AUT 044=BHS 050=BGD
051=ARM 056=BEL 064=BTN 068=BOL 070=BIH 072=BWA 076=BRA 084=BLZ 090=SLB 096=BRN
100=BGR 104=MMR 108=BDI 112=BLR 116=KHM 120=CMR 124=CAN 140=CAF 144=LKA 148=TCD
152=CHL 156=CHN 158=TWN 170=COL 178=COG 180=COD 188=CRI 191=HRV 192=CUB 196=CYP
203=CZE 204=BEN 208=DNK 214=DOM 218=ECU 222=SLV 226=GNQ 231=ETH 232=ERI 233=EST
238=FLK 242=FJI 246=FIN 250=FRA 260=ATF 262=DJI 266=GAB 268=GEO 270=GMB 275=PSE
276=DEU 288=GHA 300=GRC 304=GRL 320=GTM 324=GIN 328=GUY 332=HTI 340=HND 348=HUN
352=ISL 356=IND 360=IDN 364=IRN 368=IRQ 372=IRL 376=ISR 380=ITA 384=CIV 388=JAM
392=JPN 398=KAZ 400=JOR 404=KEN 408=PRK 410=KOR 414=KWT 417=KGZ 418=LAO 422=LBN
426=LSO 428=LVA 430=LBR 434=LBY 440=LTU 442=LUX 450=MDG 454=MWI 458=MYS 466=MLI
478=MRT 484=MEX 496=MNG 498=MDA 499=MNE 504=MAR 508=MOZ 512=OMN 516=NAM 524=NPL
528=NLD 540=NCL 548=VUT 554=NZL 558=NIC 562=NER 566=NGA 578=NOR 586=PAK 591=PAN
598=PNG 600=PRY 604=PER 608=PHL 616=POL 620=PRT 624=GNB 626=TLS 630=PRI 634=QAT
642=ROU 643=RUS 646=RWA 682=SAU 686=SEN 688=SRB 694=SLE 703=SVK 704=VNM 705=SVN
706=SOM 710=ZAF 716=ZWE 724=ESP 728=SSD 729=SDN 732=ESH 740=SUR 748=SWZ 752=SWE
756=CHE 760=SYR 762=TJK 764=THA 768=TGO 780=TTO 784=ARE 788=TUN 792=TUR 795=TKM
800=UGA 804=UKR 807=MKD 818=EGY 826=GBR 834=TZA 840=USA 854=BFA 858=URY 860=UZB
862=VEN 887=YEM 894=ZMB
""".split()
)
"""ISO 3166-1: number and three letters, of the countries that have an outline."""


def main(source: str) -> None:
    """Write the compact file, and print the hash that `outlines.py` checks."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    arcs = [simpler(arc) for arc in decoded(topology)]
    countries = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = ISO.get(shape.get("id"), NO_CODE.get(shape["properties"]["name"], ""))
        if not code and shape.get("id") != "010":  # Antarctica
            raise SystemExit(f"no letters for {shape.get('id')}")
        if code:
            countries[code] = rings(shape, arcs)
    lines = [
        f"{json.dumps(code)}:{tight(countries[code])}" for code in sorted(countries)
    ]
    body = ",\n".join(lines)
    text = f'{{"about":{json.dumps(ABOUT)},\n"outlines":{{\n{body}\n}}}}\n'
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    points = sum(len(ring) // 2 for each in countries.values() for ring in each)
    print(f"{len(countries)} countries, {points} points, {len(text)} bytes")
    print(f'SHA256 = "{hashlib.sha256(text.encode()).hexdigest()}"')


def decoded(topology: dict[str, Any]) -> list[np.ndarray]:
    """Return the arcs in degrees: they are stored as steps on a grid."""
    scale, start = (topology["transform"][key] for key in ("scale", "translate"))
    return [
        np.cumsum(np.array(arc), axis=0) * scale + start for arc in topology["arcs"]
    ]


def simpler(line: np.ndarray) -> np.ndarray:
    """Return a line without the points that change it less than the tolerance.

    The rule is that of Douglas and Peucker (1973). A closed line is halved first.
    """
    if len(line) < 3:
        return line
    chord = line[-1] - line[0]
    length = float(np.hypot(*chord))
    away = line - line[0]
    if length > 0:
        far = np.abs(chord[0] * away[:, 1] - chord[1] * away[:, 0]) / length
    else:
        far = np.hypot(away[:, 0], away[:, 1])
    most = int(far.argmax())
    if far[most] <= TOLERANCE and length > 0:
        return line[[0, -1]]
    if not 0 < most < len(line) - 1:  # a closed line without any extent
        return line[[0, -1]]
    return np.vstack([simpler(line[: most + 1])[:-1], simpler(line[most:])])


def rings(shape: dict[str, Any], arcs: list[np.ndarray]) -> list[list[int]]:
    """Return the rings of a country in tenths of a degree, largest first."""
    many = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    found = [moved(joined(ring, arcs)) for polygon in many for ring in polygon]
    found = sorted([ring for ring in found if len(ring) > 2], key=area, reverse=True)
    seen = [ring for ring in found if area(ring) >= LEAST] or found[:1]
    return [[int(number) for point in ring for number in point] for ring in seen]


def joined(numbers: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Return arcs end to end as one ring; a number below zero is an arc backwards."""
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.vstack([part[:-1] for part in parts])


def moved(ring: np.ndarray) -> list[tuple[int, int]]:
    """Return a ring in tenths of a degree, whole, on its side of the cut.

    A ring that crosses 180 degrees, as Russia's, goes on beyond it.
    """
    x, y = np.unwrap(ring[:, 0], period=360.0), ring[:, 1]
    x += 360.0 * np.ceil((CUT - x.mean()) / 360.0)
    tenths = [(round(a * 10), round(b * 10)) for a, b in zip(x, y, strict=True)]
    pairs = zip(tenths, [tenths[-1], *tenths], strict=False)
    return [point for point, before in pairs if point != before]


def area(ring: list[tuple[int, int]]) -> float:
    """Return the area in square degrees as they are at the equator."""
    x, y = np.array(ring, dtype=float).T / 10
    flat = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    return float(flat * np.cos(np.radians(y.mean())))


def tight(value: list[list[int]]) -> str:
    """Return JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1])

"""One colour per entity in all charts, told apart with any common colour blindness.

The names of a group appear together in a chart. Within a group every two colours stay
apart for full colour vision, protanopia, deuteranopia and tritanopia: a test simulates
them. China, the United States, Australia, Myanmar and Malaysia have colours of Okabe
and Ito's palette; the others were searched for the largest distance.
"""

from __future__ import annotations

COUNTRIES = {
    "China": "#D55E00",
    "United States": "#0072B2",
    "Australia": "#E69F00",
    "Myanmar": "#009E73",
    "Malaysia": "#56B4E9",
    "Japan": "#3F3F3F",
    "European Union": "#5B2BC9",
    "South Korea": "#8A1A7A",
    "Russia": "#651799",
    "India": "#BF7CB2",
    "Thailand": "#BFA84D",
    "Vietnam": "#2F5D0A",
    "Brazil": "#4B7363",
    "Madagascar": "#5A2A12",
    "Nigeria": "#9C7BE8",
    "Other countries": "#BBBBBB",
}
PRODUCERS = {
    "Lynas": "#E69F00",
    "MP Materials": "#0B3C7C",
    "China Northern Rare Earth": "#C8321E",
    "Shenghe Resources": "#4C3242",
    "China Rare Earth Resources (000831)": "#B94FD8",
    "China Southern Rare Earth": "#D595E6",
    "JL Mag": "#7022E6",
    "Molycorp": "#7A1414",
    "Iluka": "#2F9A94",
    "Arafura": "#8E9963",
}
PRODUCTS = {
    "NdPr oxide": "#E06A00",
    "Nd oxide": "#C9809F",
    "Pr oxide": "#5A4300",
    "Dy oxide": "#2390DB",
    "Tb oxide": "#6A35D6",
    "Y oxide": "#0B5A48",
    "La oxide": "#9A9A5A",
    "Ce oxide": "#7A1470",
    "Eu oxide": "#5C0099",
    "Sm oxide": "#D81BA8",
    "Gd oxide": "#63734B",
}
MARKETS = {
    "China FOB": "#D55E00",
    "China domestic": "#7A2E00",
    "European market": "#5B2BC9",
    "USGS reference": "#3F3F3F",
    "United States": "#0072B2",
    "Market not stated": "#8E9963",
}
TOGETHER = (COUNTRIES, PRODUCERS, PRODUCTS, MARKETS)

# What goes by another name in a table or a sentence.
_ALSO = {
    "EU": "European Union",
    "USA": "United States",
    "Korea": "South Korea",
    "Europe": "European market",
    "China Rare Earth": "China Rare Earth Resources (000831)",
    "China Rare Earth Resources": "China Rare Earth Resources (000831)",
    "China Northern": "China Northern Rare Earth",
    "China Rare Earth Group": "China Rare Earth Resources (000831)",
    "Mountain Pass": "MP Materials",
    "Mt Weld": "Lynas",
    "Eneabba": "Iluka",
    "Nolans": "Arafura",
    "Baotou": "China",
    "Other": "Other countries",
    "Dy and Tb oxides": "Dy oxide",
}

# Drawn in any chart: totals, plans and what nobody names are not told by hue.
_SHARED = {
    "World": "#222222",
    "mining quota": "#222222",
    "industry plan": "#8C6BB1",
    "HHI": "#222222",
    "Not named": "#DDDDDD",
    "NdPr market": "#444444",
    "all rare-earth oxides": "#0072B2",
    "NdFeB magnets": "#222222",
    "supply": "#0B6E99",
    "demand": "#8A4B08",
    "other oxides": "#C4C4C4",
    "random walk": "#555555",
    "forecast": "#117A65",
    # what a mark says, not whose it is
    "agrees": "#0072B2",
    "differs": "#D55E00",
    "up": "#0072B2",
    "down": "#D55E00",
    "level": "#767676",
    "on time": "#0B6E99",
    "late": "#B3413E",
    "in focus": "#0B5A48",
    "supply risk": "#D55E00",
    "importance": "#0072B2",
}
COLOURS = {**MARKETS, **PRODUCTS, **PRODUCERS, **COUNTRIES, **_SHARED}
NEUTRAL = "#767676"
INK = "#222222"


def colour(entity: str) -> str:
    """Return the colour of a country, company, product or market: always the same.

    A metal has the colour of its oxide. What has no colour of its own is grey.
    """
    name = _ALSO.get(entity, entity)
    if name not in COLOURS and name.endswith(" metal"):
        name = f"{name.removesuffix(' metal')} oxide"
    if name not in COLOURS and f"{name} oxide" in COLOURS:
        name = f"{name} oxide"  # an element, or NdPr
    return COLOURS.get(name, NEUTRAL)


def readable(hue: str) -> str:
    """Return a colour dark enough to read as text on white (WCAG 2, level AA)."""
    parts = [int(hue[place : place + 2], 16) for place in (1, 3, 5)]
    while _luminance(parts) > 0.18:  # 1.05 / (0.18 + 0.05) is 4.56
        parts = [int(part * 0.96) for part in parts]
    return "#{:02x}{:02x}{:02x}".format(*parts)


def pale(hue: str, share: float) -> str:
    """Return a colour mixed with white, of which it is the rest."""
    parts = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    mixed = (round(part * share + 255 * (1 - share)) for part in parts)
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _luminance(parts: list[int]) -> float:
    """Return the relative luminance of an sRGB colour, parts from 0 to 255."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in parts)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

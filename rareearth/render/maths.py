"""Turn TeX formulas into MathML, which browsers show without a script."""

from __future__ import annotations

import re
from xml.etree import ElementTree


def to_mathml(tex: str, display: str) -> str:
    """Return a formula as MathML.

    Parameters
    ----------
    tex : str
        The formula without its dollar signs.
    display : {"block", "inline"}

    Raises
    ------
    ValueError
        If any part of it cannot be converted. The converter itself would show an
        unknown command as written, so its result is searched for what it left over.
    """
    from latex2mathml.converter import convert  # only pages with formulas need it

    if _depth(tex) != 0:
        raise ValueError(f"the braces of the formula do not match: {tex.strip()}")
    try:
        mathml = convert(tex.strip(), display=display)
        root = ElementTree.fromstring(mathml)
    except Exception as error:
        raise ValueError(f"the formula cannot be converted: {tex.strip()}") from error
    for text in root.itertext():
        if "\\" in text:
            raise ValueError(f"unknown TeX command {text} in the formula {tex.strip()}")
    return str(mathml)


def _depth(tex: str) -> int:
    """Return how many braces stay open, below zero if one closes too early."""
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", tex)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return depth
    return depth

"""One small function for each claim that figures can settle, named by its claim id.

Each takes a `rareearth.claims.evidence.Look` and returns a
`rareearth.claims.verdicts.Found`: the numbers on the claim's basis, with unit and the
figures they rest on, and the numbers that the claim may have been taken from. It says
nothing about the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

from rareearth.claims.bindings import (
    companies,
    costs,
    dependence,
    output,
    patents,
    policy,
    prices,
    shares,
    trade,
)
from rareearth.claims.evidence import Look
from rareearth.claims.verdicts import Found

Binding = Callable[[Look], Found]
_MODULES = (
    companies,
    costs,
    dependence,
    output,
    patents,
    policy,
    prices,
    shares,
    trade,
)


def _of(module: ModuleType) -> dict[str, Binding]:
    found = {name: each for name, each in vars(module).items() if callable(each)}
    return {n.upper(): f for n, f in found.items() if re.fullmatch(r"c\d{3}", n)}


BINDINGS: dict[str, Binding] = {
    claim: function for module in _MODULES for claim, function in _of(module).items()
}

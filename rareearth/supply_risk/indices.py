"""Published indices of supply risk, and bounds where an input is not known.

Nothing here makes an unknown look safe: a country without a governance score, or a
part of the supply that nobody names, is counted once as the safest and once as the
riskiest that the scale allows, and both results are returned.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import ParameterError

BEST, WORST = 2.5, -2.5  # World Bank estimates; single ones lie slightly outside
OFF_SCALE = 3.5  # nothing of the World Bank's is beyond; percentile ranks are
ROUNDING = 0.05  # by which printed, rounded shares may exceed 1
COPPER = 0.409412948
"""Midpoint of copper, mean of the OECD countries 2017 to 2021 (geopolrisk-py 2.0.1)."""

SupplyUsed = Literal["both", "global", "sourcing"]


class Bounds(NamedTuple):
    """The lowest and the highest value that the known inputs allow."""

    low: float
    high: float


class GeoPolRisk(NamedTuple):
    """The score and its two parts, each between 0 and 1."""

    hhi: float
    import_risk: float
    score: float


def governance_risk(estimate: pd.Series) -> pd.Series:
    """Return World Bank governance estimates as risk: 0 the safest, 1 the riskiest.

    clip((2.5 - estimate) / 5, 0, 1). What is missing stays missing.

    Parameters
    ----------
    estimate : Series
        Estimates of the Worldwide Governance Indicators, about -2.5 (weak) to 2.5.

    Raises
    ------
    ParameterError
        If a value cannot be an estimate, such as a percentile rank.

    References
    ----------
    Kaufmann and Kraay, *Worldwide Governance Indicators*; rescaled as in Koyamparambath
    et al., *Resources, Conservation and Recycling* 209 (2024), 107801.
    """
    wrong = estimate[estimate.abs() > OFF_SCALE]
    if len(wrong):
        raise ParameterError(
            f"governance of {wrong.index[0]}: {wrong.iloc[0]:g} is not a World Bank "
            "estimate (about -2.5 to 2.5); percentile ranks run from 0 to 100"
        )
    return ((BEST - estimate) / (BEST - WORST)).clip(0, 1)


def hhi_wgi_t(
    shares: pd.Series, governance: pd.Series, trade: pd.Series | None = None
) -> float:
    """Return the concentration of supply weighted by governance and trade, 0 to 10.

    sum(share ** 2 * governance * trade), the index of the European Commission since
    2017. Above 10 only where trade parameters are above 1.

    Parameters
    ----------
    shares : Series
        Share of each country in the supply, 0 to 1, indexed by country.
    governance : Series
        Risk of each country from 0 to 10 (10 the worst): ten times the mean of six
        `governance_risk`.
    trade : Series, optional
        Trade parameter: 0.8 for a member of the Union, 1.0 by default, up to 1.5 where
        exports are restricted. A country that is not in it has 1.0.

    Raises
    ------
    ParameterError
        If shares add up to more than 1 (rounding apart), governance is on the wrong
        scale, or a country has no governance score: then `hhi_wgi_t_bounds` answers.

    References
    ----------
    European Commission, *Methodology for establishing the EU list of critical raw
    materials* (2017), doi 10.2873/769526; Blengini et al. (2017), doi 10.2760/73303.
    """
    unknown = shares.index.difference(governance.dropna().index)
    if len(unknown):
        raise ParameterError(
            f"no governance score of {', '.join(map(str, unknown))}; "
            "hhi_wgi_t_bounds gives the range that this leaves"
        )
    bounds = hhi_wgi_t_bounds(shares, governance, trade, residual=0.0)
    return bounds.low


def hhi_wgi_t_bounds(
    shares: pd.Series,
    governance: pd.Series,
    trade: pd.Series | None = None,
    residual: float | None = None,
) -> Bounds:
    """Return `hhi_wgi_t` with the safest and the riskiest that is not known.

    Parameters
    ----------
    residual : float, optional
        Share of suppliers that are not named; default what is missing to 1. The lower
        bound counts it as infinitely many, the upper as one country with the worst
        governance and the highest trade parameter among those given.

    Raises
    ------
    ParameterError
        As in `hhi_wgi_t`, but for unknown governance.
    """
    _check_shares(shares)
    _check_ten(governance)
    rest = max(0.0, 1.0 - float(shares.sum())) if residual is None else residual
    # A report asks for hundreds of these: plain arrays, since a Series costs ten times.
    known = governance.reindex(shares.index).to_numpy(float)
    factor = np.ones(len(shares))
    if trade is not None:
        factor = trade.reindex(shares.index).fillna(1.0).to_numpy(float)
    squares = shares.to_numpy(float) ** 2 * factor
    low = float((squares * np.where(np.isnan(known), 0.0, known)).sum())
    high = float((squares * np.where(np.isnan(known), 10.0, known)).sum())
    return Bounds(low, high + rest**2 * 10 * float(factor.max(initial=1.0)))


def _check_shares(shares: pd.Series) -> None:
    values = shares.to_numpy(float)
    if not ((values >= 0) & (values <= 1)).all():  # what is missing is neither
        raise ParameterError(
            "shares: each lies between 0 and 1; percent are not shares"
        )
    if values.sum() > 1 + ROUNDING:
        raise ParameterError(f"shares add up to {values.sum():.2f}, more than 1")


def _check_ten(governance: pd.Series) -> None:
    known = governance.to_numpy(float)
    known = known[~np.isnan(known)]
    if (known < 0).any() or (known > 10).any():
        raise ParameterError("governance: risk lies between 0 and 10 (10 the worst)")
    if len(known) > 1 and known.max() <= 1:
        raise ParameterError(
            "governance: no risk above 1; the scale here runs from 0 to 10, "
            "ten times governance_risk"
        )


def eu_supply_risk(
    hhi_global: float,
    hhi_sourcing: float,
    import_reliance: float,
    eol_recycling: float,
    substitution: float,
    supply_used: SupplyUsed = "both",
) -> float:
    """Return the supply risk of the European Commission's method of 2017.

    (G * IR / 2 + S * (1 - IR / 2)) * (1 - EoL) * SI, with the concentration of world
    supply G and of the Union's sourcing S (`hhi_wgi_t`). A material counts as at risk
    from 1.0 on. Extraction and processing are assessed apart and the higher is taken;
    groups are the arithmetic mean of their members.

    Parameters
    ----------
    hhi_global, hhi_sourcing : float
        From `hhi_wgi_t`, about 0 to 10.
    import_reliance : float
        Net imports over apparent consumption, 0 to 1; a net exporter counts as 0.
    eol_recycling : float
        Share of the input that comes from old scrap, 0 to 1.
    substitution : float
        Substitution index, 0 to 1; 1 is no substitute.
    supply_used : {"both", "global", "sourcing"}
        "global" or "sourcing" puts one of them in the place of the bracket, where the
        other is not known.

    Raises
    ------
    ParameterError
        If an input lies outside its range. The message names it.

    References
    ----------
    As for `hhi_wgi_t`. Cerium 2017: G 9.2, S 2.6, IR 1, EoL 0.01, SI 1 gives 5.84; the
    study prints 5.7, from inputs that are not rounded. Of 123 stages of 2023 the inputs
    give the printed result in 95 (`docs/methods.md` names the others).
    """
    if supply_used not in ("both", "global", "sourcing"):
        raise ParameterError(
            f"supply_used: {supply_used!r} is not 'both', 'global' or 'sourcing'"
        )
    for name, value in (
        ("import_reliance", import_reliance),
        ("eol_recycling", eol_recycling),
        ("substitution", substitution),
    ):
        if not 0 <= value <= 1:
            raise ParameterError(f"{name}: {value:g} does not lie between 0 and 1")
    used = {"both": ("G", "S"), "global": ("G",), "sourcing": ("S",)}[supply_used]
    for letter, value in (("G", hhi_global), ("S", hhi_sourcing)):
        if letter in used and not 0 <= value <= 15:
            raise ParameterError(
                f"concentration of supply: {value:g} does not lie between 0 and 15"
            )
    weight = {"both": import_reliance / 2, "global": 1.0, "sourcing": 0.0}[supply_used]
    supply = sum(
        part * value
        for part, value in ((weight, hhi_global), (1 - weight, hhi_sourcing))
        if part > 0
    )
    return float(supply * (1 - eol_recycling) * substitution)


def corners(function: Callable[..., float], **ranges: tuple[float, float]) -> Bounds:
    """Return the lowest and highest value of a function over ranges of its inputs.

    Exact for functions that are linear in each input alone, as the indices here are:
    their extremes lie where every input is at an end of its range.

    Parameters
    ----------
    ranges : (low, high) by name of the argument
    """
    for name, (low, high) in ranges.items():
        if low > high:
            raise ParameterError(f"{name}: low {low:g} is above high {high:g}")
    values = [
        function(**dict(zip(ranges, ends, strict=True)))
        for ends in itertools.product(*ranges.values())
    ]
    return Bounds(min(values), max(values))


def geopolrisk(
    production: pd.Series,
    imports: pd.Series,
    governance: pd.Series,
    domestic_production: float = 0.0,
) -> GeoPolRisk:
    """Return the geopolitical supply risk of an importer, 0 to 1.

    HHI * sum(governance * imports) / (imports + domestic production).

    Parameters
    ----------
    production : Series
        World production by country, any unit. No totals, no residuals.
    imports : Series
        Imports by partner, in the unit of `domestic_production`. Partners inside the
        region of the importer take the governance 0 in the published method.
    governance : Series
        `governance_risk` of political stability by partner, 0 to 1.
    domestic_production : float
        What the importer makes itself; it is part of the supply and carries no risk.

    Raises
    ------
    ParameterError
        If a quantity is negative or nothing is imported, governance is on the wrong
        scale, or a partner has no score: then `geopolrisk_bounds` answers. (The
        published library takes 0.5 for a missing score.)

    References
    ----------
    Gemechu et al., *Journal of Industrial Ecology* 20 (2015), 154; Helbig et al.,
    *Journal of Cleaner Production* 137 (2016), 1170 (domestic production);
    Koyamparambath et al., *Journal of Open Source Software* 11 (2026), 9600.
    """
    unknown = imports.index.difference(governance.dropna().index)
    if len(unknown):
        raise ParameterError(
            f"no governance score of {', '.join(map(str, unknown))}; "
            "geopolrisk_bounds gives the range that this leaves"
        )
    return geopolrisk_bounds(production, imports, governance, domestic_production)[0]


def geopolrisk_bounds(
    production: pd.Series,
    imports: pd.Series,
    governance: pd.Series,
    domestic_production: float = 0.0,
    unnamed_imports: float = 0.0,
    unnamed_production: float = 0.0,
) -> tuple[GeoPolRisk, GeoPolRisk]:
    """Return `geopolrisk` with the safest and the riskiest that is not known.

    Parameters
    ----------
    unnamed_imports, unnamed_production : float
        Quantities of partners and producers that are not named. Partners count with
        the governance 0 and 1, producers as infinitely many and as one.
    """
    _check_quantities(production, imports, domestic_production)
    if ((governance < 0) | (governance > 1)).any():
        raise ParameterError(
            "governance: risk lies between 0 and 1 here; rescale with governance_risk"
        )
    total = float(production.sum()) + unnamed_production
    if total <= 0 or imports.sum() + unnamed_imports <= 0:
        raise ParameterError("geopolrisk needs a production and imports above zero")
    squares = float(((production / total) ** 2).sum())
    supply = float(imports.sum()) + unnamed_imports + domestic_production
    score = governance.reindex(imports.index)
    found = []
    for fill, rest in ((0.0, 0.0), (1.0, 1.0)):
        risk = float((score.fillna(fill) * imports).sum()) + rest * unnamed_imports
        hhi = squares + rest * (unnamed_production / total) ** 2
        found.append(GeoPolRisk(hhi, risk / supply, hhi * risk / supply))
    return found[0], found[1]


def _check_quantities(
    production: pd.Series, imports: pd.Series, domestic: float
) -> None:
    for name, values in (("production", production), ("imports", imports)):
        if values.isna().any() or (values < 0).any() or not np.isfinite(values).all():
            raise ParameterError(f"{name}: quantities must not be negative or missing")
    if domestic < 0:
        raise ParameterError(f"domestic_production: {domestic:g} is negative")


def characterisation(score: float, price: float, copper: float = COPPER) -> float:
    """Return the characterisation factor of a material, kg of copper per kg.

    score * price / copper: the price-weighted midpoint over that of copper.

    Parameters
    ----------
    price : float
        Import price per kg, in the currency of the reference.
    copper : float
        The midpoint of copper. Default: the constant of the published library.

    References
    ----------
    Santillan-Saldivar et al. (2022); Koyamparambath et al. (2024).
    """
    if price < 0 or copper <= 0:
        raise ParameterError("price and the reference of copper must be positive")
    return score * price / copper

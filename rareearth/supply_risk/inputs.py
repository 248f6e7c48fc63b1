"""Inputs of the supply-risk indices: who supplies, how governed, who buys from whom."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from rareearth.errors import NoFigures, ParameterError, unknown_name
from rareearth.supply_risk.indices import governance_risk

PRODUCTS = {  # what the Commission assesses apart, and the group that it prints
    "NdPr": (("Nd", "Pr"), "light rare earths"),
    "Nd": (("Nd",), "light rare earths"),
    "Pr": (("Pr",), "light rare earths"),
    "La": (("La",), "light rare earths"),
    "Ce": (("Ce",), "light rare earths"),
    "Sm": (("Sm",), "light rare earths"),
    "Dy": (("Dy",), "heavy rare earths"),
    "Tb": (("Tb",), "heavy rare earths"),
    "Y": (("Y",), "heavy rare earths"),
    "light rare earths": (("La", "Ce", "Pr", "Nd", "Sm"), "light rare earths"),
    "heavy rare earths": (
        ("Dy", "Er", "Eu", "Gd", "Tb", "Y", "Yb"),
        "heavy rare earths",
    ),
}
IMPORTERS = {
    "European Union": "importer-eu",
    "United States": "importer-usa",
    "Japan": "importer-jpn",
    "South Korea": "importer-kor",
}
STAGES = {"stage-extraction": "extraction", "stage-processing": "processing"}
EDITIONS = {2017: "ec-crm-2017", 2023: "ec-crm-2023"}
BROAD = ("compounds and metals", "rare earths")  # imports of all rare earths together
STABILITY = "political-stability"


class Recycling(NamedTuple):
    """Import reliance and recycled input of an element, 0 to 1, and their edition."""

    import_reliance: float
    eol_recycling: float
    edition: int


def check_parameters(product: str, importer: str, year: int) -> None:
    """Refuse a product, importer or year that nothing is known of.

    Raises
    ------
    UnknownName, ParameterError
        The message names the choices.
    """
    if product not in PRODUCTS:
        raise unknown_name("product of the assessments", product, PRODUCTS)
    if importer not in IMPORTERS:
        raise unknown_name("importer with printed import shares", importer, IMPORTERS)
    if not 2017 <= year <= 2100:
        raise ParameterError(
            f"year {year}: the first assessment with the present method is of 2017"
        )


def edition(year: int, shares: pd.DataFrame) -> int:
    """Return the last assessment up to a year whose shares had been published.

    Raises
    ------
    NoFigures
        If none had.
    """
    have = set(shares["source_id"]) if len(shares) else set()
    known = [e for e, source in EDITIONS.items() if source in have and e <= year]
    if not known:
        raise NoFigures(
            f"no assessment of the European Commission was published for {year} by "
            f"then; there are those of {', '.join(map(str, EDITIONS))}"
        )
    return max(known)


def supply_shares(
    shares: pd.DataFrame, elements: tuple[str, ...], of: int
) -> pd.DataFrame:
    """Return who supplies which share, by element, stage and scope, of one edition.

    Sourcing that is printed for the heavy rare earths as a group stands for each of
    its members.

    Returns
    -------
    DataFrame
        ``element``, ``stage``, ``scope`` ("world" or "EU sourcing"), ``entity``,
        ``share`` (0 to 1), ``confidence``, ``source_id``.
    """
    own = shares[shares["source_id"] == EDITIONS[of]]
    parts = []
    for element in elements:
        rows = own[own["product"] == element]
        heavy = PRODUCTS.get(element, ((), ""))[1] == "heavy rare earths"
        if heavy or element in PRODUCTS["heavy rare earths"][0]:
            group = own[
                (own["product"] == "heavy rare earths")
                & (own["series"] == "eu_sourcing_share")
            ]
            rows = pd.concat([rows, group])
        parts.append(rows.assign(element=element))
    table = pd.concat(parts, ignore_index=True)
    stage = table["basis"].map(lambda basis: _first(basis, STAGES))
    scope = table["series"].map(
        {"global_supply_share": "world", "eu_sourcing_share": "EU sourcing"}
    )
    return table.assign(
        stage=stage, scope=scope, share=table["value"] / 100, assessment=of
    )[
        "element stage scope entity share confidence source_id assessment".split()
    ].dropna(subset=["share"])


def _first(basis: str, names: dict[str, str]) -> str:
    return next((names[c] for c in basis.split(";") if c in names), "not stated")


def trade_parameters(shares: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest trade parameter that the shares' notes print."""
    found = shares["note"].str.extract(r"trade variable t=([\d.]+)")[0].dropna()
    values = found.astype(float)
    return (float(values.min()), float(values.max())) if len(values) else (1.0, 1.0)


def governance(figures: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the governance risk by country, for the last year up to the one wanted.

    Before the first year with estimates that first one stands in; ``year`` says which.

    Parameters
    ----------
    figures : DataFrame
        Figures of ``governance_estimate``.

    Returns
    -------
    DataFrame, indexed by country
        ``mean`` (of all six dimensions, only where all are known), ``stability``
        (political stability), both 0 to 1 with 1 the riskiest; ``year``.
    """
    years = figures["period_end"].dt.year
    last = int(years[years <= year].max() if (years <= year).any() else years.min())
    rows = figures[years == last]
    dimension = rows["basis"].str.split(";").str[0]
    wide = rows.assign(dimension=dimension).pivot_table(
        index="entity", columns="dimension", values="value"
    )
    mean = wide.mean(axis=1).where(wide.notna().all(axis=1) & (wide.shape[1] == 6))
    return pd.DataFrame(
        {
            "mean": governance_risk(mean),
            "stability": governance_risk(wide[STABILITY]),
            "year": last,
        }
    )


def recycling(figures: pd.DataFrame, element: str) -> Recycling:
    """Return the last printed import reliance and recycling of an element.

    Raises
    ------
    NoFigures
        If one of them is not printed.
    """
    own = figures[(figures["product"] == element) & figures["value"].notna()]
    reliance = own[own["series"] == "import_reliance"].sort_values("period_end")
    recycled = own[own["series"] == "recycling_input_rate"].sort_values("period_end")
    if reliance.empty or recycled.empty:
        raise NoFigures(
            f"no import reliance or recycling of {element} was published by then"
        )
    return Recycling(
        float(reliance["value"].iloc[-1]) / 100,
        float(recycled["value"].iloc[-1]) / 100,
        2017,
    )


def import_shares(figures: pd.DataFrame, importer: str, year: int) -> pd.DataFrame:
    """Return from whom an importer buys rare earths, one printed statement.

    The statement for the year, else the last before it; of several the one that names
    most partners. Statements on the share of consumption, political statements and
    those on one element are left out.

    Returns
    -------
    DataFrame
        ``entity`` (partner), ``share`` (0 to 1), ``first``, ``last`` (years),
        ``source_id``, ``product``.

    Raises
    ------
    NoFigures
        If nothing is printed up to the year. The message names the years there are.
    """
    own = figures[
        figures["basis"].str.contains(IMPORTERS[importer])
        & figures["basis"].str.contains("share-of-imports")
        & figures["product"].isin(BROAD)
        & figures["value"].notna()
    ]
    rows = own.assign(last=own["period_end"].dt.year, first=own["period_start"].dt.year)
    rows = rows[rows["last"] <= year]
    if rows.empty:
        have = sorted(own["period_end"].dt.year.unique())
        years = ", ".join(map(str, have)) or "no year"
        raise NoFigures(
            f"no printed import shares of {importer} up to {year}; there are some of "
            f"{years}"
        )
    rows = rows[rows["last"] == rows["last"].max()]
    named = rows[rows["entity"] != "Other"]
    most = named.groupby("source_id")["entity"].nunique().sort_values()
    chosen = named[named["source_id"] == most.index[-1]]
    return chosen.assign(share=chosen["value"] / 100)[
        "entity share first last source_id product".split()
    ].sort_values("share", ascending=False, ignore_index=True)


def last_year(world: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the last year up to the one wanted of `concentration.shares`.

    Raises
    ------
    NoFigures
        If no year up to it has a world total.
    """
    years = world["year"][world["year"] <= year]
    if years.empty:
        raise NoFigures(f"no world total of mine production up to {year}")
    return world[world["year"] == years.max()].reset_index(drop=True)


def domestic(mined: pd.DataFrame, importer: str) -> float:
    """Return what the importer mines, t REO; 0 if no table lists it."""
    own = mined.loc[mined["entity"] == importer, "quantity"].dropna()
    return float(own.iloc[0]) if len(own) else 0.0


def total_imports(figures: pd.DataFrame, importer: str, year: int) -> float | None:
    """Return the imports of a year in t REO, None where they are not printed.

    Only those of the United States are printed in tonnes of oxides: as a total, or
    else as single lines (compounds, metals, ferrocerium), which add up to it.
    """
    if figures.empty or importer != "United States":
        return None
    dated = figures["period_end"].dt.year == year
    own = figures[dated & figures["value"].notna()].drop_duplicates(
        "product", keep="last"
    )
    lines = own[own["product"] != "REO"]
    total = own[own["product"] == "REO"]
    if own.empty:
        return None
    return float((total if len(total) else lines)["value"].sum())


def recycling_range(figures: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest recycled input of any rare earth, 0 to 1."""
    own = figures[figures["series"] == "recycling_input_rate"]["value"] / 100
    return float(own.min()), float(own.max())


def single_country_limit(figures: pd.DataFrame) -> float | None:
    """Return the most, in percent, that one country may supply by the Act."""
    if figures.empty:
        return None
    own = figures[figures["basis"].str.contains("benchmark-single-country")]
    return float(own["value"].iloc[-1]) if len(own) else None


def behind(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of several frames in one, for citing."""
    parts = [frame[["source_id"]] for frame in frames if len(frame)]
    return pd.concat(parts, ignore_index=True).dropna()

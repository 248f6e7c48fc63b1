"""What each claim is compared with, and the computations that a look-up cannot do.

The digests' claims say in columns of ``claims.csv`` what is looked up for them; of a
reader's own claim, its quantity decides. Either becomes an `Ask`, and one of `WAYS`
answers it. None says anything about the verdict.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from rareearth.claims.evidence import (
    EVENTS,
    Found,
    Look,
    Print,
    Rival,
    Span,
    by_value,
    one,
    others,
    prints,
    ratio,
    stacked,
)
from rareearth.errors import NoFigures, ParameterError, unknown_name
from rareearth.figures import columns, dictionaries
from rareearth.words import listed, number

NEWEST = "2024"  # of a claim without a period: the last year with a settled total
WHOLE_YEAR = 360  # days, at least
FILINGS = "all rare-earth filings at four offices, 1950 to 2018"
IMPORTERS = {
    "European Union": "importer-eu",
    "United States": "importer-usa",
    "Japan": "importer-jpn",
    "South Korea": "importer-kor",
}
_HAN = re.compile(r"[\u3400-\u9fff]")


class Ask(NamedTuple):
    """What is looked up for a claim.

    Attributes
    ----------
    found_by : str
        A key of `WAYS`.
    series, entity, product, codes : str
        As `Look.printed` takes them; several are joined by semicolons, "" is all.
    start, end : str
        ISO days or years between which a period ends, "" where it is open.
    begins : Timestamp
        The first day of the period, NaT where any will do.
    evidence : tuple of str
        Ids of events, or of written checks with a number.
    basis : str
        What the numbers are, for the reader.
    counts : str
        Of a statement without a number, which number of the figures decides: best,
        lowest or highest.
    expected : Span
        In what that number must lie.
    reading : str
        The same in words; of figures that are not what was claimed, what they are.
    """

    found_by: str
    series: str = ""
    entity: str = ""
    product: str = ""
    codes: str = ""
    start: str = ""
    end: str = ""
    begins: pd.Timestamp = pd.NaT
    evidence: tuple[str, ...] = ()
    basis: str = ""
    counts: str = ""
    expected: Span = Span(-math.inf, math.inf)
    reading: str = ""

    @property
    def year(self) -> int:
        """Return the year that is asked about."""
        return int((self.end or NEWEST)[:4])

    def figures(self, look: Look, without: str = "") -> pd.DataFrame:
        """Return every printed value that is asked for, the best first."""
        products = self.product.split(";") if self.product else None
        days = self.start or None, self.end or None
        frame = look.printed(
            self.series, self.entity, products, *days, self.codes, without
        )
        if pd.notna(self.begins):
            frame = frame[frame["period_start"] == self.begins]
        if frame.empty:
            raise NoFigures("no figure has exactly this period")
        return frame


def _in_its_words(claim: pd.Series) -> Ask:
    """Return a claim whose own words are the keys of what is looked up."""
    end = claim["period_end"]
    day = "" if pd.isna(end) else f"{end:%Y-%m-%d}"
    return Ask(
        "printed",
        claim["quantity"],
        claim["subject"],
        claim["product"],
        start=day,
        end=day,
        begins=claim["period_start"] if day else pd.NaT,
    )


def of_digest(claim: pd.Series) -> Ask | None:
    """Return what the columns of a claim ask for, None where they ask for nothing.

    Where one is empty, the claim's own words are the key.
    """
    if not claim["found_by"]:
        return None
    ask = _in_its_words(claim)
    if claim["figure_start"] or claim["figure_end"]:
        ask = ask._replace(
            start=claim["figure_start"], end=claim["figure_end"], begins=pd.NaT
        )
    low, high = claim["at_least"], claim["at_most"]
    return ask._replace(
        found_by=claim["found_by"],
        series=claim["series"] or ask.series,
        entity=claim["entity"] or ask.entity,
        product=claim["figure_product"] or ask.product,
        codes=claim["codes"],
        evidence=tuple(claim["evidence"].split(";")),
        basis=claim["basis"],
        counts=claim["counts"],
        expected=Span(
            -math.inf if pd.isna(low) else low, math.inf if pd.isna(high) else high
        ),
        reading=claim["reading"],
    )


def of_reader(claim: pd.Series) -> Ask:
    """Return what the quantity of a reader's own claim asks for.

    Raises
    ------
    UnknownName, ParameterError
        If a name is in no dictionary, or the quantity has no computation.
    """
    known = dictionaries.known()
    _refuse_unknown("subject", claim["subject"], known.entities.index)
    if claim["product"]:
        _refuse_unknown("product", claim["product"], known.products.index)
    ask = _in_its_words(claim)
    if ask.series in DERIVED:
        return DERIVED[ask.series](ask)
    if ask.series not in known.series.index:
        raise ParameterError(
            f"{ask.series!r} has no computation; those that have one are the series of "
            f"data/series.csv and {', '.join(sorted(DERIVED))}"
        )
    return ask


def _refuse_unknown(kind: str, name: str, known: pd.Index) -> None:
    if name in known:
        return
    if _HAN.search(name):
        raise ParameterError(
            f"{kind} {name!r} is Chinese; names are English, as in the dictionaries"
        )
    raise unknown_name(kind, name, known)


def _stated_share(series: str) -> Callable[[Ask], Ask]:
    return lambda ask: Ask(
        "stated",
        series,
        ask.entity,
        start=f"{ask.year - 1}",
        end=f"{ask.year}",
        basis="shares as stated by sources",
    )


def _imports(ask: Ask) -> Ask:
    if ask.entity not in IMPORTERS:
        raise unknown_name("importer", ask.entity, IMPORTERS)
    return Ask(
        "stated",
        "import_source_share",
        "China",
        ask.product,
        IMPORTERS[ask.entity],
        start="2023",
        basis="share of imports, as printed",
    )


DERIVED: dict[str, Callable[[Ask], Ask]] = {
    "share_of_world_mining": lambda ask: ask._replace(found_by="world_share"),
    "share_of_world_refining": _stated_share("world_share_separation"),
    "share_of_world_alloy_and_magnet_production": _stated_share("world_share_magnets"),
    "share_of_world_reserves": lambda ask: ask._replace(found_by="reserves_share"),
    "mine_production_growth": lambda ask: ask._replace(found_by="growth"),
    "import_share_from_china": _imports,
}
"""Quantities of own claims that are no series, by what answers them."""


def answer(ask: Ask, look: Look) -> Found:
    """Return what the figures say; of a statement, the number that decides it.

    Raises
    ------
    NoFigures
        If nothing that answers it had been published by the day.
    """
    found = WAYS[ask.found_by](look, ask)
    if not ask.counts:
        return found
    value = {
        "best": found.prints[0].span.low,
        "lowest": min(each.span.low for each in found.prints),
        "highest": max(each.span.high for each in found.prints),
    }[ask.counts]
    firm = any(each.is_firm for each in found.prints)
    return Found(
        one(value, firm),
        found.unit,
        ask.basis or found.basis,
        found.figures,
        reads_as=ask.expected,
        reading=ask.reading,
    )


# Looked up


def printed(look: Look, ask: Ask) -> Found:
    """Return the printed values of a period, or of the newest; old editions apart."""
    frame = ask.figures(look)
    if not ask.end:
        frame = _newest(frame)
    products = sorted(frame["product"].unique())
    if len(products) > 1:
        raise ParameterError(f"name a product; there are {', '.join(products)}")
    first, last = (frame[name].iloc[0] for name in ("period_start", "period_end"))
    title = dictionaries.known().series["title"][ask.series]
    basis = f"{title}, {products[0]}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return by_value(frame, ask.basis or basis)


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the newest period, a whole year where there is one."""
    whole = _whole_years(frame)
    frame = whole if len(whole) else frame
    return frame[frame["period_end"] == frame["period_end"].max()]


def _whole_years(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["period_end"] - frame["period_start"]).dt.days >= WHOLE_YEAR]


def stated(look: Look, ask: Ask) -> Found:
    """Return every number that sources state, with those of written checks."""
    parts = [ask._replace(series=s).figures(look) for s in ask.series.split(";")]
    return _all(stacked(*parts, look.checked(*ask.evidence)), ask.basis)


def checked(look: Look, ask: Ask) -> Found:
    """Return the numbers of written checks alone."""
    return _all(look.checked(*ask.evidence), ask.basis)


def _all(frame: pd.DataFrame, basis: str) -> Found:
    if frame.empty:
        raise NoFigures("no number that can be compared had been published by then")
    return Found(prints(frame), str(frame["unit"].iloc[0]), basis, frame)


def happened(look: Look, ask: Ask) -> Found:
    """Return how many of the events that a statement needs are recorded.

    Those of another actor, or outside the period that the claim names, do not count.
    """
    events = look.event(*ask.evidence)
    acts = columns.has_codes(events["actor"], ask.entity)
    if pd.notna(ask.begins):
        acts &= events["date"].between(ask.begins, pd.Timestamp(ask.end))
    events = events[acts]
    if events.empty:
        raise NoFigures("no such event had been recorded by then")
    return Found(
        one(len(events)),
        EVENTS,
        "; ".join(events["title"]),
        columns.by_source(events),
        reads_as=Span(1, math.inf),
        reading=ask.reading,
    )


def of_another_basis(look: Look, ask: Ask) -> Found:
    """Return that nothing is on the claim's basis, and what is on another."""
    frame = ask.figures(look)
    rivals = others(frame, "basis", ask.reading)
    return Found((), str(frame["unit"].iloc[0]), ask.basis, frame, rivals)


def of_another_subject(look: Look, ask: Ask) -> Found:
    """Return that nothing is on the claim's basis, and what is of something else."""
    frame = ask.figures(look)
    rivals = others(frame, "subject", ask.reading)
    return Found((), str(frame["unit"].iloc[0]), ask.basis, frame, rivals)


# Output and reserves


def _mined(look: Look, entity: str | None, year: int) -> pd.DataFrame:
    return look.printed("mine_production", entity, "REO", year, year)


def world_share(look: Look, ask: Ask) -> Found:
    """Return a country's share of world mine output, from each table that has both.

    Of another basis are shares of the magnet rare earths alone, and the share over a
    world total that was revised in a table without the country.
    """
    part, whole = (_mined(look, name, ask.year) for name in (ask.entity, "World"))
    shares = ratio(part, whole)
    if shares.empty:
        raise NoFigures(f"no table has {ask.entity} and the world for {ask.year}")
    years = ask.year - 1, ask.year
    magnet = look.printed(
        "world_share_mining",
        ask.entity,
        "magnet rare earths",
        *years,
        missing="empty",
    )
    rivals = others(magnet, "basis", "share of the magnet rare earths alone")
    basis = (
        f"tonnes of rare-earth oxides mined, {ask.entity} over the world total of one "
        "table"
    )
    if part["source_id"].iloc[0] == whole["source_id"].iloc[0]:
        return by_value(shares, basis, *rivals)
    revised = 100 * part["value"].iloc[0] / whole["value"].iloc[0]
    other = Rival("basis", Span(revised, revised), "over the revised world total")
    found = by_value(shares, basis, *rivals, other)
    return replace(found, figures=stacked(part, whole))


def growth(look: Look, ask: Ask) -> Found:
    """Return the growth over a year as one table has it, and as editions were mixed."""
    now, before = (_mined(look, ask.entity, year) for year in (ask.year, ask.year - 1))
    both = now.merge(before, on="source_id", suffixes=("", "_before"))
    both = both[both["value_before"] > 0]  # from nothing there is no growth
    if both.empty:
        raise NoFigures(f"no table has {ask.entity} for {ask.year - 1} and {ask.year}")
    both = both.assign(value=100 * (both["value"] / both["value_before"] - 1))
    order = (
        before["publisher"]
        .isin(both["publisher"])
        .sort_values(ascending=False, kind="stable")
    )
    before = before.loc[order.index]  # the editions of the same publisher first
    mixed = before[~before["source_id"].isin(both["source_id"])].merge(
        now["value"].drop_duplicates(), how="cross", suffixes=("_before", "")
    )
    mixed["value"] = 100 * (mixed["value"] / mixed["value_before"] - 1)
    return Found(
        prints(both),
        "percent",
        "change between the two years in one table of mine output",
        stacked(now, before),
        others(mixed, "edition", f"{{row.title}} for {ask.year - 1}"),
    )


def mined_or_world(look: Look, ask: Ask) -> Found:
    """Return a country's output; the number may be that of the world."""
    world = look.printed("mine_production", "World", "REO", ask.year)
    by_year = world.sort_values("period_end", kind="stable")
    rivals = others(by_year, "subject", "world output of {row.period_end.year}")
    mined = _mined(look, ask.entity, ask.year)
    return replace(by_value(mined, ask.basis, *rivals), figures=stacked(mined, world))


def mined_already(look: Look, ask: Ask) -> Found:
    """Return that nothing is on the claim's basis, beside what is mined."""
    frame = ask.figures(look)
    basis = ask.basis.format(mined=frame["value"].iloc[0])
    return Found((), "t/year", basis, frame)


def output_rank(look: Look, ask: Ask) -> Found:
    """Return the rank of a country by mine output, beside China."""
    frame = _mined(look, None, ask.year)
    best = frame[~frame["entity"].isin(["World", "Other"])].drop_duplicates("entity")
    shown = best[best["entity"].isin([ask.entity, "China"])]
    return Found(_place(best, ask.entity), "rank", ask.basis, shown)


def reserves_rank(look: Look, ask: Ask) -> Found:
    """Return the rank by reserves in the newest edition of the US survey."""
    frame = look.printed("reserves", None, "REO", 2020)
    survey = frame[frame["publisher"].str.startswith("U.S. Geological Survey")]
    newest = survey[survey["published"] == survey["published"].max()]
    newest = newest[newest["entity"] != "Other"]
    countries = newest[newest["entity"] != "World"]
    return Found(_place(countries, ask.entity), "rank", ask.basis, newest)


def _place(frame: pd.DataFrame, entity: str) -> tuple[Print]:
    return one(frame.set_index("entity")["value"].rank(ascending=False)[entity])


def reserves_share(look: Look, ask: Ask) -> Found:
    """Return a country's share of reserves, at most, since the total is a bound."""
    frame = look.printed("reserves", [ask.entity, "World"], "REO", 2020)
    is_part = frame["entity"] == ask.entity
    shares = ratio(frame[is_part], frame[frame["entity"] == "World"])
    if shares.empty:
        raise NoFigures(f"no table has reserves of {ask.entity} and the world")
    shares = shares.sort_values("published", ascending=False)
    shares["value"] = shares["value"].fillna(shares["high"])
    basis = f"reserves of {ask.entity} over the world total, which is a lower bound"
    return Found(prints(shares), "percent", basis, frame)


# Stages after the mine


def weakest_stage(look: Look, ask: Ask) -> Found:
    """Return a country's shares at each stage from mine to magnet."""
    mine = world_share(look, ask)
    after = [
        look.printed(series, ask.entity, products, "2023-01-01")
        for series, products in (
            ("world_share_separation", ["REO", "magnet rare earths"]),
            ("world_share_magnets", None),
        )
    ]
    figures = stacked(mine.figures, *after)
    shares = (*mine.prints, *prints(stacked(*after)))
    return Found(shares, "percent", ask.basis, figures)


def made_elsewhere(look: Look, ask: Ask) -> Found:
    """Return what is separated of dysprosium and terbium outside China."""
    made = look.printed("dytb_production", "Lynas")
    latest = made.sort_values("period_end").tail(1)
    return Found(prints(latest), "t a quarter", ask.basis, latest)


def eu_magnets(look: Look, ask: Ask) -> Found:
    """Return China's share of the EU's magnets: of imports, or of what is used."""
    code = "importer-eu"
    stated = look.printed(
        "import_source_share", "China", "rare-earth magnets", codes=code
    )
    bought, used = (
        look.printed(series, entity, None, 2024, codes=codes, missing="empty")
        for series, entity, codes in (
            ("magnet_imports_from", "China", code),
            ("magnet_consumption", "European Union", ""),
        )
    )
    derived, checks = ratio(bought, used), look.checked(*ask.evidence)
    numbers = prints(stacked(derived, checks, stated))
    return Found(numbers, "percent", ask.basis, stacked(stated, derived, checks))


def eu_heavy(look: Look, ask: Ask) -> Found:
    """Return the checks on heavy rare earths, and what the auditors print beside."""
    sourced = look.printed(
        "eu_sourcing_share",
        "China",
        ["Y", "Yb"],
        codes="stage-processing",
        missing="empty",
    )
    basis = ask.basis
    if len(sourced):  # the study came later
        basis += (
            f"; of the EU's supply of separated {listed(list(sourced['product']))}, by "
            f"last shipping country, {number(sourced['value'].max())} %"
        )
    return checked(look, ask._replace(basis=basis))


def western_refining(look: Look, ask: Ask) -> Found:
    """Return that no share is on the claim's basis, and shares that are near it."""
    stated = look.printed("import_source_share", "China", "compounds and metals", 2023)
    refined = look.printed("world_share_separation", "China", start=2023)
    first = stated.assign(code=stated["basis"].str.split(";").str[0])
    imports = others(first, "basis", "share of imports, {row.code}")
    world = others(refined, "basis", "share of the world's refining")
    figures = stacked(stated, refined)
    return Found((), "percent", ask.basis, figures, (*imports, *world))


# Patents


def patents(look: Look, ask: Ask) -> Found:
    """Return China's share of the only set of filings that is counted in a source."""
    offices = ["China", "Japan", "United States", "European Union"]
    frame = look.printed("patent_filings", offices)
    by_office = frame.drop_duplicates("entity").set_index("entity")["value"]
    share = 100 * by_office["China"] / by_office.sum()
    return Found(one(share), "percent", f"nearest count: {FILINGS}", frame)


def patents_of_another_set(look: Look, ask: Ask) -> Found:
    """Return that nobody counts these patents, and the shares of what is counted."""
    counted, stated = patents(look, ask), look.printed("patent_share", "China")
    rivals = (
        Rival("basis", counted.prints[0].span, FILINGS),
        *others(stated, "basis", "{row.product}, {row.basis}"),
    )
    figures = stacked(counted.figures, stated)
    return Found((), "percent", ask.basis, figures, rivals)


# Companies


def _fiscal(look: Look, series: str, end: str, entity: str = "Lynas") -> pd.DataFrame:
    """Return the rows of the whole fiscal year that ends on a day, the best first."""
    whole = _whole_years(look.printed(series, entity, None, end, end))
    if whole.empty:
        raise NoFigures(f"no {series} of {entity} for the fiscal year")
    return whole


def _two_years(look: Look, series: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _fiscal(look, series, "2025-06-30"), _fiscal(look, series, "2024-06-30")


def profit_change(look: Look, ask: Ask) -> Found:
    """Return the change of the attributable profit over the fiscal year 2025."""
    now, before = _two_years(look, "net_profit")
    change = 100 * (now["value"].iloc[0] / before["value"].iloc[0] - 1)
    return Found(one(change), "percent", ask.basis, stacked(now, before))


def profit_in_cash(look: Look, ask: Ask) -> Found:
    """Return the fall of the profit over the fall of cash in the fiscal year 2025."""
    profit = _two_years(look, "net_profit")
    cash = [
        look.printed("closing_cash", "Lynas", None, day, day)
        for day in ("2025-06-30", "2024-06-30")
    ]
    lost, spent = (
        pair[1]["value"].iloc[0] - pair[0]["value"].iloc[0] for pair in (profit, cash)
    )
    figures = stacked(*profit, *cash)
    return Found(one(100 * lost / spent), "percent", ask.basis, figures)


def output_over_china(look: Look, ask: Ask) -> Found:
    """Return Lynas's output, of a year or at a quarter's rate, over China's."""
    china = _mined(look, "China", ask.year)
    made = look.printed("reo_production", "Lynas", "REO", "2025-06-30", "2025-09-30")
    days = (made["period_end"] - made["period_start"]).dt.days + 1
    rate = 100 * made["value"] * (365.25 / days) / china["value"].iloc[0]
    made = made.assign(value=rate.round(2), unit="percent")
    year = _whole_years(made)
    if year.empty:
        raise NoFigures("no output of Lynas for the fiscal year 2025")
    last = made[made["period_end"] == made["period_end"].max()]
    frame = stacked(year, last).drop_duplicates("figure_id")
    basis = (
        "output of Lynas, a year or the last quarter, over China's mine output of 2024"
    )
    return Found(prints(frame), "percent", basis, stacked(frame, china))


def ndpr_rank(look: Look, ask: Ask) -> Found:
    """Return the rank of a company by separated NdPr oxide of its newest year."""
    makers = ["Lynas", "MP Materials"]
    frame = look.printed("ndpr_production", makers, "NdPr oxide", 2024)
    whole = _whole_years(frame).sort_values("period_end", ascending=False)
    newest = whole.drop_duplicates("entity")
    if len(newest) < len(makers):
        raise NoFigures("the output of only one producer is known")
    return Found(_place(newest, ask.entity), "rank", ask.basis, whole)


def first_production(look: Look, ask: Ask) -> Found:
    """Return the year in which a project produced first, or is to, as last stated."""
    steps = look.steps(ask.entity)
    first = steps[steps["step"] == "first_production"]
    if first.empty:
        raise NoFigures("no start had been stated by then")
    # Its first product is its start: later plans are of other products.
    began, planned = first["actual_start"].min(), first["planned_start"].iloc[-1]
    year = (planned if pd.isna(began) else began).year
    return Found(one(year), "year", ask.basis, first)


def feed_over_china(look: Look, ask: Ask) -> Found:
    """Return the feed that a plant takes over China's mine output."""
    plant, china = ask.figures(look), _mined(look, "China", 2024)
    share = 100 * plant["value"].iloc[0] / china["value"].iloc[0]
    return Found(one(share), "percent", ask.basis, stacked(plant, china))


def restart_funding(look: Look, ask: Ask) -> Found:
    """Return the public stake in the producer that restarted, beside another grant."""
    granted = look.printed("government_funding", "Lynas Seadrift", "heavy rare earths")
    stake = look.printed("equity_investment", "MP Materials")
    rivals = others(
        granted, "subject", "one contract of {row.period_end.year} for a plant"
    )
    figures = stacked(stake, granted)
    return Found(prints(stake)[:1], "USD million", ask.basis, figures, rivals)


def demand_growth(look: Look, ask: Ask) -> Found:
    """Return the growth of demand for magnet rare earths, as forecast."""
    now = look.printed("magnet_ree_demand", "World")
    later = look.printed("magnet_ree_demand_forecast", "World", end=2030)
    growth = 100 * (later["value"].iloc[0] / now["value"].iloc[0] - 1)
    return Found(one(growth), "percent", ask.basis, stacked(later, now))


# Trade, tariffs and prices


def suspension_length(look: Look, ask: Ask) -> Found:
    """Return the years from the first to the last day of a suspended tariff."""
    frame = ask.figures(look)
    days = (frame["period_end"] - frame["period_start"]).dt.days.iloc[0]
    return Found(one(round(days / 365.25, 2)), "year", ask.basis, frame)


def months_ratio(look: Look, ask: Ask) -> Found:
    """Return the last month over the first, in percent."""
    frame, (first, last) = _months(look, ask)
    return Found(one(100 * last / first), "percent", ask.basis, frame)


def months_change(look: Look, ask: Ask) -> Found:
    """Return the change from the first month to the last, in percent."""
    frame, (first, last) = _months(look, ask)
    return Found(one(100 * (last / first - 1)), "percent", ask.basis, frame)


def _months(look: Look, ask: Ask) -> tuple[pd.DataFrame, list[float]]:
    ends = [
        ask._replace(start=day, end=day).figures(look, "year-to-date")["value"].iloc[0]
        for day in (ask.start, ask.end)
    ]
    return ask.figures(look, "year-to-date"), ends


def price_change(look: Look, ask: Ask) -> Found:
    """Return what the main magnet oxides did over a year, as yearly means and FOB."""
    months = f"{ask.year - 1}-12", f"{ask.year}-12"
    both = stacked(_annual_changes(look, ask.year), _month_end_changes(look, *months))
    if both.empty:
        raise NoFigures("no prices of 2023 and 2024 had been published by then")
    basis = "oxides of Nd and Pr, Dy, Tb: yearly means, and month ends FOB China"
    numbers = tuple(one(change)[0] for change in both["change"])
    return Found(numbers, "percent", basis, both)


def price_change_of_any(look: Look, ask: Ask) -> Found:
    """Return that no product is named, and what each price FOB China did."""
    changes = _month_end_changes(look, "2024-12", "2025-10")
    if changes.empty:
        raise NoFigures("no prices FOB China for 2024-12 and 2025-10")
    rivals = tuple(
        Rival("basis", Span(row.change, row.change), f"{row.product}, FOB China")
        for row in changes.itertuples()
    )
    return Found((), "percent", ask.basis, changes, rivals)


def _annual_changes(look: Look, year: int) -> pd.DataFrame:
    """Return the change of yearly mean prices, each in the newest table with both."""
    frame = look.printed(
        "oxide_price_annual",
        "USGS reference",
        ["NdPr oxide", "Dy oxide", "Tb oxide"],
        year - 1,
        year,
        missing="empty",
    )
    now, before = (frame[frame["period_end"].dt.year == y] for y in (year, year - 1))
    both = now.merge(before, on=["product", "source_id"], suffixes=("", "_before"))
    both["change"] = 100 * (both["value"] / both["value_before"] - 1)
    return both.sort_values("published").drop_duplicates("product", keep="last")


def _month_end_changes(look: Look, before: str, after: str) -> pd.DataFrame:
    """Return the change of prices FOB China between two month ends, in percent."""
    frame = look.printed(
        "oxide_price_month_end",
        "China FOB",
        ["Nd oxide", "Pr oxide", "Dy oxide", "Tb oxide"],
        2010,
        missing="empty",
    )
    month = frame["period_end"].dt.strftime("%Y-%m")
    first, last = (frame[month == wanted] for wanted in (before, after))
    both = last.merge(first, on="product", suffixes=("", "_before"))
    return both.assign(change=100 * (both["value"] / both["value_before"] - 1))


WAYS: dict[str, Callable[[Look, Ask], Found]] = {
    way.__name__: way
    for way in (
        printed,
        stated,
        checked,
        happened,
        of_another_basis,
        of_another_subject,
        world_share,
        growth,
        mined_or_world,
        mined_already,
        output_rank,
        reserves_rank,
        reserves_share,
        weakest_stage,
        made_elsewhere,
        eu_magnets,
        eu_heavy,
        western_refining,
        patents,
        patents_of_another_set,
        profit_change,
        profit_in_cash,
        output_over_china,
        ndpr_rank,
        first_production,
        feed_over_china,
        restart_funding,
        demand_growth,
        suspension_length,
        months_ratio,
        months_change,
        price_change,
        price_change_of_any,
    )
}
"""By what a claim can be answered; ``found_by`` of ``claims.csv`` names one."""

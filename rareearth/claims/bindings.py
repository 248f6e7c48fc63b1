"""What each claim is compared with, and the computations that a look-up cannot do.

The digests' claims say in columns of ``claims.csv`` what is looked up for them; of a
reader's own claim, its quantity decides. Either becomes an `Ask`, and one of `WAYS`
answers it. None says anything about the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd

from rareearth.claims.evidence import (
    EVENTS,
    Found,
    Kind,
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
from rareearth.words import day, listed, pct, period, the

NEIGHBOURS = 4  # years on either side in which the same number is looked for
MONTH = 31  # days; of a month-end price, and of any stock, its day is a period
MONTHS = 12  # of a year
WHOLE_YEAR = 360  # days, at least
ALL_OF_IT = ("", "rare earths", "REO")  # products that say no more than the quantity


def in_prose(key: str) -> str:
    """Return the key of a series or quantity as words."""
    names = {"china": "China", "reo": "REO", "ndpr": "NdPr", "dytb": "Dy and Tb"}
    return " ".join(names.get(word, word) for word in key.split("_"))


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
        """Return the year that is asked about: see `dated`."""
        return int(self.end[:4])

    def dated(self, look: Look) -> Ask:
        """Return the question about one whole year, of none named the newest settled.

        Raises
        ------
        NoFigures
            If it is about another stretch, or no year is known yet.
        """
        if not self.end:
            world = look.printed("mine_production", "World", "REO")
            years = world["period_end"].dt.year.value_counts()
            settled = years[years > 1].index if (years > 1).any() else years.index
            return self._replace(end=f"{settled.max()}", start=f"{settled.max()}")
        begins = self.begins if pd.notna(self.begins) else pd.Timestamp(self.start)
        whole = begins.day_of_year == 1 and pd.Timestamp(self.end).year == begins.year
        if not whole or (len(self.end) > 4 and not self.end.endswith("-12-31")):
            raise NoFigures("no figure has exactly this period; name one whole year")
        return self

    def figures(self, look: Look, without: str = "") -> pd.DataFrame:
        """Return every printed value that is asked for, the best first."""
        products = self.product.split(";") if self.product else None
        days = self.start or None, self.end or None
        if pd.notna(self.begins):
            days = f"{self.begins:%Y-%m-%d}", self.end
        frame = look.printed(
            self.series, self.entity, products, *days, self.codes, without
        )
        if pd.notna(self.begins):
            ends = frame["period_end"] == pd.Timestamp(self.end)
            exact = frame[ends & (frame["period_start"] == self.begins)]
            days_of = frame[frame["period_start"] == frame["period_end"]]
            asked = pd.Timestamp(self.end) - self.begins
            kind = dictionaries.known().series["kind"].get(self.series)
            is_day = asked.days < MONTH or kind == "stock"  # of which a day is a period
            last = days_of[days_of["period_end"] == days_of["period_end"].max()]
            if exact.empty and not (is_day and len(last)):
                length = frame["period_end"] - frame["period_start"]
                apart = (frame["period_start"] - self.begins).abs()
                apart += (frame["period_end"] - pd.Timestamp(self.end)).abs()
                apart += 2 * (length - asked).abs()  # a year rather than half of one
                near = frame.loc[apart.idxmin(), ["period_start", "period_end"]]
                raise NoFigures(
                    f"no figure has exactly this period; the nearest is {period(*near)}"
                )
            frame = last if exact.empty else exact
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


def asked(claim: pd.Series, look: Look) -> Ask | None:
    """Return what a claim asks for: by its columns, else by its quantity.

    A claim of the digests asks for what its columns name; a reader's own for the same
    where it is about the same, else for what its quantity says.

    Raises
    ------
    UnknownName, ParameterError
        If a name is in no dictionary, or the quantity has no computation.
    """
    if claim["found_by"] or not claim.get("is_own", False):
        return of_digest(claim)
    known = dictionaries.known()
    if claim["subject"] not in known.entities.index:
        raise unknown_name("subject", claim["subject"], known.entities.index)
    if claim["product"] and claim["product"] not in known.products.index:
        raise unknown_name("product", claim["product"], known.products.index)
    ask = _in_its_words(claim)
    if ask.series in DERIVED:
        return _derived(ask, look)
    if ask.series not in known.series.index:
        raise ParameterError(
            f"{ask.series!r} has no computation for {ask.entity}; those that have one "
            "are listed by  rareearth audit --list"
        )
    have = look.printed(ask.series)[["entity", "product"]].drop_duplicates()
    if ask.product in ALL_OF_IT and ask.product not in set(have["product"]):
        ask = ask._replace(product="")
    if ask.entity not in set(have["entity"]):  # a price of China is of a market there
        markets = sorted(each for each in have["entity"] if each.startswith(ask.entity))
        ask = ask._replace(entity=next(iter(markets), ask.entity))
    return ask


DERIVED = {
    "share_of_world_mining": ("world_share", "mine_production"),
    "share_of_world_refining": ("stated", "world_share_separation"),
    "share_of_world_alloy_and_magnet_production": ("stated", "world_share_magnets"),
    "share_of_world_reserves": ("reserves_share", "reserves"),
    "mine_production_growth": ("growth", "mine_production"),
    "import_share_from_china": ("stated", "import_source_share"),
}
"""Quantities of own claims that are no series: by what they are answered, from what."""
BROAD = {
    "world_share_separation": ("rare earths", "REO", "magnet rare earths"),
    "world_share_magnets": ("NdFeB magnets", "permanent magnets"),
    "import_source_share": ("rare earths", "compounds and metals"),
}
"""Products of a share that names none, the nearest first."""
MAGNETS = ("rare-earth magnets", "NdFeB magnets", "permanent magnets")
"""Names of the same goods, the nearest first."""


def _derived(ask: Ask, look: Look) -> Ask:
    """Return what is looked up for a share or growth that is no series.

    Raises
    ------
    NoFigures
        If the product or the period has no figure.
    """
    quantity, (way, series) = ask.series, DERIVED[ask.series]
    ask = ask._replace(found_by=way, series=series)
    if way != "stated":
        if ask.product not in ALL_OF_IT:
            title = dictionaries.known().series["title"][series]
            raise NoFigures(
                f"{title}: no figures of {ask.product}, of all oxides alone"
            )
        return ask
    if quantity == "import_share_from_china":
        if ask.entity not in columns.IMPORTERS:
            raise unknown_name("importer", ask.entity, columns.IMPORTERS)
        ask = ask._replace(codes=columns.IMPORTERS[ask.entity], entity="China")
    rows = look.printed(series, ask.entity, codes=ask.codes)
    broad = BROAD[series] if ask.product in ALL_OF_IT else (ask.product,)
    broad = MAGNETS if ask.product in MAGNETS else broad
    wanted = [each for each in broad if each in set(rows["product"])]
    if not wanted:
        have = listed(sorted(rows["product"].unique()))
        what = ask.product or "all rare earths"
        raise NoFigures(f"no share of {what} is at hand; there are some of {have}")
    if quantity == "import_share_from_china":
        wanted = wanted[:1]
    rows = rows[rows["product"].isin(wanted)]
    if not ask.end:
        last = rows["period_end"].max()
        ask = ask._replace(start=f"{last.year - 1}", end=f"{last.year}")
    what = "imports from China" if ask.codes else f"stated shares of {ask.entity}"
    years = " to ".join(dict.fromkeys((ask.start[:4], ask.end[:4])))
    basis = f"{what}, {listed(wanted)}, {years}"
    return ask._replace(product=";".join(wanted), basis=basis)


def answer(ask: Ask, look: Look) -> Found:
    """Return what the figures say; of a statement, the number that decides it.

    Raises
    ------
    NoFigures
        If nothing that answers it had been published by the day.
    """
    key = (look.as_of, *ask)
    if key not in look.answered:
        look.answered[key] = WAYS[ask.found_by](look, ask)
    found: Found = look.answered[key]
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
    """Return the printed values of a period, or of the newest; old editions apart.

    The same number in a year beside it, or of the world, is a rival.
    """
    frame = ask.figures(look)
    if not ask.end:
        frame = _newest(frame)
    products = sorted(frame["product"].unique())
    if len(products) > 1:
        raise ParameterError(f"name a product; there are {', '.join(products)}")
    first, last = (frame[name].iloc[0] for name in ("period_start", "period_end"))
    goods = "" if products[0] in (*ALL_OF_IT, "all") else f", {products[0]}"
    basis = f"{in_prose(ask.series)} of {the(ask.entity)}{goods}, {period(first, last)}"
    beside = ask._replace(start="", end="", begins=pd.NaT).figures(look)
    beside = beside[beside["product"] == products[0]]
    rivals = _years(beside, first, last, ask.end)
    if ask.entity != "World":
        world = look.printed(ask.series, "World", products, missing="empty")
        alike = world[(world["period_start"] == first) & (world["period_end"] == last)]
        rivals += others(alike, "subject", f"that of the world, {period(first, last)}")
    return by_value(frame, ask.basis or basis, *rivals)


def _years(
    frame: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, named: str
) -> tuple[Rival, ...]:
    """Return the values of the same stretch of years beside one as rivals.

    Of a day that is named, as of a price, the year before says nothing.
    """
    if named and first == last:
        return ()
    length = (frame["period_end"] - frame["period_start"]).dt.days
    apart = (frame["period_end"].dt.year - last.year).abs()
    alike = (length - (last - first).days).abs() < 3
    beside = frame[alike & apart.between(1, NEIGHBOURS)].assign(apart=apart)
    kind: Kind = "period" if named else "year"
    return others(
        beside.sort_values("apart", kind="stable"), kind, "{row.period_end.year}"
    )


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the newest period, a whole year where there is one."""
    whole = _whole_years(frame)
    frame = whole if len(whole) else frame
    return frame[frame["period_end"] == frame["period_end"].max()]


def _whole_years(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["period_end"] - frame["period_start"]).dt.days >= WHOLE_YEAR]


def stated(look: Look, ask: Ask) -> Found:
    """Return every number that sources state, with those of written checks."""
    parts = _each_series(look, ask)
    return _all(stacked(*parts, look.checked(*ask.evidence)), ask.basis)


def checked(look: Look, ask: Ask) -> Found:
    """Return the numbers of written checks alone."""
    return _all(look.checked(*ask.evidence), ask.basis)


def _all(frame: pd.DataFrame, basis: str) -> Found:
    if frame.empty:
        raise NoFigures("no number that can be compared had been published by then")
    return Found(prints(frame), str(frame["unit"].iloc[0]), basis, frame)


def happened(look: Look, ask: Ask) -> Found:
    """Return how many of the events that a statement needs are recorded as it says.

    All are needed. One of another actor, of another kind than ``codes`` names, or
    outside the period of the claim speaks against it.
    """
    events = look.event(*ask.evidence)
    if events.empty:
        raise NoFigures("no such event had been recorded by then")
    fit = columns.has_codes(events["actor"], ask.entity)
    if ask.codes:
        fit &= events["kind"].isin(ask.codes.split(";"))
    if ask.end:
        fit &= events["date"].between(ask.begins, pd.Timestamp(ask.end))
    if len(events) < len(ask.evidence) and fit.all():
        raise NoFigures("some of what it needs had not been recorded by then")
    told = [
        f"{row.title} ({day(row.date)})" + ("" if fits else ", which is another event")
        for row, fits in zip(events.itertuples(), fit, strict=True)
    ]
    return Found(
        one(fit.sum()),
        EVENTS,
        "; ".join(told),
        columns.by_source(events),
        reads_as=Span(len(ask.evidence), math.inf),
        reading=ask.reading,
    )


def of_another(look: Look, ask: Ask, kind: Kind) -> Found:
    """Return that nothing is on the claim's basis, and what is on or of another."""
    frame = stacked(*_each_series(look, ask))
    basis = ask.basis.format(best=frame["value"].iloc[0])
    rivals = others(frame, kind, ask.reading)
    return Found((), str(frame["unit"].iloc[0]), basis, frame, rivals)


def _each_series(look: Look, ask: Ask) -> list[pd.DataFrame]:
    return [ask._replace(series=s).figures(look) for s in ask.series.split(";")]


# Output and reserves


def _mined(look: Look, entity: str | None, year: int) -> pd.DataFrame:
    return look.printed("mine_production", entity, "REO", year, year)


def world_share(look: Look, ask: Ask) -> Found:
    """Return a country's share of world mine output, from each table that has both.

    Of another basis are shares of the magnet rare earths alone, and the share over a
    world total that was revised in a table without the country.
    """
    is_dated, ask = bool(ask.end), ask.dated(look)
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
        f"tonnes of rare-earth oxides mined in {ask.year}, {ask.entity} over the world "
        "total of one table"
    )
    frames = (
        look.printed("mine_production", who, "REO") for who in (ask.entity, "World")
    )
    beside = ratio(*frames).assign(period_start=lambda x: x["period_start"])
    first, last = part["period_start"].iloc[0], part["period_end"].iloc[0]
    rivals = (*rivals, *_years(beside, first, last, "named" if is_dated else ""))
    if part["source_id"].iloc[0] == whole["source_id"].iloc[0]:
        return by_value(shares, basis, *rivals)
    revised = 100 * part["value"].iloc[0] / whole["value"].iloc[0]
    other = Rival("basis", Span(revised, revised), "over the revised world total")
    found = by_value(shares, basis, *rivals, other)
    return replace(found, figures=stacked(part, whole))


def growth(look: Look, ask: Ask) -> Found:
    """Return the growth over years as one table has it, and as editions were mixed.

    A period of several years is from the first to the last; where no table has both,
    each is the best print of its year.
    """
    first = ask.begins.year if ask.end and pd.notna(ask.begins) else 0
    if ask.end and first and first < ask.year:
        years = ask.year, first
        whole = ask.begins.day_of_year == 1 and ask.end.endswith("-12-31")
        if not whole:
            raise NoFigures("no figure has exactly this period; name whole years")
    else:
        ask = ask.dated(look)
        years = ask.year, ask.year - 1
    now, before = (_mined(look, ask.entity, year) for year in years)
    both = now.merge(before, on="source_id", suffixes=("", "_before"))
    if both.empty:
        both = now[:1].merge(before[:1], how="cross", suffixes=("", "_before"))
    both = both[both["value_before"] > 0]  # from nothing there is no growth
    if both.empty:
        raise NoFigures(f"no growth of {ask.entity}: {years[1]} has no output to grow")
    both = both.assign(value=100 * (both["value"] / both["value_before"] - 1))
    alike = before["publisher"].isin(both["publisher"])  # their editions first
    before = pd.concat([before[alike], before[~alike]])
    mixed = before.merge(
        now["value"].drop_duplicates(), how="cross", suffixes=("_before", "")
    )
    mixed["value"] = 100 * (mixed["value"] / mixed["value_before"] - 1)
    return Found(
        prints(both),
        "percent",
        f"change of mine output from {years[1]} to {years[0]}",
        stacked(now, before),
        others(mixed, "edition", f"{{row.title}} for {years[1]}"),
    )


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
    days = (ask.start or "2020", ask.end or None)
    frame = look.printed("reserves", [ask.entity, "World"], "REO", *days)
    is_part = frame["entity"] == ask.entity
    shares = ratio(frame[is_part], frame[frame["entity"] == "World"])
    if shares.empty:
        raise NoFigures(f"no table has reserves of {ask.entity} and the world")
    shares = shares.sort_values("published", ascending=False)
    basis = f"reserves of {ask.entity} over the world total, which is a lower bound"
    return Found(prints(shares), "percent", basis, frame)


# Stages after the mine


def weakest_stage(look: Look, ask: Ask) -> Found:
    """Return a country's shares at each stage from mine to magnet."""
    mine, after = world_share(look, Ask("", entity=ask.entity)), stated(look, ask)
    figures = stacked(mine.figures, after.figures)
    return Found((*mine.prints, *after.prints), "percent", ask.basis, figures)


def eu_magnets(look: Look, ask: Ask) -> Found:
    """Return China's share of the EU's magnets: of imports, or of what is used."""
    told = stated(look, ask)
    bought, used = (
        look.printed(series, entity, None, 2024, codes=codes, missing="empty")
        for series, entity, codes in (
            ("magnet_imports_from", "China", ask.codes),
            ("magnet_consumption", "European Union", ""),
        )
    )
    derived = ratio(bought, used)
    figures = stacked(told.figures, derived)
    return Found((*told.prints, *prints(derived)), "percent", ask.basis, figures)


# Companies


def profit_in_cash(look: Look, ask: Ask) -> Found:
    """Return the change of one series over that of another."""
    pairs = [_ends(look, ask._replace(series=name)) for name in ask.series.split(";")]
    part, whole = (
        now["value"].iloc[0] - before["value"].iloc[0] for now, before in pairs
    )
    figures = stacked(*pairs[0], *pairs[1])
    return Found(one(100 * part / whole), "percent", ask.basis, figures)


def over_china(look: Look, ask: Ask) -> Found:
    """Return tonnes a year, or at that rate, over China's output of the year before."""
    made, china = ask.figures(look), _mined(look, "China", ask.year - 1)
    days = (made["period_end"] - made["period_start"]).dt.days + 1
    yearly = made["value"].where(made["unit"] != "t", made["value"] * 365.25 / days)
    share = (100 * yearly / china["value"].iloc[0]).round(2)
    numbers = prints(made.assign(value=share))
    return Found(numbers, "percent", ask.basis, stacked(made, china))


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
    # Its first product is its start: the others follow.
    began, planned = first["actual_start"].min(), first["planned_end"].min()
    year = (planned if pd.isna(began) else began).year
    return Found(one(year), "year", ask.basis, first)


# Trade, tariffs and prices


def suspension_length(look: Look, ask: Ask) -> Found:
    """Return the years from the first to the last day of a suspended tariff."""
    frame = ask.figures(look)
    days = (frame["period_end"] - frame["period_start"]).dt.days.iloc[0]
    return Found(one(round(days / 365.25, 2)), "year", ask.basis, frame)


def change(look: Look, ask: Ask) -> Found:
    """Return the change from the first period to the last, in percent."""
    now, before = _ends(look, ask)
    grown = 100 * (now["value"].iloc[0] / before["value"].iloc[0] - 1)
    return Found(one(grown), "percent", ask.basis, stacked(now, before))


def _ends(look: Look, ask: Ask) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the last and the first period; of two series the second is the last."""
    first, last = ask.series.split(";")[0], ask.series.split(";")[-1]
    now = ask._replace(series=last, start=ask.end)
    before = ask._replace(series=first, end=ask.start)
    return now.figures(look, "year-to-date"), before.figures(look, "year-to-date")


def price_change(look: Look, ask: Ask) -> Found:
    """Return what each price FOB China did over a period, and the means of its year.

    Compared is the end of its last whole month with that of the month before it.
    """
    products = ask.product.split(";")
    first = ask.begins.to_period("M") - 1
    last = (pd.Timestamp(ask.end) + pd.Timedelta(1, unit="D")).to_period("M") - 1
    prices = look.printed(
        "oxide_price_month_end", "China FOB", products, missing="empty"
    )
    months = prices["period_end"].dt.to_period("M")
    changes = _changes(prices[months == last], prices[months == first], ["product"])
    if (last - first).n == MONTHS and last.month == MONTHS:
        means = look.printed(
            "oxide_price_annual", "USGS reference", products, missing="empty"
        )
        years = means["period_end"].dt.year
        now, before = (means[years == month.year] for month in (last, first))
        of_year = _changes(now, before, ["product", "source_id"])
        changes = stacked(of_year, changes) if len(of_year) else changes
    if changes.empty:
        raise NoFigures("no prices of both ends had been published by then")
    basis = ask.basis
    if changes["product"].is_unique:
        rows = changes.itertuples()
        basis += f": {listed([f'{r.product} {pct(r.change / 100)}' for r in rows])}"
    numbers = tuple(one(change)[0] for change in changes["change"])
    return Found(numbers, "percent", basis, changes, unlike="product")


def _changes(now: pd.DataFrame, before: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the change of each product in percent, of the newest table with both."""
    both = now.merge(before, on=by, suffixes=("", "_before"))
    both = both.assign(change=100 * (both["value"] / both["value_before"] - 1))
    return both.sort_values("published").drop_duplicates("product", keep="last")


WAYS: dict[str, Callable[[Look, Ask], Found]] = {
    way.__name__: way
    for way in (
        printed,
        stated,
        checked,
        happened,
        world_share,
        growth,
        reserves_rank,
        reserves_share,
        weakest_stage,
        eu_magnets,
        profit_in_cash,
        over_china,
        ndpr_rank,
        first_production,
        suspension_length,
        change,
        price_change,
    )
}
WAYS["of_another_basis"] = partial(of_another, kind="basis")
WAYS["of_another_subject"] = partial(of_another, kind="subject")
"""By what a claim can be answered; ``found_by`` of ``claims.csv`` names one."""

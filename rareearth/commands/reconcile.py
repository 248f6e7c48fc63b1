"""Compare figures across sources: agreed, explained, or open.

Each comparison puts two numbers side by side that should be equal, with a tolerance
that follows from how they were printed or from a stated reason. A gap that is
understood stands in ``data/explanations.csv`` with the value that is expected: when
the data change and the gap with them, the comparison is open again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from rareearth.errors import NoFigures
from rareearth.figures import dictionaries, records
from rareearth.figures.columns import rounding
from rareearth.figures.loading import load
from rareearth.figures.vintages import gaps

SUMMED = (  # flows whose parts must add up to the longer periods printed beside them
    "rare_earth_exports",
    "rare_earth_imports",
    "magnet_exports",
    "reo_production",
    "ndpr_production",
    "revenue",
    "net_profit",
)
NOT_DEFINING = {"year-to-date"}  # says how long a period is, which its dates say too
OUTPUT_TOLERANCE = 0.05  # of the total: compilers round and date revisions differently
RATE_TOLERANCE = 0.005  # an annual mean of days is not quite the mean of its months
PRICE_TOLERANCE = (
    0.15  # a mean of month ends against a mean of all days, other assessor
)
FOB_TOLERANCE = 0.06  # observed for daily pairs of 2015 to 2024; see the price notes


class Pair(NamedTuple):
    """Two numbers that should be equal, and how far apart they may be."""

    check_id: str
    what: str
    left: float
    right: float
    tolerance: float
    unit: str


def reconcile(as_of: str = "latest") -> pd.DataFrame:
    """Return every comparison with its outcome.

    Returns
    -------
    DataFrame
        ``check_id``, ``what`` (in words), ``left``, ``right``, ``difference``,
        ``tolerance``, ``unit``, ``outcome`` ("agrees", "explained" or "open"),
        ``reason`` (of an explained gap).
    """
    pairs = [pair for rule in RULES for pair in _of(rule, as_of)]
    table = pd.DataFrame(pairs, columns=Pair._fields)
    table.insert(4, "difference", table["left"] - table["right"])
    known = records.read("explanations").set_index("check_id")
    expected = table["check_id"].map(known["expected"]).astype("float64")
    agrees = table["difference"].abs() <= table["tolerance"] * (1 + 1e-9)
    as_expected = (table["difference"] - expected).abs() <= (
        0.005 * expected.abs() + 1e-9
    )
    table["outcome"] = np.select([agrees, as_expected], ["agrees", "explained"], "open")
    reasons = table["check_id"].map(known["reason"]).astype(object).fillna("")
    table["reason"] = reasons.where(table["outcome"] == "explained", "")
    return table


def _of(rule: Callable[[str], Iterator[Pair]], as_of: str) -> Iterator[Pair]:
    try:
        yield from rule(as_of)
    except NoFigures:
        return  # nothing had been published by then, so there is nothing to compare


def parts_and_wholes(as_of: str) -> Iterator[Pair]:
    """Compare a printed period with the sum of the shorter ones that fill it."""
    for series in SUMMED:
        frame = load(series, as_of=as_of).dropna(subset=["value"])
        frame["definition"] = _definition(frame)
        key = ["entity", "product", "unit", "definition"]
        for (entity, product, unit, basis), group in frame.groupby(key):
            best = group.sort_values("confidence").drop_duplicates(
                ["period_start", "period_end"]
            )
            for whole in best.itertuples():
                parts = cover(best, whole.period_start, whole.period_end)
                if parts is None:
                    continue
                slack = sum(map(rounding, parts["value"])) + rounding(whole.value)
                yield Pair(
                    f"parts/{series}/{entity}/{product}/{basis}/{_period(whole)}",
                    f"{series}, {entity}, {product}: {len(parts)} parts against "
                    f"{_period(whole)}",
                    float(parts["value"].sum()),
                    float(whole.value),
                    max(slack, 1.0 if unit == "t" else 0.0),
                    unit,
                )


def cover(
    frame: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame | None:
    """Return rows whose periods fill `start` to `end` without gap or overlap.

    The cover with the most parts is taken, never the whole period itself; None when
    there is no such cover.
    """
    inside = frame[
        (frame["period_start"] >= start)
        & (frame["period_end"] <= end)
        & ((frame["period_start"] > start) | (frame["period_end"] < end))
    ]
    if len(inside) < 2:
        return None
    day = pd.Timedelta(1, unit="D")
    best: dict[pd.Timestamp, list[int]] = {start: []}
    for row in inside.sort_values("period_end").itertuples():
        if row.period_start not in best:
            continue
        candidate = [*best[row.period_start], row.Index]
        following = row.period_end + day
        if len(candidate) > len(best.get(following, [])):
            best[following] = candidate
    found = best.get(end + day)
    return frame.loc[found] if found else None


def quota_batches(as_of: str) -> Iterator[Pair]:
    """Compare full-year quotas with their batches, and with light plus ionic."""
    for series in ("mining_quota", "separation_quota"):
        whole = load(series, "China", "REO", as_of=as_of)
        batches = load(f"{series}_batch", "China", "REO", as_of=as_of)
        for year in whole.itertuples():
            parts = batches[batches["period_end"] == year.period_end]
            single = parts[parts["basis"].str.contains(r"batch-\d")]
            if len(single) < 2:
                continue
            yield Pair(
                f"batches/{series}/{year.period_end.year}",
                f"{series}, China {year.period_end.year}: batches against full year",
                float(single["value"].sum()),
                float(year.value),
                rounding(year.value) / 10,
                "t",
            )
    total = load("mining_quota", "China", as_of=as_of)
    for year, group in total.groupby(total["period_end"].dt.year):
        by = group.drop_duplicates("product", keep="last").set_index("product")["value"]
        if len(by) == 3:
            yield Pair(
                f"light-heavy/{year}",
                f"mining quota, China {year}: light and ionic against total",
                float(by["light rare earths"] + by["ionic rare earths"]),
                float(by["REO"]),
                1.0,
                "t",
            )


def quota_and_output(as_of: str) -> Iterator[Pair]:
    """Compare the printed output of China with its full-year mining quota."""
    output = _by_year(load("mine_production", "China", as_of=as_of))
    quota = _by_year(load("mining_quota", "China", "REO", as_of=as_of))
    what = "China {}: printed mine output against mining quota"
    yield from _yearly("quota", what, output, quota, lambda _: 500.0)


def compilers(as_of: str) -> Iterator[Pair]:
    """Compare the output printed by the US survey with the Energy Institute's."""
    everything = load("mine_production", as_of=as_of, variants="all")
    known = everything[~gaps(everything["basis"])]
    theirs = known[known["source_id"] == "ei-2024"]
    ours = load("mine_production", as_of=as_of)
    ours = ours[ours["confidence"] == "primary"]
    for entity in ("China", "United States", "World"):
        left = _by_year(ours[ours["entity"] == entity])
        right = _by_year(theirs[theirs["entity"] == entity])
        what = f"{entity} {{}}: US survey against Energy Institute"
        allowed = _part(OUTPUT_TOLERANCE)
        yield from _yearly(f"compilers/{entity}", what, left, right, allowed)


def company_and_country(as_of: str) -> Iterator[Pair]:
    """Compare the concentrate of MP Materials with the mine output of its country."""
    company = load("reo_production", "MP Materials", as_of=as_of)
    days = (company["period_end"] - company["period_start"]).dt.days
    mined = _by_year(company[days > 360])
    country = _by_year(load("mine_production", "United States", as_of=as_of))
    what = "{}: MP Materials' concentrate against US mine output"
    yield from _yearly("company", what, mined, country, rounding)


def prices_and_sales(as_of: str) -> Iterator[Pair]:
    """Compare the selling price that a company states with revenue over tonnes sold.

    Of a year net sales are taken, of a quarter the gross sales that go with its price.
    """
    key = ["entity", "period_start", "period_end"]
    price, sold, revenue = (
        load(series, product=product, as_of=as_of).dropna(subset=["value"])
        for series, product in (
            ("average_selling_price", "REO"),
            ("reo_sales_volume", "REO"),
            ("revenue", "all"),
        )
    )
    revenue = revenue[revenue["basis"].str.contains("revenue-(?:net|gross)")]
    revenue = revenue.sort_values(["confidence", "basis"], ascending=[True, False])
    price = price.merge(sold, on=key, suffixes=("", "_sold"))
    price = price.merge(revenue, on=key, suffixes=("", "_of")).drop_duplicates(key)
    for row in price.itertuples():
        if row.unit != f"{row.unit_of[:3]}/kg":
            continue
        implied = 1e3 * row.value_of / row.value_sold
        loose = rounding(row.value_of) / row.value_of
        loose += rounding(row.value_sold) / row.value_sold
        yield Pair(
            f"selling-price/{row.entity}/{_period(row)}",
            f"{row.entity}, {_period(row)}: stated price against revenue over tonnes",
            float(row.value),
            float(implied),
            rounding(row.value) + implied * loose,
            row.unit,
        )


def exchange_rates(as_of: str) -> Iterator[Pair]:
    """Compare printed annual exchange rates with the mean of their twelve months."""
    months = load("exchange_rate_month", as_of=as_of)
    years = load("exchange_rate_year", as_of=as_of)
    for (entity, unit), printed in years.groupby(["entity", "unit"]):
        means = _means(months[months["entity"] == entity])
        what = f"{unit}, {{}}: mean of months against annual"
        annual, name = _by_year(printed), f"rate/{entity}"
        yield from _yearly(name, what, means, annual, _part(RATE_TOLERANCE), unit)


def annual_prices(as_of: str) -> Iterator[Pair]:
    """Compare annual prices of the US survey with the mean of FOB month ends."""
    annual = load("oxide_price_annual", "USGS reference", as_of=as_of)
    annual = annual[annual["unit"] == "USD/kg"]
    month = load("oxide_price_month_end", "China FOB", as_of=as_of)
    for product, rows in month.groupby("product"):
        printed = _by_year(annual[annual["product"] == product])
        what = f"{product} {{}}: mean of FOB month ends against the US survey"
        name, allowed = f"annual-price/{product}", _part(PRICE_TOLERANCE)
        yield from _yearly(name, what, _means(rows), printed, allowed, "USD/kg")


def fob_and_domestic(as_of: str) -> Iterator[Pair]:
    """Compare FOB with domestic prices in one currency since the end of export duty.

    The median over the months of a year of FOB over domestic, both on the last day
    quoted. One means that FOB behaves as the domestic price with
    value-added tax in it.
    """
    fob = load("oxide_price_month_end", "China FOB", start="2015-06-01", as_of=as_of)
    home = load("oxide_price_month_end_yuan", "China domestic", as_of=as_of)
    rate = load("exchange_rate_month", "CNY", as_of=as_of)
    per_month = rate.set_index(rate["period_end"].dt.to_period("M"))["value"]
    left, right = (
        frame.assign(month=frame["period_end"].dt.to_period("M"))
        .drop_duplicates(["product", "month"], keep="last")
        .set_index(["product", "month"])["value"]
        for frame in (fob, home)
    )
    ratios = (left * 1_000 / right).dropna()
    for product, ratio in ratios.groupby("product"):
        ratio = (ratio.droplevel("product") * per_month).dropna()
        years = ratio.groupby(ratio.index.year)
        medians = years.median()[years.size() >= 6]
        what = f"{product} {{}}: FOB over domestic price, median of the months"
        ones, name = medians * 0 + 1, f"fob-domestic/{product}"
        yield from _yearly(name, what, medians, ones, lambda _: FOB_TOLERANCE, "ratio")


RULES = (
    parts_and_wholes,
    quota_batches,
    quota_and_output,
    compilers,
    company_and_country,
    prices_and_sales,
    exchange_rates,
    annual_prices,
    fob_and_domestic,
)


def _yearly(
    name: str,
    what: str,
    left: pd.Series,
    right: pd.Series,
    tolerance: Callable[[float], float],
    unit: str = "t",
) -> Iterator[Pair]:
    """Compare two series year by year, within what the right one allows."""
    for year in left.index.intersection(right.index):
        mine, theirs = float(left[year]), float(right[year])
        told = what.format(year)
        yield Pair(f"{name}/{year}", told, mine, theirs, tolerance(theirs), unit)


def _part(share: float) -> Callable[[float], float]:
    """Return a tolerance that is a share of the number on the right."""
    return lambda theirs: share * theirs


def _means(frame: pd.DataFrame) -> pd.Series:
    """Return the mean of each year of which all twelve months are there."""
    years = frame.groupby(frame["period_end"].dt.year)["value"]
    return years.mean()[years.size() == 12]


def _definition(frame: pd.DataFrame) -> pd.Series:
    texts = frame["basis"].map(dictionaries.known().definition)
    plain = {
        text: ";".join(code for code in text.split(";") if code not in NOT_DEFINING)
        for text in texts.unique()
    }
    return texts.map(plain)


def _by_year(frame: pd.DataFrame) -> pd.Series:
    """Return the value of each year, of the highest confidence where there are two."""
    rows = frame.dropna(subset=["value"]).sort_values("confidence")
    rows = rows.assign(year=rows["period_end"].dt.year).drop_duplicates("year")
    return rows.set_index("year")["value"].sort_index()


def _period(row: object) -> str:
    start, end = row.period_start, row.period_end  # type: ignore[attr-defined]
    return f"{start:%Y-%m-%d}..{end:%Y-%m-%d}"

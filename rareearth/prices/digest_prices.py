"""What was said about prices in general, against each price that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rareearth.figures import records
from rareearth.figures.columns import has_codes
from rareearth.money.money import per_kg
from rareearth.prices.markets import BOUNDS
from rareearth.prices.series import QUOTES, Prices, PriceSeries, meaning

CLAIMED = ("rare_earth_price_change", "international_price_change_ytd")
"""Claims of a change of prices that name no product, market or money."""

_SAME = ["product", "entity", "unit", "meant"]  # what quotations must have in common
NEAR = 10  # days: how far a dated quotation may lie from either end of a claim
_COLUMNS = (
    "product,market,measure,start,end,unit,before,after,change,n,figure_id,source_id"
).split(",")


def claims(as_of: str = "latest") -> pd.DataFrame:
    """Return what had been said by a date about the change of prices in general.

    Returns
    -------
    DataFrame, one row per claim
        The columns of `records.claims`; ``claim`` float: the change as a share,
        ``first``, ``last`` Period (month): the months from whose end to whose end it
        is checked; ``source_id`` str. Empty if nothing had been said.
    """
    said = records.claims(topic="price", as_of=as_of, missing="empty")
    said = said[said["quantity"].isin(CLAIMED)]
    ends = said["period_end"] + pd.Timedelta(1, unit="D")
    return said.assign(
        claim=said["value"] / 100,
        first=said["period_start"].dt.to_period("M") - 1,
        last=ends.dt.to_period("M") - 1,  # the last month that was over
        source_id=said["article"],
    ).reset_index(drop=True)


def against(prices: Prices, said: pd.DataFrame, currency: str = "USD") -> pd.DataFrame:
    """Return the change that each known price shows over the time of each claim.

    Three measures: from month-end to month-end, or between monthly means, of the
    regular series; from one year's mean to the next, where the claim is for a year;
    and between dated quotations within ten days of both ends, of equal definition.

    Parameters
    ----------
    said : DataFrame
        From `claims`.

    Returns
    -------
    DataFrame, one row per claim and price, the largest change first
        ``claim`` float (a share), ``product``, ``market``, ``measure``, ``start``,
        ``end``, ``unit`` str, ``before``, ``after``, ``change`` float (a share), ``n``
        int: prices used, ``figure_id``, ``source_id`` str.
    """
    known = prices.catalogue()
    known = known[known["frequency"].isin(["month", "year"])]
    regular = [
        prices.series(item.product, item.market, currency, frequency=item.frequency)
        for item in known.itertuples()
    ]
    quotes = _quotes(prices)
    rows = [
        {"claim": item.claim, **row}
        for item in said.itertuples()
        for row in [
            *_regular(regular, item.first, item.last),
            *_quoted(quotes, item.first.end_time, item.last.end_time),
        ]
    ]
    found = pd.DataFrame(rows, columns=["claim", *_COLUMNS])
    return found.sort_values("change", ascending=False, ignore_index=True)


def _regular(
    regular: list[PriceSeries], first: pd.Period, last: pd.Period
) -> list[dict[str, object]]:
    """Return the changes of the regular series: month to month, and year to year."""
    windows = [(first, last, "month to month")]
    if first.month == last.month == 12 and last.year == first.year + 1:
        years = first.asfreq("Y"), last.asfreq("Y")
        windows.append((*years, "mean of the year"))
    rows = []
    for one in regular:
        for *edges, measure in windows:
            start, end = map(str, edges)
            before, after = one.mean(start), one.mean(end)
            if np.isnan(before) or np.isnan(after):
                continue
            names = (one.product, one.market, measure, start, end, one.unit)
            used = [one.within(when) for when in dict.fromkeys((start, end))]
            rows.append(_row(names, before, after, pd.concat(used)))
    return rows


def _row(
    names: tuple[str, ...], before: float, after: float, used: pd.DataFrame
) -> dict[str, object]:
    """Return one change in the columns of `against`."""
    return {
        **dict(zip(_COLUMNS[:6], names, strict=True)),
        "before": before,
        "after": after,
        "change": after / before - 1,
        "n": len(used),
        "figure_id": ";".join(used["figure_id"]),
        "source_id": used["source_id"].iloc[-1],
    }


def _quotes(prices: Prices) -> pd.DataFrame:
    """Return the dated quotations that are prices, with ``price`` and ``meant``.

    ``meant`` are the definition codes, which have to be equal in two that are compared.
    """
    quotes = prices.figures[prices.figures["series"].isin(QUOTES)]
    quotes = per_kg(quotes[has_codes(quotes["basis"], without=BOUNDS)])
    middle = quotes[["low", "high"]].mean(axis=1, skipna=False)
    meant = meaning(quotes["basis"], prices.definitions)
    quotes = quotes.assign(price=quotes["value"].fillna(middle), meant=meant)
    return quotes.dropna(subset=["price"])


def _quoted(
    quotes: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> list[dict[str, object]]:
    """Return changes between dated quotations, in the unit in which they were given."""
    starts, ends = (
        dict(iter(_near(quotes, day).groupby(_SAME))) for day in (first, last)
    )
    rows = []
    for key in (key for key in starts if key in ends):  # in order, run for run
        (product, market, unit, _), start, end = key, starts[key], ends[key]
        days = (
            f"{start['period_end'].iloc[0]:%Y-%m-%d}",
            f"{end['period_end'].iloc[-1]:%Y-%m-%d}",
        )
        names = (product, market, "dated quotations", *days, unit)
        before, after = start["price"].mean(), end["price"].mean()
        rows.append(_row(names, before, after, pd.concat([start, end])))
    return rows


def _near(quotes: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return of all equal quotes those nearest to `day`, none if they are too far."""
    apart = (quotes["period_end"] - day.normalize()).abs()
    nearest = apart.groupby([quotes[name] for name in _SAME]).transform("min")
    return quotes[(apart == nearest) & (apart <= pd.Timedelta(NEAR, unit="D"))]


def behind(prices: Prices, found: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that a comparison rests on, for the list of sources."""
    named = set(";".join(found["figure_id"]).split(";"))
    return prices.figures[prices.figures["figure_id"].isin(named)]


def verdict(found: pd.DataFrame, claim: float) -> dict[str, float]:
    """Return how many known prices are near a claim, above it, below it, or fell.

    "Near" is within two points of a hundred, which rounding and the choice of the day
    can explain.
    """
    gap = found["change"] - claim
    return {
        "n": len(found),
        "near": int((gap.abs() <= 0.02).sum()),
        "above": int((gap > 0.02).sum()),
        "below": int((gap < -0.02).sum()),
        "fell": int((found["change"] < 0).sum()),
        "low": float(found["change"].min()) if len(found) else np.nan,
        "high": float(found["change"].max()) if len(found) else np.nan,
    }
